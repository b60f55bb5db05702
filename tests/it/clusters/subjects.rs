//! Subjects and replicas that change at once: nats-server 2.10 and 2.11 lose the subscriptions if one update has both.

use std::time::Duration;

use serde_json::json;

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::{CONFIG_DATA, CONFIG_STREAM, buckets};
use crate::support::{Admin, Cluster, Diagnostic, Terraform, nats_server_of_line, wait_for};
use crate::wadm::scenario::wadm;

/// Makes one of the buckets receive something else, on one server.
fn spoil(admin: &Admin, subject: &str) {
    admin.edit_stream(CONFIG_STREAM, |config| {
        config["subjects"] = json!([subject]);
        config["num_replicas"] = json!(1);
    });
}

#[test]
fn a_stream_whose_subjects_and_replicas_change_together_receives() {
    for version in ["2.10", "2.11"].map(nats_server_of_line) {
        let cluster = Cluster::start_with(version, 3, "");
        let admin = Admin::connect(&cluster.url());
        let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &cluster.url());
        admin.create_bucket(CONFIG_DATA);
        spoil(&admin, "first.elsewhere");
        let config = |adopted: &str, multitenant: bool, replicas: u8| {
            let all = format!("replicas = {replicas}");
            let streams = format!("{all}\nmultitenant = {multitenant}");
            buckets(&format!("{all}\n{adopted}")) + &wadm(&streams)
        };

        // Adopted.
        terraform.write(&config("adopt_existing = true", false, 3));
        terraform.apply();
        admin.put(CONFIG_DATA, "adopted", "1");
        // In the other mode, which changes subjects, and with other replicas.
        terraform.write(&config("", true, 2));
        terraform.apply();
        wait_for("an event", Duration::from_secs(20), || {
            admin.send("account.wasmbus.evt.default.started", "{}");
            (admin.messages("wasmbus_events") > 0).then_some(())
        });
        // Repaired.
        spoil(&admin, "second.elsewhere");
        terraform.write(&config("", true, 3));
        terraform.apply();
        admin.put(CONFIG_DATA, "repaired", "1");

        terraform.expect_empty();
    }
}

#[test]
fn a_stream_that_receives_nothing_after_a_change_gets_another_leader() {
    let cluster = Cluster::start_with(nats_server_of_line("2.11"), 3, "");
    let admin = Admin::connect(&cluster.url());
    let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &cluster.url());
    terraform.write(&buckets("replicas = 1"));
    terraform.apply();
    spoil(&admin, "third.elsewhere");
    admin.edit_stream(CONFIG_STREAM, |config| {
        config["subjects"] = json!([format!("$KV.{CONFIG_DATA}.>")]);
        config["num_replicas"] = json!(3);
    });
    wait_for("three replicas", Duration::from_secs(60), || {
        let live = admin.stream(CONFIG_STREAM)?;
        let followers = live["cluster"]["replicas"].as_array()?.clone();
        let current = followers.iter().all(|replica| replica["current"] == true);
        (followers.len() == 2 && current).then_some(())
    });
    let lost = admin.try_publish(&format!("$KV.{CONFIG_DATA}.key"), "1");
    assert!(lost.is_err_and(|why| why.starts_with("no responders")));

    terraform.write(&buckets("replicas = 2"));
    let said = terraform.apply();

    let deaf = |said: &Diagnostic| said.says("no responders");
    assert!(!said.iter().any(deaf), "{said:?}");
    let stored = admin.try_publish(&format!("$KV.{CONFIG_DATA}.key"), "1");
    assert_eq!(stored, Ok(()));
}
