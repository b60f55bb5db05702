//! Whether the servers change settings as the rows of `SETTINGS` say: in place, refused, and what is left of the messages.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::jetstream::{
    Conditions, Edit, Effect, SETTINGS, Setting, SettingChange, diff_at,
};

use crate::jetstream::setup::{config, publish};
use crate::jetstream::table::{example, level_of, required, started, with};
use crate::support::{Admin, NatsServer, nats_server_versions, wait_for};

/// A change: what a stream has beside name and subjects, and what it is to have.
struct Case {
    what: String,
    from: Value,
    to: Value,
}

#[test]
fn every_version_changes_settings_as_their_rows_say() {
    for version in nats_server_versions() {
        let (server, admin) = started(version);
        let level = level_of(version);
        let mut effects = Vec::new();
        for setting in SETTINGS.iter().filter(|setting| setting.level <= level) {
            for case in cases(setting, level) {
                effects.push(ask(&server, &admin, setting, &case));
            }
        }
        let some = |what: fn(&Effect) -> bool| effects.iter().filter(|effect| what(effect)).count();
        assert!(
            some(|effect| matches!(effect, Effect::Refused(_))) > 9,
            "{version}"
        );
        assert!(
            some(|effect| matches!(effect, Effect::Destructive(_))) > 5,
            "{version}"
        );
    }
}

#[test]
fn limits_of_consumers_are_taken_back_where_the_stream_has_no_consumer() {
    for version in nats_server_versions() {
        let (_server, admin) = started(version);
        for name in ["free", "consumed", "sourced"] {
            let live = with_limits_for_consumers(&admin, name);
            let conditions = Conditions {
                level: level_of(version),
                has_consumers: name != "free",
            };

            let wanted = config(with(name, &json!({}))).normal();
            let changes = diff_at(&wanted, &config(live), conditions);
            let answer = admin.try_api(&format!("STREAM.UPDATE.{name}"), &with(name, &json!({})));

            let [change] = changes.as_slice() else {
                panic!("{name} on {version}: {changes:?}");
            };
            let refused = matches!(change.effect, Effect::Refused(_));
            let held = name != "free" && level_of(version) < 4;
            assert_eq!(
                (refused, answer.is_err()),
                (held, held),
                "{name} on {version}: {answer:?}"
            );
        }
    }
}

/// A stream with limits for consumers; its name says what consumes it.
fn with_limits_for_consumers(admin: &Admin, name: &str) -> Value {
    admin.create_stream(&with(name, &json!({})));
    match name {
        "consumed" => {
            let consumer = json!({ "durable_name": "holder", "ack_policy": "none", "inactive_threshold": 30_000_000_000_u64 });
            admin.api(
                &format!("CONSUMER.DURABLE.CREATE.{name}.holder"),
                &json!({ "stream_name": name, "config": consumer }),
            );
        }
        "sourced" => {
            admin.create_stream(&json!({ "name": "READER", "sources": [{ "name": name }] }));
            admin.publish(&format!("{name}.a"), "x");
            wait_for("the reader", Duration::from_secs(60), || {
                (admin.messages("READER") == 1).then_some(())
            });
            // The server does not count that consumer, and obeys it all the same.
            let state = admin.stream(name).expect("a stream")["state"].clone();
            assert_eq!(state["consumer_count"], 0);
        }
        _ => {}
    }
    admin.edit_stream(name, |config| {
        config["consumer_limits"] = json!({ "inactive_threshold": 60_000_000_000_u64 });
    })["config"]
        .clone()
}

#[test]
fn a_sealed_stream_stays_sealed() {
    let (_server, admin) = started("2.15.1");
    admin.create_stream(&with("A", &json!({})));
    let sealed = admin.edit_stream("A", |config| config["sealed"] = true.into())["config"].clone();
    let mut wanted = sealed.clone();
    wanted["sealed"] = false.into();

    let changes = diff_at(&config(json!({ "sealed": false })), &config(sealed), 5);
    let answer = admin.try_api("STREAM.UPDATE.A", &wanted);

    assert!(
        matches!(changes[0].effect, Effect::Refused(_)),
        "{changes:?}"
    );
    assert_eq!(answer.unwrap_err()["err_code"], 10052);
}

#[test]
fn a_stream_is_never_renamed() {
    let (_server, admin) = started("2.15.1");
    admin.create_stream(&with("A", &json!({})));

    let changes = diff_at(
        &config(json!({ "name": "B" })),
        &config(admin.config("A")),
        5,
    );
    let answer = admin.try_api("STREAM.UPDATE.A", &with("B", &json!({})));

    assert!(
        matches!(changes[0].effect, Effect::Refused(why) if why.contains("10056")),
        "{changes:?}"
    );
    assert_eq!(answer.unwrap_err()["err_code"], 10056);
}

/// From the row's absence to its example and back, and what its rule tells apart beyond that.
fn cases(setting: &Setting, level: u64) -> Vec<Case> {
    let case = |what: &str, from: Value, to: Value| Case {
        what: what.to_owned(),
        from,
        to,
    };
    let (without, given) = (required(setting, level), example(setting, level));
    let mut cases = match (setting.key, given) {
        // The server sets it as the origin has it.
        ("mirror_direct", _) | (_, None) => Vec::new(),
        // Once sealed, what sealing needs stays; and it expires too fast to be kept.
        ("sealed" | "mirror" | "max_age", Some(given)) => vec![case("on", json!({}), given)],
        (_, Some(given)) => vec![
            case("on", without.clone(), given.clone()),
            case("off", given, without),
        ],
    };
    let mirror = |filter: Value| json!({ "subjects": null, "mirror": {"name": "ORIGIN", "filter_subject": filter} });
    let source = |key: &str, value: Value| json!({ "subjects": null, "sources": [{"name": "ORIGIN", key: value}] });
    let discarding_new = |key: &str, value: i64| json!({ "discard": "new", key: value });
    cases.extend(match setting.key {
        "subjects" => vec![case(
            "replaced",
            json!({}),
            json!({ "subjects": ["replaced.>"] }),
        )],
        "retention" => [
            ("limits", "workqueue"),
            ("workqueue", "limits"),
            ("interest", "workqueue"),
            ("workqueue", "interest"),
        ]
        .map(|(from, to)| {
            case(
                &format!("{from}-{to}"),
                json!({ "retention": from }),
                json!({ "retention": to }),
            )
        })
        .into(),
        "max_msgs" => vec![case(
            "new",
            discarding_new("max_msgs", -1),
            discarding_new("max_msgs", 3),
        )],
        "max_bytes" => vec![case(
            "new",
            discarding_new("max_bytes", -1),
            discarding_new("max_bytes", 400),
        )],
        "max_age" => vec![case(
            "off",
            json!({ "max_age": 3_600_000_000_000_u64 }),
            json!({ "max_age": 0 }),
        )],
        "max_msgs_per_subject" => vec![
            case(
                "lower",
                json!({ "max_msgs_per_subject": 10 }),
                json!({ "max_msgs_per_subject": 5 }),
            ),
            case(
                "raise",
                json!({ "max_msgs_per_subject": 10 }),
                json!({ "max_msgs_per_subject": 64 }),
            ),
        ],
        "sources" => vec![
            case(
                "filter",
                source("filter_subject", json!("")),
                source("filter_subject", json!("origin.1")),
            ),
            case(
                "start",
                source("opt_start_seq", json!(0)),
                source("opt_start_seq", json!(3)),
            ),
        ],
        "mirror" => vec![
            case("filter", mirror(json!("")), mirror(json!("origin.1"))),
            case("off", mirror(json!("")), json!({})),
        ],
        _ => Vec::new(),
    });
    cases
}

/// Makes the stream, with messages in it, asks for the change, and compares what happens with what the row says.
fn ask(server: &NatsServer, admin: &Admin, setting: &Setting, case: &Case) -> Effect {
    let name = format!("{}-{}", setting.key, case.what);
    let label = format!("{} {} on {}", setting.key, case.what, server.version());
    let live = admin.create_stream(&with(&name, &case.from))["config"].clone();
    if let Edit::HeldBefore(..) = setting.edit
        && case.what == "off"
    {
        admin.api(
            &format!("CONSUMER.DURABLE.CREATE.{name}.holder"),
            &json!({ "stream_name": name, "config": { "durable_name": "holder", "ack_policy": "explicit" } }),
        );
    }
    let before = fill(server, admin, &name, &live);
    let wanted = config(with(&name, &case.to));
    let changes = diff_at(&wanted.normal(), &config(live), level_of(server.version()));
    let change = changes.iter().find(|change| change.key == setting.key);
    let SettingChange {
        effect, desired, ..
    } = change.unwrap_or_else(|| panic!("{label}: no such change in {changes:?}"));

    let answer = admin.try_api(&format!("STREAM.UPDATE.{name}"), &with(&name, &case.to));

    match (effect, answer) {
        (Effect::Refused(why), Err(error)) => assert!(
            why.contains(&error["err_code"].to_string()),
            "{label}: {why}, but {error}"
        ),
        (Effect::Refused(why), Ok(_)) => panic!("{label}: accepted, but {why}"),
        (_, Err(error)) => panic!("{label}: {effect:?}, but {error}"),
        (_, Ok(info)) => {
            let asked = config(json!({ "name": name, setting.key: desired }));
            assert_eq!(
                diff_at(&asked, &config(info["config"].clone()), 5),
                [],
                "{label}"
            );
        }
    }
    let after = settled(
        admin,
        &name,
        before,
        matches!(effect, Effect::Destructive(_)) && !later(server.version(), &name),
    );
    match effect {
        Effect::Destructive(what) if !later(server.version(), &name) => {
            assert_ne!(after, before, "{label}: {what}")
        }
        // New sources bring messages.
        Effect::InPlace if setting.key == "sources" => {
            assert!(after >= before, "{label}: {before} to {after}")
        }
        _ => assert_eq!(after, before, "{label}: {effect:?}"),
    }
    *effect
}

/// Stores ten messages, six on one subject and four on another, or waits for those of the origin; says how many there are.
fn fill(server: &NatsServer, admin: &Admin, name: &str, live: &Value) -> u64 {
    let imports = !live["mirror"].is_null() || !live["sources"].is_null();
    if live["retention"] == "interest" {
        // Only what a consumer waits for is kept.
        let consumer = json!({ "stream_name": name, "config": {"durable_name": "waiting", "ack_policy": "explicit"} });
        admin.api(
            &format!("CONSUMER.DURABLE.CREATE.{name}.waiting"),
            &consumer,
        );
    }
    if !imports {
        let subjects =
            (0..10).map(|number| format!("{name}.{}", if number < 6 { "a" } else { "b" }));
        publish(&server.url(), subjects.collect());
    }
    // A counter takes only messages that count.
    if live["allow_msg_counter"] == true {
        return 0;
    }
    let first = live["first_seq"].as_u64().unwrap_or(1).max(1);
    let last = if imports { 3 } else { first + 9 };
    wait_for(
        &format!("the messages of {name}"),
        Duration::from_secs(60),
        || {
            let state = admin.stream(name)?["state"].clone();
            (state["last_seq"].as_u64()? >= last).then(|| state["messages"].as_u64())?
        },
    )
}

/// How many messages there are once a change had time to show.
fn settled(admin: &Admin, name: &str, before: u64, changing: bool) -> u64 {
    let limit = Duration::from_millis(if changing { 30_000 } else { 100 });
    let started = Instant::now();
    while started.elapsed() < limit && admin.messages(name) == before {
        std::thread::sleep(Duration::from_millis(20));
    }
    admin.messages(name)
}

/// Where older servers delete nothing yet, or nothing before the next message: the row warns of what the newest does.
fn later(version: &str, name: &str) -> bool {
    match name {
        "retention-on" => level_of(version) < 5,
        "max_msgs_per_subject-on" => level_of(version) < 4,
        _ => false,
    }
}
