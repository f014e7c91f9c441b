//! Incoming: the [`Opener`] builder, the machine behind it, the gate that releases content, and the drivers.
//!
//! The order of work is fixed: the message is taken apart down to its last part, whatever keys and
//! certificates that needs are asked for, then all signatures are judged together, and only then is
//! anything given out, under a name that says what may be believed of it.

mod blocking;
mod buffer;
mod config;
mod content;
mod date;
mod inner_header;
mod judge;
mod machine;
mod nonblocking;
mod opener;
mod outline;
mod sender;
mod walk;

pub use content::{Content, Message, NotTrusted, Opened, Part, Withheld};
pub use machine::Machine;
pub use opener::Opener;
pub use outline::{ClaimedSigner, Entry, Matter, Outline, Recipient, outline};
