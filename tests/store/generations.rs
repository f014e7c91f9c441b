//! Several certificates for one address.

use smime::policy::StandardPolicy;
use smime::resolver::{CertificateResolver, Provenance};
use smime::{Certificate, Opener, Protector, TrustAnchors};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, ca, made, mail, mail_to, mailbox, now, person, protector};
use crate::{Place, options};

/// The certificate that mail to Bob is encrypted to.
fn chosen(protector: Protector) -> Certificate {
    let protected = protector.encrypt_to_recipients().protect(mail()).unwrap();
    protected.report().recipients()[0].certificate().clone()
}

#[test]
fn old_ones_decrypt_and_the_newest_encrypts_and_signs() {
    let place = Place::new();
    let store = place.store();
    let generation = |from: &str, to: &str| made(ca().certify(Key::P256, BOB).validity(from, to));
    let expired = generation("200101000000Z", "210101000000Z");
    let current = generation("250101000000Z", "270101000000Z");
    let renewed = generation("260501000000Z", "280501000000Z");
    let future = generation("270101000000Z", "290101000000Z");
    for person in [&renewed, &expired, &future, &current] {
        store.add_identity(&person.identity).unwrap();
    }
    let entries = store.entries_for(&mailbox(BOB)).unwrap();
    let order: Vec<&Certificate> = entries.iter().map(|entry| entry.certificate()).collect();
    let people = [&future, &renewed, &current, &expired];
    assert_eq!(order, people.map(|person| person.certificate()));

    assert_eq!(
        &chosen(protector().resolver(store.clone())),
        renewed.certificate()
    );
    let signer = |resolver: &dyn CertificateResolver| {
        let identity = resolver.signing_identity(&mailbox(BOB)).unwrap().unwrap();
        identity.certificate().clone()
    };
    assert_eq!(&signer(&store), future.certificate());
    assert_eq!(&signer(&store.resolver()), future.certificate());
    let clock = store.resolver_with(StandardPolicy::at(now()));
    assert_eq!(&signer(&clock), renewed.certificate());

    // Somebody else opens the folder, and reads mail that is encrypted to any of them.
    let store = options().open(place.path()).unwrap();
    let anchors = TrustAnchors::from_der(ca().certificate_der()).unwrap();
    let opener = Opener::new(&anchors)
        .policy(StandardPolicy::at(now()))
        .resolver(store);
    for old in [&expired, &current, &renewed] {
        let at = old.certificate().not_before();
        let encrypted = Protector::new()
            .policy(StandardPolicy::at(at))
            .encrypt_to([old.certificate()])
            .protect(mail())
            .unwrap();
        let opened = opener.open(encrypted.message()).unwrap();
        assert_eq!(opened.report().layers().len(), 1, "{}", opened.report());
    }
    let other = person(Key::P256, CAROL);
    let encrypted = protector()
        .encrypt_to([other.certificate()])
        .protect(mail_to("To: carol@example.org\r\n"));
    assert!(opener.open(encrypted.unwrap().message()).is_err());
}

#[test]
fn a_clock_says_what_is_wrong_when_nothing_is_right() {
    let place = Place::new();
    let store = place.store();
    let expired = ca().certify(Key::P256, ALICE);
    let expired = made(expired.validity("200101000000Z", "210101000000Z"));
    store.add_identity(&expired.identity).unwrap();
    let clock = store.resolver_with(StandardPolicy::at(now()));
    let found = clock.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(found.certificate(), expired.certificate());
    assert!(clock.signing_identity(&mailbox(BOB)).unwrap().is_none());
}

#[test]
fn an_identity_for_encryption_does_not_sign() {
    let place = Place::new();
    let store = place.store();
    let signs = made(
        ca().certify(Key::P256, ALICE)
            .validity("240101000000Z", "300101000000Z")
            .key_usage(Some(crate::ca::DIGITAL_SIGNATURE)),
    );
    let reads = made(
        ca().certify(Key::P256, ALICE)
            .validity("260101000000Z", "300101000000Z")
            .key_usage(Some(crate::ca::KEY_AGREEMENT)),
    );
    store.add_identity(&signs.identity).unwrap();
    store.add_identity(&reads.identity).unwrap();
    let found = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(found.certificate(), signs.certificate());
}

/// Bound by hand before pinned, pinned before candidate, whatever their age.
#[test]
fn who_vouches_comes_before_age() {
    let place = Place::new();
    let store = place.store();
    let newer = ca().certify(Key::P256, BOB);
    let candidate = made(newer.validity("260501000000Z", "280501000000Z"));
    let pinned = person(Key::P384, BOB);
    let bound = person(Key::P256, CAROL);
    let provenances = |store: &smime::Store| {
        let found = store.encryption_certificates(&mailbox(BOB)).unwrap();
        let mut found: Vec<_> = found
            .iter()
            .map(|f| (f.provenance(), f.is_bound()))
            .collect();
        found.sort();
        found
    };
    let certificate = candidate.certificate();
    store
        .add_certificate(certificate, Provenance::Candidate)
        .unwrap();
    assert_eq!(provenances(&store), [(Provenance::Candidate, false)]);
    store
        .add_certificate(pinned.certificate(), Provenance::Pinned)
        .unwrap();
    let resolver = || protector().resolver(store.clone());
    assert_eq!(&chosen(resolver()), pinned.certificate());
    store.bind(&mailbox(BOB), bound.certificate()).unwrap();
    assert_eq!(&chosen(resolver()), bound.certificate());
    store.pin(&certificate.fingerprint_sha256()).unwrap();
    // Adding it again from somewhere does not take that back.
    store
        .add_certificate(certificate, Provenance::Candidate)
        .unwrap();
    let store = options().open(place.path()).unwrap();
    let expected = [
        (Provenance::Pinned, false),
        (Provenance::Pinned, false),
        (Provenance::Pinned, true),
    ];
    assert_eq!(provenances(&store), expected);
    // For its own address it is pinned, and not bound.
    let found = store.encryption_certificates(&mailbox(CAROL)).unwrap();
    assert!(!found[0].is_bound());
}

#[test]
fn signers_and_addresses_are_found_however_they_are_written() {
    let place = Place::new();
    let store = place.store();
    let bob = person(Key::P256, BOB);
    store
        .add_certificate(bob.certificate(), Provenance::Candidate)
        .unwrap();
    let by = |id: smime::cert::SignerId| store.signer_certificates(&id).unwrap();
    let certificate = bob.certificate();
    let serial = smime::cert::SignerId::issuer_and_serial(certificate);
    let key = smime::cert::SignerId::subject_key_identifier(certificate).unwrap();
    assert_eq!(by(serial), std::slice::from_ref(certificate));
    assert_eq!(by(key), std::slice::from_ref(certificate));
    let nobody = smime::cert::SignerId::SubjectKeyIdentifier(vec![1]);
    assert!(by(nobody).is_empty());
    let found = store.encryption_certificates(&mailbox("BOB@Example.ORG"));
    assert_eq!(found.unwrap().len(), 1);
}
