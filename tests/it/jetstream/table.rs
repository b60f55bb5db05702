//! Whether the servers agree with `SETTINGS`, row by row: absence, ranges, level, and what a change does.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::jetstream::{SETTINGS, Setting, SettingKind, diff};

use crate::jetstream::setup::config;
use crate::support::{Admin, NatsServer, nats_server_versions};

/// A server with a stream to import from: three messages on `origin.>`, and direct reads.
pub fn started(version: &str) -> (NatsServer, Admin) {
    started_on(NatsServer::start_with(version, ""))
}

/// The same on a server that was started otherwise.
pub fn started_on(server: NatsServer) -> (NatsServer, Admin) {
    let admin = Admin::connect(&server.url());
    admin.create_stream(
        &json!({ "name": "ORIGIN", "subjects": ["origin.>"], "allow_direct": true }),
    );
    for number in 0..3 {
        admin.publish(&format!("origin.{number}"), "x");
    }
    (server, admin)
}

/// A stream with nothing but a name, subjects of its own, and what is given; null takes away.
pub fn with(name: &str, given: &Value) -> Value {
    let mut config = json!({ "name": name, "subjects": [format!("{name}.>")] });
    let keys = config.as_object_mut().expect("an object");
    keys.extend(given.as_object().cloned().unwrap_or_default());
    keys.retain(|_, value| !value.is_null());
    config
}

/// What the row's example needs, as far as a server of this level knows it.
pub fn required(setting: &Setting, level: u64) -> Value {
    let keys = parsed(setting.requires)
        .as_object()
        .cloned()
        .unwrap_or_default();
    let known = |key: &str| {
        SETTINGS
            .iter()
            .any(|other| other.key == key && other.level <= level)
    };
    keys.into_iter().filter(|(key, _)| known(key)).collect()
}

/// The row's example, with what it needs.
pub fn example(setting: &Setting, level: u64) -> Option<Value> {
    let mut given = required(setting, level);
    given[setting.key] = (!setting.example.is_empty()).then(|| parsed(setting.example))?;
    Some(given)
}

pub fn level_of(version: &str) -> u64 {
    match version.split('.').nth(1).expect("a minor version") {
        "10" => 0,
        "11" => 1,
        "12" => 3,
        "14" => 4,
        "15" => 5,
        other => panic!("what is the API level of 2.{other}?"),
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON in the table")
}

#[test]
fn every_key_the_newest_server_shows_has_a_row() {
    let (_server, admin) = started("2.15.1");

    let echo = admin.create_stream(&json!({ "name": "ALL" }))["config"].clone();

    for key in echo.as_object().unwrap().keys() {
        assert!(
            SETTINGS.iter().any(|setting| setting.key == key),
            "{key} has no row"
        );
    }
}

#[test]
fn absence_means_what_the_row_says_on_every_version() {
    for version in nats_server_versions() {
        let (_server, admin) = started(version);
        let shapes = [
            json!({ "name": "PLAIN" }),
            json!({ "name": "AGED", "max_age": 60_000_000_000_u64 }),
            json!({ "name": "MIRROR", "mirror": {"name": "ORIGIN"} }),
            json!({ "name": "SOURCED", "sources": [{"name": "ORIGIN"}] }),
        ];
        for shape in shapes {
            let echo = config(admin.create_stream(&shape)["config"].clone());
            let meant = config(shape.clone()).normal();

            let changes = diff(&meant, &echo);

            assert_eq!(changes, [], "{version}: {shape}");
            assert_eq!(meant.iter().count(), SETTINGS.len(), "{shape}");
        }
    }
}

#[test]
fn every_version_knows_the_settings_from_the_level_of_their_rows() {
    for version in nats_server_versions() {
        let (_server, admin) = started(version);
        let level = level_of(version);
        // CREATE never takes a sealed stream.
        for setting in SETTINGS.iter().filter(|setting| setting.key != "sealed") {
            let Some(given) = example(setting, level) else {
                continue;
            };
            let name = format!("{}-since", setting.key);

            let answer = admin.try_api(&format!("STREAM.CREATE.{name}"), &with(&name, &given));

            let known = answer.is_ok_and(|info| {
                let asked = config(json!({ "name": name, setting.key: given[setting.key] }));
                diff(&asked, &config(info["config"].clone())).is_empty()
            });
            assert_eq!(
                known,
                setting.level <= level,
                "{} on {version}",
                setting.key
            );
        }
    }
}

#[test]
fn ranges_end_where_the_row_says() {
    let (_server, admin) = started("2.15.1");

    for setting in SETTINGS {
        match setting.kind {
            SettingKind::Count { .. } | SettingKind::Limit { .. } => a_number_ends(&admin, setting),
            SettingKind::Nanos { min_nanos } => {
                let age = |nanos: i64| match setting.key {
                    // The window may not be longer.
                    "max_age" => json!({ "max_age": nanos, "duplicate_window": nanos }),
                    key => json!({ key: nanos }),
                };
                accepted(&admin, setting, "min", age(min_nanos));
                refused(&admin, setting, "below", age(min_nanos - 1));
                refused(&admin, setting, "negative", age(-1));
            }
            SettingKind::Choice(words) => {
                for word in words {
                    accepted(&admin, setting, word, json!({ setting.key: word }));
                }
                refused(
                    &admin,
                    setting,
                    "another",
                    json!({ setting.key: "another" }),
                );
            }
            SettingKind::Text { max } if setting.key == "name" => {
                let named = |length: usize| {
                    let name = "n".repeat(length);
                    admin.try_api(
                        &format!("STREAM.CREATE.{name}"),
                        &json!({ "name": name, "subjects": ["n"] }),
                    )
                };
                assert!(named(max + 1).is_err(), "a longer name");
                assert!(named(max).is_ok(), "the longest name");
            }
            SettingKind::Text { max } => {
                accepted(
                    &admin,
                    setting,
                    "max",
                    json!({ setting.key: "x".repeat(max) }),
                );
                refused(
                    &admin,
                    setting,
                    "above",
                    json!({ setting.key: "x".repeat(max + 1) }),
                );
            }
            SettingKind::Texted { max } => {
                // Some of the server's own counts too, so the range ends within its length.
                let own: usize = admin.create_stream(&json!({ "name": "OWN" }))["config"]
                    [setting.key]
                    .as_object()
                    .expect("the server's own metadata")
                    .iter()
                    .map(|(key, value)| key.len() + value.as_str().unwrap_or_default().len())
                    .sum();
                let of_length =
                    |length: usize| json!({ setting.key: {"k": "x".repeat(length - 1)} });
                accepted(&admin, setting, "max", of_length(max - own));
                refused(&admin, setting, "above", of_length(max + 1));
            }
            SettingKind::Bool => refused(&admin, setting, "text", json!({ setting.key: "true" })),
            SettingKind::Texts | SettingKind::Object | SettingKind::Objects => {
                refused(&admin, setting, "number", json!({ setting.key: 7 }))
            }
        }
    }
}

fn a_number_ends(admin: &Admin, setting: &Setting) {
    let (min, max) = setting.range().expect("a range");
    let above = json!({ setting.key: max as u64 + 1 });
    // 0 replicas are the default.
    let below = if setting.key == "num_replicas" {
        -1
    } else {
        min - 1
    };
    refused(admin, setting, "below", json!({ setting.key: below }));
    accepted(admin, setting, "min", json!({ setting.key: min }));
    match setting.key {
        // A single server knows where the range ends, and that it is alone.
        "num_replicas" => {
            let error = refusal(admin, setting, "max", json!({ "num_replicas": max }));
            assert_eq!(error["err_code"], 10074, "{error}");
            let error = refusal(admin, setting, "above", above);
            assert_eq!(error["description"], "maximum replicas is 5", "{error}");
        }
        // So much is on no disk; only what is above cannot be read at all.
        "max_bytes" => {
            let error = refusal(admin, setting, "max", json!({ "max_bytes": max }));
            assert_eq!(error["err_code"], 10047, "{error}");
            let error = refusal(admin, setting, "above", above);
            assert_eq!(error["err_code"], 10025, "{error}");
        }
        // The server would take twice as many; no stream begins there.
        "first_seq" => accepted(admin, setting, "max", json!({ "first_seq": max })),
        key => {
            accepted(admin, setting, "max", json!({ key: max }));
            refused(admin, setting, "above", above);
        }
    }
}

fn accepted(admin: &Admin, setting: &Setting, what: &str, given: Value) {
    let answer = create(admin, setting, what, &given);
    let echo = answer.unwrap_or_else(|error| panic!("{} {what}: {error}", setting.key));
    let asked = config(json!({ "name": echo["name"], setting.key: given[setting.key] }));
    assert_eq!(diff(&asked, &config(echo)), [], "{} {what}", setting.key);
}

fn refused(admin: &Admin, setting: &Setting, what: &str, given: Value) {
    refusal(admin, setting, what, given);
}

fn refusal(admin: &Admin, setting: &Setting, what: &str, given: Value) -> Value {
    match create(admin, setting, what, &given) {
        Ok(echo) => panic!("{} {what} was accepted: {}", setting.key, echo[setting.key]),
        Err(error) => error,
    }
}

/// Creates a stream with what is given and what the setting needs, and takes it away again.
fn create(admin: &Admin, setting: &Setting, what: &str, given: &Value) -> Result<Value, Value> {
    let name = format!("{}-{what}", setting.key);
    let mut all = required(setting, u64::MAX)
        .as_object()
        .cloned()
        .unwrap_or_default();
    all.extend(given.as_object().cloned().unwrap_or_default());
    let mut wanted = with(&name, &Value::Object(all));
    wanted["pedantic"] = true.into();
    let answer = admin.try_api(&format!("STREAM.CREATE.{name}"), &wanted);
    if answer.is_ok() {
        admin.delete_stream(&name);
    }
    answer.map(|info| info["config"].clone())
}
