//! Nobody there, or another client.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use terraform_provider_wasmcloud::testing::jetstream::{Options, Unreachable};

use crate::connections::failure::fails;
use crate::jetstream::setup::{client, options, scope, with_origin};
use crate::support::{NatsServer, wait_for};

/// Somebody who says this to everybody, and then nothing.
fn saying(words: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.write_all(words.as_bytes());
            open.push(stream);
        }
    });
    format!("nats://{place}")
}

/// Whoever cannot be connected to is tried again until this time is over.
fn short(url: &str) -> Options {
    Options {
        connect_timeout: Duration::from_millis(1000),
        ..options(url)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_not_to_be_a_nats_server_is_told() {
    // No question is asked about a name of which a part is so long.
    let nowhere = format!("nats://{}.invalid", "nowhere".repeat(10));
    for (options, summary, text) in [
        (
            short("nats://127.0.0.1:1"),
            "The NATS server is not reachable",
            "Connection refused",
        ),
        (
            short(&nowhere),
            "The name of the NATS server does not resolve",
            "the name does not resolve",
        ),
        (
            short(&saying("")),
            "The NATS server does not answer",
            "the server sent no NATS greeting within 1000 ms",
        ),
        (
            short(&saying("SSH-2.0-OpenSSH_9.9\r\n")),
            "This is not a NATS server",
            "\"SSH-2.0-OpenSSH_9.9\"",
        ),
    ] {
        let url = options.servers.value[0].clone();
        let told = fails(options).await;

        assert_eq!(told.summary, summary);
        told.says(text)
            .says(&url)
            .says("The address comes from the test.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_enough_connections_is_told_in_its_words() {
    let server = NatsServer::configured("max_connections: 1");
    // Whether it is up was asked by a connection too.
    wait_for("no connection", Duration::from_secs(60), || {
        (server.connz()["num_connections"] == 0).then_some(())
    });
    let first = client(&server.url());
    first.stream("A", &scope()).await.unwrap();

    let told = fails(short(&server.url())).await;

    assert_eq!(told.summary, "The NATS server refuses the connection");
    told.says("maximum connections exceeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_each_is_told_with_its_own_reason() {
    let ssh = saying("SSH-2.0-OpenSSH_9.9\r\n");
    let servers = vec!["nats://u:s3cret@127.0.0.1:1".to_owned(), ssh.clone()];

    let told = fails(Options {
        servers: with_origin(servers),
        ..short("")
    })
    .await;

    assert_eq!(told.summary, "This is not a NATS server");
    told.says("Connection refused (os error 111) (nats://127.0.0.1:1)")
        .says(&format!("\"SSH-2.0-OpenSSH_9.9\" ({ssh})"))
        .never_says("s3cret");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_understood_is_told_and_not_shown() {
    let error = client("http://u:s3cret@host")
        .stream("A", &scope())
        .await
        .unwrap_err();

    assert_eq!(error.unreachable(), Some(Unreachable::Address), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}
