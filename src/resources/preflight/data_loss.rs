//! What the changes of existing assets delete, as far as the server can say it.

use crate::jetstream::{DataLoss, StreamInfo, diff_at};
use crate::resources::messages::changes::cost_of;
use crate::resources::object::changes::{CostlyChange, is_refused};
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::existing;
use crate::resources::preflight::survey::Survey;
use crate::terraform::framework::Action;
use crate::terraform::language::Diagnostics;

/// What each costly change does to what the asset contains now.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if plan.plan.action != Action::Create {
        for (member, info) in existing::own(survey, plan) {
            diagnostics.extend(costs(member, info, survey, plan));
        }
    }
    let unread = survey.assets.iter().filter(|asset| asset.result.is_err());
    for asset in unread {
        diagnostics.extend(uncounted(asset.member, plan));
    }
    diagnostics
}

/// The same while the server cannot be asked.
pub fn check_without_server(plan: &ObjectPlan<'_>) -> Diagnostics {
    let members = plan.object.members.iter();
    members.flat_map(|member| uncounted(member, plan)).collect()
}

fn costs(
    member: &Member,
    info: &StreamInfo,
    survey: &Survey<'_>,
    plan: &ObjectPlan<'_>,
) -> Diagnostics {
    let costs = of_member(member, plan).filter_map(|costly| {
        let counted = survey.loss(member, &costly.change, info);
        let costly = by_live_rules(costly, info, plan);
        let loss = DataLoss::of(&costly.change, info).or(counted);
        cost_of(&costly, Some(info), loss, &plan.plan.config)
    });
    costs.collect()
}

fn uncounted(member: &Member, plan: &ObjectPlan<'_>) -> Diagnostics {
    of_member(member, plan)
        .filter_map(|costly| cost_of(costly, None, None, &plan.plan.config))
        .collect()
}

fn of_member<'p>(
    member: &Member,
    plan: &'p ObjectPlan<'_>,
) -> impl Iterator<Item = &'p CostlyChange> {
    let key = member.row.key;
    plan.costly
        .iter()
        .filter(move |costly| costly.member.row.key == key)
}

/// The change as the server that answers now makes it: the state may come from a server of another version.
fn by_live_rules(costly: &CostlyChange, info: &StreamInfo, plan: &ObjectPlan<'_>) -> CostlyChange {
    let CostlyChange { member, change } = costly;
    let planned = plan.plan.planned.attribute(member.row.key);
    let mut wanted = member.wanted(planned).config;
    for key in planned.attribute("drift").as_map().into_iter().flatten() {
        wanted.remove(key.0);
    }
    let mut live = diff_at(&wanted, &info.config, info.api_level()).into_iter();
    let now = live.find(|now| now.key == change.key && !is_refused(now) && !is_refused(change));
    CostlyChange {
        member: member.clone(),
        change: now.unwrap_or_else(|| change.clone()),
    }
}
