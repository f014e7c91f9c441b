//! The decoder.

use crate::address::encoded_word::hex;

/// White space kept back to see whether it ends a line; longer runs are text.
const SPACE: usize = 1000;

/// Reads quoted-printable leniently: an `=` that begins no escape stands for itself (RFC 2045 6.7,
/// note), white space at line ends was added on the way and goes, both line ends count, and come out
/// as CRLF.
#[derive(Debug, Default)]
pub(crate) struct QuotedPrintableReader {
    space: Vec<u8>,
    escape: Escape,
    carriage_return: bool,
}

#[derive(Debug, Default)]
enum Escape {
    #[default]
    None,
    /// After `=`.
    Equals,
    /// After `=` and a digit.
    Digit(u8),
    /// After `=` and white space, which must be a soft break.
    Soft(Vec<u8>),
}

impl QuotedPrintableReader {
    /// Decodes; an unfinished escape or line end stays pending.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for byte in input.iter().copied() {
            if std::mem::take(&mut self.carriage_return) {
                if byte == b'\n' {
                    self.line_end(out);
                    continue;
                }
                self.byte(b'\r', out);
            }
            match byte {
                b'\r' => self.carriage_return = true,
                b'\n' => self.line_end(out),
                byte => self.byte(byte, out),
            }
        }
    }

    /// Decodes what is pending; white space at the very end goes too.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.carriage_return) {
            self.byte(b'\r', out);
        }
        match std::mem::take(&mut self.escape) {
            Escape::Digit(digit) => out.extend_from_slice(&[b'=', digit]),
            Escape::None | Escape::Equals | Escape::Soft(_) => {}
        }
        self.space.clear();
    }

    fn line_end(&mut self, out: &mut Vec<u8>) {
        match std::mem::take(&mut self.escape) {
            Escape::Equals | Escape::Soft(_) => return,
            Escape::Digit(digit) => out.extend_from_slice(&[b'=', digit]),
            Escape::None => self.space.clear(),
        }
        out.extend_from_slice(b"\r\n");
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        match std::mem::take(&mut self.escape) {
            Escape::None => {}
            Escape::Equals if hex(byte).is_some() => {
                self.escape = Escape::Digit(byte);
                return;
            }
            Escape::Equals if is_space(byte) => {
                self.escape = Escape::Soft(vec![byte]);
                return;
            }
            Escape::Equals => out.push(b'='),
            Escape::Digit(digit) => {
                if let (Some(high), Some(low)) = (hex(digit), hex(byte)) {
                    out.push(high << 4 | low);
                    return;
                }
                out.extend_from_slice(&[b'=', digit]);
            }
            Escape::Soft(mut space) => {
                if is_space(byte) && space.len() < SPACE {
                    space.push(byte);
                    self.escape = Escape::Soft(space);
                    return;
                }
                out.push(b'=');
                out.append(&mut space);
            }
        }
        if is_space(byte) && self.space.len() < SPACE {
            self.space.push(byte);
            return;
        }
        out.append(&mut self.space);
        match byte {
            b'=' => self.escape = Escape::Equals,
            byte => out.push(byte),
        }
    }
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
