//! Taking existing buckets into the state by the lattice's name, by command and by block.

use serde_json::{Value, json};

use crate::scenarios::scenario::{
    BUCKETS, CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets,
};
use crate::support::{Terraform, serve, terraform_versions};

/// What wasmCloud hosts of the default lattice have made, with a key in each bucket.
fn host_made() -> Scenario {
    let scenario = Scenario::start();
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        scenario.admin.create_bucket(bucket);
        scenario.admin.put(bucket, "key", "value");
    }
    scenario
}

#[test]
fn what_a_host_made_and_the_default_configuration_are_an_empty_plan_after_the_import_command() {
    let scenario = host_made();
    scenario.write("");

    scenario.terraform.import(MAIN, "default").unwrap();

    scenario.terraform.expect_empty();
    assert_eq!(scenario.state()["lattice"], "default");
}

#[test]
fn what_a_host_made_is_imported_by_a_block_without_any_change() {
    let scenario = host_made();
    let created = scenario.created();
    let block = format!("import {{\n  to = {MAIN}\n  id = \"default\"\n}}\n");
    scenario.terraform.write(&format!("{}{block}", buckets("")));

    let plan = scenario.repair();

    assert_eq!(plan.change(MAIN).importing()["id"], "default");
    assert_eq!(plan.actions(MAIN), ["no-op"]);
    assert_eq!(scenario.created(), created);
}

#[test]
fn an_imported_object_is_what_the_apply_that_made_it_had_left() {
    let arguments = "history = 3\nmax_bytes = 1048576\ndescription = \"ours\"\n\
                     placement = { tags = [\"b\", \"a\"] }";
    let scenario = Scenario::start();
    scenario.converge(arguments);
    let made = scenario.state();

    scenario
        .terraform
        .run(&["state", "rm", "-lock=false", MAIN])
        .unwrap();
    scenario.terraform.import(MAIN, "default").unwrap();

    assert_eq!(scenario.state(), made);
    scenario.terraform.expect_empty();
}

#[test]
fn an_import_shows_what_differs_from_the_configuration_and_the_apply_changes_it_in_place() {
    let scenario = host_made();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_direct"] = json!(false)
    });
    scenario.write("history = 3");
    scenario.terraform.import(MAIN, "default").unwrap();

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["update"]);
    let before = plan.change(MAIN).before();
    assert_eq!(
        before["config_data"]["drift"],
        json!({ "allow_direct": "false" })
    );
    assert_eq!(
        BUCKETS.map(|(_, stream)| scenario.admin.messages(stream)),
        [1, 1]
    );
}

#[test]
fn metadata_becomes_ours_by_the_configuration_after_an_import_and_that_of_others_stays() {
    let scenario = host_made();
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["metadata"]["team"] = json!("lattice");
        config["metadata"]["theirs"] = json!("1");
    });
    let before = scenario.admin.config(LATTICE_STREAM);
    scenario.write("metadata = { team = \"lattice\" }");
    scenario.terraform.import(MAIN, "default").unwrap();

    scenario.repair();

    assert_eq!(scenario.admin.config(LATTICE_STREAM), before);
    assert_eq!(
        scenario.state()["lattice_data"]["metadata"],
        json!({ "team": "lattice", "theirs": "1" })
    );
    scenario.converge("metadata = { team = \"other\" }");
    assert_eq!(
        scenario.admin.config(LATTICE_STREAM)["metadata"]["theirs"],
        "1"
    );
}

#[test]
fn description_and_metadata_are_imported_and_the_configuration_that_has_them_plans_nothing() {
    let scenario = host_made();
    for (_, stream) in BUCKETS {
        scenario.admin.edit_stream(stream, |config| {
            config["metadata"]["team"] = json!("platform");
            config["metadata"]["owner"] = json!(stream);
            config["description"] = json!("ours");
        });
    }
    scenario.write("description = \"ours\"\nmetadata = { team = \"platform\" }");

    scenario.terraform.import(MAIN, "default").unwrap();

    scenario.terraform.expect_empty();
    let state = scenario.state();
    assert_eq!(state["description"], "ours");
    for (key, stream) in BUCKETS {
        let metadata = json!({ "team": "platform", "owner": stream });
        assert_eq!(state[key]["metadata"], metadata);
    }
}

/// Buckets of which each has settings of its own.
fn different() -> Scenario {
    let scenario = host_made();
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["max_msgs_per_subject"] = json!(5);
        config["max_bytes"] = json!(5_000_000);
        config["description"] = json!("links");
    });
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_msgs_per_subject"] = json!(3);
        config["placement"] = json!({ "tags": [] });
        config["metadata"]["team"] = json!("platform");
    });
    scenario
}

#[test]
fn buckets_with_different_settings_are_imported_for_every_configuration_that_means_them() {
    let scenario = different();
    let rest = "lattice_data = { max_bytes = 5000000, history = 5 }";
    scenario.write(&format!("{rest}\nconfig_data = {{ history = 3 }}"));

    scenario.terraform.import(MAIN, "default").unwrap();

    scenario.terraform.expect_empty();
    for arguments in [
        "history = 3",
        "history = 3\nmax_bytes = -1\nconfig_data = { metadata = { team = \"platform\" } }",
        "max_bytes = 7\nconfig_data = { max_bytes = -1, history = 3 }",
    ] {
        scenario.write(&format!("{rest}\n{arguments}"));
        scenario.terraform.expect_empty();
    }
}

#[test]
fn a_generated_configuration_plans_nothing_and_is_as_small_as_terraform_allows() {
    for cli in terraform_versions() {
        let newest = cli.version.starts_with("1.15.");
        let scenario = different();
        let provider = serve(&[("NATS_URL", &scenario.server.url())]);
        let terraform = Terraform::reattached_to(cli, &provider.reattach());
        terraform.write(&format!(
            "import {{\n  to = {MAIN}\n  id = \"default\"\n}}\n"
        ));

        let plan = terraform.plan_with(&["-generate-config-out=generated.tf"]);
        let generated = std::fs::read_to_string(terraform.folder().join("generated.tf")).unwrap();

        assert_eq!(plan.actions(MAIN), ["no-op"], "{generated}");
        terraform.apply_plan(&plan);
        terraform.expect_empty();
        if newest {
            assert_eq!(settings(&generated), SMALLEST, "{generated}");
        }
    }
}

const SMALLEST: [&str; 14] = [
    "config_data = {",
    "history = 3",
    "metadata = {",
    "team = \"platform\"",
    "}",
    "}",
    "history = 5",
    "lattice = \"default\"",
    "lattice_data = {",
    "description = \"links\"",
    "max_bytes = 5000000",
    "}",
    "timeouts = null",
    "}",
];

/// The lines within the block, in one form.
fn settings(generated: &str) -> Vec<String> {
    let (_, block) = generated.split_once(" {\n").unwrap();
    let lines = block.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.join(" ")
    });
    lines.collect()
}

#[test]
fn metadata_of_others_is_not_ours_after_an_import_of_the_default_configuration() {
    let scenario = host_made();
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["metadata"]["theirs"] = json!("1");
        config["description"] = json!("theirs");
    });
    scenario.write("");

    scenario.terraform.import(MAIN, "default").unwrap();

    scenario.terraform.expect_empty();
    scenario.converge("metadata = { team = \"lattice\" }");
    scenario.converge("");
    let config = scenario.admin.config(LATTICE_STREAM);
    assert_eq!(
        (
            &config["description"],
            &config["metadata"]["theirs"],
            &config["metadata"]["team"]
        ),
        (&json!("theirs"), &json!("1"), &Value::Null)
    );
}

#[test]
fn a_bucket_that_is_missing_at_the_import_is_made_by_the_next_apply() {
    let scenario = Scenario::start();
    scenario.admin.create_bucket(LATTICE_DATA);
    scenario.admin.put(LATTICE_DATA, "key", "value");
    scenario.write("");

    scenario.terraform.import(MAIN, "default").unwrap();
    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["update"]);
    assert!(plan.change(MAIN).before()["config_data"].is_null());
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn a_lattice_without_buckets_cannot_be_imported() {
    let scenario = Scenario::start();
    scenario.write("lattice = \"absent\"");

    let failure = scenario.terraform.import(MAIN, "absent").unwrap_err();

    assert!(
        failure.says("Cannot import non-existent remote object"),
        "{failure}"
    );
}

#[test]
fn an_id_that_is_no_lattice_says_what_an_id_is() {
    let scenario = Scenario::start();
    scenario.write("");

    for id in ["LATTICEDATA_default.x", "a b", "a/b"] {
        let failure = scenario.terraform.import(MAIN, id).unwrap_err();

        assert!(failure.says("is not the name of a lattice"), "{failure}");
        assert!(
            failure.says("The import id is the name of the lattice, such as `default`"),
            "{failure}"
        );
    }
}
