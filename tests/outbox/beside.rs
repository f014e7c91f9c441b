//! Messages that are added while somebody else has the outbox open.

use std::sync::atomic::{AtomicBool, Ordering};

use smime::submit::Outbox;
use smime::submit::outbox::OutboxError;

use super::*;
use crate::mail_server::place;

fn message(number: usize) -> Vec<u8> {
    format!("Subject: {number}\r\n\r\nhello\r\n").into_bytes()
}

#[test]
fn a_message_is_added_while_another_has_the_outbox_open() {
    let (place, server) = (place(), MailServer::start(None));
    let folder = place.path().join("new/outbox");
    let bob = envelope(&["bob@example.org"]);
    // An outbox is made where there is none.
    let first = Outbox::add_bytes_to(&folder, &bob, &message(0)).unwrap();
    let outbox = Outbox::open(&folder).unwrap();
    assert!(matches!(
        Outbox::open(&folder),
        Err(OutboxError::Locked { .. })
    ));
    let second = outbox.add_bytes(&bob, &message(1)).unwrap();
    let third = Outbox::add_bytes_to(&folder, &bob, &message(2)).unwrap();
    let entries = outbox.entries().unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry.id()).collect();
    assert_eq!(ids, [first, second, third]);
    assert!(outbox.problems().unwrap().is_empty());
    let report = outbox
        .run_blocking(&submitter(server.address()), at(0))
        .unwrap();
    assert!(
        report.all_accepted() && report.entries().len() == 3,
        "{report}"
    );
    assert_eq!(server.total(), 3);
    // What is no outbox does not become one.
    std::fs::write(place.path().join("new/diary.txt"), "dear").unwrap();
    let error = Outbox::add_bytes_to(place.path().join("new"), &bob, &message(3)).unwrap_err();
    assert!(matches!(error, OutboxError::NotAnOutbox { .. }), "{error}");
    assert_eq!(
        std::fs::read_dir(place.path().join("new")).unwrap().count(),
        2
    );
}

/// Opening takes away what is not whole, and must not take away what is just being written.
#[test]
fn nothing_is_lost_between_those_who_add_and_those_who_open() {
    const COUNT: usize = 40;
    let (place, server) = (place(), MailServer::start(None));
    let (folder, address) = (place.path().join("outbox"), server.address());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let outbox = Outbox::open(&folder).unwrap();
                assert_eq!(outbox.half_written(), 0);
                let report = outbox.run_blocking(&submitter(address), at(0)).unwrap();
                assert!(report.all_accepted(), "{report}");
            }
        });
        let adders = [0, 1].map(|which| {
            let folder = &folder;
            scope.spawn(move || {
                for number in (which..COUNT).step_by(2) {
                    let bob = envelope(&["bob@example.org"]);
                    Outbox::add_bytes_to(folder, &bob, &message(number)).unwrap();
                }
            })
        });
        let ended = adders.map(|adder| adder.join());
        is_over.store(true, Ordering::Relaxed);
        sender.join().unwrap();
        ended.into_iter().for_each(|ended| ended.unwrap());
    });
    let outbox = Outbox::open(&folder).unwrap();
    let report = outbox.run_blocking(&submitter(address), at(0)).unwrap();
    assert!(report.all_accepted(), "{report}");
    assert!(outbox.entries().unwrap().is_empty() && outbox.problems().unwrap().is_empty());
    (0..COUNT).for_each(|number| assert_eq!(server.count("bob", &message(number)), 1));
    assert_eq!(server.total(), COUNT);
}
