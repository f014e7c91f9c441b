//! The sender's own copy: included when a fitting certificate is known, never in a copy for a Bcc recipient.

use smime::Protector;
use smime::check::Reason;
use smime::protect::{Protected, Role, Source};
use smime::resolver::{MemoryResolver, Provenance};

use crate::ca::Key;
use crate::people::{
    ALICE, BOB, CAROL, Person, ca, made, mail, mail_to, mailbox, person, protector,
};
use crate::refused;

const NOT_READABLE: &str = "the sender cannot read this message";

fn to_bob() -> Protector {
    protector().encrypt_to([person(Key::P256, BOB).certificate()])
}

/// The certificate and source of the own copy.
fn own(protected: &Protected) -> Option<(smime::Certificate, Source)> {
    let own = protected
        .report()
        .recipients()
        .iter()
        .find(|one| one.role() == Role::Oneself)?;
    assert_eq!(own.copy(), 0);
    assert!(own.address().unwrap().matches(&mailbox(ALICE)));
    Some((own.certificate().clone(), own.source()))
}

fn notes(protected: &Protected) -> String {
    protected.report().notes().join("\n")
}

#[test]
fn signing_certificate_that_can_receive() {
    for kind in [Key::Rsa2048, Key::P256, Key::P521] {
        let alice = person(kind, ALICE);
        let protected = to_bob().sign(&alice.identity).protect(mail()).unwrap();
        assert_eq!(
            own(&protected),
            Some((alice.certificate().clone(), Source::Signer))
        );
        assert!(!notes(&protected).contains(NOT_READABLE));
    }
}

/// Ed25519 cannot receive, nor can a certificate for signing only: then the resolver is asked, then there is none.
#[test]
fn signing_certificate_that_cannot_receive() {
    let signing_only = made(
        ca().certify(Key::Rsa2048, ALICE)
            .key_usage(Some(crate::ca::DIGITAL_SIGNATURE)),
    );
    for alice in [person(Key::Ed25519, ALICE), signing_only] {
        let protected = to_bob().sign(&alice.identity).protect(mail()).unwrap();
        assert_eq!(own(&protected), None);
        assert!(
            notes(&protected).contains(NOT_READABLE),
            "{}",
            protected.report()
        );

        let reading = person(Key::P384, ALICE);
        let resolver = MemoryResolver::new().with_certificate(reading.certificate());
        let protector = to_bob().sign(&alice.identity).resolver(resolver);
        let protected = protector.protect(mail()).unwrap();
        let wanted = (
            reading.certificate().clone(),
            Source::Resolver(Provenance::Pinned),
        );
        assert_eq!(own(&protected), Some(wanted));
        assert!(!notes(&protected).contains(NOT_READABLE));
    }
}

/// What the resolver has for From is a bonus: a bad answer leaves the copy out and does not stop the message.
#[test]
fn resolver_without_a_fitting_certificate() {
    let expired = made(
        ca().certify(Key::P256, ALICE)
            .validity("200101000000Z", "210101000000Z"),
    );
    let resolver = MemoryResolver::new().with_certificate(expired.certificate());
    let protected = to_bob().resolver(resolver).protect(mail()).unwrap();
    assert_eq!(own(&protected), None);
    assert!(notes(&protected).contains(NOT_READABLE));
}

#[test]
fn named_by_the_caller() {
    let (alice, reading) = (person(Key::Rsa2048, ALICE), person(Key::P384, ALICE));
    let protector = to_bob()
        .sign(&alice.identity)
        .encrypt_to_self(reading.certificate());
    let protected = protector.protect(mail()).unwrap();
    assert_eq!(
        own(&protected),
        Some((reading.certificate().clone(), Source::Caller))
    );

    let expired = made(
        ca().certify(Key::P256, ALICE)
            .validity("200101000000Z", "210101000000Z"),
    );
    let problems = refused(
        to_bob()
            .encrypt_to_self(expired.certificate())
            .protect(mail()),
    );
    assert_eq!(problems.problems()[0].role(), Role::Oneself);
    assert!(matches!(
        problems.problems()[0].reasons(),
        [Reason::Expired { .. }]
    ));
}

/// Not wanted: not made, and not complained about.
#[test]
fn not_to_self() {
    let alice = person(Key::Rsa2048, ALICE);
    let protected = to_bob()
        .sign(&alice.identity)
        .not_to_self()
        .protect(mail())
        .unwrap();
    assert_eq!(own(&protected), None);
    assert_eq!(protected.report().recipients().len(), 1);
    assert!(!notes(&protected).contains(NOT_READABLE));
}

/// Without a signer and without a resolver nothing is known about the sender.
#[test]
fn nothing_known() {
    let protected = to_bob().protect(mail()).unwrap();
    assert_eq!(own(&protected), None);
    assert!(notes(&protected).contains(NOT_READABLE));
}

fn readers(protected: &Protected, copy: usize) -> usize {
    let der = crate::mime::cms(protected.copies()[copy].bytes());
    crate::structure::enveloped_data(&der).recip_infos.0.len()
}

#[test]
fn never_in_a_copy_for_a_hidden_recipient() {
    let alice = person(Key::Rsa2048, ALICE);
    let carol: Person = person(Key::P256, CAROL);
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let base = to_bob().encrypt_to([carol.certificate()]);
    let ways = [
        base.clone().sign(&alice.identity),
        base.clone().encrypt_to_self(alice.certificate()),
        base.resolver(MemoryResolver::new().with_identity(&alice.identity)),
    ];
    for protector in ways {
        let protected = protector.protect(&message).unwrap();
        assert!(own(&protected).is_some());
        assert_eq!((readers(&protected, 0), readers(&protected, 1)), (2, 1));
        let copies: Vec<usize> = protected
            .report()
            .recipients()
            .iter()
            .map(|one| one.copy())
            .collect();
        assert_eq!(copies, [0, 0, 1]);
    }
}

/// Written to oneself: one RecipientInfo, not two, and nothing is missing.
#[test]
fn mail_to_oneself() {
    let alice = person(Key::Rsa2048, ALICE);
    let message = mail_to("To: alice@example.org\r\n");
    let encrypt = protector().encrypt_to([alice.certificate()]);
    let ways = [
        encrypt.clone().sign(&alice.identity),
        encrypt.sign(&person(Key::Ed25519, ALICE).identity),
        protector()
            .resolver(MemoryResolver::new().with_certificate(alice.certificate()))
            .encrypt_to_recipients(),
    ];
    for protector in ways {
        let protected = protector.protect(&message).unwrap();
        assert_eq!(readers(&protected, 0), 1);
        assert!(
            !notes(&protected).contains(NOT_READABLE),
            "{}",
            protected.report()
        );
    }
}
