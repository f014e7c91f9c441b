//! Mails before protection: bodies that relays spoil, headers that parsers stumble over.

use crate::dice::Dice;
use crate::mime;

/// A MIME entity, and what its leaves say.
pub struct Entity {
    pub bytes: Vec<u8>,
    /// Each body with its transfer encoding undone, as a reader must get it.
    pub leaves: Vec<Vec<u8>>,
}

const BOUNDARY: &str = "a 'b'";

/// The leaves of what came out, by a reader of MIME that is not under test.
pub fn leaves(entity: &[u8]) -> Vec<Vec<u8>> {
    let (fields, body) = mime::split(entity);
    if !mime::one(&fields, "Content-Type").starts_with("multipart/") {
        return vec![mime::leaf(entity).1];
    }
    let delimiter = format!("\r\n--{BOUNDARY}");
    let starts: Vec<usize> = memchr::memmem::find_iter(body, delimiter.as_bytes()).collect();
    let part = |pair: &[usize]| {
        let part = &body[pair[0] + delimiter.len()..pair[1]];
        mime::leaf(part.strip_prefix(b"\r\n").expect("the delimiter's line")).1
    };
    starts.windows(2).map(part).collect()
}

const TEXTS: [&str; 9] = [
    "",
    "Hello Bob\n",
    "one\ntwo\n\nthree\n",
    "no line break at the end",
    "\n\nempty lines at both ends\n\n\n",
    "a \nb\t\n-- \nsignature of mail people\n",
    "From here on\n>From there\nFrom: not a header\n",
    ".\n..\n--\n----\n--=_smime\n.\n",
    "<html><body>a = b &amp; c<br></body></html>\n",
];

fn bytes(dice: &mut Dice, count: usize) -> Vec<u8> {
    (0..count)
        .map(|_| u8::try_from(dice.below(256)).unwrap())
        .collect()
}

fn text(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..55 => (*dice.one_of(&TEXTS)).to_owned(),
        55..70 => "Grüße aus Köln – 你好\n".repeat(1 + dice.below(40)),
        70..80 => {
            let length = *dice.one_of(&[76, 77, 998, 999, 1000, 5000]);
            format!("{}\nend\n", "x".repeat(length))
        }
        80..90 => "nul \0 and escape \x1b[0m and form feed \x0c\n".to_owned(),
        90..97 => "a line like the others\n".repeat(1 + dice.below(400)),
        _ => "0123456789abcdef0123456789abcdef0123456789abcdef\n".repeat(2000 + dice.below(4000)),
    }
}

/// What stands in a mail below its own header fields. `eol` ends the lines.
pub fn entity(dice: &mut Dice, eol: &str) -> Entity {
    let head = |lines: &str| format!("{lines}\n\n").replace('\n', eol).into_bytes();
    match dice.below(100) {
        0..60 => {
            let text = text(dice);
            let kind = *dice.one_of(&["text/plain", "text/html", "text/x-odd; x=\"a;b\""]);
            let separator = if kind.contains(';') { "; " } else { ";" };
            let encoding = if text.is_ascii() && !text.contains('\0') && text.len() < 900 {
                "7bit"
            } else {
                "8bit"
            };
            let lines = format!(
                "Content-Type: {kind}{separator} charset=utf-8\nContent-Transfer-Encoding: {encoding}"
            );
            Entity {
                bytes: [head(&lines), text.replace('\n', eol).into_bytes()].concat(),
                leaves: vec![text.replace('\n', "\r\n").into_bytes()],
            }
        }
        60..66 => {
            let body = [b"Gr\xfc\xdfe".as_slice(), eol.as_bytes()].concat();
            let lines =
                "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit";
            Entity {
                bytes: [head(lines), body].concat(),
                leaves: vec![b"Gr\xfc\xdfe\r\n".to_vec()],
            }
        }
        66..82 => {
            let count = match dice.below(10) {
                0 => 0,
                1 => 1,
                2..9 => dice.below(3000),
                _ => 100_000 + dice.below(100_000),
            };
            let body = bytes(dice, count);
            let lines = "Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary";
            Entity {
                bytes: [head(lines), body.clone()].concat(),
                leaves: vec![body],
            }
        }
        _ => {
            let text = text(dice);
            let text = if text.contains("\n--") {
                "Hello\n".into()
            } else {
                text
            };
            let lines = format!(
                "Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\n\npreamble\n--{BOUNDARY}\n\
                 Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n--{BOUNDARY}\n\
                 Content-Type: application/pdf; name=\"ü.pdf\"\n\
                 Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n\nAAEC/w==\n\
                 --{BOUNDARY}--\nepilogue\n"
            );
            Entity {
                bytes: lines.replace('\n', eol).into_bytes(),
                leaves: vec![text.replace('\n', "\r\n").into_bytes(), vec![0, 1, 2, 0xff]],
            }
        }
    }
}

/// The fields of a mail, MIME-Version included.
pub fn header(dice: &mut Dice, from: &str, to: &[String], bcc: Option<&str>) -> String {
    let from = dice
        .one_of(&[
            "@",
            "<@>",
            "Alice <@>",
            "\"Alice, \\\"the\\\" (first)\" <@>",
            "=?utf-8?Q?=C3=84lice_=3Ceve=40example=2Enet=3E?= <@>",
            "\u{c4}lice <@>",
            "Alice (a comment; with \"quotes\") <@>",
            "Alice\n <@>",
            "\"eve@example.net\" <@>",
        ])
        .replace('@', "\u{1}")
        .replace("eve\u{1}", "eve@")
        .replace('\u{1}', from);
    let subject = *dice.one_of(&[
        "Q3",
        "",
        "=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?Q?aus_K=F6ln?=",
        "Grüße",
        "one\n two\n\tthree",
        "a very long one a very long one a very long one a very long one a very long one a very long one a very \
         long one a very long one a very long one a very long one a very long one a very long one a very long one",
        "From: eve@example.net",
        "=?utf-8?Q?=0D=0AFrom:_eve=40example=2Enet?=",
    ]);
    let mut to = to.to_vec();
    dice.shuffle(&mut to);
    let to = match (to.len(), dice.below(4)) {
        (0, _) => "nobody@example.org".to_owned(),
        (_, 0) => format!("Team: {};", to.join(", ")),
        (_, 1) => to.join(",\n "),
        _ => to.join(", "),
    };
    let more = *dice.one_of(&[
        "",
        "X-Empty:\n",
        "X-Odd: a;b=\"c\n\td\"; e*=utf-8''%e2%82%ac\n",
        "Received: from a by b; Mon, 01 Jun 2026 11:59:59 +0000\n",
        "List-Id: <list.example.org>\nX-Mailer: x\n",
        "Reply-To: eve@example.net\nSubject-Of: x\n",
    ]);
    let bcc = bcc.map(|bcc| format!("Bcc: {bcc}\n")).unwrap_or_default();
    format!(
        "From: {from}\nTo: {to}\n{bcc}{more}Subject: {subject}\nDate: Mon, 01 Jun 2026 12:00:00 +0000\n\
         Message-ID: <1@example.org>\nMIME-Version: 1.0\n"
    )
}
