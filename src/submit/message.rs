//! The bytes of a message on their way to the server: checked before the first one is sent, dot-stuffed while they go.

use crate::Error;

/// What of a message matters to the MAIL FROM command.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    bytes: &'a [u8],
    /// Some byte is not ASCII: needs 8BITMIME (RFC 6152).
    pub(super) is_8bit: bool,
    /// Some byte of the header block is not ASCII: needs SMTPUTF8 (RFC 6532).
    pub(super) has_8bit_header: bool,
}

impl<'a> Message<'a> {
    /// Looks at the whole message.
    ///
    /// Servers disagree about CR and LF alone, which is how mail is smuggled, and no server takes NUL. Nothing is
    /// mended here: the bytes may be signed.
    pub(super) fn check(bytes: &'a [u8]) -> Result<Message<'a>, Error> {
        if bytes.is_empty() {
            return Err(Error::malformed("message", "it is empty"));
        }
        let mut previous = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            let wrong = match (previous, byte) {
                (_, 0) => Some((at, "a NUL byte")),
                (b'\r', b'\n') => None,
                (b'\r', _) => Some((at.saturating_sub(1), "CR without LF")),
                (_, b'\n') => Some((at, "LF without CR; a message has CRLF line ends")),
                _ => None,
            };
            if let Some((at, detail)) = wrong {
                return Err(Error::malformed_at("message", to_u64(at), detail));
            }
            previous = byte;
        }
        if previous == b'\r' {
            let at = to_u64(bytes.len().saturating_sub(1));
            return Err(Error::malformed_at("message", at, "CR without LF"));
        }
        let header_len = match bytes {
            [b'\r', b'\n', ..] => 0,
            _ => memchr::memmem::find(bytes, b"\r\n\r\n").unwrap_or(bytes.len()),
        };
        let has_8bit_header = bytes.iter().take(header_len).any(|byte| !byte.is_ascii());
        Ok(Message {
            bytes,
            is_8bit: !bytes.is_ascii(),
            has_8bit_header,
        })
    }

    /// The size for the SIZE parameter: with the line end that is added, without stuffed dots (RFC 1870 3).
    pub(super) fn size(&self) -> u64 {
        to_u64(self.bytes.len() + self.line_end().len())
    }

    /// What has to be added so that the message ends with a line end.
    pub(super) fn line_end(&self) -> &'static [u8] {
        if self.bytes.ends_with(b"\r\n") {
            b""
        } else {
            b"\r\n"
        }
    }

    pub(super) fn stuffed(&self) -> Stuffed<'a> {
        Stuffed {
            rest: self.bytes,
            at_line_start: true,
        }
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The message with a dot added to every line that begins with one (RFC 5321 4.5.2), block by block.
pub(super) struct Stuffed<'a> {
    rest: &'a [u8],
    at_line_start: bool,
}

impl Stuffed<'_> {
    /// Replaces `block` by the next bytes to send, at most `limit` and at least 2 where that many are left;
    /// `false` when there are none left.
    pub(super) fn next(&mut self, limit: usize, block: &mut Vec<u8>) -> bool {
        block.clear();
        while let Some(&first) = self.rest.first() {
            if self.at_line_start && first == b'.' {
                if block.len() + 2 > limit {
                    break;
                }
                block.push(b'.');
            }
            let space = limit.saturating_sub(block.len());
            if space == 0 {
                break;
            }
            // Up to and including the next LF that a dot follows: only there something is inserted. One byte more
            // than there is space for is looked at, so that a large message is not searched again for each block.
            let window = self.rest.get(..=space).unwrap_or(self.rest);
            let taken = memchr::memmem::find(window, b"\n.").map_or(window.len(), |at| at + 1);
            let (taken, rest) = self.rest.split_at(taken.min(space));
            block.extend_from_slice(taken);
            self.at_line_start = taken.last() == Some(&b'\n');
            self.rest = rest;
        }
        !block.is_empty()
    }
}

#[cfg(test)]
mod tests;
