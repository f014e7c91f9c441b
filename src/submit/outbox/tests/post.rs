//! A mail server in memory, and what it has received.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::submit::{CopyDelivery, Delivery, Sending, Transport, Witness};

/// What a server does with a recipient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    Accept,
    Reject,
    Defer,
    /// Takes the message, and the answer is lost.
    TakeInSilence,
    /// Does not take it, and says nothing.
    Vanish,
}

/// A server: every recipient gets the next of his answers, at the end always [`Answer::Accept`].
#[derive(Default)]
pub struct Post {
    pub answers: Mutex<BTreeMap<String, Vec<Answer>>>,
    received: Mutex<Vec<(String, Vec<u8>)>>,
}

impl Post {
    pub fn new(answers: &[(&str, &[Answer])]) -> Post {
        let answers = answers.iter().map(|(who, answers)| {
            let reversed = answers.iter().rev().copied().collect();
            (who.to_string(), reversed)
        });
        Post {
            answers: Mutex::new(answers.collect()),
            ..Post::default()
        }
    }

    /// Another server that knows and will do the same.
    pub fn copy(&self) -> Post {
        Post {
            answers: Mutex::new(self.answers.lock().unwrap().clone()),
            received: Mutex::new(self.received.lock().unwrap().clone()),
        }
    }

    /// Local part and message, in the order in which they came.
    pub fn received(&self) -> Vec<(String, Vec<u8>)> {
        self.received.lock().unwrap().clone()
    }

    /// How often this recipient got this message.
    pub fn count(&self, who: &str, message: &[u8]) -> usize {
        let received = self.received.lock().unwrap();
        let his = received
            .iter()
            .filter(|(to, bytes)| to == who && bytes == message);
        his.count()
    }

    /// As a server does it: refusals first, then the end of the message for the others.
    fn deliver(
        &self,
        copy: usize,
        envelope: &Envelope,
        bytes: &[u8],
        witness: &dyn Witness,
    ) -> CopyDelivery {
        let mut answers = self.answers.lock().unwrap();
        let answers: Vec<Answer> = envelope
            .recipients()
            .iter()
            .map(|one| {
                answers
                    .get_mut(one.local())
                    .and_then(Vec::pop)
                    .unwrap_or(Answer::Accept)
            })
            .collect();
        let early = |answer: &Answer| matches!(answer, Answer::Reject | Answer::Defer);
        let open: Vec<usize> = (0..answers.len())
            .filter(|at| !early(&answers[*at]))
            .collect();
        let announced = match open.is_empty() {
            true => Ok(()),
            false => witness.before_the_end(copy, &open),
        };
        CopyDelivery::new(envelope, |at, mailbox| {
            let during = "RCPT TO";
            let said = |code| Cause::Reply {
                during,
                reply: Reply::new(code, "so be it"),
            };
            let lost = Cause::TimedOut {
                during: "the final dot",
            };
            let take = || {
                let mut received = self.received.lock().unwrap();
                received.push((mailbox.local().to_owned(), bytes.to_vec()));
            };
            match (answers[at], &announced) {
                (Answer::Reject, _) => Outcome::Rejected(said(550)),
                (Answer::Defer, _) => Outcome::Deferred(said(450)),
                (_, Err(error)) => Outcome::Deferred(Cause::NotRecorded {
                    detail: error.to_string(),
                }),
                (Answer::Accept, _) => {
                    take();
                    Outcome::Accepted(Reply::new(250, "queued"))
                }
                (Answer::TakeInSilence, _) => {
                    take();
                    Outcome::Unknown(lost)
                }
                (Answer::Vanish, _) => Outcome::Unknown(lost),
            }
        })
    }
}

impl Transport for Post {
    fn send_copies<'a>(&'a self, _: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a> {
        unreachable!("an outbox always has a witness")
    }

    fn send_witnessed<'a>(
        &'a self,
        copies: Vec<(&'a Envelope, &'a [u8])>,
        witness: &'a dyn Witness,
    ) -> Sending<'a> {
        let deliver = |(copy, (envelope, bytes)): (usize, (&Envelope, &[u8]))| {
            let delivered = self.deliver(copy, envelope, bytes, witness);
            witness.settled(copy, &delivered);
            delivered
        };
        let delivered = copies.into_iter().enumerate().map(deliver).collect();
        Box::pin(std::future::ready(Ok(Delivery::new(delivered))))
    }
}
