//! Why there is no connection: the kinds of failure that a reader repairs in different ways.
//!
//! The words beside the kind say what was seen; they never hold a secret, and what is quoted in them is printable.

use std::time::Duration;

use crate::text::printable;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// What is given is no address.
    Address,
    /// Nobody listens there, or no way leads there.
    Nobody,
    /// The name does not resolve.
    Name,
    /// Somebody accepts the connection and does not greet.
    Silent,
    /// This is not a NATS server, or uses another of its protocols there.
    Foreign,
    /// The server greets with an error, say because it has too many connections.
    Refused,
    /// The SOCKS proxy cannot be reached, or does not let us through.
    Proxy,
    /// The SOCKS proxy does not accept the login, or wants one.
    ProxyLogin,
    /// The authority, certificate or key that is given for TLS cannot be used.
    Material,
    /// No trusted authority has signed the server's certificate.
    UnknownAuthority,
    /// The server's certificate is for another name.
    WrongName,
    /// The server's certificate has expired.
    Expired,
    /// The server's certificate is not valid yet.
    NotYetValid,
    /// The server uses the certificate of an authority as its own.
    AuthorityAsServer,
    /// An RSA key of the server's certificate, or of an authority's, is too short or too long.
    KeyLength,
    /// The server's certificate is not accepted for another reason.
    Certificate,
    /// The server demands a client certificate, and none is given.
    CertificateDemanded,
    /// The server does not accept the client certificate.
    CertificateRefused,
    /// TLS is required, and the server offers none.
    NoTls,
    /// The server speaks only versions of TLS that are too old.
    OldTls,
    /// No key exchange, cipher suite or signature is known to both sides.
    NothingInCommon,
    /// The server wants the TLS handshake before its greeting.
    HandshakeFirst,
    /// The server greets before the TLS handshake.
    GreetingFirst,
    /// TLS fails in another way.
    Tls,
    /// It is another server than the one that is expected.
    NotExpected,
    /// The server does not tell whether it is the one that is expected.
    NotVerified,
}

impl Unreachable {
    /// Whether the server is there and the agreement on TLS fails, which waiting does not change.
    pub fn is_of_tls(self) -> bool {
        !matches!(
            self,
            Self::Address
                | Self::Nobody
                | Self::Name
                | Self::Silent
                | Self::Foreign
                | Self::Refused
                | Self::Proxy
                | Self::ProxyLogin
                | Self::NotExpected
                | Self::NotVerified
        )
    }
}

impl Unreachable {
    /// Whether trying again may help with nothing changed here: the server may be about to start.
    pub fn may_pass(self) -> bool {
        let for_good = matches!(
            self,
            Self::Address | Self::ProxyLogin | Self::NotExpected | Self::NotVerified
        );
        !for_good && !self.is_of_tls()
    }
}

/// A kind of failure, and what was seen, as a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: Unreachable,
    pub how: String,
}

impl Failure {
    pub fn new(kind: Unreachable, how: impl Into<String>) -> Failure {
        let how = printable(&how.into()).into_owned();
        Failure { kind, how }
    }

    /// A server that does not say anything for so long.
    pub fn silent(limit: Duration) -> Failure {
        let millis = limit.as_millis();
        Failure::new(
            Unreachable::Silent,
            format!("the server sent no NATS greeting within {millis} ms"),
        )
    }

    /// Why none of several servers can be connected to; each is shown with its address.
    pub fn of_all(failures: &[(String, Failure)]) -> Option<Failure> {
        let telling = |(_, failure): &&(String, Failure)| {
            !matches!(
                failure.kind,
                Unreachable::Nobody | Unreachable::Name | Unreachable::Silent
            )
        };
        let (_, first) = failures.iter().find(telling).or_else(|| failures.first())?;
        if let [(_, only)] = failures {
            return Some(only.clone());
        }
        let each: Vec<String> = failures
            .iter()
            .map(|(server, failure)| format!("{} ({server})", failure.how))
            .collect();
        Some(Failure::new(first.kind, each.join("; ")))
    }
}

/// Seconds since 1970 as a date.
pub fn time(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map(|time| time.to_string())
        .unwrap_or_default()
}
