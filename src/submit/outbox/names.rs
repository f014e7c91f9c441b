//! What the files of the folder are, by their names.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::disk::{self, Disk};
use super::folder::{ADDING, LOCK};
use super::{EntryId, OutboxError};

/// Says that a folder is an outbox, and of which version.
pub(super) const FORMAT_FILE: &str = "smime-outbox";
pub(super) const FORMAT: &[u8] = b"smime outbox 1\n";

/// What a file is, by its name.
pub(super) enum Named {
    Mail(EntryId),
    State(EntryId),
    /// Left by a process that was ended while it wrote.
    Temporary,
    Own,
    Foreign,
}

impl Named {
    pub(super) fn of(name: &OsStr) -> Named {
        let Some(name) = name.to_str() else {
            return Named::Foreign;
        };
        if matches!(name, FORMAT_FILE | LOCK | ADDING) {
            return Named::Own;
        }
        if let Some(name) = disk::becomes(name) {
            let is_ours = name == FORMAT_FILE || Named::entry(name).is_some();
            return if is_ours {
                Named::Temporary
            } else {
                Named::Foreign
            };
        }
        Named::entry(name).unwrap_or(Named::Foreign)
    }

    fn entry(name: &str) -> Option<Named> {
        let (id, kind) = name.split_once('.')?;
        let id = id.parse().ok()?;
        match kind {
            "mail" => Some(Named::Mail(id)),
            "state" => Some(Named::State(id)),
            _ => None,
        }
    }
}

/// All names in the folder.
pub(super) fn all(disk: &dyn Disk, path: &Path) -> Result<Vec<OsString>, OutboxError> {
    disk.names().map_err(|source| failed(path, source))
}

/// The number of the next entry.
pub(super) fn next(names: &[OsString]) -> u32 {
    let numbers = names.iter().filter_map(|name| match Named::of(name) {
        Named::Mail(id) | Named::State(id) => Some(id.number().saturating_add(1)),
        _ => None,
    });
    numbers.max().unwrap_or(0)
}

/// Makes an outbox of the folder.
pub(super) fn make(disk: &dyn Disk, path: &Path) -> Result<(), OutboxError> {
    disk::write(disk, FORMAT_FILE, &[FORMAT]).map_err(|source| failed(path, source))
}

pub(super) fn failed(path: &Path, source: io::Error) -> OutboxError {
    OutboxError::io(format!("the folder {}", path.display()), source)
}

/// Whether the folder is to become an outbox; an error if it is something else.
pub(super) fn is_to_be_made(disk: &dyn Disk, path: &Path) -> Result<bool, OutboxError> {
    let names = all(disk, path)?;
    if !names.iter().any(|name| name == FORMAT_FILE) {
        let ours = |name: &OsStr| matches!(Named::of(name), Named::Own | Named::Temporary);
        return match names.iter().all(|name| ours(name)) {
            true => Ok(true),
            false => Err(OutboxError::NotAnOutbox { path: path.into() }),
        };
    }
    let mut text = Vec::new();
    disk.open(FORMAT_FILE)
        .and_then(|(file, _)| {
            let bound = u64::try_from(FORMAT.len()).unwrap_or(u64::MAX);
            io::Read::read_to_end(
                &mut io::Read::take(file, bound.saturating_add(1)),
                &mut text,
            )
        })
        .map_err(|source| OutboxError::io(format!("the file {FORMAT_FILE}"), source))?;
    match text == FORMAT {
        true => Ok(false),
        false => Err(OutboxError::OtherVersion { path: path.into() }),
    }
}
