//! What becomes of recipients, and what people decide.

use super::*;

#[test]
fn a_rejected_recipient_is_kept_until_it_is_acknowledged() {
    let disk = Model::default();
    let outbox = over(&disk);
    let id = outbox
        .add_bytes(
            &envelope(&["bob@example.org", "carol@example.org"]),
            MESSAGE,
        )
        .unwrap();
    assert!(!outbox.entry(id).unwrap().is_settled());
    let post = Post::new(&[("bob", &[Answer::Reject])]);
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert!(!report.entries()[0].is_removed());
    // The report is lost.
    drop((report, outbox));
    let outbox = over(&disk);
    let entry = outbox.entry(id).unwrap();
    assert!(entry.is_settled());
    let bob = &entry.recipients()[0];
    assert_eq!(bob.status(), Status::Rejected);
    assert!(bob.why().contains("550 so be it"), "{}", bob.why());
    assert!(
        outbox
            .run_blocking(&post, at(999_999))
            .unwrap()
            .entries()
            .is_empty()
    );
    outbox.acknowledge(id).unwrap();
    assert_eq!(disk.files().len(), 1);
    assert!(matches!(
        outbox.acknowledge(id),
        Err(OutboxError::NotFound { .. })
    ));
}

#[test]
fn the_unknown_waits_for_a_decision_and_both_are_done() {
    for (decision, count) in [(Decision::SendAgain, 2), (Decision::ConsiderDelivered, 1)] {
        let disk = Model::default();
        let outbox = over(&disk);
        let id = outbox
            .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
            .unwrap();
        let post = Post::new(&[("bob", &[Answer::TakeInSilence])]);
        let report = outbox.run_blocking(&post, at(0)).unwrap();
        assert!(matches!(
            report.entries()[0].recipients()[0].outcome(),
            Outcome::Unknown(_)
        ));
        let outbox = over(&disk);
        for time in [1, 1_000, 10_000_000] {
            assert!(
                outbox
                    .run_blocking(&post, at(time))
                    .unwrap()
                    .entries()
                    .is_empty()
            );
        }
        assert!(matches!(
            outbox.acknowledge(id),
            Err(OutboxError::Undecided { .. })
        ));
        outbox
            .decide(id, &mailbox("Bob@EXAMPLE.org"), decision)
            .unwrap();
        let _ = outbox.run_blocking(&post, at(10_000_001)).unwrap();
        assert_eq!(post.count("bob", MESSAGE), count, "{decision:?}");
        assert_eq!(disk.files().len(), 1);
    }
}

#[test]
fn only_what_is_open_can_be_decided() {
    let outbox = over(&Model::default());
    let all = envelope(&[
        "bob@example.org",
        "carol@example.org",
        "dave@example.org",
        "erin@example.org",
    ]);
    let id = outbox.add_bytes(&all, MESSAGE).unwrap();
    let refused = |who: &str, decision| {
        let error = outbox
            .decide(id, &mailbox(&format!("{who}@example.org")), decision)
            .unwrap_err();
        assert!(
            matches!(error, OutboxError::NothingToDecide { .. }),
            "{error}"
        );
        error.to_string()
    };
    refused("bob", Decision::ConsiderDelivered);
    assert!(refused("eve", Decision::SendAgain).contains("not a recipient"));
    let post = Post::new(&[
        ("carol", &[Answer::Defer]),
        ("dave", &[Answer::Reject]),
        ("erin", &[Answer::Vanish]),
    ]);
    let _ = outbox.run_blocking(&post, at(0)).unwrap();
    for decision in [
        Decision::SendAgain,
        Decision::ConsiderDelivered,
        Decision::GiveUp,
    ] {
        assert!(refused("bob", decision).contains("accepted"));
    }
    refused("dave", Decision::GiveUp);
    outbox
        .decide(id, &mailbox("carol@example.org"), Decision::GiveUp)
        .unwrap();
    outbox
        .decide(id, &mailbox("erin@example.org"), Decision::GiveUp)
        .unwrap();
    outbox
        .decide(id, &mailbox("dave@example.org"), Decision::SendAgain)
        .unwrap();
    let _ = outbox.run_blocking(&post, at(1)).unwrap();
    assert_eq!(standing(&outbox).len(), 4);
    assert!(outbox.entry(id).unwrap().is_settled());
    assert_eq!(post.count("dave", MESSAGE), 1);
    assert_eq!(
        post.count("carol", MESSAGE) + post.count("erin", MESSAGE),
        0
    );
    outbox.acknowledge(id).unwrap();
}

/// Retried one by one, all or nothing would become some.
#[test]
fn all_or_nothing_that_failed_is_not_sent_to_the_rest() {
    let outcome = Outcome::Deferred(Cause::AllOrNothing);
    let mut standing = ledger::Standing::fresh();
    standing.settle(&outcome, false, &Retry::default(), 7);
    assert_eq!(standing.state, ledger::State::Waiting);
    standing.settle(&outcome, true, &Retry::default(), 7);
    assert_eq!(standing.state, ledger::State::GivenUp);
}

#[test]
fn who_waits_for_all_or_nothing_is_given_up_when_another_is_rejected() {
    for (reply, expected) in [(550, Status::GivenUp), (450, Status::Waiting)] {
        let outbox = over(&Model::default());
        let to = envelope(&["bob@example.org", "carol@example.org"]);
        outbox.add_bytes(&to, MESSAGE).unwrap();
        let said = Cause::Reply {
            during: "RCPT TO",
            reply: Reply::new(reply, "no"),
        };
        let for_bob = match reply {
            550 => Outcome::Rejected(said),
            _ => Outcome::Deferred(said),
        };
        let for_carol = Outcome::Deferred(Cause::AllOrNothing);
        let stub = crate::submit::Stub::new()
            .answer(&mailbox("bob@example.org"), for_bob)
            .answer(&mailbox("carol@example.org"), for_carol);
        let _ = outbox.run_blocking(&stub, at(0)).unwrap();
        assert_eq!(standing(&outbox)[1], ("carol".to_owned(), expected));
    }
}

/// What a server says stands in a file of lines and on terminals.
#[test]
fn an_answer_cannot_forge_a_line() {
    let disk = Model::default();
    let outbox = over(&disk);
    let id = outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    let text = format!(
        "no\nrecipient: accepted 0 - - x\r\n\u{202e}\u{2028}{}",
        "x".repeat(5_000)
    );
    let cause = Cause::Reply {
        during: "RCPT TO",
        reply: Reply::new(550, &text),
    };
    let stub =
        crate::submit::Stub::new().answer(&mailbox("bob@example.org"), Outcome::Rejected(cause));
    let _ = outbox.run_blocking(&stub, at(0)).unwrap();
    let entry = over(&disk).entry(id).unwrap();
    let bob = &entry.recipients()[0];
    assert_eq!(bob.status(), Status::Rejected);
    assert!(
        bob.why()
            .chars()
            .all(|c| !c.is_control() && c != '\u{202e}' && c != '\u{2028}')
    );
    assert!(bob.why().len() < 4_000);
}

#[test]
fn what_is_being_sent_is_left_alone() {
    let outbox = over(&Model::default());
    let id = outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    let claim = outbox.claim(id).unwrap();
    for error in [
        outbox.remove(id).unwrap_err(),
        outbox.acknowledge(id).unwrap_err(),
        outbox
            .decide(id, &mailbox("bob@example.org"), Decision::GiveUp)
            .unwrap_err(),
    ] {
        assert!(matches!(error, OutboxError::Busy { .. }), "{error}");
    }
    let post = Post::default();
    assert!(
        outbox
            .run_blocking(&post, at(0))
            .unwrap()
            .entries()
            .is_empty()
    );
    drop(claim);
    assert!(outbox.run_blocking(&post, at(0)).unwrap().all_accepted());
}

#[test]
fn what_cannot_be_sent_is_not_stored() {
    let disk = Model::default();
    let outbox = over(&disk);
    let bob = envelope(&["bob@example.org"]);
    for wrong in [&b""[..], b"a: b\n\nc\n", b"a: \0\r\n"] {
        let error = outbox.add_bytes(&bob, wrong).unwrap_err();
        assert!(matches!(error, OutboxError::Invalid(_)), "{error}");
    }
    let many: Vec<Mailbox> = (0..10_001)
        .map(|n| mailbox(&format!("{n}@example.org")))
        .collect();
    let add = |many: &[Mailbox]| {
        let many = Envelope::new(None, many.iter().cloned()).unwrap();
        outbox.add_bytes(&many, MESSAGE)
    };
    let error = add(&many).unwrap_err();
    assert!(error.to_string().contains("10000"), "{error}");
    assert_eq!(disk.files().len(), 1);
    let id = add(&many[1..]).unwrap();
    assert_eq!(outbox.entry(id).unwrap().recipients().len(), 10_000);
}
