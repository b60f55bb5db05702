//! Accounts whose streams reserve more than the account may, because its limit was lowered: the server refuses updates.
//!
//! Measured on 2.10 to 2.15, one server and three. Servers before 2.14 refuse every update of a stream in that storage,
//! even one that lowers `max_bytes`; later ones an update after which more than the limit would still be reserved. Each
//! replica counts on all of them, while `$JS.API.INFO` reports what is reserved without replicas: those of other objects
//! are not known here, so what is found is the least that is reserved.

use crate::jetstream::{Account, Usage};
use crate::resources::object::storage::StorageUse;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::existing::{self, InPlace};
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics};
use crate::text::count;

/// Servers from this API level (2.14) accept an update that leaves no more reserved than the limit.
const ACCEPTS_LESS: u64 = 4;

/// An update that the server will refuse.
struct Refused<'s> {
    asset: &'s InPlace<'s>,
    part: Part,
    /// The bytes that the account would have to allow.
    needs: u64,
    /// The `max_bytes` with which the update would be accepted, if there is one.
    accepted: Option<u64>,
}

/// The part of an account that counts for a stream.
#[derive(Clone, Copy, PartialEq)]
struct Part {
    in_memory: bool,
    /// The tier of the account, if it has tiers.
    replicas: Option<u64>,
    allowed: u64,
    reserved: u64,
}

/// One error for each part of the account that has reserved too much.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let Some(Ok(account)) = &survey.account else {
        return Diagnostics::new();
    };
    let assets = existing::in_place(survey, plan);
    let refused = assets
        .iter()
        .filter_map(|asset| refused(asset, account, survey, plan));
    let mut groups: Vec<Vec<Refused<'_>>> = Vec::new();
    for one in refused {
        match groups.iter_mut().find(|group| group[0].part == one.part) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let errors = groups.iter().map(|group| error(group, account));
    errors
        .map(|error| error.at(plan.object.identity.clone()))
        .collect()
}

fn refused<'s>(
    asset: &'s InPlace<'s>,
    account: &Account,
    survey: &Survey<'_>,
    plan: &ObjectPlan<'_>,
) -> Option<Refused<'s>> {
    let before = StorageUse::live(asset.info);
    let after = StorageUse::planned(plan.plan.planned.attribute(asset.member.row.key));
    // Between two tiers it depends on both; the apply reports what the server says.
    let usage = account.usage(before.replicas)?;
    if !account.tiers.is_empty() && before.replicas != after.replicas {
        return None;
    }
    let part = part(&before, usage, account, survey)?;
    let size = |storage: &StorageUse| match part.replicas {
        Some(_) => storage.reserved_bytes,
        None => storage.bytes_of_all_replicas(),
    };
    let rest = part.reserved.saturating_sub(size(&before));
    let needs = rest.saturating_add(size(&after));
    if part.reserved <= part.allowed || account.api_level >= ACCEPTS_LESS && needs <= part.allowed {
        return None;
    }
    let copies = part.replicas.map_or(after.replicas, |_| 1);
    let accepted = part.allowed.saturating_sub(rest) / copies;
    Some(Refused {
        asset,
        part,
        needs: needs.max(part.reserved),
        accepted: Some(accepted).filter(|bytes| *bytes > 0 && account.api_level >= ACCEPTS_LESS),
    })
}

/// What counts for a stream, if there is a limit.
fn part(
    storage: &StorageUse,
    usage: &Usage,
    account: &Account,
    survey: &Survey<'_>,
) -> Option<Part> {
    let (limit, reported) = match storage.in_memory {
        true => (usage.limits.max_memory, usage.reserved_memory),
        false => (usage.limits.max_storage, usage.reserved_storage),
    };
    let has_tiers = !account.tiers.is_empty();
    let own = survey.existing().map(|(_, info)| StorageUse::live(info));
    let own = own.filter(|own| !has_tiers && own.in_memory == storage.in_memory);
    let more_replicas = own.map(|own| {
        own.bytes_of_all_replicas()
            .saturating_sub(own.reserved_bytes)
    });
    Some(Part {
        in_memory: storage.in_memory,
        replicas: has_tiers.then_some(storage.replicas),
        allowed: u64::try_from(limit).ok()?,
        reserved: more_replicas.fold(reported, u64::saturating_add),
    })
}

fn error(refused: &[Refused<'_>], account: &Account) -> Diagnostic {
    let part = refused[0].part;
    let Part {
        allowed, reserved, ..
    } = part;
    let (kind, code) = match part.in_memory {
        true => ("memory", 10028),
        false => ("files", 10047),
    };
    let tier = part
        .replicas
        .map(|replicas| format!(" with {}", count(replicas, "replica")));
    let rule = match account.api_level >= ACCEPTS_LESS {
        true => "The server refuses an update after which more than the limit would be reserved",
        false => {
            "Servers before 2.14 then refuse every update of such a stream, even one that lowers `max_bytes`"
        }
    };
    let needs = refused
        .iter()
        .map(|one| one.needs)
        .max()
        .unwrap_or_default();
    let titles: Vec<_> = refused.iter().map(|one| one.asset.member.title()).collect();
    let lower = refused.iter().filter_map(|one| {
        let bytes = one.accepted?;
        Some(format!(
            "\n  - set `max_bytes` of {} alone to at most {bytes}, apply, then change the rest",
            one.asset.member.title()
        ))
    });
    let detail = format!(
        "The account allows {allowed} bytes in {kind} for streams{}, and `max_bytes` of its streams reserves {reserved} bytes. {rule} (JetStream {code}). This applies to {}. Choose one:\n  - raise the account's limit to at least {needs} bytes\n  - delete streams of the account that are no longer needed, until it is within its limit{}",
        tier.unwrap_or_default(),
        titles.join(", "),
        lower.collect::<String>()
    );
    Diagnostic::error("The account has reserved more than its limit", detail)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::jetstream::Limits;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only, survey};

    /// An account that allows 500 bytes in files and has reserved 900.
    fn lowered(api_level: u64) -> Account {
        let whole = Usage {
            reserved_storage: 900,
            limits: Limits {
                max_storage: 500,
                max_memory: -1,
                ..Limits::default()
            },
            ..Usage::default()
        };
        Account {
            api_level,
            whole,
            ..Account::default()
        }
    }

    /// The plan of both buckets with 300 bytes each.
    fn changed(account: Account, after: Json) -> Diagnostics {
        let before = json!({ "max_bytes": 300, "storage": after["storage"] });
        let case = Case::update(LatticeBuckets, before, after);
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.account = Some(Ok(account));
        check(&survey, &plan)
    }

    #[test]
    fn every_update_is_refused_before_2_14_with_both_numbers_and_what_helps() {
        for after in [
            json!({ "max_bytes": 300, "description": "x" }),
            json!({ "max_bytes": 10 }),
            json!({}),
        ] {
            let text = only(
                &changed(lowered(3), after),
                &[
                    "allows 500 bytes in files",
                    "reserves 900 bytes",
                    "even one that lowers `max_bytes` (JetStream 10047)",
                    "raise the account's limit to at least 900 bytes",
                ],
            );
            assert_eq!(
                text,
                "error: The account has reserved more than its limit (lattice)"
            );
        }
    }

    #[test]
    fn later_servers_accept_what_ends_within_the_limit() {
        let one = |bytes: i64| {
            let own = json!({ "max_bytes": bytes });
            json!({ "max_bytes": 300, "lattice_data": own })
        };
        let mut account = lowered(5);
        account.whole.reserved_storage = 700;

        assert!(changed(account.clone(), one(100)).is_empty());
        only(
            &changed(account, one(101)),
            &["bucket LATTICEDATA_default alone to at most 100, apply"],
        );
        only(&changed(lowered(5), one(299)), &["would be reserved"]);
    }

    #[test]
    fn each_own_replica_counts() {
        let mut account = lowered(5);
        account.whole.reserved_storage = 600;
        account.whole.limits.max_storage = 1700;
        let before = json!({ "max_bytes": 300, "replicas": 3 });
        let after = json!({ "max_bytes": 300, "replicas": 3, "history": 2 });
        let case = Case::update(LatticeBuckets, before, after);
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.account = Some(Ok(account));

        only(&check(&survey, &plan), &["reserves 1800 bytes"]);
    }

    #[test]
    fn within_the_limit_in_another_storage_and_for_new_buckets_nothing_is_reported() {
        let mut within = lowered(0);
        within.whole.reserved_storage = 500;
        assert!(changed(within, json!({ "max_bytes": 10 })).is_empty());
        let in_memory = json!({ "max_bytes": 10, "storage": "memory" });
        assert!(changed(lowered(0), in_memory).is_empty());

        let case = Case::create(LatticeBuckets, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        survey.account = Some(Ok(lowered(0)));
        assert!(check(&survey, &plan).is_empty());
    }
}
