//! The public face of reading.

use std::fmt;

use super::bags::{Attributes, Contents};
use super::builder::Pkcs12Builder;
use super::read::read;
use crate::cert::load::password::Password;
use crate::cert::{Certificate, Identity};
use crate::key::PrivateKey;
use crate::{Error, ErrorKind, Limits};

/// An opened PKCS#12 file (`.p12`, `.pfx`; RFC 7292).
///
/// Reads PBES2 (AES-CBC, 3DES; PBKDF2 with HMAC-SHA-1 or SHA-2, scrypt) and the old schemes with 3DES and
/// RC2, MACs with SHA-1 and SHA-2 and PBMAC1 (RFC 9579), in DER and BER. Files that are signed, or encrypted for
/// a certificate, instead of protected by a password are not read.
pub struct Pkcs12 {
    identities: Vec<Identity>,
    keys: Vec<Pkcs12Key>,
    certificates: Vec<Pkcs12Certificate>,
    skipped: Vec<String>,
}

/// A certificate of a PKCS#12 file.
#[derive(Clone)]
pub struct Pkcs12Certificate {
    certificate: Certificate,
    attributes: Attributes,
}

impl Pkcs12Certificate {
    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The name a person gave it (friendlyName, RFC 2985 5.5.1).
    pub fn friendly_name(&self) -> Option<&str> {
        self.attributes.friendly_name.as_deref()
    }
}

/// A private key of a PKCS#12 file.
#[derive(Clone)]
pub struct Pkcs12Key {
    key: PrivateKey,
    attributes: Attributes,
}

impl Pkcs12Key {
    /// The key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// The name a person gave it (friendlyName, RFC 2985 5.5.1).
    pub fn friendly_name(&self) -> Option<&str> {
        self.attributes.friendly_name.as_deref()
    }
}

impl fmt::Debug for Pkcs12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12")
            .field("identities", &self.identities.len())
            .field("keys", &self.keys)
            .field("certificates", &self.certificates)
            .field("skipped", &self.skipped)
            .finish()
    }
}

impl fmt::Debug for Pkcs12Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Certificate")
            .field("friendly_name", &self.friendly_name())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Pkcs12Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Key")
            .field("friendly_name", &self.friendly_name())
            .finish_non_exhaustive()
    }
}

/// How [`Pkcs12::open_with`] opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pkcs12Options {
    limits: Limits,
    without_mac: bool,
}

impl Pkcs12Options {
    /// As [`Pkcs12::open`] does it.
    pub fn new() -> Pkcs12Options {
        Pkcs12Options::default()
    }

    /// Bounds on the file: size, iterations, bags, certificates, nesting.
    pub fn limits(mut self, limits: Limits) -> Pkcs12Options {
        self.limits = limits;
        self
    }

    /// Opens files without a MAC too.
    ///
    /// Nothing then shows whether the file was changed: whoever can write to it can put in a key and
    /// certificate of their own. Only for files whose origin is certain.
    pub fn danger_without_mac(mut self) -> Pkcs12Options {
        self.without_mac = true;
        self
    }
}

impl Pkcs12 {
    /// Opens a file. The password is a `&str`, or `None` where the file has none; an empty and an absent one
    /// are different keys, and where nothing was given both are tried.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::WrongPassword`]: the MAC does not agree. A file changed by someone without the
    ///   password looks the same.
    /// - [`ErrorKind::Malformed`]: the structure is broken, or a part does not decrypt although the MAC agrees.
    /// - [`ErrorKind::UnsupportedAlgorithm`]: names the algorithm.
    /// - [`ErrorKind::TooManyIterations`]: above [`Limits::kdf_iterations`], which counts all key derivations
    ///   of the file together; refused before the work is done.
    /// - [`ErrorKind::KeyMismatch`]: a key is not the one of its certificate.
    /// - [`ErrorKind::MissingMac`], [`ErrorKind::Limit`], [`ErrorKind::Unsupported`].
    pub fn open<'p>(bytes: &[u8], password: impl Into<Password<'p>>) -> Result<Pkcs12, Error> {
        Pkcs12::open_with(bytes, password, &Pkcs12Options::new())
    }

    /// [`Pkcs12::open`] with options.
    pub fn open_with<'p>(
        bytes: &[u8],
        password: impl Into<Password<'p>>,
        options: &Pkcs12Options,
    ) -> Result<Pkcs12, Error> {
        let contents = read(bytes, password.into(), options.without_mac, &options.limits)?;
        Pkcs12::from_contents(contents)
    }

    fn from_contents(contents: Contents) -> Result<Pkcs12, Error> {
        let mut skipped = contents.skipped;
        let mut certificates = Vec::with_capacity(contents.certificates.len());
        for entry in contents.certificates {
            // One odd certificate of somebody else must not cost the identity.
            match Certificate::from_der_exact(&entry.der) {
                Ok(certificate) => certificates.push(Pkcs12Certificate {
                    certificate,
                    attributes: entry.attributes,
                }),
                Err(error) => skipped.push(format!("a certificate: {error}")),
            }
        }
        let mut keys = Vec::with_capacity(contents.keys.len());
        for entry in contents.keys {
            keys.push(Pkcs12Key {
                key: PrivateKey::from_pkcs8_der(&entry.der)?,
                attributes: entry.attributes,
            });
        }
        Ok(Pkcs12 {
            identities: identities(&keys, &certificates)?,
            keys,
            certificates,
            skipped,
        })
    }

    /// Every key that has a certificate in the file, with its chain, in the order of the keys.
    pub fn identities(&self) -> Vec<Identity> {
        self.identities.clone()
    }

    /// The only identity of the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Missing`] for none, [`ErrorKind::Ambiguous`] for several.
    pub fn identity(&self) -> Result<Identity, Error> {
        match self.identities.as_slice() {
            [only] => Ok(only.clone()),
            [] if self.keys.is_empty() => Err(ErrorKind::Missing {
                what: "private key in the PKCS#12 file".into(),
            }
            .into()),
            [] => Err(ErrorKind::Missing {
                what: "certificate in the PKCS#12 file".into(),
            }
            .into()),
            several => Err(ErrorKind::Ambiguous {
                what: "identities in the PKCS#12 file",
                count: several.len(),
                advice: "Pkcs12::open(..)?.identities() gives all of them",
            }
            .into()),
        }
    }

    /// All certificates of the file, in its order.
    pub fn certificates(&self) -> &[Pkcs12Certificate] {
        &self.certificates
    }

    /// All private keys of the file, in its order, also those without a certificate.
    pub fn keys(&self) -> &[Pkcs12Key] {
        &self.keys
    }

    /// What was passed over, in words: CRLs, secret bags, certificates that cannot be read.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Writes a file.
    pub fn builder() -> Pkcs12Builder {
        Pkcs12Builder::new()
    }
}

/// The identity of each key that has a certificate.
fn identities(
    keys: &[Pkcs12Key],
    certificates: &[Pkcs12Certificate],
) -> Result<Vec<Identity>, Error> {
    let mut found = Vec::with_capacity(keys.len());
    let mut stray = None;
    for key in keys {
        match identity_of(key, certificates) {
            Ok(identity) => found.push(identity),
            // The file says that they belong together, and they do not.
            Err((error, true)) => return Err(error),
            Err((error, false)) => stray = Some(error),
        }
    }
    match stray {
        // A key that has nothing to do with any certificate is no identity; a file of which nothing fits
        // together is a mistake.
        Some(error) if found.is_empty() && !certificates.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// A key belongs to the certificate with the same localKeyId or, where there is none, to one with the same key
/// material. The material always has the last word; the localKeyId decides between a certificate and the
/// one that renewed it with the same key.
///
/// On error also whether there is a certificate with the same localKeyId.
fn identity_of(
    key: &Pkcs12Key,
    certificates: &[Pkcs12Certificate],
) -> Result<Identity, (Error, bool)> {
    let id = key.attributes.local_key_id.as_ref();
    let is_named =
        |entry: &Pkcs12Certificate| id.is_some() && entry.attributes.local_key_id.as_ref() == id;
    let public = key.key.public_key();
    let new = |entries: &[&Pkcs12Certificate]| {
        let chain = entries.iter().map(|entry| entry.certificate.clone());
        Identity::new(chain, key.key.clone())
    };
    let (mut own, others): (Vec<_>, Vec<_>) = certificates
        .iter()
        .partition(|entry| public.same_key(entry.certificate.public_key()));
    if own.iter().any(|entry| is_named(entry)) {
        own.retain(|entry| is_named(entry));
    }
    let named: Vec<_> = others
        .iter()
        .copied()
        .filter(|entry| is_named(entry))
        .collect();
    if own.is_empty() && !named.is_empty() {
        return new(&named).map_err(|error| (error, true));
    }
    own.extend(others);
    new(&own).map_err(|error| (error, false))
}
