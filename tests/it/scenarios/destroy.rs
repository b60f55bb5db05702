//! Destroying: never what holds keys unless forced, never twice, never what is only to be forgotten.

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};

#[test]
fn empty_buckets_are_destroyed_without_ado() {
    let scenario = Scenario::start();
    scenario.converge("");

    let plan = scenario.terraform.plan_with(&["-destroy"]);

    assert_eq!(plan.actions(MAIN), ["delete"]);
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    scenario.terraform.apply_plan(&plan);
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn a_bucket_with_keys_is_refused_at_plan_with_their_number_and_nothing_is_deleted() {
    let scenario = Scenario::start();
    scenario.converge("");
    for key in ["a", "b", "c"] {
        scenario.admin.put(CONFIG_DATA, key, "value");
    }

    let failure = scenario.terraform.try_plan(&["-destroy"]).unwrap_err();

    let error = failure.error();
    assert_eq!(error.summary, "Bucket CONFIGDATA_default contains 3 keys");
    assert!(
        error.says("force_destroy = true") && error.says("skip_destroy = true"),
        "{error}"
    );
    scenario.terraform.destroy_error();
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
    assert!(scenario.is_managed());
}

#[test]
fn a_key_written_after_the_plan_is_found_at_apply_and_neither_bucket_is_deleted() {
    let scenario = Scenario::start();
    scenario.converge("");
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
    assert_eq!(scenario.state()["config_data"]["stream"], CONFIG_STREAM);
    scenario.terraform.expect_empty();
}

#[test]
fn force_destroy_counts_only_once_it_is_in_the_state() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    scenario.write("force_destroy = true");
    scenario.terraform.destroy_error();
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);

    scenario.converge("force_destroy = true");
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.terraform.apply_plan(&plan);

    warning(
        plan.diagnostics(),
        "Bucket LATTICEDATA_default is deleted with 1 key",
    );
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn skip_destroy_forgets_the_buckets_and_leaves_them() {
    let scenario = Scenario::start();
    scenario.converge("skip_destroy = true");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.terraform.apply_plan(&plan);

    warning(plan.diagnostics(), "Nothing is deleted on the server");
    assert!(!scenario.is_managed());
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn skip_destroy_wins_over_force_destroy() {
    let scenario = Scenario::start();
    scenario.converge("skip_destroy = true\nforce_destroy = true");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    scenario.terraform.destroy();

    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn removing_the_block_is_a_destroy_like_any_other() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    scenario.terraform.write("");
    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
}

#[test]
fn a_deleted_key_counts_until_its_marker_is_purged() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let error = scenario.terraform.destroy_error();
    assert!(
        error.says("Deleted keys count until their delete markers are purged"),
        "{error}"
    );

    scenario.admin.api(
        &format!("STREAM.PURGE.{LATTICE_STREAM}"),
        &serde_json::json!({}),
    );
    scenario.terraform.destroy();
}

#[test]
fn buckets_that_are_gone_already_are_destroyed() {
    for gone in [
        vec![LATTICE_STREAM],
        vec![CONFIG_STREAM],
        vec![LATTICE_STREAM, CONFIG_STREAM],
    ] {
        let scenario = Scenario::start();
        scenario.converge("");
        let plan = scenario.terraform.plan_with(&["-destroy"]);
        for stream in &gone {
            scenario.admin.delete_stream(stream);
        }

        scenario.terraform.apply_plan(&plan);

        assert!(!scenario.is_managed(), "{gone:?}");
        assert!(scenario.admin.stream_names().is_empty(), "{gone:?}");
    }
}

#[test]
fn a_bucket_made_anew_by_others_is_destroyed_only_after_another_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario.admin.create_bucket(CONFIG_DATA);

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(
        failure
            .error()
            .says("was recreated after the plan was made"),
        "{failure}"
    );
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn a_destroy_that_is_not_allowed_is_refused_by_the_plan() {
    let denied = "$JS.API.STREAM.DELETE.KV_CONFIGDATA_default";
    let scenario = Scenario::denied(&[denied]);
    scenario.converge("");
    let before = scenario.created();

    let replace = format!("-replace={MAIN}");
    for options in [&["-destroy"], &[replace.as_str()]] {
        let failure = scenario.terraform.try_plan(options).unwrap_err();

        let error = failure.error();
        let summary = format!("No permission to publish to {denied}");
        assert_eq!(error.summary, summary);
        assert!(error.says("`$JS.API.STREAM.DELETE.>` allows it"), "{error}");
    }
    scenario.write("lattice = \"other\"");
    let failure = scenario.terraform.plan_error();
    assert!(failure.error().says(denied), "{failure}");
    assert_eq!(scenario.created(), before);

    // What is not deleted needs no permission to be deleted.
    scenario.converge("skip_destroy = true");
    scenario.terraform.plan_with(&["-destroy"]);
    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario.write("");
    scenario.terraform.plan_with(&["-destroy"]);
}

#[test]
fn a_delete_that_failed_for_one_bucket_keeps_just_that_one() {
    let mut scenario = Scenario::denied(&["$JS.API.STREAM.DELETE.KV_CONFIGDATA_default"]);
    scenario.converge("");
    scenario.allowed();
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.log_in("limited");

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default could not be deleted"
    );
    assert!(
        error.says("$JS.API.STREAM.DELETE.KV_CONFIGDATA_default"),
        "{error}"
    );
    assert_eq!(scenario.admin.stream_names(), [CONFIG_STREAM]);
    let state = scenario.state();
    assert!(
        state["lattice_data"].is_null() && state["config_data"]["stream"] == CONFIG_STREAM,
        "{state}"
    );

    scenario.allowed();
    scenario.terraform.destroy();

    assert!(scenario.admin.stream_names().is_empty());
}
