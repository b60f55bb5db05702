//! A stream's configuration, as the raw JSON object.
//!
//! Kept as JSON, not as async-nats's `Config`: a newer server may hold keys the client does not know, and writing back
//! a typed copy would erase them. `null` means "the server's default", as absence does.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// The window within which the server drops duplicates, if nobody says otherwise.
pub const DEFAULT_DUPLICATE_WINDOW: Duration = Duration::from_secs(120);
/// Keys of `metadata` that begin so are the server's.
pub const SERVER_METADATA: &str = "_nats.";

/// The key of `metadata` under which a new stream shows for a moment which process creates it.
pub const CREATOR: &str = "terraform-provider-wasmcloud.creator";

/// A stream's configuration: keys and values as on the wire, durations in nanoseconds, keys we do not know included.
///
/// A list, because there are some forty keys, which are compared in their order far more often than one is looked up.
#[derive(Clone, Default)]
pub struct StreamConfig(Vec<(Cow<'static, str>, Value)>);

impl StreamConfig {
    /// A configuration with nothing but a name.
    pub fn named(name: &str) -> Self {
        StreamConfig(vec![("name".into(), name.into())])
    }

    /// Takes a JSON object; `None` if it is something else.
    pub fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(keys) => {
                let keys = keys.into_iter();
                Some(StreamConfig(
                    keys.map(|(key, value)| (key.into(), value)).collect(),
                ))
            }
            _ => None,
        }
    }

    /// The stream's name; empty if it has none.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// The value of a key, as it stands; `None` if absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let mut entries = self.0.iter();
        entries.find_map(|(own, value)| (own == key).then_some(value))
    }

    /// The same for a key that probably follows the last one that was found: `next` is its place.
    pub(crate) fn get_next(&self, next: &mut usize, key: &str) -> Option<&Value> {
        let is_next = self.0.get(*next).is_some_and(|(own, _)| own == key);
        let place = match is_next {
            true => *next,
            false => self.0.iter().position(|(own, _)| own == key)?,
        };
        *next = place + 1;
        self.0.get(place).map(|(_, value)| value)
    }

    /// How many keys it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let mut entries = self.0.iter_mut();
        entries.find_map(|(own, value)| (own == key).then_some(value))
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        match self.get_mut(key) {
            Some(old) => *old = value.into(),
            None => self.0.push((key.to_owned().into(), value.into())),
        }
        self
    }

    /// A configuration of keys that differ.
    pub(crate) fn of(entries: Vec<(Cow<'static, str>, Value)>) -> Self {
        StreamConfig(entries)
    }

    /// Removes a key, which then means "the server's default" or, in a desired configuration, "whatever it is".
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let place = self.0.iter().position(|(own, _)| own == key)?;
        Some(self.0.remove(place).1)
    }

    /// The keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (&**key, value))
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
                    .filter(|(key, _)| key.starts_with(SERVER_METADATA));
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

    /// The API level of the server that sent this configuration; absent before 2.11, in lists, and in one of ours.
    pub fn api_level(&self) -> Option<u64> {
        self.get("metadata")?
            .get("_nats.level")?
            .as_str()?
            .parse()
            .ok()
    }

    /// The subjects that it receives.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        list(self, "subjects").iter().filter_map(Value::as_str)
    }

    /// The number of servers that store the stream.
    pub fn num_replicas(&self) -> u64 {
        let replicas = self.get("num_replicas").and_then(Value::as_u64);
        replicas.unwrap_or_default().max(1)
    }

    /// The bytes that `max_bytes` reserves; 0 without a limit.
    pub fn reserved_bytes(&self) -> u64 {
        let max_bytes = self.get("max_bytes").and_then(Value::as_u64);
        max_bytes.unwrap_or_default()
    }

    /// Whether its messages go with time: by a limit of age, or each by its own.
    pub fn expires(&self) -> bool {
        self.number("max_age") > 0 || self.has("allow_msg_ttl")
    }

    /// Whether it copies another stream.
    pub fn is_mirror(&self) -> bool {
        self.has("mirror")
    }

    /// Whether it is stored in memory.
    pub fn is_in_memory(&self) -> bool {
        self.text("storage") == "memory"
    }

    /// Whether the server refuses to purge it.
    pub fn forbids_purge(&self) -> bool {
        let is_set = |key: &&str| self.get(key).and_then(Value::as_bool) == Some(true);
        ["sealed", "deny_purge"].iter().any(is_set)
    }

    /// The window for duplicates in nanoseconds, if it is shorter than the default.
    pub fn shortened_window(&self) -> Option<i64> {
        let window = self.number("duplicate_window");
        (0 < window && window < default_window(self)).then_some(window)
    }

    /// Which process is creating the stream, while it shows that.
    pub(crate) fn creator(&self) -> Option<&str> {
        self.get("metadata")?.get(CREATOR)?.as_str()
    }

    /// A copy that shows which process creates the stream.
    pub(crate) fn with_creator(&self, creator: &str) -> StreamConfig {
        let mut config = self.clone();
        let metadata = config.get("metadata").and_then(Value::as_object);
        let mut metadata = metadata.cloned().unwrap_or_default();
        metadata.insert(CREATOR.to_owned(), creator.into());
        config.set("metadata", metadata);
        config
    }

    /// A copy that does not show it.
    pub(crate) fn without_creator(&self) -> StreamConfig {
        let mut config = self.clone();
        let metadata = config.get_mut("metadata");
        if let Some(metadata) = metadata.and_then(Value::as_object_mut) {
            metadata.shift_remove(CREATOR);
        }
        config
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, key: &str) -> i64 {
        self.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    /// The key holds something: an object or a list that is not empty.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| !is_zero(value))
    }
}

/// Nanoseconds, the server's unit of time.
pub fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
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
    let window = nanos(DEFAULT_DUPLICATE_WINDOW);
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

/// The order does not matter.
impl PartialEq for StreamConfig {
    fn eq(&self, other: &Self) -> bool {
        let has = |(key, value): &(Cow<'static, str>, Value)| other.get(key) == Some(value);
        self.0.len() == other.0.len() && self.0.iter().all(has)
    }
}

impl fmt::Debug for StreamConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StreamConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "{";
        for (key, value) in self.iter() {
            write!(f, "{separator}{}:{value}", Value::from(key))?;
            separator = ",";
        }
        f.write_str(if separator == "{" { "{}" } else { "}" })
    }
}
