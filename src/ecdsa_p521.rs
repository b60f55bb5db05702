//! ECDSA on P-521, which ring neither verifies nor signs: Terraform's client certificate has such a key, and so may the
//! certificates of NATS servers, of their authorities, and of the provider to a NATS server.

use std::fmt;
use std::sync::Arc;

use p521::SecretKey;
use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::signature::hazmat::PrehashVerifier;
use p521::ecdsa::{Signature, VerifyingKey};
use p521::pkcs8::DecodePrivateKey;
use rustls::crypto::{KeyProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, PrivateKeyDer, SignatureVerificationAlgorithm,
    SubjectPublicKeyInfoDer, alg_id,
};
use rustls::sign::{Signer, SigningKey, public_key_to_spki};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The only scheme of a handshake with such a key.
pub const SCHEME: SignatureScheme = SignatureScheme::ECDSA_NISTP521_SHA512;

/// P-521 and nothing else.
pub static ONLY: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: ALGORITHMS,
    mapping: &[(SCHEME, &[&WITH_SHA512])],
};

/// With each digest that certificates are signed with; OpenSSL takes SHA-256 unless told otherwise.
pub static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] =
    &[&WITH_SHA512, &WITH_SHA384, &WITH_SHA256];

static WITH_SHA512: EcdsaP521 = EcdsaP521 {
    digest: |message| Sha512::digest(message).to_vec(),
    id: alg_id::ECDSA_SHA512,
};
static WITH_SHA384: EcdsaP521 = EcdsaP521 {
    digest: |message| Sha384::digest(message).to_vec(),
    id: alg_id::ECDSA_SHA384,
};
static WITH_SHA256: EcdsaP521 = EcdsaP521 {
    digest: |message| Sha256::digest(message).to_vec(),
    id: alg_id::ECDSA_SHA256,
};

/// Half the length of a number of the curve, in bytes: shorter digests are not taken, so they get zeros in front.
const SHORTEST_DIGEST: usize = 33;

/// ECDSA on P-521 with one digest.
#[derive(Debug)]
struct EcdsaP521 {
    digest: fn(&[u8]) -> Vec<u8>,
    id: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for EcdsaP521 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        let digest = (self.digest)(message);
        let zeros = SHORTEST_DIGEST.saturating_sub(digest.len());
        let digest = [vec![0; zeros], digest].concat();
        key.verify_prehash(&digest, &signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.id
    }
}

/// A private key that can sign: of ring's kinds, or on P-521.
///
/// # Errors
/// When it is of no such kind.
pub fn signing_key(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, Error> {
    ring::sign::any_supported_type(der).or_else(|error| {
        let key = PrivateKey::read(der).ok_or(error)?;
        Ok(Arc::new(key) as Arc<dyn SigningKey>)
    })
}

/// Reads private keys as [`signing_key`] does, for rustls.
#[derive(Debug)]
pub struct PrivateKeys;

impl KeyProvider for PrivateKeys {
    fn load_private_key(&self, der: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        signing_key(&der)
    }
}

/// A private key on P-521.
#[derive(Clone)]
struct PrivateKey(SecretKey);

impl PrivateKey {
    fn read(der: &PrivateKeyDer<'_>) -> Option<Self> {
        let key = match der {
            PrivateKeyDer::Pkcs8(der) => SecretKey::from_pkcs8_der(der.secret_pkcs8_der()).ok(),
            PrivateKeyDer::Sec1(der) => SecretKey::from_sec1_der(der.secret_sec1_der()).ok(),
            _ => None,
        };
        key.map(Self)
    }
}

/// Shows nothing of the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl SigningKey for PrivateKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let signer = || Box::new(self.clone()) as Box<dyn Signer>;
        offered.contains(&SCHEME).then(signer)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        let point = self.0.public_key().to_sec1_bytes();
        Some(public_key_to_spki(&alg_id::ECDSA_P521, point))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::General("a key on P-521 cannot sign".to_owned());
        let key = p521::ecdsa::SigningKey::from_slice(&self.0.to_bytes()).map_err(failed)?;
        let signature: Signature = key.try_sign(message).map_err(failed)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SCHEME
    }
}

#[cfg(test)]
mod tests {
    use p521::ecdsa::SigningKey;

    use super::*;

    #[test]
    fn a_signature_is_taken_and_a_changed_message_is_not() {
        let mut secret = [0; 66];
        secret[65] = 7;
        let key = SigningKey::from_slice(&secret).expect("7 is a P-521 key");
        let public_key = VerifyingKey::from(&key).to_encoded_point(false);
        let signature: Signature = key.sign(b"the message");
        let signature = signature.to_der();
        let verify = |message: &[u8]| {
            WITH_SHA512.verify_signature(public_key.as_bytes(), message, signature.as_bytes())
        };

        assert!(verify(b"the message").is_ok());
        assert!(verify(b"the massage").is_err());
    }
}
