//! A JetStream that does not stop: lists without an end, and answers of megabytes.
//!
//! A server without JetStream lets any client answer to the subjects of its API, as an account from which the API is
//! imported does.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::{Map, Value, json};
use terraform_provider_wasmcloud::testing::jetstream::{Client, Error, Options};

use crate::jetstream::setup::{options, scope, within};
use crate::support::NatsServer;

/// Answers each request to JetStream with what it makes of the subject and the body.
async fn answering(server: &NatsServer, answer: impl Fn(&str, &Value) -> Value + Send + 'static) {
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut requests = client.subscribe("$JS.API.>").await.unwrap();
    client.flush().await.unwrap();
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            let body = serde_json::from_slice(&request.payload).unwrap_or_default();
            let answer = answer(&request.subject, &body).to_string();
            let reply = request.reply.expect("a request");
            let _ = client.publish(reply, answer.into()).await;
        }
    });
}

fn ended(error: &Error, said: &str, server: &NatsServer) {
    let text = error.to_string();
    let address = format!("127.0.0.1:{}", server.port());
    assert!(text.contains(said) && text.contains(&address), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_an_end_are_given_up() {
    let server = NatsServer::without_jetstream();
    answering(&server, |subject, body| {
        let offset = body["offset"].as_u64().unwrap_or_default();
        if subject.ends_with("NAMES") {
            // Many short names that say nothing, or few long ones.
            let names: Vec<_> = match body["subject"].as_str() {
                Some(_) => vec!["n".repeat(400_000)],
                None => (0..4).map(|index| (offset + index).to_string()).collect(),
            };
            return json!({ "total": u64::MAX, "offset": offset, "limit": 1024, "streams": names });
        }
        let count = |index: u64| (format!("{}", offset + index), u64::MAX.into());
        let subjects: Map<String, Value> = (0..4).map(count).collect();
        json!({ "config": {}, "total": u64::MAX, "state": { "subjects": subjects } })
    })
    .await;
    let client = Client::new(options(&server.url()));

    let names = client.stream_names(None, &scope()).await.unwrap_err();
    let long = client.stream_names(Some("a"), &scope()).await.unwrap_err();
    let subjects = client.subject_counts("A", &scope()).await.unwrap_err();

    ended(&names, "does not end (4000 names so far)", &server);
    ended(&long, "does not end (42 names so far)", &server);
    ended(&subjects, "does not end (4000 subjects so far)", &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_comes_slowly_is_given_up_when_the_time_of_the_operation_is_over() {
    let server = NatsServer::without_jetstream();
    answering(&server, |_, body| {
        std::thread::sleep(Duration::from_millis(200));
        let names = [body["offset"].to_string()];
        json!({ "total": 1_000_000, "offset": body["offset"], "limit": 1, "streams": names })
    })
    .await;
    let client = Client::new(options(&server.url()));
    let started = Instant::now();

    // No request takes as long as the timeout of one.
    let error = client
        .stream_names(None, &within(Duration::from_secs(3)))
        .await
        .unwrap_err();

    assert!(error.is_timeout(), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_megabytes_is_no_configuration() {
    let server = NatsServer::with_file("max_payload: 67108864");
    answering(
        &server,
        |_, _| json!({ "config": { "name": "A", "description": "x".repeat(40 << 20) } }),
    )
    .await;
    // What is tested is not how fast so much is sent.
    let patient = Options {
        timeout: Duration::from_secs(60),
        ..options(&server.url())
    };
    let client = Client::new(patient);

    let error = client.stream("A", &within(Duration::from_secs(60))).await;

    ended(&error.unwrap_err(), "a message of 4194", &server);
}
