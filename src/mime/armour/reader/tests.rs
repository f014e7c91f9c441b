use super::*;
use crate::mime::armour::{self, DASHES, is_all, label, undo};
use memchr::memmem;
use proptest::prelude::*;

/// Pushes in pieces of these lengths, then the rest.
fn pieces<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(bytes);
    let mut cuts = cuts.iter();
    std::iter::from_fn(move || {
        let text = rest?;
        let cut = cuts.next().map(|cut| text.split_at(text.len().min(*cut)));
        rest = cut.map(|(_, after)| after);
        Some(cut.map_or(text, |(piece, _)| piece))
    })
}

fn read(bytes: &[u8], cuts: &[usize], may_be_base64: bool) -> Result<Vec<u8>, String> {
    let mut reader = ArmourReader::new(may_be_base64);
    let mut out = Vec::new();
    let mut read = || {
        for piece in pieces(bytes, cuts) {
            reader.push(piece, &mut out)?;
            if let State::Open(held) = &reader.state {
                assert!(held.len() <= HELD && held.capacity() <= HELD);
            }
        }
        reader.finish(&mut out)
    };
    read().map_err(|error| error.to_string())?;
    Ok(out)
}

/// What the bytes are, found by looking at all of them.
fn slow(bytes: &[u8], may_be_base64: bool) -> Option<Vec<u8>> {
    if bytes.first() == Some(&0x30) {
        return Some(bytes.to_vec());
    }
    let block = memmem::find_iter(bytes, BEGIN).find_map(|at| {
        let line = bytes[..at].iter().rev().take(4);
        let before = line.copied().find(|byte| !b" \t".contains(byte));
        let label = label(&bytes[at..])?;
        matches!(before, None | Some(b'\n' | b'\r' | 0xBF)).then_some((at, label))
    });
    let Some((at, label)) = block else {
        let text = bytes.strip_prefix(MARK).unwrap_or(bytes).trim_ascii_start();
        let is_base64 =
            may_be_base64 && text.starts_with(b"M") && matches!(text[1..], [b'A'..=b'P', ..]);
        return is_base64.then(|| decode(text)).flatten();
    };
    let text = &bytes[at + BEGIN.len() + label.len() + DASHES.len()..];
    let end = [b"-----END ", label, DASHES].concat();
    let text = &text[..memmem::find(text, &end)?];
    if memmem::find(text, DASHES).is_some() {
        return None;
    }
    let text = text.trim_ascii_start();
    let first = text.split(|byte| *byte == b'\n').next().unwrap();
    let inside = match first.contains(&b':') {
        false => text,
        true => {
            let ends = [&b"\n\n"[..], b"\n\r\n"].map(|end| memmem::find(text, end));
            &text[ends.into_iter().flatten().min()?..]
        }
    };
    (!inside.contains(&b':')).then(|| decode(inside)).flatten()
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut reader, mut out) = (Base64Reader::default(), Vec::new());
    reader.push(text, &mut out).ok()?;
    reader.finish(&mut out).ok()?;
    Some(out)
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop_oneof![Just("CMS"), Just("PKCS7"), Just("PKCS #7 SIGNED DATA"), Just("X")]
            .prop_map(|label| format!("-----BEGIN {label}-----")),
        2 => prop_oneof![Just("CMS"), Just("PKCS7"), Just("PKCS #7 SIGNED DATA"), Just("X")]
            .prop_map(|label| format!("-----END {label}-----")),
        2 => Just("-----END CMS-----\n".to_owned()),
        4 => Just("\n".to_owned()),
        2 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        4 => Just("MAIFAA==".to_owned()),
        4 => Just("MAIF".to_owned()),
        2 => Just("Comment: ab\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        2 => "[ \t]{1,5}",
        2 => "-{1,7}",
        1 => Just("\u{FEFF}".to_owned()),
        1 => Just("0".to_owned()),
        1 => "[a-z:]{1,3}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    let tokens = || prop::collection::vec(token(), 0..12).prop_map(|tokens| tokens.concat());
    // Most random texts are no armour at all.
    let block = (tokens(), tokens(), tokens()).prop_map(|(before, inside, after)| {
        format!("{before}\n-----BEGIN CMS-----\n{inside}-----END CMS-----{after}")
    });
    let clean =
        ("[ \n]{0,3}", "(MAIF\n){0,5}", "[ \n]{0,3}x?").prop_map(|(before, inside, after)| {
            format!("{before}-----BEGIN CMS-----\n{inside}-----END CMS-----{after}")
        });
    prop_oneof![tokens(), block, clean]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn pieces_do_not_matter(
        text in text(),
        cuts in prop::collection::vec(prop_oneof![0_usize..4, 0_usize..40], 0..40),
        may_be_base64 in any::<bool>(),
    ) {
        let bytes = text.as_bytes();
        let expected = slow(bytes, may_be_base64);
        let whole = undo(bytes, may_be_base64).ok();
        let whole = whole.map(|out| out.map_or(bytes.to_vec(), |out| out.to_vec()));
        prop_assert_eq!(&whole, &expected);
        prop_assert_eq!(&read(bytes, &cuts, may_be_base64).ok(), &expected);

        let mut only = armour::ArmourOnly::default();
        pieces(bytes, &cuts).for_each(|piece| only.push(piece));
        prop_assert_eq!(only.is_one(), slow_is_all(bytes));
        prop_assert_eq!(only.is_one(), is_all(bytes));
    }
}

/// Whether it is one block and nothing else, found by looking at all of it.
fn slow_is_all(text: &[u8]) -> bool {
    let text = text.strip_prefix(MARK).unwrap_or(text).trim_ascii();
    let inside = label(text).and_then(|label| {
        let end = [b"-----END ", label, DASHES].concat();
        text[BEGIN.len() + label.len() + DASHES.len()..].strip_suffix(end.as_slice())
    });
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/= \t\r\n\x0C".contains(byte);
    inside.is_some_and(|inside| inside.iter().all(is_base64))
}

#[test]
fn what_is_through_is_told_before_it_is_copied() {
    let mut reader = ArmourReader::new(true);
    assert!(!reader.passes(b""));
    assert!(reader.passes(b"\x30\x80") && reader.passes(b"-----BEGIN CMS-----"));
    reader.finish(&mut Vec::new()).unwrap();
    let mut reader = ArmourReader::new(true);
    assert!(!reader.passes(b"\n"));
    reader.push(b"\n", &mut Vec::new()).unwrap();
    assert!(!reader.passes(b"\x30\x80"));
}

#[test]
fn dos_06_a_block_begins_soon_or_there_is_none() {
    let block = "-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----\n";
    for (before, is_found) in [(LOOKED_AT - 1, true), (LOOKED_AT, false)] {
        let text = "\n".repeat(before) + block + &"x".repeat(1000);
        for cuts in [vec![], vec![1; text.len()], vec![4096; 20]] {
            let found = read(text.as_bytes(), &cuts, true);
            assert_eq!(found.is_ok(), is_found, "{before}");
        }
        // Base64 is believed to be some, if no block comes soon.
        let text = "MAIF".to_owned() + &text;
        let found = read(text.as_bytes(), &[70_000], true);
        assert!(found.is_err() || found.unwrap() == b"\x30\x02\x05\x00");
    }
    let mut reader = ArmourReader::new(true);
    let error = (0..70_000).find_map(|_| reader.push(b"x", &mut Vec::new()).err());
    assert!(error.unwrap().to_string().contains("neither DER nor BER"));
}

#[test]
fn sig_15_a_block_whose_text_can_be_read_in_two_ways_is_an_error() {
    for (inside, words) in [
        ("MAIF\nComment: x\n\nMAIFAA==\n", "not base64"),
        ("Comment: x\nMAIFAA==\n", "no empty line"),
        ("A: b\n\nC: d\n\nMAIFAA==\n", "not base64"),
    ] {
        let text = format!("-----BEGIN CMS-----\n{inside}-----END CMS-----\n");
        let error = read(text.as_bytes(), &[], false).unwrap_err();
        assert!(error.contains(words), "{inside}: {error}");
    }
}

/// Hours, if what is held were read again with each piece.
#[test]
fn dos_06_a_long_block_is_not_held() {
    for line in ["MAIF", "MAIF\n", "-MAIF", "----MAIF\n", " "] {
        let text = line.repeat(4_000_000 / line.len());
        let (mut block, mut out) = (Block::new(0, b"CMS"), Vec::new());
        for piece in text.as_bytes().chunks(61) {
            block.push(piece, &mut out).unwrap();
        }
        block.push(b"-----END CMS-----", &mut out).unwrap();
        block.finish().unwrap();
        assert_eq!(out.len(), text.matches("MAIF").count() * 3);
    }
}
