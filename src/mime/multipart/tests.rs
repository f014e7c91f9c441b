use super::*;
use crate::ErrorKind;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Whether the closing delimiter is there: nothing that follows is a part then.
fn is_closed(body: &[u8], boundary: &str) -> bool {
    let count = |body: &[u8]| {
        let split = split(body, boundary, &Limits::default()).unwrap();
        split.parts.len()
    };
    let more = format!("\n--{boundary}\n--{boundary}\n");
    count(body) == count(&[body, more.as_bytes()].concat())
}

/// Preamble, parts and epilogue, with `!` at the end where the closing delimiter is missing.
fn show(body: &str, boundary: &str) -> String {
    let missing = match is_closed(body.as_bytes(), boundary) {
        true => "",
        false => "!",
    };
    let split = split(body.as_bytes(), boundary, &Limits::default()).unwrap();
    let parts: Vec<&str> = split.parts.iter().map(|part| text(part)).collect();
    let (preamble, epilogue) = (text(split.preamble), text(split.epilogue));
    format!("{preamble:?} {parts:?} {epilogue:?}{missing}")
}

/// What email.message_from_bytes of Python 3.11 makes of these bodies, with boundary x. It gives payloads, so each part
/// has its empty line here; "" stands for its `None`.
#[test]
fn sig_15_splits_as_python_does() {
    for (body, expected) in [
        ("--x\n\na\n--x\n\nb\n--x--\n", r#""" ["\na", "\nb"] """#),
        (
            "--x\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--\r\n",
            r#""" ["\r\na", "\r\nb"] """#,
        ),
        (
            "--x\r\n\na\r\n--x\n\r\nb\n--x--\r\n",
            r#""" ["\na", "\r\nb"] """#,
        ),
        (
            "pre\nam\n--x\n\na\n--x--\nepi\nlogue\n",
            r#""pre\nam" ["\na"] "epi\nlogue\n""#,
        ),
        ("--x \t\n\na\n--x--  \nepi", r#""" ["\na"] "epi""#),
        (
            "--x\n\na\n--xy\n-x\n --x\n--X\n--x-\n--x-- y\n--x --\n--x y\nend\n--x--\n",
            r#""" ["\na\n--xy\n-x\n --x\n--X\n--x-\n--x-- y\n--x --\n--x y\nend"] """#,
        ),
        ("--x\n\na\n--x\n\nb\n--", r#""" ["\na", "\nb\n--"] ""!"#),
        ("--x\n\na", r#""" ["\na"] ""!"#),
        ("--x\n--x\n\n--x\n\n\n--x--", r#""" ["", "", "\n"] """#),
        ("--x\n\na\n--x--", r#""" ["\na"] """#),
        (
            "--x\n\na\n--x--\n--x\n\nb\n--x--\n",
            r#""" ["\na"] "--x\n\nb\n--x--\n""#,
        ),
        ("--x\n\na\n\n\n--x--\n", r#""" ["\na\n\n"] """#),
        ("--x--\n--x\n\na\n--x--\n", r#""" [] "--x\n\na\n--x--\n""#),
        (
            "no delimiter\n at all\n",
            r#""no delimiter\n at all\n" [] ""!"#,
        ),
        ("", r#""" [] ""!"#),
    ] {
        assert_eq!(show(body, "x"), expected, "{body:?}");
    }
    // Python takes the line end before the missing delimiter away.
    assert_eq!(
        show("--x\n\na\n--x\n\nb\n", "x"),
        r#""" ["\na", "\nb\n"] ""!"#
    );
}

#[test]
fn sig_15_a_boundary_may_be_the_beginning_of_another() {
    let inner_is_prefix = "--xy\nC: x\n\n--x\n\na\n--x--\n--xy\n\nb\n--xy--\n";
    assert_eq!(
        show(inner_is_prefix, "xy"),
        r#""" ["C: x\n\n--x\n\na\n--x--", "\nb"] """#
    );
    let outer_is_prefix = "--x\nC: xy\n\n--xy\n\na\n--xy--\n--x\n\nb\n--x--\n";
    assert_eq!(
        show(outer_is_prefix, "x"),
        r#""" ["C: xy\n\n--xy\n\na\n--xy--", "\nb"] """#
    );
    // The outer delimiter ends everything inside.
    let equal = "--x\nC: x\n\n--x\n\na\n--x--\n--x\n\nb\n--x--\n";
    assert_eq!(
        show(equal, "x"),
        r#""" ["C: x\n", "\na"] "--x\n\nb\n--x--\n""#
    );
    let dashes = "--x\n\nno\n----x\n\na\n--x--\n----x--\n";
    assert_eq!(show(dashes, "--x"), r#""--x\n\nno" ["\na\n--x--"] """#);
    let dashes = "----x\n\nno\n--x\n\na\n----x--\n--x--\n";
    assert_eq!(show(dashes, "x"), r#""----x\n\nno" ["\na\n----x--"] """#);
}

/// Python takes a CR for a line end and finds a second part in each of these.
#[test]
fn sig_15_a_delimiter_beside_a_bare_cr_is_an_error() {
    for (body, position) in [
        ("--x\n\na\r--x\n\nb\n--x--\n", 7),
        ("--x\n\na\n--x\r\r\n\nb\n--x--\n", 7),
        ("--x\n\na\n--x\rb\n--x--\n", 7),
        ("--x\n\na\r--x--\r\nb", 7),
    ] {
        let error = split(body.as_bytes(), "x", &Limits::default()).unwrap_err();
        let ErrorKind::Malformed { position: at, .. } = error.kind() else {
            panic!("{error}");
        };
        assert_eq!(*at, Some(position), "{body:?}");
    }
    // No delimiter to anybody.
    for body in [
        "--x\n\na\r--xy\rb\r\n--x--",
        "--x\n\na\n--xy\rb\r--x y\r\n--x--",
    ] {
        assert!(is_closed(body.as_bytes(), "x"));
    }
    // The LF was cut off.
    let cut = split(b"--x\r\n\r\na\r\n--x--\r", "x", &Limits::default()).unwrap();
    assert_eq!(cut.parts, [b"\r\na"]);
    assert_eq!((cut.preamble, cut.epilogue), (&b""[..], &b""[..]));
}

#[test]
fn sig_15_a_boundary_that_cannot_be_one_is_an_error() {
    for bad in ["", "x ", "a\nb", "\u{e4}", &"x".repeat(201)] {
        let error = split(b"--\n\na\n----\n", bad, &Limits::default()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Header { .. }), "{bad:?}");
    }
    let long = "x".repeat(200);
    assert_eq!(
        show(&format!("--{long}\n\na\n--{long}--"), &long),
        r#""" ["\na"] """#
    );
    assert_eq!(
        show(
            "--a b'()+_,-./:=?\n\na\n--a b'()+_,-./:=?--",
            "a b'()+_,-./:=?"
        ),
        r#""" ["\na"] """#
    );
}

#[test]
fn sig_14_text_beside_the_parts_is_told_apart() {
    let body = b"read this\r\n--x\r\n\r\nsigned\r\n--x\r\n\r\nsignature\r\n--x--\r\nand this\r\n";
    let split = split(body, "x", &Limits::default()).unwrap();
    assert_eq!(split.preamble, b"read this");
    assert_eq!(split.parts, [&b"\r\nsigned"[..], b"\r\nsignature"]);
    assert_eq!(split.epilogue, b"and this\r\n");
}

#[test]
fn dos_06_the_number_of_parts_is_bounded() {
    let limits = Limits {
        mime_parts: 3,
        ..Limits::default()
    };
    let parts = |count: usize, end: &str| "--x\n\na\n".repeat(count) + end;
    for end in ["--x--", ""] {
        let split =
            |count| split(parts(count, end).as_bytes(), "x", &limits).map(|m| m.parts.len());
        assert_eq!(split(3).unwrap(), 3);
        assert!(matches!(
            split(4).unwrap_err().kind(),
            ErrorKind::Limit { limit: 3, .. }
        ));
        assert!(split(1_000_000).is_err());
    }
}

/// Each of these would take hours if lines, or what follows a near miss, were read again and again.
#[test]
fn dos_06_near_misses_cost_no_more_than_other_text() {
    let boundary = "-".repeat(70);
    let size = 10_000_000;
    let near = [
        format!("--{boundary}-\n"),
        format!("--{boundary}"),
        format!("--{boundary} "),
        format!("\r--{boundary}x"),
        "-".to_owned(),
        "\n-".to_owned(),
        "\r".to_owned(),
        "\n".to_owned(),
    ];
    for near in near {
        let text = near.repeat(size / near.len());
        let body = format!("--{boundary}\n\n{text}\nend\n--{boundary}--\n");
        let split = split(body.as_bytes(), &boundary, &Limits::default()).unwrap();
        assert_eq!(split.parts.len(), 1, "{near:?}");
        assert!(split.parts[0].ends_with(b"\nend"));
    }
}

/// To see the end of such a line, all of it would have to be kept.
#[test]
fn sig_15_white_space_after_a_boundary_is_bounded() {
    for (length, end, is_fine) in [
        (1000, "\n", true),
        (1001, "\n", false),
        (1001, "", false),
        (1001, "x\n", false),
        (1000, "x\n", true),
    ] {
        for dashes in ["", "--"] {
            let after = format!("{dashes}{}", " \t".repeat(501));
            let body = format!("--x\n\na\n--x{}{end}", &after[..length]);
            let split = split(body.as_bytes(), "x", &Limits::default());
            assert_eq!(split.is_ok(), is_fine, "{length} {dashes} {end:?}");
        }
    }
}
