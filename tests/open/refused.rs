//! What `open` gives, row by row of the table in the design: rows 1 and 5, which are errors.

use crate::faces::Faces;

use smime::ErrorKind;
use smime::check::Reason;
use smime::policy::StandardPolicy;
use smime::report::SignerStatus;

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, ENTITY, mail, now, person, protector};
use crate::verdicts::{signed_by, text};
use crate::{failed_because, opener, unsigned, untrusted};

// Row 1: malformed, over a limit, no key, any decryption failure: Err.

#[test]
fn no_key_for_any_recipient_is_an_error_that_names_them() {
    let bob = person(Key::Rsa2048, BOB);
    let protected = protector()
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    for opener in [
        opener(),
        opener().identity(&person(Key::P256, CAROL).identity),
    ] {
        let error = opener.open_all(protected.message()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
        assert!(error.to_string().contains(&bob.certificate().serial_hex()));
    }
}

#[test]
fn a_signature_that_cannot_be_read_does_not_cost_the_mail() {
    let signed = text(&signed_by(Key::P256, ALICE));
    let (head, tail) = signed.rsplit_once("\r\n--").unwrap();
    let boundary = tail.trim_end_matches("--\r\n");
    let third = format!("{head}\r\n--{boundary}\r\n\r\nthird\r\n--{tail}");
    let delimiter = format!("\r\n--{boundary}");
    let second = head.rfind(&delimiter).unwrap();
    let taken_off = format!("{}\r\n--{tail}", &head[..second]);
    let base64 = head.rfind("\r\n\r\n").unwrap() + 4;
    let replaced = |body: &str| format!("{}{body}\r\n--{tail}", &head[..base64]);
    for message in [
        third,
        taken_off,
        // No base64, no CMS, a SEQUENCE of nothing, data instead of a signature, no bytes at all.
        replaced("!!!!"),
        replaced("aGVsbG8="),
        replaced("MAA="),
        replaced("MBEGCSqGSIb3DQEHAaAEBAJoaQ=="),
        replaced(""),
        // Cut in the middle.
        replaced(&head[base64..base64 + 400]),
        format!(
            "{}{delimiter}\r\nContent-Type: text/plain\r\n\r\nno\r\n--{tail}",
            &head[..second]
        ),
    ] {
        let opened = opener().open_all(message.as_bytes()).unwrap();
        let content = untrusted(&opened);
        assert!(content.bytes() == message.as_bytes(), "{message}");
        let [layer] = opened.report().layers() else {
            panic!("{}", opened.report());
        };
        let statuses: Vec<_> = layer.signers().iter().map(|s| s.status()).collect();
        assert_eq!(statuses, [SignerStatus::Unchecked]);
        assert!(failed_because(&opened, |why| matches!(
            why,
            Reason::MalformedSigner { .. }
        )));
        // The text is a part that can be shown.
        let parts = content.parts().to_vec();
        let text = parts.iter().find(|part| part.bytes() == ENTITY.as_bytes());
        let status = text.map(|part| part.protection().signature());
        assert_eq!(
            status,
            Some(Some(SignerStatus::Unchecked)),
            "{}",
            opened.report()
        );
    }
}

#[test]
fn malformed_cms_is_an_error() {
    let mail = "From: a@example.org\r\nContent-Type: application/pkcs7-mime\r\n\
                Content-Transfer-Encoding: base64\r\n\r\n";
    for cms in ["", "AAAA", "MIAG", "MAA="] {
        let error = opener().open_all(format!("{mail}{cms}\r\n").as_bytes());
        assert!(error.is_err(), "{cms}");
    }
}

#[test]
fn too_many_parts_or_too_deep_is_an_error() {
    let mut mail = String::from("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for _ in 0..1_001 {
        mail.push_str("--b\r\n\r\nx\r\n");
    }
    mail.push_str("--b--\r\n");
    let error = opener().open_all(mail.as_bytes()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");

    let mut mail = String::new();
    for depth in 0..2_500 {
        mail.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"
        ));
    }
    let error = opener().open_all(mail.as_bytes()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

/// SECURITY.md DOS-06: few parts, each inside of the one before, so that no other limit stops them.
#[test]
fn dos_06_a_few_parts_too_deep_are_an_error() {
    let nested = |depth: usize| {
        let mut mail = String::from("From: alice@example.org\r\n");
        for level in 0..depth {
            mail.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
            ));
        }
        mail.push_str("\r\nHello Bob\r\n");
        opener().open_all(mail.as_bytes())
    };
    assert!(nested(32).is_ok());
    let error = nested(33).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Limit { limit: 32, .. }),
        "{error}"
    );
}

// Row 5: a content cipher refused by policy is an error before any key is used.

#[test]
fn a_refused_cipher_is_named_before_any_key_is_used() {
    struct NoKey(Vec<u8>);
    impl smime::key::KeyOps for NoKey {
        fn public_key(&self) -> &[u8] {
            &self.0
        }
        fn sign(&self, _: &smime::key::SignRequest) -> Result<Vec<u8>, smime::key::KeyError> {
            panic!("asked")
        }
        fn unwrap(
            &self,
            _: &smime::key::UnwrapRequest,
        ) -> Result<smime::key::Secret, smime::key::KeyError> {
            panic!("asked")
        }
    }
    let Some(openssl) = crate::peers::OpenSsl::find() else {
        return;
    };
    let bob = person(Key::Rsa2048, BOB);
    openssl.write("content", ENTITY);
    openssl.write("cert.pem", bob.certificate_pem());
    let encrypted = openssl
        .run(&["cms", "-encrypt", "-des3", "-in", "content", "cert.pem"])
        .unwrap();
    let public = bob.certificate().public_key().spki_der().to_vec();
    let key = smime::PrivateKey::external(NoKey(public)).unwrap();
    let identity = smime::Identity::new([bob.certificate().clone()], key).unwrap();
    let error = opener()
        .identity(&identity)
        .open_all(&encrypted)
        .unwrap_err();
    assert!(error.to_string().contains("3DES"), "{error}");
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));

    let opened = opener()
        .policy(StandardPolicy::at(now()).legacy())
        .identity(&bob.identity)
        .open_all(&encrypted)
        .unwrap();
    assert!(unsigned(&opened).bytes().ends_with(b"Hello Bob\r\n"));
    assert!(failed_because(&opened, |why| matches!(
        why,
        Reason::Outdated { .. }
    )));
}

#[test]
fn a_refused_key_encryption_is_named() {
    let bob = person(Key::Rsa2048, BOB);
    let protected = protector()
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    let policy = StandardPolicy::at(now()).require_oaep();
    let error = opener()
        .policy(policy)
        .identity(&bob.identity)
        .open_all(protected.message())
        .unwrap_err();
    assert!(error.to_string().contains("v1.5"), "{error}");
    assert!(!matches!(error.kind(), ErrorKind::Decryption));
}
