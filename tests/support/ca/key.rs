//! Key pairs of all kinds.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use p256::ecdsa::signature::Signer;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey};
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::signature::SignatureEncoding;
use sha1::Digest;

use super::der::{NULL, bit_string, oid, sequence, split, tlv};

/// Kinds of keys that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Too small on purpose.
    Rsa1024,
    Rsa2048,
    Rsa3072,
    /// RSA-2048 under id-RSASSA-PSS, without parameters.
    RsaPss2048,
    P256,
    P384,
    P521,
    Ed25519,
    /// Key agreement only: cannot be the key of a [`Ca`].
    X25519,
}

#[derive(Clone)]
enum Secret {
    Rsa(Box<rsa::RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
    Ed25519([u8; 32]),
    X25519([u8; 32]),
}

/// A key pair in memory.
#[derive(Clone)]
pub struct KeyPair {
    kind: Key,
    secret: Secret,
}

impl KeyPair {
    /// A new key. RSA keys are slow to make: of one size and label there is one per process.
    pub fn generate(kind: Key, label: &str) -> KeyPair {
        let secret = match kind {
            Key::Rsa1024 => Secret::Rsa(Box::new(rsa_key(1024, label))),
            Key::Rsa2048 | Key::RsaPss2048 => Secret::Rsa(Box::new(rsa_key(2048, label))),
            Key::Rsa3072 => Secret::Rsa(Box::new(rsa_key(3072, label))),
            Key::P256 => Secret::P256(scalar::<32, _>(0xff, |s| {
                p256::SecretKey::from_slice(s).ok()
            })),
            Key::P384 => Secret::P384(scalar::<48, _>(0xff, |s| {
                p384::SecretKey::from_slice(s).ok()
            })),
            Key::P521 => Secret::P521(scalar::<66, _>(0x01, |s| {
                p521::SecretKey::from_slice(s).ok()
            })),
            Key::Ed25519 => Secret::Ed25519(random()),
            Key::X25519 => Secret::X25519(random()),
        };
        KeyPair { kind, secret }
    }

    /// SubjectPublicKeyInfo in DER.
    pub fn spki_der(&self) -> Vec<u8> {
        match &self.secret {
            Secret::Rsa(key) => {
                let pkcs1 = key.to_public_key().to_pkcs1_der().unwrap();
                sequence(&[&self.rsa_algorithm(), &bit_string(pkcs1.as_bytes())])
            }
            Secret::P256(key) => key.public_key().to_public_key_der().unwrap().into_vec(),
            Secret::P384(key) => key.public_key().to_public_key_der().unwrap().into_vec(),
            Secret::P521(key) => key.public_key().to_public_key_der().unwrap().into_vec(),
            Secret::Ed25519(seed) => {
                let public = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
                sequence(&[
                    &sequence(&[&oid("1.3.101.112")]),
                    &bit_string(public.as_bytes()),
                ])
            }
            Secret::X25519(secret) => {
                let secret = x25519_dalek::StaticSecret::from(*secret);
                let public = x25519_dalek::PublicKey::from(&secret);
                sequence(&[
                    &sequence(&[&oid("1.3.101.110")]),
                    &bit_string(public.as_bytes()),
                ])
            }
        }
    }

    /// PKCS#8 PrivateKeyInfo in DER.
    pub fn pkcs8_der(&self) -> Vec<u8> {
        let version = tlv(0x02, &[0]);
        match &self.secret {
            Secret::Rsa(key) => {
                let pkcs1 = key.to_pkcs1_der().unwrap();
                let key = tlv(0x04, pkcs1.as_bytes());
                sequence(&[&version, &self.rsa_algorithm(), &key])
            }
            Secret::P256(key) => key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            Secret::P384(key) => key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            Secret::P521(key) => key.to_pkcs8_der().unwrap().as_bytes().to_vec(),
            Secret::Ed25519(seed) => {
                let key = tlv(0x04, &tlv(0x04, seed));
                sequence(&[&version, &sequence(&[&oid("1.3.101.112")]), &key])
            }
            Secret::X25519(secret) => {
                let key = tlv(0x04, &tlv(0x04, secret));
                sequence(&[&version, &sequence(&[&oid("1.3.101.110")]), &key])
            }
        }
    }

    fn rsa_algorithm(&self) -> Vec<u8> {
        if self.kind == Key::RsaPss2048 {
            sequence(&[&oid("1.2.840.113549.1.1.10")])
        } else {
            sequence(&[&oid("1.2.840.113549.1.1.1"), &NULL])
        }
    }

    /// AlgorithmIdentifier of its certificate signatures.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        match &self.secret {
            Secret::Rsa(_) => sequence(&[&oid("1.2.840.113549.1.1.11"), &NULL]),
            Secret::P256(_) => sequence(&[&oid("1.2.840.10045.4.3.2")]),
            Secret::P384(_) => sequence(&[&oid("1.2.840.10045.4.3.3")]),
            Secret::P521(_) => sequence(&[&oid("1.2.840.10045.4.3.4")]),
            Secret::Ed25519(_) => sequence(&[&oid("1.3.101.112")]),
            Secret::X25519(_) => panic!("X25519 cannot sign"),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Rsa(key) => {
                let signer = rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new((**key).clone());
                signer.sign(message).to_vec()
            }
            Secret::P256(key) => {
                let signature: p256::ecdsa::DerSignature =
                    p256::ecdsa::SigningKey::from(key.clone()).sign(message);
                signature.as_bytes().to_vec()
            }
            Secret::P384(key) => {
                let signature: p384::ecdsa::DerSignature =
                    p384::ecdsa::SigningKey::from(key.clone()).sign(message);
                signature.as_bytes().to_vec()
            }
            Secret::P521(key) => {
                let signature: p521::ecdsa::DerSignature =
                    p521::ecdsa::SigningKey::from(key.clone()).sign(message);
                signature.as_bytes().to_vec()
            }
            Secret::Ed25519(seed) => {
                let signer = ed25519_dalek::SigningKey::from_bytes(seed);
                signer.sign(message).to_bytes().to_vec()
            }
            Secret::X25519(_) => panic!("X25519 cannot sign"),
        }
    }

    /// SHA-1 over the key bits (RFC 5280 4.2.1.2, method 1).
    pub(super) fn identifier(&self) -> Vec<u8> {
        sha1::Sha1::digest(key_bits(&self.spki_der())).to_vec()
    }
}

/// The bits of a SubjectPublicKeyInfo.
pub(super) fn key_bits(spki: &[u8]) -> Vec<u8> {
    // The key bits are the last value; skip the algorithm, then tag, length and unused-bits octet.
    let (_, outer) = split(spki);
    let (algorithm, _) = split(outer);
    let (_, bits) = split(&outer[algorithm..]);
    bits[1..].to_vec()
}

pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// Random octets, the first masked, until they are a scalar of the curve.
fn scalar<const N: usize, T>(mask: u8, make: impl Fn(&[u8]) -> Option<T>) -> T {
    loop {
        let mut bytes = random::<N>();
        bytes[0] &= mask;
        if let Some(key) = make(&bytes) {
            return key;
        }
    }
}

fn rsa_key(bits: usize, label: &str) -> rsa::RsaPrivateKey {
    static KEYS: OnceLock<Mutex<HashMap<(usize, String), rsa::RsaPrivateKey>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Default::default).lock().unwrap();
    keys.entry((bits, label.to_owned()))
        .or_insert_with(|| {
            let mut generator = rand_core::UnwrapErr(getrandom::SysRng);
            rsa::RsaPrivateKey::new(&mut generator, bits).unwrap()
        })
        .clone()
}
