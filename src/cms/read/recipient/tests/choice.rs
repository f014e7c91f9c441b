//! Which attempts are made, and in which order.

use super::*;
use crate::cms::CertificateReference;
use crate::cms::read::recipient;
use crate::cms::recipient::{KeyEncryption, Recipient};
use crate::crypto::SystemRandom;

const RSA: &str = "1.2.840.113549.1.1.1";
const OAEP: &str = "1.2.840.113549.1.1.7";

fn sent(
    identity: &Identity,
    encryption: KeyEncryption,
    reference: CertificateReference,
) -> Vec<u8> {
    let recipient = Recipient {
        certificate: identity.certificate().clone(),
        encryption,
        reference,
    };
    recipient.wrap(&CONTENT_KEY, &SystemRandom).unwrap().der
}

fn pkcs1(identity: &Identity) -> Vec<u8> {
    ktri(
        identity.certificate(),
        &algorithm(RSA, &asn1::null()),
        &[1; 256],
    )
}

fn oaep(identity: &Identity) -> Vec<u8> {
    ktri(
        identity.certificate(),
        &algorithm(OAEP, &asn1::sequence(&[])),
        &[1; 256],
    )
}

#[test]
fn opens_what_the_sending_half_writes() {
    for (kind, encryption) in [
        (Key::Rsa2048, KeyEncryption::RsaPkcs1),
        (
            Key::Rsa2048,
            KeyEncryption::RsaOaep(DigestAlgorithm::Sha256),
        ),
        (Key::P256, KeyEncryption::Ecdh),
        (Key::P384, KeyEncryption::Ecdh),
        (Key::P521, KeyEncryption::Ecdh),
        (Key::X25519, KeyEncryption::X25519),
    ] {
        let identity = identity(kind, "a@example.org");
        for reference in [
            CertificateReference::IssuerAndSerial,
            CertificateReference::SubjectKeyIdentifier,
        ] {
            let infos = read(&[sent(&identity, encryption, reference)]);
            assert_eq!(infos[0].recipients().len(), 1);
            assert!(infos[0].recipients()[0].matches(identity.certificate()));
            let attempts = attempts(&infos, std::slice::from_ref(&identity), 32);
            let attempt = &attempts[0];
            let secret = attempt.identity.key().unwrap(&attempt.request).unwrap();
            assert_eq!(*attempt.content_key(&secret).unwrap(), CONTENT_KEY);
            assert_eq!(attempt.is_final(), encryption == KeyEncryption::RsaPkcs1);
        }
    }
}

#[test]
fn agreement_before_oaep_before_pkcs1() {
    let a = identity(Key::Rsa2048, "a@example.org");
    let b = identity(Key::Rsa2048, "b@example.org");
    let c = identity(Key::P256, "c@example.org");
    let d = identity(Key::X25519, "d@example.org");
    let infos = read(&[
        pkcs1(&a),
        oaep(&b),
        Kari::x25519(&d, &[9; 32], &[0; 24]).der(),
        Kari::ec(&c, &[0; 24]).der(),
    ]);
    let identities = [a.clone(), b, c, d];
    let attempts = super::attempts(&infos, &identities, 16);
    let kinds: Vec<String> = attempts
        .iter()
        .map(|attempt| attempt.encryption.to_string())
        .collect();
    assert_eq!(
        kinds,
        [
            "X25519 with HKDF SHA-256",
            "ECDH with X9.63 KDF SHA-256",
            "RSA OAEP with SHA-1",
            "RSA PKCS#1 v1.5",
        ]
    );
    assert_eq!(
        attempts[3].request,
        UnwrapRequest::RsaPkcs1 {
            encrypted_key: vec![1; 256],
            key_len: 16
        }
    );
    let last: Vec<bool> = attempts.iter().map(Attempt::is_final).collect();
    assert_eq!(last, [false, false, false, true]);
    // Without the others nothing changes for the one that is left.
    assert_eq!(super::attempts(&infos, &[a], 16).len(), 1);
}

/// ENC-08 at this level: one operation with PKCS#1 v1.5, whatever the message names.
#[test]
fn nothing_follows_pkcs1() {
    let a = identity(Key::Rsa2048, "a@example.org");
    let b = identity(Key::Rsa2048, "b@example.org");
    let infos = read(&[pkcs1(&a), pkcs1(&b), pkcs1(&a), pkcs1(&b)]);
    let attempts = attempts(&infos, &[b.clone(), a.clone()], 16);
    assert_eq!(attempts.len(), 1);
    assert!(attempts[0].recipient.matches(a.certificate()));
}

#[test]
fn one_info_per_identity_and_one_identity_per_info() {
    let a = identity(Key::P256, "a@example.org");
    let infos = read(&vec![Kari::ec(&a, &[0; 24]).der(); 20]);
    assert_eq!(attempts(&infos, std::slice::from_ref(&a), 16).len(), 1);

    // Two certificates of one key: the same key identifier.
    let ca = Ca::new("Test CA");
    let pair = KeyPair::generate(Key::Rsa2048, "shared@example.org");
    let twins: Vec<Identity> = (0..2)
        .map(|_| {
            let certificate = ca
                .certify(Key::Rsa2048, "shared@example.org")
                .with_key(&pair);
            let (certificate, key) = certificate.issue();
            from_der(&certificate, &key)
        })
        .collect();
    let ski = twins[0].certificate().subject_key_identifier().unwrap();
    let info = asn1::sequence(&[
        &asn1::integer_u64(2),
        &asn1::implicit(0, false, ski),
        &algorithm(OAEP, &asn1::sequence(&[])),
        &asn1::octet_string(&[1; 256]),
    ]);
    assert_eq!(
        attempts(&read(std::slice::from_ref(&info)), &twins, 16).len(),
        1
    );
    assert_eq!(attempts(&read(&[info.clone(), info]), &twins, 16).len(), 2);
}

#[test]
fn four_attempts_at_most() {
    let identities: Vec<Identity> = (0..6)
        .map(|_| identity(Key::P256, "a@example.org"))
        .collect();
    let infos: Vec<Vec<u8>> = identities
        .iter()
        .map(|identity| Kari::ec(identity, &[0; 24]).der())
        .collect();
    assert_eq!(attempts(&read(&infos), &identities, 16).len(), 4);
}

/// What the policy refuses uses up neither the identity nor one of the places.
#[test]
fn the_policy_is_asked_before_places_are_given_away() {
    let rsa = identity(Key::Rsa2048, "a@example.org");
    let infos = read(&[oaep(&rsa), pkcs1(&rsa)]);
    let mut asked = Vec::new();
    let mut no_oaep = |encryption| {
        asked.push(encryption);
        encryption == ReceivedKeyEncryption::RsaPkcs1
    };
    let identities = std::slice::from_ref(&rsa);
    let left = recipient::attempts(&infos, identities, 16, &mut no_oaep);
    assert_eq!(left.len(), 1);
    assert!(left[0].is_final());
    assert_eq!(asked.len(), 2);
    // Nobody asks about what nobody here could open.
    let stranger = identity(Key::Rsa2048, "b@example.org");
    let mut never = |_| panic!("asked");
    assert!(recipient::attempts(&infos, &[stranger], 16, &mut never).is_empty());
}

#[test]
fn several_keys_of_one_agreement() {
    let a = identity(Key::P256, "a@example.org");
    let b = identity(Key::P256, "b@example.org");
    let c = identity(Key::P256, "c@example.org");
    let kari = Kari {
        keys: [&a, &b, &c]
            .into_iter()
            .zip(1_u8..)
            .map(|(identity, number)| (rid(identity.certificate()), vec![number; 24]))
            .collect(),
        ..Kari::ec(&a, &[])
    };
    let infos = read(&[kari.der()]);
    assert_eq!(infos[0].recipients().len(), 3);
    let attempts = attempts(&infos, &[c.clone(), a.clone()], 16);
    let found: Vec<bool> = [&a, &c]
        .into_iter()
        .zip(&attempts)
        .map(|(identity, attempt)| attempt.recipient.matches(identity.certificate()))
        .collect();
    assert_eq!(found, [true, true]);
}

#[test]
fn the_key_must_fit_the_algorithm() {
    let rsa = identity(Key::Rsa2048, "a@example.org");
    let pss = identity(Key::RsaPss2048, "a@example.org");
    let ec = identity(Key::P256, "a@example.org");
    let x25519 = identity(Key::X25519, "a@example.org");
    let ed25519 = identity(Key::Ed25519, "a@example.org");
    let agreement = |wrong: &Identity, kari: Kari| {
        let keys = vec![(rid(wrong.certificate()), vec![0; 24])];
        Kari { keys, ..kari }.der()
    };
    let to_ec = Kari::ec(&ec, &[]);
    let to_x25519 = Kari::x25519(&x25519, &[9; 32], &[]);
    let infos = read(&[
        pkcs1(&pss),
        oaep(&ec),
        pkcs1(&ed25519),
        agreement(&rsa, to_ec.clone()),
        agreement(&x25519, to_ec),
        agreement(&ec, to_x25519),
    ]);
    assert!(infos.iter().all(|info| info.recipients().len() == 1));
    let all = [rsa, pss, ec, x25519, ed25519];
    assert!(attempts(&infos, &all, 16).is_empty());
    // Nor does one with another name.
    let stranger = identity(Key::Rsa2048, "b@example.org");
    let infos = read(&[pkcs1(&stranger)]);
    assert!(attempts(&infos, &all, 16).is_empty());
}

#[test]
fn content_keys_of_key_transport_have_the_length_of_the_cipher() {
    let rsa = identity(Key::Rsa2048, "a@example.org");
    for info in [oaep(&rsa), pkcs1(&rsa)] {
        let infos = read(&[info]);
        let attempt = &attempts(&infos, std::slice::from_ref(&rsa), 16)[0];
        let answer = |length| attempt.content_key(&Secret::new(vec![7; length]));
        assert_eq!(*answer(16).unwrap(), [7; 16]);
        for length in [0, 15, 17, 32] {
            assert!(is_decryption(&answer(length).unwrap_err()));
        }
    }
}

/// Nobody can tell a key of another length from a wrong padding: always a key, always the same.
#[test]
fn pkcs1_ciphertexts_of_any_length_give_a_key() {
    let rsa = identity(Key::Rsa2048, "a@example.org");
    for length in [0, 1, 128, 255, 256, 257, 4096] {
        let info = ktri(
            rsa.certificate(),
            &algorithm(RSA, &asn1::null()),
            &vec![1; length],
        );
        let infos = read(&[info]);
        let attempt = &attempts(&infos, std::slice::from_ref(&rsa), 32)[0];
        let ask = || {
            let secret = attempt.identity.key().unwrap(&attempt.request).unwrap();
            attempt.content_key(&secret).unwrap()
        };
        assert_eq!(ask().len(), 32);
        assert_eq!(ask(), ask());
    }
}
