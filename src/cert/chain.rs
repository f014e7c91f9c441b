//! Who issued whom, and the order of a chain.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::signed::Signed;
use super::{Certificate, name};

/// Certificates in one chain. Real chains have two to five; the bound keeps ordering cheap.
const LONGEST: usize = 32;

/// Signatures checked to order one chain. A file can hold a thousand certificates of one name, and a check
/// costs more than anything else here.
pub(super) const MOST_CHECKS: usize = 100;

impl Certificate {
    /// Whether names and key identifiers say that `issuer` issued this certificate (RFC 5280 6.1.3 a 4,
    /// 4.2.1.1).
    fn points_to(&self, issuer: &Certificate) -> bool {
        name::same(self.issuer_der(), issuer.subject_der()) && self.admits_key_of(issuer)
    }

    /// Whether no key identifier says that `issuer` is another one (RFC 5280 4.2.1.1).
    pub(super) fn admits_key_of(&self, issuer: &Certificate) -> bool {
        match (
            &self.0.extensions.authority_key_identifier,
            issuer.subject_key_identifier(),
        ) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        }
    }

    /// Whether it names the key of `issuer` by its identifier (RFC 5280 4.2.1.1).
    pub(super) fn names_key_of(&self, issuer: &Certificate) -> bool {
        self.0.extensions.authority_key_identifier.is_some()
            && self.0.extensions.authority_key_identifier.as_deref()
                == issuer.subject_key_identifier()
    }

    /// Whether `issuer` issued this certificate: names, key identifiers and signature.
    pub(crate) fn issued_by(&self, issuer: &Certificate) -> bool {
        self.points_to(issuer) && self.signed().verifies(issuer.public_key())
    }

    /// What was signed, how, and the signature.
    pub(super) fn signed(&self) -> Signed<'_> {
        let parsed = &self.0;
        Signed {
            algorithm: parsed
                .signature_algorithm
                .as_ref()
                .map(|range| parsed.slice(range)),
            to_be_signed: parsed.slice(&parsed.tbs),
            signature: parsed.slice(&parsed.signature),
        }
    }

    /// Whether it names itself as its issuer, as roots do.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.points_to(self)
    }
}

/// Orders a chain: `leaf`, its issuer, the issuer's issuer, as far as `others` hold them. Certificates
/// that do not belong to it are left out. No certificate is used twice, so a circle ends.
pub(super) fn order(leaf: Certificate, others: Vec<Certificate>) -> Vec<Certificate> {
    order_by(leaf, others, Certificate::issued_by)
}

/// [`order`], asking `issued_by(certificate, issuer)` for the costly answer.
pub(super) fn order_by(
    leaf: Certificate,
    mut others: Vec<Certificate>,
    mut issued_by: impl FnMut(&Certificate, &Certificate) -> bool,
) -> Vec<Certificate> {
    let mut known = HashSet::from([leaf.clone()]);
    others.retain(|other| known.insert(other.clone()));
    let mut chain = vec![leaf];
    let mut checks = MOST_CHECKS;
    while let Some(last) = chain.last()
        && !last.is_self_issued()
        && chain.len() < LONGEST
    {
        let Some(next) = next(last, &others, &mut checks, &mut issued_by).cloned() else {
            break;
        };
        others.retain(|other| *other != next);
        chain.push(next);
    }
    chain
}

/// The issuer of `last` among `others`.
///
/// Of several (a CA that was renewed or cross-certified) the one whose signature verifies, then the one
/// that `last` names by its key, then the one that ends the chain, then the newest. They are asked for their
/// signature in this order, so that the first that verifies is the one.
fn next<'a>(
    last: &Certificate,
    others: &'a [Certificate],
    checks: &mut usize,
    issued_by: &mut impl FnMut(&Certificate, &Certificate) -> bool,
) -> Option<&'a Certificate> {
    let mut candidates: Vec<&Certificate> = others
        .iter()
        .filter(|candidate| last.points_to(candidate))
        .collect();
    candidates.sort_by_cached_key(|candidate| {
        Reverse((
            last.names_key_of(candidate),
            candidate.is_self_issued(),
            candidate.preference(),
        ))
    });
    if let [only] = candidates.as_slice() {
        return Some(only);
    }
    for candidate in &candidates {
        let Some(left) = checks.checked_sub(1) else {
            break;
        };
        *checks = left;
        if issued_by(last, candidate) {
            return Some(candidate);
        }
    }
    candidates.first().copied()
}
