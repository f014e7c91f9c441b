//! `smime inspect`: what a file is.

use serde_json::Value;

use crate::openssl;
use crate::world::{PASSWORD, Ran, World, cms, mail};

fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn words(ran: &Ran) -> String {
    String::from_utf8(ran.stdout.clone()).unwrap()
}

#[test]
fn certificates_in_der_and_pem() {
    let world = World::new();
    for file in ["certs/bob.cer", "bob.pem"] {
        let ran = world.smime(&format!("inspect {file}"), b"").exits(0);
        let said = words(&ran);
        for part in [
            file,
            "certificate of CN=bob",
            "CN=Test CA",
            "bob@example.net",
            "RSA-2048",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let ran = world.smime(&format!("inspect --json {file}"), b"").exits(0);
        let found = &json(&ran)[0]["found"][0];
        assert_eq!(found["kind"], "certificate");
        assert_eq!(found["certificate"]["addresses"][0], "bob@example.net");
        assert_eq!(found["certificate"]["encrypts"]["fit"], true);
        assert_eq!(found["certificate"]["authority"], false);
    }
    let ran = world.smime("inspect ca.pem", b"").exits(0);
    assert!(words(&ran).contains("certification authority"));
}

#[test]
fn pkcs12_needs_its_password_and_says_so() {
    let world = World::new();
    let ran = world.smime("inspect alice.p12", b"").exits(2);
    assert!(ran.stderr.contains("PKCS#12") && ran.stderr.contains("--password-file"));
    let ran = world
        .smime("inspect alice.p12 --password-file password.txt", b"")
        .exits(0);
    assert!(words(&ran).contains("1 identities, 1 keys, 2 certificates"));
    // Each password is tried.
    let ran = world
        .smime_with(
            "inspect --json alice.p12 --password-env WRONG --password-env RIGHT",
            b"",
            &[("WRONG", "no"), ("RIGHT", PASSWORD)],
        )
        .exits(0);
    let found = &json(&ran)[0]["found"][0];
    assert_eq!(found["kind"], "pkcs12");
    assert_eq!(found["identities"][0]["subject"], "CN=alice");
    assert_eq!(found["keys"][0], "RSA-2048");
    let wrong = world.smime_with("inspect alice.p12 --password-env W", b"", &[("W", "no")]);
    assert!(wrong.exits(2).stderr.contains("no given password"));
}

#[test]
fn keys_and_certificates_in_one_pem() {
    let world = World::new();
    let ran = world.smime("inspect --json alice.pem", b"").exits(0);
    let found = json(&ran)[0]["found"].clone();
    let kinds: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["certificate", "private-key"]);
    let shown = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(!shown.contains("BEGIN"), "{shown}");
}

/// What can be seen without keys: the layer outside, and nothing of what is inside.
#[test]
fn mail_without_keys() {
    let world = World::new();
    let input = mail("To: bob@example.net\n");
    let sign = "protect --sign alice.pem";
    let signed = world.smime(sign, input.as_bytes()).exits(0).stdout;
    world.write("signed.eml", signed);
    let both = format!("{sign} --to certs/bob.cer --to certs/carol.cer --cipher aes256-gcm");
    let both = world.smime(&both, input.as_bytes()).exits(0).stdout;
    world.write("both.eml", both);
    world.write("plain.eml", &input);

    let ran = world.smime("inspect signed.eml both.eml plain.eml", b"");
    let said = words(&ran.exits(0));
    for part in [
        "signed.eml:\n  multipart/signed",
        "    1 text/plain, quoted-printable",
        "    2 application/pkcs7-signature \"smime.p7s\"",
        "signer: serial ",
        "RSA PKCS#1 v1.5 with SHA-512",
        "certificate of CN=alice",
        "encrypted with AES-256-GCM (AuthEnvelopedData)",
        "recipient: RSA PKCS#1 v1.5",
        "recipient: ECDH",
        "plain.eml:\n  text/plain",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let ran = world.smime("inspect --json both.eml", b"").exits(0);
    let found = &json(&ran)[0]["found"][0];
    let entries = found["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["kind"], "mime");
    assert_eq!(entries[1]["kind"], "encrypted");
    assert_eq!(entries[1]["cipher"], "AES-256-GCM");
    assert_eq!(entries[1]["recipients"].as_array().unwrap().len(), 3);
}

#[test]
fn cms_objects() {
    if !openssl::is_there("cms_objects") {
        return;
    }
    let world = World::new();
    let alice = world.path("alice.pem");
    for form in ["DER", "PEM"] {
        let arguments = [
            "-sign",
            "-nodetach",
            "-outform",
            form,
            "-signer",
            alice.to_str().unwrap(),
        ];
        world.write("object", cms(&arguments, b"content").unwrap());
        let said = words(&world.smime("inspect object", b"").exits(0));
        for part in ["signed (SignedData)", "signer: serial", "data, 7 bytes"] {
            assert!(said.contains(part), "{form}: {part}: {said}");
        }
    }
    // Certificates only, as `openssl crl2pkcs7` writes them.
    let mut command = std::process::Command::new("openssl");
    command
        .args([
            "crl2pkcs7",
            "-nocrl",
            "-certfile",
            "ca.pem",
            "-outform",
            "DER",
        ])
        .current_dir(world.folder());
    world.write("ca.p7b", openssl::run(command, b"").stdout);
    let said = words(&world.smime("inspect ca.p7b", b"").exits(0));
    assert!(said.contains("certificates in CMS"), "{said}");
    assert!(said.contains("CN=Test CA"), "{said}");
}

/// One file that cannot be read does not hide the others.
#[test]
fn unknown_files_are_2_and_the_others_are_shown() {
    let world = World::new();
    world.write("noise", b"\x00\x01\x02 nothing known");
    world.write("empty", b"");
    for arguments in ["noise", "empty", "nothing"] {
        let ran = world.smime(&format!("inspect bob.pem {arguments}"), b"");
        let ran = ran.exits(2);
        assert!(ran.stderr.contains(arguments), "{}", ran.stderr);
        assert!(words(&ran).contains("CN=bob"));
        let ran = world.smime(&format!("inspect --json bob.pem {arguments}"), b"");
        let ran = ran.exits(2);
        assert!(ran.stderr.is_empty(), "{}", ran.stderr);
        assert!(json(&ran)[1]["error"].as_str().is_some());
        assert_eq!(json(&ran)[0]["found"][0]["kind"], "certificate");
    }
    world.smime("inspect", b"").exits(64);
    world.smime("inspect --help", b"").exits(0);
}
