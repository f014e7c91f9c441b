//! The public face of writing.

use std::sync::Arc;

use super::bags::{Attributes, CertificateEntry, KeyEntry};
use super::write::Writing;
use crate::Error;
use crate::cert::{Certificate, Identity};
use crate::crypto::{RandomSource, SystemRandom};

/// Iterations that are written without being asked for a number.
const DEFAULT_ITERATIONS: u32 = 100_000;

/// Writes a PKCS#12 file: PBES2 (PBKDF2 with HMAC-SHA-256, AES-256-CBC) for keys and certificates, and a MAC
/// with SHA-256 (RFC 7292). OpenSSL and NSS read it; gpgsm 2.2 reads only older schemes.
///
/// ```no_run
/// # fn run(alice: &smime::Identity) -> Result<(), smime::Error> {
/// let file = smime::cert::Pkcs12::builder()
///     .named_identity("Alice", alice)
///     .build("secret")?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Pkcs12Builder {
    identities: Vec<(Option<String>, Identity)>,
    certificates: Vec<(Option<String>, Certificate)>,
    iterations: u32,
    random: Arc<dyn RandomSource>,
}

impl Pkcs12Builder {
    pub(super) fn new() -> Pkcs12Builder {
        Pkcs12Builder {
            identities: Vec::new(),
            certificates: Vec::new(),
            iterations: DEFAULT_ITERATIONS,
            random: Arc::new(SystemRandom),
        }
    }

    /// Adds a key with its certificate and whole chain.
    pub fn identity(mut self, identity: &Identity) -> Pkcs12Builder {
        self.identities.push((None, identity.clone()));
        self
    }

    /// [`Pkcs12Builder::identity`] under a name for people (friendlyName).
    pub fn named_identity(mut self, name: &str, identity: &Identity) -> Pkcs12Builder {
        self.identities
            .push((Some(name.to_owned()), identity.clone()));
        self
    }

    /// Adds a certificate without a key.
    pub fn certificate(mut self, certificate: &Certificate) -> Pkcs12Builder {
        self.certificates.push((None, certificate.clone()));
        self
    }

    /// [`Pkcs12Builder::certificate`] under a name for people (friendlyName).
    pub fn named_certificate(mut self, name: &str, certificate: &Certificate) -> Pkcs12Builder {
        self.certificates
            .push((Some(name.to_owned()), certificate.clone()));
        self
    }

    /// Iterations of each key derivation, 2,048 to 600,000. Default 100,000. More make guessing the
    /// password dearer, and opening slower.
    pub fn iterations(mut self, iterations: u32) -> Pkcs12Builder {
        self.iterations = iterations;
        self
    }

    /// Where salts and initialization vectors come from. Default [`SystemRandom`].
    pub fn random(mut self, random: impl RandomSource + 'static) -> Pkcs12Builder {
        self.random = Arc::new(random);
        self
    }

    /// The file, as DER.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Misuse`] for iterations out of range or a key outside the process, and what the
    /// source of randomness says.
    pub fn build(&self, password: &str) -> Result<Vec<u8>, Error> {
        if !(2_048..=600_000).contains(&self.iterations) {
            return Err(Error::misuse(
                "the iterations of a PKCS#12 file must be 2,048 to 600,000",
            ));
        }
        let mut keys = Vec::with_capacity(self.identities.len());
        let mut certificates = Certificates::default();
        for (name, identity) in &self.identities {
            let der = identity.key().to_pkcs8_der().ok_or_else(|| {
                Error::misuse("a key outside the process cannot be written to a PKCS#12 file")
            })?;
            let mut chain = identity.chain().iter();
            let Some(leaf) = chain.next() else { continue };
            let attributes = Attributes {
                friendly_name: name.clone(),
                // Any value that is the same on both will do; this one is what OpenSSL takes.
                local_key_id: Some(sha1(leaf.to_der())),
            };
            certificates.add(leaf, attributes.clone());
            for issuer in chain {
                certificates.add(issuer, Attributes::default());
            }
            keys.push(KeyEntry {
                der: der.into_zeroizing(),
                attributes,
            });
        }
        for (name, certificate) in &self.certificates {
            let attributes = Attributes {
                friendly_name: name.clone(),
                local_key_id: None,
            };
            certificates.add(certificate, attributes);
        }
        let writing = Writing {
            password: password.into(),
            iterations: self.iterations,
            random: &*self.random,
        };
        writing.file(&keys, &certificates.0)
    }
}

/// Each certificate once; attributes that come later fill in those that are missing.
#[derive(Default)]
struct Certificates(Vec<CertificateEntry>);

impl Certificates {
    fn add(&mut self, certificate: &Certificate, attributes: Attributes) {
        let der = certificate.to_der();
        match self.0.iter_mut().find(|entry| entry.der == der) {
            Some(entry) => {
                let known = &mut entry.attributes;
                known.friendly_name = known.friendly_name.take().or(attributes.friendly_name);
                known.local_key_id = known.local_key_id.take().or(attributes.local_key_id);
            }
            None => self.0.push(CertificateEntry {
                der: der.to_vec(),
                attributes,
            }),
        }
    }
}

fn sha1(data: &[u8]) -> Vec<u8> {
    use sha1::{Digest, Sha1};
    Sha1::digest(data).to_vec()
}
