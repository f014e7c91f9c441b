//! Algorithm tables and dispatch to the primitives.
//!
//! The tables are public, because policies and reports speak of them. The operations are not: keys
//! are used through [`crate::key`], messages through `protect`.

pub mod cipher;
pub mod digest;
pub mod public_key;
pub mod random;
pub mod received;
pub mod signature;

mod aead;
mod block_mac;
mod blocks;

pub(crate) mod agreement;
pub(crate) mod block_tag;
pub(crate) mod decryptor;
pub(crate) mod encryptor;
pub(crate) mod fast;
pub(crate) mod identifier;
pub(crate) mod kdf;
#[cfg(fuzzing)]
pub(crate) mod stub;
pub(crate) mod transport;
pub(crate) mod verify;
pub(crate) mod wrap;

#[cfg(test)]
pub(crate) mod vectors;

pub use cipher::ContentCipher;
pub use digest::DigestAlgorithm;
pub use public_key::{KeyKind, PublicKey};
pub use random::{RandomSource, SystemRandom};
pub use received::{ReceivedCipher, ReceivedKeyEncryption};
pub use signature::{PssParameters, SignatureAlgorithm};
