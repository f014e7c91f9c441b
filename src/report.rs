//! What was found in a message, from outside in, and what follows from it.

mod candidate;
mod header;
#[cfg(feature = "serde")]
mod json;
mod layer;
mod part;
mod path;
mod signer;
#[cfg(test)]
mod tests;
mod text;

pub use candidate::Candidate;
pub use header::{HeaderField, HeaderProtection};
#[cfg(feature = "serde")]
pub(crate) use json::{CertificateSummary, PathSummary, rfc_3339};
pub use layer::{LayerKind, LayerReport};
pub use part::{Encryption, PartReport, Protection};
pub(crate) use path::{name, path_in_words, statuses_in_words};
pub use signer::{SignerReport, SignerStatus};

use std::fmt;

use crate::check::Check;

/// What may be believed of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// One signer who matches From passes every check.
    Trusted,
    /// It is signed, and something about the signature is not as it should be.
    Untrusted,
    /// It is not signed.
    Unsigned,
    /// A signature does not verify: the content was changed, or never signed.
    Withheld,
}

impl Verdict {
    /// `"trusted"`, `"untrusted"`, `"unsigned"` or `"withheld"`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Trusted => "trusted",
            Verdict::Untrusted => "untrusted",
            Verdict::Unsigned => "unsigned",
            Verdict::Withheld => "withheld",
        }
    }
}

/// The whole report.
///
/// `Display` tells a person what may be believed, what to do next, and then everything that was looked
/// at, from outside in. Texts from the message are shown on one line, with what cannot be seen escaped.
///
/// # JSON
/// With the feature `serde` it serializes, for scripts, as below. Times are RFC 3339 in UTC, what is not
/// known is `null`. Until version 1.0 of this crate names may change and fields may be added.
///
/// ```text
/// { "verdict": "trusted" | "untrusted" | "unsigned" | "withheld",
///   "headline": "Trusted: signed by …",  // the verdict in one sentence, with the main reason
///   "layers": [{
///     "kind": "detached-signature" | "opaque-signature" | "no-signers" | "encrypted" | "compressed",
///     "part": "",                          // the whole message, or a part such as "1.2"
///     "checks": [Check],
///     "signers": [{
///       "status": "trusted" | "untrusted" | "unchecked" | "invalid",
///       "id", "address",                   // of From or the expected signer, if the certificate names it
///       "certificate": Certificate, "algorithm", "signing_time",
///       "path": [Link],                    // to the trust anchor; null when there is none
///       "attempts": [{ "path": [Link], "reasons": [] }],  // why there is none, the best candidate first
///       "checks": [Check] }],
///     "encryption": { "cipher", "authenticated", "key_encryption", "opened_as", "recipients" } }],
///   "checks": [Check],                     // about the message as a whole
///   "parts": [{ "part", "media_type", "bytes", "signature", "encryption" }],
///   "headers": { "protection": "none" | "clear" | "cipher" | "legacy",
///                "fields": [{ "name", "value" }] },
///   "candidates": [{ "certificate": Certificate, "encrypts", "capabilities": [] }] }
///
/// Check:       { "aspect", "outcome": "passed" | "failed" | "note" | "unknown", "what", "why", "reference" }
/// Certificate: { "subject", "serial", "issuer", "fingerprint_sha256", "addresses", "not_before", "not_after" }
/// Link:        Certificate with "status": Status, which is null for the trust anchor and where nobody looked
/// Status:      { "status": "good" | "revoked" | "unknown" | "not-asked", "source": "crl" | "ocsp",
///                "this_update", "next_update",  // of what says that it is good
///                "when", "reason",              // of one that was revoked
///                "detail" }                     // why it is unknown
/// ```
#[derive(Clone)]
pub struct Report {
    pub(crate) verdict: Verdict,
    pub(crate) layers: Vec<LayerReport>,
    /// About the message as a whole: sender, structure, requirements.
    pub(crate) checks: Vec<Check>,
    pub(crate) parts: Vec<PartReport>,
    pub(crate) header_protection: HeaderProtection,
    /// Header fields found inside the protection.
    pub(crate) protected_headers: Vec<HeaderField>,
    /// Only from a trusted signer.
    pub(crate) candidates: Vec<Candidate>,
}

impl Report {
    /// What may be believed of the content.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The verdict in one sentence with the main reason and what to do about it, on one line: where
    /// `Display` begins.
    pub fn headline(&self) -> String {
        text::headline(self)
    }

    /// The layers of protection, from outside in; none for a plain message. What is inside of one that is withheld
    /// is kept back with its content.
    pub fn layers(&self) -> &[LayerReport] {
        &self.layers
    }

    /// What was looked at about the message as a whole: its sender, how it is put together, what the
    /// policy demands. What belongs to a layer or a signer stands there.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Every check that failed, wherever it stands, from outside in, those about the whole message last.
    pub fn failed_checks(&self) -> impl Iterator<Item = &Check> {
        let of_layers = self.layers.iter().flat_map(|layer| {
            let of_signers = layer.signers.iter().flat_map(|signer| &signer.checks);
            layer.checks.iter().chain(of_signers)
        });
        of_layers
            .chain(&self.checks)
            .filter(|check| check.is_failed())
    }

    /// The parts of the content in order, each with what protects it. None of a message that is withheld.
    pub fn parts(&self) -> &[PartReport] {
        &self.parts
    }

    /// The trusted signer of the whole message; without one the signer of it that comes closest, the outermost of
    /// them. `None` when nobody signed the whole: who signed a part of it, such as a message that was
    /// forwarded, stands in [`Report::layers`] and does not speak for the rest.
    pub fn signer(&self) -> Option<&SignerReport> {
        let signers = self.layers_around_all().flat_map(|layer| &layer.signers);
        signers.min_by_key(|signer| signer.status.rank())
    }

    /// The layers around all of the message, from outside in.
    fn layers_around_all(&self) -> impl DoubleEndedIterator<Item = &LayerReport> {
        self.layers.iter().filter(|layer| layer.part.is_empty())
    }

    /// How the content of the message was encrypted: by the innermost of the encryptions around all of it. One
    /// further out does not make up for it, because anybody can wrap what he has changed.
    pub fn encryption(&self) -> Encryption {
        let innermost = self.innermost_encryption();
        innermost.map_or(Encryption::None, LayerKind::encryption)
    }

    /// The innermost encryption around the whole message.
    fn innermost_encryption(&self) -> Option<&LayerKind> {
        self.layers_around_all()
            .map(LayerReport::kind)
            .rfind(|kind| kind.encryption() != Encryption::None)
    }

    /// How the header fields inside the protection are protected.
    pub fn header_protection(&self) -> HeaderProtection {
        self.header_protection
    }

    /// Header fields found inside the protection: those to believe, if the verdict is
    /// [`Verdict::Trusted`]; otherwise nobody vouches for them. None of a message that is withheld.
    pub fn protected_headers(&self) -> &[HeaderField] {
        &self.protected_headers
    }

    /// Certificates that a mail program may want to keep, only from a trusted signer. Nothing was kept.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }
}

/// The verdict and counts: what a message said encrypted stays out of logs.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("verdict", &self.verdict)
            .field("layers", &self.layers.len())
            .field("checks", &self.checks.len())
            .field("parts", &self.parts.len())
            .field("header_protection", &self.header_protection)
            .field("protected_headers", &self.protected_headers.len())
            .field("candidates", &self.candidates.len())
            .finish()
    }
}
