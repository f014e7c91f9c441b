//! What is missing.

use std::collections::HashSet;
use std::fmt;

use crate::cert::Certificate;
use crate::cert::path::{CertificateStatus, PathFailure, VerifiedPath};
use crate::check::{Reason, visible};
use crate::report::Report;

/// Characters of a URL that are shown.
const SHOWN: usize = 200;

/// A kind of thing that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A revocation list, from the cRLDistributionPoints (RFC 5280 4.2.1.13).
    RevocationList,
    /// An OCSP response, from the authorityInfoAccess (RFC 5280 4.2.2.1, RFC 6960).
    OcspResponse,
    /// The certificate of an issuer, from the authorityInfoAccess (caIssuers).
    Issuer,
}

impl Kind {
    /// `"revocation list"`, `"OCSP response"` or `"issuer"`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::RevocationList => "revocation list",
            Kind::OcspResponse => "OCSP response",
            Kind::Issuer => "issuer",
        }
    }
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Item {
    pub kind: Kind,
    /// Whose status or issuer it is.
    pub certificate: Certificate,
    /// Always there for [`Kind::OcspResponse`].
    pub issuer: Option<Certificate>,
}

impl Item {
    /// Where the certificate says it is to be found: anything.
    pub(super) fn urls(&self) -> Vec<String> {
        match self.kind {
            Kind::RevocationList => self.certificate.crl_urls(),
            Kind::OcspResponse => self.certificate.ocsp_urls(),
            Kind::Issuer => self.certificate.issuer_urls(),
        }
    }
}

/// A URL that would be asked, before anything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    kind: Kind,
    url: String,
    certificate: Certificate,
}

impl Target {
    /// What for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The URL as it stands in the certificate: anything.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate that names it.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// One line, in which nothing is invisible; a long URL is cut off.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), visible(&self.url, SHOWN))
    }
}

/// What is missing to judge certificates: status that is unknown, issuers that are not there.
///
/// It asks nobody; [`super::Collector::collect`] does. It says what somebody wants, and what a certificate names: one
/// without URLs adds nothing.
///
/// ```
/// use smime::{Opener, TrustAnchors};
/// use smime::online::Wanted;
///
/// let opened = Opener::new(&TrustAnchors::new()).open(b"From: a@example.org\r\n\r\nHello")?;
/// assert!(Wanted::new().report(opened.report()).is_empty());
/// # Ok::<(), smime::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Wanted {
    items: Vec<Item>,
    known: HashSet<Item>,
}

impl Wanted {
    /// Nothing.
    pub fn new() -> Wanted {
        Wanted::default()
    }

    /// What the report leaves unknown about each signer.
    pub fn report(mut self, report: &Report) -> Self {
        let signers = report.layers().iter().flat_map(|layer| layer.signers());
        for signer in signers {
            if let Some(path) = signer.path() {
                self = self.path(path);
            }
            if let Some(failure) = signer.path_failure() {
                self = self.failure(failure);
            }
        }
        self
    }

    /// The status of each certificate of the path of which it is unknown.
    pub fn path(self, path: &VerifiedPath) -> Self {
        self.statuses(path.certificates(), path.statuses())
    }

    /// The issuer where a candidate path ends nowhere, and each status that is unknown.
    pub fn failure(mut self, failure: &PathFailure) -> Self {
        let reasons: Vec<&Reason> = failure.reasons().collect();
        self = match failure.statuses() {
            [] if reasons.iter().any(|reason| is_status_unknown(reason)) => {
                self.all_statuses(failure.certificates())
            }
            statuses => self.statuses(failure.certificates(), statuses),
        };
        self = self.end(failure.certificates(), reasons);
        for attempt in failure.attempts() {
            self = self.end(attempt.certificates(), attempt.reasons());
        }
        self
    }

    /// The status of one certificate, as its revocation list and, when the issuer is known, an OCSP response, which is
    /// asked for by the issuer's name and key (RFC 6960 4.1.1).
    pub fn status(mut self, certificate: &Certificate, issuer: Option<&Certificate>) -> Self {
        if issuer.is_some() {
            self.add(Kind::OcspResponse, certificate, issuer);
        }
        self.add(Kind::RevocationList, certificate, None);
        self
    }

    /// The issuer of one certificate.
    pub fn issuer(mut self, certificate: &Certificate) -> Self {
        // Its own issuer is nobody who could be found.
        if !certificate.has_issuer(certificate.subject_der()) {
            self.add(Kind::Issuer, certificate, None);
        }
        self
    }

    /// Both together.
    pub fn and(mut self, other: &Wanted) -> Self {
        for item in &other.items {
            self.insert(item.clone());
        }
        self
    }

    /// Without what is in `other`: what was asked for before.
    pub fn without(mut self, other: &Wanted) -> Self {
        self.items.retain(|item| !other.known.contains(item));
        self.known.retain(|item| !other.known.contains(item));
        self
    }

    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Every URL that the certificates name for it, so that a person can see beforehand who would be asked. Some may be
    /// refused, or not be needed, and redirects may lead elsewhere.
    pub fn targets(&self) -> Vec<Target> {
        let items = self.items.iter();
        items
            .flat_map(|item| {
                item.urls().into_iter().map(|url| Target {
                    kind: item.kind,
                    url,
                    certificate: item.certificate.clone(),
                })
            })
            .collect()
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    fn statuses(mut self, certificates: &[Certificate], statuses: &[CertificateStatus]) -> Self {
        for (place, (certificate, status)) in certificates.iter().zip(statuses).enumerate() {
            if matches!(status, CertificateStatus::Unknown { .. }) {
                self = self.status(certificate, certificates.get(place.saturating_add(1)));
            }
        }
        self
    }

    /// Those of a path whose end is an anchor.
    fn all_statuses(mut self, certificates: &[Certificate]) -> Self {
        for pair in certificates.windows(2) {
            if let [certificate, issuer] = pair {
                self = self.status(certificate, Some(issuer));
            }
        }
        self
    }

    fn end<'r>(
        self,
        certificates: &[Certificate],
        reasons: impl IntoIterator<Item = &'r Reason>,
    ) -> Self {
        let is_nowhere = reasons.into_iter().any(is_unknown_issuer);
        match certificates.last() {
            Some(last) if is_nowhere => self.issuer(last),
            _ => self,
        }
    }

    fn add(&mut self, kind: Kind, certificate: &Certificate, issuer: Option<&Certificate>) {
        let item = Item {
            kind,
            certificate: certificate.clone(),
            issuer: issuer.cloned(),
        };
        if !item.urls().is_empty() {
            self.insert(item);
        }
    }

    fn insert(&mut self, item: Item) {
        if self.known.insert(item.clone()) {
            self.items.push(item);
        }
    }
}

fn is_unknown_issuer(reason: &Reason) -> bool {
    match reason {
        Reason::UnknownIssuer { .. } => true,
        Reason::Issuer { reason, .. } => is_unknown_issuer(reason),
        _ => false,
    }
}

fn is_status_unknown(reason: &Reason) -> bool {
    match reason {
        Reason::RevocationUnknown { .. } => true,
        Reason::Issuer { reason, .. } => is_status_unknown(reason),
        _ => false,
    }
}

/// The URLs, one line each.
impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let targets = self.targets();
        f.debug_list()
            .entries(targets.iter().map(Target::to_string))
            .finish()
    }
}
