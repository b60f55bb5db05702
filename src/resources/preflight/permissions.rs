//! Permissions that the apply needs and the user does not have, in one error that holds every line to add.
//!
//! NATS reports a denied subject on the connection and does not answer the request. That JetStream may be asked about
//! the account and about names is needed too where the plan depends on it: without the answer it would only guess.

use std::collections::BTreeSet;

use crate::jetstream::{Error, OperationKind};
use crate::resources::permissions::{for_every_stream, is_required};
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::existing;
use crate::resources::preflight::survey::{Answer, Survey};
use crate::terraform::language::{Diagnostic, Diagnostics};

/// One error that names every denied subject.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let account = survey
        .account
        .iter()
        .filter_map(|answer| answer.as_ref().err());
    let owners = survey.subject_owners.iter();
    let owners = owners.filter_map(|answer| answer.result.as_ref().err());
    let errors = denied(survey, plan)
        .chain(denied_deletes(survey))
        .chain(account)
        .chain(owners);
    missing(errors, &survey.server).into_iter().collect()
}

/// What the user may not do, of what is really done: an asset that is adopted is not created.
fn denied<'s>(survey: &'s Survey<'_>, plan: &'s ObjectPlan<'_>) -> impl Iterator<Item = &'s Error> {
    let happens = move |checked: &Answer<'_, ()>| {
        let mut outside = existing::outside(survey, plan);
        let exists = outside.any(|(member, _)| member.row.key == checked.member.row.key);
        !(exists && checked.kind == OperationKind::Create)
    };
    let permissions = survey.permissions.iter();
    permissions
        .filter(move |checked| happens(checked))
        .filter_map(|checked| checked.result.as_ref().err())
}

/// What the user may not delete, of what is there.
fn denied_deletes<'s>(survey: &'s Survey<'_>) -> impl Iterator<Item = &'s Error> {
    let exists = |stream: String| {
        let mut snapshots = survey.assets.iter().chain(&survey.deleted);
        snapshots.any(|answer| {
            let info = answer.info();
            info.is_some_and(|info| info.config.name() == stream)
        })
    };
    let permissions = survey.delete_permissions.iter();
    permissions
        .filter(move |checked| exists(checked.member.stream()))
        .filter_map(|checked| checked.result.as_ref().err())
}

fn missing<'a>(errors: impl Iterator<Item = &'a Error>, server: &str) -> Option<Diagnostic> {
    let subjects: BTreeSet<_> = errors
        .filter(|error| !error.is_inbox_denied())
        .filter_map(Error::denied_subject)
        .filter(|subject| is_required(subject))
        .collect();
    let first = subjects.first()?;
    let summary = match subjects.len() {
        1 => format!("No permission to publish to {first}"),
        many => format!("No permission to publish to {many} subjects"),
    };
    let lines: String = subjects
        .iter()
        .map(|subject| format!("  \"{subject}\"\n"))
        .collect();
    let pattern = subjects
        .iter()
        .find_map(|subject| for_every_stream(subject));
    let pattern = pattern
        .map(|pattern| format!("; `{pattern}` allows it for all streams"))
        .unwrap_or_default();
    let detail = format!(
        "The provider's user has no permission to publish to these subjects of the NATS server at {server}, and the plan or the apply needs them:\n{lines}Add each line to `permissions.publish.allow` of the user, or remove it from `deny`, then plan again{pattern}. `terraform plan -refresh-only` needs none of these permissions, and shows what differs."
    );
    Some(Diagnostic::error(summary, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::plan::object_plan::AssetAction;
    use crate::resources::preflight::fixture::{Case, exists, only, survey};
    use crate::resources::wadm::WadmJetStream;

    const CREATE: &str = "$JS.API.STREAM.CREATE.KV_CONFIGDATA_default";
    const UPDATE: &str = "$JS.API.STREAM.UPDATE.KV_CONFIGDATA_default";
    const DELETE: &str = "$JS.API.STREAM.DELETE.KV_CONFIGDATA_default";

    fn denied<'p>(action: &AssetAction<'p>, kind: OperationKind, subject: &str) -> Answer<'p, ()> {
        Answer {
            member: action.member,
            kind,
            result: Err(Error::denied(subject)),
        }
    }

    #[test]
    fn a_denied_subject_is_an_error_that_holds_the_line_to_add() {
        let case = Case::create(LatticeBuckets, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());

        survey.permissions = vec![denied(&plan.actions[1], OperationKind::Create, CREATE)];

        assert_eq!(
            only(
                &check(&survey, &plan),
                &[&format!("  \"{CREATE}\"\n"), "`$JS.API.STREAM.CREATE.>`"]
            ),
            format!("error: No permission to publish to {CREATE} ()")
        );
    }

    #[test]
    fn several_denied_subjects_are_one_error() {
        let case = Case::create(WadmJetStream, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.account = Some(Err(Error::denied("$JS.API.INFO")));
        survey.subject_owners = vec![Answer {
            member: plan.actions[2].member,
            kind: OperationKind::Create,
            result: Err(Error::denied("$JS.API.STREAM.NAMES")),
        }];

        let text = only(
            &check(&survey, &plan),
            &["\"$JS.API.INFO\"", "\"$JS.API.STREAM.NAMES\""],
        );

        assert_eq!(text, "error: No permission to publish to 2 subjects ()");
    }

    #[test]
    fn an_asset_that_is_adopted_is_not_created() {
        let case = Case::create(LatticeBuckets, json!({ "adopt_existing": true }));
        let plan = case.plan();
        let action = &plan.actions[1];
        let mut survey = survey(&plan);
        survey.permissions = vec![
            denied(action, OperationKind::Create, CREATE),
            denied(action, OperationKind::Update, UPDATE),
        ];

        only(&check(&survey, &plan), &[CREATE, UPDATE]);
        exists(&mut survey, "config_data", json!({}), json!({}));
        let text = only(&check(&survey, &plan), &[UPDATE]);
        assert!(!text.contains("subjects"), "{text}");
    }

    #[test]
    fn what_cannot_be_deleted_counts_only_if_it_exists() {
        let case = Case::destroy(LatticeBuckets, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        let member = &plan.prior_members[1];
        assert_eq!(LatticeBuckets.rows()[1].key, member.row.key);
        survey.delete_permissions = vec![Answer {
            member,
            kind: OperationKind::Delete,
            result: Err(Error::denied(DELETE)),
        }];

        only(&check(&survey, &plan), &[DELETE]);
        survey
            .deleted
            .retain(|asset| asset.member.row.key != "config_data");
        assert!(check(&survey, &plan).is_empty());
    }
}
