//! The same values as the reader of a slice gives.

use super::*;
use crate::asn1::{END_OF_CONTENTS, Reader, indefinite, shorten, tlv};
use hex_literal::hex;
use proptest::prelude::*;

/// One value with what is in it: a primitive one, or one that is not entered, with its octets.
type Found = (Tag, u64, Option<Vec<u8>>);

/// All values down to this depth, by the reader.
fn read(mut reader: Reader<'_>, depth: usize, found: &mut Vec<Found>) -> Result<(), Error> {
    while !reader.is_empty() {
        let value = reader.read()?;
        if value.tag.constructed && depth > 0 {
            found.push((value.tag, value.position, None));
            read(value.reader()?, depth - 1, found)?;
        } else {
            found.push((value.tag, value.position, Some(value.content.to_vec())));
        }
    }
    Ok(())
}

/// The same by the scanner.
fn scan(input: &[u8], size: usize, depth: usize, limits: &Limits) -> Result<Vec<Found>, Error> {
    let mut scanner = Scanner::new("test", limits);
    let mut found: Vec<Found> = Vec::new();
    let mut entered = Vec::new();
    for mut piece in input.chunks(size) {
        while let Some(token) = scanner.next(&mut piece)? {
            match token {
                Token::Begin(header) if header.tag.constructed && entered.len() < depth => {
                    scanner.enter(header)?;
                    entered.push(true);
                    found.push((header.tag, header.position, None));
                }
                Token::Begin(header) => {
                    scanner.pass(header);
                    entered.push(false);
                    found.push((header.tag, header.position, Some(Vec::new())));
                }
                Token::Octets(octets) => {
                    let (_, _, content) = found.last_mut().unwrap();
                    content.as_mut().unwrap().extend(octets);
                }
                Token::End => drop(entered.pop().unwrap()),
            }
        }
        assert!(piece.is_empty());
    }
    let is_between = entered.is_empty() && scanner.header_is_complete;
    match is_between {
        true => Ok(found),
        false => Err(scanner.ends_early()),
    }
}

/// Whether both read it, and the same.
fn agree(input: &[u8], size: usize, depth: usize, limits: &Limits) -> bool {
    let mut whole = Vec::new();
    let result = read(Reader::new(input, "test", limits), depth, &mut whole);
    match (result, scan(input, size, depth, limits)) {
        (Ok(()), Ok(found)) => {
            assert_eq!(whole, found);
            true
        }
        (Err(_), Err(_)) => false,
        (whole, streamed) => panic!("{whole:?}, {streamed:?}: {input:02x?}"),
    }
}

fn same_error(input: &[u8], depth: usize, expected: &str) {
    let limits = Limits::default();
    let whole = read(Reader::new(input, "test", &limits), depth, &mut Vec::new()).unwrap_err();
    assert!(whole.to_string().contains(expected), "{whole}");
    for size in [1, 2, usize::MAX] {
        let streamed = scan(input, size, depth, &limits).unwrap_err();
        assert_eq!(whole.to_string(), streamed.to_string());
    }
}

#[test]
fn what_is_wrong_is_told_alike() {
    same_error(&hex!("3003 0201"), 9, "byte 0: a value is longer");
    same_error(&hex!("3003 020200"), 9, "byte 2: a value is longer");
    same_error(
        &hex!("3080 020100"),
        9,
        "byte 5: an indefinite length has no",
    );
    same_error(&hex!("3080 3080 0204 01"), 9, "byte 4: a value is longer");
    same_error(&hex!("3080 0203 0203"), 0, "byte 2: a value is longer");
    same_error(&hex!("3004 3080 0201"), 9, "byte 4: a value is longer");
    same_error(
        &hex!("3003 020100 3002 3080"),
        9,
        "byte 9: an indefinite length has no",
    );
    same_error(&hex!("3001 02"), 9, "byte 2: it ends before a length");
    same_error(&hex!("3080 02"), 9, "byte 2: it ends before a length");
    same_error(&hex!("0283 0000"), 9, "byte 0: it ends inside a length");
    same_error(&hex!("3f81"), 9, "byte 0: it ends inside a tag");
    same_error(
        &hex!("0280"),
        9,
        "byte 0: a primitive value has an indefinite",
    );
    same_error(
        &hex!("3002 02ff"),
        9,
        "byte 2: a length begins with the reserved",
    );
    same_error(
        &hex!("0489 010000000000000000"),
        9,
        "byte 0: a length is larger",
    );
    same_error(
        &hex!("0488 ffffffffffffffff"),
        9,
        "byte 0: a value is longer",
    );
    same_error(&hex!("3002 0000"), 9, "byte 2: an end-of-contents stands");
    same_error(&hex!("0000"), 9, "byte 0: an end-of-contents stands");
    let deep = hex!("3080").repeat(70);
    same_error(&deep, 99, "limit of 64");
    same_error(&deep, 0, "limit of 64");
}

#[test]
fn the_longest_header() {
    // A tag number of 32 bits and a length in 126 octets.
    let header = [&hex!("5f 8fffffff7f fe")[..], &[0; 125], &[3], b"abc"].concat();
    assert_eq!(header.len(), LONGEST + 3);
    for size in [1, 50, usize::MAX] {
        assert!(agree(&header, size, 9, &Limits::default()));
    }
}

#[test]
fn a_length_is_made_smaller() {
    for (header, expected) in [
        (&hex!("307f")[..], &hex!("3005")[..]),
        (&hex!("30820123"), &hex!("30820005")),
        (&hex!("bf8149 8500000fffff"), &hex!("bf8149 850000000005")),
    ] {
        let mut header = header.to_vec();
        shorten(&mut header, 5);
        assert_eq!(header, expected);
    }
    let mut header = hex!("3083ffffff");
    shorten(&mut header, 0x01_02_03);
    assert_eq!(header, hex!("3083010203"));
}

/// BER of random shape.
fn ber() -> impl Strategy<Value = Vec<u8>> {
    let leaf = proptest::collection::vec(any::<u8>(), 0..12)
        .prop_map(|content| tlv(Tag::OCTET_STRING, &content));
    leaf.prop_recursive(6, 40, 4, |inner| {
        (proptest::collection::vec(inner, 0..4), 0..4_u8).prop_map(|(values, form)| {
            let content = values.concat();
            let tag = Tag::context(u32::from(form) * 20, true);
            match form {
                0 => tlv(tag, &content),
                1 => {
                    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
                    [&[0x30, 0x84, 0, 0][..], &length, &content].concat()
                }
                _ => [&indefinite(tag)[..], &content, &END_OF_CONTENTS].concat(),
            }
        })
    })
}

proptest! {
    #[test]
    fn any_ber_is_read_alike(
        values in proptest::collection::vec(ber(), 0..3),
        size in 1..40_usize,
        depth in 0..8_usize,
        limit in 0..9_usize,
        flip in proptest::option::of((any::<prop::sample::Index>(), 1..=255_u8)),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut input = values.concat();
        if let (Some((at, flip)), false) = (flip, input.is_empty()) {
            let at = at.index(input.len());
            input[at] ^= flip;
        }
        if let (Some(cut), false) = (cut, input.is_empty()) {
            input.truncate(cut.index(input.len()));
        }
        let damaged = flip.is_some() || cut.is_some();
        prop_assert!(agree(&input, size, depth, &Limits::default()) || damaged);
        let low = Limits { asn1_depth: limit, ..Limits::default() };
        agree(&input, size, depth, &low);
    }

    #[test]
    fn noise_is_read_alike(input in proptest::collection::vec(any::<u8>(), 0..60), size in 1..9_usize, depth in 0..4_usize) {
        agree(&input, size, depth, &Limits::default());
    }
}
