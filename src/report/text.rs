//! The report for a person: what may be believed, what to do, and then everything in order.

mod headline;
mod page;

use std::fmt;

use super::path::{attempts, moment, name, path_in_words, statuses_in_words};
use super::{
    Candidate, Encryption, HeaderProtection, LayerKind, LayerReport, PartReport, Protection,
    Report, SignerReport, Verdict,
};
use crate::cert::Certificate;
use crate::cert::path::CertificateStatus;
use crate::check::{Aspect, Check, Outcome, visible};
use page::Page;

/// Candidates for a path beside the best one, and reasons of each, that are shown.
const TRIED: usize = 5;
/// Header fields, parts and names of one line that are shown.
const SHOWN: usize = 50;
/// Characters of a header value.
const LONGEST: usize = 200;
/// Characters of the verdict: names are bounded already.
const LONGEST_SENTENCE: usize = 5_000;
/// Deeper layers are not indented further.
const DEEPEST: usize = 10;

/// The first of the lines, without line breaks.
pub(super) fn headline(report: &Report) -> String {
    let lines = headline::lines(report);
    visible(lines.first().map_or("", String::as_str), LONGEST_SENTENCE)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::new(f);
        for line in headline::lines(self) {
            page.line(0, &line)?;
        }
        layers(&mut page, self.layers())?;
        if !self.checks().is_empty() {
            page.line(0, "The message as a whole")?;
            checks(&mut page, 1, self.checks())?;
        }
        parts(&mut page, self.parts())?;
        if !self.layers().is_empty() {
            header(&mut page, self)?;
        }
        candidates(&mut page, self.candidates())
    }
}

/// One under the other, a layer inside another one indented more.
fn layers(page: &mut Page<'_, '_>, layers: &[LayerReport]) -> fmt::Result {
    let mut around: Vec<&str> = Vec::new();
    for (number, layer) in (1_usize..).zip(layers) {
        while around
            .last()
            .is_some_and(|outer| !contains(outer, layer.part()))
        {
            around.pop();
        }
        let indent = around.len().min(DEEPEST);
        around.push(layer.part());
        let place = match layer.part() {
            "" => String::new(),
            part => format!(" (part {part})"),
        };
        page.line(indent, &format!("{number}. {}{place}", title(layer.kind())))?;
        checks(page, indent + 1, layer.checks())?;
        for one in layer.signers() {
            signer(page, indent + 1, one)?;
        }
    }
    Ok(())
}

/// Whether a part is inside of another one or the same, both in the manner of IMAP.
fn contains(outer: &str, part: &str) -> bool {
    outer.is_empty()
        || part
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn title(kind: &LayerKind) -> String {
    match kind {
        LayerKind::DetachedSignature => "Signature beside its content".into(),
        LayerKind::OpaqueSignature => "Signature around its content".into(),
        LayerKind::NoSigners => "Signature format, but nobody signed".into(),
        LayerKind::Compressed => "Compression".into(),
        LayerKind::Encrypted {
            cipher,
            key_encryption,
            opened_as,
            recipients,
        } => {
            let mut text = format!(
                "Encryption with {}, which {}; recipients: {recipients}",
                cipher.name(),
                notices(kind.encryption())
            );
            if let Some(way) = key_encryption {
                text.push_str(&format!("; opened by {way}"));
            }
            if let Some(recipient) = opened_as {
                text.push_str(&format!(" as {recipient}"));
            }
            text
        }
    }
}

fn notices(encryption: Encryption) -> &'static str {
    match encryption {
        Encryption::Authenticated => "notices changes",
        Encryption::Unauthenticated | Encryption::None => "does not notice changes",
    }
}

fn signer(page: &mut Page<'_, '_>, indent: usize, signer: &SignerReport) -> fmt::Result {
    let status = signer.status().name();
    page.line(indent, &format!("Signer {}: {status}", who(signer)))?;
    if let Some(certificate) = signer.certificate() {
        let description = certificate.description();
        page.line(indent + 1, &format!("certificate: {description}"))?;
    }
    path(page, indent + 1, signer)?;
    if let Some(algorithm) = signer.algorithm() {
        page.line(indent + 1, &format!("algorithm: {}", algorithm.name()))?;
    }
    if let Some(time) = signer.signing_time() {
        let text = format!("signed, by the signer's own clock: {}", moment(time));
        page.line(indent + 1, &text)?;
    }
    // Which certificates are good was told with the path.
    let is_told = |check: &&Check| {
        check.aspect() == Aspect::Revocation
            && check.outcome() == Outcome::Passed
            && !signer.statuses().is_empty()
    };
    let untold = signer.checks().iter().filter(|check| !is_told(check));
    checks(page, indent + 1, untold)
}

/// The path to the trust anchor, or what else was tried: why the best candidate failed is said by the checks.
fn path(page: &mut Page<'_, '_>, indent: usize, signer: &SignerReport) -> fmt::Result {
    if let Some(path) = signer.path() {
        let names = path_in_words(path.certificates());
        page.line(indent, &format!("path: {names}"))?;
        return statuses(page, indent + 1, path.certificates(), path.statuses());
    }
    let Some(failure) = signer.path_failure() else {
        return Ok(());
    };
    let attempts = attempts(failure);
    let Some((best, others)) = attempts.split_first() else {
        return Ok(());
    };
    statuses(page, indent, best.certificates, best.statuses)?;
    for attempt in others.iter().take(TRIED) {
        let names = path_in_words(attempt.certificates);
        let reasons = attempt.reasons.iter().take(TRIED);
        let reasons: Vec<String> = reasons.map(ToString::to_string).collect();
        let reasons = reasons.join("; ");
        page.line(indent, &format!("tried as well: {names}: {reasons}"))?;
    }
    match others.len().checked_sub(TRIED) {
        None | Some(0) => Ok(()),
        Some(more) => page.line(indent, &format!("and {more} other ways")),
    }
}

fn statuses(
    page: &mut Page<'_, '_>,
    indent: usize,
    certificates: &[Certificate],
    statuses: &[CertificateStatus],
) -> fmt::Result {
    for line in statuses_in_words(certificates, statuses) {
        page.line(indent, &line)?;
    }
    Ok(())
}

/// Passed ones in short; the others with why and the document that says so.
fn checks<'c>(
    page: &mut Page<'_, '_>,
    indent: usize,
    checks: impl IntoIterator<Item = &'c Check>,
) -> fmt::Result {
    for check in checks {
        let text = match check.outcome() {
            Outcome::Passed => format!("ok: {}", check.what()),
            Outcome::Failed | Outcome::Note | Outcome::Unknown => check.to_string(),
        };
        page.line(indent, &text)?;
    }
    Ok(())
}

fn parts(page: &mut Page<'_, '_>, parts: &[PartReport]) -> fmt::Result {
    if parts.is_empty() {
        return Ok(());
    }
    page.line(0, "Parts and what covers them")?;
    for part in parts {
        let text = format!(
            "{} {}, bytes: {}, {}",
            place(part),
            part.media_type(),
            part.bytes(),
            covered(part.protection())
        );
        page.line(1, &text)?;
    }
    let leaves = || parts.iter().filter(|part| part.is_leaf());
    let signed = |part: &&PartReport| part.protection().signature().is_some();
    let encrypted = |part: &&PartReport| part.protection().encryption() != Encryption::None;
    if leaves().any(|part| signed(&part)) {
        let bare = leaves().filter(|part| !signed(part)).collect();
        beside(
            page,
            bare,
            "nobody signed them, and they stand beside signed ones",
        )?;
    }
    if leaves().any(|part| encrypted(&part)) {
        let bare = leaves().filter(|part| !encrypted(part)).collect();
        beside(page, bare, "they came unencrypted beside encrypted ones")?;
    }
    Ok(())
}

/// Which parts lack what others have.
fn beside(page: &mut Page<'_, '_>, bare: Vec<&PartReport>, what: &str) -> fmt::Result {
    if bare.is_empty() {
        return Ok(());
    }
    let bytes: u64 = bare.iter().map(|part| part.bytes()).sum();
    let mut places: Vec<&str> = bare.iter().take(SHOWN).map(|part| place(part)).collect();
    if bare.len() > SHOWN {
        places.push("…");
    }
    let text = format!(
        "Do not take these parts for what the others are: {}, bytes: {bytes}; {what}",
        places.join(", ")
    );
    page.line(1, &text)
}

fn place(part: &PartReport) -> &str {
    match part.part() {
        "" => "whole",
        part => part,
    }
}

fn covered(protection: Protection) -> String {
    let signed = match protection.signature() {
        Some(status) => format!("signed ({})", status.name()),
        None => "not signed".into(),
    };
    let encrypted = match protection.encryption() {
        Encryption::None => "not encrypted",
        Encryption::Unauthenticated => "encrypted (changes unnoticed)",
        Encryption::Authenticated => "encrypted (changes noticed)",
    };
    format!("{signed}, {encrypted}")
}

fn header(page: &mut Page<'_, '_>, report: &Report) -> fmt::Result {
    let how = match (report.verdict(), report.header_protection()) {
        (Verdict::Withheld, _) => return page.line(0, "Header: kept back with the content"),
        (_, HeaderProtection::None) => {
            return page.line(
                0,
                "Header: no protected copy; anybody can have changed the subject and the other fields",
            );
        }
        (_, HeaderProtection::Clear) => "copies inside (hp=clear)",
        (_, HeaderProtection::Cipher) => "copies inside, some of them hidden outside (hp=cipher)",
        (_, HeaderProtection::Legacy) => "copies inside, in an older way",
    };
    let advice = match report.verdict() {
        Verdict::Trusted => "believe these",
        _ => "nobody vouches for them",
    };
    page.line(0, &format!("Header: {how}; {advice}"))?;
    for field in report.protected_headers().iter().take(SHOWN) {
        let value = visible(field.value(), LONGEST);
        page.line(1, &format!("{}: {value}", visible(field.name(), LONGEST)))?;
    }
    match report.protected_headers().len().checked_sub(SHOWN) {
        None | Some(0) => Ok(()),
        Some(more) => page.line(1, &format!("and {more} more")),
    }
}

fn candidates(page: &mut Page<'_, '_>, candidates: &[Candidate]) -> fmt::Result {
    if candidates.is_empty() {
        return Ok(());
    }
    page.line(0, "Certificates you may want to keep")?;
    for candidate in candidates {
        let certificate = candidate.certificate();
        let purpose = if candidate.encrypts() {
            "to encrypt to"
        } else {
            "to verify with"
        };
        let name = name(certificate);
        page.line(1, &format!("{name}, {purpose}; SHA-256 fingerprint:"))?;
        page.line(2, &certificate.fingerprint_sha256())?;
        if !candidate.capabilities().is_empty() {
            let capabilities = candidate.capabilities().join(", ");
            page.line(2, &format!("its owner reads {capabilities}"))?;
        }
    }
    Ok(())
}

/// How a person knows the signer: by the address that was expected, else by those of the certificate, else by name,
/// else as the signature names the certificate.
fn who(signer: &SignerReport) -> String {
    if let Some(address) = signer.address() {
        return visible(address, LONGEST);
    }
    match (signer.certificate(), signer.id()) {
        (Some(certificate), _) => match certificate.addresses() {
            [] => name(certificate),
            [address] => visible(address, LONGEST),
            [first, ..] => {
                let more = certificate.addresses().len().saturating_sub(1);
                format!("{} (and {more} more)", visible(first, LONGEST))
            }
        },
        (None, Some(id)) => id.to_string(),
        (None, None) => "unknown".into(),
    }
}
