//! Adopting an asset that already exists: what stays, what changes in place, and what that deletes.

use crate::jetstream::{DataLoss, Effect, SettingChange, StreamInfo};
use crate::resources::messages::changes::{cannot_adopt, deleting};
use crate::resources::messages::contents;
use crate::resources::messages::setting::{argument_name, shown};
use crate::resources::object::changes::adoption_changes;
use crate::resources::object::member::Member;
use crate::resources::plan;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::existing;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::capitalised;

/// What adopting each existing asset means.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let adopted = existing::outside(survey, plan).filter(|_| plan.adopts());
    let adopted = adopted.map(|(member, info)| adoption(member, info, survey, plan));
    adopted.flatten().collect()
}

fn adoption(
    member: &Member,
    info: &StreamInfo,
    survey: &Survey<'_>,
    plan: &ObjectPlan<'_>,
) -> Diagnostics {
    let config = &plan.plan.config;
    let changes = adoption_changes(member, &plan.plan.planned, info);
    let mut diagnostics = Diagnostics::new();
    let mut in_place = Vec::new();
    let requested = changes.requested.into_iter();
    for change in requested.filter(|change| change.key != "metadata") {
        match change.effect {
            Effect::Refused(_) => diagnostics.push(cannot_adopt(member, &change, config)),
            Effect::Destructive(_) => {
                let loss = DataLoss::of(&change, info).or(survey.loss(member, &change, info));
                diagnostics.extend(deleting(member, &change, Some(info), loss, config));
                in_place.push(changed(member, &change));
            }
            _ => in_place.push(changed(member, &change)),
        }
    }
    let lasting = plan::lasting(member, &changes.kept, &[]).into_iter();
    diagnostics.extend(lasting.map(|drift| drift.warning));
    diagnostics.push(adopted(member, info, &in_place));
    diagnostics
}

fn adopted(member: &Member, info: &StreamInfo, in_place: &[String]) -> Diagnostic {
    let changed = match in_place {
        [] => "No setting changes.".to_owned(),
        changes => format!("Changed in place: {}.", changes.join(", ")),
    };
    let summary = format!("{} is adopted", capitalised(&member.title()));
    let detail = format!(
        "The contents stay. It was created {} and contains {}. {changed}",
        info.created,
        contents(member, info)
    );
    Diagnostic::warning(summary, detail).at(Path::attribute("adopt_existing"))
}

fn changed(member: &Member, change: &SettingChange) -> String {
    format!(
        "{} from {} to {}",
        argument_name(member, change),
        shown(change, &change.live),
        shown(change, &change.desired)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, contents, exists, only, reported, survey};

    const ADOPTED: &str = "warning: Bucket CONFIGDATA_default is adopted (adopt_existing)";

    fn adopting(arguments: Json, settings: Json, counted: Option<u64>) -> Diagnostics {
        let mut config = json!({ "adopt_existing": true });
        for (name, value) in arguments.as_object().into_iter().flatten() {
            config[name] = value.clone();
        }
        let case = Case::create(LatticeBuckets, config);
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());
        let mut state = contents(2);
        state["messages"] = json!(10);
        exists(&mut survey, "config_data", settings, state);
        if let Some(counted) = counted {
            let key = ("config_data", "max_msgs_per_subject".to_owned());
            survey.counted.insert(key, counted);
        }
        check(&survey, &plan)
    }

    #[test]
    fn what_is_adopted_says_what_stays_and_what_changes() {
        assert_eq!(
            only(
                &adopting(json!({}), json!({}), None),
                &["2 keys (200 bytes)", "No setting changes."]
            ),
            ADOPTED
        );
        let limited = json!({ "duplicate_window": 60_000_000_000_u64 });
        assert_eq!(
            only(
                &adopting(json!({}), limited, None),
                &["No setting changes."]
            ),
            ADOPTED
        );
        assert_eq!(
            only(
                &adopting(json!({ "max_bytes": 5000 }), json!({}), None),
                &["max_bytes from -1 to 5000"]
            ),
            ADOPTED
        );
    }

    #[test]
    fn what_no_update_changes_is_an_error() {
        let refused = adopting(json!({}), json!({ "storage": "memory" }), None);

        assert_eq!(
            reported(&refused),
            [
                "error: Storage of bucket CONFIGDATA_default cannot be changed (storage)",
                ADOPTED,
            ]
        );
    }

    #[test]
    fn a_smaller_history_is_counted() {
        let longer = json!({ "max_msgs_per_subject": 64 });

        let deleting = adopting(json!({ "history": 3 }), longer.clone(), Some(4));
        let keeping = adopting(json!({ "history": 3 }), longer, Some(0));

        assert_eq!(
            reported(&deleting),
            [
                "warning: Change of history deletes data of bucket CONFIGDATA_default (history)",
                ADOPTED,
            ]
        );
        assert!(
            deleting.0[0].detail.contains(" 4 are deleted"),
            "{}",
            deleting.0[0].detail
        );
        assert_eq!(reported(&keeping), [ADOPTED]);
    }

    #[test]
    fn what_the_server_does_not_change_back_is_a_warning() {
        let sealed = adopting(json!({}), json!({ "sealed": true }), None);

        assert!(
            reported(&sealed)[0]
                .starts_with("warning: Bucket CONFIGDATA_default has sealed = true"),
            "{sealed:?}"
        );
    }
}
