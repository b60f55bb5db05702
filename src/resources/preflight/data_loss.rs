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

/// The same while the server is not reachable.
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
        cost_of(&costly, Some(info), loss, plan.plan)
    });
    costs.collect()
}

fn uncounted(member: &Member, plan: &ObjectPlan<'_>) -> Diagnostics {
    of_member(member, plan)
        .filter_map(|costly| cost_of(costly, None, None, plan.plan))
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
    let mut live = diff_at(&wanted, &info.config, member.conditions(info)).into_iter();
    let now = live.find(|now| now.key == change.key && !is_refused(now) && !is_refused(change));
    CostlyChange {
        member: member.clone(),
        change: now.unwrap_or_else(|| change.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::jetstream::Error;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::preflight::fixture::{Case, contains, contents, only, survey};
    use crate::resources::wadm::WadmJetStream;

    fn checked(
        object_type: impl ObjectType,
        (before, after): (Json, Json),
        (key, state): (&str, Json),
    ) -> Diagnostics {
        let case = Case::update(object_type, before, after);
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, key, state);
        check(&survey, &plan)
    }

    #[test]
    fn a_smaller_limit_is_counted_and_one_that_deletes_nothing_is_no_word() {
        let change = (json!({ "config_data": { "history": 9 } }), json!({}));
        let state = |messages: u64| {
            let mut state = contents(2);
            state["messages"] = json!(messages);
            state
        };

        let deleting = checked(LatticeBuckets, change.clone(), ("config_data", state(10)));

        assert_eq!(
            only(&deleting, &["Of 10 stored revisions", "8 are deleted"]),
            "warning: Change of history deletes data of bucket CONFIGDATA_default (history)"
        );
        assert!(checked(LatticeBuckets, change, ("config_data", state(2))).is_empty());
    }

    #[test]
    fn another_storage_replaces_an_empty_bucket_and_refuses_one_with_keys() {
        let change = |force: bool| {
            // What the same apply sets does not count.
            let after = json!({ "config_data": { "storage": "memory" }, "force_destroy": !force });
            (json!({ "force_destroy": force }), after)
        };
        let with = |force: bool, keys: u64| {
            checked(
                LatticeBuckets,
                change(force),
                ("config_data", contents(keys)),
            )
        };

        assert_eq!(
            only(&with(false, 0), &["is empty now"]),
            "warning: Bucket CONFIGDATA_default is replaced to change storage (config_data.storage)"
        );
        assert_eq!(
            only(
                &with(false, 3),
                &[
                    "It contains 3 keys (300 bytes)",
                    "set `force_destroy = true`, apply it without this change"
                ]
            ),
            "error: Storage of bucket CONFIGDATA_default cannot be changed (config_data.storage)"
        );
        only(
            &with(true, 3),
            &["It contains 3 keys (300 bytes), which the apply deletes"],
        );
    }

    #[test]
    fn what_has_no_effect_yet_and_what_cannot_be_taken_back_is_a_warning() {
        let compressed = (json!({}), json!({ "config_data": { "compression": "s2" } }));

        assert_eq!(
            only(
                &checked(LatticeBuckets, compressed, ("config_data", contents(1))),
                &["It contains 1 key (100 bytes) now."]
            ),
            "warning: Change of compression of bucket CONFIGDATA_default has no effect yet (config_data.compression)"
        );
        let in_place = (json!({}), json!({ "config_data": { "max_bytes": 5000 } }));
        assert!(checked(LatticeBuckets, in_place, ("config_data", contents(1))).is_empty());
    }

    #[test]
    fn a_stream_of_wadm_is_replaced_with_what_it_contains() {
        let change = (json!({}), json!({ "events": { "storage": "memory" } }));

        assert_eq!(
            only(
                &checked(WadmJetStream, change, ("events", contents(2))),
                &["2 messages (200 bytes)"]
            ),
            "warning: Stream wadm_events is replaced to change storage (events.storage)"
        );
    }

    #[test]
    fn what_could_not_be_counted_says_so() {
        let case = Case::update(
            LatticeBuckets,
            json!({ "config_data": { "history": 9 } }),
            json!({}),
        );
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.assets[0].result = Err(Error::timed_out());

        for diagnostics in [check(&survey, &plan), check_without_server(&plan)] {
            only(&diagnostics, &["How many is not known;"]);
        }
        let unchanged = Case::update(LatticeBuckets, json!({}), json!({ "max_bytes": 5000 }));
        assert!(check_without_server(&unchanged.plan()).is_empty());
    }
}
