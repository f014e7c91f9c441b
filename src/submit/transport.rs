//! [`Transport`]: what can send, so that an application can be tested without a server.

use std::pin::Pin;

use super::{Cause, Delivery, SubmitError, Witness};
use crate::{Envelope, Error, Protected};

/// The future of a [`Transport`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Delivery, SubmitError>> + Send + 'a>>;

/// What can send messages: [`Submitter`](super::Submitter), and [`Stub`](super::Stub) in tests.
///
/// ```
/// # use smime::submit::{Delivery, SubmitError, Transport};
/// struct Mailer { transport: Box<dyn Transport> }
/// ```
pub trait Transport: Send + Sync {
    /// Sends several messages, each with its own envelope, in one session.
    ///
    /// # Errors
    /// [`SubmitError`] when nothing was sent to anybody; after that every recipient has an
    /// [`Outcome`](super::Outcome).
    fn send_copies<'a>(&'a self, copies: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a>;

    /// [`Transport::send_copies`], and tells `witness` before the end of each message is sent and when its outcomes are
    /// known.
    ///
    /// A transport that cannot tell when that is does as this one: it says so of all messages before it sends any.
    ///
    /// # Errors
    /// As [`Transport::send_copies`]. Then what the witness was told to be open is not: nothing was sent.
    fn send_witnessed<'a>(
        &'a self,
        copies: Vec<(&'a Envelope, &'a [u8])>,
        witness: &'a dyn Witness,
    ) -> Sending<'a> {
        Box::pin(async move {
            for (copy, (envelope, _)) in copies.iter().enumerate() {
                let all: Vec<usize> = (0..envelope.recipients().len()).collect();
                if let Err(error) = witness.before_the_end(copy, &all) {
                    return Err(SubmitError::Session(Cause::NotRecorded {
                        detail: error.to_string(),
                    }));
                }
            }
            let delivery = self.send_copies(copies).await?;
            for (copy, delivered) in delivery.copies().iter().enumerate() {
                witness.settled(copy, delivered);
            }
            Ok(delivery)
        })
    }

    /// Sends one message as it is, byte for byte.
    ///
    /// # Errors
    /// As [`Transport::send_copies`].
    fn send_bytes<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Sending<'a> {
        self.send_copies(vec![(envelope, message)])
    }

    /// Sends all copies of a protected message.
    ///
    /// # Errors
    /// As [`Transport::send_copies`].
    fn send<'a>(&'a self, protected: &'a Protected) -> Sending<'a> {
        Box::pin(async move {
            let routes = Routes::all(protected)?;
            let delivery = self.send_copies(routes.copies(protected)).await?;
            Ok(routes.number(delivery))
        })
    }

    /// Sends a protected message again, the same bytes, to those who were deferred and to nobody else.
    ///
    /// # Errors
    /// As [`Transport::send_copies`]; also [`SubmitError::Invalid`] when nobody was deferred, or when `delivery` is
    /// not one of this message.
    fn retry<'a>(&'a self, protected: &'a Protected, delivery: &'a Delivery) -> Sending<'a> {
        Box::pin(async move {
            let routes = Routes::deferred(protected, delivery)?;
            let delivery = self.send_copies(routes.copies(protected)).await?;
            Ok(routes.number(delivery))
        })
    }
}

/// Which copies of a protected message go to whom. A copy that goes to nobody is left out, so places in here are not
/// those in the message.
pub(super) struct Routes(Vec<(usize, Envelope)>);

impl Routes {
    /// Every copy that goes to somebody.
    pub(super) fn all(protected: &Protected) -> Result<Routes, Error> {
        let copies = protected.copies().iter().enumerate();
        let routes: Vec<_> = copies
            .filter_map(|(index, copy)| Some((index, copy.envelope()?.clone())))
            .collect();
        if routes.is_empty() {
            return Err(Error::misuse(
                "it goes from nobody or to nobody: the message has no From or Sender address, or no \
                 recipient in To, Cc or Bcc; a bare MIME entity cannot be sent as it is, use \
                 send_bytes with an Envelope",
            ));
        }
        Ok(Routes(routes))
    }

    /// Those who were deferred.
    pub(super) fn deferred(protected: &Protected, delivery: &Delivery) -> Result<Routes, Error> {
        let copies = delivery.copies().iter();
        let routes: Vec<_> = copies
            .filter_map(|copy| Some((copy.index(), copy.retry()?)))
            .collect();
        if routes.is_empty() {
            return Err(Error::misuse(
                "nobody was deferred, so there is nobody to send the message to again",
            ));
        }
        for (index, again) in &routes {
            let copy = protected.copies().get(*index);
            let before = copy.and_then(|copy| copy.envelope());
            let known = before.map(Envelope::recipients).unwrap_or_default();
            // A copy for one Bcc recipient must not reach another one.
            if !again.recipients().iter().all(|one| known.contains(one)) {
                return Err(Error::misuse("this delivery is not one of this message"));
            }
        }
        Ok(Routes(routes))
    }

    /// What [`Transport::send_copies`] takes.
    pub(super) fn copies<'a>(&'a self, protected: &'a Protected) -> Vec<(&'a Envelope, &'a [u8])> {
        let routes = self.0.iter();
        routes
            .filter_map(|(index, envelope)| {
                Some((envelope, protected.copies().get(*index)?.bytes()))
            })
            .collect()
    }

    /// Gives each copy its place in the message.
    pub(super) fn number(&self, delivery: Delivery) -> Delivery {
        delivery.numbered(self.0.iter().map(|(index, _)| *index))
    }
}
