//! Verification of one signer over a content whose digests are known.

mod attributes;
mod bare;
mod findings;
mod signature;

use crate::cert::Certificate;
use crate::check::{Aspect, Check, Reason};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::policy::Policy;

use super::read::Octets;
use super::read::signer_info::SignerInfo;
pub(crate) use bare::begins_like_attributes;
use findings::Findings;

/// Characters of a diagnosis that are shown: it can quote the message.
const LONGEST_CHANGE: usize = 500;

/// The content that was signed: its type, its octets, its digests.
pub(crate) struct SignedContent<'a> {
    /// eContentType.
    pub content_type: const_oid::ObjectIdentifier,
    /// The octets as they enter the digest.
    pub octets: SignedOctets<'a>,
    /// The digests that were computed. One that is missing is computed when it is needed, of octets that are held.
    pub digests: Vec<(DigestAlgorithm, Vec<u8>)>,
}

/// Octets that were signed.
pub(crate) enum SignedOctets<'a> {
    Held(Octets<'a>),
    /// They went by and are not held.
    Gone {
        /// As [`begins_like_attributes`] says.
        may_be_attributes: bool,
    },
}

impl<'a> SignedOctets<'a> {
    fn held(&self) -> Option<&Octets<'a>> {
        match self {
            SignedOctets::Held(octets) => Some(octets),
            SignedOctets::Gone { .. } => None,
        }
    }
}

/// How far the signature of a signer could be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Digest and signature verify with the certificate found.
    Verified,
    /// Nothing speaks against it, but it cannot be checked: no certificate, unknown algorithm, refused by policy.
    Unchecked,
    /// It does not verify: digest, signature, or an attribute that must agree and does not.
    Invalid,
}

/// What is known of one signer after verification. Only [`verify_signer`] makes it.
pub(crate) struct SignerEvidence {
    standing: Standing,
    certificate: Option<Certificate>,
    algorithm: Option<SignatureAlgorithm>,
    legacy: bool,
    digest_mismatch: bool,
    digest_agrees: bool,
    no_key_verified: bool,
    signed_digest: Option<(DigestAlgorithm, Vec<u8>)>,
    checks: Vec<Check>,
}

impl SignerEvidence {
    pub(crate) fn standing(&self) -> Standing {
        self.standing
    }

    /// The certificate whose key verified the signature; when it did not verify, the only candidate if there is exactly one.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    pub(crate) fn algorithm(&self) -> Option<&SignatureAlgorithm> {
        self.algorithm.as_ref()
    }

    /// Whether something was used that the policy reads and never trusts. The failed check is among the checks.
    pub(crate) fn is_legacy(&self) -> bool {
        self.legacy
    }

    /// Whether messageDigest does not agree with the content. Then a diagnosis can replace the check: see
    /// [`SignerEvidence::with_diagnosis`].
    pub(crate) fn is_digest_mismatch(&self) -> bool {
        self.digest_mismatch
    }

    /// Whether messageDigest was compared with the content and agrees. That alone proves nothing: anybody can hash.
    pub(crate) fn digest_agrees(&self) -> bool {
        self.digest_agrees
    }

    /// Whether another certificate for the same sid could change the outcome: keys were tried and none
    /// verified, or the one that did is not of the certificate that was named.
    pub(crate) fn wants_certificate(&self) -> bool {
        let is_invalid = self.standing == Standing::Invalid && !self.digest_mismatch;
        is_invalid || self.standing == Standing::Unchecked && self.no_key_verified
    }

    /// The digest that was signed (the messageDigest attribute) with its algorithm, for a diagnosis.
    pub(crate) fn signed_digest(&self) -> Option<(DigestAlgorithm, &[u8])> {
        let (algorithm, value) = self.signed_digest.as_ref()?;
        Some((*algorithm, value))
    }

    /// The same with the change named under which the digest would match.
    pub(crate) fn with_diagnosis(mut self, change: String) -> SignerEvidence {
        let shown = change.chars().take(LONGEST_CHANGE);
        let diagnosis = Some(shown.flat_map(char::escape_debug).collect());
        let mismatch = self
            .checks
            .iter_mut()
            .find(|check| matches!(check.why(), Some(Reason::DigestMismatch { .. })));
        if let Some(check) = mismatch {
            *check = attributes::mismatch(diagnosis);
        }
        self
    }

    /// Integrity, signer and algorithm checks, in the order they were made.
    pub(crate) fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// Verifies one signer. `candidates`: certificates that may be the signer's, those matching the sid are tried, at most 16
/// keys; which one it is is decided by the verified key and the signingCertificate attribute.
///
/// The digest is compared even when the policy refuses it: a mismatch is conclusive, a match is not. With a
/// digest or key that the policy refuses, the signature itself is not looked at.
pub(crate) fn verify_signer(
    signer: &SignerInfo,
    content: &SignedContent<'_>,
    candidates: &[Certificate],
    policy: &dyn Policy,
) -> SignerEvidence {
    let mut findings = Findings::default();
    let digest = match &signer.digest {
        Ok(digest) => Some(*digest),
        Err(name) => {
            let reason = Reason::UnsupportedAlgorithm {
                role: "digest",
                name: name.clone(),
            };
            findings.unchecked(Aspect::Algorithm, "digest of the content", reason);
            None
        }
    };
    let readable = match &signer.attributes {
        Some(signed) => {
            attributes::examine(signer, signed, content, digest, &mut findings);
            true
        }
        None => bare::examine(content, policy, &mut findings),
    };
    attributes::misplaced(signer, &mut findings);
    let (found, tried) = match digest {
        Some(digest) if findings.judge(policy.digest(digest), digest.name()) && readable => {
            let found = signature::find(signer, digest, content, candidates, policy, &mut findings);
            (found, true)
        }
        // Who it claims to be can be told all the same.
        _ => (signature::claimed(signer, candidates, &mut findings), false),
    };
    let signed_digest = signer
        .attributes
        .as_ref()
        .and_then(|attributes| attributes.message_digest.value())
        .and_then(|value| Some((digest?, value.clone())));
    SignerEvidence {
        standing: findings.standing(found.verified),
        certificate: found.certificate,
        algorithm: found.algorithm,
        legacy: findings.legacy,
        digest_mismatch: findings.digest_mismatch,
        digest_agrees: findings.digest_agrees,
        no_key_verified: tried && !found.verified,
        signed_digest,
        checks: findings.checks,
    }
}

#[cfg(test)]
mod tests;
