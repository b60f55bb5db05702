//! Where JetStream is: domains, prefixes, and what is not there.

use terraform_provider_wasmcloud::testing::jetstream::{ApiPrefix, Auth, Client, Options};

use crate::connections::failure::{fails, works};
use crate::jetstream::setup::{client, options, scope, with_origin};
use crate::support::{Leaf, NatsServer, account_without_jetstream};

fn app(url: &str, api_prefix: ApiPrefix) -> Options {
    user(url, "app", api_prefix)
}

fn user(url: &str, user: &str, api_prefix: ApiPrefix) -> Options {
    let (user, password) = (user.to_owned(), "secret".to_owned());
    Options {
        auth: with_origin(Auth::UserPassword { user, password }),
        api_prefix: with_origin(api_prefix),
        ..options(url)
    }
}

fn domain(name: &str) -> ApiPrefix {
    ApiPrefix::Domain(name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn hub_and_leaf_reach_each_other_s_jetstream() {
    let pair = Leaf::start();

    for (server, name) in [(&pair.hub, "leaf"), (&pair.leaf, "hub"), (&pair.hub, "hub")] {
        let client = works(app(&server.url(), domain(name))).await;
        let account = client.account(&scope()).await.unwrap();
        assert_eq!(account.domain.as_deref(), Some(name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_is_not_there_is_told_with_the_server_s_own() {
    let pair = Leaf::start();

    let told = fails(app(&pair.hub.url(), domain("moon"))).await;

    assert_eq!(told.summary, "JetStream domain moon is not reachable");
    told.says("\"moon\" does not exist or is offline")
        .says("the domain is set by the test")
        .says("the connected server is in the domain \"hub\"")
        .says(&pair.hub.url());
}

/// Account A has JetStream; account B imports its API under `fromA.API`. The user of B may receive below `_INBOX_tf`
/// only.
const IMPORT: &str = r#"accounts {
    SYS { users: [{ user: sys, password: secret }] }
    A { jetstream: enabled, users: [{ user: a, password: secret }]
        exports: [{ service: "$JS.API.>", response: stream }] }
    B { users: [{ user: b, password: secret, permissions: { subscribe: ["_INBOX_tf.>"] } }]
        imports: [{ service: { account: A, subject: "$JS.API.>" }, to: "fromA.API.>" }] }
}
system_account: SYS"#;

fn imported(url: &str, prefix: &str, inbox: Option<&str>) -> Options {
    Options {
        inbox_prefix: inbox.map(|inbox| with_origin(inbox.to_owned())),
        ..user(url, "b", ApiPrefix::Custom(prefix.to_owned()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_imports_the_api_uses_its_prefix_and_an_inbox_of_its_own() {
    let server = NatsServer::configured(IMPORT);

    works(imported(&server.url(), "fromA.API", Some("_INBOX_tf"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_is_denied_is_told_with_its_prefix() {
    let server = NatsServer::configured(IMPORT);

    let usual = fails(imported(&server.url(), "fromA.API", None)).await;
    let other = fails(imported(&server.url(), "fromA.API", Some("_mine.too"))).await;

    for (told, prefix) in [(usual, "_INBOX.>"), (other, "_mine.too.>")] {
        assert_eq!(
            told.summary,
            "Answers of the NATS server cannot be received"
        );
        told.says(&format!("permission to subscribe to {prefix}"))
            .says("`inbox_prefix`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_under_which_nobody_answers_is_told() {
    let server = NatsServer::configured(IMPORT);

    let told = fails(imported(&server.url(), "fromC.API", Some("_INBOX_tf"))).await;

    assert_eq!(told.summary, "The JetStream API prefix is not reachable");
    told.says("No JetStream answers to fromC.API.INFO")
        .says("comes from the test");
}

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_that_is_off_is_told_for_the_server_and_for_the_account() {
    let bare = NatsServer::without_jetstream();
    let accounts = NatsServer::configured(&account_without_jetstream());

    let server = fails(options(&bare.url())).await;
    let account = fails(user(&accounts.url(), "without", ApiPrefix::Default)).await;

    assert_eq!(server.summary, "JetStream does not answer");
    assert_eq!(account.summary, "JetStream is not enabled");
    account.says("JetStream 10039");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_look_costs_one_request_and_brings_the_account() {
    let server = NatsServer::start();
    let before = server.api_requests();
    let client = client(&server.url());

    for name in ["A", "B", "C"] {
        client.stream(name, &scope()).await.unwrap();
    }
    let account = client.account(&scope()).await.unwrap();

    assert_eq!(account.api_level, 5);
    // One look, and three streams.
    assert_eq!(server.api_requests(), before + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_only_read_streams_reads_them() {
    let server = NatsServer::configured(
        "authorization { users: [{ user: app, password: secret, permissions: {
            publish: [\"$JS.API.STREAM.INFO.*\"], subscribe: [\"_INBOX.>\"] } }] }",
    );
    let client = Client::new(app(&server.url(), ApiPrefix::Default));

    let answers = [
        client.stream("A", &scope()).await,
        client.stream("B", &scope()).await,
    ];

    assert!(answers.iter().all(|answer| matches!(answer, Ok(None))));
    assert_eq!(
        server.log().matches("Publish Violation").count(),
        1,
        "{}",
        server.log()
    );
}
