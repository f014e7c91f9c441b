//! What runs out, and whether something comes after it.

use std::time::Duration;

use smime::resolver::Provenance;
use smime::store::Expiring;

use crate::Place;
use crate::ca::{self, Ca, Key};
use crate::people::{ALICE, BOB, CAROL, DAVE, Person, ca, made, now};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn person(address: &str, from: &str, to: &str) -> Person {
    made(ca().certify(Key::P256, address).validity(from, to))
}

/// Addresses, whether it has run out, and whether there is a successor.
fn shown(found: &[Expiring]) -> Vec<(String, bool, bool)> {
    let one = |one: &Expiring| {
        let addresses = one.entry().addresses().join(",");
        (addresses, one.is_expired(), one.has_successor())
    };
    found.iter().map(one).collect()
}

#[test]
fn by_date_with_what_comes_after() {
    let place = Place::new();
    let store = place.store();
    // 2026-06-01T12:00:00Z is now.
    let alice = person(ALICE, "250101000000Z", "260620000000Z");
    let next = person(ALICE, "260601000000Z", "280101000000Z");
    store.add_identity(&alice.identity).unwrap();
    store
        .add_certificate(next.certificate(), Provenance::Pinned)
        .unwrap();
    let bob = person(BOB, "250101000000Z", "260610000000Z");
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    let old = person(CAROL, "240101000000Z", "250101000000Z");
    let carol = person(CAROL, "241201000000Z", "280101000000Z");
    for person in [&old, &carol] {
        store
            .add_certificate(person.certificate(), Provenance::Pinned)
            .unwrap();
    }
    let dave = person(DAVE, "240101000000Z", "260501000000Z");
    store.add_identity(&dave.identity).unwrap();
    let authority = Ca::new("Old CA");
    let authority = authority.again().validity("200101000000Z", "260602000000Z");
    let authority = smime::Certificate::from_bytes(&authority.issue().0).unwrap();
    store
        .add_certificate(&authority, Provenance::Pinned)
        .unwrap();

    let found = store.expiring(30 * DAY, now()).unwrap();
    // A certificate alone replaces no identity. What was replaced long ago is not told.
    let expected = [
        (DAVE.to_owned(), true, false),
        (BOB.to_owned(), false, false),
        (ALICE.to_owned(), false, false),
    ];
    assert_eq!(shown(&found), expected);
    assert_eq!(found[2].unreplaced(), [ALICE]);
    assert!(found[2].entry().is_identity());

    store.add_identity(&next.identity).unwrap();
    let found = store.expiring(30 * DAY, now()).unwrap();
    assert_eq!(shown(&found)[2], (ALICE.to_owned(), false, true));
    assert_eq!(store.expiring(DAY, now()).unwrap().len(), 1);
    // A time that does not fit means for ever.
    assert_eq!(store.expiring(Duration::MAX, now()).unwrap().len(), 5);
}

#[test]
fn a_successor_must_do_the_same_and_be_there_in_time() {
    for (from, usage, expected) in [
        ("260601000000Z", None, true),
        ("260621000000Z", None, false),
        ("260601000000Z", Some(ca::DIGITAL_SIGNATURE), false),
        ("260601000000Z", Some(ca::KEY_AGREEMENT), false),
    ] {
        let place = Place::new();
        let store = place.store();
        let old = person(BOB, "250101000000Z", "260620000000Z");
        let next = ca().certify(Key::P256, BOB).validity(from, "280101000000Z");
        let next = match usage {
            Some(usage) => next.key_usage(Some(usage)),
            None => next,
        };
        for certificate in [old.certificate(), made(next).certificate()] {
            store
                .add_certificate(certificate, Provenance::Pinned)
                .unwrap();
        }
        let found = store.expiring(30 * DAY, now()).unwrap();
        assert_eq!(found[0].has_successor(), expected, "{from} {usage:?}");
    }
}

#[test]
fn the_last_second_and_who_vouches_for_what_comes_after() {
    let place = Place::new();
    let store = place.store();
    // It ends now, and is valid still.
    let old = person(BOB, "250101000000Z", "260601120000Z");
    let next = person(BOB, "260501000000Z", "280101000000Z");
    store
        .add_certificate(old.certificate(), Provenance::Pinned)
        .unwrap();
    store
        .add_certificate(next.certificate(), Provenance::Candidate)
        .unwrap();
    let found = || shown(&store.expiring(Duration::ZERO, now()).unwrap());
    assert_eq!(found(), [(BOB.to_owned(), false, false)]);
    store.pin(&next.certificate().fingerprint_sha256()).unwrap();
    assert_eq!(found(), [(BOB.to_owned(), false, true)]);
}
