//! The structure: headers, delimiters, nesting. A stack instead of recursion, except for encoded
//! messages, whose depth counts too.

mod entity;

use super::Form;
use super::leaf::{Leaf, reserved_line};
use super::lines::LineEnd;
use super::safety::{CrlfSize, is_safe};
use super::sink::{LineEnds, Sink};
use crate::mime::boundary::{Delimiter, delimiter};
use crate::{Error, Limits};

#[derive(Debug)]
pub(super) struct Machine {
    form: Form,
    limits: Limits,
    /// What encloses the current entity, outermost first.
    stack: Vec<Level>,
    state: State,
    /// A line end that is body only if no delimiter follows.
    pending: LineEnd,
    /// The blank line after a header is owed: a delimiter brings its own line break.
    owes_blank: bool,
    parts: usize,
    /// Levels around an encoded message.
    outer_depth: usize,
    /// Boundaries in use around an encoded message.
    reserved: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Level {
    Multipart {
        boundary: Vec<u8>,
        is_digest: bool,
        progress: Progress,
    },
    Message,
}

impl Level {
    fn is_open(&self) -> bool {
        !matches!(
            self,
            Level::Message
                | Level::Multipart {
                    progress: Progress::Closed,
                    ..
                }
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Preamble,
    Parts,
    Closed,
}

#[derive(Debug)]
enum State {
    /// Header lines as they came.
    Header(Vec<u8>),
    Leaf(Box<Leaf>),
    /// A preamble or an epilogue.
    Margin(Margin),
    Stream(Sink),
}

#[derive(Debug)]
struct Margin {
    bytes: Vec<u8>,
    size: CrlfSize,
    is_kept: bool,
    has_body: bool,
}

impl State {
    fn margin() -> State {
        State::Margin(Margin {
            bytes: Vec::new(),
            size: CrlfSize::default(),
            is_kept: true,
            has_body: false,
        })
    }
}

impl Machine {
    pub(super) fn new(form: Form, limits: &Limits) -> Self {
        Machine {
            form,
            limits: *limits,
            stack: Vec::new(),
            state: State::Header(Vec::new()),
            pending: LineEnd::None,
            owes_blank: false,
            parts: 0,
            outer_depth: 0,
            reserved: Vec::new(),
        }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    pub(super) fn is_in_body(&self) -> bool {
        !matches!(self.state, State::Header(_))
    }

    /// A whole line that begins with `--`.
    pub(super) fn candidate(
        &mut self,
        line: &[u8],
        end: LineEnd,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let found = self.stack.iter().enumerate().rev().find_map(|(at, level)| {
            let Level::Multipart { boundary, .. } = level else {
                return None;
            };
            delimiter(line, boundary).map(|kind| (at, kind))
        });
        match found {
            Some((at, kind)) if !self.is_closed(at) => self.delimiter(at, kind, end, out),
            Some(_) => {
                // Some readers would begin another part here.
                self.refuse_line()?;
                self.content(line, true, end, out)
            }
            None => {
                if self.reserved.iter().any(|b| delimiter(line, b).is_some()) {
                    self.refuse_line()?;
                }
                self.content(line, true, end, out)
            }
        }
    }

    fn is_closed(&self, at: usize) -> bool {
        matches!(
            self.stack.get(at),
            Some(Level::Multipart {
                progress: Progress::Closed,
                ..
            })
        )
    }

    fn refuse_line(&mut self) -> Result<(), Error> {
        match &mut self.state {
            State::Header(_) => Err(reserved_line()),
            State::Leaf(leaf) => leaf.refuse_line(),
            State::Margin(margin) => {
                margin.is_kept = false;
                Ok(())
            }
            State::Stream(sink) => sink.refuse_line(),
        }
    }

    /// Lines or a piece of one; the last line end is given apart.
    pub(super) fn content(
        &mut self,
        text: &[u8],
        starts_line: bool,
        end: LineEnd,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if let State::Header(bytes) = &mut self.state {
            if starts_line && text.is_empty() {
                let bytes = std::mem::take(bytes);
                return self.begin_entity(&bytes, out);
            }
            bytes.extend_from_slice(text);
            bytes.extend_from_slice(end.bytes());
            if bytes.len() > self.limits.header_bytes {
                return Err(limit("header block in bytes", self.limits.header_bytes));
            }
            return Ok(());
        }
        let pending = std::mem::replace(&mut self.pending, end);
        if pending != LineEnd::None {
            self.body(pending.bytes(), out)?;
        }
        self.body(text, out)
    }

    fn body(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.state {
            State::Header(_) => Ok(()),
            State::Leaf(leaf) => leaf.push(bytes, out),
            State::Margin(margin) => {
                margin.has_body = true;
                margin.size.add(bytes);
                margin.is_kept &= margin.size.octets() <= self.limits.leaf_lookahead;
                if margin.is_kept {
                    margin.bytes.extend_from_slice(bytes);
                } else {
                    margin.bytes = Vec::new();
                }
                Ok(())
            }
            State::Stream(sink) => {
                if std::mem::take(&mut self.owes_blank) {
                    out.extend_from_slice(b"\r\n");
                }
                sink.push(bytes, out)
            }
        }
    }

    fn delimiter(
        &mut self,
        at: usize,
        kind: Delimiter,
        end: LineEnd,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.end_body(out)?;
        self.pending = LineEnd::None;
        self.owes_blank = false;
        while self.stack.len() > at + 1 {
            self.close_level(out)?;
        }
        let Some(Level::Multipart {
            boundary, progress, ..
        }) = self.stack.last_mut()
        else {
            return Ok(());
        };
        out.extend_from_slice(b"\r\n--");
        out.extend_from_slice(boundary);
        match kind {
            Delimiter::Part => {
                *progress = Progress::Parts;
                out.extend_from_slice(b"\r\n");
                self.state = State::Header(Vec::new());
            }
            Delimiter::Close => {
                *progress = Progress::Closed;
                out.extend_from_slice(b"--");
                self.state = State::margin();
                self.pending = end;
            }
        }
        Ok(())
    }

    /// Leaves the innermost level and writes its closing delimiter if it did not come.
    fn close_level(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some(Level::Multipart {
            boundary, progress, ..
        }) = self.stack.pop()
        else {
            return Ok(());
        };
        match progress {
            Progress::Preamble => Err(Error::malformed(
                "multipart body",
                "its boundary does not occur",
            )),
            Progress::Closed => Ok(()),
            Progress::Parts => {
                out.extend_from_slice(b"\r\n--");
                out.extend_from_slice(&boundary);
                out.extend_from_slice(b"--");
                Ok(())
            }
        }
    }

    /// Gives out what the current entity holds back.
    fn end_body(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        if let State::Header(bytes) = &mut self.state {
            let bytes = std::mem::take(bytes);
            if bytes.is_empty() {
                return Ok(());
            }
            self.begin_entity(&bytes, out)?;
        }
        match &mut self.state {
            // Of a message whose header is to come, and does not.
            State::Header(_) => {}
            State::Leaf(leaf) => self.owes_blank = !leaf.finish(out)?,
            State::Margin(margin) => {
                if margin.has_body && margin.is_kept && is_safe(&margin.bytes) {
                    if std::mem::take(&mut self.owes_blank) {
                        out.extend_from_slice(b"\r\n");
                    }
                    LineEnds::default().push(&margin.bytes, out);
                }
            }
            // Without a body there is nothing to finish.
            State::Stream(_) if self.owes_blank => {}
            State::Stream(sink) => {
                sink.finish(out)?;
                self.parts = sink.parts().unwrap_or(self.parts);
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        // The last line break belongs to the closing delimiter that did not come.
        let is_cut_off = self.stack.iter().any(Level::is_open);
        if pending != LineEnd::None && !is_cut_off {
            self.body(pending.bytes(), out)?;
        }
        // Nothing at all is an entity without header fields.
        self.owes_blank |= matches!(&self.state, State::Header(bytes) if bytes.is_empty());
        self.end_body(out)?;
        if std::mem::take(&mut self.owes_blank) && !is_cut_off {
            out.extend_from_slice(b"\r\n");
        }
        while !self.stack.is_empty() {
            self.close_level(out)?;
        }
        self.state = State::margin();
        Ok(())
    }
}

fn limit(what: &'static str, limit: usize) -> Error {
    Error::limit(what, u64::try_from(limit).unwrap_or(u64::MAX))
}
