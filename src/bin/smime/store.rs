//! `smime store`.

#[path = "store/shown.rs"]
mod shown;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use smime::resolver::Provenance;
use smime::store::{Imported, StoreOptions};
use smime::{Certificate, ErrorKind, Store};
use zeroize::Zeroizing;

use crate::password::PasswordSource;
use crate::storing::{
    AddCommand, ExpiringCommand, ListCommand, PasswordCommand, RemoveCommand, StoreCommand,
    StoreOption,
};
use crate::{failure, files, report};

const DAY: u64 = 24 * 60 * 60;

pub fn run(command: &StoreCommand) -> Result<ExitCode> {
    match command {
        StoreCommand::Add(command) => add(command),
        StoreCommand::List(command) => list(command),
        StoreCommand::Expiring(command) => expiring(command),
        StoreCommand::Remove(command) => remove(command),
        StoreCommand::Password(command) => change_password(command),
    }
}

fn add(command: &AddCommand) -> Result<ExitCode> {
    let passwords = crate::password::read_all(&command.passwords)?;
    let passwords: Vec<&str> = passwords.iter().map(|password| password.as_str()).collect();
    let store_password = command.store_password();
    let store_password = store_password
        .as_ref()
        .map(PasswordSource::read)
        .transpose()?;
    let store = options(store_password, command.danger_unencrypted_keys)
        .create(&command.folder.dir)
        .map_err(|error| explain(error, &command.folder.dir, true))?;
    tell_problems(&store)?;
    let mut values = Vec::new();
    let mut text = String::new();
    let mut all_added = true;
    for path in &command.files {
        match add_file(&store, command, path, &passwords) {
            Ok(imported) => {
                all_added &= imported.skipped().is_empty();
                values.push(shown::imported_as_value(path, &imported));
                text.push_str(&shown::imported(path, &imported, &store)?);
            }
            Err(error) => {
                all_added = false;
                match command.folder.json {
                    true => values.push(json!({
                        "file": path.display().to_string(), "error": error.to_string(),
                    })),
                    false => report::to_stderr(format_args!("smime: {error}")),
                }
            }
        }
    }
    print(command.folder.json, values, &text)?;
    Ok(status(all_added))
}

fn add_file(
    store: &Store,
    command: &AddCommand,
    path: &Path,
    passwords: &[&str],
) -> Result<Imported> {
    let bytes = files::read(path)?;
    let bound = match &command.bind {
        None => None,
        Some(_) if command.files.len() > 1 => bail!("--bind needs one file, with one certificate"),
        Some(address) => match Certificate::from_bytes(&bytes) {
            Ok(certificate) => Some((address, certificate)),
            Err(_) => bail!(
                "{}: --bind needs a file with one certificate",
                path.display()
            ),
        },
    };
    let provenance = match command.candidate {
        true => Provenance::Candidate,
        false => Provenance::Pinned,
    };
    let imported = store
        .import_as(&bytes, passwords, provenance)
        .map_err(|error| explain(error, path, !passwords.is_empty()))?;
    if let Some((address, certificate)) = bound {
        store.bind(address, &certificate)?;
    }
    Ok(imported)
}

fn list(command: &ListCommand) -> Result<ExitCode> {
    let store = open(&command.folder.dir)?;
    let entries = match &command.address {
        Some(address) => store.entries_for(address)?,
        None => store.entries()?,
    };
    let values = entries.iter().map(shown::as_value).collect();
    let text: String = entries
        .iter()
        .map(|entry| shown::in_words(entry, ""))
        .collect();
    print(command.folder.json, values, &text)?;
    Ok(status(true))
}

fn expiring(command: &ExpiringCommand) -> Result<ExitCode> {
    let store = open(&command.folder.dir)?;
    let now = command.at.unwrap_or_else(SystemTime::now);
    let within = Duration::from_secs(u64::from(command.within).saturating_mul(DAY));
    let found = store.expiring(within, now)?;
    let values = found.iter().map(shown::expiring_as_value).collect();
    let text: String = found
        .iter()
        .map(|one| {
            let state = match (one.is_expired(), one.has_successor()) {
                (true, _) => "EXPIRED, without a successor; ".to_owned(),
                (false, true) => "has a successor; ".to_owned(),
                (false, false) => {
                    format!("NO successor for {}; ", shown::addresses(one.unreplaced()))
                }
            };
            shown::in_words(one.entry(), &state)
        })
        .collect();
    print(command.folder.json, values, &text)?;
    Ok(status(true))
}

fn remove(command: &RemoveCommand) -> Result<ExitCode> {
    let store = open(&command.folder.dir)?;
    let mut all_removed = true;
    let mut values = Vec::new();
    let mut text = String::new();
    for fingerprint in &command.fingerprints {
        let removed = remove_one(&store, fingerprint, command.with_keys);
        let shown: String = fingerprint.escape_debug().take(200).collect();
        match removed {
            Ok(()) => {
                values.push(json!({ "fingerprint_sha256": shown, "removed": true }));
                text.push_str(&format!("removed {shown}\n"));
            }
            Err(error) => {
                all_removed = false;
                match command.folder.json {
                    true => values.push(json!({
                        "fingerprint_sha256": shown, "removed": false, "error": error.to_string(),
                    })),
                    false => report::to_stderr(format_args!("smime: {shown}: {error}")),
                }
            }
        }
    }
    print(command.folder.json, values, &text)?;
    Ok(status(all_removed))
}

fn change_password(command: &PasswordCommand) -> Result<ExitCode> {
    let password = command.store_password();
    let password = password.as_ref().map(PasswordSource::read).transpose()?;
    let Some(new) = command.new_password() else {
        bail!(
            "the new password is missing; give it with --new-password-file or --new-password-env"
        );
    };
    let new = new.read()?;
    let folder = &command.folder.dir;
    let store = options(password, false).open(folder);
    let store = store.map_err(|error| explain(error, folder, true))?;
    let count = store
        .change_password(&new)
        .map_err(|error| match error.kind() {
            ErrorKind::File { source, .. } if matches!(source.kind(), ErrorKind::Missing { .. }) => anyhow!(
                "{}: needs the password that the private keys have now; give it with --store-password-file \
                 or --store-password-env",
                folder.display()
            ),
            _ => error.into(),
        })?;
    let text = format!("the private keys have the new password: {count}\n");
    print(command.folder.json, vec![json!({ "keys": count })], &text)?;
    tell_problems(&store)?;
    Ok(status(true))
}

fn remove_one(store: &Store, fingerprint: &str, with_keys: bool) -> Result<()> {
    let is_identity = store
        .entry(fingerprint)?
        .is_some_and(|entry| entry.is_identity());
    match (is_identity, with_keys) {
        (true, false) => bail!(
            "an identity: without its private key what was encrypted to it cannot be read any \
             more; --with-keys removes it"
        ),
        (true, true) => store.remove_identity(fingerprint)?,
        (false, _) => store.remove(fingerprint)?,
    }
    Ok(())
}

/// The store that the options of another command name.
pub fn of(option: &StoreOption) -> Result<Option<Store>> {
    let Some(folder) = &option.store else {
        return Ok(None);
    };
    let password = option.password();
    let password = password.as_ref().map(PasswordSource::read).transpose()?;
    let opened = options(password, false).open(folder);
    let store = opened.map_err(|error| explain(error, folder, true))?;
    Ok(Some(store))
}

/// Nothing here needs private keys.
fn open(folder: &Path) -> Result<Store> {
    let store = Store::open(folder).map_err(|error| explain(error, folder, false))?;
    tell_problems(&store)?;
    Ok(store)
}

fn options(password: Option<Zeroizing<String>>, clear_keys: bool) -> StoreOptions {
    let mut options = StoreOptions::new();
    if let Some(password) = password {
        options = options.password(&password);
    }
    match clear_keys {
        true => options.danger_unencrypted_keys(),
        false => options,
    }
}

fn tell_problems(store: &Store) -> Result<()> {
    for problem in store.problems()? {
        report::to_stderr(format_args!(
            "warning: {}: {problem}",
            store.path().display()
        ));
    }
    Ok(())
}

/// The error in the words of the command line.
fn explain(error: smime::Error, path: &Path, had_password: bool) -> anyhow::Error {
    match error.kind() {
        ErrorKind::WrongPassword { .. } if !had_password => anyhow!(
            "{}: needs a password; give it with --password-file or --password-env",
            path.display()
        ),
        ErrorKind::Misuse { advice } if advice.contains("StoreOptions::password") => anyhow!(
            "{}: holds a private key; give the password that the store shall encrypt it with, with \
             --store-password-file or --store-password-env, or see --danger-unencrypted-keys",
            path.display()
        ),
        _ => error.in_file(path).into(),
    }
}

fn print(as_json: bool, values: Vec<Value>, text: &str) -> Result<()> {
    let text = match as_json {
        true => format!("{}\n", Value::Array(values)),
        false => text.to_owned(),
    };
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| anyhow!("output: {error}"))
}

fn status(all: bool) -> ExitCode {
    ExitCode::from(if all { 0 } else { failure::FAILED })
}
