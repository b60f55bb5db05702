//! TLS to a NATS server, from certificates and keys that are text in memory.
//!
//! The system's authorities are read when a server's certificate is to be judged, not before: most connections need
//! none, and reading them takes longer than a start may. There is no way to skip the judgement.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::options::Tls;
use crate::jetstream::connection::options::WithOrigin;

/// What rustls needs.
///
/// # Errors
/// When an authority, a certificate or a key cannot be used; the words repeat nothing of them.
pub fn client_config(tls: &Tls) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier {
        trusted: OnceLock::new(),
        provider: provider.clone(),
    };
    if let Some(ca) = &tls.ca {
        let trusted = trusted(authorities(ca)?, &provider).map_err(|why| material(ca, &why))?;
        let _ = verifier.trusted.set(Ok(trusted));
    }
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

fn unusable(error: &Error) -> String {
    match error {
        Error::InconsistentKeys(_) => "the private key belongs to another certificate".to_owned(),
        error => format!("the certificate or its key cannot be used ({error})"),
    }
}

fn material<T>(given: &WithOrigin<T>, why: &str) -> Failure {
    let how = format!("{why}; it is given by {}", given.origin);
    Failure::new(Unreachable::Material, how)
}

fn authorities(ca: &WithOrigin<String>) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots
            .add(certificate)
            .map_err(|error| material(ca, &format!("an authority cannot be used ({error})")))?;
    }
    Ok(roots)
}

fn certificates(given: &WithOrigin<String>) -> Result<Vec<CertificateDer<'static>>, Failure> {
    // What the parser says would repeat a line of what may be a private key.
    let read: Vec<_> = CertificateDer::pem_slice_iter(given.value.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| material(given, "what should be a certificate is no PEM"))?;
    if read.is_empty() {
        return Err(material(given, "there is no certificate in the PEM"));
    }
    Ok(read)
}

fn private_key(given: &WithOrigin<String>) -> Result<PrivateKeyDer<'static>, Failure> {
    if given.value.contains("ENCRYPTED") {
        return Err(material(
            given,
            "the private key is encrypted, which the provider cannot undo",
        ));
    }
    PrivateKeyDer::from_pem_slice(given.value.as_bytes())
        .map_err(|_| material(given, "there is no private key in the PEM"))
}

/// Judges a server's certificate by authorities that are read at the first one.
#[derive(Debug)]
struct Verifier {
    trusted: OnceLock<Result<Arc<WebPkiServerVerifier>, String>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn trusted(&self) -> Result<&WebPkiServerVerifier, Error> {
        self.trusted
            .get_or_init(|| trusted(of_the_system(), &self.provider))
            .as_deref()
            .map_err(|why| Error::General(why.clone()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.trusted()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trusted()?.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trusted()?.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn trusted(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, String> {
    if roots.is_empty() {
        return Err("this system has no certificate authorities that it trusts".to_owned());
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| error.to_string())
}

fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // One that cannot be read leaves the others; none at all is said by `trusted`.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
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
