//! NSS `cmsutil`, the engine of Thunderbird, on what it knows: all signatures but Ed25519, RSA PKCS#1 v1.5 with CBC.

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::{CertificateReference, Framing};

use crate::ca::Key;
use crate::mime::{cms, detached};
use crate::peers::Nss;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};

const FRAMINGS: [Framing; 2] = [Framing::Definite, Framing::Indefinite];
const REFERENCES: [CertificateReference; 2] = [
    CertificateReference::IssuerAndSerial,
    CertificateReference::SubjectKeyIdentifier,
];

fn verified(nss: &Nss, protector: &smime::Protector, what: &str) {
    for framing in FRAMINGS {
        for reference in REFERENCES {
            let what = format!("{what} {framing:?} {reference:?}");
            let protector = protector
                .clone()
                .framing(framing)
                .certificate_reference(reference);
            let parts = detached(protector.protect(mail()).unwrap().message());
            nss.verify_detached(&parts.p7s, &parts.entity).expect(&what);
            let changed = [&parts.entity[..], b"x"].concat();
            assert!(nss.verify_detached(&parts.p7s, &changed).is_err(), "{what}");
            let der = cms(protector.opaque().protect(mail()).unwrap().message());
            let content = nss.verify(&der).expect(&what);
            assert_eq!(String::from_utf8_lossy(&content), ENTITY, "{what}");
        }
    }
}

#[test]
fn rsa_signatures() {
    let Some(nss) = Nss::find(&[]) else { return };
    let alice = person(Key::Rsa2048, ALICE);
    for digest in [
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ] {
        let protector = protector().sign(&alice.identity).digest(digest);
        verified(&nss, &protector, &format!("RSA {digest:?}"));
        verified(&nss, &protector.pss(), &format!("PSS {digest:?}"));
    }
}

#[test]
fn ecdsa_signatures() {
    let Some(nss) = Nss::find(&[]) else { return };
    for kind in [Key::P256, Key::P384, Key::P521] {
        verified(
            &nss,
            &protector().sign(&person(kind, ALICE).identity),
            &format!("{kind:?}"),
        );
    }
}

#[test]
fn two_signers() {
    let Some(nss) = Nss::find(&[]) else { return };
    let (rsa, ec) = (person(Key::Rsa2048, ALICE), person(Key::P256, ALICE));
    verified(
        &nss,
        &protector().sign(&rsa.identity).sign(&ec.identity),
        "two signers",
    );
}

#[test]
fn rsa_recipients() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(nss) = Nss::find(&[&bob]) else {
        return;
    };
    for cipher in [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc,
        ContentCipher::Aes256Cbc,
    ] {
        for framing in FRAMINGS {
            for reference in REFERENCES {
                let protector = protector().encrypt_to([bob.certificate()]).cipher(cipher);
                let protector = protector.framing(framing).certificate_reference(reference);
                let encrypted = protector.protect(mail()).unwrap();
                let content = nss.decrypt(&cms(encrypted.message())).unwrap();
                assert_eq!(
                    String::from_utf8_lossy(&content),
                    ENTITY,
                    "{cipher:?} {framing:?}"
                );
            }
        }
    }
}

#[test]
fn signed_and_encrypted() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(nss) = Nss::find(&[&bob]) else {
        return;
    };
    // Not to the sender's EC certificate: see the table in `tests/interop.rs`.
    let protector = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .not_to_self();
    let protected = protector
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    let parts = detached(&nss.decrypt(&cms(protected.message())).unwrap());
    assert_eq!(parts.entity, ENTITY.as_bytes());
    nss.verify_detached(&parts.p7s, &parts.entity).unwrap();
}
