//! The messages: a mail whose only part is a base64 attachment, as large messages are.

use std::io::{self, Write};

use crate::people::{ALICE, BOB};

/// The fields that stand before the MIME entity. [`crate::theirs`] writes them itself, as `openssl cms` does.
pub fn header() -> Vec<u8> {
    format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nSubject: Figures\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\n"
    )
    .into_bytes()
}

/// Header of the entity that is protected.
const ENTITY: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n\
    Content-Transfer-Encoding: base64\r\n\r\n";

/// Columns of a line, as RFC 2045 6.8 has them, and its line break.
const LINE: usize = 76 + 2;

/// Lines of the block that is written again and again.
const BLOCK: usize = 1024;

/// Writes a mail whose body has about `size` bytes of base64 (whole lines).
pub fn write(size: u64, sink: &mut impl Write) -> io::Result<()> {
    let block = block();
    sink.write_all(&header())?;
    sink.write_all(ENTITY)?;
    let mut left = (size / LINE as u64).max(1) * LINE as u64;
    while left > 0 {
        let piece = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
        sink.write_all(&block[..piece])?;
        left -= piece as u64;
    }
    sink.flush()
}

/// The same in memory.
pub fn mail(size: u64) -> Vec<u8> {
    let mut mail = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 512);
    write(size, &mut mail).expect("a Vec takes everything");
    mail
}

/// What stands after the header of an entity or a mail: what must survive all protection.
pub fn body(entity: &[u8]) -> &[u8] {
    let crlf = entity
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4);
    let lf = entity
        .windows(2)
        .position(|two| two == b"\n\n")
        .map(|at| at + 2);
    let at = match (crlf, lf) {
        (Some(crlf), Some(lf)) => crlf.min(lf),
        (crlf, lf) => crlf.or(lf).unwrap_or(entity.len()),
    };
    &entity[at..]
}

/// Lines of base64 of octets that look random (xorshift64).
fn block() -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(BLOCK * LINE);
    for _ in 0..BLOCK {
        for _ in 0..LINE - 2 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.push(DIGITS[(state >> 58) as usize]);
        }
        block.extend_from_slice(b"\r\n");
    }
    block
}
