//! Files that no store wrote, and certificates that are made to do harm.

use std::fs;

use smime::Certificate;
use smime::resolver::{CertificateResolver, Provenance};
use smime::store::StoreProblemKind;

use crate::ca::{Ca, Key};
use crate::people::{ALICE, BOB, CAROL, mailbox, person};
use crate::{Place, entry, name, options, problems};

#[test]
fn torn_and_changed_files_are_told_of_and_cost_nobody_else() {
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    store.add_identity(&alice.identity).unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Candidate)
        .unwrap();
    let file = name(bob.certificate(), "cert");
    let whole = fs::read(place.file(&file)).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let key = fs::read_to_string(place.file(name(alice.certificate(), "key"))).unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let carol = person(Key::P256, CAROL);
    let mut wrong: Vec<Vec<u8>> = (0..whole.len() - 1)
        .step_by(7)
        .map(|end| whole[..end].to_vec())
        .collect();
    wrong.extend([
        replaced("entry 1", "entry 2"),
        replaced("candidate", "trusted"),
        replaced("provenance: candidate\n", ""),
        replaced("provenance:", "Provenance:"),
        replaced("certificates: 1", "certificates: 2"),
        replaced("certificates: 1", "certificates: 1\ncertificates: 1"),
        replaced("certificates: 1\n", ""),
        replaced("\n\n", "\nlearned: yesterday\n\n"),
        replaced("\n\n", "\nlearned: 2026-02-30T12:00:00Z\n\n"),
        replaced("\n\n", "\nbound: nobody\n\n"),
        replaced("\n\n", "\ncapability: a\u{202e}b\n\n"),
        replaced("\n\n", &format!("\ncapability: {}\n\n", "x".repeat(101))),
        replaced("\n\n", &format!("{}\n\n", "\ncapability: x".repeat(65))),
        replaced("\n\n", "\nuse: sign\n\n"),
        replaced("\n\n", "\nmore: x\n\n"),
        text.replace('\n', "\r\n").into_bytes(),
        text.clone().into_bytes().iter().map(|_| 0xff).collect(),
        [text.as_bytes(), bob.certificate_pem().as_bytes()].concat(),
        text.replace(&bob.certificate_pem(), &carol.certificate_pem())
            .into_bytes(),
        key.into_bytes(),
        vec![b'x'; (1 << 20) + 1],
    ]);
    for bytes in wrong {
        fs::write(place.file(&file), &bytes).unwrap();
        let store = options().open(place.path()).unwrap();
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let [problem] = &store.problems().unwrap()[..] else {
            panic!("{shown}")
        };
        assert_eq!(problem.file(), file);
        assert!(matches!(
            problem.kind(),
            StoreProblemKind::Unreadable { .. }
        ));
        assert!(!problem.to_string().contains('\n'));
        assert_eq!(store.entries().unwrap().len(), 1, "{shown}");
        assert!(store.signing_identity(&mailbox(ALICE)).unwrap().is_some());
        assert_eq!(fs::read(place.file(&file)).unwrap(), bytes, "left alone");
    }
    // What is learned anew takes its place.
    store.reload().unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Candidate)
        .unwrap();
    assert_eq!(fs::read(place.file(&file)).unwrap(), whole);
}

/// A key that does not belong to its certificate is not used, whoever put it there.
#[test]
fn a_key_of_another_certificate_is_no_identity() {
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    store.add_identity(&bob.identity).unwrap();
    store.add_identity(&alice.identity).unwrap();
    let read = |person: &crate::people::Person| {
        fs::read_to_string(place.file(name(person.certificate(), "key"))).unwrap()
    };
    let key = |text: &str| {
        let start = text.find("-----BEGIN ENCRYPTED").unwrap();
        text[start..text.find("-----BEGIN CERTIFICATE").unwrap()].to_owned()
    };
    let (ours, theirs) = (read(&alice), read(&bob));
    let mixed = ours.replace(&key(&ours), &key(&theirs));
    fs::write(place.file(name(alice.certificate(), "key")), mixed).unwrap();
    // The password is right all the same: Bob's key says so.
    let store = options().open(place.path()).unwrap();
    let error = store.signing_identity(&mailbox(ALICE)).unwrap_err();
    assert!(error.to_string().contains("does not belong"), "{error}");
    assert!(store.signing_identity(&mailbox(BOB)).unwrap().is_some());
}

#[test]
fn foreign_files_are_left_alone() {
    let place = Place::new();
    let store = place.store();
    let bob = person(Key::P256, BOB);
    store
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    let good = name(bob.certificate(), "cert");
    let foreign = [
        good.to_uppercase(),
        good.replace(".cert", ".CERT"),
        good.replace(".cert", ".pem"),
        good.replace(".cert", ".cert.bak"),
        good.replace(".cert", ""),
        "bob@example.org.cert".into(),
        "a\nb\u{202e}.cert".into(),
    ];
    for name in &foreign {
        fs::copy(place.file(&good), place.file(name)).unwrap();
    }
    let store = options().open(place.path()).unwrap();
    let found = store.problems().unwrap();
    assert_eq!(found.len(), foreign.len());
    assert!(found.iter().all(|p| *p.kind() == StoreProblemKind::Foreign));
    for problem in problems(&store) {
        assert!(!problem.contains(['\n', '\u{202e}']), "{problem:?}");
    }
    assert_eq!(store.entries().unwrap().len(), 1);
    store
        .remove(&bob.certificate().fingerprint_sha256())
        .unwrap();
    assert_eq!(place.names().len(), foreign.len());
}

#[cfg(unix)]
#[test]
fn links_folders_and_pipes_are_no_entries() {
    let place = Place::new();
    let store = place.store();
    let (bob, carol) = (person(Key::P256, BOB), person(Key::P256, CAROL));
    let outside = Place::new();
    outside
        .store()
        .add_certificate(bob.certificate(), Provenance::Pinned)
        .unwrap();
    let file = name(bob.certificate(), "cert");
    std::os::unix::fs::symlink(outside.file(&file), place.file(&file)).unwrap();
    fs::create_dir(place.file(name(carol.certificate(), "cert"))).unwrap();
    let pipe = place.file(name(carol.certificate(), "key"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert!(store.entries().unwrap().is_empty());
    let found = problems(&store);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|p| p.contains("not a plain file")));
    // A link is replaced, not followed.
    let before = fs::read(outside.file(&file)).unwrap();
    store
        .add_certificate(bob.certificate(), Provenance::Candidate)
        .unwrap();
    assert!(fs::symlink_metadata(place.file(&file)).unwrap().is_file());
    assert_eq!(fs::read(outside.file(&file)).unwrap(), before);
}

/// Addresses, names and serial numbers never become names of files.
#[test]
fn names_in_certificates_are_no_paths() {
    let ca = Ca::new("../../Evil CA");
    let place = Place::new();
    let store = place.store();
    let long = "x".repeat(60);
    let addresses = [
        "../../../etc/passwd@example.org".to_owned(),
        "NUL@example.org".to_owned(),
        "a/b@example.org".to_owned(),
        format!("{long}@{long}.{long}.{long}.example.org"),
        "j\u{fc}rgen@example.org".to_owned(),
    ];
    let mut names = Vec::new();
    for address in &addresses {
        let made = ca
            .certify(Key::P256, address)
            .subject(&[("2.5.4.3", "../x\nprovenance: pinned\n\n")])
            .issue();
        let certificate = Certificate::from_bytes(&made.0).unwrap();
        store
            .add_certificate(&certificate, Provenance::Candidate)
            .unwrap();
        names.push(name(&certificate, "cert"));
    }
    names.sort();
    assert_eq!(place.names(), names);
    let store = options().open(place.path()).unwrap();
    assert!(problems(&store).is_empty());
    for one in store.entries().unwrap() {
        assert_eq!(one.provenance(), Provenance::Candidate);
    }
    let outside = fs::read_dir(place.path().parent().unwrap()).unwrap();
    assert_eq!(outside.count(), 1);
}

#[test]
fn addresses_are_bound_as_they_are() {
    let place = Place::new();
    let store = place.store();
    let bob = person(Key::P256, BOB);
    let odd = [
        smime::Mailbox::new("\"b:o\\\"b\"@example.net").unwrap(),
        smime::Mailbox::named("Bob\u{201d}", "j\u{fc}rgen@b\u{fc}cher.example").unwrap(),
        smime::Mailbox::new("bob@[192.0.2.1]").unwrap(),
    ];
    for address in &odd {
        store.bind(address, bob.certificate()).unwrap();
    }
    let store = options().open(place.path()).unwrap();
    assert!(problems(&store).is_empty(), "{:?}", problems(&store));
    for address in &odd {
        let found = store.encryption_certificates(address).unwrap();
        assert!(found.len() == 1 && found[0].is_bound(), "{address}");
    }
    assert_eq!(entry(&store, bob.certificate()).bound().len(), 3);
    for number in 0..97 {
        let address = mailbox(&format!("n{number}@example.net"));
        store.bind(&address, bob.certificate()).unwrap();
    }
    let one_more = store.bind(&mailbox("more@example.net"), bob.certificate());
    assert!(one_more.is_err());
    assert_eq!(entry(&store, bob.certificate()).bound().len(), 100);
}
