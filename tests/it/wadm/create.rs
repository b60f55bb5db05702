//! What is made, compared with what wadm makes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::NatsServer;
use crate::wadm::captured;
use crate::wadm::scenario::{ASSETS, MAIN, Scenario, wadm};

/// Where our streams may differ from wadm's own: nowhere.
const ALLOWED: [(&str, &str); 0] = [];

/// Stream, key, wadm's value, ours; of every key that only one of them has, or both have otherwise.
fn differences(
    wadm: &BTreeMap<String, Value>,
    ours: &BTreeMap<String, Value>,
) -> Vec<(String, String, Value, Value)> {
    let mut found = Vec::new();
    for (stream, wadm) in wadm {
        let (wadm, ours) = (wadm.as_object().unwrap(), ours[stream].as_object().unwrap());
        let keys: std::collections::BTreeSet<&String> = wadm.keys().chain(ours.keys()).collect();
        for key in keys {
            let value = |config: &serde_json::Map<String, Value>| {
                config.get(key).cloned().unwrap_or(json!("(absent)"))
            };
            if value(wadm) != value(ours) && !ALLOWED.contains(&(stream.as_str(), key.as_str())) {
                found.push((stream.clone(), key.clone(), value(wadm), value(ours)));
            }
        }
    }
    found
}

fn configs(scenario: &Scenario) -> BTreeMap<String, Value> {
    let configs = scenario.configs().into_iter();
    configs
        .map(|(stream, config)| (stream.to_owned(), config))
        .collect()
}

#[test]
fn the_default_streams_are_those_that_the_real_wadm_made_key_by_key() {
    let scenario = Scenario::start();

    let plan = scenario.step("");

    assert_eq!(plan.actions(MAIN), ["create"]);
    assert_eq!(captured::configs().len(), ASSETS.len());
    assert_eq!(differences(&captured::configs(), &configs(&scenario)), []);
}

#[test]
fn on_every_server_the_streams_are_those_that_wadm_s_requests_make() {
    for version in crate::support::nats_server_versions() {
        for (requests, arguments) in [
            (captured::requests(), ""),
            (captured::multitenant_requests(), "multitenant = true"),
        ] {
            let (theirs, ours) = (Scenario::on(version), Scenario::on(version));
            captured::make(&theirs.admin, &requests);

            ours.converge(arguments);

            let found = differences(&configs(&theirs), &configs(&ours));
            assert_eq!(found, [], "{version} {arguments}");
        }
    }
}

#[test]
fn the_plan_shows_what_wadm_relies_on() {
    let scenario = Scenario::start();
    scenario.write("");

    let plan = scenario.terraform.plan();

    let after = plan.change(MAIN).after();
    let shown = |key: &str| {
        (
            after[key]["subjects"].clone(),
            after[key]["retention"].clone(),
        )
    };
    assert_eq!(shown("events"), (json!(["wadm.evt.*.>"]), json!("limits")));
    assert_eq!(
        shown("commands"),
        (json!(["wadm.cmd.*"]), json!("workqueue"))
    );
    assert_eq!(
        shown("notify"),
        (json!(["wadm.notify.*"]), json!("interest"))
    );
    assert_eq!(
        shown("status"),
        (json!(["wadm.status.*.*"]), json!("limits"))
    );
    assert_eq!(
        shown("wasmbus_events"),
        (json!(["wasmbus.evt.*.>"]), json!("limits"))
    );
    assert_eq!(shown("event_consumer"), (json!([]), json!("workqueue")));
    let source = |name: &str, src: &str| {
        let transform = json!({ "src": src, "dest": "wadm_event_consumer.evt.{{wildcard(1)}}.>" });
        json!({ "name": name, "filter_subject": null, "subject_transforms": [transform] })
    };
    assert_eq!(
        after["event_consumer"]["sources"],
        json!([
            source("wasmbus_events", "wasmbus.evt.*.>"),
            source("wadm_events", "wadm.evt.*.>")
        ])
    );
    assert_eq!(after["events"]["max_age"], "70s");
    assert_eq!(after["status"]["max_age"], "0s");
    assert_eq!(after["status"]["max_msgs_per_subject"], 10);
    assert_eq!(after["state"]["bucket"], "wadm_state");
    assert_eq!(after["manifests"]["stream"], "KV_wadm_manifests");
}

#[test]
fn what_wadm_relies_on_cannot_be_set() {
    let scenario = Scenario::start();
    for argument in [
        "subjects = [\"wadm.cmd.>\"]",
        "retention = \"limits\"",
        "sources = []",
        "stream = \"other\"",
    ] {
        scenario.write(&format!("commands = {{ {argument} }}"));

        let failure = scenario.terraform.plan_error();

        let name = argument.split(' ').next().unwrap();
        assert!(failure.says(name), "{failure}");
        assert_eq!(failure.error().code, format!("commands = {{ {argument} }}"));
    }
}

#[test]
fn one_line_is_enough_for_an_account_that_demands_a_limit_on_every_stream() {
    let server =
        NatsServer::configured(&crate::support::system_account("max_bytes_required: true"));
    let url = server.url();
    let admin = crate::support::Admin::connect_as(&url, "admin", "secret");
    let environment = [
        ("NATS_URL", url.as_str()),
        ("NATS_USER", "admin"),
        ("NATS_PASSWORD", "secret"),
    ];
    let scenario = Scenario::of(server, admin, &environment);
    scenario.write("");
    let failure = scenario.terraform.plan_error();
    assert!(
        failure.says("This account requires a limit for every stream")
            && failure.says("Set `max_bytes`"),
        "{failure}"
    );

    scenario.converge("max_bytes = 104857600");

    for (stream, config) in scenario.configs() {
        assert_eq!(config["max_bytes"], 104_857_600, "{stream}");
    }
}

#[test]
fn a_destroy_takes_all_eight_and_nothing_else() {
    let scenario = Scenario::start();
    scenario.admin.create_stream(&json!({ "name": "theirs" }));
    scenario.converge("");
    scenario.expect_events_flow("before");
    scenario.admin.put("wadm_state", "host", "1");

    scenario.terraform.destroy();

    assert_eq!(scenario.admin.stream_names(), ["theirs"]);
}

#[test]
fn manifests_are_not_destroyed_without_force() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_manifests", "default", "app");
    let created = scenario.created();

    let failure = scenario.terraform.destroy_error();

    let error = failure.error();
    assert_eq!(error.summary, "Bucket wadm_manifests contains 1 key");
    assert!(
        error.says("the manifests of all applications") && error.says("`force_destroy = true`"),
        "{error}"
    );
    assert_eq!(scenario.created(), created);

    scenario.converge("force_destroy = true");
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    let warned = crate::wadm::scenario::warning(
        plan.diagnostics(),
        "Bucket wadm_manifests is deleted with 1 key",
    );
    assert!(
        warned.says("the manifests of all applications") && warned.says("`skip_destroy = true`"),
        "{warned}"
    );
    scenario.terraform.destroy();
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn skip_destroy_forgets_all_eight_and_leaves_them() {
    let scenario = Scenario::start();
    scenario.converge("skip_destroy = true");
    let created = scenario.created();

    scenario.terraform.destroy();

    assert_eq!(scenario.created(), created);
    assert!(!scenario.is_managed());
    scenario.terraform.write(&wadm("adopt_existing = true"));
    scenario.repair();
    assert_eq!(scenario.created(), created);
}
