//! [`Stub`]: a transport that keeps what it is given.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::transport::{Routes, Sending, Transport};
use super::{CopyDelivery, Delivery, Outcome, Reply, SubmitError, check};
use crate::{Envelope, Mailbox, Protected};

/// A transport for tests of applications: it records every message and answers as it was told, by default that all is
/// accepted. It refuses the same arguments as [`Submitter`](super::Submitter).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use smime::submit::{Cause, Outcome, Reply, Stub};
/// use smime::{Envelope, Mailbox};
///
/// let bob = Mailbox::new("bob@example.org")?;
/// let stub = Stub::new().answer(&bob, Outcome::Rejected(Cause::Reply {
///     during: "RCPT TO",
///     reply: Reply::new(550, "no such user"),
/// }));
/// let envelope = Envelope::new(None, [bob])?;
/// let delivery = stub.send_bytes_blocking(&envelope, b"Subject: hi\r\n\r\nhello\r\n")?;
/// assert!(!delivery.all_accepted());
/// assert_eq!(stub.sent()[0].bytes(), b"Subject: hi\r\n\r\nhello\r\n");
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
pub struct Stub {
    answers: HashMap<String, Outcome>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<SubmitError>,
    sent: Vec<Sent>,
}

/// What a [`Stub`] was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    envelope: Envelope,
    bytes: Vec<u8>,
}

impl Sent {
    /// Who it was for.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The message.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Stub {
    /// A stub that accepts everything.
    pub fn new() -> Stub {
        Stub::default()
    }

    /// What becomes of messages to this recipient.
    pub fn answer(mut self, recipient: &Mailbox, outcome: Outcome) -> Stub {
        self.answers.insert(recipient.key(), outcome);
        self
    }

    /// Makes the next sending fail as a whole, before anything is recorded; several failures come in order.
    pub fn fail(self, error: SubmitError) -> Stub {
        self.state().failures.push_back(error);
        self
    }

    /// What was sent so far, one entry per copy.
    pub fn sent(&self) -> Vec<Sent> {
        self.state().sent.clone()
    }

    /// As [`Submitter::send`](super::Submitter::send).
    ///
    /// # Errors
    /// As told by [`Stub::fail`], or for arguments that cannot be sent.
    pub async fn send(&self, protected: &Protected) -> Result<Delivery, SubmitError> {
        self.send_blocking(protected)
    }

    /// As [`Submitter::send_blocking`](super::Submitter::send_blocking).
    ///
    /// # Errors
    /// As [`Stub::send`].
    pub fn send_blocking(&self, protected: &Protected) -> Result<Delivery, SubmitError> {
        self.record_routes(&Routes::all(protected)?, protected)
    }

    /// As [`Submitter::retry`](super::Submitter::retry).
    ///
    /// # Errors
    /// As [`Stub::send`], and as [`Transport::retry`].
    pub async fn retry(
        &self,
        protected: &Protected,
        delivery: &Delivery,
    ) -> Result<Delivery, SubmitError> {
        self.retry_blocking(protected, delivery)
    }

    /// As [`Submitter::retry_blocking`](super::Submitter::retry_blocking).
    ///
    /// # Errors
    /// As [`Stub::retry`].
    pub fn retry_blocking(
        &self,
        protected: &Protected,
        delivery: &Delivery,
    ) -> Result<Delivery, SubmitError> {
        self.record_routes(&Routes::deferred(protected, delivery)?, protected)
    }

    /// As [`Submitter::send_bytes`](super::Submitter::send_bytes).
    ///
    /// # Errors
    /// As [`Stub::send`].
    pub async fn send_bytes(
        &self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Delivery, SubmitError> {
        self.record(&[(envelope, message)])
    }

    /// As [`Submitter::send_bytes_blocking`](super::Submitter::send_bytes_blocking).
    ///
    /// # Errors
    /// As [`Stub::send`].
    pub fn send_bytes_blocking(
        &self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Delivery, SubmitError> {
        self.record(&[(envelope, message)])
    }

    fn record_routes(
        &self,
        routes: &Routes,
        protected: &Protected,
    ) -> Result<Delivery, SubmitError> {
        let delivery = self.record(&routes.copies(protected))?;
        Ok(routes.number(delivery))
    }

    fn record(&self, copies: &[(&Envelope, &[u8])]) -> Result<Delivery, SubmitError> {
        check(copies)?;
        let mut state = self.state();
        if let Some(error) = state.failures.pop_front() {
            return Err(error);
        }
        let accepted = Outcome::Accepted(Reply::new(250, "recorded"));
        let mut delivered = Vec::with_capacity(copies.len());
        for (envelope, bytes) in copies {
            state.sent.push(Sent {
                envelope: (*envelope).clone(),
                bytes: bytes.to_vec(),
            });
            delivered.push(CopyDelivery::new(envelope, |_, recipient| {
                self.answers
                    .get(&recipient.key())
                    .unwrap_or(&accepted)
                    .clone()
            }));
        }
        Ok(Delivery::new(delivered))
    }

    /// A test that panicked while it held the lock left nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Stub {
    fn send_copies<'a>(&'a self, copies: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a> {
        Box::pin(async move { self.record(&copies) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_answers_and_fails_as_told() {
        let bob = Mailbox::new("bob@example.org").unwrap();
        let stub = Stub::new().fail(SubmitError::StartTlsNotOffered);
        let envelope = Envelope::new(None, [bob]).unwrap();
        let message = b"a: b\r\n\r\nc\r\n";
        assert!(stub.send_bytes_blocking(&envelope, message).is_err());
        assert!(stub.send_bytes_blocking(&envelope, b"bare\n").is_err());
        assert!(stub.sent().is_empty());
        let delivery = stub.send_bytes_blocking(&envelope, message).unwrap();
        assert!(delivery.all_accepted());
        assert_eq!(stub.sent().len(), 1);
    }
}
