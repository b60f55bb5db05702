//! The explicit form of a configuration.

use std::time::Duration;

use serde_json::Value;

use super::config::StreamConfig;

/// The window within which the server drops duplicates, if nobody says otherwise.
pub const DEFAULT_DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// See [`StreamConfig::normal`].
pub fn normal(config: &StreamConfig) -> StreamConfig {
    config.clone()
}

/// The value means nothing: null, false, 0, empty.
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
