//! What an opened message gives out, and under which name.

mod message;
mod part;

pub use message::Message;
pub(super) use message::message;
pub use part::Part;

use std::fmt;
use std::sync::Arc;

use super::stored::{Checked, Releasable, Stored};
use crate::report::{Report, Verdict};

/// A message that was opened. Cheap to clone.
#[derive(Clone)]
pub struct Opened(Arc<Inner>);

struct Inner {
    report: Report,
    message: Message,
}

/// The content, under the name that says what may be believed of it: a [`Message`] in memory, or content that is
/// taken from its source ([`Stored`], [`Releasable`]).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content<M = Message> {
    /// One signer who matches From passes every check.
    Trusted(M),
    /// Signed, and something about the signature is not as it should be: the report says what.
    Untrusted(M),
    /// Not signed. [`Message::encryption`] says whether changes would have been noticed.
    Unsigned(M),
    /// Kept back: a signature does not verify.
    Withheld(Withheld<M>),
}

/// Content that is kept back.
#[derive(Clone, Debug)]
pub struct Withheld<M = Message> {
    why: Opened,
    content: M,
}

/// The message is not trusted: the report says why, and the opened message is in here.
#[derive(Clone, Debug)]
pub struct NotTrusted<O = Opened> {
    why: Opened,
    opened: O,
}

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
        self.gate(self.0.message.clone())
    }

    /// `content`, which is that of this message, under its name.
    pub(super) fn gate<M>(&self, content: M) -> Content<M> {
        match self.0.report.verdict {
            Verdict::Trusted => Content::Trusted(content),
            Verdict::Untrusted => Content::Untrusted(content),
            Verdict::Unsigned => Content::Unsigned(content),
            Verdict::Withheld => Content::Withheld(Withheld {
                why: self.clone(),
                content,
            }),
        }
    }

    /// `opened`, which is this message, in the error of one that is not trusted; `Ok` for one that is.
    pub(super) fn only_trusted<O>(&self, opened: O) -> Result<O, NotTrusted<O>> {
        match self.0.report.verdict {
            Verdict::Trusted => Ok(opened),
            Verdict::Untrusted | Verdict::Unsigned | Verdict::Withheld => Err(NotTrusted {
                why: self.clone(),
                opened,
            }),
        }
    }

    /// What is behind the gate.
    pub(super) fn message(&self) -> &Message {
        &self.0.message
    }

    /// The content if it is trusted.
    ///
    /// # Errors
    /// [`NotTrusted`] with the report and the opened message.
    pub fn trusted(&self) -> Result<Message, NotTrusted> {
        self.only_trusted(self.clone())
            .map(|opened| opened.0.message.clone())
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
        self.content.clone()
    }
}

impl<R> Withheld<Stored<R>> {
    /// The content, although a signature over it does not verify. Show it to nobody as what it claims to be.
    pub fn dangerous(self) -> Stored<R> {
        self.content
    }
}

impl Withheld<Releasable> {
    /// The content, although a signature over it does not verify. Show it to nobody as what it claims to be.
    pub fn dangerous(self) -> Releasable {
        self.content
    }
}

impl<M> Withheld<M> {
    /// Why it is kept back.
    pub fn report(&self) -> &Report {
        self.why.report()
    }
}

impl NotTrusted {
    /// The opened message.
    pub fn into_opened(self) -> Opened {
        self.opened
    }
}

impl<R> NotTrusted<Checked<R>> {
    /// The message, with its source.
    pub fn into_checked(self) -> Checked<R> {
        self.opened
    }
}

impl<O> NotTrusted<O> {
    /// Why it is not trusted.
    pub fn report(&self) -> &Report {
        self.why.report()
    }
}

/// The verdict in one sentence, with the main reason.
impl<M> fmt::Display for Withheld<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report().headline())
    }
}

/// The verdict in one sentence, with the main reason.
impl<O> fmt::Display for NotTrusted<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report().headline())
    }
}

impl<O: fmt::Debug> std::error::Error for NotTrusted<O> {}
