//! The canonical form of a MIME entity: CRLF, 7-bit safe, otherwise as it was given.
//!
//! RFC 8551 3.1 wants what is signed or encrypted in canonical form, and relays must not be able to
//! change it. The rules:
//!
//! - A leaf is looked at for up to [`Limits::leaf_lookahead`] bytes before its header is written. What
//!   is 7-bit safe already passes byte for byte. Otherwise, and when it is longer, `text/*` becomes
//!   quoted-printable and the rest base64 (so does UTF-16 and UTF-32 text), and only
//!   Content-Transfer-Encoding is replaced, or added after Content-Type. A leaf that declares base64 or
//!   quoted-printable and is unsafe is decoded and encoded again the same way; one that is longer passes byte for
//!   byte up to the first line that is not safe, and from there on is put into the same encoding anew. One with an
//!   encoding that is not known passes if it is safe, else it is an error.
//! - `multipart/*` and `message/rfc822` are descended into; their encoding becomes 7bit. An encoded
//!   message/rfc822 is decoded. A missing closing delimiter is added. Preamble and epilogue are kept if
//!   they are safe and not longer than the look-ahead, else dropped whole.
//! - Header fields become ASCII ([`super::seven_bit`]).
//! - Inside multipart/signed, multipart/encrypted and pkcs7-mime nothing is changed but LF to CRLF, and
//!   in a pkcs7-mime part with `binary` encoding not even that. See [`Form`].
//! - At the end of a body nothing is added and nothing removed.

mod kept;
mod leaf;
mod lines;
mod machine;
mod safety;
mod scan;
mod sink;
#[cfg(test)]
mod tests;

use crate::{Error, Limits};
use lines::Lines;
use machine::Machine;

/// What the canonical entity is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The first part of multipart/signed: an already protected part that is not 7-bit clean is an
    /// error.
    SevenBit,
    /// Content of a CMS structure: such a part passes as it is.
    Opaque,
}

/// A push machine: a raw MIME entity (content header fields, blank line, body; LF or CRLF) goes in, its
/// canonical form comes out. How the input is cut into pieces makes no difference; memory is bounded by
/// the look-ahead, a header block and the nesting depth. After an error it must not be used further.
#[derive(Debug)]
pub(crate) struct Canonicalizer {
    lines: Lines,
    machine: Machine,
}

impl Canonicalizer {
    /// A machine at the beginning of an entity.
    pub(crate) fn new(form: Form, limits: &Limits) -> Self {
        Canonicalizer {
            lines: Lines::default(),
            machine: Machine::new(form, limits),
        }
    }

    /// Takes all of the input and appends what is ready.
    ///
    /// # Errors
    /// A malformed header or structure, a limit, or a part that has no 7-bit form.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.lines.push(input, &mut self.machine, out)
    }

    /// Ends the entity and appends the rest.
    ///
    /// # Errors
    /// As [`Canonicalizer::push`].
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.lines.finish(&mut self.machine, out)?;
        self.machine.finish(out)
    }
}
