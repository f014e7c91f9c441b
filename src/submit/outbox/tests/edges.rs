//! Where a crash, a full disk or a wrong clock meets something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::model::Fault;
use super::*;
use crate::submit::{Sending, Stub, SubmitError, Transport, Witness};

fn to_bob(outbox: &Outbox) -> Result<EntryId, OutboxError> {
    outbox.add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
}

/// The steps of a new outbox with one entry.
const MADE: usize = STEPS_OF_A_FILE;
const ADDED: usize = MADE + STEPS_OF_A_FILE;
/// The next ones of a run that delivers it: in doubt is written, and then the message is removed.
const SYNC_AFTER_REMOVAL: usize = ADDED + STEPS_OF_A_FILE + 1;

#[test]
fn a_delivered_message_does_not_come_back_without_its_state() {
    let disk = Model::with_fault(SYNC_AFTER_REMOVAL, Fault::Fails);
    let outbox = over(&disk);
    let id = to_bob(&outbox).unwrap();
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert!(report.stopped().is_some() && post.count("bob", MESSAGE) == 1);
    let files = disk.files();
    assert!(!files.contains_key(&letter::file_name(id)));
    assert!(files.contains_key(&ledger::file_name(id)));
    // The process ends there, the next one cleans up, and then the power goes.
    drop(outbox);
    drop(over(&disk));
    for disk in disk.survivors() {
        let outbox = over(&disk);
        let _ = outbox.run_blocking(&post, at(1_000)).unwrap();
        assert_eq!(post.count("bob", MESSAGE), 1);
    }
}

#[test]
fn what_add_took_back_is_not_there_after_a_loss_of_power() {
    let disk = Model::with_fault(ADDED - 1, Fault::Fails);
    let error = to_bob(&over(&disk)).unwrap_err();
    assert!(matches!(error, OutboxError::Io { .. }), "{error}");
    for disk in disk.survivors() {
        assert!(over(&disk).entries().unwrap().is_empty());
    }
}

#[test]
fn add_says_so_when_the_message_may_be_stored() {
    let disk = Model::with_fault(ADDED - 1, Fault::Dies);
    let error = to_bob(&over(&disk)).unwrap_err();
    let OutboxError::MaybeStored { id, .. } = error else {
        panic!("{error}");
    };
    assert!(error.to_string().contains(&id.to_string()), "{error}");
    let stored = disk
        .survivors()
        .iter()
        .map(|disk| {
            let entries = over(disk).entries().unwrap();
            assert!(entries.iter().all(|entry| entry.id() == id));
            entries.len()
        })
        .sum::<usize>();
    assert!(stored > 0);
}

/// Somebody else has the outbox open then, and may have sent it.
#[test]
fn what_is_added_beside_a_run_is_not_taken_back() {
    let disk = Model::with_fault(ADDED - 1, Fault::Fails);
    let outbox = over(&disk);
    let (id, bob) = (EntryId::new(0).unwrap(), envelope(&["bob@example.org"]));
    let error = letter::Letter::write(&disk, id, &[(&bob, MESSAGE)], false).unwrap_err();
    assert!(matches!(error, OutboxError::MaybeStored { .. }), "{error}");
    assert_eq!(outbox.entry(id).unwrap().recipients().len(), 1);
}

#[test]
fn what_is_being_added_is_not_sent_yet() {
    let disk = Model::default();
    let outbox = Arc::new(over(&disk));
    let post = Arc::new(Post::default());
    disk.meanwhile("sync", {
        let (outbox, post) = (Arc::clone(&outbox), Arc::clone(&post));
        move || {
            assert_eq!(outbox.ids().unwrap().len(), 1);
            let report = outbox.run_blocking(post.as_ref(), at(0)).unwrap();
            assert!(report.entries().is_empty());
        }
    });
    to_bob(&outbox).unwrap();
    assert!(post.received().is_empty());
    let _ = outbox.run_blocking(post.as_ref(), at(0)).unwrap();
    assert_eq!(post.count("bob", MESSAGE), 1);
}

#[test]
fn a_full_disk_is_not_tried_again_at_once() {
    let outbox = over(&Model::with_fault(ADDED, Fault::Dies));
    to_bob(&outbox).unwrap();
    for (round, wait) in [(0, 300), (1, 600)] {
        let _ = outbox.run_blocking(&Post::default(), at(round)).unwrap();
        assert_eq!(outbox.next_due().unwrap(), Some(at(round + wait)));
    }
}

#[test]
fn an_entry_that_has_no_room_on_the_disk_does_not_stand_before_the_others() {
    let disk = Model::default();
    let outbox = over(&disk);
    let id = to_bob(&outbox).unwrap();
    outbox
        .add_bytes(&envelope(&["carol@example.org"]), MESSAGE)
        .unwrap();
    disk.no_room(Some(disk::temporary(&ledger::file_name(id))));
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert!(report.stopped().is_some() && post.received().is_empty());
    // It is still the first that was added, and nobody knows of an attempt.
    assert_eq!(outbox.entry(id).unwrap().recipients()[0].attempts(), 0);
    let report = outbox.run_blocking(&post, at(300)).unwrap();
    assert!(report.stopped().is_some());
    assert_eq!(post.count("carol", MESSAGE), 1);
    disk.no_room(None);
    assert!(outbox.run_blocking(&post, at(900)).unwrap().all_accepted());
    assert_eq!(post.count("bob", MESSAGE), 1);
}

#[test]
fn a_transport_that_cannot_be_used_is_not_tried_again_at_once() {
    let outbox = over(&Model::default());
    to_bob(&outbox).unwrap();
    let invalid = || Stub::new().fail(SubmitError::Invalid(crate::Error::misuse("no")));
    let report = outbox.run_blocking(&invalid(), at(0)).unwrap();
    assert!(report.stopped().is_some());
    assert_eq!(outbox.next_due().unwrap(), Some(at(300)));
    // Others do not wait for it.
    to_bob(&outbox).unwrap();
    assert_eq!(outbox.next_due().unwrap(), Some(SystemTime::UNIX_EPOCH));
}

#[test]
fn a_damaged_message_is_not_tried_again_at_once() {
    let disk = Model::default();
    let id = to_bob(&over(&disk)).unwrap();
    let mut files = disk.files();
    *files
        .get_mut(&letter::file_name(id))
        .unwrap()
        .last_mut()
        .unwrap() ^= 1;
    let outbox = over(&Model::with_files(files));
    let report = outbox.run_blocking(&Post::default(), at(0)).unwrap();
    assert_eq!(report.problems().len(), 1);
    assert_eq!(outbox.next_due().unwrap(), Some(at(300)));
}

/// Who has the copy that is damaged, or not there any more, keeps nobody from getting his.
#[test]
fn only_copies_that_are_due_are_read() {
    let disk = Model::default();
    let outbox = over(&disk);
    let (bob, carol) = (
        envelope(&["bob@example.org"]),
        envelope(&["carol@example.org"]),
    );
    let his: &[u8] = b"Subject: his\r\n\r\nhello\r\n";
    let id = outbox
        .add_copies(&[(&bob, his), (&carol, MESSAGE)])
        .unwrap();
    let post = Post::new(&[("carol", &[Answer::Defer])]);
    let _ = outbox.run_blocking(&post, at(0)).unwrap();
    let mut files = disk.files();
    let mail = files.get_mut(&letter::file_name(id)).unwrap();
    let first = mail.len() - MESSAGE.len() - his.len();
    mail[first] ^= 1;
    let outbox = over(&Model::with_files(files));
    assert!(outbox.copies(id).is_err());
    assert!(outbox.run_blocking(&post, at(300)).unwrap().all_accepted());
    assert_eq!(post.count("carol", MESSAGE), 1);
    assert_eq!(post.received().len(), 2);
}

#[test]
fn what_another_run_is_sending_is_not_waited_for() {
    let outbox = over(&Model::default());
    let id = to_bob(&outbox).unwrap();
    let claim = outbox.claim(id).unwrap();
    assert_eq!(outbox.next_due().unwrap(), None);
    drop(claim);
    assert!(outbox.next_due().unwrap().is_some());
}

#[test]
fn what_is_being_sent_is_in_doubt_for_others_only() {
    let disk = Model::default();
    let outbox = Arc::new(over(&disk));
    to_bob(&outbox).unwrap();
    let (here, elsewhere) = (Arc::clone(&outbox), disk.clone());
    // It is written down that the end of the message comes, and not yet waited for.
    disk.meanwhile("sync", move || {
        let bob = |status| vec![("bob".to_owned(), status)];
        assert_eq!(standing(&here), bob(Status::Sending));
        assert_eq!(standing(&over(&elsewhere.copy(None))), bob(Status::Unknown));
    });
    let report = outbox.run_blocking(&Post::default(), at(0)).unwrap();
    assert!(report.all_accepted());
}

#[test]
fn a_file_that_cannot_be_read_now_is_not_called_damaged() {
    const TOO_MANY_OPEN_FILES: i32 = 24;
    for name in [letter::file_name, ledger::file_name] {
        let disk = Model::default();
        let outbox = over(&disk);
        let id = to_bob(&outbox).unwrap();
        disk.unreadable(Some((name(id), TOO_MANY_OPEN_FILES)));
        let error = outbox.entry(id).unwrap_err();
        assert!(matches!(error, OutboxError::Io { .. }), "{error}");
        let problem = outbox.problems().unwrap().remove(0);
        assert!(
            problem.may_pass() && problem.file() == name(id),
            "{problem}"
        );
        let post = Post::default();
        let report = outbox.run_blocking(&post, at(0)).unwrap();
        assert!(report.problems() == [problem] && post.received().is_empty());
        assert_eq!(outbox.next_due().unwrap(), Some(at(300)));
        disk.unreadable(None);
        assert!(outbox.run_blocking(&post, at(300)).unwrap().all_accepted());
        assert_eq!(post.count("bob", MESSAGE), 1);
    }
}

#[test]
fn an_entry_that_is_taken_away_while_it_is_read_is_not_waiting() {
    let disk = Model::default();
    let outbox = Arc::new(over(&disk));
    let id = to_bob(&outbox).unwrap();
    disk.meanwhile(&ledger::file_name(id), {
        let outbox = Arc::clone(&outbox);
        move || {
            assert!(
                outbox
                    .run_blocking(&Post::default(), at(0))
                    .unwrap()
                    .all_accepted()
            );
        }
    });
    let found = outbox.entry(id);
    assert!(
        matches!(found, Err(OutboxError::NotFound { .. })),
        "{found:?}"
    );
}

#[test]
fn the_back_off_begins_at_the_attempt() {
    let mut outbox = over(&Model::default());
    let passed = AtomicU64::new(0);
    outbox.elapsed =
        Box::new(move || Duration::from_secs(passed.fetch_add(100, Ordering::Relaxed)));
    to_bob(&outbox).unwrap();
    let post = Post::new(&[("bob", &[Answer::Defer])]);
    let _ = outbox.run_blocking(&post, at(0)).unwrap();
    assert_eq!(outbox.next_due().unwrap(), Some(at(400)));
}

#[test]
fn the_back_off_for_a_server_begins_at_the_attempt() {
    let mut outbox = over(&Model::default());
    let passed = AtomicU64::new(0);
    outbox.elapsed =
        Box::new(move || Duration::from_secs(passed.fetch_add(100, Ordering::Relaxed)));
    to_bob(&outbox).unwrap();
    let gone = Stub::new().fail(SubmitError::StartTlsNotOffered);
    let _ = outbox.run_blocking(&gone, at(0)).unwrap();
    assert_eq!(outbox.next_due().unwrap(), Some(at(400)));
}

/// A clock that began in 1970, and one that was ahead for the first attempt.
#[test]
fn a_wrong_clock_does_not_decide_when_somebody_is_given_up() {
    const DAY: u64 = 24 * 60 * 60;
    for first in [SystemTime::UNIX_EPOCH, at(30_000 * DAY)] {
        let outbox = over(&Model::default());
        let id = to_bob(&outbox).unwrap();
        let post = Post::new(&[("bob", &[Answer::Defer; 100])]);
        let _ = outbox.run_blocking(&post, first).unwrap();
        let mut now = at(0);
        let status = |now| {
            let _ = outbox.run_blocking(&post, now).unwrap();
            outbox.entry(id).unwrap().recipients()[0].status()
        };
        while status(now) == Status::Waiting {
            now = outbox.next_due().unwrap().unwrap();
            assert!(now <= at(5 * DAY));
        }
        assert_eq!((status(now), now), (Status::GivenUp, at(5 * DAY)));
    }
}

#[test]
fn a_clock_that_was_ahead_holds_nothing_when_the_server_is_away() {
    const DAY: u64 = 24 * 60 * 60;
    let outbox = over(&Model::default());
    to_bob(&outbox).unwrap();
    let post = Post::new(&[("bob", &[Answer::Defer])]);
    let _ = outbox.run_blocking(&post, at(30_000 * DAY)).unwrap();
    let gone = Stub::new().fail(SubmitError::StartTlsNotOffered);
    let _ = outbox.run_blocking(&gone, at(0)).unwrap();
    let due = outbox.next_due().unwrap().unwrap();
    assert!(at(0) < due && due < at(DAY), "{due:?}");
}

/// Tells the witness nothing.
struct Silent(Stub);

impl Transport for Silent {
    fn send_copies<'a>(&'a self, copies: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a> {
        self.0.send_copies(copies)
    }

    fn send_witnessed<'a>(
        &'a self,
        copies: Vec<(&'a Envelope, &'a [u8])>,
        _: &'a dyn Witness,
    ) -> Sending<'a> {
        self.send_copies(copies)
    }
}

#[test]
fn a_transport_that_forgets_the_witness_does_not_send_for_ever() {
    let outbox = over(&Model::default());
    to_bob(&outbox).unwrap();
    let silent = Silent(Stub::new());
    for time in [0, 1_000] {
        assert!(
            outbox
                .run_blocking(&silent, at(time))
                .unwrap()
                .all_accepted()
        );
    }
    assert_eq!(silent.0.sent().len(), 1);
    assert!(outbox.entries().unwrap().is_empty());
}

#[test]
fn errors_lead_to_what_caused_them() {
    use std::error::Error as _;
    let io = || io::Error::other("no room");
    let id = to_bob(&over(&Model::default())).unwrap();
    let maybe = OutboxError::MaybeStored { id, source: io() };
    let invalid = || crate::Error::misuse("wrong");
    for (error, cause) in [
        (OutboxError::io("a file", io()), "no room".to_owned()),
        (maybe, "no room".to_owned()),
        (OutboxError::Invalid(invalid()), invalid().to_string()),
        (
            SubmitError::Invalid(invalid()).into(),
            SubmitError::Invalid(invalid()).to_string(),
        ),
    ] {
        let source = error.source().map(ToString::to_string);
        assert_eq!(source, Some(cause), "{error}");
    }
    assert!(OutboxError::NotFound { id }.source().is_none());
}
