//! Changes of a mail around its CMS: lines of MIME, and base64.

use crate::dice::Dice;
use crate::mutation::{block, octets};
use crate::unpack;

/// Header fields and delimiters: taken out, doubled, exchanged, written otherwise, and new ones.
pub fn lines(mail: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    const NEW: [&str; 22] = [
        "From: mallory@example.org",
        "Sender: mallory@example.org",
        "From: alice.p256@example.org, mallory@example.org",
        "Content-Type: text/plain",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
        "Content-Type: application/octet-stream; name=smime.p7m",
        "Content-Type: multipart/signed; boundary=x; protocol=\"application/pkcs7-signature\"",
        "Content-Type: multipart/mixed; boundary=x",
        "Content-Transfer-Encoding: 7bit",
        "Content-Transfer-Encoding: binary",
        "Content-Transfer-Encoding: BASE64",
        "Content-Transfer-Encoding: quoted-printable",
        "Content-Disposition: attachment; filename=smime.p7m",
        "MIME-Version: 1.0 (made by hand)",
        "MIME-Version: 2.0",
        "\tboundary=\"x\"",
        "",
        "--x",
        "no colon",
        " folded",
        "X: \u{0}",
        "Subject: =?utf-8?Q?x",
    ];
    const EDITS: [(&str, &str); 24] = [
        ("micalg=", "micalg=md5; x="),
        ("micalg=", "x="),
        ("protocol=", "x="),
        ("boundary=", "Boundary="),
        ("boundary=", "boundary=\"x\"; x="),
        ("boundary=", "x=\"boundary=y\"; boundary="),
        ("boundary=", "boundary (c) = (d) "),
        ("boundary=\"", "boundary*=us-ascii''\""),
        ("signed-data", "enveloped-data"),
        ("enveloped-data", "signed-data"),
        ("smime-type=", "x="),
        ("application/pkcs7-mime", "application/x-pkcs7-mime"),
        ("application/pkcs7-mime", "application/octet-stream"),
        ("application/pkcs7-mime", "Application/PKCS7-MIME"),
        (
            "application/pkcs7-signature",
            "application/x-pkcs7-signature",
        ),
        ("multipart/signed", "multipart/mixed"),
        ("multipart/signed", "MULTIPART/Signed"),
        ("base64", "Base64 "),
        ("base64", "base64 (c)"),
        ("base64", "binary"),
        (": ", ":\n\t"),
        (": ", " : "),
        ("; ", " ; (c) ;"),
        ("From:", "from:"),
    ];
    let eol: &[u8] = if mail.contains(&b'\r') {
        b"\r\n"
    } else {
        b"\n"
    };
    let mut lines: Vec<Vec<u8>> = mail
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let is_structure = |line: &[u8]| {
        let text = line.trim_ascii_end();
        text.is_empty()
            || text.contains(&b':')
            || text.starts_with(b"--")
            || text.starts_with(b" ")
            || text.starts_with(b"\t")
    };
    let places: Vec<usize> = (0..lines.len())
        .filter(|line| is_structure(&lines[*line]))
        .collect();
    let (at, with) = (*dice.one_of(&places), *dice.one_of(&places));
    match dice.below(12) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(with, lines[at].clone()),
        2 => lines.swap(at, with),
        3 => lines[at] = [lines[at].trim_ascii_end(), b" \t", eol].concat(),
        4 => lines[at] = octets(&lines[at], dice),
        5 | 6 => lines.insert(at, [dice.one_of(&NEW).as_bytes(), eol].concat()),
        7 => lines[at].make_ascii_uppercase(),
        8 => {
            let text = lines[at].trim_ascii_end().to_vec();
            lines[at] = [
                &text,
                *dice.one_of(&[&b"\r"[..], b"\n", b"\r\n", b"\r\r\n"]),
            ]
            .concat();
        }
        _ => {
            let usable: Vec<_> = EDITS
                .iter()
                .filter(|(old, _)| memchr::memmem::find(mail, old.as_bytes()).is_some())
                .collect();
            let (old, new) = dice.one_of(&usable);
            let found: Vec<usize> = memchr::memmem::find_iter(mail, old.as_bytes()).collect();
            let at = *dice.one_of(&found);
            return Some([&mail[..at], new.as_bytes(), &mail[at + old.len()..]].concat());
        }
    }
    Some(lines.concat())
}

/// The base64 text: other characters, other lines, other ends.
pub fn base64(mail: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let cms = unpack::mail(mail)?.cms;
    let (begin, end) = block(mail, &cms)?;
    let mut text = mail[begin..end].to_vec();
    let at = dice.below(text.len());
    match dice.below(12) {
        0..4 => text.insert(at, *dice.one_of(b" \t\r\n=-_*\0.A\xff")),
        4 => drop(text.remove(at)),
        5 => text[at] = *dice.one_of(b"A/+ =-\n"),
        6 => text.retain(|byte| !b"\r\n".contains(byte)),
        7 => text.retain(|byte| *byte != b'='),
        8 => text.truncate(at),
        9 => {
            // The bits that no octet needs.
            let last = text.iter().rposition(|byte| byte.is_ascii_alphanumeric())?;
            text[last] = text[last].wrapping_add(1);
        }
        10 => text.extend_from_slice(b"AAAA\r\n"),
        _ => {
            let line = text[..text.len().min(64)].to_vec();
            text.splice(at..at, line);
        }
    }
    Some([&mail[..begin], &text, &mail[end..]].concat())
}
