//! Planning the assets of one object: the planned values, and what the user must know about each change.
//!
//! Values never depend on the server beyond what the last refresh put into the state: a plan without a connection
//! plans the same values, and only `preflight` adds words.

use std::collections::BTreeMap;

use crate::framework::{Call, Change as Step, Plan};
use crate::jetstream::{Change, Effect, diff, diff_at};
use crate::resources::argument::Unset;
use crate::resources::asset::Member;
use crate::resources::update::{is_refused_drift, may_replace};
use crate::resources::{Walk, remarks};
use crate::terraform::Value;

/// The private fact that says when the asset that we made or took over was created.
pub fn made(key: &str) -> String {
    format!("created.{key}")
}

/// The private fact that says which API level the server of an asset has: how it changes settings depends on it.
pub fn level(key: &str) -> String {
    format!("level.{key}")
}

/// The private fact, from the plan to its apply, that the plan has shown the replacement of an asset.
pub fn replacing(key: &str) -> String {
    format!("replacing.{key}")
}

/// A change of an existing asset that costs something; what it costs, only the server knows.
pub(super) struct Costly {
    pub member: Member,
    pub change: Change,
    pub replaces: bool,
}

impl Walk {
    /// Completes a planned create or update.
    pub async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.plan_objects(plan);
        if plan.change == Step::Create {
            let twice = self
                .members
                .iter()
                .filter(|member| member.name.is_some() && !self.session.claim(&member.stream()));
            let twice: Vec<_> = twice.map(Member::stream).collect();
            plan.diagnostics
                .extend(remarks::claimed_twice(&twice, &self.identity));
        }
        let mut costly = Vec::new();
        if !plan.prior.is_null() && plan.requires_replace.is_empty() {
            for (member, former) in self.members.iter().zip(&self.former) {
                costly.extend(plan_changes(member, former, plan));
            }
        }
        if !plan.diagnostics.has_error() && plan.planned != plan.prior {
            self.preflight(plan, costly, call).await;
        }
    }

    fn plan_objects(&self, plan: &mut Plan) {
        let adopts = plan.planned.attribute("adopt_existing").as_bool() != Some(false);
        let mut common = plan.planned.clone();
        for argument in self
            .members
            .iter()
            .flat_map(|member| member.row.arguments())
        {
            let at_root = plan
                .planned
                .as_map()
                .is_some_and(|root| root.contains_key(argument.name));
            if at_root && matches!(argument.unset, Unset::LeftAlone) {
                // Left alone when not set: the asset's own value stays, whatever was common once.
                let set = plan.config.attribute(argument.name).clone();
                if set.is_null() {
                    plan.planned
                        .set_attribute(argument.name, plan.prior.attribute(argument.name).clone());
                }
                common.set_attribute(argument.name, set);
            }
        }
        for member in &self.members {
            let key = member.row.key;
            let prior = plan.prior.attribute(key);
            let created = prior.attribute("created").as_str();
            let recreated = !prior.is_null()
                && plan
                    .private
                    .fact(&made(key))
                    .is_some_and(|made| Some(made) != created);
            let planned = member.plan(&plan.config, &common, &plan.prior, adopts, recreated);
            plan.planned.set_attribute(key, planned);
            if recreated {
                plan.diagnostics.push(remarks::recreation(
                    member,
                    plan.private.fact(&made(key)),
                    created,
                ));
            }
            if prior.is_null() && !plan.prior.is_null() {
                plan.diagnostics.push(remarks::disappearance(member));
            }
        }
    }
}

/// Says what an update means for one asset; answers the changes that cost something.
fn plan_changes(member: &Member, former: &Member, plan: &mut Plan) -> Vec<Costly> {
    let (prior, planned) = (
        plan.prior.attribute(member.row.key),
        plan.planned.attribute(member.row.key),
    );
    if prior.is_null() || planned.is_unknown() {
        return Vec::new();
    }
    let (mut kept, mut costly, mut replaces) = (BTreeMap::new(), Vec::new(), false);
    let (wanted, known) = (member.wanted(planned).config, former.known(prior));
    let level = plan.private.fact(&level(member.row.key));
    let changes = match level.and_then(|level| level.parse().ok()) {
        Some(level) => diff_at(&wanted, &known, level),
        None => diff(&wanted, &known),
    };
    for change in changes {
        match change.effect {
            Effect::Refused(_) if may_replace(member, &change, &plan.planned) => replaces = true,
            Effect::Refused(_) if is_refused_drift(member, &change) => {
                plan.diagnostics
                    .push(remarks::unrepairable(member, &change));
                kept.insert(change.key, Value::from(change.live.to_string()));
                continue;
            }
            Effect::Refused(_) => {
                plan.diagnostics
                    .push(remarks::refused(member, &change, &plan.config));
                continue;
            }
            Effect::Destructive(_) => {}
            Effect::OneWay(_) | Effect::NoEffect(_) | Effect::InPlace | Effect::Unknown => {
                plan.diagnostics
                    .extend(remarks::noteworthy(member, &change, &plan.config));
                continue;
            }
        }
        let replaces = matches!(change.effect, Effect::Refused(_));
        costly.push(Costly {
            member: member.clone(),
            change,
            replaces,
        });
    }
    let mut planned = planned.clone();
    if planned.attribute("drift").as_map().is_some() {
        planned.set_attribute("drift", Value::Map(kept));
    }
    if replaces {
        planned.set_attribute("created", Value::Unknown);
        let fact = Some("true".to_owned());
        plan.private.set_fact(&replacing(member.row.key), fact);
        planned.set_attribute("drift", Value::Map(BTreeMap::new()));
        // What else changes is no loss any more: all of it goes.
        costly.retain(|costly| costly.replaces);
    }
    plan.planned.set_attribute(member.row.key, planned);
    costly
}
