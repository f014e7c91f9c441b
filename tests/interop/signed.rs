//! `openssl cms -verify` on every kind of signature it knows.

use smime::Protector;
use smime::crypto::DigestAlgorithm;
use smime::protect::{CertificateReference, Framing};

use crate::ca::Key;
use crate::mime::{assert_seven_bit, cms, detached};
use crate::peers::OpenSsl;
use crate::people::{ALICE, ENTITY, mail, person, protector};

/// Signs Alice's mail in both forms and framings, both ways of naming the signer, and has all verified.
pub fn verified_by_openssl(openssl: &OpenSsl, protector: &Protector, what: &str) {
    for framing in [Framing::Definite, Framing::Indefinite] {
        let references = [
            CertificateReference::IssuerAndSerial,
            CertificateReference::SubjectKeyIdentifier,
        ];
        for reference in references {
            let what = format!("{what}, {framing:?}, {reference:?}");
            let protector = protector
                .clone()
                .framing(framing)
                .certificate_reference(reference);

            let signed = protector.protect(mail()).unwrap();
            assert_seven_bit(signed.message());
            let parts = detached(signed.message());
            assert_eq!(String::from_utf8_lossy(&parts.entity), ENTITY, "{what}");
            openssl
                .verify_detached(&parts.p7s, &parts.entity)
                .expect(&what);
            let content = openssl.verify(signed.message()).expect(&what);
            assert_eq!(String::from_utf8_lossy(&content), ENTITY, "{what}");

            let signed = protector.opaque().protect(mail()).unwrap();
            assert_seven_bit(signed.message());
            let content = openssl.verify(signed.message()).expect(&what);
            assert_eq!(String::from_utf8_lossy(&content), ENTITY, "{what}, opaque");
        }
    }
}

#[test]
fn rsa_with_each_digest() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for kind in [Key::Rsa2048, Key::Rsa3072] {
        let alice = person(kind, ALICE);
        for digest in [
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
        ] {
            let protector = protector().sign(&alice.identity).digest(digest);
            verified_by_openssl(&openssl, &protector, &format!("{kind:?} {digest:?}"));
        }
    }
}

#[test]
fn ecdsa_on_each_curve() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for kind in [Key::P256, Key::P384, Key::P521] {
        let alice = person(kind, ALICE);
        let protector = protector().sign(&alice.identity);
        verified_by_openssl(&openssl, &protector, &format!("{kind:?}"));
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
            let signed = protector.clone().digest(digest).protect(mail()).unwrap();
            openssl.verify(signed.message()).unwrap();
        }
    }
}

/// Two signers with different digests, one of each kind: openssl verifies all or fails.
#[test]
fn two_signers() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (rsa, ec) = (person(Key::Rsa2048, ALICE), person(Key::P256, ALICE));
    let protector = protector().sign(&rsa.identity).sign(&ec.identity);
    verified_by_openssl(&openssl, &protector, "two signers");
    let parts = detached(protector.protect(mail()).unwrap().message());
    let infos = openssl.print(&parts.p7s);
    let (_, infos) = infos.split_once("signerInfos:").unwrap();
    assert_eq!(
        infos.matches("d.issuerAndSerialNumber").count(),
        2,
        "{infos}"
    );
}

/// The check itself must be able to fail.
#[test]
fn openssl_refuses_what_was_changed() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    let signed = protector.protect(mail()).unwrap();
    let changed = String::from_utf8(signed.message().to_vec())
        .unwrap()
        .replace("Hello", "Jello");
    let said = openssl.verify(changed.as_bytes()).unwrap_err();
    assert!(
        said.contains("digest failure") || said.contains("verification failure"),
        "{said}"
    );
}

/// What is sent in the CMS is what a reader of DER needs: openssl's own encoder gives the same bytes.
#[test]
fn openssl_writes_the_same_bytes() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    let opaque = protector()
        .sign(&alice.identity)
        .opaque()
        .protect(mail())
        .unwrap();
    let der = cms(opaque.message());
    openssl.write("in.der", &der);
    let arguments = [
        "cms", "-cmsout", "-inform", "DER", "-in", "in.der", "-outform", "DER",
    ];
    assert_eq!(openssl.run(&arguments).unwrap(), der);
}
