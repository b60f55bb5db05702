//! What the real wadm has created is adopted as it is: by import, and by adoption.

use serde_json::{Value, json};

use crate::support::Admin;
use crate::wadm::captured;
use crate::wadm::scenario::{ASSETS, MAIN, Scenario, changed_assets, wadm, warning};

/// The streams that the captured configurations describe, which is what wadm's requests make.
fn restored() -> Scenario {
    let scenario = Scenario::start();
    captured::make(&scenario.admin, &captured::requests());
    for (stream, config) in captured::configs() {
        assert_eq!(scenario.admin.config(&stream), config);
    }
    scenario
}

#[test]
fn what_wadm_made_is_imported_and_the_default_configuration_changes_nothing() {
    for version in crate::support::nats_server_versions() {
        let scenario = Scenario::on(version);
        captured::make(&scenario.admin, &captured::requests());
        let (created, configs) = (scenario.created(), scenario.configs());
        scenario.write("");

        scenario
            .terraform
            .import(MAIN, "wadm_state/wadm_manifests")
            .unwrap_or_else(|failure| panic!("{version}: {failure}"));

        scenario.terraform.expect_empty();
        assert_eq!(scenario.created(), created, "{version}");
        assert_eq!(scenario.configs(), configs, "{version}");
        let state = scenario.state();
        assert_eq!(state["multitenant"], false);
        for (key, stream) in ASSETS {
            assert_eq!(state[key]["stream"], stream);
            assert_eq!(state[key]["created"], created[stream].as_str());
            assert_eq!(state[key]["drift"], json!({}), "{version}: {key}");
        }
    }
}

#[test]
fn an_import_block_of_the_captured_streams_plans_no_change() {
    let scenario = restored();
    let configs = scenario.configs();

    let plan = scenario.terraform.step(&format!(
        "import {{\nto = {MAIN}\nid = \"wadm_state/wadm_manifests\"\nprovider = wasmcloud\n}}\n{}",
        wadm("")
    ));

    assert_eq!(plan.actions(MAIN), ["no-op"]);
    assert_eq!(scenario.configs(), configs);
}

#[test]
fn adopting_what_wadm_made_changes_nothing() {
    let scenario = restored();
    scenario.admin.put("wadm_manifests", "default", "app");
    let (created, configs) = (scenario.created(), scenario.configs());
    scenario.admin.note();

    let plan = scenario.step("adopt_existing = true");

    assert_eq!(plan.actions(MAIN), ["create"]);
    let adopted = warning(plan.diagnostics(), "8 buckets and streams are adopted");
    let manifests = adopted.says("bucket wadm_manifests was created 20");
    assert!(
        manifests && adopted.says("contains 1 key (") && adopted.says("No setting changes"),
        "{adopted}"
    );
    scenario.admin.expect_noted::<&str>(&[]);
    assert_eq!((scenario.created(), scenario.configs()), (created, configs));
}

#[test]
fn adopting_completes_and_corrects_what_is_there() {
    let scenario = restored();
    scenario.admin.delete_stream("wadm_notify");
    scenario.admin.edit_stream("wadm_event_consumer", |config| {
        config["sources"][0]
            .as_object_mut()
            .unwrap()
            .remove("subject_transforms");
    });
    let before = scenario.created();
    scenario.admin.note();

    let plan = scenario.step("adopt_existing = true\nmax_bytes = 104857600");

    let adopted = warning(plan.diagnostics(), "7 buckets and streams are adopted");
    assert!(
        adopted.says("max_bytes from -1 to 104857600") && adopted.says("sources from"),
        "{adopted}"
    );
    let mut expected: Vec<_> = ASSETS
        .iter()
        .map(|(_, stream)| match *stream {
            "wadm_notify" => format!("CREATED {stream}"),
            _ => format!("UPDATED {stream}"),
        })
        .collect();
    expected.sort();
    scenario.admin.expect_noted(&expected);
    for (stream, created) in before {
        assert_eq!(scenario.created()[stream], created);
    }
    scenario.expect_events_flow("adopted");
}

#[test]
fn buckets_of_other_names_are_imported_by_them() {
    let scenario = Scenario::start();
    captured::make(
        &scenario.admin,
        &captured::renamed("prod_state", "prod-manifests"),
    );
    scenario
        .write("state = { bucket = \"prod_state\" }\nmanifests = { bucket = \"prod-manifests\" }");

    scenario
        .terraform
        .import(MAIN, "prod_state/prod-manifests")
        .unwrap_or_else(|failure| panic!("{failure}"));

    scenario.terraform.expect_empty();
    assert_eq!(scenario.state()["state"]["stream"], "KV_prod_state");
}

#[test]
fn another_name_of_a_bucket_is_another_installation_and_says_what_is_lost() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_manifests", "default", "app");
    scenario.write("manifests = { bucket = \"other\" }");

    let failure = scenario.terraform.plan_error();
    assert!(
        failure.says("Bucket wadm_manifests contains 1 key"),
        "{failure}"
    );

    scenario.converge("force_destroy = true");
    scenario
        .admin
        .publish("wadm.status.default.app", "deployed");
    let plan = scenario.step("force_destroy = true\nmanifests = { bucket = \"other\" }");

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(
        plan.change(MAIN).replace_paths(),
        &json!([["manifests", "bucket"]])
    );
    warning(
        plan.diagnostics(),
        "Bucket wadm_manifests is deleted with 1 key",
    );
    let lost = warning(
        plan.diagnostics(),
        "Stream wadm_status is deleted with its contents",
    );
    assert!(lost.says("stream wadm_status: 1 message"), "{lost}");
    assert!(scenario.admin.stream("KV_wadm_manifests").is_none());
    assert_eq!(scenario.admin.messages("KV_other"), 0);
    scenario.expect_events_flow("replaced");
}

#[test]
fn a_multi_tenant_layout_is_imported_by_its_own_id() {
    for version in crate::support::nats_server_versions() {
        let scenario = Scenario::on(version);
        captured::make(&scenario.admin, &captured::multitenant_requests());
        let configs = scenario.configs();
        scenario.write("multitenant = true");

        scenario
            .terraform
            .import(MAIN, "wadm_state/wadm_manifests/multitenant")
            .unwrap_or_else(|failure| panic!("{version}: {failure}"));

        scenario.terraform.expect_empty();
        assert_eq!(scenario.configs(), configs, "{version}");
    }
}

#[test]
fn an_import_in_the_wrong_mode_is_seen_in_the_plan() {
    let scenario = Scenario::start();
    captured::make(&scenario.admin, &captured::multitenant_requests());
    scenario.write("");

    scenario
        .terraform
        .import(MAIN, "wadm_state/wadm_manifests")
        .unwrap();

    let plan = scenario.terraform.plan();
    assert_eq!(changed_assets(&plan), ["event_consumer", "wasmbus_events"]);
}

#[test]
fn a_nonsense_id_is_answered_with_what_an_id_looks_like() {
    let scenario = restored();
    scenario.write("");
    for id in [
        "wadm",
        "",
        "a/",
        "/b",
        "a/b/c",
        "a/b/multitenant/x",
        "a b/c",
        "wadm.state/wadm_manifests",
        "multitenant",
        "/multitenant",
    ] {
        let failure = scenario.terraform.import(MAIN, id).unwrap_err();

        assert!(
            failure.says("<state bucket>/<manifest bucket>") || id.is_empty(),
            "{id:?}: {failure}"
        );
    }
}

#[test]
fn an_import_of_buckets_that_are_not_there_is_an_error_though_the_streams_are() {
    let scenario = restored();
    scenario.write("");

    for (id, bucket) in [
        ("no_state/wadm_manifests", "no_state"),
        ("wadm_state/no_manifests", "no_manifests"),
    ] {
        let failure = scenario.terraform.import(MAIN, id).unwrap_err();

        assert!(
            failure.says(&format!("There is no bucket {bucket}"))
                && failure.says("WADM_STATE_BUCKET_NAME"),
            "{failure}"
        );
    }
}

#[test]
fn settings_that_wadm_was_told_are_imported_and_stay_when_configured() {
    let scenario = Scenario::start();
    let mut requests = captured::requests();
    for request in &mut requests {
        request["max_bytes"] = json!(10_485_760);
    }
    captured::make(&scenario.admin, &requests);
    scenario.write("max_bytes = 10485760");

    scenario
        .terraform
        .import(MAIN, "wadm_state/wadm_manifests")
        .unwrap();

    scenario.terraform.expect_empty();
    let values: Value = scenario.state()["max_bytes"].clone();
    assert_eq!(values, 10_485_760);
}

#[test]
fn a_generated_configuration_of_what_wadm_made_plans_nothing() {
    let scenario = restored();
    scenario.admin.edit_stream("wadm_events", |config| {
        config["max_bytes"] = json!(10_485_760);
    });
    scenario.terraform.write(&format!(
        "import {{\nto = {MAIN}\nid = \"wadm_state/wadm_manifests\"\nprovider = wasmcloud\n}}"
    ));

    let plan = scenario
        .terraform
        .plan_with(&["-generate-config-out=generated.tf"]);

    assert_eq!(plan.actions(MAIN), ["no-op"], "{}", plan.text());
    scenario.terraform.apply_plan(&plan);
    scenario.terraform.expect_empty();
}

#[test]
fn streams_of_somebody_else_s_making_are_found_at_plan_and_answered_with_the_ways_out() {
    let scenario = restored();
    let configs = scenario.configs();
    scenario.write("");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.says("wadm_state/wadm_manifests")
            && error.says("terraform import")
            && error.says("adopt_existing = true"),
        "{error}"
    );
    for (_, stream) in ASSETS {
        assert!(error.says(stream), "{error}");
    }
    assert_eq!(scenario.configs(), configs);
}

#[test]
fn a_second_installation_in_another_state_is_found_at_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    let second = scenario.another_terraform();
    second.write(&wadm(
        "state = { bucket = \"second\" }\nmanifests = { bucket = \"second_manifests\" }",
    ));

    let failure = second.plan_error();

    let error = failure.error();
    assert!(
        error.says("wadm_events") && !error.says("KV_second,"),
        "{error}"
    );
    assert!(error.says("import"), "{error}");
    scenario.terraform.expect_empty();
}

#[test]
fn a_second_installation_in_the_same_configuration_is_found_at_plan() {
    let scenario = Scenario::start();
    let second = wadm("state = { bucket = \"other\" }").replace("\"main\"", "\"second\"");
    scenario.terraform.write(&format!("{}{second}", wadm("")));

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(error.says("Two resources create stream"), "{error}");
    assert!(
        error.says("wadm_events") && !error.says("KV_other"),
        "{error}"
    );
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn a_second_installation_beside_one_in_the_state_is_found_at_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    let second = wadm("state = { bucket = \"other\" }").replace("\"main\"", "\"second\"");
    scenario.terraform.write(&format!("{}{second}", wadm("")));

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.summary.starts_with("Two resources manage stream"),
        "{error}"
    );
    assert!(
        error.says("wadm_events") && !error.says("KV_other"),
        "{error}"
    );
    scenario.converge("");
}

#[test]
fn an_installation_under_a_new_address_is_advised_to_move_before_it_deletes() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_manifests", "default", "app");

    scenario
        .terraform
        .write(&wadm("").replace("\"main\"", "\"renamed\""));
    let failure = scenario.terraform.plan_error();

    for said in &failure.diagnostics {
        let moved = said.detail.find("`moved`");
        let forced = said.detail.find("force_destroy").unwrap_or(usize::MAX);
        assert!(moved.is_some_and(|moved| moved < forced), "{said}");
    }
}

#[test]
fn an_installation_made_after_the_plan_is_not_taken_over_by_the_apply() {
    let scenario = Scenario::start();
    scenario.write("");
    let plan = scenario.terraform.plan();
    captured::make(&scenario.admin, &captured::requests());
    let (created, admin): (_, &Admin) = (scenario.created(), &scenario.admin);

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(failure.error().says("adopt_existing"), "{failure}");
    assert_eq!(scenario.created(), created);
    assert_eq!(admin.stream_names().len(), ASSETS.len());
    assert!(!scenario.is_managed());
}
