//! Splitting a multipart body that goes by.

use zeroize::Zeroizing;

use super::Place;
use super::delimiters::{Delimiters, Step};
use crate::mime::seam;
use crate::{Error, Limits};

/// What a push gives, in order.
#[derive(Debug)]
pub(crate) enum Piece<'i> {
    /// Bytes before the first delimiter, without the line end before it.
    Preamble(&'i [u8]),
    /// A part begins, at this position in the body.
    Part { start: u64 },
    /// Bytes of that part; the line end before the next delimiter is not among them.
    Bytes(&'i [u8]),
    /// The part has ended.
    End,
    /// Bytes after the line of the closing delimiter.
    Epilogue(&'i [u8]),
}

type Each<'e> = dyn FnMut(Piece<'_>) -> Result<(), Error> + 'e;

/// Splits a body as [`super::split`] does, pushed in pieces cut anywhere. Holds back what may belong to a delimiter, and
/// nothing else.
pub(crate) struct Splitter {
    delimiters: Delimiters,
    place: Place,
    /// Where in the body what is held back begins.
    position: u64,
    /// Whether that is the beginning of a line.
    is_line_start: bool,
    held: Zeroizing<Vec<u8>>,
    limits: Limits,
}

impl Splitter {
    /// # Errors
    /// [`crate::ErrorKind::Header`] for a boundary that cannot be one.
    pub(crate) fn new(boundary: &str, limits: &Limits) -> Result<Splitter, Error> {
        Ok(Splitter {
            delimiters: Delimiters::new(boundary)?,
            place: Place::default(),
            position: 0,
            is_line_start: true,
            held: Zeroizing::default(),
            limits: *limits,
        })
    }

    /// Takes all of `input`.
    ///
    /// # Errors
    /// As [`super::split`], and what `each` gives.
    pub(crate) fn push(&mut self, input: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
        let mut held = std::mem::take(&mut self.held);
        let longest = self.delimiters.longest();
        seam::push(&mut held, longest, input, &mut |window| {
            self.window(window, false, each)
        })?;
        self.held = held;
        Ok(())
    }

    /// The body has ended: what was held back, and the end of the last part.
    ///
    /// # Errors
    /// As [`super::split`], and what `each` gives.
    pub(crate) fn finish(mut self, each: &mut Each<'_>) -> Result<(), Error> {
        let held = std::mem::take(&mut self.held);
        self.window(&held, true, each)?;
        match self.place {
            Place::Part(_) => each(Piece::End),
            Place::Preamble | Place::Epilogue => Ok(()),
        }
    }

    /// Gives what is decided of the window, and returns how many bytes of it that were.
    fn window(
        &mut self,
        window: &[u8],
        is_last: bool,
        each: &mut Each<'_>,
    ) -> Result<usize, Error> {
        let mut from = 0;
        loop {
            let step = self
                .delimiters
                .next(window, from, self.is_line_start, self.place, is_last);
            let step = step.map_err(|found| found.at(self.position))?;
            let (Step::Text(end) | Step::Delimiter { end, .. }) = step;
            self.text(window.get(from..end).unwrap_or_default(), each)?;
            let Step::Delimiter { kind, next, .. } = step else {
                if let Some(last) = end.checked_sub(1) {
                    self.is_line_start = window.get(last) == Some(&b'\n');
                }
                self.position += u64::try_from(end).unwrap_or_default();
                return Ok(end);
            };
            if matches!(self.place, Place::Part(_)) {
                each(Piece::End)?;
            }
            self.place = self.place.after(kind, &self.limits)?;
            if matches!(self.place, Place::Part(_)) {
                let start = u64::try_from(next).unwrap_or(u64::MAX);
                each(Piece::Part {
                    start: self.position.saturating_add(start),
                })?;
            }
            from = next;
        }
    }

    fn text(&self, text: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        each(match self.place {
            Place::Preamble => Piece::Preamble(text),
            Place::Part(_) => Piece::Bytes(text),
            Place::Epilogue => Piece::Epilogue(text),
        })
    }
}

#[cfg(test)]
mod tests;
