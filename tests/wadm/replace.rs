//! What the server cannot change in place: a stream of passing messages is made anew, alone, and the plan says so;
//! manifests never are without force.

use serde_json::{Value, json};

use crate::scenario::{ASSETS, MAIN, Scenario, changed_assets, on_every_server, warning};
use crate::support::{self, Plan};

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
    let deleted_or_made: Vec<_> = scenario
        .noted()
        .into_iter()
        .filter(|note| !note.starts_with("UPDATED"))
        .collect();
    assert_eq!(
        deleted_or_made,
        [format!("CREATED {stream}"), format!("DELETED {stream}")]
    );
}

#[test]
fn another_storage_replaces_the_one_stream_and_counts_what_is_lost() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.expect_events_flow("before");
    scenario.note();

    let plan = scenario.step("events = { storage = \"memory\" }");

    assert_eq!(changed_assets(&plan), ["events"]);
    let said = warning(
        plan.diagnostics(),
        "Stream wadm_events is replaced to change storage from \"file\" to \"memory\"",
    );
    assert_eq!(said.code, "events = { storage = \"memory\" }");
    assert!(
        said.says("stream wadm_events alone is deleted and made anew"),
        "{said}"
    );
    assert!(
        said.says("lost with 1 message: wadm's own events"),
        "{said}"
    );
    assert_replaced_alone(&scenario, "events", &plan);
}

/// Servers 2.12 to 2.14 would skip as many events as were read before.
#[test]
fn no_event_after_a_replacement_is_skipped_on_any_server() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.step("");
        for event in 0..20 {
            scenario
                .admin
                .publish(&format!("wadm.evt.default.{event}"), "before");
        }
        scenario.expect_events_flow("before");

        scenario
            .admin
            .edit_stream("wadm_events", |config| config["deny_purge"] = json!(true));
        let plan = scenario.repair();

        warning(plan.diagnostics(), "Stream wadm_events is replaced");
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
        scenario.step("");
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

/// wadm or somebody else has made it anew, so that it begins with 1: the way out that the plan names works.
#[test]
fn what_the_plan_advises_for_a_stream_that_somebody_made_anew_heals_the_reading() {
    let scenario = Scenario::on("2.14.6");
    scenario.step("");
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
        "Stream wadm_events was deleted and made again outside Terraform",
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
    scenario.step("");
    let mut arguments = String::new();
    for (key, stream) in &ASSETS[2..] {
        arguments += &format!("{key} = {{ storage = \"memory\" }}\n");
        scenario.note();

        let plan = scenario.step(&arguments);

        assert_replaced_alone(&scenario, key, &plan);
        assert_eq!(scenario.admin.config(stream)["storage"], "memory");
    }
}

#[test]
fn retention_to_or_from_workqueue_replaces_the_stream() {
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
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
            scenario.note();

            let plan = scenario.repair();

            let said = warning(
                plan.diagnostics(),
                &format!(
                    "Stream {stream} is replaced to change retention from \"{wrong}\" to {right}"
                ),
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
fn a_flag_that_cannot_be_taken_back_replaces_a_stream() {
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
        scenario
            .admin
            .edit_stream("wadm_events", |config| config["deny_purge"] = json!(true));
        scenario.note();

        let plan = scenario.repair();

        let said = warning(
            plan.diagnostics(),
            "Stream wadm_events is replaced to change deny_purge from true to false",
        );
        assert!(said.says("It is empty now"), "{said}");
        assert_replaced_alone(&scenario, "events", &plan);
        assert!(
            scenario.admin.config("wadm_events")["deny_purge"] != true,
            "{version}"
        );
    }
}

#[test]
fn a_limit_of_consumers_is_changed_in_place_where_the_server_can_and_else_by_a_new_stream() {
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
        let mut config = scenario.admin.config("wadm_commands");
        config["max_consumers"] = json!(1);
        scenario.admin.delete_stream("wadm_commands");
        scenario.admin.create_stream(&config);
        scenario.note();

        let plan = scenario.repair();

        let old = ["2.10.26", "2.11.11"].contains(&version);
        let replaced = plan
            .diagnostics()
            .iter()
            .any(|said| said.says("is replaced to change max_consumers from 1 to -1"));
        assert_eq!(replaced, old, "{version}: {:#?}", plan.diagnostics());
        assert_eq!(
            scenario
                .noted()
                .contains(&"DELETED wadm_commands".to_owned()),
            old,
            "{version}"
        );
        assert_eq!(scenario.admin.config("wadm_commands")["max_consumers"], -1);
    }
}

#[test]
fn manifests_are_never_made_anew_without_force() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.admin.put("wadm_manifests", "default", "app");
    let created = scenario.created();
    scenario.write("manifests = { storage = \"memory\" }");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Storage of bucket wadm_manifests cannot change from \"file\" to \"memory\""
    );
    assert_eq!(error.code, "manifests = { storage = \"memory\" }");
    assert!(
        error.says("`force_destroy = true`") && error.says("10052"),
        "{error}"
    );
    assert_eq!(scenario.created(), created);

    scenario.note();
    let plan = scenario.step("force_destroy = true\nmanifests = { storage = \"memory\" }");

    let said = warning(
        plan.diagnostics(),
        "Bucket wadm_manifests is replaced to change storage",
    );
    assert!(
        said.says("lost with 1 key: the manifests of all applications"),
        "{said}"
    );
    assert!(said.says("deploy every manifest again"), "{said}");
    assert_replaced_alone(&scenario, "manifests", &plan);
}

#[test]
fn the_state_of_wadm_is_made_anew_with_a_warning() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.admin.put("wadm_state", "host", "1");
    scenario.admin.put("wadm_state", "lattice", "1");
    scenario.note();

    let plan = scenario.step("state = { storage = \"memory\" }");

    let said = warning(plan.diagnostics(), "Bucket wadm_state is replaced");
    assert!(
        said.says("lost with 2 keys") && said.says("within a minute"),
        "{said}"
    );
    assert_replaced_alone(&scenario, "state", &plan);
}

#[test]
fn a_new_storage_for_all_is_refused_for_the_manifests_alone() {
    let scenario = Scenario::start();
    scenario.step("");
    let created = scenario.created();
    scenario.write("storage = \"memory\"");

    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Storage of bucket wadm_manifests cannot change from \"file\" to \"memory\""
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
    for version in support::nats_server_versions() {
        let scenario = Scenario::on(version);
        scenario.step("");
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
        assert!(said.says("stays in `drift`"), "{said}");
        let drift: Value = scenario.state()["manifests"]["drift"].clone();
        assert_eq!(drift["deny_purge"], "true", "{version}");
        let again = scenario.terraform.plan();
        assert!(again.is_empty(), "{version}");
    }
}

#[test]
fn a_replacement_that_was_not_planned_does_not_happen() {
    let scenario = Scenario::start();
    scenario.step("");
    scenario.write("max_bytes = 104857600");
    let plan = scenario.terraform.plan();
    scenario
        .admin
        .edit_stream("wadm_events", |config| config["deny_purge"] = json!(true));
    let created = scenario.created();

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Stream wadm_events has deny_purge = true since the plan was made"
    );
    assert_eq!(scenario.created(), created);
}
