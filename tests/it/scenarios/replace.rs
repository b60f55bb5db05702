//! Another lattice is another object; so is one that the user, or a failed create, has condemned.

use crate::scenarios::scenario::{
    CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets, too_much, warning,
};

#[test]
fn another_lattice_replaces_the_object() {
    let scenario = Scenario::start();
    scenario.converge("");

    let plan = scenario.step("lattice = \"other\"");

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(
        plan.change(MAIN).replace_paths(),
        &serde_json::json!([["lattice"]])
    );
    assert_eq!(
        scenario.admin.stream_names(),
        ["KV_CONFIGDATA_other", "KV_LATTICEDATA_other"]
    );
}

#[test]
fn another_lattice_is_refused_at_plan_while_the_present_one_holds_keys() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    scenario.write("lattice = \"other\"");
    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn another_lattice_with_force_destroy_in_the_state_says_what_is_lost() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let plan = scenario.step("force_destroy = true\nlattice = \"other\"");

    warning(
        plan.diagnostics(),
        "Bucket LATTICEDATA_default is deleted with 1 key",
    );
    assert_eq!(
        scenario.admin.stream_names(),
        ["KV_CONFIGDATA_other", "KV_LATTICEDATA_other"]
    );
}

#[test]
fn another_lattice_whose_buckets_exist_is_refused_before_the_present_one_is_deleted() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.create_bucket("LATTICEDATA_other");

    scenario.write("lattice = \"other\"");
    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_other already exists"
    );
}

#[test]
fn the_next_lattice_can_be_made_before_the_present_one_is_deleted() {
    let scenario = Scenario::start();
    let lifecycle = "lifecycle {\n  create_before_destroy = true\n}";
    scenario.converge(lifecycle);

    let plan = scenario.step(&format!("lattice = \"other\"\n{lifecycle}"));

    assert_eq!(plan.actions(MAIN), ["create", "delete"]);
    assert_eq!(
        scenario.admin.stream_names(),
        ["KV_CONFIGDATA_other", "KV_LATTICEDATA_other"]
    );
}

#[test]
fn a_replacement_that_the_user_asks_for_makes_both_buckets_anew() {
    let scenario = Scenario::start();
    scenario.converge("history = 3");
    let created = scenario.created();

    let plan = scenario.terraform.plan_with(&[&format!("-replace={MAIN}")]);
    scenario.terraform.apply_plan(&plan);

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert!(
        scenario
            .created()
            .iter()
            .zip(&created)
            .all(|(now, then)| now != then)
    );
    scenario.terraform.expect_empty();
}

#[test]
fn a_replacement_that_the_user_asks_for_is_refused_while_there_are_keys() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let failure = scenario
        .terraform
        .try_plan(&[&format!("-replace={MAIN}")])
        .unwrap_err();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
}

#[test]
fn a_tainted_object_is_planned_and_replaced() {
    let scenario = Scenario::start();
    scenario.converge("");
    let created = scenario.created();
    scenario
        .terraform
        .run(&["taint", "-lock=false", MAIN])
        .unwrap();

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert!(
        scenario
            .created()
            .iter()
            .zip(&created)
            .all(|(now, then)| now != then)
    );
}

#[test]
fn a_tainted_object_with_keys_is_refused_until_it_is_untainted() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");
    scenario
        .terraform
        .run(&["taint", "-lock=false", MAIN])
        .unwrap();

    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
    scenario
        .terraform
        .run(&["untaint", "-lock=false", MAIN])
        .unwrap();
    scenario.terraform.expect_empty();
}

#[test]
fn the_remains_of_a_failed_create_are_replaced_by_the_next_apply() {
    let mut scenario = Scenario::denied(&["$JS.API.STREAM.DELETE.KV_LATTICEDATA_default"]);
    scenario.write(&too_much("config_data"));
    scenario.terraform.apply_error();
    assert!(scenario.terraform.state().is_tainted(MAIN));

    scenario.allowed();
    scenario.write("");
    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert!(!scenario.terraform.state().is_tainted(MAIN));
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn a_bucket_of_the_object_can_be_renamed_in_the_state_and_moved_between_addresses() {
    let scenario = Scenario::start();
    scenario.converge("");

    let moved = "moved {\n  from = wasmcloud_lattice_buckets.main\n  to   = wasmcloud_lattice_buckets.renamed\n}\n";
    scenario.terraform.write(&format!(
        "{}{moved}",
        buckets("").replace("\"main\"", "\"renamed\"")
    ));
    let plan = scenario.repair();

    assert_eq!(plan.actions("wasmcloud_lattice_buckets.renamed"), ["no-op"]);
}
