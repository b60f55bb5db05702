//! A JetStream on a single server that names a cluster, or whose server is not known: more replicas are refused while
//! planning, no advice suggests them, and what a server accepts nevertheless is taken back.

use serde_json::json;

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::buckets;
use crate::support::{
    Admin, Leaf, NatsServer, Terraform, nats_server_of_line, nats_server_versions,
};

const STREAM: &str = "KV_CONFIGDATA_default";
const NAMED: &str = "cluster { name: X }";

fn terraform(url: &str) -> Terraform {
    Terraform::with_binary(BINARY).env("NATS_URL", url)
}

/// With the login of a [`Leaf`]'s account.
fn as_app(server: &NatsServer) -> Terraform {
    terraform(&server.url())
        .env("NATS_USER", "app")
        .env("NATS_PASSWORD", "secret")
}

/// Three replicas of new and of existing buckets are refused, and one of each is made without a word.
fn has_one_replica(terraform: &Terraform, label: &str, arguments: &str) {
    let three = format!("{arguments}replicas = 3");
    terraform.write(&buckets(&three));
    let new = terraform.plan_error();
    terraform.write(&buckets(arguments));
    let said = terraform.apply();
    terraform.write(&buckets(&three));
    let existing = terraform.plan_error();

    let advice = said.iter().any(|said| said.says("replicas"));
    assert!(!advice, "{label}: {said:?}");
    for failure in [new, existing] {
        let error = failure.error();
        assert_eq!(error.summary, "Replicas need a cluster", "{label}");
        assert!(error.says("runs on a single server"), "{label}: {error}");
    }
}

#[test]
fn a_server_that_only_names_a_cluster() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, NAMED);

        has_one_replica(&terraform(&server.url()), version, "");
    }
}

#[test]
fn a_leaf_node_that_names_a_cluster() {
    // The oldest, the last that accepts replicas without a cluster, and the newest.
    for version in ["2.10", "2.12", "2.15"].map(nats_server_of_line) {
        let servers = Leaf::start_with(version, NAMED);

        has_one_replica(&as_app(&servers.leaf), version, "");
    }
}

#[test]
fn a_domain_of_a_leaf_node_through_the_hub() {
    let servers = Leaf::start();
    let arguments = "jetstream_domain = \"leaf\"\n";

    has_one_replica(&as_app(&servers.hub), "leaf", arguments);
}

#[test]
fn an_imported_api() {
    let server = NatsServer::configured(
        "accounts {
            SYS { users: [{ user: sys, password: secret }] }
            A { jetstream: enabled, exports: [{ service: \"$JS.API.>\", response: stream }] }
            B { users: [{ user: b, password: secret }],
                imports: [{ service: { account: A, subject: \"$JS.API.>\" }, to: \"fromA.API.>\" }] }
        }
        system_account: SYS",
    );
    let terraform = terraform(&server.url())
        .env("NATS_USER", "b")
        .env("NATS_PASSWORD", "secret");
    let provider = "provider \"wasmcloud\" {\n  jetstream_api_prefix = \"fromA.API\"\n}\n";
    terraform.write(&format!("{provider}{}", buckets("replicas = 3")));

    let error = terraform.plan_error();

    assert_eq!(error.error().summary, "Replicas need a cluster");
}

#[test]
fn replicas_that_a_single_server_accepts_are_taken_back() {
    let user = "authorization { users: [
        { user: admin, password: secret }
        { user: ci, password: secret, permissions: { publish: { deny: [\"$JS.API.STREAM.LEADER.STEPDOWN.>\"] } } }
    ] }";
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, &format!("{NAMED}\n{user}"));
        let admin = Admin::connect_as(&server.url(), "admin", "secret");
        let terraform = terraform(&server.url())
            .env("NATS_USER", "ci")
            .env("NATS_PASSWORD", "secret");
        terraform.write(&buckets(""));
        terraform.apply();
        admin.put("CONFIGDATA_default", "a", "1");

        // Who may not ask does not learn it from the plan.
        terraform.write(&buckets("replicas = 3"));
        let failure = terraform.apply_error();

        assert!(
            failure.says("cannot have more replicas") || failure.says("JetStream 10074"),
            "{version}: {failure}"
        );
        let errors = failure
            .diagnostics
            .iter()
            .filter(|said| said.severity == "error");
        assert!(errors.clone().count() > 0, "{version}: {failure}");
        for error in errors {
            assert_eq!(error.code, "replicas = 3", "{version}: {failure}");
        }
        assert_eq!(admin.config(STREAM)["num_replicas"], 1, "{version}");
        server.stop();
        server.restart();
        let admin = Admin::connect_as(&server.url(), "admin", "secret");
        assert_eq!(admin.messages(STREAM), 1, "{version}");
        terraform.write(&buckets(""));
        terraform.expect_empty();
        assert_eq!(
            terraform.state().values(crate::scenarios::scenario::MAIN)["replicas"],
            json!(1)
        );
    }
}
