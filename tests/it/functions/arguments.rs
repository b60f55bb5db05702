//! Arguments that are wrong, null or not known yet.

use serde_json::json;

use crate::functions::{HEADER, Offline};
use crate::support::terraform_versions;

fn output(call: &str) -> String {
    format!("{HEADER}\noutput \"it\" {{\n  value = provider::wasmcloud::{call}\n}}\n")
}

#[test]
fn an_error_names_the_argument_and_says_what_to_do() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        for (call, parameter, says) in [
            (
                "lattice_buckets(\"my lattice\")",
                "lattice",
                "use only letters, digits, '_' and '-'",
            ),
            (
                "host_permissions(\"prod\", { domain = \"hub\" })",
                "options",
                "There is no option \"domain\". Use `jetstream_domain`",
            ),
            (
                "host_permissions(\"prod\", \"hub\")",
                "options",
                "must be an object, such as { jetstream_domain = \"hub\" }",
            ),
            (
                "provider_permissions({ lattices = \"default\" })",
                "options",
                "`lattices` is \"default\", but must be a list(string)",
            ),
            (
                "provider_permissions({ lattices = [\"a b\"] })",
                "options",
                "Invalid value for lattices",
            ),
            (
                "host_permissions(\"prod\", {}, {})",
                "options",
                "only one object of options",
            ),
            ("parse_lattice_import_id(\":prod\")", "id", "It is empty"),
            (
                "parse_wadm_import_id(\"wadm\")",
                "id",
                "<state bucket>/<manifest bucket>",
            ),
        ] {
            offline.terraform.write(&output(call));

            let failure = offline.terraform.plan_error();

            let text = failure.to_string().replace("\n", " ");
            let error = failure.error();
            assert!(error.says(says), "{call}: {text}");
            assert!(
                error.says(&format!("\"{parameter}\" parameter")),
                "{call}: {text}"
            );
            assert!(!error.says(".."), "{call}: {text}");
        }
    }
}

#[test]
fn an_error_about_no_argument_says_what_to_set() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        offline.terraform.write(&output("provider_permissions()"));

        let failure = offline.terraform.plan_error();

        assert!(
            failure.says("Set `lattices`, or set `wadm` to `true`"),
            "{failure}"
        );
    }
}

#[test]
fn null_is_refused_as_an_argument_and_means_not_set_in_an_attribute() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        let call = "build_lattice_import_id(\"prod\", { jetstream_domain = null })";
        assert_eq!(offline.outputs(&output(call)), json!({ "it": "prod" }));

        for call in [
            "lattice_buckets(null)",
            "lattice_buckets(\"prod\", null)",
            "wadm_streams(null)",
        ] {
            offline.terraform.write(&output(call));

            let failure = offline.terraform.plan_error();

            let is_refused = failure.says("must not be null") || failure.says("Too many");
            assert!(is_refused, "{failure}");
        }
    }
}

#[test]
fn what_is_not_known_in_the_plan_is_computed_in_the_apply() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        offline.terraform.write(&format!(
            "{}\nresource \"terraform_data\" \"name\" {{\n  input = \"hub\"\n}}\n",
            output("build_lattice_import_id(\"prod\", { jetstream_domain = terraform_data.name.output })")
        ));

        let plan = offline.terraform.plan();
        assert!(plan.json()["planned_values"]["outputs"]["it"]["value"].is_null());
        offline.terraform.apply_plan(&plan);

        let shown = offline.terraform.shown_state();
        assert_eq!(shown["values"]["outputs"]["it"]["value"], "hub:prod");
    }
}

#[test]
fn a_provider_block_that_is_not_known_or_not_there_is_not_needed() {
    for cli in terraform_versions() {
        let offline = Offline::with(cli);
        let unknown = "resource \"terraform_data\" \"url\" {\n  input = \"nats://127.0.0.1:1\"\n}\n\nprovider \"wasmcloud\" {\n  servers = [terraform_data.url.output]\n}\n";

        for block in ["", unknown] {
            let config = output("lattice_buckets(\"prod\").config_data") + block;
            assert_eq!(offline.outputs(&config), json!({ "it": "CONFIGDATA_prod" }));
        }
        offline
            .terraform
            .run(&["validate", "-no-color"])
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}
