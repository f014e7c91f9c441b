//! The vocabulary of findings: why something cannot be used.
//!
//! No verdicts here: a layer above decides what a finding means for the message.

mod reason;

pub use reason::Reason;
