//! Base64 that is not decoded: whether it could be.

use memchr::memchr;

use super::reader::malformed;
use crate::Error;

/// Refuses what [`super::Base64Reader`] refuses, with the same errors, and is several times as fast. It remembers
/// nothing of the octets but how many symbols of the last group have come.
#[derive(Debug, Default)]
pub(crate) struct Base64Check {
    /// Modulo 4.
    symbols: u8,
    ended: bool,
}

impl Base64Check {
    /// Takes some of the text in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`].
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<(), Error> {
        let mut rest = text;
        while let Some(at) = memchr(b'=', rest) {
            let (run, padding) = rest.split_at(at);
            self.run(run)?;
            rest = padding.get(1..).unwrap_or_default();
            match self.symbols {
                0 => {}
                1 => return Err(malformed("padding after one character of a group")),
                _ => self.ended = true,
            }
        }
        self.run(rest)
    }

    /// Ends the text.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`] if it ends in the middle of an octet.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        match self.symbols {
            1 => Err(malformed("it ends in the middle of a group")),
            _ => Ok(()),
        }
    }

    /// Text without padding.
    fn run(&mut self, text: &[u8]) -> Result<(), Error> {
        if !self.ended {
            self.symbols = self.symbols.wrapping_add(symbols(text)) % 4;
            return Ok(());
        }
        match text.iter().any(|byte| symbol(*byte) == 1) {
            true => Err(malformed("data after the padding")),
            false => Ok(()),
        }
    }
}

/// How many symbols there are, modulo 256. Without branches, so that the compiler takes many at once.
fn symbols(text: &[u8]) -> u8 {
    text.iter()
        .fold(0, |count: u8, byte| count.wrapping_add(symbol(*byte)))
}

fn symbol(byte: u8) -> u8 {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // The slash stands before the digits.
    let is_other = byte.wrapping_sub(b'/') < 11;
    u8::from(is_letter) | u8::from(is_other) | u8::from(byte == b'+')
}
