//! What a resolver answers is judged: candidates need validation, pinned ones do not, failures have an address.

use std::sync::{Arc, Mutex};

use smime::check::Reason;
use smime::engine::{Answer, Question, Step};
use smime::protect::{Role, Source};
use smime::resolver::{
    AsyncCertificateResolver, FnResolver, FoundCertificate, MemoryResolver, Provenance,
    ResolverFuture, encryption_fn,
};
use smime::{Certificate, Error, ErrorKind, Identity, Mailbox};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, ca, made, mail, mail_to, mailbox, person, protector};
use crate::{failed, refused};

/// Without anchors nobody vouches for a candidate.
#[test]
fn candidates_are_refused() {
    let bob = person(Key::P256, BOB).certificate().clone();
    let resolver = Arc::new(encryption_fn(move |_| Ok(vec![bob.clone().into()])));
    let protector = protector().resolver(resolver).encrypt_to_recipients();
    let problems = refused(protector.protect(mail()));
    let [problem] = problems.problems() else {
        panic!("{problems}")
    };
    assert_eq!(problem.reasons(), [Reason::Unvalidated]);
    assert_eq!(problem.address(), Some(&mailbox(BOB)));
    assert!(problem.certificate().unwrap().contains("CN=bob"));
}

#[test]
fn pinned_answers_are_used() {
    let (pinned, candidate) = (person(Key::P256, BOB), person(Key::P384, BOB));
    let answer = vec![
        FoundCertificate::candidate(candidate.certificate().clone()),
        FoundCertificate::pinned(pinned.certificate().clone()),
    ];
    let resolver = encryption_fn(move |to| match to.matches(&mailbox(BOB)) {
        true => Ok(answer.clone()),
        false => Ok(Vec::new()),
    });
    let protected = protector()
        .resolver(resolver)
        .encrypt_to_recipients()
        .protect(mail())
        .unwrap();
    let [bob] = protected.report().recipients() else {
        panic!()
    };
    assert_eq!(bob.certificate(), pinned.certificate());
    assert_eq!(bob.source(), Source::Resolver(Provenance::Pinned));
}

/// Bound by hand in the resolver: used for an address it does not name. Merely pinned: not.
#[test]
fn bound_answers_need_not_name_the_address() {
    let carol = person(Key::P256, CAROL);
    let resolver = MemoryResolver::new().with_binding(&mailbox(BOB), carol.certificate());
    protector()
        .resolver(resolver)
        .encrypt_to_recipients()
        .protect(mail())
        .unwrap();

    let answer = FoundCertificate::pinned(carol.certificate().clone());
    let resolver = encryption_fn(move |_| Ok(vec![answer.clone()]));
    let problems = refused(
        protector()
            .resolver(resolver)
            .encrypt_to_recipients()
            .protect(mail()),
    );
    assert!(matches!(
        problems.problems()[0].reasons(),
        [Reason::AddressMismatch { .. }]
    ));
}

/// Of several the best by the rule that is written down: newest first, expired never.
#[test]
fn best_of_several() {
    let old = made(
        ca().certify(Key::P256, BOB)
            .validity("240101000000Z", "401231235959Z"),
    );
    let new = made(
        ca().certify(Key::P256, BOB)
            .validity("250101000000Z", "301231235959Z"),
    );
    let expired = made(
        ca().certify(Key::P256, BOB)
            .validity("250601000000Z", "251231235959Z"),
    );
    for order in [
        [&old, &new, &expired],
        [&expired, &new, &old],
        [&new, &expired, &old],
    ] {
        let mut resolver = MemoryResolver::new();
        for one in order {
            resolver.add_certificate(one.certificate());
        }
        let protected = protector()
            .resolver(resolver)
            .encrypt_to_recipients()
            .protect(mail())
            .unwrap();
        let used: Vec<&Certificate> = protected
            .report()
            .recipients()
            .iter()
            .map(|one| one.certificate())
            .collect();
        assert_eq!(used, [new.certificate()]);
    }
}

/// Every certificate that will not do is listed with its reasons.
#[test]
fn none_of_several() {
    let expired = made(
        ca().certify(Key::P256, BOB)
            .validity("200101000000Z", "210101000000Z"),
    );
    let server = made(
        ca().certify(Key::P256, BOB)
            .extended_key_usage(&[crate::ca::SERVER_AUTH]),
    );
    let resolver = MemoryResolver::new()
        .with_certificate(expired.certificate())
        .with_certificate(server.certificate());
    let problems = refused(
        protector()
            .resolver(resolver)
            .encrypt_to_recipients()
            .protect(mail()),
    );
    let reasons: Vec<&[Reason]> = problems
        .problems()
        .iter()
        .map(|one| one.reasons())
        .collect();
    assert_eq!(reasons.len(), 2);
    assert!(matches!(reasons[0], [Reason::Expired { .. }]));
    assert_eq!(reasons[1], [Reason::ExtendedKeyUsage]);
}

/// A failing look-up is reported with its address, beside the problems of the others.
#[test]
fn failure_names_the_address() {
    let resolver = FnResolver::new()
        .on_signing_identity(|_| {
            Err(Error::external(
                "key service",
                "certificate of the service expired",
            ))
        })
        .on_encryption_certificates(|to| match to.local() {
            "bob" => Err(Error::external("directory", "connection refused")),
            _ => Ok(Vec::new()),
        });
    let protector = protector()
        .resolver(resolver)
        .sign_as_sender()
        .encrypt_to_recipients();
    let message = mail_to("To: bob@example.org, carol@example.org\r\n");
    let problems = refused(protector.protect(&message));
    let [signer, bob, carol] = problems.problems() else {
        panic!("{problems}")
    };
    assert_eq!(signer.role(), Role::Signer);
    assert!(signer.address().unwrap().matches(&mailbox(ALICE)));
    assert!(matches!(signer.reasons(), [Reason::ResolverFailed { .. }]));
    assert!(matches!(bob.reasons(), [Reason::ResolverFailed { .. }]));
    assert_eq!(carol.reasons(), [Reason::NoCertificate]);
    let text = problems.to_string();
    assert!(
        text.contains("connection refused") && text.contains("service expired"),
        "{text}"
    );
}

#[test]
fn no_identity_for_the_sender() {
    let protector = protector().resolver(MemoryResolver::new()).sign_as_sender();
    let problems = refused(protector.protect(mail()));
    assert_eq!(problems.problems()[0].reasons(), [Reason::NoIdentity]);
    assert!(
        problems.problems()[0]
            .address()
            .unwrap()
            .matches(&mailbox(ALICE))
    );
}

/// An identity from a resolver is judged like any other.
#[test]
fn wrong_identity_for_the_sender() {
    let bob = person(Key::P256, BOB).identity;
    let resolver = FnResolver::new().on_signing_identity(move |_| Ok(Some(bob.clone())));
    let problems = refused(
        protector()
            .resolver(resolver)
            .sign_as_sender()
            .protect(mail()),
    );
    assert!(matches!(
        problems.problems()[0].reasons(),
        [Reason::AddressMismatch { .. }]
    ));
}

/// All addresses in one step, each once; what the caller named is not asked for.
#[test]
fn everything_is_asked_in_one_step() {
    let carol = person(Key::P256, CAROL);
    let message = mail_to(
        "To: bob@example.org, Bob <BOB@example.org>, carol@example.org\r\nCc: dave@example.org\r\nBcc: erin@example.org\r\n",
    );
    let protector = protector()
        .resolver(MemoryResolver::new())
        .sign_as_sender()
        .encrypt_to_recipients()
        .encrypt_to([carol.certificate()])
        .framing(smime::protect::Framing::Definite);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    let Step::Ask(questions) = machine.push(message.as_bytes(), &mut out).unwrap() else {
        panic!("no question")
    };
    let asked: Vec<String> = questions
        .iter()
        .map(|(_, question)| match question {
            Question::SigningIdentity(from) => format!("sign {}", from.address()),
            Question::EncryptionCertificates(to) => to.address(),
            other => panic!("{other:?}"),
        })
        .collect();
    let wanted = [
        "sign alice@example.org",
        BOB,
        "dave@example.org",
        "erin@example.org",
        ALICE,
    ];
    assert_eq!(asked, wanted);
    assert!(out.is_empty());
    // Input goes on meanwhile; nothing comes out.
    assert!(matches!(
        machine.push(b"more text\r\n", &mut out).unwrap(),
        Step::Ask(_)
    ));
    for (id, question) in &questions {
        machine
            .answer(*id, question.answer(Some(&MemoryResolver::new())))
            .unwrap();
    }
    let error = machine.finish(&mut out).unwrap_err();
    assert_eq!(error.refused().unwrap().problems().len(), 4);
    assert!(out.is_empty());
    assert!(
        machine
            .answer(questions[0].0, Answer::SigningIdentity(None))
            .is_err()
    );
}

/// Waits for another task before it answers: a driver that only polls once would fail.
struct Slow(Mutex<Vec<String>>);

impl AsyncCertificateResolver for Slow {
    fn signing_identity<'a>(&'a self, from: &'a Mailbox) -> ResolverFuture<'a, Option<Identity>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0
                .lock()
                .unwrap()
                .push(format!("sign {}", from.address()));
            Ok(Some(person(Key::Rsa2048, ALICE).identity))
        })
    }

    fn encryption_certificates<'a>(
        &'a self,
        to: &'a Mailbox,
    ) -> ResolverFuture<'a, Vec<FoundCertificate>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.lock().unwrap().push(to.address());
            Ok(vec![FoundCertificate::pinned(
                person(Key::P256, &to.address()).certificate().clone(),
            )])
        })
    }
}

#[test]
fn async_resolver() {
    let slow = Arc::new(Slow(Mutex::default()));
    let protector = protector()
        .resolver_async(slow.clone())
        .sign_as_sender()
        .encrypt_to_recipients();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let protected = runtime.block_on(protector.protect_async(mail())).unwrap();
    assert_eq!(protected.report().recipients().len(), 2);
    assert_eq!(
        *slow.0.lock().unwrap(),
        ["sign alice@example.org", BOB, ALICE]
    );

    let error = failed(protector.protect(mail()));
    assert!(
        matches!(error.kind(), ErrorKind::Misuse { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("protect_async"), "{error}");
}

/// A future that could not be sent to another thread would be of no use to a server.
#[test]
fn protect_async_is_send() {
    fn send<T: Send>(_: T) {}
    let protector = protector();
    send(protector.protect_async(b"x"));
}
