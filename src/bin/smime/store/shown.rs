//! What is in a store, in words and as JSON.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use smime::Store;
use smime::resolver::Provenance;
use smime::store::{Entry, Expiring, Imported};

use crate::time;

/// So many addresses of one certificate are shown, and so many characters of each.
const ADDRESSES: usize = 10;
const CHARACTERS: usize = 200;

/// An entry in several lines, with `state` before its dates.
pub fn in_words(entry: &Entry, state: &str) -> String {
    let certificate = entry.certificate();
    let kind = match entry.is_identity() {
        true => "identity",
        false => "certificate",
    };
    let provenance = provenance(entry);
    format!(
        "{}\n  {kind}, {provenance}; {state}valid {} to {}\n  {}\n  SHA-256 {}\n",
        addresses(&entry.addresses()),
        time::format(certificate.not_before()),
        time::format(certificate.not_after()),
        certificate.description(),
        certificate.fingerprint_sha256(),
    )
}

/// Addresses with commas on one line, what cannot be seen escaped, what is more than a person reads left out.
pub fn addresses(all: &[String]) -> String {
    let shown = all.iter().take(ADDRESSES);
    let shown: Vec<String> = shown
        .map(|address| address.chars().take(CHARACTERS).flat_map(visible).collect())
        .collect();
    match (all.is_empty(), all.len().saturating_sub(ADDRESSES)) {
        (true, _) => "(no address)".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Letters of all languages as they are; what cannot be seen escaped.
fn visible(c: char) -> impl Iterator<Item = char> {
    let quoted = matches!(c, '"' | '\'' | '\\');
    let plain = quoted.then_some(c);
    let escaped = (!quoted).then(|| c.escape_debug());
    plain.into_iter().chain(escaped.into_iter().flatten())
}

fn provenance(entry: &Entry) -> &'static str {
    match entry.provenance() {
        Provenance::Pinned => "pinned",
        Provenance::Candidate => "candidate",
    }
}

pub fn as_value(entry: &Entry) -> Value {
    let certificate = entry.certificate();
    json!({
        "kind": if entry.is_identity() { "identity" } else { "certificate" },
        "provenance": provenance(entry),
        "addresses": entry.addresses(),
        "bound": entry.bound().iter().map(|address| address.address()).collect::<Vec<_>>(),
        "encrypts": entry.encrypts(),
        "key_encrypted": entry.is_identity().then(|| entry.is_key_encrypted()),
        "capabilities": entry.capabilities(),
        "learned": entry.learned().map(time::format),
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "fingerprint_sha256": certificate.fingerprint_sha256(),
        "not_before": time::format(certificate.not_before()),
        "not_after": time::format(certificate.not_after()),
    })
}

pub fn expiring_as_value(one: &Expiring) -> Value {
    let mut value = as_value(one.entry());
    if let Some(object) = value.as_object_mut() {
        object.insert("expired".into(), one.is_expired().into());
        object.insert("has_successor".into(), one.has_successor().into());
        object.insert("unreplaced".into(), json!(one.unreplaced()));
    }
    value
}

/// What was taken out of a file, with what has to be compared before anything is sent: the addresses it is used for
/// from now on, and the fingerprint.
pub fn imported(path: &Path, imported: &Imported, store: &Store) -> Result<String> {
    let mut text = String::new();
    let file = path.display();
    for taken in imported.taken() {
        let certificate = taken.certificate();
        let kind = match taken.is_identity() {
            true => "identity",
            false => "certificate",
        };
        let fingerprint = certificate.fingerprint_sha256();
        let (used_for, provenance) = match store.entry(&fingerprint)? {
            Some(entry) => (entry.addresses(), provenance(&entry)),
            // Somebody else has removed it meanwhile.
            None => (certificate.addresses().to_vec(), "removed"),
        };
        let (change, description) = (taken.change().name(), certificate.description());
        text.push_str(&format!(
            "{file}: {change}: {kind} {description}\n  {provenance}, for {}\n  SHA-256 {fingerprint}\n",
            addresses(&used_for),
        ));
    }
    for skipped in imported.skipped() {
        text.push_str(&format!("{file}: skipped: {skipped}\n"));
    }
    Ok(text)
}

pub fn imported_as_value(path: &Path, imported: &Imported) -> Value {
    let taken = imported.taken().iter().map(|taken| {
        json!({
            "change": taken.change().name(),
            "kind": if taken.is_identity() { "identity" } else { "certificate" },
            "subject": taken.certificate().subject(),
            "addresses": taken.certificate().addresses(),
            "fingerprint_sha256": taken.certificate().fingerprint_sha256(),
        })
    });
    json!({
        "file": path.display().to_string(),
        "taken": taken.collect::<Vec<_>>(),
        "skipped": imported.skipped(),
    })
}
