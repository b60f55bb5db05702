//! Errors of every kind, for the samples of all texts (`src/texts`): as servers, proxies, certificates and options cause
//! them. What a server sends comes from a server on this machine that says what the sample needs.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::future::join_all;
use nkeys::{KeyPair, KeyPairType};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ContentType, Error as TlsError, InvalidMessage, OtherError,
    PeerIncompatible, PeerMisbehaved,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::io::StreamReader;
use tokio_util::sync::CancellationToken;
use webpki::Error as PkiError;

use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::api::verify;
use crate::jetstream::connection::address;
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::login;
use crate::jetstream::connection::route::io_stream::IoStream;
use crate::jetstream::connection::route::server_bytes::{Operation, Passed, Rejected, ServerBytes};
use crate::jetstream::connection::route::socks::Socks;
use crate::jetstream::connection::route::tls::client_config;
use crate::jetstream::connection::route::tls::error::{
    KNOWN_SIGNATURES, RsaKeyLength, failure as tls_failure,
};
use crate::jetstream::error::{Cause, Error, Mismatch};
use crate::jetstream::{ApiPrefix, Auth, Client, Expected, Options, Scope, Tls, WithOrigin};

const SERVER: &str = "nats://n1:4222";
const GREETING: &str = "INFO {\"server_id\":\"S\",\"version\":\"2.12.0\",\"proto\":1,\"max_payload\":1048576,\"headers\":true,\"cluster\":\"C2\"}\r\n";
const GREETS: &[&[u8]] = &[GREETING.as_bytes()];
const ENDS: &[&[u8]] = &[
    GREETING.as_bytes(),
    b"-ERR 'account connections exceeded'\r\n",
];
const GREETS_WITH_TLS: &[&[u8]] =
    &[b"INFO {\"server_id\":\"S\",\"version\":\"2.12.0\",\"tls_required\":true}\r\n"];
const CLOSES: &[&[u8]] = &[GREETING.as_bytes(), b""];
/// Long enough for a server on this machine, however busy it is.
const LIMIT: Duration = Duration::from_secs(4);

/// There is no connection, for every reason.
pub(crate) fn unreachable() -> Vec<Error> {
    let failures = [
        addresses(),
        in_runtime(dialled()),
        in_runtime(proxies()),
        in_runtime(expected()),
        materials(),
        certificates(),
        alerts(),
    ];
    let failures = failures.concat().into_iter();
    let errors = failures.map(|failure| {
        let origin = match failure.kind {
            Unreachable::Nobody => {
                "the default, as neither the argument `servers` nor NATS_URL is set"
            }
            _ => "the argument `servers`",
        };
        let origin = origin.to_owned();
        Error::new(Cause::Unreachable { failure, origin }, SERVER)
    });
    errors.collect()
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn origin<T>(value: T, origin: &str) -> WithOrigin<T> {
    WithOrigin::new(value, origin)
}

fn addresses() -> Vec<Failure> {
    let bad = [
        "",
        "nats://joe:12,34@n1",
        "nats://joe:1/2@n1",
        "nats://joe:1\n2@n1",
        "nats://joe:1%zz@n1",
        "http://n1",
    ];
    let clause = |address: &str| {
        address::parse(&[address.to_owned()])
            .err()
            .expect("no address")
    };
    let mut failures: Vec<_> = bad
        .iter()
        .map(|address| Failure::new(Unreachable::Address, clause(address)))
        .collect();
    let socks = Socks::parse(&origin("ftp://x".to_owned(), "the argument `socks_proxy`"));
    failures.extend(socks.err());
    failures
}

fn options(server: String) -> Options {
    Options {
        servers: origin(vec![server], "the argument `servers`"),
        auth: origin(Auth::None, ""),
        tls: Tls::default(),
        name: "texts".to_owned(),
        api_prefix: origin(ApiPrefix::Default, "the default"),
        inbox_prefix: None,
        socks_proxy: None,
        expected: Expected::default(),
        connect_timeout: LIMIT,
        timeout: LIMIT,
    }
}

/// Why a client with these options cannot connect.
async fn failure(options: Options) -> Failure {
    let scope = Scope::new(LIMIT * 2, CancellationToken::new());
    let client = Client::new(options);
    let error = client.stream("a", &scope).await.expect_err("no connection");
    let Cause::Unreachable { failure, .. } = error.cause() else {
        panic!("{error:?}");
    };
    // How often it was tried is another number in each run.
    let how = failure.how.split(" (tried ").next();
    Failure::new(failure.kind, how.unwrap_or_default())
}

/// A server that sends this to everybody who connects, each part after it has received something; in the end it
/// closes the connection, or keeps it.
async fn server(parts: &'static [&'static [u8]], keeps: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut received = [0; 4096];
                for (place, part) in parts.iter().enumerate() {
                    if place > 0 && stream.read(&mut received).await.is_err() {
                        return;
                    }
                    if stream.write_all(part).await.is_err() {
                        return;
                    }
                }
                while keeps
                    && stream
                        .read(&mut received)
                        .await
                        .is_ok_and(|length| length > 0)
                {}
            });
        }
    });
    address.to_string()
}

async fn dialled() -> Vec<Failure> {
    let at = |scheme: &str, server: String| options(format!("{scheme}://{server}"));
    let nobody = "127.0.0.1:1".to_owned();
    let http: &[&[u8]] = &[b"HTTP/1.1 400 Bad Request\r\n\r\n"];
    let too_many: &[&[u8]] = &[b"-ERR 'maximum connections exceeded'\r\n"];
    let greets_more: &[&[u8]] =
        &[b"INFO {\"server_id\":\"S\",\"version\":\"2.12.0\",\"tls_required\":true}\r\nPING\r\n"];
    let first = |server: String| {
        let mut options = options(format!("nats://{server}"));
        options.tls.first = true;
        options
    };
    // Side by side: where waiting may help, a client tries until its time is over.
    let dials = [
        at("nats", server(&[], true).await),
        at("nats", server(http, true).await),
        at("nats", server(&[b"MSG a 1 99999999999\r\n"], true).await),
        at("nats", server(too_many, false).await),
        at("nats", server(ENDS, false).await),
        at("nats", server(CLOSES, false).await),
        at("ws", server(GREETS, true).await),
        at(
            "ws",
            server(&[b"", b"HTTP/1.1 404 Not Found\r\n\r\n"], false).await,
        ),
        at("tls", server(greets_more, true).await),
        at("tls", server(GREETS, true).await),
        first(server(GREETS, true).await),
        first(server(GREETS_WITH_TLS, true).await),
    ];
    let refused = failure(at("nats", nobody));
    let (refused, dialled) = futures::join!(refused, join_all(dials.map(failure)));
    let tried = format!("{} (tried 9 times in 4.0 s)", refused.how);
    let mut failures = vec![
        Failure::new(refused.kind, tried),
        Failure::new(Unreachable::Name, "the name does not resolve"),
    ];
    failures.extend(dialled);
    failures.push(Failure::new(
        Unreachable::HandshakeFirst,
        "the server sends no greeting before the TLS handshake",
    ));
    failures
}

async fn proxies() -> Vec<Failure> {
    let named = |refusal: Failure, address: &str| {
        let place = address.rsplit(['@', '/']).next().unwrap_or_default();
        Failure::new(refusal.kind, refusal.how.replace(place, "proxy:1080"))
    };
    let asked = |parts, keeps, login: &'static str| async move {
        let proxy = server(parts, keeps).await;
        let proxy = origin(
            format!("socks5://{login}{proxy}"),
            "the argument `socks_proxy`",
        );
        let socks = Socks::parse(&proxy).expect("an address");
        let refusal = socks.connect("n1", 4222).await.err();
        named(refusal.expect("a refusal"), &proxy.value)
    };
    let silent = Socks::parse(&origin("proxy".to_owned(), "NATS_SOCKS_PROXY"));
    let silent = silent.expect("an address").silent(Duration::from_secs(5));
    let nobody = Socks::parse(&origin("127.0.0.1:1".to_owned(), "NATS_SOCKS_PROXY"));
    let nobody = nobody.expect("an address").connect("n1", 4222).await;
    vec![
        silent,
        named(nobody.expect_err("a refusal"), "127.0.0.1:1"),
        asked(&[b"", b"\x05\xff"], true, "").await,
        asked(&[b"", b"\x05\x02", b"\x01\x01"], true, "joe:secret@").await,
        asked(&[b"", b"\x05\x02"], true, ":@").await,
        asked(&[b"", b"\x04\x00"], true, "").await,
        asked(
            &[b"", b"\x05\x00", b"\x05\x02\x00\x01\0\0\0\0\0\0"],
            true,
            "",
        )
        .await,
        asked(&[b"", b""], false, "").await,
    ]
}

async fn expected() -> Vec<Failure> {
    let expected = Expected {
        account: Some(origin(
            "PLATFORM".to_owned(),
            "the argument `expected_account`",
        )),
        cluster: Some(origin("C1".to_owned(), "the argument `expected_cluster`")),
    };
    let mut failures = Vec::new();
    for greeting in [
        GREETING.to_owned(),
        GREETING.replace(",\"cluster\":\"C2\"", ""),
    ] {
        let mut bytes = ServerBytes::default();
        bytes.push(greeting.as_bytes());
        let passed = bytes.next().expect("a greeting").expect("whole");
        let Operation::Info(greeting) = passed.operation else {
            panic!("no greeting");
        };
        failures.extend(expected.check_cluster(&greeting).err());
    }
    let answer = |text: &str| format!("MSG i 1 {}\r\n{text}\r\nPONG\r\n", text.len());
    let answers = [
        answer("{\"data\":{\"account\":\"AD4\",\"account_name\":\"DEV\"}}"),
        answer("{}"),
        answer("no"),
        "HMSG i 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n".to_owned(),
        "-ERR 'Permissions Violation for Publish to \"$SYS.REQ.USER.INFO\"'\r\n".to_owned(),
        "nonsense\r\n".to_owned(),
        String::new(),
    ];
    for answer in answers {
        let (near, mut far) = tokio::io::duplex(4096);
        far.write_all(answer.as_bytes()).await.expect("written");
        let (mut stream, mut received): (IoStream, _) = (Box::new(near), ServerBytes::default());
        // What was sent is still read after the other end is closed, but nothing can be sent then.
        let reader = tokio::spawn(async move {
            let mut sent = [0; 256];
            let _ = far.read(&mut sent).await;
            let _ = far.read(&mut sent).await;
        });
        let checked = expected.check_account(&mut stream, &mut received, "i", LIMIT);
        failures.extend(checked.await.err());
        reader.abort();
    }
    let (near, far) = tokio::io::duplex(64);
    let _kept = far;
    let mut streams: Vec<IoStream> = vec![Box::new(near)];
    let lost = [
        io::Error::other(TlsError::DecryptError),
        io::Error::from(io::ErrorKind::ConnectionReset),
    ];
    for error in lost.map(Err).into_iter().chain([Ok(Bytes::new())]) {
        let ends = StreamReader::new(futures::stream::iter([error]));
        streams.push(Box::new(tokio::io::join(ends, tokio::io::sink())));
    }
    for mut stream in streams {
        let mut received = ServerBytes::default();
        let unanswered = expected.check_account(&mut stream, &mut received, "i", LIMIT);
        failures.extend(unanswered.await.err());
    }
    failures
}

fn pem(title: &str, content: &str) -> String {
    format!("-----BEGIN {title}-----\n{content}\n-----END {title}-----\n")
}

/// A certificate and its key, in PEM.
fn own_certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["n1".to_owned()]).expect("a certificate");
    let certificate = STANDARD.encode(made.cert.der());
    let key = STANDARD.encode(made.signing_key.serialize_der());
    (pem("CERTIFICATE", &certificate), pem("PRIVATE KEY", &key))
}

fn materials() -> Vec<Failure> {
    let ca = |text: String| Tls {
        ca: Some(origin(text, "the argument `tls_ca`")),
        ..Tls::default()
    };
    let (own, own_key) = own_certificate();
    let (_, other) = own_certificate();
    let both = |certificate: String, key: String| Tls {
        certificate: Some(origin(certificate, "the argument `tls_certificate`")),
        key: Some(origin(key, "the argument `tls_key`")),
        ..Tls::default()
    };
    let client = |key: String| both(own.clone(), key);
    let bad = [
        ca(pem("CERTIFICATE", "*")),
        ca(String::new()),
        ca(pem("CERTIFICATE", "AAAA")),
        client(pem("ENCRYPTED PRIVATE KEY", "AAAA")),
        client(String::new()),
        client(other),
        client(pem("PRIVATE KEY", "AAAA")),
        both(pem("CERTIFICATE", "AAAA"), own_key),
    ];
    bad.iter()
        .map(|tls| client_config(tls).expect_err("not valid"))
        .collect()
}

fn certificates() -> Vec<Failure> {
    use CertificateError::{
        BadEncoding, BadSignature, Expired, ExpiredContext, InvalidPurpose, NotValidForName,
        NotValidForNameContext, NotValidYet, NotValidYetContext, Other, Revoked,
        UnhandledCriticalExtension, UnknownIssuer, UnsupportedSignatureAlgorithmContext,
    };
    let time = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let name = || ServerName::try_from("n1").expect("a name");
    let for_names = |names: &[&str]| NotValidForNameContext {
        expected: name(),
        presented: names
            .iter()
            .map(|name| format!("DnsName({name:?})"))
            .collect(),
    };
    let key = |owner| RsaKeyLength { bits: 1024, owner };
    let pki = |error: PkiError| Other(OtherError(Arc::new(error)));
    let signed = |id: &[u8]| UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: id.to_vec(),
        supported_algorithms: Vec::new(),
    };
    let mut errors = vec![
        UnknownIssuer,
        BadSignature,
        for_names(&["nats.example.com", "nats"]),
        for_names(&[]),
        NotValidForName,
        ExpiredContext {
            time: time(1_800_000_000),
            not_after: time(1_700_000_000),
        },
        Expired,
        NotValidYetContext {
            time: time(1_600_000_000),
            not_before: time(1_700_000_000),
        },
        NotValidYet,
        Other(OtherError(Arc::new(key("the key of its certificate")))),
        Other(OtherError(Arc::new(key(
            "the key of the certificate authority that signed its certificate",
        )))),
        pki(PkiError::CaUsedAsEndEntity),
        pki(PkiError::EndEntityUsedAsCa),
        pki(PkiError::UnsupportedCertVersion),
        pki(PkiError::NameConstraintViolation),
        pki(PkiError::PathLenConstraintViolated),
        pki(PkiError::BadDerTime),
        Other(OtherError(Arc::new(io::Error::other("x")))),
        InvalidPurpose,
        BadEncoding,
        UnhandledCriticalExtension,
        Revoked,
        signed(b"\x06\x01\x00"),
    ];
    errors.extend(KNOWN_SIGNATURES.iter().map(|(id, _)| signed(id)));
    let errors = errors.into_iter().map(TlsError::InvalidCertificate);
    let no_authorities =
        "this system has no certificates of trusted CAs at the path in SSL_CERT_FILE";
    errors
        .chain([TlsError::General(no_authorities.to_owned())])
        .map(|error| tls_failure(&error, &Tls::default(), false))
        .collect()
}

fn alerts() -> Vec<Failure> {
    use AlertDescription::{
        BadCertificate, HandshakeFailure, InternalError, ProtocolVersion, UnrecognisedName,
    };
    let given = Tls {
        certificate: Some(origin(String::new(), "the argument `tls_certificate`")),
        ..Tls::default()
    };
    let alert = |alert| TlsError::AlertReceived(alert);
    let none = &Tls::default();
    let unexpected = TlsError::InappropriateMessage {
        expect_types: Vec::new(),
        got_type: ContentType::Alert,
    };
    let in_common = PeerIncompatible::NoSignatureSchemesInCommon;
    let misbehaved = PeerMisbehaved::SelectedUnofferedKxGroup;
    vec![
        tls_failure(&alert(HandshakeFailure), none, true),
        tls_failure(&alert(BadCertificate), &given, true),
        tls_failure(
            &TlsError::InvalidMessage(InvalidMessage::InvalidCcs),
            none,
            false,
        ),
        tls_failure(&alert(ProtocolVersion), none, false),
        tls_failure(&alert(HandshakeFailure), none, false),
        tls_failure(&TlsError::PeerIncompatible(in_common), none, false),
        tls_failure(&alert(UnrecognisedName), none, false),
        tls_failure(&alert(InternalError), none, false),
        tls_failure(&TlsError::PeerMisbehaved(misbehaved), none, false),
        tls_failure(&unexpected, none, false),
        Failure::new(
            Unreachable::Tls,
            "the server does not answer the TLS handshake",
        ),
        Failure::new(
            Unreachable::Tls,
            "the connection was lost in the TLS handshake: connection reset by peer",
        ),
    ]
}

/// The server refuses the login, or it cannot be used.
pub(crate) fn logins() -> Vec<Error> {
    let user = KeyPair::new_from_raw(KeyPairType::User, [7; 32]).expect("a key");
    let (seed, public_key) = (user.seed().expect("a seed"), user.public_key());
    let password = Auth::UserPassword {
        user: "joe".to_owned(),
        password: "secret".to_owned(),
    };
    let jwt = |claims: Value| {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        format!(
            "{}.{}.x",
            part(&json!({ "alg": "ed25519-nkey" })),
            part(&claims)
        )
    };
    let expired = jwt(json!({ "sub": public_key, "exp": 1_700_000_000 }));
    let credentials = format!(
        "-----BEGIN NATS USER JWT-----\n{expired}\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    let refused = [
        (Auth::None, "", None),
        (password, "the arguments `user` and `password`", None),
        (Auth::Token("t".to_owned()), "the argument `token`", None),
        (
            Auth::Token("t".to_owned()),
            "the environment variable NATS_USER, which without a password is used as a token, as in the nats command",
            None,
        ),
        (Auth::NKey(seed.clone()), "the argument `nkey`", None),
        (Auth::NKey("x".to_owned()), "the argument `nkey`", None),
        (
            Auth::Jwt {
                jwt: expired,
                seed: seed.clone(),
            },
            "the arguments `jwt` and `seed`",
            None,
        ),
        (
            Auth::Credentials(credentials.clone()),
            "the argument `credentials`",
            Some("User Authentication Expired"),
        ),
    ];
    let refused = refused.map(|(auth, from, told)| login::refused(&origin(auth, from), told));
    let bad = "x".to_owned();
    let without_seed = credentials.replace(&seed, &bad);
    let unusable = [
        (Auth::NKey(bad.clone()), "the argument `nkey`"),
        (
            Auth::Jwt {
                jwt: bad.clone(),
                seed: bad.clone(),
            },
            "the arguments `jwt` and `seed`",
        ),
        (Auth::Credentials(bad), "the argument `credentials`"),
        (
            Auth::Credentials(without_seed),
            "the argument `credentials`",
        ),
    ];
    let unusable = unusable
        .map(|(auth, from)| login::fields(&origin(auth, from), "").expect_err("not usable"));
    let clauses = refused.into_iter().chain(unusable);
    clauses
        .map(|why| Error::new(Cause::Unauthorized(why), SERVER))
        .collect()
}

/// What answers is no JetStream, or another one than is configured.
pub(crate) fn wrong_jetstream() -> Vec<Error> {
    let domain = || {
        let domain = ApiPrefix::Domain("hub".to_owned());
        origin(domain, "the argument `jetstream_domain` of the resource")
    };
    let prefix = || {
        let prefix = ApiPrefix::Custom("JS.acme.API".to_owned());
        origin(prefix, "the argument `jetstream_api_prefix`")
    };
    let no_answer = |domain: Option<&str>, own: Option<&str>| {
        let cause = Cause::NoResponders {
            domain: domain.map(str::to_owned),
            server_domain: own.map(str::to_owned),
        };
        Error::new(cause, SERVER)
    };
    let found = |cause: Option<Cause>| Error::new(cause.expect("a cause"), SERVER);
    let unanswered = |error, prefix| found(verify::unanswered(error, &prefix).expect("no error"));
    vec![
        no_answer(None, None),
        no_answer(Some("hub"), Some("leaf")),
        no_answer(Some("hub"), None),
        Error::of_jetstream(10039, "JetStream not enabled for account"),
        found(verify::unsupported(
            &json!({ "domain": "leaf" }),
            &domain(),
            None,
        )),
        found(verify::unsupported(
            &json!({}),
            &origin(ApiPrefix::Default, "the default"),
            Some("2.8.4"),
        )),
        unanswered(no_answer(None, None), prefix()),
        unanswered(Error::timed_out(), prefix()),
        unanswered(no_answer(None, Some("leaf")), domain()),
        unanswered(no_answer(None, None), domain()),
        Error::new(
            Cause::Denied {
                subject: "_INBOX.x7.*".to_owned(),
                publish: false,
            },
            SERVER,
        ),
    ]
}

/// Requests that fail for a reason that is none of the connection.
pub(crate) fn requests() -> Vec<Error> {
    let error = |cause: Cause| Error::new(cause, SERVER);
    let create = |error: Error| {
        error.asking(
            "create stream KV_LATTICEDATA_default",
            "$JS.API.STREAM.CREATE.KV_LATTICEDATA_default",
            "KV_LATTICEDATA_default",
        )
    };
    let lost = |why: Option<&str>| Cause::Disconnected {
        why: why.map(str::to_owned),
    };
    let mismatch = |key: &str, sent: Value, echoed: Value| Mismatch {
        key: key.to_owned(),
        sent,
        echoed,
    };
    let rejected = |bytes: &[u8]| {
        let mut received = ServerBytes::default();
        received.push(bytes);
        loop {
            match received.next() {
                Ok(passed) => assert!(passed.is_some(), "nothing is rejected"),
                Err(Rejected(what)) => {
                    return format!("the server violates the NATS protocol: {what}");
                }
            }
        }
    };
    let broken = [
        rejected(b"HELLO\r\n"),
        rejected(b"MSG a 1 1\r\nabc\r\n"),
        rejected(b"HMSG a 1 5 5\r\nabc\r\n\r\n"),
        rejected(&[b'x'; 70_000]),
        format!("the server answers '{}'", without_text()),
    ];
    let mut causes = vec![
        Cause::Timeout { millis: 5000 },
        lost(None),
        Cause::not_found(),
        Cause::Deadline("no further request was sent".to_owned()),
        Cause::Deadline("there is no connection yet".to_owned()),
        Cause::Deadline("the stream does not answer".to_owned()),
        Cause::Deadline("an earlier request for the same information has not ended yet".to_owned()),
        Cause::Stopped,
        Cause::Exists,
        Cause::Mismatch(vec![
            mismatch("compression", json!("s2"), json!("none")),
            mismatch("allow_msg_ttl", json!(true), json!(false)),
        ]),
        Cause::Mismatch(vec![mismatch("num_replicas", json!(3), json!(1))]),
        Cause::TooLarge {
            bytes: 2_000_000,
            limit: 1_048_576,
        },
        Cause::Malformed("a stream without its configuration".to_owned()),
        Cause::Malformed("a list of streams that does not end (300000 names so far)".to_owned()),
        Cause::Malformed(
            "a list of subjects that does not end (300000 subjects so far)".to_owned(),
        ),
        Cause::Invalid(
            "\"a b\" is not a valid stream name (1 to 255 letters, no space, dot, *, >, / or \\)"
                .to_owned(),
        ),
    ];
    causes.extend(broken.iter().map(|why| lost(Some(why))));
    causes.extend(replicas().into_iter().map(Cause::Deadline));
    let mut errors: Vec<_> = causes
        .into_iter()
        .map(|cause| create(error(cause)))
        .collect();
    errors.push(create(error(Cause::Timeout { millis: 5000 })).unknown());
    let then = error(lost(None)).asking("delete stream KV_LATTICEDATA_default", "", "");
    errors.push(create(error(Cause::Timeout { millis: 5000 })).and(then));
    for asked in [
        "list the streams",
        "read the JetStream account",
        "move the leader of stream KV_LATTICEDATA_default",
        "wait for the replicas of stream KV_LATTICEDATA_default",
        "read the cluster of stream KV_LATTICEDATA_default",
        "count the subjects of stream KV_LATTICEDATA_default",
    ] {
        errors.push(error(Cause::Timeout { millis: 5000 }).asking(asked, "", ""));
    }
    errors
}

/// An error of a server that says nothing.
fn without_text() -> String {
    let mut received = ServerBytes::default();
    received.push(b"-ERR ''\r\n");
    match received.next() {
        Ok(Some(Passed {
            operation: Operation::Error(error),
            ..
        })) => error,
        other => panic!("{other:?}"),
    }
}

/// What keeps the replicas of a stream from being all current.
pub(crate) fn replicas() -> Vec<String> {
    let info = |replicas: u64, cluster: Value| {
        let mut answer = json!({
            "config": { "name": "KV_LATTICEDATA_default", "num_replicas": replicas },
            "state": {}, "created": "2026-01-01T00:00:00Z",
        });
        if !cluster.is_null() {
            answer["cluster"] = cluster;
        }
        let info = StreamInfo::read(&answer).expect("a stream");
        info.missing(usize::try_from(replicas).expect("few"))
    };
    let follower = |current: bool, offline: bool| json!({ "name": "n2", "current": current, "offline": offline, "active": 1 });
    let three = || vec![follower(true, false), follower(true, false)];
    let words = [
        info(3, Value::Null),
        info(3, json!({ "replicas": three() })),
        info(3, json!({ "leader": "n1", "replicas": [] })),
        info(
            3,
            json!({ "leader": "n1", "replicas": three(), "desired": { "cluster": "C2" } }),
        ),
        info(1, json!({ "leader": "n1", "replicas": three() })),
        info(
            3,
            json!({ "leader": "n1", "replicas": [follower(true, false), follower(false, true)] }),
        ),
        info(
            3,
            json!({ "leader": "n1", "replicas": [follower(true, false), follower(false, false)] }),
        ),
    ];
    words.into_iter().flatten().collect()
}
