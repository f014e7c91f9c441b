//! DOS-04: what one mail may cost, however many objects it is put together from. Counted, not timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use smime::cert::{RecipientId, SignerId};
use smime::check::Reason;
use smime::crypto::ContentCipher;
use smime::key::{KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};
use smime::open::Opened;
use smime::resolver::CertificateResolver;
use smime::{Certificate, Error, ErrorKind, Identity, Limits, PrivateKey};

use crate::ca::{oid, sequence, tlv};
use crate::forge::*;
use crate::people::{Person, ca};
use crate::tools::*;

/// A mail of these parts, each an entity.
fn mixed(parts: &[String]) -> String {
    let mut mail = format!(
        "{HEADERS}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=around\r\n\r\n"
    );
    for part in parts {
        mail.push_str(&format!("--around\r\n{part}\r\n"));
    }
    mail.push_str("--around--\r\n");
    mail
}

fn entity(mail: Vec<u8>) -> String {
    String::from_utf8(mail).unwrap()
}

/// A signed part that came with other bytes than were signed.
fn signed_part(signed: &str, received: &str, people: &[&Person]) -> String {
    let mut detached = Signed::new(signed.as_bytes(), people);
    detached.carried = None;
    entity(detached_mail("", received, &detached.build()))
}

/// How many parts could not be opened for this reason.
fn left_closed(opened: &Opened, words: &str) -> usize {
    let checks = opened.report().checks().iter();
    checks
        .filter(|check| check.to_string().contains("was not opened"))
        .filter(|check| check.to_string().contains(words))
        .count()
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[test]
fn dos_04_changes_are_named_twice_in_a_mail() {
    let alice = alice();
    let (signed, received) = ("\r\nHello", "\r\nHello ");
    let diagnosed = |opened: &Opened| {
        let layers = opened.report().layers().iter();
        let signers = layers.flat_map(|layer| layer.signers());
        let checks = signers.flat_map(|signer| signer.checks());
        checks
            .filter(|check| {
                let why = check.why();
                why.is_some_and(|why| {
                    matches!(why, Reason::DigestMismatch { diagnosis } if diagnosis.is_some())
                })
            })
            .count()
    };
    let part = signed_part(signed, received, &[&alice]);
    for (parts, expected) in [(1, 1), (2, 2), (5, 2)] {
        let opened = open(mixed(&vec![part.clone(); parts]));
        assert_eq!(diagnosed(&opened), expected, "{}", opened.report());
    }
    // Of several signers the first digest that does not match; who signed the same is told the same.
    let mut detached = Signed::new(signed.as_bytes(), &[&alice, &alice, &alice]);
    detached.carried = None;
    let opened = open(detached_mail(HEADERS, received, &detached.build()));
    assert_eq!(diagnosed(&opened), 3, "{}", opened.report());
    let detached = detached.signer(|signer| {
        let digest = attribute(MESSAGE_DIGEST, &[octets(&[7; 32])]);
        signer.without(MESSAGE_DIGEST).with(digest)
    });
    let opened = open(detached_mail(HEADERS, received, &detached.build()));
    assert_eq!(diagnosed(&opened), 0, "{}", opened.report());
}

#[test]
fn dos_04_signers_are_counted_over_the_whole_mail() {
    let alice = alice();
    let part = signed_part(PART, PART, &[&alice, &alice]);
    let mail = mixed(&[part.clone(), part.clone(), part]);
    for (signers, closed) in [(6, 0), (5, 1), (4, 1), (3, 2)] {
        let opener = opener().limits(limits(|limits| limits.signers = signers));
        let opened = opener.open(mail.as_bytes()).unwrap();
        let words = format!("signers of one message: more than the limit of {signers}");
        assert_eq!(left_closed(&opened, &words), closed, "{}", opened.report());
        // The first ones are those that are looked at.
        let parts: Vec<&str> = opened.report().layers().iter().map(|l| l.part()).collect();
        assert_eq!(parts, ["1", "2", "3"][..3 - closed]);
        // What is not looked at is handed out all the same.
        let texts = shown(&opened).unwrap();
        let texts = texts
            .parts()
            .iter()
            .filter(|p| p.bytes() == PART.as_bytes());
        assert_eq!(texts.count(), 3);
    }
}

/// A key that counts how often it is used.
#[derive(Debug)]
struct Counting(PrivateKey, Arc<AtomicUsize>);

impl KeyOps for Counting {
    fn public_key(&self) -> &[u8] {
        self.0.public_key().spki_der()
    }

    fn sign(&self, _: &SignRequest) -> Result<Vec<u8>, KeyError> {
        Err(KeyError::Failed)
    }

    fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.unwrap(request).map_err(|_| KeyError::Failed)
    }
}

/// Knows this identity.
struct Keys(Identity);

impl CertificateResolver for Keys {
    fn decryption_identities(&self, _: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        Ok(vec![self.0.clone()])
    }
}

pub fn counting(person: &Person) -> (Identity, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let key = PrivateKey::from_bytes(&person.key_der, None).unwrap();
    let key = PrivateKey::external(Counting(key, count.clone())).unwrap();
    let identity = Identity::new([person.certificate().clone()], key).unwrap();
    (identity, count)
}

#[test]
fn dos_04_operations_with_private_keys_are_counted() {
    let part = entity(opaque_mail("", &encrypted(ContentCipher::Aes256Gcm)));
    let (identity, count) = counting(&bob_rsa());
    let opener = |limits| {
        smime::Opener::new(&anchors())
            .identity(&identity)
            .policy(smime::policy::StandardPolicy::at(crate::people::now()))
            .limits(limits)
    };
    let mail = mixed(&vec![part.clone(); 40]);
    let opened = opener(Limits::default()).open(mail.as_bytes()).unwrap();
    assert_eq!(count.swap(0, Ordering::SeqCst), 32);
    let words = "operations with private keys for one message: more than the limit of 32";
    assert_eq!(left_closed(&opened, words), 8, "{}", opened.report());

    let few = limits(|limits| limits.key_operations = 2);
    let opened = opener(few).open(mail.as_bytes()).unwrap();
    assert_eq!(count.swap(0, Ordering::SeqCst), 2);
    let message = shown(&opened).unwrap();
    let plain = message
        .parts()
        .iter()
        .filter(|part| part.path().contains('.'));
    let plain: Vec<&str> = plain.map(|part| part.path()).collect();
    assert_eq!(plain, ["1.1", "2.1"]);
    // The first parts come first when the identity has to be asked for, too.
    let asking = smime::Opener::new(&anchors())
        .resolver(Keys(identity.clone()))
        .policy(smime::policy::StandardPolicy::at(crate::people::now()))
        .limits(few);
    let opened = asking.open(mail.as_bytes()).unwrap();
    assert_eq!(count.swap(0, Ordering::SeqCst), 2);
    let message = shown(&opened).unwrap();
    let parts = message.parts().iter();
    let plain: Vec<&str> = parts
        .map(|p| p.path())
        .filter(|p| p.contains('.'))
        .collect();
    assert_eq!(plain, ["1.1", "2.1"]);

    // What the mail consists of costs the mail.
    let none = limits(|limits| limits.key_operations = 0);
    let mail = opaque_mail(HEADERS, &encrypted(ContentCipher::Aes256Gcm));
    let error = opener(none).open(&mail).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { limit: 0, .. }));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// PasswordRecipientInfo with PBKDF2 (HMAC-SHA1, this many iterations) that no password opens.
fn to_a_password(iterations: u8) -> String {
    let derivation = sequence(&[
        &oid("1.2.840.113549.1.5.12"),
        &sequence(&[&octets(b"saltsalt"), &integer(iterations)]),
    ]);
    let derivation = tlv(0xa0, &derivation[2..]);
    let wrap = sequence(&[&oid("1.2.840.113549.1.9.16.3.9"), &aes_128_cbc_id(&[1; 16])]);
    let recipient = sequence(&[&integer(0), &derivation, &wrap, &octets(&[2; 32])]);
    let cms = Enveloped {
        kind: ENVELOPED,
        recipients: vec![tlv(0xa3, &recipient[2..])],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&[9; 16]),
        ciphertext: vec![0; 32],
        attributes: Vec::new(),
        mac: None,
    };
    entity(opaque_mail("", &cms.build()))
}

#[test]
fn dos_04_iterations_are_counted_over_all_passwords_and_parts() {
    let mail = mixed(&vec![to_a_password(100); 4]);
    for (passwords, allowed, closed) in [
        (1, 400, 0),
        (1, 399, 1),
        (2, 800, 0),
        (2, 799, 1),
        (2, 400, 2),
    ] {
        let mut opener = opener().limits(limits(|limits| limits.kdf_iterations = allowed));
        for password in 0..passwords {
            opener = opener.password(&format!("wrong {password}"));
        }
        let opened = opener.open(mail.as_bytes()).unwrap();
        let found = left_closed(&opened, "iterations");
        assert_eq!(found, closed, "{passwords} {allowed}\n{}", opened.report());
    }
}

/// Counts the questions, and knows one certificate.
struct Book(AtomicUsize, Vec<Certificate>);

impl CertificateResolver for Book {
    fn signer_certificates(&self, _: &SignerId) -> Result<Vec<Certificate>, Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(self.1.clone())
    }
}

#[test]
fn dos_04_questions_are_counted() {
    let alice = alice();
    let mut detached = Signed::new(PART.as_bytes(), &[&alice]);
    detached.carried = None;
    detached.certificates.clear();
    let part = entity(detached_mail("", PART, &detached.build()));
    let mail = mixed(&vec![part; 5]);
    for (questions, asked) in [(500, 5), (3, 3)] {
        let book = Arc::new(Book(AtomicUsize::new(0), Vec::new()));
        let opener = opener()
            .resolver(book.clone())
            .limits(limits(|limits| limits.questions = questions));
        let opened = opener.open(mail.as_bytes()).unwrap();
        assert_eq!(book.0.load(Ordering::SeqCst), asked);
        let words = "questions about one message: more than the limit of 3";
        assert_eq!(
            left_closed(&opened, words),
            5 - asked,
            "{}",
            opened.report()
        );
    }
}

/// A certificate that bears issuer and serial number of another one, with the key of somebody else.
fn namesake(of: &Person, key_of: &Person) -> Vec<u8> {
    let der = of.certificate().to_der();
    let key = value_at(key_of.certificate().to_der(), &[0, 6]);
    edit(der, &[0, 6], &|_| key.clone())
}

#[test]
fn sig_18_a_namesake_in_the_message_does_not_hide_the_signer() {
    let alice = alice();
    let bogus: Vec<Vec<u8>> = (0..20)
        .map(|n| {
            namesake(
                &alice,
                &crate::people::made(
                    crate::people::ca().certify(crate::ca::Key::P256, &format!("{n}@example.net")),
                ),
            )
        })
        .collect();
    for (bag, known) in [(1, false), (20, false), (1, true), (20, true)] {
        let mut signed = Signed::new(PART.as_bytes(), &[&alice]);
        signed.certificates = bogus[..bag].to_vec();
        let mail = opaque_mail(HEADERS, &signed.build());
        let book = Arc::new(Book(AtomicUsize::new(0), vec![alice.certificate().clone()]));
        let mut opener = opener().resolver(book.clone());
        if known {
            opener = opener.certificates([alice.certificate()]);
        }
        let opened = opener.open(&mail).unwrap();
        assert_verdict(&opened, "trusted", &format!("{bag} {known}"));
        assert_eq!(book.0.load(Ordering::SeqCst), usize::from(!known));
    }
    // Nobody is asked twice, and a signature that is wrong stays wrong.
    let mut signed = Signed::new(PART.as_bytes(), &[&alice]);
    signed.certificates = bogus[..1].to_vec();
    let mail = opaque_mail(HEADERS, &signed.build());
    let book = Arc::new(Book(AtomicUsize::new(0), Vec::new()));
    let opened = opener().resolver(book.clone()).open(&mail).unwrap();
    assert_verdict(&opened, "withheld", "no other certificate");
    assert_eq!(book.0.load(Ordering::SeqCst), 1);
}

/// Each part with lists of its own; what is the same is no list more.
#[test]
fn dos_04_lists_are_counted_over_the_whole_mail_and_told() {
    let alice = alice();
    let part = |number: u8| {
        let mut signed = Signed::new(PART.as_bytes(), &[&alice]);
        signed.crls = vec![ca().revocation_list().number(number).issue()];
        signed.carried = None;
        entity(detached_mail("", PART, &signed.build()))
    };
    let mail = mixed(&[part(1), part(2), part(1), part(2)]);
    let told = |most: usize| {
        let opener = opener().limits(limits(|limits| limits.crls = most));
        let opened = opener.open(mail.as_bytes()).unwrap();
        let checks = opened.report().checks().iter();
        let skipped = checks.filter(|check| matches!(check.why(), Some(Reason::Skipped { .. })));
        skipped.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(told(2).is_empty(), "{:?}", told(2));
    let [one] = &told(1)[..] else {
        panic!("{:?}", told(1));
    };
    assert!(one.contains("OCSP responses after the first 1"), "{one}");
}

/// Who was not looked at is not believed, and the failure says why.
#[test]
fn dos_04_a_signer_who_is_not_looked_at_has_a_reason() {
    let opener = opener().limits(limits(|limits| limits.paths = 0));
    let signed = Signed::new(PART.as_bytes(), &[&alice()]).build();
    let opened = opener.open(&opaque_mail(HEADERS, &signed)).unwrap();
    assert_verdict(&opened, "untrusted", "nobody was looked at");
    let failure = opened.report().layers()[0].signers()[0].path_failure();
    let failure = failure.unwrap();
    let reasons: Vec<&Reason> = failure.reasons().collect();
    assert!(
        matches!(reasons[..], [Reason::Budget { limit: 0, .. }]),
        "{reasons:?}"
    );
    assert_eq!(failure.attempts()[0].reasons().len(), 1);
}
