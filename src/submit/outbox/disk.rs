//! [`Disk`]: the few things that are done to the folder, one by one, so that a test can stop before each of them.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::OutboxError;

/// What the process locks as long as it has the outbox open.
pub(super) const LOCK: &str = "lock";

/// A flat folder. Names are the outbox's own and hold no path.
pub(super) trait Disk: Send + Sync {
    /// All names, of whatever kind.
    fn names(&self) -> io::Result<Vec<OsString>>;

    /// A file that is there, and its length.
    fn open(&self, name: &str) -> io::Result<(Box<dyn Read + Send>, u64)>;

    /// A new file with these pieces in it, which survive a loss of power once there is a name for it.
    fn create(&self, name: &str, pieces: &[&[u8]]) -> io::Result<()>;

    /// Gives a file another name, in place of the file that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Takes a file away.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names survive a loss of power.
    fn sync(&self) -> io::Result<()>;
}

/// Writes a file that is there whole or, whatever happens, as it was before.
pub(super) fn write(disk: &dyn Disk, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
    let temporary = temporary(name);
    let created = match disk.create(&temporary, pieces) {
        // What an earlier failure left; nobody else writes here.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(&temporary)?;
            disk.create(&temporary, pieces)
        }
        created => created,
    };
    if let Err(error) = created.and_then(|()| disk.rename(&temporary, name)) {
        // What stays is taken away when the outbox is opened again.
        let _ = disk.remove(&temporary);
        return Err(error);
    }
    disk.sync()
}

/// The name of a file that is not whole yet.
pub(super) fn temporary(name: &str) -> String {
    format!(".tmp-{name}")
}

/// What the file becomes that has this name while it is not whole.
pub(super) fn becomes(name: &str) -> Option<&str> {
    name.strip_prefix(".tmp-")
}

/// The real one.
pub(super) struct Folder {
    path: PathBuf,
    /// Locked, and so it stays as long as this is open.
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is not there, for its owner only, and locks it.
    pub(super) fn lock(path: &Path) -> Result<Folder, OutboxError> {
        // So that it stays this folder when the process goes to another one.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let failed = |source| OutboxError::Io {
            what: format!("the folder {}", path.display()),
            source,
        };
        let is_new = !path.exists();
        make(&path).map_err(failed)?;
        if is_new && let Some(parent) = path.parent() {
            // Best effort: not everybody may read the folder above.
            let _ = sync(parent);
        }
        let about = fs::metadata(&path).map_err(failed)?;
        if open_to_others(&about) {
            return Err(OutboxError::OpenToOthers { path });
        }
        let lock = path.join(LOCK);
        if fs::symlink_metadata(&lock).is_ok_and(|about| !about.is_file()) {
            return Err(failed(io::Error::other(
                "its file \"lock\" is not a plain file",
            )));
        }
        let mut options = File::options();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let lock = options.open(&lock).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OutboxError::Locked { path }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Disk for Folder {
    fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }

    fn open(&self, name: &str) -> io::Result<(Box<dyn Read + Send>, u64)> {
        let path = self.path.join(name);
        // Before it is opened: a pipe would make us wait for ever.
        let about = fs::symlink_metadata(&path)?;
        if !about.is_file() {
            return Err(io::Error::other("it is not a plain file"));
        }
        if !same_owner(&about, &fs::metadata(&self.path)?) {
            return Err(io::Error::other("it belongs to another user"));
        }
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        Ok((Box::new(file), length))
    }

    fn create(&self, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(self.path.join(name))?;
        for piece in pieces {
            file.write_all(piece)?;
        }
        file.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        sync(&self.path)
    }
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

fn sync(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// Whether somebody else may put files into the folder, where the system says so.
fn open_to_others(about: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        about.permissions().mode() & 0o022 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = about;
        false
    }
}

fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        one.uid() == other.uid()
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        true
    }
}
