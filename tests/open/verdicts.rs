//! What `open` gives, row by row of the table in the design; rows 1 and 5, which are errors, are in refused.rs.

use crate::faces::Faces;
use std::time::Duration;

use smime::cert::Crl;
use smime::check::{Aspect, Reason};
use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::report::{LayerKind, SignerStatus};
use smime::{Mailbox, Opener, TrustAnchors};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, BOB, CAROL, ENTITY, ca, made, mail, now, person, protector};
use crate::{anchors, failed_because, opener, trusted, unsigned, untrusted, withheld};

pub fn signed_by(kind: Key, address: &str) -> Vec<u8> {
    let person = person(kind, address);
    let protector = protector().sign(&person.identity).danger_ignore_addresses();
    protector.protect(mail()).unwrap().message().to_vec()
}

pub fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

// Row 2: a signature or digest that does not verify, a detached signature with eContent: Withheld.

#[test]
fn changed_content_is_withheld() {
    let signed = text(&signed_by(Key::P256, ALICE)).replace("Hello Bob", "Hello Eve");
    let opened = opener().open_all(signed.as_bytes()).unwrap();
    assert_eq!(
        withheld(&opened).bytes(),
        ENTITY.replace("Bob", "Eve").as_bytes()
    );
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::DigestMismatch { diagnosis: None }
    )));
    let signer = opened.report().signer().unwrap();
    assert_eq!(signer.status(), SignerStatus::Invalid);
}

#[test]
fn a_mismatch_is_explained_and_stays_one() {
    // A list added a footer to the signed part.
    let signed = text(&signed_by(Key::P256, ALICE)).replace("Hello Bob\r\n", "Hello Bob \r\n");
    let opened = opener().open_all(signed.as_bytes()).unwrap();
    withheld(&opened);
    assert!(
        failed_because(&opened, |why| matches!(
            why,
            Reason::DigestMismatch { diagnosis: Some(_) }
        )),
        "{}",
        opened.report()
    );
}

#[test]
fn line_ends_alone_are_no_change() {
    let signed = text(&signed_by(Key::P256, ALICE)).replace("\r\n", "\n");
    let opened = opener().open_all(signed.as_bytes()).unwrap();
    assert_eq!(
        trusted(&opened).bytes(),
        ENTITY.replace("\r\n", "\n").as_bytes()
    );
}

#[test]
fn sig_04_a_detached_signature_with_content_is_withheld() {
    let alice = person(Key::P256, ALICE);
    let detached = text(&signed_by(Key::P256, ALICE));
    let opaque = protector()
        .sign(&alice.identity)
        .opaque()
        .protect(mail())
        .unwrap();
    let (_, inner) = crate::mime::split(opaque.message());
    // The signature part gets the SignedData that carries the same content.
    let at = detached.find("smime.p7s").unwrap();
    let body = at + detached[at..].find("\r\n\r\n").unwrap() + 4;
    let end = detached.rfind("\r\n--").unwrap();
    let forged = format!(
        "{}{}{}",
        &detached[..body],
        text(inner).trim_end(),
        &detached[end..]
    );
    let opened = opener().open_all(forged.as_bytes()).unwrap();
    withheld(&opened);
    assert!(failed_because(&opened, |why| *why == Reason::ContentInDetached));
    // Also when the content beside it is the very same.
    assert!(forged.contains("Hello Bob"));
}

// Row 3: the digest agrees but the signature cannot be checked: Untrusted.

#[test]
fn what_cannot_be_checked_is_untrusted() {
    let weak = person(Key::Rsa1024, ALICE);
    let openssl = crate::peers::OpenSsl::find();
    let Some(openssl) = openssl else { return };
    let signed = openssl
        .sign(&weak, ENTITY.as_bytes(), "-md sha256")
        .unwrap();
    let mail = [b"From: alice@example.org\n", signed.as_slice()].concat();
    let opened = opener().open_all(&mail).unwrap();
    untrusted(&opened);
    assert_eq!(
        opened.report().signer().unwrap().status(),
        SignerStatus::Unchecked
    );
    // The legacy policy checks it, and trusts it as little.
    let opened = opener()
        .policy(StandardPolicy::at(now()).legacy())
        .open_all(&mail)
        .unwrap();
    untrusted(&opened);
    assert_eq!(
        opened.report().signer().unwrap().status(),
        SignerStatus::Untrusted
    );
    // Changed content is conclusive all the same.
    let changed = text(&mail).replace("Hello Bob", "Hello Eve");
    withheld(&opener().open_all(changed.as_bytes()).unwrap());
}

// Row 4: a protected part inside an unprotected multipart: see parts.rs.

// Row 6: the signature verifies; path, address, revocation, usage or policy does not: Untrusted.

#[test]
fn another_signer_than_from_is_untrusted() {
    let opened = opener().open_all(&signed_by(Key::P256, CAROL)).unwrap();
    assert_eq!(untrusted(&opened).bytes(), ENTITY.as_bytes());
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::AddressMismatch { .. }
    )));
}

#[test]
fn nobody_vouches_for_the_signer() {
    let signed = signed_by(Key::P256, ALICE);
    let stranger = Ca::new("Other CA");
    let other = TrustAnchors::from_der(stranger.certificate_der()).unwrap();
    for anchors in [TrustAnchors::new(), other] {
        let opener = Opener::new(&anchors).policy(StandardPolicy::at(now()));
        let opened = opener.open_all(&signed).unwrap();
        untrusted(&opened);
        assert!(
            opened
                .report()
                .failed_checks()
                .any(|c| c.aspect() == Aspect::Path)
        );
    }
}

#[test]
fn sig_16_a_signing_time_inside_the_validity_saves_no_expired_certificate() {
    let signed = signed_by(Key::P256, ALICE);
    let later = now() + Duration::from_secs(40 * 365 * 86_400);
    let opened = opener()
        .policy(StandardPolicy::at(later))
        .open_all(&signed)
        .unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::Expired { .. }
    )));
}

#[test]
fn sig_17_certificates_that_may_not_sign_mail() {
    let no_mail = made(
        ca().certify(Key::P256, ALICE)
            .extended_key_usage(&[crate::ca::SERVER_AUTH]),
    );
    let no_signing = made(
        ca().certify(Key::Rsa2048, ALICE)
            .key_usage(Some(crate::ca::KEY_ENCIPHERMENT)),
    );
    let expected: [fn(&Reason) -> bool; 2] = [
        |why| matches!(why, Reason::ExtendedKeyUsage),
        |why| matches!(why, Reason::KeyUsage { .. }),
    ];
    let Some(openssl) = crate::peers::OpenSsl::find() else {
        return;
    };
    for (person, expected) in [no_mail, no_signing].iter().zip(expected) {
        let signed = openssl
            .sign(person, ENTITY.as_bytes(), "-md sha256")
            .unwrap();
        let mail = [b"From: alice@example.org\n", signed.as_slice()].concat();
        let opened = opener().open_all(&mail).unwrap();
        untrusted(&opened);
        assert!(failed_because(&opened, expected), "{}", opened.report());
    }
}

#[test]
fn a_crl_that_cannot_be_read_is_an_error_of_its_own() {
    assert!(Crl::from_bytes(b"no list").is_err());
}

// Row 7: no signature.

#[test]
fn sig_05_zero_signers_is_unsigned() {
    let Some(openssl) = crate::peers::OpenSsl::find() else {
        return;
    };
    let alice = person(Key::P256, ALICE);
    openssl.write("cert.pem", alice.certificate_pem());
    let arguments = "crl2pkcs7 -nocrl -certfile cert.pem -outform DER";
    let certs_only = openssl
        .run(&arguments.split(' ').collect::<Vec<_>>())
        .unwrap();
    let opened = opener().open_cms_all(&certs_only).unwrap();
    assert_eq!(unsigned(&opened).bytes(), b"");
    assert_eq!(opened.report().layers()[0].kind(), &LayerKind::NoSigners);
    assert!(opened.report().candidates().is_empty());
    assert!(
        opened
            .report()
            .to_string()
            .contains(&alice.certificate().serial_hex())
    );
}

#[test]
fn sig_22_a_signature_that_was_taken_away_is_unsigned() {
    let opened = opener().open_all(mail().as_bytes()).unwrap();
    unsigned(&opened);
    let required = opener().policy(StandardPolicy::at(now()).require_signature());
    let opened = required.open_all(mail().as_bytes()).unwrap();
    unsigned(&opened);
    assert!(failed_because(&opened, |why| *why == Reason::SignatureRequired));
}

#[test]
fn enc_01_encryption_without_integrity_says_so() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let encrypt = protector().encrypt_to([bob.certificate()]);
    let opener = opener().identity(&bob.identity);
    let noted = |opened: &smime::open::Opened| {
        let layers = opened.report().layers().iter();
        layers
            .flat_map(|layer| layer.checks())
            .any(|check| matches!(check.why(), Some(Reason::NoIntegrity { .. })))
    };
    let cbc = encrypt.protect(mail()).unwrap();
    let opened = opener.open_all(cbc.message()).unwrap();
    unsigned(&opened);
    assert!(noted(&opened));
    let required = StandardPolicy::at(now()).require_authenticated_encryption();
    let opened = opener
        .clone()
        .policy(required)
        .open_all(cbc.message())
        .unwrap();
    assert!(failed_because(&opened, |why| *why
        == Reason::AuthenticatedEncryptionRequired));

    let gcm = encrypt
        .clone()
        .cipher(ContentCipher::Aes128Gcm)
        .protect(mail())
        .unwrap();
    let opened = opener
        .clone()
        .policy(required)
        .open_all(gcm.message())
        .unwrap();
    assert!(!noted(&opened) && opened.report().failed_checks().next().is_none());
    // A signature inside notices changes.
    let signed = encrypt.sign(&alice.identity).protect(mail()).unwrap();
    assert!(!noted(&opener.open_all(signed.message()).unwrap()));
}

// Row 8: one signer who matches From passes every check.

#[test]
fn sig_06_one_good_signer_among_several_is_enough_and_the_others_are_reported() {
    let (alice, carol) = (person(Key::P256, ALICE), person(Key::Rsa2048, CAROL));
    for (first, second) in [(&alice, &carol), (&carol, &alice)] {
        let protected = protector()
            .sign(&first.identity)
            .sign(&second.identity)
            .protect(mail())
            .unwrap();
        let opened = opener().open_all(protected.message()).unwrap();
        trusted(&opened);
        let mut statuses: Vec<SignerStatus> = opened.report().layers()[0]
            .signers()
            .iter()
            .map(|signer| signer.status())
            .collect();
        statuses.sort_by_key(|status| status.name());
        assert_eq!(statuses, [SignerStatus::Trusted, SignerStatus::Untrusted]);
    }
}

#[test]
fn requirements_that_are_not_met_take_the_trust_away() {
    let signed = signed_by(Key::P256, ALICE);
    let policy = StandardPolicy::at(now()).require_encryption();
    let opened = opener().policy(policy).open_all(&signed).unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| *why == Reason::EncryptionRequired));
    let policy = StandardPolicy::at(now()).require_revocation();
    let opened = opener().policy(policy).open_all(&signed).unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::RevocationUnknown { .. }
    )));
}

#[test]
fn a_message_without_from_needs_an_expected_signer() {
    let alice = person(Key::P256, ALICE);
    let signed = protector().sign(&alice.identity).protect(ENTITY).unwrap();
    let opened = opener().open_all(signed.message()).unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::NoFrom { .. }
    )));
    let expecting = |address| opener().expect_signer(&Mailbox::new(address).unwrap());
    trusted(&expecting(ALICE).open_all(signed.message()).unwrap());
    let opened = expecting(BOB).open_all(signed.message()).unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::AddressMismatch { .. }
    )));
    // Of a mail with From both are required.
    let mail = signed_by(Key::P256, ALICE);
    trusted(&expecting(ALICE).open_all(&mail).unwrap());
    untrusted(&expecting(BOB).open_all(&mail).unwrap());
    let mail = mail.strip_prefix(b"From: Alice <alice@").unwrap();
    let from_carol = [b"From: Carol <carol@", mail].concat();
    untrusted(&expecting(ALICE).open_all(&from_carol).unwrap());
}

#[test]
fn strict_local_parts() {
    let upper = person(Key::P256, "Alice@example.org");
    let signed = protector().sign(&upper.identity).protect(mail()).unwrap();
    trusted(&opener().open_all(signed.message()).unwrap());
    untrusted(
        &opener()
            .strict_local_part()
            .open_all(signed.message())
            .unwrap(),
    );
    assert_eq!(anchors().certificates().len(), 1);
}
