//! One of the eight fails, in a create, an update, a re-creation and a delete: the state is what exists, the next apply
//! finishes, and nothing is done twice.

use serde_json::Value;

use crate::scenario::{ASSETS, MAIN, Scenario, changed_assets, made_again};
use crate::support::Failure;

/// A server on which the user `limited` may look at a stream and not touch it.
fn without_rights_on(stream: &str) -> Scenario {
    let denied =
        ["CREATE", "UPDATE", "DELETE"].map(|verb| format!("$JS.API.STREAM.{verb}.{stream}"));
    let denied: Vec<&str> = denied.iter().map(String::as_str).collect();
    let mut scenario = Scenario::with_denied(&denied);
    scenario.log_in("limited");
    scenario
}

fn assert_names(failure: &Failure, stream: &str, verb: &str) {
    let error = failure.error();
    assert!(
        error.says(&format!("$JS.API.STREAM.{verb}.{stream}")),
        "{error}"
    );
}

/// The state shows what the server has, asset by asset.
fn assert_true_state(scenario: &Scenario) {
    let state = if scenario.is_managed() {
        scenario.state()
    } else {
        Value::Null
    };
    for (key, stream) in ASSETS {
        match scenario.admin.stream(stream) {
            Some(live) => {
                assert_eq!(state[key]["created"], live["created"], "{key}");
                assert_eq!(
                    state[key]["max_bytes"], live["config"]["max_bytes"],
                    "{key}"
                );
            }
            None => assert!(state[key].is_null(), "{key}: {}", state[key]),
        }
    }
}

#[test]
fn a_create_that_fails_at_any_asset_takes_back_the_others_and_the_next_apply_makes_all() {
    for (_, stream) in ASSETS {
        let mut scenario = without_rights_on(stream);
        scenario.write("");

        let failure = scenario.terraform.apply_error();

        assert_names(&failure, stream, "CREATE");
        assert_eq!(scenario.admin.stream_names(), [] as [&str; 0], "{stream}");
        assert!(!scenario.is_managed(), "{stream}");

        scenario.log_in("admin");
        scenario.note();
        scenario.repair();
        let mut all = ASSETS.map(|(_, stream)| format!("CREATED {stream}"));
        all.sort();
        assert_eq!(scenario.noted(), all);
    }
}

#[test]
fn an_update_that_fails_at_any_asset_keeps_what_was_achieved_and_the_next_apply_does_the_rest() {
    for (_, stream) in ASSETS {
        let mut scenario = without_rights_on(stream);
        scenario.log_in("admin");
        scenario.step("");
        let created = scenario.created();

        scenario.log_in("limited");
        scenario.write("max_bytes = 104857600");
        let failure = scenario.terraform.apply_error();

        assert_names(&failure, stream, "UPDATE");
        assert_true_state(&scenario);
        assert!(!scenario.terraform.state().is_tainted(MAIN));
        let left: Vec<_> = ASSETS
            .iter()
            .map(|(_, stream)| *stream)
            .filter(|stream| scenario.admin.config(stream)["max_bytes"] == -1)
            .collect();
        // What sources from others waits for them.
        let expected = if stream == "wadm_event_consumer" {
            vec![stream]
        } else {
            vec![stream, "wadm_event_consumer"]
        };
        assert_eq!(left, expected);

        scenario.log_in("admin");
        scenario.note();
        scenario.repair();
        let mut rest: Vec<_> = left
            .iter()
            .map(|stream| format!("UPDATED {stream}"))
            .collect();
        rest.sort();
        assert_eq!(scenario.noted(), rest);
        assert_eq!(scenario.created(), created);
    }
}

#[test]
fn an_asset_that_cannot_be_made_again_is_missing_in_the_state_and_made_by_the_next_apply_alone() {
    for (key, stream) in ASSETS {
        let mut scenario = without_rights_on(stream);
        scenario.log_in("admin");
        scenario.step("");
        scenario.admin.delete_stream(stream);
        let others = scenario.created();

        scenario.log_in("limited");
        let failure = scenario.terraform.apply_error();

        assert_names(&failure, stream, "CREATE");
        assert!(scenario.state()[key].is_null());
        assert_true_state(&scenario);
        assert!(!scenario.terraform.state().is_tainted(MAIN));

        scenario.log_in("admin");
        scenario.note();
        scenario.repair();
        assert_eq!(scenario.noted(), made_again(stream));
        for (other, created) in others {
            assert_eq!(scenario.created()[other], created);
        }
    }
}

#[test]
fn a_destroy_that_fails_at_any_asset_keeps_it_in_the_state_and_the_next_one_finishes() {
    for (_, stream) in ASSETS {
        let mut scenario = without_rights_on(stream);
        scenario.log_in("admin");
        scenario.step("");

        scenario.log_in("limited");
        let failure = scenario.terraform.destroy_error();

        assert_names(&failure, stream, "DELETE");
        assert_true_state(&scenario);
        let left = scenario.admin.stream_names();
        // What sources from others goes first.
        assert_eq!(
            left.len(),
            if stream == "wadm_event_consumer" {
                8
            } else {
                1
            },
            "{stream}: {left:?}"
        );
        assert!(left.iter().any(|left| left == stream));

        scenario.log_in("admin");
        scenario.note();
        scenario.terraform.destroy();
        let mut rest: Vec<_> = left
            .iter()
            .map(|stream| format!("DELETED {stream}"))
            .collect();
        rest.sort();
        assert_eq!(scenario.noted(), rest);
    }
}

#[test]
fn an_apply_after_a_half_destroy_makes_what_is_missing_alone() {
    let mut scenario = without_rights_on("wadm_status");
    scenario.log_in("admin");
    scenario.step("");
    scenario.log_in("limited");
    scenario.terraform.destroy_error();
    let left = scenario.created();

    scenario.log_in("admin");
    scenario.repair();

    assert_eq!(left.keys().collect::<Vec<_>>(), [&"wadm_status"]);
    assert_eq!(scenario.created()["wadm_status"], left["wadm_status"]);
    scenario.expect_events_flow("again");
}

#[test]
fn a_replacement_that_cannot_be_made_is_made_by_the_next_apply() {
    let mut scenario = Scenario::with_denied(&["$JS.API.STREAM.CREATE.wadm_events"]);
    scenario.step("");
    let before = scenario.created();

    scenario.log_in("limited");
    scenario.write("events = { storage = \"memory\" }");
    let failure = scenario.terraform.apply_error();

    assert_names(&failure, "wadm_events", "CREATE");
    assert_true_state(&scenario);
    assert!(scenario.state()["events"].is_null());

    scenario.log_in("admin");
    scenario.repair();
    for (stream, created) in scenario.created() {
        assert_eq!(
            before[stream] == created,
            stream != "wadm_events",
            "{stream}"
        );
    }
    scenario.expect_events_flow("again");
}

/// A stream that others read is made with a beginning of its own, which an update takes out again.
#[test]
fn a_beginning_that_could_not_be_taken_out_is_drift_and_taken_out_by_the_next_apply() {
    let mut scenario = Scenario::with_denied(&["$JS.API.STREAM.UPDATE.wadm_events"]);
    scenario.step("");
    scenario.admin.delete_stream("wadm_events");

    scenario.log_in("limited");
    let failure = scenario.terraform.apply_error();

    assert_names(&failure, "wadm_events", "UPDATE");
    assert_true_state(&scenario);
    scenario.log_in("admin");
    let plan = scenario.repair();
    assert_eq!(changed_assets(&plan), ["events"]);
    assert!(scenario.admin.config("wadm_events")["first_seq"].is_null());
}
