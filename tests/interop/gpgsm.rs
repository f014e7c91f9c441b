//! `gpgsm` on what it knows: RSA and ECDSA signatures, RSA PKCS#1 v1.5 with CBC.

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::{Framing, SignedForm};

use crate::ca::Key;
use crate::mime::{cms, detached};
use crate::peers::Gpgsm;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};

const FRAMINGS: [Framing; 2] = [Framing::Definite, Framing::Indefinite];

/// Both forms, where gpgsm reads both.
fn verified(gpgsm: &Gpgsm, protector: &smime::Protector, what: &str) {
    for form in [SignedForm::Detached, SignedForm::Opaque] {
        for framing in FRAMINGS {
            let protector = protector.clone().framing(framing);
            let what = format!("{what} {form:?} {framing:?}");
            if form == SignedForm::Detached {
                let parts = detached(protector.protect(mail()).unwrap().message());
                gpgsm
                    .verify_detached(&parts.p7s, &parts.entity)
                    .expect(&what);
                let changed = [&parts.entity[..], b"x"].concat();
                assert!(
                    gpgsm.verify_detached(&parts.p7s, &changed).is_err(),
                    "{what}"
                );
            } else {
                let der = cms(protector.opaque().protect(mail()).unwrap().message());
                let content = gpgsm.verify(&der).expect(&what);
                assert_eq!(String::from_utf8_lossy(&content), ENTITY, "{what}");
            }
        }
    }
}

#[test]
fn rsa_signatures() {
    let Some(gpgsm) = Gpgsm::find(&[]) else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    for digest in [
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ] {
        let protector = protector().sign(&alice.identity).digest(digest);
        verified(&gpgsm, &protector, &format!("RSA {digest:?}"));
        verified(&gpgsm, &protector.pss(), &format!("PSS {digest:?}"));
    }
}

#[test]
fn ecdsa_signatures() {
    let Some(gpgsm) = Gpgsm::find(&[]) else {
        return;
    };
    for kind in [Key::P256, Key::P384] {
        let protector = protector().sign(&person(kind, ALICE).identity);
        verified(&gpgsm, &protector, &format!("{kind:?}"));
    }
}

#[test]
fn two_signers() {
    let Some(gpgsm) = Gpgsm::find(&[]) else {
        return;
    };
    let (rsa, ec) = (person(Key::Rsa2048, ALICE), person(Key::P256, ALICE));
    verified(
        &gpgsm,
        &protector().sign(&rsa.identity).sign(&ec.identity),
        "two signers",
    );
}

#[test]
fn rsa_recipients() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(gpgsm) = Gpgsm::find(&[&bob]) else {
        return;
    };
    let ec = person(Key::P256, ALICE);
    for cipher in [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc,
        ContentCipher::Aes256Cbc,
    ] {
        for framing in FRAMINGS {
            let protector = protector().encrypt_to([bob.certificate()]);
            let protector = protector.cipher(cipher).framing(framing);
            let alone = protector.protect(mail()).unwrap();
            assert_eq!(
                gpgsm.decrypt(&cms(alone.message())).unwrap(),
                ENTITY.as_bytes()
            );
            // A recipient of a kind it cannot use does not keep it from the one it can.
            let among_others = protector
                .encrypt_to_self(ec.certificate())
                .protect(mail())
                .unwrap();
            assert_eq!(
                gpgsm.decrypt(&cms(among_others.message())).unwrap(),
                ENTITY.as_bytes()
            );
        }
    }
}

#[test]
fn signed_and_encrypted() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(gpgsm) = Gpgsm::find(&[&bob]) else {
        return;
    };
    let protector = protector().sign(&person(Key::P384, ALICE).identity);
    let protected = protector
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    let parts = detached(&gpgsm.decrypt(&cms(protected.message())).unwrap());
    assert_eq!(parts.entity, ENTITY.as_bytes());
    gpgsm.verify_detached(&parts.p7s, &parts.entity).unwrap();
}
