//! The rule of choice and the ready-made resolvers.

mod choice;
mod folder;

use std::sync::Arc;

use super::*;
use crate::cert::ca::{Ca, DIGITAL_SIGNATURE, EMAIL_PROTECTION, KEY_AGREEMENT, Key};
use crate::key::PrivateKey;

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der_exact(der).unwrap()
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

fn identity(issued: (Vec<u8>, Vec<u8>), ca: &Ca) -> Identity {
    let chain = [read(ca.certificate_der()), read(&issued.0)];
    Identity::new(chain, PrivateKey::from_pkcs8_der(&issued.1).unwrap()).unwrap()
}

#[test]
fn memory_answers_all_four_questions() {
    let ca = Ca::new("Test CA");
    let alice = identity(ca.leaf(Key::P256, "alice@example.org"), &ca);
    let bob = read(
        &ca.certify(Key::P256, "bob@example.org")
            .address("robert@example.org")
            .issue()
            .0,
    );
    let memory = MemoryResolver::new()
        .with_identity(&alice)
        .with_certificate(&bob)
        .with_certificate(&bob);

    let found = memory
        .signing_identity(&mailbox("Alice@EXAMPLE.org"))
        .unwrap()
        .unwrap();
    assert_eq!(found.certificate(), alice.certificate());
    assert!(
        memory
            .signing_identity(&mailbox("bob@example.org"))
            .unwrap()
            .is_none()
    );
    for address in ["bob@example.org", "ROBERT@example.org"] {
        let found = memory.encryption_certificates(&mailbox(address)).unwrap();
        assert_eq!(found, [FoundCertificate::pinned(bob.clone())]);
    }
    // Mail to oneself.
    let found = memory
        .encryption_certificates(&mailbox("alice@example.org"))
        .unwrap();
    assert_eq!(
        found,
        [FoundCertificate::pinned(alice.certificate().clone())]
    );

    let ids = [
        RecipientId::issuer_and_serial(&bob),
        RecipientId::subject_key_identifier(alice.certificate()).unwrap(),
    ];
    let found = memory.decryption_identities(&ids).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].certificate(), alice.certificate());
    assert!(memory.decryption_identities(&ids[..1]).unwrap().is_empty());
    for certificate in [&bob, alice.certificate(), &read(ca.certificate_der())] {
        let id = SignerId::issuer_and_serial(certificate);
        assert_eq!(
            memory.signer_certificates(&id).unwrap(),
            std::slice::from_ref(certificate)
        );
    }
}

#[test]
fn memory_signs_with_the_newest_that_may_sign() {
    let ca = Ca::new("Test CA");
    let alice = |from: &str, usage| {
        let certificate = ca.certify(Key::P256, "alice@example.org");
        identity(
            certificate
                .validity(from, "491231235959Z")
                .key_usage(Some(usage))
                .issue(),
            &ca,
        )
    };
    let old = alice("240101000000Z", DIGITAL_SIGNATURE);
    let new = alice("250101000000Z", DIGITAL_SIGNATURE);
    let encrypting = alice("260101000000Z", KEY_AGREEMENT);
    let memory = MemoryResolver::new()
        .with_identity(&new)
        .with_identity(&old)
        .with_identity(&encrypting);
    let found = memory
        .signing_identity(&mailbox("alice@example.org"))
        .unwrap()
        .unwrap();
    assert_eq!(found.certificate(), new.certificate());
}

#[test]
fn memory_signs_with_an_older_one_if_the_newer_cannot_sign_mail() {
    const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
    let ca = Ca::new("Test CA");
    let alice = |from: &str| {
        ca.certify(Key::P256, "alice@example.org")
            .validity(from, "491231235959Z")
    };
    let old = alice("240101000000Z").extended_key_usage(&[EMAIL_PROTECTION]);
    let old = identity(old.issue(), &ca);
    let new = || alice("250101000000Z");
    for (what, unusable) in [
        ("purpose", new().extended_key_usage(&[CLIENT_AUTH])),
        ("CA", new().basic_constraints(true)),
        ("critical", new().extension("1.2.3.4", true, b"?")),
        ("malformed", new().extension("2.5.29.17", false, b"?")),
        ("key usage", new().key_usage(Some(KEY_AGREEMENT))),
    ] {
        let unusable = identity(unusable.issue(), &ca);
        let memory = MemoryResolver::new()
            .with_identity(&old)
            .with_identity(&unusable);
        let found = memory.signing_identity(&mailbox("alice@example.org"));
        let found = found.unwrap().unwrap();
        assert_eq!(found.certificate(), old.certificate(), "{what}");
        // Alone it is the answer all the same: its reasons tell the sender more than its absence.
        let memory = MemoryResolver::new().with_identity(&unusable);
        let found = memory.signing_identity(&mailbox("alice@example.org"));
        let found = found.unwrap().unwrap();
        assert_eq!(found.certificate(), unusable.certificate(), "{what}");
    }
}

#[test]
fn memory_does_not_invent_addresses() {
    let ca = Ca::new("Test CA");
    let nobody = read(
        &ca.certify(Key::P256, "bob@example.org")
            .no_address()
            .issue()
            .0,
    );
    let memory = MemoryResolver::new().with_certificate(&nobody);
    assert!(
        memory
            .encryption_certificates(&mailbox("bob@example.org"))
            .unwrap()
            .is_empty()
    );
    let memory = memory.with_binding(&mailbox("bob@example.org"), &nobody);
    let found = memory
        .encryption_certificates(&mailbox("BOB@example.org"))
        .unwrap();
    assert_eq!(found, [FoundCertificate::bound(nobody)]);
    assert_eq!(found[0].provenance(), Provenance::Pinned);
}

#[test]
fn closures_answer_what_they_are_for() {
    let ca = Ca::new("Test CA");
    let bob = read(&ca.leaf(Key::P256, "bob@example.org").0);
    let alice = identity(ca.leaf(Key::P256, "alice@example.org"), &ca);
    let answer = bob.clone();
    let resolver = encryption_fn(move |to| {
        Ok(if to.local() == "bob" {
            vec![answer.clone().into()]
        } else {
            Vec::new()
        })
    });
    let found = resolver
        .encryption_certificates(&mailbox("bob@example.org"))
        .unwrap();
    assert_eq!(found, [FoundCertificate::candidate(bob.clone())]);
    assert!(
        resolver
            .encryption_certificates(&mailbox("carol@example.org"))
            .unwrap()
            .is_empty()
    );
    assert!(
        resolver
            .signing_identity(&mailbox("bob@example.org"))
            .unwrap()
            .is_none()
    );

    let (one, two) = (alice.clone(), alice.clone());
    assert_eq!(format!("{:?}", FnResolver::new()), "FnResolver");
    let resolver = FnResolver::new()
        .on_signing_identity(move |_| Ok(Some(one.clone())))
        .on_decryption_identities(move |ids| Ok(vec![two.clone(); ids.len()]))
        .on_signer_certificates(|_| Err(Error::external("directory", "down")));
    assert!(
        resolver
            .signing_identity(&mailbox("a@example.org"))
            .unwrap()
            .is_some()
    );
    let id = RecipientId::issuer_and_serial(&bob);
    assert_eq!(
        resolver
            .decryption_identities(&[id.clone(), id])
            .unwrap()
            .len(),
        2
    );
    let error = resolver
        .signer_certificates(&SignerId::issuer_and_serial(&bob))
        .unwrap_err();
    assert_eq!(error.to_string(), "directory: down");
}

#[test]
fn a_chain_takes_the_first_answer_but_joins_encryption_certificates() {
    let ca = Ca::new("Test CA");
    let alice = || identity(ca.leaf(Key::P256, "alice@example.org"), &ca);
    let (first, second) = (alice(), alice());
    let one = Arc::new(MemoryResolver::new().with_identity(&first));
    let two = MemoryResolver::new()
        .with_identity(&second)
        .with_identity(&first);
    let chain = ChainResolver::new()
        .then(MemoryResolver::new())
        .then(one)
        .then(two);
    let from = mailbox("alice@example.org");
    let found = chain.signing_identity(&from).unwrap().unwrap();
    assert_eq!(found.certificate(), first.certificate());
    let all = [&first, &second].map(|i| FoundCertificate::pinned(i.certificate().clone()));
    assert_eq!(chain.encryption_certificates(&from).unwrap(), all);
    let id = SignerId::issuer_and_serial(second.certificate());
    assert_eq!(
        chain.signer_certificates(&id).unwrap(),
        [second.certificate().clone()]
    );
    let id = RecipientId::issuer_and_serial(second.certificate());
    assert_eq!(chain.decryption_identities(&[id]).unwrap().len(), 1);

    let down = encryption_fn(|_| Err(Error::external("directory", "down")));
    assert!(chain.then(down).encryption_certificates(&from).is_err());
}

#[test]
fn defaults_find_nothing_and_an_async_twin_is_dyn_compatible() {
    use std::task::{Context, Poll, Waker};
    struct Nothing;
    impl CertificateResolver for Nothing {}
    impl AsyncCertificateResolver for Nothing {}
    fn now<T>(mut future: ResolverFuture<'_, T>) -> T {
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(answer) => answer.unwrap(),
            Poll::Pending => panic!("a default must not wait"),
        }
    }
    let address = mailbox("bob@example.org");
    let signer = SignerId::SubjectKeyIdentifier(vec![1]);
    let resolver: Arc<dyn CertificateResolver> = Arc::new(Arc::new(Nothing));
    assert!(resolver.signing_identity(&address).unwrap().is_none());
    assert!(resolver.signer_certificates(&signer).unwrap().is_empty());
    let resolver: Arc<dyn AsyncCertificateResolver> = Arc::new(Arc::new(Nothing));
    assert!(now(resolver.signing_identity(&address)).is_none());
    assert!(now(resolver.encryption_certificates(&address)).is_empty());
    assert!(now(resolver.decryption_identities(&[])).is_empty());
    assert!(now(resolver.signer_certificates(&signer)).is_empty());
}
