//! `smime protect` does what it is asked.

use serde_json::Value;

use crate::openssl;
use crate::world::{PASSWORD, World, cms, mail};

const SIGN: &str = "protect --sign alice.p12 --password-file password.txt";

#[test]
fn signs_what_comes_with_lf_and_with_crlf() {
    if !openssl::is_there() {
        return;
    }
    let world = World::new();
    let lf = mail("To: bob@example.net\n");
    for input in [lf.clone(), lf.replace('\n', "\r\n")] {
        let ran = world.smime(SIGN, input.as_bytes()).exits(0);
        let text = String::from_utf8(ran.stdout.clone()).unwrap();
        assert!(
            text.contains("micalg=\"sha-512\"") || text.contains("micalg=sha-512"),
            "{text}"
        );
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let content = world.verified(&ran.stdout).unwrap();
        assert!(content.contains("Dear Bob,\r\n"), "{content}");
        assert!(ran.stderr.contains("signed by CN=alice"), "{}", ran.stderr);
        assert!(ran.stderr.contains("bob@example.net"), "{}", ran.stderr);
    }
}

#[test]
fn encrypts_to_a_certificate() {
    if !openssl::is_there() {
        return;
    }
    let world = World::new();
    let input = mail("To: bob@example.net\n");
    let ran = world
        .smime("protect --to certs/bob.cer", input.as_bytes())
        .exits(0);
    let inside = String::from_utf8(world.decrypted("bob", &ran.stdout).unwrap()).unwrap();
    assert!(inside.contains("Dear Bob,"), "{inside}");
    assert!(world.decrypted("carol", &ran.stdout).is_err());
}

#[test]
fn signs_and_encrypts_to_the_recipients_of_the_message() {
    if !openssl::is_there() {
        return;
    }
    let world = World::new();
    world.write(
        "in.eml",
        mail("To: bob@example.net\nCc: carol@example.net\n"),
    );
    let arguments = format!("{SIGN} --certs certs -i in.eml -o out.eml");
    let ran = world.smime(&arguments, b"").exits(0);
    assert!(ran.stdout.is_empty());
    let message = std::fs::read(world.path("out.eml")).unwrap();
    for name in ["bob", "carol"] {
        let inside = world.decrypted(name, &message).unwrap();
        assert!(world.verified(&inside).unwrap().contains("Dear Bob,"));
    }
    assert!(world.decrypted("dave", &message).is_err());
}

#[test]
fn every_option_reaches_the_message() {
    if !openssl::is_there() {
        return;
    }
    let world = World::new();
    let input = mail("To: bob@example.net\n");
    let options = "--opaque --pss --digest sha256 --to certs/bob.cer --cipher aes128-cbc --key-encryption oaep";
    let ran = world
        .smime(&format!("{SIGN} {options}"), input.as_bytes())
        .exits(0);
    let print = |message: &[u8]| {
        let printed = cms(&["-cmsout", "-print", "-inform", "SMIME"], message).unwrap();
        String::from_utf8(printed).unwrap()
    };
    let outside = print(&ran.stdout);
    assert!(
        outside.contains("aes-128-cbc") && outside.contains("rsaesOaep"),
        "{outside}"
    );
    let inside = world.decrypted("bob", &ran.stdout).unwrap();
    let signature = print(&inside);
    assert!(
        signature.contains("rsassaPss") && signature.contains("sha256"),
        "{signature}"
    );
    assert!(inside.starts_with(b"Content-Type: application/pkcs7-mime"));
    world.verified(&inside).unwrap();
}

#[test]
fn identities_come_from_pem_too_and_passwords_in_their_order() {
    let world = World::new();
    let input = mail("To: bob@example.net\n");
    world
        .smime("protect --sign alice.pem", input.as_bytes())
        .exits(0);
    let right =
        "protect --sign alice.p12 --sign alice.p12 --password-env A --password-file password.txt";
    world
        .smime_with(right, input.as_bytes(), &[("A", PASSWORD)])
        .exits(0);
    let wrong =
        "protect --sign alice.p12 --sign alice.p12 --password-file password.txt --password-env A";
    world
        .smime_with(wrong, input.as_bytes(), &[("A", "other")])
        .exits(2);
    let one_for_all = "protect --sign alice.p12 --sign alice.p12 --password-file password.txt";
    world.smime(one_for_all, input.as_bytes()).exits(0);
}

#[test]
fn reports_as_json() {
    let world = World::new();
    let input = mail("To: bob@example.net\n");
    let ran = world
        .smime(&format!("{SIGN} --certs certs --json"), input.as_bytes())
        .exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(report["signers"][0]["certificate"]["subject"], "CN=alice");
    assert_eq!(report["cipher"], "AES-256-CBC");
    assert_eq!(report["recipients"][0]["address"], "bob@example.net");
    assert_eq!(report["envelope"]["recipients"][0], "bob@example.net");
}

#[test]
fn a_signed_message_has_its_bcc_in_the_report_only() {
    let world = World::new();
    let input = mail("To: bob@example.net\nBcc: dave@example.net\n");
    let ran = world.smime(SIGN, input.as_bytes()).exits(0);
    assert!(!String::from_utf8(ran.stdout).unwrap().contains("dave@"));
    assert!(ran.stderr.contains("dave@example.net"), "{}", ran.stderr);
}

#[test]
fn a_large_message_streams() {
    if !openssl::is_there() {
        return;
    }
    let world = World::new();
    let mut input = mail("To: bob@example.net\n");
    let line = "0123456789abcdef".repeat(4) + "\n";
    input.push_str(&line.repeat((17 << 20) / line.len()));
    let small = mail("To: bob@example.net\n");
    for (text, definite) in [(&small, true), (&input, false)] {
        let arguments = format!("{SIGN} --to certs/bob.cer -o out.eml");
        world.smime(&arguments, text.as_bytes()).exits(0);
        let message = std::fs::read(world.path("out.eml")).unwrap();
        // ContentInfo: a SEQUENCE of indefinite length begins with 30 80, in base64 "MIA".
        let body = message
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap()
            + 4;
        assert_eq!(!message[body..].starts_with(b"MIA"), definite);
        let inside = world.decrypted("bob", &message).unwrap();
        let content = world.verified(&inside).unwrap();
        let (_, body) = text.split_once("\n\n").unwrap();
        let lines = content
            .lines()
            .skip_while(|line| !line.is_empty())
            .skip(1)
            .count();
        assert_eq!(lines, body.lines().count());
    }
}

/// An address can hold what no terminal shows.
#[test]
fn addresses_hide_nothing() {
    let world = World::new();
    let input = mail("To: bo\u{200b}b@example.net\n");
    let options = "protect --sign alice.pem";
    let ran = world.smime(options, input.as_bytes()).exits(0);
    let sent = "to be sent to bo\\u{200b}b@example.net";
    assert!(ran.stderr.contains(sent), "{}", ran.stderr);
}
