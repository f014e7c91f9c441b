//! Power that goes and disks that are full, at every step.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::model::Fault;
use super::*;

/// The steps of a new outbox.
const MADE: usize = STEPS_OF_A_FILE;

const SECOND: &[u8] = b"Subject: second\r\n\r\nhello\r\n";
const COPY: &[u8] = b"Subject: the copy for dave\r\n\r\nhello\r\n";

/// What the caller was told.
#[derive(Default)]
struct Told {
    is_first_stored: bool,
    is_second_stored: bool,
    is_acknowledged: bool,
}

fn post() -> Post {
    Post::new(&[
        ("carol", &[Answer::Defer]),
        (
            "erin",
            &[
                Answer::Reject,
                Answer::Reject,
                Answer::Reject,
                Answer::Reject,
            ],
        ),
        ("frank", &[Answer::TakeInSilence]),
        ("grace", &[Answer::Vanish]),
    ])
}

const FIRST: [&str; 2] = ["bob", "carol"];
const SECONDS: [&str; 4] = ["bob", "erin", "frank", "grace"];

/// A life up to the first thing that does not work.
fn live(disk: &Model, post: &Post) -> Result<Told, (Told, OutboxError)> {
    let mut told = Told::default();
    let outbox = match Outbox::over(Box::new(disk.clone()), PathBuf::from("model")) {
        Ok(outbox) => outbox,
        Err(error) => return Err((told, error)),
    };
    let mut life = || -> Result<(), OutboxError> {
        let (first, copy) = (address_all(&FIRST), address_all(&["dave"]));
        outbox.add_copies(&[(&first, MESSAGE), (&copy, COPY)])?;
        told.is_first_stored = true;
        let second = outbox.add_bytes(&address_all(&SECONDS), SECOND)?;
        told.is_second_stored = true;
        for time in [at(0), at(1_000)] {
            let report = at_once(outbox.run(post, time))?;
            if let Some(error) = report.stopped {
                return Err(error);
            }
        }
        for who in ["frank", "grace"] {
            outbox.decide(
                second,
                &mailbox(&format!("{who}@example.org")),
                Decision::ConsiderDelivered,
            )?;
        }
        // Whoever acknowledges has seen it.
        told.is_acknowledged = true;
        outbox.acknowledge(second)
    };
    match life() {
        Ok(()) => Ok(told),
        Err(error) => Err((told, error)),
    }
}

fn address_all(who: &[&str]) -> Envelope {
    let addresses: Vec<String> = who.iter().map(|one| format!("{one}@example.org")).collect();
    envelope(&addresses.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Who was decided to get which message again.
type Decided = Vec<(String, Vec<u8>)>;

/// Goes on after a fault, deciding that whoever is unknown gets it again, up to the first thing that does not work.
fn recover(
    disk: &Model,
    post: &Post,
    decided: &mut Decided,
    begin: u64,
) -> Result<Outbox, OutboxError> {
    let outbox = Outbox::over(Box::new(disk.clone()), PathBuf::from("model"))?;
    for round in 0..2 {
        for entry in outbox.entries()? {
            let copies = outbox.copies(entry.id())?;
            for one in entry.recipients() {
                if one.status() == Status::Unknown {
                    let message = copies[one.copy()].1.clone();
                    decided.push((one.mailbox().local().to_owned(), message));
                    outbox.decide(entry.id(), one.mailbox(), Decision::SendAgain)?;
                }
            }
        }
        let report = at_once(outbox.run(post, at(begin + round * 20_000)))?;
        if let Some(error) = report.stopped {
            return Err(error);
        }
    }
    Ok(outbox)
}

/// The server in memory does not make anybody wait, so this needs no thread.
fn at_once<T>(what: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(what).poll(&mut context) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}

/// Compares what the server has at the end with what the caller was told. Gives the number of duplicates.
fn compare(outbox: &Outbox, post: &Post, told: &Told, decided: &Decided, case: &str) -> usize {
    assert_eq!(outbox.problems().unwrap(), [], "{case}");
    let left = standing(outbox);
    assert!(
        left.iter().all(|(_, status)| !matches!(
            status,
            Status::Waiting | Status::Unknown | Status::GivenUp
        )),
        "{case}: {left:?}"
    );
    let mut duplicates = 0;
    let all = FIRST.map(|who| (who, MESSAGE, told.is_first_stored));
    let copy = [("dave", COPY, told.is_first_stored)];
    let second = SECONDS.map(|who| (who, SECOND, told.is_second_stored));
    for (who, message, is_stored) in all.iter().chain(&copy).chain(&second) {
        let count = post.count(who, message);
        let his = decided
            .iter()
            .filter(|(to, bytes)| to == who && bytes == message);
        let decided = his.count();
        if *who == "erin" {
            // Whoever was rejected is known to be, also after the crash.
            let is_kept = left.contains(&("erin".to_owned(), Status::Rejected));
            assert!(
                is_kept || !is_stored || told.is_acknowledged,
                "{case}: {left:?}"
            );
        } else if *is_stored && *who != "grace" {
            assert!(count >= 1, "{case}: {who} has lost a message");
        } else if *is_stored {
            // It may have been decided by hand that grace has it.
            let got = format!("{case}: grace got it {count} times, {decided} decided");
            assert!(count >= decided.min(1), "{got}");
        }
        assert!(
            count <= 1 + decided,
            "{case}: {who} got it {count} times, {decided} decided"
        );
        duplicates += count.saturating_sub(1);
    }
    let known = [MESSAGE, COPY, SECOND];
    assert!(
        post.received()
            .iter()
            .all(|(_, bytes)| known.contains(&bytes.as_slice())),
        "{case}"
    );
    duplicates
}

/// Everything that may be left on the disk leads to the same end. Gives the ends and the duplicates.
fn all_ends(
    disk: &Model,
    post: &Post,
    told: &Told,
    (decided, begin): (&Decided, u64),
    case: &str,
) -> (usize, usize) {
    let (mut ends, mut duplicates) = (0, 0);
    for (number, disk) in disk.survivors().into_iter().enumerate() {
        let case = format!("{case}, survivor {number}");
        let (post, mut decided) = (post.copy(), decided.clone());
        let outbox = recover(&disk, &post, &mut decided, begin)
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        duplicates += compare(&outbox, &post, told, &decided, &case);
        ends += 1;
    }
    (ends, duplicates)
}

fn steps_of_a_life() -> usize {
    let whole = Model::default();
    assert!(live(&whole, &post()).is_ok());
    whole.steps()
}

/// And at a step of what comes after that: at every fourth, another one each time, or at all of them where
/// `SMIME_CRASHES` is `all`.
#[test]
fn power_that_goes_at_any_step_loses_nothing() {
    let steps = steps_of_a_life();
    assert!(steps > 50, "{steps}");
    let is_all = std::env::var("SMIME_CRASHES").is_ok_and(|which| which == "all");
    let every = if is_all { 1 } else { 4 };
    let (mut once, mut twice, mut duplicates) = (0, 0, 0);
    for step in 0..steps {
        let (disk, post) = (Model::with_fault(step, Fault::Dies), post());
        let Err((told, _)) = live(&disk, &post) else {
            panic!("step {step}");
        };
        assert!(disk.is_dead());
        let begin = (&Decided::new(), 10_000);
        let (ends, again) = all_ends(&disk, &post, &told, begin, &format!("step {step}"));
        once += ends;
        duplicates += again;
        // Or the process alone was ended, and nothing is lost yet of what was not synced.
        let lefts = disk.survivors().into_iter().chain([disk.copy(None)]);
        for (number, left) in lefts.enumerate() {
            let whole = left.copy(None);
            recover(&whole, &post.copy(), &mut Vec::new(), 10_000).unwrap();
            for second in (0..whole.steps())
                .skip((step + number) % every)
                .step_by(every)
            {
                let case = format!("step {step}, survivor {number}, step {second}");
                let disk = left.copy(Some((second, Fault::Dies)));
                let (post, mut decided) = (post.copy(), Vec::new());
                assert!(recover(&disk, &post, &mut decided, 10_000).is_err());
                assert!(disk.is_dead(), "{case}");
                let (ends, again) = all_ends(&disk, &post, &told, (&decided, 100_000), &case);
                twice += ends;
                duplicates += again;
            }
        }
    }
    println!(
        "{once} crashes at {steps} steps, {twice} more while recovering, nothing lost, {duplicates} duplicates, all decided"
    );
    assert!(duplicates > 0);
}

/// The process goes on, or the power goes after that.
#[test]
fn a_disk_that_is_full_at_any_step_loses_nothing() {
    let (mut cases, mut duplicates) = (0, 0);
    for step in 0..steps_of_a_life() {
        let (disk, post) = (Model::with_fault(step, Fault::Fails), post());
        let lived = live(&disk, &post);
        let told = match lived {
            // A left-over that could not be removed stops nobody.
            Ok(told) => told,
            Err((told, error)) => {
                assert!(
                    matches!(error, OutboxError::Io { .. }),
                    "step {step}: {error}"
                );
                told
            }
        };
        let case = format!("full at step {step}");
        let begin = (&Decided::new(), 10_000);
        let (ends, again) = all_ends(&disk, &post, &told, begin, &case);
        let mut decided = Vec::new();
        let outbox = recover(&disk, &post, &mut decided, 10_000).unwrap();
        cases += ends + 1;
        duplicates += again + compare(&outbox, &post, &told, &decided, &case);
    }
    println!("{cases} ends after a full disk, nothing lost, {duplicates} duplicates, all decided");
}

/// What could not be stored is not sent later either, so the caller may store it again.
#[test]
fn what_add_refuses_is_not_there() {
    for step in MADE..MADE + STEPS_OF_A_FILE {
        let disk = Model::with_fault(step, Fault::Fails);
        let outbox = over(&disk);
        assert_eq!(disk.steps(), MADE);
        let error = outbox
            .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
            .unwrap_err();
        assert!(matches!(error, OutboxError::Io { .. }), "{error}");
        assert!(outbox.entries().unwrap().is_empty(), "step {step}");
        outbox
            .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
            .unwrap();
        let post = Post::default();
        assert!(outbox.run_blocking(&post, at(0)).unwrap().all_accepted());
        assert_eq!(post.count("bob", MESSAGE), 1);
    }
}

#[test]
fn nothing_is_sent_while_it_cannot_be_written_down() {
    let disk = Model::with_fault(MADE + STEPS_OF_A_FILE, Fault::Dies);
    let outbox = over(&disk);
    outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert!(
        matches!(report.stopped(), Some(OutboxError::Io { .. })),
        "{report}"
    );
    assert!(matches!(
        report.entries()[0].recipients()[0].outcome(),
        Outcome::Deferred(Cause::NotRecorded { .. })
    ));
    assert!(post.received().is_empty());
}
