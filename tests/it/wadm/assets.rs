//! One of the eight is deleted, or deleted and made again, outside Terraform: the plan shows it alone, and the apply
//! repairs it alone.

use serde_json::json;

use crate::wadm::captured;
use crate::wadm::scenario::{ASSETS, MAIN, Scenario, changed_assets, made_again, warning};

#[test]
fn an_asset_that_is_gone_is_planned_alone_and_made_alone() {
    let scenario = Scenario::start();
    scenario.converge("");
    for (key, stream) in ASSETS {
        let before = scenario.created();
        scenario.admin.delete_stream(stream);
        scenario.admin.note();

        let plan = scenario.terraform.plan();
        scenario.terraform.apply_plan(&plan);

        assert_eq!(plan.actions(MAIN), ["update"], "{stream}");
        assert_eq!(changed_assets(&plan), [key]);
        warning(plan.diagnostics(), "no longer exists");
        scenario.admin.expect_noted(&made_again(stream));
        for (other, created) in scenario.created() {
            assert_eq!(
                before[other] == created,
                other != stream,
                "{stream}: {other}"
            );
        }
    }
    scenario.terraform.expect_empty();
    scenario.expect_events_flow("again");
}

#[test]
fn all_of_them_gone_is_said_and_what_a_replacement_has_deleted_too() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true");
    for (_, stream) in ASSETS {
        scenario.admin.delete_stream(stream);
    }

    let plan = scenario.terraform.plan();

    assert_eq!(plan.actions(MAIN), ["create"]);
    let said = warning(
        plan.diagnostics(),
        "All 8 buckets and streams no longer exist",
    );
    assert!(said.says("every manifest must be deployed again"), "{said}");
    scenario.terraform.apply_plan(&plan);
    for bucket in ["wadm_manifests", "wadm_state"] {
        scenario.admin.put(bucket, "a", "1");
    }
    let plan = scenario.terraform.plan_with(&["-replace", MAIN]);
    let said = scenario.terraform.apply_plan(&plan);
    warning(&said, "Bucket wadm_manifests was deleted with 1 key");
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[test]
fn an_asset_that_wadm_made_again_is_planned_alone_and_kept_or_corrected() {
    let scenario = Scenario::start();
    scenario.converge("max_bytes = 104857600");
    let requests = captured::requests();
    for (key, stream) in ASSETS {
        scenario.admin.delete_stream(stream);
        let request = requests
            .iter()
            .find(|request| request["name"] == stream)
            .unwrap();
        scenario.admin.create_stream(request);
        let before = scenario.created();
        scenario.admin.note();

        let plan = scenario.terraform.plan();
        scenario.terraform.apply_plan(&plan);

        assert_eq!(changed_assets(&plan), [key]);
        let said = warning(plan.diagnostics(), "was recreated outside Terraform");
        assert!(
            said.says("It is not known whether it has the contents of the former one"),
            "{said}"
        );
        scenario.admin.expect_noted(&[format!("UPDATED {stream}")]);
        assert_eq!(scenario.created(), before);
        assert_eq!(scenario.admin.config(stream)["max_bytes"], 104_857_600);
    }
    scenario.terraform.expect_empty();
}

#[test]
fn what_wadm_must_do_about_a_lost_asset_is_said() {
    let scenario = Scenario::start();
    scenario.converge("");
    for (stream, says) in [
        ("wadm_notify", "wadm must be restarted afterwards"),
        ("KV_wadm_manifests", "every manifest must be deployed again"),
        ("KV_wadm_state", "within a minute"),
    ] {
        scenario.admin.delete_stream(stream);

        let plan = scenario.terraform.plan();

        warning(plan.diagnostics(), says);
        scenario.terraform.apply_plan(&plan);
    }
}

#[test]
fn everything_gone_is_planned_as_a_create() {
    let scenario = Scenario::start();
    scenario.converge("manifests = { bucket = \"apps\" }");
    for stream in scenario.admin.stream_names() {
        scenario.admin.delete_stream(&stream);
    }

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["create"]);
    scenario.expect_events_flow("again");
}

#[test]
fn a_bucket_of_another_name_that_is_gone_is_made_under_that_name() {
    let scenario = Scenario::start();
    scenario.converge("manifests = { bucket = \"apps\" }");
    scenario.admin.delete_stream("KV_apps");

    let plan = scenario.repair();

    assert_eq!(changed_assets(&plan), ["manifests"]);
    assert_eq!(scenario.state()["manifests"]["bucket"], "apps");
    assert!(scenario.admin.stream("KV_wadm_manifests").is_none());
}

#[test]
fn an_asset_that_appears_between_plan_and_apply_is_not_taken_over() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.delete_stream("wadm_commands");
    let plan = scenario.terraform.plan();
    scenario
        .admin
        .create_stream(&json!({ "name": "wadm_commands", "subjects": ["theirs"] }));

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert_eq!(
        failure.error().summary,
        "Stream wadm_commands already exists"
    );
    assert_eq!(
        scenario.admin.config("wadm_commands")["subjects"],
        json!(["theirs"])
    );
    assert!(!scenario.terraform.state().is_tainted(MAIN));
}
