//! Planning the assets of one object: the planned values, and what the user must know about each change.
//!
//! Values never depend on the server beyond what the last refresh put into the state: a plan without a connection
//! plans the same values, and only `preflight` adds words.

use std::collections::BTreeMap;

use crate::framework::{Call, Plan};
use crate::jetstream::{Change, Effect, diff};
use crate::resources::argument::Unset;
use crate::resources::asset::Member;
use crate::resources::diagnose::{argument_path, capitalised};
use crate::resources::{Walk, refused_drift};
use crate::terraform::{Diagnostic, Path, Value};

/// The private fact that says when the asset that we made or took over was created.
pub fn made(key: &str) -> String {
    format!("created.{key}")
}

impl Walk<'_> {
    /// Completes a planned create or update.
    pub async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.plan_objects(plan);
        let replaced = !plan.requires_replace.is_empty();
        let mut lossy = Vec::new();
        if !plan.prior.is_null() && !replaced {
            for member in &self.members {
                lossy.extend(
                    plan_changes(member, plan)
                        .into_iter()
                        .map(|change| (member.clone(), change)),
                );
            }
        }
        if !plan.diagnostics.has_error() && plan.planned != plan.prior {
            self.preflight(plan, lossy, call).await;
        }
    }

    fn plan_objects(&self, plan: &mut Plan) {
        let adopts = plan.planned.attribute("adopt_existing").as_bool() != Some(false);
        let arguments = self
            .members
            .iter()
            .flat_map(|member| member.row.arguments());
        let mut common = plan.planned.clone();
        for argument in arguments.filter(|argument| matches!(argument.unset, Unset::LeftAlone)) {
            // Left alone when not set: the asset's own value stays, whatever was common once.
            let set = plan.config.attribute(argument.name).clone();
            if set.is_null() {
                plan.planned
                    .set_attribute(argument.name, plan.prior.attribute(argument.name).clone());
            }
            common.set_attribute(argument.name, set);
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
                plan.diagnostics
                    .push(recreation(member, plan.private.fact(&made(key)), created));
            }
            if prior.is_null() && !plan.prior.is_null() {
                plan.diagnostics.push(disappearance(member));
            }
        }
    }
}

/// Says what an update means for one asset; answers the changes that delete something.
fn plan_changes(member: &Member, plan: &mut Plan) -> Vec<Change> {
    let (prior, planned) = (
        plan.prior.attribute(member.row.key),
        plan.planned.attribute(member.row.key),
    );
    if prior.is_null() || planned.is_unknown() {
        return Vec::new();
    }
    let changes = diff(&member.wanted(planned).config, &member.known(prior));
    let (mut kept, mut lossy) = (BTreeMap::new(), Vec::new());
    for change in changes {
        match change.effect {
            _ if refused_drift(member, &change) => {
                plan.diagnostics.push(unrepairable(member, &change));
                kept.insert(change.key.clone(), Value::from(change.live.to_string()));
            }
            Effect::Refused(_) => plan
                .diagnostics
                .push(refused(member, &change, &plan.config)),
            Effect::Destructive(_) => lossy.push(change),
            Effect::OneWay(what) => plan.diagnostics.push(remark(
                member,
                &change,
                &plan.config,
                "cannot be taken back",
                what,
            )),
            Effect::NoEffect(until) => plan.diagnostics.push(remark(
                member,
                &change,
                &plan.config,
                "has no effect yet",
                until,
            )),
            Effect::InPlace | Effect::Unknown => {}
        }
    }
    let mut planned = planned.clone();
    if planned.attribute("drift").as_map().is_some() {
        planned.set_attribute("drift", Value::Map(kept));
    }
    plan.planned.set_attribute(member.row.key, planned);
    lossy
}

/// The server will not do it, and it is the user's to decide how to go on.
pub fn refused(member: &Member, change: &Change, config: &Value) -> Diagnostic {
    let name = member
        .argument(&change.key)
        .map_or(change.key.as_str(), |argument| argument.name);
    let reason = match change.effect {
        Effect::Refused(reason) => reason,
        _ => "",
    };
    let summary = format!(
        "{} of {} cannot change from {} to {}",
        capitalised(name),
        member.title(),
        change.live,
        change.desired
    );
    let detail = format!(
        "{reason}, and the provider deletes nothing to make it pass. Either set `{name}` of `{key}` to {live}, which keeps the contents; or save the contents, delete stream {stream} yourself (`nats stream rm {stream}`), and apply again, which makes it new and empty.",
        reason = capitalised(reason),
        key = member.row.key,
        live = change.live,
        stream = member.stream(),
    );
    Diagnostic::error(summary, detail).at(argument_path(member, name, config))
}

/// It has no argument, and the plan, which promised to change it back, was made before it became what it is.
pub fn unforeseen(member: &Member, change: &Change) -> Diagnostic {
    let summary = format!(
        "{} has {} = {} since the plan was made",
        capitalised(&member.title()),
        change.key,
        change.live
    );
    let detail = format!(
        "The plan says that it is {}, and the server will not change it back, so nothing was done to stream {}. Plan again: the next plan keeps it in `drift`.",
        change.desired,
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

fn unrepairable(member: &Member, change: &Change) -> Diagnostic {
    let reason = match change.effect {
        Effect::Refused(reason) => reason,
        _ => "",
    };
    let summary = format!(
        "{} has {} = {}, which cannot be changed back",
        capitalised(&member.title()),
        change.key,
        change.live
    );
    let detail = format!(
        "wasmCloud needs {}, and the server refuses the change: {reason}. It stays in `drift`. To be rid of it, save the contents, delete stream {} and apply again.",
        change.desired,
        member.stream()
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

fn remark(member: &Member, change: &Change, config: &Value, what: &str, why: &str) -> Diagnostic {
    let (name, path) = match member.argument(&change.key) {
        Some(argument) => (argument.name, argument_path(member, argument.name, config)),
        None => (change.key.as_str(), Path::attribute(member.row.key)),
    };
    let summary = format!("{} of {} {what}", capitalised(name), member.title());
    Diagnostic::warning(
        summary,
        format!(
            "It changes from {} to {}: {why}.",
            change.live, change.desired
        ),
    )
    .at(path)
}

fn recreation(member: &Member, made: Option<&str>, found: Option<&str>) -> Diagnostic {
    let summary = format!(
        "{} was deleted and made again outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The one that Terraform knew was created {}; this one was created {}. What the former held is gone. {}",
        made.unwrap_or("earlier"),
        found.unwrap_or("later"),
        member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

fn disappearance(member: &Member) -> Diagnostic {
    let summary = format!(
        "{} was deleted outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The apply makes it again, empty. {}",
        member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}
