//! Messages in: envelope taken out, headers split into those that stay outside and those that move inside.

#[cfg(feature = "mail-builder")]
mod builder;
pub mod envelope;
pub(crate) mod head;
mod message;
mod unprotected;

pub use envelope::Envelope;
pub use message::{IntoMessage, Stamp};
pub use unprotected::unprotected;
