//! What is removed is gone, and keys go only when they are meant.

use smime::ErrorKind;
use smime::resolver::{CertificateResolver, Provenance};

use crate::ca::Key;
use crate::people::{ALICE, BOB, mailbox, person};
use crate::{Place, options};

#[test]
fn certificates_and_identities() {
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    store.add_identity(&alice.identity).unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    let alice = alice.certificate().fingerprint_sha256();
    let bob = bob.certificate().fingerprint_sha256();

    for (result, wanted) in [
        (store.remove(&alice), "remove_identity"),
        (store.remove_identity(&bob), "no private key"),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert_eq!(store.entries().unwrap().len(), 2);

    // In any form in which people write it.
    store.remove(&bob.replace(':', "").to_lowercase()).unwrap();
    let found = store.encryption_certificates(&mailbox(BOB)).unwrap();
    assert!(found.is_empty());
    store.remove_identity(&alice).unwrap();
    assert!(store.signing_identity(&mailbox(ALICE)).unwrap().is_none());
    assert!(place.names().is_empty());
    assert!(store.entries().unwrap().is_empty());
    let store = options().open(place.path()).unwrap();
    assert!(store.entries().unwrap().is_empty());

    for gone in [&alice, &bob] {
        let error = store.remove(gone).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
    }
    let longer = format!("{bob}00");
    for wrong in ["", "zz", "../../etc/passwd", &bob[1..], &longer] {
        let error = store.remove(wrong).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{wrong}: {error}"
        );
    }
}
