//! The examples: the demo of `send`, the `openssl` commands it prints, and its form; `open` and `cms`.
#![cfg(all(feature = "mail-builder", feature = "smtp"))]

#[path = "support/ca.rs"]
mod ca;
#[path = "cli/mail_server.rs"]
mod mail_server;
#[path = "cli/openssl.rs"]
mod openssl;
#[path = "support/skip.rs"]
mod skip;
#[allow(dead_code)] // The tests of submission use the rest of it.
#[path = "support/smtp.rs"]
mod smtp;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mail_server::{PASSWORD, USER};

/// The example beside this test. `cargo test` builds both; with `--test example` alone it is whatever was
/// built before.
fn example(name: &str) -> Option<PathBuf> {
    let this = std::env::current_exe().unwrap();
    let target = this.parent().and_then(Path::parent).unwrap();
    let program = target
        .join("examples")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    if program.exists() {
        return Some(program);
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "the example is not built"
    );
    crate::skip::loudly(format!(
        "the example is not built; cargo build --example {name}"
    ));
    None
}

/// Runs it in a folder of its own.
fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_MANIFEST_DIR");
    command
        .env("SMIME_TEST_P12", "demo-password")
        .env("SMIME_TEST_SMTP", PASSWORD);
    openssl::run(command, b"")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The commands in what the demo printed, each with its continuation lines.
fn commands(printed: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in printed.lines() {
        if line.starts_with("openssl cms") {
            commands.push(String::new());
        }
        if line.starts_with("openssl cms") || goes_on {
            let command = commands.last_mut().unwrap();
            command.push_str(line);
            command.push('\n');
            goes_on = line.ends_with('\\');
        }
    }
    commands
}

#[test]
fn the_demo_runs_and_openssl_reads_what_it_delivered() {
    let Some(program) = example("send") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = run(&program, folder.path(), &[]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}{}", text(&output.stderr));
    assert_eq!(printed.matches(" accepted: 250").count(), 3, "{printed}");
    assert!(
        printed.contains("SHA-512") && printed.contains("AES-256-CBC"),
        "{printed}"
    );
    assert_eq!(commands(&printed).len(), 3, "{printed}");
    // Three open, and the others cannot.
    let seen = printed
        .matches("trusted, signed by juergen@example.org")
        .count();
    assert_eq!(seen, 3, "{printed}");
    let closed = printed.matches("it is encrypted to others").count();
    assert_eq!(closed, 3, "{printed}");
    if !openssl::is_there() {
        return;
    }
    let shell = |command: &str| {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).current_dir(folder.path());
        openssl::run(shell, b"")
    };
    for command in commands(&printed) {
        let output = shell(&command);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{command}{said}");
        assert!(
            said.contains("CMS Verification successful"),
            "{command}{said}"
        );
        let content = text(&output.stdout);
        for part in ["text/plain", "text/html", "figures.csv"] {
            assert!(content.contains(part), "{command}{content}");
        }
    }
    // The copy of To is not for the Bcc recipient, nor does it say that there is one.
    let other = commands(&printed)[2].replace("copy-2", "copy-1");
    assert!(
        other.contains("dave.key.pem") && !shell(&other).status.success(),
        "{other}"
    );
    let delivered = folder.path().join("target/smime-example/delivered");
    for copy in ["copy-1.eml", "copy-2.eml"] {
        let message = text(&std::fs::read(delivered.join(copy)).unwrap());
        // The header only: in base64 any short word turns up by chance.
        let (header, _) = message.split_once("\r\n\r\n").unwrap();
        assert!(
            !header.to_lowercase().contains("dave") && !header.contains("Bcc"),
            "{header}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_sends_and_refuses() {
    let Some(program) = example("send") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // For its files.
    assert!(run(&program, folder.path(), &[]).status.success());
    let files = folder.path().join("target/smime-example");
    let (server, root) = mail_server::start(mail_server::script(), folder.path()).await;
    let address = server.address().to_string();
    std::fs::write(folder.path().join("note.txt"), "attached").unwrap();
    let fill = |more: &[&str]| {
        let mut form = vec![
            "--server",
            &address,
            "--ca",
            root.to_str().unwrap(),
            "--user",
            USER,
            "--password-env",
            "SMIME_TEST_SMTP",
            "--from",
            "Jürgen <juergen@example.org>",
            "--subject",
            "Grüße",
            "--body",
            "Hello",
        ];
        form.extend(more);
        tokio::task::block_in_place(|| run(&program, folder.path(), &form))
    };
    let path = |name: &str| files.join(name).to_str().unwrap().to_owned();
    let (p12, certificates) = (path("sender.p12"), path("certificates"));
    let signing = [
        "--identity",
        p12.as_str(),
        "--identity-password-env",
        "SMIME_TEST_P12",
    ];
    let encrypting = ["--certs", certificates.as_str()];
    let code = |output: &Output| output.status.code().unwrap();

    let to = "\"Miller, Bob\" <bob@example.net>, carol@example.com";
    let full = [
        &signing[..],
        &encrypting,
        &[
            "--to",
            to,
            "--bcc",
            "dave@example.net",
            "--attach",
            "note.txt",
        ],
    ]
    .concat();
    let output = fill(&full);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).matches(": accepted: 250").count(), 3);
    assert_eq!(server.messages().len(), 2);

    let output = fill(
        &[
            &signing[..],
            &encrypting,
            &["--to", "eve@example.net, frank@example.net"],
        ]
        .concat(),
    );
    assert_eq!(code(&output), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("eve@example.net") && said.contains("frank@example.net"),
        "{said}"
    );

    let output = fill(&[
        "--to",
        "bob@example.net",
        "--no-sign",
        "--no-encrypt",
        "--bcc",
        "dave@example.net",
    ]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("warning: --no-sign and --no-encrypt"));
    let plain = text(&server.messages()[2].bytes);
    assert!(
        plain.contains("Hello") && !plain.contains("dave"),
        "{plain}"
    );

    assert_eq!(code(&fill(&["--to", "bob@example.net", "--no-sign"])), 64);
    assert_eq!(
        code(&fill(&[
            "--to",
            "not an address",
            "--no-sign",
            "--no-encrypt"
        ])),
        64
    );
    assert_eq!(server.messages().len(), 3);

    let closed = ["--to", "bob@example.net", "--identity", &p12];
    let output = fill(&[&closed[..], &encrypting].concat());
    assert_eq!(code(&output), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("sender.p12") && said.contains("--identity-password-file"),
        "{said}"
    );

    let saved = folder.path().join("saved.eml");
    let dry = [
        "--to",
        "bob@example.net",
        "--dry-run",
        "--save",
        saved.to_str().unwrap(),
    ];
    let output = fill(&[&signing[..], &encrypting, &dry].concat());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&std::fs::read(saved).unwrap()).contains("smime-type=enveloped-data"));
    assert_eq!(server.messages().len(), 3);
}

#[test]
fn open_reads_what_send_delivered() {
    let (Some(send), Some(open)) = (example("send"), example("open")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // The first time it finds nothing and sends first; the second time it opens what there is.
    for delivered_by in [None, Some(&send)] {
        if let Some(send) = delivered_by {
            assert!(run(send, folder.path(), &[]).status.success());
        }
        let output = run(&open, folder.path(), &[]);
        let printed = text(&output.stdout);
        assert!(output.status.success(), "{printed}{}", text(&output.stderr));
        let trusted = "Trusted: signed by juergen@example.org";
        assert_eq!(printed.matches(trusted).count(), 3, "{printed}");
        assert_eq!(printed.matches("Not opened: ").count(), 3, "{printed}");
        let sent = printed.contains("Nothing was sent yet");
        assert_eq!(sent, delivered_by.is_none());
    }

    let files = folder.path().join("target/smime-example");
    let path = |name: &str| files.join(name).to_str().unwrap().to_owned();
    let bob = folder.path().join("bob.pem");
    let mut pem = std::fs::read(path("keys/bob.key.pem")).unwrap();
    pem.extend(std::fs::read(path("certificates/bob.pem")).unwrap());
    std::fs::write(&bob, pem).unwrap();
    let (copy, other, ca) = (
        path("delivered/copy-1.eml"),
        path("delivered/copy-2.eml"),
        path("ca.pem"),
    );
    let bob = bob.to_str().unwrap();
    let saved = folder.path().join("content");
    let form = [
        &copy,
        "--identity",
        bob,
        "--trust",
        &ca,
        "--save",
        saved.to_str().unwrap(),
    ];
    let code = |form: &[&str]| run(&open, folder.path(), form).status.code().unwrap();
    assert_eq!(code(&form), 0);
    let content = text(&std::fs::read(&saved).unwrap());
    assert!(
        content.starts_with("Content-Type: multipart/mixed"),
        "{content}"
    );
    assert_eq!(code(&[&copy, "--identity", bob]), 1);
    assert_eq!(code(&[&other, "--identity", bob, "--trust", &ca]), 2);
    assert_eq!(code(&["--identity", bob]), 64);
    let sender = path("sender.p12");
    let mut form = vec![copy.as_str(), "--trust", &ca, "--identity", &sender];
    let closed = run(&open, folder.path(), &form);
    assert!(text(&closed.stderr).contains("--password-file"));
    form.extend(["--password-env", "SMIME_TEST_P12"]);
    assert_eq!(code(&form), 0);
}

#[test]
fn cms_shows_the_door_below_mime() {
    let Some(program) = example("cms") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = run(&program, folder.path(), &[]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}{}", text(&output.stderr));
    for (verdict, count) in [("Trusted: ", 2), ("Withheld: ", 1), ("Unsigned: ", 0)] {
        assert_eq!(printed.matches(verdict).count(), count, "{printed}");
    }
    assert!(printed.ends_with("65 bytes, trusted\n"), "{printed}");
}
