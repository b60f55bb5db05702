//! The map of the streams that a resource has, for other modules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scenarios::scenario::{MAIN, Scenario};
use crate::support::Admin;

const WADM: &str = "wadm_jetstream.main";

/// Both resources, and one of another module for each of their streams.
const BOTH: &str = r#"
    resource "wasmcloud_lattice_buckets" "main" {
      lattice = "prod"
    }

    resource "wadm_jetstream" "main" {
      provider    = wasmcloud
      multitenant = true
      manifests   = { bucket = "blue_manifests" }
    }

    resource "terraform_data" "backup" {
      for_each = merge(wasmcloud_lattice_buckets.main.streams, wadm_jetstream.main.streams)
      input    = each.value.name
    }
"#;

/// Name, kind, bucket and subjects of every stream of the server.
fn on_the_server(admin: &Admin) -> BTreeMap<String, Value> {
    let names = admin.stream_names().into_iter();
    let entries = names.map(|name| {
        let subjects = match &admin.config(&name)["subjects"] {
            Value::Null => json!([]),
            subjects => subjects.clone(),
        };
        let bucket = name.strip_prefix("KV_");
        let kind = bucket.map_or("stream", |_| "bucket");
        let entry = json!({ "name": name, "kind": kind, "bucket": bucket, "subjects": subjects });
        (name, entry)
    });
    entries.collect()
}

fn by_name<'a>(maps: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, Value> {
    let maps = maps.into_iter().flat_map(|map| map.as_object().unwrap());
    maps.map(|(_, entry)| (entry["name"].as_str().unwrap().to_owned(), entry.clone()))
        .collect()
}

#[test]
fn the_plan_knows_all_streams_as_the_server_has_them_afterwards() {
    let scenario = Scenario::start();

    let plan = scenario.terraform.step(BOTH);

    let planned = [MAIN, WADM].map(|address| &plan.change(address).after()["streams"]);
    let state = scenario.terraform.state();
    let stored = [MAIN, WADM].map(|address| &state.values(address)["streams"]);
    assert_eq!(planned, stored);
    assert_eq!(by_name(planned), on_the_server(&scenario.admin));
    assert_eq!(
        state.values("terraform_data.backup[\"manifests\"]")["input"]["value"],
        "KV_blue_manifests"
    );
}

#[test]
fn a_name_that_is_not_known_yet_leaves_the_keys_known() {
    let scenario = Scenario::start();
    let config = r#"
        resource "terraform_data" "lattice" {
          input = "prod"
        }

        resource "wasmcloud_lattice_buckets" "main" {
          lattice = terraform_data.lattice.output
        }

        resource "terraform_data" "backup" {
          for_each = wasmcloud_lattice_buckets.main.streams
          input    = each.value.name
        }
    "#;

    let plan = scenario.terraform.step(config);

    let unknown = json!({ "name": true, "bucket": true, "subjects": true });
    assert_eq!(
        plan.change(MAIN).after_unknown()["streams"],
        json!({ "lattice_data": unknown, "config_data": unknown })
    );
    let stored = scenario.state();
    assert_eq!(
        by_name([&stored["streams"]]),
        on_the_server(&scenario.admin)
    );
}

#[test]
fn a_stream_that_was_deleted_stays_in_the_map() {
    let scenario = Scenario::start();
    scenario.converge("");
    let streams = scenario.state()["streams"].clone();
    scenario.admin.delete_stream("KV_CONFIGDATA_default");

    let plan = scenario.repair();

    let change = plan.change(MAIN);
    assert_eq!(change.before()["config_data"], Value::Null);
    assert_eq!(
        [&change.before()["streams"], &change.after()["streams"]],
        [&streams; 2]
    );
}
