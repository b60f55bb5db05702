//! The main path of an installation's life, on every server that the project supports.

use serde_json::{Value, json};

use crate::scenario::{MAIN, Scenario, changed_assets};
use crate::support;

#[test]
fn the_main_path_holds_on_every_server() {
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
        let created = scenario.created();
        scenario.expect_events_flow("created");

        for (key, stream, edit) in drifts() {
            let before = scenario.admin.config(stream);
            scenario.admin.edit_stream(stream, edit);

            let plan = scenario.repair();

            let context = format!("{version}: {stream}");
            assert_eq!(plan.actions(MAIN), ["update"], "{context}");
            assert_eq!(changed_assets(&plan), [key], "{context}");
            assert_eq!(scenario.admin.config(stream), before, "{context}");
        }
        assert_eq!(scenario.created(), created, "{version}");
        scenario.expect_events_flow("repaired");

        scenario.step("max_bytes = 1048576\nevents = { max_age = \"5m\" }");
        assert_eq!(scenario.created(), created, "{version}");
        scenario.expect_events_flow("updated");

        scenario.terraform.destroy();
        assert!(scenario.admin.stream_names().is_empty(), "{version}");
    }
}

type Edit = fn(&mut Value);

/// Asset, stream, and what somebody else changes of it.
fn drifts() -> Vec<(&'static str, &'static str, Edit)> {
    vec![
        // wadm would delete these and make them anew.
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

#[test]
fn what_the_server_does_not_change_back_stays_in_drift_with_a_warning_and_replaces_a_stream() {
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
        let created = scenario.created();
        scenario.admin.edit_stream("KV_wadm_manifests", |config| {
            config["allow_rollup_hdrs"] = json!(false);
            config["deny_purge"] = json!(true);
        });
        scenario
            .admin
            .edit_stream("wadm_events", |config| config["deny_purge"] = json!(true));

        let plan = scenario.terraform.plan();

        println!("{:#?}", plan.diagnostics());
        println!("{}", plan.text());
        assert_eq!(scenario.created(), created);
    }
}
