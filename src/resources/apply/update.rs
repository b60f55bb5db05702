//! Bringing the assets of an object to what was planned: in place, and only what the plan has shown.
//!
//! What somebody else changed after the plan is reported and left to the next plan, and a planned change that would now
//! lose more than planned is not made.

use futures::future::join_all;

use crate::resources::apply::asset::change::{adopt, change_in_place};
use crate::resources::apply::asset::create::{create_one, warn_if_resurrected};
use crate::resources::apply::asset::replace::replace;
use crate::resources::apply::outcome::{Live, Outcome, applied, exists_already, has_another_owner};
use crate::resources::apply::{Operation, note_contents};
use crate::resources::messages::drift::changed_since;
use crate::resources::messages::failure::failure;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::member::Member;
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::{Contents, replacements};
use crate::resources::object::storage::StorageUse;
use crate::resources::object::{Object, stages};
use crate::resources::plan;
use crate::resources::plan::planned_change::{PlannedChange, is_another};
use crate::resources::session::DomainSession;
use crate::resources::session::claims::Claims;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::Value;

/// Changes every asset that differs from what was planned; creates those that are missing. `prior_members`: the assets as
/// the prior state has them.
pub async fn update(
    object: &Object,
    prior_members: &[Member],
    session: &DomainSession,
    (prior, planned): (&Value, &Value),
    mut private: Private,
    call: &Call,
) -> Applied {
    let client = match session.client() {
        Ok(client) => client,
        Err(error) => return Applied::unchanged(prior, private, error),
    };
    let scope = common::scope(planned, Crud::Update, call);
    let operation = Operation {
        client: &client,
        scope: &scope,
        session,
        object,
        state: planned,
    };
    let replacing = replacements(&object.members, &private);
    let members = object.members.iter();
    let contents: Vec<_> = members
        .map(|member| Contents::noted(&private, member))
        .collect();
    let mut outcomes: Vec<Outcome> = object
        .members
        .iter()
        .map(|_| Outcome::quiet(Live::Unchanged))
        .collect();
    let owned: Vec<_> = object
        .members
        .iter()
        .map(|member| OwnedTexts::of_prior(&private, member, prior))
        .collect();
    for stage in update_stages(&object.members, &replacing, prior, planned) {
        let updated = join_all(stage.iter().map(|place| {
            let member = &object.members[*place];
            let change = PlannedChange {
                member,
                prior_member: &prior_members[*place],
                prior,
                planned,
                owned: &owned[*place],
                conditions: plan::conditions_of(member, &private),
                contents: &contents[*place],
            };
            let replaced = replacing.contains(&member.row.key);
            update_one(&operation, change, replaced)
        }))
        .await;
        for (place, outcome) in stage.into_iter().zip(updated) {
            outcomes[place] = outcome;
        }
        if outcomes.iter().any(Outcome::has_failed) {
            break;
        }
    }
    let found = outcomes.iter().map(Outcome::info).collect();
    note_contents(&operation, found, &mut private).await;
    applied(object, prior, planned, private, outcomes)
}

/// The assets by position, in the order in which they are changed: what frees storage in the account goes before what
/// reserves it.
fn update_stages(
    members: &[Member],
    replacing: &[&str],
    prior: &Value,
    planned: &Value,
) -> Vec<Vec<usize>> {
    let change = |place: usize| {
        let key = members[place].row.key;
        let reserved =
            |all: &Value| StorageUse::planned(all.attribute(key)).bytes_of_all_replicas();
        reserved(planned).cmp(&reserved(prior))
    };
    let reserves = (0..members.len()).any(|place| change(place).is_gt());
    let frees = |place: &usize| {
        let replaced = replacing.contains(&members[*place].row.key);
        reserves && change(*place).is_lt() && !replaced
    };
    let first = (0..members.len()).filter(frees).collect();
    let then = stages(members).into_iter().map(|stage| {
        let rest = stage.into_iter().filter(|place| !frees(place));
        rest.collect()
    });
    std::iter::once(first).chain(then).collect()
}

async fn update_one(
    operation: &Operation<'_>,
    change: PlannedChange<'_>,
    replaced: bool,
) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        object,
        state: planned,
    } = *operation;
    let PlannedChange { member, prior, .. } = change;
    let before = change.before();
    let same_mode = prior.attribute("multitenant") == planned.attribute("multitenant");
    if before == change.after() && same_mode {
        return Outcome::quiet(Live::Unchanged);
    }
    let stream = member.stream();
    let snapshot = match session.cache.snapshot(client, &stream, scope).await {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let failure = failure(member, Crud::Update, &error, planned);
            return Outcome::failed(Live::Unchanged, failure);
        }
    };
    let adopts = planned.attribute("adopt_existing").as_bool() == Some(true);
    match snapshot.info {
        None if before.is_null() => {
            let created = create_one(operation, member, 0, snapshot.requested).await;
            warn_if_resurrected(member, created)
        }
        None => Outcome::failed(Live::Absent, changed_since(member, "was deleted")),
        Some(_) if before.is_null() && !adopts => exists_already(object, member),
        Some(info) if before.is_null() => match Claims::of_this_run().claim_found(&[&info]).await {
            None => adopt(operation, member, info).await,
            Some(_) => has_another_owner(object, member),
        },
        Some(info) if is_another(before, &info) => {
            let again = changed_since(member, "was recreated");
            Outcome::failed(Live::Stream(Box::new(info)), again)
        }
        Some(_) if replaced => replace(operation, change).await,
        Some(info) => change_in_place(operation, change, info).await,
    }
}
