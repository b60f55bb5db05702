//! What a destroy deletes, or why it is refused: also of the prior object that another replaces, and of a tainted one.

use crate::resources::messages::destroy::{destroys, kept, refuses_destroy};
use crate::resources::object::existing as existing_members;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::resources::preflight::{existing, unchecked};
use crate::terraform::framework::Action;
use crate::terraform::language::Diagnostics;

/// What happens to each asset that is deleted with its object.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let prior = &plan.plan.prior;
    if survey.deleted.is_empty() {
        return Diagnostics::new();
    }
    if prior.attribute("skip_destroy").as_bool() == Some(true) {
        return keeps(plan);
    }
    let mut diagnostics = Diagnostics::new();
    for asset in &survey.deleted {
        match asset.result.as_ref().map(|snapshot| snapshot.info.as_ref()) {
            Ok(Some(info)) => diagnostics.extend(
                refuses_destroy(asset.member, info, prior).or_else(|| destroys(asset.member, info)),
            ),
            Ok(None) => {}
            Err(error) => diagnostics.push(unchecked::warning(asset.member, error, prior)),
        }
    }
    diagnostics
}

/// The destroy leaves everything on the server.
pub fn keeps(plan: &ObjectPlan<'_>) -> Diagnostics {
    kept(&existing_members(plan.prior_members, &plan.plan.prior)).into()
}

/// Why a tainted object, which is planned as a create while its assets still exist, cannot be replaced.
pub fn check_tainted(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let tainted = existing::own(survey, plan).filter(|_| plan.plan.action == Action::Create);
    tainted
        .filter_map(|(member, info)| refuses_destroy(member, info, &plan.plan.planned))
        .collect()
}
