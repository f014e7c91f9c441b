//! Which option helps: the library speaks of trust anchors and openers, a person here has a command line.

use anyhow::anyhow;
use smime::check::{Check, Outcome, Reason};
use smime::report::Report;
use smime::{Error, ErrorKind};

use crate::output;
use crate::receiving::{OpenCommand, PolicyName};

const TRUST: &str = "--trust CA: trust anchors, the CA certificates you trust for mail";
const INTERMEDIATE: &str =
    "--intermediate CERT: certificates between a signer and a trust anchor, or the signer's own";
const CRL: &str = "--crl FILE: revocation lists, one per CA in the path";
const LEGACY: &str = "--policy legacy: read it all the same; it is never called trusted";
const DETACHED: &str = "--detached FILE: IN is the content, and this file the signature";

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
    let mut lines: Vec<&str> = Vec::new();
    for line in open.filter_map(Check::why).flat_map(options) {
        let in_force = *line == LEGACY && matches!(command.policy, PolicyName::Legacy);
        if !in_force && !lines.contains(line) {
            lines.push(line);
        }
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("\nOptions that help\n  {}", lines.join("\n  ")),
    }
}

fn options(reason: &Reason) -> &'static [&'static str] {
    match reason {
        Reason::NoAnchors => &[TRUST],
        Reason::UnknownIssuer { .. } => &[TRUST, INTERMEDIATE],
        Reason::NoSignerCertificate { .. } => &[INTERMEDIATE],
        Reason::RevocationUnknown { .. } => &[CRL],
        Reason::Outdated { .. } => &[LEGACY],
        Reason::NoContent => &[DETACHED],
        Reason::Issuer { reason, .. } => options(reason),
        _ => &[],
    }
}

/// With the name of the input, and the options that give keys if it is keys that are missing.
pub fn on_error(error: Error, command: &OpenCommand) -> anyhow::Error {
    let name = output::input_name(&command.input);
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
