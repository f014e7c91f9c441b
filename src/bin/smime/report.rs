//! The reports on stderr, in words and as JSON.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};
use smime::protect::ProtectReport;
use smime::submit::{Cause, Delivery, Outcome, Reply};
use smime::{Certificate, Envelope, Mailbox};

/// One line, or several. A terminal that is gone is not worth a panic.
pub fn to_stderr(text: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// One line each.
pub fn warn(warnings: &[String]) {
    for warning in warnings {
        to_stderr(format_args!("warning: {warning}"));
    }
}

/// Letters of all languages as they are; what cannot be seen escaped.
pub fn visible(text: &str) -> String {
    let mut visible = String::new();
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => visible.push(c),
            c => visible.extend(c.escape_debug()),
        }
    }
    visible
}

/// What was done to the message.
pub fn protected(report: &ProtectReport, warnings: &[String]) -> Value {
    let signer = |signer: &smime::protect::SignerReport| {
        json!({
            "certificate": certificate(signer.certificate()),
            "algorithm": signer.algorithm().name(),
            "names_sender": signer.names_sender(),
            "path": path(signer),
        })
    };
    let recipient = |recipient: &smime::protect::RecipientReport| {
        json!({
            "role": recipient.role().to_string(),
            "address": recipient.address().map(|address| address.address()),
            "certificate": certificate(recipient.certificate()),
            "encryption": recipient.encryption().to_string(),
            "source": recipient.source().to_string(),
            "path": path(recipient),
            "copy": recipient.copy(),
        })
    };
    json!({
        "signers": report.signers().iter().map(signer).collect::<Vec<_>>(),
        "cipher": report.cipher().map(|cipher| cipher.name()),
        "compressed": report.is_compressed(),
        "recipients": report.recipients().iter().map(recipient).collect::<Vec<_>>(),
        "notes": report.notes(),
        "warnings": warnings,
    })
}

/// As the library writes it: the certificates with their status.
fn path(report: &impl Serialize) -> Value {
    match serde_json::to_value(report) {
        Ok(Value::Object(mut fields)) => fields.remove("path").unwrap_or_default(),
        Ok(_) | Err(_) => Value::Null,
    }
}

/// Whom a message goes to.
pub fn envelope(envelope: Option<&Envelope>) -> Value {
    let recipients = |envelope: &Envelope| -> Vec<String> {
        envelope
            .recipients()
            .iter()
            .map(|mailbox| mailbox.address())
            .collect()
    };
    match envelope {
        Some(envelope) => json!({
            "return_path": envelope.return_path().map(|mailbox| mailbox.address()),
            "recipients": recipients(envelope),
        }),
        None => Value::Null,
    }
}

/// What became of every recipient of every copy.
pub fn delivered(delivery: &Delivery) -> Value {
    let mut all = Vec::new();
    for delivered in delivery.copies() {
        for (recipient, outcome) in delivered.iter() {
            all.push(recipient_outcome(delivered.index(), recipient, outcome));
        }
    }
    Value::Array(all)
}

/// What became of one recipient of one copy.
pub fn recipient_outcome(copy: usize, recipient: &Mailbox, outcome: &Outcome) -> Value {
    let (name, reply) = match outcome {
        Outcome::Accepted(reply) => ("accepted", Some(reply)),
        Outcome::Rejected(cause) => ("rejected", cause.reply()),
        Outcome::Deferred(cause) => ("deferred", cause.reply()),
        Outcome::Unknown(cause) => ("unknown", Cause::reply(cause)),
        _ => ("other", None),
    };
    json!({
        "copy": copy,
        "recipient": recipient.address(),
        "outcome": name,
        "code": reply.map(Reply::code),
        "text": outcome.to_string(),
    })
}

fn certificate(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "sha256": certificate.fingerprint_sha256(),
        "addresses": certificate.addresses(),
    })
}

/// Warnings about files, then what was chosen.
pub fn in_words(report: &ProtectReport, warnings: &[String]) -> String {
    let mut text = String::new();
    for warning in warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text.push_str(&report.to_string());
    text.trim_end().to_owned()
}
