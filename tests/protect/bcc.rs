//! Bcc recipients are nobody's business: not in a header, not among the recipients of another copy.

use smime::protect::{CertificateReference, Framing, Role};
use smime::resolver::MemoryResolver;
use smime::{Mailbox, Protected};

use crate::ca::Key;
use crate::failed;
use crate::mime::{all, cms, contains, detached, split};
use crate::people::{ALICE, BOB, CAROL, DAVE, Person, mail_to, mailbox, person, protector};

/// Issuer and serial number, and the subject key identifier: what would name this person in a CMS.
fn traces(person: &Person) -> Vec<Vec<u8>> {
    use der::{Decode, Encode};
    use x509_cert::ext::pkix::SubjectKeyIdentifier;
    let parsed = x509_cert::Certificate::from_der(person.certificate().to_der()).unwrap();
    let tbs = parsed.tbs_certificate();
    let serial = tbs.serial_number().to_der().unwrap();
    let (_, identifier): (bool, SubjectKeyIdentifier) = tbs.get_extension().unwrap().unwrap();
    vec![
        serial,
        identifier.0.as_bytes().to_vec(),
        person.certificate().to_der().to_vec(),
    ]
}

fn addresses(protected: &Protected, copy: usize) -> Vec<String> {
    let envelope = protected.copies()[copy].envelope().unwrap();
    envelope.recipients().iter().map(Mailbox::address).collect()
}

fn encrypt(references: CertificateReference, message: &str, people: &[&Person]) -> Protected {
    protector()
        .sign(&person(Key::P256, ALICE).identity)
        .encrypt_to(people.iter().map(|person| person.certificate()))
        .certificate_reference(references)
        .protect(message)
        .unwrap()
}

const REFERENCES: [CertificateReference; 2] = [
    CertificateReference::IssuerAndSerial,
    CertificateReference::SubjectKeyIdentifier,
];

/// The field in all its disguises: folded, with a name, in capitals, encoded, in several fields and a group.
const DISGUISES: [&str; 6] = [
    "Bcc: dave@example.org, carol@example.org\r\n",
    "BCC: Dave\r\n <dave@example.org>,\r\n\t\"Carol, hidden\"\r\n  <carol@example.org>\r\n",
    "bcc: dave@example.org\r\nBcc: carol@example.org\r\n",
    "Bcc:\r\n dave@example.org (who?),\r\n carol@example.org\r\n",
    "Bcc: =?utf-8?q?D=C3=A4ve?= <dave@example.org>, secret: Carol <carol@example.org>;\r\n",
    "bCC: Dave <dave@example.org>, Carol <carol@example.org>\r\n",
];

#[test]
fn enc_15_hidden_recipients_leave_no_trace_in_the_other_copies() {
    let [bob, carol, dave] = [
        person(Key::Rsa2048, BOB),
        person(Key::P256, CAROL),
        person(Key::P384, DAVE),
    ];
    for reference in REFERENCES {
        for disguise in DISGUISES {
            let message = mail_to(&format!("To: bob@example.org\r\n{disguise}"));
            let protected = encrypt(reference, &message, &[&bob, &carol, &dave]);
            assert_eq!(protected.copies().len(), 3, "{disguise}");
            assert_eq!(addresses(&protected, 0), [BOB]);
            assert_eq!(addresses(&protected, 1), [DAVE]);
            assert_eq!(addresses(&protected, 2), [CAROL]);

            let readers = [vec![&bob], vec![&dave], vec![&carol]];
            for (copy, readers) in protected.copies().iter().zip(&readers) {
                let (fields, _) = split(copy.bytes());
                assert!(
                    !fields
                        .iter()
                        .any(|(name, _)| name.to_lowercase().contains("bcc"))
                );
                let der = cms(copy.bytes());
                for stranger in [&bob, &carol, &dave] {
                    let reads = readers
                        .iter()
                        .any(|r| r.certificate() == stranger.certificate());
                    let named = traces(stranger)[..2]
                        .iter()
                        .any(|trace| contains(&der, trace));
                    assert_eq!(
                        named,
                        reads,
                        "{disguise}: {}",
                        stranger.certificate().subject()
                    );
                }
                let text = readable(copy.bytes(), &der);
                for word in ["dave", "carol", "hidden", "d=c3=a4ve"] {
                    assert!(!text.contains(word), "{disguise}: {word} in {text}");
                }
            }
        }
    }
}

/// What a person finds in a copy, in lower case: its lines without those of base64, where short words turn up by
/// chance, and the CMS as it is.
fn readable(message: &[u8], der: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).into_owned();
    let is_base64 = |line: &&str| {
        !line.is_empty()
            && line
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_base64(line)).collect();
    assert!(lines.iter().any(|line| line.starts_with("From:")));
    format!("{}\n{}", lines.join("\n"), String::from_utf8_lossy(der)).to_lowercase()
}

/// The copy for To and Cc is the same size and shape, however many read it secretly.
#[test]
fn enc_15_the_number_of_hidden_recipients_is_hidden() {
    let bob = person(Key::Rsa2048, BOB);
    let [carol, dave] = [person(Key::P256, CAROL), person(Key::Rsa2048, DAVE)];
    let length = |fields: &str| {
        let message = mail_to(&format!("To: bob@example.org\r\n{fields}"));
        let sender = person(Key::Rsa2048, ALICE);
        let protected = protector()
            .sign(&sender.identity)
            .encrypt_to(
                [bob.certificate(), carol.certificate(), dave.certificate()]
                    .into_iter()
                    .take(1 + fields.matches('@').count()),
            )
            .protect(&message)
            .unwrap();
        (
            protected.message().len(),
            split(protected.message()).0.len(),
        )
    };
    let none = length("");
    assert_eq!(length("Bcc: carol@example.org\r\n"), none);
    assert_eq!(length("Bcc: carol@example.org, dave@example.org\r\n"), none);
}

/// Every copy has a key of its own: no two ciphertexts are alike.
#[test]
fn enc_15_separate_ciphertexts() {
    let [bob, carol] = [person(Key::Rsa2048, BOB), person(Key::Rsa2048, CAROL)];
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let protected = encrypt(CertificateReference::default(), &message, &[&bob, &carol]);
    let tail = |copy: usize| {
        let der = cms(protected.copies()[copy].bytes());
        der[der.len() - 1024..].to_vec()
    };
    let (first, second) = (tail(0), tail(1));
    let alike = first
        .chunks(16)
        .filter(|block| contains(&second, block))
        .count();
    assert_eq!(alike, 0);
}

#[test]
fn only_hidden_recipients() {
    let [carol, dave] = [person(Key::P256, CAROL), person(Key::P384, DAVE)];
    let message = mail_to("Bcc: carol@example.org, dave@example.org\r\n");
    let protector = protector()
        .encrypt_to([carol.certificate(), dave.certificate()])
        .not_to_self();
    let protected = protector.protect(&message).unwrap();
    assert_eq!(protected.copies().len(), 2);
    assert_eq!(addresses(&protected, 0), [CAROL]);
    assert_eq!(addresses(&protected, 1), [DAVE]);
    assert!(all(&split(protected.message()).0, "To").is_empty());

    // With a copy for Sent, that one comes first and goes to nobody.
    let own = person(Key::P256, ALICE);
    let protected = protector
        .encrypt_to_self(own.certificate())
        .protect(&message)
        .unwrap();
    assert_eq!(protected.copies().len(), 3);
    assert!(protected.copies()[0].envelope().is_none());
    assert_eq!(addresses(&protected, 2), [DAVE]);
}

/// Named in To as well as in Bcc: nothing is hidden about them.
#[test]
fn named_twice() {
    let bob = person(Key::P256, BOB);
    let message = mail_to("To: bob@example.org\r\nBcc: Bob <BOB@EXAMPLE.org>\r\n");
    let protected = encrypt(CertificateReference::default(), &message, &[&bob]);
    assert_eq!(protected.copies().len(), 1);
    assert_eq!(addresses(&protected, 0), [BOB]);
    let roles: Vec<Role> = protected
        .report()
        .recipients()
        .iter()
        .map(|r| r.role())
        .collect();
    assert_eq!(roles, [Role::Recipient, Role::Oneself]);
}

/// Signed only: nothing to read in it, so one copy with everybody in the envelope and no field.
#[test]
fn signed_only() {
    let message = mail_to("To: bob@example.org\r\nBcc: Carol <carol@example.org>\r\n");
    let signed = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .protect(&message)
        .unwrap();
    assert_eq!(signed.copies().len(), 1);
    assert_eq!(addresses(&signed, 0), [BOB, CAROL]);
    let text = readable(signed.message(), &detached(signed.message()).p7s);
    for word in ["carol", "bcc:"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

/// A space before the colon is obsolete (RFC 5322 4.5): refused, because readers differ on what it is.
#[test]
fn obsolete_form_is_refused() {
    let message = mail_to("To: bob@example.org\r\nBcc : carol@example.org\r\n");
    let error = failed(
        protector()
            .sign(&person(Key::P256, ALICE).identity)
            .protect(&message),
    );
    assert!(error.to_string().contains("Bcc"), "{error}");
}

/// Resent-Bcc says the same about the same people, so it is not carried over.
#[test]
fn resent_bcc_is_refused() {
    let message = mail_to("To: bob@example.org\r\nResent-Bcc: carol@example.org\r\n");
    let error = failed(
        protector()
            .sign(&person(Key::P256, ALICE).identity)
            .protect(&message),
    );
    assert!(error.to_string().contains("Resent-Bcc"), "{error}");
}

#[track_caller]
fn assert_several_copies(error: &smime::protect::ProtectError) {
    let smime::protect::ProtectError::Failed(inner) = error else {
        panic!("{error}");
    };
    assert!(matches!(inner.kind(), smime::ErrorKind::SeveralCopies));
    assert!(error.to_string().contains("Bcc"), "{error}");
}

/// A writer makes one message, so it cannot do this; nothing reaches the sink.
#[test]
fn writer_refuses() {
    use std::io::Write;
    let [bob, carol] = [person(Key::P256, BOB), person(Key::P256, CAROL)];
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let encrypt = || protector().encrypt_to([bob.certificate(), carol.certificate()]);
    for protector in [encrypt(), encrypt().framing(Framing::Definite)] {
        let mut sink = Vec::new();
        let mut writer = protector.writer(&mut sink).unwrap();
        let error = writer.write_all(message.as_bytes()).unwrap_err();
        let error = error.downcast::<smime::protect::ProtectError>().unwrap();
        assert_several_copies(&error);
        drop(writer);
        assert!(sink.is_empty());
    }
    // A machine that streams cannot either.
    let machine = encrypt().framing(Framing::Indefinite).machine().unwrap();
    assert_several_copies(&crate::nothing_written(machine, message.as_bytes()));
}

/// The sender's own certificate is in the open copy only; a resolver changes nothing about it.
#[test]
fn with_a_resolver() {
    let alice = person(Key::Rsa2048, ALICE);
    let [bob, carol] = [person(Key::P256, BOB), person(Key::P256, CAROL)];
    let resolver = MemoryResolver::new()
        .with_identity(&alice.identity)
        .with_certificate(bob.certificate())
        .with_certificate(carol.certificate());
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let protector = protector().resolver(resolver).encrypt_to_recipients();
    let protected = protector.protect(&message).unwrap();
    let named = |copy: usize, person: &Person| {
        contains(&cms(protected.copies()[copy].bytes()), &traces(person)[0])
    };
    assert!(named(0, &alice) && named(0, &bob) && !named(0, &carol));
    assert!(!named(1, &alice) && !named(1, &bob) && named(1, &carol));
    assert_eq!(
        protected.copies()[1].envelope().unwrap().recipients(),
        [mailbox(CAROL)]
    );
}
