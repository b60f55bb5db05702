//! What the real wadm 0.21.1 sent to a nats-server 2.15.1, and what the server then had.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::Admin;

/// The configurations that the server showed once wadm had made its streams, by name.
pub fn configs() -> BTreeMap<String, Value> {
    let streams: Vec<Value> =
        serde_json::from_str(include_str!("../../fixtures/wadm-streams.json")).unwrap();
    let configs = streams.into_iter().map(|stream| {
        let config = stream["config"].clone();
        (config["name"].as_str().unwrap().to_owned(), config)
    });
    configs.collect()
}

/// The bodies of wadm's own requests, those that source from others last.
pub fn requests() -> Vec<Value> {
    let mut requests: Vec<Value> = include_str!("../../fixtures/wadm-create-requests.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    requests.sort_by_key(|request| request["sources"].is_array());
    requests
}

/// The same in multi-tenant mode, with `no_ack`, which wadm does not set and without which the server refuses the stream.
pub fn multitenant_requests() -> Vec<Value> {
    let mut requests = requests();
    for request in &mut requests {
        if request["name"] == "wasmbus_events" {
            request["subjects"] = json!(["*.wasmbus.evt.*.>"]);
            request["no_ack"] = json!(true);
        }
        if request["sources"].is_array() {
            request["sources"][0]["subject_transforms"] = json!([{
                "src": "*.wasmbus.evt.*.>", "dest": "wadm_event_consumer.evt.{{wildcard(2)}}.>",
            }]);
        }
    }
    requests
}

/// Makes the streams as wadm does.
pub fn make(admin: &Admin, requests: &[Value]) {
    for request in requests {
        admin.create_stream(request);
    }
}

/// Wadm's requests with other names of the two buckets.
pub fn renamed(state: &str, manifests: &str) -> Vec<Value> {
    let text = serde_json::to_string(&requests()).unwrap();
    let text = text
        .replace("KV_wadm_state", &format!("KV_{state}"))
        .replace("$KV.wadm_state.", &format!("$KV.{state}."))
        .replace("KV_wadm_manifests", &format!("KV_{manifests}"))
        .replace("$KV.wadm_manifests.", &format!("$KV.{manifests}."));
    serde_json::from_str(&text).unwrap()
}
