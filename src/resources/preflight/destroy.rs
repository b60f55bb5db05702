//! What a destroy deletes, or why it is refused: also of the prior object that another replaces, and of a tainted one.

use crate::catalogue::Contents;
use crate::resources::messages::destroy::{
    destroys, kept, loses, refuses_destroy, refuses_replacement,
};
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
    if !diagnostics.has_error() {
        let deleted = survey.deleted.iter();
        let deleted: Vec<_> = deleted
            .filter_map(|asset| Some((asset.member, asset.info()?)))
            .collect();
        diagnostics.extend(loses(&deleted));
    }
    diagnostics
}

/// How many values are deleted with each asset whose contents exist nowhere else, by key: of a destroyed object, of the
/// one that another replaces, and of a tainted one.
pub fn deleted(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Vec<(&'static str, u64)> {
    let destroyed = survey.deleted.iter();
    let destroyed = destroyed.filter_map(|asset| Some((asset.member, asset.info()?)));
    let tainted = existing::own(survey, plan).filter(|_| plan.plan.action == Action::Create);
    let all = destroyed.chain(tainted);
    let precious = all.filter(|(member, _)| member.row.contents == Contents::Precious);
    precious
        .map(|(member, info)| (member.row.key, info.state.messages))
        .collect()
}

/// The destroy leaves everything on the server.
pub fn keeps(plan: &ObjectPlan<'_>) -> Diagnostics {
    kept(&existing_members(plan.prior_members, &plan.plan.prior)).into()
}

/// What happens to the assets of a tainted object, or of one that `-replace` names: Terraform plans it as a create while
/// they still exist, and deletes them first, as the state allows.
pub fn check_tainted(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let tainted = existing::own(survey, plan).filter(|_| plan.plan.action == Action::Create);
    let deleted: Vec<_> = tainted
        .filter_map(|(member, info)| Some((member, info, *survey.in_state.get(&member.stream())?)))
        .collect();
    let precious = deleted.iter().filter_map(|(member, info, in_state)| {
        refuses_replacement(member, info, *in_state).or_else(|| destroys(member, info))
    });
    let mut diagnostics: Diagnostics = precious.collect();
    if !diagnostics.has_error() {
        let deleted: Vec<_> = deleted
            .iter()
            .map(|(member, info, _)| (*member, *info))
            .collect();
        diagnostics.extend(loses(&deleted));
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::jetstream::Error;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{
        Case, contains, contents, exists, only, reported, survey,
    };
    use crate::resources::session::cache::InState;
    use crate::resources::wadm::WadmJetStream;

    fn of_destroy(config: Json, key: &str, keys: u64) -> Diagnostics {
        let case = Case::destroy(LatticeBuckets, config);
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, key, contents(keys));
        check(&survey, &plan)
    }

    #[test]
    fn a_bucket_that_contains_keys_is_not_destroyed() {
        let refused = of_destroy(json!({}), "config_data", 2);

        assert_eq!(
            only(
                &refused,
                &[
                    "named configurations",
                    "`force_destroy = true`",
                    "`skip_destroy = true`"
                ]
            ),
            "error: Bucket CONFIGDATA_default contains 2 keys (force_destroy)"
        );
        assert!(of_destroy(json!({}), "config_data", 0).is_empty());
    }

    #[test]
    fn with_force_destroy_what_is_lost_is_counted() {
        let forced = of_destroy(json!({ "force_destroy": true }), "lattice_data", 1);

        assert_eq!(
            only(&forced, &["It contains 1 key (100 bytes)"]),
            "warning: Bucket LATTICEDATA_default is deleted with 1 key (force_destroy)"
        );
        assert!(of_destroy(json!({ "force_destroy": true }), "lattice_data", 0).is_empty());
    }

    #[test]
    fn with_skip_destroy_everything_stays() {
        let kept = of_destroy(json!({ "skip_destroy": true }), "lattice_data", 1);

        assert_eq!(
            only(&kept, &["KV_LATTICEDATA_default, KV_CONFIGDATA_default"]),
            "warning: Nothing is deleted on the server (skip_destroy)"
        );
    }

    #[test]
    fn what_comes_back_by_itself_is_counted_in_one_warning() {
        let case = Case::destroy(WadmJetStream, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());
        contains(&mut survey, "events", contents(5));
        contains(&mut survey, "state", contents(2));
        let words = [
            "\n  - stream wadm_events: 5 messages (500 bytes): wadm's own events.",
            "\n  - bucket wadm_state: 2 keys (200 bytes): what wadm has observed",
        ];
        assert_eq!(
            only(&check(&survey, &plan), &words),
            "warning: 2 buckets and streams are deleted with their contents ()"
        );

        contains(&mut survey, "manifests", contents(1));
        assert_eq!(
            reported(&check(&survey, &plan)),
            ["error: Bucket wadm_manifests contains 1 key (force_destroy)"]
        );
    }

    #[test]
    fn an_asset_that_was_not_read_is_a_warning() {
        let case = Case::destroy(LatticeBuckets, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.deleted[0].result = Err(Error::timed_out());

        assert_eq!(
            reported(&check(&survey, &plan)),
            ["warning: Bucket LATTICEDATA_default was not checked against the server ()"]
        );
    }

    #[test]
    fn another_lattice_destroys_the_buckets_of_the_former_one() {
        let case = Case::update(LatticeBuckets, json!({}), json!({ "lattice": "other" }));
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, "lattice_data", contents(3));
        exists(&mut survey, "config_data", json!({}), json!({}));

        assert_eq!(
            reported(&check(&survey, &plan)),
            ["error: Bucket LATTICEDATA_default contains 3 keys (force_destroy)"]
        );
    }

    #[test]
    fn a_tainted_object_is_refused_while_it_contains_keys_unless_its_state_allows_to_delete_them() {
        let refusal = |config: Json, keys: u64, in_state: Option<bool>| {
            let case = Case::create(LatticeBuckets, config);
            let plan = case.plan();
            let mut survey = survey(&plan);
            exists(&mut survey, "config_data", json!({}), contents(keys));
            if let Some(force_destroy) = in_state {
                let stream = "KV_CONFIGDATA_default".to_owned();
                survey.in_state.insert(stream, InState { force_destroy });
            }
            reported(&check_tainted(&survey, &plan))
        };

        assert_eq!(
            refusal(json!({ "force_destroy": true }), 4, Some(false)),
            ["error: Bucket CONFIGDATA_default contains 4 keys (force_destroy)"]
        );
        assert_eq!(
            refusal(json!({}), 4, Some(true)),
            ["warning: Bucket CONFIGDATA_default is deleted with 4 keys (force_destroy)"]
        );
        assert!(refusal(json!({}), 0, Some(false)).is_empty());
        assert!(refusal(json!({}), 4, None).is_empty());
    }
}
