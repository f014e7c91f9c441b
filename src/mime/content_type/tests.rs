use super::*;
use crate::Limits;

fn parse(value: &str) -> ContentType {
    ContentType::parse(value).unwrap_or_else(|error| panic!("{value}: {error}"))
}

#[test]
fn reads_types_and_parameters() {
    // RFC 2045 5.1: these two are the same.
    let plain = parse("text/plain; charset=us-ascii (Plain text)");
    assert_eq!(plain, parse("TEXT/Plain; CHARSET=\"us-ascii\""));
    assert!(plain.is("text", "plain"));
    assert_eq!(plain.parameter("charset"), Some("us-ascii"));
    let multipart = parse("multipart/mixed; boundary=----=_Part_1;");
    assert_eq!(multipart.parameter("boundary"), Some("----=_Part_1"));
    let quoted = parse("multipart/mixed ; boundary = \"a \\\"b; c\"");
    assert_eq!(quoted.parameter("boundary"), Some("a \"b; c"));
    for bad in [
        "",
        "text",
        "text/",
        "/plain",
        "text/plain x",
        "text/plain; =x",
        "text/plain; charset",
        "text/plain; charset=a; Charset=b",
        "text/plain; charset=\"a",
        "text/plain (open",
        "text/plain; x*0=a; x*2=b",
        "text/plain; x*0=a; x*0=b",
        "text/plain; x*=nocharset",
        "text/plain; x*=utf-8''%zz",
        "text/plain; x*=utf-8''a%0D%0Ab",
        "text/plain; x*=utf-8''%FF",
    ] {
        assert!(ContentType::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn reads_rfc_2231() {
    // Examples of RFC 2231 3 and 4.
    let url = parse(
        "message/external-body; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub/x\"; access-type=URL",
    );
    assert_eq!(url.parameter("url"), Some("ftp://cs.utk.edu/pub/x"));
    let title =
        parse("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A");
    assert_eq!(title.parameter("title"), Some("This is ***fun***"));
    let mixed = parse(
        "application/x-stuff; title*1*=%2A%2A%2Afun%2A%2A%2A%20; \
         title*0*=us-ascii'en'This%20is%20even%20more%20; title*2=\"isn't it!\"",
    );
    assert_eq!(
        mixed.parameter("title"),
        Some("This is even more ***fun*** isn't it!")
    );
    let both = parse("a/b; filename=\"x.txt\"; filename*=iso-8859-1''%E4.txt");
    assert_eq!(both.parameter("filename"), Some("ä.txt"));
}

#[test]
fn writes_parameters_that_read_back() {
    for value in [
        "plain",
        "",
        "a b",
        "a\"b\\c",
        "ä€.pdf",
        &"x".repeat(300),
        &"Übergröße ".repeat(20),
        "=?utf-8?q?x?=",
    ] {
        let text = format!("a/b; {}", parameters::write("name", value).join("; "));
        assert!(text.is_ascii());
        assert!(text.split(' ').all(|piece| piece.len() < 76), "{text}");
        assert_eq!(parse(&text).parameter("name"), Some(value));
    }
    assert_eq!(
        parameters::write("filename", "ä.txt"),
        ["filename*=UTF-8''%C3%A4.txt"]
    );
}

#[test]
fn reads_transfer_encodings() {
    let of = |text: &str| {
        let bytes = format!("{text}\r\n");
        let block = HeaderBlock::parse(bytes.as_bytes(), &Limits::default()).unwrap();
        TransferEncoding::of(&block)
    };
    assert_eq!(of("").unwrap(), TransferEncoding::SevenBit);
    for (value, encoding) in [
        ("BASE64", TransferEncoding::Base64),
        (
            "(c) Quoted-Printable (d)",
            TransferEncoding::QuotedPrintable,
        ),
        ("8bit;", TransferEncoding::EightBit),
        ("binary", TransferEncoding::Binary),
        ("x-uuencode", TransferEncoding::Other("x-uuencode".into())),
    ] {
        let field = format!("Content-Transfer-Encoding: {value}");
        assert_eq!(of(&field).unwrap(), encoding);
    }
    assert!(of("Content-Transfer-Encoding: 7bit base64").is_err());
    let two = "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64";
    assert!(of(two).is_err());
}

#[test]
fn a_tab_in_a_parameter_can_be_written_anew() {
    let value = "multipart/signed; protocol=\"appl\tcation\"; boundary=\"s\"";
    let written = rewrite(&Field::new("Content-Type", value).unwrap()).unwrap();
    assert!(!written.contains('\t'), "{written}");
    let parsed = ContentType::parse(&written).unwrap();
    assert_eq!(parsed, ContentType::parse(value).unwrap());
    assert!(ContentType::parse("text/plain; name*=UTF-8''a%0Ab").is_err());
}
