//! Judges a server's certificate.
//!
//! The system's authorities are read when a certificate is to be judged, not before: most connections need none, and
//! reading them takes longer than a start may.

use std::env;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use webpki::EndEntityCert;

use crate::jetstream::connection::route::tls::error::RsaKeyLength;

/// The bits of RSA keys that ring accepts.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The object identifier of an RSA key, in DER.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

/// Judges a server's certificate by authorities that are read at the first one.
#[derive(Debug)]
pub struct Verifier {
    trusted: OnceLock<Result<Trusted, String>>,
    provider: Arc<CryptoProvider>,
}

/// Authorities, and who judges by them.
#[derive(Debug)]
struct Trusted {
    roots: Arc<RootCertStore>,
    judge: Arc<WebPkiServerVerifier>,
}

impl Verifier {
    /// By these authorities.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn trusting(roots: RootCertStore, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let trusted = Trusted::new(roots, &provider)?;
        Ok(Self {
            trusted: OnceLock::from(Ok(trusted)),
            provider,
        })
    }

    /// By the authorities of this system.
    pub fn trusting_the_system(provider: Arc<CryptoProvider>) -> Self {
        Self {
            trusted: OnceLock::new(),
            provider,
        }
    }

    fn trusted(&self) -> Result<&Trusted, Error> {
        self.trusted
            .get_or_init(|| of_the_system(&self.provider))
            .as_ref()
            .map_err(|why| Error::General(why.clone()))
    }
}

impl Trusted {
    fn new(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let roots = Arc::new(roots);
        let judge = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { roots, judge })
    }

    /// Of a key that is too short or too long, ring says that it has not signed. So the keys are looked at that should
    /// have signed something of this chain.
    fn check_authorities(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<(), Error> {
        let owner = "the key of the certificate authority that signed its certificate";
        for certificate in intermediates {
            check_certificate(certificate, owner)?;
        }
        let chain = [end_entity].into_iter().chain(intermediates);
        for certificate in chain.filter_map(|certificate| EndEntityCert::try_from(certificate).ok())
        {
            let signed = |subject: &[u8]| subject == certificate.issuer();
            for root in self.roots.roots.iter().filter(|root| signed(&root.subject)) {
                check_key(&root.subject_public_key_info, owner)?;
            }
        }
        Ok(())
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
        let trusted = self.trusted()?;
        let verdict = trusted.judge.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match &verdict {
            // Its own signature comes later in the handshake.
            Ok(_) => check_certificate(end_entity, "the key of its certificate")?,
            Err(Error::InvalidCertificate(CertificateError::BadSignature)) => {
                trusted.check_authorities(end_entity, intermediates)?;
            }
            Err(_) => {}
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let judge = &self.trusted()?.judge;
        judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let judge = &self.trusted()?.judge;
        judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn of_the_system(provider: &Arc<CryptoProvider>) -> Result<Trusted, String> {
    let mut roots = RootCertStore::empty();
    // One that cannot be read leaves the others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if !roots.is_empty() {
        return Trusted::new(roots, provider);
    }
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    let set = named.iter().find(|name| env::var_os(name).is_some());
    let place = set.map_or_else(String::new, |name| format!(" at the path in {name}"));
    Err(format!(
        "this system has no certificates of trusted CAs{place}"
    ))
}

fn check_certificate(certificate: &CertificateDer<'_>, owner: &'static str) -> Result<(), Error> {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return Ok(());
    };
    let key = certificate.subject_public_key_info();
    match element(&key) {
        Some((content, _)) => check_key(content, owner),
        None => Ok(()),
    }
}

/// Refuses an RSA key of a length that ring does not accept.
fn check_key(key: &[u8], owner: &'static str) -> Result<(), Error> {
    match rsa_bits(key) {
        Some(bits) if !RSA_BITS.contains(&bits) => {
            let length = Arc::new(RsaKeyLength { bits, owner });
            Err(CertificateError::Other(OtherError(length)).into())
        }
        _ => Ok(()),
    }
}

/// The bits of an RSA key, from the content of a SubjectPublicKeyInfo; `None` if it is of another kind.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let (algorithm, rest) = element(key)?;
    if !algorithm.starts_with(RSA) {
        return None;
    }
    let (bits, _) = element(rest)?;
    // The first byte counts bits at the end that are not used, which are none.
    let (numbers, _) = element(bits.get(1..)?)?;
    let (modulus, _) = element(numbers)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let modulus = &modulus[first..];
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

/// The content of the first element of some DER, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = der.get(1..)?.split_first()?;
    if length < 0x80 {
        return rest.split_at_checked(length.into());
    }
    let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
    let length = digits.iter().try_fold(0_usize, |length, digit| {
        length.checked_mul(256)?.checked_add(usize::from(*digit))
    });
    rest.split_at_checked(length?)
}
