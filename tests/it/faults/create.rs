//! Creates whose outcome is not known, that cannot be changed back, and that others do at the same time.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::{CONFIG_STREAM, LATTICE_STREAM, MAIN, buckets};
use crate::support::{
    Admin, CREATES, Gate, NatsServer, Side, Terraform, nats_server_versions, wait_for,
};
use crate::wadm::scenario::{ASSETS, MAIN as WADM};

/// Nobody answers long: the create gives up soon.
const SHORT: &str = "timeouts = { create = \"8s\", read = \"60s\" }";

fn terraform(url: &str) -> Terraform {
    let mut terraform = Terraform::with_binary(BINARY).env("NATS_URL", url);
    terraform.set_env("NATS_TIMEOUT", "2s");
    terraform
}

fn wadm(arguments: &str) -> String {
    format!("resource \"wadm_jetstream\" \"main\" {{\n  provider = wasmcloud\n{arguments}\n}}\n")
}

/// Stops the create of the stream that comes last.
fn before_the_last(server: &NatsServer) -> Gate {
    let last = "\"name\":\"wadm_event_consumer\"";
    Gate::before(server.port(), Side::Requests, last)
}

fn untaint(terraform: &Terraform, address: &str) {
    assert!(terraform.state().is_tainted(address));
    terraform.run(&["untaint", address]).unwrap();
}

#[test]
fn a_create_that_cannot_be_taken_back_keeps_what_was_made_and_what_is_not_known() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let gate = before_the_last(&server);
    let mut terraform = terraform(&gate.url());
    terraform.write(&wadm(SHORT));

    // The last of the streams is never made, and nothing can be asked any more.
    let failure = terraform.apply_error();

    assert!(
        failure.says("Stream wadm_event_consumer could not be created"),
        "{failure}"
    );
    assert!(
        failure.says("7 buckets and streams were not deleted after the failed create"),
        "{failure}"
    );
    let state = terraform.state();
    let object = state.values(WADM);
    for (key, stream) in ASSETS {
        assert_eq!(object[key]["stream"], stream, "{failure}");
        let confirmed = admin.stream(stream).map(|info| info["created"].clone());
        assert_eq!(object[key]["created"], confirmed.unwrap_or(Value::Null));
        if key != "event_consumer" {
            assert!(object[key]["created"].is_string(), "{key}: {object}");
            assert!(failure.says(stream.trim_start_matches("KV_")), "{failure}");
        }
    }
    assert!(admin.stream("wadm_event_consumer").is_none());

    // What the diagnostic says can be done, also when somebody uses what was made.
    admin.put("wadm_manifests", "default-app", "{}");
    terraform.set_env("NATS_URL", &server.url());
    untaint(&terraform, WADM);
    let plan = terraform.plan();
    assert_eq!(plan.actions(WADM), ["update"]);
    terraform.apply_plan(&plan);
    terraform.expect_empty();
    assert_eq!(admin.messages("KV_wadm_manifests"), 1);
}

#[test]
fn a_create_whose_answer_never_came_is_in_the_state_and_found_by_the_next_plan() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let gate = Gate::before(server.port(), Side::Answers, CREATES);
    let mut terraform = terraform(&gate.url());
    terraform.write(&buckets(SHORT));

    let failure = terraform.apply_error();

    assert!(
        failure.says("may have done it, or may do it later"),
        "{failure}"
    );
    let state = terraform.state();
    assert_eq!(state.values(MAIN)["lattice_data"]["stream"], LATTICE_STREAM);
    assert!(admin.stream(LATTICE_STREAM).is_some());
    terraform.set_env("NATS_URL", &server.url());
    untaint(&terraform, MAIN);
    terraform.apply();
    terraform.expect_empty();
    assert_eq!(admin.stream_names(), [CONFIG_STREAM, LATTICE_STREAM]);
    let metadata = &admin.config(CONFIG_STREAM)["metadata"];
    assert!(!metadata.to_string().contains("creator"), "{metadata}");
}

#[test]
fn a_create_that_a_paused_server_does_later_is_found_or_made_again() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let gate = Gate::before(server.port(), Side::Requests, CREATES);
    let mut applied = terraform(&gate.url());
    applied.write(&buckets(SHORT));
    let running = applied.start(&["apply", "-input=false", "-no-color", "-auto-approve"]);
    gate.wait_until_reached(1);
    server.pause();
    gate.open();
    let failure = running.wait().unwrap_err();
    server.resume();

    assert!(failure.says("could not be created"), "{failure}");
    wait_for("the late stream", Duration::from_secs(60), || {
        admin.stream(LATTICE_STREAM)
    });
    applied.set_env("NATS_URL", &server.url());
    untaint(&applied, MAIN);
    applied.apply();
    applied.expect_empty();
    assert_eq!(admin.stream_names(), [CONFIG_STREAM, LATTICE_STREAM]);
}

#[test]
fn what_a_host_writes_during_a_create_is_no_error() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let gate = before_the_last(&server);
    let mut terraform = terraform(&gate.url());
    terraform.write(&wadm(""));

    let running = terraform.start(&["apply", "-input=false", "-no-color", "-auto-approve"]);
    gate.wait_until_reached(1);
    admin.put("wadm_state", "lattice-default", "{}");
    admin.put("wadm_manifests", "default-app", "{}");
    admin.publish("wadm.evt.default.started", "{}");
    gate.open();
    running.wait().unwrap();

    assert!(!terraform.state().is_tainted(WADM));
    terraform.set_env("NATS_URL", &server.url());
    terraform.expect_empty();
    assert_eq!(admin.messages("KV_wadm_manifests"), 1);
}

#[test]
fn of_two_terraforms_that_create_the_same_at_once_one_succeeds_and_the_other_is_told() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        let admin = Admin::connect(&server.url());
        let gates = [(); 2].map(|()| Gate::before(server.port(), Side::Requests, CREATES));
        let both = gates.each_ref().map(|gate| {
            let mut terraform = terraform(&gate.url());
            terraform.set_env("NATS_TIMEOUT", "60s");
            terraform.write(&buckets(""));
            terraform
        });

        let results = thread::scope(|scope| {
            let running = both
                .each_ref()
                .map(|terraform| scope.spawn(|| terraform.try_apply(&[])));
            // Both have seen that there is nothing, and want to create.
            for gate in &gates {
                gate.wait_until_reached(1);
            }
            for gate in &gates {
                gate.open();
            }
            running.map(|running| running.join().unwrap())
        });

        let failures: Vec<_> = results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .collect();
        assert_eq!(failures.len(), 1, "{version}");
        assert!(
            failures[0].says("already exists"),
            "{version}: {}",
            failures[0]
        );
        assert_eq!(admin.stream_names(), [CONFIG_STREAM, LATTICE_STREAM]);
        for (terraform, result) in both.iter().zip(&results) {
            match result {
                Ok(_) => terraform.expect_empty(),
                Err(_) => assert!(
                    !terraform.folder().join("terraform.tfstate").exists()
                        || terraform.state().addresses().is_empty()
                ),
            }
        }
        for stream in [CONFIG_STREAM, LATTICE_STREAM] {
            let metadata = &admin.config(stream)["metadata"];
            assert!(!metadata.to_string().contains("creator"), "{metadata}");
        }
    }
}
