//! Streams that two objects of one configuration cannot both have.
//!
//! Terraform plans each object for itself. What the plans of a run do with each stream is recorded in the session
//! ([`crate::resources::session::stream_uses`]); whichever of two conflicting plans comes second is refused.

use crate::resources::object::existing;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::PrivateFact;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::requests::Domains;
use crate::resources::preflight::survey::{Conflict, Survey};
use crate::resources::session::DomainSession;
use crate::resources::session::stream_uses::StreamUse;
use crate::terraform::framework::Action;
use crate::terraform::language::{Diagnostic, Diagnostics};

/// One error that names the streams of all conflicts.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let streams = |is_in_state: bool| {
        let conflicts = survey.conflicts.iter();
        let conflicts = conflicts.filter(move |conflict| conflict.is_in_state == is_in_state);
        conflicts
            .map(|conflict| conflict.stream.as_str())
            .collect::<Vec<_>>()
    };
    let (in_state, created) = (streams(true), streams(false));
    let (summary, detail) = match (&in_state[..], &created[..]) {
        ([], []) => return Diagnostics::new(),
        ([], [first, ..]) => (
            format!("Two resources create stream {first}"),
            format!(
                "In an account and JetStream domain, the name of a stream is unique, and two resources of this configuration create {}. Remove one of the two resources, or change one of them: set other names, or use a provider configuration for another account.",
                created.join(", ")
            ),
        ),
        ([first, ..], _) => (
            format!("Two resources manage stream {first}"),
            format!(
                "One resource has {} in Terraform's state, and another resource of this configuration would create the same. Choose one:\n  - if the resource was renamed, add a `moved` block; nothing is deleted then\n  - if the first resource should no longer manage it, first apply that change alone: Terraform would otherwise do both at the same time\n  - otherwise remove one of the two resources, or set other names in it",
                in_state.join(", ")
            ),
        ),
    };
    Diagnostic::error(summary, detail)
        .at(plan.object.identity.clone())
        .into()
}

/// Records what a create or an update does with its streams, and answers the conflicts with other objects.
pub fn record(plan: &ObjectPlan<'_>, domains: &Domains<'_>) -> Vec<Conflict> {
    let wanted = match plan.adopts() {
        true => StreamUse::Adopts,
        false => StreamUse::Creates,
    };
    let mark = |member: &Member| PrivateFact::Created.read(&plan.plan.private, member.row.key);
    let prior: Vec<_> = existing(plan.prior_members, &plan.plan.prior)
        .into_iter()
        // Without a mark the second plan of the same object would conflict with this one.
        .filter_map(|member| Some((member.stream(), StreamUse::Has, Some(mark(member)?))))
        .collect();
    let replaced = !plan.plan.requires_replace.is_empty();
    let members = plan.object.members.iter();
    let planned: Vec<_> = members
        .filter(|member| member.name.is_some())
        .map(|member| (member.stream(), wanted, mark(member)))
        .filter(|(_, _, mark)| plan.plan.action == Action::Create || replaced && mark.is_some())
        .collect();
    if std::ptr::eq(domains.prior, domains.planned) {
        return record_all(domains.prior, &[prior, planned].concat());
    }
    let conflicts = [
        record_all(domains.prior, &prior),
        record_all(domains.planned, &planned),
    ];
    conflicts.concat()
}

/// As [`record`] and [`check`], for a destroy.
pub fn check_destroy(plan: &ObjectPlan<'_>, session: &DomainSession) -> Diagnostics {
    let known = Survey {
        conflicts: record_destroy(plan, session),
        ..Survey::default()
    };
    check(&known, plan)
}

fn record_destroy(plan: &ObjectPlan<'_>, session: &DomainSession) -> Vec<Conflict> {
    let prior = &plan.plan.prior;
    let stream_use = match prior.attribute("skip_destroy").as_bool() {
        Some(true) => StreamUse::Forgets,
        _ => StreamUse::Has,
    };
    let members = existing(plan.prior_members, prior).into_iter();
    let uses: Vec<_> = members
        .map(|member| (member.stream(), stream_use, None))
        .collect();
    record_all(session, &uses)
}

/// Records the streams of an object, each with the mark of the object if it has one.
fn record_all(
    session: &DomainSession,
    uses: &[(String, StreamUse, Option<&str>)],
) -> Vec<Conflict> {
    let recorded = uses
        .iter()
        .map(|(stream, stream_use, mark)| (stream.as_str(), *stream_use, *mark));
    let others = session.cache.record_uses(recorded);
    let conflicts = uses.iter().zip(others);
    conflicts
        .filter_map(|((stream, stream_use, _), other)| {
            Some(Conflict {
                stream: stream.clone(),
                is_in_state: other?.is_in_state() || stream_use.is_in_state(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only};

    fn conflicts(plans: &[&Case]) -> Diagnostics {
        let session = DomainSession::default();
        let domains = Domains {
            planned: &session,
            prior: &session,
        };
        let mut last = Diagnostics::new();
        for case in plans {
            let plan = case.plan();
            let conflicts = match plan.plan.action {
                Action::Destroy => record_destroy(&plan, &session),
                Action::Create | Action::Update => record(&plan, &domains),
            };
            let survey = Survey {
                conflicts,
                ..Survey::default()
            };
            last = check(&survey, &plan);
        }
        last
    }

    #[test]
    fn two_new_objects_that_create_the_same_streams_conflict() {
        let (one, other) = (
            Case::create(LatticeBuckets, json!({})),
            Case::create(LatticeBuckets, json!({})),
        );
        let another = Case::create(LatticeBuckets, json!({ "lattice": "b" }));

        assert_eq!(
            only(
                &conflicts(&[&one, &other]),
                &["KV_LATTICEDATA_default, KV_CONFIGDATA_default"]
            ),
            "error: Two resources create stream KV_LATTICEDATA_default (lattice)"
        );
        assert!(conflicts(&[&one, &another]).is_empty());
    }

    #[test]
    fn what_the_state_has_no_other_object_creates_whichever_is_planned_first() {
        let (had, new) = (
            Case::destroy(LatticeBuckets, json!({})),
            Case::create(LatticeBuckets, json!({})),
        );

        for order in [[&had, &new], [&new, &had]] {
            assert_eq!(
                only(&conflicts(&order), &["`moved` block"]),
                "error: Two resources manage stream KV_LATTICEDATA_default (lattice)"
            );
        }
    }

    #[test]
    fn what_one_forgets_another_may_adopt() {
        let forgotten = Case::destroy(LatticeBuckets, json!({ "skip_destroy": true }));
        let adopted = Case::create(LatticeBuckets, json!({ "adopt_existing": true }));

        assert!(conflicts(&[&forgotten, &adopted]).is_empty());
    }
}
