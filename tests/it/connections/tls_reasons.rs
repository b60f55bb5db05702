//! Each reason why TLS fails is told in words, and what need not fail does not.
//!
//! The certificates in `tests/fixtures/tls` are OpenSSL's, for `localhost` and until 2100: ring makes neither keys on
//! P-521 nor short ones, and signs with no old digest.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use terraform_provider_wasmcloud::testing::jetstream::{Options, Tls};

use crate::connections::failure::{fails, works};
use crate::connections::tls::{at, mutual, trusting};
use crate::jetstream::setup::{options, with_origin};
use crate::support::{
    Authority, Issued, NatsServer, Provided, nats_server_versions, password, terraform_default,
};

const P521: &str = include_str!("../../fixtures/tls/authority-p521.pem");
const RSA1024: &str = include_str!("../../fixtures/tls/authority-rsa1024.pem");

/// A certificate and its key, which are in one file.
fn stored(pem: &str) -> Issued {
    Issued {
        certificate: pem.to_owned(),
        key: pem.to_owned(),
    }
}

fn trusting_pem(url: &str, ca: &str) -> Options {
    let ca = Some(with_origin(ca.to_owned()));
    Options {
        tls: Tls {
            ca,
            ..Tls::default()
        },
        ..options(url)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_on_p521_are_taken_from_servers_and_authorities() {
    let authority = Authority::new();
    for pem in [
        include_str!("../../fixtures/tls/p521.pem"),
        include_str!("../../fixtures/tls/signed-by-p521.pem"),
    ] {
        let server = NatsServer::configured(&authority.config(&stored(pem), ""));

        works(trusting_pem(&at(&server, "tls"), P521)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_may_have_a_key_on_p521() {
    let (authority, pem) = (
        Authority::new(),
        include_str!("../../fixtures/tls/p521.pem"),
    );
    // The server trusts for clients what this file has.
    let ca = authority.file("p521.pem", P521);
    let more = format!("verify: true, ca_file: {ca:?}");
    let issued = authority.server(&["localhost"]);
    let server = NatsServer::configured(&authority.config(&issued, &more));

    works(mutual(&at(&server, "tls"), &authority, &stored(pem))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_is_wrong_with_the_servers_certificate_is_told() {
    let authority = Authority::new();
    let own = authority.pem();
    let cases = [
        (
            authority.server_as_authority(&["localhost"]),
            own.as_str(),
            "The NATS server uses the certificate of a CA",
            "is that of a certificate authority (`CA:TRUE`)",
        ),
        (
            stored(include_str!("../../fixtures/tls/rsa1024.pem")),
            P521,
            "The NATS server's RSA key is not accepted",
            "the key of its certificate is an RSA key of 1024 bits",
        ),
        (
            stored(include_str!("../../fixtures/tls/signed-by-rsa1024.pem")),
            RSA1024,
            "The NATS server's RSA key is not accepted",
            "the key of the certificate authority that signed its certificate is an RSA key of 1024 bits",
        ),
        (
            stored(include_str!("../../fixtures/tls/sha1.pem")),
            P521,
            "The NATS server's certificate is not accepted",
            "is signed with ECDSA and SHA-1",
        ),
        (
            stored(include_str!("../../fixtures/tls/version1.pem")),
            P521,
            "The NATS server's certificate is not accepted",
            "X.509 version 1 or 2",
        ),
        (
            authority.client(),
            own.as_str(),
            "The NATS server's certificate is not accepted",
            "its `extendedKeyUsage` lacks `serverAuth`",
        ),
    ];

    for (issued, ca, summary, text) in cases {
        let server = NatsServer::configured(&authority.config(&issued, ""));
        let told = fails(trusting_pem(&at(&server, "tls"), ca)).await;

        assert_eq!(told.summary, summary);
        told.says(text).never_says("client certificate");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_knows_no_common_curve_does_not_demand_a_client_certificate() {
    let versions = nats_server_versions();
    for version in [versions[0], versions[versions.len() - 1]] {
        let authority = Authority::new();
        let issued = authority.server(&["localhost"]);
        let config = authority.config(&issued, "curve_preferences: [\"CurveP521\"]");
        let server = NatsServer::start_with(version, &config);
        let url = at(&server, "tls");

        let without = fails(trusting(&url, &authority)).await;
        let with = fails(mutual(&url, &authority, &authority.client())).await;

        for told in [without, with] {
            assert_eq!(
                told.summary,
                "Server and provider have no TLS settings in common"
            );
            told.says("no key exchange, cipher suite or signature that both sides support")
                .says("`curve_preferences`")
                .never_says("client certificate");
        }
    }
}

/// Somebody who answers every handshake with these bytes.
fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes);
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    format!("tls://localhost:{port}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_an_old_tls_is_told() {
    // An alert of TLS 1.1: protocol_version.
    let refusing = answering(b"\x15\x03\x02\x00\x02\x02\x46");
    // A ServerHello of TLS 1.1, with the cipher suite of RSA, AES-128-CBC and SHA-1.
    let choosing = answering(
        b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x020123456789abcdef0123456789abcdef\x00\x00\x2f\x00",
    );

    for url in [refusing, choosing] {
        let mut options = options(&url);
        options.tls.first = true;
        let told = fails(Options {
            connect_timeout: Duration::from_secs(5),
            ..options
        })
        .await;

        assert_eq!(
            told.summary, "The NATS server's TLS is too old",
            "{}",
            told.detail
        );
        told.says("supports neither TLS 1.2 nor TLS 1.3");
    }
}

/// Planning needs no server, since the same apply may create it. But one that is there and says no is an error.
#[test]
fn a_plan_is_refused_when_tls_or_the_login_fails() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let secured = NatsServer::configured(&authority.config(&issued, ""));
    let closed = NatsServer::configured(&password("app", "s3cret"));

    for (url, summary) in [
        (
            at(&secured, "tls"),
            "The NATS server's certificate has an unknown CA",
        ),
        (closed.url(), "The NATS server refuses the login"),
    ] {
        let provided = Provided::with(terraform_default(), &[("NATS_URL", &url)]);
        let config = "resource \"wasmcloud_lattice_buckets\" \"main\" {}";
        provided.terraform.write(config);

        let failure = provided.terraform.plan_error();

        assert_eq!(failure.error().summary, summary, "{failure}");
    }
}
