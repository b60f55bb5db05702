//! The server changed between a saved plan and its apply: what the plan said no longer holds, and nothing is lost.

use serde_json::json;

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};

#[test]
fn a_bucket_deleted_after_the_plan_is_an_error_and_the_next_plan_makes_it_again() {
    let scenario = Scenario::start();
    scenario.converge("");
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
    scenario.converge("history = 5");
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
        failure.says("was recreated after the plan was made"),
        "{failure}"
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 3);
}

#[test]
fn an_unrelated_setting_changed_after_the_plan_is_told_left_alone_and_in_the_next_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_bytes"] = json!(1_048_576);
        config["republish"] = json!({ "src": ">", "dest": "republished.>" });
        config["metadata"]["theirs"] = json!("1");
    });
    scenario.admin.put(CONFIG_DATA, "key", "value");

    let said = scenario.terraform.apply_plan(&plan);

    let said = warning(
        &said,
        "Bucket CONFIGDATA_default differs from what the plan showed",
    );
    assert!(
        said.says("max_bytes is 1048576 instead of -1 and was not changed"),
        "{said}"
    );
    assert!(
        said.says("republish is") && said.says("The next plan shows"),
        "{said}"
    );
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["max_bytes"], &config["max_msgs_per_subject"]),
        (&json!(1_048_576), &json!(5))
    );
    assert_eq!(config["metadata"]["theirs"], "1");
    let next = scenario.repair();
    assert_eq!(next.actions(MAIN), ["update"]);
    assert_eq!(
        next.change(MAIN).before()["config_data"]["max_bytes"],
        1_048_576
    );
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["max_bytes"], &config["metadata"]["theirs"]),
        (&json!(-1), &json!("1"))
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn a_planned_setting_that_somebody_changed_becomes_what_was_planned_and_is_told() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_msgs_per_subject"] = json!(3)
    });

    let said = scenario.terraform.apply_plan(&plan);

    let said = warning(
        &said,
        "Bucket CONFIGDATA_default differs from what the plan showed",
    );
    assert!(
        said.says("history was 3 instead of 1 and is now 5, as planned"),
        "{said}"
    );
    scenario.terraform.expect_empty();
}

#[test]
fn a_planned_change_that_would_now_delete_something_is_not_made() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_msgs_per_subject"] = json!(20)
    });
    for value in 0..10 {
        scenario.admin.put(CONFIG_DATA, "key", &value.to_string());
    }

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default was changed after the plan was made"
    );
    assert!(
        error.says("history is now 20") && error.says("Plan again"),
        "{error}"
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 10);
    let plan = scenario.repair();
    let said = warning(
        plan.diagnostics(),
        "deletes data of bucket CONFIGDATA_default",
    );
    assert!(
        said.says("Of 10 stored revisions") && said.says("5 are deleted"),
        "{said}"
    );
}

#[test]
fn what_became_one_way_after_the_plan_is_left_and_what_was_planned_is_done() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("history = 5");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });

    let said = scenario.terraform.apply_plan(&plan);

    let said = warning(
        &said,
        "Bucket CONFIGDATA_default differs from what the plan showed",
    );
    assert!(
        said.says("deny_purge is true instead of false and was not changed"),
        "{said}"
    );
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
    let plan = scenario.repair();
    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default has deny_purge = true",
    );
}

#[test]
fn a_bucket_made_anew_after_its_replacement_was_planned_is_not_deleted() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("config_data = { storage = \"memory\" }");
    let plan = scenario.terraform.plan();
    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario.admin.create_bucket(CONFIG_DATA);
    let created = scenario.created();

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(
        failure.says("was recreated after the plan was made"),
        "{failure}"
    );
    assert_eq!(scenario.created(), created);
}

#[test]
fn a_metadata_key_changed_after_the_plan_is_left_when_only_another_was_planned() {
    let scenario = Scenario::start();
    scenario.converge("metadata = { one = \"1\" }");
    scenario.write("metadata = { one = \"1\", two = \"2\" }");
    let plan = scenario.terraform.plan();
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["metadata"]["one"] = json!("theirs")
    });

    scenario.terraform.apply_plan(&plan);

    let metadata = scenario.admin.config(CONFIG_STREAM)["metadata"].clone();
    assert_eq!(
        (&metadata["one"], &metadata["two"]),
        (&json!("theirs"), &json!("2"))
    );
    scenario.repair();
    assert_eq!(scenario.admin.config(CONFIG_STREAM)["metadata"]["one"], "1");
}
