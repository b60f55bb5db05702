//! Where a login goes: to the configured servers alone, each its own, and never with less protection than configured.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use terraform_provider_wasmcloud::testing::jetstream::{Client, Options};

use crate::bad_input::setup::Setup;
use crate::connections::failure::fails;
use crate::connections::tls::{at, trusting};
use crate::jetstream::setup::{options, options_as, scope, with_origin, within};
use crate::support::{Authority, NatsServer, Tap, free_port, password, wait_for};

/// Counts who connects.
fn counting() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    thread::spawn(move || {
        for _ in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_server_announces_is_never_connected_to() {
    let (foreign, connected) = counting();
    let ports = [free_port(), free_port()];
    let config = |own: usize, advertised: &str| {
        format!(
            "server_name: node{own}
            {advertised}
            cluster {{ name: loopback, listen: \"127.0.0.1:{}\",
                routes: [\"nats://127.0.0.1:{}\", \"nats://127.0.0.1:{}\"] }}
            {}",
            ports[own],
            ports[0],
            ports[1],
            password("app", "s3cret")
        )
    };
    let advertised = format!("client_advertise: \"127.0.0.1:{foreign}\"");
    let own = NatsServer::configured(&config(0, ""));
    let _bad = NatsServer::configured(&config(1, &advertised));
    wait_for("the announcement", Duration::from_secs(60), || {
        let urls = own.varz()["connect_urls"].to_string();
        urls.contains(&foreign.to_string()).then_some(())
    });
    let client = Client::new(options_as(&own.url(), "app", "s3cret"));
    let _ = client.stream("A", &within(Duration::from_secs(3))).await;
    assert!(client.server_version().is_some(), "it was connected");

    own.stop();
    let lost = client.stream("A", &within(Duration::from_secs(3))).await;

    assert!(lost.is_err());
    assert_eq!(connected.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_man_in_the_middle_cannot_lead_a_login_elsewhere() {
    let (foreign, connected) = counting();
    let server = NatsServer::configured(&password("app", "s3cret"));
    let tap = Tap::editing(server.port(), move |_, bytes| {
        let announced = format!("INFO {{\"connect_urls\":[\"ws://127.0.0.1:{foreign}\"],");
        let text = String::from_utf8_lossy(bytes);
        text.replacen("INFO {", &announced, 1).into_bytes()
    });
    let client = Client::new(options_as(&tap.url(), "app", "s3cret"));
    assert!(client.stream("A", &scope()).await.unwrap().is_none());

    server.stop();
    let lost = client.stream("A", &within(Duration::from_secs(3))).await;

    assert!(lost.is_err());
    assert_eq!(connected.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_configured_server_is_used_and_gets_its_own_login_only() {
    let servers = ["one", "two", "three"]
        .map(|user| NatsServer::configured(&password(user, &format!("{user}-s3cret"))));
    let taps = servers.each_ref().map(|server| Tap::before(server.port()));
    let urls = ["one", "two", "three"]
        .iter()
        .zip(&taps)
        .map(|(user, tap)| format!("nats://{user}:{user}-s3cret@127.0.0.1:{}", tap.port()));
    let client = Client::new(Options {
        servers: with_origin(urls.collect()),
        ..options("")
    });

    assert!(client.stream("A", &scope()).await.unwrap().is_none());
    servers[0].stop();
    assert!(client.stream("A", &scope()).await.unwrap().is_none());
    servers[1].stop();
    assert!(client.stream("A", &scope()).await.unwrap().is_none());

    for (place, own) in ["one-s3cret", "two-s3cret", "three-s3cret"]
        .iter()
        .enumerate()
    {
        for (other, tap) in taps.iter().enumerate() {
            assert_eq!(tap.sent().contains(own), place == other, "{own} at {other}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_the_login_does_not_keep_us_from_the_next() {
    let refusing = NatsServer::configured(&password("app", "another"));
    let server = NatsServer::configured(&password("app", "s3cret"));

    let client = Client::new(options_as(
        &format!("{},{}", refusing.url(), server.url()),
        "app",
        "s3cret",
    ));

    assert!(client.stream("A", &scope()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_on_the_server_no_login_is_sent_where_tls_is_configured() {
    let server = NatsServer::configured(&password("app", "s3cret"));
    let authority = Authority::new();
    let tap = Tap::before(server.port());
    let login = options_as(&tap.url(), "app", "s3cret");
    let short = Options {
        connect_timeout: Duration::from_secs(2),
        ..login
    };
    let by_scheme = Options {
        servers: with_origin(vec![tap.url().replace("nats://", "tls://")]),
        ..short.clone()
    };
    let by_argument = Options {
        tls: trusting("", &authority).tls,
        ..short.clone()
    };
    let mut first = by_scheme.clone();
    first.tls.first = true;
    let websocket = Options {
        servers: with_origin(vec![tap.url().replace("nats://", "ws://")]),
        ..by_argument.clone()
    };

    for options in [by_scheme, by_argument, first, websocket] {
        let told = fails(options).await;

        assert_eq!(told.summary, "The NATS server does not use TLS");
    }

    assert!(!tap.sent().contains("s3cret") && !tap.sent().contains("CONNECT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_login_is_readable_on_the_network_with_tls() {
    let authority = Authority::new();
    let config = authority.config(&authority.server(&["localhost"]), "");
    let server = NatsServer::configured(&format!("{config}\n{}", password("app", "s3cret")));
    let tap = Tap::before(server.port());
    let url = at(&server, "nats").replace(&server.port().to_string(), &tap.port().to_string());

    let client = Client::new(Options {
        auth: options_as("", "app", "s3cret").auth,
        ..trusting(&url, &authority)
    });

    assert!(client.stream("A", &scope()).await.unwrap().is_none());
    assert!(!tap.sent().contains("s3cret") && !tap.sent().contains("CONNECT"));
}

#[test]
fn a_configuration_in_which_some_connections_would_be_weaker_is_refused() {
    let setup = Setup::nothing();
    let authority = Authority::new();
    let by_variable = Setup::environment(&[("NATS_URL", "ws://a")]);
    for folder in [&setup, &by_variable] {
        folder.terraform.write_file("ca.pem", &authority.pem());
    }
    let ca = "tls_ca = file(\"ca.pem\")".to_owned();
    for (provider, said) in [
        (
            "servers = [\"tls://a\", \"nats://b\"]".to_owned(),
            "different schemes (nats and tls)",
        ),
        (
            "servers = [\"tls://a\", \"b:4222\"]".to_owned(),
            "different schemes (nats and tls)",
        ),
        (
            "servers = [\"wss://a\", \"ws://b\"]".to_owned(),
            "different schemes (ws and wss)",
        ),
        (
            format!("servers = [\"ws://a\"]\n{ca}"),
            "`tls_ca` configures TLS, but an address in `servers` begins with ws://",
        ),
    ] {
        setup.write(&provider, "");

        let failure = setup.refused();

        assert!(failure.error().says(said), "{failure}");
    }

    let mixed = Setup::environment(&[("NATS_URL", "tls://a,nats://b")]);
    mixed.write("", "");
    assert!(mixed.refused().error().says("different schemes"));
    by_variable.write(&ca, "");
    let failure = by_variable.refused();
    assert!(failure.error().says("begins with ws://"), "{failure}");
}
