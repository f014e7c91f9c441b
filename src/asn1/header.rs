//! Headers of values: identifier and length octets (X.690 8.1), and what is wrong with values, in words.
//!
//! The reader of a slice and the scanner of what goes by share all of it: both say the same of the same octets.

use super::tag::{Bad, Tag};
use crate::Error;

/// Above this no limit goes, because nested values are walked by recursion.
pub(super) const MAX_DEPTH: usize = 256;
/// Octets of the longest header: a tag number of 32 bits, and as many length octets as can be announced.
pub(super) const LONGEST: usize = 6 + 1 + 126;

pub(super) const TOO_LONG: &str = "a value is longer than the bytes that are there";
pub(super) const NEVER_ENDS: &str = "an indefinite length has no end-of-contents";
pub(super) const STRAY_END: &str = "an end-of-contents stands where a value should be";
pub(super) const OTHER_PIECE: &str = "a piece of a string has another type than the string";

/// Length octets (X.690 8.1.3).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Length {
    Definite(u64),
    Indefinite,
}

/// Tag, length, and how many octets both took.
pub(super) fn split_header(input: &[u8]) -> Result<(Tag, Length, usize), Bad> {
    let (tag, tag_len) = Tag::split(input)?;
    let after = input.get(tag_len..).unwrap_or_default();
    let short = Bad::Short("it ends before a length");
    let (&first, more) = after.split_first().ok_or(short)?;
    let header = tag_len.saturating_add(1);
    match first {
        0..=0x7f => Ok((tag, Length::Definite(u64::from(first)), header)),
        0x80 if tag.constructed => Ok((tag, Length::Indefinite, header)),
        0x80 => Err(Bad::Wrong("a primitive value has an indefinite length")),
        0xff => Err(Bad::Wrong("a length begins with the reserved octet FF")),
        _ => {
            let count = usize::from(first & 0x7f);
            let short = Bad::Short("it ends inside a length");
            let octets = more.get(..count).ok_or(short)?;
            let mut length = 0_u64;
            for &octet in octets {
                if length >> 56 != 0 {
                    return Err(Bad::Wrong("a length is larger than 64 bits"));
                }
                length = length << 8 | u64::from(octet);
            }
            Ok((tag, Length::Definite(length), header.saturating_add(count)))
        }
    }
}

/// Tag and length of the value that begins here, and what follows them; `None` if they cannot be read.
pub(crate) fn begin_of(input: &[u8]) -> Option<(Tag, Length, &[u8])> {
    let (tag, length, header) = split_header(input).ok()?;
    Some((tag, length, input.get(header..)?))
}

/// Puts a smaller length into the header of a definite value, in as many octets as it has.
pub(crate) fn shorten(header: &mut [u8], length: u64) {
    let Ok((_, tag_len)) = Tag::split(header) else {
        return;
    };
    let long = header.get(tag_len).is_some_and(|first| first & 0x80 != 0);
    let octets = length.to_be_bytes();
    // From the end; what is left before it are leading zeros.
    let start = tag_len.saturating_add(usize::from(long));
    let slots = header.get_mut(start..).unwrap_or_default();
    let padded = octets.iter().rev().copied().chain(std::iter::repeat(0));
    for (slot, octet) in slots.iter_mut().rev().zip(padded) {
        *slot = octet;
    }
}

pub(super) fn too_deep(limit: usize) -> Error {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Error::limit("nesting depth of ASN.1 values", limit)
}

/// The error for a value with another tag than `tag`.
pub(super) fn expected(what: &'static str, position: u64, tag: Tag) -> Error {
    Error::malformed_at(what, position, format!("{} was expected", tag_name(tag)))
}

pub(super) fn tag_name(tag: Tag) -> String {
    let name = match tag.primitive() {
        Tag::BOOLEAN => "a BOOLEAN",
        Tag::INTEGER => "an INTEGER",
        Tag::BIT_STRING => "a BIT STRING",
        Tag::OCTET_STRING => "an OCTET STRING",
        Tag::NULL => "a NULL",
        Tag::OID => "an OBJECT IDENTIFIER",
        Tag::UTF8_STRING => "a UTF8String",
        Tag::BMP_STRING => "a BMPString",
        tag if tag == Tag::SEQUENCE.primitive() => "a SEQUENCE",
        tag if tag == Tag::SET.primitive() => "a SET",
        Tag { class, number, .. } => return format!("a {class:?} value with tag {number}"),
    };
    name.to_owned()
}
