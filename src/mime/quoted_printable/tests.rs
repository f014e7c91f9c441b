use super::*;
use proptest::prelude::*;

fn encode(input: &[u8], bare: BareLineFeed, step: usize) -> Vec<u8> {
    let (mut writer, mut out) = (QuotedPrintableWriter::new(bare), Vec::new());
    for piece in input.chunks(step) {
        writer.push(piece, &mut out);
    }
    writer.finish(&mut out);
    out
}

fn decode(input: &[u8], step: usize) -> Vec<u8> {
    let (mut reader, mut out) = (QuotedPrintableReader::default(), Vec::new());
    for piece in input.chunks(step) {
        reader.push(piece, &mut out);
    }
    reader.finish(&mut out);
    out
}

#[test]
fn encodes_what_relays_change() {
    for (text, expected) in [
        ("a\nb\r\nc", "a\r\nb\r\nc"),
        ("a\rb\r\r\nc\r", "a=0Db=0D\r\nc=0D"),
        ("a \nb\t\n c  d ", "a=20\r\nb=09\r\n c  d=20"),
        (
            "From x\nFrom\nFromage\n From x",
            "=46rom x\r\nFrom\r\nFromage\r\n From x",
        ),
        ("From ", "=46rom=20"),
        (".\n..\na.\n.x", "=2E\r\n=2E.\r\na.\r\n=2Ex"),
        (
            "-- \n--b\n-\n- x\na--",
            "-=2D=20\r\n-=2Db\r\n-\r\n- x\r\na--",
        ),
        ("a=b ä\0\x07\x7F", "a=3Db =C3=A4=00=07=7F"),
        ("", ""),
        ("\n\n", "\r\n\r\n"),
    ] {
        for step in [1, 2, 3, 100] {
            let encoded = encode(text.as_bytes(), BareLineFeed::Break, step);
            assert_eq!(String::from_utf8(encoded).unwrap(), expected, "{text:?}");
        }
    }
    assert_eq!(
        encode(b"a\nb\r\nc\r", BareLineFeed::Escape, 1),
        b"a=0Ab\r\nc=0D"
    );
}

#[test]
fn breaks_long_lines_without_splitting_escapes() {
    let text = encode("x".repeat(80).as_bytes(), BareLineFeed::Break, 9);
    let expected = format!("{}=\r\n{}", "x".repeat(75), "x".repeat(5));
    assert_eq!(text, expected.as_bytes());
    // What stands after a soft break begins a line too.
    for (text, tail) in [
        (format!("{}From y", "x".repeat(75)), "=\r\n=46rom y"),
        (format!("{}.", "x".repeat(75)), "=\r\n=2E"),
        (format!("{}--b", "x".repeat(75)), "=\r\n-=2Db"),
        (format!("{}ä", "x".repeat(73)), "=\r\n=C3=A4"),
        (format!("{} ", "x".repeat(75)), "=\r\n=20"),
    ] {
        let encoded = String::from_utf8(encode(text.as_bytes(), BareLineFeed::Break, 4)).unwrap();
        assert!(encoded.ends_with(tail), "{encoded}");
    }
}

#[test]
fn decodes_leniently() {
    for (text, expected) in [
        ("a=3Db=\r\nc=\nd= \t\r\ne", "a=bcde"),
        ("a  \r\nb \n c", "a\r\nb\r\n c"),
        ("=c3=A4", "ä"),
        ("a=zz b=4", "a=zz b=4"),
        ("a=4\r\n", "a=4\r\n"),
        ("a= b", "a= b"),
        ("a\rb\r", "a\rb\r"),
        ("a=", "a"),
        ("a==41", "a=A"),
        ("a ", "a"),
        ("=20 \r\n", " \r\n"),
    ] {
        for step in [1, 2, 50] {
            let decoded = String::from_utf8(decode(text.as_bytes(), step)).unwrap();
            assert_eq!(decoded, expected, "{text:?}");
        }
    }
}

/// Line breaks as CRLF, a CR without LF kept.
fn canonical(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, byte) in input.iter().enumerate() {
        if *byte == b'\n' && (i == 0 || input[i - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn comes_back_and_pieces_do_not_matter(
        input in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(b"From .-=\r\n \tx".to_vec()),
            1 => any::<u8>(),
            2 => Just(b'x'),
        ], 0..400),
        step in 1_usize..40,
    ) {
        let encoded = encode(&input, BareLineFeed::Break, step);
        prop_assert_eq!(&encode(&input, BareLineFeed::Break, 1000), &encoded);
        prop_assert_eq!(decode(&encoded, step), canonical(&input));
        for line in encoded.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            prop_assert!(line.len() <= 76);
            prop_assert!(line.iter().all(|b| matches!(b, b'\t' | b' '..=b'~')));
            prop_assert!(!line.ends_with(b" ") && !line.ends_with(b"\t"));
            prop_assert!(!line.starts_with(b"From ") && !line.starts_with(b".") && !line.starts_with(b"--"));
        }
        // Encoding again what was decoded gives the same bytes, and bare LFs survive when they must.
        let again = encode(&decode(&encoded, 7), BareLineFeed::Escape, step);
        prop_assert_eq!(again, encoded);
        let exact = encode(&input, BareLineFeed::Escape, step);
        prop_assert_eq!(decode(&exact, step), input);
    }
}
