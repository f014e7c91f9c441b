//! The verdict in a sentence, and what to do next.

use super::who;
use crate::check::{Check, Outcome, Reason};
use crate::report::{
    Encryption, LayerKind, LayerReport, Report, SignerReport, SignerStatus, Verdict,
};

/// Further reasons that are told at the top.
const SHOWN: usize = 5;

/// The verdict with the main reason first, then the other reasons, each of which says what to do.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let main = main_reason(report).map(ToString::to_string);
    let first = match report.verdict() {
        Verdict::Trusted => trusted(report),
        Verdict::Untrusted => format!(
            "Untrusted: {}.",
            main.as_deref()
                .unwrap_or("something about the signature is not as it should be, see below")
        ),
        Verdict::Unsigned => format!("Unsigned: {}.", unsigned(report)),
        Verdict::Withheld => format!(
            "Withheld: {}. The content is kept back.",
            main.as_deref().unwrap_or("a signature does not verify")
        ),
    };
    let mut lines = vec![first];
    let mut told = Vec::new();
    match report.verdict() {
        Verdict::Trusted => {
            add(&mut lines, &mut told, "Note", noted(report));
            if report.failed_checks().next().is_some() {
                lines.push(
                    "Something beside this signature is not as it should be, see below.".into(),
                );
            }
        }
        Verdict::Unsigned => add(&mut lines, &mut told, "Also", failed(report)),
        Verdict::Untrusted | Verdict::Withheld => {
            told.extend(main);
            add(&mut lines, &mut told, "Also", failed(report));
        }
    }
    lines
}

/// A line for each reason that was not told yet.
fn add<'r>(
    lines: &mut Vec<String>,
    told: &mut Vec<String>,
    word: &str,
    reasons: impl Iterator<Item = &'r Reason>,
) {
    for reason in reasons.map(ToString::to_string) {
        if told.contains(&reason) {
            continue;
        }
        if lines.len() > SHOWN {
            lines.push(format!("{word}: there is more, see below."));
            return;
        }
        lines.push(format!("{word}: {reason}."));
        told.push(reason);
    }
}

fn failed(report: &Report) -> impl Iterator<Item = &Reason> {
    report.failed_checks().filter_map(Check::why)
}

/// What a person should know of a trusted message.
fn noted(report: &Report) -> impl Iterator<Item = &Reason> {
    let of_signer = report.signer().map_or(&[][..], SignerReport::checks);
    of_signer
        .iter()
        .chain(report.checks())
        .filter(|check| check.outcome() == Outcome::Note)
        .filter_map(Check::why)
}

/// What counts most: of the best signer; when something was changed, of a signature that does not verify. What is
/// about a part only comes last.
fn main_reason(report: &Report) -> Option<&Reason> {
    let invalid = report
        .layers_around_all()
        .flat_map(LayerReport::signers)
        .find(|signer| signer.status() == SignerStatus::Invalid);
    let signer = match report.verdict() {
        Verdict::Withheld => invalid.or(report.signer()),
        Verdict::Trusted | Verdict::Untrusted | Verdict::Unsigned => report.signer(),
    };
    let of_signer = signer.map_or(&[][..], SignerReport::checks);
    let of_all = report.layers_around_all().flat_map(LayerReport::checks);
    let mut of_whole = of_signer.iter().chain(of_all).chain(report.checks());
    let unknown = |check: &&Check| check.outcome() == Outcome::Unknown;
    of_whole
        .find(|check| check.is_failed())
        .or_else(|| report.failed_checks().next())
        .or_else(|| of_signer.iter().find(unknown))
        .or_else(|| of_signer.iter().find(|check| check.why().is_some()))
        .and_then(Check::why)
}

fn trusted(report: &Report) -> String {
    let signer = report.signer();
    let by = signer.map_or_else(|| "its sender".into(), who);
    let anchor = signer
        .and_then(SignerReport::path)
        .and_then(|path| path.certificates().last())
        .map(|anchor| format!(", vouched for by {}", super::name(anchor)))
        .unwrap_or_default();
    let encrypted = match cipher(report) {
        Some(cipher) => format!("encrypted with {cipher}"),
        None => "not encrypted".into(),
    };
    format!("Trusted: signed by {by}{anchor}, and not changed since; {encrypted}.")
}

fn unsigned(report: &Report) -> String {
    let cipher = cipher(report).unwrap_or_else(|| "an unknown cipher".into());
    match report.encryption() {
        Encryption::Authenticated => format!(
            "encrypted with {cipher}, which notices changes, but anybody can have written it; do not \
             rely on the sender"
        ),
        Encryption::Unauthenticated => format!(
            "encrypted with {cipher}, which does not notice changes, and anybody can have written or \
             changed it; do not rely on the sender or the content"
        ),
        Encryption::None if has_encrypted_part(report) => {
            "nobody signed it, and only a part of it is encrypted; look at the parts one by one".into()
        }
        Encryption::None => {
            "neither signed nor encrypted, so anybody can have written or changed it; do not rely on \
             the sender or the content"
                .into()
        }
    }
}

fn has_encrypted_part(report: &Report) -> bool {
    report
        .layers()
        .iter()
        .any(|layer| layer.kind().encryption() != Encryption::None)
}

/// The cipher next to the content, around the whole message.
fn cipher(report: &Report) -> Option<String> {
    match report.innermost_encryption()? {
        LayerKind::Encrypted { cipher, .. } => Some(cipher.name()),
        _ => None,
    }
}
