//! What the server cannot change in place: a stream of passing messages is recreated, alone, and the plan says so;
//! manifests never are without force.

use serde_json::{Value, json};

use crate::support::Plan;
use crate::wadm::scenario::{
    ASSETS, MAIN, Scenario, changed_assets, newest_and_oldest, on_every_server, warning,
};

/// Only this asset's `created` is unknown, and only its stream was deleted and made.
fn assert_replaced_alone(scenario: &Scenario, key: &str, plan: &Plan) {
    let stream = ASSETS.iter().find(|(other, _)| *other == key).unwrap().1;
    assert_eq!(plan.actions(MAIN), ["update"]);
    for (other, _) in ASSETS {
        assert_eq!(
            plan.change(MAIN).after_unknown()[other]["created"] == true,
            other == key,
            "{other}"
        );
    }
    let (made, deleted) = (format!("CREATED {stream}"), format!("DELETED {stream}"));
    scenario
        .admin
        .expect_noted_without("UPDATED", &[made, deleted]);
}

#[test]
fn another_storage_replaces_the_one_stream_and_counts_what_is_lost() {
    let scenario = Scenario::start();
    scenario.converge("events = { max_age = \"1h\" }");
    scenario.expect_events_flow("before");
    scenario.admin.note();

    let plan = scenario.step("events = { max_age = \"1h\", storage = \"memory\" }");

    assert_eq!(changed_assets(&plan), ["events"]);
    let said = warning(
        plan.diagnostics(),
        "Stream wadm_events is replaced to change storage",
    );
    assert_eq!(
        said.code,
        "events = { max_age = \"1h\", storage = \"memory\" }"
    );
    assert!(
        said.says("Only stream wadm_events is deleted and recreated"),
        "{said}"
    );
    assert!(
        said.says("1 message (64 bytes), which the apply deletes: wadm's own events"),
        "{said}"
    );
    assert_replaced_alone(&scenario, "events", &plan);
}

/// Servers 2.12 to 2.14 would skip as many events as were read before.
#[test]
fn no_event_after_a_replacement_is_skipped_on_any_server() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.converge("");
        for event in 0..20 {
            scenario
                .admin
                .publish(&format!("wadm.evt.default.{event}"), "before");
        }
        scenario.expect_events_flow("before");

        let plan = scenario.step("events = { storage = \"memory\" }");
        warning(plan.diagnostics(), "Stream wadm_events is replaced");
        scenario.converge("");

        assert!(scenario.admin.config("wadm_events")["first_seq"].is_null());
        // What it begins with is not in the configuration, and survives a restart nevertheless.
        scenario.server.restart();
        scenario.expect_events_flow("after");
    });
}

#[test]
fn no_event_is_skipped_after_a_stream_that_was_deleted_is_made_again() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.converge("");
        for event in 0..20 {
            let subject = format!("wasmbus.evt.default.{event}");
            scenario.admin.publish(&subject, "before");
        }
        scenario.expect_events_flow("before");
        scenario.admin.delete_stream("wasmbus_events");

        scenario.repair();

        scenario.expect_events_flow("after");
        assert!(scenario.admin.config("wasmbus_events")["first_seq"].is_null());
    });
}

/// wadm or another client has recreated it, so that it begins with 1: the action that the plan names works.
#[test]
fn what_the_plan_advises_for_a_stream_that_somebody_made_anew_heals_the_reading() {
    let scenario = Scenario::on("2.14.6");
    scenario.converge("");
    for event in 0..20 {
        let subject = format!("wadm.evt.default.{event}");
        scenario.admin.publish(&subject, "before");
    }
    scenario.expect_events_flow("before");
    let config = scenario.admin.config("wadm_events");
    scenario.admin.delete_stream("wadm_events");
    scenario.admin.create_stream(&config);
    let plan = scenario.repair();
    let said = warning(
        plan.diagnostics(),
        "Stream wadm_events was recreated outside Terraform",
    );
    assert!(
        said.says("nats stream rm wadm_event_consumer") && said.says("2.12 to 2.14"),
        "{said}"
    );

    scenario.admin.delete_stream("wadm_event_consumer");
    scenario.repair();

    scenario.expect_events_flow("after");
}

#[test]
fn each_stream_is_replaced_alone_when_its_storage_changes() {
    let scenario = Scenario::start();
    scenario.converge("");
    let mut arguments = String::new();
    for (key, stream) in &ASSETS[2..] {
        arguments += &format!("{key} = {{ storage = \"memory\" }}\n");
        scenario.admin.note();

        let plan = scenario.step(&arguments);

        assert_replaced_alone(&scenario, key, &plan);
        assert_eq!(scenario.admin.config(stream)["storage"], "memory");
    }
}

#[test]
fn retention_to_or_from_workqueue_replaces_the_stream() {
    for version in newest_and_oldest() {
        let scenario = Scenario::on(version);
        scenario.converge("");
        for (key, stream, wrong) in [
            ("event_consumer", "wadm_event_consumer", "limits"),
            ("commands", "wadm_commands", "interest"),
            ("notify", "wadm_notify", "workqueue"),
        ] {
            let mut config = scenario.admin.config(stream);
            let right = config["retention"].clone();
            config["retention"] = json!(wrong);
            scenario.admin.delete_stream(stream);
            scenario.admin.create_stream(&config);
            scenario.admin.note();

            let plan = scenario.terraform.plan();
            scenario.terraform.apply_plan(&plan);

            let said = warning(
                plan.diagnostics(),
                &format!("Stream {stream} is replaced to change retention"),
            );
            assert!(said.says("10052"), "{said}");
            assert_replaced_alone(&scenario, key, &plan);
            assert_eq!(
                scenario.admin.config(stream)["retention"],
                right,
                "{version}"
            );
        }
        scenario.expect_events_flow("after");
    }
}

#[test]
fn a_limit_of_consumers_is_changed_in_place_where_the_server_can_and_else_stays() {
    for version in ["2.12.8", "2.11.11"] {
        let scenario = Scenario::on(version);
        scenario.converge("");
        let mut config = scenario.admin.config("wadm_commands");
        config["max_consumers"] = json!(1);
        scenario.admin.delete_stream("wadm_commands");
        scenario.admin.create_stream(&config);
        let created = scenario.created();

        let plan = scenario.repair();

        let old = version == "2.11.11";
        let stays = plan.diagnostics().iter().find(|said| {
            said.says("wadm_commands has max_consumers = 1, which cannot be changed back")
        });
        assert_eq!(stays.is_some(), old, "{version}: {:#?}", plan.diagnostics());
        assert!(
            stays.is_none_or(|said| said.says("wadm does not manage these lattices")),
            "{stays:?}"
        );
        assert_eq!(scenario.created(), created, "{version}");
        let limit = if old { 1 } else { -1 };
        assert_eq!(
            scenario.admin.config("wadm_commands")["max_consumers"],
            limit
        );
    }
}

#[test]
fn manifests_are_never_made_anew_without_force() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_manifests", "default", "app");
    let created = scenario.created();
    scenario.write("manifests = { storage = \"memory\" }");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Storage of bucket wadm_manifests cannot be changed"
    );
    assert_eq!(error.code, "manifests = { storage = \"memory\" }");
    assert!(
        error.says("`force_destroy = true`") && error.says("10052"),
        "{error}"
    );
    assert_eq!(scenario.created(), created);

    let forced = "force_destroy = true\nmanifests = { storage = \"memory\" }";
    scenario.write(forced);
    let failure = scenario.terraform.plan_error();
    assert!(
        failure.error().says("apply it without this change"),
        "{failure}"
    );
    scenario.converge("force_destroy = true");
    scenario.admin.note();
    let plan = scenario.step(forced);

    let said = warning(
        plan.diagnostics(),
        "Bucket wadm_manifests is replaced to change storage",
    );
    assert!(
        said.says("It contains 1 key (") && said.says("deletes: the manifests of all applications"),
        "{said}"
    );
    assert!(said.says("every manifest must be deployed again"), "{said}");
    assert_replaced_alone(&scenario, "manifests", &plan);
}

#[test]
fn the_state_of_wadm_is_made_anew_with_a_warning() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_state", "host", "1");
    scenario.admin.put("wadm_state", "lattice", "1");
    scenario.admin.note();

    let plan = scenario.step("state = { storage = \"memory\" }");

    let said = warning(plan.diagnostics(), "Bucket wadm_state is replaced");
    assert!(
        said.says("It contains 2 keys (") && said.says("within a minute"),
        "{said}"
    );
    assert_replaced_alone(&scenario, "state", &plan);
}

#[test]
fn a_new_storage_for_all_is_refused_for_manifests_that_are_there_alone() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("wadm_manifests", "default", "app");
    let created = scenario.created();
    scenario.write("storage = \"memory\"");

    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Storage of bucket wadm_manifests cannot be changed"
    );
    assert_eq!(scenario.created(), created);
    let plan = scenario.step("storage = \"memory\"\nmanifests = { storage = \"file\" }");
    assert_eq!(changed_assets(&plan).len(), 7);
    assert_eq!(
        scenario.created()["KV_wadm_manifests"],
        created["KV_wadm_manifests"]
    );
}

#[test]
fn what_the_server_does_not_change_back_on_the_manifests_stays_in_drift_with_a_warning() {
    for version in newest_and_oldest() {
        let scenario = Scenario::on(version);
        scenario.converge("");
        scenario.admin.edit_stream("KV_wadm_manifests", |config| {
            config["allow_rollup_hdrs"] = json!(false);
            config["deny_purge"] = json!(true);
        });

        let plan = scenario.terraform.plan();
        scenario.terraform.apply_plan(&plan);
        scenario.terraform.expect_empty();

        let said = warning(
            plan.diagnostics(),
            "Bucket wadm_manifests has deny_purge = true, which cannot be changed back",
        );
        assert!(
            said.says("It stays as it is and is shown in `drift`"),
            "{said}"
        );
        let drift: Value = scenario.state()["manifests"]["drift"].clone();
        assert_eq!(drift["deny_purge"], "true", "{version}");
        let again = scenario.terraform.plan();
        assert!(again.is_empty(), "{version}");
    }
}

#[test]
fn a_flag_that_somebody_turned_on_after_the_plan_is_left_and_told() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write("max_bytes = 104857600");
    let plan = scenario.terraform.plan();
    scenario
        .admin
        .edit_stream("wadm_events", |config| config["deny_purge"] = json!(true));
    let created = scenario.created();

    let said = scenario.terraform.apply_plan(&plan);

    let said = warning(
        &said,
        "Stream wadm_events differs from what the plan showed",
    );
    assert!(
        said.says("deny_purge is true instead of false and was not changed"),
        "{said}"
    );
    assert_eq!(scenario.created(), created);
    assert_eq!(
        scenario.admin.config("wadm_events")["max_bytes"],
        104_857_600
    );
}
