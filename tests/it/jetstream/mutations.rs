//! Mutations whose answer is lost: what is there decides what is said.

use std::time::Duration;

use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Client, Options};

use crate::jetstream::setup::{Relay, client, config, options, patient, scope, within};
use crate::support::{Admin, Gate, NatsServer, Side};

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_answer_is_lost_is_found_and_is_ours() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), "STREAM.CREATE.A");
    let client = client(&relay.url());

    relay.lose(1);
    let created = client
        .create(&config(json!({ "name": "A", "subjects": ["a"] })), &scope())
        .await
        .unwrap();

    assert!(relay.has_lost() && created.ours);
    assert_eq!(created.info.config.name(), "A");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_whose_answer_is_lost_is_found_done() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), "STREAM.UPDATE.A");
    let client = client(&relay.url());
    let live = client
        .create(&config(json!({ "name": "A" })), &scope())
        .await
        .unwrap()
        .info
        .config;

    relay.lose(1);
    let updated = client
        .update(&live.overlaid(&[("max_msgs", json!(9))]), &scope())
        .await
        .unwrap();

    assert!(relay.has_lost());
    assert_eq!(updated.config.get("max_msgs"), Some(&json!(9)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_whose_answer_is_lost_is_found_done() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), "STREAM.DELETE.A");
    let client = client(&relay.url());
    client
        .create(&config(json!({ "name": "A" })), &scope())
        .await
        .unwrap();

    relay.lose(1);
    let deleted = client.delete("A", &scope()).await.unwrap();

    assert!(relay.has_lost() && deleted);
    assert_eq!(client.stream("A", &scope()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_made_by_another_while_our_answer_was_lost_is_not_ours() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), "STREAM.CREATE.A");
    // The other has this long to make its own, before ours is read.
    let client = Client::new(Options {
        timeout: Duration::from_secs(10),
        ..options(&relay.url())
    });
    let admin = Admin::connect(&server.url());

    relay.lose(1);
    let creating = tokio::spawn(async move {
        client
            .create(&config(json!({ "name": "A", "max_msgs": 5 })), &scope())
            .await
    });
    crate::support::wait_for("the stream", Duration::from_secs(60), || admin.stream("A"));
    admin.delete_stream("A");
    admin.create_stream(&json!({ "name": "A", "max_msgs": 6 }));
    let error = creating.await.unwrap().unwrap_err();

    assert!(relay.has_lost() && error.is_exists(), "{error}");
    assert_eq!(admin.config("A")["max_msgs"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_that_nobody_answers_for_is_unknown_never_failed() {
    let server = NatsServer::start();
    let client = client(&server.url());
    let live = client
        .create(&config(json!({ "name": "A" })), &scope())
        .await
        .unwrap()
        .info
        .config;

    server.pause();
    let error = client
        .update(
            &live.overlaid(&[("max_msgs", json!(9))]),
            &within(Duration::from_secs(3)),
        )
        .await
        .unwrap_err();
    server.resume();

    assert!(error.is_unknown_outcome() && error.is_timeout(), "{error}");
    assert!(error.to_string().contains("may have done it"), "{error}");
    let admin = Admin::connect(&server.url());
    crate::support::wait_for("the update, applied late", Duration::from_secs(60), || {
        (admin.config("A")["max_msgs"] == 9).then_some(())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_no_mutation_on_its_way_unread() {
    let server = NatsServer::start();
    let relay = Relay::start(server.port(), "STREAM.CREATE.A");
    let client = client(&relay.url());
    let scope = scope();
    let stop = scope.stop.clone();

    relay.lose(1);
    let creating =
        tokio::spawn(async move { client.create(&config(json!({ "name": "A" })), &scope).await });
    crate::support::wait_for("the lost answer", Duration::from_secs(60), || {
        relay.has_lost().then_some(())
    });
    stop.cancel();
    let created = creating.await.unwrap();

    assert!(created.is_ok_and(|created| created.ours));
}

/// Client and gate of a server that has no stream A, whose answers to changes of it are kept.
fn before_an_empty_server(server: &NatsServer, mark: &'static str) -> (Gate, Client) {
    let gate = Gate::before(server.port(), Side::Answers, mark);
    let client = Client::new(patient(options(&gate.url())));
    (gate, client)
}

/// Makes stream A while the answer that it does not exist is on its way, as a new leader of a cluster gives it that does
/// not know every stream yet.
async fn appears(server: &NatsServer, gate: Gate) {
    let url = server.url();
    tokio::task::spawn_blocking(move || {
        gate.wait_until_reached(1);
        // If the server is slower than this, it finds the stream at once, which changes nothing in the outcome.
        std::thread::sleep(Duration::from_millis(300));
        Admin::connect(&url).create_stream(&json!({ "name": "A" }));
        gate.open();
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_exists_is_updated_though_the_answer_is_that_it_does_not() {
    let server = NatsServer::start();
    let (gate, client) = before_an_empty_server(&server, "STREAM.UPDATE.A");
    let wanted = config(json!({ "name": "A", "subjects": ["A"], "max_msgs": 9 }));

    let update = tokio::spawn(async move { client.update(&wanted, &scope()).await });
    appears(&server, gate).await;

    let updated = update.await.unwrap().unwrap();
    assert_eq!(updated.config.get("max_msgs"), Some(&json!(9)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_exists_is_deleted_though_the_answer_is_that_it_does_not() {
    let server = NatsServer::start();
    let (gate, client) = before_an_empty_server(&server, "STREAM.DELETE.A");

    let delete = tokio::spawn(async move { client.delete("A", &scope()).await });
    appears(&server, gate).await;

    assert!(delete.await.unwrap().unwrap());
    assert!(Admin::connect(&server.url()).stream("A").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_is_tried_again_where_the_server_could_not_make_the_folder_of_the_stream() {
    let server = NatsServer::start();
    let client = client(&server.url());
    // As while the server removes the folder of an account with its last stream. It takes away what is in its way, after it
    // has failed once.
    let account = server.folder().join("jetstream/jetstream/$G");
    let _ = std::fs::remove_dir_all(&account);
    std::fs::write(&account, "").unwrap();

    let created = client
        .create(&config(json!({ "name": "A" })), &scope())
        .await;

    assert!(created.unwrap().ours);
    let log = server.log();
    assert_eq!(log.matches("Stream create failed").count(), 1, "{log}");
}
