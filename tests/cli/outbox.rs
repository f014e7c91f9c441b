//! `smime send --outbox` and `smime outbox`.

use std::path::PathBuf;

use serde_json::Value;

use crate::mail_server::{self, PASSWORD, USER};
use crate::smtp::{Act, Script, Server};
use crate::world::{Ran, World, mail};

const TO_BOB: &str = "To: bob@example.net\n";

/// Runs against one server after the other.
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

    /// Another server in place of this one, with a certificate of its own.
    async fn now(&mut self, script: Script) {
        (self.server, self.root) = mail_server::start(script, self.world.folder()).await;
    }

    fn server(&self) -> String {
        let (address, root) = (self.server.address(), self.root.display());
        format!("--server {address} --ca {root} --user {USER} --smtp-password-file smtp.txt")
    }

    fn run(&self, arguments: &str, input: &str) -> Ran {
        tokio::task::block_in_place(|| self.world.smime(arguments, input.as_bytes()))
    }

    fn send(&self, options: &str, recipients: &str) -> Ran {
        let protect = "--sign alice.p12 --password-file password.txt --certs certs --outbox box";
        let arguments = format!("send {} {protect} {options}", self.server());
        self.run(&arguments, &mail(recipients))
    }

    fn send_due(&self, options: &str) -> Ran {
        self.run(
            &format!("outbox send --dir box {} {options}", self.server()),
            "",
        )
    }

    fn list(&self) -> Value {
        let ran = self.run("outbox list --dir box --json", "").exits(0);
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    fn first_entry(&self) -> String {
        self.list()[0]["entry"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_sent_is_kept_and_sent_later() {
    let mut scene = Scene::new(mail_server::script().say("(greeting)", "554 5.3.2 no")).await;
    let ran = scene
        .send("", "To: bob@example.net\nBcc: dave@example.net\n")
        .exits(1);
    assert!(ran.stderr.contains("554 5.3.2 no"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("do not send it again"),
        "{}",
        ran.stderr
    );
    let list = scene.list();
    assert_eq!(list[0]["recipients"].as_array().unwrap().len(), 2);
    assert_eq!(list[0]["recipients"][0]["status"], "waiting");
    let ran = scene.run("outbox list --dir box", "").exits(0);
    let shown = String::from_utf8(ran.stdout).unwrap();
    assert!(shown.contains("  dave@example.net: waiting\n"), "{shown}");

    scene.send_due("").exits(2);
    scene.now(mail_server::script()).await;
    let ran = scene.send_due("--json").exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(report["entries"][0]["in_outbox"], false);
    assert_eq!(report["entries"][0]["delivery"][1]["outcome"], "accepted");
    let received = scene.server.messages();
    assert_eq!(received.len(), 2);
    assert!(
        received
            .iter()
            .all(|one| !String::from_utf8_lossy(&one.bytes).contains("Dear Bob"))
    );
    assert_eq!(scene.list().as_array().unwrap().len(), 0);
    let ran = scene.send_due("").exits(0);
    assert!(ran.stderr.contains("nothing is due"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_at_once_and_only_what_was_given() {
    let mut scene = Scene::new(mail_server::script().say("MAIL FROM", "451 4.3.0 later")).await;
    scene.send("", TO_BOB).exits(1);
    scene.now(mail_server::script()).await;
    let ran = scene.send("--json -o sent.eml", TO_BOB).exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(report["in_outbox"], false);
    assert_eq!(report["delivery"][0]["recipient"], "bob@example.net");
    assert_eq!(scene.server.messages().len(), 1);
    let kept = std::fs::read(scene.world.path("sent.eml")).unwrap();
    assert_eq!(scene.server.messages()[0].bytes, kept);
    // The other one is not due yet.
    scene.send_due("").exits(0);
    let list = scene.list();
    assert_eq!(list[0]["recipients"][0]["attempts"], 1);
    assert!(list[0]["recipients"][0]["due"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_decides_and_removes() {
    let script = mail_server::script()
        .say("RCPT TO:<carol@", "550 5.1.1 no such user")
        .on("(dot)", Act::Close);
    let mut scene = Scene::new(script).await;
    let both = "To: bob@example.net, carol@example.net\n";
    scene.send("", both).exits(1);
    let entry = scene.first_entry();
    let list = scene.list();
    assert_eq!(list[0]["recipients"][0]["status"], "unknown");
    assert_eq!(list[0]["recipients"][1]["status"], "rejected");
    let ran = scene
        .run(&format!("outbox remove --dir box {entry}"), "")
        .exits(2);
    assert!(ran.stderr.contains("--unsent"), "{}", ran.stderr);
    scene.now(mail_server::script()).await;
    scene.send_due("").exits(0);
    assert!(scene.server.messages().is_empty());

    let decide = |rest: &str| format!("outbox decide --dir box {entry} {rest}");
    let ran = scene
        .run(&decide("carol@example.net delivered"), "")
        .exits(2);
    assert!(ran.stderr.contains("rejected it"), "{}", ran.stderr);
    scene.run(&decide("bob@example.net again"), "").exits(64);
    scene
        .run(&decide("bob@example.net send-again"), "")
        .exits(0);
    scene.send_due("").exits(0);
    assert_eq!(scene.server.messages().len(), 1);
    // Carol's rejection is there until somebody has seen it.
    assert_eq!(scene.first_entry(), entry);
    scene
        .run(&format!("outbox remove --dir box {entry}"), "")
        .exits(0);
    assert_eq!(scene.list().as_array().unwrap().len(), 0);
    scene.run("outbox remove --dir box ../../etc", "").exits(64);

    scene
        .now(mail_server::script().on("(dot)", Act::Close))
        .await;
    scene.send("", TO_BOB).exits(1);
    let entry = scene.first_entry();
    let ran = scene.run(
        &format!("outbox decide --dir box {entry} bob@example.net delivered"),
        "",
    );
    assert!(
        String::from_utf8(ran.exits(0).stdout)
            .unwrap()
            .contains("removed")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_and_only_in_its_own_folder() {
    let scene = Scene::new(mail_server::script()).await;
    let ran = scene.run("outbox list --dir box", "").exits(2);
    assert!(ran.stderr.contains("no such folder"), "{}", ran.stderr);
    assert!(!scene.world.path("box").exists());
    let ran = scene.run("outbox list --dir certs", "").exits(2);
    assert!(ran.stderr.contains("holds other files"), "{}", ran.stderr);
    assert!(!scene.world.path("certs/lock").exists());
    std::fs::create_dir(scene.world.path("empty")).unwrap();
    scene.run("outbox list --dir empty", "").exits(2);
    let names = std::fs::read_dir(scene.world.path("empty")).unwrap();
    assert_eq!(names.count(), 0);
    let outbox = smime::submit::Outbox::open(scene.world.path("box")).unwrap();
    let ran = scene.run("outbox list --dir box", "").exits(2);
    assert!(ran.stderr.contains("open already"), "{}", ran.stderr);
    // It is stored all the same, for the next run of whoever sends.
    let ran = scene.send("", TO_BOB).exits(1);
    assert!(ran.stderr.contains("open already"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("do not send it again"),
        "{}",
        ran.stderr
    );
    assert_eq!(scene.server.connections(), 0);
    assert_eq!(outbox.entries().unwrap().len(), 1);
    drop(outbox);
    scene.send_due("").exits(0);
    assert_eq!(scene.server.messages().len(), 1);
    scene
        .world
        .write("box/0000002a-9f86d081884c7d65.mail", "broken");
    let ran = scene.send("", TO_BOB).exits(0);
    assert!(!ran.stderr.contains("0000002a"), "{}", ran.stderr);
    let ran = scene.send_due("").exits(2);
    assert!(
        ran.stderr.contains("0000002a-9f86d081884c7d65.mail"),
        "{}",
        ran.stderr
    );
    let ran = scene
        .run(
            "outbox remove --dir box --unsent 0000002a-9f86d081884c7d65",
            "",
        )
        .exits(0);
    assert!(ran.stderr.contains("warning"), "{}", ran.stderr);
    scene.send_due("").exits(0);
}
