//! Whether the replicas of existing assets are all current. A change is possible all the same, so this is a warning; but
//! one server less may be too many then.

use crate::resources::messages::replicas::unsettled;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::Diagnostics;

/// A warning for each asset without a leader, or with a replica that is away or behind.
pub fn check(survey: &Survey<'_>, _: &ObjectPlan<'_>) -> Diagnostics {
    let found = survey.unsettled.iter();
    found
        .map(|(member, missing)| unsettled(member, missing))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only, survey};

    #[test]
    fn a_replica_that_is_behind_is_a_warning() {
        let case = Case::update(LatticeBuckets, json!({}), json!({ "max_bytes": 5000 }));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());

        let missing = "the replica on n2 is behind".to_owned();
        survey.unsettled = vec![(plan.actions[0].member, missing)];

        assert_eq!(
            only(
                &check(&survey, &plan),
                &[
                    "The replica on n2 is behind",
                    "`nats stream info KV_LATTICEDATA_default`"
                ]
            ),
            "warning: Replicas of bucket LATTICEDATA_default are not all current (lattice_data)"
        );
    }
}
