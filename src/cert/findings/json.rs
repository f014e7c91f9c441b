//! Findings for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Finding, Findings};
use crate::asn1::{Civil, unix_seconds};
use crate::check::Reason;

/// `authority`, `signs` and `encrypts` (each with `fit` and `reasons`), `valid_until`, `days_left` (null when it has
/// expired), `profile` (`validation` and `generation`, or null) and `findings`.
impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut findings = serializer.serialize_struct("Findings", 7)?;
        findings.serialize_field("authority", &self.is_authority())?;
        findings.serialize_field("signs", &Use(self.unfit_to_sign()))?;
        findings.serialize_field("encrypts", &Use(self.unfit_to_encrypt()))?;
        let end = Civil::from_unix(unix_seconds(self.valid_until()));
        findings.serialize_field("valid_until", &end.map(Civil::rfc_3339))?;
        findings.serialize_field("days_left", &self.days_left())?;
        let profile = self.profile().map(|profile| Claimed {
            validation: profile.validation().name(),
            generation: profile.generation().name(),
        });
        findings.serialize_field("profile", &profile)?;
        findings.serialize_field("findings", self.all())?;
        findings.end()
    }
}

/// `severity`, `code`, `text` and `reference`.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 4)?;
        finding.serialize_field("severity", self.severity().name())?;
        finding.serialize_field("code", self.code())?;
        finding.serialize_field("text", self.text())?;
        finding.serialize_field("reference", self.reference())?;
        finding.end()
    }
}

struct Use<'a>(&'a [Reason]);

impl Serialize for Use<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons: Vec<String> = self.0.iter().map(Reason::to_string).collect();
        let mut one = serializer.serialize_struct("Use", 2)?;
        one.serialize_field("fit", &reasons.is_empty())?;
        one.serialize_field("reasons", &reasons)?;
        one.end()
    }
}

struct Claimed {
    validation: &'static str,
    generation: &'static str,
}

impl Serialize for Claimed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut profile = serializer.serialize_struct("Profile", 2)?;
        profile.serialize_field("validation", self.validation)?;
        profile.serialize_field("generation", self.generation)?;
        profile.end()
    }
}
