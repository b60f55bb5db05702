//! One of the eight fails, in a create, an update, a re-creation and a delete: the state is what exists, the next apply
//! finishes, and nothing is done twice.

use serde_json::Value;

use crate::support::Failure;
use crate::wadm::scenario::{ASSETS, MAIN, Scenario, changed_assets, made_again, too_much};

/// The failure is of one asset, which the server has no room for.
fn assert_no_room(failure: &Failure, stream: &str, done: &str) {
    let error = failure.error();
    let name = stream.trim_start_matches("KV_");
    assert!(
        error
            .summary
            .ends_with(&format!("{name} could not be {done}")),
        "{error}"
    );
    assert!(
        error.says("JetStream 10047") || error.says("JetStream 10028"),
        "{error}"
    );
}

fn assert_names(failure: &Failure, stream: &str, verb: &str) {
    let error = failure.error();
    assert!(
        error.says(&format!("$JS.API.STREAM.{verb}.{stream}")),
        "{error}"
    );
}

/// The user who destroys what another has planned to destroy may not do all of it.
fn destroy_denied(scenario: &mut Scenario) -> Failure {
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    scenario.log_in("limited");
    scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err()
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
    for (key, stream) in ASSETS {
        let scenario = Scenario::cramped();
        scenario.write(&too_much(key, ""));

        let failure = scenario.terraform.apply_error();

        assert_no_room(&failure, stream, "created");
        assert_eq!(scenario.admin.stream_names(), [] as [&str; 0], "{stream}");
        assert!(!scenario.is_managed(), "{stream}");

        scenario.write("");
        scenario.admin.note();
        scenario.finish();
        let mut all = ASSETS.map(|(_, stream)| format!("CREATED {stream}"));
        all.sort();
        scenario.admin.expect_noted(&all);
    }
}

#[test]
fn an_update_that_fails_at_any_asset_keeps_what_was_achieved_and_the_next_apply_does_the_rest() {
    for (key, stream) in ASSETS {
        let scenario = Scenario::cramped();
        scenario.write("");
        scenario.terraform.apply();
        let created = scenario.created();

        let wanted = "max_bytes = 104857600";
        scenario.write(&format!("{wanted}\n{}", too_much(key, "")));
        let failure = scenario.terraform.apply_error();

        assert_no_room(&failure, stream, "updated");
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

        scenario.write(wanted);
        scenario.admin.note();
        scenario.finish();
        let mut rest: Vec<_> = left
            .iter()
            .map(|stream| format!("UPDATED {stream}"))
            .collect();
        rest.sort();
        scenario.admin.expect_noted(&rest);
        assert_eq!(scenario.created(), created);
    }
}

#[test]
fn an_asset_that_cannot_be_made_again_is_missing_in_the_state_and_made_by_the_next_apply_alone() {
    for (key, stream) in ASSETS {
        let scenario = Scenario::cramped();
        scenario.write("");
        scenario.terraform.apply();
        scenario.admin.delete_stream(stream);
        let others = scenario.created();

        scenario.write(&too_much(key, ""));
        let failure = scenario.terraform.apply_error();

        assert_no_room(&failure, stream, "created");
        assert!(scenario.state()[key].is_null());
        assert_true_state(&scenario);
        assert!(!scenario.terraform.state().is_tainted(MAIN));

        scenario.write("");
        scenario.admin.note();
        scenario.finish();
        scenario.admin.expect_noted(&made_again(stream));
        for (other, created) in others {
            assert_eq!(scenario.created()[other], created);
        }
    }
}

#[test]
fn a_destroy_that_fails_at_any_asset_keeps_it_in_the_state_and_the_next_one_finishes() {
    for (_, stream) in ASSETS {
        let denied = format!("$JS.API.STREAM.DELETE.{stream}");
        let mut scenario = Scenario::with_denied(&[&denied]);
        scenario.write("");
        scenario.terraform.apply();

        let failure = destroy_denied(&mut scenario);

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
        scenario.admin.note();
        scenario.terraform.destroy();
        let mut rest: Vec<_> = left
            .iter()
            .map(|stream| format!("DELETED {stream}"))
            .collect();
        rest.sort();
        scenario.admin.expect_noted(&rest);
    }
}

#[test]
fn an_apply_after_a_half_destroy_makes_what_is_missing_alone() {
    let mut scenario = Scenario::with_denied(&["$JS.API.STREAM.DELETE.wadm_status"]);
    scenario.converge("");
    destroy_denied(&mut scenario);
    let left = scenario.created();

    scenario.log_in("admin");
    scenario.repair();

    assert_eq!(left.keys().collect::<Vec<_>>(), [&"wadm_status"]);
    assert_eq!(scenario.created()["wadm_status"], left["wadm_status"]);
    scenario.expect_events_flow("again");
}

#[test]
fn a_replacement_that_cannot_be_made_is_made_by_the_next_apply() {
    let scenario = Scenario::cramped();
    scenario.converge("");
    let before = scenario.created();

    scenario.write(&too_much("events", "storage = \"memory\""));
    let failure = scenario.terraform.apply_error();

    assert_no_room(&failure, "wadm_events", "created");
    assert_true_state(&scenario);
    assert!(scenario.state()["events"].is_null());

    scenario.write("events = { storage = \"memory\" }");
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

/// A stream is made with a mark of its creator, and one that others read with a beginning of its own; an update takes both
/// out again.
#[test]
fn a_stream_is_not_made_again_without_the_permission_to_finish_it() {
    let mut scenario = Scenario::with_denied(&["$JS.API.STREAM.UPDATE.wadm_events"]);
    scenario.converge("");
    scenario.admin.delete_stream("wadm_events");

    scenario.log_in("limited");
    let failure = scenario.terraform.apply_error();

    assert_names(&failure, "wadm_events", "UPDATE");
    assert!(scenario.admin.stream("wadm_events").is_none());
    scenario.log_in("admin");
    let plan = scenario.repair();
    assert_eq!(changed_assets(&plan), ["events"]);
    assert!(scenario.admin.config("wadm_events")["first_seq"].is_null());
}
