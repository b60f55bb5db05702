//! A server without JetStream, an account without it, a domain that is not there.

use std::time::Duration;

use crate::bad_input::setup::{STREAMS, Setup};
use crate::support::{Admin, Leaf, NatsServer, account_without_jetstream, wait_for};

#[test]
fn a_server_without_jetstream_is_told_apart_from_an_account_without_it() {
    let bare = NatsServer::without_jetstream();
    let setup = Setup::server(&bare.url());
    setup.write("", "");
    let server = setup.refused();

    let accounts = NatsServer::configured(&account_without_jetstream());
    let setup = Setup::environment(&[
        ("NATS_URL", &accounts.url()),
        ("NATS_USER", "without"),
        ("NATS_PASSWORD", "secret"),
    ]);
    setup.write("", "");
    let account = setup.refused();

    let error = server.error();
    assert_eq!(error.summary, "JetStream does not answer");
    assert!(
        error.says(&bare.url()) && error.says("JetStream is not enabled on this server"),
        "{error}"
    );
    assert!(error.says("set `jetstream_domain`"), "{error}");
    let error = account.error();
    assert_eq!(error.summary, "JetStream is not enabled");
    assert!(
        error.says("JetStream 10039") && error.says("an account that has JetStream"),
        "{error}"
    );
}

#[test]
fn a_wrong_domain_names_the_argument_and_the_server_s_own_domain() {
    let server = NatsServer::launch("2.15.1", &crate::support::domain("hub"), "");
    let setup = Setup::server(&server.url());

    setup.write("jetstream_domain = \"moon\"", "");
    let failure = setup.refused();

    let error = failure.error();
    assert_eq!(error.summary, "JetStream domain moon is not reachable");
    assert!(
        error.says("$JS.moon.API.>") && error.says("the connected server is in the domain \"hub\""),
        "{error}"
    );
    assert!(error.says("Correct `jetstream_domain`"), "{error}");
    setup.applied("jetstream_domain = \"hub\"", "");
    setup.terraform.expect_empty();
}

#[test]
fn buckets_of_a_domain_are_made_through_the_hub() {
    let leaf = Leaf::start();
    let setup = Setup::environment(&[
        ("NATS_URL", &leaf.hub.url()),
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", "secret"),
    ]);

    setup.applied("jetstream_domain = \"leaf\"", "");

    let hub = Admin::connect_as(&leaf.hub.url(), "app", "secret");
    assert_eq!(hub.stream_names(), Vec::<String>::new());
    assert_eq!(hub.in_domain("leaf").stream_names(), STREAMS);
    setup.terraform.expect_empty();
}

#[test]
fn a_domain_whose_leaf_node_is_away_loses_nothing() {
    let leaf = Leaf::start();
    let setup = Setup::environment(&[
        ("NATS_URL", &leaf.hub.url()),
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", "secret"),
    ]);
    setup.applied("jetstream_domain = \"leaf\"", "");
    leaf.leaf.stop();
    wait_for("the end of the link", Duration::from_secs(60), || {
        (leaf.hub.varz()["leafnodes"] == 0).then_some(())
    });

    let failure = setup.refused();

    let error = failure.error();
    assert!(
        error.says("the JetStream domain \"leaf\" does not exist or is offline"),
        "{error}"
    );
    assert!(error.says("connect their leaf node"), "{error}");
}
