//! Cuts the input where the machine must look: at header lines and at lines that could be delimiters.

use memchr::{memchr, memrchr};

use super::machine::Machine;
use super::scan::line_that_begins_with;
use crate::Error;
use crate::mime::fold::MAX_LINE;

/// A line end as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LineEnd {
    #[default]
    None,
    Lf,
    CrLf,
}

impl LineEnd {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            LineEnd::None => b"",
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        }
    }
}

/// Splits off the line end of bytes that end a line or not.
fn split_end(bytes: &[u8]) -> (&[u8], LineEnd) {
    match bytes.strip_suffix(b"\n") {
        None => (bytes, LineEnd::None),
        Some(rest) => match rest.strip_suffix(b"\r") {
            None => (rest, LineEnd::Lf),
            Some(text) => (text, LineEnd::CrLf),
        },
    }
}

/// Holds back the last line as long as it could be a delimiter, and in longer lines a CR that could
/// belong to the line end.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    /// The beginning of the current line has been handed on.
    in_long_line: bool,
}

impl Lines {
    pub(super) fn push(
        &mut self,
        input: &[u8],
        machine: &mut Machine,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut rest = input;
        while !rest.is_empty() {
            let at_line_start = self.held.is_empty() && !self.in_long_line;
            if at_line_start && machine.is_in_body() && !rest.starts_with(b"-") {
                let end = line_that_begins_with(b'-', rest).or_else(|| memrchr(b'\n', rest));
                let (block, after) = rest.split_at(end.map_or(0, |at| at + 1));
                if !block.is_empty() {
                    let (text, end) = split_end(block);
                    machine.content(text, true, end, out)?;
                    rest = after;
                    continue;
                }
            }
            match memchr(b'\n', rest) {
                Some(at) => {
                    let (line, after) = rest.split_at(at + 1);
                    self.line(line, machine, out)?;
                    rest = after;
                }
                None => return self.tail(rest, machine, out),
            }
        }
        Ok(())
    }

    /// The rest of a line, its line end included.
    fn line(&mut self, line: &[u8], machine: &mut Machine, out: &mut Vec<u8>) -> Result<(), Error> {
        let starts = !std::mem::take(&mut self.in_long_line);
        if self.held.is_empty() {
            return hand_on(line, starts, machine, out);
        }
        self.held.extend_from_slice(line);
        hand_on(&self.held, starts, machine, out)?;
        self.held.clear();
        Ok(())
    }

    /// Bytes without line end.
    fn tail(
        &mut self,
        bytes: &[u8],
        machine: &mut Machine,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.held.extend_from_slice(bytes);
        // Two more for the CRLF: what is longer is no delimiter.
        if !self.in_long_line && self.held.len() <= MAX_LINE + 2 {
            return Ok(());
        }
        let keep = self.held.ends_with(b"\r");
        let text = self.held.strip_suffix(b"\r").unwrap_or(&self.held);
        if !text.is_empty() {
            machine.content(text, !self.in_long_line, LineEnd::None, out)?;
            self.in_long_line = true;
        }
        self.held.clear();
        self.held.extend(keep.then_some(b'\r'));
        Ok(())
    }

    pub(super) fn finish(&mut self, machine: &mut Machine, out: &mut Vec<u8>) -> Result<(), Error> {
        if !self.held.is_empty() {
            hand_on(&self.held, !self.in_long_line, machine, out)?;
            self.held.clear();
        }
        Ok(())
    }
}

fn hand_on(
    line: &[u8],
    starts: bool,
    machine: &mut Machine,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let (text, end) = split_end(line);
    if starts && text.len() <= MAX_LINE && text.starts_with(b"--") {
        machine.candidate(text, end, out)
    } else {
        machine.content(text, starts, end, out)
    }
}
