//! `examples/data-sources/` and `examples/monitoring/`: each example does what its comments say.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::testing::terraform::framework::Provider;

use super::HEADER;
use crate::support::{NatsServer, Workspace, warning};

fn example(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    fs::read_to_string(folder.join(file)).unwrap()
}

fn outputs(workspace: &Workspace, data_source: &str) -> Value {
    let file = format!("data-sources/{data_source}/data-source.tf");
    workspace
        .terraform
        .write(&format!("{HEADER}{}", example(&file)));
    workspace.terraform.apply();
    let shown = workspace.terraform.shown_state();
    let outputs = shown["values"]["outputs"].as_object().unwrap().iter();
    outputs
        .map(|(name, output)| (name.clone(), output["value"].clone()))
        .collect()
}

const RESOURCES: &str = "resource \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice = \"production\"\n}\nresource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n";

#[test]
fn the_example_of_each_data_source_gives_its_outputs() {
    let workspace = Workspace::on(NatsServer::start());
    let maker = workspace.another_terraform();
    maker.write(&format!("{HEADER}{RESOURCES}"));
    maker.apply();
    workspace.admin.put("CONFIGDATA_production", "key", "value");
    workspace.admin.create_bucket("CONFIGDATA_half");
    let version = workspace.server.version().to_owned();
    let expected = [
        (
            "wasmcloud_lattice_buckets",
            json!({ "configurations": 1, "lag": {} }),
        ),
        (
            "wadm_jetstream",
            json!({ "is_multitenant": false, "hazards": [] }),
        ),
        (
            "wasmcloud_lattices",
            json!({ "lattices": ["half", "production"], "incomplete": { "half": ["LATTICEDATA_half"] } }),
        ),
        (
            "wasmcloud_jetstream_account",
            json!({ "server_version": version }),
        ),
    ];

    let provider = WasmCloud::default();
    let types = provider.data_sources().iter().map(|one| one.type_name());
    assert_eq!(
        types.collect::<Vec<_>>(),
        expected.each_ref().map(|(name, _)| *name)
    );
    for (name, outputs_expected) in expected {
        let mut found = outputs(&workspace, name);
        // No limit is null, which is no output of a state.
        found.as_object_mut().unwrap().remove("free_storage");
        assert_eq!(found, outputs_expected, "{name}");
    }
}

#[test]
fn monitoring_warns_when_a_bucket_is_four_fifths_full_and_of_what_is_missing() {
    let workspace = Workspace::on(NatsServer::start());
    let maker = workspace.another_terraform();
    let resources = RESOURCES.replace("lattice = \"production\"", "max_bytes = 100000");
    maker.write(&format!("{HEADER}{resources}"));
    maker.apply();
    workspace.terraform.write(&example("monitoring/main.tf"));
    let healthy = workspace.terraform.plan();
    assert!(
        healthy.diagnostics().is_empty(),
        "{:#?}",
        healthy.diagnostics()
    );

    workspace
        .admin
        .put("CONFIGDATA_default", "a", &"x".repeat(78_000));
    let below = workspace.terraform.plan();
    assert!(below.diagnostics().is_empty(), "{:#?}", below.diagnostics());
    workspace
        .admin
        .put("CONFIGDATA_default", "b", &"x".repeat(3_000));
    let above = workspace.terraform.plan();
    let full = warning(above.diagnostics(), "80 % full");
    assert!(full.says("raise max_bytes"), "{full:?}");
    assert_eq!(above.diagnostics().len(), 1);

    workspace.admin.delete_stream("wadm_notify");
    workspace.admin.delete_stream("KV_LATTICEDATA_default");
    let missing = workspace.terraform.plan();
    warning(missing.diagnostics(), "Stream wadm_notify does not exist");
    warning(
        missing.diagnostics(),
        "Bucket LATTICEDATA_default does not exist",
    );
    warning(
        missing.diagnostics(),
        "A lattice has only one of its two buckets",
    );
}
