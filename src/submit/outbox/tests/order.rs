//! When what is tried: back-off, order, fairness.

use super::*;

const HOUR: u64 = 60 * 60;

#[test]
fn a_deferred_recipient_is_tried_again_later_each_time_and_then_given_up() {
    let outbox = over(&Model::default()).retry(Retry {
        first: Duration::from_secs(HOUR),
        longest: Duration::from_secs(4 * HOUR),
        give_up_after: Duration::from_secs(12 * HOUR),
    });
    let id = outbox
        .add_bytes(
            &envelope(&["bob@example.org", "carol@example.org"]),
            MESSAGE,
        )
        .unwrap();
    let post = Post::new(&[("bob", &[Answer::Defer; 20])]);
    let mut attempts = Vec::new();
    for minute in 0..24 * 60 {
        let time = minute * 60;
        let is_due = outbox
            .next_due()
            .unwrap()
            .is_some_and(|due| due <= at(time));
        let report = outbox.run_blocking(&post, at(time)).unwrap();
        assert_eq!(is_due, !report.entries().is_empty());
        if is_due {
            attempts.push(time / HOUR);
        }
    }
    assert_eq!(attempts, [0, 1, 3, 7, 11, 12]);
    assert_eq!(post.count("carol", MESSAGE), 1);
    assert_eq!(outbox.next_due().unwrap(), None);
    let entry = outbox.entry(id).unwrap();
    let bob = &entry.recipients()[0];
    assert_eq!((bob.status(), bob.attempts()), (Status::GivenUp, 6));
    assert!(bob.why().contains("450 so be it"), "{}", bob.why());

    // A person may know better.
    outbox
        .decide(id, bob.mailbox(), Decision::SendAgain)
        .unwrap();
    *post.answers.lock().unwrap() = Default::default();
    assert!(outbox.run_blocking(&post, at(50 * HOUR)).unwrap().entries()[0].is_removed());
    assert_eq!(post.count("bob", MESSAGE), 1);
    assert_eq!(post.count("carol", MESSAGE), 1);
}

#[test]
fn deferred_and_then_accepted() {
    let disk = Model::default();
    let outbox = over(&disk);
    outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    let post = Post::new(&[("bob", &[Answer::Defer])]);
    assert!(!outbox.run_blocking(&post, at(0)).unwrap().all_accepted());
    // The back-off is on the disk.
    drop(outbox);
    let outbox = over(&disk);
    assert_eq!(outbox.next_due().unwrap(), Some(at(300)));
    assert!(
        outbox
            .run_blocking(&post, at(299))
            .unwrap()
            .entries()
            .is_empty()
    );
    let report = outbox.run_blocking(&post, at(300)).unwrap();
    assert!(report.all_accepted() && report.entries()[0].is_removed());
    assert_eq!(post.received(), [("bob".to_owned(), MESSAGE.to_vec())]);
    assert_eq!(disk.files().len(), 1, "nothing is left");
}

#[test]
fn a_thousand_entries_keep_their_order_and_none_starves() {
    const COUNT: usize = 1_000;
    let outbox = over(&Model::default());
    let message = |number: usize| format!("Subject: {number}\r\n\r\nhello\r\n").into_bytes();
    for number in 0..COUNT {
        let to = format!(
            "{}@example.org",
            if number % 10 == 0 { "slow" } else { "fast" }
        );
        outbox
            .add_bytes(&envelope(&[&to]), &message(number))
            .unwrap();
    }
    let post = Post::new(&[("slow", &[Answer::Defer; 150])]);
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert_eq!(report.entries().len(), COUNT);
    let fast = (0..COUNT).filter(|number| number % 10 != 0).map(message);
    assert!(post.received().into_iter().map(|(_, bytes)| bytes).eq(fast));
    // New ones come before those that were tried; a hundred are left, fifty of them are deferred again.
    outbox
        .add_bytes(&envelope(&["new@example.org"]), &message(COUNT))
        .unwrap();
    let report = outbox.run_blocking(&post, at(300)).unwrap();
    assert_eq!(report.entries().len(), 101);
    assert_eq!(report.entries()[0].recipients()[0].mailbox().local(), "new");
    let _ = outbox.run_blocking(&post, at(1_000)).unwrap();
    assert_eq!(post.received().len(), COUNT + 1);
    assert!(outbox.entries().unwrap().is_empty());
}

/// The run ends, nobody was tried, and only how long to wait is remembered.
#[test]
fn a_server_that_cannot_be_reached_is_no_attempt() {
    let outbox = over(&Model::default());
    for _ in 0..3 {
        outbox
            .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
            .unwrap();
    }
    let gone = || crate::submit::Stub::new().fail(crate::submit::SubmitError::StartTlsNotOffered);
    for (round, wait) in [(0, 300), (1, 600), (2, 1_200)] {
        let report = outbox.run_blocking(&gone(), at(round)).unwrap();
        assert!(
            matches!(report.stopped(), Some(OutboxError::Submit(_))),
            "{report}"
        );
        assert!(report.entries().is_empty());
        assert_eq!(outbox.next_due().unwrap(), Some(at(round + wait)));
    }
    let entries = outbox.entries().unwrap();
    assert!(
        entries
            .iter()
            .all(|entry| entry.recipients()[0].attempts() == 0)
    );
    // The stub cannot tell when it sends, so it is in doubt before; not any more.
    assert!(
        standing(&outbox)
            .iter()
            .all(|(_, status)| *status == Status::Waiting)
    );
    let stub = crate::submit::Stub::new();
    assert!(outbox.run_blocking(&stub, at(5)).unwrap().all_accepted());
    assert_eq!(stub.sent().len(), 3);
    assert_eq!(outbox.next_due().unwrap(), None);
}
