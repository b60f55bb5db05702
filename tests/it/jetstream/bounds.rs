//! Whether the servers keep a setting as it is where its row names another that keeps it so.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::jetstream::{
    Bound, Effect, SETTINGS, Setting, StreamConfig, diff_at,
};

use crate::jetstream::setup::config;
use crate::jetstream::table::{level_of, started, with};
use crate::support::{Admin, nats_server_versions};

#[test]
fn a_setting_that_another_keeps_as_it_is_cannot_be_changed_on_any_version() {
    for version in nats_server_versions() {
        let (_server, admin) = started(version);
        let mut tried = 0;
        for setting in SETTINGS {
            for bound in setting.bounds {
                tried += u32::from(is_kept(&admin, version, setting, bound));
            }
        }
        assert!(tried > 5, "{version}: {tried}");
    }
}

/// Asks for the change; `false` where the version knows nothing of it, or of the other setting staying.
fn is_kept(admin: &Admin, version: &str, setting: &'static Setting, bound: &Bound) -> bool {
    let level = level_of(version);
    let by = SETTINGS
        .iter()
        .find(|row| row.key == bound.by)
        .expect("a row");
    if level < by.level || level < bound.level {
        return false;
    }
    let label = format!("{} kept by {} on {version}", setting.key, bound.by);
    let name = format!(
        "{}-{}-{}",
        setting.key,
        bound.by,
        bound.to.trim_matches('"')
    );
    let live = made(admin, &name, bound.by);
    let mut wanted = live.clone();
    wanted[setting.key] = other_value(setting.key, bound, &live);
    let asked = config(json!({ "name": name, setting.key: wanted[setting.key] }));

    let changes = diff_at(&asked, &config(live.clone()), level);
    let answer = admin.try_api(&format!("STREAM.UPDATE.{name}"), &wanted);

    let [change] = changes.as_slice() else {
        panic!("{label}: {changes:?}");
    };
    assert_eq!(change.cause, Some(bound.by), "{label}");
    let Effect::Refused(why) = change.effect else {
        panic!("{label}: {:?}", change.effect);
    };
    match answer {
        Err(error) => {
            let code = error["err_code"].to_string();
            assert!(why.contains(&code), "{label}: {why}, but {error}");
        }
        // The server says yes and leaves it.
        Ok(info) => {
            let echo: StreamConfig = config(info["config"].clone());
            assert_eq!(
                echo.normal().get(setting.key),
                Some(&change.live),
                "{label}: accepted, but {why}"
            );
            assert!(!why.contains("JetStream"), "{label}: {why}");
        }
    }
    true
}

/// A stream that has the other setting, as somebody would make it.
fn made(admin: &Admin, name: &str, by: &str) -> Value {
    let given = match by {
        "sealed" => json!({ "max_age": 3_600_000_000_000_u64 }),
        "deny_purge" => json!({ "deny_purge": true }),
        "mirror" => json!({ "subjects": null, "mirror": { "name": "ORIGIN" } }),
        "persist_mode" => json!({ "persist_mode": "async" }),
        flag => json!({ flag: true }),
    };
    let made = admin.create_stream(&with(name, &given))["config"].clone();
    match by {
        "sealed" => {
            admin.edit_stream(name, |config| config["sealed"] = json!(true))["config"].clone()
        }
        _ => made,
    }
}

/// The value that the row says it cannot get, or any other.
fn other_value(key: &str, bound: &Bound, live: &Value) -> Value {
    if !bound.to.is_empty() {
        return serde_json::from_str(bound.to).expect("JSON in the table");
    }
    match key {
        "subjects" => json!(["other.>"]),
        "sources" => json!([{ "name": "ORIGIN", "filter_subject": "origin.1" }]),
        "retention" => json!("interest"),
        "num_replicas" => json!(3),
        "max_age" => json!(7_200_000_000_000_u64),
        _ => json!(live[key] != true),
    }
}
