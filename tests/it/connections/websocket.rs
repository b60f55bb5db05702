//! Websockets.

use terraform_provider_wasmcloud::testing::jetstream::{Auth, Options, Tls};

use crate::connections::failure::{fails, works};
use crate::jetstream::setup::{TIMEOUT, options, with_origin};
use crate::support::{Authority, NatsServer, free_port, password};

/// A server that also listens for websockets, with `tls` inside the block.
pub fn listening(tls: &str, more: &str) -> (NatsServer, u16) {
    let port = free_port();
    let config = format!("websocket {{ listen: \"127.0.0.1:{port}\"\n{tls} }}\n{more}");
    (NatsServer::configured(&config), port)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_carries_everything() {
    let (_server, port) = listening("no_tls: true", &password("app", "s3cret"));
    let auth = Auth::UserPassword {
        user: "app".to_owned(),
        password: "s3cret".to_owned(),
    };

    works(Options {
        auth: with_origin(auth),
        ..options(&format!("ws://127.0.0.1:{port}"))
    })
    .await;
    works(options(&format!("ws://app:s3cret@127.0.0.1:{port}"))).await;
    let told = fails(options(&format!("ws://127.0.0.1:{port}"))).await;

    assert_eq!(told.summary, "The NATS server refuses the login");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_websocket_is_judged_by_the_authority() {
    let authority = Authority::new();
    let tls = authority.config(&authority.server(&["localhost"]), "");
    let (_server, port) = listening(&tls, "");
    let trusting = |authority: &Authority| Options {
        tls: Tls {
            ca: Some(with_origin(authority.pem())),
            ..Tls::default()
        },
        ..options(&format!("wss://localhost:{port}"))
    };

    works(trusting(&authority)).await;
    let strange = fails(trusting(&Authority::new())).await;
    let plain = fails(options(&format!("ws://localhost:{port}"))).await;

    assert_eq!(
        strange.summary,
        "The NATS server's certificate has an unknown CA"
    );
    assert_eq!(plain.summary, "This is not a NATS server");
    plain.says("there is no WebSocket at this address: \"HTTP/1.0 400 Bad Request\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_where_none_is_and_the_reverse_are_told() {
    let (server, port) = listening("no_tls: true", "");

    let no_websocket = fails(options(&server.url().replace("nats://", "ws://"))).await;
    let no_tls = fails(options(&format!("wss://127.0.0.1:{port}"))).await;
    let websocket = fails(Options {
        connect_timeout: TIMEOUT,
        ..options(&format!("nats://127.0.0.1:{port}"))
    })
    .await;

    assert_eq!(no_websocket.summary, "This is not a NATS server");
    no_websocket.says("is not for WebSocket: use nats:// or tls://");
    assert_eq!(no_tls.summary, "The NATS server does not use TLS");
    assert_eq!(websocket.summary, "The NATS server does not answer");
}
