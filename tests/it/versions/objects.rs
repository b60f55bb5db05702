//! Both objects in one configuration, and what is on the server for them.

use serde_json::{Value, json};

use crate::support::{Plan, WADM_STREAMS, Workspace};

pub const LATTICE: &str = "wasmcloud_lattice_buckets.main";
pub const WADM: &str = "wadm_jetstream.main";
pub const ADDRESSES: [&str; 2] = [WADM, LATTICE];

/// A bucket of each object, and its stream.
pub const LATTICE_BUCKET: (&str, &str) = ("LATTICEDATA_default", "KV_LATTICEDATA_default");
pub const WADM_BUCKET: (&str, &str) = ("wadm_manifests", "KV_wadm_manifests");

/// All streams of both objects, sorted.
pub const STREAMS: [&str; 10] = {
    let [a, b, c, d, e, f, g, h] = WADM_STREAMS;
    let (config, lattice) = ("KV_CONFIGDATA_default", "KV_LATTICEDATA_default");
    [config, lattice, a, b, c, d, e, f, g, h]
};

/// Both objects with these arguments.
pub fn both(lattice: &str, wadm: &str) -> String {
    format!(
        "resource \"wasmcloud_lattice_buckets\" \"main\" {{\n{lattice}\n}}\n\
         resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\n{wadm}\n}}\n"
    )
}

/// Both objects without arguments.
pub fn plain() -> String {
    both("", "")
}

/// The same actions are planned for both objects.
pub fn assert_actions(plan: &Plan, actions: &[&str]) {
    for address in ADDRESSES {
        assert_eq!(
            plan.actions(address),
            actions,
            "{address}:\n{}",
            plan.text()
        );
    }
}

/// When the server has created each stream, by name.
pub fn created(workspace: &Workspace) -> Vec<(String, Value)> {
    let assets = workspace.admin.assets().into_iter();
    assets
        .map(|(name, asset)| (name, asset["created"].clone()))
        .collect()
}

/// Somebody else changes a setting of a stream of each object.
pub fn drift(workspace: &Workspace) {
    for stream in [LATTICE_BUCKET.1, "wadm_events"] {
        workspace.admin.edit_stream(stream, |config| {
            config["allow_direct"] = json!(stream == "wadm_events")
        });
    }
}

/// A key in a bucket of each object that is never deleted with contents.
pub fn put_keys(workspace: &Workspace) {
    for (bucket, _) in [LATTICE_BUCKET, WADM_BUCKET] {
        workspace.admin.put(bucket, "key", "value");
    }
}

/// What hosts and wadm have created, with a key in each bucket: the server of an import.
pub fn existing(workspace: &Workspace) -> Vec<(String, Value)> {
    const REQUESTS: &str = include_str!("../../fixtures/wadm-create-requests.jsonl");
    for line in REQUESTS.lines() {
        let config = serde_json::from_str(line).expect("a configuration");
        workspace.admin.create_stream(&config);
    }
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        workspace.admin.create_bucket(bucket);
    }
    put_keys(workspace);
    created(workspace)
}

/// The streams of all objects in a state, sorted.
pub fn streams_in_state(workspace: &Workspace) -> Vec<String> {
    let state = workspace.terraform.state();
    let addresses = state.addresses();
    let objects = addresses.iter().map(|address| state.values(address));
    let assets = objects.flat_map(|object| object.as_object().into_iter().flatten());
    let mut streams: Vec<String> = assets
        .filter_map(|(_, asset)| asset["stream"].as_str())
        .map(str::to_owned)
        .collect();
    streams.sort();
    streams
}
