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
    let (whole, is) = (whole(desired, live), live.normal());
    let known = differing(desired, live)
        .into_iter()
        .map(|(key, desired, live)| {
            let setting = settings::setting(&key);
            let effect = setting.map_or(Effect::Unknown, |setting| {
                setting.effect(&whole, &is, level)
            });
            Change {
                key,
                setting,
                live,
                desired,
                effect,
            }
        });
    let newer = live.iter().filter(|(key, value)| {
        settings::setting(key).is_none() && desired.get(key).is_none() && !normal::is_zero(value)
    });
    let newer = newer.map(|(key, value)| Change {
        key: key.to_owned(),
        setting: None,
        live: value.clone(),
        desired: Value::Null,
        effect: Effect::Unknown,
    });
    known.chain(newer).collect()
}

/// Key, desired and live value, in normal form, of what `desired` gives and `live` has otherwise.
pub(crate) fn differing(
    desired: &StreamConfig,
    live: &StreamConfig,
) -> Vec<(String, Value, Value)> {
    let (whole, is) = (whole(desired, live), live.normal());
    let value = |config: &StreamConfig, key: &str| config.get(key).cloned().unwrap_or_default();
    let keys = desired.iter().map(|(key, _)| key);
    keys.filter(|key| !agree(key, &whole, &is))
        .map(|key| (key.to_owned(), value(&whole, key), value(&is, key)))
        .collect()
}

/// What the stream would be: the desired keys over the live ones, in normal form.
fn whole(desired: &StreamConfig, live: &StreamConfig) -> StreamConfig {
    let mut whole = live.clone();
    for (key, value) in desired.iter() {
        whole.set(key, value.clone());
    }
    whole.normal()
}

fn agree(key: &str, desired: &StreamConfig, live: &StreamConfig) -> bool {
    let imports = desired.has("mirror") || desired.has("sources");
    match key {
        // No window is asked for: servers before 2.14 give a stream with sources the default one, later ones none.
        "duplicate_window" if imports && desired.number(key) == 0 => {
            [0, normal::default_window(live)].contains(&live.number(key))
        }
        // The server sets it as the origin has `allow_direct`, whatever we say.
        "mirror_direct" if desired.has("mirror") => true,
        _ => desired.get(key).unwrap_or(&Value::Null) == live.get(key).unwrap_or(&Value::Null),
    }
}
