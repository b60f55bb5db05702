//! What a plan does to the assets of one object: plain data for the preflight.

use crate::jetstream::OperationKind;
use crate::resources::object::Object;
use crate::resources::object::changes::CostlyChange;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::PrivateFact;
use crate::terraform::framework::Plan;

/// A plan, beside the object that it is for and the one of the prior state.
pub struct ObjectPlan<'p> {
    /// The object as planned; of a destroy, as the prior state has it.
    pub object: &'p Object,
    /// The assets as the prior state has them; their names or the mode may be others.
    pub prior_members: &'p [Member],
    /// Whether the object was in the same JetStream domain before.
    pub same_domain: bool,
    /// The plan, with its values.
    pub plan: &'p Plan,
    /// What happens to each asset; those are left out to which nothing happens, or whose name is not known yet.
    pub actions: Vec<AssetAction<'p>>,
    /// The changes that cost something.
    pub costly: Vec<CostlyChange>,
}

/// What a plan does to one asset.
#[derive(Clone, Copy, Debug)]
pub struct AssetAction<'p> {
    /// The asset.
    pub member: &'p Member,
    /// What is done to it.
    pub kind: OperationKind,
}

impl ObjectPlan<'_> {
    /// Whether the plan does anything on the server.
    pub fn acts(&self) -> bool {
        !self.actions.is_empty() || !self.plan.requires_replace.is_empty()
    }

    /// Whether existing assets are to be adopted.
    pub fn adopts(&self) -> bool {
        self.plan.planned.attribute("adopt_existing").as_bool() == Some(true)
    }

    /// Whether the plan shows that an asset is deleted and recreated, alone.
    pub fn replaces(&self, member: &Member) -> bool {
        PrivateFact::Replacing
            .read(&self.plan.private, member.row.key)
            .is_some()
    }

    /// Whether any of these attributes of an asset differs from what it is; of an asset that is created, all do.
    pub fn differs(&self, member: &Member, names: &[&str]) -> bool {
        differs(member, self.plan, names)
    }
}

/// What a plan does to its assets.
pub fn actions<'p>(members: &'p [Member], plan: &Plan) -> Vec<AssetAction<'p>> {
    let named = members.iter().filter(|member| member.name.is_some());
    let actions = named.filter_map(|member| {
        let kind = action(member, plan)?;
        Some(AssetAction { member, kind })
    });
    actions.collect()
}

fn action(member: &Member, plan: &Plan) -> Option<OperationKind> {
    let key = member.row.key;
    let prior = plan.prior.attribute(key);
    let replaced = PrivateFact::Replacing.read(&plan.private, key).is_some();
    if prior.is_null() || replaced || !plan.requires_replace.is_empty() {
        return Some(OperationKind::Create);
    }
    let planned = plan.planned.attribute(key);
    // An asset that another client has recreated is as it should be; only `created` is not what it was.
    let same = |name: &str| name == "created" || prior.attribute(name) == planned.attribute(name);
    let changes = match planned.as_map() {
        Some(attributes) => !attributes.keys().all(|name| same(name)),
        None => true,
    };
    changes.then_some(OperationKind::Update)
}

/// Whether any of these attributes of an asset differs from what it is; of an asset that is created, all do.
pub fn differs(member: &Member, plan: &Plan, names: &[&str]) -> bool {
    let (prior, planned) = (
        plan.prior.attribute(member.row.key),
        plan.planned.attribute(member.row.key),
    );
    names
        .iter()
        .any(|name| prior.attribute(name) != planned.attribute(name))
}
