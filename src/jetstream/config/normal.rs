//! The explicit form of a configuration: every known setting present, and equal configurations equal JSON.
//!
//! Made so that it can be compared: what the server writes in several ways (0 and -1, `{}` and nothing, a time with an
//! offset) stands in one way here, and its own metadata is gone. Not made to be sent over what was read.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::jetstream::config::settings::{Absent, SETTINGS, Setting, SettingKind};
use crate::jetstream::config::stream_config::StreamConfig;

/// The window within which the server drops duplicates, if nobody says otherwise.
pub const DEFAULT_DUPLICATE_WINDOW: Duration = Duration::from_secs(120);
/// Keys of `metadata` that begin so are the server's.
pub const SERVER_METADATA: &str = "_nats.";

/// See [`StreamConfig::normal`].
pub fn normal(config: &StreamConfig) -> StreamConfig {
    let mut normal = StreamConfig::default();
    for setting in SETTINGS {
        let value = config
            .get(setting.key)
            .map(|value| canonical(setting, value))
            .filter(|value| !value.is_null());
        normal.set(
            setting.key,
            value.unwrap_or_else(|| setting.default(config)),
        );
    }
    for (key, value) in config
        .iter()
        .filter(|(key, _)| !SETTINGS.iter().any(|setting| setting.key == *key))
    {
        normal.set(key, value.clone());
    }
    normal
}

/// The value means nothing: null, false, 0, empty, or made of nothing else.
pub fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.values().all(is_zero),
    }
}

/// The server's default for `duplicate_window`, in nanoseconds.
pub fn default_window(config: &StreamConfig) -> i64 {
    let window = crate::jetstream::config::stream_config::nanos(DEFAULT_DUPLICATE_WINDOW);
    match config.number("max_age") {
        max_age if max_age > 0 => window.min(max_age),
        _ => window,
    }
}

/// The list under a key; empty if there is none.
pub fn list<'a>(config: &'a StreamConfig, key: &str) -> &'a [Value] {
    config
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
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

/// Metadata without the server's own.
fn ours(value: &Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| !key.starts_with(SERVER_METADATA))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn object(key: &str, value: &Value) -> Value {
    if is_zero(value) {
        return Value::Null;
    }
    let mut value = pruned(value);
    if key == "republish" && value.get("src").is_none() {
        value["src"] = Value::from(">");
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
