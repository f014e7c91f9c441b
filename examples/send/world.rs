//! What the demo does, without a word about it: composes, protects, submits, delivers.

use std::fs;
use std::path::PathBuf;

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::mail_builder::MessageBuilder;
use smime::resolver::FolderResolver;
use smime::submit::{Delivery, Submitter};
use smime::{Identity, Protected, Protector};

use crate::Result;
use crate::people::{BOB, CAROL, DAVE, Files, SENDER};
use crate::server;
use crate::smtp::{Received, Server};

pub const SUBJECT: &str = "Grüße: the figures for Q3 ✓";
pub const ATTACHMENT: &str = "figures.csv";

pub fn compose() -> MessageBuilder<'static> {
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

/// Signed, then encrypted to everybody.
pub fn protect(sender: &Identity, certificates: FolderResolver) -> Result<Protected> {
    let protected = Protector::new()
        .sign(sender)
        .digest(DigestAlgorithm::Sha512)
        .resolver(certificates)
        .encrypt_to_recipients()
        .cipher(ContentCipher::Aes256Cbc)
        .protect(compose())?;
    Ok(protected)
}

/// Over TLS, with user and password.
pub async fn submit(protected: &Protected, server: &Server, tls_root: &str) -> Result<Delivery> {
    let address = server.address();
    let submitter = Submitter::relay(&address.ip().to_string())?
        .port(address.port())
        .root_certificates(tls_root.as_bytes())?
        .credentials(server::USER, server::PASSWORD);
    let delivery = submitter.send(protected).await?;
    match delivery.all_accepted() {
        true => Ok(delivery),
        false => {
            Err(format!("the server of the demo did not accept everything:\n{delivery}").into())
        }
    }
}

/// Writes what the server received, one file per copy.
pub fn deliver<'m>(
    files: &Files,
    messages: &'m [Received],
) -> Result<Vec<(PathBuf, &'m Received)>> {
    let mut copies = Vec::new();
    for (number, received) in (1..).zip(messages) {
        let path = files.delivered().join(format!("copy-{number}.eml"));
        fs::write(&path, &received.bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        copies.push((path, received));
    }
    Ok(copies)
}
