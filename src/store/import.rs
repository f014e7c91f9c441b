//! Import of certificate and key files, whatever they are.

use std::fmt;

use super::Store;
use super::change::{Change, Changes};
use super::record::Facts;
use crate::cert::{Password, Pkcs12, Pkcs12Options, each_certificate};
use crate::error::shortened;
use crate::key::PrivateKey;
use crate::resolver::Provenance;
use crate::{Certificate, Error, ErrorKind, Identity, Limits};

/// What became of a file that was imported.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    taken: Vec<Taken>,
    skipped: Vec<String>,
}

/// A certificate that is in the store now: from a file ([`Store::import`]) or from a message ([`Store::learn`]).
#[derive(Clone, Debug)]
pub struct Taken {
    pub(super) certificate: Certificate,
    pub(super) is_identity: bool,
    pub(super) change: Change,
}

impl Taken {
    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whether it came with its private key.
    pub fn is_identity(&self) -> bool {
        self.is_identity
    }

    /// Whether it is new.
    pub fn change(&self) -> Change {
        self.change
    }
}

impl Imported {
    /// What was taken: identities first, then certificates.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// What was not, and why, in words, on one line each.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }
}

/// One line for each.
impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for taken in &self.taken {
            let kind = match taken.is_identity {
                true => "identity",
                false => "certificate",
            };
            let certificate = taken.certificate.description();
            writeln!(f, "{}: {kind} {certificate}", taken.change.name())?;
        }
        self.skipped
            .iter()
            .try_for_each(|skipped| writeln!(f, "skipped: {skipped}"))
    }
}

/// What a file holds.
#[derive(Default)]
struct Contents {
    identities: Vec<Identity>,
    certificates: Vec<Certificate>,
    /// Keys without a certificate beside them.
    keys: Vec<PrivateKey>,
    skipped: Vec<String>,
}

impl Store {
    /// Takes everything out of a file: PKCS#12 (`.p12`, `.pfx`), PEM with a private key and certificates,
    /// certificates in DER or PEM, one or many, `.p7b` and `.p7c`, or a private key whose certificate is here.
    ///
    /// The passwords are tried one after the other, none at all last. Private keys are encrypted anew, with the
    /// password of the store. What is imported counts as pinned: a person put it there, and vouches for it. For a
    /// collection that nobody has looked through see [`Store::import_as`].
    ///
    /// # Errors
    /// Nothing was taken, because the file cannot be read: [`ErrorKind::WrongPassword`] when no password opens it,
    /// [`ErrorKind::Malformed`], [`ErrorKind::Missing`], [`ErrorKind::Unsupported`] and the others of
    /// [`Pkcs12::open`], [`Identity::from_pem`] and [`Certificate::all_from_bytes`]. Those of
    /// [`Store::add_identity`], where what came before stays.
    pub fn import(&self, bytes: &[u8], passwords: &[&str]) -> Result<Imported, Error> {
        self.import_as(bytes, passwords, Provenance::Pinned)
    }

    /// [`Store::import`], and says who vouches for the certificates: as [`Provenance::Candidate`] nobody does, so that each
    /// needs a trust anchor before anything is encrypted to it, until [`Store::pin`]. What is pinned already stays so.
    /// Identities are one's own, and always pinned.
    ///
    /// # Errors
    /// Those of [`Store::import`].
    pub fn import_as(
        &self,
        bytes: &[u8],
        passwords: &[&str],
        provenance: Provenance,
    ) -> Result<Imported, Error> {
        let contents = Contents::read(bytes, passwords, &self.0.options.limits)?;
        self.change(|changes| contents.put(changes, provenance))
    }
}

impl Contents {
    fn read(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Contents, Error> {
        let holds = |text: &[u8]| memchr::memmem::find(bytes, text).is_some();
        // A binary file begins with a SEQUENCE of at least 128 octets, which no text does.
        let is_binary = matches!(bytes, [0x30, 0x80..=0xff, ..]);
        if !is_binary && holds(b"PRIVATE KEY-----") {
            return Contents::from_pem(bytes, passwords, limits);
        }
        let found = match each_certificate(bytes, limits) {
            Ok(found) => found,
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported { .. }) => {
                return Contents::from_keys(bytes, passwords, limits);
            }
            Err(error) => return Err(error),
        };
        let mut contents = Contents::default();
        match contents.add_each(found) {
            Ok(()) => Ok(contents),
            // A private key that is encrypted begins as a certificate does.
            Err(error) if is_binary => Contents::from_key(bytes, passwords, limits, error),
            Err(error) => Err(error),
        }
    }

    /// Certificates of a file: one that is broken does not cost the others, but a file of which nothing can be read
    /// is an error.
    fn add_each(&mut self, found: Vec<Result<Certificate, Error>>) -> Result<(), Error> {
        let mut last = None;
        for one in found {
            match one {
                Ok(certificate) => self.certificates.push(certificate),
                Err(error) => {
                    self.skipped
                        .push(format!("a certificate: {}", shortened(&error.to_string())));
                    last = Some(error);
                }
            }
        }
        match last {
            Some(error) if self.certificates.is_empty() && self.identities.is_empty() => Err(error),
            _ => Ok(()),
        }
    }

    fn from_pem(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Contents, Error> {
        let key = first_that_opens(passwords, |password| {
            PrivateKey::from_bytes_with(bytes, password, limits)
        })?;
        let mut contents = Contents::default();
        match each_certificate(bytes, limits) {
            Ok(found) => contents.add_each(found)?,
            Err(error) if matches!(error.kind(), ErrorKind::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
        contents.add_key(key);
        Ok(contents)
    }

    /// PKCS#12, or a key in DER.
    fn from_keys(bytes: &[u8], passwords: &[&str], limits: &Limits) -> Result<Contents, Error> {
        let options = Pkcs12Options::new().limits(*limits);
        let opened = first_that_opens(passwords, |password| {
            Pkcs12::open_with(bytes, Password::from(password), &options)
        });
        let file = match opened {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), ErrorKind::Malformed { .. }) => {
                return Contents::from_key(bytes, passwords, limits, error);
            }
            Err(error) => return Err(error),
        };
        let mut contents = Contents {
            identities: file.identities(),
            ..Contents::default()
        };
        let certificates = file.certificates().iter();
        contents
            .certificates
            .extend(certificates.map(|entry| entry.certificate().clone()));
        let skipped = file.skipped().iter().map(|text| shortened(text));
        contents.skipped.extend(skipped);
        for key in file.keys() {
            let mut identities = contents.identities.iter();
            let public = key.key().public_key();
            if !identities.any(|one| one.key().public_key().same_key(public)) {
                contents.keys.push(key.key().clone());
            }
        }
        Ok(contents)
    }

    /// A key; `otherwise` is the error when it is none.
    fn from_key(
        bytes: &[u8],
        passwords: &[&str],
        limits: &Limits,
        otherwise: Error,
    ) -> Result<Contents, Error> {
        let key = first_that_opens(passwords, |password| {
            PrivateKey::from_bytes_with(bytes, password, limits)
        });
        let key = key.map_err(|error| match error.kind() {
            ErrorKind::Malformed { .. } | ErrorKind::Unsupported { .. } => otherwise,
            _ => error,
        })?;
        let mut contents = Contents::default();
        contents.add_key(key);
        Ok(contents)
    }

    fn add_key(&mut self, key: PrivateKey) {
        match Identity::new(self.certificates.iter().cloned(), key.clone()) {
            Ok(identity) => self.identities.push(identity),
            Err(_) => self.keys.push(key),
        }
    }

    fn put(mut self, changes: &mut Changes<'_>, provenance: Provenance) -> Result<Imported, Error> {
        for key in std::mem::take(&mut self.keys) {
            let here = changes.index().all().map(|record| &record.certificate);
            let own = here.filter(|one| one.public_key().same_key(key.public_key()));
            let own: Vec<Certificate> = own.cloned().collect();
            match Identity::new(own, key) {
                Ok(identity) => self.identities.push(identity),
                Err(_) => self.skipped.push(
                    "a private key: its certificate is neither in the file nor in the store".into(),
                ),
            }
        }
        let mut imported = Imported::default();
        for identity in &self.identities {
            imported.taken.push(Taken {
                certificate: identity.certificate().clone(),
                is_identity: true,
                change: changes.put_identity(identity)?,
            });
        }
        for certificate in &self.certificates {
            let chains = || self.identities.iter().flat_map(Identity::chain);
            if chains().any(|known| known == certificate) {
                continue;
            }
            let change = changes.put_certificate(certificate, Facts::of(provenance))?;
            imported.taken.push(Taken {
                certificate: certificate.clone(),
                is_identity: false,
                change,
            });
        }
        if imported.taken.is_empty() && !self.skipped.is_empty() {
            return Err(ErrorKind::Missing {
                what: format!("certificate to be taken ({})", self.skipped.join("; ")).into(),
            }
            .into());
        }
        imported.skipped = self.skipped;
        Ok(imported)
    }
}

/// Tries the passwords, and none at all; the error is that of the last password, because it says most.
fn first_that_opens<T>(
    passwords: &[&str],
    open: impl Fn(Option<&str>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut wrong = None;
    for password in passwords {
        match open(Some(password)) {
            Err(error) if matches!(error.kind(), ErrorKind::WrongPassword { .. }) => {
                wrong = Some(error);
            }
            opened => return opened,
        }
    }
    open(None).map_err(|error| wrong.unwrap_or(error))
}
