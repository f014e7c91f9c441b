//! What a key outside the process has to do, and what it is asked.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use zeroize::Zeroizing;

use super::SignRequest;
use crate::crypto::DigestAlgorithm;
use crate::{Error, ErrorKind};

/// A boxed future, as the async traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The operations of a private key that lives elsewhere, blocking.
///
/// ```
/// use smime::key::{KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};
///
/// struct Token { public_key: Vec<u8> }
///
/// impl KeyOps for Token {
///     fn public_key(&self) -> &[u8] { &self.public_key }
///     fn sign(&self, request: &SignRequest) -> Result<Vec<u8>, KeyError> {
///         let _for_the_token = (request.algorithm(), request.digest());
///         Err(KeyError::Unavailable("no token in the reader".into()))
///     }
///     fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError> {
///         match request {
///             UnwrapRequest::RsaPkcs1 { encrypted_key, key_len } => {
///                 let _for_the_token = (encrypted_key, key_len);
///                 Err(KeyError::Unavailable("no token in the reader".into()))
///             }
///             _ => Err(KeyError::Failed),
///         }
///     }
/// }
/// ```
pub trait KeyOps: Send + Sync {
    /// The public half as DER SubjectPublicKeyInfo. Read once.
    fn public_key(&self) -> &[u8];

    /// Signs: PKCS#1 v1.5 and PSS as long as the modulus, ECDSA as DER, Ed25519 as 64 bytes.
    fn sign(&self, request: &SignRequest) -> Result<Vec<u8>, KeyError>;

    /// Recovers what a sender encrypted to the key.
    fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError>;
}

/// The operations of a private key that lives elsewhere, as futures. Any runtime will do.
pub trait AsyncKeyOps: Send + Sync {
    /// The public half as DER SubjectPublicKeyInfo. Read once.
    fn public_key(&self) -> &[u8];

    /// See [`KeyOps::sign`].
    fn sign<'a>(&'a self, request: &'a SignRequest) -> BoxFuture<'a, Result<Vec<u8>, KeyError>>;

    /// See [`KeyOps::unwrap`].
    fn unwrap<'a>(&'a self, request: &'a UnwrapRequest) -> BoxFuture<'a, Result<Secret, KeyError>>;
}

/// Why an external key gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// It cannot be reached: the token is gone, the service is silent, the PIN is wrong. The text
    /// is shown to the user.
    Unavailable(String),
    /// The operation itself failed. Deliberately without detail.
    Failed,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Unavailable(detail) => {
                write!(f, "the private key is not available: {detail}")
            }
            KeyError::Failed => f.write_str("the private-key operation failed"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Error {
        match error {
            KeyError::Unavailable(detail) => ErrorKind::KeyUnavailable { detail },
            KeyError::Failed => ErrorKind::KeyOperation,
        }
        .into()
    }
}

/// What a recipient's key is asked for. New kinds will come: answer those you do not know with
/// [`KeyError::Failed`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnwrapRequest {
    /// RSAES-PKCS1-v1_5 (RFC 8017 7.2.2). Answer with the decrypted bytes; a failure is hidden from
    /// everyone above.
    RsaPkcs1 {
        /// The ciphertext, as long as the modulus.
        encrypted_key: Vec<u8>,
        /// Length of the expected key in bytes.
        key_len: usize,
    },
    /// RSAES-OAEP (RFC 8017 7.1.2). Answer with the decrypted bytes.
    RsaOaep {
        /// The ciphertext, as long as the modulus.
        encrypted_key: Vec<u8>,
        /// The digest of the label.
        digest: DigestAlgorithm,
        /// The digest inside MGF1.
        mgf_digest: DigestAlgorithm,
        /// The label, usually empty.
        label: Vec<u8>,
    },
    /// ECDH on the curve of the key (SEC 1 3.3.1). Answer with the x-coordinate of the shared
    /// point, as long as the field.
    Ecdh {
        /// The sender's point: SEC 1, uncompressed.
        public_point: Vec<u8>,
    },
    /// X25519 (RFC 7748 6.1). Answer with the 32 bytes of the shared secret.
    X25519 {
        /// The sender's public key.
        public: [u8; 32],
    },
}

/// Secret bytes, such as a recovered key. Wiped when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over. Give a vector that was allocated once: growing leaves copies behind.
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(bytes))
    }

    /// Not `From`: a type of another crate would become part of the public face.
    pub(crate) fn from_zeroizing(bytes: Zeroizing<Vec<u8>>) -> Secret {
        Secret(bytes)
    }

    pub(crate) fn into_zeroizing(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
