//! The main path of a lattice's life, on every server and with every Terraform that the project supports.

use serde_json::json;

use crate::scenarios::scenario::{
    BUCKETS, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario,
};
use crate::support::{Admin, Cli, NatsServer, terraform_default};

#[test]
fn the_main_path_holds_on_every_server() {
    for version in crate::support::nats_server_versions() {
        main_path(version, terraform_default());
    }
}

#[test]
fn the_main_path_holds_with_every_terraform() {
    for cli in crate::support::terraform_versions() {
        main_path(crate::support::nats_server_versions()[0], cli);
    }
}

/// Create, update, drift, a deleted bucket, import, refused and forced destroy.
fn main_path(version: &str, cli: Cli) {
    let server = NatsServer::start_with(version, "");
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    let scenario = Scenario::of(server, admin, cli, &[("NATS_URL", &url)]);
    let context = format!(
        "nats-server {version}, Terraform {}",
        scenario.terraform.version()
    );

    scenario.converge("");
    scenario.terraform.expect_empty_without_refresh_too();
    let created = scenario.created();
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let plan = scenario.step("history = 5\nmax_bytes = 1048576\nmetadata = { team = \"lattice\" }");
    assert_eq!(plan.actions(MAIN), ["update"], "{context}");

    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["allow_direct"] = json!(false);
        config["republish"] = json!({ "src": ">", "dest": "republished.>" });
        config["metadata"]["theirs"] = json!("1");
        config["max_msgs_per_subject"] = json!(64);
    });
    let plan = scenario.repair();
    assert_eq!(plan.actions(MAIN), ["update"], "{context}");
    let config = scenario.admin.config(LATTICE_STREAM);
    assert_eq!(
        (&config["allow_direct"], &config["max_msgs_per_subject"]),
        (&json!(true), &json!(5)),
        "{context}"
    );
    assert_eq!(config["metadata"]["theirs"], "1", "{context}");
    assert_eq!(scenario.created(), created, "{context}");
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1, "{context}");

    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario.repair();

    scenario
        .terraform
        .run(&["state", "rm", "-lock=false", MAIN])
        .unwrap();
    scenario.terraform.import(MAIN, "default").unwrap();
    scenario.repair();
    assert_eq!(scenario.admin.config(LATTICE_STREAM), config, "{context}");

    let failure = scenario.terraform.destroy_error();
    assert!(
        failure.says("Bucket LATTICEDATA_default contains 1 key"),
        "{context}: {failure}"
    );
    scenario.converge("force_destroy = true");
    scenario.terraform.destroy();
    for (_, stream) in BUCKETS {
        assert!(
            scenario.admin.stream(stream).is_none(),
            "{context}: {stream}"
        );
    }
}
