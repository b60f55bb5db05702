//! The main path of an installation's life, on every server that the project supports.

use serde_json::{Value, json};

use crate::wadm::scenario::{MAIN, Scenario, changed_assets};

#[test]
fn the_main_path_holds_on_every_server() {
    for version in crate::support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.converge("");
        scenario.terraform.expect_empty_without_refresh_too();
        let (created, configs) = (scenario.created(), scenario.configs());
        scenario.expect_events_flow("created");

        // As many at once as there are streams; each alone is the next test.
        for round in rounds() {
            for (_, stream, edit) in &round {
                scenario.admin.edit_stream(stream, edit);
            }
            let plan = scenario.terraform.plan();
            scenario.terraform.apply_plan(&plan);
            let mut keys: Vec<_> = round.iter().map(|(key, ..)| *key).collect();
            keys.sort_unstable();
            assert_eq!(changed_assets(&plan), keys, "{version}");
            assert_eq!(scenario.configs(), configs, "{version}");
        }
        scenario.terraform.expect_empty();
        assert_eq!(scenario.created(), created, "{version}");
        scenario.expect_events_flow("repaired");

        scenario.converge("max_bytes = 1048576\nevents = { max_age = \"5m\" }");
        assert_eq!(scenario.created(), created, "{version}");
        scenario.expect_events_flow("updated");

        scenario.terraform.destroy();
        assert!(scenario.admin.stream_names().is_empty(), "{version}");
    }
}

#[test]
fn what_somebody_changed_is_in_the_plan_alone_and_is_repaired_alone() {
    let scenario = Scenario::start();
    scenario.converge("");
    let (created, configs) = (scenario.created(), scenario.configs());

    for (key, stream, edit) in drifts() {
        scenario.admin.edit_stream(stream, edit);
        let changed = scenario.admin.config(stream);
        scenario.admin.note();

        let plan = scenario.terraform.plan();
        scenario.terraform.apply_plan(&plan);

        assert_eq!(plan.actions(MAIN), ["update"], "{changed}");
        assert_eq!(changed_assets(&plan), [key], "{changed}");
        scenario.admin.expect_noted(&[format!("UPDATED {stream}")]);
        assert_eq!(scenario.configs(), configs, "{changed}");
    }
    assert_eq!(scenario.created(), created);
    scenario.terraform.expect_empty();
    scenario.expect_events_flow("repaired");
}

type Drift = (&'static str, &'static str, fn(&mut Value));

/// The drifts in rounds of at most one for each stream.
fn rounds() -> Vec<Vec<Drift>> {
    let mut rounds: Vec<Vec<Drift>> = Vec::new();
    for drift in drifts() {
        match rounds
            .iter_mut()
            .find(|round| round.iter().all(|(key, ..)| *key != drift.0))
        {
            Some(round) => round.push(drift),
            None => rounds.push(vec![drift]),
        }
    }
    rounds
}

/// Asset, stream, and what another client changes of it.
fn drifts() -> Vec<Drift> {
    vec![
        // wadm would delete these and recreate them.
        ("commands", "wadm_commands", |config| {
            config["subjects"] = json!(["wadm.cmd.>"])
        }),
        ("commands", "wadm_commands", |config| {
            config["subjects"] = json!(["wadm.cmd.*", "other"])
        }),
        ("events", "wadm_events", |config| {
            config["subjects"] = json!(["wadm.evt.*"])
        }),
        ("wasmbus_events", "wasmbus_events", |config| {
            config["subjects"] = json!(["wasmbus.evt.default.>"])
        }),
        // wadm would keep these and fail in silence.
        ("status", "wadm_status", |config| {
            config["subjects"] = json!(["status.*"])
        }),
        ("notify", "wadm_notify", |config| {
            config["subjects"] = json!(["notify.*"])
        }),
        ("notify", "wadm_notify", |config| {
            config["retention"] = json!("limits")
        }),
        ("events", "wadm_events", |config| {
            config["retention"] = json!("interest")
        }),
        ("event_consumer", "wadm_event_consumer", |config| {
            config["sources"][0]["subject_transforms"][0]["dest"] =
                json!("elsewhere.{{wildcard(1)}}.>");
        }),
        ("event_consumer", "wadm_event_consumer", |config| {
            config["sources"][1]
                .as_object_mut()
                .unwrap()
                .remove("subject_transforms");
        }),
        ("event_consumer", "wadm_event_consumer", |config| {
            config["sources"].as_array_mut().unwrap().remove(0);
        }),
        ("event_consumer", "wadm_event_consumer", |config| {
            config["sources"][0]["filter_subject"] = json!("wasmbus.evt.default.>");
            config["sources"][0]
                .as_object_mut()
                .unwrap()
                .remove("subject_transforms");
        }),
        ("event_consumer", "wadm_event_consumer", |config| {
            config["subjects"] = json!(["more.*"])
        }),
        // Limits.
        ("events", "wadm_events", |config| {
            config["max_bytes"] = json!(4096)
        }),
        ("events", "wadm_events", |config| {
            config["max_age"] = json!(10_000_000_000_u64);
            config["duplicate_window"] = json!(10_000_000_000_u64);
        }),
        ("status", "wadm_status", |config| {
            config["max_msgs_per_subject"] = json!(1)
        }),
        ("manifests", "KV_wadm_manifests", |config| {
            config["max_msgs_per_subject"] = json!(5)
        }),
        ("state", "KV_wadm_state", |config| {
            config["max_msg_size"] = json!(1024)
        }),
        ("commands", "wadm_commands", |config| {
            config["max_msgs"] = json!(10)
        }),
        // What has no argument.
        ("commands", "wadm_commands", |config| {
            config["no_ack"] = json!(true)
        }),
        ("status", "wadm_status", |config| {
            config["allow_direct"] = json!(false)
        }),
        ("state", "KV_wadm_state", |config| {
            config["allow_rollup_hdrs"] = json!(false)
        }),
        ("wasmbus_events", "wasmbus_events", |config| {
            config["discard"] = json!("new")
        }),
        ("events", "wadm_events", |config| {
            config["republish"] = json!({ "src": ">", "dest": "r.>" })
        }),
    ]
}
