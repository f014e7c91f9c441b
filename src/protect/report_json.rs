//! Reports for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::report::{ProtectReport, RecipientReport, SignerReport};
use crate::cert::Certificate;
use crate::report::PathSummary;

/// `signers`, `recipients`, `cipher` (its name, or null), `compressed` and `notes`. It names Bcc recipients.
impl Serialize for ProtectReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("ProtectReport", 5)?;
        report.serialize_field("signers", self.signers())?;
        report.serialize_field("recipients", self.recipients())?;
        report.serialize_field("cipher", &self.cipher().map(|cipher| cipher.name()))?;
        report.serialize_field("compressed", &self.is_compressed())?;
        report.serialize_field("notes", self.notes())?;
        report.end()
    }
}

/// `certificate`, `algorithm` (its name), `names_sender` and `path` (as that of a recipient).
impl Serialize for SignerReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut signer = serializer.serialize_struct("SignerReport", 4)?;
        signer.serialize_field("certificate", &Summary(self.certificate()))?;
        signer.serialize_field("algorithm", &self.algorithm().name())?;
        signer.serialize_field("names_sender", &self.names_sender())?;
        signer.serialize_field("path", &self.path().map(PathSummary::of))?;
        signer.end()
    }
}

/// `role`, `address` (or null), `certificate`, `encryption`, `source`, `path` (as that of a signer in
/// [`crate::report::Report`], or null) and `copy`.
impl Serialize for RecipientReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut recipient = serializer.serialize_struct("RecipientReport", 7)?;
        recipient.serialize_field("role", &self.role().to_string())?;
        let address = self.address().map(|address| address.address());
        recipient.serialize_field("address", &address)?;
        recipient.serialize_field("certificate", &Summary(self.certificate()))?;
        recipient.serialize_field("encryption", &self.encryption().to_string())?;
        recipient.serialize_field("source", &self.source().to_string())?;
        recipient.serialize_field("path", &self.path().map(PathSummary::of))?;
        recipient.serialize_field("copy", &self.copy())?;
        recipient.end()
    }
}

/// What tells which certificate it was.
struct Summary<'a>(&'a Certificate);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Summary(certificate) = self;
        let mut summary = serializer.serialize_struct("Certificate", 4)?;
        summary.serialize_field("subject", &certificate.subject())?;
        summary.serialize_field("serial", &certificate.serial_hex())?;
        summary.serialize_field("issuer", &certificate.issuer())?;
        summary.serialize_field("fingerprint_sha256", &certificate.fingerprint_sha256())?;
        summary.end()
    }
}
