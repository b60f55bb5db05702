//! Through a SOCKS5 proxy.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use terraform_provider_wasmcloud::testing::jetstream::Options;
use tokio::sync::RwLock;

use crate::connections::failure::{fails, works};
use crate::connections::tls::{at, mutual};
use crate::connections::websocket::listening;
use crate::jetstream::setup::{options, scope, with_origin};
use crate::support::{Authority, NatsServer, SocksProxy};

/// Whoever connects to all the relays of this process writes; whoever counts the connections of his own reads.
static ALONE: RwLock<()> = RwLock::const_new(());

fn through(proxy: &str, options: Options) -> Options {
    Options {
        socks_proxy: Some(with_origin(proxy.to_owned())),
        ..options
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_connects_and_resolves_the_name() {
    let _alone = ALONE.read().await;
    let (server, proxy) = (NatsServer::start(), SocksProxy::start());

    let client = works(through(&proxy.place(), options(&at(&server, "nats")))).await;

    assert_eq!(
        proxy.asked(),
        vec![format!("localhost:{}", server.port())],
        "one connection, by name"
    );
    assert_eq!(
        server.connz()["connections"][0]["name"],
        "terraform-provider-wasmcloud/test"
    );
    assert_eq!(client.server(), at(&server, "nats"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_may_want_a_login() {
    let (server, proxy) = (
        NatsServer::start(),
        SocksProxy::with_login("joe", "p@ssword"),
    );
    let place = proxy.place();

    works(through(
        &format!("socks5://joe:p%40ssword@{place}"),
        options(&server.url()),
    ))
    .await;
    let wrong = fails(through(
        &format!("socks5://joe:wr0ng@{place}"),
        options(&server.url()),
    ))
    .await;
    let none = fails(through(&place, options(&server.url()))).await;

    for told in [&wrong, &none] {
        assert_eq!(told.summary, "The SOCKS proxy refuses the connection");
        told.says(&format!("the SOCKS proxy at {place}, set by the test"))
            .never_says("wr0ng");
    }
    wrong.says("does not accept the user and password");
    none.says("requires an authentication method that the provider does not support");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_or_is_not_there_is_told() {
    let server = NatsServer::start();
    let refusing = SocksProxy::refusing();
    let willing = SocksProxy::start();

    let refused = fails(through(&refusing.place(), options(&server.url()))).await;
    let absent = fails(through("127.0.0.1:1", options(&server.url()))).await;
    let no_server = fails(through(&willing.place(), options("nats://127.0.0.1:1"))).await;
    let no_proxy = fails(through(
        &server.url().replace("nats", "socks5"),
        options(&server.url()),
    ))
    .await;

    for told in [&refused, &absent, &no_server, &no_proxy] {
        assert_eq!(told.summary, "The SOCKS proxy refuses the connection");
    }
    refused.says("not allowed by ruleset");
    absent.says("cannot be reached: Connection refused");
    no_server.says("answers: Connection refused");
    no_proxy.says("does not support SOCKS5");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_behind_a_proxy_is_judged_by_the_real_name() {
    let authority = Authority::new();
    let right = authority.config(&authority.server(&["localhost"]), "verify: true");
    let wrong = Authority::new();
    let of_number = wrong.config(&wrong.server(&["127.0.0.1"]), "verify: true");
    let (server, misnamed) = (
        NatsServer::configured(&right),
        NatsServer::configured(&of_number),
    );
    let proxy = SocksProxy::start();

    works(through(
        &proxy.place(),
        mutual(&at(&server, "tls"), &authority, &authority.client()),
    ))
    .await;
    let told = fails(through(
        &proxy.place(),
        mutual(&at(&misnamed, "nats"), &wrong, &wrong.client()),
    ))
    .await;

    assert_eq!(
        told.summary,
        "The NATS server's certificate is for another name"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_and_handshakes_first_go_through_a_proxy() {
    let _alone = ALONE.read().await;
    let authority = Authority::new();
    let tls = authority.config(&authority.server(&["localhost"]), "");
    let (_plain, plain) = listening("no_tls: true", "");
    let (_secured, secured) = listening(&tls, "");
    let first = Authority::new();
    let config = first.config(&first.server(&["localhost"]), "handshake_first: true");
    let handshake = NatsServer::configured(&config);
    let proxy = SocksProxy::start();

    works(through(
        &proxy.place(),
        options(&format!("ws://localhost:{plain}")),
    ))
    .await;
    works(through(
        &proxy.place(),
        mutual(
            &format!("wss://localhost:{secured}"),
            &authority,
            &authority.client(),
        ),
    ))
    .await;
    let mut options = mutual(&at(&handshake, "tls"), &first, &first.client());
    options.tls.first = true;
    works(through(&proxy.place(), options)).await;

    assert_eq!(proxy.asked().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_through_a_proxy_heals() {
    let authority = Authority::new();
    let config = authority.config(&authority.server(&["localhost"]), "verify: true");
    let server = NatsServer::configured(&config);
    let proxy = SocksProxy::start();
    let client = works(through(
        &proxy.place(),
        mutual(&at(&server, "nats"), &authority, &authority.client()),
    ))
    .await;

    server.restart();

    assert!(matches!(client.stream("A", &scope()).await, Ok(None)));
}

/// The ports of this process that listen on the loopback address, as the kernel lists them.
fn listening_ports() -> Vec<u16> {
    let files = std::fs::read_dir("/proc/self/fd").unwrap();
    let own: Vec<_> = files
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let listening = table.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (place, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let is_own = own.contains(&format!("socket:[{inode}]"));
        let port = place.strip_prefix("0100007F:")?;
        let port = u16::from_str_radix(port, 16).ok()?;
        (is_own && *state == "0A").then_some(port)
    });
    listening.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_else_connects_to_the_relay_gets_nothing_of_the_server() {
    let _alone = ALONE.write().await;
    let (server, proxy) = (NatsServer::start(), SocksProxy::start());
    let others = listening_ports();
    let _client = works(through(&proxy.place(), options(&at(&server, "nats")))).await;
    let asked = proxy.asked().len();
    let mut refused = 0;

    // Among the new ports are those of other tests, which must behave in the same way.
    for port in listening_ports() {
        if others.contains(&port) {
            continue;
        }
        let Ok(mut stranger) = TcpStream::connect(("127.0.0.1", port)) else {
            continue;
        };
        stranger
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let mut answer = [0; 4096];
        let read = stranger.read(&mut answer).unwrap_or_default();
        let greeting = String::from_utf8_lossy(&answer[..read]).into_owned();
        if !greeting.contains("\"server_id\":\"relay\"") {
            continue;
        }
        // What it says is the same for every server: nothing of the server is in it.
        assert!(!greeting.contains(server.version()), "{greeting}");
        stranger
            .write_all(b"CONNECT {\"name\":\"x\",\"verbose\":true}\r\nPING\r\n")
            .unwrap();
        let answer = stranger.read(&mut answer);
        assert!(matches!(answer, Ok(0) | Err(_)), "{answer:?}");
        refused += 1;
    }

    assert!(refused > 0, "no relay found");
    assert_eq!(proxy.asked().len(), asked);
    assert_eq!(server.connz()["connections"].as_array().unwrap().len(), 1);
}
