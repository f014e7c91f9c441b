//! A message as it goes out without protection.

use std::time::SystemTime;

use super::Envelope;
use super::head::Head;
use super::message::{IntoMessage, Stamp};
use crate::crypto::SystemRandom;
use crate::mime::canonical::{Canonicalizer, Form};
use crate::mime::header::HeaderReader;
use crate::{Error, Limits};

/// Prepares a message for `Submitter::send_bytes` without signing or encrypting it: Bcc moves from
/// the header to the envelope, everything becomes 7-bit safe with CRLF line ends.
///
/// `now` dates a composed message that has no Date. Fails when the message names no From or no
/// recipient, or is not a well-formed message.
pub fn unprotected<'a>(
    message: impl IntoMessage<'a>,
    now: SystemTime,
) -> Result<(Envelope, Vec<u8>), Error> {
    let bytes = message.into_message(&Stamp {
        now,
        random: &SystemRandom,
    })?;
    let limits = Limits::default();
    let mut reader = HeaderReader::default();
    let taken = reader.push(&bytes, &limits)?.unwrap_or(bytes.len());
    let head = Head::parse(reader.bytes(), &limits)?;
    let body = bytes.get(taken..).unwrap_or_default();
    let sender = head.responsible().cloned().ok_or_else(|| {
        Error::header(
            "From",
            "one address is needed to send from; with several add Sender",
        )
    })?;
    let recipients = head.visible.iter().chain(&head.hidden).cloned();
    let envelope = Envelope::new(Some(sender), recipients)?;

    let mut out = Vec::with_capacity(bytes.len());
    for field in &head.outer {
        out.extend_from_slice(field.raw());
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    let mut canonical = Canonicalizer::new(Form::SevenBit, &limits);
    for field in &head.content {
        canonical.push(field.raw(), &mut out)?;
    }
    canonical.push(b"\r\n", &mut out)?;
    canonical.push(body, &mut out)?;
    canonical.finish(&mut out)?;
    Ok((envelope, out))
}
