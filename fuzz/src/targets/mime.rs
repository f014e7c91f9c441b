use smime::fuzzing::mime::{
    Parts, base64, begins_with_armour, canonical, check_base64, diagnosed, entity, is_only_armour,
    quoted_printable, split, split_pieces, unarmoured, undone,
};

use crate::input::{Cuts, Input};
use crate::shown;

/// MIME: every reader says the same of the whole and of any pieces; what is written is read as it was.
///
/// Three bytes decide, the rest is an entity or a body.
pub fn mime(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let cuts = Cuts::new(&mut input);
    let body = input.rest();
    let pieces = cuts.pieces(body);
    match how % 6 {
        0 => parts(body, &pieces, how),
        1 => encodings(body, &pieces),
        2 => armour(body, &pieces),
        3 => canonical_form(body, &pieces, how),
        4 => {
            if let Ok((content, name)) = entity(body) {
                assert!(content.len() <= body.len() * 2);
                if let Some(name) = name {
                    shown::line(&name);
                    assert!(
                        name.chars().count() <= 120 && !name.contains(['/', '\\']),
                        "{name}"
                    );
                }
            }
        }
        _ => {
            let (part, wanted) = body.split_at(body.len() / 2);
            for (part, wanted) in [(part, wanted), (body, part)] {
                let (words, asked) = diagnosed(part, wanted);
                words.iter().for_each(|words| shown::line(words));
                assert!(asked <= 100, "{asked}");
            }
        }
    }
}

fn parts(body: &[u8], pieces: &[&[u8]], how: u8) {
    let boundary = ["s", "m", "b0", "--", "=_a"][usize::from(how / 6) % 5];
    match (split(body, boundary), split_pieces(pieces, boundary)) {
        (Ok(whole), Ok(found)) => {
            assert_eq!(whole, found);
            let Parts {
                preamble,
                parts,
                epilogue,
            } = whole;
            let size = preamble.len() + epilogue.len() + parts.iter().map(Vec::len).sum::<usize>();
            assert!(size <= body.len());
        }
        (Err(whole), Err(found)) => assert_eq!(whole.to_string(), found.to_string()),
        (whole, found) => panic!("whole: {whole:?}\nin pieces: {found:?}"),
    }
}

fn encodings(body: &[u8], pieces: &[&[u8]]) {
    for encoding in ["base64", "quoted-printable", "binary"] {
        let (whole, found) = (undone(encoding, &[body]), undone(encoding, pieces));
        match (&whole, &found) {
            (Ok((whole, most)), Ok((found, _))) => {
                assert_eq!(whole, found, "{encoding}");
                assert!(whole.len() <= *most);
            }
            (Err(whole), Err(found)) => assert_eq!(whole.to_string(), found.to_string()),
            (whole, found) => panic!("whole: {whole:?}\nin pieces: {found:?}"),
        }
        if encoding == "base64" {
            assert_eq!(check_base64(pieces).is_ok(), whole.is_ok());
        }
    }
    for (encoding, whole, found) in [
        ("base64", base64(&[body]), base64(pieces)),
        (
            "quoted-printable",
            quoted_printable(&[body]),
            quoted_printable(pieces),
        ),
    ] {
        assert_eq!(whole, found);
        assert!(
            whole
                .split(|byte| *byte == b'\n')
                .all(|line| line.len() <= 77)
        );
        let (read, _) = undone(encoding, &[&whole]).expect("what was written can be read");
        assert_eq!(read, body, "{encoding}");
    }
}

fn armour(body: &[u8], pieces: &[&[u8]]) {
    for may_be_base64 in [false, true] {
        match (
            unarmoured(&[body], may_be_base64),
            unarmoured(pieces, may_be_base64),
        ) {
            (Ok(whole), Ok(found)) => assert_eq!(whole, found),
            (Err(whole), Err(found)) => assert_eq!(whole.to_string(), found.to_string()),
            (whole, found) => panic!("whole: {whole:?}\nin pieces: {found:?}"),
        }
    }
    assert_eq!(is_only_armour(&[body]), is_only_armour(pieces));
    let _ = begins_with_armour(body);
}

/// The canonical form is one: of the whole and of pieces, and of itself.
fn canonical_form(body: &[u8], pieces: &[&[u8]], how: u8) {
    let (is_seven_bit, lookahead) = (
        how & 0x40 != 0,
        [0, 40, 300, 1 << 16][usize::from(how / 6 % 4)],
    );
    let form = |pieces: &[&[u8]]| canonical(pieces, is_seven_bit, lookahead);
    match (form(&[body]), form(pieces)) {
        (Ok(whole), Ok(found)) => {
            assert_eq!(whole, found);
            let again = form(&[&whole]).expect("the canonical form has one");
            assert_eq!(again, whole, "the canonical form is not one");
            if is_seven_bit {
                assert!(whole.is_ascii());
            }
        }
        (Err(whole), Err(found)) => assert_eq!(whole.to_string(), found.to_string()),
        (whole, found) => panic!("whole: {whole:?}\nin pieces: {found:?}"),
    }
}
