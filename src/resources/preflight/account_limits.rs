//! Whether the account has room for what is planned: streams, and the bytes that `max_bytes` reserves.
//!
//! Counted over everything that this process plans, because the server counts so when it is applied. Measured on 2.10 to
//! 2.15, one server and three: an account without tiers refuses a stream when the `max_bytes` of all, each times its
//! replicas (from 2.14; before, some of them), would be more than its limit, and one without `max_bytes` when nothing is
//! left. What `$JS.API.INFO` reports as reserved has no replicas in it, so it is the least that is reserved. The limits of the
//! server itself (`max_file_store`) are in no answer, and left to the apply. What the same object makes free counts, because
//! its update makes room before it takes any.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::jetstream::{Account, StreamInfo, Usage};
use crate::resources::Walk;
use crate::resources::messages::failure::argument_path;
use crate::resources::object::member::Member;
use crate::resources::preflight::survey::{Asked, differs};
use crate::resources::session::{Move, Room, Sight};
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};

/// Servers from this API level (2.14) count the bytes of each replica.
const COUNTS_REPLICAS: u64 = 4;

impl Walk {
    /// Notes what the plan does to the room in the account.
    pub(crate) fn plan_room(
        &self,
        assets: &[Asked<'_, Sight>],
        doomed: &[Asked<'_, Sight>],
        plan: &Plan,
    ) {
        let same = Arc::ptr_eq(&self.session, &self.former_session);
        for Asked { member, answer, .. } in doomed.iter().filter(|_| same) {
            let from = answer.as_ref().ok().and_then(|sight| sight.info.as_ref());
            let planned = Move {
                from: from.map(live_room),
                to: None,
            };
            self.session.plan_room(&member.stream(), planned);
        }
        for Asked { member, answer, .. } in assets {
            let from = answer.as_ref().ok().and_then(|sight| sight.info.as_ref());
            let planned = Move {
                from: from.map(live_room),
                to: Some(planned_room(plan.planned.attribute(member.row.key))),
            };
            self.session.plan_room(&member.stream(), planned);
        }
    }

    /// What the account does not allow, once for each argument that says it.
    pub(crate) fn judge_room(
        &self,
        members: &[&Member],
        account: &Account,
        plan: &Plan,
    ) -> Diagnostics {
        let moves = self.session.moves();
        let own = self.members.iter().map(Member::stream).collect();
        let mut found: Vec<(Path, Excess, Vec<String>)> = Vec::new();
        let changed = members
            .iter()
            .filter(|member| differs(member, plan, &["max_bytes", "storage", "replicas"]));
        for member in changed {
            let planned = plan.planned.attribute(member.row.key);
            let Some(excess) = excess(planned, &member.stream(), account, &moves, &own) else {
                continue;
            };
            let path = match excess.argument {
                "" => self.identity.clone(),
                argument => argument_path(member, argument, &plan.config),
            };
            match found
                .iter_mut()
                .find(|(other, what, _)| *other == path && *what == excess)
            {
                Some((.., titles)) => titles.push(member.title()),
                None => found.push((path, excess, vec![member.title()])),
            }
        }
        let said = found.into_iter().map(|(path, excess, titles)| {
            let detail = format!("{} It concerns {}.", excess.detail, titles.join(", "));
            Diagnostic::error(excess.summary, detail).at(path)
        });
        Diagnostics(said.collect())
    }

    /// The assets by position, in the order in which they are changed: what makes room in the account goes before what
    /// takes it.
    pub(crate) fn stages_of_update(&self, prior: &Value, planned: &Value) -> Vec<Vec<usize>> {
        let change = |place: usize| {
            let key = self.members[place].row.key;
            let reserved = |all: &Value| {
                let room = planned_room(all.attribute(key));
                room.bytes.saturating_mul(room.replicas)
            };
            reserved(planned).cmp(&reserved(prior))
        };
        let takes = (0..self.members.len()).any(|place| change(place).is_gt());
        let makes_room = |place: &usize| {
            let anew = self.replacing.contains(&self.members[*place].row.key);
            takes && change(*place).is_lt() && !anew
        };
        let first = (0..self.members.len()).filter(makes_room).collect();
        let then = self.stages().into_iter().map(|stage| {
            let rest = stage.into_iter().filter(|place| !makes_room(place));
            rest.collect()
        });
        std::iter::once(first).chain(then).collect()
    }
}

fn live_room(info: &StreamInfo) -> Room {
    let number = |key: &str| {
        let value = info.config.get(key).and_then(serde_json::Value::as_u64);
        value.unwrap_or_default()
    };
    Room {
        replicas: number("num_replicas").max(1),
        in_memory: info
            .config
            .get("storage")
            .and_then(serde_json::Value::as_str)
            == Some("memory"),
        bytes: number("max_bytes"),
    }
}

fn planned_room(planned: &Value) -> Room {
    let number = |name: &str| planned.attribute(name).as_i64().unwrap_or_default();
    Room {
        replicas: u64::try_from(number("replicas")).unwrap_or_default().max(1),
        in_memory: planned.attribute("storage").as_str() == Some("memory"),
        bytes: u64::try_from(number("max_bytes")).unwrap_or_default(),
    }
}

/// More than the account allows, or a limit missing that it demands.
#[derive(PartialEq)]
struct Excess {
    /// The argument that says it; empty if none does.
    argument: &'static str,
    summary: &'static str,
    detail: String,
}

/// What counts for one asset: its part of the account, and what is planned there.
struct Part<'a> {
    usage: &'a Usage,
    /// What is planned, and whether the object that is judged plans it.
    moves: Vec<(&'a Move, bool)>,
    tier: Option<u64>,
    counts_replicas: bool,
}

/// Why the account refuses an asset, if it is known to.
fn excess(
    planned: &Value,
    stream: &str,
    account: &Account,
    moves: &HashMap<String, Move>,
    own: &HashSet<String>,
) -> Option<Excess> {
    let max_bytes = planned.attribute("max_bytes").as_i64()?;
    let room = planned_room(planned);
    let from = moves.get(stream).and_then(|planned| planned.from.as_ref());
    let Some(usage) = account.usage(room.replicas) else {
        return Some(no_tier(room.replicas, account));
    };
    let part = Part {
        usage,
        moves: moves
            .iter()
            .map(|(stream, planned)| (planned, own.contains(stream)))
            .collect(),
        tier: (!account.tiers.is_empty()).then_some(room.replicas),
        counts_replicas: account.api_level >= COUNTS_REPLICAS,
    };
    limit_missing(usage, max_bytes)
        .or_else(|| one_stream(usage, &room))
        .or_else(|| part.streams(from))
        .or_else(|| part.bytes(&room, from))
}

fn no_tier(replicas: u64, account: &Account) -> Excess {
    let tiers: Vec<_> = account
        .tiers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    Excess {
        argument: "replicas",
        summary: "The account has no room for this number of replicas",
        detail: format!(
            "The account has limits for {} and none for R{replicas} (JetStream 10120). Set another number of `replicas`, or have a limit for R{replicas} added to the account.",
            tiers.join(", ")
        ),
    }
}

fn limit_missing(usage: &Usage, max_bytes: i64) -> Option<Excess> {
    (usage.limits.max_bytes_required && max_bytes < 1).then(|| Excess {
        argument: "max_bytes",
        summary: "The account demands max_bytes",
        detail: "This account demands a limit on every stream (JetStream 10113). Set `max_bytes`."
            .to_owned(),
    })
}

fn one_stream(usage: &Usage, room: &Room) -> Option<Excess> {
    let limit = match room.in_memory {
        true => usage.limits.memory_max_stream_bytes,
        false => usage.limits.storage_max_stream_bytes,
    };
    let allowed = u64::try_from(limit).ok().filter(|limit| *limit > 0)?;
    (room.bytes > allowed).then(|| Excess {
        argument: "max_bytes",
        summary: "max_bytes is more than the account allows",
        detail: format!(
            "The account allows {allowed} bytes for one stream (JetStream 10122), and `max_bytes` is {}. Lower it, or raise the account's limit.",
            room.bytes
        ),
    })
}

impl Part<'_> {
    /// How much of what the account reports goes, and how much is needed, by the rooms that count. What goes for the same
    /// object under another name goes before it is made. What another object gives is left out: Terraform changes them at
    /// the same time, so nobody knows whether it is free in time.
    fn balance(
        &self,
        counts: impl Fn(&Room) -> bool,
        reported: impl Fn(&Room) -> u64,
        needed: impl Fn(&Room) -> u64,
    ) -> (u64, u64) {
        let (mut goes, mut comes) = (0_u64, 0_u64);
        for (planned, own) in &self.moves {
            let [from, to] =
                [&planned.from, &planned.to].map(|room| room.as_ref().filter(|room| counts(room)));
            let (before, after) = (from.map_or(0, &needed), to.map_or(0, &needed));
            if *own || planned.to.is_none() || after > before {
                goes = goes.saturating_add(from.map_or(0, &reported));
                comes = comes.saturating_add(after);
            }
        }
        (goes, comes)
    }

    fn counts(&self, room: &Room) -> bool {
        self.tier.is_none_or(|replicas| room.replicas == replicas)
    }

    fn streams(&self, before: Option<&Room>) -> Option<Excess> {
        if before.is_some_and(|before| self.counts(before)) {
            return None;
        }
        let limit = u64::try_from(self.usage.limits.max_streams).ok();
        let allowed = limit.filter(|limit| *limit > 0)?;
        let (from, to) = self.balance(|room| self.counts(room), |_| 1, |_| 1);
        let have = self.usage.streams;
        let need = (have + to).saturating_sub(from);
        (need > allowed).then(|| Excess {
            argument: "",
            summary: "The account has no room for so many streams",
            detail: format!(
                "The account may have {allowed} streams (JetStream 10027). It has {have}, and with all that is planned it would need {need}. Delete some first, in an apply of its own if Terraform does it, or raise the account's `max_streams`."
            ),
        })
    }

    fn bytes(&self, room: &Room, before: Option<&Room>) -> Option<Excess> {
        let before =
            before.filter(|before| self.counts(before) && before.in_memory == room.in_memory);
        if before.is_some_and(|before| self.reserves(before) >= self.reserves(room)) {
            return None;
        }
        let Usage {
            limits,
            reserved_memory,
            reserved_storage,
            ..
        } = self.usage;
        let (limit, have, kind, code) = match room.in_memory {
            true => (limits.max_memory, *reserved_memory, "memory", 10028),
            false => (limits.max_storage, *reserved_storage, "files", 10047),
        };
        let allowed = u64::try_from(limit).ok()?;
        if allowed == 0 {
            return Some(Excess {
                argument: "storage",
                summary: "The account has no room for this storage",
                detail: format!(
                    "The account may not keep streams in {kind} (JetStream {code}). Set another `storage`, or raise the account's limit."
                ),
            });
        }
        let (freed, added) = self.balance(
            |other| other.in_memory == room.in_memory && self.counts(other),
            |other| other.bytes,
            |other| self.reserves(other),
        );
        let rest = have.saturating_sub(freed);
        let need = rest.saturating_add(added);
        // A stream without a limit takes what is left, and needs at least one byte of it.
        let full = room.bytes == 0 && rest >= allowed;
        if !full && (room.bytes == 0 || need <= allowed) {
            return None;
        }
        let replicas = match self.counts_replicas && self.tier.is_none() && room.replicas > 1 {
            true => " Each replica counts.",
            false => "",
        };
        let out = match full {
            true => "Free some first, in an apply of its own if Terraform does it",
            false => {
                "Lower `max_bytes`, free some first, in an apply of its own if Terraform does it"
            }
        };
        Some(Excess {
            argument: "max_bytes",
            summary: "max_bytes is more than the account allows",
            detail: format!(
                "The account has {allowed} bytes in {kind} for all streams (JetStream {code}). {have} are reserved now, and with all that is planned it would need {}.{replicas} {out}, or raise the account's limit.",
                need.max(rest.saturating_add(1))
            ),
        })
    }

    fn reserves(&self, room: &Room) -> u64 {
        match self.counts_replicas && self.tier.is_none() {
            true => room.bytes.saturating_mul(room.replicas),
            false => room.bytes,
        }
    }
}
