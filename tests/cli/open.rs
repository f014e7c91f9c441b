//! `smime open`: exit status, content and report.

use serde_json::Value;

use crate::openssl;
use crate::world::{PASSWORD, Ran, World, cms, mail};

const SIGN: &str = "protect --sign alice.p12 --password-file password.txt";
const OPEN: &str = "open --identity bob.id.pem --trust ca.pem";

/// What is signed and opened here, as it comes out.
const CONTENT: &str = "Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n\
    Dear Bob,\r\n\r\n=46rom here on: caf=C3=A9.\r\n";

/// A world in which Bob and Carol can open mail.
fn world() -> World {
    let world = World::new();
    for name in ["bob", "carol"] {
        let mut pem = std::fs::read(world.path(&format!("{name}.key.pem"))).unwrap();
        pem.extend(std::fs::read(world.path(&format!("{name}.pem"))).unwrap());
        world.write(&format!("{name}.id.pem"), pem);
    }
    world
}

/// Alice's mail to Bob, protected with these options, in `in.eml`.
fn protected(world: &World, options: &str) -> Vec<u8> {
    let arguments = format!("{SIGN} {options} -o in.eml");
    let input = mail("To: bob@example.net\n");
    world.smime(&arguments, input.as_bytes()).exits(0);
    std::fs::read(world.path("in.eml")).unwrap()
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stderr).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn trusted_is_0_and_the_content_is_exact() {
    let world = world();
    for options in [
        "",
        "--opaque",
        "--compress",
        "--to certs/bob.cer",
        "--opaque --to certs/bob.cer --compress",
        "--to certs/bob.cer --cipher aes256-gcm",
    ] {
        protected(&world, options);
        let ran = world.smime(&format!("{OPEN} -i in.eml -o out"), b"");
        let ran = ran.exits(0);
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.starts_with("Trusted: "), "{}", ran.stderr);
        let content = std::fs::read(world.path("out")).unwrap();
        assert_eq!(text(&content), CONTENT, "{options}");
    }
}

#[test]
fn input_and_output_are_stdin_and_stdout_and_may_be_one_file() {
    let world = world();
    let message = protected(&world, "");
    let ran = world.smime(OPEN, &message).exits(0);
    assert_eq!(text(&ran.stdout), CONTENT);
    world
        .smime(&format!("{OPEN} -i in.eml -o in.eml"), b"")
        .exits(0);
    assert_eq!(text(&std::fs::read(world.path("in.eml")).unwrap()), CONTENT);
}

/// What the shell writes to the same file stands around the content.
#[cfg(unix)]
#[test]
fn the_device_stdout_is_stdout() {
    let world = world();
    protected(&world, "");
    let smime = env!("CARGO_BIN_EXE_smime");
    for device in ["/dev/stdout", "/dev/fd/1"] {
        let script = format!(
            "{{ echo before; {smime} {OPEN} -i in.eml -o {device}; echo after; }} > out 2>/dev/null"
        );
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(world.folder());
        assert!(openssl::run(command, b"").status.success());
        let out = text(&std::fs::read(world.path("out")).unwrap());
        assert_eq!(out, format!("before\n{CONTENT}after\n"));
    }
}

#[test]
fn the_report_is_json_for_scripts() {
    let world = world();
    let message = protected(&world, "--to certs/bob.cer");
    let ran = world.smime(&format!("{OPEN} --json"), &message).exits(0);
    let report = report(&ran);
    assert_eq!(report["verdict"], "trusted");
    assert_eq!(report["layers"][0]["kind"], "encrypted");
    assert_eq!(report["layers"][0]["encryption"]["cipher"], "AES-256-CBC");
    let signer = &report["layers"][1]["signers"][0];
    assert_eq!(signer["certificate"]["addresses"][0], "alice@example.org");
    assert_eq!(signer["status"], "trusted");
}

#[test]
fn what_is_not_trusted_is_1_and_comes_out() {
    let world = world();
    let message = protected(&world, "");
    // Nobody vouches for the signer.
    let ran = world.smime("open --json", &message).exits(1);
    assert_eq!(report(&ran)["verdict"], "untrusted");
    assert_eq!(text(&ran.stdout), CONTENT);

    let plain = mail("To: bob@example.net\n");
    let ran = world.smime(&format!("{OPEN} --json"), plain.as_bytes());
    let ran = ran.exits(1);
    assert_eq!(report(&ran)["verdict"], "unsigned");
    assert_eq!(text(&ran.stdout), plain);

    let to_bob = world.smime("protect --to certs/bob.cer", plain.as_bytes());
    let ran = world.smime(OPEN, &to_bob.exits(0).stdout).exits(1);
    assert!(ran.stderr.starts_with("Unsigned: "), "{}", ran.stderr);
    assert_eq!(text(&ran.stdout), CONTENT);
}

#[test]
fn what_was_changed_is_1_and_kept_back() {
    let world = world();
    let message = text(&protected(&world, "")).replace("Dear Bob", "Dear Eve");
    let ran = world
        .smime(&format!("{OPEN} --json -o out"), message.as_bytes())
        .exits(1);
    assert_eq!(report(&ran)["verdict"], "withheld");
    assert!(ran.stdout.is_empty() && !world.path("out").exists());
    let ran = world.smime(OPEN, message.as_bytes()).exits(1);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.starts_with("Withheld: "), "{}", ran.stderr);
}

#[test]
fn without_the_right_key_it_is_2() {
    let world = world();
    let message = protected(&world, "--to certs/bob.cer");
    for arguments in ["open --identity carol.id.pem --trust ca.pem", "open"] {
        let ran = world.smime(arguments, &message).exits(2);
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.contains("no key"), "{}", ran.stderr);
        let ran = world.smime(&format!("{arguments} --json"), &message);
        let error = report(&ran.exits(2))["error"].clone();
        assert!(error.as_str().unwrap().contains("no key"), "{error}");
    }
}

/// Every failed decryption is the same error, here of a ciphertext that was cut and of one that was changed.
#[test]
fn failed_decryption_has_one_text() {
    let world = world();
    let message = text(&protected(&world, "--to certs/bob.cer --cipher aes256-gcm"));
    // The last line of base64 holds the tag; the middle of the message ciphertext.
    let lines: Vec<&str> = message.trim_end().split("\r\n").collect();
    let changed = |place: usize| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let other = if lines[place].starts_with('A') {
            "B"
        } else {
            "A"
        };
        lines[place].replace_range(0..1, other);
        lines.join("\r\n")
    };
    let said: Vec<String> = [lines.len() - 1, lines.len() - 10]
        .map(|place| {
            let ran = world.smime(OPEN, changed(place).as_bytes()).exits(2);
            assert!(ran.stdout.is_empty());
            ran.stderr
        })
        .to_vec();
    assert_eq!(said[0], said[1]);
    assert!(said[0].contains("decrypt"), "{}", said[0]);
}

#[test]
fn time_and_policy_are_those_of_the_command_line() {
    let world = world();
    let message = protected(&world, "");
    for (time, status) in [
        ("2030-01-01T00:00:00Z", 0),
        ("2030-01-01T00:00:00+02:00", 0),
        ("2001-01-01T00:00:00Z", 1),
        ("2110-01-01T00:00:00Z", 1),
    ] {
        let ran = world.smime(&format!("{OPEN} --at {time}"), &message);
        let ran = ran.exits(status);
        assert_eq!(ran.stderr.starts_with("Trusted"), status == 0, "{time}");
    }
    let ran = world.smime(&format!("{OPEN} --at tomorrow"), &message);
    assert!(ran.exits(64).stderr.contains("2026-06-01T12:00:00Z"));
    world
        .smime(&format!("{OPEN} --policy legacy"), &message)
        .exits(0);
    world
        .smime(&format!("{OPEN} --policy none"), &message)
        .exits(64);
}

#[test]
fn the_legacy_policy_reads_what_the_standard_refuses() {
    if !openssl::is_there() {
        return;
    }
    let world = world();
    let certificate = world.path("bob.pem");
    let arguments = ["-encrypt", "-des3", certificate.to_str().unwrap()];
    let message = cms(&arguments, CONTENT.as_bytes()).unwrap();
    let ran = world.smime(OPEN, &message).exits(2);
    assert!(ran.stderr.contains("3DES"), "{}", ran.stderr);
    let ran = world
        .smime(&format!("{OPEN} --policy legacy"), &message)
        .exits(1);
    assert_eq!(text(&ran.stdout), CONTENT);
}

#[test]
fn what_is_required_and_missing_is_not_trusted() {
    let world = world();
    let signed = protected(&world, "");
    let cbc = protected(&world, "--to certs/bob.cer");
    let gcm = protected(&world, "--to certs/bob.cer --cipher aes256-gcm");
    for (message, required, status) in [
        (&signed, "--require signature", 0),
        (&signed, "--require encryption", 1),
        (&signed, "--require signature --require aead", 1),
        (&cbc, "--require encryption --require signature", 0),
        (&cbc, "--require aead", 1),
        (&gcm, "--require aead --require encryption", 0),
    ] {
        let ran = world.smime(&format!("{OPEN} --json {required}"), message);
        let ran = ran.exits(status);
        let verdict = report(&ran)["verdict"].clone();
        assert_eq!(verdict == "trusted", status == 0, "{required}");
        assert_eq!(text(&ran.stdout), CONTENT);
    }
    world
        .smime(&format!("{OPEN} --require everything"), &signed)
        .exits(64);
}

#[test]
fn identities_have_passwords() {
    let world = world();
    let input = mail("To: alice@example.org\n");
    let message = world
        .smime("protect --sign alice.pem --to alice.pem", input.as_bytes())
        .exits(0)
        .stdout;
    let with = "open --identity alice.p12 --trust ca.pem";
    world
        .smime(&format!("{with} --password-file password.txt"), &message)
        .exits(0);
    let from_environment = format!("{with} --password-env A");
    world
        .smime_with(&from_environment, &message, &[("A", PASSWORD)])
        .exits(0);
    let ran = world.smime(with, &message).exits(2);
    assert!(ran.stderr.contains("--password-file"), "{}", ran.stderr);
    world
        .smime("open --password-file password.txt", &message)
        .exits(64);
}

/// OpenSSL's own door below MIME on the other side.
#[test]
fn cms_is_opened_as_cms_in_der_pem_and_base64() {
    if !openssl::is_there() {
        return;
    }
    let world = world();
    let alice = world.path("alice.pem");
    let signer = ["-signer", alice.to_str().unwrap()];
    let content = b"no mail at all";
    for form in ["DER", "PEM"] {
        let around = ["-sign", "-binary", "-nodetach", "-outform", form];
        let object = cms(&[&around[..], &signer].concat(), content).unwrap();
        let asked = "open --trust ca.pem --signer alice@example.org";
        let ran = world.smime(asked, &object).exits(0);
        assert_eq!(ran.stdout, content);
        let ran = world.smime("open --trust ca.pem --signer bob@example.net", &object);
        assert_eq!(ran.exits(1).stdout, content);
        let ran = world.smime("open --trust ca.pem", &object).exits(1);
        assert!(ran.stderr.contains("--signer"), "{}", ran.stderr);
        let ran = world.smime("open --trust ca.pem --any-signer", &object);
        let ran = ran.exits(0);
        assert!(ran.stderr.contains("alice@example.org"), "{}", ran.stderr);
        let both = format!("{asked} --any-signer");
        world.smime(&both, &object).exits(64);

        let beside = ["-sign", "-binary", "-outform", form];
        let object = cms(&[&beside[..], &signer].concat(), content).unwrap();
        world.write("content.p7s", object);
        let asked = format!("{asked} --detached content.p7s");
        assert_eq!(world.smime(&asked, content).exits(0).stdout, content);
        let ran = world.smime(&asked, b"no mail at al").exits(1);
        assert!(ran.stdout.is_empty(), "{}", ran.stderr);
    }
    let bare = ["-sign", "-binary", "-nodetach", "-outform", "DER"];
    let object = cms(&[&bare[..], &signer].concat(), content).unwrap();
    let base64 = base64_simd::STANDARD.encode_to_string(object);
    let ran = world.smime("open --trust ca.pem", base64.as_bytes());
    assert_eq!(ran.stdout, content);
}

#[test]
fn a_message_may_have_a_password() {
    if !openssl::is_there() {
        return;
    }
    let world = world();
    let arguments = ["-encrypt", "-aes256", "-pwri_password", "message-secret"];
    let message = cms(&arguments, CONTENT.as_bytes()).unwrap();
    world.write("message.txt", "message-secret\n");
    let ran = world
        .smime("open --message-password-file message.txt", &message)
        .exits(1);
    assert_eq!(text(&ran.stdout), CONTENT);
    let variable = "open --message-password-env M";
    let ran = world.smime_with(variable, &message, &[("M", "wrong")]);
    assert!(!ran.exits(2).stderr.contains("wrong"));
}

#[test]
fn missing_and_broken_files_are_named() {
    let world = world();
    let message = protected(&world, "");
    world.write("broken.cer", b"not a certificate");
    world.write(
        "broken.eml",
        b"Content-Type: application/pkcs7-mime\n\nMAMCAQE=\n",
    );
    for (arguments, named) in [
        ("open --identity nobody.p12", "nobody.p12"),
        ("open --trust broken.cer", "broken.cer"),
        ("open --intermediate nothing.pem", "nothing.pem"),
        ("open --crl broken.cer", "broken.cer"),
        ("open --trust alice.p12", "certificates are wanted"),
        ("open -i broken.cer", "broken.cer"),
        ("open -i broken.eml", "broken.eml"),
        ("open --detached nothing.p7s", "nothing.p7s"),
        ("open -i nothing.eml", "nothing.eml"),
        ("open -o nowhere/out", "nowhere/out"),
    ] {
        let ran = world.smime(arguments, &message).exits(2);
        assert!(ran.stderr.contains(named), "{arguments}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn what_is_no_message_is_2_and_says_what_it_is() {
    let world = world();
    world.write("empty", b"");
    world.write("random", [0x9c, 0x00, 0x3a, 0x0a, 0xff].repeat(1000));
    for (file, said) in [
        ("empty", "empty"),
        ("random", "neither with a header field nor with CMS"),
        ("ca.pem", "smime inspect"),
        ("alice.p12", "smime inspect"),
        ("certs/bob.cer", "smime inspect"),
        ("bob.key.pem", "smime inspect"),
    ] {
        let ran = world.smime(&format!("open -i {file} -o out"), b"").exits(2);
        assert!(ran.stderr.contains(file), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{file}: {}", ran.stderr);
        assert!(ran.stdout.is_empty() && !world.path("out").exists());
    }
    let ran = world.smime("open", b"").exits(2);
    assert!(ran.stderr.contains("stdin: it is empty"), "{}", ran.stderr);
    // A header without any known field is a header.
    let ran = world.smime("open", b"X-Field: 1\r\n\r\nbody").exits(1);
    assert_eq!(ran.stdout, b"X-Field: 1\r\n\r\nbody");
}

#[test]
fn the_options_that_help_are_named() {
    let world = world();
    let message = protected(&world, "");
    let ran = world.smime("open", &message).exits(1);
    assert!(ran.stderr.contains("--trust CA"), "{}", ran.stderr);
    let ran = world.smime("open --json", &message).exits(1);
    assert!(report(&ran)["verdict"] == "untrusted");

    let message = protected(&world, "--to certs/bob.cer");
    let ran = world.smime("open", &message).exits(2);
    assert!(ran.stderr.contains("--identity"), "{}", ran.stderr);
    let ran = world.smime("open --identity carol.id.pem", &message);
    let ran = ran.exits(2);
    assert!(ran.stderr.contains("to others"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--identity"), "{}", ran.stderr);
}
