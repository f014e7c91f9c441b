//! SIG-15: mails that two readers take for different things.

use mail_parser::MessageParser;

use super::*;
use crate::mime::multipart;

/// Stands after every header below: two bodies in one.
const BODIES: &str = "\n\n--x\n\na\n--x--\n--y\n\nb\n--y--\n";

/// Joins the texts of the parts.
fn ours(header: &str) -> String {
    let text = format!("{header}{BODIES}");
    let Ok(entity) = Entity::read(text.as_bytes(), &Limits::default()) else {
        return ERROR.into();
    };
    let Kind::Multipart { boundary } = entity.kind() else {
        return LEAF.into();
    };
    let split = multipart::split(entity.body, &boundary, &Limits::default()).unwrap();
    let parts = split.parts.iter().map(|part| String::from_utf8_lossy(part));
    parts.map(|part| part.trim().to_owned()).collect()
}

fn mail_parser(header: &str) -> String {
    let text = format!("{header}{BODIES}");
    let message = MessageParser::default().parse(&text);
    let message = message.filter(|message| message.parts[0].sub_parts().is_some());
    let Some(message) = message else {
        return LEAF.into();
    };
    let parts = message.parts[0].sub_parts().unwrap().iter().map(|id| {
        let part = &message.parts[usize::try_from(*id).unwrap()];
        part.text_contents().unwrap().trim().to_owned()
    });
    parts.collect()
}

const LEAF: &str = "leaf";
const ERROR: &str = "error";

/// What others make of it; Python is email.message_from_bytes of 3.11.
enum Others {
    Agree,
    /// Python and mail-parser.
    Say(&'static str, &'static str),
}

use Others::{Agree, Say};

const M: &str = "Content-Type: multipart/mixed; boundary=x";

#[test]
fn sig_15_one_result_or_an_error() {
    let (a, b) = ("a", "b");
    for (header, expected, others) in [
        (M, a, Agree),
        ("Content-Type: multipart/mixed; BOUNDARY=x", a, Agree),
        ("Content-Type: MULTIPART/Mixed;boundary=\"x\";", a, Agree),
        ("Content-Type:\n multipart/mixed;\n\tboundary= x", a, Agree),
        ("Content-Type: multipart/mixed;\n \n boundary=x", a, Agree),
        (
            "Content-Type: multipart/mixed; boundary*=us-ascii''x",
            a,
            Agree,
        ),
        (
            "Content-Type: multipart/mixed; boundary*0=\"\"; boundary*1=x",
            a,
            Agree,
        ),
        (
            "From a@b Thu Jan  1 00:00:00 1970\nContent-Type: multipart/mixed; boundary=x",
            a,
            Agree,
        ),
        (
            "A: \0b\nContent-Type: multipart/mixed; boundary=x",
            a,
            Agree,
        ),
        (
            "A: \u{e4}\nContent-Type: multipart/mixed; boundary=x; name=\"\u{e4}\"",
            a,
            Agree,
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64",
            a,
            Agree,
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\nno colon",
            a,
            Agree,
        ),
        ("Content-Type: multipart/mixed", LEAF, Agree),
        ("Content-Type: multipart/mixed; boundary=\"\"", LEAF, Agree),
        ("Content-Type: multipart/mixed; boundary=", LEAF, Agree),
        ("\nContent-Type: multipart/mixed; boundary=x", LEAF, Agree),
        // Comments and quoted pairs count (RFC 2045 5.1), and not all readers know them.
        (
            "Content-Type: multipart/mixed; (c) boundary (d) = (e) x (f)",
            a,
            Say(LEAF, LEAF),
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"\\x\"",
            a,
            Say(LEAF, a),
        ),
        (
            "Content-Type: multipart / mixed; boundary=x",
            a,
            Say(LEAF, a),
        ),
        // Those that are read in two ways.
        (
            "Content-Type: multipart/mixed; boundary=x\nContent-Type: multipart/mixed; boundary=y",
            ERROR,
            Say(a, b),
        ),
        (
            "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=x",
            ERROR,
            Say(LEAF, a),
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\nContent-Type: text/plain",
            ERROR,
            Say(a, LEAF),
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"x",
            ERROR,
            Say(LEAF, a),
        ),
        (
            "Content-Type : multipart/mixed; boundary=x",
            ERROR,
            Say(LEAF, a),
        ),
        (
            "A: b\nno colon\nContent-Type: multipart/mixed; boundary=x",
            ERROR,
            Say(LEAF, a),
        ),
        (
            "A: b\r\r\nContent-Type: multipart/mixed; boundary=x",
            ERROR,
            Say(LEAF, a),
        ),
        ("Content-Type: multipart/mixed; boundary=x\0", ERROR, Agree),
        (
            "Content-Type: multipart/mixed\0; boundary=x",
            ERROR,
            Say(a, a),
        ),
        (
            "Content-Type: multipart/mixed; boundary=x; boundary=y",
            ERROR,
            Say(a, a),
        ),
        (
            "Content-Type: multipart/mixed; boundary=x; boundary*=us-ascii''y",
            ERROR,
            Say(a, a),
        ),
        (
            "Content-Type: multipart/mixed; boundary=x; boundary*0=y",
            ERROR,
            Say(a, a),
        ),
        (
            "A: b\nFrom a@b Thu Jan  1 00:00:00 1970\nContent-Type: multipart/mixed; boundary=x",
            ERROR,
            Say(a, a),
        ),
        ("Content-Type: multipart/mixed boundary=x", ERROR, Agree),
        ("Content-Type: multipart/mixed; boundary=x y", ERROR, Agree),
        (
            "Content-Type: multipart/mixed; boundary=\"x\0y\"",
            ERROR,
            Agree,
        ),
        // Those of which less is believed than others do: nothing in a leaf can be trusted.
        (
            "Content-Type: multipart/mixed; boundary=\"x \"",
            LEAF,
            Say(a, LEAF),
        ),
        (
            "no colon\nContent-Type: multipart/mixed; boundary=x",
            LEAF,
            Say(LEAF, a),
        ),
        (
            "A: b\rContent-Type: multipart/mixed; boundary=x",
            LEAF,
            Say(a, LEAF),
        ),
        (
            " A: b\nContent-Type: multipart/mixed; boundary=x",
            LEAF,
            Say(a, a),
        ),
        (
            "\u{e4}: b\nContent-Type: multipart/mixed; boundary=x",
            LEAF,
            Say(LEAF, a),
        ),
    ] {
        assert_eq!(ours(header), expected, "{header:?}");
        let others = match others {
            Agree if expected == ERROR => LEAF,
            Agree => expected,
            Say(python, mail_parser) => {
                assert_ne!((python, mail_parser), (expected, expected), "{header:?}");
                mail_parser
            }
        };
        assert_eq!(mail_parser(header), others, "mail-parser: {header:?}");
    }
}

#[test]
fn sig_15_protection_is_read_in_one_way_or_not_at_all() {
    let signed =
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=x";
    let cms = "Content-Type: application/pkcs7-mime";
    for header in [
        format!("{signed}\n{cms}"),
        format!("Content-Type: text/plain\n{signed}"),
        format!("Content-Type: text/plain\n{cms}"),
        format!("{cms}\nContent-Type: text/plain"),
        format!("{cms}\nContent-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit"),
        format!("A: b\nno colon\n{cms}"),
        format!("{cms}\nno colon\nContent-Transfer-Encoding: base64"),
        format!("{cms}\nA: b\rContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64"),
        format!("{cms}\nContent-Transfer-Encoding : base64"),
        format!("{cms}\0"),
        format!("{cms}; name=a; name=b"),
        format!("{signed}; boundary=y"),
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"".into(),
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=\"\""
            .into(),
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=\"x \""
            .into(),
        "Content-Type: application/octet-stream; name=a.p7m\nContent-Type: text/plain".into(),
    ] {
        assert_eq!(ours(&header), ERROR, "{header:?}");
    }
    let error = Entity::read(
        b"A: b\nno colon\nContent-Type: multipart/mixed; boundary=x\n\n",
        &Limits::default(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "malformed header block at byte 5: a line that is no header field"
    );
}

/// mail-parser looks for a boundary anywhere in a line, and does not look at what follows it.
#[test]
fn sig_15_nested_boundaries_split_as_in_python() {
    for (text, tree) in [
        (
            "Content-Type: multipart/mixed; boundary=xy\n\n--xy\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n--xy\n\nb\n--xy--\n",
            "[[a] b]",
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=xy\n\n--xy\n\na\n--xy--\n--x\n\nb\n--x--\n",
            "[[a] b]",
        ),
        // The delimiter of the outer one ends the inner one, which has no part then.
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n--x\n\nb\n--x--\n",
            "[[] a]",
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\na\n--x--\n--y--\n--x\n\nb\n--x--\n",
            "[[a]]",
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"--x\"\n\n--x\n\nno\n----x\n\na\n--x--\n----x--\n",
            "[a\n--x--]",
        ),
    ] {
        assert_eq!(nested(text.as_bytes()), tree);
    }
}

fn nested(raw: &[u8]) -> String {
    let entity = Entity::read(raw, &Limits::default()).unwrap();
    let Kind::Multipart { boundary } = entity.kind() else {
        return String::from_utf8_lossy(entity.body).into_owned();
    };
    let split = multipart::split(entity.body, &boundary, &Limits::default()).unwrap();
    let parts: Vec<String> = split.parts.iter().map(|part| nested(part)).collect();
    format!("[{}]", parts.join(" "))
}
