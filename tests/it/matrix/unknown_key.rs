//! A setting that is newer than this provider: it survives every update, and it is no difference.

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::catalogue::{AssetKind, CATALOGUE};

use crate::support::{Admin, NatsServer, Relay, Terraform, nats_server_versions, serve};

/// A key that no server knows.
const KEY: &str = "quantum";

const RESOURCES: &str = r#"
resource "wasmcloud_lattice_buckets" "main" {
  HISTORY
}
resource "wadm_jetstream" "main" {
  provider = wasmcloud
  MAX_BYTES
}
"#;

fn resources(history: &str, max_bytes: &str) -> String {
    RESOURCES
        .replace("HISTORY", history)
        .replace("MAX_BYTES", max_bytes)
}

/// The streams of every asset.
fn streams() -> Vec<String> {
    let rows = CATALOGUE.iter();
    rows.map(|row| row.stream_name(&row.name.replace("{}", "default")))
        .collect()
}

#[test]
fn a_key_that_no_version_knows_survives_updates_of_every_asset_and_is_no_drift() {
    // Servers before 2.12 take unknown keys and drop them.
    survives(
        nats_server_versions()[0],
        &json!({ "spin": "up", "charges": [1, -1] }),
    );
    survives("2.11.11", &json!(7));
}

fn survives(version: &str, value: &Value) {
    let server = NatsServer::start_with(version, "");
    let relay = Relay::start(server.port(), KEY, value.clone());
    let provider = serve(&[("NATS_URL", &relay.url())]);
    let terraform = Terraform::reattached(&provider.reattach());
    let behind = Admin::connect(&server.url());

    // Created; `step` demands two empty plans each time.
    terraform.step(&resources("", ""));
    for stream in streams() {
        assert_eq!(relay.value(&stream), *value, "{version} {stream}");
    }

    // Changed by configuration: each asset.
    let before = relay.updates().len();
    let plan = terraform.step(&resources("history = 3", "max_bytes = 1048576"));

    assert_eq!(plan.actions("wadm_jetstream.main"), ["update"]);
    assert_carried(&relay, before, value);

    // Changed by another client, and changed back: each asset.
    for row in CATALOGUE {
        let stream = row.stream_name(&row.name.replace("{}", "default"));
        behind.edit_stream(&stream, |config| {
            config["max_msgs"] = json!(1000);
            // In its argument, too.
            config["max_bytes"] = json!(match row.kind {
                AssetKind::Bucket => 2_097_152,
                AssetKind::Stream(_) => 3_145_728,
            });
        });
    }
    let before = relay.updates().len();
    let plan = terraform.step(&resources("history = 3", "max_bytes = 1048576"));

    assert_eq!(plan.actions("wasmcloud_lattice_buckets.main"), ["update"]);
    assert_carried(&relay, before, value);
    for stream in streams() {
        assert_eq!(behind.config(&stream)["max_msgs"], -1, "{version} {stream}");
    }
    assert!(
        !plan.text().contains(KEY),
        "it is no difference: {}",
        plan.text()
    );
}

/// Every stream was updated since, and each update had the key as it was.
fn assert_carried(relay: &Relay, before: usize, value: &Value) {
    let updates = relay.updates().split_off(before);
    for stream in streams() {
        let of_it: Vec<_> = updates
            .iter()
            .filter(|(updated, _)| *updated == stream)
            .collect();
        assert!(!of_it.is_empty(), "{stream} was not updated: {updates:?}");
        assert!(
            of_it.iter().all(|(_, carried)| carried == value),
            "{of_it:?}"
        );
        assert_eq!(relay.value(&stream), *value, "{stream}");
    }
}

#[test]
fn the_relay_notices_an_update_that_drops_the_key() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), KEY, json!(7));
    let admin = Admin::connect(&relay.url());
    admin.create_stream(&json!({ "name": "KEPT" }));
    assert_eq!(admin.config("KEPT")[KEY], 7);

    admin.edit_stream("KEPT", |config| config["max_msgs"] = json!(5));
    assert_eq!(admin.config("KEPT")[KEY], 7);

    admin.update_stream(&json!({ "name": "KEPT" }));

    assert_eq!(admin.config("KEPT").get(KEY), None);
    assert_eq!(relay.updates().last().unwrap().1, Value::Null);
    assert!(
        Admin::connect(&server.url())
            .config("KEPT")
            .get(KEY)
            .is_none()
    );
}
