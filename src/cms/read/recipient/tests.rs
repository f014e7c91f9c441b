//! RecipientInfos built by hand and by the sending half. The expected keys are by pyca/cryptography.

mod agreement;
mod choice;
mod corpora;
mod keyless;
mod openssl;
mod robust;

use super::*;
use crate::asn1;
use crate::cert::ca::{Ca, Key, KeyPair};
use crate::cert::{Certificate, Identity};
use crate::cms::attributes::issuer_and_serial as rid;
use crate::crypto::{DigestAlgorithm, ReceivedKeyEncryption};
use crate::key::{PrivateKey, Secret, UnwrapRequest};
use const_oid::ObjectIdentifier;
use hex_literal::hex;
use zeroize::Zeroizing;

/// 32 bytes; shorter keys are its beginning.
const CONTENT_KEY: [u8; 32] =
    hex!("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const UKM: [u8; 16] = hex!("404142434445464748494a4b4c4d4e4f");

const AES_128_WRAP: &str = "2.16.840.1.101.3.4.1.5";
const AES_192_WRAP: &str = "2.16.840.1.101.3.4.1.25";
const AES_256_WRAP: &str = "2.16.840.1.101.3.4.1.45";
const X963_SHA256: &str = "1.3.132.1.11.1";
const HKDF_SHA256: &str = "1.2.840.113549.1.9.16.3.19";

fn identity(kind: Key, address: &str) -> Identity {
    let (certificate, key) = Ca::new("Test CA").leaf(kind, address);
    from_der(&certificate, &key)
}

fn from_der(certificate: &[u8], key: &[u8]) -> Identity {
    let certificate = Certificate::from_bytes(certificate).unwrap();
    Identity::new([certificate], PrivateKey::from_pkcs8_der(key).unwrap()).unwrap()
}

fn id(dotted: &str) -> Vec<u8> {
    asn1::oid(&ObjectIdentifier::new_unwrap(dotted))
}

fn algorithm(dotted: &str, parameters: &[u8]) -> Vec<u8> {
    asn1::sequence(&[&id(dotted), parameters])
}

fn read_with(infos: &[Vec<u8>], limits: &Limits) -> Result<Vec<RecipientInfo>, Error> {
    // As it comes: a SET OF from the wire is in any order.
    let set = asn1::tlv(Tag::SET, &infos.concat());
    let value = Reader::new(&set, "test", limits).read().unwrap();
    RecipientInfo::read_all(&value, limits)
}

/// With a policy that lets everything be used.
fn attempts(infos: &[RecipientInfo], identities: &[Identity], key_len: usize) -> Vec<Attempt> {
    super::attempts(infos, identities, key_len, &mut |_| true)
}

fn read(infos: &[Vec<u8>]) -> Vec<RecipientInfo> {
    read_with(infos, &Limits::default()).unwrap()
}

fn description(info: &[u8]) -> String {
    read(&[info.to_vec()])[0].description()
}

/// KeyTransRecipientInfo.
fn ktri(certificate: &Certificate, algorithm: &[u8], encrypted_key: &[u8]) -> Vec<u8> {
    asn1::sequence(&[
        &asn1::integer_u64(0),
        &rid(certificate),
        algorithm,
        &asn1::octet_string(encrypted_key),
    ])
}

/// The parts of a KeyAgreeRecipientInfo.
#[derive(Clone)]
struct Kari {
    /// AlgorithmIdentifier and key of the originator.
    originator: (Vec<u8>, Vec<u8>),
    ukm: Option<Vec<u8>>,
    scheme: &'static str,
    wrap: Vec<u8>,
    /// Identifier and encrypted key.
    keys: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Kari {
    /// ECDH on P-256 with the point of `identity` itself as the sender's, which is as good as any.
    fn ec(identity: &Identity, encrypted_key: &[u8]) -> Kari {
        let certificate = identity.certificate();
        let (_, point) = certificate.public_key().ec_point().unwrap();
        Kari {
            originator: (algorithm("1.2.840.10045.2.1", &[]), point.to_vec()),
            ukm: None,
            scheme: X963_SHA256,
            wrap: algorithm(AES_128_WRAP, &[]),
            keys: vec![(rid(certificate), encrypted_key.to_vec())],
        }
    }

    fn x25519(identity: &Identity, public: &[u8], encrypted_key: &[u8]) -> Kari {
        Kari {
            originator: (algorithm("1.3.101.110", &[]), public.to_vec()),
            ukm: None,
            scheme: HKDF_SHA256,
            wrap: algorithm(AES_128_WRAP, &[]),
            keys: vec![(rid(identity.certificate()), encrypted_key.to_vec())],
        }
    }

    fn der(&self) -> Vec<u8> {
        let (algorithm, key) = &self.originator;
        let originator = [algorithm.clone(), asn1::bit_string(key)].concat();
        let ukm = self.ukm.as_ref().map(|ukm| asn1::octet_string(ukm));
        let keys: Vec<Vec<u8>> = self
            .keys
            .iter()
            .map(|(rid, key)| asn1::sequence(&[rid, &asn1::octet_string(key)]))
            .collect();
        asn1::implicit(
            1,
            true,
            &[
                asn1::integer_u64(3),
                asn1::explicit(0, &asn1::implicit(1, true, &originator)),
                ukm.map(|ukm| asn1::explicit(1, &ukm)).unwrap_or_default(),
                self::algorithm(self.scheme, &self.wrap),
                asn1::sequence(&[&keys.concat()]),
            ]
            .concat(),
        )
    }

    /// The content key that comes of `shared`, with one attempt for `identity`.
    fn content_key(
        &self,
        identity: &Identity,
        shared: &[u8],
        key_len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let infos = read(&[self.der()]);
        let attempts = attempts(&infos, std::slice::from_ref(identity), key_len);
        assert_eq!(attempts.len(), 1, "{}", infos[0].description());
        attempts[0].content_key(&Secret::new(shared.to_vec()))
    }
}

fn is_decryption(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Decryption)
}

/// After `date` and `other` of a key identifier nothing may stand.
#[test]
fn key_identifiers_end_where_they_should() {
    let date = asn1::tlv(Tag::GENERALIZED_TIME, b"20260101000000Z");
    let other = asn1::sequence(&[&asn1::oid(&ObjectIdentifier::new_unwrap("1.2.3"))]);
    let null = asn1::null();
    let (date, other, null) = (&*date, &*other, &*null);
    let skip = |parts: &[&[u8]]| {
        let input = parts.concat();
        skip_date_and_other(Reader::new(&input, "test", &Limits::default()))
    };
    for good in [&[][..], &[date], &[other], &[date, other]] {
        skip(good).unwrap();
    }
    for bad in [&[null][..], &[other, date], &[date, other, null]] {
        assert!(skip(bad).is_err());
    }
}
