//! What a mail program may want to keep of a trusted signer.

use std::time::Duration;

use super::JudgedLayer;
use super::signer::Judge;
use crate::cert::Certificate;
use crate::check::Check;
use crate::open::walk::{Found, Layer, Signer};
use crate::report::{Candidate, SignerStatus};

/// How far a signing time may lie ahead for its capabilities to be believed (RFC 8551 2.7.1).
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn candidates(
    judge: &mut Judge<'_>,
    found: &Found,
    judged: &[JudgedLayer],
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let chain = found.chain.iter();
    let layers = chain.filter_map(|index| Some((found.layers.get(*index)?, judged.get(*index)?)));
    for (layer, judged) in layers {
        for (signer, report) in layer.signers.iter().zip(&judged.signers) {
            if report.status != SignerStatus::Trusted {
                continue;
            }
            if let Some(certificate) = &report.certificate {
                for candidate in of_signer(judge, found, layer, signer, certificate) {
                    if !candidates
                        .iter()
                        .any(|known| known.certificate == candidate.certificate)
                    {
                        candidates.push(candidate);
                    }
                }
            }
        }
    }
    candidates
}

/// The certificate to answer with, and the signer's if that is another one.
fn of_signer(
    judge: &mut Judge<'_>,
    found: &Found,
    layer: &Layer,
    signer: &Signer,
    certificate: &Certificate,
) -> Vec<Candidate> {
    let latest = judge.now().checked_add(AHEAD);
    let is_ahead = signer
        .signing_time
        .is_some_and(|time| latest.is_none_or(|latest| time > latest));
    let capabilities = match is_ahead {
        true => Vec::new(),
        false => signer.capabilities.clone(),
    };
    let preferred = signer.encryption_preference.as_ref().and_then(|id| {
        let all = found.certificates.all().iter();
        all.filter(|known| id.matches(known))
            .find(|known| is_fit(judge, layer, known))
    });
    let answers = match preferred {
        Some(preferred) => Some(preferred.clone()),
        None => is_fit(judge, layer, certificate).then(|| certificate.clone()),
    };
    let mut candidates = Vec::new();
    if answers.as_ref() != Some(certificate) {
        candidates.push(Candidate {
            certificate: certificate.clone(),
            encrypts: false,
            capabilities: Vec::new(),
        });
    }
    if let Some(certificate) = answers {
        candidates.push(Candidate {
            certificate,
            encrypts: true,
            capabilities,
        });
    }
    candidates
}

/// Whether mail to the signer may be encrypted to it.
fn is_fit(judge: &mut Judge<'_>, layer: &Layer, certificate: &Certificate) -> bool {
    let policy = judge.config().policy.as_ref();
    let reasons = certificate.unfit_to_encrypt(None, judge.now(), policy);
    let bound = judge.bind(certificate, layer.message);
    let is_bound = !bound.checks.iter().any(Check::is_failed);
    reasons.is_empty()
        && is_bound
        && judge
            .path(certificate)
            .as_ref()
            .is_ok_and(|path| !path.checks().iter().any(Check::is_failed))
}
