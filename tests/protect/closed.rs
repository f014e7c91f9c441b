//! Nothing fails open: what was asked for is done whole, or refused before the first byte.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use smime::check::Reason;
use smime::protect::{CertificateReference, ProtectError, Role, Source};
use smime::resolver::{AsyncCertificateResolver, FoundCertificate, MemoryResolver, ResolverFuture};
use smime::{Certificate, Mailbox};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, DAVE, ca, made, mail, mail_to, mailbox, person, protector};
use crate::refused;

/// A look-up that found nothing must not turn encryption off.
#[test]
fn enc_20_an_empty_list_of_certificates_is_not_clear_text() {
    let alice = person(Key::Rsa2048, ALICE);
    let signed = || protector().sign(&alice.identity);
    let nobody: Vec<Certificate> = Vec::new();
    for protector in [
        signed().encrypt_to(&nobody),
        signed().encrypt_to_named([]),
        signed().encrypt_to_self(alice.certificate()),
    ] {
        let refused = refused(protector.protect(mail()));
        let [problem] = refused.problems() else {
            panic!("{refused}");
        };
        assert_eq!(problem.reasons(), [Reason::NoCertificate]);
        assert!(problem.address().unwrap().matches(&mailbox(BOB)));
    }
    let bare = protector().encrypt_to(&nobody).protect("\r\nhello\r\n");
    assert!(matches!(bare, Err(ProtectError::Failed(_))));
}

#[test]
fn a_hidden_recipient_without_certificate_is_refused_even_when_addresses_are_ignored() {
    let bob = person(Key::P256, BOB);
    let protector = protector().encrypt_to([bob.certificate()]);
    let result = protector
        .danger_ignore_addresses()
        .protect(mail_to("To: bob@example.org\r\nBcc: dave@example.org\r\n"));
    let refused = refused(result);
    assert_eq!(refused.problems()[0].role(), Role::HiddenRecipient);
}

#[test]
fn a_binding_to_nobody_in_the_message_is_used_and_reported() {
    let archive = person(Key::P256, DAVE);
    let archivist = mailbox("archive@example.org");
    let protected = protector()
        .encrypt_to([person(Key::P256, BOB).certificate()])
        .encrypt_to_named([(&archivist, archive.certificate())])
        .protect(mail())
        .unwrap();
    let recipients = protected.report().recipients();
    let bound = recipients.iter().find(|one| one.source() == Source::Bound);
    assert_eq!(bound.unwrap().certificate(), archive.certificate());
    assert_eq!(protected.copies().len(), 1);
}

/// Reported for signer and recipient together, and before the writer has written anything.
#[test]
fn a_missing_key_identifier_is_found_before_the_first_byte() {
    let alice = made(ca().certify(Key::Rsa2048, ALICE).no_key_identifiers());
    let bob = made(ca().certify(Key::P256, BOB).no_key_identifiers());
    let protector = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .not_to_self()
        .certificate_reference(CertificateReference::SubjectKeyIdentifier);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    let result = machine.push(mail().as_bytes(), &mut out);
    let refused = refused(result);
    let roles: Vec<Role> = refused.problems().iter().map(|one| one.role()).collect();
    assert_eq!(roles, [Role::Signer, Role::Recipient]);
    for problem in refused.problems() {
        assert_eq!(problem.reasons(), [Reason::NoKeyIdentifier]);
    }
    assert!(out.is_empty());
}

/// With a Sender that is not From, the signature and the own copy are From's.
#[test]
fn the_own_copy_is_for_from_when_somebody_else_sends() {
    let alice = person(Key::Ed25519, ALICE);
    let reading = person(Key::P384, ALICE);
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([person(Key::P256, BOB).certificate()])
        .resolver(MemoryResolver::new().with_certificate(reading.certificate()))
        .protect(mail_to(
            "Sender: carol@example.org\r\nTo: bob@example.org\r\n",
        ))
        .unwrap();
    let recipients = protected.report().recipients();
    let own = recipients.iter().find(|one| one.role() == Role::Oneself);
    assert_eq!(own.unwrap().certificate(), reading.certificate());
    let envelope = protected.copies()[0].envelope().unwrap();
    assert!(envelope.return_path().unwrap().matches(&mailbox(CAROL)));
}

#[test]
fn reasons_of_pinned_certificates_do_not_hide_behind_a_candidate() {
    let old = made(
        ca().certify(Key::P256, BOB)
            .validity("200101000000Z", "210101000000Z"),
    );
    let candidate = person(Key::P256, BOB).certificate().clone();
    let old = old.certificate().clone();
    let resolver = smime::resolver::encryption_fn(move |_: &Mailbox| {
        let pinned = FoundCertificate::pinned(old.clone());
        Ok(vec![pinned, FoundCertificate::from(candidate.clone())])
    });
    let protector = protector()
        .resolver(resolver)
        .encrypt_to_recipients()
        .not_to_self();
    let refused = refused(protector.protect(mail()));
    let reasons: Vec<&Reason> = refused
        .problems()
        .iter()
        .flat_map(|p| p.reasons())
        .collect();
    assert!(
        matches!(reasons[..], [Reason::Expired { .. }, Reason::Unvalidated]),
        "{refused}"
    );
}

/// Ready only when as many look-ups wait as the message has recipients.
struct Together {
    waiting: Arc<AtomicUsize>,
    needed: usize,
}

struct Meet {
    waiting: Arc<AtomicUsize>,
    needed: usize,
    counted: bool,
}

impl Future for Meet {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if !self.counted {
            self.counted = true;
            self.waiting.fetch_add(1, Ordering::SeqCst);
        }
        if self.waiting.load(Ordering::SeqCst) >= self.needed {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl AsyncCertificateResolver for Together {
    fn encryption_certificates<'a>(
        &'a self,
        to: &'a Mailbox,
    ) -> ResolverFuture<'a, Vec<FoundCertificate>> {
        let (waiting, needed) = (Arc::clone(&self.waiting), self.needed);
        Box::pin(async move {
            Meet {
                waiting,
                needed,
                counted: false,
            }
            .await;
            let found = person(Key::P256, &to.address());
            Ok(vec![FoundCertificate::pinned(found.certificate().clone())])
        })
    }
}

/// One after the other they would wait for ever; the test would end by the watchdog.
#[tokio::test]
async fn look_ups_run_side_by_side() {
    let resolver = Together {
        waiting: Arc::default(),
        needed: 3,
    };
    let protector = protector()
        .resolver_async(resolver)
        .encrypt_to_recipients()
        .not_to_self();
    let message = mail_to("To: bob@example.org, carol@example.org\r\nCc: dave@example.org\r\n");
    let protecting = protector.protect_async(message);
    let watchdog = std::time::Duration::from_secs(60);
    let protected = tokio::time::timeout(watchdog, protecting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(protected.report().recipients().len(), 3);
}

/// A header in UTF-8 is for internationalised addresses, and even then for lines that relays carry.
#[test]
fn utf8_headers_are_utf8_with_lines_of_at_most_998_octets() {
    let alice = person(Key::Rsa2048, ALICE);
    let protect = |subject: &[u8]| {
        let mut message = mail_to("To: jürgen@example.org\r\n").into_bytes();
        let head = [b"X-Extra: ", subject, b"\r\n"].concat();
        message.splice(0..0, head);
        protector().sign(&alice.identity).protect(message)
    };
    assert!(protect(b"caf\xe9").is_err());
    let long = format!("ü {}", "word ".repeat(400));
    let protected = protect(long.as_bytes()).unwrap();
    let text = std::str::from_utf8(protected.message()).unwrap();
    assert!(text.contains("jürgen@example.org"));
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
    let blank = protect("ü\r\n \r\n x".as_bytes()).unwrap();
    assert!(!blank.message().windows(5).any(|w| w == b"\r\n \r\n"));
}
