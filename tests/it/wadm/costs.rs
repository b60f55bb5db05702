//! What a change in place deletes is in the plan, as exactly as the server tells: how much, how much of it, and how to
//! keep it. What deletes nothing is not warned of.

use serde_json::json;

use crate::wadm::scenario::{Scenario, on_every_server, warning};

const MIB: usize = 1024 * 1024;

/// Events and notices pass after 70 seconds otherwise, which a busy machine needs for a few plans.
const LASTING: &str = "events = { max_age = \"1h\" }\nnotify = { max_age = \"1h\" }";

/// Twenty events of 100 KiB.
fn fill(scenario: &Scenario) {
    let payload = "x".repeat(100 * 1024);
    for event in 0..20 {
        let subject = format!("wadm.evt.default.{event}");
        scenario.admin.publish(&subject, &payload);
    }
}

#[test]
fn a_smaller_size_says_about_how_much_goes_and_what_is_small_enough_goes_without_a_word() {
    let scenario = Scenario::start();
    scenario.converge(LASTING);
    fill(&scenario);
    let stored = scenario.admin.stream("wadm_events").unwrap()["state"]["bytes"].clone();

    let limited =
        |size: usize| LASTING.replacen("\"1h\"", &format!("\"1h\", max_bytes = {size}"), 1);
    let plan = scenario.step(&limited(3 * MIB));
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    let plan = scenario.step(&limited(MIB));

    let said = warning(
        plan.diagnostics(),
        "Change of max_bytes deletes data of stream wadm_events",
    );
    let left = scenario.admin.messages("wadm_events");
    let gone = format!("about {} are deleted", 20 - left);
    assert!(
        said.says(&format!("Of 20 stored messages in {stored} bytes, {gone}")),
        "{left} left: {said}"
    );
    assert!(
        said.says("To keep them, set a limit of at least what is stored."),
        "{said}"
    );
}

#[test]
fn a_number_of_messages_that_somebody_allowed_is_taken_back_with_a_count() {
    let scenario = Scenario::start();
    scenario.converge(LASTING);
    fill(&scenario);
    scenario
        .admin
        .edit_stream("wadm_events", |config| config["max_msgs"] = json!(50));

    // Back to unlimited deletes nothing.
    let plan = scenario.repair();

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    assert_eq!(scenario.admin.messages("wadm_events"), 20);
}

#[test]
fn a_shorter_age_warns_only_when_a_message_is_older() {
    let scenario = Scenario::start();
    scenario.converge("events = { max_age = \"1h\" }");
    fill(&scenario);

    let plan = scenario.step("events = { max_age = \"5m\" }");
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());

    scenario
        .admin
        .publish("wadm.status.default.app", "deployed");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    scenario.write("status = { max_age = \"1s\" }");
    let plan = scenario.terraform.plan();
    let said = warning(
        plan.diagnostics(),
        "Change of max_age deletes data of stream wadm_status",
    );
    assert!(
        said.says("Of 1 stored messages")
            && said.says("up to 1 are deleted; the oldest was stored 20"),
        "{said}"
    );
}

#[test]
fn a_first_limit_of_statuses_deletes_at_once_or_later_as_the_server_does() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.converge("");
        scenario.admin.edit_stream("wadm_status", |config| {
            config["max_msgs_per_subject"] = json!(-1)
        });
        for _ in 0..12 {
            scenario
                .admin
                .publish("wadm.status.default.app", "deployed");
        }

        let plan = scenario.repair();

        let said = warning(plan.diagnostics(), "Change of max_msgs");
        assert!(
            said.says("Of 12 stored messages") && said.says("2 are deleted"),
            "{said}"
        );
        let left = scenario.admin.messages("wadm_status");
        let later = said.says("as soon as the subject gets its next message");
        assert_eq!(
            (later, left),
            if left == 12 { (true, 12) } else { (false, 10) },
            "{version}"
        );
    });
}

#[test]
fn a_retention_by_interest_deletes_what_nobody_waits_for_where_the_server_does_so() {
    on_every_server(|version| {
        let scenario = Scenario::on(version);
        scenario.converge(LASTING);
        scenario.admin.edit_stream("wadm_notify", |config| {
            config["retention"] = json!("limits")
        });
        for _ in 0..3 {
            scenario.admin.publish("wadm.notify.default", "changed");
        }

        let plan = scenario.repair();

        let left = scenario.admin.messages("wadm_notify");
        let said = plan
            .diagnostics()
            .iter()
            .find(|said| said.says("Change of retention deletes data of stream wadm_notify"));
        assert_eq!(
            said.is_some(),
            left == 0,
            "{version}: {left} left, {said:?}"
        );
        assert!(
            said.is_none_or(|said| said.says("Of 3 stored messages") && said.says("3 are deleted")),
            "{version}: {said:?}"
        );
    });
}

#[test]
fn manifests_that_the_plan_did_not_show_are_not_deleted_with_their_bucket() {
    let scenario = Scenario::start();
    let forced = "force_destroy = true";
    scenario.converge(forced);
    scenario.write(&format!(
        "{forced}\nmanifests = {{ storage = \"memory\" }}\nstate = {{ storage = \"memory\" }}"
    ));
    let plan = scenario.terraform.plan();
    for bucket in ["wadm_manifests", "wadm_state"] {
        scenario.admin.put(bucket, "late", "1");
    }

    let file = plan.file();
    let failure = scenario.terraform.try_apply(&[file.to_str().unwrap()]);

    // What wadm has observed comes back by itself, and is no reason.
    assert_eq!(
        failure.unwrap_err().error().summary,
        "Bucket wadm_manifests contains more than the plan showed"
    );
    assert_eq!(scenario.admin.messages("KV_wadm_manifests"), 1);
}

#[test]
fn compression_says_whether_it_ever_works() {
    let scenario = Scenario::start();
    scenario.converge("status = { storage = \"memory\" }");

    let plan = scenario.step("compression = \"s2\"\nstatus = { storage = \"memory\" }");

    let said = warning(
        plan.diagnostics(),
        "Change of compression of 7 buckets and streams has no effect yet",
    );
    assert!(
        said.says("only blocks that it writes after its next restart")
            && said.says("stream wadm_events contains 0 messages (0 bytes)"),
        "{said}"
    );
    let said = warning(
        plan.diagnostics(),
        "Change of compression of stream wadm_status has no effect",
    );
    assert!(said.says("never compressed"), "{said}");
}
