//! The signed attributes: exactly those of RFC 8551 2.5, RFC 5035 and RFC 6211, each once, each with one value.

use cms::signed_data::SignerInfo;
use const_oid::ObjectIdentifier;
use der::Encode;
use hex_literal::hex;
use sha2::{Digest, Sha256, Sha384, Sha512};
use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::{Certificate, Protector};

use crate::ca::Key;
use crate::mime::detached;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};
use crate::structure::{attribute, oid, only_signer, signed_data, tagged};

const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const CAPABILITIES: &str = "1.2.840.113549.1.9.15";
const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";
const ENCRYPTION_KEY_PREFERENCE: &str = "1.2.840.113549.1.9.16.2.11";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

fn signer(protector: Protector) -> SignerInfo {
    let parts = detached(protector.protect(mail()).unwrap().message());
    only_signer(&signed_data(&parts.p7s)).clone()
}

fn kinds(signer: &SignerInfo) -> Vec<ObjectIdentifier> {
    let attributes = signer.signed_attrs.as_ref().unwrap();
    assert!(
        attributes
            .iter()
            .all(|attribute| attribute.values.len() == 1)
    );
    let mut kinds: Vec<_> = attributes.iter().map(|attribute| attribute.oid).collect();
    kinds.sort_unstable();
    kinds
}

fn expected(kinds: &[&str]) -> Vec<ObjectIdentifier> {
    let mut kinds: Vec<_> = kinds.iter().map(|kind| oid(kind)).collect();
    kinds.sort_unstable();
    kinds
}

const ALWAYS: [&str; 6] = [
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_TIME,
    CAPABILITIES,
    ALGORITHM_PROTECTION,
    SIGNING_CERTIFICATE_V2,
];

#[test]
fn exactly_these() {
    for kind in [
        Key::Rsa2048,
        Key::RsaPss2048,
        Key::P256,
        Key::P384,
        Key::P521,
        Key::Ed25519,
    ] {
        let signer = signer(protector().sign(&person(kind, ALICE).identity));
        assert_eq!(kinds(&signer), expected(&ALWAYS), "{kind:?}");
        assert!(signer.unsigned_attrs.is_none());
    }
}

#[test]
fn content_type_and_digest() {
    let cases: [(Key, Vec<u8>); 4] = [
        (Key::Rsa2048, Sha512::digest(ENTITY).to_vec()),
        (Key::P256, Sha256::digest(ENTITY).to_vec()),
        (Key::P384, Sha384::digest(ENTITY).to_vec()),
        (Key::Ed25519, Sha512::digest(ENTITY).to_vec()),
    ];
    for (kind, digest) in cases {
        let signer = signer(protector().sign(&person(kind, ALICE).identity));
        let content_type = attribute(&signer, CONTENT_TYPE);
        assert_eq!(
            content_type.to_der().unwrap(),
            hex!("0609 2a864886f70d010701")
        );
        assert_eq!(
            tagged(&attribute(&signer, MESSAGE_DIGEST)),
            (0x04, digest.as_slice())
        );
        assert_eq!(
            tagged(&attribute(&signer, SIGNING_TIME)),
            (0x17, &b"260601120000Z"[..])
        );
    }
}

/// Byte strings that RFC 8551 2.5.2 wants compared as bytes.
#[test]
fn capabilities() {
    let alice = person(Key::P256, ALICE);
    let value = |protector: Protector| {
        attribute(&signer(protector), CAPABILITIES)
            .to_der()
            .unwrap()
    };
    assert_eq!(
        value(protector().sign(&alice.identity)),
        hex!(
            "3027 300B060960864801650304012A 300B0609608648016503040116 300B0609608648016503040102"
        )
    );
    let all = [
        ContentCipher::Aes256Gcm,
        ContentCipher::Aes128Gcm,
        ContentCipher::ChaCha20Poly1305,
        ContentCipher::Aes128Cbc,
    ];
    assert_eq!(
        value(protector().sign(&alice.identity).capabilities(all)),
        hex!(
            "3036 300B060960864801650304012E 300B0609608648016503040106"
            "300D060B2A864886F70D0109100312 300B0609608648016503040102"
        )
    );
    // None: no attribute, because an empty list would say that nothing can be read.
    let none = signer(protector().sign(&alice.identity).capabilities([]));
    let without: Vec<&str> = ALWAYS
        .into_iter()
        .filter(|kind| *kind != CAPABILITIES)
        .collect();
    assert_eq!(kinds(&none), expected(&without));
}

/// ESSCertIDv2 with the default SHA-256 left out, issuer as directoryName (RFC 5035 3 and 4).
#[test]
fn signing_certificate() {
    for kind in [Key::Rsa2048, Key::P384] {
        let alice = person(kind, ALICE);
        let value = attribute(
            &signer(protector().sign(&alice.identity)),
            SIGNING_CERTIFICATE_V2,
        );
        let parsed =
            <x509_cert::Certificate as der::Decode>::from_der(alice.certificate().to_der())
                .unwrap();
        let tbs = parsed.tbs_certificate();
        let issuer = crate::ca::tlv(0xa4, &tbs.issuer().to_der().unwrap());
        let serial = tbs.serial_number().to_der().unwrap();
        let issuer_serial = crate::ca::sequence(&[&crate::ca::sequence(&[&issuer]), &serial]);
        let hash = crate::ca::tlv(0x04, &Sha256::digest(alice.certificate().to_der()));
        let id = crate::ca::sequence(&[&hash, &issuer_serial]);
        let wanted = crate::ca::sequence(&[&crate::ca::sequence(&[&id])]);
        assert_eq!(value.to_der().unwrap(), wanted);
    }
}

/// The same identifiers as in the SignerInfo, the second under `[1]` (RFC 6211 2).
#[test]
fn algorithm_protection() {
    let rsa = person(Key::Rsa2048, ALICE);
    let cases = [
        protector().sign(&rsa.identity),
        protector().sign(&rsa.identity).pss(),
        protector()
            .sign(&rsa.identity)
            .digest(DigestAlgorithm::Sha384),
        protector().sign(&person(Key::P521, ALICE).identity),
        protector().sign(&person(Key::Ed25519, ALICE).identity),
    ];
    for protector in cases {
        let signer = signer(protector);
        let mut signature = signer.signature_algorithm.to_der().unwrap();
        signature[0] = 0xa1;
        let wanted = crate::ca::sequence(&[&signer.digest_alg.to_der().unwrap(), &signature]);
        assert_eq!(
            attribute(&signer, ALGORITHM_PROTECTION).to_der().unwrap(),
            wanted
        );
    }
}

/// The sender reads with another certificate than the one that signs: the readers are told which (RFC 8551 2.5.3),
/// and find it in the message.
#[test]
fn encryption_key_preference() {
    use der::Decode;
    let signing = person(Key::Ed25519, ALICE);
    let reading = person(Key::X25519, ALICE);
    let inner = |protector: Protector| {
        let parts = detached(protector.protect(mail()).unwrap().message());
        signed_data(&parts.p7s)
    };
    let data = inner(
        protector()
            .sign(&signing.identity)
            .advertise(reading.certificate()),
    );
    let signer = only_signer(&data);
    let mut with = ALWAYS.to_vec();
    with.push(ENCRYPTION_KEY_PREFERENCE);
    assert_eq!(kinds(signer), expected(&with));
    let parsed = x509_cert::Certificate::from_der(reading.certificate().to_der()).unwrap();
    let tbs = parsed.tbs_certificate();
    let name = [
        tbs.issuer().to_der().unwrap(),
        tbs.serial_number().to_der().unwrap(),
    ]
    .concat();
    let value = attribute(signer, ENCRYPTION_KEY_PREFERENCE)
        .to_der()
        .unwrap();
    assert_eq!(value, crate::ca::tlv(0xa0, &name));
    let bag: Vec<Vec<u8>> = data
        .certificates
        .unwrap()
        .0
        .iter()
        .map(|one| one.to_der().unwrap())
        .collect();
    assert!(bag.iter().any(|der| der == reading.certificate().to_der()));

    // The signing certificate serves for both: nothing to tell.
    let rsa = person(Key::Rsa2048, ALICE);
    let data = inner(protector().sign(&rsa.identity).advertise(rsa.certificate()));
    assert_eq!(kinds(only_signer(&data)), expected(&ALWAYS));
}

/// The chain without its root, so that readers who fetch nothing can verify.
#[test]
fn certificates_in_the_bag() {
    let intermediate = crate::people::ca().intermediate("Test CA 2");
    let (leaf, key) = intermediate.leaf(Key::P256, ALICE);
    let certificate = |der: &[u8]| Certificate::from_bytes(der).unwrap();
    let chain = [
        certificate(crate::people::ca().certificate_der()),
        certificate(&leaf),
        certificate(person(Key::P256, BOB).certificate().to_der()),
        certificate(intermediate.certificate_der()),
    ];
    let key = smime::PrivateKey::from_bytes(&key, None).unwrap();
    let identity = smime::Identity::new(chain, key).unwrap();
    let parts = detached(
        protector()
            .sign(&identity)
            .protect(mail())
            .unwrap()
            .message(),
    );
    let bag = signed_data(&parts.p7s).certificates.unwrap();
    let mut bag: Vec<Vec<u8>> = bag.0.iter().map(|one| one.to_der().unwrap()).collect();
    let mut wanted = vec![leaf, intermediate.certificate_der().to_vec()];
    bag.sort();
    wanted.sort();
    assert!(bag == wanted, "{} certificates", bag.len());
}
