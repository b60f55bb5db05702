//! Assets that exist already and are not the object's: an error, unless they are to be adopted.

use crate::jetstream::{SettingChange, StreamInfo};
use crate::resources::messages::existing::{exist_already, has_another};
use crate::resources::object::changes::adoption_changes;
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

/// One error for all that a resource of another provider block has, whether they were to be adopted or not.
pub fn taken(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let taken = outside(survey, plan).map(|(member, _)| member);
    let taken: Vec<_> = taken
        .filter(|member| survey.taken.contains(&member.stream()))
        .collect();
    has_another(plan.object, &taken).into_iter().collect()
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

/// An asset that exists and stays: what the plan changes of it, in place.
pub struct InPlace<'s> {
    /// The asset.
    pub member: &'s Member,
    /// As it is.
    pub info: &'s StreamInfo,
    /// What is sent to the server; never nothing.
    pub changes: Vec<SettingChange>,
}

/// The assets that are changed in place, be they the object's or adopted.
pub fn in_place<'s>(survey: &'s Survey<'_>, plan: &'s ObjectPlan<'_>) -> Vec<InPlace<'s>> {
    // The own assets of what is planned as a create are deleted first.
    let own = own(survey, plan).filter(|_| plan.plan.action != Action::Create);
    let own = own.filter(|(member, _)| !plan.replaces(member));
    let own = own.map(|found| (found, true));
    let adopted = outside(survey, plan).filter(|_| plan.adopts());
    let all = own.chain(adopted.map(|found| (found, false)));
    let all = all.map(|((member, info), is_own)| {
        let changes = adoption_changes(member, &plan.plan.planned, info).requested;
        let planned = changes.into_iter();
        let planned = planned.filter(|change| !is_own || is_planned(member, change, plan));
        InPlace {
            member,
            info,
            changes: planned.collect(),
        }
    });
    all.filter(|found| !found.changes.is_empty()).collect()
}

/// Whether the plan shows the change: without a refresh, the server may have more than the prior state knows.
fn is_planned(member: &Member, change: &SettingChange, plan: &ObjectPlan<'_>) -> bool {
    let argument = member.argument(&change.key);
    plan.differs(
        member,
        &[argument.map_or("drift", |argument| argument.name)],
    )
}

/// Whether the object has it already, under this name.
fn belongs_to_object(survey: &Survey<'_>, plan: &ObjectPlan<'_>, member: &Member) -> bool {
    let stream = member.stream();
    let mut prior = plan.prior_members.iter();
    let in_prior_state = plan.same_domain
        && prior.any(|prior| prior.stream() == stream)
        && !plan.plan.prior.attribute(member.row.key).is_null();
    // A tainted object is planned as a create while its assets still exist: they are deleted first.
    in_prior_state || plan.plan.action == Action::Create && survey.in_state.contains_key(&stream)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, exists, only, survey};
    use crate::resources::session::cache::InState;
    use crate::resources::wadm::WadmJetStream;

    #[test]
    fn buckets_that_exist_are_an_error_with_the_import_id_and_the_argument_to_adopt_them() {
        let case = Case::create(LatticeBuckets, json!({ "lattice": "prod" }));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());

        exists(&mut survey, "config_data", json!({}), json!({}));
        assert_eq!(
            only(
                &check(&survey, &plan),
                &[
                    "Stream KV_CONFIGDATA_prod is",
                    "`adopt_existing = true`",
                    "id \"prod\""
                ]
            ),
            "error: Bucket CONFIGDATA_prod already exists (lattice)"
        );
        exists(&mut survey, "lattice_data", json!({}), json!({}));
        assert_eq!(
            only(
                &check(&survey, &plan),
                &["KV_LATTICEDATA_prod, KV_CONFIGDATA_prod"]
            ),
            "error: Both buckets already exist (lattice)"
        );
        // A tainted object is planned as a create: its own assets are no surprise.
        let in_state = InState {
            force_destroy: false,
        };
        let streams = plan.object.members.iter().map(Member::stream);
        survey.in_state = streams.map(|stream| (stream, in_state)).collect();
        assert!(check(&survey, &plan).is_empty());
    }

    #[test]
    fn streams_of_a_wadm_that_exist_say_that_there_can_be_one_installation() {
        let case = Case::create(WadmJetStream, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        for key in ["events", "commands", "status"] {
            exists(&mut survey, key, json!({}), json!({}));
        }

        let text = only(
            &check(&survey, &plan),
            &["one wadm installation", "wadm_state/wadm_manifests"],
        );

        assert_eq!(text, "error: 3 of 8 buckets and streams already exist ()");
    }

    #[test]
    fn what_is_to_be_adopted_or_is_the_object_s_own_is_no_error() {
        let adopting = Case::create(LatticeBuckets, json!({ "adopt_existing": true }));
        let plan = adopting.plan();
        let mut new = survey(&plan);
        exists(&mut new, "config_data", json!({}), json!({}));
        assert!(check(&new, &plan).is_empty());

        let updating = Case::update(LatticeBuckets, json!({}), json!({ "history": 2 }));
        let plan = updating.plan();
        assert!(check(&survey(&plan), &plan).is_empty());
    }

    #[test]
    fn what_a_resource_of_another_provider_block_has_is_not_adopted() {
        let adopting = Case::create(WadmJetStream, json!({ "adopt_existing": true }));
        let plan = adopting.plan();
        let mut survey = survey(&plan);
        exists(&mut survey, "events", json!({}), json!({}));
        assert!(taken(&survey, &plan).is_empty());

        survey.taken = vec!["wadm_events".to_owned()];

        assert_eq!(
            only(
                &taken(&survey, &plan),
                &["another provider block", "`moved` block"]
            ),
            "error: Another resource manages stream wadm_events ()"
        );
    }
}
