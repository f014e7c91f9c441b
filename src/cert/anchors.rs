//! The certificates one trusts without proof.

mod constraints;

pub use constraints::AnchorConstraints;

use std::sync::Arc;

use super::Certificate;
use crate::{Error, ErrorKind};

/// Trust anchors: the roots that certificates of others are validated to. Cheap to clone.
///
/// Roots for mail are not roots for TLS: a CA that may vouch for web servers was not necessarily
/// checked for mail addresses. Do not pass the system's TLS store here without thought.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(Arc<Inner>);

#[derive(Clone, Debug, Default)]
struct Inner {
    certificates: Vec<Certificate>,
    /// Of the certificate at the same place.
    constraints: Vec<AnchorConstraints>,
}

impl TrustAnchors {
    /// None yet.
    pub fn new() -> Self {
        TrustAnchors::default()
    }

    /// All certificates of a PEM file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Missing`] when it holds none, else what is wrong with the first that cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let mut anchors = TrustAnchors::new();
        for certificate in Certificate::all_from_bytes(pem)? {
            anchors.add(&certificate);
        }
        if anchors.certificates().is_empty() {
            return Err(ErrorKind::Missing {
                what: "certificate in the PEM file of trust anchors".into(),
            }
            .into());
        }
        Ok(anchors)
    }

    /// One certificate in DER.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`] when it is not exactly one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let mut anchors = TrustAnchors::new();
        anchors.add(&Certificate::from_der_exact(der)?);
        Ok(anchors)
    }

    /// Adds one; a second time changes nothing.
    pub fn add(&mut self, certificate: &Certificate) {
        if !self.0.certificates.contains(certificate) {
            let inner = Arc::make_mut(&mut self.0);
            inner.certificates.push(certificate.clone());
            inner.constraints.push(AnchorConstraints::new());
        }
    }

    /// Adds one that is trusted within these constraints only (RFC 5914, RFC 5937); of one that is there already they
    /// replace those it had.
    pub fn add_constrained(&mut self, certificate: &Certificate, constraints: AnchorConstraints) {
        self.add(certificate);
        let inner = Arc::make_mut(&mut self.0);
        let place = inner.certificates.iter().position(|c| c == certificate);
        if let Some(known) = place.and_then(|place| inner.constraints.get_mut(place)) {
            *known = constraints;
        }
    }

    /// The constraints of an anchor; `None` when it is none.
    pub fn constraints(&self, certificate: &Certificate) -> Option<&AnchorConstraints> {
        let place = self.0.certificates.iter().position(|c| c == certificate)?;
        self.0.constraints.get(place)
    }

    /// Each with its constraints.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Certificate, &AnchorConstraints)> {
        self.0.certificates.iter().zip(&self.0.constraints)
    }

    /// All of them, in the order they were added.
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }
}
