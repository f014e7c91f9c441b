//! What `smime protect` refuses, with which words and which exit status.

use serde_json::Value;

use crate::world::{World, mail};

#[test]
fn wrong_usage_is_64() {
    let world = World::new();
    for arguments in [
        "",
        "protect",
        "protect --digest md5 --sign alice.p12",
        "protect --password-env A --password-env B --sign alice.p12",
        "send --to certs/bob.cer",
        "send --server localhost",
        "open --at tomorrow",
        "inspect",
    ] {
        let ran = world.smime(arguments, b"").exits(64);
        assert!(!ran.stderr.is_empty());
    }
    world.smime("--help", b"").exits(0);
    world.smime("protect --help", b"").exits(0);
}

#[test]
fn a_wrong_password_names_the_file() {
    let world = World::new();
    world.write("wrong.txt", "not it\n");
    let input = mail("To: bob@example.net\n");
    let arguments = "protect --sign alice.p12 --password-file wrong.txt";
    let ran = world.smime(arguments, input.as_bytes()).exits(2);
    assert!(
        ran.stderr.contains("alice.p12: wrong password"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("not it"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());

    let ran = world
        .smime("protect --sign alice.p12", input.as_bytes())
        .exits(2);
    assert!(ran.stderr.contains("--password-file"), "{}", ran.stderr);
}

#[test]
fn missing_and_broken_files_are_named() {
    let world = World::new();
    world.write("broken.cer", b"not a certificate");
    let input = mail("To: bob@example.net\n");
    for (arguments, named) in [
        ("protect --to nobody.cer", "nobody.cer"),
        ("protect --to broken.cer", "broken.cer"),
        ("protect --certs nowhere", "nowhere"),
        (
            "protect --to certs/bob.cer --anchors broken.cer",
            "broken.cer",
        ),
        (
            "protect --sign alice.p12 --password-file nothing.txt",
            "nothing.txt",
        ),
        (
            "protect --sign alice.p12 --password-env SMIME_TEST_NOT_SET",
            "SMIME_TEST_NOT_SET",
        ),
        ("protect --to certs/bob.cer -i nothing.eml", "nothing.eml"),
        (
            "protect --to certs/bob.cer -o nowhere/out.eml",
            "nowhere/out.eml",
        ),
    ] {
        let ran = world.smime(arguments, input.as_bytes()).exits(2);
        assert!(ran.stderr.contains(named), "{arguments}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn every_address_without_certificate_is_named_and_nothing_is_written() {
    let world = World::new();
    let input = mail("To: bob@example.net, eve@example.net\nCc: frank@example.net\n");
    let ran = world
        .smime("protect --certs certs -o out.eml", input.as_bytes())
        .exits(2);
    for address in ["eve@example.net", "frank@example.net"] {
        assert!(ran.stderr.contains(address), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("bob@example.net"), "{}", ran.stderr);
    assert!(!world.path("out.eml").exists());

    let ran = world
        .smime("protect --certs certs --json", input.as_bytes())
        .exits(2);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let named: Vec<&str> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["address"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["eve@example.net", "frank@example.net"]);
}

#[test]
fn addresses_are_compared_unless_told_otherwise() {
    let world = World::new();
    let input = mail("To: bob@example.net\n").replace("alice@", "mallory@");
    let ran = world
        .smime("protect --sign alice.pem", input.as_bytes())
        .exits(2);
    assert!(ran.stderr.contains("mallory@example.org"), "{}", ran.stderr);
    let ignoring = "protect --sign alice.pem --danger-ignore-addresses";
    world.smime(ignoring, input.as_bytes()).exits(0);
}

#[test]
fn bcc_with_encryption_leads_to_send() {
    let world = World::new();
    let mut input = mail("To: bob@example.net\nBcc: dave@example.net\n");
    let ran = world
        .smime("protect --certs certs -o out.eml", input.as_bytes())
        .exits(2);
    assert!(ran.stderr.contains("`smime send`"), "{}", ran.stderr);
    input.push_str(&"a line of text\n".repeat((17 << 20) / 15));
    let ran = world
        .smime("protect --certs certs -o out.eml", input.as_bytes())
        .exits(2);
    assert!(ran.stderr.contains("`smime send`"), "{}", ran.stderr);
    assert!(!world.path("out.eml").exists());

    // Another mistake is not said to be this one.
    let nobody = mail("");
    let ran = world
        .smime("protect --certs certs -o out.eml", nobody.as_bytes())
        .exits(2);
    assert!(!ran.stderr.contains("Bcc"), "{}", ran.stderr);
    assert!(ran.stderr.contains("recipient"), "{}", ran.stderr);
}
