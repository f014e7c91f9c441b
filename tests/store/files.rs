//! The files: who may read them, and what is left when a process stops at the wrong moment.

use std::fs;

use smime::resolver::{CertificateResolver, Provenance};
use smime::store::{Change, StoreProblemKind};
use smime::{ErrorKind, Store};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, mailbox, person};
use crate::{Place, entry, name, options, problems};

#[test]
fn a_store_is_made_once_and_only_in_a_folder_of_its_own() {
    let place = Place::new();
    let error = Store::open(place.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
    fs::create_dir(place.path()).unwrap();
    let error = Store::open(place.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");

    fs::write(place.file("letter.txt"), "mine").unwrap();
    let error = Store::create(place.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    assert_eq!(place.names(), ["letter.txt"]);
    fs::remove_file(place.file("letter.txt")).unwrap();

    let bob = person(Key::P256, BOB);
    let store = Store::create(place.path()).unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    let again = Store::create(place.path()).unwrap();
    assert_eq!(again.entries().unwrap().len(), 1);

    fs::write(place.file("smime-store"), "smime store 2\n").unwrap();
    let error = Store::open(place.path()).unwrap_err();
    assert!(error.to_string().contains("version"), "{error}");
    assert!(Store::create(place.path()).is_err());
    // Without it all can be made again from the files.
    for file in ["smime-store", "lock", "generation"] {
        fs::remove_file(place.file(file)).unwrap();
    }
    let again = Store::create(place.path()).unwrap();
    assert_eq!(again.entries().unwrap().len(), 1);
}

#[test]
fn nobody_notices_when_the_process_goes_elsewhere() {
    let place = Place::new();
    let store = place.store();
    assert!(store.path().is_absolute());
    assert_eq!(store.path(), std::path::absolute(place.path()).unwrap());
}

#[cfg(unix)]
#[test]
fn key_05_files_are_for_their_owner_and_others_are_told_of() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    store.add_identity(&alice.identity).unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    assert_eq!(mode(&place.path()), 0o700);
    for entry in fs::read_dir(place.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(problems(&store).is_empty());

    let key = name(alice.certificate(), "key");
    fs::set_permissions(place.file(&key), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o770)).unwrap();
    // Others may read a certificate, but not say whom mail is encrypted to.
    let certificate = name(bob.certificate(), "cert");
    let set = |mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.file(&certificate), mode).unwrap();
    };
    set(0o644);
    assert_eq!(
        options()
            .open(place.path())
            .unwrap()
            .problems()
            .unwrap()
            .len(),
        2
    );
    set(0o664);
    let store = options().open(place.path()).unwrap();
    let found = store.problems().unwrap();
    let told: Vec<_> = found.iter().map(|p| (p.file(), p.kind().clone())).collect();
    let mut expected = [
        (".", StoreProblemKind::Permissions { mode: 0o770 }),
        (key.as_str(), StoreProblemKind::Permissions { mode: 0o640 }),
        (
            certificate.as_str(),
            StoreProblemKind::Permissions { mode: 0o664 },
        ),
    ];
    expected.sort_by_key(|(file, _)| *file);
    assert_eq!(told, expected);
    // It is told, and works.
    assert!(store.signing_identity(&mailbox(ALICE)).unwrap().is_some());
    // Written again, it is as it should be.
    store.bind(&mailbox(BOB), alice.certificate()).unwrap();
    assert_eq!(mode(&place.file(&key)), 0o600);
}

#[test]
fn what_a_stopped_process_left_is_in_nobodys_way() {
    let place = Place::new();
    let store = place.store();
    let (bob, carol) = (person(Key::P256, BOB), person(Key::P256, CAROL));
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    // Stopped while it wrote the new file, and while it wrote the generation.
    let whole = fs::read(place.file(name(bob.certificate(), "cert"))).unwrap();
    fs::write(place.file(".tmp-abc"), &whole[..whole.len() / 2]).unwrap();
    fs::write(place.file(".tmp-def"), "").unwrap();
    for generation in ["", "17", "no number", "18446744073709551615"] {
        fs::write(place.file("generation"), generation).unwrap();
        let other = options().open(place.path()).unwrap();
        assert_eq!(other.entries().unwrap().len(), 1);
        assert!(problems(&other).is_empty());
    }
    // The next writer cleans up.
    store
        .add_certificate(carol.certificate(), Provenance::Pinned)
        .unwrap();
    assert_eq!(place.names().len(), 2);
    assert!(place.names().iter().all(|name| name.ends_with(".cert")));
    assert_eq!(store.entries().unwrap().len(), 2);
}

/// Stopped after the identity was written, and before its certificate was taken away.
#[test]
fn an_entry_with_both_files_says_what_both_say() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    store.bind(&mailbox(BOB), alice.certificate()).unwrap();
    let certificate = place.file(name(alice.certificate(), "cert"));
    let before = fs::read(&certificate).unwrap();
    store.add_identity(&alice.identity).unwrap();
    assert!(!certificate.exists());
    assert_eq!(entry(&store, alice.certificate()).addresses(), [ALICE, BOB]);

    fs::write(&certificate, &before).unwrap();
    let store = options().open(place.path()).unwrap();
    assert!(problems(&store).is_empty());
    assert_eq!(store.entries().unwrap().len(), 1);
    let found = entry(&store, alice.certificate());
    assert!(found.is_identity());
    assert_eq!(found.addresses(), [ALICE, BOB]);

    // Only the certificate says it: it is not lost when the two become one.
    let text = String::from_utf8(before).unwrap();
    let other = text.replace("bound: bob@", "bound: carol@");
    fs::write(&certificate, other).unwrap();
    store.reload().unwrap();
    store
        .pin(&alice.certificate().fingerprint_sha256())
        .unwrap();
    store
        .bind(&mailbox("dave@example.org"), alice.certificate())
        .unwrap();
    let store = options().open(place.path()).unwrap();
    let found = entry(&store, alice.certificate());
    let mut addresses = found.addresses();
    addresses.sort();
    assert_eq!(addresses, [ALICE, BOB, CAROL, "dave@example.org"]);
    store
        .remove_identity(&alice.certificate().fingerprint_sha256())
        .unwrap();
    assert!(place.names().is_empty());
}

/// A write that fails leaves what was there, and says so.
#[test]
fn a_write_that_fails_changes_nothing() {
    let place = Place::new();
    let store = place.store();
    let (bob, carol) = (person(Key::P256, BOB), person(Key::P256, CAROL));
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    // A folder in the place of the file, which a file cannot replace.
    let taken = place.file(name(carol.certificate(), "cert"));
    fs::create_dir(&taken).unwrap();
    let add = || store.add_certificate(carol.certificate(), Provenance::Pinned);
    let error = add().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
    assert_eq!(store.entries().unwrap().len(), 1);
    let other = options().open(place.path()).unwrap();
    assert_eq!(other.entries().unwrap().len(), 1);
    assert!(!place.names().iter().any(|name| name.starts_with(".tmp-")));
    fs::remove_dir(&taken).unwrap();
    assert_eq!(add().unwrap(), Change::Added);

    // In the middle of a file of several: what came before stays, and is seen.
    let place = Place::new();
    let store = place.store();
    let both = bob.certificate_pem() + &carol.certificate_pem();
    fs::create_dir(place.file(name(carol.certificate(), "cert"))).unwrap();
    store.import(both.as_bytes(), &[]).unwrap_err();
    let entries = store.entries().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].certificate(), bob.certificate());
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_write_to_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    store.add_identity(&alice.identity).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let store = options().open(place.path()).unwrap();
    assert!(store.signing_identity(&mailbox(ALICE)).unwrap().is_some());
    let added = store.add_certificate(bob.certificate(), Provenance::Pinned);
    // The superuser may write everywhere.
    if fs::write(place.file(".tmp-try"), "").is_err() {
        let error = added.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
        assert_eq!(store.entries().unwrap().len(), 1);
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::remove_file(place.file("lock")).unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let store = options().open(place.path()).unwrap();
        assert_eq!(store.entries().unwrap().len(), 1);
    }
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

/// What somebody puts in or takes out by hand is seen, and so is what is changed in place after a reload.
#[test]
fn changes_by_hand_are_seen() {
    let place = Place::new();
    let (store, other) = (place.store(), Place::new());
    let bob = person(Key::P256, BOB);
    let file = name(bob.certificate(), "cert");
    other
        .store()
        .add_certificate(bob.certificate(), Provenance::Candidate)
        .unwrap();
    assert!(store.entries().unwrap().is_empty());
    fs::copy(other.file(&file), place.file(&file)).unwrap();
    assert_eq!(store.entries().unwrap().len(), 1);
    let text = fs::read_to_string(place.file(&file)).unwrap();
    let changed = text.replace("provenance: candidate", "provenance: pinned");
    fs::write(place.file(&file), changed).unwrap();
    store.reload().unwrap();
    let found = entry(&store, bob.certificate());
    assert_eq!(found.provenance(), Provenance::Pinned);
    fs::remove_file(place.file(&file)).unwrap();
    assert!(store.entries().unwrap().is_empty());
    fs::remove_dir_all(place.path()).unwrap();
    let error = store.entries().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
}

#[test]
fn what_was_learned_stays_when_both_files_are_there() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    store
        .add_certificate(alice.certificate(), Provenance::Candidate)
        .unwrap();
    let certificate = place.file(name(alice.certificate(), "cert"));
    let before = fs::read_to_string(&certificate).unwrap();
    let learned = "use: verify\nlearned: 2026-05-01T00:00:00Z\n\n";
    let before = before.replacen("\n\n", &format!("\n{learned}"), 1);
    store.add_identity(&alice.identity).unwrap();
    fs::write(&certificate, before).unwrap();
    let store = options().open(place.path()).unwrap();
    assert!(problems(&store).is_empty());
    let found = entry(&store, alice.certificate());
    assert!(found.is_identity() && found.encrypts());
    assert!(found.learned().is_some());
    assert_eq!(found.provenance(), Provenance::Pinned);
}

#[test]
fn a_private_key_among_certificates_is_told_of() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    store.add_identity(&alice.identity).unwrap();
    let (key, certificate) = ["key", "cert"]
        .map(|extension| place.file(name(alice.certificate(), extension)))
        .into();
    fs::rename(key, certificate).unwrap();
    let store = options().open(place.path()).unwrap();
    assert!(store.entries().unwrap().is_empty());
    assert_eq!(problems(&store).len(), 1);
}

#[test]
fn two_private_keys_in_a_file_are_none() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    store.add_identity(&alice.identity).unwrap();
    let file = place.file(name(alice.certificate(), "key"));
    let text = fs::read_to_string(&file).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let end = "-----END ENCRYPTED PRIVATE KEY-----\n";
    let key = &body[..body.find(end).unwrap() + end.len()];
    fs::write(&file, format!("{head}\n\n{key}{body}")).unwrap();
    let store = Store::open(place.path()).unwrap();
    assert!(store.entries().unwrap().is_empty());
    assert_eq!(problems(&store).len(), 1);
}
