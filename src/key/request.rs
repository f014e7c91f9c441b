//! One signature that is asked for.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::PrivateKey;
use crate::crypto::fast::Backend;
use crate::crypto::{SignatureAlgorithm, verify};
use crate::{Error, ErrorKind};

/// One signature that is asked for: by which key, with which algorithm, over what.
#[derive(Clone)]
pub struct SignRequest {
    key: PrivateKey,
    algorithm: SignatureAlgorithm,
    message: Vec<u8>,
    digest: Vec<u8>,
    salt: Option<Vec<u8>>,
    /// See [`SignRequest::vouch`]. Clones share it.
    vouched: Arc<OnceLock<Vec<u8>>>,
}

impl SignRequest {
    pub(crate) fn new(
        key: PrivateKey,
        algorithm: SignatureAlgorithm,
        message: Vec<u8>,
    ) -> SignRequest {
        let digest = algorithm.digest().digest(&message);
        SignRequest {
            key,
            algorithm,
            message,
            digest,
            salt: None,
            vouched: Arc::default(),
        }
    }

    /// The same request with its randomness fixed: PSS takes this salt, of the length its
    /// parameters name, and the result depends on the inputs alone.
    pub(crate) fn with_salt(self, salt: Vec<u8>) -> SignRequest {
        SignRequest {
            salt: Some(salt),
            vouched: Arc::default(),
            ..self
        }
    }

    /// The key that is to sign.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// The algorithm to sign with.
    pub fn algorithm(&self) -> &SignatureAlgorithm {
        &self.algorithm
    }

    /// The bytes to sign. Ed25519 takes these.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Their digest, by the digest of the algorithm. RSA and ECDSA tokens take this.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// The PSS salt to use, where one is prescribed. A key that draws its own may ignore it.
    pub fn salt(&self) -> Option<&[u8]> {
        self.salt.as_deref()
    }

    /// The back-end for a key in memory: the faster one draws its own randomness.
    pub(super) fn backend(&self) -> Backend {
        match self.salt {
            None => Backend::Fast,
            Some(_) => Backend::Portable,
        }
    }

    /// Remembers a signature that [`SignRequest::check`] need not check again. Only the key of this request may
    /// vouch, and only one in memory (see `memory::Made`).
    pub(super) fn vouch(&self, signature: &[u8]) {
        self.vouched.get_or_init(|| signature.to_vec());
    }

    #[cfg(test)]
    pub(super) fn is_vouched(&self) -> bool {
        self.vouched.get().is_some()
    }

    /// Signs with [`SignRequest::key`], blocking. See [`PrivateKey::sign`].
    pub fn complete(&self) -> Result<Vec<u8>, Error> {
        self.key.sign(self)
    }

    /// Signs with [`SignRequest::key`]. See [`PrivateKey::sign_async`].
    pub async fn complete_async(&self) -> Result<Vec<u8>, Error> {
        self.key.sign_async(self).await
    }

    /// Checks a signature that came back from outside. A wrong one must not reach a message: its
    /// readers would take the message for forged. One that [`SignRequest::key`] itself made in memory, and
    /// vouches for, is taken as it is.
    pub fn check(&self, signature: &[u8]) -> Result<(), Error> {
        if self.vouched.get().is_some_and(|made| made == signature) {
            return Ok(());
        }
        let public = self.key.public_key();
        verify::verify(public, &self.algorithm, &self.message, signature).map_err(|error| {
            match error.kind() {
                ErrorKind::Signature => Error::external(
                    "private key",
                    "it returned a signature that does not verify with its public key",
                ),
                _ => error,
            }
        })
    }
}

impl fmt::Debug for SignRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignRequest")
            .field("key", &self.key)
            .field("algorithm", &self.algorithm)
            .field("message_len", &self.message.len())
            .finish_non_exhaustive()
    }
}
