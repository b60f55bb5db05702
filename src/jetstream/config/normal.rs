//! The explicit form of a configuration: every known setting present, and equal configurations equal JSON.
//!
//! Made so that it can be compared: what the server writes in several ways (0 and -1, `{}` and nothing, a time with an
//! offset) stands in one way here, and its own metadata is gone. Not made to be sent over what was read.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::jetstream::config::settings::{Absent, Setting, SettingKind};
use crate::jetstream::config::stream_config::{CREATOR, SERVER_METADATA, StreamConfig, is_zero};
use crate::jetstream::config::table::{SETTINGS, setting};

impl StreamConfig {
    /// The explicit form: every known setting is present, absent ones with what absence means to the server, and
    /// equal configurations are equal JSON. Keys we do not know stay as they are.
    pub fn normal(&self) -> StreamConfig {
        normal(self)
    }

    /// What a create or update sends: no `null`, and of the settings that an older server does not know none that says
    /// what absence says.
    pub(crate) fn wire(&self) -> Map<String, Value> {
        let keys = self.iter().filter(|(_, value)| !value.is_null());
        keys.filter(|(key, value)| !self.is_needless(key, value))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect()
    }

    /// Whether the key belongs to an API level, so that some supported server does not know it, and is at its default.
    fn is_needless(&self, key: &str, value: &Value) -> bool {
        setting(key)
            .is_some_and(|row| row.level > 0 && (is_zero(value) || *value == row.default(self)))
    }
}

fn normal(config: &StreamConfig) -> StreamConfig {
    // Servers send the keys in the order of the rows.
    let (mut next, mut known) = (0, 0);
    let mut entries: Vec<(Cow<'static, str>, Value)> = Vec::with_capacity(SETTINGS.len());
    for row in SETTINGS {
        let value = config.get_next(&mut next, row.key);
        known += usize::from(value.is_some());
        let value = value.map(|value| canonical(row, value));
        let value = value.filter(|value| !value.is_null());
        let value = value.unwrap_or_else(|| row.default(config));
        entries.push((row.key.into(), value));
    }
    if known < config.len() {
        let unknown = config.iter().filter(|(key, _)| setting(key).is_none());
        entries.extend(unknown.map(|(key, value)| (key.to_owned().into(), value.clone())));
    }
    StreamConfig::of(entries)
}

/// The one way to write a value; null if it means the same as absence.
fn canonical(setting: &Setting, value: &Value) -> Value {
    match setting.kind {
        SettingKind::Limit { .. } if value.as_i64().is_some_and(|limit| limit < 1) => {
            Value::from(-1)
        }
        SettingKind::Count { min, .. } if value.as_i64() == Some(0) && min > 0 => Value::Null,
        SettingKind::Nanos { .. } if setting.absent == Absent::Window && is_zero(value) => {
            Value::Null
        }
        SettingKind::Choice(_) | SettingKind::Texts if is_zero(value) => Value::Null,
        SettingKind::Texted { .. } => ours(value),
        SettingKind::Object => object(setting.key, value),
        SettingKind::Objects => {
            Value::from_iter(value.as_array().into_iter().flatten().map(pruned))
        }
        _ => value.clone(),
    }
}

/// Metadata without the server's own, and without what a create leaves that was killed.
fn ours(value: &Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| !key.starts_with(SERVER_METADATA) && *key != CREATOR)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn object(key: &str, value: &Value) -> Value {
    if is_zero(value) {
        return Value::Null;
    }
    let mut value = pruned(value);
    if let (Value::Object(members), "republish") = (&mut value, key) {
        members.entry("src").or_insert_with(|| Value::from(">"));
    }
    value
}

/// Without members at their zero value, with keys in one order.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut kept: Vec<(String, Value)> = members
                .iter()
                .filter(|(_, value)| !is_zero(value))
                .map(|(key, value)| (key.clone(), member(key, value)))
                .collect();
            kept.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(Map::from_iter(kept))
        }
        Value::Array(list) => list.iter().map(pruned).collect(),
        other => other.clone(),
    }
}

fn member(key: &str, value: &Value) -> Value {
    match (key, value) {
        // The server keeps the offset a time was written with.
        ("opt_start_time", Value::String(text)) => text
            .parse::<Timestamp>()
            .map_or_else(|_| value.clone(), |time| Value::from(time.to_string())),
        // A set: the server keeps any order.
        ("tags", Value::Array(tags)) => {
            let mut tags: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
            tags.sort_unstable();
            Value::from(tags)
        }
        _ => pruned(value),
    }
}
