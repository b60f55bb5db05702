//! Limits that are smaller than what an asset stores already: nothing is deleted, and then nothing can be written.
//!
//! A bucket refuses new messages when it is full (`discard = new`). A stream deletes its oldest messages instead, which
//! `data_loss` and `adoption` count. Measured on 2.10 to 2.15: with `max_bytes` at or below what is stored, no new key is
//! stored any more, and at most a shorter value of an existing one. Larger values than `max_msg_size` stay as they are.

use crate::catalogue::AssetKind;
use crate::jetstream::{DataLoss, Effect};
use crate::resources::messages::contents;
use crate::resources::object::argument_path;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::existing::{self, InPlace};
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::capitalised;

/// What the server counts for a message beside its subject and its payload, at most.
const OVERHEAD_BYTES: u64 = 40;

/// The limits that leave no storage, or may be too small for what is stored.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let assets = existing::in_place(survey, plan);
    let full = assets.iter().filter(|asset| is_full(asset, survey));
    let large = assets.iter().filter(|asset| may_exceed_value_size(asset));
    let mut diagnostics = reported(full, "max_bytes", plan, too_small);
    diagnostics.extend(reported(large, "max_value_size", plan, may_exceed));
    diagnostics
}

/// The limit that the plan gives an asset without deleting anything, if it is another one than it has.
fn new_limit(asset: &InPlace<'_>, key: &str) -> Option<u64> {
    let mut changes = asset.changes.iter();
    let change = changes.find(|change| change.key == key && change.effect == Effect::InPlace)?;
    change.desired.as_u64().filter(|limit| *limit > 0)
}

fn is_full(asset: &InPlace<'_>, survey: &Survey<'_>) -> bool {
    let deleted = deleted_bytes(asset, survey);
    let stays = asset.info.state.bytes.saturating_sub(deleted);
    new_limit(asset, "max_bytes").is_some_and(|limit| stays > 0 && limit <= stays)
}

/// What the other changes delete of it; everything, where that is not known.
fn deleted_bytes(asset: &InPlace<'_>, survey: &Survey<'_>) -> u64 {
    let losses = asset.changes.iter().map(|change| {
        let counted = || survey.loss(asset.member, change, asset.info);
        let loss = DataLoss::of(change, asset.info).or_else(counted);
        loss.map_or(u64::MAX, |loss| loss.bytes)
    });
    losses.max().unwrap_or_default()
}

/// Whether its values are larger on average, as far as the totals show.
fn may_exceed_value_size(asset: &InPlace<'_>) -> bool {
    let InPlace { member, info, .. } = asset;
    let Some(limit) = new_limit(asset, "max_msg_size") else {
        return false;
    };
    let prefix = member.subjects().iter().map(String::len).max();
    let beside = OVERHEAD_BYTES + prefix.unwrap_or_default() as u64;
    let average = info.state.bytes / info.state.messages.max(1);
    member.row.kind == AssetKind::Bucket && average.saturating_sub(beside) > limit
}

/// One diagnostic for each place where the argument is set.
fn reported<'a>(
    found: impl Iterator<Item = &'a InPlace<'a>>,
    argument: &str,
    plan: &ObjectPlan<'_>,
    words: impl Fn(&[&InPlace<'_>], i64) -> Diagnostic,
) -> Diagnostics {
    let mut groups: Vec<(Path, Vec<&InPlace<'_>>)> = Vec::new();
    for asset in found {
        let path = argument_path(asset.member, argument, &plan.plan.config);
        match groups.iter_mut().find(|(other, _)| *other == path) {
            Some((_, assets)) => assets.push(asset),
            None => groups.push((path, vec![asset])),
        }
    }
    let groups = groups.into_iter().filter_map(|(path, assets)| {
        let planned = plan.plan.planned.attribute(assets.first()?.member.row.key);
        let limit = planned.attribute(argument).as_i64()?;
        Some(words(&assets, limit).at(path))
    });
    groups.collect()
}

/// With this `max_bytes` these buckets would be full.
fn too_small(buckets: &[&InPlace<'_>], max_bytes: i64) -> Diagnostic {
    let stored = buckets.iter().map(|bucket| bucket.info.state.bytes).max();
    let readers: Vec<_> = buckets
        .iter()
        .map(|bucket| bucket.member.row.when_read_only)
        .collect();
    let detail = format!(
        "{}, and `max_bytes` is {max_bytes}. A full bucket deletes nothing and refuses new values (JetStream 10077): {}. Set `max_bytes` to more than {}, with enough storage for new values.",
        stores(buckets),
        readers.join("; "),
        stored.unwrap_or_default()
    );
    Diagnostic::error(
        format!("max_bytes is too small for {}", title(buckets)),
        detail,
    )
}

/// What these buckets store is larger than this `max_value_size`, on average.
fn may_exceed(buckets: &[&InPlace<'_>], max_value_size: i64) -> Diagnostic {
    let detail = format!(
        "{}, and `max_value_size` is {max_value_size}. The bytes include names of keys and headers. Larger values that are already stored stay, but cannot be written again (JetStream 10054). Set `max_value_size` to at least the size of the largest value that is needed.",
        stores(buckets)
    );
    let values = match buckets {
        [bucket] => format!("Values in {}", bucket.member.title()),
        _ => "Stored values".to_owned(),
    };
    Diagnostic::warning(format!("{values} may exceed max_value_size"), detail)
}

fn title(buckets: &[&InPlace<'_>]) -> String {
    match buckets {
        [bucket] => bucket.member.title(),
        _ => "what is stored".to_owned(),
    }
}

/// Such as `Bucket A stores 2 keys (200 bytes), bucket B stores 1 key (80 bytes)`.
fn stores(buckets: &[&InPlace<'_>]) -> String {
    let each = buckets.iter().map(|InPlace { member, info, .. }| {
        format!("{} stores {}", member.title(), contents(member, info))
    });
    capitalised(&each.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{
        Case, contains, contents, exists, only, reported as said, survey,
    };
    use crate::resources::wadm::WadmJetStream;

    /// Ten values of five keys, 1000 bytes.
    fn ten_values() -> Json {
        let mut state = contents(10);
        state["num_subjects"] = json!(5);
        state
    }

    fn changed(before: Json, after: Json) -> Diagnostics {
        let case = Case::update(LatticeBuckets, before, after);
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, "config_data", ten_values());
        check(&survey, &plan)
    }

    #[test]
    fn a_bucket_that_would_be_full_is_refused_with_what_it_stores() {
        let long = json!({ "history": 9 });
        let limited = |max_bytes: i64| json!({ "history": 9, "max_bytes": max_bytes });

        for full in [999, 1000] {
            assert_eq!(
                only(
                    &changed(long.clone(), limited(full)),
                    &["stores 5 keys (1000 bytes)", "more than 1000", "10077"]
                ),
                "error: max_bytes is too small for bucket CONFIGDATA_default (max_bytes)"
            );
        }
        assert!(changed(long.clone(), limited(1001)).is_empty());
        assert!(changed(limited(500), long).is_empty());
        // A limit that is there already is no reason to refuse another change.
        let other = json!({ "history": 10, "max_bytes": 500 });
        assert!(changed(limited(500), other).is_empty());
        // A larger one that is still too small changes nothing for the better.
        assert!(changed(limited(500), limited(600)).has_error());
    }

    #[test]
    fn what_the_same_plan_deletes_leaves_storage() {
        let before = json!({ "history": 9 });

        assert!(changed(before.clone(), json!({ "max_bytes": 501 })).is_empty());
        assert!(changed(before.clone(), json!({ "max_bytes": 500 })).has_error());
        let replaced =
            json!({ "history": 9, "max_bytes": 500, "storage": "memory", "force_destroy": true });
        assert!(changed(before, replaced).is_empty());
    }

    #[test]
    fn the_buckets_with_one_cause_are_one_error() {
        let case = Case::update(LatticeBuckets, json!({}), json!({ "max_bytes": 200 }));
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, "lattice_data", contents(3));
        contains(&mut survey, "config_data", contents(4));

        assert_eq!(
            only(
                &check(&survey, &plan),
                &["3 keys (300 bytes)", "more than 400"]
            ),
            "error: max_bytes is too small for what is stored (max_bytes)"
        );
    }

    #[test]
    fn a_bucket_that_is_adopted_is_judged_in_the_same_way() {
        let adopted = |settings: Json| {
            let config = json!({ "adopt_existing": true, "config_data": { "max_bytes": 150 } });
            let case = Case::create(LatticeBuckets, config);
            let plan = case.plan();
            let mut survey = survey(&plan);
            exists(&mut survey, "config_data", settings, contents(2));
            check(&survey, &plan)
        };

        assert_eq!(
            said(&adopted(json!({}))),
            ["error: max_bytes is too small for bucket CONFIGDATA_default (config_data.max_bytes)"]
        );
        assert!(adopted(json!({ "max_bytes": 150 })).is_empty());
    }

    #[test]
    fn a_stream_that_drops_its_oldest_messages_is_never_full() {
        let events = json!({ "events": { "max_bytes": 100 } });
        let case = Case::update(WadmJetStream, json!({}), events);
        let plan = case.plan();
        let mut survey = survey(&plan);
        contains(&mut survey, "events", contents(9));

        assert!(check(&survey, &plan).is_empty());
    }

    #[test]
    fn values_that_are_larger_than_the_new_limit_are_a_warning() {
        let limited = |bytes: i64| {
            let sized = json!({ "config_data": { "max_value_size": bytes } });
            let case = Case::update(LatticeBuckets, json!({}), sized);
            let plan = case.plan();
            let mut survey = survey(&plan);
            let mut state = contents(2);
            state["bytes"] = json!(2000);
            contains(&mut survey, "config_data", state);
            check(&survey, &plan)
        };

        assert_eq!(
            only(&limited(100), &["stores 2 keys (2000 bytes)", "10054"]),
            "warning: Values in bucket CONFIGDATA_default may exceed max_value_size (config_data.max_value_size)"
        );
        assert!(limited(1000).is_empty());
    }
}
