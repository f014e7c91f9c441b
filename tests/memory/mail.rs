//! A mail of any size, made while it is read, and compared while it is written: never held.

use std::io::{self, Read, Write};

const HEADER: &[u8] = b"From: alice@example.org\r\nTo: bob@example.net\r\nSubject: large\r\n\
    Content-Type: text/plain; charset=us-ascii\r\n\r\n";

/// Bytes of one line.
const LINE: u64 = 64;

/// Reads a mail.
pub struct Mail {
    begin: &'static [u8],
    lines: Lines,
}

impl Mail {
    /// One of about `size` bytes; never more.
    pub fn new(size: u64) -> Mail {
        Mail {
            begin: HEADER,
            lines: Lines::of(size),
        }
    }
}

impl Read for Mail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.begin.is_empty() {
            true => self.lines.read(buffer),
            false => self.begin.read(buffer),
        }
    }
}

/// The body: numbered lines.
struct Lines {
    next: u64,
    count: u64,
    line: Vec<u8>,
    taken: usize,
}

impl Lines {
    fn of(size: u64) -> Lines {
        Lines {
            next: 0,
            count: (size - HEADER.len() as u64) / LINE,
            line: Vec::new(),
            taken: 0,
        }
    }

    /// What comes next: a line or the rest of it; empty at the end.
    fn rest(&mut self) -> &[u8] {
        if self.taken == self.line.len() && self.next < self.count {
            self.line.clear();
            let scattered = self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            write!(
                self.line,
                "{:013} {:016x} of what Alice has to say to Bob\r\n",
                self.next, scattered
            )
            .unwrap();
            assert_eq!(self.line.len() as u64, LINE);
            self.next += 1;
            self.taken = 0;
        }
        &self.line[self.taken..]
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let count = self.rest().read(&mut buffer[filled..])?;
            if count == 0 {
                break;
            }
            self.taken += count;
            filled += count;
        }
        Ok(filled)
    }
}

/// Takes what comes out: a header, and the body of a mail of this size, all of it.
pub struct Body {
    /// Octets of the line ends at the end of the header that have come.
    seen: usize,
    lines: Lines,
}

impl Body {
    pub fn of(size: u64) -> Body {
        Body {
            seen: 0,
            lines: Lines::of(size),
        }
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = b"\r\n\r\n";
        if self.seen < end.len() {
            let Some(first) = bytes.first() else {
                return Ok(0);
            };
            self.seen = match end[self.seen] == *first {
                true => self.seen + 1,
                false => usize::from(*first == b'\r'),
            };
            return Ok(1);
        }
        let expected = self.lines.rest();
        let count = expected.len().min(bytes.len());
        assert!(count > 0, "more than the body came out");
        assert_eq!(bytes[..count], expected[..count]);
        self.lines.taken += count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        assert!(self.lines.rest().is_empty(), "the end is missing");
        Ok(())
    }
}
