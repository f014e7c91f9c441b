//! What is asked of each certificate of a path (RFC 5280 6.1.3, 6.1.4).

use std::time::SystemTime;

use super::PathInputs;
use super::pool::{Entry, Index, Pool};
use crate::cert::{AnchorConstraints, Certificate};
use crate::check::Reason;
use crate::crypto::SignatureAlgorithm;
use crate::error::shortened;
use crate::policy::Judgement;

pub(super) fn is_valid_at(certificate: &Certificate, now: SystemTime) -> bool {
    certificate.not_before() <= now && now <= certificate.not_after()
}

/// What a certificate is called in reports: its subject, else an address.
pub(super) fn called(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    match certificate.addresses() {
        [address, ..] if subject.is_empty() => shortened(address),
        _ if subject.is_empty() => {
            let serial: String = certificate.serial_hex().chars().take(64).collect();
            format!("serial {serial}")
        }
        _ => subject,
    }
}

/// A reason against a certificate of a path that is not the validated one, with its name.
pub(super) fn of_issuer(certificate: &Certificate, reason: Reason) -> Reason {
    Reason::Issuer {
        subject: called(certificate),
        reason: Box::new(reason),
    }
}

fn dates(certificate: &Certificate, now: SystemTime) -> Option<Reason> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if now < not_before {
        Some(Reason::NotYetValid { not_before })
    } else if now > not_after {
        Some(Reason::Expired { not_after })
    } else {
        None
    }
}

/// Why the validated certificate fails whatever its path is.
pub(super) fn unfit_at_the_end(inputs: &PathInputs<'_>) -> Vec<Reason> {
    let certificate = inputs.certificate;
    let mut reasons: Vec<Reason> = dates(certificate, inputs.now).into_iter().collect();
    reasons.extend(certificate.unfit_extensions());
    let kind = certificate.public_key().kind();
    if let Judgement::Refused(reason) = inputs.policy.verification_key(&kind) {
        reasons.push(reason);
    }
    reasons
}

/// Why a certificate must not issue others, wherever it stands in a path.
///
/// RFC 5280 6.1 asks nothing of a trust anchor but its name and key. What its certificate says of itself is
/// respected all the same, but for its dates. Of an extended key usage, every certificate in the path must allow
/// mail: the practice of all mail clients, beyond RFC 5280 4.2.1.12.
pub(super) fn unfit_to_issue(entry: &Entry<'_>, inputs: &PathInputs<'_>) -> Vec<Reason> {
    let certificate = entry.certificate;
    let parsed = &certificate.0;
    let subject = || called(certificate);
    let mut reasons = Vec::new();
    let mut add = |reason| reasons.push(of_issuer(certificate, reason));
    if !entry.is_anchor
        && let Some(reason) = dates(certificate, inputs.now)
    {
        add(reason);
    }
    certificate.unfit_purposes().into_iter().for_each(&mut add);
    certificate
        .unfit_extensions()
        .into_iter()
        .for_each(&mut add);
    let kind = certificate.public_key().kind();
    if let Judgement::Refused(reason) = inputs.policy.verification_key(&kind) {
        add(reason);
    }
    let is_old_root = entry.is_anchor && parsed.before_extensions;
    if !parsed.extensions.is_ca && !is_old_root {
        reasons.push(Reason::NotAuthority { subject: subject() });
    }
    let usage = parsed.extensions.key_usage;
    if usage.is_some_and(|usage| !usage.key_cert_sign()) {
        reasons.push(Reason::IssuerKeyUsage {
            subject: subject(),
            needed: "keyCertSign",
        });
    }
    reasons
}

/// How many CAs `issuer` allows below it, or is allowed itself as an anchor, if `path` holds more (RFC 5280
/// 6.1.4 l, m; self-issued ones do not count).
pub(super) fn too_long(pool: &Pool<'_>, path: &[Index], issuer: &Entry<'_>) -> Option<u64> {
    let says = issuer.certificate.0.extensions.path_len;
    let constraint = issuer.constraints.and_then(AnchorConstraints::path_length);
    let allowed = says.into_iter().chain(constraint).min()?;
    let counted = path
        .iter()
        .skip(1)
        .filter_map(|&index| pool.get(index))
        .filter(|entry| !entry.is_self_named())
        .count();
    (u64::try_from(counted).unwrap_or(u64::MAX) > allowed).then_some(allowed)
}

/// The algorithm of the signature on a certificate and how the policy judges it, or why it cannot be checked.
pub(super) fn signature_algorithm(
    certificate: &Certificate,
    inputs: &PathInputs<'_>,
) -> Result<(SignatureAlgorithm, Judgement), Reason> {
    match certificate.signed().algorithm() {
        Ok(algorithm) => match inputs.policy.digest(algorithm.digest()) {
            Judgement::Refused(reason) => Err(reason),
            judgement => Ok((algorithm, judgement)),
        },
        Err(Some(reason)) => Err(reason),
        Err(None) => Err(Reason::CertificateSignature {
            subject: called(certificate),
        }),
    }
}

/// Why something on the path is only accepted by the legacy policy; what is about an issuer names it.
pub(super) fn legacy(pool: &Pool<'_>, path: &[Index], inputs: &PathInputs<'_>) -> Vec<Reason> {
    let entries = path.iter().filter_map(|&index| pool.get(index));
    let mut all = Vec::new();
    for (place, entry) in entries.enumerate() {
        let reasons = legacy_reasons(entry, inputs).into_iter();
        all.extend(reasons.map(|reason| match place {
            0 => reason,
            _ => of_issuer(entry.certificate, reason),
        }));
    }
    all
}

/// The same of one certificate: its key, and the digest of its signature, which does not count for an anchor.
pub(super) fn legacy_reasons(entry: &Entry<'_>, inputs: &PathInputs<'_>) -> Vec<Reason> {
    let certificate = entry.certificate;
    let kind = certificate.public_key().kind();
    let key = Some(inputs.policy.verification_key(&kind));
    let digest = match entry.is_anchor {
        true => None,
        false => signature_algorithm(certificate, inputs)
            .ok()
            .map(|(_, judgement)| judgement),
    };
    let judgements = [key, digest].into_iter().flatten();
    judgements
        .filter_map(|judgement| match judgement {
            Judgement::Legacy(reason) => Some(reason),
            _ => None,
        })
        .collect()
}
