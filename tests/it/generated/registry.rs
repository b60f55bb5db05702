//! What the registry's own tool says of the pages. `make test-docs` runs it.

use std::fs;
use std::process::Command;

use crate::generated::committed::root;
use crate::support::{Program, Terraform, newest_of, program, serve};

#[test]
#[ignore = "needs tfplugindocs: make test-docs"]
fn every_page_has_the_place_and_the_form_that_the_registry_wants() {
    let provider = serve(&[]);
    // Older ones know no list.
    let newest = newest_of(Program::Terraform);
    let terraform = Terraform::reattached_to(newest, &provider.reattach());
    terraform.write("provider \"wasmcloud\" {}\n");
    let schema = terraform
        .run(&["providers", "schema", "-json"])
        .unwrap_or_else(|failure| panic!("{failure}"));
    // The tool looks only for providers of HashiCorp.
    let own = format!("{}/wasmcloud/wasmcloud", terraform.cli().program.registry());
    assert!(schema.contains(&own), "{schema}");
    let schema = schema.replace(&own, "registry.terraform.io/hashicorp/wasmcloud");
    let file = terraform.folder().join("schema.json");
    fs::write(&file, schema).expect("a file");

    let output = Command::new(program("tfplugindocs"))
        .args(["validate", "--provider-name", "wasmcloud", "--provider-dir"])
        .arg(root())
        .arg("--providers-schema")
        .arg(&file)
        .output()
        .expect("tfplugindocs runs");

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // It has found both resources, one of which has a name that does not begin with the provider's.
    let said = said.into_owned() + &String::from_utf8_lossy(&output.stdout);
    for page in [
        "resources/lattice_buckets",
        "resources/wadm_jetstream",
        "list-resources/lattice_buckets",
        "list-resources/wadm_jetstream",
        "data-sources/wadm_jetstream",
        "data-sources/lattices",
        "functions/host_permissions",
    ] {
        assert!(said.contains(&format!("docs/{page}.md")), "{said}");
    }
}
