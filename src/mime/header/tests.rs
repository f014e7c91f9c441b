use super::*;
use crate::ErrorKind;

fn parse(bytes: &[u8]) -> Result<HeaderBlock, Error> {
    HeaderBlock::parse(bytes, &Limits::default())
}

#[test]
fn keeps_bytes_and_takes_both_line_ends() {
    let crlf = b"Subject: a\r\n\tb \r\nX-y:z\r\nTO:  c@d\r\n\r\nbody: x\r\n";
    let lf = b"Subject: a\n\tb \nX-y:z\nTO:  c@d\n\nbody: x\n";
    let block = parse(crlf).unwrap();
    assert_eq!(block, parse(lf).unwrap());
    assert_eq!(
        block.to_bytes(),
        b"Subject: a\r\n\tb \r\nX-y:z\r\nTO:  c@d\r\n"
    );
    assert_eq!(block.get("subject").unwrap().value(), "a\tb");
    assert_eq!(block.get("x-Y").unwrap().text().unwrap(), "z");
    assert_eq!(block.get("to").unwrap().name(), "TO");
    assert!(block.get("body").is_none());
    assert!(parse(b"").unwrap().fields.is_empty());
    assert!(parse(b"\r\nx").unwrap().fields.is_empty());
}

#[test]
fn sig_15_refuses_what_parsers_read_differently() {
    for (bytes, word) in [
        (&b"From a@b Mon Jan 1\nSubject: x\n\n"[..], "mbox"),
        (b"Subject: x\nno colon\n\n", "without colon"),
        (b" a: b\n\n", "white space"),
        (b"a: b\rc: d\n\n", "CR without LF"),
        (b"a: b\0c\n\n", "NUL"),
        (b"a : b\n\n", "without space"),
        (b": b\n\n", "without space"),
        (b"\xC3\xA4: b\n\n", "printable ASCII"),
    ] {
        let error = parse(bytes).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let two = parse(b"A: 1\nb: 2\na: 3\n\n").unwrap();
    assert!(two.unique("a").is_err());
    assert!(two.unique("b").unwrap().is_some());
    assert!(two.unique("c").unwrap().is_none());
    assert_eq!(two.all("A").count(), 2);
}

#[test]
fn dos_06_the_header_block_is_bounded() {
    let limits = Limits {
        header_bytes: 100,
        ..Limits::default()
    };
    let bytes = format!("A: {}\r\n\r\n", "x".repeat(100));
    let over = |error: Error| matches!(error.kind(), ErrorKind::Limit { limit: 100, .. });
    assert!(over(
        HeaderBlock::parse(bytes.as_bytes(), &limits).unwrap_err()
    ));
    assert!(over(
        HeaderReader::default()
            .push(bytes.as_bytes(), &limits)
            .unwrap_err()
    ));
}

#[test]
fn smtp_02_a_field_cannot_become_two() {
    for (name, value) in [
        ("X\r\nBcc", "a@b"),
        ("X:Bcc", "a@b"),
        ("X Y", "a"),
        ("", "a"),
        ("Ä", "a"),
        ("Subject", "a\r\nBcc: x"),
        ("Subject", "a\nBcc: x"),
        ("Subject", "a\rBcc: x"),
        ("Subject", "a\0b"),
    ] {
        let error = Field::new(name, value).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Header { .. }));
    }
    assert!(Field::new("X", &"y".repeat(1200)).is_err());
    let field = Field::new("Subject", "Grüße").unwrap();
    assert_eq!(field.raw(), "Subject: Grüße\r\n".as_bytes());
    assert_eq!(field.value(), "Grüße");
}

#[test]
fn bytes_that_are_no_text_are_kept_and_reported() {
    let block = parse(b"Subject: \xE4\r\n\r\n").unwrap();
    assert!(block.get("Subject").unwrap().text().is_err());
    assert_eq!(block.get("Subject").unwrap().value(), "\u{FFFD}");
    assert_eq!(block.to_bytes(), b"Subject: \xE4\r\n");
}

#[test]
fn reader_stops_after_the_blank_line_however_it_is_split() {
    for text in [
        &b"A: b\r\nC: d\r\n\r\nbody"[..],
        b"A: b\n\nbody",
        b"\nbody",
        b"\r\nbody",
    ] {
        for step in 1..text.len() {
            let mut reader = HeaderReader::default();
            let mut at = 0;
            for piece in text.chunks(step) {
                match reader.push(piece, &Limits::default()).unwrap() {
                    Some(taken) => {
                        at += taken;
                        break;
                    }
                    None => at += piece.len(),
                }
            }
            assert_eq!(&text[at..], b"body");
            assert_eq!(reader.bytes(), &text[..at]);
        }
    }
}
