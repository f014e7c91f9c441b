//! `smime inspect`.

#[path = "inspect/certificate.rs"]
mod certificate;
#[path = "inspect/judge.rs"]
mod judge;
#[path = "inspect/read.rs"]
mod read;
#[path = "inspect/revocation.rs"]
mod revocation;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use smime::cert::Pkcs12;
use smime::{Certificate, Identity};

use crate::receiving::InspectCommand;
use crate::{failure, input, password, report};
use judge::Judge;
use read::Found;

/// MiB of a file that are read: all of it is held in memory.
const MOST: u64 = 256;

pub fn run(command: &InspectCommand) -> Result<ExitCode> {
    let passwords = password::read_all(&command.passwords)?;
    let judge = Judge::new(command)?;
    let mut values = Vec::new();
    let mut text = String::new();
    let mut status = 0;
    for path in &command.files {
        let file = path.display().to_string();
        let name = input::name(path);
        let found =
            input::read_at_most(path, MOST).and_then(|bytes| read::look(&bytes, name, &passwords));
        match found {
            Ok(found) => {
                let certificates: Vec<&Certificate> =
                    found.iter().flat_map(Found::certificates).collect();
                let (judge, warnings) = judge.beside(&certificates, &command.fetch)?;
                match command.json {
                    true => {
                        let found = all_values(&found, &judge)?;
                        let one = json!({ "file": file, "found": found, "warnings": warnings });
                        values.push(one);
                    }
                    false => {
                        report::warn(&warnings);
                        text.push_str(&all_in_words(&file, &found, &judge));
                    }
                }
                status = status.max(judge.status());
            }
            Err(error) => {
                status = failure::FAILED;
                match command.json {
                    true => values.push(json!({ "file": file, "error": error.to_string() })),
                    false => report::to_stderr(format_args!("smime: {error}")),
                }
            }
        }
    }
    if command.json {
        text = format!("{}\n", Value::Array(values));
    }
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| anyhow!("output: {error}"))?;
    Ok(ExitCode::from(status))
}

fn all_in_words(file: &str, found: &[Found], judge: &Judge) -> String {
    let mut text = format!("{file}:\n");
    for line in found.iter().flat_map(|one| in_words(one, judge)) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn in_words(found: &Found, judge: &Judge) -> Vec<String> {
    match found {
        Found::Certificate(one) => certificate::in_words(one, judge),
        Found::Crl(crl) => revocation::list_in_words(crl),
        Found::Ocsp(response) => revocation::response_in_words(response),
        Found::Key(key) => vec![format!("private key, {}", key.public_key().kind())],
        Found::Pkcs12(file) => contents(file, judge),
        Found::Outline(outline) => {
            let text = outline.to_string();
            text.lines().map(str::to_owned).collect()
        }
    }
}

fn all_values(found: &[Found], judge: &Judge) -> Result<Vec<Value>> {
    found.iter().map(|one| value(one, judge)).collect()
}

fn value(found: &Found, judge: &Judge) -> Result<Value> {
    Ok(match found {
        Found::Certificate(one) => {
            json!({ "kind": "certificate", "certificate": certificate::value(one, judge)? })
        }
        Found::Crl(crl) => revocation::list_value(crl),
        Found::Ocsp(response) => revocation::response_value(response),
        Found::Key(key) => {
            json!({ "kind": "private-key", "key": key.public_key().kind().to_string() })
        }
        Found::Pkcs12(file) => contents_value(file, judge)?,
        Found::Outline(outline) => {
            let mut value = serde_json::to_value(outline)?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("kind".into(), "message".into());
            }
            value
        }
    })
}

fn contents(file: &Pkcs12, judge: &Judge) -> Vec<String> {
    let identities = file.identities();
    let mut lines = vec![format!(
        "PKCS#12 with {} identities, {} keys, {} certificates",
        identities.len(),
        file.keys().len(),
        file.certificates().len()
    )];
    let indented = |line: String| format!("  {line}");
    for identity in &identities {
        lines.push("  identity (key and certificate):".to_owned());
        let own = certificate::in_words(identity.certificate(), judge);
        lines.extend(own.into_iter().map(indented).map(indented));
    }
    for entry in file.certificates() {
        let one = entry.certificate();
        let known = |identity: &Identity| identity.certificate() == one;
        if !identities.iter().any(known) {
            lines.extend(certificate::in_words(one, judge).into_iter().map(indented));
        }
    }
    let skipped = file.skipped().iter();
    lines.extend(skipped.map(|what| indented(format!("passed over: {what}"))));
    lines
}

fn contents_value(file: &Pkcs12, judge: &Judge) -> Result<Value> {
    let identities = file.identities();
    let identities = identities
        .iter()
        .map(|identity| certificate::value(identity.certificate(), judge));
    let entries = file.certificates().iter();
    let certificates = entries.map(|entry| certificate::value(entry.certificate(), judge));
    let keys = file.keys().iter();
    Ok(json!({
        "kind": "pkcs12",
        "identities": identities.collect::<Result<Vec<_>>>()?,
        "certificates": certificates.collect::<Result<Vec<_>>>()?,
        "keys": keys.map(|one| one.key().public_key().kind().to_string()).collect::<Vec<_>>(),
        "skipped": file.skipped(),
    }))
}
