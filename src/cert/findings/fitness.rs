//! Signing and encrypting: what keeps the certificate from either, and from both.

use std::time::SystemTime;

use super::lint::{Lint, listed};
use crate::cert::Certificate;
use crate::check::Reason;
use crate::policy::Policy;

/// Why mail cannot be signed with it, and why not encrypted to it.
#[derive(Clone, Debug)]
pub(super) struct Fitness {
    pub sign: Vec<Reason>,
    pub encrypt: Vec<Reason>,
}

impl Fitness {
    pub(super) fn of(certificate: &Certificate, now: SystemTime, policy: &dyn Policy) -> Fitness {
        Fitness {
            sign: certificate.unfit_to_sign(None, now, policy),
            encrypt: certificate.unfit_to_encrypt(None, now, policy),
        }
    }

    /// What stands against both. Being fit for one of the two is as it should be: many have a certificate for each.
    pub(super) fn findings(&self, lint: &mut Lint<'_>) {
        // What is in common comes first in both, in the same order.
        let both = self.sign.iter().zip(&self.encrypt);
        let common: Vec<&Reason> = both
            .take_while(|(one, other)| one == other)
            .map(|(one, _)| one)
            .collect();
        let mut seen = Vec::new();
        for reason in &common {
            let kind = std::mem::discriminant(*reason);
            if seen.contains(&kind) {
                continue;
            }
            seen.push(kind);
            if let Some(code) = code(reason, lint.certificate) {
                let alike = common
                    .iter()
                    .filter(|other| std::mem::discriminant(**other) == kind);
                let text = listed(alike.map(ToString::to_string)).unwrap_or_default();
                lint.refuse(code, text, reason.reference());
            }
        }
        if common.is_empty() && !self.sign.is_empty() && !self.encrypt.is_empty() {
            lint.refuse(
                "smime.fit_for_nothing",
                "kind of key and key usage allow neither signing mail nor encrypting it",
                "RFC 8550 4.4.2",
            );
        }
    }
}

/// `None` for what others tell with more words.
fn code(reason: &Reason, certificate: &Certificate) -> Option<&'static str> {
    Some(match reason {
        Reason::CertificateAuthority => return None,
        Reason::Expired { .. } => "smime.expired",
        Reason::NotYetValid { .. } => "smime.not_yet_valid",
        Reason::ExtendedKeyUsage => "cabf.smime.emailprotection_eku_missing",
        Reason::WeakKey { .. } => "smime.weak_key",
        Reason::UnknownCriticalExtension { .. } => "smime.unknown_critical_extension",
        Reason::MalformedExtension { .. } if has_duplicates(certificate) => "pkix.unique_extension",
        Reason::MalformedExtension { .. } => "smime.malformed_extension",
        _ => "smime.key_refused",
    })
}

/// Whether an extension stands there twice (RFC 5280 4.2).
fn has_duplicates(certificate: &Certificate) -> bool {
    let list = &certificate.0.extensions.list;
    let different: std::collections::BTreeSet<_> = list.iter().map(|one| one.oid).collect();
    different.len() < list.len()
}
