//! What another client did and the server does not undo stays: told at every plan, never in the way of anything else.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};
use crate::support::{NatsServer, Plan, nats_server_versions, wait_for};

/// The warning of a plan that nothing follows from, and no other.
fn only_warning(plan: &Plan, summary: &str) -> String {
    assert!(plan.is_empty(), "{}", plan.text());
    assert_eq!(plan.diagnostics().len(), 1, "{:#?}", plan.diagnostics());
    warning(plan.diagnostics(), summary).detail.clone()
}

#[test]
fn a_sealed_bucket_is_one_warning_at_every_plan_that_begins_with_what_it_breaks() {
    for version in nats_server_versions() {
        let scenario = Scenario::with_server(NatsServer::start_with(version, ""));
        scenario.converge("");
        scenario
            .admin
            .edit_stream(CONFIG_STREAM, |config| config["sealed"] = json!(true));
        scenario.repair();

        for _ in 0..2 {
            let words = only_warning(
                &scenario.terraform.plan(),
                "Bucket CONFIGDATA_default has sealed = true, which cannot be changed back",
            );

            assert!(
                words.starts_with(
                    "Nothing can be written to it any more. Hosts cannot store or change configurations"
                ),
                "{version}: {words}"
            );
            assert!(words.contains("allow_rollup_hdrs"), "{words}");
            assert!(
                words.contains("nats stream rm KV_CONFIGDATA_default"),
                "{words}"
            );
        }
    }
}

#[test]
fn a_sealed_bucket_still_takes_what_the_server_changes() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    scenario.admin.put(CONFIG_DATA, "key", "1");
    scenario.admin.put(CONFIG_DATA, "key", "2");
    scenario
        .admin
        .edit_stream(CONFIG_STREAM, |config| config["sealed"] = json!(true));

    let plan = scenario.step("description = \"ours\"\nmax_bytes = 1048576");

    let said = warning(
        plan.diagnostics(),
        "Change of history deletes data of bucket CONFIGDATA_default",
    );
    assert!(said.says("1 is deleted"), "{said}");
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        [
            &config["description"],
            &config["max_bytes"],
            &config["max_msgs_per_subject"],
            &config["sealed"]
        ],
        [&json!("ours"), &json!(1_048_576), &json!(1), &json!(true)]
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn what_breaks_hosts_is_said_before_what_does_not() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["allow_msg_ttl"] = json!(true)
    });
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });
    scenario.repair();

    let plan = scenario.terraform.plan();

    let said: Vec<_> = plan
        .diagnostics()
        .iter()
        .map(|said| (said.summary.as_str(), said.detail.as_str()))
        .collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(
        said[0].0.contains("deny_purge") && said[0].1.starts_with("Deleting a key fails"),
        "{said:#?}"
    );
    assert!(
        said[1].0.contains("allow_msg_ttl") && said[1].1.starts_with("This breaks nothing"),
        "{said:#?}"
    );
}

/// Made again by hand with what no update can change.
fn made_anew(scenario: &Scenario, stream: &str, edit: impl FnOnce(&mut Value)) {
    let mut config = scenario.admin.config(stream);
    scenario.admin.delete_stream(stream);
    edit(&mut config);
    config["metadata"] = json!({});
    scenario.admin.create_stream(&config);
}

#[test]
fn a_bucket_that_was_made_anew_with_what_no_update_changes_stays_so() {
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 4] = [
        ("allow_msg_counter", |config| {
            config["allow_msg_counter"] = json!(true);
            config["discard"] = json!("old");
        }),
        ("persist_mode", |config| {
            config["persist_mode"] = json!("async")
        }),
        ("allow_msg_schedules", |config| {
            config["allow_msg_schedules"] = json!(true);
            config["discard"] = json!("old");
        }),
        ("retention", |config| {
            config["retention"] = json!("workqueue")
        }),
    ];
    for (key, edit) in edits {
        let scenario = Scenario::start();
        scenario.converge("");
        made_anew(&scenario, LATTICE_STREAM, edit);

        let plan = scenario.repair();

        let summary = format!("Bucket LATTICEDATA_default has {key} =");
        warning(plan.diagnostics(), &summary);
        only_warning(&scenario.terraform.plan(), &summary);
        let plan = scenario.step("max_bytes = 1048576");
        warning(plan.diagnostics(), &summary);
    }
}

#[test]
fn a_mirror_in_place_of_a_bucket_is_promoted_where_the_server_can_and_else_stays() {
    for version in ["2.15.1", "2.12.8", "2.11.11"] {
        let scenario = Scenario::with_server(NatsServer::start_with(version, ""));
        scenario.converge("");
        scenario
            .admin
            .create_stream(&json!({ "name": "ORIGIN", "subjects": ["origin.>"] }));
        scenario.admin.delete_stream(LATTICE_STREAM);
        scenario.admin.create_stream(&json!({
            "name": LATTICE_STREAM, "mirror": { "name": "ORIGIN" }, "storage": "file", "num_replicas": 1,
        }));
        scenario.admin.publish("origin.1", "x");
        wait_for("the copy", Duration::from_secs(90), || {
            (scenario.admin.messages(LATTICE_STREAM) == 1).then_some(())
        });

        let plan = scenario.repair();

        if version == "2.11.11" {
            let said = warning(
                plan.diagnostics(),
                "Bucket LATTICEDATA_default has mirror =",
            );
            assert!(
                said.says("accepts no messages itself. Hosts cannot store components"),
                "{said}"
            );
            only_warning(
                &scenario.terraform.plan(),
                "Bucket LATTICEDATA_default has mirror =",
            );
        } else {
            let said = warning(
                plan.diagnostics(),
                "Change of mirror of bucket LATTICEDATA_default cannot be undone",
            );
            assert!(said.says("It contains 1 key"), "{said}");
            scenario.admin.put(LATTICE_DATA, "key", "value");
            assert!(scenario.terraform.plan().diagnostics().is_empty());
        }
        assert_eq!(plan.actions(MAIN), ["update"]);
    }
}

#[test]
fn limits_of_consumers_are_taken_back_by_older_servers_where_there_is_no_consumer() {
    let scenario = Scenario::with_server(NatsServer::start_with("2.12.8", ""));
    scenario.converge("");
    let limit = || {
        scenario.admin.edit_stream(LATTICE_STREAM, |config| {
            config["consumer_limits"] = json!({ "max_ack_pending": 10 });
        })
    };
    limit();

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["update"]);
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    assert_eq!(
        scenario.admin.config(LATTICE_STREAM)["consumer_limits"],
        json!({})
    );

    limit();
    scenario.admin.api(
        &format!("CONSUMER.DURABLE.CREATE.{LATTICE_STREAM}.watcher"),
        &json!({ "stream_name": LATTICE_STREAM, "config": { "durable_name": "watcher", "ack_policy": "explicit" } }),
    );
    scenario.repair();
    let words = only_warning(
        &scenario.terraform.plan(),
        "Bucket LATTICEDATA_default has consumer_limits =",
    );
    assert!(words.contains("When it has no consumer"), "{words}");
}
