//! What the server does when a setting changes: the setting's own rule, unless another setting keeps it as it is.

use serde_json::Value;

use crate::jetstream::config::settings::{Bound, Edit, Setting};
use crate::jetstream::config::stream_config::{StreamConfig, list};
use crate::jetstream::config::table::{FREEZING, SETTINGS, setting};

/// What the server does when asked for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changed in place, nothing stored is lost.
    InPlace,
    /// Changed in place, but stored messages are deleted or imported again; says which.
    Destructive(&'static str),
    /// Changed in place, but never back; says what stays.
    OneWay(&'static str),
    /// Accepted and shown by the server, but what is stored stays as it is; says until when.
    NoEffect(&'static str),
    /// Refused: only a new stream can have it; the server's reason.
    Refused(&'static str),
    /// We do not know the key, so neither what it does nor how it changes.
    Unknown,
}

/// What decides, beside the configurations, how a server changes a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The API level of the server.
    pub level: u64,
    /// Whether the stream has a consumer, or may have one.
    pub has_consumers: bool,
}

/// Where it is not known whether the stream has a consumer.
impl From<u64> for Conditions {
    fn from(level: u64) -> Self {
        Self {
            level,
            has_consumers: true,
        }
    }
}

/// Whether the server changes back what a stream has only if it has no consumer.
pub fn depends_on_consumers(live: &StreamConfig, level: u64) -> bool {
    let is_held = |row: &Setting| matches!(row.edit, Edit::HeldBefore(first, _) if level < first);
    SETTINGS.iter().any(|row| is_held(row) && live.has(row.key))
}

impl Setting {
    /// What the server does when this setting changes from `live` to `desired`, both whole and in normal form.
    pub fn effect(
        &self,
        desired: &StreamConfig,
        live: &StreamConfig,
        conditions: Conditions,
    ) -> Effect {
        match self.bound(desired, live, conditions) {
            Some(bound) => Effect::Refused(bound.why),
            None => self.own_effect(desired, live, conditions),
        }
    }

    /// The other setting that keeps this one from changing from `live` to `desired`, if one does.
    pub fn bound(
        &self,
        desired: &StreamConfig,
        live: &StreamConfig,
        conditions: Conditions,
    ) -> Option<&'static Bound> {
        let concerns = |bound: &&Bound| {
            conditions.level >= bound.level
                && (bound.to.is_empty()
                    || desired.get(self.key) == serde_json::from_str(bound.to).ok().as_ref())
        };
        let stays = |bound: &&Bound| {
            setting(bound.by).is_some_and(|by| by.stays(desired, live, conditions))
        };
        let own = self.bounds.iter().filter(concerns).find(stays);
        let is_refused = || {
            matches!(
                self.own_effect(desired, live, conditions),
                Effect::Refused(_)
            )
        };
        own.or_else(|| {
            let is_frozen = live.has("sealed") && !is_refused();
            FREEZING.iter().filter(|_| is_frozen).find(stays)
        })
    }

    /// Whether it is on, and still will be.
    fn stays(&self, desired: &StreamConfig, live: &StreamConfig, conditions: Conditions) -> bool {
        let is = live.get(self.key);
        is != Some(&self.default(live))
            && (is == desired.get(self.key)
                || matches!(
                    self.own_effect(desired, live, conditions),
                    Effect::Refused(_)
                ))
    }

    fn own_effect(
        &self,
        desired: &StreamConfig,
        live: &StreamConfig,
        conditions: Conditions,
    ) -> Effect {
        let Conditions {
            level,
            has_consumers,
        } = conditions;
        let lowers = lowered(self.key, desired, live);
        match self.edit {
            Edit::InPlace => Effect::InPlace,
            Edit::Lowering(what) if lowers => Effect::Destructive(what),
            Edit::LoweringEach(_, first, later)
                if lowers && level < first && is_unlimited(self.key, live) =>
            {
                Effect::Destructive(later)
            }
            Edit::LoweringEach(what, ..) if lowers => Effect::Destructive(what),
            Edit::LoweringOldest(what) if lowers && desired.text("discard") != "new" => {
                Effect::Destructive(what)
            }
            Edit::Lowering(_) | Edit::LoweringEach(..) | Edit::LoweringOldest(_) => Effect::InPlace,
            Edit::Since(first, why) if level < first => Effect::Refused(why),
            Edit::HeldBefore(first, why)
                if level < first && has_consumers && live.has(self.key) =>
            {
                Effect::Refused(why)
            }
            Edit::Since(..) | Edit::HeldBefore(..) => Effect::InPlace,
            Edit::OneWay(why) if live.has(self.key) => Effect::Refused(why),
            Edit::OneWay(why) => Effect::OneWay(why),
            Edit::NoEffectOnFiles(_, why) if desired.text("storage") == "memory" => {
                Effect::NoEffect(why)
            }
            Edit::NoEffect(why) | Edit::NoEffectOnFiles(why, _) => Effect::NoEffect(why),
            Edit::Never(why) => Effect::Refused(why),
            Edit::Retention {
                refused,
                deletes,
                level: first,
                before,
            } => match (live.text("retention"), desired.text("retention")) {
                ("workqueue", _) | (_, "workqueue") => Effect::Refused(refused),
                (_, "interest") if level < first => Effect::Destructive(before),
                (_, "interest") => Effect::Destructive(deletes),
                _ => Effect::InPlace,
            },
            Edit::Mirror { refused, .. } if desired.has("mirror") => Effect::Refused(refused),
            Edit::Mirror {
                before,
                level: first,
                ..
            } if level < first => Effect::Refused(before),
            Edit::Mirror { promoted, .. } => Effect::OneWay(promoted),
            Edit::Sources { again, start } => sources(desired, live, again, start),
        }
    }
}

/// A limit got tighter; -1 and an age of 0 are no limit.
fn lowered(key: &str, desired: &StreamConfig, live: &StreamConfig) -> bool {
    let limit = |config: &StreamConfig| {
        Some(config.number(key))
            .filter(|limit| *limit > 0)
            .unwrap_or(i64::MAX)
    };
    limit(desired) < limit(live)
}

fn is_unlimited(key: &str, config: &StreamConfig) -> bool {
    config.number(key) < 1
}

fn sources(
    desired: &StreamConfig,
    live: &StreamConfig,
    again: &'static str,
    start: &'static str,
) -> Effect {
    if live.has("mirror") {
        return Effect::Destructive(again);
    }
    let live = list(live, "sources");
    let changed = list(desired, "sources")
        .iter()
        .filter(|source| !live.contains(source));
    let known: Vec<(&Value, &Value)> = changed
        .filter_map(|new| {
            live.iter()
                .find(|old| old["name"] == new["name"])
                .map(|old| (old, new))
        })
        .collect();
    if known
        .iter()
        .any(|(old, new)| without_start(old) != without_start(new))
    {
        Effect::Destructive(again)
    } else if known.is_empty() {
        Effect::InPlace
    } else {
        Effect::NoEffect(start)
    }
}

fn without_start(source: &Value) -> Value {
    let mut source = source.clone();
    if let Some(members) = source.as_object_mut() {
        members.retain(|key, _| key != "opt_start_seq" && key != "opt_start_time");
    }
    source
}
