//! The whole dialogue over a stream that is given.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::Envelope;
use crate::submit::{Delivery, SubmitError, Submitter};

/// Submits one message over this stream, which is already connected.
pub async fn dialogue(
    submitter: &Submitter,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Delivery, SubmitError> {
    submitter.submit_over(stream, envelope, message).await
}
