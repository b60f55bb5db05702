//! Client certificates as Terraform makes them: self-signed, a certificate authority, ECDSA P-521.
//!
//! Written byte by byte, since no crate at hand makes P-521 certificates without a second crypto library.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey, VerifyingKey};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey as RustlsKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

/// A certificate and its key.
#[derive(Clone)]
pub struct ClientCertificate {
    pub der: Vec<u8>,
    key: SigningKey,
}

impl ClientCertificate {
    /// A new one.
    pub fn new() -> Self {
        let mut secret = [0; 66];
        // Only 512 of the 521 bits, which is less than the order of the curve for sure.
        ring::default_provider()
            .secure_random
            .fill(&mut secret[2..])
            .unwrap();
        let key = SigningKey::from_slice(&secret).unwrap();
        let der = self_signed(&key);
        Self { der, key }
    }

    /// This certificate, but the key of another.
    pub fn with_key_of(&self, other: &Self) -> Self {
        Self {
            der: self.der.clone(),
            key: other.key.clone(),
        }
    }

    /// The certificate as PLUGIN_CLIENT_CERT holds it.
    pub fn pem(&self) -> String {
        let lines: Vec<_> = STANDARD
            .encode(&self.der)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        let body = lines.join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    }

    /// For rustls' client.
    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        let certificate = CertificateDer::from(self.der.clone());
        Arc::new(CertifiedKey::new(
            vec![certificate],
            Arc::new(P521Key(self.key.clone())),
        ))
    }
}

#[derive(Clone)]
struct P521Key(SigningKey);

impl fmt::Debug for P521Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P521Key")
    }
}

impl RustlsKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        // As Go does: without its algorithm among those offered, no certificate is sent.
        offered
            .contains(&self.scheme())
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: Signature = self.0.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

// ASN.1 object identifiers, encoded.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const SECP521R1: &[u8] = &[0x2b, 0x81, 4, 0, 35];
const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 29, 19];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 29, 17];

// ASN.1 tags.
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;

/// A certificate authority named localhost (RFC 5280).
fn self_signed(key: &SigningKey) -> Vec<u8> {
    let signature_algorithm = der(SEQUENCE, &[&der(OID, &[ECDSA_WITH_SHA512])]);
    let common_name = der(
        SEQUENCE,
        &[
            &der(OID, &[COMMON_NAME]),
            &der(UTF8_STRING, &[b"localhost"]),
        ],
    );
    let name = der(SEQUENCE, &[&der(SET, &[&common_name])]);
    let validity = der(
        SEQUENCE,
        &[
            &der(GENERALIZED_TIME, &[b"20200101000000Z"]),
            &der(GENERALIZED_TIME, &[b"20990101000000Z"]),
        ],
    );
    let public_key = VerifyingKey::from(key).to_encoded_point(false);
    let key_algorithm = der(
        SEQUENCE,
        &[&der(OID, &[EC_PUBLIC_KEY]), &der(OID, &[SECP521R1])],
    );
    let key_info = der(
        SEQUENCE,
        &[
            &key_algorithm,
            &der(BIT_STRING, &[&[0], public_key.as_bytes()]),
        ],
    );
    let authority = der(SEQUENCE, &[&der(BOOLEAN, &[&[0xff]])]);
    let dns_names = der(SEQUENCE, &[&der(DNS_NAME, &[b"localhost"])]);
    let extensions = der(
        SEQUENCE,
        &[
            &der(
                SEQUENCE,
                &[
                    &der(OID, &[BASIC_CONSTRAINTS]),
                    &der(OCTET_STRING, &[&authority]),
                ],
            ),
            &der(
                SEQUENCE,
                &[
                    &der(OID, &[SUBJECT_ALT_NAME]),
                    &der(OCTET_STRING, &[&dns_names]),
                ],
            ),
        ],
    );
    let body = der(
        SEQUENCE,
        &[
            &der(VERSION, &[&der(INTEGER, &[&[2]])]),
            &der(INTEGER, &[&[1]]),
            &signature_algorithm,
            &name,
            &validity,
            &name,
            &key_info,
            &der(EXTENSIONS, &[&extensions]),
        ],
    );
    let signature: Signature = key.sign(&body);
    let signature = der(BIT_STRING, &[&[0], signature.to_der().as_bytes()]);
    der(SEQUENCE, &[&body, &signature_algorithm, &signature])
}

/// One ASN.1 value: tag, length, contents.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u16::try_from(contents.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let mut der = vec![tag];
    match length {
        0..=0x7f => der.push(low),
        0x80..=0xff => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    der.extend(contents);
    der
}
