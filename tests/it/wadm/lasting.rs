//! What another client did to a stream and the server does not undo stays, also where nothing is lost by recreating it:
//! it is told at every plan, and whether it breaks wadm.

use serde_json::json;

use crate::wadm::scenario::{MAIN, Scenario, newest_and_oldest, on_every_server, warning};

#[test]
fn a_flag_that_cannot_be_taken_back_stays_and_what_is_harmless_is_called_so() {
    for version in newest_and_oldest() {
        let scenario = Scenario::on(version);
        scenario.converge("");
        let created = scenario.created();
        scenario.admin.edit_stream("wadm_events", |config| {
            config["deny_purge"] = json!(true);
            config["deny_delete"] = json!(true);
        });
        scenario.repair();

        let plan = scenario.terraform.plan();

        assert!(plan.is_empty(), "{version}");
        assert_eq!(plan.diagnostics().len(), 2, "{:#?}", plan.diagnostics());
        for flag in ["deny_purge", "deny_delete"] {
            let said = warning(
                plan.diagnostics(),
                &format!("Stream wadm_events has {flag} = true"),
            );
            assert!(said.detail.starts_with("This breaks nothing"), "{said}");
        }
        assert_eq!(scenario.created(), created, "{version}");
        scenario.expect_events_flow("after");
    }
}

#[test]
fn a_sealed_stream_stays_with_one_warning_and_its_age_stays_with_it() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.converge("");
        let created = scenario.created();
        scenario
            .admin
            .edit_stream("wadm_events", |config| config["sealed"] = json!(true));

        scenario.repair();

        let plan = scenario.terraform.plan();
        assert!(plan.is_empty(), "{version}: {}", plan.text());
        assert_eq!(plan.diagnostics().len(), 1, "{:#?}", plan.diagnostics());
        let said = warning(plan.diagnostics(), "Stream wadm_events has sealed = true");
        assert!(
            said.detail
                .starts_with("Nothing can be written to it any more. wadm loses its own events.")
                && said.says("max_age"),
            "{said}"
        );
        let plan = scenario.step("events = { description = \"ours\" }");
        assert_eq!(plan.actions(MAIN), ["update"]);
        assert_eq!(scenario.created(), created, "{version}");
        assert_eq!(scenario.admin.config("wadm_events")["description"], "ours");
    });
}

#[test]
fn an_age_that_the_user_asks_of_a_sealed_stream_makes_it_anew() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario
        .admin
        .edit_stream("wadm_events", |config| config["sealed"] = json!(true));

    let plan = scenario.step("events = { max_age = \"5m\" }");

    let said = warning(
        plan.diagnostics(),
        "Stream wadm_events is replaced to change max_age",
    );
    assert!(
        said.says("In a sealed stream, no message expires"),
        "{said}"
    );
    assert_eq!(scenario.admin.config("wadm_events")["sealed"], false);
}

#[test]
fn a_stream_that_is_written_asynchronously_stays_so_until_the_user_asks_what_excludes_it() {
    let scenario = Scenario::start();
    scenario.converge("");
    let mut config = scenario.admin.config("wadm_status");
    scenario.admin.delete_stream("wadm_status");
    config["persist_mode"] = json!("async");
    scenario.admin.create_stream(&config);
    scenario.repair();

    let plan = scenario.terraform.plan();

    assert!(plan.is_empty());
    let said = warning(
        plan.diagnostics(),
        "Stream wadm_status has persist_mode = \"async\", which cannot be changed back",
    );
    assert!(
        said.says("the last writes are lost if the server crashes"),
        "{said}"
    );
}

#[test]
fn of_a_sealed_stream_with_message_schedules_nothing_is_changed_but_by_recreating_it() {
    for version in ["2.15.1", "2.12.8"] {
        let scenario = Scenario::on(version);
        scenario.converge("");
        scenario.admin.edit_stream("wadm_events", |config| {
            config["allow_msg_schedules"] = json!(true);
            config["allow_rollup_hdrs"] = json!(true);
            config["max_msgs"] = json!(1000);
        });
        scenario
            .admin
            .edit_stream("wadm_events", |config| config["sealed"] = json!(true));

        scenario.repair();

        let plan = scenario.terraform.plan();
        assert!(plan.is_empty(), "{version}: {}", plan.text());
        assert_eq!(plan.diagnostics().len(), 2, "{:#?}", plan.diagnostics());
        warning(plan.diagnostics(), "Stream wadm_events has sealed = true");
        let schedules = warning(
            plan.diagnostics(),
            "Stream wadm_events has allow_msg_schedules = true",
        );
        assert!(schedules.says("Because of this, max_msgs"), "{schedules}");
        let plan = scenario.step("events = { metadata = { team = \"platform\" } }");
        let said = warning(
            plan.diagnostics(),
            "Stream wadm_events is replaced to change metadata",
        );
        assert!(
            said.says("The server refuses every change of a sealed stream with message schedules"),
            "{said}"
        );
        assert_eq!(scenario.admin.config("wadm_events")["sealed"], false);
    }
}
