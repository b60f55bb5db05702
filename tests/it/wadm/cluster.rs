//! Three servers: replicas and placement change under a running wadm, and its events go on.
//!
//! What stalls the sourcing of `wadm_event_consumer` is more replicas beside a durable consumer, which wadm always has:
//! on 2.15.1 every time, on the others after three, one and three replicas (nats-server issue 8323).

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serde_json::json;

use crate::support::{Admin, Cluster, Diagnostic, wait_for};
use crate::wadm::scenario::{ASSETS, MAIN, Scenario, warning};

/// A cluster with several accounts, since an account has one installation: the tests share it.
fn shared() -> Arc<Cluster> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = shared
        .upgrade()
        .unwrap_or_else(|| Arc::new(Cluster::start_with("2.15.1", 3, &accounts())));
    *shared = Arc::downgrade(&cluster);
    cluster
}

/// Accounts `a` to `e`, each with the user of that name, and a user who may not ask for another leader.
fn accounts() -> String {
    let accounts = ["a", "b", "c", "d", "e"].map(|name| {
        format!(
            "{name} {{ jetstream: enabled, users: [
                {{ user: {name}, password: secret }}
                {{ user: {name}_limited, password: secret, permissions: {{ publish: {{ deny: [\"$JS.API.STREAM.LEADER.STEPDOWN.>\"] }} }} }}
            ] }}"
        )
    });
    format!(
        "accounts {{ SYS {{ users: [{{ user: sys, password: secret }}] }}\n{} }}\nsystem_account: SYS",
        accounts.join("\n")
    )
}

/// The provider logs in as `user`, into the account of that letter.
fn of_three(cluster: Arc<Cluster>, user: &str) -> Scenario<Arc<Cluster>> {
    let url = cluster.url();
    let admin = Admin::connect_as(&url, &user[..1], "secret");
    let environment = [
        ("NATS_URL", url.as_str()),
        ("NATS_USER", user),
        ("NATS_PASSWORD", "secret"),
    ];
    Scenario::of(cluster, admin, &environment)
}

/// As wadm makes it for a lattice.
fn consume(scenario: &Scenario<Arc<Cluster>>) {
    let consumer = json!({
        "stream_name": "wadm_event_consumer",
        "action": "create",
        "config": {
            "name": "wadm_event_consumer-default", "durable_name": "wadm_event_consumer-default",
            "deliver_policy": "all", "ack_policy": "explicit", "ack_wait": 2_000_000_000_u64, "max_deliver": 3,
            "filter_subject": "wadm_event_consumer.evt.default.>", "replay_policy": "instant",
            "max_ack_pending": 1000, "num_replicas": 0,
        },
    });
    let subject = "CONSUMER.CREATE.wadm_event_consumer.wadm_event_consumer-default.wadm_event_consumer.evt.default.>";
    // A busy cluster may leave a request without an answer; the same consumer may be created again.
    wait_for("the consumer", Duration::from_secs(120), || {
        let limit = Duration::from_secs(10);
        scenario
            .admin
            .try_api_within(limit, subject, &consumer)
            .ok()
    });
}

fn assert_current(scenario: &Scenario<Arc<Cluster>>, replicas: usize) {
    for (_, stream) in ASSETS {
        scenario.admin.expect_replicas(stream, replicas);
    }
}

/// Every source is heard about every second; one that stalled is never heard again.
fn expect_sourcing(scenario: &Scenario<Arc<Cluster>>) {
    wait_for("both sources", Duration::from_secs(20), || {
        let stream = scenario.admin.stream("wadm_event_consumer").unwrap();
        let sources = stream["sources"].as_array().unwrap();
        let heard = sources.iter().filter(|source| {
            let active = source["active"].as_i64();
            active.is_some_and(|active| (0..4_000_000_000).contains(&active))
        });
        (heard.count() == 2).then_some(())
    });
}

#[test]
fn replicas_go_up_down_and_up_under_a_running_wadm_and_events_go_on() {
    let scenario = of_three(shared(), "a");
    scenario.converge("");
    consume(&scenario);
    scenario.expect_events_flow("one");
    let created = scenario.created();

    for (round, replicas) in [3, 1, 3].into_iter().enumerate() {
        let said = scale(&scenario, replicas);

        assert!(said.is_empty(), "{replicas}: {said:#?}");
        assert_current(&scenario, replicas);
        expect_sourcing(&scenario);
        scenario.expect_events_flow(&format!("round{round}"));
        scenario.terraform.expect_empty();
        assert_eq!(scenario.created(), created);
    }
}

/// The server stalls nearly every time, not every time: it is asked until it does.
#[test]
fn a_stall_that_nobody_may_heal_is_told_with_the_command_and_again_on_refresh() {
    let scenario = of_three(shared(), "b_limited");
    scenario.converge("");
    consume(&scenario);
    scenario.expect_events_flow("one");

    let stalled = (0..4).find_map(|_| {
        let said = scale(&scenario, 3);
        if said.is_empty() {
            scenario.expect_events_flow("alive");
            scale(&scenario, 1);
        }
        (!said.is_empty()).then_some(said)
    });

    let said = stalled.expect("one stall in four rounds");
    let stall = warning(
        &said,
        "Stream wadm_event_consumer receives nothing from its sources",
    );
    for words in [
        "wadm then answers requests, but handles no event",
        "nats stream cluster step-down wadm_event_consumer",
        "$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer",
    ] {
        assert!(stall.says(words), "{words}: {stall}");
    }
    // The configuration is as planned: nothing to plan, but a warning.
    let silent = wait_for("a long silence", Duration::from_secs(180), || {
        let plan = scenario.terraform.plan();
        assert!(plan.is_empty());
        (!plan.diagnostics().is_empty()).then(|| plan.diagnostics().to_vec())
    });
    warning(&silent, "nats stream cluster step-down wadm_event_consumer");

    scenario
        .admin
        .api("STREAM.LEADER.STEPDOWN.wadm_event_consumer", &json!({}));
    scenario.expect_events_flow("healed");
    let plan = scenario.terraform.plan();
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
}

/// Applies another number of replicas. Gives the warnings.
fn scale(scenario: &Scenario<Arc<Cluster>>, replicas: usize) -> Vec<Diagnostic> {
    scenario.write(&format!("replicas = {replicas}"));
    let plan = scenario.terraform.plan();
    assert_eq!(plan.actions(MAIN), ["update"]);
    let mut said = scenario.terraform.apply_plan(&plan);
    // Going back to one is advised against, which is another matter.
    said.retain(|warning| warning.summary != "One replica in a cluster");
    said
}

#[test]
fn three_replicas_from_the_start_are_current_when_the_apply_ends_and_events_flow() {
    let scenario = of_three(shared(), "c");

    scenario.converge("replicas = 3\nevents = { replicas = 1 }");

    for (key, stream) in ASSETS {
        let replicas = if key == "events" { 1 } else { 3 };
        scenario.admin.expect_replicas(stream, replicas);
    }
    consume(&scenario);
    scenario.expect_events_flow("three");
}

#[test]
fn scale_and_placement_change_in_one_plan_though_the_server_takes_only_one_at_a_time() {
    let scenario = of_three(shared(), "d");
    scenario.converge("placement = { tags = [\"node:1\"] }");
    consume(&scenario);
    scenario.expect_events_flow("one");

    scenario.converge("replicas = 3\nplacement = { tags = [\"all\"] }");

    assert_current(&scenario, 3);
    assert_eq!(
        scenario.admin.config("wadm_commands")["placement"]["tags"],
        json!(["all"])
    );
    scenario.expect_events_flow("three");

    scenario.converge("replicas = 1\nplacement = { tags = [\"node:2\"] }");

    assert_current(&scenario, 1);
    for (_, stream) in ASSETS {
        let live = scenario.admin.expect_replicas(stream, 1);
        assert_eq!(live["cluster"]["leader"], "node2", "{stream}");
    }
    scenario.expect_events_flow("moved");
}

#[test]
fn a_placement_that_no_server_fits_is_one_error_and_everything_stays_where_it_is() {
    let scenario = of_three(shared(), "e");
    scenario.converge("");

    scenario.write("placement = { tags = [\"absent\"] }");
    let failure = scenario.terraform.apply_error();

    let error = failure.error();
    assert_eq!(error.summary, "7 buckets and streams could not be updated");
    for words in [
        "tags not matched",
        "Too few servers have the tags of `placement`",
        "bucket wadm_manifests",
        "stream wadm_notify",
    ] {
        assert!(error.says(words), "{words}: {error}");
    }
    assert!(scenario.state()["events"]["placement"].is_null());
    scenario.converge("");
}
