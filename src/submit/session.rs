//! [`Session`]: one command, one bounded reply, one timeout; and what the server offers.

use std::time::Duration;

use mail_send::SmtpClient;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::wire::{BadReply, Pending, Stream, Wire};
use super::{Cause, Reply, Timeouts};

pub(super) struct Session {
    client: SmtpClient<Wire>,
    timeouts: Timeouts,
    /// Why no further command can be sent.
    over: Option<Cause>,
}

impl Session {
    pub(super) fn new(wire: Wire, timeouts: Timeouts) -> Session {
        Session {
            client: SmtpClient {
                stream: wire,
                timeout: timeouts.command,
            },
            timeouts,
            over: None,
        }
    }

    pub(super) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    pub(super) fn over(&self) -> Option<&Cause> {
        self.over.as_ref()
    }

    /// The stream below, unless the server has already said more than was read.
    pub(super) fn into_stream(self) -> Option<Box<dyn Stream>> {
        self.client.stream.into_stream()
    }

    /// The first reply, which nobody asks for (RFC 5321 3.1).
    pub(super) async fn greeting(&mut self) -> Result<Reply, Cause> {
        self.read("the greeting", self.timeouts.greeting).await
    }

    /// Sends one line with its CRLF and reads the answer. No pipelining: an answer always belongs to its command.
    pub(super) async fn command(
        &mut self,
        during: &'static str,
        line: &[u8],
        bound: Duration,
    ) -> Result<Reply, Cause> {
        if let Some(cause) = &self.over {
            return Err(cause.clone());
        }
        if let Some(reply) = self.interruption(during, bound).await? {
            if reply.ends_session() {
                return Ok(reply);
            }
            // Taken for the answer, it would shift every answer after it by one. Its text may repeat credentials.
            let detail = format!("a reply that nobody asked for, with code {}", reply.code());
            return Err(self.end(Cause::Protocol { during, detail }));
        }
        self.client.timeout = bound;
        let answer = self.client.cmd(line).await;
        self.reply(during, answer)
    }

    /// The final dot. Nothing is looked at before: from here on only the answer counts.
    pub(super) async fn finish(&mut self, dot: &[u8], bound: Duration) -> Result<Reply, Cause> {
        self.client.timeout = bound;
        let answer = self.client.cmd(dot).await;
        self.reply("the final dot", answer)
    }

    /// Writes a part of the message. `Some` is an answer that came too early: the server has stopped listening.
    pub(super) async fn write(
        &mut self,
        during: &'static str,
        block: &[u8],
    ) -> Result<Option<Reply>, Cause> {
        let bound = self.timeouts.block;
        if let Some(reply) = self.interruption(during, bound).await? {
            return Ok(Some(reply));
        }
        let stream = &mut self.client.stream;
        let written = timeout(bound, async {
            stream.write_all(block).await?;
            stream.flush().await
        })
        .await;
        match written {
            Ok(Ok(())) => Ok(None),
            Err(_) => Err(self.end(Cause::TimedOut { during })),
            Ok(Err(error)) => {
                // The last words of a server that hung up may still be there.
                let lost = Cause::ConnectionLost {
                    during,
                    detail: error.to_string(),
                };
                let last = self.read(during, self.timeouts.quit).await;
                self.end(lost.clone());
                last.map(Some).map_err(|_| lost)
            }
        }
    }

    /// What the server has said, or that it has gone, before anything was asked. What it has begun to say must end
    /// within the bound of the step.
    pub(super) async fn interruption(
        &mut self,
        during: &'static str,
        bound: Duration,
    ) -> Result<Option<Reply>, Cause> {
        match self.client.stream.pending().await {
            Ok(Pending::Nothing) => Ok(None),
            Ok(Pending::Bytes) => self.read(during, bound).await.map(Some),
            Ok(Pending::Closed) => Err(self.end(closed(during))),
            Err(error) => Err(self.end(Cause::ConnectionLost {
                during,
                detail: error.to_string(),
            })),
        }
    }

    /// Says goodbye and closes. By now nothing can be lost, so failures do not matter.
    pub(super) async fn quit(mut self) {
        let bound = self.timeouts.quit;
        if self.over.is_none() {
            let _ = self.command("QUIT", b"QUIT\r\n", bound).await;
        }
        let _ = timeout(bound, self.client.stream.shutdown()).await;
    }

    /// Marks the session as unusable.
    pub(super) fn end(&mut self, cause: Cause) -> Cause {
        self.over.get_or_insert_with(|| cause.clone());
        cause
    }

    async fn read(&mut self, during: &'static str, bound: Duration) -> Result<Reply, Cause> {
        let answer = match timeout(bound, self.client.read()).await {
            Ok(answer) => answer,
            Err(_) => Err(mail_send::Error::Timeout),
        };
        self.reply(during, answer)
    }

    fn reply(
        &mut self,
        during: &'static str,
        answer: mail_send::Result<smtp_proto::Response<String>>,
    ) -> Result<Reply, Cause> {
        let cause = match answer {
            Ok(answer) if (200..600).contains(&answer.code) => {
                let reply = Reply::from_parts(answer.code, answer.esc, &answer.message);
                if reply.ends_session() {
                    self.end(Cause::Reply {
                        during,
                        reply: reply.clone(),
                    });
                }
                return Ok(reply);
            }
            Ok(answer) => Cause::Protocol {
                during,
                detail: format!("a reply with code {}", answer.code),
            },
            Err(mail_send::Error::Timeout) => Cause::TimedOut { during },
            Err(mail_send::Error::Io(error)) => {
                let detail = error.to_string();
                if error.get_ref().is_some_and(|inner| inner.is::<BadReply>()) {
                    Cause::Protocol { during, detail }
                } else {
                    Cause::ConnectionLost { during, detail }
                }
            }
            // The end of the stream shows as a reply that cannot be read.
            Err(_) if self.client.stream.is_closed() => closed(during),
            Err(_) => Cause::Protocol {
                during,
                detail: "a reply that cannot be read".into(),
            },
        };
        Err(self.end(cause))
    }
}

fn closed(during: &'static str) -> Cause {
    Cause::ConnectionLost {
        during,
        detail: "the server closed it".into(),
    }
}

/// What the server offers in its answer to EHLO (RFC 5321 4.1.1.1).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    pub(super) starttls: bool,
    pub(super) eight_bit: bool,
    pub(super) smtputf8: bool,
    /// SIZE is offered (RFC 1870).
    pub(super) size: bool,
    /// The largest message in bytes, where the server names one.
    pub(super) size_limit: Option<u64>,
    /// The mechanisms of AUTH, in capitals.
    pub(super) auth: Vec<String>,
}

impl Capabilities {
    pub(super) fn parse(ehlo: &Reply) -> Capabilities {
        let mut offered = Capabilities::default();
        // The first line names the server.
        for line in ehlo.text().lines().skip(1) {
            // "AUTH=LOGIN" is how servers of before RFC 2554 write it.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next().unwrap_or("").to_ascii_uppercase().as_str() {
                "STARTTLS" => offered.starttls = true,
                "8BITMIME" => offered.eight_bit = true,
                "SMTPUTF8" => offered.smtputf8 = true,
                "SIZE" => {
                    offered.size = true;
                    let limit = words.next().and_then(|limit| limit.parse().ok());
                    offered.size_limit = limit.filter(|limit| *limit > 0);
                }
                "AUTH" => {
                    for mechanism in words.map(str::to_ascii_uppercase) {
                        if !offered.auth.contains(&mechanism) {
                            offered.auth.push(mechanism);
                        }
                    }
                }
                _ => {}
            }
        }
        offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_server_offers() {
        let reply = Reply::new(
            250,
            "mail.example.org STARTTLS\nsize 1000\n8BITMIME\nSMTPUTF8\nAUTH plain LOGIN\nAUTH=LOGIN\nPIPELINING",
        );
        assert_eq!(
            Capabilities::parse(&reply),
            Capabilities {
                starttls: false,
                eight_bit: true,
                smtputf8: true,
                size: true,
                size_limit: Some(1000),
                auth: vec!["PLAIN".into(), "LOGIN".into()],
            }
        );
        let none = Capabilities::parse(&Reply::new(250, "x\nSIZE 0\nSTARTTLS"));
        assert!(none.starttls && none.size && none.size_limit.is_none());
    }
}
