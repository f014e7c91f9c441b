//! One certificate: who, until when, what for, and what is against it.

use anyhow::Result;
use serde_json::{Value, json};
use smime::Certificate;
use smime::cert::Findings;
use smime::check::Reason;

use super::judge::Judge;
use crate::time;

/// A label and a text, or several, one below the other.
fn labelled(label: &str, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut label = label;
    let mut lines = Vec::new();
    for text in texts {
        lines.push(format!("  {label:<12} {text}"));
        label = "";
    }
    lines
}

pub fn in_words(certificate: &Certificate, judge: &Judge) -> Vec<String> {
    let findings = judge.findings(certificate);
    let mut lines = vec![format!("certificate of {}", certificate.subject())];
    let mut add = |label: &str, text: String| lines.extend(labelled(label, [text]));
    add("issued by", certificate.issuer());
    let serial: String = certificate.serial_hex().chars().take(64).collect();
    add("serial", serial);
    add("valid", validity(certificate, &findings));
    add("key", certificate.public_key().kind().to_string());
    let fingerprint = certificate.fingerprint_sha256();
    add("fingerprint", format!("{fingerprint} (SHA-256)"));
    add(
        "addresses",
        match certificate.addresses() {
            [] => "none".to_owned(),
            addresses => addresses.join(", "),
        },
    );
    for why in certificate.ignored_addresses() {
        add("left out", why.clone());
    }
    if let Some(profile) = findings.profile() {
        add(
            "profile",
            format!("{profile} (CA/Browser Forum S/MIME Baseline Requirements)"),
        );
    }
    match findings.is_authority() {
        true => add(
            "use",
            "certification authority: vouches for others".to_owned(),
        ),
        false => {
            add("signs", verdict(findings.unfit_to_sign()));
            add("encrypts", verdict(findings.unfit_to_encrypt()));
        }
    }
    if let Some(trust) = judge.trust(certificate) {
        lines.extend(labelled("path", trust.in_words()));
    }
    match findings.all() {
        [] => lines.extend(labelled("findings", ["none".to_owned()])),
        all => lines.extend(labelled("findings", all.iter().map(ToString::to_string))),
    }
    lines
}

fn validity(certificate: &Certificate, findings: &Findings) -> String {
    let left = match findings.days_left() {
        None => "expired".to_owned(),
        Some(1) => "1 day left".to_owned(),
        Some(days) => format!("{days} days left"),
    };
    format!(
        "{} to {} ({left})",
        time::format(certificate.not_before()),
        time::format(certificate.not_after())
    )
}

fn verdict(against: &[Reason]) -> String {
    match against {
        [] => "yes".to_owned(),
        reasons => {
            let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
            format!("no: {}", reasons.join("; "))
        }
    }
}

/// What tells which certificate it is, all that the findings say, and `path`: null without trust anchors.
pub fn value(certificate: &Certificate, judge: &Judge) -> Result<Value> {
    let mut value = serde_json::to_value(judge.findings(certificate))?;
    let Some(fields) = value.as_object_mut() else {
        return Ok(value);
    };
    let known = json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "fingerprint_sha256": certificate.fingerprint_sha256(),
        "addresses": certificate.addresses(),
        "not_before": time::format(certificate.not_before()),
        "not_after": time::format(certificate.not_after()),
        "key": certificate.public_key().kind().to_string(),
        "path": judge.trust(certificate).map(|trust| trust.value()),
    });
    if let Value::Object(known) = known {
        fields.extend(known);
    }
    Ok(value)
}
