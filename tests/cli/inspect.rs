//! `smime inspect`: what a file is.

use serde_json::Value;

use crate::openssl;
use crate::world::{PASSWORD, Ran, World, cms, mail};

pub fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

pub fn words(ran: &Ran) -> String {
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
    if !openssl::is_there() {
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

/// A root, an intermediate CA and Erin, whose certificate a public CA could have issued: `root.pem`, `middle.pem`,
/// `erin.pem`, and Frank's without anything, for web servers: `frank.pem`. Lists that revoke nobody (`none.crl`) and Erin
/// (`erin.crl`).
pub fn erin() -> World {
    use crate::ca::{Ca, Key, SERVER_AUTH, oid, pem, sequence, tlv};
    let world = World::new();
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    world.write("root.pem", root.certificate_pem());
    world.write("middle.pem", middle.certificate_pem());
    let policy = sequence(&[&sequence(&[&oid("2.23.140.1.5.4.3")])]);
    let list = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://ca.example/ca.crl")));
    let issuer = [
        oid("1.3.6.1.5.5.7.48.2"),
        tlv(0x86, b"http://ca.example/ca.cer"),
    ]
    .concat();
    let (erin, _) = middle
        .certify(Key::Rsa2048, "erin@example.org")
        .subject(&[("2.5.4.42", "Erin"), ("2.5.4.3", "Erin")])
        .serial(&[0x17; 16])
        .validity("260101000000Z", "261231235959Z")
        .extension("2.5.29.32", false, &policy)
        .extension("2.5.29.31", false, &sequence(&[&sequence(&[&list])]))
        .extension(
            "1.3.6.1.5.5.7.1.1",
            false,
            &sequence(&[&sequence(&[&issuer])]),
        )
        .issue();
    world.write("erin.pem", pem("CERTIFICATE", &erin));
    let (frank, _) = middle
        .certify(Key::Rsa1024, "frank@example.org")
        .extended_key_usage(&[SERVER_AUTH])
        .issue();
    world.write("frank.pem", pem("CERTIFICATE", &frank));
    let list = || {
        middle
            .revocation_list()
            .updates("260101000000Z", Some("270101000000Z"))
    };
    world.write("none.crl", list().issue());
    let revoked = list().revoke(&[0x17; 16], "260201000000Z", Some(1));
    world.write("erin.crl", revoked.issue_pem());
    world
}

/// The lines below a label, without the label.
pub fn below(said: &str, label: &str) -> Vec<String> {
    let begin = format!("    {label:<12} ");
    let mut lines = said.lines().skip_while(|line| !line.starts_with(&begin));
    let first = lines.next().unwrap_or_else(|| panic!("{label}: {said}"));
    let rest = lines.take_while(|line| line.starts_with("                 "));
    let all = [first].into_iter().chain(rest);
    all.map(|line| line.split_at(17).1.to_owned()).collect()
}

#[test]
fn what_a_certificate_is_fit_for_and_until_when() {
    let world = erin();
    let ran = world
        .smime("inspect erin.pem --at 2026-06-01T00:00:00Z", b"")
        .exits(0);
    let said = words(&ran);
    assert_eq!(
        below(&said, "valid"),
        ["2026-01-01T00:00:00Z to 2026-12-31T23:59:59Z (213 days left)"]
    );
    assert_eq!(
        below(&said, "profile"),
        ["individual-validated, strict (CA/Browser Forum S/MIME Baseline Requirements)"]
    );
    assert_eq!(below(&said, "signs"), ["yes"]);
    assert_eq!(below(&said, "encrypts"), ["yes"]);
    assert_eq!(below(&said, "findings"), ["none"]);
    assert!(!said.contains("path "), "{said}");

    // Ten days before its end, and after it.
    let said = words(
        &world
            .smime("inspect erin.pem --at 2026-12-21T12:00:00Z", b"")
            .exits(0),
    );
    assert_eq!(
        below(&said, "findings"),
        ["notice: it expires in 10 days; renew it [RFC 5280 4.1.2.5]"]
    );
    let said = words(
        &world
            .smime("inspect erin.pem --at 2027-01-01T00:00:00Z", b"")
            .exits(0),
    );
    assert!(below(&said, "valid")[0].ends_with("(expired)"), "{said}");
    assert!(
        below(&said, "encrypts")[0].starts_with("no: the certificate expired"),
        "{said}"
    );
    assert!(
        below(&said, "findings")[0].starts_with("error: the certificate expired"),
        "{said}"
    );

    let said = words(&world.smime("inspect frank.pem", b"").exits(0));
    let findings = below(&said, "findings");
    for (place, begin) in [
        "error: the RSA key has 1024 bits",
        "error: the certificate was not issued for mail",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(findings[place].starts_with(begin), "{findings:?}");
    }
    assert!(
        findings.last().unwrap().starts_with("notice: "),
        "{findings:?}"
    );
}

#[test]
fn findings_as_json() {
    let world = erin();
    let arguments = "inspect --json erin.pem frank.pem middle.pem --at 2026-12-21T12:00:00Z";
    let files = json(&world.smime(arguments, b"").exits(0));
    let erin = &files[0]["found"][0]["certificate"];
    assert_eq!(erin["days_left"], 10);
    assert_eq!(erin["profile"]["validation"], "individual");
    assert_eq!(erin["profile"]["generation"], "strict");
    assert_eq!(erin["findings"].as_array().unwrap().len(), 1);
    assert_eq!(erin["findings"][0]["severity"], "notice");
    assert_eq!(erin["findings"][0]["code"], "smime.expires_soon");
    assert_eq!(erin["path"], Value::Null);
    assert_eq!(erin["subject"], "CN=Erin,GN=Erin");
    let frank = &files[1]["found"][0]["certificate"];
    assert_eq!(frank["signs"]["fit"], false);
    assert_eq!(frank["profile"], Value::Null);
    assert_eq!(frank["findings"][0]["code"], "smime.weak_key");
    assert_eq!(frank["findings"][0]["reference"], "RFC 8551 4");
    let middle = &files[2]["found"][0]["certificate"];
    assert_eq!(middle["authority"], true);
    assert_eq!(
        middle["findings"][0]["code"],
        "smime.certification_authority"
    );
}

/// With a root it says whether the certificate leads there, by which certificates, and what stands against it.
#[test]
fn whether_a_certificate_leads_to_a_root() {
    let world = erin();
    let inspect = |arguments: &str| {
        world.smime(
            &format!("inspect --at 2026-06-01T00:00:00Z {arguments}"),
            b"",
        )
    };
    let said = words(&inspect("erin.pem --trust root.pem --intermediate middle.pem").exits(0));
    let trusted = below(&said, "path");
    assert_eq!(trusted[0], "yes: CN=Erin,GN=Erin <- CN=Middle <- CN=Root");
    assert!(
        trusted
            .iter()
            .any(|line| line.starts_with("unknown: revocation: ")),
        "{said}"
    );

    // The intermediate certificate may come in the same file, whatever the order.
    let mut both = std::fs::read(world.path("middle.pem")).unwrap();
    both.extend(std::fs::read(world.path("erin.pem")).unwrap());
    world.write("both.pem", both);
    let said = words(&inspect("both.pem --trust root.pem").exits(0));
    assert!(
        said.contains("yes: CN=Erin,GN=Erin <- CN=Middle <- CN=Root"),
        "{said}"
    );
    assert!(said.contains("yes: CN=Middle <- CN=Root"), "{said}");
    // And not from another file, which nobody said to take it from.
    let ran = inspect("erin.pem middle.pem --trust root.pem").exits(1);
    let said = words(&ran);
    let trusted = below(&said, "path");
    assert_eq!(trusted[0], "no");
    assert!(trusted[1..].concat().contains("CN=Middle"), "{said}");

    let said = words(&inspect("erin.pem --trust ca.pem --intermediate middle.pem").exits(1));
    let trusted = below(&said, "path");
    assert_eq!(trusted[0], "no");
    assert!(trusted[1..].concat().contains("CN=Root"), "{said}");

    // A PKCS#12 with its chain.
    let p12 = "alice.p12 --password-file password.txt";
    let said = words(&inspect(&format!("{p12} --trust ca.pem")).exits(0));
    assert!(said.contains("yes: CN=alice <- CN=Test CA"), "{said}");
    assert!(
        words(&inspect(&format!("{p12} --trust root.pem")).exits(1)).contains("path         no")
    );
    // A file that cannot be read weighs more.
    inspect("erin.pem nothing --trust ca.pem").exits(2);
    inspect("erin.pem --trust nothing").exits(2);
    inspect("erin.pem --crl none.crl").exits(64);
}
