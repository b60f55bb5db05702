//! One bucket fails: the other is what was asked, the state says so, and the next apply does only what is left.

use serde_json::json;

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, too_much,
};

#[test]
fn an_update_that_failed_for_one_bucket_keeps_the_new_state_of_the_other() {
    let scenario = Scenario::cramped();
    scenario.converge("");

    scenario.write(&format!("history = 5\n{}", too_much("config_data")));
    let failure = scenario.terraform.apply_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default could not be updated"
    );
    assert!(error.says("JetStream 10047"), "{error}");
    let state = scenario.state();
    assert_eq!(
        (
            &state["lattice_data"]["history"],
            &state["config_data"]["history"]
        ),
        (&json!(5), &json!(1))
    );
    assert_eq!(
        scenario.admin.config(LATTICE_STREAM)["max_msgs_per_subject"],
        5
    );
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        1
    );
}

#[test]
fn the_apply_after_a_half_update_completes_it_without_touching_the_good_bucket() {
    let scenario = Scenario::cramped();
    scenario.converge("");
    let wanted = "history = 5\nforce_destroy = true";
    scenario.write(&format!("{wanted}\n{}", too_much("config_data")));
    scenario.terraform.apply_error();
    let created = scenario.created();
    scenario.admin.note();

    scenario.write(wanted);
    scenario.repair();

    scenario
        .admin
        .expect_noted(&[format!("UPDATED {CONFIG_STREAM}")]);
    assert_eq!(scenario.created(), created);
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
}

#[test]
fn a_bucket_that_could_not_be_made_again_is_planned_again_and_the_other_stays() {
    let scenario = Scenario::cramped();
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        scenario.admin.create_bucket(bucket);
    }
    scenario.converge("adopt_existing = true");
    scenario.admin.delete_stream(CONFIG_STREAM);
    let good = scenario.admin.stream(LATTICE_STREAM).unwrap()["created"].clone();
    scenario.write(&too_much("config_data"));

    let failure = scenario.terraform.apply_error();

    let error = failure.error();
    assert!(
        error.says("Bucket CONFIGDATA_default could not be created")
            && error.says("JetStream 10047"),
        "{error}"
    );
    let state = scenario.state();
    assert!(
        state["config_data"].is_null() && state["lattice_data"]["created"] == good,
        "{state}"
    );
    assert!(!scenario.terraform.state().is_tainted(MAIN));

    scenario.write("");
    scenario.repair();

    assert_eq!(scenario.created()[0], good);
}

#[test]
fn a_stream_that_takes_the_subjects_of_a_missing_bucket_is_named_at_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario
        .admin
        .create_stream(&json!({ "name": "in_the_way", "subjects": ["$KV.CONFIGDATA_default.>"] }));

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.says("Stream in_the_way has the subjects of bucket CONFIGDATA_default"),
        "{error}"
    );
}
