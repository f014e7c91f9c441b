//! Outlines for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{ClaimedSigner, Entry, Matter, Outline, Recipient};
use crate::cert::Certificate;
use crate::report::{CertificateSummary, rfc_3339};

/// As [`Outline`] describes it.
impl Serialize for Outline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut outline = serializer.serialize_struct("Outline", 1)?;
        outline.serialize_field("entries", self.entries())?;
        outline.end()
    }
}

/// `depth`, `part`, `kind`, and the fields of the kind.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("Entry", 8)?;
        entry.serialize_field("depth", &self.depth())?;
        entry.serialize_field("part", self.part())?;
        entry.serialize_field("kind", self.matter().name())?;
        match self.matter() {
            Matter::Mime {
                media_type,
                name,
                encoding,
                bytes,
            } => {
                entry.serialize_field("media_type", media_type)?;
                entry.serialize_field("name", name)?;
                entry.serialize_field("encoding", encoding)?;
                entry.serialize_field("bytes", bytes)?;
            }
            Matter::Signed {
                detached,
                signers,
                certificates,
                crls,
                notes,
            } => {
                entry.serialize_field("detached", detached)?;
                entry.serialize_field("signers", signers)?;
                entry.serialize_field("certificates", &summaries(certificates))?;
                entry.serialize_field("crls", crls)?;
                entry.serialize_field("notes", notes)?;
            }
            Matter::Encrypted {
                cipher,
                recipients,
                certificates,
                notes,
            } => {
                entry.serialize_field("cipher", &cipher.name())?;
                entry.serialize_field("authenticated", &cipher.is_authenticated())?;
                entry.serialize_field("recipients", recipients)?;
                entry.serialize_field("certificates", &summaries(certificates))?;
                entry.serialize_field("notes", notes)?;
            }
            Matter::Compressed { bytes } | Matter::Data { bytes } => {
                entry.serialize_field("bytes", bytes)?;
            }
            Matter::Other { content_type } => {
                entry.serialize_field("content_type", content_type)?;
            }
            Matter::Unreadable { error } => entry.serialize_field("error", error)?,
        }
        entry.end()
    }
}

/// `id`, `digest`, `algorithm` and `signing_time` (RFC 3339, or null).
impl Serialize for ClaimedSigner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut signer = serializer.serialize_struct("ClaimedSigner", 4)?;
        signer.serialize_field("id", &self.id().to_string())?;
        signer.serialize_field("digest", self.digest())?;
        signer.serialize_field("algorithm", self.algorithm())?;
        signer.serialize_field("signing_time", &self.signing_time().and_then(rfc_3339))?;
        signer.end()
    }
}

/// `method` and `certificates`.
impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut recipient = serializer.serialize_struct("Recipient", 2)?;
        recipient.serialize_field("method", self.method())?;
        let certificates = self.certificates().iter().map(ToString::to_string);
        recipient.serialize_field("certificates", &certificates.collect::<Vec<_>>())?;
        recipient.end()
    }
}

fn summaries(certificates: &[Certificate]) -> Vec<CertificateSummary<'_>> {
    certificates.iter().map(CertificateSummary).collect()
}
