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
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, PrivateKeyDer,
    SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

/// Our own certificate, and the rule who may call.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    config: ServerConfig,
}

impl Identity {
    /// A new identity that serves only the client with this certificate (PEM).
    ///
    /// # Errors
    /// When the text is no certificate.
    pub(super) fn for_client(pem: &str) -> anyhow::Result<Self> {
        let client = CertificateDer::from_pem_slice(pem.as_bytes())
            .context("PLUGIN_CLIENT_CERT holds no certificate")?;
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
    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What turns accepted connections into private ones.
    pub(super) fn into_acceptor(self) -> TlsAcceptor {
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
            "only TLS 1.3 is spoken here".to_owned(),
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = if signature.scheme == SignatureScheme::ECDSA_NISTP521_SHA512 {
            &P521_ONLY
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
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}

/// ECDSA with P-521 and SHA-512, which ring cannot verify.
#[derive(Debug)]
struct EcdsaP521;

static P521_ONLY: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&EcdsaP521],
    mapping: &[(SignatureScheme::ECDSA_NISTP521_SHA512, &[&EcdsaP521])],
};

impl SignatureVerificationAlgorithm for EcdsaP521 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }
}

#[cfg(test)]
mod tests {
    use p521::ecdsa::SigningKey;
    use p521::ecdsa::signature::Signer;

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

    #[test]
    fn a_p521_signature_is_taken_and_a_changed_message_is_not() {
        let mut secret = [0; 66];
        secret[65] = 7;
        let key = SigningKey::from_slice(&secret).expect("7 is a P-521 key");
        let public_key = VerifyingKey::from(&key).to_encoded_point(false);
        let signature: Signature = key.sign(b"the message");
        let signature = signature.to_der();

        let same =
            EcdsaP521.verify_signature(public_key.as_bytes(), b"the message", signature.as_bytes());
        let changed =
            EcdsaP521.verify_signature(public_key.as_bytes(), b"the massage", signature.as_bytes());

        assert!(same.is_ok());
        assert!(changed.is_err());
    }
}
