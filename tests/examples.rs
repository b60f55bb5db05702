//! Every file under `examples/` does what its comment says, with the real binary, as a reader would try it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use support::{Admin, NatsServer, Terraform};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
const BUCKETS: &str = "wasmcloud_lattice_buckets.default";

#[test]
fn every_example_is_formatted_by_every_terraform() {
    for cli in support::terraform_versions() {
        let terraform = Terraform::bare(cli);
        let folder = examples();

        let unformatted = terraform.run(&["fmt", "-check", "-recursive", folder.to_str().unwrap()]);

        assert_eq!(
            unformatted.unwrap_or_else(|failure| panic!("{failure}")),
            ""
        );
    }
}

#[test]
fn the_provider_example_is_a_valid_configuration() {
    let terraform = Terraform::with_binary(PROVIDER);
    terraform.write(&read("provider/provider.tf"));

    terraform
        .run(&["validate", "-no-color"])
        .unwrap_or_else(|failure| panic!("{failure}"));

    assert!(terraform.plan().is_empty());
}

#[test]
fn the_quickstart_applies_and_names_its_buckets() {
    let server = NatsServer::start();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());

    let plan = terraform.step(&read("quickstart/main.tf"));

    assert_eq!(plan.actions(BUCKETS), ["create"]);
    let buckets = terraform.state().json()["values"]["outputs"]["buckets"]["value"].clone();
    assert_eq!(
        buckets,
        json!(["LATTICEDATA_default", "CONFIGDATA_default"])
    );
    assert_eq!(
        Admin::connect(&server.url()).stream_names(),
        ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"]
    );
}

#[test]
fn the_resource_example_applies_and_goes_again() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());

    terraform.step(&read("resources/wasmcloud_lattice_buckets/resource.tf"));

    let histories = ["LATTICEDATA", "CONFIGDATA"]
        .map(|kind| admin.config(&format!("KV_{kind}_production"))["max_msgs_per_subject"].clone());
    assert_eq!(histories, [20, 5]);
    assert_eq!(admin.config("KV_CONFIGDATA_preview")["storage"], "memory");

    admin.put("CONFIGDATA_preview", "key", "value");
    terraform.destroy();

    assert!(admin.stream_names().is_empty());
}

#[test]
fn the_import_command_takes_over_what_hosts_have_made() {
    let server = server_of_hosts();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
    terraform.write("resource \"wasmcloud_lattice_buckets\" \"default\" {}");
    let script = read("resources/wasmcloud_lattice_buckets/import.sh");
    let command: Vec<&str> = script.lines().last().unwrap().split_whitespace().collect();
    let ["terraform", "import", address, id] = command[..] else {
        panic!("{command:?}")
    };

    terraform
        .import(address, id)
        .unwrap_or_else(|failure| panic!("{failure}"));

    terraform.expect_empty();
}

#[test]
fn the_import_block_takes_over_what_hosts_have_made() {
    let server = server_of_hosts();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
    let block = read("resources/wasmcloud_lattice_buckets/import-by-string-id.tf");

    let plan = terraform.step(&format!(
        "{block}\nresource \"wasmcloud_lattice_buckets\" \"default\" {{}}"
    ));

    assert_eq!(plan.actions(BUCKETS), ["no-op"]);
    assert_eq!(plan.change(BUCKETS).importing()["id"], "default");
}

/// A server on which a host has made its buckets and stored a key.
fn server_of_hosts() -> NatsServer {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    admin.create_bucket("LATTICEDATA_default");
    admin.create_bucket("CONFIGDATA_default");
    admin.put("CONFIGDATA_default", "key", "value");
    server
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn read(path: &str) -> String {
    fs::read_to_string(examples().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
