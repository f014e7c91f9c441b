//! What a witness is told, and what happens when it cannot write.

use std::io;
use std::sync::Mutex;

use smime::submit::{Cause, CopyDelivery, Outcome, Transport, Witness};

use super::*;

const MESSAGE: &[u8] = b"Subject: hi\r\n\r\nhello\r\n";

#[derive(Default)]
struct Told {
    fails: bool,
    before: Mutex<Vec<(usize, Vec<usize>)>>,
    settled: Mutex<Vec<usize>>,
}

impl Witness for Told {
    fn before_the_end(&self, copy: usize, recipients: &[usize]) -> io::Result<()> {
        assert_eq!(self.settled.lock().unwrap().len(), copy);
        self.before
            .lock()
            .unwrap()
            .push((copy, recipients.to_vec()));
        match self.fails {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }

    fn settled(&self, copy: usize, delivery: &CopyDelivery) {
        assert!(delivery.iter().count() > 0);
        self.settled.lock().unwrap().push(copy);
    }
}

/// Carol is deferred, Erin refused: those two are never in doubt, and a copy that nobody takes has no end.
#[tokio::test(flavor = "multi_thread")]
async fn is_told_of_those_who_may_get_it() {
    let server = MailServer::start(None);
    let first = envelope(&[
        "bob@example.org",
        "carol@example.org",
        "erin@example.org",
        "dave@example.org",
    ]);
    let (second, third) = (
        envelope(&["erin@example.org"]),
        envelope(&["frank@example.org"]),
    );
    let copies = [&first, &second, &third].map(|envelope| (envelope, MESSAGE));
    let told = Told::default();
    let submitter = submitter(server.address());
    let delivery = submitter
        .send_witnessed(copies.to_vec(), &told)
        .await
        .unwrap();
    assert_eq!(
        *told.before.lock().unwrap(),
        [(0, vec![0, 3]), (2, vec![0])]
    );
    assert_eq!(*told.settled.lock().unwrap(), [0, 1, 2]);
    assert_eq!(delivery.copies().len(), 3);
    assert_eq!(server.total(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_not_sent() {
    let server = MailServer::start(None);
    let told = Told {
        fails: true,
        ..Told::default()
    };
    let to = envelope(&["bob@example.org", "erin@example.org"]);
    let submitter = submitter(server.address());
    let delivery = submitter
        .send_witnessed(vec![(&to, MESSAGE)], &told)
        .await
        .unwrap();
    let outcomes: Vec<&Outcome> = delivery.iter().map(|(_, outcome)| outcome).collect();
    assert!(
        matches!(outcomes[0], Outcome::Deferred(Cause::NotRecorded { .. })),
        "{delivery}"
    );
    assert!(matches!(outcomes[1], Outcome::Rejected(_)), "{delivery}");
    assert_eq!(server.total(), 0);
}
