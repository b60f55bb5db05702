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
            "Grant the provider's user permission to subscribe to {inbox}, or set `inbox_prefix` in the provider block to a prefix that the user has permission to subscribe to."
        );
        let detail = with_advice(error.reason(), &advice);
        return Diagnostic::error("Answers of the NATS server cannot be received", detail);
    }
    if let Some(domain) = error.absent_domain() {
        return domain_away(domain, error);
    }
    let (summary, advice) = if error.is_unauthorized() {
        (
            "The NATS server refuses the login",
            "In the provider block, set a login that the server accepts: `user` and `password`, `token`, `credentials` or `credentials_file`, `nkey` or `nkey_file`, or `jwt` and `seed`. Without one, the provider uses the environment variables NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY, or NATS_JWT and NATS_SEED, then the NATS context.",
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
            "Enable it on the server (`jetstream {}` in its configuration), connect to another server, or set `jetstream_domain` to use JetStream through a leaf node.",
        )
    };
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

/// Nobody answers in a JetStream domain: most often one leaf node of many is offline.
fn domain_away(domain: &str, error: &Error) -> Diagnostic {
    let summary = format!("JetStream domain {domain} is not reachable");
    let advice = "Correct `jetstream_domain` in the resource or in the provider block, or start the servers of the domain and connect their leaf node. Until then, plan the rest with `-target`, or with `-refresh=false` if nothing of this domain changes.";
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

/// The title of a connection that fails, and what to do.
fn unreachable(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Address => ("An address is not valid", ""),
        Unreachable::Nobody => (
            "The NATS server is not reachable",
            "Check that the server runs and is reachable from this machine, or set `servers` in the provider block, or NATS_URL, to its address.",
        ),
        Unreachable::Name => (
            "The name of the NATS server does not resolve",
            "Correct the name, or make sure that this machine can resolve it; with `socks_proxy`, the proxy resolves it.",
        ),
        Unreachable::Silent => (
            "The NATS server does not answer",
            "Check that a NATS server listens on this address, and that no firewall or proxy blocks the connection, or raise `connect_timeout`.",
        ),
        Unreachable::Foreign => (
            "This is not a NATS server",
            "Check host, port and scheme: nats:// and tls:// are for the client port, ws:// and wss:// for the WebSocket port.",
        ),
        Unreachable::Refused => (
            "The NATS server refuses the connection",
            "See the server's log for the reason. A limit may be reached, such as `max_connections` of the server or of the account.",
        ),
        Unreachable::Proxy | Unreachable::ProxyLogin => (
            "The SOCKS proxy refuses the connection",
            "Check the proxy's address, user and password in `socks_proxy` or NATS_SOCKS_PROXY, and whether the proxy has permission to connect to the server.",
        ),
        Unreachable::NotExpected => (
            "This is not the expected NATS server",
            "The provider sent no request to it. Check `servers`, the login and the NATS context. If this is the right server, correct `expected_account` or `expected_cluster`.",
        ),
        Unreachable::NotVerified => (
            "The NATS account cannot be verified",
            "The provider sent no other request. Grant the provider's user permission to publish to $SYS.REQ.USER.INFO, or remove `expected_account`. In operator mode, the server also needs a `system_account`.",
        ),
        why => tls_failure(why),
    }
}

fn tls_failure(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Material => (
            "The certificates or keys are not valid",
            "Set certificates and keys as PEM text: `-----BEGIN CERTIFICATE-----` and `-----BEGIN PRIVATE KEY-----`, the key without a passphrase.",
        ),
        Unreachable::UnknownAuthority => (
            "The NATS server's certificate has an unknown CA",
            "Set `tls_ca` or `tls_ca_file` in the provider block, or NATS_CA, to the certificate of the certificate authority (CA) that signed it. If it is already set, it is the certificate of another CA.",
        ),
        Unreachable::WrongName => (
            "The NATS server's certificate is for another name",
            "Use one of its names in the address, or give the server a certificate for this name.",
        ),
        Unreachable::Expired => (
            "The NATS server's certificate has expired",
            "Renew the certificate on the server, and check the clock of this machine.",
        ),
        Unreachable::NotYetValid => (
            "The NATS server's certificate is not valid yet",
            "Check the clock of this machine, and the certificate.",
        ),
        Unreachable::AuthorityAsServer => (
            "The NATS server uses the certificate of a CA",
            "Create a certificate for the server that this CA signs, with `basicConstraints = CA:FALSE` and the names of the server in `subjectAltName`. `openssl req -x509` creates CA certificates, except with `-addext basicConstraints=critical,CA:FALSE`.",
        ),
        Unreachable::KeyLength => (
            "The NATS server's RSA key is not accepted",
            "Create a new RSA key of 2048 bits or more, or an ECDSA or Ed25519 key, and a certificate for it.",
        ),
        Unreachable::Certificate => (
            "The NATS server's certificate is not accepted",
            "Use a server certificate of X.509 version 3 with `extendedKeyUsage = serverAuth`, the names of the server in `subjectAltName`, and a signature with SHA-256 or better.",
        ),
        Unreachable::CertificateDemanded => (
            "The NATS server requires a client certificate",
            "Set `tls_certificate_file` and `tls_key_file` in the provider block, or NATS_CERT and NATS_KEY.",
        ),
        Unreachable::CertificateRefused => (
            "The NATS server refuses the client certificate",
            "Use one that has not expired, is valid for clients, and is signed by a CA that the server trusts.",
        ),
        Unreachable::NoTls => (
            "The NATS server does not use TLS",
            "Enable TLS on the server, or connect without it: use nats:// or ws:// in the address, and remove `tls_ca`, `tls_certificate`, `tls_first`, and the variables for them.",
        ),
        Unreachable::OldTls => (
            "The NATS server's TLS is too old",
            "Enable TLS 1.2 or 1.3 on the server, or on the proxy that terminates TLS.",
        ),
        Unreachable::NothingInCommon => (
            "Server and provider have no TLS settings in common",
            "Enable on the server what the provider supports. Key exchange, in `curve_preferences`: X25519, CurveP256 or CurveP384. Cipher suites, in `cipher_suites`: those of TLS 1.3, or ECDHE with AES-GCM or ChaCha20-Poly1305. Keys of its certificate: RSA, ECDSA or Ed25519.",
        ),
        Unreachable::HandshakeFirst => (
            "The NATS server expects the TLS handshake first",
            "The server has `handshake_first`: set `tls_first = true` in the provider block.",
        ),
        Unreachable::GreetingFirst => (
            "The NATS server does not start with TLS",
            "The server has no `handshake_first`: remove `tls_first` from the provider block.",
        ),
        _ => (
            "The TLS handshake fails",
            "See the server's log for the reason. The provider supports TLS 1.2 and 1.3, and always verifies certificates.",
        ),
    }
}

/// The title of a JetStream that is not the one asked for, and what to do.
fn wrong_jetstream(unsupported: Unsupported) -> (&'static str, &'static str) {
    match unsupported {
        Unsupported::Domain => (
            "The JetStream domain is not reachable",
            "Correct `jetstream_domain` in the resource or in the provider block, or start the servers of the domain and connect their leaf node.",
        ),
        Unsupported::Prefix => (
            "The JetStream API prefix is not reachable",
            "Correct `jetstream_api_prefix` in the provider block, or import the API under this prefix in the account.",
        ),
        Unsupported::Version => (
            "The NATS server is too old",
            "Upgrade the server, or connect to a newer one.",
        ),
    }
}

pub fn with_advice(what: String, advice: &str) -> String {
    match advice {
        "" => what,
        advice => format!("{what} {advice}"),
    }
}
