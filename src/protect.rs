//! Outgoing protection: the [`Protector`] builder, the machine behind it, and its drivers.
//!
//! The order of work is fixed: the header block is held back, every address is looked up in one
//! step, all problems are reported together, and only then is anything written. The content is
//! signed first and encrypted after (RFC 8551 3.7).

mod answers;
mod blocking;
mod cms_object;
mod compress_layer;
mod config;
mod copies;
mod decision;
mod encrypt_layer;
mod error;
mod held;
mod layers;
mod machine;
mod nonblocking;
mod plan;
mod protected;
mod protector;
mod report;
#[cfg(feature = "serde")]
mod report_json;
mod sign_layer;
mod signers;
#[cfg(feature = "tokio")]
mod stream;
mod trust;
mod writer;

pub use crate::cms::recipient::KeyEncryption;
pub use crate::cms::{CertificateReference, Framing};
pub use config::{KeyEncryptionChoice, SignedForm};
pub use error::{Problem, ProtectError, Refused, Role};
pub use machine::Machine;
pub use protected::{Protected, ProtectedCopy};
pub use protector::Protector;
pub use report::{ProtectReport, RecipientReport, SignerReport, Source};
pub use writer::{ProtectWriter, Written};
