//! [`Delivery`]: what became of every recipient of every copy.

use std::fmt;

use super::Reply;
use crate::{Envelope, Mailbox};

/// What became of one recipient.
///
/// Before the final dot no server can have taken the message, so [`Outcome::Unknown`] is possible only between the
/// dot and its answer (RFC 1047).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken responsibility for the message; the reply to the final dot.
    Accepted(Reply),
    /// Refused for good: the same message sent again will be refused again.
    Rejected(Cause),
    /// Not accepted this time. Sending the same bytes again later is safe.
    Deferred(Cause),
    /// The whole message was sent, but no answer was read: the server may have accepted it or not.
    /// Sending it again may deliver it twice.
    Unknown(Cause),
}

impl Outcome {
    /// Whether the server has taken responsibility for the message.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Outcome::Accepted(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Accepted(reply) => write!(f, "accepted: {reply}"),
            Outcome::Rejected(cause) => write!(f, "rejected: {cause}"),
            Outcome::Deferred(cause) => write!(f, "deferred, safe to send again: {cause}"),
            Outcome::Unknown(cause) => {
                write!(f, "unknown, sending again may deliver twice: {cause}")
            }
        }
    }
}

/// Why a step or a recipient did not succeed.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server said so.
    Reply {
        /// What was asked, such as `"RCPT TO"`.
        during: &'static str,
        /// Its answer.
        reply: Reply,
    },
    /// The server does not offer an extension that the message or the address needs. Nothing of it was sent.
    NotOffered {
        /// The EHLO keyword, such as `"SMTPUTF8"`.
        extension: &'static str,
        /// What needs it.
        needed_by: &'static str,
    },
    /// The message is larger than the server takes (RFC 1870). Nothing of it was sent.
    TooLarge {
        /// Size of the message in bytes.
        size: u64,
        /// What the server offered, in bytes.
        limit: u64,
    },
    /// The connection was lost.
    ConnectionLost {
        /// The step it was lost in.
        during: &'static str,
        /// What the system said.
        detail: String,
    },
    /// A step took longer than its bound in [`Timeouts`](super::Timeouts).
    TimedOut {
        /// The step.
        during: &'static str,
    },
    /// The server broke the protocol.
    Protocol {
        /// The step.
        during: &'static str,
        /// What was wrong.
        detail: String,
    },
    /// The recipient would have been accepted, but another was not, and all or nothing was asked for.
    AllOrNothing,
    /// A [`Witness`](super::Witness) could not write down that the end of the message was next, so it was not sent.
    NotRecorded {
        /// What the system said.
        detail: String,
    },
}

impl Cause {
    /// The server's answer, where there was one.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Cause::Reply { reply, .. } => Some(reply),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Reply { during, reply } => {
                write!(f, "the server answered {during} with {reply}")
            }
            Cause::NotOffered {
                extension,
                needed_by,
            } => write!(
                f,
                "the server does not offer {extension}, which {needed_by} needs"
            ),
            Cause::TooLarge { size, limit } => write!(
                f,
                "the message has {size} bytes, the server takes at most {limit}"
            ),
            Cause::ConnectionLost { during, detail } => {
                write!(f, "the connection was lost during {during}: {detail}")
            }
            Cause::TimedOut { during } => write!(f, "{during} took too long"),
            Cause::Protocol { during, detail } => {
                write!(f, "the server broke the protocol during {during}: {detail}")
            }
            Cause::AllOrNothing => {
                f.write_str("another recipient was refused, and all or nothing was asked for")
            }
            Cause::NotRecorded { detail } => write!(
                f,
                "the end of the message was not sent, because that could not be written down: {detail}"
            ),
        }
    }
}

/// What became of every recipient of every copy. It exists as soon as the first MAIL FROM was on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a recipient may have been refused; look at all_accepted()"]
pub struct Delivery {
    copies: Vec<CopyDelivery>,
}

impl Delivery {
    pub(super) fn new(copies: Vec<CopyDelivery>) -> Delivery {
        Delivery { copies }.numbered(0..)
    }

    pub(super) fn numbered(mut self, indices: impl IntoIterator<Item = usize>) -> Delivery {
        for (copy, index) in self.copies.iter_mut().zip(indices) {
            copy.index = index;
        }
        self
    }

    /// One for each copy that was sent, in their order. A copy that goes to nobody has none, so the position in here
    /// is not that in [`Protected::copies`](crate::Protected::copies): [`CopyDelivery::index`] is.
    ///
    /// ```
    /// # use smime::{Protected, submit::{Delivery, SubmitError, Transport}};
    /// # async fn again(transport: &dyn Transport, protected: &Protected, delivery: Delivery) -> Result<(), SubmitError> {
    /// for copy in delivery.copies() {
    ///     if let Some(envelope) = copy.retry() {
    ///         let bytes = protected.copies()[copy.index()].bytes();
    ///         let delivery = transport.send_bytes(&envelope, bytes).await?;
    ///         println!("{delivery}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [`Transport::retry`](super::Transport::retry) does this in one session.
    pub fn copies(&self) -> &[CopyDelivery] {
        &self.copies
    }

    /// Whether the server accepted the message for every recipient of every copy.
    pub fn all_accepted(&self) -> bool {
        self.iter().all(|(_, outcome)| outcome.is_accepted())
    }

    /// Every recipient of every copy with its outcome.
    pub fn iter(&self) -> impl Iterator<Item = (&Mailbox, &Outcome)> {
        self.copies.iter().flat_map(CopyDelivery::iter)
    }
}

/// One line per recipient.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (recipient, outcome)) in self.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {outcome}", recipient.address())?;
        }
        Ok(())
    }
}

/// What became of every recipient of one copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyDelivery {
    index: usize,
    return_path: Option<Mailbox>,
    recipients: Vec<(Mailbox, Outcome)>,
}

impl CopyDelivery {
    /// `outcome_of` gets the position of the recipient in the envelope.
    pub(super) fn new(
        envelope: &Envelope,
        mut outcome_of: impl FnMut(usize, &Mailbox) -> Outcome,
    ) -> CopyDelivery {
        CopyDelivery {
            index: 0,
            return_path: envelope.return_path().cloned(),
            recipients: envelope
                .recipients()
                .iter()
                .enumerate()
                .map(|(at, recipient)| (recipient.clone(), outcome_of(at, recipient)))
                .collect(),
        }
    }

    /// Which copy it was: after sending a [`Protected`](crate::Protected), the index into its
    /// [`copies`](crate::Protected::copies), else the position among what was sent, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Every recipient of the copy with its outcome, in the order of the envelope.
    pub fn iter(&self) -> impl Iterator<Item = (&Mailbox, &Outcome)> {
        self.recipients
            .iter()
            .map(|(recipient, outcome)| (recipient, outcome))
    }

    /// The envelope for sending the same bytes again to those who were deferred; `None` if nobody was. Which bytes
    /// those are, [`CopyDelivery::index`] tells.
    pub fn retry(&self) -> Option<Envelope> {
        let deferred = self
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Deferred(_)))
            .map(|(recipient, _)| recipient.clone());
        Envelope::new(self.return_path.clone(), deferred).ok()
    }

    pub(super) fn any_not_accepted(&self) -> bool {
        self.iter().any(|(_, outcome)| !outcome.is_accepted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        let mailbox = |text: &str| Mailbox::new(text).unwrap();
        Envelope::new(
            Some(mailbox("alice@example.org")),
            ["bob@example.org", "carol@example.org", "dave@example.org"].map(mailbox),
        )
        .unwrap()
    }

    fn mixed() -> Delivery {
        let timed_out = Cause::TimedOut { during: "RCPT TO" };
        Delivery::new(vec![CopyDelivery::new(&envelope(), |at, _| match at {
            0 => Outcome::Accepted(Reply::new(250, "queued")),
            1 => Outcome::Deferred(timed_out.clone()),
            _ => Outcome::Unknown(timed_out.clone()),
        })])
    }

    #[test]
    fn a_retry_goes_to_the_deferred_only() {
        let delivery = mixed();
        assert!(!delivery.all_accepted());
        let retry = delivery.copies()[0].retry().unwrap();
        assert_eq!(retry.recipients().len(), 1);
        assert_eq!(retry.recipients()[0].address(), "carol@example.org");
        assert_eq!(retry.return_path(), envelope().return_path());
    }

    #[test]
    fn nobody_deferred_nothing_to_retry() {
        let accepted = CopyDelivery::new(&envelope(), |_, _| {
            Outcome::Accepted(Reply::new(250, "queued"))
        });
        assert_eq!(accepted.retry(), None);
        assert!(Delivery::new(vec![accepted]).all_accepted());
    }

    #[test]
    fn one_who_was_not_accepted_is_enough() {
        let accepted = || Outcome::Accepted(Reply::new(250, "queued"));
        let copy = |last: Outcome| {
            CopyDelivery::new(&envelope(), |at, _| match at {
                2 => last.clone(),
                _ => accepted(),
            })
        };
        assert!(!copy(accepted()).any_not_accepted());
        let unknown = Outcome::Unknown(Cause::TimedOut { during: "RCPT TO" });
        assert!(copy(unknown).any_not_accepted());
        assert_eq!(copy(accepted()).index(), 0);
    }

    #[test]
    fn shows_a_line_per_recipient() {
        let text = mixed().to_string();
        assert_eq!(text.lines().count(), 3);
        assert!(
            text.starts_with("bob@example.org: accepted: 250 queued\n"),
            "{text}"
        );
        assert!(text.contains("RCPT TO took too long"), "{text}");
    }
}
