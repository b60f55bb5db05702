//! Whether the account's limits allow what is planned: streams, and the bytes that `max_bytes` reserves.
//!
//! Counted over everything that this process plans, because the server counts so when it is applied. Measured on 2.10
//! to 2.15, one server and three: an account without tiers refuses a stream when the `max_bytes` of all, each times its
//! replicas (from 2.14; before, some of them), would be more than its limit, and one without `max_bytes` when nothing
//! is left. What `$JS.API.INFO` reports as reserved has no replicas in it, so it is the least that is reserved. The
//! limits of the server itself (`max_file_store`) are in no answer, and left to the apply. What the same object frees
//! counts, because its update frees storage before it reserves any.

use std::collections::{HashMap, HashSet};

use crate::jetstream::{Account, Usage};
use crate::resources::messages::grouped;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::resources::object::storage::{StorageChange, StorageUse};
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::reserved;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Value};
use crate::text::count;

/// Servers from this API level (2.14) count the bytes of each replica.
const COUNTS_REPLICAS: u64 = 4;

/// What the account does not allow, once for each argument that says it.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let Some(Ok(account)) = &survey.account else {
        return Diagnostics::new();
    };
    let over_limit = reserved::check(survey, plan);
    if over_limit.has_error() {
        return over_limit;
    }
    let own = plan.object.members.iter().map(Member::stream).collect();
    let members = survey.assets.iter().map(|answer| answer.member);
    let changed =
        members.filter(|member| plan.differs(member, &["max_bytes", "storage", "replicas"]));
    let found = changed.filter_map(|member| {
        let planned = plan.plan.planned.attribute(member.row.key);
        let excess = excess(planned, &member.stream(), account, &survey.storage, &own)?;
        let path = match excess.argument {
            None => plan.object.identity.clone(),
            Some(argument) => argument_path(member, argument, &plan.plan.config),
        };
        Some((path, excess, member))
    });
    let errors = grouped(found).into_iter().map(|(path, excess, titles)| {
        let detail = format!("{} This applies to {titles}.", excess.detail);
        Diagnostic::error(excess.summary, detail).at(path)
    });
    errors.collect()
}

/// What the plan does to the account's storage, by stream.
pub fn storage_changes(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Vec<(String, StorageChange)> {
    let deleted = survey.deleted.iter().filter(|_| plan.same_domain);
    let deleted = deleted.map(|asset| {
        let from = asset.info().map(StorageUse::live);
        (asset.member.stream(), StorageChange { from, to: None })
    });
    let assets = survey.assets.iter().map(|asset| {
        let planned = plan.plan.planned.attribute(asset.member.row.key);
        let change = StorageChange {
            from: asset.info().map(StorageUse::live),
            to: Some(StorageUse::planned(planned)),
        };
        (asset.member.stream(), change)
    });
    deleted.chain(assets).collect()
}

/// More than the account allows, or a limit missing that it demands.
#[derive(PartialEq)]
struct Excess {
    /// The argument that says it, if one does.
    argument: Option<&'static str>,
    summary: &'static str,
    detail: String,
}

/// What counts for one asset: its part of the account, and what is planned there.
struct TierUse<'a> {
    usage: &'a Usage,
    /// What is planned, and whether the object that is judged plans it.
    changes: Vec<(&'a StorageChange, bool)>,
    tier: Option<u64>,
    counts_replicas: bool,
}

/// Why the account refuses an asset, if it is known to.
fn excess(
    planned: &Value,
    stream: &str,
    account: &Account,
    changes: &HashMap<String, StorageChange>,
    own: &HashSet<String>,
) -> Option<Excess> {
    let max_bytes = planned.attribute("max_bytes").as_i64()?;
    let storage = StorageUse::planned(planned);
    let from = changes
        .get(stream)
        .and_then(|planned| planned.from.as_ref());
    let Some(usage) = account.usage(storage.replicas) else {
        return Some(no_tier(storage.replicas, account));
    };
    let part = TierUse {
        usage,
        changes: changes
            .iter()
            .map(|(stream, planned)| (planned, own.contains(stream)))
            .collect(),
        tier: (!account.tiers.is_empty()).then_some(storage.replicas),
        counts_replicas: account.api_level >= COUNTS_REPLICAS,
    };
    limit_missing(usage, max_bytes)
        .or_else(|| one_stream(usage, &storage))
        .or_else(|| part.streams(from))
        .or_else(|| part.bytes(&storage, from))
}

fn no_tier(replicas: u64, account: &Account) -> Excess {
    let tiers: Vec<_> = account
        .tiers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    Excess {
        argument: Some("replicas"),
        summary: "The account does not allow this number of replicas",
        detail: format!(
            "The account has limits for {}, and none for R{replicas} (JetStream 10120). Set another number of `replicas`, or add a limit for R{replicas} to the account.",
            tiers.join(", ")
        ),
    }
}

fn limit_missing(usage: &Usage, max_bytes: i64) -> Option<Excess> {
    (usage.limits.max_bytes_required && max_bytes < 1).then(|| Excess {
        argument: Some("max_bytes"),
        summary: "The account requires max_bytes",
        detail:
            "This account requires a limit for every stream (JetStream 10113). Set `max_bytes`."
                .to_owned(),
    })
}

fn one_stream(usage: &Usage, storage: &StorageUse) -> Option<Excess> {
    let limit = match storage.in_memory {
        true => usage.limits.memory_max_stream_bytes,
        false => usage.limits.storage_max_stream_bytes,
    };
    let allowed = u64::try_from(limit).ok().filter(|limit| *limit > 0)?;
    (storage.reserved_bytes > allowed).then(|| Excess {
        argument: Some("max_bytes"),
        summary: "max_bytes is more than the account allows",
        detail: format!(
            "The account allows {allowed} bytes for one stream (JetStream 10122), and `max_bytes` is {}. Lower it, or raise the account's limit.",
            storage.reserved_bytes
        ),
    })
}

impl TierUse<'_> {
    /// How much of what the account reports goes, and how much is needed, by the streams that count. What goes for the
    /// same object under another name goes before it is made. What another object gives is left out: Terraform changes
    /// them at the same time, so it is not known whether it is free in time.
    fn balance(
        &self,
        counts: impl Fn(&StorageUse) -> bool,
        reported: impl Fn(&StorageUse) -> u64,
        needed: impl Fn(&StorageUse) -> u64,
    ) -> (u64, u64) {
        let (mut goes, mut comes) = (0_u64, 0_u64);
        for (planned, own) in &self.changes {
            let [from, to] = [&planned.from, &planned.to]
                .map(|storage| storage.as_ref().filter(|storage| counts(storage)));
            let (before, after) = (from.map_or(0, &needed), to.map_or(0, &needed));
            if *own || planned.to.is_none() || after > before {
                goes = goes.saturating_add(from.map_or(0, &reported));
                comes = comes.saturating_add(after);
            }
        }
        (goes, comes)
    }

    fn counts(&self, storage: &StorageUse) -> bool {
        self.tier
            .is_none_or(|replicas| storage.replicas == replicas)
    }

    fn streams(&self, before: Option<&StorageUse>) -> Option<Excess> {
        if before.is_some_and(|before| self.counts(before)) {
            return None;
        }
        let limit = u64::try_from(self.usage.limits.max_streams).ok();
        let allowed = limit.filter(|limit| *limit > 0)?;
        let (from, to) = self.balance(|storage| self.counts(storage), |_| 1, |_| 1);
        let have = self.usage.streams;
        let need = (have + to).saturating_sub(from);
        (need > allowed).then(|| Excess {
            argument: None,
            summary: "The account allows no more streams",
            detail: format!(
                "The account allows {} (JetStream 10027). It has {have}, and would have {need} after the planned changes. Delete streams first (in a separate apply if Terraform manages them), or raise the account's `max_streams`.",
                count(allowed, "stream")
            ),
        })
    }

    fn bytes(&self, storage: &StorageUse, before: Option<&StorageUse>) -> Option<Excess> {
        let before =
            before.filter(|before| self.counts(before) && before.in_memory == storage.in_memory);
        if before.is_some_and(|before| self.reserves(before) >= self.reserves(storage)) {
            return None;
        }
        let Usage {
            limits,
            reserved_memory,
            reserved_storage,
            ..
        } = self.usage;
        let (limit, have, kind, code) = match storage.in_memory {
            true => (limits.max_memory, *reserved_memory, "memory", 10028),
            false => (limits.max_storage, *reserved_storage, "files", 10047),
        };
        let allowed = u64::try_from(limit).ok()?;
        if allowed == 0 {
            return Some(Excess {
                argument: Some("storage"),
                summary: "The account does not allow this storage",
                detail: format!(
                    "The account does not allow streams in {kind} (JetStream {code}). Set another `storage`, or raise the account's limit."
                ),
            });
        }
        let (freed, added) = self.balance(
            |other| other.in_memory == storage.in_memory && self.counts(other),
            |other| other.reserved_bytes,
            |other| self.reserves(other),
        );
        let rest = have.saturating_sub(freed);
        let need = rest.saturating_add(added);
        // A stream without a limit takes what is left, and needs at least one byte of it.
        let full = storage.reserved_bytes == 0 && rest >= allowed;
        if !full && (storage.reserved_bytes == 0 || need <= allowed) {
            return None;
        }
        let replicas = match self.counts_replicas && self.tier.is_none() && storage.replicas > 1 {
            true => " Each replica is counted.",
            false => "",
        };
        let out = match full {
            true => "Delete streams first (in a separate apply if Terraform manages them)",
            false => {
                "Lower `max_bytes`, delete streams first (in a separate apply if Terraform manages them)"
            }
        };
        Some(Excess {
            argument: Some("max_bytes"),
            summary: "max_bytes is more than the account allows",
            detail: format!(
                "The account allows {allowed} bytes in {kind} for all streams (JetStream {code}). {have} bytes are reserved now, and {} bytes would be reserved after the planned changes.{replicas} {out}, or raise the account's limit.",
                need.max(rest.saturating_add(1))
            ),
        })
    }

    fn reserves(&self, storage: &StorageUse) -> u64 {
        match self.counts_replicas && self.tier.is_none() {
            true => storage.reserved_bytes.saturating_mul(storage.replicas),
            false => storage.reserved_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::jetstream::Limits;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, account, only, survey, unlimited};

    const LARGE: i64 = 1_000_000;

    /// What is reported of a plan, beside what others plan.
    fn checked(account: Account, case: &Case, others: &[(&str, StorageChange)]) -> Diagnostics {
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.account = Some(Ok(account));
        survey.storage = storage_changes(&survey, &plan).into_iter().collect();
        let others = others.iter();
        survey
            .storage
            .extend(others.map(|(name, change)| ((*name).to_owned(), change.clone())));
        check(&survey, &plan)
    }

    fn created(account: Account, config: Json) -> Diagnostics {
        checked(account, &Case::create(LatticeBuckets, config), &[])
    }

    #[test]
    fn without_limits_nothing_is_reported() {
        assert!(created(account(unlimited()), json!({ "max_bytes": LARGE })).is_empty());
    }

    #[test]
    fn an_account_with_tiers_needs_one_for_the_number_of_replicas() {
        let mut tiered = account(Limits::default());
        tiered.tiers = vec![(
            "R1".to_owned(),
            Usage {
                limits: unlimited(),
                ..Usage::default()
            },
        )];

        assert_eq!(
            only(
                &created(tiered.clone(), json!({ "replicas": 3 })),
                &["limits for R1, and none for R3", "10120"]
            ),
            "error: The account does not allow this number of replicas (replicas)"
        );
        assert!(created(tiered, json!({})).is_empty());
    }

    #[test]
    fn an_account_may_demand_a_limit() {
        let demanding = || {
            account(Limits {
                max_bytes_required: true,
                ..unlimited()
            })
        };

        assert_eq!(
            only(&created(demanding(), json!({})), &["10113"]),
            "error: The account requires max_bytes (max_bytes)"
        );
        assert!(created(demanding(), json!({ "max_bytes": 1 })).is_empty());
    }

    #[test]
    fn one_stream_may_be_limited() {
        let limited = || {
            account(Limits {
                storage_max_stream_bytes: LARGE,
                ..unlimited()
            })
        };

        assert_eq!(
            only(
                &created(limited(), json!({ "max_bytes": LARGE + 1 })),
                &["1000001", "10122"]
            ),
            "error: max_bytes is more than the account allows (max_bytes)"
        );
        assert!(created(limited(), json!({ "max_bytes": LARGE })).is_empty());
        let in_memory = json!({ "max_bytes": LARGE + 1, "storage": "memory" });
        assert!(created(limited(), in_memory).is_empty());
    }

    #[test]
    fn the_number_of_streams_may_be_limited() {
        let limited = |streams: u64, max_streams: i64| {
            let mut account = account(Limits {
                max_streams,
                ..unlimited()
            });
            account.whole.streams = streams;
            account
        };

        assert_eq!(
            only(
                &created(limited(3, 4), json!({})),
                &["allows 4 streams", "would have 5", "10027"]
            ),
            "error: The account allows no more streams (lattice)"
        );
        assert!(created(limited(2, 4), json!({})).is_empty());
        // Another lattice takes the place of this one, whose streams are deleted first.
        let renamed = Case::update(LatticeBuckets, json!({}), json!({ "lattice": "b" }));
        assert!(checked(limited(4, 4), &renamed, &[]).is_empty());
    }

    #[test]
    fn a_storage_may_not_be_allowed_at_all() {
        let without_memory = || {
            account(Limits {
                max_memory: 0,
                ..unlimited()
            })
        };

        assert_eq!(
            only(
                &created(without_memory(), json!({ "storage": "memory" })),
                &["memory", "10028"]
            ),
            "error: The account does not allow this storage (storage)"
        );
        assert!(created(without_memory(), json!({})).is_empty());
    }

    fn of_bytes(reserved: u64, api_level: u64) -> Account {
        let mut account = account(Limits {
            max_storage: LARGE,
            ..unlimited()
        });
        account.api_level = api_level;
        account.whole.reserved_storage = reserved;
        account
    }

    #[test]
    fn the_bytes_of_all_streams_together_may_be_limited() {
        let half = LARGE / 2;

        assert_eq!(
            only(
                &created(of_bytes(1, 5), json!({ "max_bytes": half })),
                &[
                    "1 bytes are reserved now",
                    "1000001 bytes would be",
                    "10047"
                ]
            ),
            "error: max_bytes is more than the account allows (max_bytes)"
        );
        assert!(created(of_bytes(0, 5), json!({ "max_bytes": half })).is_empty());
        // A bucket without a limit needs at least one byte.
        assert!(created(of_bytes(LARGE as u64 - 1, 5), json!({})).is_empty());
        only(
            &created(of_bytes(LARGE as u64, 5), json!({})),
            &["Delete streams first"],
        );
    }

    #[test]
    fn each_replica_counts_on_servers_from_2_14() {
        let config = json!({ "max_bytes": LARGE / 6 + 1, "replicas": 3 });

        only(
            &created(of_bytes(0, 4), config.clone()),
            &["Each replica is counted."],
        );
        assert!(created(of_bytes(0, 3), config).is_empty());
    }

    #[test]
    fn what_the_object_itself_frees_counts_and_what_another_frees_does_not() {
        let half = LARGE / 2;
        let before =
            json!({ "lattice_data": { "max_bytes": half }, "config_data": { "max_bytes": half } });
        let after = json!({ "lattice_data": { "max_bytes": half - 9 }, "config_data": { "max_bytes": half + 9 } });
        let case = Case::update(LatticeBuckets, before, after);
        let full = || of_bytes(LARGE as u64, 5);
        assert!(checked(full(), &case, &[]).is_empty());

        let use_of = |bytes: u64| {
            Some(StorageUse {
                replicas: 1,
                in_memory: false,
                reserved_bytes: bytes,
            })
        };
        let shrinks = StorageChange {
            from: use_of(LARGE as u64),
            to: use_of(1),
        };
        let new = Case::create(LatticeBuckets, json!({ "max_bytes": 10 }));
        assert!(checked(full(), &new, &[("OTHER", shrinks)]).has_error());
        let deleted = StorageChange {
            from: use_of(LARGE as u64),
            to: None,
        };
        assert!(checked(full(), &new, &[("OTHER", deleted)]).is_empty());
    }
}
