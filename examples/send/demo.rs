//! Everything at once, on this machine alone.

use std::path::PathBuf;

use smime::protect::Source;
use smime::resolver::{FolderResolver, Provenance};
use smime::{Identity, Protected};

use crate::openssl::{self, shown};
use crate::people::{self, BOB, CAROL, DAVE, DEMO_PASSWORD, Files, Recipient, SENDER};
use crate::reading::{self, read};
use crate::world::{self, ATTACHMENT, SUBJECT};
use crate::{Result, seen, server};

pub fn run() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(demo())
}

async fn demo() -> Result<()> {
    title(1, "A small CA certifies a sender and three recipients");
    let files = Files::new()?;
    people::make(&files)?;
    list_files(&files);

    title(2, "Identity and certificates are loaded from the files");
    let sender = Identity::from_pkcs12(&read(&files.sender())?, DEMO_PASSWORD)?;
    println!("   sender      {}", sender.certificate().subject());
    let certificates = FolderResolver::open(files.certificates())?;
    for problem in certificates.problems() {
        println!("   left out    {problem}");
    }
    println!(
        "   recipients  found by address in {}",
        shown(&files.certificates())
    );

    title(3, "A mail is composed");
    println!("   From        {} <{}>", SENDER.0, SENDER.1);
    println!("   To          {}, {}", named(&BOB), named(&CAROL));
    println!("   Bcc         {}", named(&DAVE));
    println!("   Subject     {SUBJECT}");
    println!("   Content     text, HTML, and the attachment {ATTACHMENT}");

    title(4, "It is signed, then encrypted");
    let protected = world::protect(&sender, certificates)?;
    explain(&protected);

    title(5, "It is submitted over TLS, with user and password");
    let (server, tls_root) = server::start().await?;
    let address = server.address();
    println!(
        "   server      {address}, implicit TLS, user {}",
        server::USER
    );
    let delivery = world::submit(&protected, &server, &tls_root).await?;
    for (recipient, outcome) in delivery.iter() {
        println!("   {:<19} {outcome}", recipient.address());
    }
    title(6, "The server delivered these files");
    let messages = server.messages();
    let copies = world::deliver(&files, &messages)?;
    for (path, received) in &copies {
        println!("   {}  for {}", shown(path), received.recipients.join(" "));
    }

    title(
        7,
        "OpenSSL reads them: decrypts, and verifies the signature inside",
    );
    for (path, received) in &copies {
        for recipient in [&BOB, &CAROL, &DAVE] {
            if received
                .recipients
                .iter()
                .any(|to| to.contains(recipient.address))
            {
                println!("# {}", recipient.name);
                println!("{}\n", openssl::read(&files, path, recipient));
            }
        }
    }

    title(8, "What each recipient sees in each copy");
    for recipient in reading::READERS {
        let opener = reading::opener(&files, recipient)?;
        for (path, _) in &copies {
            println!("   {} opens {}", recipient.name, shown(path));
            match opener.open(&reading::read(path)?) {
                Ok(opened) => {
                    for line in seen::seen(&opened) {
                        println!("      {line}");
                    }
                }
                Err(error) => println!("      {}", seen::closed(&error)),
            }
        }
    }
    println!("\n   `cargo run --release --example open` prints the whole reports.");
    Ok(())
}

/// The report as a table; `println!("{}", protected.report())` would do as well.
fn explain(protected: &Protected) {
    let report = protected.report();
    for signer in report.signers() {
        println!("   signed      by {}", signer.certificate().subject());
        println!(
            "               with {}, SHA-512 as asked for",
            signer.algorithm().name()
        );
    }
    if let Some(cipher) = report.cipher() {
        println!(
            "   encrypted   with {}, which every mail client reads",
            cipher.name()
        );
    }
    for one in report.recipients() {
        let address = one
            .address()
            .map(|address| address.address())
            .unwrap_or_default();
        println!(
            "\n   {address}  ({}, reads copy {})",
            one.role(),
            one.copy() + 1
        );
        let certificate = one.certificate();
        println!(
            "      certificate  {}, serial {}",
            certificate.subject(),
            certificate.serial_hex()
        );
        println!("      because      {}", why(one.source()));
        println!("      content key  encrypted with {}", one.encryption());
    }
    println!(
        "\n   Bcc stays secret: its reader has a copy of his own, and no other copy tells of him.\n"
    );
    for (number, copy) in (1..).zip(protected.copies()) {
        println!("   copy {number}      {} bytes", copy.bytes().len());
    }
    for note in report.notes() {
        println!("   note        {note}");
    }
}

/// The source of a certificate in the terms of this demo.
fn why(source: Source) -> String {
    match source {
        Source::Resolver(Provenance::Pinned) => {
            "it names the address, and it is in the folder because you put it there".into()
        }
        other => format!("it is {other}"),
    }
}

fn list_files(files: &Files) {
    let line = |path: PathBuf, what: &str| println!("   {:<52} {what}", shown(&path));
    line(files.ca(), "the CA, for those who verify");
    line(
        files.sender(),
        "the sender's RSA-2048 key, certificate and chain",
    );
    println!(
        "   {:<52} (its password, for this demo: {DEMO_PASSWORD})",
        ""
    );
    for (recipient, key) in [(&BOB, "RSA-2048"), (&CAROL, "P-256"), (&DAVE, "P-384")] {
        line(
            files.certificate(recipient, "cer"),
            &format!("{}'s certificate, {key}, DER", recipient.name),
        );
        line(files.certificate(recipient, "pem"), "the same in PEM");
        line(files.key(recipient), "the key, for OpenSSL to decrypt");
    }
}

fn named(recipient: &Recipient) -> String {
    format!("{} <{}>", recipient.name, recipient.address)
}

fn title(number: u32, text: &str) {
    println!("\n{number}. {text}\n");
}
