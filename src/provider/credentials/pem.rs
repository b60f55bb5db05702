//! Certificates and private keys in PEM: what can be known to be wrong with them before a server is asked.
//!
//! The library's own messages are not passed on: they quote the line that they stumble over, which may be of a key.

use std::sync::Arc;

use rustls::pki_types::pem::{Error as PemError, PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error as TlsError, InconsistentKeys, RootCertStore};

use crate::ecdsa_p521;

/// One or more certificates.
///
/// # Errors
/// What is wrong with them.
pub fn certificates(text: &str) -> Result<String, String> {
    for certificate in certificate_chain(text)? {
        RootCertStore::empty().add(certificate).map_err(|_| {
            "A part of it is marked as a certificate, but does not contain a certificate. Copy the certificate again.".to_owned()
        })?;
    }
    Ok(text.to_owned())
}

fn certificate_chain(text: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let sections = sections(text, "certificate", "CERTIFICATE")?;
    let other = sections.first().map(|(kind, _)| *kind);
    // The key may stand in the same file.
    let chain: Vec<_> = sections
        .into_iter()
        .filter(|(kind, _)| *kind == SectionKind::Certificate)
        .map(|(_, der)| CertificateDer::from(der))
        .collect();
    match other {
        Some(kind) if chain.is_empty() => Err(instead("certificate", kind)),
        _ => Ok(chain),
    }
}

/// A private key that the client can sign with.
///
/// # Errors
/// What is wrong with it.
pub fn private_key(text: &str) -> Result<String, String> {
    signing_key(text).map(|_| text.to_owned())
}

fn signing_key(text: &str) -> Result<Arc<dyn SigningKey>, String> {
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("ENCRYPTED\n") {
        return Err("It is encrypted. Decrypt it with `openssl pkey -in FILE`.".to_owned());
    }
    let mut keys = Vec::new();
    // Some tools write the parameters of the curve, or the certificate, into the same file.
    let mut other = None;
    for (kind, der) in sections(text, "private key", "PRIVATE KEY")? {
        match PrivateKeyDer::from_pem(kind, der) {
            Some(key) => keys.push(key),
            None => other = Some(kind),
        }
    }
    match (&keys[..], other) {
        ([key], _) => ecdsa_p521::signing_key(key).map_err(|_| {
            "The provider does not support this private key. Use RSA with 2048 bits or more, ECDSA on P-256, P-384 or P-521, or Ed25519.".to_owned()
        }),
        ([], Some(kind)) => Err(instead("private key", kind)),
        _ => Err(format!("It contains {} private keys. Set only one.", keys.len())),
    }
}

/// Whether a checked key is that of the first of checked certificates.
///
/// # Errors
/// That it is not.
pub fn belong_together(certificates: &str, key: &str) -> Result<(), String> {
    let certified = CertifiedKey::new(certificate_chain(certificates)?, signing_key(key)?);
    match certified.keys_match() {
        Err(TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(
            "The private key is not that of the client certificate. Set the key of this certificate; the certificate of the client must be before those of its certificate authorities (CAs)."
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

fn sections(text: &str, what: &str, title: &str) -> Result<Vec<(SectionKind, Vec<u8>)>, String> {
    let sections: Result<Vec<(SectionKind, Vec<u8>)>, _> =
        PemObject::pem_slice_iter(text.as_bytes()).collect();
    match sections {
        Ok(sections) if sections.is_empty() => Err(format!(
            "It contains no {what} in PEM. Set a text that begins with a line \"-----BEGIN {title}-----\"."
        )),
        Ok(sections) => Ok(sections),
        Err(error) => Err(format!("It is damaged: {}. Copy it again.", damage(&error))),
    }
}

fn damage(error: &PemError) -> &'static str {
    match error {
        PemError::MissingSectionEnd { .. } => "a part of it has no line that ends it",
        PemError::IllegalSectionStart { .. } => "a line that begins a part is incomplete",
        PemError::Base64Decode(_) => "a part of it is not in base64",
        _ => "it is not in PEM",
    }
}

fn instead(wanted: &str, kind: SectionKind) -> String {
    let found = match kind {
        SectionKind::Certificate => "a certificate",
        SectionKind::PublicKey => "a public key",
        SectionKind::RsaPrivateKey | SectionKind::PrivateKey | SectionKind::EcPrivateKey => {
            "a private key"
        }
        SectionKind::Crl => "a list of revoked certificates",
        SectionKind::Csr => "a certificate request",
        _ => "something else",
    };
    format!("It contains {found}. Set a {wanted}.")
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn pair() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["client".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (
            pem("CERTIFICATE", certificate.der()),
            pem("PRIVATE KEY", &key.serialize_der()),
        )
    }

    fn pem(title: &str, der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {title}-----\n{text}\n-----END {title}-----\n")
    }

    /// What is wrong, which never has a line of the text in it.
    fn complaint(check: fn(&str) -> Result<String, String>, text: &str) -> String {
        let complaint = check(text).expect_err("something is wrong");
        let shown = text
            .lines()
            .any(|line| !line.contains("---") && line.len() > 8 && complaint.contains(line));
        assert!(!shown, "{complaint}");
        complaint
    }

    #[test]
    fn a_certificate_and_its_key_are_taken() {
        let ((certificate, key), (authority, _)) = (pair(), pair());
        let chain = format!("Subject: client\n{certificate}{authority}");

        assert!(certificates(&chain).is_ok());
        assert!(private_key(&key).is_ok());
        assert_eq!(belong_together(&chain, &key), Ok(()));
        let both = format!("{key}{certificate}");
        assert!(certificates(&both).is_ok() && private_key(&both).is_ok());
        assert_eq!(belong_together(&both, &both), Ok(()));
    }

    #[test]
    fn a_key_of_another_certificate_is_told() {
        let ((certificate, key), (other, _)) = (pair(), pair());

        let told = belong_together(&format!("{other}{certificate}"), &key).unwrap_err();

        assert!(
            told.contains("not that of the client certificate"),
            "{told}"
        );
    }

    #[test]
    fn what_is_no_certificate_is_named_for_what_it_is() {
        let (certificate, key) = pair();
        let cut = certificate.replace("-----END CERTIFICATE-----", "");
        let bad = certificate.replacen("MII", "!!!", 1);
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

        assert!(
            complaint(certificates, &key).contains("It contains a private key. Set a certificate.")
        );
        assert!(
            complaint(certificates, "hunter2 hunter2").contains("contains no certificate in PEM")
        );
        assert!(complaint(certificates, &cut).contains("has no line that ends it"));
        assert!(complaint(certificates, &bad).contains("not in base64"));
        assert!(complaint(certificates, empty).contains("but does not contain a certificate"));
    }

    #[test]
    fn what_is_no_private_key_is_named_for_what_it_is() {
        let (certificate, key) = pair();
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let foreign = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

        assert!(
            complaint(private_key, &certificate)
                .contains("It contains a certificate. Set a private key.")
        );
        assert!(complaint(private_key, &encrypted).contains("It is encrypted"));
        assert!(
            complaint(private_key, "hunter2 hunter2").contains("contains no private key in PEM")
        );
        assert!(
            complaint(private_key, &format!("{key}{key}")).contains("It contains 2 private keys")
        );
        assert!(complaint(private_key, foreign).contains("does not support this private key"));
    }
}
