//! TLS with certificates of a private authority.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use terraform_provider_wasmcloud::testing::jetstream::{Options, Tls};

use crate::connections::failure::{fails, works};
use crate::jetstream::setup::{options, with_origin};
use crate::support::{Authority, Issued, NatsServer, nats_server_versions};

/// A server as `localhost` with TLS.
fn secured(authority: &Authority, issued: &Issued, more: &str) -> NatsServer {
    NatsServer::configured(&authority.config(issued, more))
}

pub fn at(server: &NatsServer, scheme: &str) -> String {
    format!("{scheme}://localhost:{}", server.port())
}

pub fn trusting(url: &str, authority: &Authority) -> Options {
    Options {
        tls: Tls {
            ca: Some(with_origin(authority.pem())),
            ..Tls::default()
        },
        ..options(url)
    }
}

pub fn mutual(url: &str, authority: &Authority, client: &Issued) -> Options {
    let mut options = trusting(url, authority);
    options.tls.certificate = Some(with_origin(client.certificate.clone()));
    options.tls.key = Some(with_origin(client.key.clone()));
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_where_the_address_or_the_server_wants_it() {
    let authority = Authority::new();
    let server = secured(&authority, &authority.server(&["localhost"]), "");

    works(trusting(&at(&server, "tls"), &authority)).await;
    works(trusting(&at(&server, "nats"), &authority)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_each_version_takes_a_client_certificate() {
    for version in nats_server_versions() {
        let authority = Authority::new();
        let issued = authority.server(&["localhost"]);
        let config = authority.config(&issued, "verify: true");
        let server = NatsServer::start_with(version, &config);

        works(mutual(
            &at(&server, "nats"),
            &authority,
            &authority.client(),
        ))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_may_stand_beside_the_certificate() {
    let authority = Authority::new();
    let server = secured(
        &authority,
        &authority.server(&["localhost"]),
        "verify: true",
    );
    let client = authority.client();
    let mut both = mutual(&at(&server, "tls"), &authority, &client);
    both.tls.certificate = Some(with_origin(client.certificate + &client.key));
    both.tls.key = None;

    works(both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_comes_first_where_both_sides_say_so() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let first = secured(&authority, &issued, "handshake_first: true");
    let mut options = trusting(&at(&first, "tls"), &authority);
    options.tls.first = true;

    works(options).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_side_alone_that_wants_the_handshake_first_is_told() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let first = secured(&authority, &issued, "handshake_first: true, timeout: 10");
    let other = Authority::new();
    let greeting = secured(&other, &other.server(&["localhost"]), "");

    // The time to connect passes, and a fifth of it is for finding out why.
    let server_alone = fails(Options {
        connect_timeout: Duration::from_secs(5),
        ..trusting(&at(&first, "tls"), &authority)
    })
    .await;
    let mut options = trusting(&at(&greeting, "tls"), &other);
    options.tls.first = true;
    let client_alone = fails(options).await;

    assert_eq!(
        server_alone.summary,
        "The NATS server expects the TLS handshake first"
    );
    server_alone.says("sends no greeting before the TLS handshake");
    assert_eq!(
        client_alone.summary,
        "The NATS server does not start with TLS"
    );
    client_alone.says("sends its greeting before the TLS handshake");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_server_s_certificate_is_told() {
    let authority = Authority::new();
    let names = ["localhost"];
    let other_name = authority.server(&["elsewhere.example.com"]);
    let cases = [
        (
            authority.server(&names),
            "The NATS server's certificate has an unknown CA",
            "signed by an unknown certificate authority (CA)",
            true,
        ),
        (
            other_name,
            "The NATS server's certificate is for another name",
            "not for \"localhost\" but for \"elsewhere.example.com\"",
            false,
        ),
        (
            authority.server_between(&names, (2020, 2021)),
            "The NATS server's certificate has expired",
            "expired at 2021-01-01T00:00:00Z",
            false,
        ),
        (
            authority.server_between(&names, (2090, 2100)),
            "The NATS server's certificate is not valid yet",
            "not valid before 2090-01-01T00:00:00Z",
            false,
        ),
    ];

    for (issued, summary, text, stranger) in cases {
        let server = secured(&authority, &issued, "");
        let trusted = if stranger {
            &Authority::new()
        } else {
            &authority
        };
        let told = fails(trusting(&at(&server, "tls"), trusted)).await;

        assert_eq!(told.summary, summary);
        told.says(text)
            .says(&at(&server, "tls"))
            .says("The address comes from the test.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_authority_the_system_s_are_asked() {
    let authority = Authority::new();
    let server = secured(&authority, &authority.server(&["localhost"]), "");

    let told = fails(options(&at(&server, "nats"))).await;

    assert_eq!(
        told.summary,
        "The NATS server's certificate has an unknown CA"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_that_is_missing_or_refused_is_told() {
    let authority = Authority::new();
    let server = secured(
        &authority,
        &authority.server(&["localhost"]),
        "verify: true",
    );
    let url = at(&server, "nats");
    let stranger = Authority::new().client();
    let expired = authority.client_between((2020, 2021));

    let missing = fails(trusting(&url, &authority)).await;
    let strange = fails(mutual(&url, &authority, &stranger)).await;
    let past = fails(mutual(&url, &authority, &expired)).await;

    assert_eq!(
        missing.summary,
        "The NATS server requires a client certificate"
    );
    missing.says("requires a client certificate, and none is set");
    for told in [strange, past] {
        assert_eq!(
            told.summary,
            "The NATS server refuses the client certificate"
        );
        told.says("the client certificate, set by the test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_told_and_gets_no_login() {
    let authority = Authority::new();
    let server = NatsServer::start();

    let by_scheme = fails(options(&at(&server, "tls"))).await;
    let by_authority = fails(trusting(&at(&server, "nats"), &authority)).await;
    let mut first = trusting(&at(&server, "tls"), &authority);
    first.tls.first = true;
    let by_handshake = fails(first).await;

    for told in [by_scheme, by_authority, by_handshake] {
        assert_eq!(told.summary, "The NATS server does not use TLS");
        told.says("TLS is configured, and the server does not offer it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_and_keys_that_cannot_be_used_are_told_and_not_shown() {
    let authority = Authority::new();
    let (one, two) = (authority.client(), authority.client());
    let url = "tls://127.0.0.1:1";
    let mixed = Issued {
        certificate: one.certificate.clone(),
        key: two.key.clone(),
    };
    let torn = Issued {
        certificate: one.certificate.clone(),
        key: one.key.replace("END PRIVATE", "END"),
    };
    let swapped = Issued {
        certificate: one.key.clone(),
        key: one.certificate.clone(),
    };

    for (issued, text) in [
        (mixed, "the private key is not the key of the certificate"),
        (torn, "there is no private key in the PEM"),
        (swapped, "there is no certificate in the PEM"),
    ] {
        let told = fails(mutual(url, &authority, &issued)).await;

        assert_eq!(told.summary, "The certificates or keys are not valid");
        told.says(text).says("comes from the test");
        for secret in issued.key.lines().filter(|line| !line.contains("---")) {
            told.never_says(secret);
        }
    }
}

/// What stands before a server and speaks one version of TLS, as the handshake that comes first.
async fn of_version(
    server: &NatsServer,
    issued: &Issued,
    version: &'static rustls::SupportedProtocolVersion,
) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, behind) = (listener.local_addr().unwrap().port(), server.port());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let accepting = acceptor.accept(client);
            tokio::spawn(async move {
                let mut client = accepting.await?;
                let mut server = tokio::net::TcpStream::connect(("127.0.0.1", behind)).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_tls_that_count_are_spoken() {
    let (server, authority) = (NatsServer::start(), Authority::new());
    let issued = authority.server(&["localhost"]);

    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let port = of_version(&server, &issued, version).await;
        let mut options = trusting(&format!("tls://localhost:{port}"), &authority);
        options.tls.first = true;

        works(options).await;
    }
}
