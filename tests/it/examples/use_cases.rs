//! The examples for one use case each, with the provider in this process.

use serde_json::{Value, json};

use crate::examples::{WADM_REQUESTS, read, server_of_hosts};
use crate::support::{
    Admin, Cluster, Leaf, NatsServer, Provided, WADM_STREAMS, terraform_default,
    terraform_versions, warning,
};

const CONFIG: &str = "KV_CONFIGDATA_default";
const LATTICE: &str = "KV_LATTICEDATA_default";
const NO_STREAMS: [&str; 0] = [];

/// A Terraform whose provider is configured by NATS_URL.
fn at(server: &NatsServer) -> Provided {
    Provided::with(terraform_default(), &[("NATS_URL", &server.url())])
}

/// An example whose servers are those of a test.
fn placed(example: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(read(example), |config, (name, place)| {
        assert!(config.contains(name), "{example}: {name}");
        config.replace(name, place)
    })
}

/// Both examples for a cluster on one cluster, since its start takes longest.
#[test]
fn cluster_and_wadm_blocks_are_placed_and_replicated() {
    let cluster = Cluster::start(3);
    let servers = cluster.servers();
    let admin = Admin::connect(&servers[0].url());
    let provided = Provided::with(terraform_default(), &[("NATS_URL", &cluster.url())]);
    let tags = [("\"east\"", "\"loopback\""), ("\"disk:ssd\"", "\"all\"")];
    let names =
        ["nats-1", "nats-2", "nats-3"].map(|name| format!("nats://{name}.example.com:4222"));
    let urls: Vec<String> = servers.iter().map(NatsServer::url).collect();
    let addresses = names.iter().zip(&urls);
    let places: Vec<(&str, &str)> = addresses
        .map(|(name, url)| (name.as_str(), url.as_str()))
        .chain(tags)
        .collect();

    let plan = provided.terraform.step(&placed("cluster/main.tf", &places));

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    admin.expect_replicas("KV_LATTICEDATA_production", 3);
    let config = admin.expect_replicas("KV_CONFIGDATA_production", 3)["config"].clone();
    assert_eq!(config["placement"], json!({ "cluster": "loopback" }));
    assert_eq!(config["max_msgs_per_subject"], 5);
    assert_eq!(config["max_bytes"], 67_108_864);
    let lattice = admin.config("KV_LATTICEDATA_production");
    assert_eq!(lattice["placement"]["tags"], json!(["all"]));
    assert_eq!(lattice["max_msgs_per_subject"], 20);
    assert_eq!(lattice["max_bytes"], 268_435_456);

    let config = placed("wadm-blocks/main.tf", &tags);
    let provided = Provided::with(terraform_default(), &[("NATS_URL", &cluster.url())]);
    let plan = provided.terraform.step(&config);

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    for block in [
        "state",
        "manifests",
        "events",
        "commands",
        "status",
        "notify",
        "wasmbus_events",
        "event_consumer",
    ] {
        let is_set = config.lines().any(|line| {
            let line = line.trim_start();
            line.strip_prefix(block)
                .is_some_and(|rest| rest.trim_start().starts_with("= {"))
        });
        assert!(is_set, "{block}");
    }
    admin.expect_replicas("KV_wadm_manifests", 3);
    admin.expect_replicas("wadm_event_consumer", 3);
    let value = |stream: &str, key: &str| admin.config(stream)[key].clone();
    assert_eq!(value("KV_wadm_manifests", "max_msgs_per_subject"), 10);
    assert_eq!(value("wadm_events", "max_age"), 300_000_000_000_u64);
    assert_eq!(value("wadm_commands", "max_bytes"), 52_428_800);
    assert_eq!(value("wadm_status", "max_msgs_per_subject"), 5);
    assert_eq!(value("wadm_notify", "storage"), "memory");
    assert_eq!(
        value("wadm_notify", "placement"),
        json!({ "cluster": "loopback", "tags": ["all"] })
    );
}

#[test]
fn connection_has_the_name_and_ignores_what_the_machine_has_selected() {
    let server = NatsServer::start();
    let other = [
        ("NATS_CONTEXT", "selected"),
        ("NATS_URL", "nats://127.0.0.1:1"),
    ];
    let provided = Provided::with(terraform_default(), &other);
    let place = [("nats://nats.example.com:4222", server.url())];
    let place = place.each_ref().map(|(name, url)| (*name, url.as_str()));

    provided
        .terraform
        .step(&placed("connection/main.tf", &place));

    let connections = server.monitor("/connz?state=any")["connections"].clone();
    let names: Vec<&Value> = connections
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert!(names.contains(&&json!("terraform-platform")), "{names:?}");
}

#[test]
fn metadata_is_set_beside_that_of_others() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);

    provided.terraform.step(&read("metadata/main.tf"));

    let metadata = |stream: &str, key: &str| admin.config(stream)["metadata"][key].clone();
    assert_eq!(metadata(LATTICE, "cost-centre"), "4711");
    assert_eq!(metadata(CONFIG, "contains"), "configurations");
    assert_eq!(metadata(CONFIG, "cost-centre"), Value::Null);
    assert_eq!(
        admin.config(LATTICE)["description"],
        "Links and components of the default lattice"
    );
    admin.edit_stream(CONFIG, |config| {
        config["metadata"]["others"] = json!("stays")
    });
    provided.terraform.expect_empty();
}

#[test]
fn leaf_node_gets_its_buckets_through_the_hub() {
    let linked = Leaf::start();
    let mut provided = Provided::with(terraform_default(), &[]);
    provided.terraform.set_env("TF_VAR_nats_password", "secret");
    let hub = linked.hub.url();
    let places = [
        ("nats://hub.example.com:4222", hub.as_str()),
        ("\"terraform\"", "\"app\""),
        (
            "jetstream_domain = \"berlin\"",
            "jetstream_domain = \"leaf\"",
        ),
    ];

    provided
        .terraform
        .step(&placed("leaf-node/main.tf", &places));

    let admin = Admin::connect_as(&hub, "app", "secret");
    assert_eq!(
        admin.stream_names(),
        ["KV_CONFIGDATA_central", "KV_LATTICEDATA_central"]
    );
    let names = admin.in_domain("leaf").stream_names();
    assert_eq!(names, ["KV_CONFIGDATA_berlin", "KV_LATTICEDATA_berlin"]);
}

#[test]
fn lattices_have_settings_of_their_own_and_only_the_test_lattice_is_deleted_with_keys() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);

    provided.terraform.step(&read("lattices/main.tf"));

    let history = |lattice: &str| {
        admin.config(&format!("KV_LATTICEDATA_{lattice}"))["max_msgs_per_subject"].clone()
    };
    assert_eq!(["production", "staging", "test"].map(history), [20, 5, 5]);
    for lattice in ["staging", "test"] {
        admin.put(&format!("CONFIGDATA_{lattice}"), "key", "value");
    }
    let without = |lattice: &str| {
        let lattices = ["production", "staging", "test"]
            .into_iter()
            .filter(|name| *name != lattice);
        let objects: Vec<String> = lattices.map(|name| format!("{name}={{}}")).collect();
        format!("-var=lattices={{{}}}", objects.join(","))
    };
    let refused = provided
        .terraform
        .try_plan(&[&without("staging")])
        .unwrap_err();
    assert!(
        refused.says("Bucket CONFIGDATA_staging contains 1 key"),
        "{refused}"
    );
    provided.terraform.plan_with(&[&without("test")]);
}

#[test]
fn rename_keeps_everything() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);
    provided.terraform.write(
        "resource \"wasmcloud_lattice_buckets\" \"default\" {}
        resource \"wadm_jetstream\" \"this\" { provider = wasmcloud }",
    );
    provided.terraform.apply();
    admin.put("CONFIGDATA_default", "key", "value");
    admin.put("wadm_manifests", "key", "value");

    let plan = provided.terraform.step(&read("rename/main.tf"));

    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.each[\"default\"]"),
        ["no-op"]
    );
    assert_eq!(plan.actions("wadm_jetstream.production"), ["no-op"]);
    assert_eq!(
        admin.messages(CONFIG) + admin.messages("KV_wadm_manifests"),
        2
    );
}

#[test]
fn import_takes_what_hosts_and_wadm_have_created() {
    let server = server_of_hosts();
    let admin = Admin::connect(&server.url());
    for bucket in ["LATTICEDATA_staging", "CONFIGDATA_staging"] {
        admin.create_bucket(bucket);
    }
    for line in WADM_REQUESTS.lines() {
        admin.create_stream(&serde_json::from_str(line).unwrap());
    }
    let provided = at(&server);

    let plan = provided.terraform.step(&read("import/main.tf"));

    for address in [
        "wasmcloud_lattice_buckets.each[\"default\"]",
        "wasmcloud_lattice_buckets.each[\"staging\"]",
        "wadm_jetstream.this",
    ] {
        assert_eq!(plan.actions(address), ["no-op"], "{address}");
    }
    assert_eq!(admin.stream_names().len(), WADM_STREAMS.len() + 4);
}

#[test]
fn adopt_changes_what_exists_and_creates_the_rest() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    admin.create_bucket("CONFIGDATA_default");
    admin.put("CONFIGDATA_default", "key", "value");
    let provided = at(&server);

    provided.terraform.step(&read("adopt/main.tf"));

    assert_eq!(admin.messages(CONFIG), 1);
    assert_eq!(
        [CONFIG, LATTICE].map(|stream| admin.config(stream)["max_msgs_per_subject"].clone()),
        [5, 5]
    );
}

#[test]
fn ci_drift_ends_with_2_if_something_was_changed_and_refuses_another_account() {
    let read_only = "permissions: {
        publish: { allow: [\"$JS.API.STREAM.INFO.*\", \"$SYS.REQ.USER.INFO\"] }
        subscribe: { allow: [\"_INBOX.>\"] }
    }";
    let server = NatsServer::configured(&format!(
        "authorization {{ timeout: 30 }}
        accounts {{
            PRODUCTION {{ jetstream: enabled, users: [
                {{ user: terraform, password: secret }}
                {{ user: watcher, password: secret, {read_only} }}
            ] }}
            TEST {{ jetstream: enabled, users: [{{ user: test, password: secret }}] }}
        }}"
    ));
    // Terraform 1.11.4 ends with 2 in any case, as the example says.
    let newest = terraform_versions().pop().unwrap();
    let mut provided = Provided::with(newest, &[]);
    provided.terraform.set_env("TF_VAR_nats_password", "secret");
    let url = server.url();
    let example = placed(
        "ci-drift/main.tf",
        &[("nats://nats.example.com:4222", &url)],
    );
    let job = example
        .lines()
        .find_map(|line| line.strip_prefix("#     terraform "))
        .unwrap();
    let job: Vec<&str> = job.split(' ').chain(["-input=false"]).collect();
    provided.terraform.write(&example);
    let as_terraform = ["-var=nats_user=terraform"];
    provided.terraform.try_apply(&as_terraform).unwrap();
    let code = || provided.terraform.output(&job).status.code();

    assert_eq!(code(), Some(0));
    let admin = Admin::connect_as(&url, "terraform", "secret");
    admin.edit_stream(CONFIG, |config| config["max_bytes"] = json!(1000));
    assert_eq!(code(), Some(2));
    let refused = provided.terraform.try_plan(&["-var=nats_user=test"]);
    let refused = refused.unwrap_err();
    assert!(refused.says("PRODUCTION"), "{refused}");
}

#[test]
fn checks_warn_of_drift_and_outputs_name_the_streams() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);
    provided.terraform.step(&read("checks/main.tf"));

    let outputs = provided.terraform.shown_state()["values"]["outputs"].clone();
    assert_eq!(outputs["streams"]["value"], json!([CONFIG, LATTICE]));
    let refused = provided
        .terraform
        .try_plan(&["-var=replicas=2"])
        .unwrap_err();
    assert!(refused.says("Use 1 replica for tests"), "{refused}");
    // What no apply repairs, and a bucket that no longer exists.
    admin.edit_stream(CONFIG, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });
    let plan = provided.terraform.plan();
    let check = warning(plan.diagnostics(), "Check block assertion failed");
    assert!(check.says("settings that hosts do not expect"), "{check}");
    admin.delete_stream(CONFIG);
    provided.terraform.try_apply(&["-refresh-only"]).unwrap();
    provided.terraform.apply();
    provided.terraform.expect_empty();
}

#[test]
fn preview_is_deleted_with_its_contents() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);
    provided.terraform.write(&read("preview/main.tf"));
    let lattice = "-var=lattice=pr-123";
    provided.terraform.try_apply(&[lattice]).unwrap();
    assert_eq!(admin.config("KV_CONFIGDATA_pr-123")["storage"], "memory");
    admin.put("CONFIGDATA_pr-123", "key", "value");

    provided
        .terraform
        .try_apply(&["-destroy", lattice])
        .unwrap();

    assert_eq!(admin.stream_names(), NO_STREAMS);
}

#[test]
fn protected_buckets_are_neither_destroyed_nor_deleted_when_the_block_is_removed() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = at(&server);
    provided.terraform.step(&read("protected/main.tf"));

    assert!(
        provided
            .terraform
            .destroy_error()
            .says("Instance cannot be destroyed")
    );

    provided.terraform.write("");
    provided.terraform.apply();
    assert_eq!(admin.stream_names().len(), 2);
}
