//! [`Witness`]: who is told, while a message is sent, from when on a server may have taken it.

use std::io;

use super::CopyDelivery;

/// Is told how far the sending has got, so that it can be written down before it matters:
/// [`Transport::send_witnessed`](super::Transport::send_witnessed). The outbox is one.
pub trait Witness: Send + Sync {
    /// The next bytes end a message: from now on, until [`Witness::settled`], nobody knows whether the server has
    /// taken it for these recipients (RFC 1047). `copy` is the place of the message among those that are sent,
    /// `recipients` are places in its envelope, both from 0.
    ///
    /// # Errors
    /// What could not be written down. Then the end is not sent and nobody gets the message: those recipients are
    /// deferred with [`Cause::NotRecorded`](super::Cause::NotRecorded).
    fn before_the_end(&self, copy: usize, recipients: &[usize]) -> io::Result<()>;

    /// What has become of every recipient of this copy is known. Comes once for each copy, before the goodbye.
    fn settled(&self, copy: usize, delivery: &CopyDelivery);
}
