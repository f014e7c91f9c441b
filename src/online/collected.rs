//! What was found, and what was not.

use std::fmt;

use super::Kind;
use super::wanted::Item;
use crate::cert::{Certificate, Crl, OcspResponse};
use crate::check::visible;

/// Characters of a URL, and of what is said about it.
const SHOWN: usize = 200;

/// What [`super::Collector::collect`] found. Nothing of it was checked: its signatures are, by whoever takes it as input
/// ([`crate::Opener`], [`crate::Protector`], [`crate::cert::path::Validator`]).
#[derive(Clone, Debug, Default)]
pub struct Collected {
    pub(super) crls: Vec<Crl>,
    pub(super) ocsp_responses: Vec<OcspResponse>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) problems: Vec<Problem>,
}

impl Collected {
    /// Revocation lists.
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// OCSP responses.
    pub fn ocsp_responses(&self) -> &[OcspResponse] {
        &self.ocsp_responses
    }

    /// Certificates of issuers, or what calls itself so. Give them as intermediates, never as anchors.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What could not be had, in the order of asking.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Something that could not be had. `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: Option<Kind>,
    url: String,
    certificate: String,
    detail: String,
}

impl Problem {
    /// About one URL.
    pub(super) fn new(item: &Item, url: &str, detail: &str) -> Problem {
        Problem {
            url: visible(url, SHOWN),
            ..Problem::without_url(item, detail)
        }
    }

    /// About everything of one kind for one certificate.
    pub(super) fn without_url(item: &Item, detail: &str) -> Problem {
        Problem {
            kind: Some(item.kind),
            url: String::new(),
            certificate: visible(&item.certificate.description(), 2 * SHOWN),
            detail: visible(detail, SHOWN),
        }
    }

    /// About all of it.
    pub(super) fn of_all(detail: &str) -> Problem {
        Problem {
            kind: None,
            url: String::new(),
            certificate: String::new(),
            detail: visible(detail, SHOWN),
        }
    }

    /// What was to be had; `None` when it is about all of it.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// The URL, of a redirect the one it led to, on one line, with nothing invisible in it, cut off when it is long. Empty
    /// when it is not about one.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate it was wanted for, as [`Certificate::description`] tells it; empty when it is about all of it.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Why not, on one line.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kind) = self.kind {
            write!(f, "{} for {}: ", kind.name(), self.certificate)?;
        }
        if !self.url.is_empty() {
            write!(f, "{}: ", self.url)?;
        }
        f.write_str(&self.detail)
    }
}
