//! Private keys, in memory or outside the process.
//!
//! A key in memory comes out of [`crate::cert::Identity`] and the loaders. A key that never
//! leaves its token, its card or its service is a [`KeyOps`] or [`AsyncKeyOps`] of your own, put
//! into [`PrivateKey::external`] or [`PrivateKey::external_async`].
//!
//! Who may read the file a key came from is the business of its owner, not of this crate.

mod load;
mod memory;
mod ops;
mod rejection;
mod request;
mod rsa_key;

#[cfg(test)]
pub(crate) mod testing;

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::crypto::PublicKey;

use memory::MemoryKey;
pub use ops::{AsyncKeyOps, BoxFuture, KeyError, KeyOps, Secret, UnwrapRequest};
use rejection::RejectionSecret;
pub use request::SignRequest;

/// A private key: in memory, or a handle to one outside the process. Clones share it.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    public: PublicKey,
    place: Place,
}

enum Place {
    Memory(MemoryKey),
    Blocking(Box<dyn KeyOps>, RejectionSecret),
    Async(Box<dyn AsyncKeyOps>, RejectionSecret),
}

impl PrivateKey {
    /// A key outside the process whose operations block until they are done.
    ///
    /// Errors: its public key cannot be read, or the system's randomness fails.
    pub fn external(key: impl KeyOps + 'static) -> Result<PrivateKey, Error> {
        let public = PublicKey::from_spki_der(key.public_key())?;
        let secret = RejectionSecret::random()?;
        Ok(Self::new(public, Place::Blocking(Box::new(key), secret)))
    }

    /// A key outside the process whose operations are futures. Only the async faces can use it.
    ///
    /// Errors: its public key cannot be read, or the system's randomness fails.
    pub fn external_async(key: impl AsyncKeyOps + 'static) -> Result<PrivateKey, Error> {
        let public = PublicKey::from_spki_der(key.public_key())?;
        let secret = RejectionSecret::random()?;
        Ok(Self::new(public, Place::Async(Box::new(key), secret)))
    }

    fn new(public: PublicKey, place: Place) -> PrivateKey {
        PrivateKey(Arc::new(Inner { public, place }))
    }

    fn in_memory(key: MemoryKey) -> Result<PrivateKey, Error> {
        Ok(Self::new(key.public_key()?, Place::Memory(key)))
    }

    /// PKCS#8: PrivateKeyInfo (RFC 5208) or OneAsymmetricKey (RFC 5958), DER, not encrypted.
    pub(crate) fn from_pkcs8_der(der: &[u8]) -> Result<PrivateKey, Error> {
        load::pkcs8(der).and_then(Self::in_memory)
    }

    /// PKCS#1 RSAPrivateKey (RFC 8017 A.1.2), DER.
    pub(crate) fn from_pkcs1_der(der: &[u8]) -> Result<PrivateKey, Error> {
        load::pkcs1(der).and_then(Self::in_memory)
    }

    /// SEC 1 ECPrivateKey (RFC 5915) that names its curve, DER.
    pub(crate) fn from_sec1_der(der: &[u8]) -> Result<PrivateKey, Error> {
        load::sec1(der, None).and_then(Self::in_memory)
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public
    }

    /// PKCS#8 DER of a key in memory, not encrypted; `None` for an external one.
    pub fn to_pkcs8_der(&self) -> Option<Secret> {
        match &self.0.place {
            Place::Memory(key) => key.to_pkcs8_der(),
            Place::Blocking(..) | Place::Async(..) => None,
        }
    }

    /// Whether only the async faces can use it.
    pub fn is_async(&self) -> bool {
        matches!(self.0.place, Place::Async(..))
    }

    /// Makes the signature a request asks for, and blocks until it is there.
    ///
    /// Errors: the algorithm does not fit the key, the key is unavailable, the operation failed; a
    /// misuse error for an async key. What an external key returns is not checked here: see
    /// [`SignRequest::check`].
    pub fn sign(&self, request: &SignRequest) -> Result<Vec<u8>, Error> {
        request.algorithm().fits(self.public_key())?;
        match &self.0.place {
            Place::Memory(key) => {
                let made = key.sign(request)?;
                // The request may be for another key, one outside that asks this one.
                if made.is_vouched && Arc::ptr_eq(&self.0, &request.key().0) {
                    request.vouch(&made.signature);
                }
                Ok(made.signature)
            }
            Place::Blocking(key, _) => key.sign(request).map_err(Error::from),
            Place::Async(..) => Err(needs_async()),
        }
    }

    /// Like [`PrivateKey::sign`], awaiting an async key. A key in memory and a blocking one are
    /// called inline.
    pub fn sign_async<'a>(
        &'a self,
        request: &'a SignRequest,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            match &self.0.place {
                Place::Async(key, _) => {
                    request.algorithm().fits(self.public_key())?;
                    key.sign(request).await.map_err(Error::from)
                }
                Place::Memory(_) | Place::Blocking(..) => self.sign(request),
            }
        })
    }

    /// Recovers the secret of a recipient, and blocks until it is there.
    ///
    /// An RSA PKCS#1 v1.5 operation that fails gives a key like any other, and always the same for
    /// the same bytes (implicit rejection): nobody may learn whether the padding was right.
    ///
    /// Errors: the request does not fit the key, the key is unavailable, the operation failed; a
    /// misuse error for an async key.
    pub fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, Error> {
        match &self.0.place {
            Place::Memory(key) => key.unwrap(request),
            Place::Blocking(key, secret) => secret.apply(request, key.unwrap(request)),
            Place::Async(..) => Err(needs_async()),
        }
    }

    /// Like [`PrivateKey::unwrap`], awaiting an async key. A key in memory and a blocking one are
    /// called inline.
    pub fn unwrap_async<'a>(
        &'a self,
        request: &'a UnwrapRequest,
    ) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async move {
            match &self.0.place {
                Place::Async(key, secret) => secret.apply(request, key.unwrap(request).await),
                Place::Memory(_) | Place::Blocking(..) => self.unwrap(request),
            }
        })
    }
}

fn needs_async() -> Error {
    Error::misuse("the key is async: use the async functions, or give a blocking key")
}

/// Shows the kind of key only.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.0.place {
            Place::Memory(_) => "in memory",
            Place::Blocking(..) => "external",
            Place::Async(..) => "external, async",
        };
        write!(f, "PrivateKey({}, {place})", self.public_key().kind())
    }
}

#[cfg(test)]
mod tests;
