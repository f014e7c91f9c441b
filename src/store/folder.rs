//! The folder: names, locks, permissions, and files that are there whole or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::fingerprint::Fingerprint;
use crate::{Error, ErrorKind};

/// The file that says that a folder is a store, and what stands in it.
pub(super) const FORMAT_FILE: &str = "smime-store";
const FORMAT: &str = "smime store 1\n";
/// What processes lock.
pub(super) const LOCK_FILE: &str = "lock";
/// Changes before anything else does.
pub(super) const GENERATION_FILE: &str = "generation";
/// Begins the name of a file that is not whole yet.
pub(super) const TEMPORARY: &str = ".tmp-";
/// Bytes of one file of a store: a certificate and its chain, and a key.
pub(super) const ENTRY_BYTES: u64 = 1 << 20;

/// What kind of entry a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `.cert`: a certificate.
    Certificate,
    /// `.key`: a certificate with its private key and its chain.
    Identity,
}

impl Kind {
    fn extension(self) -> &'static str {
        match self {
            Kind::Certificate => "cert",
            Kind::Identity => "key",
        }
    }
}

/// What a file of the folder is, by its name.
pub(super) enum Named {
    Entry(Fingerprint, Kind),
    /// Left by a process that was ended while it wrote.
    Temporary,
    /// One of the store's own.
    Own,
    Foreign,
}

impl Named {
    pub(super) fn of_file(name: &OsStr) -> Named {
        name.to_str().map_or(Named::Foreign, Named::of)
    }

    pub(super) fn of(name: &str) -> Named {
        if matches!(name, FORMAT_FILE | LOCK_FILE | GENERATION_FILE) {
            return Named::Own;
        }
        if name.starts_with(TEMPORARY) {
            return Named::Temporary;
        }
        let entry = name.split_once('.').and_then(|(stem, extension)| {
            let kinds = [Kind::Certificate, Kind::Identity];
            let kind = kinds
                .into_iter()
                .find(|kind| kind.extension() == extension)?;
            Some((Fingerprint::of_file_name(stem)?, kind))
        });
        match entry {
            Some((fingerprint, kind)) => Named::Entry(fingerprint, kind),
            None => Named::Foreign,
        }
    }
}

/// Says whether anything changed: equal stamps, equal folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    generation: Vec<u8>,
    /// Notices files that somebody put in or took out by hand.
    changed: Option<SystemTime>,
}

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    /// `None` in a folder where nobody can make one, so that nobody writes either.
    _file: Option<File>,
}

#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Folder {
        // So that it stays this folder when the process goes to another one.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Folder { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The file of an entry. Its name holds nothing but digits: neither addresses nor names from certificates.
    pub(super) fn entry(&self, fingerprint: Fingerprint, kind: Kind) -> PathBuf {
        self.file(&format!("{fingerprint}.{}", kind.extension()))
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::io(format!("folder {}", self.path.display()), error)
    }

    /// Makes the folder if it is not there, for its owner only, and calls it a store.
    pub(super) fn create(&self) -> Result<(), Error> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        let is_new = !self.path.exists();
        builder
            .create(&self.path)
            .map_err(|error| self.failed(error))?;
        if !is_new && self.check_format().is_err() {
            self.check_unused()?;
        }
        let _lock = self.lock_exclusive()?;
        if self.file(FORMAT_FILE).exists() {
            return self.check_format();
        }
        self.write(&self.file(FORMAT_FILE), FORMAT.as_bytes())?;
        if let Some(parent) = self.path.parent().filter(|_| is_new) {
            // Best effort: not everybody may read the folder above.
            let _ = sync_folder(parent);
        }
        Ok(())
    }

    /// Whether nobody else's files are in it.
    fn check_unused(&self) -> Result<(), Error> {
        for name in self.names()? {
            let is_own = name.to_str().map(Named::of);
            if matches!(is_own, None | Some(Named::Foreign)) {
                return Err(Error::misuse(format!(
                    "the folder {} holds other files; a store needs one of its own",
                    self.path.display()
                )));
            }
        }
        Ok(())
    }

    /// Whether it is a store that this version reads.
    pub(super) fn check_format(&self) -> Result<(), Error> {
        let path = self.file(FORMAT_FILE);
        let format = match read(&path) {
            Ok(format) => format,
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.path.is_dir() => {
                return Err(ErrorKind::Missing {
                    what: format!("store in the folder {}", self.path.display()).into(),
                }
                .into());
            }
            Err(error) => return Err(self.failed(error)),
        };
        if *format == FORMAT.as_bytes() {
            return Ok(());
        }
        Err(Error::from(ErrorKind::Unsupported {
            what: "a store of another version".into(),
        })
        .in_file(path))
    }

    /// The names in the folder, in order.
    pub(super) fn names(&self) -> Result<Vec<OsString>, Error> {
        let failed = |error| self.failed(error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort();
        Ok(names)
    }

    /// Waits until nobody writes, and keeps everybody from writing.
    pub(super) fn lock_shared(&self) -> Result<Lock, Error> {
        let path = self.file(LOCK_FILE);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match self.lock_file() {
                Ok(file) => file,
                Err(_) => return Ok(Lock { _file: None }),
            },
            opened => opened.map_err(|error| self.failed(error))?,
        };
        file.lock_shared().map_err(|error| self.failed(error))?;
        Ok(Lock { _file: Some(file) })
    }

    /// Waits until nobody reads or writes, and keeps everybody from it.
    pub(super) fn lock_exclusive(&self) -> Result<Lock, Error> {
        let file = self.lock_file().map_err(|error| self.failed(error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => file.lock().map_err(|error| self.failed(error))?,
            Err(TryLockError::Error(error)) => return Err(self.failed(error)),
        }
        Ok(Lock { _file: Some(file) })
    }

    fn lock_file(&self) -> io::Result<File> {
        let mut options = File::options();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(self.file(LOCK_FILE))
    }

    pub(super) fn stamp(&self) -> Result<Stamp, Error> {
        let generation = match read(&self.file(GENERATION_FILE)) {
            Ok(generation) => generation.to_vec(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(self.failed(error)),
        };
        let about = fs::metadata(&self.path).map_err(|error| self.failed(error))?;
        Ok(Stamp {
            generation,
            changed: about.modified().ok(),
        })
    }

    /// Tells everybody that what he read is no longer so. Comes before the first change, so that nobody misses one
    /// whose process ended in the middle of it.
    pub(super) fn begin_generation(&self) -> Result<(), Error> {
        let path = self.file(GENERATION_FILE);
        let current = read(&path).ok();
        let current = current
            .as_deref()
            .and_then(|bytes| str::from_utf8(bytes).ok());
        let number: u64 = current
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        let next = format!("{}\n", number.wrapping_add(1));
        let failed = |error| Error::io(format!("writing {}", path.display()), error);
        let mut file = self.temporary().map_err(failed)?;
        file.write_all(next.as_bytes()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Writes a file so that it is there whole or, whatever happens, as it was before; readable by its owner only.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.write_all([(path.to_owned(), bytes)])
    }

    /// The same for several. All are written before the first takes its place, so that a disk which is full leaves
    /// everything as it was; only a process that is stopped while they take their places leaves some old and some new.
    pub(super) fn write_all<'b>(
        &self,
        files: impl IntoIterator<Item = (PathBuf, &'b [u8])>,
    ) -> Result<(), Error> {
        let mut written = Vec::new();
        for (path, bytes) in files {
            let failed = |error| Error::io(format!("writing {}", path.display()), error);
            let mut file = self.temporary().map_err(failed)?;
            file.write_all(bytes).map_err(failed)?;
            file.as_file().sync_all().map_err(failed)?;
            // Closed: a process may not have many open.
            written.push((file.into_temp_path(), path));
        }
        for (file, path) in written {
            file.persist(&path)
                .map_err(|error| Error::io(format!("writing {}", path.display()), error.error))?;
        }
        sync_folder(&self.path).map_err(|error| self.failed(error))
    }

    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o600));
        }
        builder.tempfile_in(&self.path)
    }

    /// Takes a file away; whether it was there.
    pub(super) fn remove(&self, path: &Path) -> Result<bool, Error> {
        let failed = |error| Error::io(format!("removing {}", path.display()), error);
        match fs::remove_file(path) {
            Ok(()) => {
                sync_folder(&self.path).map_err(failed)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

/// Makes the names in a folder survive a loss of power.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// A whole file of the store, which may hold a key. Nothing but plain files: a pipe would make readers wait for ever.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let about = fs::symlink_metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    if about.len() > ENTRY_BYTES {
        return Err(io::Error::other("larger than any file of a store"));
    }
    // One byte more than the file has, so that the buffer does not grow and leave copies behind.
    let capacity = usize::try_from(about.len()).unwrap_or(0).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    File::open(path)?
        .take(about.len())
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bits of the mode that let others than the owner do `what`; none where there are no such bits.
pub(super) fn open_to_others(about: &Metadata, what: u32) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = about.permissions().mode() & 0o7777;
        (mode & what != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = (about, what);
        None
    }
}
