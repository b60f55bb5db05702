//! Denied subjects, which NATS reports beside the request.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may fail anywhere, and says so"
)]

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{ApiPrefix, Client, OperationKind, Options};

use crate::jetstream::setup::{
    AT_ONCE, client_as, config, options, options_as, patient, scope, with_origin,
};
use crate::support::{Admin, Cluster, NatsServer, denied_publish, nats_server_versions};

/// What a server's log would name if it said something of the questions. The other warnings and errors are those of a busy
/// machine, of routes and of elections.
const OF_THE_QUESTIONS: [&str; 4] = ["$JS.API", "JetStream API", "NEITHER", "Violation"];

/// The first thing to know of a question that looks like a deed. Each server's log tells too: it gets no line.
#[tokio::test(flavor = "multi_thread")]
async fn asking_whether_one_may_does_nothing_on_every_version() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        does_nothing(&server.url(), 1, &[&server]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_whether_one_may_does_nothing_in_a_cluster() {
    for version in [nats_server_versions()[0], nats_server_versions()[4]] {
        let cluster = Cluster::start_with(version, 3, "");
        let servers: Vec<_> = cluster.servers().iter().collect();
        does_nothing(&cluster.url(), 3, &servers).await;
    }
}

async fn does_nothing(url: &str, replicas: u64, servers: &[&NatsServer]) {
    let client = Client::new(Options {
        timeout: Duration::from_secs(20),
        ..options(url)
    });
    let admin = Admin::connect(url);
    let there = json!({ "name": "THERE", "num_replicas": replicas, "max_msgs": 7 });
    client.create(&config(there), &scope()).await.unwrap();
    admin.publish("THERE", "a message");
    let before = admin.stream("THERE").unwrap();
    let logs = || servers.iter().map(|server| server.log());
    let logged: Vec<_> = logs().collect();

    for deed in [
        OperationKind::Create,
        OperationKind::Update,
        OperationKind::Delete,
    ] {
        for stream in ["THERE", "NEITHER"] {
            let allowed = client.check_permission(deed, stream, &scope()).await;
            assert!(allowed.is_ok(), "{deed:?} {stream}: {allowed:?}");
        }
    }

    let after = admin.stream("THERE").unwrap();
    for part in ["config", "created", "state"] {
        assert_eq!(before[part], after[part]);
    }
    assert_eq!(admin.stream_names(), ["THERE"]);
    for (before, after) in logged.iter().zip(logs()) {
        let new = after.strip_prefix(before.as_str()).expect("a longer log");
        let told = new.lines().find(|line| {
            (line.contains("[WRN]") || line.contains("[ERR]"))
                && OF_THE_QUESTIONS.iter().any(|words| line.contains(words))
        });
        assert_eq!(told, None, "{new}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_may_not_is_told_for_each_deed() {
    let verbs = [
        (OperationKind::Create, "CREATE"),
        (OperationKind::Update, "UPDATE"),
        (OperationKind::Delete, "DELETE"),
    ];
    for (denied, verb) in verbs {
        let subject = format!("$JS.API.STREAM.{verb}.A");
        let server = NatsServer::configured(&denied_publish(&[&subject]));
        let client = client_as(&server.url(), "limited", "secret");

        for (deed, _) in verbs {
            let asked = client.check_permission(deed, "A", &scope()).await;
            let told = asked
                .as_ref()
                .err()
                .and_then(|error| error.denied_subject());
            assert_eq!(told, (deed == denied).then_some(&*subject), "{asked:?}");
        }
        assert!(client.check_permission(denied, "B", &scope()).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_create_fails_at_once_and_names_the_subject() {
    let server = NatsServer::configured(&denied_publish(&["$JS.API.STREAM.CREATE.>"]));
    let client = Client::new(patient(options_as(&server.url(), "limited", "secret")));

    let started = Instant::now();
    let error = client
        .create(&config(json!({ "name": "A" })), &scope())
        .await
        .unwrap_err();

    assert_eq!(error.denied_subject(), Some("$JS.API.STREAM.CREATE.A"));
    assert!(
        error
            .to_string()
            .contains("publish to $JS.API.STREAM.CREATE.A"),
        "{error}"
    );
    assert!(!error.is_unknown_outcome(), "{error}");
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_ends_its_own_request_and_no_other() {
    let server = NatsServer::configured(&denied_publish(&["$JS.API.STREAM.INFO.DENIED"]));
    let client = Client::new(patient(options_as(&server.url(), "limited", "secret")));

    let questions = (0..300).map(|number| {
        let client = client.clone();
        async move {
            let name = if number % 2 == 0 { "DENIED" } else { "OTHER" };
            (name, client.stream(name, &scope()).await)
        }
    });
    let started = Instant::now();
    let answers = join_all(questions).await;

    for (name, answer) in answers {
        match name {
            "OTHER" => assert!(matches!(answer, Ok(None)), "{answer:?}"),
            _ => assert_eq!(
                answer.unwrap_err().denied_subject(),
                Some("$JS.API.STREAM.INFO.DENIED")
            ),
        }
    }
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_in_a_domain_is_matched() {
    let denied = denied_publish(&["$JS.API.STREAM.INFO.>", "$JS.hub.API.STREAM.INFO.>"]);
    let server = NatsServer::launch("2.15.1", &crate::support::domain("hub"), &denied);
    let limited = patient(options_as(&server.url(), "limited", "secret"));
    let in_domain = Client::new(Options {
        api_prefix: with_origin(ApiPrefix::Domain("hub".into())),
        ..limited.clone()
    });
    let limited = Client::new(limited);

    let started = Instant::now();
    let errors = [
        limited.stream("A", &scope()).await.unwrap_err(),
        in_domain.stream("A", &scope()).await.unwrap_err(),
    ];

    assert!(
        errors.iter().all(|error| error.denied_subject().is_some()),
        "{errors:?}"
    );
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_inbox_fails_every_request_at_once() {
    let server = NatsServer::configured(
        "authorization { users: [{ user: deaf, password: secret, permissions: { subscribe: { deny: \"_INBOX.>\" } } }] }",
    );
    let client = Client::new(patient(options_as(&server.url(), "deaf", "secret")));

    for _ in 0..3 {
        let started = Instant::now();
        let error = client.stream("A", &scope()).await.unwrap_err();

        assert!(
            error
                .denied_subject()
                .is_some_and(|subject| subject.starts_with("_INBOX.")),
            "{error}"
        );
        assert!(
            error.to_string().contains("subscribe to _INBOX."),
            "{error}"
        );
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    }
}
