//! What was chosen for whom, and why.

use std::fmt::{self, Write};

use super::error::Role;
use crate::address::Mailbox;
use crate::cert::Certificate;
use crate::cert::path::VerifiedPath;
use crate::check::Visible;
use crate::cms::recipient::KeyEncryption;
use crate::crypto::public_key::KeyKind;
use crate::crypto::{ContentCipher, SignatureAlgorithm};
use crate::report::{path_in_words, statuses_in_words};
use crate::resolver::Provenance;

/// Who vouches for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The caller named the certificate.
    Caller,
    /// The caller bound the certificate to this address.
    Bound,
    /// The resolver found it; a person had put it where it was found.
    Resolver(Provenance),
    /// It is the signer's own.
    Signer,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Caller => "named by the caller",
            Source::Bound => "bound to the address by the caller",
            Source::Resolver(Provenance::Pinned) => "found by the resolver, pinned",
            Source::Resolver(_) => "found by the resolver, validated",
            Source::Signer => "the signing certificate, which can also receive",
        })
    }
}

/// One signature of the message.
#[derive(Clone, Debug)]
pub struct SignerReport {
    pub(super) certificate: Certificate,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) names_sender: bool,
    pub(super) path: Option<VerifiedPath>,
}

impl SignerReport {
    /// The signer's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The signature algorithm.
    pub fn algorithm(&self) -> &SignatureAlgorithm {
        &self.algorithm
    }

    /// Whether the certificate names the sender of the message.
    pub fn names_sender(&self) -> bool {
        self.names_sender
    }

    /// The path to a trust anchor and the revocation status of each certificate on it, when there were anchors, and
    /// revocation lists or OCSP responses to ask, and a path was found.
    pub fn path(&self) -> Option<&VerifiedPath> {
        self.path.as_ref()
    }
}

/// One certificate the message is encrypted to.
#[derive(Clone, Debug)]
pub struct RecipientReport {
    pub(super) role: Role,
    pub(super) address: Option<Mailbox>,
    pub(super) certificate: Certificate,
    pub(super) encryption: KeyEncryption,
    pub(super) source: Source,
    pub(super) path: Option<VerifiedPath>,
    pub(super) copy: usize,
}

impl RecipientReport {
    /// Recipient, Bcc recipient, or the sender.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The address it was chosen for; `None` for a certificate that names no recipient.
    pub fn address(&self) -> Option<&Mailbox> {
        self.address.as_ref()
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How the content key is encrypted to it.
    pub fn encryption(&self) -> KeyEncryption {
        self.encryption
    }

    /// Who vouches for it.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The path to a trust anchor and the revocation status of each certificate on it: how a candidate was validated.
    /// Of a certificate that somebody vouches for only when there were revocation lists or OCSP responses to ask, and
    /// a path was found.
    pub fn path(&self) -> Option<&VerifiedPath> {
        self.path.as_ref()
    }

    /// Index into [`super::Protected::copies`] of the copy it can read.
    pub fn copy(&self) -> usize {
        self.copy
    }
}

/// What was done to a message. `Display` tells a person, in lines in which nothing is invisible.
///
/// It names Bcc recipients: it is for the sender only.
#[derive(Clone, Debug, Default)]
pub struct ProtectReport {
    pub(super) signers: Vec<SignerReport>,
    pub(super) recipients: Vec<RecipientReport>,
    pub(super) cipher: Option<ContentCipher>,
    pub(super) compressed: bool,
    pub(super) notes: Vec<String>,
}

impl ProtectReport {
    /// The signatures, none when the message is not signed.
    pub fn signers(&self) -> &[SignerReport] {
        &self.signers
    }

    /// The certificates the message is encrypted to, none when it is not encrypted.
    pub fn recipients(&self) -> &[RecipientReport] {
        &self.recipients
    }

    /// The content cipher, `None` when the message is not encrypted.
    pub fn cipher(&self) -> Option<ContentCipher> {
        self.cipher
    }

    /// Whether the content is compressed inside the protection.
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// What a sender should know: choices that few readers support, a missing own copy, a certificate that was
    /// passed over for another one because it is revoked or nobody vouches for it, one that is used although nobody could
    /// say whether it was revoked.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Adds the notes that follow from the choices; `own_copy_missing`: the sender wants to read the
    /// message and cannot.
    pub(super) fn add_notes(&mut self, own_copy_missing: bool) {
        let ed25519 = self
            .signers
            .iter()
            .any(|s| matches!(s.algorithm, SignatureAlgorithm::Ed25519));
        let pss_key = self
            .signers
            .iter()
            .any(|s| matches!(s.certificate.public_key().kind(), KeyKind::RsaPss { .. }));
        let x25519 = self
            .recipients
            .iter()
            .any(|r| r.encryption == KeyEncryption::X25519);
        let oaep = self
            .recipients
            .iter()
            .any(|r| matches!(r.encryption, KeyEncryption::RsaOaep(_)));
        let gcm = self
            .cipher
            .is_some_and(|c| matches!(c, ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm));
        let chacha = self.cipher == Some(ContentCipher::ChaCha20Poly1305);
        let notes = [
            (ed25519, "few mail clients verify Ed25519 signatures yet"),
            (
                pss_key,
                "a key restricted to RSASSA-PSS is not understood by every mail client",
            ),
            (x25519, "few mail clients decrypt with X25519 yet"),
            (
                oaep,
                "RSA OAEP is not read by gpgsm and by older mail clients",
            ),
            (gcm, "AES-GCM is not read by Thunderbird, gpgsm and NSS"),
            (chacha, "few mail clients decrypt ChaCha20-Poly1305 yet"),
            (self.compressed, "few mail clients read compressed content"),
            (
                own_copy_missing,
                "the sender cannot read this message: no fitting certificate of the sender is known",
            ),
        ];
        self.notes.extend(
            notes
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, text)| (*text).to_owned()),
        );
    }
}

impl fmt::Display for ProtectReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.compressed {
            writeln!(f, "content compressed with zlib")?;
        }
        for signer in &self.signers {
            let name = signer.certificate.description();
            line(
                f,
                &format!("signed by {name} with {}", signer.algorithm.name()),
            )?;
            write_path(f, signer.path())?;
        }
        if let Some(cipher) = self.cipher {
            writeln!(f, "content encrypted with {}", cipher.name())?;
        }
        for recipient in &self.recipients {
            let to = recipient.address.as_ref();
            let to = to.map(|to| format!("{} ({}), ", to.address(), recipient.role));
            let (encryption, source) = (recipient.encryption, recipient.source);
            line(
                f,
                &format!(
                    "encrypted to {}certificate of {}, {encryption}, because it is {source}",
                    to.unwrap_or_default(),
                    recipient.certificate.description(),
                ),
            )?;
            write_path(f, recipient.path())?;
        }
        for note in &self.notes {
            line(f, &format!("note: {note}"))?;
        }
        Ok(())
    }
}

fn write_path(f: &mut fmt::Formatter<'_>, path: Option<&VerifiedPath>) -> fmt::Result {
    let Some(path) = path else {
        return Ok(());
    };
    let certificates = path.certificates();
    line(f, &format!("  path: {}", path_in_words(certificates)))?;
    for status in statuses_in_words(certificates, path.statuses()) {
        line(f, &format!("    {status}"))?;
    }
    Ok(())
}

/// Addresses of a message may hold anything that is no control character.
fn line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    Visible(&mut *f).write_str(text)?;
    f.write_char('\n')
}
