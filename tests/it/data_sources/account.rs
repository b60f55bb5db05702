//! `wasmcloud_jetstream_account`: limits, what is reserved and used, and what is known of the servers.

use serde_json::{Value, json};

use super::read;
use crate::support::{
    Admin, Cluster, NatsServer, Operator, Workspace, nats_server_of_line, nats_server_versions,
    system_account, terraform_default,
};

const ADDRESS: &str = "data.wasmcloud_jetstream_account.this";
const DATA: &str = "data \"wasmcloud_jetstream_account\" \"this\" {\n}\n";

#[test]
fn without_limits_everything_is_unlimited_and_the_server_is_known() {
    let workspace = Workspace::on(NatsServer::start());
    workspace.admin.create_stream(
        &json!({ "name": "one", "subjects": ["one"], "max_bytes": 1000, "storage": "file" }),
    );
    workspace.admin.publish("one", "x");

    let found = read(&workspace, DATA, ADDRESS);

    assert_eq!(found["server_version"], workspace.server.version());
    assert!(found["api_level"].as_u64().is_some_and(|level| level >= 4));
    assert_eq!(
        [&found["cluster"], &found["cluster_size"]],
        [&Value::Null, &json!(1)]
    );
    assert_eq!(
        [&found["used"]["streams"], &found["used"]["consumers"]],
        [1, 0]
    );
    assert!(
        found["used"]["storage"]
            .as_u64()
            .is_some_and(|bytes| bytes > 0)
    );
    assert_eq!(found["reserved"], json!({ "memory": 0, "storage": 1000 }));
    for (name, limit) in found["limits"].as_object().unwrap() {
        match name.as_str() {
            "max_bytes_required" => assert_eq!(limit, false),
            _ => assert_eq!(limit, -1, "{name}"),
        }
    }
    assert_eq!(found["tiers"], json!({}));
}

#[test]
fn the_limits_of_the_account_are_read() {
    let limits = "max_mem: 1000000, max_file: 2000000, max_streams: 7, max_consumers: 9, max_bytes_required: true, disk_max_stream_bytes: 500000";
    let server = NatsServer::configured(&system_account(limits));
    let workspace = Workspace::logged_in(server, "admin");

    let found = read(&workspace, DATA, ADDRESS);

    assert_eq!(
        found["limits"],
        json!({
            "max_memory": 1_000_000,
            "max_storage": 2_000_000,
            "max_streams": 7,
            "max_consumers": 9,
            "max_bytes_required": true,
            "memory_max_stream_bytes": -1,
            "storage_max_stream_bytes": 500_000,
        })
    );
}

#[test]
fn the_tiers_of_an_account_have_their_own_limits() {
    let operator = Operator::with_tier(
        "R1",
        json!({ "mem_storage": 1_000_000, "disk_storage": 2_000_000, "streams": 5, "consumer": 5 }),
    );
    let server = NatsServer::configured(&operator.config());
    let user = operator.user(None);
    let admin = Admin::connect_with(&server.url(), operator.login());
    let environment = [
        ("NATS_URL", server.url()),
        ("NATS_JWT", user.jwt.clone()),
        ("NATS_SEED", user.seed.clone()),
    ];
    let environment = environment
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let workspace = Workspace::of(server, admin, terraform_default(), &environment);

    let found = read(&workspace, DATA, ADDRESS);

    assert_eq!(found["limits"], Value::Null);
    let tier = &found["tiers"]["R1"];
    assert_eq!(tier["limits"]["max_storage"], 2_000_000);
    assert_eq!(tier["limits"]["max_streams"], 5);
    assert_eq!(tier["used"]["streams"], 0);
}

#[test]
fn the_size_of_a_cluster_is_that_of_the_addresses_that_it_announces() {
    let cluster = Cluster::start(3);
    let (url, admin) = (cluster.url(), Admin::connect(&cluster.url()));
    let workspace = Workspace::of(cluster, admin, terraform_default(), &[("NATS_URL", &url)]);

    let found = read(&workspace, DATA, ADDRESS);

    assert!(found["cluster"].is_string());
    assert_eq!(found["cluster_size"], 3);
}

#[test]
fn an_old_server_states_no_level() {
    let version = nats_server_of_line("2.10");
    let workspace = Workspace::on(NatsServer::start_with(version, ""));

    let found = read(&workspace, DATA, ADDRESS);

    assert_eq!(found["api_level"], 0);
    assert_eq!(found["server_version"], version);
    assert_ne!(version, nats_server_versions()[0]);
}
