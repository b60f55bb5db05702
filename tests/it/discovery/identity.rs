//! Identities: every state has them, objects are imported by them, and tools that do not know them read such states.

use serde_json::{Value, json};

use crate::generated::committed::root;
use crate::scenarios::scenario::{MAIN, Scenario, TOO_MUCH, buckets};
use crate::support::{
    Admin, Cli, NatsServer, Program, Terraform, Workspace, newest_of, serve, terraform_default,
    terraform_versions,
};
use crate::wadm::captured;

const WADM: &str = "wadm_jetstream.main";

/// The OpenTofu that `TEST_CLI` names, else the newest Terraform.
fn with_identities() -> Cli {
    let default = terraform_default();
    match default.program {
        Program::OpenTofu => default,
        Program::Terraform => newest_of(Program::Terraform),
    }
}

/// On a new server, with a program that knows identities.
fn newest() -> Workspace {
    let server = NatsServer::start();
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    let newest = with_identities();
    Workspace::of(server, admin, newest, &[("NATS_URL", &url)])
}

/// Both objects, those of wadm with names of their own.
fn both(multitenant: bool) -> String {
    format!(
        "{}resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\nmultitenant = {multitenant}\n\
         state = {{ bucket = \"blue\" }}\nmanifests = {{ bucket = \"blue_manifests\" }}\n}}\n",
        buckets("lattice = \"prod\"")
    )
}

/// The identity that the state has of an object.
fn identity(terraform: &Terraform, address: &str) -> Value {
    let (r#type, name) = address.split_once('.').expect("a resource");
    let state = terraform.state_file();
    let resources = state["resources"].as_array().expect("resources").iter();
    let of = |resource: &&Value| resource["type"] == r#type && resource["name"] == name;
    let resource = resources.clone().find(of).expect("a resource");
    resource["instances"][0]["identity"].clone()
}

fn of_lattice(lattice: &str) -> Value {
    json!({ "lattice": lattice, "jetstream_domain": null })
}

fn of_wadm() -> Value {
    json!({ "state_bucket": "blue", "manifests_bucket": "blue_manifests", "jetstream_domain": null })
}

#[test]
fn every_object_has_its_identity_in_the_state() {
    let workspace = newest();

    workspace.terraform.converge(&both(false));

    assert_eq!(identity(&workspace.terraform, MAIN), of_lattice("prod"));
    assert_eq!(identity(&workspace.terraform, WADM), of_wadm());
}

#[test]
fn objects_are_imported_by_identity_without_any_change() {
    for multitenant in [false, true] {
        let workspace = newest();
        workspace.terraform.converge(&both(multitenant));
        let made = [MAIN, WADM].map(|one| workspace.terraform.state().values(one).clone());
        for address in [MAIN, WADM] {
            let forget = ["state", "rm", "-lock=false", address];
            workspace.terraform.run(&forget).unwrap();
        }
        let blocks = "import {\nto = wasmcloud_lattice_buckets.main\nidentity = { lattice = \"prod\" }\n}\n\
             import {\nto = wadm_jetstream.main\nprovider = wasmcloud\n\
             identity = { state_bucket = \"blue\", manifests_bucket = \"blue_manifests\" }\n}\n";
        let config = format!("{}{blocks}", both(multitenant));
        workspace.terraform.write(&config);

        let plan = workspace.terraform.plan();
        workspace.terraform.apply_plan(&plan);

        for address in [MAIN, WADM] {
            assert_eq!(plan.actions(address), ["no-op"], "{}", plan.text());
        }
        workspace.terraform.expect_empty();
        let imported = [MAIN, WADM].map(|one| workspace.terraform.state().values(one).clone());
        assert_eq!(imported, made);
        assert_eq!(identity(&workspace.terraform, WADM), of_wadm());
    }
}

#[test]
fn an_identity_that_names_nothing_possible_says_what_is_wrong() {
    let workspace = newest();
    for (identity, says) in [
        ("{ lattice = \"a.b\" }", "a.b"),
        (
            "{ lattice = \"a\", jetstream_domain = \"x.y\" }",
            "Set only the name",
        ),
        (
            "{ lattice = \"absent\" }",
            "Cannot import non-existent remote object",
        ),
    ] {
        let block = format!("import {{\nto = {MAIN}\nidentity = {identity}\n}}\n");
        let config = format!("{}{block}", buckets("lattice = \"absent\""));
        workspace.terraform.write(&config);

        let failure = workspace.terraform.plan_error();

        assert!(failure.says(says), "{failure}");
    }
}

#[test]
fn a_state_without_identities_gets_them_at_the_next_read_and_every_tool_reads_both() {
    let server = NatsServer::start();
    let provider = serve(&[("NATS_URL", &server.url())]);
    let newest = Terraform::reattached_to(with_identities(), &provider.reattach());
    newest.converge(&both(false));
    let with = newest.state_file();
    let mut without = with.clone();
    for resource in without["resources"].as_array_mut().expect("resources") {
        let instance = resource["instances"][0].as_object_mut();
        instance.expect("an instance").remove("identity");
    }
    newest.write_file("terraform.tfstate", &without.to_string());

    newest.expect_empty_without_refresh_too();
    newest.apply();

    assert_eq!(identity(&newest, MAIN), of_lattice("prod"));
    assert_eq!(identity(&newest, WADM), of_wadm());
    for cli in terraform_versions() {
        let other = Terraform::reattached_to(cli, &provider.reattach());
        other.write_file("terraform.tfstate", &with.to_string());
        other.write(&both(false));
        other.expect_empty_without_refresh_too();
        other.step(&both(false).replace("\"prod\"", "\"prod\"\nhistory = 2"));
        other.step(&both(false));
    }
}

#[test]
fn the_examples_import_by_identity_what_hosts_and_wadm_have_made() {
    let workspace = newest();
    captured::make(&workspace.admin, &captured::requests());
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        workspace.admin.create_bucket(bucket);
    }
    let example = |r#type: &str| {
        let file = format!("examples/resources/{type}/import-by-identity.tf");
        std::fs::read_to_string(root().join(file)).expect("an example")
    };
    let blocks = ["wasmcloud_lattice_buckets", "wadm_jetstream"].map(example);
    let resources = "resource \"wasmcloud_lattice_buckets\" \"default\" {}\n\
         resource \"wadm_jetstream\" \"this\" {\nprovider = wasmcloud\n}\n";

    let plan = workspace
        .terraform
        .step(&format!("{}{resources}", blocks.concat()));

    let address = "wasmcloud_lattice_buckets.default";
    assert_eq!(plan.actions(address), ["no-op"]);
    assert_eq!(plan.actions("wadm_jetstream.this"), ["no-op"]);
    let importing = &plan.change(address).importing()["identity"];
    assert_eq!(importing, &of_lattice("default"));
}

#[test]
fn only_another_object_has_another_identity() {
    let workspace = newest();
    let terraform = &workspace.terraform;
    terraform.converge(&both(false));
    let changed = both(true).replace("\"prod\"", "\"prod\"\nhistory = 3");

    terraform.step(&changed);
    assert_eq!(identity(terraform, MAIN), of_lattice("prod"));
    assert_eq!(identity(terraform, WADM), of_wadm());

    let plan = terraform.step(&changed.replace("\"prod\"", "\"other\""));
    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(identity(terraform, MAIN), of_lattice("other"));
}

#[test]
fn an_identity_that_only_the_apply_knows_is_known_afterwards() {
    let workspace = newest();
    let config = format!(
        "resource \"terraform_data\" \"name\" {{\ninput = \"prod\"\n}}\n{}",
        buckets("lattice = terraform_data.name.output")
    );

    workspace.terraform.step(&config);
    assert_eq!(identity(&workspace.terraform, MAIN), of_lattice("prod"));

    // Now the name is not known because it changes, so that the object is replaced.
    let plan = workspace.terraform.step(&config.replace("prod", "other"));
    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(identity(&workspace.terraform, MAIN), of_lattice("other"));
}

#[test]
fn a_bucket_that_was_deleted_leaves_the_identity_as_it_is() {
    let workspace = newest();
    workspace.terraform.converge(&both(false));
    workspace.admin.delete_stream("KV_blue");

    let refreshed = workspace.terraform.plan_with(&["-refresh-only"]);
    workspace.terraform.apply_plan(&refreshed);

    assert!(workspace.terraform.state().values(WADM)["state"].is_null());
    assert_eq!(identity(&workspace.terraform, WADM), of_wadm());
    workspace.terraform.step(&both(false));
    assert_eq!(identity(&workspace.terraform, WADM), of_wadm());
}

#[test]
fn an_object_whose_create_failed_in_part_has_its_identity() {
    let mut scenario = Scenario::cramped();
    scenario.provided.use_cli(with_identities());
    scenario.converge("lattice = \"prod\"");
    let other = format!("lattice = \"prod\"\nconfig_data = {{ {TOO_MUCH} }}");
    scenario.write(&other);

    scenario.terraform.apply_error();

    assert_eq!(identity(&scenario.terraform, MAIN), of_lattice("prod"));
}

#[test]
fn the_domain_is_part_of_an_identity_and_may_be_that_of_the_provider_block() {
    let workspace = Workspace::on_hub(with_identities());
    let provider = "provider \"wasmcloud\" {\njetstream_domain = \"hub\"\n}\n";
    let config = format!("{provider}{}", buckets(""));
    workspace.terraform.converge(&config);
    let in_hub = json!({ "lattice": "default", "jetstream_domain": "hub" });
    assert_eq!(identity(&workspace.terraform, MAIN), in_hub);

    for named in ["", ", jetstream_domain = \"hub\""] {
        let forget = ["state", "rm", "-lock=false", MAIN];
        workspace.terraform.run(&forget).unwrap();
        let block =
            format!("import {{\nto = {MAIN}\nidentity = {{ lattice = \"default\"{named} }}\n}}\n");
        workspace.terraform.write(&format!("{config}{block}"));

        let plan = workspace.terraform.plan();
        workspace.terraform.apply_plan(&plan);

        assert_eq!(plan.actions(MAIN), ["no-op"]);
        assert_eq!(identity(&workspace.terraform, MAIN), in_hub);
    }
}
