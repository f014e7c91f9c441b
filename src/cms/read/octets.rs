//! The octets of a string that may come in pieces.

use std::borrow::Cow;

use crate::Error;
use crate::asn1::{Tag, Value};

/// The octets of an OCTET STRING as received: one slice, or those of a constructed string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Octets<'a> {
    pieces: Vec<&'a [u8]>,
}

impl<'a> Octets<'a> {
    /// Of a value (also one with an implicit tag), pieces at any nesting. Nothing is copied; empty pieces
    /// are left out, so that there are never more pieces than octets.
    pub(crate) fn of(value: &Value<'a>) -> Result<Octets<'a>, Error> {
        let mut pieces = Vec::new();
        value.pieces(Tag::OCTET_STRING, &mut |piece| {
            if !piece.content.is_empty() {
                pieces.push(piece.content);
            }
            Ok(())
        })?;
        Ok(Octets { pieces })
    }

    /// Of bytes that are not in a string.
    pub(crate) fn whole(bytes: &'a [u8]) -> Octets<'a> {
        Octets {
            pieces: vec![bytes],
        }
    }

    /// The pieces in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.pieces.iter().copied()
    }

    /// Number of octets.
    pub(crate) fn len(&self) -> usize {
        self.pieces
            .iter()
            .fold(0, |sum: usize, piece| sum.saturating_add(piece.len()))
    }

    /// All octets in one slice; borrowed when they came in one piece.
    pub(crate) fn joined(&self) -> Cow<'a, [u8]> {
        match self.pieces.as_slice() {
            [] => Cow::Borrowed(&[]),
            [one] => Cow::Borrowed(one),
            several => Cow::Owned(several.concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::asn1::{END_OF_CONTENTS, Reader, indefinite, octet_string, tlv};
    use hex_literal::hex;

    fn of(input: &[u8]) -> Result<Octets<'_>, Error> {
        Octets::of(&Reader::new(input, "test", &Limits::default()).read()?)
    }

    #[test]
    fn primitive_and_pieces_in_pieces() {
        // X.690 8.7, by hand: "ab" "" ("c" "de") with definite and indefinite lengths.
        let nested = hex!("2480 04026162 0400 2406 040163 04816465 0000");
        assert!(of(&nested).is_err(), "a length beyond the value");
        let nested = hex!("2480 04026162 0400 2408 040163 0481026465 0000");
        let octets = of(&nested).unwrap();
        assert_eq!(octets.len(), 5);
        assert_eq!(
            octets.pieces().collect::<Vec<_>>(),
            [&b"ab"[..], b"c", b"de"]
        );
        assert_eq!(*octets.joined(), *b"abcde");
        let one = octet_string(b"abcde");
        assert!(matches!(
            of(&one).unwrap().joined(),
            Cow::Borrowed(b"abcde")
        ));
        assert_eq!(of(&hex!("0400")).unwrap().len(), 0);
        // An implicit tag: the pieces are OCTET STRINGs all the same.
        assert_eq!(*of(&hex!("a003 040161")).unwrap().joined(), *b"a");
    }

    #[test]
    fn pieces_of_another_type_are_an_error() {
        assert!(of(&hex!("2403 0c0161")).is_err());
    }

    #[test]
    fn dos_01_nesting_is_bounded() {
        let mut deep = octet_string(b"x");
        for _ in 0..1_000 {
            deep = tlv(Tag::OCTET_STRING.constructed(), &deep);
        }
        assert!(matches!(
            of(&deep).unwrap_err().kind(),
            crate::ErrorKind::Limit { .. }
        ));
    }

    #[test]
    fn dos_01_a_million_tiny_pieces() {
        let mut input = indefinite(Tag::OCTET_STRING.constructed());
        input.extend(hex!("040178 0400").repeat(500_000));
        input.extend(END_OF_CONTENTS);
        let octets = of(&input).unwrap();
        assert_eq!(octets.len(), 500_000);
        assert_eq!(octets.pieces().count(), 500_000);
    }
}
