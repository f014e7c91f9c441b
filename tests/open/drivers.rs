//! The blocking driver, the asynchronous one, and the machine by hand: one behaviour.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use smime::cert::{RecipientId, SignerId};
use smime::engine::{Answer, Question, Step};
use smime::key::{AsyncKeyOps, BoxFuture, KeyError, Secret, SignRequest, UnwrapRequest};
use smime::resolver::{AsyncCertificateResolver, CertificateResolver, ResolverFuture};
use smime::{Certificate, Error, ErrorKind, Identity, Opener, PrivateKey};

use crate::ca::Key;
use crate::people::{ALICE, BOB, ENTITY, Person, mail, person, protector};
use crate::{opener, trusted, unsigned, untrusted};

/// Runs a future that never waits for anything outside.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future does not end");
}

/// Signed opaque without certificates, as gpgsm can do it: the reader must know them.
fn signed_and_encrypted(alice: &Person, bob: &Person) -> Vec<u8> {
    protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap()
        .message()
        .to_vec()
}

/// Knows everybody, and counts how often it is asked.
struct Book {
    identity: Identity,
    signer: Certificate,
    identities_asked: AtomicUsize,
    signers_asked: Mutex<Vec<SignerId>>,
}

impl Book {
    fn new(bob: &Person, alice: &Person) -> Arc<Book> {
        Arc::new(Book {
            identity: bob.identity.clone(),
            signer: alice.certificate().clone(),
            identities_asked: AtomicUsize::new(0),
            signers_asked: Mutex::default(),
        })
    }
}

impl CertificateResolver for Book {
    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.identities_asked.fetch_add(1, Ordering::SeqCst);
        assert!(recipients[0].matches(self.identity.certificate()));
        Ok(vec![self.identity.clone()])
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        self.signers_asked.lock().unwrap().push(signer.clone());
        Ok(vec![self.signer.clone()])
    }
}

impl AsyncCertificateResolver for Book {
    fn decryption_identities<'a>(
        &'a self,
        recipients: &'a [RecipientId],
    ) -> ResolverFuture<'a, Vec<Identity>> {
        Box::pin(async move { CertificateResolver::decryption_identities(self, recipients) })
    }

    fn signer_certificates<'a>(
        &'a self,
        signer: &'a SignerId,
    ) -> ResolverFuture<'a, Vec<Certificate>> {
        Box::pin(async move { CertificateResolver::signer_certificates(self, signer) })
    }
}

#[test]
fn a_resolver_is_asked_for_identities_that_are_not_known() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let message = signed_and_encrypted(&alice, &bob);
    let book = Book::new(&bob, &alice);
    let opened = opener().resolver(book.clone()).open(&message).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
    assert_eq!(book.identities_asked.load(Ordering::SeqCst), 1);
    // The certificate of the signer was in the message.
    assert!(book.signers_asked.lock().unwrap().is_empty());

    // An identity that is known already spares the question.
    let opened = opener()
        .resolver(book.clone())
        .identity(&bob.identity)
        .open(&message)
        .unwrap();
    trusted(&opened);
    assert_eq!(book.identities_asked.load(Ordering::SeqCst), 1);

    let opened = opener().resolver_async(book.clone());
    let opened = ready(opened.open_async(&message)).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
    assert_eq!(book.identities_asked.load(Ordering::SeqCst), 2);
}

/// A detached signature whose bag was emptied with openssl's `-nocerts`.
#[test]
fn a_resolver_is_asked_for_signers_whose_certificate_is_missing() {
    let Some(openssl) = crate::peers::OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let signed = openssl
        .sign(&alice, ENTITY.as_bytes(), "-nocerts -md sha256")
        .unwrap();
    let mail = [b"From: alice@example.org\n", signed.as_slice()].concat();

    let opened = opener().open(&mail).unwrap();
    untrusted(&opened);
    assert!(
        crate::failed_because(&opened, |why| matches!(
            why,
            smime::check::Reason::NoSignerCertificate { .. }
        )) || opened.report().to_string().contains("certificate")
    );

    let book = Book::new(&bob, &alice);
    let opened = opener().resolver(book.clone()).open(&mail).unwrap();
    trusted(&opened);
    let asked = book.signers_asked.lock().unwrap().clone();
    assert!(asked.len() == 1 && asked[0].matches(alice.certificate()));

    // What the caller has serves as well.
    trusted(
        &opener()
            .certificates([alice.certificate()])
            .open(&mail)
            .unwrap(),
    );
}

#[test]
fn a_machine_asks_everything_of_a_round_at_once() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let encrypted = |to: &Person| {
        let mail = protector()
            .encrypt_to([to.certificate()])
            .protect(ENTITY)
            .unwrap();
        String::from_utf8(mail.message().to_vec()).unwrap()
    };
    let mail = format!(
        "From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n{}\r\n--b\r\n{}\r\n--b--\r\n",
        encrypted(&alice),
        encrypted(&bob)
    );
    let mut machine = opener().identity(&alice.identity).machine();
    for piece in mail.as_bytes().chunks(7) {
        assert!(matches!(machine.push(piece).unwrap(), Step::Continue));
    }
    let Step::Ask(questions) = machine.finish().unwrap() else {
        panic!("nothing is asked");
    };
    let kinds: Vec<&str> = questions
        .iter()
        .map(|(_, question)| match question {
            Question::DecryptionIdentities(_) => "identities",
            Question::Unwrap { .. } => "unwrap",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(kinds.contains(&"identities") && kinds.contains(&"unwrap"));
    // Asked again until it is answered.
    assert!(matches!(machine.finish().unwrap(), Step::Ask(again) if again.len() == 2));
    for (id, question) in questions.into_iter().rev() {
        let answer = match &question {
            Question::DecryptionIdentities(_) => {
                Answer::DecryptionIdentities(vec![bob.identity.clone()])
            }
            question => question.answer(None),
        };
        machine.answer(id, answer).unwrap();
    }
    while let Step::Ask(questions) = machine.finish().unwrap() {
        for (id, question) in questions {
            machine.answer(id, question.answer(None)).unwrap();
        }
    }
    assert!(matches!(machine.finish().unwrap(), Step::Finished));
    let opened = machine.into_opened().unwrap();
    let plain = unsigned(&opened)
        .parts()
        .iter()
        .filter(|part| part.bytes() == ENTITY.as_bytes())
        .count();
    assert_eq!(plain, 2);
}

#[test]
fn a_machine_that_is_used_wrongly_says_so() {
    let mut machine = opener().machine();
    assert!(format!("{machine:?}").contains("input"));
    machine.push(mail().as_bytes()).unwrap();
    assert!(matches!(machine.finish().unwrap(), Step::Finished));
    let error = machine.push(b"more").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
    assert!(machine.into_opened().is_err());

    let error = opener().machine().into_opened().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
}

/// A key behind a future.
pub struct Slow(pub PrivateKey, pub Vec<u8>);

impl AsyncKeyOps for Slow {
    fn public_key(&self) -> &[u8] {
        &self.1
    }

    fn sign<'a>(&'a self, request: &'a SignRequest) -> BoxFuture<'a, Result<Vec<u8>, KeyError>> {
        Box::pin(async move { self.0.sign(request).map_err(|_| KeyError::Failed) })
    }

    fn unwrap<'a>(&'a self, request: &'a UnwrapRequest) -> BoxFuture<'a, Result<Secret, KeyError>> {
        Box::pin(async move { self.0.unwrap(request).map_err(|_| KeyError::Failed) })
    }
}

#[test]
fn an_async_key_is_a_misuse_of_the_blocking_functions() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let message = signed_and_encrypted(&alice, &bob);
    let public = bob.identity.key().public_key().spki_der().to_vec();
    let key = PrivateKey::external_async(Slow(bob.identity.key().clone(), public)).unwrap();
    let slow = Identity::new(bob.identity.chain().to_vec(), key).unwrap();
    let opener: Opener = opener().identity(&slow);
    // Before anything is read: the message is none.
    for error in [
        opener.open(b"\0").unwrap_err(),
        opener.open_cms(b"").unwrap_err(),
        opener.verify_detached(b"", b"").unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
        assert!(error.to_string().contains("_async"));
    }
    let opened = ready(opener.open_async(&message)).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
}

#[test]
fn what_a_resolver_says_is_the_error() {
    struct Broken;
    impl CertificateResolver for Broken {
        fn decryption_identities(&self, _: &[RecipientId]) -> Result<Vec<Identity>, Error> {
            Err(Error::external("address book", "it is closed"))
        }
    }
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let message = signed_and_encrypted(&alice, &bob);
    let error = opener().resolver(Broken).open(&message).unwrap_err();
    assert_eq!(error.to_string(), "address book: it is closed");
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Opener>();
    check::<smime::open::Opened>();
    check::<smime::open::Message>();
    check::<smime::open::Part>();
    fn is_send<T: Send>(_: T) {}
    let opener = opener();
    is_send(opener.open_async(b""));
    is_send(opener.machine());
}
