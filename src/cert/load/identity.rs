//! Identities from files.

use super::pkcs12::Pkcs12;
use super::{certificates, is_one_sequence, pem, private_key};
use crate::cert::{Certificate, Identity};
use crate::{Error, Limits};

impl Identity {
    /// The identity of a PKCS#12 file (`.p12`, `.pfx`).
    ///
    /// # Errors
    ///
    /// Those of [`Pkcs12::open`]; [`crate::ErrorKind::Ambiguous`] when the file holds several, then
    /// `Pkcs12::open(..)?.identities()` gives them; [`crate::ErrorKind::Missing`] when it holds none.
    pub fn from_pkcs12(bytes: &[u8], password: &str) -> Result<Identity, Error> {
        Pkcs12::open(bytes, password)?.identity()
    }

    /// The identity of a file that is PKCS#12 or PEM, whichever it is.
    ///
    /// # Errors
    ///
    /// Those of [`Identity::from_pkcs12`] or [`Identity::from_pem`]. A file that is neither is reported as
    /// a PKCS#12 file that is malformed.
    pub fn from_bytes(bytes: &[u8], password: Option<&str>) -> Result<Identity, Error> {
        // Text in a binary file may look like PEM, but no PEM file is one value of ASN.1.
        if !is_one_sequence(bytes, &Limits::default()) && pem::is_pem(bytes) {
            return Identity::from_pem(bytes, password);
        }
        Pkcs12::open(bytes, password)?.identity()
    }

    /// The identity of a PEM file with one private key and its certificates, in any order and company.
    ///
    /// # Errors
    ///
    /// Those of [`crate::PrivateKey::from_bytes`] and [`Certificate::all_from_bytes`];
    /// [`crate::ErrorKind::KeyMismatch`] when no certificate is one of the key.
    pub fn from_pem(bytes: &[u8], password: Option<&str>) -> Result<Identity, Error> {
        let limits = Limits::default();
        let keys = private_key::keys(bytes, password.into(), &limits)?;
        let key = private_key::only(&keys)?;
        let chain = certificates::certificates(bytes, &limits)?
            .iter()
            .map(|der| Certificate::from_der_exact(der))
            .collect::<Result<Vec<_>, _>>()?;
        Identity::new(chain, key)
    }
}
