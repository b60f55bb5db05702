//! Which settings of a configuration a server is too old for, by its version.
//!
//! The API level does not tell: it is 0 for every server before 2.11. And a server before 2.12 says nothing, it drops
//! what it does not know.

use crate::jetstream::config::settings::Setting;
use crate::jetstream::config::stream_config::{StreamConfig, is_zero, list};
use crate::jetstream::config::table::{SETTINGS, setting};

/// The settings, other than at their defaults, that a server of this version does not know, each with the version that
/// first did. None if the version cannot be read.
pub fn unsupported_by(
    version: &str,
    config: &StreamConfig,
) -> Vec<(&'static Setting, &'static str)> {
    let Some(version) = major_minor(version) else {
        return Vec::new();
    };
    let normal = config.normal();
    let used = SETTINGS.iter().filter_map(|setting| {
        let since = used_since(setting, config, &normal)?;
        (major_minor(since)? > version).then_some((setting, since))
    });
    used.collect()
}

/// The version that this use of a setting needs; `None` if it is not used.
fn used_since(
    used: &Setting,
    config: &StreamConfig,
    normal: &StreamConfig,
) -> Option<&'static str> {
    if !config.has(used.key) || normal.get(used.key) == Some(&used.default(config)) {
        return None;
    }
    // Sources are older than the renaming of their subjects, which is as old as that of the stream's own.
    let renames = |source: &serde_json::Value| {
        source
            .get("subject_transforms")
            .is_some_and(|transforms| !is_zero(transforms))
    };
    match used.key {
        "sources" if list(config, "sources").iter().any(renames) => {
            setting("subject_transform").map(|setting| setting.since)
        }
        _ => Some(used.since),
    }
}

/// Major and minor number of a version such as `2.10`, `2.10.26` or `2.15.0-dev`.
pub fn major_minor(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(version: &str, config: serde_json::Value) -> Vec<(&'static str, &'static str)> {
        let config = StreamConfig::from_value(config).unwrap();
        let newer = unsupported_by(version, &config).into_iter();
        newer.map(|(setting, since)| (setting.key, since)).collect()
    }

    #[test]
    fn what_is_used_counts_and_what_is_at_its_default_does_not() {
        let all = json!({
            "name": "A", "compression": "s2", "metadata": { "a": "b" },
            "sources": [{ "name": "B", "subject_transforms": [{ "src": "b", "dest": "a" }] }],
        });
        let defaults = json!({
            "name": "A", "compression": "none", "metadata": {}, "sources": [{ "name": "B" }],
        });

        let mut found = keys("2.9.10", all.clone());
        found.sort_unstable();

        assert_eq!(
            found,
            [
                ("compression", "2.10"),
                ("metadata", "2.10"),
                ("sources", "2.10")
            ]
        );
        assert!(keys("2.10.26", all.clone()).is_empty());
        assert!(keys("dev", all).is_empty());
        assert!(keys("2.9.10", defaults).is_empty());
    }
}
