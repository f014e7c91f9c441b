//! Killed at every step that changes the folder: this test program starts itself again.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::super::disk::{Disk, Source, Wait};
use super::super::folder::Folder;
use super::mail_server::{MailServer, place};
use super::*;
use crate::submit::Submitter;

const FOLDER: &str = "SMIME_TEST_OUTBOX";
const STEP: &str = "SMIME_TEST_STEP";
const SERVER: &str = "SMIME_TEST_SERVER";
const SECOND: &[u8] = b"Subject: second\r\n\r\nhello\r\n";

/// The real folder, which stands still at a step: half of it done where it has halves.
struct Stopping {
    folder: Folder,
    left: Mutex<usize>,
}

impl Stopping {
    fn step(&self, half: impl FnOnce()) {
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            half();
            println!("\nstopped");
            std::thread::park();
        }
        *left = left.saturating_sub(1);
    }
}

impl Disk for Stopping {
    fn names(&self) -> io::Result<Vec<std::ffi::OsString>> {
        self.folder.names()
    }

    fn open(&self, name: &str) -> io::Result<(Box<dyn Source>, u64)> {
        self.folder.open(name)
    }

    fn create<'a>(&'a self, name: &'a str, pieces: &[&[u8]]) -> io::Result<Wait<'a>> {
        let bytes = pieces.concat();
        self.step(|| {
            let half = &bytes[..bytes.len() / 2];
            drop(self.folder.create(name, &[half]).unwrap());
        });
        let wait = self.folder.create(name, pieces)?;
        Ok(Box::new(move || {
            self.step(|| ());
            wait()
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.step(|| ());
        self.folder.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.step(|| ());
        self.folder.remove(name)
    }

    fn sync(&self) -> io::Result<()> {
        self.step(|| ());
        self.folder.sync()
    }
}

fn submitter(address: std::net::SocketAddr) -> Submitter {
    Submitter::danger_plaintext("localhost")
        .unwrap()
        .connect_to(address)
}

/// What the other process does, saying what it was told.
#[test]
fn child() {
    let (Ok(folder), Ok(step), Ok(server)) = (
        std::env::var(FOLDER),
        std::env::var(STEP),
        std::env::var(SERVER),
    ) else {
        return;
    };
    let mut folder = Folder::make(Path::new(&folder)).unwrap();
    folder.lock().unwrap();
    let left = Mutex::new(step.parse().unwrap());
    let outbox = Outbox::over(Box::new(Stopping { folder, left }), PathBuf::new()).unwrap();
    let first = envelope(&["bob@example.org", "carol@example.org"]);
    outbox.add_bytes(&first, MESSAGE).unwrap();
    println!("\nfirst");
    let second = outbox
        .add_bytes(&envelope(&["bob@example.org", "erin@example.org"]), SECOND)
        .unwrap();
    println!("\nsecond");
    let submitter = submitter(server.parse().unwrap());
    for time in [at(0), at(1_000)] {
        assert!(
            outbox
                .run_blocking(&submitter, time)
                .unwrap()
                .stopped()
                .is_none()
        );
    }
    // Whoever acknowledges has seen it.
    println!("\nacknowledged");
    outbox.acknowledge(second).unwrap();
}

/// Goes on where the child ended, and compares the two ledgers. Gives the duplicates.
fn reconcile(folder: &Path, server: &MailServer, told: &[String], step: usize) -> usize {
    let outbox = Outbox::open(folder).unwrap();
    assert_eq!(outbox.problems().unwrap(), [], "step {step}");
    let mut decided = Vec::new();
    for entry in outbox.entries().unwrap() {
        let copies = outbox.copies(entry.id()).unwrap();
        for one in entry
            .recipients()
            .iter()
            .filter(|one| one.status() == Status::Unknown)
        {
            outbox
                .decide(entry.id(), one.mailbox(), Decision::SendAgain)
                .unwrap();
            let message = copies[one.copy()].1.clone();
            decided.push((one.mailbox().local().to_owned(), message));
        }
    }
    for time in [10_000, 30_000] {
        let report = outbox
            .run_blocking(&submitter(server.address()), at(time))
            .unwrap();
        assert!(report.stopped().is_none(), "step {step}: {report}");
    }
    let told = |what: &str| told.iter().any(|line| line == what);
    let left = standing(&outbox);
    assert!(
        left.iter()
            .all(|(_, status)| matches!(status, Status::Accepted | Status::Rejected)),
        "{left:?}"
    );
    let is_rejection_kept = left.contains(&("erin".to_owned(), Status::Rejected));
    assert!(
        is_rejection_kept || !told("second") || told("acknowledged"),
        "{left:?}"
    );
    let mut duplicates = 0;
    for (who, message, stored) in [
        ("bob", MESSAGE, "first"),
        ("carol", MESSAGE, "first"),
        ("bob", SECOND, "second"),
    ] {
        let count = server.count(who, message);
        let again = decided
            .iter()
            .filter(|(to, bytes)| to == who && bytes == message)
            .count();
        assert!(
            count >= usize::from(told(stored)),
            "step {step}: {who} has lost a message"
        );
        assert!(
            count <= 1 + again,
            "step {step}: {who} got it {count} times"
        );
        duplicates += count.saturating_sub(1);
    }
    assert_eq!(server.count("erin", SECOND), 0);
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().file_name().into_string().unwrap());
    assert!(
        names.into_iter().all(|name| !name.starts_with(".tmp")),
        "step {step}"
    );
    duplicates
}

fn start(folder: &Path, server: &MailServer, step: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "submit::outbox::tests::kills::child",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(STEP, step.to_string())
        .env(SERVER, server.address().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_every_step_that_changes_the_folder() {
    let (mut steps, mut duplicates) = (0, 0);
    for step in 0.. {
        let (place, server) = (place(), MailServer::start(None));
        let folder = place.path().join("outbox");
        let mut child = start(&folder, &server, step);
        let mut told = Vec::new();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if line == "stopped" {
                child.kill().unwrap();
                told.push(line);
                break;
            }
            told.push(line);
        }
        let status = child.wait().unwrap();
        let was_killed = told.last().is_some_and(|line| line == "stopped");
        assert_eq!(status.success(), !was_killed, "step {step}: {status}");
        duplicates += reconcile(&folder, &server, &told, step);
        if !was_killed {
            break;
        }
        steps += 1;
    }
    println!("killed at {steps} steps, {duplicates} duplicates, all decided");
    assert!(
        steps >= 38 && duplicates > 0,
        "{steps} steps, {duplicates} duplicates"
    );
}
