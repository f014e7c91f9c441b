//! What docs/DEPLOYMENT.md says about Postfix: its configuration is taken from there, and started in a folder of its
//! own on free ports, beside the system's, which is left alone. Needs root, as Postfix does.
#![cfg(all(feature = "smtp", unix))]

#[path = "support/ca.rs"]
mod ca;
#[path = "support/people.rs"]
mod people;
#[path = "support/skip.rs"]
mod skip;
#[allow(dead_code)] // The tests of submission use the rest of it.
#[path = "support/smtp.rs"]
mod smtp;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use ca::Key;
use people::{ALICE, BOB, ca, mail, now, person, protector};
use smime::policy::StandardPolicy;
use smime::submit::Submitter;
use smime::{Opener, TrustAnchors};
use smtp::{Script, Server};
use tokio::net::TcpSocket;

/// Runs until it is dropped.
struct Postfix {
    folder: tempfile::TempDir,
    port: u16,
}

impl Postfix {
    /// With the configuration of the document, and this next hop.
    fn start(next_hop: SocketAddr) -> Postfix {
        // Somebody else may take the port before it does.
        (0..5)
            .find_map(|_| Postfix::start_at(free_port(), next_hop))
            .expect("every port was taken")
    }

    /// Nothing when the port is taken.
    fn start_at(port: u16, next_hop: SocketAddr) -> Option<Postfix> {
        let folder = tempfile::tempdir().unwrap();
        let document =
            fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/DEPLOYMENT.md"));
        let document = document.unwrap();
        let path = folder.path().to_str().unwrap();
        let changes = [
            ("/srv/mail-queue", path.to_owned()),
            (
                "[mx.example.org]:25",
                format!("[127.0.0.1]:{}", next_hop.port()),
            ),
            (
                "smtp_tls_security_level = encrypt",
                "smtp_tls_security_level = none".to_owned(),
            ),
            ("127.0.0.1:10025", format!("127.0.0.1:{port}")),
        ];
        fs::create_dir(folder.path().join("etc")).unwrap();
        let mut used = 0;
        for (name, block) in ["main.cf", "master.cf"]
            .iter()
            .zip(document.split("```ini\n").skip(1))
        {
            let mut block = block.split("```").next().unwrap().to_owned();
            for (from, to) in &changes {
                used += usize::from(block.contains(from));
                block = block.replace(from, to);
            }
            fs::write(folder.path().join("etc").join(name), block).unwrap();
        }
        assert_eq!(used, changes.len(), "the document has changed");
        fs::create_dir(folder.path().join("queue")).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        assert!(
            run(Command::new("chown").arg("postfix").arg(data))
                .status
                .success()
        );
        // Its processes are not root.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).unwrap();
        let postfix = Postfix { folder, port };
        let started = postfix.tool("postfix", "start");
        if !started.status.success() && postfix.log().contains("Address already in use") {
            return None;
        }
        assert!(started.status.success(), "{started:?}\n{}", postfix.log());
        postfix.until("it listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(postfix)
    }

    fn tool(&self, name: &str, argument: &str) -> Output {
        let mut command = Command::new(name);
        run(command
            .arg("-c")
            .arg(self.folder.path().join("etc"))
            .arg(argument))
    }

    /// What waits, one JSON object per line.
    fn queue(&self) -> String {
        String::from_utf8(self.tool("postqueue", "-j").stdout).unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    #[track_caller]
    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "never: {what}\n{}\n{}",
                self.queue(),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.tool("postfix", "stop");
    }
}

fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// A port that nobody has now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Says loudly why not. It is a failure where the gate has installed everything, which `SMIME_POSTFIX` says.
fn is_there() -> bool {
    let is_root = fs::metadata("/proc/self")
        .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
    let is_installed = Path::new("/usr/sbin/postfix").exists();
    if !(is_root && is_installed) {
        let why = if is_installed {
            "it must be started as root"
        } else {
            "it is not installed"
        };
        assert!(
            std::env::var_os("SMIME_POSTFIX").is_none(),
            "no Postfix: {why}"
        );
        skip::loudly(format!("the test with Postfix, because {why}"));
        return false;
    }
    true
}

#[test]
fn the_document_names_what_it_shows() {
    let document = include_str!("../docs/DEPLOYMENT.md");
    assert!(document.contains("Submitter::danger_plaintext") && document.contains("postqueue -c"));
    assert_eq!(document.matches("```ini\n").count(), 2);
}

#[test]
fn a_port_that_somebody_else_has_is_left_to_him() {
    if !is_there() {
        return;
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert!(Postfix::start_at(port, ([127, 0, 0, 1], 1).into()).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postfix_keeps_a_message_until_the_next_hop_takes_it() {
    if !is_there() {
        return;
    }
    // Nobody listens yet, and nobody else can.
    let next_hop = TcpSocket::new_v4().unwrap();
    next_hop.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let postfix = Postfix::start(next_hop.local_addr().unwrap());
    let alice = person(Key::P256, ALICE);
    // With a line that begins with a dot, a long one, and trailing spaces.
    let text = mail().replace(
        "Hello Bob\r\n",
        &format!(".Hello Bob  \r\nFrom here\r\n{}\r\n", "x".repeat(900)),
    );
    let protected = protector().sign(&alice.identity).protect(&text).unwrap();
    let submitter = Submitter::danger_plaintext("localhost").unwrap();
    let submitter = submitter.connect_to(([127, 0, 0, 1], postfix.port).into());
    let delivery = submitter.send(&protected).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");

    // Taken, tried, kept.
    postfix.until("it is deferred", || {
        postfix.queue().contains("\"deferred\"")
    });
    let queue = postfix.queue();
    assert_eq!(queue.lines().count(), 1, "{queue}");
    assert!(
        queue.contains(BOB) && queue.contains("Connection refused"),
        "{queue}"
    );

    let server = Server::start_on(next_hop.listen(16).unwrap(), Script::default());
    let flushed = postfix.tool("postqueue", "-f");
    assert!(flushed.status.success(), "{flushed:?}");
    postfix.until("the queue is empty", || postfix.queue().is_empty());
    let received = server.messages();
    let [received] = received.as_slice() else {
        panic!("{received:?}");
    };
    assert_eq!(received.recipients, [format!("<{BOB}>")]);
    assert!(
        received.from.starts_with(&format!("<{ALICE}>")),
        "{}",
        received.from
    );
    let sent = protected.message();
    assert!(
        received.bytes.ends_with(sent),
        "{}",
        String::from_utf8_lossy(&received.bytes)
    );
    let added = &received.bytes[..received.bytes.len() - sent.len()];
    let added = String::from_utf8(added.to_vec()).unwrap();
    let fields = added.lines().filter(|line| !line.starts_with(['\t', ' ']));
    let fields: Vec<&str> = fields.collect();
    assert!(
        matches!(fields.as_slice(), [only] if only.starts_with("Received: ")),
        "{added}"
    );

    let anchors = TrustAnchors::from_der(ca().certificate_der()).unwrap();
    let opener = Opener::new(&anchors).policy(StandardPolicy::at(now()));
    let opened = opener.open(&received.bytes).unwrap();
    assert!(opened.trusted().is_ok(), "{}", opened.report());
}
