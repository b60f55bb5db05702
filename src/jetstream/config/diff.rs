//! What differs between the configuration a stream should have and the one it has, and what the server would do about it.
//!
//! Only keys that the desired configuration gives are compared: leave one out to leave it alone, and start from
//! [`StreamConfig::normal`] to mean every setting. Keys that only the live configuration has and that we do not know
//! (a newer server's) are reported too, so that nothing on the server differs unseen.

use serde_json::Value;

use crate::jetstream::config::effect::{Conditions, Effect};
use crate::jetstream::config::settings::{NEWEST_LEVEL, Setting};
use crate::jetstream::config::stream_config::{StreamConfig, default_window, is_zero};
use crate::jetstream::config::table::setting;

/// One key that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingChange {
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
    /// The key of another setting that stays and keeps this one as it is; `effect` is then [`Effect::Refused`].
    pub cause: Option<&'static str>,
}

/// What differs, by the rules of the server that sent `live` (of the newest known server if it does not say).
pub fn diff(desired: &StreamConfig, live: &StreamConfig) -> Vec<SettingChange> {
    diff_at(desired, live, live.api_level().unwrap_or(NEWEST_LEVEL))
}

/// What differs, by the rules of a server of this API level, or of what else is known of the stream.
pub fn diff_at(
    desired: &StreamConfig,
    live: &StreamConfig,
    conditions: impl Into<Conditions>,
) -> Vec<SettingChange> {
    let conditions = conditions.into();
    let (whole, is) = (whole(desired, live), live.normal());
    let known = differing_normal(desired, &whole, &is)
        .into_iter()
        .map(|(key, desired, live)| {
            let row = setting(&key);
            let effect = row.map_or(Effect::Unknown, |setting| {
                setting.effect(&whole, &is, conditions)
            });
            let bound = row.and_then(|setting| setting.bound(&whole, &is, conditions));
            SettingChange {
                key,
                setting: row,
                live,
                desired,
                effect,
                cause: bound.map(|bound| bound.by),
            }
        });
    let newer = live.iter().filter(|(key, value)| {
        setting(key).is_none() && desired.get(key).is_none() && !is_zero(value)
    });
    let newer = newer.map(|(key, value)| SettingChange {
        key: key.to_owned(),
        setting: None,
        live: value.clone(),
        desired: Value::Null,
        effect: Effect::Unknown,
        cause: None,
    });
    known.chain(newer).collect()
}

/// Key, desired and live value, in normal form, of what `desired` gives and `live` has otherwise.
pub(crate) fn differing(
    desired: &StreamConfig,
    live: &StreamConfig,
) -> Vec<(String, Value, Value)> {
    differing_normal(desired, &whole(desired, live), &live.normal())
}

/// As [`differing`], of what the stream would be and what it is, both in normal form.
fn differing_normal(
    desired: &StreamConfig,
    whole: &StreamConfig,
    is: &StreamConfig,
) -> Vec<(String, Value, Value)> {
    let value = |config: &StreamConfig, key: &str| config.get(key).cloned().unwrap_or_default();
    let keys = desired.iter().map(|(key, _)| key);
    keys.filter(|key| !agree(key, whole, is))
        .map(|key| (key.to_owned(), value(whole, key), value(is, key)))
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
            [0, default_window(desired)].contains(&live.number(key))
        }
        // The server sets it as the origin has `allow_direct`, whatever we say.
        "mirror_direct" if desired.has("mirror") => true,
        _ => desired.get(key).unwrap_or(&Value::Null) == live.get(key).unwrap_or(&Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> StreamConfig {
        StreamConfig::from_value(value).unwrap()
    }

    fn changes(desired: Value, live: Value) -> Vec<(String, Effect)> {
        let changes = diff(&config(desired), &config(live));
        changes
            .into_iter()
            .map(|change| (change.key, change.effect))
            .collect()
    }

    #[test]
    fn what_the_server_writes_otherwise_is_no_difference() {
        let live = json!({
            "name": "A", "subjects": ["A"], "max_msgs": -1, "num_replicas": 1, "duplicate_window": 120_000_000_000_u64,
            "placement": {}, "consumer_limits": {}, "metadata": {"_nats.ver": "2.15.1"}, "compression": "none",
        });
        let desired = json!({
            "name": "A", "max_msgs": 0, "num_replicas": 0, "duplicate_window": 0, "placement": null, "metadata": {},
            "consumer_limits": null, "compression": "none", "persist_mode": "default", "description": "",
            "subjects": ["A"], "republish": null, "sources": [],
        });

        assert_eq!(changes(desired, live), []);
    }

    #[test]
    fn a_key_that_is_unsupported_by_we_are_is_seen_unless_it_says_nothing() {
        let live = json!({ "name": "A", "quantum": {"spin": "up"}, "wave": false, "string": "" });

        let found = diff(&config(json!({ "name": "A" })), &config(live));

        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].key.as_str(), &found[0].live, found[0].setting),
            ("quantum", &json!({"spin": "up"}), None)
        );
    }

    #[test]
    fn only_what_is_given_is_compared() {
        let live = json!({ "name": "A", "description": "by hand", "max_msgs": 5 });

        assert_eq!(changes(json!({ "name": "A" }), live), []);
    }

    #[test]
    fn the_normal_form_means_every_setting() {
        let live =
            json!({ "name": "A", "republish": {"src": ">", "dest": "r.>"}, "deny_purge": true });
        let desired = config(json!({ "name": "A" })).normal();

        let found = diff(&desired, &config(live));

        let keys: Vec<&str> = found.iter().map(|change| change.key.as_str()).collect();
        assert_eq!(keys, ["republish", "deny_purge"]);
        assert!(
            matches!(found[1].effect, Effect::Refused(_)),
            "{:?}",
            found[1].effect
        );
    }

    #[test]
    fn the_order_of_subjects_counts_and_that_of_tags_does_not() {
        let live =
            json!({ "name": "A", "subjects": ["a", "b"], "placement": {"tags": ["x", "y"]} });
        let desired =
            json!({ "name": "A", "subjects": ["b", "a"], "placement": {"tags": ["y", "x"]} });

        assert_eq!(
            changes(desired, live),
            [("subjects".to_owned(), Effect::InPlace)]
        );
    }

    #[test]
    fn a_stream_with_sources_may_have_the_window_its_server_gives_it() {
        for window in [0_u64, 70_000_000_000] {
            let live = json!({ "name": "A", "sources": [{"name": "B"}], "max_age": 70_000_000_000_u64, "duplicate_window": window });
            let desired = json!({ "name": "A", "sources": [{"name": "B"}], "max_age": 70_000_000_000_u64, "duplicate_window": 0 });

            assert_eq!(changes(desired, live), []);
        }
    }

    #[test]
    fn how_sources_change_decides_what_it_does() {
        let live = json!({ "name": "A", "sources": [{"name": "B"}, {"name": "C"}] });
        let effect = |sources: Value| {
            changes(json!({ "name": "A", "sources": sources }), live.clone())
                .pop()
                .map(|change| change.1)
        };

        assert_eq!(
            effect(json!([{"name": "B"}, {"name": "C", "filter_subject": ""}])),
            None
        );
        assert_eq!(
            effect(json!([{"name": "C"}, {"name": "B"}])),
            Some(Effect::InPlace)
        );
        assert_eq!(
            effect(json!([{"name": "B"}, {"name": "C"}, {"name": "D"}])),
            Some(Effect::InPlace)
        );
        assert!(matches!(
            effect(json!([{"name": "B"}, {"name": "C", "filter_subject": "x"}])),
            Some(Effect::Destructive(_))
        ));
        assert!(matches!(
            effect(json!([{"name": "B"}, {"name": "C", "opt_start_seq": 5}])),
            Some(Effect::NoEffect(_))
        ));
    }
}
