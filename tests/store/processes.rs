//! Several processes and threads at once: this test program starts itself again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use smime::resolver::{CertificateResolver, Provenance};
use smime::{Certificate, Store};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, mailbox, person};
use crate::{PASSWORD, Place, options, problems};

const FOLDER: &str = "SMIME_TEST_STORE";
const COUNT: &str = "SMIME_TEST_COUNT";

/// What the other processes do: add certificates, and say so after each.
#[test]
fn child() {
    let (Ok(folder), Ok(count)) = (std::env::var(FOLDER), std::env::var(COUNT)) else {
        return;
    };
    let store = options().create(folder).unwrap();
    let ca = Ca::new("CA of a child");
    for number in 0..count.parse::<usize>().unwrap() {
        let address = format!("{}.{number}@example.org", std::process::id());
        let (certificate, _) = ca.leaf(Key::P256, &address);
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        store
            .add_certificate(&certificate, Provenance::Candidate)
            .unwrap();
        store.pin(&certificate.fingerprint_sha256()).unwrap();
        println!("\nadded {address}");
    }
}

fn start(folder: &Path, count: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The addresses it said it had added, up to its end.
fn added(child: &mut Child) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("added ").map(str::to_owned))
        .collect()
}

fn assert_pinned(store: &Store, address: &str) {
    let found = store.encryption_certificates(&mailbox(address)).unwrap();
    assert_eq!(found.len(), 1, "{address} is lost");
    assert_eq!(found[0].provenance(), Provenance::Pinned, "{address}");
}

#[test]
fn nothing_is_lost_when_several_processes_add_at_once() {
    const CHILDREN: usize = 6;
    const EACH: usize = 15;
    let place = Place::new();
    let store = place.store();
    let mut children: Vec<Child> = (0..CHILDREN).map(|_| start(&place.path(), EACH)).collect();
    // Whoever reads meanwhile sees whole entries, and never fewer than before.
    let mut before = 0;
    while children.iter_mut().any(|c| c.try_wait().unwrap().is_none()) {
        assert!(problems(&store).is_empty(), "{:?}", problems(&store));
        let now = store.entries().unwrap().len();
        assert!(now >= before);
        before = now;
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut all = Vec::new();
    for mut child in children {
        all.extend(added(&mut child));
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(all.len(), CHILDREN * EACH);
    // In the process that watched, and in a new one.
    for store in [store, options().open(place.path()).unwrap()] {
        assert_eq!(store.entries().unwrap().len(), CHILDREN * EACH);
        all.iter()
            .for_each(|address| assert_pinned(&store, address));
    }
    assert_eq!(place.names().len(), CHILDREN * EACH);
}

/// Ended without warning, at no particular moment: what it said it had added is there, and the store works.
#[test]
fn nothing_is_lost_when_a_process_is_killed() {
    let place = Place::new();
    let watching = place.store();
    for round in 0..8 {
        let mut child = start(&place.path(), 100_000);
        std::thread::sleep(Duration::from_millis(60 + 17 * round));
        child.kill().unwrap();
        let all = added(&mut child);
        child.wait().unwrap();
        let store = options().open(place.path()).unwrap();
        for store in [&store, &watching] {
            assert!(problems(store).is_empty(), "{:?}", problems(store));
            all.iter().for_each(|address| assert_pinned(store, address));
        }
        let (one, other) = (store.entries().unwrap(), watching.entries().unwrap());
        assert_eq!(one.len(), other.len());
        // The lock went with it, and what it left is cleaned up.
        let alice = person(Key::P256, ALICE).identity;
        store.add_identity(&alice).unwrap();
        let fingerprint = alice.certificate().fingerprint_sha256();
        watching.remove_identity(&fingerprint).unwrap();
        assert!(place.names().iter().all(|name| name.ends_with(".cert")));
    }
    let entries = watching.entries().unwrap();
    assert!(!entries.is_empty(), "no child got anything done");
    assert!(!format!("{entries:?}").contains(PASSWORD));
}

#[test]
fn threads_share_one_store() {
    let place = Place::new();
    let store = place.store();
    let ca = Ca::new("Test CA");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (store, ca) = (store.clone(), &ca);
            scope.spawn(move || {
                for number in 0..10 {
                    let address = format!("{thread}.{number}@example.org");
                    let (certificate, _) = ca.leaf(Key::P256, &address);
                    let certificate = Certificate::from_bytes(&certificate).unwrap();
                    store
                        .add_certificate(&certificate, Provenance::Pinned)
                        .unwrap();
                    assert_pinned(&store, &address);
                }
            });
        }
    });
    assert_eq!(store.entries().unwrap().len(), 40);
}

#[test]
fn what_another_process_does_is_seen_with_the_next_question() {
    let place = Place::new();
    let (one, other) = (place.store(), place.store());
    let alice = person(Key::P256, ALICE);
    for _ in 0..50 {
        other.add_identity(&alice.identity).unwrap();
        assert!(one.signing_identity(&mailbox(ALICE)).unwrap().is_some());
        let fingerprint = alice.certificate().fingerprint_sha256();
        other.remove_identity(&fingerprint).unwrap();
        assert!(one.signing_identity(&mailbox(ALICE)).unwrap().is_none());
    }
}

/// File systems tell the time of a change in steps of up to two seconds; two changes may have the same.
#[cfg(unix)]
#[test]
fn changes_are_seen_without_the_time_of_the_folder() {
    let place = Place::new();
    let (one, other) = (place.store(), place.store());
    let alice = person(Key::P256, ALICE);
    let stop = || {
        let folder = std::fs::File::open(place.path()).unwrap();
        folder.set_modified(crate::people::now()).unwrap();
    };
    stop();
    assert!(one.entries().unwrap().is_empty());
    other.add_identity(&alice.identity).unwrap();
    stop();
    assert_eq!(one.entries().unwrap().len(), 1);
    let fingerprint = alice.certificate().fingerprint_sha256();
    other.remove_identity(&fingerprint).unwrap();
    stop();
    assert!(one.entries().unwrap().is_empty());
}

#[test]
fn a_store_is_sent_and_shared() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Store>();
    check::<smime::store::StoreResolver>();
}
