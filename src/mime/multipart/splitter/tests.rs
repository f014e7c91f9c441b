use super::*;
use crate::ErrorKind;
use crate::mime::multipart::split;
use proptest::prelude::*;

/// Preamble, parts, epilogue.
type Pieces = (Vec<u8>, Vec<Vec<u8>>, Vec<u8>);

fn gather(body: &[u8], cuts: &[usize], boundary: &str, limits: &Limits) -> Result<Pieces, Error> {
    let mut pieces = Pieces::default();
    let mut is_open = false;
    let mut each = |piece: Piece<'_>| {
        match piece {
            Piece::Preamble(text) => {
                assert!(pieces.1.is_empty() && pieces.2.is_empty());
                pieces.0.extend_from_slice(text);
            }
            Piece::Part { .. } => {
                assert!(!std::mem::replace(&mut is_open, true));
                pieces.1.push(Vec::new());
            }
            Piece::Bytes(text) => {
                assert!(is_open && !text.is_empty());
                pieces.1.last_mut().unwrap().extend_from_slice(text);
            }
            Piece::End => assert!(std::mem::replace(&mut is_open, false)),
            Piece::Epilogue(text) => {
                assert!(!is_open);
                pieces.2.extend_from_slice(text);
            }
        }
        Ok(())
    };
    let mut splitter = Splitter::new(boundary, limits)?;
    let mut rest = body;
    for cut in cuts {
        let (piece, after) = rest.split_at(rest.len().min(*cut));
        splitter.push(piece, &mut each)?;
        assert!(splitter.held.len() <= splitter.delimiters.longest());
        rest = after;
    }
    splitter.push(rest, &mut each)?;
    splitter.finish(&mut each)?;
    assert!(!is_open);
    Ok(pieces)
}

fn check(body: &[u8], cuts: &[usize], boundary: &str, limits: &Limits) {
    let whole = split(body, boundary, limits).map(|split| {
        let parts: Vec<Vec<u8>> = split.parts.iter().map(|part| part.to_vec()).collect();
        (split.preamble.to_vec(), parts, split.epilogue.to_vec())
    });
    assert_eq!(
        whole.as_ref().ok(),
        slow(body, boundary, limits).as_ref(),
        "{:?}",
        String::from_utf8_lossy(body)
    );
    let pieces = gather(body, cuts, boundary, limits);
    assert_eq!(
        pieces.map_err(|error| error.to_string()),
        whole.map_err(|error| error.to_string()),
        "{:?} {cuts:?}",
        String::from_utf8_lossy(body)
    );
}

/// Line by line, with positions; `None` for an error.
fn slow(body: &[u8], boundary: &str, limits: &Limits) -> Option<Pieces> {
    let line_is = |line: &[u8]| {
        let rest = line
            .strip_prefix(b"--")?
            .strip_prefix(boundary.as_bytes())?;
        let (is_close, padding) = match rest.strip_prefix(b"--") {
            Some(padding) => (true, padding),
            None => (false, rest),
        };
        let blank = padding.iter().take_while(|byte| b" \t".contains(byte));
        let blank = blank.count() + rest.len() - padding.len();
        (blank > 1000 || blank == rest.len()).then_some((is_close, blank > 1000))
    };
    // What a reader would find that takes a CR for a line end.
    for (at, _) in body.iter().enumerate().filter(|(_, byte)| **byte == b'\r') {
        let line = body[at + 1..].split(|byte| b"\r\n".contains(byte)).next();
        if line.is_some_and(|line| line_is(line).is_some()) {
            return None;
        }
    }
    let mut pieces = Pieces::default();
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    let mut is_closed = false;
    for whole in body.split_inclusive(|byte| *byte == b'\n') {
        if is_closed {
            pieces.2.extend_from_slice(whole);
            continue;
        }
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let until_cr = line.split(|byte| *byte == b'\r').next().unwrap();
        match line_is(until_cr) {
            Some((is_close, is_long)) => {
                if is_long || until_cr != line {
                    return None;
                }
                let before = texts.last_mut().unwrap();
                if before.ends_with(b"\n") {
                    before.pop();
                    if before.ends_with(b"\r") {
                        before.pop();
                    }
                }
                is_closed = is_close;
                if !is_close {
                    texts.push(Vec::new());
                }
            }
            None => texts.last_mut().unwrap().extend_from_slice(whole),
        }
    }
    pieces.1 = texts.split_off(1);
    pieces.0 = texts.remove(0);
    (pieces.1.len() <= limits.mime_parts).then_some(pieces)
}

#[test]
fn sig_15_every_single_cut_gives_what_the_whole_gives() {
    let limits = Limits::default();
    for body in [
        "pre\r\n--x\r\n\r\na\r\n--x \t\r\nb\r\n\r\n--xy\r\n--x-\r\n--x--\r\nepi\r\n",
        "--x\n--x\n\n--x\n\n\n--x--\n--x\nepi\r--xy\r\r",
        "\r\r\n--x\n\r\r\n--x--\r",
        "--x--",
        "--x-",
        "\n--x",
        "a\r--x",
        "a\r--x--y",
        "a\r--x--\r",
        "--x\n\na\n--x\r\r\n",
        "--x--\nepi\r--x",
    ] {
        for cut in 0..=body.len() {
            check(body.as_bytes(), &[cut], "x", &limits);
        }
        check(body.as_bytes(), &vec![1; body.len()], "x", &limits);
    }
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("\n--=b".to_owned()),
        3 => Just("\r\n--=b".to_owned()),
        1 => Just("\r--=b".to_owned()),
        3 => Just("--=b".to_owned()),
        2 => Just("--".to_owned()),
        2 => Just("-".to_owned()),
        4 => Just("\n".to_owned()),
        4 => Just("\r\n".to_owned()),
        2 => Just("\r".to_owned()),
        2 => "[ \t]{1,3}",
        1 => (990_usize..1010).prop_map(|count| " ".repeat(count)),
        2 => "[a=b-]{1,4}",
        1 => Just("\n--=".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn sig_15_pieces_do_not_matter(
        tokens in prop::collection::vec(token(), 0..30),
        cuts in prop::collection::vec(prop_oneof![0_usize..6, 0_usize..40, 0_usize..2000], 0..20),
        mime_parts in 0_usize..6,
    ) {
        let limits = Limits { mime_parts, ..Limits::default() };
        check(tokens.concat().as_bytes(), &cuts, "=b", &limits);
        check(tokens.concat().as_bytes(), &cuts, "-", &limits);
    }
}

#[test]
fn dos_06_the_number_of_parts_is_bounded_as_they_begin() {
    let limits = Limits {
        mime_parts: 3,
        ..Limits::default()
    };
    let mut splitter = Splitter::new("x", &limits).unwrap();
    let mut begun = 0;
    let error = splitter.push(&b"--x\n".repeat(1_000_000), &mut |piece| {
        begun += usize::from(matches!(piece, Piece::Part { .. }));
        Ok(())
    });
    assert!(matches!(
        error.unwrap_err().kind(),
        ErrorKind::Limit { limit: 3, .. }
    ));
    assert_eq!(begun, 3);
}

/// What is copied is bounded by the near misses, not by what lies between them, and each is looked at once.
#[test]
fn dos_06_near_misses_are_held_no_longer_than_they_must() {
    let boundary = "-".repeat(70);
    for near in [
        format!("\n--{boundary}-\n"),
        format!("\n--{boundary}x"),
        format!("\n--{boundary}{}x", " ".repeat(1000)),
        format!("\r--{boundary}x"),
        "\n-".to_owned(),
        "-".to_owned(),
        "\r\n".to_owned(),
    ] {
        let text = near.repeat(5_000_000 / near.len());
        let mut splitter = Splitter::new(&boundary, &Limits::default()).unwrap();
        let mut given = 0;
        for piece in text.as_bytes().chunks(97) {
            splitter
                .push(piece, &mut |piece| {
                    let Piece::Preamble(text) = piece else {
                        panic!("{piece:?}");
                    };
                    given += text.len();
                    Ok(())
                })
                .unwrap();
            assert!(splitter.held.len() <= splitter.delimiters.longest());
        }
        assert_eq!(given + splitter.held.len(), text.len());
    }
}

#[test]
fn text_without_the_boundary_is_neither_copied_nor_cut() {
    let line = vec![b'a'; 1 << 20];
    let mut splitter = Splitter::new("x", &Limits::default()).unwrap();
    for _ in 0..3 {
        let mut seen = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let Piece::Preamble(text) = piece else {
                panic!("{piece:?}");
            };
            seen.push((text.as_ptr(), text.len()));
            Ok(())
        };
        splitter.push(&line, &mut each).unwrap();
        assert_eq!(seen, [(line.as_ptr(), line.len())]);
    }
}
