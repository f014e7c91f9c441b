//! Reports for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use std::time::SystemTime;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{
    Candidate, Encryption, HeaderField, LayerKind, LayerReport, PartReport, Report, SignerReport,
};
use crate::asn1::{Civil, unix_seconds};
use crate::cert::Certificate;

/// As [`Report`] describes it.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 7)?;
        report.serialize_field("verdict", self.verdict().name())?;
        report.serialize_field("headline", &self.headline())?;
        report.serialize_field("layers", self.layers())?;
        report.serialize_field("checks", self.checks())?;
        report.serialize_field("parts", self.parts())?;
        report.serialize_field("headers", &Headers(self))?;
        report.serialize_field("candidates", self.candidates())?;
        report.end()
    }
}

/// `kind`, `part`, `checks`, `signers` and `encryption` (null unless it is encrypted).
impl Serialize for LayerReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut layer = serializer.serialize_struct("LayerReport", 5)?;
        layer.serialize_field("kind", self.kind().name())?;
        layer.serialize_field("part", self.part())?;
        layer.serialize_field("checks", self.checks())?;
        layer.serialize_field("signers", self.signers())?;
        let encrypted = self.kind().encryption() != Encryption::None;
        layer.serialize_field("encryption", &encrypted.then(|| Envelope(self.kind())))?;
        layer.end()
    }
}

/// `status`, `id`, `address`, `certificate`, `path` (the signer first, the trust anchor last), `algorithm`,
/// `signing_time` and `checks`.
impl Serialize for SignerReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut signer = serializer.serialize_struct("SignerReport", 8)?;
        signer.serialize_field("status", self.status().name())?;
        signer.serialize_field("id", &self.id().map(ToString::to_string))?;
        signer.serialize_field("address", &self.address())?;
        signer.serialize_field("certificate", &self.certificate().map(CertificateSummary))?;
        let path: Option<Vec<_>> = self
            .path()
            .map(|path| path.certificates().iter().map(CertificateSummary).collect());
        signer.serialize_field("path", &path)?;
        signer.serialize_field("algorithm", &self.algorithm().map(|a| a.name()))?;
        signer.serialize_field("signing_time", &self.signing_time().and_then(rfc_3339))?;
        signer.serialize_field("checks", self.checks())?;
        signer.end()
    }
}

/// `part`, `media_type`, `bytes`, `signature` (status of the best signer, or null) and `encryption`.
impl Serialize for PartReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut part = serializer.serialize_struct("PartReport", 5)?;
        part.serialize_field("part", self.part())?;
        part.serialize_field("media_type", self.media_type())?;
        part.serialize_field("bytes", &self.bytes())?;
        let signature = self.protection().signature().map(|status| status.name());
        part.serialize_field("signature", &signature)?;
        part.serialize_field("encryption", self.protection().encryption().name())?;
        part.end()
    }
}

/// `name` and `value`.
impl Serialize for HeaderField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut field = serializer.serialize_struct("HeaderField", 2)?;
        field.serialize_field("name", self.name())?;
        field.serialize_field("value", self.value())?;
        field.end()
    }
}

/// `certificate`, `encrypts` and `capabilities`.
impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut candidate = serializer.serialize_struct("Candidate", 3)?;
        candidate.serialize_field("certificate", &CertificateSummary(self.certificate()))?;
        candidate.serialize_field("encrypts", &self.encrypts())?;
        candidate.serialize_field("capabilities", self.capabilities())?;
        candidate.end()
    }
}

struct Headers<'a>(&'a Report);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Headers(report) = self;
        let mut headers = serializer.serialize_struct("Headers", 2)?;
        headers.serialize_field("protection", report.header_protection().name())?;
        headers.serialize_field("fields", report.protected_headers())?;
        headers.end()
    }
}

/// Everything about an encrypted layer.
struct Envelope<'a>(&'a LayerKind);

impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let LayerKind::Encrypted {
            cipher,
            key_encryption,
            opened_as,
            recipients,
        } = self.0
        else {
            return serializer.serialize_none();
        };
        let mut layer = serializer.serialize_struct("Encryption", 5)?;
        layer.serialize_field("cipher", &cipher.name())?;
        layer.serialize_field("authenticated", &cipher.is_authenticated())?;
        layer.serialize_field(
            "key_encryption",
            &key_encryption.as_ref().map(ToString::to_string),
        )?;
        layer.serialize_field("opened_as", &opened_as.as_ref().map(ToString::to_string))?;
        layer.serialize_field("recipients", recipients)?;
        layer.end()
    }
}

/// What tells which certificate it is, and for whom.
pub(crate) struct CertificateSummary<'a>(pub(crate) &'a Certificate);

impl Serialize for CertificateSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CertificateSummary(certificate) = self;
        let mut summary = serializer.serialize_struct("Certificate", 7)?;
        summary.serialize_field("subject", &certificate.subject())?;
        summary.serialize_field("serial", &certificate.serial_hex())?;
        summary.serialize_field("issuer", &certificate.issuer())?;
        summary.serialize_field("fingerprint_sha256", &certificate.fingerprint_sha256())?;
        summary.serialize_field("addresses", certificate.addresses())?;
        summary.serialize_field("not_before", &rfc_3339(certificate.not_before()))?;
        summary.serialize_field("not_after", &rfc_3339(certificate.not_after()))?;
        summary.end()
    }
}

/// `2026-01-02T03:04:05Z`; `None` outside of the years 0 to 9999.
pub(crate) fn rfc_3339(time: SystemTime) -> Option<String> {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::from_unix(unix_seconds(time))?;
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}
