//! `import.md`: what hosts and wadm have created is imported in each way that the page shows.

use serde_json::json;

use crate::guides::page_run::{OnServer, PageRun};
use crate::support::{Admin, NatsServer, nats_server_versions};
use crate::wadm::captured;

const PAGE: &str = "import";
const BUCKETS: &str = "wasmcloud_lattice_buckets.default";
const WADM: &str = "wadm_jetstream.this";

/// A heading on a server on which hosts and wadm have created what they need.
fn used(heading: &str) -> OnServer {
    let on_server = OnServer::new(PAGE, heading);
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        on_server.admin.create_bucket(bucket);
    }
    captured::make(&on_server.admin, &captured::requests());
    on_server
}

#[test]
fn a_block_imports_and_changes_nothing() {
    let mut on_server = used("With an import block");
    on_server.run.write();

    on_server.run.shows();

    let plan = on_server.run.terraform.plan();
    assert_eq!(plan.actions(BUCKETS), ["no-op"]);
    assert_eq!(plan.actions(WADM), ["no-op"]);
    on_server.run.terraform.apply_plan(&plan);
    on_server.run.terraform.expect_empty();
}

#[test]
fn the_command_imports_and_the_plan_is_empty() {
    let mut on_server = used("With the command");
    on_server.run.write();

    on_server.run.shows();

    on_server.run.shows();
    assert_eq!(on_server.run.code, Some(0));
}

#[test]
fn the_generated_configuration_is_what_was_imported() {
    let mut on_server = used("Generated configuration");
    on_server
        .admin
        .edit_stream("KV_LATTICEDATA_default", |config| {
            config["max_msgs_per_subject"] = json!(5);
        });
    on_server
        .admin
        .edit_stream("KV_CONFIGDATA_default", |config| {
            config["max_bytes"] = json!(104_857_600);
        });
    on_server.run.write();

    on_server.run.shows();

    on_server.run.shows_file("hcl");
    on_server.run.terraform.apply();
    on_server.run.terraform.expect_empty();
    let addresses = on_server.run.terraform.state();
    assert_eq!(addresses.addresses(), [WADM, BUCKETS]);
}

#[test]
fn without_the_provider_argument_terraform_looks_for_another_provider() {
    let on_server = used("Generated configuration");
    let mut run = on_server.run;
    let config = run.next_config();
    run.skip(&["text", "hcl"]);
    run.terraform
        .write(&config.replace("  provider = wasmcloud\n", ""));

    let failure = run
        .terraform
        .try_plan(&["-generate-config-out=generated.tf"]);

    let failure = failure.expect_err("a plan without the provider");
    assert!(failure.says("hashicorp/wadm"), "{failure}");
}

#[test]
fn a_domain_stands_before_the_id() {
    let version = nats_server_versions()[0];
    let server = NatsServer::launch(version, "domain: berlin", "");
    let admin = Admin::connect(&server.url());
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        admin.create_bucket(bucket);
    }
    let mut run = PageRun::new(
        PAGE,
        "In another JetStream domain",
        &[("NATS_URL", &server.url())],
    );

    let plan = run.step();

    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.berlin"),
        ["no-op"],
        "{}",
        plan.text()
    );
}

#[test]
fn every_lattice_that_a_data_source_finds_is_imported() {
    let mut on_server = OnServer::new(PAGE, "Without `terraform query`");
    for lattice in ["a", "b"] {
        on_server
            .admin
            .create_bucket(&format!("LATTICEDATA_{lattice}"));
        on_server
            .admin
            .create_bucket(&format!("CONFIGDATA_{lattice}"));
    }
    on_server.run.write();

    on_server.run.shows();

    on_server.admin.delete_stream("KV_CONFIGDATA_b");
    on_server.run.terraform.apply();
    on_server.run.terraform.expect_empty();
    let streams = on_server.admin.stream_names();
    assert_eq!(streams.len(), 4, "{streams:?}");
}
