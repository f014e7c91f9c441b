//! How an entry is taken away, and what is done about one that was half taken away or half written when the process
//! ended.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::disk::Disk;
use super::names::{Named, all, failed, next};
use super::{EntryId, OutboxError, ledger, letter};

/// The message first: a message without its state would be sent again.
pub(super) fn take_away(disk: &dyn Disk, id: EntryId) -> io::Result<()> {
    disk.remove(&letter::file_name(id))?;
    disk.sync()?;
    match disk.remove(&ledger::file_name(id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What [`clean`] found.
pub(super) struct Left {
    /// How many files were not whole.
    pub(super) half_written: usize,
    /// The number of the next entry.
    pub(super) next: u32,
}

/// Takes away what earlier processes left: files that are not whole, and states without a message.
pub(super) fn clean(disk: &dyn Disk, path: &Path) -> Result<Left, OutboxError> {
    let failed = |source| failed(path, source);
    let names = all(disk, path)?;
    let kinds: Vec<Named> = names.iter().map(|name| Named::of(name)).collect();
    let messages: HashSet<EntryId> = kinds
        .iter()
        .filter_map(|named| match named {
            Named::Mail(id) => Some(*id),
            _ => None,
        })
        .collect();
    // The message was taken away, the state was next.
    let orphaned = |named: &Named| matches!(named, Named::State(id) if !messages.contains(id));
    if kinds.iter().any(orphaned) {
        // That may not be on the disk yet: the message must not come back without its state.
        disk.sync().map_err(failed)?;
    }
    let mut left = Left {
        half_written: 0,
        next: next(&names),
    };
    for (name, named) in names.iter().zip(&kinds) {
        let is_half_written = matches!(named, Named::Temporary);
        left.half_written = left
            .half_written
            .saturating_add(usize::from(is_half_written));
        if let (true, Some(name)) = (is_half_written || orphaned(named), name.to_str()) {
            disk.remove(name).map_err(failed)?;
        }
    }
    Ok(left)
}
