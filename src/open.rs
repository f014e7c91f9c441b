//! Incoming: the [`Opener`] builder, the machine behind it, the gate that releases content, and the drivers.
//!
//! The order of work is fixed: the message is taken apart down to its last part, whatever keys and
//! certificates that needs are asked for, then all signatures are judged together, and only then is
//! anything given out, under a name that says what may be believed of it.

mod blocking;
mod buffer;
mod bulk;
mod checking;
mod config;
mod content;
mod costs;
mod dangerous;
mod date;
mod inner_header;
mod judge;
mod keys;
mod machine;
mod nonblocking;
mod opener;
mod outline;
mod recipients;
mod release;
mod scan;
mod seal;
mod sender;
mod spool;
mod stored;
#[cfg(feature = "tokio")]
mod stream_async;
mod stream_blocking;
mod trouble;
mod view;
mod walk;

#[cfg(fuzzing)]
pub(crate) use date::read as date_of;

pub use checking::{Checking, Plan};
pub use content::{Content, Message, NotTrusted, Opened, Part, Withheld};
pub use dangerous::Dangerous;
pub use machine::Machine;
pub use opener::Opener;
pub use outline::{ClaimedSigner, Entry, Matter, Outline, Recipient, outline};
pub use release::{Next, Release};
pub use spool::Spool;
pub use stored::{Checked, Releasable, Stored, StoredPart};
pub use stream_blocking::ContentReader;
