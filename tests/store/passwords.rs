//! The password of the private keys.

use smime::cert::RecipientId;
use smime::resolver::{CertificateResolver, Provenance};
use smime::store::Change;
use smime::{ErrorKind, PrivateKey, Store};

use crate::ca::Key;
use crate::people::{ALICE, BOB, mailbox, person};
use crate::{PASSWORD, Place, entry, name, options, problems};

#[test]
fn keys_are_encrypted_and_other_tools_read_them() {
    let place = Place::new();
    let alice = person(Key::P256, ALICE);
    place.store().add_identity(&alice.identity).unwrap();
    let file = std::fs::read(place.file(name(alice.certificate(), "key"))).unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    assert!(!text.contains("-----BEGIN PRIVATE KEY-----"));
    let key = PrivateKey::from_bytes(&file, Some(PASSWORD)).unwrap();
    assert_eq!(key.to_pkcs8_der().unwrap().as_ref(), alice.key_der);
    let path = place.file(name(alice.certificate(), "key"));
    let openssl = std::process::Command::new("openssl")
        .args(["pkey", "-passin"])
        .arg(format!("pass:{PASSWORD}"))
        .arg("-in")
        .arg(path)
        .args(["-outform", "DER"])
        .output();
    if let Ok(output) = openssl {
        assert!(output.status.success(), "{output:?}");
        let key = PrivateKey::from_bytes(&output.stdout, None).unwrap();
        assert_eq!(key.to_pkcs8_der().unwrap().as_ref(), alice.key_der);
    }
}

#[test]
fn a_wrong_one_is_told_at_once_and_none_when_a_key_is_needed() {
    let place = Place::new();
    let alice = person(Key::P256, ALICE);
    let store = Store::options().create(place.path()).unwrap();
    let error = store.add_identity(&alice.identity).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    assert!(place.names().is_empty());

    place.store().add_identity(&alice.identity).unwrap();
    let wrong = Store::options().password("wrong");
    let error = wrong.open(place.path()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongPassword { .. }),
        "{error}"
    );

    let store = Store::open(place.path()).unwrap();
    let found = store.encryption_certificates(&mailbox(ALICE)).unwrap();
    assert_eq!(found.len(), 1);
    let id = RecipientId::issuer_and_serial(alice.certificate());
    for error in [
        store.signing_identity(&mailbox(ALICE)).unwrap_err(),
        store.decryption_identities(&[id]).unwrap_err(),
    ] {
        assert!(error.to_string().contains("password"), "{error}");
    }
    assert!(store.signing_identity(&mailbox(BOB)).unwrap().is_none());
}

/// Two passwords in one store would lock one of their owners out.
#[test]
fn all_keys_have_one_password() {
    let place = Place::new();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let one = place.store();
    let other = Store::options()
        .password("another")
        .iterations(2_048)
        .open(place.path())
        .unwrap();
    one.add_identity(&alice.identity).unwrap();
    let error = other.add_identity(&bob.identity).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongPassword { .. }),
        "{error}"
    );
    assert_eq!(place.names().len(), 1);

    // Also when this one was right once, and all keys were changed since.
    let fingerprint = alice.certificate().fingerprint_sha256();
    one.remove_identity(&fingerprint).unwrap();
    other.add_identity(&bob.identity).unwrap();
    let error = one.add_identity(&alice.identity).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongPassword { .. }),
        "{error}"
    );
    // A certificate needs no password.
    one.add_certificate(alice.certificate(), Provenance::Pinned)
        .unwrap();
}

#[test]
fn unencrypted_only_when_asked_for_and_told() {
    let place = Place::new();
    let alice = person(Key::P256, ALICE);
    let clear = || Store::options().danger_unencrypted_keys();
    let store = clear().create(place.path()).unwrap();
    store.add_identity(&alice.identity).unwrap();
    assert!(problems(&store).is_empty());
    assert!(!entry(&store, alice.certificate()).is_key_encrypted());
    let store = clear().open(place.path()).unwrap();
    let found = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    let key = found.key().to_pkcs8_der().unwrap();
    assert_eq!(key.as_ref(), alice.key_der);
    let told = problems(&options().open(place.path()).unwrap());
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("the private key is not encrypted"));
}

const NEW: &str = "another password";

fn with(password: &str) -> smime::store::StoreOptions {
    Store::options().password(password).iterations(2_048)
}

fn opens(store: &Store, address: &str) -> bool {
    let found = store.signing_identity(&mailbox(address));
    matches!(found, Ok(Some(_)))
}

fn is_wrong(result: Result<impl std::fmt::Debug, smime::Error>) -> bool {
    matches!(cause(&result.unwrap_err()), ErrorKind::WrongPassword { .. })
}

/// Without the name of the file.
fn cause(error: &smime::Error) -> &ErrorKind {
    match error.kind() {
        ErrorKind::File { source, .. } => source.kind(),
        kind => kind,
    }
}

#[test]
fn all_keys_get_another_password() {
    let place = Place::new();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let store = place.store();
    store.add_identity(&alice.identity).unwrap();
    store
        .bind(&mailbox("a@example.com"), alice.certificate())
        .unwrap();
    // Locked, as it is to whoever opens the store later.
    let store = options().open(place.path()).unwrap();
    let (clone, elsewhere) = (store.clone(), options().open(place.path()).unwrap());
    assert_eq!(store.change_password(NEW).unwrap(), 1);
    for store in [&store, &clone, &with(NEW).open(place.path()).unwrap()] {
        assert!(opens(store, ALICE) && opens(store, "a@example.com"));
    }
    assert!(is_wrong(options().open(place.path())));
    assert!(is_wrong(elsewhere.signing_identity(&mailbox(ALICE))));
    assert!(is_wrong(elsewhere.add_identity(&bob.identity)));
    // What is added from now on has the new one too.
    clone.add_identity(&bob.identity).unwrap();
    let store = with(NEW).open(place.path()).unwrap();
    assert!(opens(&store, ALICE) && opens(&store, BOB));
    assert_eq!(place.names().len(), 2);
    let file = std::fs::read(place.file(name(bob.certificate(), "key"))).unwrap();
    PrivateKey::from_bytes(&file, Some(NEW)).unwrap();
    assert!(!format!("{store:?}").contains(NEW));
}

/// As if the machine had stopped after the first of two files: either password opens its key, and doing it again
/// completes it.
#[test]
fn a_change_of_the_password_that_was_stopped_is_completed() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let place = Place::new();
    let store = place.store();
    store.add_identity(&alice.identity).unwrap();
    store.add_identity(&bob.identity).unwrap();
    let file = place.file(name(bob.certificate(), "key"));
    let before = std::fs::read(&file).unwrap();
    store.change_password(NEW).unwrap();
    std::fs::write(&file, before).unwrap();

    let old = options().open(place.path()).unwrap();
    assert!(opens(&old, BOB) && !opens(&old, ALICE));
    let new = with(NEW).open(place.path()).unwrap();
    assert!(opens(&new, ALICE) && !opens(&new, BOB));
    // Nobody else's password does it, and nothing is changed by the attempt.
    assert!(is_wrong(old.change_password("a third one")));
    assert!(is_wrong(new.change_password(NEW)));
    let old = options().open(place.path()).unwrap();
    assert_eq!(old.change_password(NEW).unwrap(), 2);
    let new = with(NEW).open(place.path()).unwrap();
    assert!(opens(&new, ALICE) && opens(&new, BOB));
    assert_eq!(new.change_password(NEW).unwrap(), 2);
    assert!(problems(&new).is_empty());
}

/// The first file takes its place, and the second cannot: a folder stands there.
#[cfg(unix)]
#[test]
fn a_change_of_the_password_that_fails_can_be_repeated() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let place = Place::new();
    let store = place.store();
    store.add_identity(&alice.identity).unwrap();
    store.add_identity(&bob.identity).unwrap();
    let last = place.file(place.names().pop().unwrap());
    let whole = std::fs::read(&last).unwrap();
    let about = std::fs::metadata(place.path()).unwrap();
    std::fs::remove_file(&last).unwrap();
    std::fs::create_dir(&last).unwrap();
    // As if it had happened in the moment of the change: nobody notices.
    let folder = std::fs::File::open(place.path()).unwrap();
    folder.set_modified(about.modified().unwrap()).unwrap();
    let error = store.change_password(NEW).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
    assert!(!place.names().iter().any(|name| name.starts_with(".tmp-")));

    std::fs::remove_dir(&last).unwrap();
    std::fs::write(&last, whole).unwrap();
    // The handle has its old password still, and sees what was done.
    let has_new = |path: &std::path::Path| {
        let file = std::fs::read(path).unwrap();
        PrivateKey::from_bytes(&file, Some(NEW)).is_ok()
    };
    let first = place.file(&place.names()[0]);
    assert!(has_new(&first) && !has_new(&last));
    assert!(opens(&store, ALICE) != opens(&store, BOB));
    assert_eq!(store.change_password(NEW).unwrap(), 2);
    assert!(has_new(&first) && has_new(&last));
    assert!(opens(&store, ALICE) && opens(&store, BOB));
}

#[test]
fn keys_in_the_clear_are_encrypted() {
    let place = Place::new();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let clear = Store::options().danger_unencrypted_keys();
    let store = clear.create(place.path()).unwrap();
    store.add_identity(&alice.identity).unwrap();
    store.add_identity(&bob.identity).unwrap();

    // By adding it again, with a password.
    let store = options().open(place.path()).unwrap();
    assert_eq!(problems(&store).len(), 2);
    assert_eq!(store.add_identity(&bob.identity).unwrap(), Change::Updated);
    assert_eq!(
        store.add_identity(&bob.identity).unwrap(),
        Change::Unchanged
    );
    assert_eq!(problems(&store).len(), 1);
    assert!(entry(&store, bob.certificate()).is_key_encrypted());
    // And all of them at once.
    assert_eq!(store.change_password(PASSWORD).unwrap(), 2);
    assert!(problems(&store).is_empty());
    let store = options().open(place.path()).unwrap();
    assert!(problems(&store).is_empty());
    assert!(opens(&store, ALICE) && opens(&store, BOB));
    for name in place.names() {
        let text = std::fs::read_to_string(place.file(name)).unwrap();
        assert!(!text.contains("-----BEGIN PRIVATE KEY-----"));
    }
    // Without a password only keys in the clear can be had.
    let without = Store::open(place.path()).unwrap();
    let error = without.change_password(NEW).unwrap_err();
    assert!(
        matches!(cause(&error), ErrorKind::Missing { .. }),
        "{error}"
    );
}

#[test]
fn passwords_and_keys_are_not_shown() {
    let place = Place::new();
    let alice = person(Key::P256, ALICE);
    let store = place.store();
    store.add_identity(&alice.identity).unwrap();
    let entry = entry(&store, alice.certificate());
    let shown = format!("{store:?} {:?} {entry:?} {:?}", options(), store.resolver());
    assert!(!shown.contains(PASSWORD), "{shown}");
    assert!(!shown.contains("PRIVATE KEY"), "{shown}");
}

#[test]
fn iterations_have_bounds() {
    let place = Place::new();
    let alice = person(Key::P256, ALICE);
    for iterations in [0, 2_047, 600_001] {
        let options = Store::options().password("x").iterations(iterations);
        let store = options.create(place.path()).unwrap();
        let error = store.add_identity(&alice.identity).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    }
}
