//! `migration.md`: what others have created is managed by this provider, with its contents, and the plan is empty.

use serde_json::{Value, json};

use crate::guides::page_run::OnServer;
use crate::support::Admin;
use crate::wadm::captured;

const PAGE: &str = "migration";
const BUCKETS: &str = "wasmcloud_lattice_buckets.default";
const WADM: &str = "wadm_jetstream.this";
const STREAMS: [&str; 2] = ["KV_LATTICEDATA_default", "KV_CONFIGDATA_default"];
/// The configurations of the buckets that a host has created.
const OF_HOSTS: &str = include_str!("../../fixtures/host-streams.json");
/// The state that the `jetstream` provider (commit 738b31d) wrote when it created the buckets of a lattice, and the
/// configurations of these and of wadm's streams, which it created too; those that source from others last.
const STATE: &str = include_str!("../../fixtures/jetstream-provider/state.json");
const OF_JETSTREAM: &str = include_str!("../../fixtures/jetstream-provider/streams.json");

/// Creates streams with captured configurations, but for what the server adds.
fn create(admin: &Admin, captured: &str, names: impl Fn(&str) -> bool) {
    let mut configs: Vec<Value> = serde_json::from_str(captured).expect("configurations");
    configs.retain(|config| config["name"].as_str().is_some_and(&names));
    for mut config in configs {
        config["metadata"] = json!({});
        admin.create_stream(&config);
    }
}

fn put_keys(admin: &Admin) {
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        admin.put(bucket, "key", "value");
    }
}

fn configs(admin: &Admin) -> Vec<Value> {
    let names = admin.stream_names().into_iter();
    names.map(|name| admin.config(&name)).collect()
}

/// Applies what is written, and demands that nothing was deleted.
fn apply(on_server: &OnServer) {
    on_server.run.terraform.apply();
    on_server.run.terraform.expect_empty();
    for stream in STREAMS {
        assert_eq!(on_server.admin.messages(stream), 1, "{stream}");
    }
}

#[test]
fn what_hosts_and_wadm_created_is_imported_or_adopted_without_a_change() {
    let mut on_server = OnServer::new(PAGE, "From hosts and wadm");
    create(&on_server.admin, OF_HOSTS, |_| true);
    captured::make(&on_server.admin, &captured::requests());
    put_keys(&on_server.admin);
    let before = configs(&on_server.admin);

    let plan = on_server.run.step();
    assert_eq!(plan.actions(BUCKETS), ["no-op"]);
    assert_eq!(plan.actions(WADM), ["no-op"]);
    for address in [BUCKETS, WADM] {
        let removed = on_server.run.terraform.run(&["state", "rm", address]);
        removed.expect("it is removed from the state");
    }
    let plan = on_server.run.step();

    assert_eq!(plan.actions(BUCKETS), ["create"]);
    assert_eq!(configs(&on_server.admin), before);
    assert_eq!(
        STREAMS.map(|stream| on_server.admin.messages(stream)),
        [1, 1]
    );
}

#[test]
fn what_the_nats_command_created_keeps_its_description_and_loses_its_time_to_live() {
    let mut on_server = OnServer::new(PAGE, "From the nats command");
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        // As nats.go sends it.
        on_server.admin.create_stream(&json!({
            "name": format!("KV_{bucket}"), "description": "Links", "subjects": [format!("$KV.{bucket}.>")],
            "retention": "limits", "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "discard": "new",
            "max_age": 86_400_000_000_000_u64, "max_msgs_per_subject": 5, "max_msg_size": -1, "storage": "file",
            "num_replicas": 1, "duplicate_window": 120_000_000_000_u64, "deny_delete": true,
            "allow_rollup_hdrs": true, "compression": "none", "allow_direct": true, "mirror_direct": false,
            "consumer_limits": {},
        }));
    }
    put_keys(&on_server.admin);
    on_server.run.write();

    on_server.run.shows();

    apply(&on_server);
    let config = on_server.admin.config(STREAMS[0]);
    assert_eq!(config["description"], "Links");
    assert_eq!(config["max_age"], 0);
    assert_eq!(config["max_msgs_per_subject"], 5);
}

#[test]
fn what_the_jetstream_provider_created_is_removed_from_its_state_and_imported() {
    let mut on_server = OnServer::new(PAGE, "From the jetstream provider");
    on_server.run.skip(&["hcl"]);
    create(&on_server.admin, OF_JETSTREAM, |name| {
        STREAMS.contains(&name)
    });
    put_keys(&on_server.admin);
    on_server
        .run
        .terraform
        .write_file("terraform.tfstate", STATE);
    let before = configs(&on_server.admin);

    on_server.run.shows();
    on_server.run.write();
    on_server.run.shows();

    apply(&on_server);
    assert_eq!(configs(&on_server.admin), before);
}

#[test]
fn wadm_s_streams_of_the_jetstream_provider_differ_in_allow_direct_alone() {
    let mut on_server = OnServer::new(PAGE, "From hosts and wadm");
    create(&on_server.admin, OF_JETSTREAM, |_| true);
    let config = on_server.run.next_config();
    on_server.run.skip(&["terraform"]);
    let lattice = "resource \"wasmcloud_lattice_buckets\" \"default\" {\n";
    let kept = format!("{lattice}config_data = {{ max_bytes = 104857600 }}\n");

    let plan = on_server
        .run
        .terraform
        .step(&config.replace(lattice, &kept));

    assert_eq!(plan.actions(BUCKETS), ["no-op"], "{}", plan.text());
    assert_eq!(plan.actions(WADM), ["update"]);
    let change = plan.change(WADM);
    let changed = [
        "commands",
        "event_consumer",
        "events",
        "notify",
        "wasmbus_events",
    ];
    assert_eq!(change.changed(), changed);
    for block in changed {
        let mut after = change.before()[block].clone();
        assert_eq!(after["drift"], json!({ "allow_direct": "true" }), "{block}");
        after["drift"] = json!({});
        assert_eq!(change.after()[block], after, "{block}");
    }
}
