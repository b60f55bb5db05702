//! A stream's configuration, as the raw JSON object.
//!
//! Kept as JSON, not as async-nats's `Config`: a newer server may hold keys the client does not know, and writing back
//! a typed copy would erase them. `null` means "the server's default", as absence does.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::jetstream::config::normal;
use crate::jetstream::config::settings::SETTINGS;

/// A stream's configuration: keys and values as on the wire, durations in nanoseconds, keys we do not know included.
#[derive(Clone, Default, PartialEq)]
pub struct StreamConfig(Map<String, Value>);

impl StreamConfig {
    /// A configuration with nothing but a name.
    pub fn named(name: &str) -> Self {
        StreamConfig(Map::from_iter([("name".to_owned(), Value::from(name))]))
    }

    /// Takes a JSON object; `None` if it is something else.
    pub fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(keys) => Some(StreamConfig(keys)),
            _ => None,
        }
    }

    /// The stream's name; empty if it has none.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// The value of a key, as it stands; `None` if absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Removes a key, which then means "the server's default" or, in a desired configuration, "whatever it is".
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// The keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Lays changed keys over this configuration; everything else stays as it was read, and so does the metadata that
    /// is the server's.
    pub fn overlay(&mut self, changes: &[(&str, Value)]) -> &mut Self {
        for (key, value) in changes {
            let mut value = value.clone();
            if let (true, Some(members), Some(Value::Object(read))) =
                (*key == "metadata", value.as_object_mut(), self.get(key))
            {
                let servers = read
                    .iter()
                    .filter(|(key, _)| key.starts_with(normal::SERVER_METADATA));
                members.extend(servers.map(|(key, value)| (key.clone(), value.clone())));
            }
            self.set(key, value);
        }
        self
    }

    /// A copy with changed keys laid over it: what an update sends.
    pub fn overlaid(&self, changes: &[(&str, Value)]) -> StreamConfig {
        let mut config = self.clone();
        config.overlay(changes);
        config
    }

    /// The explicit form: every known setting is present, absent ones with what absence means to the server, and
    /// equal configurations are equal JSON. Keys we do not know stay as they are.
    pub fn normal(&self) -> StreamConfig {
        normal::normal(self)
    }

    /// Lowers `duplicate_window` to `max_age` where it is longer, which the server refuses (10052). A window that is
    /// absent is two minutes.
    pub fn bound_duplicate_window(&mut self) -> &mut Self {
        let max_age = self.number("max_age");
        let window = match self.number("duplicate_window") {
            0 => nanos(normal::DEFAULT_DUPLICATE_WINDOW),
            window => window,
        };
        if max_age > 0 && window > max_age && !self.has("mirror") {
            self.set("duplicate_window", max_age);
        }
        self
    }

    /// The API level of the server that sent this configuration; absent before 2.11, in lists, and in one of ours.
    pub fn api_level(&self) -> Option<u64> {
        self.get("metadata")?
            .get("_nats.level")?
            .as_str()?
            .parse()
            .ok()
    }

    /// The version of the server that sent this configuration, under the same conditions.
    pub fn server_version(&self) -> Option<&str> {
        self.get("metadata")?.get("_nats.ver")?.as_str()
    }

    /// What a create or update sends: no `null`, and no setting at its zero value that an older server does not know.
    pub(crate) fn wire(&self) -> Map<String, Value> {
        let keys = self.0.iter().filter(|(_, value)| !value.is_null());
        keys.filter(|(key, value)| !(newer(key) && normal::is_zero(value)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, key: &str) -> i64 {
        self.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    /// The key holds something: an object or a list that is not empty.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| !normal::is_zero(value))
    }
}

/// The key belongs to an API level: some supported server does not know it.
fn newer(key: &str) -> bool {
    SETTINGS
        .iter()
        .any(|setting| setting.key == key && setting.level > 0)
}

/// Nanoseconds, the server's unit of time.
pub fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

impl fmt::Debug for StreamConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StreamConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}
