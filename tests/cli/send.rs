//! `smime send` against a scripted server.

use std::path::PathBuf;

use serde_json::Value;

use crate::mail_server::{self, PASSWORD, USER};
use crate::openssl;
use crate::smtp::{Received, Script, Server};
use crate::world::{Ran, World, mail};

const PROTECT: &str = "--sign alice.p12 --password-file password.txt --certs certs";

/// A world with a server in it.
struct Scene {
    world: World,
    server: Server,
    root: PathBuf,
}

impl Scene {
    async fn new(script: Script) -> Scene {
        let world = World::new();
        world.write("smtp.txt", PASSWORD);
        let (server, root) = mail_server::start(script, world.folder()).await;
        Scene {
            world,
            server,
            root,
        }
    }

    /// Runs `smime send` with these options beside those of server and protection.
    async fn send(&self, options: &str, input: &str) -> Ran {
        let arguments = format!(
            "send --server {} --ca {} --user {USER} --smtp-password-file smtp.txt {PROTECT} {options}",
            self.server.address(),
            self.root.display(),
        );
        tokio::task::block_in_place(|| self.world.smime(&arguments, input.as_bytes()))
    }

    fn received(&self) -> Vec<Received> {
        self.server.messages()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_every_copy_to_its_readers() {
    let scene = Scene::new(mail_server::script()).await;
    let input = mail("To: bob@example.net\nCc: carol@example.net\nBcc: dave@example.net\n");
    let ran = scene.send("-o sent.eml", &input).await.exits(0);
    assert!(
        ran.stderr.contains("dave@example.net: accepted: 250"),
        "{}",
        ran.stderr
    );

    let received = scene.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].recipients.len(), 2);
    assert!(received[1].recipients[0].contains("<dave@example.net>"));
    assert_eq!(received[0].user.as_deref(), Some(USER));
    assert!(
        received
            .iter()
            .all(|one| one.tls && one.from.contains("<alice@example.org>"))
    );
    assert_eq!(
        std::fs::read(scene.world.path("sent.eml")).unwrap(),
        received[0].bytes
    );
    for copy in &received {
        assert!(!String::from_utf8_lossy(&copy.bytes).contains("dave@"));
    }

    if openssl::is_there() {
        let read = |name: &str, copy: &Received| {
            let inside = scene.world.decrypted(name, &copy.bytes)?;
            scene.world.verified(&inside)
        };
        assert!(read("bob", &received[0]).unwrap().contains("Dear Bob,"));
        assert!(read("carol", &received[0]).unwrap().contains("Dear Bob,"));
        assert!(read("dave", &received[1]).unwrap().contains("Dear Bob,"));
        assert!(read("dave", &received[0]).is_err());
        assert!(read("bob", &received[1]).is_err());
    }
}

/// Alice reads the first copy, which goes to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn copies_have_the_same_number_in_the_report_and_in_the_files() {
    let scene = Scene::new(mail_server::script()).await;
    let alice = std::fs::read(scene.world.path("alice.pem")).unwrap();
    scene.world.write("certs/alice.pem", alice);
    let input = mail("Bcc: carol@example.net, dave@example.net\n");
    let ran = scene.send("--json -o sent.eml", &input).await.exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let numbers = |list: &Value, address: &str| -> Vec<(String, u64)> {
        let entry = |one: &Value| {
            let who = one[address].as_str().unwrap().to_owned();
            (who, one["copy"].as_u64().unwrap())
        };
        list.as_array().unwrap().iter().map(entry).collect()
    };
    let sent = numbers(&report["delivery"], "recipient");
    let expected = [("carol@example.net", 1), ("dave@example.net", 2)];
    assert_eq!(sent, expected.map(|(who, copy)| (who.to_owned(), copy)));
    let readers = numbers(&report["protected"]["recipients"], "address");
    assert!(sent.iter().all(|one| readers.contains(one)), "{readers:?}");

    let received = scene.received();
    for (name, received) in ["sent.2.eml", "sent.3.eml"].iter().zip(&received) {
        assert_eq!(
            std::fs::read(scene.world.path(name)).unwrap(),
            received.bytes
        );
    }
    let first = std::fs::read(scene.world.path("sent.eml")).unwrap();
    assert!(received.iter().all(|received| received.bytes != first));

    // There is one stdout.
    let ran = scene.send("-o -", &input).await.exits(0);
    let beginnings = String::from_utf8_lossy(&ran.stdout)
        .matches("MIME-Version: 1.0")
        .count();
    assert_eq!(beginnings, 1);
    assert!(!scene.world.path("-.2").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn starttls_works_and_is_never_left_out() {
    let offers = ["STARTTLS", "AUTH PLAIN"];
    let scene = Scene::new(Script::offering(&offers).account(USER, PASSWORD)).await;
    let input = mail("To: bob@example.net\n");
    scene.send("--starttls", &input).await.exits(0);
    assert!(scene.received()[0].tls);

    // The greeting of a server without TLS.
    let world = &scene.world;
    let plain = Server::start(Script::offering(&["AUTH PLAIN"]).account(USER, PASSWORD)).await;
    let arguments = format!(
        "send --server {} --starttls --user {USER} --smtp-password-file smtp.txt {PROTECT}",
        plain.address()
    );
    let ran = tokio::task::block_in_place(|| world.smime(&arguments, input.as_bytes())).exits(2);
    assert!(ran.stderr.contains("STARTTLS"), "{}", ran.stderr);
    assert!(plain.messages().is_empty());
    assert!(
        !plain
            .commands()
            .iter()
            .any(|command| command.starts_with("AUTH"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_1_and_all_refused_is_2() {
    let refusing = mail_server::script().say("RCPT TO:<bob@", "550 5.1.1 no such user");
    let scene = Scene::new(refusing).await;
    let both = mail("To: bob@example.net, carol@example.net\n");
    let ran = scene.send("--json", &both).await.exits(1);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(report["delivery"][0]["outcome"], "rejected");
    assert_eq!(report["delivery"][0]["code"], 550);
    assert_eq!(report["delivery"][1]["outcome"], "accepted");
    assert_eq!(scene.received().len(), 1);

    let ran = scene
        .send("", &mail("To: bob@example.net\n"))
        .await
        .exits(2);
    assert!(
        ran.stderr.contains("bob@example.net: rejected"),
        "{}",
        ran.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_when_anything_is_wrong_before() {
    let scene = Scene::new(mail_server::script()).await;
    scene
        .send("", &mail("To: eve@example.net\n"))
        .await
        .exits(2);
    scene.send("", &mail("")).await.exits(2);
    let bare = "Content-Type: text/plain\n\nhi\n";
    let arguments = format!(
        "send --server {} --ca {} --to bob.pem",
        scene.server.address(),
        scene.root.display()
    );
    let ran = tokio::task::block_in_place(|| scene.world.smime(&arguments, bare.as_bytes()));
    let ran = ran.exits(2);
    assert!(ran.stderr.contains("no From"), "{}", ran.stderr);
    scene
        .send("-o nowhere/sent.eml", &mail("To: bob@example.net\n"))
        .await
        .exits(2);
    assert_eq!(scene.server.connections(), 0);

    scene.world.write("smtp.txt", "wrong");
    let ran = scene
        .send("-o sent.eml", &mail("To: bob@example.net\n"))
        .await
        .exits(2);
    assert!(ran.stderr.contains("user and password"), "{}", ran.stderr);
    assert!(!scene.world.path("sent.eml").exists());
    assert!(scene.received().is_empty());
}
