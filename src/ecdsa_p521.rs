//! Signatures by ECDSA on P-521, which ring cannot verify: Terraform's client certificate has such a key, and so may the
//! authorities and certificates of NATS servers.

use p521::ecdsa::signature::hazmat::PrehashVerifier;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::SignatureScheme;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
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

#[cfg(test)]
mod tests {
    use p521::ecdsa::SigningKey;
    use p521::ecdsa::signature::Signer;

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
