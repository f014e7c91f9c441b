//! Killed with SIGKILL at every step of the dialogue: this test program starts itself again.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use smime::submit::Outbox;
use smime::submit::outbox::{Decision, OutboxError, Status};

use super::*;
use crate::mail_server::{STEPS, place};
use crate::people::mailbox;

const FOLDER: &str = "SMIME_TEST_OUTBOX";
const SERVER: &str = "SMIME_TEST_SERVER";

/// For the steps in the middle of it so large that its end cannot be on the way before the server has read much of it.
fn message(step: &str) -> Vec<u8> {
    let count = match step {
        "message" | "half" => 200,
        _ => 2,
    };
    let line = ".".repeat(70_000) + "\r\n";
    format!("Subject: large\r\n\r\n{}", line.repeat(count)).into_bytes()
}

/// What the other process does until it is killed.
#[test]
fn child() {
    let (Ok(folder), Ok(server)) = (std::env::var(FOLDER), std::env::var(SERVER)) else {
        return;
    };
    let outbox = Outbox::open(folder).unwrap();
    let report = outbox.run_blocking(&submitter(server.parse().unwrap()), at(0));
    panic!("it was not killed: {report:?}");
}

fn start(folder: &Path, server: &MailServer) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::child"])
        .env(FOLDER, folder)
        .env(SERVER, server.address().to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_every_step_of_the_dialogue() {
    let mut duplicates = 0;
    for step in STEPS {
        let message = message(step);
        let (place, server) = (place(), MailServer::start(Some(step)));
        let folder = place.path().join("outbox");
        let outbox = Outbox::open(&folder).unwrap();
        let to = ["bob@example.org", "carol@example.org", "erin@example.org"];
        let id = outbox.add_bytes(&envelope(&to), &message).unwrap();
        drop(outbox);
        let mut child = start(&folder, &server);
        server.wait();
        let locked = Outbox::open(&folder).unwrap_err();
        assert!(matches!(locked, OutboxError::Locked { .. }), "{locked}");
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "{step}: {status}");

        let outbox = Outbox::open(&folder).unwrap();
        let entry = outbox.entry(id).unwrap();
        let statuses: Vec<Status> = entry.recipients().iter().map(|one| one.status()).collect();
        let expected = match step {
            "dot, lost" | "dot, taken" => [Status::Unknown, Status::Waiting, Status::Waiting],
            "QUIT" => [Status::Accepted, Status::Waiting, Status::Rejected],
            _ => [Status::Waiting; 3],
        };
        assert_eq!(statuses, expected, "{step}");
        // Nothing is sent to whom it may have reached, until somebody says so.
        for time in [1_000, 2_000] {
            let report = outbox
                .run_blocking(&submitter(server.address()), at(time))
                .unwrap();
            assert!(report.stopped().is_none(), "{step}: {report}");
        }
        let taken = usize::from(step != "dot, lost");
        assert_eq!(server.count("bob", &message), taken, "{step}");
        if statuses[0] == Status::Unknown {
            outbox
                .decide(id, &mailbox("bob@example.org"), Decision::SendAgain)
                .unwrap();
            let _ = outbox
                .run_blocking(&submitter(server.address()), at(3_000))
                .unwrap();
            duplicates += taken;
            assert_eq!(server.count("bob", &message), taken + 1, "{step}");
        }
        assert_eq!(server.count("carol", &message), 1, "{step}");
        assert_eq!(server.count("erin", &message), 0, "{step}");
        let entry = outbox.entry(id).unwrap();
        assert_eq!(entry.recipients()[2].status(), Status::Rejected, "{step}");
        outbox.acknowledge(id).unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3, "{step}");
    }
    println!(
        "killed at {} steps, {duplicates} duplicate, decided",
        STEPS.len()
    );
    assert_eq!(duplicates, 1);
}
