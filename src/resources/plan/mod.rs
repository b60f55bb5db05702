//! Planning the assets of one object: the planned values, and what the user must know about each change.
//!
//! Values never depend on the server beyond what the last refresh put into the state: a plan without a connection
//! plans the same values, and only `preflight` adds words.

pub mod changes;

use std::collections::BTreeMap;

use crate::jetstream::{Effect, NEWEST_LEVEL, SettingChange};
use crate::resources::Walk;
use crate::resources::messages::costs::{self, Costly};
use crate::resources::messages::remarks;
use crate::resources::object::argument::Unset;
use crate::resources::object::member::Member;
use crate::resources::plan::changes::Changes;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Call, Plan};
use crate::terraform::language::{Diagnostic, Value};

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

/// The assets of these keys whose replacement the plan has shown.
pub fn replacements(keys: &[&'static str], private: &Private) -> Vec<&'static str> {
    let keys = keys.iter().copied();
    keys.filter(|key| private.fact(&replacing(key)).is_some())
        .collect()
}

/// The API level by whose rules an asset is planned; the newest while nobody has asked its server.
pub(crate) fn level_of(member: &Member, private: &Private) -> u64 {
    let known = private.fact(&level(member.row.key));
    known
        .and_then(|level| level.parse().ok())
        .unwrap_or(NEWEST_LEVEL)
}

/// What stays of an asset as somebody else made it: whether it breaks its users, and the words.
pub(crate) type Lasting = (bool, Diagnostic);

impl Walk {
    /// Completes a planned create or update.
    pub async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.plan_objects(plan);
        let contradiction = self.claim(plan);
        plan.diagnostics.extend(contradiction);
        let (mut costly, mut lasting) = (Vec::new(), Vec::new());
        if !plan.prior.is_null() && plan.requires_replace.is_empty() {
            for (member, former) in self.members.iter().zip(&self.former) {
                let (costs, stays) = plan_changes(member, former, plan);
                costly.extend(costs);
                lasting.extend(stays);
            }
        }
        tell_lasting(lasting, plan);
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
            // What an apply before this plan was told and did not do is no longer true.
            plan.private.set_fact(&replacing(key), None);
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

/// What breaks somebody is said before everything else.
fn tell_lasting(lasting: Vec<Lasting>, plan: &mut Plan) {
    let (breaking, harmless): (Vec<_>, Vec<_>) =
        lasting.into_iter().partition(|(breaks, _)| *breaks);
    let words = |lasting: Vec<Lasting>| lasting.into_iter().map(|(_, said)| said);
    let said = std::mem::take(&mut plan.diagnostics);
    plan.diagnostics.extend(words(breaking));
    plan.diagnostics.extend(said);
    plan.diagnostics.extend(words(harmless));
}

/// Completes the planned object of an existing asset; answers the changes that cost something, and what stays.
fn plan_changes(member: &Member, former: &Member, plan: &mut Plan) -> (Vec<Costly>, Vec<Lasting>) {
    let key = member.row.key;
    let prior = plan.prior.attribute(key);
    let mut planned = plan.planned.attribute(key).clone();
    if prior.is_null() || planned.is_unknown() {
        return (Vec::new(), Vec::new());
    }
    let (known, level) = (former.known(prior), level_of(member, &plan.private));
    let changes =
        |planned: &Value| Changes::between(member, &member.wanted(planned).config, &known, level);
    let mut found = changes(&planned);
    let followers = found.followers(member, &plan.config);
    for argument in &followers {
        planned.set_attribute(argument.name, prior.attribute(argument.name).clone());
    }
    if !followers.is_empty() {
        found = changes(&planned);
    }
    let replaced = found.refused().cloned();
    if planned.attribute("drift").as_map().is_some() {
        let kept = found.kept.iter().filter(|_| replaced.is_none());
        let kept: BTreeMap<_, _> = kept
            .map(|change| (change.key.clone(), Value::from(change.live.to_string())))
            .collect();
        planned.set_attribute("drift", Value::Map(kept));
    }
    if let Some(argument) = found.open_replacement(member, &planned) {
        planned.set_attribute("created", Value::Unknown);
        if !found.kept.is_empty() {
            planned.set_attribute("drift", Value::Unknown);
        }
        plan.diagnostics
            .push(costs::perhaps_replaced(member, argument, &plan.config));
    }
    if replaced.is_some() {
        planned.set_attribute("created", Value::Unknown);
        let fact = Some("true".to_owned());
        plan.private.set_fact(&replacing(key), fact);
    }
    plan.planned.set_attribute(key, planned);
    match replaced {
        // What else changes is no loss any more, and nothing stays: all of it goes.
        Some(change) => (vec![costly(member, change)], Vec::new()),
        None => {
            let names: Vec<_> = followers.iter().map(|argument| argument.name).collect();
            let lasting = lasting(member, &found.kept, &names);
            let asked = found.asked.into_iter();
            let costs = asked.filter(|change| change.effect != Effect::InPlace);
            (
                costs.map(|change| costly(member, change)).collect(),
                lasting,
            )
        }
    }
}

fn costly(member: &Member, change: SettingChange) -> Costly {
    Costly {
        member: member.clone(),
        change,
    }
}

/// One warning for each cause; what only follows from it is told with it.
pub(crate) fn lasting(member: &Member, kept: &[SettingChange], arguments: &[&str]) -> Vec<Lasting> {
    let causes = kept.iter().filter(|change| {
        let by = change.cause.unwrap_or_default();
        !kept.iter().any(|other| other.key == by)
    });
    causes
        .map(|cause| {
            let of_it = kept
                .iter()
                .filter(|change| change.cause == Some(cause.key.as_str()));
            let mut with_it: Vec<_> = of_it.map(|change| change.key.as_str()).collect();
            if cause.setting.is_some() && bounds_any(cause, arguments, member) {
                with_it.extend(arguments);
            }
            remarks::lasting(member, cause, &with_it)
        })
        .collect()
}

/// Whether the arguments follow this very setting.
fn bounds_any(cause: &SettingChange, arguments: &[&str], member: &Member) -> bool {
    let mut arguments = member
        .row
        .arguments()
        .iter()
        .filter(|argument| arguments.contains(&argument.name));
    arguments.any(|argument| {
        crate::jetstream::setting(argument.key)
            .is_some_and(|row| row.bounds.iter().any(|bound| bound.by == cause.key))
    })
}
