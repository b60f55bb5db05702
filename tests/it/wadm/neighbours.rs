//! Other streams of the account that harm wadm, or are in the way.

use serde_json::json;

use crate::wadm::scenario::{Scenario, warning};

#[test]
fn a_mirror_of_an_old_wadm_is_a_warning_whenever_the_object_is_planned_or_read() {
    for mirror in ["wadm_mirror", "wadm_multitenant_mirror"] {
        let scenario = Scenario::start();
        scenario
            .admin
            .create_stream(&json!({ "name": mirror, "subjects": ["old.evt"] }));
        scenario.admin.publish("old.evt", "1");
        scenario.write("");

        let plan = scenario.terraform.plan();

        let said = warning(
            plan.diagnostics(),
            &format!("Stream {mirror} is in the account"),
        );
        for words in [
            "contains 1 message",
            "deletes it at every start",
            "If it has no permission to do so, it does not start",
            &format!("nats stream rm {mirror}"),
        ] {
            assert!(said.says(words), "{words}: {said}");
        }
        scenario.terraform.apply_plan(&plan);
        let plan = scenario.terraform.plan();
        assert!(plan.is_empty());
        warning(plan.diagnostics(), mirror);

        scenario.admin.delete_stream(mirror);
        let plan = scenario.terraform.plan();
        assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    }
}

#[test]
fn a_stream_that_takes_wadm_s_subjects_is_named_at_plan() {
    for (subject, asset) in [
        ("wadm.cmd.>", "stream wadm_commands"),
        ("wadm.evt.default.>", "stream wadm_events"),
        ("wadm.status.*.*", "stream wadm_status"),
        ("wadm.notify.default", "stream wadm_notify"),
        ("wasmbus.evt.>", "stream wasmbus_events"),
        ("$KV.wadm_state.>", "bucket wadm_state"),
        ("$KV.wadm_manifests.one", "bucket wadm_manifests"),
    ] {
        let scenario = Scenario::start();
        scenario
            .admin
            .create_stream(&json!({ "name": "intruder", "subjects": [subject] }));
        scenario.write("");

        let failure = scenario.terraform.plan_error();

        let error = failure.error();
        assert_eq!(
            error.summary,
            format!("Stream intruder has the subjects of {asset}")
        );
        assert!(
            error.says("10065") && error.says("nats stream edit intruder"),
            "{error}"
        );
        assert_eq!(scenario.admin.stream_names(), ["intruder"]);

        scenario.admin.delete_stream("intruder");
        scenario.converge("");
    }
}

#[test]
fn a_stream_that_takes_several_subjects_is_named_once_with_all_that_it_takes() {
    let scenario = Scenario::start();
    scenario
        .admin
        .create_stream(&json!({ "name": "everything", "subjects": ["$KV.>", "wadm.>"] }));
    scenario.write("");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    for asset in [
        "bucket wadm_state",
        "bucket wadm_manifests",
        "stream wadm_events",
        "stream wadm_commands",
        "stream wadm_status",
        "stream wadm_notify",
    ] {
        assert!(error.summary.contains(asset), "{error}");
    }
    assert!(!error.says("wasmbus_events"), "{error}");
}

#[test]
fn an_overlap_is_found_for_one_asset_that_must_be_made_again() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.delete_stream("wadm_commands");
    scenario
        .admin
        .create_stream(&json!({ "name": "intruder", "subjects": ["wadm.cmd.>"] }));

    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Stream intruder has the subjects of stream wadm_commands"
    );
}

#[test]
fn an_overlap_is_found_when_subjects_are_repaired_or_the_mode_changes() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.create_stream(
        &json!({ "name": "tenants", "subjects": ["ACCOUNT.wasmbus.evt.default.>"] }),
    );
    scenario.write("multitenant = true");
    let failure = scenario.terraform.plan_error();
    assert_eq!(
        failure.error().summary,
        "Stream tenants has the subjects of stream wasmbus_events"
    );

    scenario.write("");
    scenario.admin.edit_stream("wadm_commands", |config| {
        config["subjects"] = json!(["other"])
    });
    scenario
        .admin
        .create_stream(&json!({ "name": "intruder", "subjects": ["wadm.cmd.>"] }));
    let failure = scenario.terraform.plan_error();
    assert_eq!(
        failure.error().summary,
        "Stream intruder has the subjects of stream wadm_commands"
    );
}

#[test]
fn buckets_of_others_are_not_in_the_way() {
    let scenario = Scenario::start();
    scenario.admin.create_bucket("LATTICEDATA_default");
    scenario
        .admin
        .create_stream(&json!({ "name": "other", "subjects": ["wadm.api.>", "wasmbus.rpc.>"] }));

    let plan = scenario.step("");

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
}
