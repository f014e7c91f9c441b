//! `smime open` with a chain and revocation lists that `openssl ca` made, as files.

use std::process::Command;

use serde_json::Value;

use crate::openssl;
use crate::world::{Ran, World};

const CONFIGURATION: &str = "\
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_days = 365
default_crl_days = 30
policy = names
[names]
commonName = supplied
[req]
distinguished_name = nothing
[nothing]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectAltName = email:erin@example.org
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nStill valid?\r\n";

/// Runs `openssl` in the folder; the arguments are separated by spaces.
fn run(world: &World, arguments: &str) {
    let mut command = Command::new("openssl");
    command
        .args(arguments.split(' '))
        .current_dir(world.folder());
    let output = openssl::run(command, b"");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {said}");
}

/// A root, an intermediate CA and Erin, who signed `in.eml` without any other certificate; `none.crl`,
/// `root.crl` and `old.crl`, which has expired, revoke nobody, `erin.crl` (DER) and `intermediate.crl` what their names say.
fn world() -> World {
    let world = World::new();
    world.write("ca.cnf", CONFIGURATION);
    world.write("index.txt", "");
    world.write("serial", "01\n");
    world.write("crlnumber", "01\n");
    world.write("content.txt", CONTENT);
    let request = "-newkey rsa:2048 -nodes -config ca.cnf";
    let root = "ca -batch -notext -config ca.cnf -cert root.pem -keyfile root.key";
    let intermediate = "ca -batch -notext -config ca.cnf -cert middle.pem -keyfile middle.key";
    for arguments in [
        format!(
            "req -x509 {request} -keyout root.key -out root.pem -subj /CN=Root -extensions root"
        ),
        format!("req {request} -keyout middle.key -out middle.csr -subj /CN=Middle"),
        format!("{root} -in middle.csr -out middle.pem -extensions intermediate"),
        format!("req {request} -keyout erin.key -out erin.csr -subj /CN=Erin"),
        format!("{intermediate} -in erin.csr -out erin.pem -extensions leaf"),
        "cms -sign -in content.txt -signer erin.pem -inkey erin.key -from erin@example.org \
         -to bob@example.net -out in.eml"
            .to_owned(),
        format!("{intermediate} -gencrl -out none.crl"),
        format!(
            "{intermediate} -gencrl -out old.crl -crl_lastupdate 20200101000000Z \
             -crl_nextupdate 20200201000000Z"
        ),
        format!("{root} -gencrl -out root.crl"),
        format!("{intermediate} -revoke erin.pem -crl_reason keyCompromise"),
        format!("{intermediate} -gencrl -out erin.pem.crl"),
        "crl -in erin.pem.crl -outform DER -out erin.crl".to_owned(),
        format!("{root} -revoke middle.pem"),
        format!("{root} -gencrl -out intermediate.crl"),
    ] {
        run(&world, &arguments);
    }
    world
}

/// The reasons of the checks with this aspect and outcome.
fn reasons(ran: &Ran, aspect: &str, outcome: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let checks = report["layers"][0]["signers"][0]["checks"].as_array();
    let wanted = |check: &&Value| check["aspect"] == aspect && check["outcome"] == outcome;
    let checks = checks.unwrap().iter().filter(wanted);
    checks.map(|check| check["why"].to_string()).collect()
}

#[test]
fn intermediates_and_revocation_lists_are_files() {
    if !openssl::is_there() {
        return;
    }
    let world = world();
    let open = |options: &str| world.smime(&format!("open -i in.eml {options}"), b"");

    // The signature carries only the signer's certificate.
    let ran = open("--trust root.pem").exits(1);
    assert!(ran.stderr.contains("CN=Middle"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--intermediate"), "{}", ran.stderr);
    assert_eq!(ran.stdout, CONTENT);
    // An intermediate certificate vouches for nobody by itself.
    let ran = open("--intermediate middle.pem --intermediate root.pem").exits(1);
    assert!(ran.stderr.contains("--trust"), "{}", ran.stderr);

    let chain = "--json --trust root.pem --intermediate middle.pem";
    let ran = open(chain).exits(0);
    assert_eq!(reasons(&ran, "revocation", "unknown").len(), 1);
    let ran = open(&format!("{chain} --crl none.crl --crl root.crl")).exits(0);
    assert_eq!(reasons(&ran, "revocation", "passed").len(), 2);
    let ran = open(&format!("{chain} --crl none.crl")).exits(0);
    let unknown = reasons(&ran, "revocation", "unknown");
    assert!(unknown.len() == 1 && unknown[0].contains("CN=Middle"));

    for (lists, revoked) in [
        ("--crl erin.crl", "CN=Erin"),
        ("--crl root.crl --crl erin.crl", "CN=Erin"),
        ("--crl none.crl --crl intermediate.crl", "CN=Middle"),
    ] {
        let ran = open(&format!("{chain} {lists}")).exits(1);
        let failed = reasons(&ran, "revocation", "failed").concat();
        assert!(failed.contains(revoked), "{lists}: {failed}");
        assert!(failed.contains("revoked on"), "{lists}: {failed}");
        assert_eq!(ran.stdout, CONTENT);
    }

    // Both lists in one PEM file; one that has expired says nothing any more.
    let mut both = std::fs::read(world.path("none.crl")).unwrap();
    both.extend(std::fs::read(world.path("root.crl")).unwrap());
    world.write("both.crl", both);
    let ran = open(&format!("{chain} --crl both.crl")).exits(0);
    assert_eq!(reasons(&ran, "revocation", "passed").len(), 2);
    let ran = open(&format!("{chain} --crl old.crl --crl root.crl")).exits(0);
    let unknown = reasons(&ran, "revocation", "unknown").concat();
    assert!(unknown.contains("expired"), "{unknown}");
}
