//! Planning the assets of one object: the planned values, and what the user must know about each change.
//!
//! No requests: values never depend on the server beyond what the last refresh put into the state, so a plan without a
//! connection plans the same values. What the server knows besides, the preflight adds as diagnostics.

pub mod common;
pub mod data_loss;
pub mod object_plan;
pub mod planned_change;

use std::collections::BTreeMap;

use crate::jetstream::{Conditions, Effect, FREEZING, NEWEST_LEVEL, SettingChange, setting};
use crate::resources::messages::changes as messages;
use crate::resources::messages::drift::{self, LastingDrift};
use crate::resources::object::argument::Argument;
use crate::resources::object::argument::codec::Codec;
use crate::resources::object::argument::common::keep_own_arguments;
use crate::resources::object::changes::{Changes, CostlyChange};
use crate::resources::object::common::keep_equal_timeouts;
use crate::resources::object::member::{METADATA, Member, metadata_edits, with_own_metadata};
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::{NO_CONSUMERS, PrivateFact};
use crate::resources::plan::common::plan_common;
use crate::terraform::framework::Plan;
use crate::terraform::framework::private::Private;
use crate::terraform::language::Value;

/// By which rules an asset is planned: those of the newest server while its own is not known.
pub fn conditions_of(member: &Member, private: &Private) -> Conditions {
    let key = member.row.key;
    let level = PrivateFact::ApiLevel.read(private, key);
    let level = level.and_then(|level| level.parse().ok());
    Conditions {
        level: level.unwrap_or(NEWEST_LEVEL),
        has_consumers: PrivateFact::Consumers.read(private, key) != Some(NO_CONSUMERS),
    }
}

/// Completes the planned values of a create or update.
pub fn plan_values(members: &[Member], plan: &mut Plan) {
    keep_equal_timeouts(&plan.prior, &mut plan.planned);
    let owned = members.iter();
    let owned: Vec<_> = owned
        .map(|member| OwnedTexts::of_prior(&plan.private, member, &plan.prior))
        .collect();
    let common = plan_common(members, &owned, plan);
    let adopts = plan.planned.attribute("adopt_existing").as_bool() != Some(false);
    for (member, owned) in members.iter().zip(&owned) {
        plan_member(member, &common, adopts, owned, plan);
    }
    if !plan.prior.is_null() {
        let absent = members
            .iter()
            .filter(|member| plan.prior.attribute(member.row.key).is_null());
        let absent: Vec<_> = absent.collect();
        plan.diagnostics
            .extend(drift::disappearance(&absent, members.len()));
    }
}

/// Completes the planned changes of existing assets, and answers those that cost something. `prior_members`: the assets
/// as the prior state has them.
pub fn plan_changes(
    members: &[Member],
    prior_members: &[Member],
    plan: &mut Plan,
) -> Vec<CostlyChange> {
    let (mut costly, mut lasting) = (Vec::new(), Vec::new());
    if !plan.prior.is_null() && plan.requires_replace.is_empty() {
        for (member, prior) in members.iter().zip(prior_members) {
            let (costs, stays) = plan_member_changes(member, prior, plan);
            costly.extend(costs);
            lasting.extend(stays);
        }
    }
    report_lasting(lasting, plan);
    costly
}

fn plan_member(member: &Member, common: &Value, adopts: bool, owned: &OwnedTexts, plan: &mut Plan) {
    let key = member.row.key;
    // What an apply before this plan was to replace and did not is no longer true.
    PrivateFact::Replacing.write(&mut plan.private, key, None);
    keep_own_arguments(&mut plan.private, member, &plan.config);
    let prior = plan.prior.attribute(key);
    let created = prior.attribute("created").as_str();
    let ours = PrivateFact::Created.read(&plan.private, key);
    let recreated = !prior.is_null() && ours.is_some_and(|ours| Some(ours) != created);
    let keep = |argument: &Argument, text: &Value| match argument.shape {
        Codec::Text if owned.owns(argument.name, text) => member.usual_description(),
        Codec::Metadata => owned.foreign(text),
        _ => text.clone(),
    };
    let mut planned = member.plan(&plan.config, common, &plan.prior, adopts, recreated, keep);
    if keeps_metadata(prior, &planned, owned) {
        planned.set_attribute(METADATA, prior.attribute(METADATA).clone());
    }
    let configured = owned.and_configured(|name| match plan.config.attribute(key) {
        Value::Unknown => Value::Unknown,
        own if own.attribute(name).is_null() => common.attribute(name).clone(),
        own => own.attribute(name).clone(),
    });
    plan.planned.set_attribute(key, planned);
    if recreated {
        plan.diagnostics
            .push(drift::recreation(member, ours, created));
    }
    configured.write(&mut plan.private, member, plan.planned.attribute(key));
}

/// Whether an asset has the planned metadata already: what an import has found besides is that of others, and stays.
fn keeps_metadata(prior: &Value, planned: &Value, owned: &OwnedTexts) -> bool {
    let (before, after) = (prior.attribute(METADATA), planned.attribute(METADATA));
    let edits = metadata_edits(prior, planned, |key| owned.owns_key(key));
    !before.is_null() && !after.is_null() && after.is_wholly_known() && edits == Default::default()
}

/// What breaks a user of the asset is reported before everything else.
fn report_lasting(lasting: Vec<LastingDrift>, plan: &mut Plan) {
    let (breaking, harmless): (Vec<_>, Vec<_>) =
        lasting.into_iter().partition(|drift| drift.breaks);
    let warnings = |lasting: Vec<LastingDrift>| lasting.into_iter().map(|drift| drift.warning);
    let before = std::mem::take(&mut plan.diagnostics);
    plan.diagnostics.extend(warnings(breaking));
    plan.diagnostics.extend(before);
    plan.diagnostics.extend(warnings(harmless));
}

/// Completes the planned object of an existing asset; answers the changes that cost something, and what stays.
fn plan_member_changes(
    member: &Member,
    prior_member: &Member,
    plan: &mut Plan,
) -> (Vec<CostlyChange>, Vec<LastingDrift>) {
    let key = member.row.key;
    let prior = plan.prior.attribute(key);
    let mut planned = plan.planned.attribute(key).clone();
    if prior.is_null() || planned.is_unknown() {
        return (Vec::new(), Vec::new());
    }
    let known = with_own_metadata(prior_member.known(prior), prior);
    let conditions = conditions_of(member, &plan.private);
    let changes = |planned: &Value| {
        let wanted = with_own_metadata(member.wanted(planned).config, planned);
        Changes::between(member, &wanted, &known, conditions)
    };
    let mut found = changes(&planned);
    let mut followers = found.followers(member, &plan.config);
    let asked = found.refused_but_for(&followers).cloned();
    if asked.is_some() {
        // The new asset has what this one cannot have.
        followers.clear();
    }
    for argument in &followers {
        planned.set_attribute(argument.name, prior.attribute(argument.name).clone());
    }
    if !followers.is_empty() {
        found = changes(&planned);
    }
    let replaced = asked.or_else(|| found.refused().cloned());
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
        let warning = messages::may_be_replaced(member, argument, plan);
        plan.diagnostics.push(warning);
    }
    if replaced.is_some() {
        planned.set_attribute("created", Value::Unknown);
        let shown = Some("true".to_owned());
        PrivateFact::Replacing.write(&mut plan.private, key, shown);
    }
    plan.planned.set_attribute(key, planned);
    match replaced {
        // What else changes is no loss any more, and nothing stays: all of it goes.
        Some(change) => (vec![costly(member, change)], Vec::new()),
        None => {
            let names: Vec<_> = followers.iter().map(|argument| argument.name).collect();
            let lasting = lasting(member, &found.kept, &names);
            let requested = found.requested.into_iter();
            let costs = requested.filter(|change| change.effect != Effect::InPlace);
            (
                costs.map(|change| costly(member, change)).collect(),
                lasting,
            )
        }
    }
}

fn costly(member: &Member, change: SettingChange) -> CostlyChange {
    CostlyChange {
        member: member.clone(),
        change,
    }
}

/// One warning for each cause; what only follows from it is reported with it.
pub fn lasting(member: &Member, kept: &[SettingChange], arguments: &[&str]) -> Vec<LastingDrift> {
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
            drift::lasting(member, cause, &with_it)
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
        setting(argument.key).is_some_and(|row| {
            let mut bounds = row.bounds.iter().chain(FREEZING);
            bounds.any(|bound| bound.by == cause.key)
        })
    })
}
