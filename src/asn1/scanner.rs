//! BER that goes by (X.690 8), pushed in pieces cut anywhere: which values begin and end, and their octets.
//!
//! It says the same as [`Reader`](super::Reader) of the same octets, with the same positions. What is not entered is
//! looked at only as far as its end must be found.

use super::header::{
    LONGEST, Length, MAX_DEPTH, NEVER_ENDS, OTHER_PIECE, STRAY_END, TOO_LONG, expected,
    split_header, too_deep,
};
use super::tag::{Bad, Tag};
use crate::{Error, Limits};

/// The beginning of a value.
#[derive(Copy, Clone)]
pub(crate) struct Header {
    pub tag: Tag,
    pub length: Length,
    /// Of its first octet, counted from the start of the input.
    pub position: u64,
}

/// What comes next.
pub(crate) enum Token<'t> {
    /// A value begins. [`Scanner::enter`] or [`Scanner::pass`] must be called before anything else.
    Begin(Header),
    /// Octets of the content of the value that is passed, headers inside it included.
    Octets(&'t [u8]),
    /// The value that was passed, or else the one that was entered last, has ended.
    End,
}

/// A value that was entered.
struct Frame {
    position: u64,
    indefinite: bool,
    /// Where the innermost value of definite length ends, this one or one around it.
    end: Option<u64>,
}

/// A value that goes by without being entered.
struct Passing {
    position: u64,
    /// Octets until the end of the value, or of one of definite length inside it.
    left: u64,
    /// Indefinite lengths that are open; none for a value of definite length.
    open: usize,
}

/// Takes BER apart as it comes.
pub(crate) struct Scanner {
    what: &'static str,
    limit: usize,
    frames: Vec<Frame>,
    /// Of the next octet that was not taken yet.
    position: u64,
    /// The header that is being read, or that was read last.
    header: Vec<u8>,
    header_position: u64,
    header_is_complete: bool,
    passing: Option<Passing>,
}

impl Scanner {
    /// `what` names the input in errors.
    pub(crate) fn new(what: &'static str, limits: &Limits) -> Scanner {
        Scanner {
            what,
            limit: limits.asn1_depth.min(MAX_DEPTH),
            frames: Vec::new(),
            position: 0,
            header: Vec::with_capacity(LONGEST),
            header_position: 0,
            header_is_complete: true,
            passing: None,
        }
    }

    /// How many octets were taken.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The header that [`Token::Begin`] was about, or of one that has come in part what there is.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// The next token; `None` when all of `input` was taken.
    pub(crate) fn next<'t, 'i: 't>(
        &'t mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Token<'t>>, Error> {
        if self.passing.is_some() {
            return self.pass_on(input);
        }
        if let Some(frame) = self.frames.last()
            && frame.end == Some(self.position)
        {
            if frame.indefinite {
                return Err(self.error(self.position, NEVER_ENDS));
            }
            self.frames.pop();
            return Ok(Some(Token::End));
        }
        let Some((tag, length)) = self.read_header(input)? else {
            return Ok(None);
        };
        let is_inside_indefinite = self.frames.last().is_some_and(|frame| frame.indefinite);
        if tag == Tag::END_OF_CONTENTS {
            if !is_inside_indefinite || self.header != [0, 0] {
                return Err(self.error(self.header_position, STRAY_END));
            }
            self.frames.pop();
            return Ok(Some(Token::End));
        }
        match length {
            Length::Definite(length) => drop(self.end_of(length)?),
            // Whoever looks for the end of the value around it counts this one.
            Length::Indefinite if is_inside_indefinite && self.left() == 0 => {
                return Err(too_deep(self.limit));
            }
            Length::Indefinite => {}
        }
        Ok(Some(Token::Begin(Header {
            tag,
            length,
            position: self.header_position,
        })))
    }

    /// The values inside the value that begins come next.
    pub(crate) fn enter(&mut self, header: Header) -> Result<(), Error> {
        if !header.tag.constructed {
            let detail = "a primitive value where a constructed one was expected";
            return Err(self.error(header.position, detail));
        }
        if self.left() == 0 {
            return Err(too_deep(self.limit));
        }
        let (indefinite, end) = match header.length {
            Length::Definite(length) => (false, Some(self.end_of(length)?)),
            Length::Indefinite => (true, self.end()),
        };
        self.frames.push(Frame {
            position: header.position,
            indefinite,
            end,
        });
        Ok(())
    }

    /// The octets of the value that begins come next, as they are; of one of indefinite length without its
    /// end-of-contents.
    pub(crate) fn pass(&mut self, header: Header) {
        let (left, open) = match header.length {
            Length::Definite(length) => (length, 0),
            Length::Indefinite => (0, 1),
        };
        self.passing = Some(Passing {
            position: header.position,
            left,
            open,
        });
    }

    /// The error when nothing comes after what was taken, and a value has begun.
    pub(crate) fn ends_early(&self) -> Error {
        let definite = self.frames.iter().find(|frame| !frame.indefinite);
        if let Some(frame) = definite {
            return self.error(frame.position, TOO_LONG);
        }
        if let Some(passing) = &self.passing
            && (passing.left > 0 || passing.open == 0)
        {
            return self.error(passing.position, TOO_LONG);
        }
        match split_header(&self.header) {
            Err(bad) if !self.header_is_complete => self.error(self.header_position, bad.detail()),
            _ => self.error(self.position, NEVER_ENDS),
        }
    }

    /// The error for a value with another tag than `tag`.
    pub(crate) fn expected(&self, header: Header, tag: Tag) -> Error {
        expected(self.what, header.position, tag)
    }

    /// The error for a piece of a string that is no string of its type.
    pub(crate) fn other_piece(&self, header: Header) -> Error {
        self.error(header.position, OTHER_PIECE)
    }

    fn error(&self, position: u64, detail: &'static str) -> Error {
        Error::malformed_at(self.what, position, detail)
    }

    /// Levels that may still be entered.
    fn left(&self) -> usize {
        self.limit.saturating_sub(self.frames.len())
    }

    fn end(&self) -> Option<u64> {
        self.frames.last().and_then(|frame| frame.end)
    }

    /// Where the value ends whose header was read, which must be before the end of all around it.
    fn end_of(&self, length: u64) -> Result<u64, Error> {
        self.position
            .checked_add(length)
            .filter(|end| self.end().is_none_or(|limit| *end <= limit))
            .ok_or_else(|| self.error(self.header_position, TOO_LONG))
    }

    /// The next header; `None` when more octets are needed.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<Option<(Tag, Length)>, Error> {
        if input.is_empty() {
            return Ok(None);
        }
        if self.header_is_complete {
            self.header.clear();
            self.header_position = self.position;
            self.header_is_complete = false;
        }
        let known = self.header.len();
        let room = self
            .end()
            .and_then(|end| usize::try_from(end.saturating_sub(self.position)).ok());
        let most = LONGEST.saturating_sub(known);
        let most = room.map_or(most, |room| room.min(most));
        let (window, rest) = input.split_at(most.min(input.len()));
        self.header.extend_from_slice(window);
        match split_header(&self.header) {
            Ok((tag, length, len)) => {
                let taken = len.saturating_sub(known);
                self.header.truncate(len);
                self.header_is_complete = true;
                *input = input.get(taken..).unwrap_or_default();
                self.position = self.position.saturating_add(widen(taken));
                Ok(Some((tag, length)))
            }
            Err(Bad::Short(detail)) if room == Some(window.len()) => {
                Err(self.error(self.header_position, detail))
            }
            Err(Bad::Short(_)) => {
                *input = rest;
                self.position = self.position.saturating_add(widen(window.len()));
                Ok(None)
            }
            Err(Bad::Wrong(detail)) => Err(self.error(self.header_position, detail)),
        }
    }

    /// What comes next of the value that is passed.
    fn pass_on<'t, 'i: 't>(&'t mut self, input: &mut &'i [u8]) -> Result<Option<Token<'t>>, Error> {
        let Some(mut passing) = self.passing.take() else {
            return Ok(None);
        };
        if passing.left == 0 && passing.open == 0 {
            return Ok(Some(Token::End));
        }
        if passing.left > 0 {
            let most = usize::try_from(passing.left).unwrap_or(usize::MAX);
            let (octets, rest) = input.split_at(most.min(input.len()));
            *input = rest;
            passing.left = passing.left.saturating_sub(widen(octets.len()));
            self.position = self.position.saturating_add(widen(octets.len()));
            self.passing = Some(passing);
            return Ok((!octets.is_empty()).then_some(Token::Octets(octets)));
        }
        if self.end() == Some(self.position) {
            return Err(self.error(self.position, NEVER_ENDS));
        }
        match self.read_header(input)? {
            None => {
                self.passing = Some(passing);
                return Ok(None);
            }
            Some(_) if self.header == [0, 0] => {
                passing.open = passing.open.saturating_sub(1);
                if passing.open == 0 {
                    return Ok(Some(Token::End));
                }
            }
            Some((_, Length::Indefinite)) => {
                passing.open = passing.open.saturating_add(1);
                if passing.open > self.left() {
                    return Err(too_deep(self.limit));
                }
            }
            Some((_, Length::Definite(length))) => {
                self.end_of(length)?;
                passing.left = length;
                passing.position = self.header_position;
            }
        }
        self.passing = Some(passing);
        Ok(Some(Token::Octets(&self.header)))
    }
}

fn widen(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
