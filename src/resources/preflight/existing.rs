//! Assets that exist already and are not the object's: an error, unless they are to be adopted.

use crate::jetstream::StreamInfo;
use crate::resources::messages::existing::exist_already;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::framework::Action;
use crate::terraform::language::Diagnostics;

/// One error for all that exist and are not adopted.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    if plan.adopts() {
        return Diagnostics::new();
    }
    let members: Vec<_> = outside(survey, plan).map(|(member, _)| member).collect();
    exist_already(plan.object, &members).into_iter().collect()
}

/// The assets that exist and that the object does not have.
pub fn outside<'s>(
    survey: &'s Survey<'_>,
    plan: &'s ObjectPlan<'_>,
) -> impl Iterator<Item = (&'s Member, &'s StreamInfo)> {
    survey
        .existing()
        .filter(|(member, _)| !belongs_to_object(survey, plan, member))
}

/// The assets that exist and that the object has.
pub fn own<'s>(
    survey: &'s Survey<'_>,
    plan: &'s ObjectPlan<'_>,
) -> impl Iterator<Item = (&'s Member, &'s StreamInfo)> {
    survey
        .existing()
        .filter(|(member, _)| belongs_to_object(survey, plan, member))
}

/// Whether the object has it already, under this name.
fn belongs_to_object(survey: &Survey<'_>, plan: &ObjectPlan<'_>, member: &Member) -> bool {
    let stream = member.stream();
    let mut prior = plan.prior_members.iter();
    let in_prior_state = plan.same_domain
        && prior.any(|prior| prior.stream() == stream)
        && !plan.plan.prior.attribute(member.row.key).is_null();
    // A tainted object is planned as a create while its assets still exist: they are deleted first.
    in_prior_state || plan.plan.action == Action::Create && survey.in_state.contains(&stream)
}
