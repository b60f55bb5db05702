//! `moved` blocks whose source is of another provider, or of this provider at another address.

use serde_json::{Value, json};

use crate::scenarios::scenario::{MAIN, buckets};
use crate::support::{Cli, NatsServer, Program, Terraform, newest_of, serve, terraform_default};

const WADM: &str = "resource \"wadm_jetstream\" \"main\" {\nprovider = wasmcloud\n}\n";
/// Where a company may have the provider.
const PRIVATE_REGISTRY: &str = "registry.example.com/platform/wasmcloud";
/// The state that the `jetstream` provider (commit 738b31d) wrote when it created the buckets of a lattice.
const OF_JETSTREAM: &str = include_str!("../../fixtures/jetstream-provider/state.json");

/// The OpenTofu that `TEST_CLI` names; else the Terraform that the tests use, and the newest.
fn clis() -> Vec<Cli> {
    let default = terraform_default();
    match default.program {
        Program::OpenTofu => vec![default],
        Program::Terraform => vec![default, newest_of(Program::Terraform)],
    }
}

/// The value of TF_REATTACH_PROVIDERS for a provider that has a second address.
pub fn also_at(reattach: &str, address: &str) -> String {
    let mut providers: Value = serde_json::from_str(reattach).expect("JSON");
    let own = providers.as_object().expect("an object").values().next();
    providers[address] = own.expect("a provider").clone();
    providers.to_string()
}

fn resource<'s>(state: &'s Value, r#type: &str) -> &'s Value {
    let mut resources = state["resources"].as_array().expect("resources").iter();
    let found = resources.find(|one| one["type"] == r#type);
    &found.expect("a resource")["instances"][0]
}

#[test]
fn an_object_is_moved_from_another_address_of_the_provider_with_all_that_is_stored() {
    for cli in clis() {
        let server = NatsServer::start();
        let provider = serve(&[("NATS_URL", &server.url())]);
        let reattach = also_at(&provider.reattach(), PRIVATE_REGISTRY);
        let program = cli.program;
        let terraform = Terraform::reattached_to(cli, &reattach);
        terraform.converge(&format!("{}{WADM}", buckets("history = 3")));
        let before = terraform.state_file();
        let own = format!("{}/wasmcloud/wasmcloud", program.registry());
        let elsewhere = before.to_string().replace(&own, PRIVATE_REGISTRY);
        terraform.write_file("terraform.tfstate", &elsewhere);
        let moved = |r#type| format!("moved {{\nfrom = {type}.main\nto = {type}.here\n}}\n");
        let config = format!("{}{WADM}", buckets("history = 3")).replace("\"main\"", "\"here\"");
        let types = ["wasmcloud_lattice_buckets", "wadm_jetstream"];
        terraform.write(&(types.map(moved).concat() + &config));

        let plan = terraform.plan();
        terraform.apply_plan(&plan);

        let after = terraform.state_file();
        for r#type in types {
            assert_eq!(plan.actions(&format!("{type}.here")), ["no-op"]);
            let (was, is) = (resource(&before, r#type), resource(&after, r#type));
            for part in ["attributes", "private", "identity"] {
                assert_eq!(is[part], was[part], "{type} {part}");
            }
        }
        assert!(!after.to_string().contains(PRIVATE_REGISTRY), "{after}");
        terraform.expect_empty();
    }
}

#[test]
fn a_bucket_of_the_jetstream_provider_is_not_moved_but_the_error_says_which_blocks_do_it() {
    for cli in clis() {
        let server = NatsServer::start();
        let provider = serve(&[("NATS_URL", &server.url())]);
        let jetstream = format!("{}/nats-io/jetstream", cli.program.registry());
        // Terraform asks it for nothing but a schema.
        let reattach = also_at(&provider.reattach(), &jetstream);
        let terraform = Terraform::reattached_to(cli, &reattach);
        let mut state: Value = serde_json::from_str(OF_JETSTREAM).expect("JSON");
        let resources = state["resources"].as_array_mut().expect("resources");
        resources.retain(|one| one["name"] == "lattice_data");
        resources[0]["provider"] = json!(format!("provider[\"{jetstream}\"]"));
        terraform.write_file("terraform.tfstate", &state.to_string());
        let moved = format!("moved {{\nfrom = jetstream_kv_bucket.lattice_data\nto = {MAIN}\n}}\n");
        terraform.write(&format!("{moved}{}", buckets("")));

        let failure = terraform.plan_error();

        for says in [
            "State of a jetstream_kv_bucket cannot be moved to a wasmcloud_lattice_buckets",
            "`removed` with `from = jetstream_kv_bucket.<name>`",
            "`import` with `to = wasmcloud_lattice_buckets.<name>`",
        ] {
            assert!(failure.says(says), "{failure}");
        }
    }
}
