//! [`Folder`]: the folder of an outbox on a real disk, who may use it, and its locks.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::OutboxError;
use super::disk::{Disk, Source, Wait};
use super::names::failed;

/// What the process locks as long as it has the outbox open.
pub(super) const LOCK: &str = "lock";

/// What a process locks while it adds a message without having the outbox open, or cleans up when it opens it.
pub(super) const ADDING: &str = "adding";

/// How long to wait for somebody who adds a message.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Folder {
    path: PathBuf,
    /// Locked, and so it stays as long as this is open.
    lock: Option<File>,
}

impl Folder {
    /// Makes the folder if it is not there, for its owner only. Nothing in it is touched.
    pub(super) fn make(path: &Path) -> Result<Folder, OutboxError> {
        // So that it stays this folder when the process goes to another one.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let is_new = !path.exists();
        let holding = holding(&path, |path| path.exists());
        let failed = |source| failed(&path, source);
        make(&path).map_err(failed)?;
        for folder in holding {
            match sync(&folder) {
                // Not everybody may read the folder above; nor does every system wait for one, which matters to who makes
                // a folder in it.
                Err(error) if is_new && error.kind() != io::ErrorKind::PermissionDenied => {
                    return Err(failed(error));
                }
                _ => {}
            }
        }
        Folder::find(&path)
    }

    /// One that is there. Nothing in it is touched.
    pub(super) fn find(path: &Path) -> Result<Folder, OutboxError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let about = fs::metadata(&path).map_err(|source| failed(&path, source))?;
        match open_to_others(&about) {
            true => Err(OutboxError::OpenToOthers { path }),
            false => Ok(Folder { path, lock: None }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Locks it as long as this lives.
    pub(super) fn lock(&mut self) -> Result<(), OutboxError> {
        let lock = self.lock_file(LOCK)?;
        match lock.try_lock() {
            Ok(()) => {
                self.lock = Some(lock);
                Ok(())
            }
            Err(TryLockError::WouldBlock) => Err(self.locked()),
            Err(TryLockError::Error(error)) => Err(failed(&self.path, error)),
        }
    }

    /// As long as the file is open no other process adds a message without having the outbox open, nor cleans up.
    /// Waits for those who do.
    pub(super) fn quiet(&self) -> Result<File, OutboxError> {
        let lock = self.lock_file(ADDING)?;
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => return Err(self.locked()),
                Err(TryLockError::Error(error)) => return Err(failed(&self.path, error)),
            }
        }
    }

    fn locked(&self) -> OutboxError {
        let path = self.path.clone();
        OutboxError::Locked { path }
    }

    fn lock_file(&self, name: &str) -> Result<File, OutboxError> {
        let path = self.path.join(name);
        if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
            let detail = format!("its file \"{name}\" is not a plain file");
            return Err(failed(&self.path, io::Error::other(detail)));
        }
        let mut options = File::options();
        options.read(true).append(true).create(true);
        for_its_owner(&mut options);
        options
            .open(&path)
            .map_err(|source| failed(&self.path, source))
    }

    /// Whoever owns the folder may write into it, whatever its permissions say: it must be who runs this.
    pub(super) fn check_owner(&self) -> Result<(), OutboxError> {
        let folder = fs::metadata(&self.path).map_err(|source| failed(&self.path, source))?;
        match is_ours(&folder) {
            true => Ok(()),
            false => Err(OutboxError::OpenToOthers {
                path: self.path.clone(),
            }),
        }
    }
}

impl Disk for Folder {
    fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }

    fn open(&self, name: &str) -> io::Result<(Box<dyn Source>, u64)> {
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

    fn create<'a>(&'a self, name: &'a str, pieces: &[&[u8]]) -> io::Result<Wait<'a>> {
        let mut options = File::options();
        options.write(true).create_new(true);
        for_its_owner(&mut options);
        let mut file = options.open(self.path.join(name))?;
        for piece in pieces {
            file.write_all(piece)?;
        }
        Ok(Box::new(move || file.sync_all()))
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

/// The folders whose names of folders must be on the disk for this one to be found again: the one that holds it, also
/// when it is there (who made it may have been ended before he waited for the disk), and above that those that hold a
/// folder which is still to be made.
fn holding(path: &Path, exists: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut holding: Vec<PathBuf> = Vec::new();
    for folder in path.ancestors() {
        let Some(parent) = folder.parent() else {
            break;
        };
        if holding.is_empty() || !exists(folder) {
            holding.push(parent.to_owned());
        } else {
            break;
        }
    }
    // From the one that was there down.
    holding.reverse();
    holding
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

fn for_its_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
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

/// Whether it belongs to who runs this, where the system says so.
fn is_ours(about: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        about.uid() == rustix::process::geteuid().as_raw()
    }
    #[cfg(not(unix))]
    {
        let _ = about;
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_that_is_made_is_looked_after_where_it_hangs() {
        let path = Path::new("/var/lib/shop/outbox");
        let of = |there: &[&str]| {
            let folders = holding(path, |path| there.iter().any(|one| Path::new(one) == path));
            let names = folders.iter().map(|path| path.display().to_string());
            names.collect::<Vec<_>>().join(" ")
        };
        let all = [
            "/",
            "/var",
            "/var/lib",
            "/var/lib/shop",
            "/var/lib/shop/outbox",
        ];
        assert_eq!(of(&all), "/var/lib/shop");
        assert_eq!(of(&all[..4]), "/var/lib/shop");
        assert_eq!(of(&all[..3]), "/var/lib /var/lib/shop");
        assert_eq!(of(&all[..1]), "/ /var /var/lib /var/lib/shop");
    }
}
