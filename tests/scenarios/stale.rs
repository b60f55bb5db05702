//! The server changed between a saved plan and its apply: what the plan said no longer holds, and nothing is lost.

use serde_json::json;

use crate::scenario::{CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, Scenario};

#[test]
fn a_bucket_deleted_after_the_plan_is_an_error_and_the_next_plan_makes_it_again() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.delete_stream(CONFIG_STREAM);

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default was deleted after the plan was made"
    );
    scenario.repair();
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
}

#[test]
fn a_bucket_made_anew_after_the_plan_is_not_changed_by_that_plan() {
    let scenario = Scenario::start();
    scenario.step("history = 5");
    scenario.write("history = 1");
    let plan = scenario.terraform.plan();
    scenario.admin.delete_stream(LATTICE_STREAM);
    scenario.admin.create_bucket(LATTICE_DATA);
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["max_msgs_per_subject"] = json!(9)
    });
    for value in ["1", "2", "3"] {
        scenario.admin.put(LATTICE_DATA, "key", value);
    }

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(
        failure.says("was deleted and made again after the plan was made"),
        "{failure}"
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 3);
}

#[test]
fn a_setting_changed_after_the_plan_is_what_was_planned_after_the_apply() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_bytes"] = json!(1_048_576);
        config["metadata"]["theirs"] = json!("1");
    });
    scenario.admin.put(CONFIG_DATA, "key", "value");

    scenario.terraform.apply_plan(&plan);

    scenario.terraform.expect_empty();
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["max_bytes"], &config["metadata"]["theirs"]),
        (&json!(-1), &json!("1"))
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn a_bucket_that_became_one_way_after_the_plan_is_told_at_apply_and_in_the_next_plan() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(
        failure.says("Bucket CONFIGDATA_default has deny_purge = true since the plan was made"),
        "{failure}"
    );
    scenario.repair();
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
}
