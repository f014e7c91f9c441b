use super::*;
use crate::ErrorKind;
use crate::mime::base64::Base64Writer;

mod kept;
mod others;

fn limits(leaf_lookahead: usize) -> Limits {
    Limits {
        leaf_lookahead,
        ..Limits::default()
    }
}

fn run(input: &[u8], form: Form, limits: &Limits, step: usize) -> Result<Vec<u8>, Error> {
    let (mut machine, mut out) = (Canonicalizer::new(form, limits), Vec::new());
    for piece in input.chunks(step) {
        machine.push(piece, &mut out)?;
    }
    machine.finish(&mut out)?;
    Ok(out)
}

/// The canonical form in several cuts, and of itself.
fn canonical_within(input: &[u8], form: Form, limits: &Limits) -> Result<Vec<u8>, Error> {
    let whole = run(input, form, limits, usize::MAX)?;
    for step in [1, 2, 3, 7, 64, 1000] {
        assert_eq!(show(&run(input, form, limits, step)?), show(&whole));
    }
    assert_eq!(show(&run(&whole, form, limits, 5)?), show(&whole));
    Ok(whole)
}

fn show(bytes: &[u8]) -> String {
    bytes
        .escape_ascii()
        .to_string()
        .replace("\\r\\n", "\\r\\n\n")
}

fn canonical(input: &str) -> String {
    let out = canonical_within(input.as_bytes(), Form::SevenBit, &Limits::default());
    String::from_utf8(out.unwrap_or_else(|error| panic!("{input}: {error}"))).unwrap()
}

fn refusal(input: &[u8]) -> String {
    canonical_within(input, Form::SevenBit, &Limits::default())
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_safe_passes_byte_for_byte() {
    for text in [
        "Content-Type: text/plain\r\n\r\nHello\r\n",
        "Content-Type: text/plain\r\n\r\nno line end",
        "Content-Type: text/plain\r\n\r\n",
        "Content-Type: text/plain\r\n\r\n\r\n",
        "Content-Type: text/plain\r\n\r\nx",
        "\r\nno header at all\r\n.\r\n..\r\n",
        "\r\n",
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n",
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n\r\n--b\r\n\
         Content-Type: multipart/alternative; boundary=\"b2\"\r\n\r\n--b2\r\nContent-Type: text/html\r\n\r\n\
         <p>\r\n--b2--\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\n--b--\r\nepilogue\r\n",
        "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
    ] {
        assert_eq!(canonical(text), text);
        if !text.contains("multipart/mixed; boundary=b\r\n\r\n--") {
            assert_eq!(canonical(&text.replace("\r\n", "\n")), text);
        }
    }
    assert_eq!(canonical(""), "\r\n");
    assert_eq!(canonical("Subject: x"), "Subject: x\r\n\r\n");
    let relabelled = canonical("Content-Transfer-Encoding: 8bit\n\nabc\n");
    assert_eq!(relabelled, "Content-Transfer-Encoding: 7bit\r\n\r\nabc\r\n");
}

#[test]
fn sig_20_what_a_relay_would_change_is_encoded() {
    for (body, encoded) in [
        ("From here\n", "=46rom here\r\n"),
        ("a \nb\t\n", "a=20\r\nb=09\r\n"),
        ("grün\n", "gr=C3=BCn\r\n"),
        ("a\rb\n", "a=0Db\r\n"),
        ("a\0\n", "a=00\r\n"),
        ("-- \nsig", "-=2D=20\r\nsig"),
        (".\n \n", "=2E\r\n=20\r\n"),
    ] {
        let input = format!("X-A: 1\nContent-Type: text/plain; charset=utf-8\nX-B: 2\n\n{body}");
        let expected = format!(
            "X-A: 1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: \
             quoted-printable\r\nX-B: 2\r\n\r\n{encoded}"
        );
        assert_eq!(canonical(&input), expected);
        let declared = input.replace("\n\n", "\nContent-Transfer-Encoding: 8bit\n\n");
        assert!(
            canonical(&declared).contains("X-B: 2\r\nContent-Transfer-Encoding: quoted-printable")
        );
    }
    let long = format!("\n{}\n", "x".repeat(999));
    assert!(canonical(&long).starts_with("Content-Transfer-Encoding: quoted-printable\r\n\r\nxxx"));
    let fits = format!("\n{}\n", "x".repeat(998));
    assert_eq!(canonical(&fits), fits.replace('\n', "\r\n"));
    // Bytes of another charset, and data.
    let input = b"Content-Type: text/plain; charset=UTF-16LE\n\na\0\n\0";
    let wide = canonical_within(input, Form::SevenBit, &Limits::default()).unwrap();
    assert!(wide.ends_with(b"Content-Transfer-Encoding: base64\r\n\r\nYQAKAA==\r\n"));
    let input = b"Content-Type: a/b\nContent-Transfer-Encoding: binary\n\na\nb";
    let data = canonical_within(input, Form::SevenBit, &Limits::default()).unwrap();
    assert_eq!(
        show(&data),
        show(b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nYQpi\r\n")
    );
}

#[test]
fn smtp_03_no_end_of_data_but_the_real_one() {
    for body in [
        "a\n.\nb",
        "a\r.\rb",
        "a\n.\r\nb",
        "a\r\n.\r\nb",
        "a\r\n\r\n.b",
        "a\r\n.\rb",
    ] {
        let out = canonical(&format!("Content-Type: text/plain\n\n{body}"));
        assert!(!out.replace("\r\n", "").contains(['\r', '\n']), "{out:?}");
    }
}

#[test]
fn declared_encodings_are_kept_and_made_safe() {
    let qp = "Content-Transfer-Encoding: quoted-printable\n\nFrom =41 \n=0A=\nx=C3=BC\u{fc}\n";
    assert_eq!(
        canonical(qp),
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n=46rom A\r\n=0Ax=C3=BC=C3=BC\r\n"
    );
    let base64 = format!(
        "Content-Type: a/b\nContent-Transfer-Encoding: Base64\n\n{}\n",
        "QUJD".repeat(300)
    );
    let out = canonical(&base64);
    assert!(out.contains("Encoding: Base64\r\n\r\nQUJD") && out.lines().all(|l| l.len() <= 76));
    assert!(refusal(b"Content-Transfer-Encoding: x-other\n\n\xFC\n").contains("x-other"));
    assert!(refusal(b"Content-Transfer-Encoding: base64\n\nQQ==QQ== \n").contains("padding"));
}

#[test]
fn leaves_longer_than_the_look_ahead_are_encoded_whatever_they_hold() {
    let limits = limits(40);
    let long = |header: &str, body: &str| {
        let input = format!("{header}\n{}", body.repeat(20));
        let out = canonical_within(input.as_bytes(), Form::SevenBit, &limits);
        String::from_utf8(out.unwrap()).unwrap()
    };
    let text = long("Content-Type: text/plain\n", "line = 1\n");
    assert!(text.contains("quoted-printable\r\n\r\nline =3D 1\r\nline"));
    assert!(long("Content-Type: a/b\n", "line\n").contains("base64\r\n\r\nbGluZQpsaW5l"));
    let kept = long("Content-Transfer-Encoding: base64\n", "QUJD\n");
    assert!(kept.contains("base64\r\n\r\nQUJD\r\nQUJD\r\n"));
    let kept = long(
        "Content-Transfer-Encoding: quoted-printable\n",
        "a=3Db=\n\n",
    );
    assert!(kept.contains("quoted-printable\r\n\r\na=3Db=\r\n\r\na=3Db=\r\n"));
    let other =
        b"Content-Transfer-Encoding: x-other\r\n\r\n0123456789 0123456789 0123456789 0123456789";
    assert_eq!(
        canonical_within(other, Form::Opaque, &limits).unwrap(),
        other
    );
}

#[test]
fn long_leaves_keep_the_encoding_they_have_byte_for_byte() {
    let limits = limits(40);
    let line = "QUJDREVG".repeat(9);
    for (header, body) in [
        ("base64", format!("{line}\r\n").repeat(30)),
        ("base64", format!("{line}\r\n\r\nQQ==\r\n-_?\r\n")),
        ("base64", format!("{}\r\n", "QUJD".repeat(249)).repeat(3)),
        (
            "quoted-printable",
            "a=3Db =\r\n--c\r\n=20\r\n.\r\nFro=6D x\r\n".repeat(30),
        ),
        (
            "quoted-printable",
            format!("{}\r\n{}", "x".repeat(998), "y".repeat(998)),
        ),
        ("Base64", format!("{}\r\n \txxxx", "x".repeat(100))),
    ] {
        let input = format!("Content-Transfer-Encoding: {header}\r\n\r\n{body}");
        let out = canonical_within(input.as_bytes(), Form::SevenBit, &limits).unwrap();
        assert_eq!(show(&out), show(input.as_bytes()));
        // Only the line ends of a file change.
        let file = input.replace("\r\n", "\n");
        let out = canonical_within(file.as_bytes(), Form::SevenBit, &limits).unwrap();
        assert_eq!(show(&out), show(input.as_bytes()));
    }
}

#[test]
fn long_leaves_are_repaired_from_the_first_bad_line_on() {
    let limits = limits(40);
    let keep = "QUJD".repeat(12);
    for (encoding, bad, repaired) in [
        ("base64", "QU\u{fc}JD\nQUJD\n", "QUJDQUJD\r\n".to_owned()),
        ("base64", "QUJD \nQ\rQ==\n", "QUJDQQ==\r\n".to_owned()),
        ("base64", "\0QUJD\n", "QUJD\r\n".to_owned()),
        (
            "base64",
            &"QUJD".repeat(260),
            format!("{}\r\n", "QUJD".repeat(19)).repeat(13) + &"QUJD".repeat(13) + "\r\n",
        ),
        (
            "quoted-printable",
            "From =41\nb \n",
            "=46rom A\r\nb\r\n".to_owned(),
        ),
        (
            "quoted-printable",
            "a\u{fc}=3D\n-- x\n",
            "a=C3=BC=3D\r\n-=2D x\r\n".to_owned(),
        ),
        (
            "quoted-printable",
            &"x".repeat(999),
            format!("{}=\r\n", "x".repeat(75)).repeat(13) + &"x".repeat(24),
        ),
    ] {
        let head = format!("Content-Transfer-Encoding: {encoding}\r\n\r\n");
        let input = format!("{head}{keep}\n{keep}\n{bad}");
        let out = canonical_within(input.as_bytes(), Form::SevenBit, &limits).unwrap();
        assert_eq!(
            show(&out),
            show(format!("{head}{keep}\r\n{keep}\r\n{repaired}").as_bytes())
        );
    }
    // What readers decode in different ways, and what ends in the middle of an octet, as before the look-ahead.
    for bad in ["QQ==\nQQ==\n", "QQ==\n\u{fc}\nQQ==\n", "Q===\n", "QUJDQ\n"] {
        for body in [bad.to_owned(), format!("{keep}\n{keep}\n{bad}")] {
            let input = format!("Content-Transfer-Encoding: base64\r\n\r\n{body} \n");
            let refused = |limits: &Limits| {
                canonical_within(input.as_bytes(), Form::SevenBit, limits)
                    .unwrap_err()
                    .to_string()
            };
            assert_eq!(refused(&limits), refused(&Limits::default()));
        }
    }
    // A line that a multipart around the encoded message takes for its delimiter, after the look-ahead.
    let encoded = |inner: &str| {
        let (mut writer, mut out) = (Base64Writer::default(), Vec::new());
        writer.push(inner.as_bytes(), &mut out);
        writer.finish(&mut out);
        String::from_utf8(out).unwrap()
    };
    let inner =
        format!("Content-Transfer-Encoding: quoted-printable\n\n{keep}\n{keep}\n--out\nx\n");
    let input = format!(
        "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: message/rfc822\n\
         Content-Transfer-Encoding: base64\n\n{}\n--out--\n",
        encoded(&inner)
    );
    let out = canonical_within(input.as_bytes(), Form::SevenBit, &limits).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains(&format!("{keep}\r\n{keep}\r\n-=2Dout\r\nx\r\n")),
        "{out}"
    );
}

#[test]
fn sig_15_structure_is_read_in_one_way() {
    // White space after delimiters goes, a boundary may begin like another one, a missing end comes.
    let input = "Content-Type: multipart/mixed; boundary=\"x\"\nContent-Transfer-Encoding: 8bit\n\n\
                 --x \t\nContent-Type: multipart/mixed; boundary=xy\n\n--xy\n\n1\n--xyz\n--x--y\n--x\n\n2\n";
    assert_eq!(
        canonical(input),
        "Content-Type: multipart/mixed; boundary=\"x\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n--x\r\n\
         Content-Type: multipart/mixed; boundary=xy\r\n\r\n--xy\r\n\r\n1\r\n--xyz\r\n--x--y\r\n--xy--\r\n\
         --x\r\n\r\n2\r\n--x--"
    );
    // Text around the parts that is not safe, or that some take for another part, goes.
    let margins =
        "Content-Type: multipart/mixed; boundary=x\n\nFrom me\n--x\n\n1\n--x--\nmore\n--x\n\n2\n";
    assert_eq!(
        canonical(margins),
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n1\r\n--x--"
    );
    // Header without blank line, and no part at all.
    let bare = "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: a/b\n--x\n--x--";
    assert_eq!(
        canonical(bare),
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: a/b\r\n\r\n--x\r\n\r\n--x--"
    );
    for (input, word) in [
        (&b"Content-Type: multipart/mixed\n\nx"[..], "boundary"),
        (b"Content-Type: multipart/mixed; boundary=\"\"\n\nx", "boundary"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nx", "does not occur"),
        (b"Content-Type: multipart/mixed; boundary=x; boundary=y\n\n--x--", "twice"),
        (b"Content-Type: text/plain\nContent-type: text/html\n\nx", "more than one"),
        (b"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nx", "more than one"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x\n\n--x--", "used again"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x--\n\n--x--", "used again"),
        (b"Content-Type: message/rfc822\n\nFrom a@b Thu\nSubject: x\n\n", "mbox"),
        (b"no header\n\nx", "colon"),
        (b"a: b\rc\n\nx", "CR"),
    ] {
        let error = refusal(input);
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn messages_inside_become_seven_bit() {
    let inner = "Subject: Grüße\nTo: Jörg <j@bücher.example>\n\n--out\nfür \n";
    let expected = "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\nTo: =?UTF-8?Q?J=C3=B6rg?= \
                    <j@xn--bcher-kva.example>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    let plain = format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n{inner}");
    let out = canonical(&plain);
    assert_eq!(
        out,
        format!(
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{expected}\
             -=2Dout\r\nf=C3=BCr=20\r\n"
        )
    );
    // The same message in base64, inside a multipart whose delimiter stands in it.
    for body in [inner, "Subject: y\n\nsafe\n--out\n"] {
        let (mut writer, mut encoded) = (Base64Writer::default(), Vec::new());
        writer.push(body.as_bytes(), &mut encoded);
        writer.finish(&mut encoded);
        let multipart = format!(
            "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: message/rfc822\n\
             Content-Transfer-Encoding: base64\n\n{}\n--out--\n",
            String::from_utf8(encoded).unwrap()
        );
        let out = canonical(&multipart);
        assert!(out.contains("Content-Transfer-Encoding: 7bit\r\n\r\nSubject: "));
        assert!(out.contains("-=2Dout\r\n"), "{out}");
        assert_eq!(out.matches("\r\n--out").count(), 2);
    }
    let eai = "Content-Type: message/rfc822\n\nTo: jörg@example.org\n\nx";
    assert!(refusal(eai.as_bytes()).contains("SMTPUTF8"));
    // A part of a digest is a message.
    let digest = "Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: ä\n\nx\n--x--";
    assert!(canonical(digest).contains("--x\r\n\r\nSubject: =?UTF-8?"));
}

#[test]
fn protected_parts_are_never_changed() {
    let signed = b"Content-Type: multipart/signed; \n boundary=s\n\n--s\n\ntrailing \nFrom x\n--s\n\nsig\n--s--\n";
    let expected =
        b"Content-Type: multipart/signed;\r\n boundary=s\r\n\r\n--s\r\n\r\ntrailing \r\nFrom x\r\n\
                     --s\r\n\r\nsig\r\n--s--\r\n";
    let eight_bit =
        b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\n\xFC\r\n--s--\r\n";
    let binary = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n\x30\n\r\0\r\n\xFF";
    for form in [Form::SevenBit, Form::Opaque] {
        let out = canonical_within(signed, form, &limits(10)).unwrap();
        assert_eq!(show(&out), show(expected));
    }
    for input in [&eight_bit[..], binary] {
        let out = canonical_within(input, Form::Opaque, &limits(10)).unwrap();
        assert_eq!(show(&out), show(input));
        assert!(refusal(input).contains("sign opaque"));
    }
    for body in [&b"a\0"[..], b"a\rb", &[b'x'; 999]] {
        for kind in [
            "multipart/encrypted",
            "application/pkcs7-mime",
            "application/x-pkcs7-mime",
        ] {
            let input = [format!("Content-Type: {kind}\n\n").as_bytes(), body].concat();
            assert!(refusal(&input).contains("sign opaque"));
        }
    }
}

#[test]
fn dos_06_depth_parts_and_headers_are_bounded() {
    let nested: String = (0..2500)
        .map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}x\n\n--b{i}x\n"))
        .collect();
    let messages = "Content-Type: message/rfc822\n\n".repeat(2500);
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\n".repeat(1_000)
    );
    let header = format!("A: {}", "x".repeat(2 << 20));
    for input in [
        nested.as_bytes(),
        messages.as_bytes(),
        parts.as_bytes(),
        header.as_bytes(),
    ] {
        let error = run(input, Form::Opaque, &Limits::default(), 4096).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
    }
    // Encoded messages count too.
    let mut encoded = b"Subject: x\r\n\r\n".to_vec();
    for depth in 1..=8 {
        let (mut writer, mut text) = (Base64Writer::default(), Vec::new());
        writer.push(&encoded, &mut text);
        writer.finish(&mut text);
        encoded = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n".to_vec();
        encoded.extend(text);
        for (mime_depth, mime_parts) in [(6, 1000), (32, 6)] {
            let limits = Limits {
                mime_depth,
                mime_parts,
                ..Limits::default()
            };
            let parts = depth + 1;
            let fits = depth <= mime_depth && parts <= mime_parts;
            assert_eq!(run(&encoded, Form::Opaque, &limits, 99).is_ok(), fits);
        }
    }
}

#[test]
fn memory_does_not_grow_with_the_message() {
    let mut machine = Canonicalizer::new(Form::SevenBit, &limits(1000));
    let mut out = Vec::new();
    machine.push(b"Content-Type: a/b\n\n", &mut out).unwrap();
    for piece in [&b"no line end at all"[..], b"\n--x\n", b"\r"].repeat(1000) {
        machine.push(piece, &mut out).unwrap();
        assert!(out.len() <= 2000);
        out.clear();
    }
}
