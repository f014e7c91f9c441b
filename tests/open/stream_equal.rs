//! What a message is must not depend on how much of it is held: broken, wrapped and armoured messages that are long.

use std::io::Cursor;

use smime::check::Reason;
use smime::engine::Step;
use smime::open::{Content, Next, Opened};
use smime::report::{SignerStatus, Verdict};
use smime::{Error, Opener};

use crate::ca::{Key, oid, sequence, tlv};
use crate::faces::{compare, held};
use crate::forge::{self, Signed, Signer, detached_mail, opaque_mail};
use crate::opener;
use crate::people::{ALICE, BOB, CAROL, person, protector};

/// How much is held: nothing, almost nothing, some, what is usual.
const HELD: [usize; 3] = [0, 1, 64 << 10];

/// Sizes of pieces that nobody can foretell.
struct Cuts(u32);

impl Cuts {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let most = [3, 90, 4_000, 70_000][usize::try_from(self.0 >> 30).unwrap()];
        usize::try_from(self.0 >> 8).unwrap() % most + 1
    }
}

/// Report and content, of a machine that gets the message in pieces.
fn in_pieces(opener: &Opener, raw: &[u8], seed: u32) -> Result<(String, Vec<u8>), Error> {
    let mut checking = opener.checking()?;
    let mut cuts = Cuts(seed);
    let mut rest = raw;
    loop {
        let step = match rest {
            [] => checking.finish()?,
            _ => {
                let (piece, after) = rest.split_at(cuts.next().min(rest.len()));
                rest = after;
                checking.push(piece)?
            }
        };
        match step {
            Step::Ask(questions) => {
                for (id, question) in questions {
                    checking.answer(id, question.answer(None))?;
                }
            }
            Step::Again => rest = raw,
            Step::Finished => break,
            _ => {}
        }
    }
    let plan = checking.into_plan()?;
    let report = plan.report().to_string();
    let content = match plan.content() {
        Content::Trusted(content) | Content::Untrusted(content) | Content::Unsigned(content) => {
            content
        }
        Content::Withheld(withheld) => withheld.dangerous(),
        _ => panic!("another name"),
    };
    let (mut release, mut out) = (content.release()?, Vec::new());
    loop {
        match release.advance(&mut out)? {
            Next::Push(range) => {
                let at = |position| usize::try_from(position).unwrap();
                release.push(&raw[at(range.start)..at(range.end)], &mut out)?;
            }
            Next::Content => {}
            Next::Finished => return Ok((report, out)),
        }
    }
}

/// Opens in memory, and holds every way of streaming to that.
#[track_caller]
pub fn open(opener: &Opener, raw: &[u8]) -> Result<Opened, Error> {
    let opened = opener.open(raw);
    for bytes in HELD {
        let opener = held(opener, bytes);
        compare(&opened, raw, opener.open_seekable(Cursor::new(raw)));
        let mut first = None;
        for seed in 0..2 {
            let seen = in_pieces(&opener, raw, seed).map_err(|error| error.to_string());
            let first = first.get_or_insert_with(|| seen.clone());
            assert!(*first == seen, "{bytes} held, {seed}: {first:?}\n{seen:?}");
            assert_eq!(seen.is_ok(), opened.is_ok(), "{bytes} held: {seen:?}");
        }
    }
    opened
}

pub fn long(lines: usize) -> String {
    "A line of a text that is long enough to count\r\n".repeat(lines)
}

/// As many lines as are longer than what is held.
pub const LINES: usize = 1_500;

const FROM_CAROL: &str = "From: carol@example.org\r\nTo: bob@example.org\r\nSubject: Outside\r\n";

pub fn signed_by_carol(entity: &str) -> [Vec<u8>; 2] {
    let carol = person(Key::P256, CAROL);
    let signed = Signed::new(entity.as_bytes(), &[&carol]);
    let detached = Signed {
        carried: None,
        ..Signed::new(entity.as_bytes(), &[&carol])
    };
    [
        opaque_mail(FROM_CAROL, &signed.build()),
        detached_mail(FROM_CAROL, entity, &detached.build()),
    ]
}

#[test]
fn the_header_of_a_long_wrapped_message_is_compared() {
    let inner = |from: &str| format!("From: {from}\r\nTo: bob@example.org\r\nSubject: Inside\r\n");
    for lines in [1, LINES] {
        let body = long(lines);
        for (parameters, from) in [("; forwarded=no", "alice@example.org"), ("", CAROL)] {
            for encoding in ["7bit", "8bit", "binary", "quoted-printable", "x-unknown"] {
                let message = format!("{}\r\n{body}", inner(from));
                let entity = format!(
                    "Content-Type: message/rfc822{parameters}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{message}"
                );
                for mail in signed_by_carol(&entity) {
                    let opened = open(&opener(), &mail).unwrap();
                    let expected = match from {
                        CAROL => Verdict::Trusted,
                        _ => Verdict::Untrusted,
                    };
                    assert_eq!(opened.report().verdict(), expected, "{encoding}");
                    assert!(opened.report().checks().iter().any(|check| {
                        matches!(check.why(), Some(Reason::HeaderDiffers { .. }))
                    }));
                }
            }
        }
    }
}

#[test]
fn every_header_of_a_wrapped_message_is_read_alike() {
    let body = long(LINES);
    let from = "From: alice@example.org\r\nSubject: Inside\r\n";
    let base64 = forge::base64(format!("{from}\r\n{body}").as_bytes());
    let twice = "Content-Type: multipart/mixed; boundary=a\r\n";
    for (fields, content) in [
        // Refused by the reader of entities, and read by the one of headers.
        (
            "",
            format!(
                "{from}{twice}Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
            ),
        ),
        ("", format!("{from}{twice}{twice}\r\n{body}")),
        // No header, an empty one, one that begins like a mailbox, and one that never ends.
        ("From: alice@example.org\r\n", body.clone()),
        ("From: alice@example.org\r\n", format!("\r\n{body}")),
        ("", format!("From alice Mon\r\n{from}\r\n{body}")),
        ("", format!("\u{FEFF}{from}\r\n{body}")),
        (
            "",
            from.to_owned() + &"X-Line: of a header\r\n".repeat(5_000),
        ),
        (
            "",
            format!("{from}Content-Type: multipart/signed; boundary=a\r\n\r\n{body}"),
        ),
        ("Content-Transfer-Encoding: base64\r\n", base64.clone()),
        (
            "Content-Transfer-Encoding: base64\r\n",
            format!("\r\n{base64}"),
        ),
        (
            "Content-Transfer-Encoding: base64\r\n",
            format!("{from}\r\n{body}"),
        ),
        (
            "Content-Transfer-Encoding: quoted-printable\r\n",
            format!("=46{from}\r\n{body}"),
        ),
    ] {
        let entity = format!("Content-Type: message/rfc822; forwarded=no\r\n{fields}\r\n{content}");
        for mail in signed_by_carol(&entity) {
            let _ = open(&opener(), &mail);
        }
    }
}

pub fn multipart(parts: &[&str]) -> String {
    let parts: String = parts
        .iter()
        .map(|part| format!("--outer\r\n{part}\r\n"))
        .collect();
    format!(
        "From: alice@example.org\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=outer\r\n\r\n{parts}--outer--\r\n"
    )
}

fn text_of(mail: Vec<u8>) -> String {
    String::from_utf8(mail).unwrap()
}

#[test]
fn nothing_is_signed_by_a_signature_over_nothing() {
    let alice = person(Key::P256, ALICE);
    let part = format!(
        "Content-Type: multipart/mixed; boundary=a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --a\r\n\r\n{}--a--",
        long(LINES)
    );
    let header = part.split_once("\r\n\r\n").unwrap().0;
    for over in ["", header, &part] {
        let p7s = Signed {
            carried: None,
            ..Signed::new(over.as_bytes(), &[&alice])
        };
        let signed = text_of(detached_mail("", &part, &p7s.build()));
        assert!(open(&opener(), format!("From: {ALICE}\r\n{signed}").as_bytes()).is_err());
        let opened = open(&opener(), multipart(&[&signed]).as_bytes()).unwrap();
        let signers = opened.report().layers().iter().flat_map(|l| l.signers());
        let statuses: Vec<_> = signers.map(|signer| signer.status()).collect();
        match over == part {
            true => assert_eq!(statuses, [SignerStatus::Trusted]),
            false => assert_eq!(statuses, [SignerStatus::Invalid]),
        }
    }
}

#[test]
fn a_signature_beside_a_long_part() {
    let alice = person(Key::P256, ALICE);
    let body = long(LINES);
    let text = format!("Content-Type: text/plain\r\n\r\n{body}");
    let bare = body.replace("\r\n", "\n");
    let binary = format!("Content-Transfer-Encoding: binary\r\n\r\n{bare}");
    let within = |part: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\ntext\r\n--in\r\n{part}\r\n--in--"
        )
    };
    // Lines that are a delimiter to some readers only: it cannot be split.
    let broken = format!(
        "{}\r\n--in\rx\r\n",
        within(&binary).trim_end_matches("--in--")
    );
    for part in [&text, &binary, &within(&text), &within(&binary), &broken] {
        let p7s = Signed {
            carried: None,
            ..Signed::new(part.as_bytes(), &[&alice])
        };
        let mail = text_of(detached_mail(
            &format!("From: {ALICE}\r\n"),
            part,
            &p7s.build(),
        ));
        let protocol = "\r\n protocol=\"application/pkcs7-signature\";";
        let (start, end) = mail.rsplit_once("\r\n\r\nM").unwrap();
        for (what, mail) in [
            ("as it is", mail.clone()),
            ("line ends", mail.replace("\r\n", "\n")),
            ("no protocol", mail.replace(protocol, "")),
            (
                "no protocol, no type",
                mail.replace(protocol, "")
                    .replace("Content-Type: application/pkcs7-signature", "X-Type: none"),
            ),
            ("no micalg", mail.replace("micalg=sha-256;", "")),
            (
                "wrong micalg",
                mail.replace("micalg=sha-256;", "micalg=sha-512;"),
            ),
            (
                "unknown micalg",
                mail.replace("micalg=sha-256;", "micalg=md5;"),
            ),
            (
                "no signature",
                mail.replace("--b0\r\nContent-Type: application/pkcs7-signature", "--x"),
            ),
            ("unreadable", format!("{start}\r\n\r\n!M{end}")),
            ("cut", mail[..mail.len() - 200].to_owned()),
            (
                "header twice",
                mail.replace(
                    "Content-Transfer-Encoding: base64\r\n",
                    "Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n",
                ),
            ),
        ] {
            println!("{what}");
            let _ = open(&opener(), mail.as_bytes());
            let (_, entity) = mail.split_once('\n').unwrap();
            let _ = open(&opener(), multipart(&["\r\nHello", entity]).as_bytes());
        }
    }
}

#[test]
fn layers_of_long_messages() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let mail = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nSubject: x\r\n\r\n{}",
        long(LINES)
    );
    let sign = || protector().sign(&alice.identity);
    let encrypt = || protector().encrypt_to([bob.certificate()]);
    let opener = opener().identity(&bob.identity);
    let of = |protectors: &[smime::Protector]| {
        let mail = mail.clone().into_bytes();
        protectors.iter().fold(mail, |mail, protector| {
            protector.protect(&mail).unwrap().message().to_vec()
        })
    };
    for mail in [
        of(&[encrypt(), sign().compress()]),
        of(&[sign().opaque(), encrypt(), sign().compress()]),
        of(&[sign().compress(), encrypt(), sign().opaque()]),
    ] {
        let opened = open(&opener, &mail).unwrap();
        assert_eq!(opened.report().verdict(), Verdict::Trusted);
        open(&opener, multipart(&[&text_of(mail)]).as_bytes()).unwrap();
    }
    // SignedData in SignedData, without an entity in between.
    let inner = Signed::new(format!("\r\n{}", long(LINES)).as_bytes(), &[&alice]).build();
    let inner = forge::inside(&inner)[1].1.clone();
    for changed in [false, true] {
        let mut outer = Signed::new(&inner, &[&alice]);
        outer.content_type = forge::SIGNED;
        let typed = forge::attribute(forge::CONTENT_TYPE, &[oid(forge::SIGNED)]);
        outer = outer.signer(|signer: Signer| signer.without(forge::CONTENT_TYPE).with(typed));
        if changed {
            outer.carried = Some(sequence(&[&inner[1..40], &tlv(0x04, &inner)]));
        }
        let _ = open(
            &opener,
            &opaque_mail(&format!("From: {ALICE}\r\n"), &outer.build()),
        );
    }
}

#[test]
fn too_many_parts_cost_the_mail_wherever_they_are() {
    let many = |boundary: &str, count: usize| {
        let part = format!("--{boundary}\r\n\r\nx\r\n").repeat(count);
        format!(
            "Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{part}--{boundary}--\r\n"
        )
    };
    let forwarded = format!(
        "Content-Type: message/rfc822\r\n\r\nFrom: {BOB}\r\n\
         Content-Type: multipart/mixed; boundary=two\r\n\r\n--two\r\n{}--two\r\n{}--two--",
        many("a", 700),
        many("b", 700)
    );
    assert!(open(&opener(), multipart(&["\r\nHello", &forwarded]).as_bytes()).is_err());
    // One that cannot be split is left closed.
    let part = many("a", 1_001);
    let next = many("b", 900);
    open(
        &opener(),
        multipart(&["\r\nHello", &part, &next]).as_bytes(),
    )
    .unwrap();
}

#[test]
fn a_cms_object_is_no_mail_however_it_comes() {
    let alice = person(Key::P256, ALICE);
    let cms = Signed::new(long(LINES).as_bytes(), &[&alice]).build();
    for object in [&cms[..], &cms[..1], b"0\r\n\r\n", b"0: x\r\n\r\ntext\r\n"] {
        let _ = open(&opener(), object);
    }
    assert!(opener().open(&cms).is_err());
}
