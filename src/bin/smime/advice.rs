//! Which option helps: the library speaks of trust anchors and openers, a person here has a command line.

use anyhow::anyhow;
use smime::check::{Check, Outcome, Reason};
use smime::online::Wanted;
use smime::protect::Refused;
use smime::report::Report;
use smime::{Error, ErrorKind};

use crate::input;
use crate::receiving::{OpenCommand, PolicyName};
use crate::trust::Revocation;

const TRUST: &str = "--trust CA: trust anchors, the CA certificates you trust for mail";
const INTERMEDIATE: &str =
    "--intermediate CERT: certificates between a signer and a trust anchor, or the signer's own";
const CRL: &str = "--crl FILE: revocation lists, one per CA in the path";
const OCSP: &str = "--ocsp FILE: OCSP responses, one per certificate in the path";
const FETCH: &str =
    "--fetch: ask the servers that the certificates name, which tells them that you look at it";
const SOFT: &str = "--revocation soft: refuse only what is known to be revoked";
const ANCHORS: &str = "--anchors CA: trust anchors, the CA certificates you trust for mail";
const BETWEEN: &str = "--intermediate CERT: certificates between a recipient's and a trust anchor";
const LEGACY: &str = "--policy legacy: read it all the same; it is never called trusted";
const DETACHED: &str = "--detached FILE: IN is the content, and this file the signature";

/// The reason of a revocation that may be taken back (RFC 5280 5.3.1).
const HOLD: &str = "certificateHold";

/// The options that answer what the report complains about, each once.
pub fn on_report(report: &Report, command: &OpenCommand) -> String {
    let signers = report.layers().iter().flat_map(|layer| layer.signers());
    let layers = report.layers().iter().flat_map(|layer| layer.checks());
    let checks = report
        .checks()
        .iter()
        .chain(layers)
        .chain(signers.flat_map(|signer| signer.checks()));
    let open = checks.filter(|check| matches!(check.outcome(), Outcome::Failed | Outcome::Unknown));
    let may_help = !command.fetch.fetch && !Wanted::new().report(report).is_empty();
    let mut lines: Vec<&str> = Vec::new();
    for line in open.filter_map(Check::why).flat_map(options) {
        let in_force = *line == LEGACY && matches!(command.policy, PolicyName::Legacy)
            || *line == SOFT && command.revocation == Revocation::Soft
            || *line == FETCH && !may_help;
        if !in_force && !lines.contains(line) {
            lines.push(line);
        }
    }
    in_words(&lines)
}

/// The options that answer why nothing was encrypted, each once.
pub fn on_refused(refused: &Refused) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for reason in refused.problems().iter().flat_map(|one| one.reasons()) {
        for line in options(reason) {
            let line = match *line {
                TRUST => ANCHORS,
                INTERMEDIATE => BETWEEN,
                line => line,
            };
            // A recipient's key is not old mail, and nothing is fetched for it.
            if ![LEGACY, FETCH].contains(&line) && !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    in_words(&lines)
}

fn in_words(lines: &[&str]) -> String {
    match lines.is_empty() {
        true => String::new(),
        false => format!("\nOptions that help\n  {}", lines.join("\n  ")),
    }
}

fn options(reason: &Reason) -> &'static [&'static str] {
    match reason {
        Reason::NoAnchors | Reason::Unvalidated => &[TRUST],
        Reason::UnknownIssuer { .. } => &[TRUST, INTERMEDIATE, FETCH],
        Reason::NoSignerCertificate { .. } => &[INTERMEDIATE],
        Reason::RevocationUnknown { .. } => &[CRL, OCSP, FETCH, SOFT],
        // Only a hold ends.
        Reason::Revoked { reason, .. } if *reason == HOLD => &[CRL, OCSP],
        Reason::Outdated { .. } => &[LEGACY],
        Reason::NoContent => &[DETACHED],
        Reason::Issuer { reason, .. } => options(reason),
        _ => &[],
    }
}

/// With the name of the input, and the options that give keys if it is keys that are missing.
pub fn on_error(error: Error, command: &OpenCommand) -> anyhow::Error {
    let name = input::name(&command.input);
    match error.kind() {
        ErrorKind::Missing { what } if what.starts_with("key ") => {
            let others = match command.identity.is_empty() {
                true => "",
                false => "it is encrypted to others than the identities given; ",
            };
            anyhow!(
                "{}: {error}; {others}give an identity it is encrypted to with --identity, or the password \
                 it is encrypted to with --message-password-file",
                name.display()
            )
        }
        _ => error.in_file(name).into(),
    }
}
