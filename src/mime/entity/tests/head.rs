//! What the header says without the body.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::mime::multipart;

/// The length of the head, found in pieces of these lengths, and then of one byte if there are no more.
fn head(raw: &[u8], cuts: &[usize], limits: &Limits) -> Result<usize, Error> {
    let (mut from, mut to) = (0, 0);
    let mut cuts = cuts.iter();
    loop {
        to = raw.len().min(to + cuts.next().unwrap_or(&1));
        let is_all = to == raw.len();
        match head_length(&raw[..to], from, is_all, limits)? {
            Some(length) => return Ok(length),
            None => from = to,
        }
        assert!(!is_all);
    }
}

/// Compares what the head says with what the whole says, in all parts too.
fn check(raw: &[u8], cuts: &[usize], depth: usize) {
    let limits = Limits::default();
    let shown = || String::from_utf8_lossy(raw).into_owned();
    let length = head(raw, cuts, &limits).unwrap();
    let head = Entity::read(&raw[..length], &limits);
    let whole = match Entity::read(raw, &limits) {
        Ok(whole) => whole,
        // A text that is armour is refused where a text is not.
        Err(error) => {
            return assert!(
                head.is_err() || raw.windows(5).any(|b| b == b"BEGIN"),
                "{error}"
            );
        }
    };
    let head = head.unwrap();
    assert_eq!(whole.raw.len() - whole.body.len(), length, "{}", shown());
    assert_eq!(head.header, whole.header);
    assert_eq!(head.flaw, whole.flaw);
    assert_eq!(head.content_type, whole.content_type);
    assert_eq!(head.encoding, whole.encoding);
    assert_eq!(head.file_name(), whole.file_name());
    assert_eq!(head.is_text(), whole.is_text());
    let boundary = match (head.kind(), whole.kind()) {
        (Kind::Leaf, Kind::Cms) => {
            assert!(head.is_text() && armour::begins(whole.body));
            return;
        }
        (Kind::Multipart { boundary }, Kind::MultipartSigned { boundary: same, .. }) => {
            assert_eq!(
                (Some(&boundary), &boundary),
                (head.may_be_signed().as_ref(), &same)
            );
            let split = multipart::split(whole.body, &boundary, &limits).unwrap();
            let [_, second] = split.parts[..] else {
                panic!("{} parts", split.parts.len());
            };
            let length = self::head(second, cuts, &limits).unwrap();
            assert!(is_signature_part(&second[..length], &limits));
            boundary
        }
        (found, kind) => {
            assert_eq!(found, kind, "{}", shown());
            assert_eq!(head.may_be_signed(), whole.may_be_signed());
            match kind {
                Kind::Multipart { boundary } | Kind::MultipartSigned { boundary, .. } => boundary,
                _ => return,
            }
        }
    };
    if let (Ok(split), 0..8) = (multipart::split(whole.body, &boundary, &limits), depth) {
        for part in split.parts {
            check(part, cuts, depth + 1);
        }
    }
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        if path.is_dir() {
            files(&path, found);
        } else if [".eml", ".pem", ".cms", ".pkcs7", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            found.push(path);
        }
    }
}

#[test]
fn mails_of_the_corpora_say_the_same_by_their_heads() {
    let Some(root) = corpora::corpora() else {
        return;
    };
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for path in found {
        let mail = std::fs::read(path).unwrap();
        for cuts in [
            &[][..],
            &[100_000_000],
            &[64; 1000],
            &[7, 1, 2, 300, 4096, 5],
        ] {
            check(&mail, cuts, 0);
        }
    }
}

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Content-Type: multipart/signed; boundary=x",
        "Content-Type: multipart/signed; boundary=x; protocol=\"application/pkcs7-signature\"; micalg=a",
        "Content-Type: multipart/signed; boundary=x; protocol=\"application/pgp-signature\"",
        "Content-Type: multipart/signed; boundary=x; protocol=odd",
        "Content-Type: multipart/mixed; boundary=x",
        "Content-Type: application/pkcs7-mime",
        "Content-Type: application/x-pkcs7-signature",
        "Content-Type: application/octet-stream; name=a.p7s",
        "Content-Type: message/rfc822",
        "Content-Type: text/plain",
        "Content-Transfer-Encoding: base64",
        "Subject: x",
        "\n",
        "\n",
        "\n\n",
        "\n\n",
        "\r\n\r\n",
        "\n--x\n",
        "\n--x\n",
        "\n--x--\n",
        "\r",
        " folded",
        "From a\n",
        "-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn sig_15_the_head_says_what_the_whole_says(
        tokens in prop::collection::vec(token(), 0..24),
        cuts in prop::collection::vec(0_usize..40, 0..20),
    ) {
        check(tokens.concat().as_bytes(), &cuts, 0);
    }
}

#[test]
fn who_may_be_signed_says_so() {
    for (parameters, expected) in [
        ("", Some("b")),
        ("; protocol=\"\"", Some("b")),
        ("; protocol=\"application/odd\"", Some("b")),
        ("; protocol=\"application/pgp-signature\"", None),
        ("; protocol=\"application/x-pkcs7-signature\"", None),
    ] {
        let header = format!("Content-Type: multipart/signed; boundary=b{parameters}\n\n");
        assert_eq!(
            read(&header).may_be_signed().as_deref(),
            expected,
            "{parameters}"
        );
    }
    let mixed = read("Content-Type: multipart/mixed; boundary=b\n\n");
    assert_eq!(mixed.may_be_signed(), None);
}

/// Each of these would take hours if fields or lines were gone through again for each other.
#[test]
fn dos_06_a_long_header_is_read_once() {
    let limits = Limits {
        header_bytes: usize::MAX,
        ..Limits::default()
    };
    let fields = "A:\n".repeat(1_000_000);
    let folded = "A: b\n".to_owned() + &" c\n".repeat(1_000_000);
    let folded_type = "Content-Type: text/plain\n".to_owned() + &" \n".repeat(1_000_000);
    let parameters: String = (0..200_000).map(|i| format!(";\n a{i}=b")).collect();
    let words = "a ".repeat(500_000);
    let encoded = "=?utf-8?Q?a?= ".repeat(50_000);
    for (text, count) in [
        (fields, 1_000_000),
        (folded, 1),
        (folded_type, 1),
        ("A: ".to_owned() + &"x".repeat(100_000_000), 1),
        ("A: b\n".to_owned() + &"no field\n".repeat(1_000_000), 1),
        (format!("Content-Type: text/plain{parameters}"), 1),
        (format!("Content-Disposition: x; filename=\"{words}\""), 1),
        (
            format!("Content-Type: application/octet-stream; name=\"{encoded}\""),
            1,
        ),
    ] {
        let entity = Entity::read(text.as_bytes(), &limits).unwrap();
        assert_eq!(entity.header.fields.len(), count);
        let _ = entity.file_name();
        let length = text.len();
        let mut seen = 0;
        for to in (0..length).step_by(length / 1000).chain([length]) {
            let is_all = to == length;
            let found = head_length(&text.as_bytes()[..to], seen, is_all, &limits).unwrap();
            assert_eq!(found, is_all.then_some(length));
            seen = to;
        }
    }
}
