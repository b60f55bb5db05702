//! Why NATS or JetStream cannot be reached: the same words for all assets, so that the reader gets them once.

use crate::jetstream::{Error, Unreachable, Unsupported};
use crate::terraform::language::Diagnostic;

/// The diagnostic of a failure that has nothing to do with the asset that was asked for. It is the same for all assets,
/// so that the reader gets it once.
pub fn connection_failure(error: &Error) -> Diagnostic {
    if let Some(why) = error.unreachable() {
        let (summary, advice) = unreachable(why);
        return Diagnostic::error(summary, with_advice(error.reason(), advice));
    }
    if let Some(inbox) = error.denied_inbox() {
        let advice = format!(
            "Grant the provider's user permission to subscribe to {inbox}, or set `inbox_prefix` in the provider block to a prefix that it may subscribe to."
        );
        let detail = with_advice(error.reason(), &advice);
        return Diagnostic::error("Answers of NATS cannot be received", detail);
    }
    if let Some(domain) = error.absent_domain() {
        return domain_away(domain, error);
    }
    let (summary, advice) = if error.is_unauthorized() {
        (
            "NATS refuses the login",
            "The provider block takes `user` and `password`, `token`, `credentials` or `credentials_file`, `nkey` or `nkey_file`, or `jwt` and `seed`; without them NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY or NATS_JWT and NATS_SEED count, then the NATS context.",
        )
    } else if let Some(unsupported) = error.unsupported() {
        wrong_jetstream(unsupported)
    } else if error.code().is_some() {
        (
            "JetStream is not enabled",
            "Log in as a user of an account that has JetStream, or enable it (`jetstream: enabled` in the account, `jetstream {}` on the server).",
        )
    } else {
        (
            "JetStream does not answer",
            "Enable it on the server (`jetstream {}` in its configuration), connect to another one, or, to reach JetStream through a leaf node, set `jetstream_domain`.",
        )
    };
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

/// Nobody answers in a JetStream domain: most often one leaf node of many is offline.
fn domain_away(domain: &str, error: &Error) -> Diagnostic {
    let summary = format!("JetStream domain {domain} is not reachable");
    let advice = "Correct `jetstream_domain`, of the resource or of the provider block, or start the servers of the domain and connect their leaf node. Until then, plan the rest with `-target`, or with `-refresh=false` if nothing of this domain changes.";
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

/// The title of a connection that fails, and what to do.
fn unreachable(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Address => ("An address cannot be understood", ""),
        Unreachable::Nobody => (
            "NATS cannot be reached",
            "Check that it runs and can be reached from here, or set `servers` in the provider block, or NATS_URL, to where it is.",
        ),
        Unreachable::Name => (
            "The name of the NATS server does not resolve",
            "Correct it, or see to it that this machine can resolve it; with `socks_proxy` the proxy resolves it.",
        ),
        Unreachable::Silent => (
            "NATS cannot be reached: the server is silent",
            "Check that what listens there is a NATS server and that nothing between keeps its bytes back, or raise `connect_timeout`.",
        ),
        Unreachable::Foreign => (
            "What answers is not a NATS server",
            "Check host, port and scheme: nats:// and tls:// go to the port for clients, ws:// and wss:// to the one for websockets.",
        ),
        Unreachable::Refused => ("NATS refuses the connection", ""),
        Unreachable::Proxy | Unreachable::ProxyLogin => (
            "The SOCKS proxy does not let us through",
            "Check its address, user and password in `socks_proxy` or NATS_SOCKS_PROXY, and whether it may connect to the server.",
        ),
        Unreachable::NotExpected => (
            "This is not the expected NATS server",
            "Nothing was requested of it. Check `servers`, the login and the NATS context. If this server is meant, correct `expected_account` or `expected_cluster`.",
        ),
        Unreachable::NotVerified => (
            "The NATS account cannot be verified",
            "Nothing else was requested. Grant the provider's user permission to publish to $SYS.REQ.USER.INFO, or remove `expected_account`. In operator mode, the server also needs a `system_account`.",
        ),
        why => tls_failure(why),
    }
}

fn tls_failure(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Material => (
            "Certificates or keys cannot be used",
            "They are text in PEM: `-----BEGIN CERTIFICATE-----` and `-----BEGIN PRIVATE KEY-----`, the key without a passphrase.",
        ),
        Unreachable::UnknownAuthority => (
            "The NATS server's certificate is of an unknown authority",
            "Give the certificate of the authority that signed it in `tls_ca` or `tls_ca_file` of the provider block, or NATS_CA. If one is given, it is another authority's.",
        ),
        Unreachable::WrongName => (
            "The NATS server's certificate is for another name",
            "Write one of its names in the address, or give the server a certificate for this one.",
        ),
        Unreachable::Expired => (
            "The NATS server's certificate has expired",
            "Renew it on the server; check this machine's clock.",
        ),
        Unreachable::NotYetValid => (
            "The NATS server's certificate is not valid yet",
            "Check this machine's clock and the certificate.",
        ),
        Unreachable::AuthorityAsServer => (
            "The NATS server uses a certificate authority's certificate",
            "Give the server a certificate of its own with `basicConstraints = CA:FALSE`, its names in `subjectAltName`, and a signature of that authority. `openssl req -x509` creates certificates of authorities unless it gets `-addext basicConstraints=critical,CA:FALSE`.",
        ),
        Unreachable::KeyLength => (
            "The NATS server's RSA key is not accepted",
            "Create a new key of 2048 bits or more, or one of ECDSA or Ed25519, and a certificate for it.",
        ),
        Unreachable::Certificate => (
            "The NATS server's certificate is not accepted",
            "Give the server a certificate of X.509 version 3 that is meant for servers (`extendedKeyUsage = serverAuth`), has its names in `subjectAltName`, and is signed with SHA-256 or better.",
        ),
        Unreachable::CertificateDemanded => (
            "NATS demands a client certificate",
            "Set `tls_certificate_file` and `tls_key_file` in the provider block, or NATS_CERT and NATS_KEY.",
        ),
        Unreachable::CertificateRefused => (
            "NATS does not accept the client certificate",
            "Give one that has not expired, is meant for clients and is signed by an authority that the server trusts.",
        ),
        Unreachable::NoTls => (
            "The server does not speak TLS",
            "Turn it on there, or do not ask for it: write nats:// or ws:// in the address, and set neither `tls_ca`, `tls_certificate` nor `tls_first`, nor what stands for them.",
        ),
        Unreachable::OldTls => (
            "The NATS server's TLS is too old",
            "Enable TLS 1.2 or 1.3 on the server, or on what ends TLS before it.",
        ),
        Unreachable::NothingInCommon => (
            "NATS and the provider cannot agree on TLS",
            "Allow on the server what the provider offers. Key exchange, in `curve_preferences`: X25519, CurveP256 or CurveP384. Cipher suites, in `cipher_suites`: those of TLS 1.3, or ECDHE with AES-GCM or ChaCha20-Poly1305. Keys of its certificate: RSA, ECDSA or Ed25519.",
        ),
        Unreachable::HandshakeFirst => (
            "NATS wants the TLS handshake first",
            "The server has `handshake_first`: set `tls_first = true` in the provider block.",
        ),
        Unreachable::GreetingFirst => (
            "NATS greets before the TLS handshake",
            "The server has no `handshake_first`: remove `tls_first` from the provider block.",
        ),
        _ => (
            "TLS with NATS fails",
            "TLS 1.2 and 1.3 are spoken, and certificates are always verified.",
        ),
    }
}

/// The title of a JetStream that is not the one asked for, and what to do.
fn wrong_jetstream(unsupported: Unsupported) -> (&'static str, &'static str) {
    match unsupported {
        Unsupported::Domain => (
            "The JetStream domain is not there",
            "Correct `jetstream_domain`, of the resource or of the provider block, or see to it that the domain's servers run and their leaf node is connected.",
        ),
        Unsupported::Prefix => (
            "Nobody answers under the JetStream API prefix",
            "Correct `jetstream_api_prefix` in the provider block, or see to it that the account imports the API under it.",
        ),
        Unsupported::Version => (
            "The NATS server is too old",
            "Update it, or connect to a newer one.",
        ),
    }
}

pub fn with_advice(what: String, advice: &str) -> String {
    match advice {
        "" => what,
        advice => format!("{what} {advice}"),
    }
}
