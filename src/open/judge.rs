//! From what was found to what may be believed.

mod candidates;
mod coverage;
mod requirements;
mod signer;

use std::time::SystemTime;

use super::config::Config;
use super::content::{self, Opened};
use super::inner_header::{InnerHeader, intended_recipient_checks};
use super::walk::{Found, Layer, Signer};
use crate::check::{Aspect, Check, Reason};
use crate::cms::verify::SignerEvidence;
use crate::mime::entity::Entity;
use crate::report::{
    Encryption, LayerKind, LayerReport, Protection, Report, SignerReport, SignerStatus, Verdict,
};
use signer::Judge;

/// What is known of one layer once its signers are judged.
struct JudgedLayer {
    signers: Vec<SignerReport>,
    /// A signer says that the content is not what was signed, and none says that it is.
    is_invalid: bool,
}

impl JudgedLayer {
    fn new(layer: &Layer, judge: &mut Judge<'_>) -> JudgedLayer {
        let signers: Vec<SignerReport> = layer
            .signers
            .iter()
            .map(|signer| judge.judge(layer, signer))
            .collect();
        let is_refuted = signers
            .iter()
            .any(|signer| signer.status == SignerStatus::Invalid);
        // A signer that nobody can check, whom anybody can add, is no reason to show what another one refutes.
        let speaks_for_it = |(signer, report): (&Signer, &SignerReport)| match report.status {
            SignerStatus::Trusted | SignerStatus::Untrusted => true,
            SignerStatus::Unchecked => {
                let evidence = signer.evidence.as_ref();
                evidence.is_some_and(SignerEvidence::digest_agrees)
            }
            SignerStatus::Invalid => false,
        };
        let is_supported = layer.signers.iter().zip(&signers).any(speaks_for_it);
        JudgedLayer {
            signers,
            is_invalid: layer.is_invalid || is_refuted && !is_supported,
        }
    }

    fn best(&self) -> Option<SignerStatus> {
        let statuses = self.signers.iter().map(|signer| signer.status);
        match self.is_invalid {
            true => Some(SignerStatus::Invalid),
            false => statuses.min_by_key(|status| status.rank()),
        }
    }

    fn is_trusted(&self) -> bool {
        self.best() == Some(SignerStatus::Trusted)
    }

    /// Whether its signature verifies, whoever made it.
    fn is_verified(&self) -> bool {
        matches!(
            self.best(),
            Some(SignerStatus::Trusted | SignerStatus::Untrusted)
        )
    }
}

/// Judges a whole message.
pub(super) fn judge(config: &Config, now: SystemTime, found: &Found) -> Opened {
    let mut judge = Judge::new(config, now, found);
    let judged: Vec<JudgedLayer> = found
        .layers
        .iter()
        .map(|layer| JudgedLayer::new(layer, &mut judge))
        .collect();
    let is_withheld = chain(found, &judged).any(|(_, layer)| layer.is_invalid);
    let inner = match is_withheld {
        // It is content, and kept back as such.
        true => InnerHeader::none(),
        false => inner_header(config, found),
    };
    let mut checks = found.checks();
    if is_withheld {
        checks.retain(|check| !matches!(check.why(), Some(Reason::Skipped { .. })));
    }
    if let Some(heading) = found.headings.first() {
        checks.extend(heading.sender.checks());
    }
    checks.extend(coverage::checks(found, &judged, &inner));
    let verdict = verdict(config, found, &judged, &inner, &mut checks);
    checks.extend(inner.checks);
    if judged.iter().any(JudgedLayer::is_verified) {
        let own = own_addresses(found);
        checks.extend(intended_recipient_checks(&inner.fields, &own));
    }
    let candidates = match verdict {
        Verdict::Trusted => candidates::candidates(&mut judge, found, &judged),
        Verdict::Untrusted | Verdict::Unsigned | Verdict::Withheld => Vec::new(),
    };
    let protections: Vec<Protection> = found
        .parts
        .iter()
        .map(|part| protection(&part.enclosing, found, &judged))
        .collect();
    let mut parts: Vec<_> = found.parts.iter().zip(protections).collect();
    parts.sort_by(|(one, _), (other, _)| one.order.cmp(&other.order));
    let (message, part_reports) = content::message(found, &parts, content_encryption(found));
    let report = Report {
        verdict,
        layers: layers(found, judged),
        checks,
        parts: match is_withheld {
            true => Vec::new(),
            false => part_reports,
        },
        header_protection: inner.protection,
        protected_headers: inner.fields,
        candidates,
    };
    Opened::new(report, message)
}

/// The layers around the content, from outside in.
fn chain<'f>(
    found: &'f Found,
    judged: &'f [JudgedLayer],
) -> impl Iterator<Item = (&'f Layer, &'f JudgedLayer)> {
    let layers = found.chain.iter();
    layers.filter_map(|index| Some((found.layers.get(*index)?, judged.get(*index)?)))
}

/// The verdict of the chain of layers, and the checks that requirements add.
fn verdict(
    config: &Config,
    found: &Found,
    judged: &[JudgedLayer],
    inner: &InnerHeader,
    checks: &mut Vec<Check>,
) -> Verdict {
    let chain = || chain(found, judged);
    let trusted = chain().any(|(_, layer)| layer.is_trusted());
    checks.extend(requirements::checks(config, found, trusted));
    let is_flawed = checks
        .iter()
        .chain(&inner.checks)
        .chain(chain().flat_map(|(layer, _)| &layer.checks))
        .any(Check::is_failed);
    if chain().any(|(_, layer)| layer.is_invalid) {
        Verdict::Withheld
    } else if trusted && !is_flawed {
        Verdict::Trusted
    } else if chain().any(|(layer, _)| layer.is_signed())
        || found.layers.iter().any(|layer| !layer.signers.is_empty())
    {
        Verdict::Untrusted
    } else {
        Verdict::Unsigned
    }
}

/// The header inside of the protection, if there is any.
fn inner_header(config: &Config, found: &Found) -> InnerHeader {
    let is_protected = found
        .chain
        .iter()
        .filter_map(|index| found.layers.get(*index))
        .any(|layer| layer.is_signed() || layer.is_encrypted());
    let (Some(heading), Some(content)) = (found.headings.first(), &found.content) else {
        return InnerHeader::none();
    };
    if !is_protected || !content.is_mime {
        return InnerHeader::none();
    }
    match Entity::read(content.bytes.get(), &config.limits) {
        Ok(payload) => InnerHeader::read(&heading.header, &payload, &config.limits),
        Err(_) => InnerHeader::none(),
    }
}

/// The addresses of whoever opened the layers around the content.
fn own_addresses(found: &Found) -> Vec<String> {
    found
        .chain
        .iter()
        .filter_map(|index| found.layers.get(*index)?.opened_by.as_ref())
        .flat_map(|certificate| certificate.addresses().iter().cloned())
        .collect()
}

/// What protects bytes with these layers around them.
fn protection(enclosing: &[usize], found: &Found, judged: &[JudgedLayer]) -> Protection {
    let signature = enclosing
        .iter()
        .filter_map(|index| judged.get(*index))
        .filter_map(JudgedLayer::best)
        .min_by_key(|status| status.rank());
    Protection {
        signature,
        encryption: encryption(enclosing, found),
    }
}

/// How what is inside of these layers was encrypted. The innermost encryption decides: whoever wraps captured
/// ciphertext again can change it before, and a tag further out says nothing of that.
fn encryption(enclosing: &[usize], found: &Found) -> Encryption {
    let from_inside = enclosing.iter().rev();
    let innermost = from_inside
        .filter_map(|index| found.layers.get(*index))
        .find(|layer| layer.is_encrypted());
    match innermost {
        Some(layer) if layer.is_authenticated() => Encryption::Authenticated,
        Some(_) => Encryption::Unauthenticated,
        None => Encryption::None,
    }
}

/// How the content as a whole was encrypted.
fn content_encryption(found: &Found) -> Encryption {
    let content = found.content.as_ref();
    content.map_or(Encryption::None, |content| {
        encryption(&content.enclosing, found)
    })
}

/// The layers from outside in. What a withheld layer holds is kept back, its layers too.
fn layers(found: &Found, judged: Vec<JudgedLayer>) -> Vec<LayerReport> {
    let verified: Vec<bool> = judged.iter().map(JudgedLayer::is_verified).collect();
    let withheld: Vec<usize> = found
        .chain
        .iter()
        .filter(|index| judged.get(**index).is_some_and(|layer| layer.is_invalid))
        .copied()
        .collect();
    let mut layers: Vec<(&Layer, LayerReport)> = found
        .layers
        .iter()
        .zip(judged)
        .enumerate()
        .filter(|(_, (layer, _))| !layer.enclosing.iter().any(|outer| withheld.contains(outer)))
        .map(|(index, (layer, judged))| {
            let mut checks = layer.checks.clone();
            if let LayerKind::Encrypted { cipher, .. } = &layer.kind
                && !cipher.is_authenticated()
                && !is_covered(index, found, &verified)
            {
                let cipher = cipher.name();
                let why = Reason::NoIntegrity { cipher };
                checks.push(Check::noted(Aspect::Integrity, "encrypted content", why));
            }
            let report = LayerReport {
                kind: layer.kind.clone(),
                part: layer.part.clone(),
                checks,
                signers: judged.signers,
            };
            (layer, report)
        })
        .collect();
    layers.sort_by(|(one, _), (other, _)| one.order.cmp(&other.order));
    layers.into_iter().map(|(_, report)| report).collect()
}

/// Whether a signature that verifies covers all of what this layer holds: one around it, or one around
/// the content of the mail with nothing but layers in between. A signed part inside of it is not enough,
/// because its neighbours can be changed.
fn is_covered(index: usize, found: &Found, verified: &[bool]) -> bool {
    let is_verified = |layer: &usize| verified.get(*layer).is_some_and(|verified| *verified);
    let around = found.layers.get(index).map(|layer| &layer.enclosing);
    let is_around = around.is_some_and(|around| around.iter().any(is_verified));
    is_around || found.chain.contains(&index) && found.chain.iter().any(is_verified)
}
