//! What an opened message gives out, and under which name.

mod message;
mod part;

pub use message::Message;
pub(super) use message::message;
pub use part::Part;

use std::fmt;
use std::sync::Arc;

use crate::report::{Report, Verdict};

/// A message that was opened. Cheap to clone.
#[derive(Clone)]
pub struct Opened(Arc<Inner>);

struct Inner {
    report: Report,
    message: Message,
}

/// The content, under the name that says what may be believed of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content {
    /// One signer who matches From passes every check.
    Trusted(Message),
    /// Signed, and something about the signature is not as it should be: the report says what.
    Untrusted(Message),
    /// Not signed. [`Message::encryption`] says whether changes would have been noticed.
    Unsigned(Message),
    /// Kept back: a signature does not verify.
    Withheld(Withheld),
}

/// Content that is kept back.
#[derive(Clone, Debug)]
pub struct Withheld(Opened);

/// The message is not trusted: the report says why, and the opened message is in here.
#[derive(Clone, Debug)]
pub struct NotTrusted(Opened);

impl Opened {
    pub(super) fn new(report: Report, message: Message) -> Opened {
        Opened(Arc::new(Inner { report, message }))
    }

    /// What was found, and what follows from it.
    pub fn report(&self) -> &Report {
        &self.0.report
    }

    /// The content, in a form in which the choice cannot be forgotten.
    pub fn content(&self) -> Content {
        let message = self.0.message.clone();
        match self.0.report.verdict {
            Verdict::Trusted => Content::Trusted(message),
            Verdict::Untrusted => Content::Untrusted(message),
            Verdict::Unsigned => Content::Unsigned(message),
            Verdict::Withheld => Content::Withheld(Withheld(self.clone())),
        }
    }

    /// The content if it is trusted.
    ///
    /// # Errors
    /// [`NotTrusted`] with the report and the opened message.
    pub fn trusted(&self) -> Result<Message, NotTrusted> {
        match self.0.report.verdict {
            Verdict::Trusted => Ok(self.0.message.clone()),
            Verdict::Untrusted | Verdict::Unsigned | Verdict::Withheld => {
                Err(NotTrusted(self.clone()))
            }
        }
    }
}

/// Verdict, counts and sizes: nothing that the message says.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("report", &self.0.report)
            .field("message", &self.0.message)
            .finish()
    }
}

impl Withheld {
    /// The content, although a signature over it does not verify. Show it to nobody as what it claims to be.
    pub fn dangerous(&self) -> Message {
        self.0.0.message.clone()
    }

    /// Why it is kept back.
    pub fn report(&self) -> &Report {
        self.0.report()
    }
}

impl NotTrusted {
    /// The opened message.
    pub fn into_opened(self) -> Opened {
        self.0
    }

    /// Why it is not trusted.
    pub fn report(&self) -> &Report {
        self.0.report()
    }
}

/// The verdict in one sentence, with the main reason.
impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report().headline())
    }
}

/// The verdict in one sentence, with the main reason.
impl fmt::Display for NotTrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report().headline())
    }
}

impl std::error::Error for NotTrusted {}
