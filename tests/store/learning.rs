//! What is learned from messages, and what is not.

use std::time::{Duration, SystemTime};

use smime::cert::{Crl, OcspResponse};
use smime::check::Reason;
use smime::open::Opened;
use smime::policy::StandardPolicy;
use smime::protect::{ProtectError, Source};
use smime::report::Verdict;
use smime::resolver::{CertificateResolver, Provenance};
use smime::store::Change;
use smime::{Opener, Protector, TrustAnchors};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, Person, ca, made, mail, mail_to, mailbox, now, person};
use crate::{Place, entry, options};

fn anchors() -> TrustAnchors {
    TrustAnchors::from_der(ca().certificate_der()).unwrap()
}

fn signed_at(alice: &Person, at: SystemTime) -> Vec<u8> {
    let protected = Protector::new()
        .policy(StandardPolicy::at(at))
        .sign(&alice.identity)
        .protect(mail())
        .unwrap();
    protected.message().to_vec()
}

fn opened(message: &[u8], anchors: &TrustAnchors, at: SystemTime) -> Opened {
    let opener = Opener::new(anchors).policy(StandardPolicy::at(at));
    opener.open(message).unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn from_trusted_as_a_candidate_with_capabilities() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let opened = opened(&signed_at(&alice, now()), &anchors(), now());
    assert_eq!(opened.report().verdict(), Verdict::Trusted);
    assert!(
        store.entries().unwrap().is_empty(),
        "opening learns nothing"
    );

    let learned = store.learn(opened.report(), now()).unwrap();
    assert_eq!(learned.len(), 1);
    assert_eq!(learned[0].change(), Change::Added);
    let store = options().open(place.path()).unwrap();
    let entry = entry(&store, alice.certificate());
    assert_eq!(entry.provenance(), Provenance::Candidate);
    assert_eq!(entry.learned(), Some(now()));
    assert!(entry.encrypts());
    let capabilities = opened.report().candidates()[0].capabilities();
    assert!(!capabilities.is_empty());
    assert_eq!(entry.capabilities(), capabilities);

    // The same again is no reason to write; a day later it was seen again.
    let again = store.learn(opened.report(), now() + HOUR).unwrap();
    assert_eq!(again[0].change(), Change::Unchanged);
    let later = now() + 24 * HOUR;
    let again = store.learn(opened.report(), later).unwrap();
    assert_eq!(again[0].change(), Change::Updated);
    let entry = crate::entry(&store, alice.certificate());
    assert_eq!(entry.learned(), Some(later));
}

#[test]
fn from_anything_else_nothing() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let signed = signed_at(&alice, now());
    let stranger = Ca::new("Somebody else's CA");
    let stranger = TrustAnchors::from_der(stranger.certificate_der()).unwrap();
    let text = String::from_utf8(signed.clone()).unwrap();
    let changed = text.replace("Hello Bob", "Hello Eve").into_bytes();
    let not_alice = text.replace("alice@", "mallory@").into_bytes();
    for (message, anchors, verdict) in [
        (&signed, &stranger, Verdict::Untrusted),
        (&not_alice, &anchors(), Verdict::Untrusted),
        (&changed, &anchors(), Verdict::Withheld),
        (&mail().into_bytes(), &anchors(), Verdict::Unsigned),
    ] {
        let opened = opened(message, anchors, now());
        assert_eq!(opened.report().verdict(), verdict, "{}", opened.report());
        assert!(store.learn(opened.report(), now()).unwrap().is_empty());
    }
    assert!(place.names().is_empty());
}

/// RFC 8550 4.2: what a message brought is validated to an anchor before anything is encrypted to it.
#[test]
fn a_learned_certificate_needs_an_anchor_until_it_is_pinned() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let opened = opened(&signed_at(&alice, now()), &anchors(), now());
    store.learn(opened.report(), now()).unwrap();

    let reply =
        mail_to("To: alice@example.org\r\n").replace("From: Alice <alice@", "From: Bob <bob@");
    let protector = Protector::new()
        .policy(StandardPolicy::at(now()))
        .resolver(store.clone())
        .encrypt_to_recipients();
    let Err(ProtectError::Refused(refused)) = protector.protect(reply.as_bytes()) else {
        panic!("encrypted to what nobody vouches for");
    };
    assert_eq!(refused.problems()[0].address(), Some(&mailbox(ALICE)));

    let fingerprint = alice.certificate().fingerprint_sha256();
    assert_eq!(store.pin(&fingerprint).unwrap(), Change::Updated);
    assert_eq!(store.pin(&fingerprint).unwrap(), Change::Unchanged);
    protector.protect(reply.as_bytes()).unwrap();
    // Learning goes on, and takes nothing back.
    store.learn(opened.report(), now() + 48 * HOUR).unwrap();
    let entry = entry(&store, alice.certificate());
    assert_eq!(entry.provenance(), Provenance::Pinned);
    assert_eq!(entry.learned(), Some(now() + 48 * HOUR));
}

/// The anchors of whoever writes vouch for what was learned, unless it was revoked since.
#[test]
fn pki_08_a_learned_certificate_is_used_until_it_is_revoked() {
    const SERIAL: &[u8] = &[0x42, 0x42];
    let place = Place::new();
    let store = place.store();
    let alice = made(ca().certify(Key::P256, ALICE).serial(SERIAL));
    let opened = opened(&signed_at(&alice, now()), &anchors(), now());
    store.learn(opened.report(), now()).unwrap();
    assert_eq!(
        entry(&store, alice.certificate()).provenance(),
        Provenance::Candidate
    );

    let reply = mail_to("To: alice@example.org\r\n");
    let protector = Protector::new()
        .policy(StandardPolicy::at(now()))
        .resolver(store)
        .encrypt_to_recipients()
        .not_to_self()
        .anchors(&anchors());
    let list = |is_revoked: bool| {
        let list = ca().revocation_list();
        let list = match is_revoked {
            true => list.revoke(SERIAL, "260101000000Z", Some(1)),
            false => list,
        };
        Crl::from_bytes(&list.issue()).unwrap()
    };
    let good = protector.clone().crls([&list(false)]);
    for protector in [&protector, &good] {
        let protected = protector.protect(reply.as_bytes()).unwrap();
        let recipient = &protected.report().recipients()[0];
        assert_eq!(recipient.certificate(), alice.certificate());
        assert_eq!(recipient.source(), Source::Resolver(Provenance::Candidate));
        assert_eq!(recipient.path().unwrap().certificates().len(), 2);
    }
    let response = ca().ocsp_response();
    let response = response.revoked(alice.certificate().to_der(), "260101000000Z", Some(1));
    let response = OcspResponse::from_bytes(&response.issue()).unwrap();
    let stranger = Ca::new("Somebody else's CA");
    let stranger = TrustAnchors::from_der(stranger.certificate_der()).unwrap();
    for (protector, is_revoked) in [
        (protector.clone().crls([&list(true)]), true),
        (protector.clone().ocsp_responses([&response]), true),
        (protector.anchors(&stranger), false),
    ] {
        let Err(ProtectError::Refused(refused)) = protector.protect(reply.as_bytes()) else {
            panic!("encrypted to what must not be used");
        };
        let [problem] = refused.problems() else {
            panic!("{refused}");
        };
        assert_eq!(problem.address(), Some(&mailbox(ALICE)));
        match problem.reasons() {
            [Reason::Revoked { .. }] => assert!(is_revoked),
            [Reason::UnknownIssuer { .. }] => assert!(!is_revoked),
            _ => panic!("{refused}"),
        }
    }
}

/// RFC 8551 2.7.1: the latest statement counts, not the latest that was read.
#[test]
fn an_old_message_takes_nothing_back() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let certificate = alice.certificate();
    let newer = opened(&signed_at(&alice, now()), &anchors(), now());
    store.learn(newer.report(), now()).unwrap();
    let file = place.file(crate::name(certificate, "cert"));
    let text = std::fs::read_to_string(&file).unwrap();
    let capability = text.lines().find(|line| line.starts_with("capability: "));
    let changed = text.replacen(capability.unwrap(), "capability: something old", 1);
    let older_message = signed_at(&alice, now() - 3 * HOUR);
    let older = opened(&older_message, &anchors(), now());
    let latest = opened(&signed_at(&alice, now() + HOUR), &anchors(), now() + HOUR);

    std::fs::write(&file, changed).unwrap();
    store.reload().unwrap();
    let marked = |store: &smime::Store| {
        let entry = entry(store, certificate);
        entry.capabilities().iter().any(|c| c == "something old")
    };
    assert!(marked(&store));
    store.learn(older.report(), now() + 24 * HOUR).unwrap();
    assert!(marked(&store), "an older statement replaced a newer one");
    store.learn(latest.report(), now() + HOUR).unwrap();
    assert!(!marked(&store));
}

#[test]
fn about_oneself_nothing_is_learned() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    store.add_identity(&alice.identity).unwrap();
    let before = std::fs::read(place.file(&place.names()[0])).unwrap();
    let opened = opened(&signed_at(&alice, now()), &anchors(), now());
    let learned = store.learn(opened.report(), now()).unwrap();
    assert_eq!(learned[0].change(), Change::Unchanged);
    assert!(learned[0].is_identity());
    assert_eq!(
        std::fs::read(place.file(&place.names()[0])).unwrap(),
        before
    );
}

/// Who says with what it signs that nobody is to encrypt to it.
#[test]
fn what_only_verifies_is_not_written_to() {
    let place = Place::new();
    let store = place.store();
    let alice = crate::people::made(
        ca().certify(Key::P256, ALICE)
            .key_usage(Some(crate::ca::DIGITAL_SIGNATURE)),
    );
    let opened = opened(&signed_at(&alice, now()), &anchors(), now());
    store.learn(opened.report(), now()).unwrap();
    assert!(!entry(&store, alice.certificate()).encrypts());
    let found = || store.encryption_certificates(&mailbox(ALICE)).unwrap();
    assert!(found().is_empty());
    // Unless somebody wants it so.
    store.bind(&mailbox(ALICE), alice.certificate()).unwrap();
    assert!(found()[0].is_bound());
}

/// A time ahead of ours does not keep later statements out.
#[test]
fn a_statement_from_the_future_counts_as_of_now() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let ahead = opened(&signed_at(&alice, now() + HOUR), &anchors(), now());
    assert_eq!(ahead.report().verdict(), Verdict::Trusted);
    store.learn(ahead.report(), now()).unwrap();
    let file = place.file(crate::name(alice.certificate(), "cert"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("\nasserted: 2026-06-01T12:00:00Z\n"),
        "{text}"
    );
}

#[test]
fn a_message_without_capabilities_takes_none_back() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let first = opened(&signed_at(&alice, now()), &anchors(), now());
    store.learn(first.report(), now()).unwrap();
    let known = entry(&store, alice.certificate()).capabilities().to_vec();
    assert!(!known.is_empty());
    let later = now() + 48 * HOUR;
    let silent = Protector::new()
        .policy(StandardPolicy::at(later))
        .capabilities([])
        .sign(&alice.identity)
        .protect(mail())
        .unwrap();
    let silent = opened(silent.message(), &anchors(), later);
    assert!(silent.report().candidates()[0].capabilities().is_empty());
    store.learn(silent.report(), later).unwrap();
    let entry = entry(&store, alice.certificate());
    assert_eq!(entry.learned(), Some(later));
    assert_eq!(entry.capabilities(), known);
}
