//! A certificate authority of a test's own, with servers and clients of all kinds.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;

/// An authority; the files of what it signs for servers end with it.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, in PEM.
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    /// An authority with a name of its own.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Self::named(&format!(
            "authority {}",
            COUNT.fetch_add(1, Ordering::Relaxed)
        ))
    }

    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).expect("an authority"),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// The authority's own certificate.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", self.issuer.der())
    }

    /// For a server with these names.
    pub fn server(&self, names: &[&str]) -> Issued {
        self.issue(names, (2020, 2100), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// For a server, from the first day of one year to that of another.
    pub fn server_between(&self, names: &[&str], years: (i32, i32)) -> Issued {
        self.issue(names, years, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// For a client.
    pub fn client(&self) -> Issued {
        self.client_between((2020, 2100))
    }

    /// For a client, from the first day of one year to that of another.
    pub fn client_between(&self, years: (i32, i32)) -> Issued {
        self.issue(&["client"], years, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// The `tls` block of a server with this certificate, and `more` inside.
    pub fn config(&self, issued: &Issued, more: &str) -> String {
        let certificate = self.file("server.pem", &issued.certificate);
        let key = self.file("server.key", &issued.key);
        let ca = self.file("ca.pem", &self.pem());
        format!(
            "tls {{ cert_file: {certificate:?}, key_file: {key:?}, ca_file: {ca:?}\n{more} }}\n"
        )
    }

    /// Writes a file that lives as long as the authority.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// For a server whose certificate is that of an authority.
    pub fn server_as_authority(&self, names: &[&str]) -> Issued {
        self.issue_with(names, |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        })
    }

    fn issue(&self, names: &[&str], years: (i32, i32), usage: ExtendedKeyUsagePurpose) -> Issued {
        self.issue_with(names, |params| {
            params.not_before = date_time_ymd(years.0, 1, 1);
            params.not_after = date_time_ymd(years.1, 1, 1);
            params.extended_key_usages = vec![usage];
        })
    }

    fn issue_with(&self, names: &[&str], choose: impl FnOnce(&mut CertificateParams)) -> Issued {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        choose(&mut params);
        let key = KeyPair::generate().expect("a key");
        let signed: Certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Issued {
            certificate: pem("CERTIFICATE", signed.der()),
            key: pem("PRIVATE KEY", &key.serialize_der()),
        }
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    format!(
        "-----BEGIN {what}-----\n{}\n-----END {what}-----\n",
        lines.join("\n")
    )
}
