//! Adopting an asset that exists already: what stays, what changes in place, and what that deletes.

use crate::jetstream::{DataLoss, Effect, SettingChange, StreamInfo};
use crate::resources::messages::changes::{cannot_adopt, deleting};
use crate::resources::messages::contents::contents;
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
        [] => "Nothing of it changes.".to_owned(),
        changes => format!("Changed in place: {}.", changes.join(", ")),
    };
    let summary = format!("{} exists and is taken over", capitalised(&member.title()));
    let detail = format!(
        "It was created {} and holds {}, which stay. {changed}",
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
