//! A private authority, and what it has signed for a server on the loopback address and for a client.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// Certificates and keys in PEM.
pub struct Certificates {
    pub authority: String,
    /// The certificate, and its key.
    pub server: (String, String),
    /// The certificate, and its key.
    pub client: (String, String),
}

impl Certificates {
    pub fn new() -> Self {
        let authority = authority();
        Self {
            authority: pem("CERTIFICATE", authority.der()),
            server: signed(&authority, ExtendedKeyUsagePurpose::ServerAuth),
            client: signed(&authority, ExtendedKeyUsagePurpose::ClientAuth),
        }
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

fn signed(authority: &Authority, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let mut params = CertificateParams::new(names).expect("parameters");
    params.extended_key_usages = vec![purpose];
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    (
        pem("CERTIFICATE", certificate.der()),
        pem("PRIVATE KEY", &key.serialize_der()),
    )
}

/// In lines, since readers of PEM may refuse longer ones.
fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
