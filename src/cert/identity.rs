//! A certificate chain with its private key.

use std::fmt;
use std::sync::Arc;

use super::{Certificate, chain};
use crate::key::PrivateKey;
use crate::{Error, ErrorKind};

/// A certificate, the chain above it, and its private key: who signs, or who can decrypt. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    /// Leaf first; never empty.
    leaf: Certificate,
    chain: Arc<[Certificate]>,
    key: PrivateKey,
}

impl Identity {
    /// Puts certificates and key together.
    ///
    /// The certificate of the key is found by its key material, in whatever order and company the
    /// certificates come; of several with this key the newest that is not a CA's. The others are
    /// ordered to a chain from it upwards; what does not belong to the chain is left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyMismatch`] when no certificate is one of this key, [`ErrorKind::Missing`] when
    /// there is no certificate at all.
    pub fn new(
        certificates: impl IntoIterator<Item = Certificate>,
        key: PrivateKey,
    ) -> Result<Identity, Error> {
        let certificates: Vec<Certificate> = certificates.into_iter().collect();
        let leaf = certificates
            .iter()
            .filter(|certificate| certificate.public_key().same_key(key.public_key()))
            .max_by_key(|certificate| (!certificate.0.extensions.is_ca, certificate.preference()))
            .cloned();
        let Some(leaf) = leaf else {
            return Err(mismatch(&certificates));
        };
        Ok(Identity {
            chain: chain::order(leaf.clone(), certificates).into(),
            leaf,
            key,
        })
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Certificate {
        &self.leaf
    }

    /// The chain: the certificate of the key, its issuer, and so on as far as they were given.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The private key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

fn mismatch(certificates: &[Certificate]) -> Error {
    let Some(first) = certificates.first() else {
        return ErrorKind::Missing {
            what: "certificate for the private key".into(),
        }
        .into();
    };
    let mut certificate = first.description();
    if certificates.len() > 1 {
        certificate.push_str(&format!(
            ", nor to any of {} others",
            certificates.len().saturating_sub(1)
        ));
    }
    ErrorKind::KeyMismatch { certificate }.into()
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}
