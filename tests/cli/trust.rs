//! `--anchors` and what goes with it: whom `smime protect` encrypts to, and whom it refuses.

use serde_json::Value;
use smime::resolver::Provenance;
use smime::{Certificate, Store};

use crate::ca::{Ca, Key, pem};
use crate::world::{World, mail};

const SERIAL: &[u8] = &[0x42];

/// `ca.pem` with `crl.pem`, which names the certificate in `certs/bob.cer`, and `none.crl`; `certs/carol.cer` of
/// an intermediate CA in `middle.pem`, which `carol.crl` says it revoked, and `certs/dave.cer` of nobody known.
fn world() -> World {
    let world = World::new();
    let (ca, evil) = (Ca::new("Mail CA"), Ca::new("Evil CA"));
    let middle = ca.intermediate("Middle CA");
    world.write("ca.pem", ca.certificate_pem());
    world.write("middle.pem", middle.certificate_pem());
    let bob = ca.certify(Key::P256, "bob@example.net").serial(SERIAL);
    world.write("certs/bob.cer", bob.issue().0);
    let carol = middle.certify(Key::P256, "carol@example.net");
    world.write("certs/carol.cer", carol.serial(SERIAL).issue().0);
    let list = middle.revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1));
    world.write("carol.crl", list.issue_pem());
    let dave = evil.leaf(Key::P256, "dave@example.net").0;
    world.write("certs/dave.cer", dave);
    let list = ca.revocation_list();
    world.write("none.crl", list.issue_pem());
    let list = ca.revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1));
    world.write("bob.crl", list.issue_pem());
    world
}

#[test]
fn with_anchors_the_folder_vouches_for_nobody() {
    let world = world();
    let to = |name: &str| mail(&format!("To: {name}@example.net\n"));
    let run = |options: &str, name: &str| {
        let arguments = format!("protect {options}");
        world.smime(&arguments, to(name).as_bytes())
    };
    let certs = "--certs certs";
    let anchored = "--certs certs --anchors ca.pem";
    run(certs, "dave").exits(0);
    let ran = run(anchored, "dave").exits(2);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.contains("dave@example.net"), "{}", ran.stderr);
    assert!(ran.stderr.contains("CN=Evil CA"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--anchors CA"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--intermediate CERT"), "{}", ran.stderr);
    run(anchored, "bob").exits(0);
    run(anchored, "carol").exits(2);
    run(&format!("{anchored} --intermediate middle.pem"), "carol").exits(0);
    // A second root.
    run("--certs certs --anchors middle.pem --anchors ca.pem", "bob").exits(0);
    // Those of --to are named by the person.
    run("--to certs/dave.cer --anchors ca.pem", "dave").exits(0);
    let ran = run(&format!("{anchored} --json"), "bob").exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let path = &report["recipients"][0]["path"];
    assert_eq!(path[1]["subject"], "CN=Mail CA");
    assert_eq!(path[0]["status"]["status"], "unknown");
}

#[test]
fn whoever_a_list_names_is_refused() {
    let world = world();
    let input = mail("To: bob@example.net\n");
    let run = |options: &str| world.smime(&format!("protect {options}"), input.as_bytes());
    for recipients in ["--certs certs", "--to certs/bob.cer"] {
        run(&format!("{recipients} --anchors ca.pem --crl none.crl")).exits(0);
        let ran = run(&format!("{recipients} --anchors ca.pem --crl bob.crl")).exits(2);
        assert!(ran.stdout.is_empty());
        assert!(
            ran.stderr.contains("was revoked on 2026-01-01"),
            "{}",
            ran.stderr
        );
        let ignored = "--anchors ca.pem --crl bob.crl --revocation none --to certs/bob.cer";
        run(ignored).exits(0);
    }
    let hard = "--certs certs --anchors ca.pem --revocation hard";
    let ran = run(hard).exits(2);
    for option in ["--crl FILE", "--ocsp FILE", "--revocation soft"] {
        assert!(ran.stderr.contains(option), "{}", ran.stderr);
    }
    run(&format!("{hard} --crl none.crl")).exits(0);
    let ran = run("--to certs/bob.cer --anchors ca.pem --ocsp ca.pem").exits(2);
    assert!(ran.stderr.starts_with("smime: ca.pem: "), "{}", ran.stderr);
    // Without a root these options would do nothing.
    for option in [
        "--crl none.crl",
        "--ocsp x",
        "--intermediate x",
        "--revocation hard",
    ] {
        let ran = run(&format!("--to certs/bob.cer {option}")).exits(64);
        assert!(ran.stderr.contains("--anchors"), "{}", ran.stderr);
    }
}

#[test]
fn open_says_what_an_unknown_status_means() {
    let world = World::new();
    let sign = "protect --sign alice.p12 --password-file password.txt";
    let signed = world
        .smime(sign, mail("To: bob@example.net\n").as_bytes())
        .exits(0)
        .stdout;
    let open = |options: &str| world.smime(&format!("open --trust ca.pem {options}"), &signed);
    let ran = open("").exits(0);
    assert!(ran.stderr.contains("--crl FILE"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--revocation soft"), "{}", ran.stderr);
    open("--revocation soft").exits(0);
    let ran = open("--revocation hard").exits(1);
    for option in ["--crl FILE", "--ocsp FILE", "--revocation soft"] {
        assert!(ran.stderr.contains(option), "{}", ran.stderr);
    }
    let ran = open("--ocsp password.txt").exits(2);
    assert!(
        ran.stderr.starts_with("smime: password.txt: "),
        "{}",
        ran.stderr
    );
    open("--revocation maybe").exits(64);
}

/// Alice signed `in.eml` by `alice.id.pem` below `ca.pem`; `good.ors` and `revoked.ors` (PEM) are about her, `alice.crl`
/// revokes her.
fn alice() -> World {
    let world = World::new();
    let ca = Ca::new("Mail CA");
    let (alice, key) = ca
        .certify(Key::P256, "alice@example.org")
        .serial(SERIAL)
        .issue();
    world.write("ca.pem", ca.certificate_pem());
    world.write("alice.cer", &alice);
    let identity = pem("PRIVATE KEY", &key) + &pem("CERTIFICATE", &alice);
    world.write("alice.id.pem", identity);
    world.write("good.ors", ca.ocsp_response().good(&alice).issue());
    let revoked = ca.ocsp_response();
    let revoked = revoked.revoked(&alice, "260101000000Z", Some(1)).issue();
    world.write("revoked.ors", pem("OCSP RESPONSE", &revoked));
    let list = ca.revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1));
    world.write("alice.crl", list.issue());
    let input = mail("To: bob@example.net\n");
    let sign = "protect --sign alice.id.pem -o in.eml";
    world.smime(sign, input.as_bytes()).exits(0);
    world
}

#[test]
fn open_looks_at_responses_unless_nobody_is_to_ask() {
    let world = alice();
    let open =
        |options: &str| world.smime(&format!("open --trust ca.pem -i in.eml {options}"), b"");
    let ran = open("--ocsp good.ors --revocation hard").exits(0);
    let told = "not revoked, says the OCSP response of 2025-01-01";
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(told), "{said}");
    assert!(!said.contains("--ocsp FILE"), "{said}");
    let revoked = [
        "--ocsp revoked.ors",
        "--crl alice.crl",
        "--ocsp good.ors --ocsp revoked.ors",
    ];
    for options in revoked {
        let ran = open(options).exits(1);
        assert!(
            ran.stderr.contains("revoked on 2026-01-01"),
            "{}",
            ran.stderr
        );
        let ran = open(&format!("{options} --revocation none --json")).exits(0);
        let report: Value = serde_json::from_str(&ran.stderr).unwrap();
        let signer = &report["layers"][0]["signers"][0];
        assert_eq!(signer["path"][0]["status"]["status"], "not-asked");
        let checks = signer["checks"].as_array().unwrap().iter();
        let asked: Vec<&Value> = checks.filter(|c| c["aspect"] == "revocation").collect();
        assert_eq!(asked.len(), 1, "{signer}");
        assert_eq!(asked[0]["outcome"], "note");
    }
}

#[test]
fn protect_looks_at_responses() {
    let world = alice();
    let input = "From: bob@example.net\nTo: alice@example.org\n\nHello\n";
    std::fs::copy(world.path("alice.cer"), world.path("certs/alice.cer")).unwrap();
    let run = |options: &str| {
        let arguments = format!("protect --certs certs --anchors ca.pem {options}");
        world.smime(&arguments, input.as_bytes())
    };
    let ran = run("--ocsp good.ors --revocation hard --json").exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let status = &report["recipients"][0]["path"][0]["status"];
    assert_eq!(status["status"], "good");
    assert_eq!(status["source"], "ocsp");
    let ran = run("--ocsp revoked.ors").exits(2);
    assert!(ran.stdout.is_empty());
    assert!(
        ran.stderr.contains("revoked on 2026-01-01"),
        "{}",
        ran.stderr
    );
    run("--ocsp revoked.ors --revocation none").exits(0);
    // Nothing is fetched for whom one writes to.
    let ran = run("--revocation hard").exits(2);
    assert!(ran.stderr.contains("--ocsp FILE"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--fetch"), "{}", ran.stderr);
}

/// The authority between is missing: nobody knows that the list counts.
#[test]
fn what_a_list_cannot_say_is_told() {
    let world = world();
    let input = mail("To: carol@example.net\n");
    let run = |options: &str| {
        let arguments = format!("protect --to certs/carol.cer --anchors ca.pem {options}");
        world.smime(&arguments, input.as_bytes())
    };
    let ran = run("--crl carol.crl").exits(0);
    assert!(
        ran.stderr.contains("note: certificate of CN=carol"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("was revoked is not known"),
        "{}",
        ran.stderr
    );
    for options in ["--crl carol.crl --revocation hard", "--revocation hard"] {
        let ran = run(options).exits(2);
        assert!(ran.stdout.is_empty());
        for option in ["--intermediate CERT", "--crl FILE", "--revocation soft"] {
            assert!(ran.stderr.contains(option), "{}", ran.stderr);
        }
    }
    let ran = run("--crl carol.crl --intermediate middle.pem").exits(2);
    assert!(
        ran.stderr.contains("was revoked on 2026-01-01"),
        "{}",
        ran.stderr
    );
}

/// Learned from a mail and not pinned.
#[test]
fn a_candidate_of_the_store_needs_a_root() {
    let world = world();
    let store = Store::options().create(world.path("store")).unwrap();
    let bob = std::fs::read(world.path("certs/bob.cer")).unwrap();
    let bob = Certificate::from_bytes(&bob).unwrap();
    store.add_certificate(&bob, Provenance::Candidate).unwrap();
    let input = mail("To: bob@example.net\n");
    let run = |options: &str| {
        let arguments = format!("protect --store store --encrypt-to-recipients {options}");
        world.smime(&arguments, input.as_bytes())
    };
    let ran = run("").exits(2);
    assert!(ran.stderr.contains("--anchors CA"), "{}", ran.stderr);
    run("--anchors ca.pem").exits(0);
}
