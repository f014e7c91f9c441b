use sha2::{Digest, Sha256};

use super::*;

mod corpora;

/// What is found when `signed` was signed and `received` came.
fn found(received: &str, signed: &str) -> Option<String> {
    let mut tried = 0;
    let words = diagnose(received.as_bytes(), &mut |variant| {
        tried += 1;
        variant == signed.as_bytes()
    });
    assert!(tried <= MAX_VARIANTS);
    words
}

#[test]
fn each_change_is_named() {
    let plain = "Content-Type: text/plain\r\n\r\n";
    let encoded = |encoding: &str| {
        format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n")
    };
    for (received, signed, words) in [
        (
            "a\r\nb\r\n".to_owned(),
            "a\nb\n".to_owned(),
            "with LF line ends (",
        ),
        ("a\nb\r\n".into(), "a\nb\r\n".into(), "as it arrived"),
        ("a\r\r\nb\r\r\n".into(), "a\r\nb\r\n".into(), "CR CR LF"),
        (
            "a\rb\r\n".into(),
            "a\r\nb\r\n".into(),
            "each CR as a line end",
        ),
        (
            "a \r\nb\t\r\n".into(),
            "a\r\nb\r\n".into(),
            "without white space at line ends",
        ),
        (
            "a \r\nb\t\r\n".into(),
            "a\nb\n".into(),
            "without white space at line ends and with LF",
        ),
        (
            "a\r\n--\r\nb".into(),
            "a\r\n-- \r\nb".into(),
            "with a space after \"--\"",
        ),
        (
            "a\r\n".into(),
            "a".into(),
            "without the line end at its end",
        ),
        (
            "a\r\n\r\n\r\n".into(),
            "a".into(),
            "without the empty lines at its end",
        ),
        ("a".into(), "a\r\n".into(), "with one more line end"),
        (
            "a\n".into(),
            "a\n\n".into(),
            "with one more line end at its end and with LF",
        ),
        ("a".into(), "a\r\n\r\n".into(), "with two more line ends"),
        (
            "a\r\n>From b\r\n".into(),
            "a\r\nFrom b\r\n".into(),
            "begin with \">From \" (a mailbox",
        ),
        (
            "From b\r\n".into(),
            ">From b\r\n".into(),
            "lines begin with \"From \"",
        ),
        (
            format!("{plain}a\r\n"),
            "a\r\n".into(),
            "without its header (",
        ),
        (
            "Content-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\na".into(),
            "Content-Type: text/plain; charset=utf-8\r\n\r\na".into(),
            "with its header fields not folded",
        ),
        (
            "Content-Type: text/plain;\r\n  charset=utf-8\r\n\r\na".into(),
            "Content-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\na".into(),
            "folded with a tab",
        ),
        (
            "Content-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\na".into(),
            "Content-Type: text/plain;\r\n charset=utf-8\r\n\r\na".into(),
            "folded with a space",
        ),
        (
            "Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\na".into(),
            "Content-Type: text/plain;\r\n\tcharset=utf-8;\r\n\tformat=flowed\r\n\r\na".into(),
            "after each semicolon, with a tab",
        ),
        (
            format!("X-Scanned: yes\r\n{plain}a"),
            format!("{plain}a"),
            "without its header field X-Scanned",
        ),
        (
            format!("{}=C3=A4=\r\n=3D\r\n", encoded("quoted-printable")),
            format!("{}\u{e4}=\r\n", encoded("8bit")),
            "with its body as it was before it became quoted-printable",
        ),
        (
            format!("{}=C3=A4\r\n", encoded("quoted-printable")),
            format!("{plain}\u{e4}\r\n"),
            "with its body as it was before it became quoted-printable",
        ),
        (
            format!("{}w6QNCg==\r\n", encoded("base64")),
            format!("{}\u{e4}\r\n", encoded("8bit")),
            "with its body as it was before it became base64",
        ),
        (
            format!("{}\u{e4}=\r\n", encoded("8bit")),
            format!("{}=C3=A4=3D\r\n", encoded("quoted-printable")),
            "with its body as quoted-printable",
        ),
        (
            format!(
                "{}{}\r\n{}\r\n",
                encoded("base64"),
                "A".repeat(76),
                "B".repeat(52)
            ),
            format!(
                "{}{}\r\n{}{}\r\n",
                encoded("base64"),
                "A".repeat(64),
                "A".repeat(12),
                "B".repeat(52)
            ),
            "with the base64 of its body in lines of 64 characters",
        ),
        (
            format!("{plain}text\r\nmore\r\n_______\r\nlist\r\nfooter\r\n"),
            format!("{plain}text\r\nmore\r\n"),
            "without the last 3 lines of its body (a footer was added)",
        ),
        (
            format!("{plain}text\r\n\r\n-- \r\nfooter"),
            format!("{plain}text"),
            "without the last 3 lines of its body (a footer was added)",
        ),
        (
            format!("{plain}one\r\n\r\ntwo\r\n\r\nscanned by x"),
            format!("{plain}one\r\n\r\ntwo\r\n"),
            "without the last 2 lines of its body (a footer was added)",
        ),
        (
            format!("{plain}CAUTION\r\n\r\ntext"),
            format!("{plain}text"),
            "without the first 2 lines of its body (a banner was added)",
        ),
    ] {
        let named = found(&received, &signed);
        let named = named.unwrap_or_else(|| panic!("nothing for {signed:?} as {received:?}"));
        assert!(named.contains(words), "{signed:?} as {received:?}: {named}");
    }
}

#[test]
fn changes_inside_of_a_multipart_are_found_too() {
    let mail = |text: &str, more: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n\
             --y\r\n{text}\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>\r\n--y--\r\n\r\n--x\r\nContent-Type: image/png\r\n\
             Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n{more}--x--\r\n"
        )
    };
    let signed = mail(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u{e4}",
        "",
    );
    let recoded = mail(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4",
        "",
    );
    assert_eq!(
        found(&recoded, &signed).unwrap(),
        "with the body of one of its parts as it was before it became quoted-printable"
    );
    let signed = mail("\r\ntext", "");
    assert_eq!(
        found(&mail("\r\ntext\r\n____\r\nlist", ""), &signed).unwrap(),
        "without the last 2 lines of the body of one of its parts (a footer was added)"
    );
    let added = mail("\r\ntext", "--x\r\n\r\nlist\r\n");
    assert_eq!(
        found(&added, &signed).unwrap(),
        "without the last of its parts (one was added)"
    );
    let around = format!(
        "Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n{signed}\r\n--l\r\n\r\nlist\r\n--l--\r\n"
    );
    assert_eq!(
        found(&around, &signed).unwrap(),
        "with only the first of its parts (a multipart was put around it)"
    );
}

#[test]
fn another_text_is_not_explained() {
    for received in [
        "",
        "a",
        "Content-Type: text/plain\r\n\r\nThe price is 10\r\n",
    ] {
        assert_eq!(
            found(
                received,
                "Content-Type: text/plain\r\n\r\nThe price is 20\r\n"
            ),
            None
        );
    }
}

#[test]
fn what_is_tried_is_bounded_and_never_the_same_as_received() {
    let lines = "text \r\n>From x\r\nFrom x\r\n--\r\n\r\n____\r\n".repeat(50);
    let header: String = (0..50).map(|n| format!("X-{n}: a;\r\n\tb\r\n")).collect();
    let parts = format!("--x\r\n\r\n{lines}\r\n").repeat(200);
    let mail =
        format!("{header}Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}--x--\r\n\r\n");
    let mut tried = Vec::new();
    let words = diagnose(mail.as_bytes(), &mut |variant| {
        tried.push(Sha256::digest(variant));
        assert_ne!(variant, mail.as_bytes());
        false
    });
    assert_eq!(words, None);
    assert_eq!(tried.len(), MAX_VARIANTS);
    let large = vec![b'\n'; MAX_PART + 1];
    diagnose(&large, &mut |_| panic!("looked at"));
    // The words hold nothing that a sender could use to speak in them.
    let long = format!(
        "X-{}: y\r\nContent-Type: text/plain\r\n\r\na",
        "x".repeat(900)
    );
    let words = found(&long, "Content-Type: text/plain\r\n\r\na").unwrap();
    assert!(words.len() < 100, "{words}");
}

#[test]
fn dos_10_no_prefix_makes_it_panic() {
    let mail = "X: y\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n\
        --x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=\r\n\r\n-- \r\n=3D\r\n\r\n--x--\r\n";
    for length in 0..=mail.len() {
        let lf = mail[..length].replace("\r\n", "\n");
        for part in [&mail[..length], &mail[length..], &lf] {
            assert_eq!(diagnose(part.as_bytes(), &mut |_| false), None);
        }
    }
}

#[test]
fn dos_04_large_parts_are_looked_at_for_their_line_ends_only() {
    let line = "a \r\nFrom b\r\n--\r\n";
    let tried = |len: usize| {
        let part = line.repeat(len / line.len());
        let mut tried = 0;
        diagnose(part.as_bytes(), &mut |_| {
            tried += 1;
            false
        });
        tried
    };
    assert!(tried(MAX_THOROUGH) > 10);
    assert!((1..=10).contains(&tried(MAX_THOROUGH + 1000)));
    assert_eq!(tried(MAX_PART + 1000), 0);
    let large = format!("{}\n", "a\r\n".repeat(MAX_THOROUGH));
    assert!(found(&large.replace("\r\n", "\n"), &large).is_none());
    let lf = large.replace("\r\n", "\n");
    assert!(found(&large, &lf).is_some_and(|words| words.contains("LF line ends")));
}
