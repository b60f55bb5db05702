//! The table of stream settings.

use serde_json::Value;

use super::config::StreamConfig;

/// The newest API level whose rules we know (2.15).
pub const NEWEST_LEVEL: u64 = 5;

/// What kind of value a setting holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
}

/// How the server lets a setting change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    /// In place.
    InPlace,
}

/// One key of a stream's configuration.
#[derive(Debug, PartialEq)]
pub struct Setting {
    /// The key in the JSON.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// How it changes.
    pub edit: Edit,
    /// The API level that first knew it; 0 if all supported servers do.
    pub level: u64,
    /// The server version that first knew it.
    pub since: &'static str,
    /// What a change loses; empty if nothing.
    pub cost: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Every setting of a stream.
pub const SETTINGS: &[Setting] = &[];

/// The row of a key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The settings of a configuration that a server of this API level does not know.
pub fn unsupported(_config: &StreamConfig, _level: u64) -> Vec<&'static Setting> {
    let _: Option<Value> = None;
    Vec::new()
}
