//! Reports for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use std::time::SystemTime;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::path::{Attempted, attempts};
use super::{
    Candidate, Encryption, HeaderField, LayerKind, LayerReport, PartReport, Report, SignerReport,
};
use crate::asn1::{Civil, unix_seconds};
use crate::cert::Certificate;
use crate::cert::path::{CertificateStatus, StatusSource, VerifiedPath};
use crate::check::visible;

/// Characters of a text that says why a status is not known.
const LONGEST: usize = 300;

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

/// `status`, `id`, `address`, `certificate`, `path` (the signer first, the trust anchor last), `attempts`,
/// `algorithm`, `signing_time` and `checks`.
impl Serialize for SignerReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut signer = serializer.serialize_struct("SignerReport", 9)?;
        signer.serialize_field("status", self.status().name())?;
        signer.serialize_field("id", &self.id().map(ToString::to_string))?;
        signer.serialize_field("address", &self.address())?;
        signer.serialize_field("certificate", &self.certificate().map(CertificateSummary))?;
        signer.serialize_field("path", &self.path().map(PathSummary::of))?;
        let attempts = self.path_failure().map(attempts).unwrap_or_default();
        let attempts: Vec<_> = attempts.iter().map(AttemptSummary).collect();
        signer.serialize_field("attempts", &attempts)?;
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
        describe(&mut summary, certificate)?;
        summary.end()
    }
}

fn describe<S: SerializeStruct>(
    summary: &mut S,
    certificate: &Certificate,
) -> Result<(), S::Error> {
    summary.serialize_field("subject", &certificate.subject())?;
    summary.serialize_field("serial", &certificate.serial_hex())?;
    summary.serialize_field("issuer", &certificate.issuer())?;
    summary.serialize_field("fingerprint_sha256", &certificate.fingerprint_sha256())?;
    summary.serialize_field("addresses", certificate.addresses())?;
    summary.serialize_field("not_before", &rfc_3339(certificate.not_before()))?;
    summary.serialize_field("not_after", &rfc_3339(certificate.not_after()))
}

/// Certificates of a path, each with its revocation status.
pub(crate) struct PathSummary<'a> {
    pub(super) certificates: &'a [Certificate],
    pub(super) statuses: &'a [CertificateStatus],
}

impl<'a> PathSummary<'a> {
    pub(crate) fn of(path: &'a VerifiedPath) -> PathSummary<'a> {
        PathSummary {
            certificates: path.certificates(),
            statuses: path.statuses(),
        }
    }
}

impl Serialize for PathSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let statuses = self.statuses.iter().map(Some);
        let statuses = statuses.chain(std::iter::repeat(None));
        let links = self.certificates.iter().zip(statuses);
        serializer.collect_seq(links.map(|(certificate, status)| Link {
            certificate,
            status,
        }))
    }
}

/// One certificate of a path.
struct Link<'a> {
    certificate: &'a Certificate,
    status: Option<&'a CertificateStatus>,
}

impl Serialize for Link<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut link = serializer.serialize_struct("Link", 8)?;
        describe(&mut link, self.certificate)?;
        link.serialize_field("status", &self.status.map(StatusSummary))?;
        link.end()
    }
}

struct StatusSummary<'a>(&'a CertificateStatus);

impl Serialize for StatusSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source_name = |source: &StatusSource| match source {
            StatusSource::Crl => "crl",
            StatusSource::Ocsp => "ocsp",
        };
        let (mut source, mut this_update, mut next_update) = (None, None, None);
        let (mut when, mut reason, mut detail) = (None, None, None);
        let status = match self.0 {
            CertificateStatus::Good {
                source: by,
                this_update: this,
                next_update: next,
            } => {
                source = Some(source_name(by));
                this_update = rfc_3339(*this);
                next_update = next.and_then(rfc_3339);
                "good"
            }
            CertificateStatus::Revoked {
                source: by,
                when: at,
                reason: why,
            } => {
                source = Some(source_name(by));
                when = rfc_3339(*at);
                reason = Some(why);
                "revoked"
            }
            CertificateStatus::Unknown { detail: why } => {
                detail = Some(visible(why, LONGEST));
                "unknown"
            }
            CertificateStatus::NotAsked => "not-asked",
        };
        let mut summary = serializer.serialize_struct("Status", 7)?;
        summary.serialize_field("status", status)?;
        summary.serialize_field("source", &source)?;
        summary.serialize_field("this_update", &this_update)?;
        summary.serialize_field("next_update", &next_update)?;
        summary.serialize_field("when", &when)?;
        summary.serialize_field("reason", &reason)?;
        summary.serialize_field("detail", &detail)?;
        summary.end()
    }
}

/// `path` and `reasons` (sentences).
struct AttemptSummary<'a>(&'a Attempted<'a>);

impl Serialize for AttemptSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AttemptSummary(attempt) = self;
        let mut summary = serializer.serialize_struct("Attempt", 2)?;
        let path = PathSummary {
            certificates: attempt.certificates,
            statuses: attempt.statuses,
        };
        summary.serialize_field("path", &path)?;
        let reasons: Vec<String> = attempt.reasons.iter().map(ToString::to_string).collect();
        summary.serialize_field("reasons", &reasons)?;
        summary.end()
    }
}

/// `2026-01-02T03:04:05Z`; `None` outside of the years 0 to 9999.
pub(crate) fn rfc_3339(time: SystemTime) -> Option<String> {
    Civil::from_unix(unix_seconds(time)).map(Civil::rfc_3339)
}
