#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

// The order is the order of the layers: a module uses only modules above it.
// `tests/layering.rs` reads this list and enforces it.
#[cfg(test)]
#[path = "../tests/support/skip.rs"]
mod skip;
#[cfg(test)]
#[path = "../tests/support/timed.rs"]
mod timed;

pub mod error;
pub mod limits;

mod asn1;

pub mod address;
mod mime;

pub mod crypto;

pub mod key;

pub mod check;

pub mod policy;

mod bag;

pub mod cert;

pub mod resolver;

pub mod engine;

mod cms;

pub mod report;

#[cfg(feature = "online")]
pub mod online;

pub mod store;

pub mod compose;

pub mod protect;

pub mod open;

#[cfg(feature = "smtp")]
pub mod submit;

#[cfg(fuzzing)]
pub mod fuzzing;

#[cfg(feature = "mail-builder")]
pub use mail_builder;

pub use address::Mailbox;
pub use cert::{Certificate, Identity, TrustAnchors};
pub use compose::Envelope;
pub use error::{Error, ErrorKind};
pub use key::PrivateKey;
pub use limits::Limits;
pub use open::Opener;
pub use protect::{Protected, Protector};
pub use resolver::CertificateResolver;
pub use store::Store;
#[cfg(feature = "smtp")]
pub use submit::Submitter;

/// What docs/DEPLOYMENT.md shows compiles.
#[cfg(all(doctest, feature = "outbox"))]
#[doc = include_str!("../docs/DEPLOYMENT.md")]
struct Deployment;
