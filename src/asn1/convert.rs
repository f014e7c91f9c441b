//! BER to DER, as far as the encoding alone tells (X.690 10).

use std::borrow::Cow;

use super::reader::{Reader, Value};
use super::tag::Tag;
use super::writer;
use crate::{Error, Limits};

/// One value with definite minimal lengths and universal strings joined; trailing bytes are an error.
///
/// A SET OF is not sorted again and implicitly tagged strings in pieces stay in pieces: the encoding
/// does not show what they are. Input that needs no change is borrowed.
pub(crate) fn to_der<'a>(input: &'a [u8], limits: &Limits) -> Result<Cow<'a, [u8]>, Error> {
    let mut reader = Reader::new(input, "ASN.1 value", limits);
    let value = reader.read()?;
    reader.finish()?;
    if is_der(&value)? {
        return Ok(Cow::Borrowed(input));
    }
    // A definite length can take a few octets more than an indefinite one; the content can be secret,
    // so the buffer must not move.
    let capacity = input
        .len()
        .saturating_add(input.len().div_ceil(256))
        .saturating_add(64);
    let mut out = Vec::with_capacity(capacity);
    write(&value, &mut out)?;
    Ok(Cow::Owned(out))
}

fn is_der(value: &Value<'_>) -> Result<bool, Error> {
    let length = u64::try_from(value.content.len()).unwrap_or(u64::MAX);
    let head = writer::header(value.tag, length);
    // Together with the length this also rules out an end-of-contents.
    if !value.raw.starts_with(&head)
        || head.len().saturating_add(value.content.len()) != value.raw.len()
    {
        return Ok(false);
    }
    if !value.tag.constructed {
        return Ok(true);
    }
    if value.tag.is_universal_string() {
        return Ok(false);
    }
    let mut reader = value.reader()?;
    while !reader.is_empty() {
        if !is_der(&reader.read()?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn write(value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    let mut tag = value.tag;
    if !tag.constructed {
        out.extend_from_slice(value.content);
    } else if tag.is_universal_string() {
        tag = tag.primitive();
        if tag == Tag::BIT_STRING {
            join_bits(value, out)?;
        } else {
            // Character strings are sent in pieces of OCTET STRING (X.690 8.23.6).
            let pieces = piece_tag(value)?;
            value.pieces(pieces, &mut |piece| {
                out.extend_from_slice(piece.content);
                Ok(())
            })?;
        }
    } else {
        let mut reader = value.reader()?;
        while !reader.is_empty() {
            write(&reader.read()?, out)?;
        }
    }
    let length = u64::try_from(out.len().saturating_sub(start)).unwrap_or(u64::MAX);
    drop(out.splice(start..start, writer::header(tag, length)));
    Ok(())
}

/// Encoders differ: pieces of a character string are OCTET STRINGs or of its own type.
fn piece_tag(value: &Value<'_>) -> Result<Tag, Error> {
    match value.reader()?.peek()? {
        Some(tag) if tag.primitive() == value.tag.primitive() => Ok(value.tag),
        _ => Ok(Tag::OCTET_STRING),
    }
}

/// Each piece of a BIT STRING begins with its count of unused bits; only the last may have any (X.690 8.6.4).
fn join_bits(value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    out.push(0);
    let mut unused = 0_u8;
    value.pieces(Tag::BIT_STRING, &mut |piece| {
        let (&bits, octets) = piece
            .content
            .split_first()
            .ok_or_else(|| piece.error("a BIT STRING without its first octet"))?;
        if unused != 0 {
            return Err(piece.error("a BIT STRING goes on after unused bits"));
        }
        if bits > 7 || (bits > 0 && octets.is_empty()) {
            return Err(piece.error("a BIT STRING has more unused bits than bits"));
        }
        unused = bits;
        out.extend_from_slice(octets);
        Ok(())
    })?;
    if let Some(first) = out.get_mut(start) {
        *first = unused;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
