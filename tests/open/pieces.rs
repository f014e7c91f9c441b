//! Below MIME: CMS objects, and signatures beside their content.

use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use smime::check::{Aspect, Reason};
use smime::{ErrorKind, Mailbox, Opener};

use crate::ca::{Key, pem};
use crate::mime::{base64, split};
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};
use crate::{failed_because, opener, trusted, unsigned, untrusted, withheld};

const DOCUMENT: &[u8] = b"Line one\nLine two\r\nno line end, \x00\xff";

/// DER of a detached signature by Alice over these bytes.
fn signature(openssl: &OpenSsl, document: &[u8]) -> Vec<u8> {
    let alice = person(Key::P256, ALICE);
    openssl
        .sign(&alice, document, "-binary -outform DER -md sha384")
        .unwrap()
}

fn expecting(address: &str) -> Opener {
    opener().expect_signer(&Mailbox::new(address).unwrap())
}

/// Without From somebody has to say who must have signed.
#[test]
fn sig_11_nobody_is_expected_by_silence() {
    let alice = person(Key::P256, ALICE);
    let beside = protector()
        .sign(&alice.identity)
        .protect_cms(DOCUMENT)
        .unwrap();
    let opaque = protector().sign(&alice.identity).opaque();
    let object = base64(split(opaque.protect(mail()).unwrap().message()).1);
    let both = |opener: Opener| {
        [
            opener.verify_detached_all(DOCUMENT, &beside).unwrap(),
            opener.open_cms_all(&object).unwrap(),
        ]
    };
    for opened in both(opener()) {
        untrusted(&opened);
        let failed: Vec<_> = opened.report().failed_checks().collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0].why(), Some(&Reason::NobodyExpected));
        assert_eq!(failed[0].aspect(), Aspect::Address);
        let headline = opened.report().headline();
        assert!(headline.contains("Opener::expect_signer"), "{headline}");
        assert!(headline.contains("--signer"), "{headline}");
        assert_eq!(opened.report().signer().unwrap().address(), None);
    }
    for opened in both(opener().any_signer()) {
        trusted(&opened);
        let noted = Reason::AnySigner {
            certificate_names: vec![ALICE.into()],
        };
        let signer = opened.report().signer().unwrap();
        assert!(signer.checks().iter().any(|c| c.why() == Some(&noted)));
        let text = opened.report().to_string();
        assert!(
            text.contains("\nNote: anybody with a certificate"),
            "{text}"
        );
    }
    // Who is expected counts all the same, and of a mail From does.
    for opened in both(expecting(BOB).any_signer()) {
        untrusted(&opened);
    }
    let other = person(Key::P256, BOB);
    let (alices, bobs) = ("Alice <alice@example.org>", "Bob <bob@example.org>");
    let of_bob = protector()
        .sign(&other.identity)
        .protect(mail().replacen(alices, bobs, 1))
        .unwrap();
    let text = String::from_utf8(of_bob.message().to_vec()).unwrap();
    let any = opener().any_signer();
    trusted(&any.open_all(text.as_bytes()).unwrap());
    let forged = text.replacen(bobs, alices, 1);
    untrusted(&any.open_all(forged.as_bytes()).unwrap());
    let without_from = protector().sign(&alice.identity).protect(ENTITY).unwrap();
    untrusted(
        &opener()
            .any_signer()
            .open_all(without_from.message())
            .unwrap(),
    );
}

#[test]
fn a_detached_signature_over_a_document() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let der = signature(&openssl, DOCUMENT);
    let armoured = pem("CMS", &der);
    for signature in [der.as_slice(), armoured.as_bytes()] {
        let opened = expecting(ALICE)
            .verify_detached_all(DOCUMENT, signature)
            .unwrap();
        let message = trusted(&opened);
        assert_eq!(message.bytes(), DOCUMENT);
        assert!(message.headers().is_empty());
        assert_eq!(message.parts().len(), 1);
        assert_eq!(message.parts()[0].decoded().unwrap(), DOCUMENT);
        assert_eq!(opened.report().signer().unwrap().address(), Some(ALICE));
    }
    let opened = expecting(BOB).verify_detached_all(DOCUMENT, &der).unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::AddressMismatch { .. }
    )));

    // Byte for byte: not even a line end may differ.
    let changed = [&DOCUMENT[..8], b"\r", &DOCUMENT[8..]].concat();
    let opened = opener().verify_detached_all(&changed, &der).unwrap();
    assert_eq!(withheld(&opened).bytes(), changed);
    assert!(
        opener()
            .verify_detached_all(DOCUMENT, b"no signature")
            .is_err()
    );
    assert!(opener().verify_detached_all(DOCUMENT, b"").is_err());
}

#[test]
fn a_cms_object_in_der_ber_and_pem() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P384, BOB));
    let opener = expecting(ALICE).identity(&bob.identity);
    for framing in [
        smime::protect::Framing::Definite,
        smime::protect::Framing::Indefinite,
    ] {
        let signed = protector().sign(&alice.identity).opaque().framing(framing);
        let protected = signed.protect(mail()).unwrap();
        let cms = base64(split(protected.message()).1);
        for cms in [cms.clone(), pem("PKCS7", &cms).into_bytes()] {
            let opened = opener.open_cms_all(&cms).unwrap();
            assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
        }
        // What an encryption holds is MIME, which stays closed below MIME.
        let protected = signed
            .encrypt_to([bob.certificate()])
            .protect(mail())
            .unwrap();
        let cms = base64(split(protected.message()).1);
        let opened = opener.open_cms_all(&cms).unwrap();
        assert!(
            unsigned(&opened)
                .bytes()
                .starts_with(b"Content-Type: application/pkcs7-mime")
        );
    }
}

#[test]
fn a_signature_without_content_and_nothing_beside_it() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let der = signature(&openssl, DOCUMENT);
    let opened = opener().open_cms_all(&der).unwrap();
    assert_eq!(untrusted(&opened).bytes(), b"");
    assert!(failed_because(&opened, |why| *why == Reason::NoContent));
}

#[test]
fn cms_of_another_kind_is_named() {
    // ContentInfo { id-digestedData, SEQUENCE {} }
    let digested = b"\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x05\xa0\x02\x30\x00";
    let error = opener().open_cms_all(digested).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("1.2.840.113549.1.7.5"));
}

#[test]
fn what_protect_cms_signs_and_encrypts_is_opened_at_once() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let expected = Mailbox::new(ALICE).unwrap();
    let opener = opener().identity(&bob.identity).expect_signer(&expected);
    let both = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .protect_cms(DOCUMENT)
        .unwrap();
    let opened = opener.open_cms_all(&both).unwrap();
    assert_eq!(trusted(&opened).bytes(), DOCUMENT);
    let layers = opened.report().layers().iter();
    let kinds: Vec<_> = layers.map(|layer| layer.kind().name()).collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");

    // Anything else that is encrypted comes out as it is: certificates, a detached signature, a signed object
    // with something behind it.
    let sign = protector().sign(&alice.identity);
    let signed = sign.clone().opaque().protect_cms(DOCUMENT).unwrap();
    let detached = sign.protect_cms(DOCUMENT).unwrap();
    let more = [signed.as_slice(), b"more"].concat();
    for content in [detached.as_slice(), &more, DOCUMENT, b""] {
        let encrypt = protector().encrypt_to([bob.certificate()]);
        let encrypted = encrypt.protect_cms(content).unwrap();
        let opened = opener.open_cms_all(&encrypted).unwrap();
        assert_eq!(unsigned(&opened).bytes(), content);
    }
    // Without an encryption around it, id-data is data.
    let twice = protector()
        .sign(&alice.identity)
        .opaque()
        .protect_cms(&signed)
        .unwrap();
    assert_eq!(
        trusted(&opener.open_cms_all(&twice).unwrap()).bytes(),
        signed
    );
}
