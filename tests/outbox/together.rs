//! Several threads add and run at once.

use smime::submit::Outbox;

use super::*;
use crate::mail_server::place;

fn message(number: usize) -> Vec<u8> {
    format!("Subject: {number}\r\n\r\nhello\r\n").into_bytes()
}

#[test]
fn every_message_arrives_once_whoever_sends_it() {
    const COUNT: usize = 60;
    let (place, server) = (place(), MailServer::start(None));
    let outbox = Outbox::open(place.path()).unwrap();
    let (outbox, address) = (&outbox, server.address());
    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for number in (thread..COUNT).step_by(2) {
                    outbox
                        .add_bytes(&envelope(&["bob@example.org"]), &message(number))
                        .unwrap();
                }
            });
        }
        for _ in 0..3 {
            scope.spawn(move || {
                for _ in 0..5 {
                    let report = outbox.run_blocking(&submitter(address), at(0)).unwrap();
                    assert!(report.all_accepted(), "{report}");
                }
            });
        }
    });
    let report = outbox.run_blocking(&submitter(address), at(0)).unwrap();
    assert!(report.all_accepted(), "{report}");
    assert!(outbox.entries().unwrap().is_empty() && outbox.problems().unwrap().is_empty());
    (0..COUNT).for_each(|number| assert_eq!(server.count("bob", &message(number)), 1));
}
