//! [`Disk`]: the few things that are done to the folder, one by one, so that a test can stop before each of them.

use std::ffi::OsString;
use std::io::{self, Read, Seek};

/// What a file is read from.
pub(super) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// Waits until the contents of a file survive a loss of power.
pub(super) type Wait<'a> = Box<dyn FnOnce() -> io::Result<()> + 'a>;

/// A flat folder. Names are the outbox's own and hold no path.
pub(super) trait Disk: Send + Sync {
    /// All names, of whatever kind.
    fn names(&self) -> io::Result<Vec<OsString>>;

    /// A file that is there, and its length.
    fn open(&self, name: &str) -> io::Result<(Box<dyn Source>, u64)>;

    /// A new file with these pieces in it, which survive a loss of power only after the wait.
    fn create<'a>(&'a self, name: &'a str, pieces: &[&[u8]]) -> io::Result<Wait<'a>>;

    /// Gives a file another name, in place of the file that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Takes a file away.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names survive a loss of power.
    fn sync(&self) -> io::Result<()>;
}

/// Writes a file that is there whole or, whatever happens, as it was before.
pub(super) fn write(disk: &dyn Disk, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
    put(disk, name, pieces)?;
    disk.sync()
}

/// The same, but its name survives a loss of power only after a [`Disk::sync`]. After an error it is as it was before.
pub(super) fn put(disk: &dyn Disk, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
    let temporary = temporary(name);
    let created = match disk.create(&temporary, pieces) {
        // What an earlier failure left; nobody else writes here.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(&temporary)?;
            disk.create(&temporary, pieces)
        }
        created => created,
    };
    let whole = created.and_then(|wait| wait());
    if let Err(error) = whole.and_then(|()| disk.rename(&temporary, name)) {
        // What stays is taken away when the outbox is opened again.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    Ok(())
}

/// The name of a file that is not whole yet.
pub(super) fn temporary(name: &str) -> String {
    format!(".tmp-{name}")
}

/// What the file becomes that has this name while it is not whole.
pub(super) fn becomes(name: &str) -> Option<&str> {
    name.strip_prefix(".tmp-")
}
