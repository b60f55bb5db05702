//! Whether other streams have the subjects of what is planned.

use std::collections::BTreeMap;

use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::{Answer, Survey};
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::{printable, shell_word};

/// Names each other stream that has subjects of the assets, with all that it takes.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let members = plan.object.members.iter().chain(plan.prior_members);
    let ours: Vec<_> = members.map(Member::stream).collect();
    let mut taken: BTreeMap<&String, Vec<&Member>> = BTreeMap::new();
    for Answer { member, result, .. } in &survey.subject_owners {
        match result {
            Ok(names) => {
                for name in names.iter().filter(|name| !ours.contains(name)) {
                    taken.entry(name).or_default().push(member);
                }
            }
            Err(error) => tracing::debug!(%error, "the names of the streams could not be read"),
        }
    }
    let errors = taken.iter().map(|(name, members)| overlap(members, name));
    errors.collect()
}

fn overlap(members: &[&Member], name: &str) -> Diagnostic {
    let titles: Vec<_> = members.iter().map(|member| member.title()).collect();
    let shown = printable(name);
    let subjects: Vec<_> = members
        .iter()
        .flat_map(|member| member.subjects())
        .collect();
    let summary = format!("Stream {shown} has the subjects of {}", titles.join(", "));
    let detail = format!(
        "Two streams of an account cannot have overlapping subjects (JetStream 10065), and {shown} has subjects that overlap with {}. Delete {shown}, or change its subjects (`nats stream edit {}`).",
        subjects.join(", "),
        shell_word(name)
    );
    let path = match members {
        [member] => Path::attribute(member.row.key),
        _ => Path::root(),
    };
    Diagnostic::error(summary, detail).at(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jetstream::OperationKind;
    use crate::resources::preflight::fixture::{Case, only, survey};
    use crate::resources::wadm::WadmJetStream;

    #[test]
    fn a_stream_that_takes_subjects_is_named_with_all_that_it_takes() {
        let case = Case::create(WadmJetStream, json!({}));
        let plan = case.plan();
        let owners = |key: &str, names: &[&str]| Answer {
            member: crate::resources::preflight::fixture::member(plan.object, key),
            kind: OperationKind::Create,
            result: Ok(names.iter().map(|name| (*name).to_owned()).collect()),
        };
        let mut survey = survey(&plan);
        survey.subject_owners = vec![owners("events", &["wadm_events"]), owners("commands", &[])];
        assert!(check(&survey, &plan).is_empty());

        survey.subject_owners = vec![owners("events", &["OTHER"])];
        assert_eq!(
            only(
                &check(&survey, &plan),
                &["10065", "wadm.evt.*.>", "`nats stream edit OTHER`"]
            ),
            "error: Stream OTHER has the subjects of stream wadm_events (events)"
        );
        survey.subject_owners.push(owners("commands", &["OTHER"]));
        assert_eq!(
            only(&check(&survey, &plan), &["wadm.evt.*.>, wadm.cmd.*"]),
            "error: Stream OTHER has the subjects of stream wadm_events, stream wadm_commands ()"
        );
    }
}
