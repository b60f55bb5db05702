//! What a plan says of the server: whether the apply would be refused, and what it would delete.
//!
//! Adds diagnostics to a plan, never values. The survey sends all requests and returns plain data; each rule is a pure
//! function from survey and plan to diagnostics, in a file of its own.

pub mod survey;
pub mod existing;
pub mod adoption;
pub mod data_loss;
pub mod stored;
pub mod destroy;
pub mod unchecked;
pub mod permissions;
pub mod reserved;
pub mod account_limits;
pub mod cluster_size;
pub mod server_version;
pub mod max_payload;
pub mod replicas;
pub mod subject_overlap;
pub mod object_conflicts;
pub mod harmful_streams;
pub mod advice;
#[cfg(test)]
pub mod fixture;

use crate::jetstream::Scope;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::requests::{Domains, survey, survey_destroy};
use crate::resources::preflight::survey::{HarmfulStream, Survey};
use crate::resources::session::DomainSession;
use crate::terraform::language::Diagnostics;

/// What one rule reports of a plan.
type Rule = fn(&Survey<'_>, &ObjectPlan<'_>) -> Diagnostics;

/// The rules, in the order in which one reads what they report.
const RULES: &[Rule] = &[
    harmful_streams::check,
    server_version::check,
    permissions::check,
    adoption::check,
    destroy::check_tainted,
    unchecked::check,
    data_loss::check,
    stored::check,
    replicas::check,
    existing::check,
    destroy::check,
];

/// The rules for a plan that nothing else refuses, and whose assets were all read.
const FURTHER_RULES: &[Rule] = &[
    max_payload::check,
    cluster_size::check,
    account_limits::check,
    subject_overlap::check,
];

const DESTROY_RULES: &[Rule] = &[permissions::check, destroy::check];

/// What is known of a plan after its check.
#[derive(Default)]
pub struct Checked {
    /// What is reported.
    pub diagnostics: Diagnostics,
    /// The values that are deleted with each asset whose contents exist nowhere else, by key.
    pub deleted: Vec<(&'static str, u64)>,
}

/// Checks a create or an update.
pub async fn check(
    plan: &ObjectPlan<'_>,
    domains: &Domains<'_>,
    harmful: &'static [HarmfulStream],
    scope: &Scope,
) -> Checked {
    let mut checked = match domains.planned.client_if_known() {
        Some(client) if plan.acts() => {
            let survey = survey(&client, domains, plan, harmful, scope).await;
            Checked {
                deleted: destroy::deleted(&survey, plan),
                diagnostics: judge(survey, plan, domains),
            }
        }
        _ => data_loss::check_without_server(plan).into(),
    };
    // What is refused anyway needs no advice.
    if !checked.diagnostics.has_error() {
        checked.diagnostics.extend(advice::check(plan));
    }
    checked
}

fn judge(survey: Survey<'_>, plan: &ObjectPlan<'_>, domains: &Domains<'_>) -> Diagnostics {
    let taken = existing::taken(&survey, plan);
    if !taken.is_empty() {
        return taken;
    }
    let mut diagnostics = apply_rules(RULES, &survey, plan);
    let unread = survey.assets.iter().any(|asset| asset.result.is_err());
    if diagnostics.has_error() || unread {
        return diagnostics;
    }
    let cache = &domains.planned.cache;
    let changes = match &survey.account {
        Some(Ok(_)) => account_limits::storage_changes(&survey, plan),
        _ => Default::default(),
    };
    let survey = Survey {
        storage: cache.plan_storage(changes),
        ..survey
    };
    diagnostics.extend(apply_rules(FURTHER_RULES, &survey, plan));
    diagnostics
}

/// Checks a destroy.
pub async fn check_destroy(
    plan: &ObjectPlan<'_>,
    session: &DomainSession,
    scope: &Scope,
) -> Checked {
    let Some(client) = session.client_if_known() else {
        return Checked::default();
    };
    if plan.plan.prior.attribute("skip_destroy").as_bool() == Some(true) {
        return destroy::keeps(plan).into();
    }
    let survey = survey_destroy(&client, session, plan, scope).await;
    Checked {
        deleted: destroy::deleted(&survey, plan),
        diagnostics: apply_rules(DESTROY_RULES, &survey, plan),
    }
}

impl From<Diagnostics> for Checked {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            ..Self::default()
        }
    }
}

fn apply_rules(rules: &[Rule], survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    rules.iter().flat_map(|rule| rule(survey, plan)).collect()
}
