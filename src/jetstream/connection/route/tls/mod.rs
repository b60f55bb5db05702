//! TLS to a NATS server, from certificates and keys that are text in memory.
//!
//! There is no way to skip the judgement of a server's certificate.

pub mod error;
mod verifier;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustls::client::ResolvesClientCert;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, Error, RootCertStore, SignatureScheme};

use crate::ecdsa_p521;
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::options::Tls;
use crate::jetstream::connection::options::WithOrigin;
use crate::jetstream::connection::route::tls::verifier::Verifier;

/// What rustls needs, and what it presents to a server.
///
/// # Errors
/// When an authority, a certificate or a key cannot be used; the words repeat nothing of them.
pub fn client_config(tls: &Tls) -> Result<(ClientConfig, Arc<ClientCertificate>), Failure> {
    let mut config = checked_config(tls)?;
    let certificate = Arc::new(ClientCertificate {
        given: config.client_auth_cert_resolver.clone(),
        requested: AtomicBool::new(false),
    });
    config.client_auth_cert_resolver = certificate.clone();
    Ok((config, certificate))
}

/// The client's certificate, if there is one, and whether the server of the last handshake has requested it.
#[derive(Debug)]
pub struct ClientCertificate {
    given: Arc<dyn ResolvesClientCert>,
    requested: AtomicBool,
}

impl ClientCertificate {
    /// A handshake begins.
    pub fn forget_request(&self) {
        self.requested.store(false, Ordering::Relaxed);
    }

    pub fn was_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for ClientCertificate {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.requested.store(true, Ordering::Relaxed);
        self.given.resolve(root_hint_subjects, schemes)
    }

    fn has_certs(&self) -> bool {
        self.given.has_certs()
    }
}

fn checked_config(tls: &Tls) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(with_p521(ring::default_provider()));
    let verifier = match &tls.ca {
        Some(ca) => Verifier::trusting(authorities(ca)?, provider.clone())
            .map_err(|why| material(ca, &why))?,
        None => Verifier::trusting_the_system(provider.clone()),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(Unreachable::Tls, error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let Some(certificate) = &tls.certificate else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(certificate)?;
    let key = private_key(tls.key.as_ref().unwrap_or(certificate))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| material(certificate, &unusable(&error)))
}

/// A provider that knows P-521 too, except for the exchange of keys.
fn with_p521(provider: CryptoProvider) -> CryptoProvider {
    /// Lives as long as the process: rustls keeps references only.
    static ALGORITHMS: OnceLock<WebPkiSupportedAlgorithms> = OnceLock::new();

    let known = provider.signature_verification_algorithms;
    let algorithms = ALGORITHMS.get_or_init(|| WebPkiSupportedAlgorithms {
        all: [known.all, ecdsa_p521::ALGORITHMS].concat().leak(),
        // Behind the others: a server takes the first that its key can do.
        mapping: [known.mapping, ecdsa_p521::ONLY.mapping].concat().leak(),
    });
    CryptoProvider {
        signature_verification_algorithms: *algorithms,
        key_provider: &ecdsa_p521::PrivateKeys,
        ..provider
    }
}

fn unusable(error: &Error) -> String {
    match error {
        Error::InconsistentKeys(_) => {
            "the private key is not the key of the certificate".to_owned()
        }
        Error::General(_) => "the certificate or its key is not supported".to_owned(),
        error => format!(
            "the certificate or its key cannot be used: {}",
            error::words(error)
        ),
    }
}

fn material<T>(given: &WithOrigin<T>, why: &str) -> Failure {
    let how = format!("{why}; it comes from {}", given.origin);
    Failure::new(Unreachable::Material, how)
}

fn authorities(ca: &WithOrigin<String>) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots
            .add(certificate)
            .map_err(|_| material(ca, "a CA certificate is damaged"))?;
    }
    Ok(roots)
}

fn certificates(given: &WithOrigin<String>) -> Result<Vec<CertificateDer<'static>>, Failure> {
    // What the parser says would repeat a line of what may be a private key.
    let read: Vec<_> = CertificateDer::pem_slice_iter(given.value.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| material(given, "the certificate is not PEM"))?;
    if read.is_empty() {
        return Err(material(given, "there is no certificate in the PEM"));
    }
    Ok(read)
}

fn private_key(given: &WithOrigin<String>) -> Result<PrivateKeyDer<'static>, Failure> {
    if given.value.contains("ENCRYPTED") {
        return Err(material(
            given,
            "the private key is encrypted, which the provider does not support",
        ));
    }
    PrivateKeyDer::from_pem_slice(given.value.as_bytes())
        .map_err(|_| material(given, "there is no private key in the PEM"))
}

/// The name of a server as TLS has it; `None` if it can be none.
pub fn name(host: &str) -> Option<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_key_is_said_without_the_key() {
        let secret = "-----BEGIN PRIVATE KEY-----\nSECRETSECRET\n-----END PRIVATE KY-----\n";
        let tls = Tls {
            certificate: Some(WithOrigin::new(secret.to_owned(), "the test")),
            ..Tls::default()
        };

        let failure = client_config(&tls).unwrap_err();

        assert_eq!(failure.kind, Unreachable::Material);
        assert!(!failure.how.contains("SECRET"), "{failure:?}");
    }
}
