//! Denied subjects, which NATS reports beside the request.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use terraform_provider_wasmcloud::jetstream::{Client, Options, Space};

use crate::given::{client_as, config, given, options, scope};
use crate::support::{NatsServer, denied_publish};

/// Far below the timeout of a request.
const AT_ONCE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_create_fails_at_once_and_names_the_subject() {
    let server = NatsServer::configured(&denied_publish(&["$JS.API.STREAM.CREATE.>"]));
    let client = client_as(&server.url(), "limited", "secret");

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
    let client = client_as(&server.url(), "limited", "secret");

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
    assert!(started.elapsed() < AT_ONCE * 2, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_in_a_domain_is_matched() {
    let denied = denied_publish(&["$JS.API.STREAM.INFO.>", "$JS.hub.API.STREAM.INFO.>"]);
    let server = NatsServer::launch("2.15.1", &crate::support::domain("hub"), &denied);
    let limited = client_as(&server.url(), "limited", "secret");
    let auth = terraform_provider_wasmcloud::jetstream::Auth::UserPassword {
        user: "limited".into(),
        password: "secret".into(),
    };
    let in_domain = Client::new(Options {
        auth: given(auth),
        space: given(Space::Domain("hub".into())),
        ..options(&server.url())
    });

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
    let client = client_as(&server.url(), "deaf", "secret");

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
