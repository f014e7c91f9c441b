//! Power that goes and disks that are full, at every step.

use super::model::Fault;
use super::*;

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
            let report = outbox.run_blocking(post, time)?;
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

/// Goes on after the fault, deciding that whoever is unknown gets it again, and compares what the server has with
/// what the caller was told. Gives the number of duplicates.
fn reconcile(outbox: &Outbox, post: &Post, told: &Told, case: &str) -> usize {
    let mut again = Vec::new();
    assert_eq!(outbox.problems().unwrap(), [], "{case}");
    for round in 0..4 {
        for entry in outbox.entries().unwrap() {
            for one in entry.recipients() {
                if one.status() == Status::Unknown {
                    outbox
                        .decide(entry.id(), one.mailbox(), Decision::SendAgain)
                        .unwrap();
                    again.push(one.mailbox().local().to_owned());
                }
            }
        }
        let report = outbox
            .run_blocking(post, at(10_000 + round * 20_000))
            .unwrap();
        assert!(report.stopped.is_none(), "{case}");
    }
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
        let decided = again.iter().filter(|one| one == who).count();
        if *who == "erin" {
            // Whoever was rejected is known to be, also after the crash.
            let is_kept = left.contains(&("erin".to_owned(), Status::Rejected));
            assert!(
                is_kept || !is_stored || told.is_acknowledged,
                "{case}: {left:?}"
            );
        } else if *is_stored && !(told.is_acknowledged && *who == "grace") {
            // In the whole life it was decided that grace has it.
            let decided_by_hand = *who == "grace" && count == 0;
            assert!(
                count >= 1 || decided_by_hand,
                "{case}: {who} has lost a message"
            );
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

#[test]
fn power_that_goes_at_any_step_loses_nothing() {
    let whole = Model::default();
    assert!(live(&whole, &post()).is_ok());
    let steps = whole.steps();
    assert!(steps > 40, "{steps}");
    let (mut cases, mut duplicates) = (0, 0);
    for step in 0..steps {
        let survivors = {
            let disk = Model::with_fault(step, Fault::Dies);
            assert!(live(&disk, &post()).is_err());
            assert!(disk.is_dead());
            disk.survivors().len()
        };
        for kept in 0..survivors {
            let (disk, post) = (Model::with_fault(step, Fault::Dies), post());
            let Err((told, _)) = live(&disk, &post) else {
                panic!("step {step}");
            };
            // Names are random, so that a file of another life cannot be compared; changes can.
            let disk = disk.survivors().swap_remove(kept);
            let outbox = over(&disk);
            duplicates += reconcile(
                &outbox,
                &post,
                &told,
                &format!("step {step}, changes {kept:b}"),
            );
            cases += 1;
        }
    }
    println!("{cases} crashes at {steps} steps, {duplicates} duplicates, all decided");
    assert!(duplicates > 0);
}

/// The process goes on.
#[test]
fn a_disk_that_is_full_at_any_step_loses_nothing() {
    let whole = Model::default();
    assert!(live(&whole, &post()).is_ok());
    for step in 0..whole.steps() {
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
        reconcile(&over(&disk), &post, &told, &case);
    }
}

/// What could not be stored is not sent later either, so the caller may store it again.
#[test]
fn what_add_refuses_is_not_there() {
    for step in 3..6 {
        let disk = Model::with_fault(step, Fault::Fails);
        let outbox = over(&disk);
        assert_eq!(disk.steps(), 3);
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
    let disk = Model::with_fault(6, Fault::Dies);
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
