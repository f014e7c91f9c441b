//! A BER reader over a slice (X.690 8): definite, non-minimal and indefinite lengths.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;

use super::header::{
    Length, MAX_DEPTH, NEVER_ENDS, OTHER_PIECE, STRAY_END, TOO_LONG, expected, split_header,
    tag_name, too_deep,
};
use super::tag::Tag;
use crate::{Error, Limits};

/// Where reading is and how much deeper it may go.
#[derive(Copy, Clone)]
struct Context {
    what: &'static str,
    limit: usize,
    /// Levels that may still be opened.
    left: usize,
}

impl Context {
    fn deeper(self) -> Result<Context, Error> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Context { left, ..self }),
            None => Err(self.too_deep()),
        }
    }

    fn too_deep(self) -> Error {
        too_deep(self.limit)
    }
}

/// Reads values one after the other from a slice.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    position: u64,
    context: Context,
}

/// One value with its received bytes.
#[derive(Clone)]
pub(crate) struct Value<'a> {
    pub tag: Tag,
    /// The whole value as received, end-of-contents included.
    pub raw: &'a [u8],
    /// Without tag, length and end-of-contents.
    pub content: &'a [u8],
    /// Of the first octet of `raw`, counted from the start of the outermost input.
    pub position: u64,
    content_position: u64,
    context: Context,
}

/// The first `length` octets of `input`, if it has so many.
fn take(input: &[u8], length: u64) -> Result<&[u8], &'static str> {
    usize::try_from(length)
        .ok()
        .and_then(|length| input.get(..length))
        .ok_or(TOO_LONG)
}

enum ScanError {
    Malformed(&'static str, usize),
    TooDeep,
}

/// The octets before the end-of-contents that closes the indefinite value whose content begins at `input`.
fn until_end_of_contents(input: &[u8], left: usize) -> Result<&[u8], ScanError> {
    let mut open = 1_usize;
    let mut offset = 0_usize;
    loop {
        let rest = input.get(offset..).unwrap_or_default();
        let at = |detail| ScanError::Malformed(detail, offset);
        if rest.is_empty() {
            return Err(at(NEVER_ENDS));
        }
        let (tag, length, header) = split_header(rest).map_err(|bad| at(bad.detail()))?;
        let skip = match length {
            Length::Indefinite => {
                open = open.saturating_add(1);
                if open > left {
                    return Err(ScanError::TooDeep);
                }
                header
            }
            Length::Definite(0) if tag == Tag::END_OF_CONTENTS && header == 2 => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Ok(input.get(..offset).unwrap_or_default());
                }
                header
            }
            Length::Definite(length) => {
                let content = rest.get(header..).unwrap_or_default();
                header.saturating_add(take(content, length).map_err(at)?.len())
            }
        };
        offset = offset.saturating_add(skip);
    }
}

fn widen(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl<'a> Reader<'a> {
    /// Reads `input`; `what` names it in errors.
    pub(crate) fn new(input: &'a [u8], what: &'static str, limits: &Limits) -> Reader<'a> {
        let limit = limits.asn1_depth.min(MAX_DEPTH);
        Reader {
            rest: input,
            position: 0,
            context: Context {
                what,
                limit,
                left: limit,
            },
        }
    }

    fn error(&self, detail: &'static str) -> Error {
        Error::malformed_at(self.context.what, self.position, detail)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Where the next value begins, counted from the start of the outermost input.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Tag of the next value, `None` at the end.
    pub(crate) fn peek(&self) -> Result<Option<Tag>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, _) = Tag::split(self.rest).map_err(|bad| self.error(bad.detail()))?;
        Ok(Some(tag))
    }

    /// The next value, whatever it is.
    pub(crate) fn read(&mut self) -> Result<Value<'a>, Error> {
        let (tag, length, header) =
            split_header(self.rest).map_err(|bad| self.error(bad.detail()))?;
        if tag == Tag::END_OF_CONTENTS {
            return Err(self.error(STRAY_END));
        }
        let after = self.rest.get(header..).unwrap_or_default();
        let content_position = self.position.saturating_add(widen(header));
        let (content, trailer) = match length {
            Length::Definite(length) => (take(after, length).map_err(|e| self.error(e))?, 0),
            Length::Indefinite => match until_end_of_contents(after, self.context.left) {
                Ok(content) => (content, 2),
                Err(ScanError::TooDeep) => return Err(self.context.too_deep()),
                Err(ScanError::Malformed(detail, offset)) => {
                    let position = content_position.saturating_add(widen(offset));
                    return Err(Error::malformed_at(self.context.what, position, detail));
                }
            },
        };
        let total = header.saturating_add(content.len()).saturating_add(trailer);
        let (raw, rest) = self
            .rest
            .split_at_checked(total)
            .ok_or_else(|| self.error("it ends inside a value"))?;
        let value = Value {
            tag,
            raw,
            content,
            position: self.position,
            content_position,
            context: self.context,
        };
        self.rest = rest;
        self.position = self.position.saturating_add(widen(total));
        Ok(value)
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, tag: Tag) -> Result<Value<'a>, Error> {
        match self.peek()? {
            Some(found) if found == tag => self.read(),
            Some(_) => Err(expected(self.context.what, self.position, tag)),
            None => Err(Error::malformed_at(
                self.context.what,
                self.position,
                format!("it ends where {} was expected", tag_name(tag)),
            )),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Value<'a>>, Error> {
        if self.peek()? == Some(tag) {
            self.read().map(Some)
        } else {
            Ok(None)
        }
    }

    /// A string in either form, primitive or in pieces.
    pub(crate) fn string(&mut self, tag: Tag) -> Result<Value<'a>, Error> {
        match self.peek()? {
            Some(found) if found.primitive() == tag.primitive() => self.read(),
            _ => self.expect(tag),
        }
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.error("there are bytes after the end"))
        }
    }
}

impl<'a> Value<'a> {
    /// An error about this value.
    pub(crate) fn error(&self, detail: &'static str) -> Error {
        Error::malformed_at(self.context.what, self.position, detail)
    }

    /// Reads the values inside. A primitive value has none: an error.
    pub(crate) fn reader(&self) -> Result<Reader<'a>, Error> {
        if !self.tag.constructed {
            return Err(self.error("a primitive value where a constructed one was expected"));
        }
        Ok(Reader {
            rest: self.content,
            position: self.content_position,
            context: self.context.deeper()?,
        })
    }

    /// The octets of an OCTET STRING (also one with an implicit tag), pieces joined at any nesting.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, Error> {
        if !self.tag.constructed {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut joined = Vec::with_capacity(self.content.len());
        self.pieces(Tag::OCTET_STRING, &mut |piece| {
            joined.extend_from_slice(piece.content);
            Ok(())
        })?;
        Ok(Cow::Owned(joined))
    }

    /// Calls `each` with every primitive piece of a string, in order.
    pub(crate) fn pieces(
        &self,
        tag: Tag,
        each: &mut dyn FnMut(&Value<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.tag.constructed {
            return each(self);
        }
        let mut reader = self.reader()?;
        while !reader.is_empty() {
            let piece = reader.read()?;
            if piece.tag.primitive() != tag.primitive() {
                return Err(piece.error(OTHER_PIECE));
            }
            piece.pieces(tag, each)?;
        }
        Ok(())
    }

    /// An OBJECT IDENTIFIER.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier, Error> {
        if self.tag.constructed {
            return Err(self.error("an object identifier must be primitive"));
        }
        ObjectIdentifier::from_bytes(self.content)
            .map_err(|_| self.error("not an object identifier this crate can hold"))
    }

    /// A non-negative INTEGER of at most 64 bits.
    pub(crate) fn uint(&self) -> Result<u64, Error> {
        match self.content.first() {
            None => return Err(self.error("an integer without octets")),
            Some(0x80..) => return Err(self.error("a negative integer")),
            Some(_) => {}
        }
        let mut number = 0_u64;
        for &octet in self.content {
            if number >> 56 != 0 {
                return Err(self.error("an integer larger than 64 bits"));
            }
            number = number << 8 | u64::from(octet);
        }
        Ok(number)
    }

    /// A BOOLEAN; BER takes every octet but 0 for true.
    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        match self.content {
            [octet] => Ok(*octet != 0),
            _ => Err(self.error("a BOOLEAN is one octet")),
        }
    }
}

#[cfg(test)]
mod tests;
