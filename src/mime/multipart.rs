//! Splitting a multipart body (RFC 2046 5.1.1).

mod delimiters;
mod splitter;

pub(crate) use splitter::{Piece, Splitter};

use super::boundary::Delimiter;
use crate::{Error, Limits};
use delimiters::{Delimiters, Step};

/// A multipart body in its pieces, as received.
#[derive(Debug)]
pub(crate) struct Multipart<'a> {
    /// What stands before the first delimiter, without the line end before it.
    pub preamble: &'a [u8],
    /// The parts, without the line end before the next delimiter.
    pub parts: Vec<&'a [u8]>,
    /// What stands after the line of the closing delimiter.
    pub epilogue: &'a [u8],
}

/// Splits in linear time. The line end before a delimiter belongs to the delimiter.
///
/// Only a whole line is a delimiter, so that a boundary may be the beginning of another one. What comes after the closing
/// delimiter is epilogue, delimiters too. Without a closing delimiter the last part goes to the end; without any delimiter all is preamble.
///
/// # Errors
/// [`crate::ErrorKind::Header`] for a boundary that cannot be one; [`crate::ErrorKind::Limit`] for more
/// than `limits.mime_parts`; [`crate::ErrorKind::Malformed`] for a line that is a delimiter only to readers
/// that take a CR for a line end, and for one with more white space after it than is looked through.
pub(crate) fn split<'a>(
    body: &'a [u8],
    boundary: &str,
    limits: &Limits,
) -> Result<Multipart<'a>, Error> {
    let delimiters = Delimiters::new(boundary)?;
    let mut parts = Vec::new();
    let mut place = Place::default();
    let mut preamble = body;
    let mut from = 0;
    loop {
        let step = delimiters.next(body, from, true, place, true);
        let (delimiter, end) = match step.map_err(|found| found.at(0))? {
            Step::Text(end) => (None, end),
            Step::Delimiter { kind, end, next } => (Some((kind, next)), end),
        };
        let text = body.get(from..end).unwrap_or_default();
        match place {
            Place::Preamble => preamble = text,
            Place::Part(_) => parts.push(text),
            Place::Epilogue => {}
        }
        let Some((kind, next)) = delimiter else {
            break;
        };
        place = place.after(kind, limits)?;
        from = next;
    }
    let epilogue = match place {
        Place::Epilogue => body.get(from..).unwrap_or_default(),
        Place::Preamble | Place::Part(_) => &[],
    };
    Ok(Multipart {
        preamble,
        parts,
        epilogue,
    })
}

/// Where in the body the reader is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Preamble,
    /// In the part of this number, counted from one.
    Part(usize),
    Epilogue,
}

impl Place {
    fn after(self, delimiter: Delimiter, limits: &Limits) -> Result<Place, Error> {
        let number = match (self, delimiter) {
            (_, Delimiter::Close) | (Place::Epilogue, _) => return Ok(Place::Epilogue),
            (Place::Preamble, Delimiter::Part) => 1,
            (Place::Part(number), Delimiter::Part) => number + 1,
        };
        if number > limits.mime_parts {
            let limit = u64::try_from(limits.mime_parts).unwrap_or(u64::MAX);
            return Err(Error::limit("MIME parts", limit));
        }
        Ok(Place::Part(number))
    }
}

#[cfg(test)]
mod tests;
