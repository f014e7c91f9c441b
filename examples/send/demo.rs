//! Everything at once, on this machine alone.

use std::fs;
use std::path::PathBuf;

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::mail_builder::MessageBuilder;
use smime::protect::Source;
use smime::resolver::{FolderResolver, Provenance};
use smime::submit::Submitter;
use smime::{Identity, Protected, Protector};

use crate::openssl::{self, shown};
use crate::people::{self, BOB, CAROL, DAVE, DEMO_PASSWORD, Files, Recipient, SENDER};
use crate::smtp::Received;
use crate::{Result, server};

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
    let mail = compose();
    println!("   From        {} <{}>", SENDER.0, SENDER.1);
    println!("   To          {}, {}", named(&BOB), named(&CAROL));
    println!("   Bcc         {}", named(&DAVE));
    println!("   Subject     {SUBJECT}");
    println!("   Content     text, HTML, and the attachment {ATTACHMENT}");

    title(4, "It is signed, then encrypted");
    let protected = Protector::new()
        .sign(&sender)
        .digest(DigestAlgorithm::Sha512)
        .resolver(certificates)
        .encrypt_to_recipients()
        .cipher(ContentCipher::Aes256Cbc)
        .protect(mail)?;
    explain(&protected);

    title(5, "It is submitted over TLS, with user and password");
    let (server, tls_root) = server::start().await?;
    let address = server.address();
    println!(
        "   server      {address}, implicit TLS, user {}",
        server::USER
    );
    let submitter = Submitter::relay(&address.ip().to_string())?
        .port(address.port())
        .root_certificates(tls_root.as_bytes())?
        .credentials(server::USER, server::PASSWORD);
    let delivery = submitter.send(&protected).await?;
    for (recipient, outcome) in delivery.iter() {
        println!("   {:<19} {outcome}", recipient.address());
    }
    if !delivery.all_accepted() {
        return Err("the server of the demo did not accept everything".into());
    }

    title(6, "The server delivered these files");
    let messages = server.messages();
    let copies = deliver(&files, &messages)?;
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
    Ok(())
}

const SUBJECT: &str = "Grüße: the figures for Q3 ✓";
const ATTACHMENT: &str = "figures.csv";

fn compose() -> MessageBuilder<'static> {
    MessageBuilder::new()
        .from(SENDER)
        .to(vec![(BOB.name, BOB.address), (CAROL.name, CAROL.address)])
        .bcc((DAVE.name, DAVE.address))
        .subject(SUBJECT)
        .text_body("Hello,\n\nthe figures for Q3 are attached.\n\nGrüße\nJürgen\n")
        .html_body(
            "<p>Hello,</p><p>the figures for <b>Q3</b> are attached.</p><p>Grüße<br>Jürgen</p>",
        )
        .attachment(
            "text/csv",
            ATTACHMENT,
            "month,total\nJuly,1204\nAugust,998\nSeptember,1311\n",
        )
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

/// Writes what the server received, one file per copy.
fn deliver<'m>(files: &Files, messages: &'m [Received]) -> Result<Vec<(PathBuf, &'m Received)>> {
    let mut copies = Vec::new();
    for (number, received) in (1..).zip(messages) {
        let path = files.delivered().join(format!("copy-{number}.eml"));
        fs::write(&path, &received.bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        copies.push((path, received));
    }
    Ok(copies)
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

fn read(path: &std::path::Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn named(recipient: &Recipient) -> String {
    format!("{} <{}>", recipient.name, recipient.address)
}

fn title(number: u32, text: &str) {
    println!("\n{number}. {text}\n");
}
