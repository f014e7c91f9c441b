use super::super::read;
use super::*;
use proptest::prelude::*;

/// As it is found by reading line by line.
fn slow(bytes: &[u8], limits: &Limits) -> Option<usize> {
    let rest = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let mut start = bytes.len() - rest.len();
    if rest.starts_with(FROM) {
        let line = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap();
        if line.len() <= NAME && (line.ends_with(b"\n") || line.len() < NAME) {
            start += line.len();
        }
    }
    let mut at = start;
    for whole in bytes[start..].split_inclusive(|byte| *byte == b'\n') {
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match classify(line) {
            Line::Continuation | Line::Other if at == start => return Some(start),
            Line::Empty => return Some(at + whole.len()),
            _ => at += whole.len(),
        }
        if at - start > limits.header_bytes {
            return None;
        }
    }
    Some(at)
}

/// Cut into pieces of these lengths.
fn fast(bytes: &[u8], cuts: &[usize], limits: &Limits) -> Option<usize> {
    let (mut from, mut to) = (0, 0);
    for cut in cuts {
        to = bytes.len().min(to + cut);
        match head_length(&bytes[..to], from, false, limits) {
            Ok(None) => from = to,
            Ok(Some(length)) => return Some(length),
            Err(_) => return None,
        }
    }
    let found = head_length(bytes, from, true, limits).ok()?;
    Some(found.unwrap())
}

fn check(bytes: &[u8], cuts: &[usize], limits: &Limits) {
    let expected = slow(bytes, limits);
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(fast(bytes, cuts, limits), expected, "{text:?} {cuts:?}");
    let whole = read(bytes, limits).ok();
    assert_eq!(
        whole.as_ref().map(|whole| whole.length),
        expected,
        "{text:?}"
    );
    // The head says all that the whole says.
    if let (Some(length), Some(whole)) = (expected, whole) {
        let head = read(&bytes[..length], limits).unwrap();
        assert_eq!(head.header, whole.header, "{text:?}");
        assert_eq!(head.first_flaw(), whole.first_flaw(), "{text:?}");
        assert_eq!(head.length, length);
    }
}

#[test]
fn sig_15_every_cut_gives_what_the_whole_gives() {
    for text in [
        "A: b\r\nC: d\r\n e\r\n\r\nbody\n\n",
        "A: b\nC: d\n\nbody",
        "\u{FEFF}From a@b\nA: b\n\n",
        "\u{FEFF}From",
        "From a@b",
        "From: a@b\n\n",
        "From : a@b\nA: b\n\n",
        "Fro\n\n",
        "\u{FEFF}\nbody",
        "\r\nbody",
        "\rbody\n\n",
        "\n",
        "\r",
        "",
        " A: b\n\n",
        "no field\nA: b\n\n",
        "A b: c\n\n",
        "A \t: c\n\n",
        "A\r: c\n\n",
        "A: b\nno field\n more\nC: d\r\n\rE: f\r\r\n\r\n",
        "A: b\n\r",
    ] {
        for header_bytes in [0, 1, 4, 5, 6, 7, 10, 1000] {
            let limits = Limits {
                header_bytes,
                ..Limits::default()
            };
            for cut in 0..=text.len() {
                check(text.as_bytes(), &[cut], &limits);
            }
            check(text.as_bytes(), &vec![1; text.len()], &limits);
        }
    }
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("\n".to_owned()),
        6 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        6 => "[A-C]: [a-c]{0,3}",
        2 => "[ \t]{1,2}",
        2 => "[a-c: ]{1,4}",
        1 => Just("\u{FEFF}".to_owned()),
        1 => Just("From ".to_owned()),
        1 => (980_usize..1005).prop_map(|count| "x".repeat(count)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn sig_15_pieces_do_not_matter(
        tokens in prop::collection::vec(token(), 0..20),
        cuts in prop::collection::vec(prop_oneof![0_usize..4, 0_usize..2000], 0..30),
        header_bytes in prop_oneof![0_usize..60, Just(1_000_000)],
    ) {
        let limits = Limits { header_bytes, ..Limits::default() };
        check(tokens.concat().as_bytes(), &cuts, &limits);
    }
}

/// An empty line that an earlier call would have found is not seen: so nothing before it is looked at twice.
#[test]
fn dos_06_what_was_looked_at_is_not_looked_at_again() {
    let limits = Limits::default();
    for first in ["A: b\n", "From a@b\nA: b\n", "\u{FEFF}A: b\n"] {
        let seen = format!(
            "{first}{}\n\n{}",
            "C: d\n".repeat(1000),
            "C: d\n".repeat(1000)
        );
        let all = format!("{seen}E: f\n\n");
        let found = head_length(all.as_bytes(), seen.len(), false, &limits);
        assert_eq!(found.unwrap(), Some(all.len()));
    }
}

#[test]
fn dos_06_the_first_line_is_known_soon() {
    let limits = Limits::default();
    for (text, length) in [
        ("x".repeat(NAME), 0),
        (format!("From {}", "x".repeat(NAME - 5)), 0),
        (" ".to_owned(), 0),
        ("a b:".to_owned() + &"x".repeat(NAME), 0),
    ] {
        let found = head_length(text.as_bytes(), 0, false, &limits);
        assert_eq!(found.unwrap(), Some(length), "{text}");
    }
    let limits = Limits {
        header_bytes: 100,
        ..limits
    };
    let error = head_length("A:".repeat(51).as_bytes(), 0, false, &limits).err();
    assert!(error.is_none_or(|error| error.to_string().contains("100")));
    assert!(head_length("A:".repeat(52).as_bytes(), 0, false, &limits).is_err());
}
