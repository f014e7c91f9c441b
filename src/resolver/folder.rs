//! A resolver over a folder of files.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::{CertificateResolver, FoundCertificate, MemoryResolver};
use crate::cert::{Pkcs12, RecipientId, SignerId};
use crate::{Certificate, Error, Identity, Limits, Mailbox};

/// Gives the password of a key file.
type Passwords = Box<dyn Fn(&Path) -> Option<Zeroizing<String>> + Send + Sync>;

/// Certificates and identities in the files of a folder, found by the addresses the certificates name.
///
/// | file | read as |
/// |---|---|
/// | `.cer` `.crt` `.der` `.p7b` `.p7c` | certificates |
/// | `.pem` | certificates; with a private key in it, an identity |
/// | `.p12` `.pfx` | identities |
///
/// Other files are left alone, and so are hidden ones. Folders directly inside are read too, deeper
/// ones not. Names of files and folders mean nothing: `bob@example.org.cer` is found for the addresses
/// its certificate names, and for no other. What is in the folder counts as pinned: a person put it there.
///
/// Of several identities for one address one is taken to sign as [`MemoryResolver`] says. Dates are not looked
/// at: take expired files out, and put a renewal in when it becomes valid.
///
/// Files are read once, by `open`, and again by [`FolderResolver::reload`]. One that cannot be read is left
/// out and listed by [`FolderResolver::problems`].
pub struct FolderResolver {
    path: PathBuf,
    passwords: Passwords,
    contents: RwLock<Arc<Contents>>,
}

#[derive(Default)]
struct Contents {
    resolver: MemoryResolver,
    problems: Vec<String>,
}

impl FolderResolver {
    /// Reads a folder whose key files have no password.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Io`] when the folder itself cannot be listed.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::open_with(path, |_| None)
    }

    /// Reads a folder whose key files all have one password.
    ///
    /// # Errors
    ///
    /// As [`FolderResolver::open`]. A wrong password is one of [`FolderResolver::problems`].
    pub fn open_with_password(path: impl Into<PathBuf>, password: &str) -> Result<Self, Error> {
        let password = Zeroizing::new(password.to_owned());
        Self::open_with(path, move |_| Some(String::clone(&password)))
    }

    /// Reads a folder; `passwords` gives the password of each `.p12`, `.pfx` and `.pem` with a key, `None`
    /// if it has none. It is asked again by [`FolderResolver::reload`].
    ///
    /// # Errors
    ///
    /// As [`FolderResolver::open`].
    pub fn open_with<F>(path: impl Into<PathBuf>, passwords: F) -> Result<Self, Error>
    where
        F: Fn(&Path) -> Option<String> + Send + Sync + 'static,
    {
        let resolver = FolderResolver {
            path: path.into(),
            passwords: Box::new(move |file| passwords(file).map(Zeroizing::new)),
            contents: RwLock::default(),
        };
        resolver.reload()?;
        Ok(resolver)
    }

    /// Reads the folder again. Answers change at once, when all files are read.
    ///
    /// # Errors
    ///
    /// As [`FolderResolver::open`]; what was read before then stays.
    pub fn reload(&self) -> Result<(), Error> {
        let mut contents = Contents::default();
        for file in files(&self.path, &mut contents.problems)? {
            if let Err(error) = self.load(&file, &mut contents.resolver) {
                contents.problems.push(error.in_file(&file).to_string());
            }
        }
        let mut current = self
            .contents
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(contents);
        Ok(())
    }

    /// Files that could not be read, each with its name and what is wrong with it.
    pub fn problems(&self) -> Vec<String> {
        self.contents().problems.clone()
    }

    fn contents(&self) -> Arc<Contents> {
        let current = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    fn load(&self, file: &Path, into: &mut MemoryResolver) -> Result<(), Error> {
        let Some(kind) = Kind::of(file) else {
            return Ok(());
        };
        let bytes = read(file)?;
        match kind {
            Kind::Pkcs12 => {
                let password = (self.passwords)(file);
                let file = Pkcs12::open(&bytes, password.as_deref().map(String::as_str))?;
                let identities = file.identities();
                if identities.is_empty() {
                    // Says what the file lacks.
                    file.identity()?;
                }
                for identity in identities {
                    into.add_identity(&identity);
                }
            }
            Kind::Pem if memchr::memmem::find(&bytes, b"PRIVATE KEY-----").is_some() => {
                let password = (self.passwords)(file);
                let password = password.as_deref().map(String::as_str);
                into.add_identity(&Identity::from_pem(&bytes, password)?);
            }
            Kind::Pem | Kind::Certificates => {
                for certificate in Certificate::all_from_bytes(&bytes)? {
                    into.add_certificate(&certificate);
                }
            }
        }
        Ok(())
    }
}

enum Kind {
    Certificates,
    Pem,
    Pkcs12,
}

impl Kind {
    fn of(file: &Path) -> Option<Kind> {
        let extension = file.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "cer" | "crt" | "der" | "p7b" | "p7c" => Some(Kind::Certificates),
            "pem" => Some(Kind::Pem),
            "p12" | "pfx" => Some(Kind::Pkcs12),
            _ => None,
        }
    }
}

/// The whole file, unless it is larger than any file of certificates. It may hold a key.
fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let limit = Limits::default().file_bytes;
    let failed = |error| Error::io("reading", error);
    let mut source = File::open(file).map_err(failed)?;
    let length = source.metadata().map_err(failed)?.len();
    if length > limit {
        return Err(Error::limit("file of certificates in bytes", limit));
    }
    // One byte more than the file has, so that the buffer does not grow and leave copies behind.
    let capacity = usize::try_from(length).unwrap_or(0).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    source
        .by_ref()
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// The files of a folder and of the folders directly inside, in the order of their names. An inner
/// folder that cannot be listed is a problem like a file that cannot be read.
fn files(folder: &Path, problems: &mut Vec<String>) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in list(folder)? {
        if entry.is_dir() {
            match list(&entry) {
                Ok(inner) => found.extend(inner.into_iter().filter(|inner| inner.is_file())),
                Err(error) => problems.push(error.to_string()),
            }
        } else if entry.is_file() {
            found.push(entry);
        }
    }
    Ok(found)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::io(format!("folder {}", folder.display()), error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| name.starts_with('.'));
        if !hidden {
            entries.push(path);
        }
    }
    entries.sort();
    Ok(entries)
}

impl CertificateResolver for FolderResolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        self.contents().resolver.signing_identity(from)
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        self.contents().resolver.encryption_certificates(to)
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.contents().resolver.decryption_identities(recipients)
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        self.contents().resolver.signer_certificates(signer)
    }
}

impl fmt::Debug for FolderResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderResolver")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
