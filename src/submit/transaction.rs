//! One copy over an open session: MAIL FROM, RCPT TO, DATA, and what each answer means for each recipient.

use super::message::Message;
use super::path::path;
use super::session::{Capabilities, Session};
use super::{Cause, CopyDelivery, Outcome, Reply, Witness};
use crate::{Envelope, Mailbox};

const BLOCK: usize = 64 << 10;

pub(super) struct Transaction<'a> {
    pub(super) session: &'a mut Session,
    pub(super) offered: &'a Capabilities,
    pub(super) all_or_nothing: bool,
    /// The place of this copy among those that are sent, and who is told about it.
    pub(super) witness: Option<(usize, &'a dyn Witness)>,
}

impl Transaction<'_> {
    /// Sends one copy. Every recipient gets an outcome, whatever happens.
    pub(super) async fn send(
        &mut self,
        envelope: &Envelope,
        message: &Message<'_>,
    ) -> CopyDelivery {
        let refused = match self.session.over() {
            Some(cause) => Some(Outcome::Deferred(cause.clone())),
            None => self.unfit(envelope, message).map(Outcome::Rejected),
        };
        if let Some(outcome) = refused {
            return CopyDelivery::new(envelope, |_, _| outcome.clone());
        }
        if let Err(outcome) = self.mail_from(envelope, message).await {
            return CopyDelivery::new(envelope, |_, _| outcome.clone());
        }
        let mut refusals = Vec::with_capacity(envelope.recipients().len());
        for recipient in envelope.recipients() {
            refusals.push(self.recipient(recipient).await.err());
        }
        let refused = refusals.iter().flatten().count();
        let enough = if self.all_or_nothing {
            refused == 0
        } else {
            refused < refusals.len()
        };
        // Without this, recipients of an aborted transaction would be said to have been refused.
        let rest = match self.session.over() {
            Some(cause) => Outcome::Deferred(cause.clone()),
            None if enough => self.data(message, &refusals).await,
            None => Outcome::Deferred(Cause::AllOrNothing),
        };
        if !rest.is_accepted() {
            self.reset().await;
        }
        let mut refusals = refusals.into_iter();
        CopyDelivery::new(envelope, |_, _| {
            refusals.next().flatten().unwrap_or_else(|| rest.clone())
        })
    }

    /// What the message or the sender needs and the server does not offer. What cannot be converted is not sent:
    /// changing the bytes would break the signature.
    fn unfit(&self, envelope: &Envelope, message: &Message<'_>) -> Option<Cause> {
        let not_offered = |extension, needed_by| Cause::NotOffered {
            extension,
            needed_by,
        };
        if !self.offered.smtputf8 {
            if message.has_8bit_header {
                return Some(not_offered("SMTPUTF8", "the header of the message"));
            }
            if envelope
                .return_path()
                .is_some_and(Mailbox::is_internationalized)
            {
                return Some(not_offered("SMTPUTF8", "the address of the sender"));
            }
        }
        if message.is_8bit && !self.offered.eight_bit {
            return Some(not_offered("8BITMIME", "the 8-bit message"));
        }
        let size = message.size();
        match self.offered.size_limit {
            Some(limit) if size > limit => Some(Cause::TooLarge { size, limit }),
            _ => None,
        }
    }

    async fn mail_from(
        &mut self,
        envelope: &Envelope,
        message: &Message<'_>,
    ) -> Result<(), Outcome> {
        let smtputf8 =
            self.offered.smtputf8 && (envelope.needs_smtputf8() || message.has_8bit_header);
        let from = envelope
            .return_path()
            .map_or_else(String::new, |from| path(from, smtputf8));
        let mut line = format!("MAIL FROM:<{from}>");
        if self.offered.size {
            line.push_str(&format!(" SIZE={}", message.size()));
        }
        if message.is_8bit {
            line.push_str(" BODY=8BITMIME");
        }
        if smtputf8 {
            line.push_str(" SMTPUTF8");
        }
        line.push_str("\r\n");
        let bound = self.session.timeouts().mail;
        let answer = self
            .session
            .command("MAIL FROM", line.as_bytes(), bound)
            .await;
        self.positive("MAIL FROM", answer)
    }

    async fn recipient(&mut self, recipient: &Mailbox) -> Result<(), Outcome> {
        if recipient.is_internationalized() && !self.offered.smtputf8 {
            return Err(Outcome::Rejected(Cause::NotOffered {
                extension: "SMTPUTF8",
                needed_by: "the address",
            }));
        }
        let line = format!("RCPT TO:<{}>\r\n", path(recipient, self.offered.smtputf8));
        let bound = self.session.timeouts().recipient;
        let answer = self
            .session
            .command("RCPT TO", line.as_bytes(), bound)
            .await;
        match answer {
            // What RFC 821 told servers to say for "too many recipients", which is 452 (RFC 5321 4.5.3.1.10).
            Ok(reply) if reply.code() == 552 => Err(Outcome::Deferred(Cause::Reply {
                during: "RCPT TO",
                reply,
            })),
            answer => self.positive("RCPT TO", answer),
        }
    }

    /// DATA, the message, the dot: the outcome for all who were accepted so far.
    async fn data(&mut self, message: &Message<'_>, refusals: &[Option<Outcome>]) -> Outcome {
        let timeouts = self.session.timeouts();
        match self
            .session
            .command("DATA", b"DATA\r\n", timeouts.data)
            .await
        {
            Err(cause) => return Outcome::Deferred(cause),
            Ok(reply) if reply.code() == 354 => {}
            Ok(reply) => return self.not_accepted("DATA", reply),
        }
        if let Err(outcome) = self.body(message).await {
            return outcome;
        }
        if let Err(outcome) = self.announce_the_end(refusals) {
            return outcome;
        }
        // From the first byte of the dot on, a failure tells nothing about what the server did (RFC 1047).
        let dot = [message.line_end(), b".\r\n"].concat();
        match self.session.finish(&dot, timeouts.dot).await {
            Err(cause) => Outcome::Unknown(cause),
            Ok(reply) if reply.is_positive() => Outcome::Accepted(reply),
            Ok(reply) if reply.code() < 400 => {
                Outcome::Unknown(self.unexpected("the final dot", &reply))
            }
            Ok(reply) => self.not_accepted("the final dot", reply),
        }
    }

    /// What cannot be written down must not happen: without the dot the server cannot take the message.
    fn announce_the_end(&mut self, refusals: &[Option<Outcome>]) -> Result<(), Outcome> {
        let Some((copy, witness)) = self.witness else {
            return Ok(());
        };
        let places = refusals.iter().enumerate();
        let open = places.filter(|(_, refusal)| refusal.is_none());
        let open: Vec<usize> = open.map(|(place, _)| place).collect();
        witness.before_the_end(copy, &open).map_err(|error| {
            Outcome::Deferred(self.session.end(Cause::NotRecorded {
                detail: error.to_string(),
            }))
        })
    }

    async fn body(&mut self, message: &Message<'_>) -> Result<(), Outcome> {
        const DURING: &str = "the message";
        let mut stuffed = message.stuffed();
        let mut block = Vec::with_capacity(BLOCK);
        while stuffed.next(BLOCK, &mut block) {
            let early = self.session.write(DURING, &block).await;
            self.go_on(DURING, early)?;
        }
        let bound = self.session.timeouts().block;
        let early = self.session.interruption(DURING, bound).await;
        self.go_on(DURING, early)
    }

    /// An answer before the dot ends the session: the server no longer takes the message, and without the dot it
    /// cannot have accepted it.
    fn go_on(
        &mut self,
        during: &'static str,
        early: Result<Option<Reply>, Cause>,
    ) -> Result<(), Outcome> {
        match early {
            Ok(None) => Ok(()),
            Err(cause) => Err(Outcome::Deferred(cause)),
            Ok(Some(reply)) => {
                self.session.end(Cause::Reply {
                    during,
                    reply: reply.clone(),
                });
                Err(self.not_accepted(during, reply))
            }
        }
    }

    fn positive(
        &mut self,
        during: &'static str,
        answer: Result<Reply, Cause>,
    ) -> Result<(), Outcome> {
        match answer {
            Ok(reply) if reply.is_positive() => Ok(()),
            Ok(reply) => Err(self.not_accepted(during, reply)),
            Err(cause) => Err(Outcome::Deferred(cause)),
        }
    }

    fn not_accepted(&mut self, during: &'static str, reply: Reply) -> Outcome {
        if reply.is_permanent() {
            Outcome::Rejected(Cause::Reply { during, reply })
        } else if reply.is_transient() {
            Outcome::Deferred(Cause::Reply { during, reply })
        } else {
            Outcome::Deferred(self.unexpected(during, &reply))
        }
    }

    /// An answer that makes no sense here: nobody knows what the server believes, so nothing more is sent.
    fn unexpected(&mut self, during: &'static str, reply: &Reply) -> Cause {
        self.session.end(Cause::Protocol {
            during,
            detail: format!("an answer that makes no sense here: {reply}"),
        })
    }

    /// Clears what was begun, so that the next copy starts afresh. If that fails the session is over, which is all the
    /// next copy needs to know.
    async fn reset(&mut self) {
        let bound = self.session.timeouts().command;
        let answer = self.session.command("RSET", b"RSET\r\n", bound).await;
        if let Ok(reply) = answer
            && !reply.is_positive()
            && !reply.ends_session()
        {
            self.unexpected("RSET", &reply);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::{Timeouts, wire::Wire};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_refusal_during_the_last_block_stops_the_dot() {
        let bob = Mailbox::new("bob@example.org").unwrap();
        let envelope = Envelope::new(None, [bob]).unwrap();
        let body = [b"a: b\r\n\r\n".as_slice(), &[b'x'; 1000]].concat();
        // So small that the client is still writing its only block when the server answers.
        let (near, mut far) = tokio::io::duplex(64);
        let server = tokio::spawn(async move {
            for reply in ["250 x\r\n", "250 x\r\n", "354 x\r\n"] {
                let _ = far.read(&mut [0; 64]).await.unwrap();
                far.write_all(reply.as_bytes()).await.unwrap();
            }
            let _ = far.read(&mut [0; 64]).await.unwrap();
            far.write_all(b"552 5.3.4 too big\r\n").await.unwrap();
            let mut rest = Vec::new();
            far.read_to_end(&mut rest).await.unwrap();
            rest
        });
        let mut session = Session::new(Wire::new(Box::new(near)), Timeouts::default());
        let delivery = Transaction {
            session: &mut session,
            offered: &Capabilities::default(),
            all_or_nothing: false,
            witness: None,
        }
        .send(&envelope, &Message::check(&body).unwrap())
        .await;
        assert!(session.over().is_some());
        drop(session);
        let rejected = delivery
            .iter()
            .all(|(_, outcome)| matches!(outcome, Outcome::Rejected(_)));
        assert!(rejected, "{delivery:?}");
        assert!(!server.await.unwrap().contains(&b'.'));
    }

    /// Reads and answers until the client goes: the message as far as it came, and whether its dot was answered.
    async fn serve(far: tokio::io::DuplexStream) -> (Vec<u8>, bool) {
        use tokio::io::{AsyncBufReadExt, BufReader};
        let (near, mut far) = tokio::io::split(far);
        let mut lines = BufReader::new(near);
        let mut message = Vec::new();
        for reply in ["250 x\r\n", "250 x\r\n", "354 x\r\n"] {
            let mut line = String::new();
            if lines.read_line(&mut line).await.unwrap() == 0 {
                return (message, false);
            }
            let _ = far.write_all(reply.as_bytes()).await;
        }
        while !message.ends_with(b"\r\n.\r\n") {
            if lines.read_until(b'\n', &mut message).await.unwrap() == 0 {
                return (message, false);
            }
        }
        let _ = far.write_all(b"250 x\r\n").await;
        (message, true)
    }

    /// Over a stream so narrow that the client waits at every few bytes.
    #[tokio::test]
    async fn dropped_at_every_wait_the_message_is_whole_or_not_there() {
        let bob = Mailbox::new("bob@example.org").unwrap();
        let envelope = Envelope::new(None, [bob]).unwrap();
        let body = [b"a: b\r\n\r\n".to_vec(), b".x\r\n\r\n..\r\n".repeat(40)].concat();
        let message = Message::check(&body).unwrap();
        let whole = [
            b"a: b\r\n\r\n".to_vec(),
            b"..x\r\n\r\n...\r\n".repeat(40),
            b".\r\n".to_vec(),
        ]
        .concat();
        for waits in 0.. {
            let (near, far) = tokio::io::duplex(5);
            let server = tokio::spawn(serve(far));
            let mut session = Session::new(Wire::new(Box::new(near)), Timeouts::default());
            let offered = Capabilities::default();
            let mut left = waits;
            let delivered = {
                let mut transaction = Transaction {
                    session: &mut session,
                    offered: &offered,
                    all_or_nothing: false,
                    witness: None,
                };
                let mut sending = std::pin::pin!(transaction.send(&envelope, &message));
                std::future::poll_fn(|context| match sending.as_mut().poll(context) {
                    std::task::Poll::Pending if left > 0 => {
                        left -= 1;
                        std::task::Poll::Pending
                    }
                    other => std::task::Poll::Ready(other.is_ready()),
                })
                .await
            };
            drop(session);
            let (came, answered) = server.await.unwrap();
            assert!(whole.starts_with(&came), "after {waits} waits");
            assert_eq!(answered, came == whole, "after {waits} waits");
            if delivered {
                assert!(answered && waits > 100, "{waits}");
                return;
            }
        }
    }
}
