//! Paths to trust anchors in words: whose certificates, whether they were revoked, and why there is none.

use std::time::SystemTime;

use crate::asn1::{Civil, unix_seconds};
use crate::cert::Certificate;
use crate::cert::path::{Attempt, CertificateStatus, PathFailure, StatusSource};
use crate::check::{Reason, visible};

/// Characters of a text that says why a status is not known.
const LONGEST: usize = 300;
/// Characters of a subject, which is bounded already.
const LONGEST_SUBJECT: usize = 2_000;
/// Characters of an address.
const LONGEST_ADDRESS: usize = 100;
/// Addresses of a certificate without a subject.
const SHOWN: usize = 3;

/// A candidate for a path that failed.
pub(super) struct Attempted<'a> {
    pub certificates: &'a [Certificate],
    pub statuses: &'a [CertificateStatus],
    pub reasons: Vec<&'a Reason>,
}

/// Every candidate, the best first. That one is the failure itself, whose statuses are known.
pub(super) fn attempts(failure: &PathFailure) -> Vec<Attempted<'_>> {
    let best = Attempted {
        certificates: failure.certificates(),
        statuses: failure.statuses(),
        reasons: failure.reasons().collect(),
    };
    let is_best = |attempt: &&Attempt| {
        let mut reasons = attempt.reasons().iter();
        attempt.certificates() == best.certificates
            && reasons.all(|reason| best.reasons.contains(&reason))
    };
    let others = failure.attempts().iter();
    let others: Vec<Attempted<'_>> = others
        .filter(|attempt| !is_best(attempt))
        .map(|attempt| Attempted {
            certificates: attempt.certificates(),
            statuses: &[],
            reasons: attempt.reasons().iter().collect(),
        })
        .collect();
    std::iter::once(best).chain(others).collect()
}

/// From the validated certificate upwards.
pub(crate) fn path_in_words(certificates: &[Certificate]) -> String {
    let names: Vec<String> = certificates.iter().map(name).collect();
    names.join(" → ")
}

/// What is known of each certificate of a path, one line for each.
pub(crate) fn statuses_in_words(
    certificates: &[Certificate],
    statuses: &[CertificateStatus],
) -> impl Iterator<Item = String> {
    certificates
        .iter()
        .zip(statuses)
        .map(|(certificate, status)| format!("{}: {}", name(certificate), status_in_words(status)))
}

fn status_in_words(status: &CertificateStatus) -> String {
    let by = |source: &StatusSource| match source {
        StatusSource::Crl => "the revocation list",
        StatusSource::Ocsp => "the OCSP response",
    };
    match status {
        CertificateStatus::Good {
            source,
            this_update,
            next_update,
        } => {
            let (source, of) = (by(source), moment(*this_update));
            let next =
                next_update.map(|next| format!(" (the next one is due by {})", moment(next)));
            let next = next.unwrap_or_default();
            format!("not revoked, says {source} of {of}{next}")
        }
        CertificateStatus::Revoked {
            source,
            when,
            reason,
        } => {
            let (source, when) = (by(source), moment(*when));
            format!("revoked on {when} ({reason}), says {source}")
        }
        CertificateStatus::Unknown { detail } => {
            let detail = visible(detail, LONGEST);
            format!("not known whether it was revoked: {detail}")
        }
        CertificateStatus::NotAsked => "nobody asked whether it was revoked (policy)".into(),
    }
}

/// The subject, or where it is empty the first addresses, or else the serial number.
pub(crate) fn name(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    let addresses = certificate.addresses();
    if subject.is_empty() && addresses.is_empty() {
        return visible(&format!("serial {}", certificate.serial_hex()), LONGEST);
    }
    if !subject.is_empty() {
        return visible(&subject, LONGEST_SUBJECT);
    }
    let shown = addresses.iter().take(SHOWN);
    let shown: Vec<String> = shown
        .map(|address| visible(address, LONGEST_ADDRESS))
        .collect();
    let more = if addresses.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

pub(super) fn moment(time: SystemTime) -> String {
    match Civil::from_unix(unix_seconds(time)) {
        Some(civil) => civil.to_string(),
        None => "a time outside of the calendar".into(),
    }
}
