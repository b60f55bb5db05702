//! What an error of TLS means, in words.
//!
//! A newcomer would print rustls's own: it names its variants, as in `InvalidCertificate(Other(OtherError(..)))`. And an
//! alert alone does not say what it is about: "handshake failure" is what a server answers that wants a certificate, and
//! what one answers that shares no curve with us. So it counts whether a certificate was requested.

use std::fmt::{self, Debug};

use rustls::{AlertDescription, CertificateError, Error as TlsError, OtherError, PeerIncompatible};
use webpki::Error as PkiError;

use crate::jetstream::connection::failure::{Failure, Unreachable, time};
use crate::jetstream::connection::options::Tls;

/// A key of a certificate of the server, or of an authority of it, is of a length that is not accepted.
#[derive(Debug)]
pub struct RsaKeyLength {
    pub bits: usize,
    /// The key of whom.
    pub owner: &'static str,
}

impl std::error::Error for RsaKeyLength {}

impl fmt::Display for RsaKeyLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bits, owner } = self;
        write!(
            f,
            "{owner} is an RSA key of {bits} bits, and only 2048 to 8192 bits are accepted"
        )
    }
}

/// What a failed TLS handshake means, or an error of a connection after it. `requested` says whether the server has
/// requested a client certificate.
pub fn failure(error: &TlsError, tls: &Tls, requested: bool) -> Failure {
    match error {
        TlsError::InvalidCertificate(error) => of_certificate(error),
        TlsError::AlertReceived(alert) => of_alert(*alert, tls, requested),
        TlsError::InvalidMessage(_) => Failure::new(
            Unreachable::NoTls,
            "the server does not use TLS on this port",
        ),
        TlsError::PeerIncompatible(why) => of_incompatible(why),
        // Ours: there are no authorities.
        TlsError::General(why) => Failure::new(Unreachable::UnknownAuthority, why.clone()),
        TlsError::PeerMisbehaved(why) => broken(&words(why)),
        TlsError::InappropriateMessage { .. } | TlsError::InappropriateHandshakeMessage { .. } => {
            broken("a message that is not expected")
        }
        error => broken(&words(error)),
    }
}

fn broken(what: &str) -> Failure {
    let how = format!("the server violates the TLS protocol: {what}");
    Failure::new(Unreachable::Tls, how)
}

/// The words of a variant's name, without what it holds: `SelectedUnofferedKxGroup` is "selected unoffered kx group",
/// `UnknownCA` is "unknown ca".
pub fn words(variant: &dyn Debug) -> String {
    let name = format!("{variant:?}");
    let name = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .next();
    let mut words = String::new();
    for letter in name.unwrap_or_default().chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() && !words.ends_with("C") {
            words.push(' ');
        }
        words.push(letter);
    }
    words.to_ascii_lowercase()
}

fn of_certificate(error: &CertificateError) -> Failure {
    use CertificateError::{
        BadEncoding, BadSignature, Expired, ExpiredContext, InvalidPurpose, InvalidPurposeContext,
        NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Other,
        UnhandledCriticalExtension, UnknownIssuer, UnsupportedSignatureAlgorithmContext,
        UnsupportedSignatureAlgorithmForPublicKeyContext,
    };
    let (kind, how) = match error {
        UnknownIssuer => (
            Unreachable::UnknownAuthority,
            "its certificate is signed by an unknown certificate authority (CA)".to_owned(),
        ),
        BadSignature => (
            Unreachable::UnknownAuthority,
            "its certificate is signed by an unknown certificate authority (CA): a CA with the same name, but another key, is trusted"
                .to_owned(),
        ),
        NotValidForName => (
            Unreachable::WrongName,
            "its certificate is for another name".to_owned(),
        ),
        NotValidForNameContext {
            expected,
            presented,
        } => (
            Unreachable::WrongName,
            format!(
                "its certificate is not for {:?} but for {}",
                expected.to_str(),
                names(presented)
            ),
        ),
        Expired => (
            Unreachable::Expired,
            "its certificate expires before it becomes valid".to_owned(),
        ),
        ExpiredContext { not_after, .. } => (
            Unreachable::Expired,
            format!("its certificate expired at {}", time(not_after.as_secs())),
        ),
        NotValidYet => (
            Unreachable::NotYetValid,
            "its certificate is not valid yet".to_owned(),
        ),
        NotValidYetContext { not_before, .. } => (
            Unreachable::NotYetValid,
            format!(
                "its certificate is not valid before {}",
                time(not_before.as_secs())
            ),
        ),
        InvalidPurpose | InvalidPurposeContext { .. } => (
            Unreachable::Certificate,
            "its certificate is not for servers: its `extendedKeyUsage` lacks `serverAuth`"
                .to_owned(),
        ),
        UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id,
            ..
        }
        | UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            ..
        } => (
            Unreachable::Certificate,
            format!(
                "its certificate, or that of its certificate authority (CA), is signed with {}, which is not accepted",
                algorithm(signature_algorithm_id)
            ),
        ),
        BadEncoding => (
            Unreachable::Certificate,
            "its certificate is damaged".to_owned(),
        ),
        UnhandledCriticalExtension => (
            Unreachable::Certificate,
            "its certificate has a critical extension that the provider does not support".to_owned(),
        ),
        Other(error) => of_other(error),
        error => (
            Unreachable::Certificate,
            format!("its certificate is not accepted: {}", words(error)),
        ),
    };
    Failure::new(kind, how)
}

fn of_other(OtherError(error): &OtherError) -> (Unreachable, String) {
    if let Some(length) = error.downcast_ref::<RsaKeyLength>() {
        return (Unreachable::KeyLength, length.to_string());
    }
    match error.downcast_ref() {
        Some(PkiError::CaUsedAsEndEntity) => (
            Unreachable::AuthorityAsServer,
            "its certificate is that of a certificate authority (`CA:TRUE`), which is not accepted for a server"
                .to_owned(),
        ),
        Some(PkiError::EndEntityUsedAsCa) => (
            Unreachable::Certificate,
            "its certificate is signed by a certificate that is not that of a certificate authority (`CA:FALSE`)"
                .to_owned(),
        ),
        Some(PkiError::UnsupportedCertVersion) => (
            Unreachable::Certificate,
            "its certificate is of X.509 version 1 or 2, which has no `subjectAltName`; only version 3 is accepted"
                .to_owned(),
        ),
        Some(PkiError::NameConstraintViolation) => (
            Unreachable::Certificate,
            "its certificate authority has no permission to sign a certificate for this name (`nameConstraints`)".to_owned(),
        ),
        Some(PkiError::PathLenConstraintViolated) => (
            Unreachable::Certificate,
            "more certificate authorities are between its certificate and a trusted one than `pathlen` allows"
                .to_owned(),
        ),
        Some(error) => (
            Unreachable::Certificate,
            format!("its certificate is not accepted: {}", words(error)),
        ),
        None => (
            Unreachable::Certificate,
            "its certificate is not accepted".to_owned(),
        ),
    }
}

/// The names of a certificate, as rustls prints them: `DnsName("example.com")`.
fn names(presented: &[String]) -> String {
    let bare = presented.iter().map(|name| {
        let quoted = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest);
        quoted.trim_end_matches(')').to_owned()
    });
    let names: Vec<String> = bare.collect();
    if names.is_empty() {
        "no name, because it has no `subjectAltName`".to_owned()
    } else {
        names.join(", ")
    }
}

/// Signature algorithms that are not accepted, by the first bytes of their identifiers: object identifiers in DER.
pub const KNOWN_SIGNATURES: [(&[u8], &str); 7] = [
    (
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04",
        "RSA and MD5",
    ),
    (
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05",
        "RSA and SHA-1",
    ),
    (b"\x06\x07\x2a\x86\x48\xce\x3d\x04\x01", "ECDSA and SHA-1"),
    (
        b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x01",
        "ECDSA and SHA-224",
    ),
    (
        b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
        "ECDSA and SHA-512 with a key that is not on the curve P-521",
    ),
    (
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a",
        "RSA-PSS with parameters that the provider does not support",
    ),
    (b"\x06\x03\x2b\x65\x71", "Ed448"),
];

/// What a signature algorithm is called, from the content of its identifier.
fn algorithm(id: &[u8]) -> &'static str {
    let mut known = KNOWN_SIGNATURES.iter();
    let known = known.find(|(prefix, _)| id.starts_with(prefix));
    known.map_or(
        "an algorithm that the provider does not support",
        |(_, name)| *name,
    )
}

fn of_incompatible(why: &PeerIncompatible) -> Failure {
    use PeerIncompatible::{
        ServerDoesNotSupportTls12Or13, ServerTlsVersionIsDisabledByOurConfig, Tls12NotOffered,
    };
    match why {
        ServerDoesNotSupportTls12Or13 | ServerTlsVersionIsDisabledByOurConfig | Tls12NotOffered => {
            old_version()
        }
        why => Failure::new(
            Unreachable::NothingInCommon,
            format!(
                "the server and the provider have no TLS settings in common: {}",
                words(why)
            ),
        ),
    }
}

fn old_version() -> Failure {
    Failure::new(
        Unreachable::OldTls,
        "the server supports neither TLS 1.2 nor TLS 1.3",
    )
}

/// Before TLS 1.3 no alert said that a certificate is missing, so it depends on whether one was requested and given.
fn of_alert(alert: AlertDescription, tls: &Tls, requested: bool) -> Failure {
    use AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
        CertificateUnknown, DecryptError, HandshakeFailure, InsufficientSecurity, NoCertificate,
        ProtocolVersion, UnknownCA, UnrecognisedName, UnsupportedCertificate,
    };
    let about_ours = matches!(
        alert,
        AccessDenied
            | BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | DecryptError
            | HandshakeFailure
            | NoCertificate
            | UnknownCA
            | UnsupportedCertificate
    );
    let alert_words = match alert {
        AlertDescription::Unknown(code) => code.to_string(),
        alert => words(&alert),
    };
    match &tls.certificate {
        None if requested && about_ours => Failure::new(
            Unreachable::CertificateDemanded,
            "the server requires a client certificate, and none is set",
        ),
        Some(certificate) if requested && about_ours => Failure::new(
            Unreachable::CertificateRefused,
            format!(
                "the server refuses the client certificate, set by {} (TLS alert \"{alert_words}\")",
                certificate.origin
            ),
        ),
        _ if matches!(alert, HandshakeFailure | InsufficientSecurity) => Failure::new(
            Unreachable::NothingInCommon,
            format!(
                "the server finds no key exchange, cipher suite or signature that both sides support (TLS alert \"{alert_words}\")"
            ),
        ),
        _ if alert == ProtocolVersion => old_version(),
        _ if alert == UnrecognisedName => Failure::new(
            Unreachable::WrongName,
            "the server has no certificate for this name",
        ),
        _ => Failure::new(
            Unreachable::Tls,
            format!("the server ended the TLS handshake with the alert \"{alert_words}\""),
        ),
    }
}

#[cfg(test)]
mod tests {
    use rustls::PeerMisbehaved;

    use super::*;
    use crate::jetstream::connection::options::WithOrigin;

    fn alert(alert: AlertDescription, requested: bool, given: bool) -> Failure {
        let certificate = given.then(|| WithOrigin::new(String::new(), "the test"));
        let tls = Tls {
            certificate,
            ..Tls::default()
        };
        failure(&TlsError::AlertReceived(alert), &tls, requested)
    }

    #[test]
    fn an_alert_is_about_a_client_certificate_only_if_one_was_requested() {
        use AlertDescription::{BadCertificate, CertificateRequired, HandshakeFailure};

        for about in [BadCertificate, CertificateRequired, HandshakeFailure] {
            let demanded = alert(about, true, false);
            let refused = alert(about, true, true);

            assert_eq!(demanded.kind, Unreachable::CertificateDemanded);
            assert_eq!(refused.kind, Unreachable::CertificateRefused);
            for given in [false, true] {
                let other = alert(about, false, given);
                assert!(!other.how.contains("client certificate"), "{other:?}");
            }
        }
    }

    #[test]
    fn every_alert_and_what_breaks_the_rules_is_told_in_words() {
        for code in 0..=u8::MAX {
            for (requested, given) in [(false, false), (true, false), (true, true)] {
                let told = alert(AlertDescription::from(code), requested, given).how;
                let name = told.split('"').nth(1).unwrap_or_default();
                assert!(!name.contains(char::is_uppercase), "{told}");
            }
        }
        let broken = TlsError::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedKxGroup);

        assert_eq!(
            failure(&broken, &Tls::default(), false).how,
            "the server violates the TLS protocol: selected unoffered kx group"
        );
        assert_eq!(words(&AlertDescription::UnknownCA), "unknown ca");
    }
}
