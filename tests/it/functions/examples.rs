//! `examples/functions/`: every function has one, and it gives what its comment says.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::testing::terraform::framework::Provider;

use crate::functions::Offline;
use crate::support::{
    Admin, NatsServer, Workspace, domain, nats_server_versions, terraform_versions,
};

fn example(function: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/functions");
    fs::read_to_string(folder.join(function).join("function.tf")).unwrap()
}

/// The outputs of each example that has only outputs, those with permissions left out.
fn expected() -> Vec<(&'static str, Value)> {
    let streams = |lattice: &str| {
        json!({
            "config_data": format!("KV_CONFIGDATA_{lattice}"),
            "lattice_data": format!("KV_LATTICEDATA_{lattice}"),
        })
    };
    vec![
        (
            "lattice_buckets",
            json!({ "buckets": ["CONFIGDATA_production", "LATTICEDATA_production"] }),
        ),
        (
            "lattice_streams",
            json!({ "streams": {
                "production": streams("production"),
                "staging": streams("staging"),
            } }),
        ),
        (
            "wadm_buckets",
            json!({
                "buckets": { "manifests": "wadm_manifests", "state": "wadm_state" },
                "manifests": "team_a_manifests",
            }),
        ),
        (
            "wadm_streams",
            json!({ "streams": [
                "wadm_commands",
                "wadm_event_consumer",
                "wadm_events",
                "KV_wadm_manifests",
                "wadm_notify",
                "KV_wadm_state",
                "wadm_status",
                "wasmbus_events",
            ] }),
        ),
        (
            "parse_lattice_import_id",
            json!({ "parts": { "jetstream_domain": "hub", "lattice": "production" } }),
        ),
        (
            "parse_wadm_import_id",
            json!({ "multitenant": "wadm_state/wadm_manifests/multitenant" }),
        ),
    ]
}

#[test]
fn every_function_has_an_example_and_a_test_of_it() {
    let provider = WasmCloud::default();
    let mut functions: Vec<_> = provider.functions().iter().map(|one| one.name).collect();
    let outputs = expected().into_iter().map(|(function, _)| function);
    let permissions = [
        "host_permissions",
        "wadm_permissions",
        "provider_permissions",
    ];
    let imports = ["build_lattice_import_id", "build_wadm_import_id"];
    let mut tested: Vec<_> = outputs.chain(permissions).chain(imports).collect();

    functions.sort_unstable();
    tested.sort_unstable();

    assert_eq!(functions, tested);
}

#[test]
fn the_examples_give_names_and_parts_without_a_server() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        for (function, outputs) in expected() {
            assert_eq!(offline.outputs(&example(function)), outputs, "{function}");
        }
    }
}

#[test]
fn the_examples_of_permissions_have_the_form_that_a_server_reads() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        for (function, output) in [
            ("host_permissions", "host"),
            ("wadm_permissions", "wadm"),
            ("provider_permissions", "terraform"),
        ] {
            let outputs = offline.outputs(&example(function));

            let user: Value = serde_json::from_str(outputs[output].as_str().unwrap()).unwrap();
            assert_eq!(user["user"], output);
            let lists = ["publish", "subscribe"].map(|list| &user["permissions"][list]["allow"]);
            assert!(
                lists
                    .iter()
                    .all(|list| list.as_array().is_some_and(|list| !list.is_empty()))
            );
        }
        let outputs = offline.outputs(&example("host_permissions"));
        assert_eq!(
            outputs["subjects"][0],
            "$JS.hub.API.STREAM.INFO.KV_LATTICEDATA_production"
        );
    }
}

#[test]
fn the_ids_of_the_examples_import_what_exists() {
    for cli in terraform_versions() {
        let server = NatsServer::launch(nats_server_versions()[0], &domain("hub"), "");
        let (url, admin) = (server.url(), Admin::connect(&server.url()));
        for lattice in ["production", "staging"] {
            admin.create_bucket(&format!("LATTICEDATA_{lattice}"));
            admin.create_bucket(&format!("CONFIGDATA_{lattice}"));
        }
        let workspace = Workspace::of(server, admin, cli, &[("NATS_URL", &url)]);

        workspace
            .terraform
            .write(&example("build_lattice_import_id"));
        let plan = workspace.terraform.plan();

        for lattice in ["production", "staging"] {
            let address = format!("wasmcloud_lattice_buckets.this[\"{lattice}\"]");
            let imported = plan.change(&address).importing()["id"].clone();
            assert_eq!(imported, format!("hub:{lattice}"));
        }

        workspace.terraform.write(&format!(
            "output \"id\" {{\n  value = provider::wasmcloud::build_wadm_import_id()\n}}\n{}",
            crate::functions::HEADER
        ));
        assert!(
            example("build_wadm_import_id").contains("provider::wasmcloud::build_wadm_import_id()")
        );
        let plan = workspace.terraform.plan();
        let id = &plan.json()["planned_values"]["outputs"]["id"]["value"];
        assert_eq!(id, "wadm_state/wadm_manifests");
    }
}
