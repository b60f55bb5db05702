//! TLS between the host and the plugin: our certificate is in the handshake line, the host's is pinned.
//!
//! Terraform makes a client certificate for each start and hands it over in PLUGIN_CLIENT_CERT.
//! No stock verifier takes it: it is a certificate authority used as an end entity, which webpki
//! refuses, and its key is ECDSA P-521, which ring does not know, so that a Go client asked without
//! that algorithm sends no certificate at all. Making client certificates optional would open the
//! provider to every local process. So: the certificate must equal the one we were given, byte for
//! byte, and the peer must prove that it holds the key.

use std::sync::Arc;

use anyhow::{Context, Error};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

use crate::ecdsa_p521;

/// Our own certificate, and the rule who may call.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    config: ServerConfig,
}

impl Identity {
    /// A new identity that serves only the client with this certificate (PEM).
    ///
    /// # Errors
    /// When the text is no certificate.
    pub(crate) fn for_client(pem: &str) -> anyhow::Result<Self> {
        let client = CertificateDer::from_pem_slice(pem.as_bytes())
            .context("PLUGIN_CLIENT_CERT contains no certificate")?;
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let certificate = own.cert.der().clone();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).map_err(Error::msg)?;
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(Arc::new(PinnedClient { client, provider }))
            .with_single_cert(vec![certificate.clone()], key)?;
        // grpc-go refuses a connection without ALPN since 1.67 (Terraform 1.15).
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One client, one connection: nothing would be resumed, and every one proves its key.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Self {
            certificate,
            config,
        })
    }

    /// The certificate that is announced to the host (DER).
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What turns accepted connections into private ones.
    pub(crate) fn into_acceptor(self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::new(self.config))
    }
}

/// Lets in who presents this very certificate and holds its key.
#[derive(Debug)]
struct PinnedClient {
    client: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// No chain, no dates, no names: the pin is stricter than all of them.
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General(
            "only TLS 1.3 is supported".to_owned(),
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = if signature.scheme == ecdsa_p521::SCHEME {
            &ecdsa_p521::ONLY
        } else {
            &self.provider.signature_verification_algorithms
        };
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    /// With P-521 among them: a Go client that is not offered its algorithm sends no certificate.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self
            .provider
            .signature_verification_algorithms
            .supported_schemes();
        schemes.push(ecdsa_p521::SCHEME);
        schemes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_certificate_is_an_error() {
        for pem in [
            "nonsense",
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        ] {
            assert!(Identity::for_client(pem).is_err(), "{pem}");
        }
    }
}
