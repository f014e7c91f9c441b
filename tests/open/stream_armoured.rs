//! Texts that may be armoured CMS, longer than what is held.

use smime::report::Verdict;

use crate::ca::{Key, pem};
use crate::forge::{self, Signed};
use crate::opener;
use crate::people::{ALICE, person};
use crate::stream_equal::{LINES, long, multipart, open, signed_by_carol};

fn armoured(cms: &[u8]) -> String {
    pem("CMS", cms).replace('\n', "\r\n")
}

fn quoted(text: &str) -> String {
    let text = text.replace('=', "=3D");
    let lines = text.lines().map(|line| match line.len() {
        70.. => format!("{}=\r\n{}\r\n", &line[..40], &line[40..]),
        _ => format!("{line}\r\n"),
    });
    lines.collect()
}

#[test]
fn armoured_text_is_what_it_is_in_memory() {
    let alice = person(Key::P256, ALICE);
    let entity = format!("Content-Type: text/plain\r\n\r\n{}", long(LINES));
    let cms = armoured(&Signed::new(entity.as_bytes(), &[&alice]).build());
    let head = format!("From: {ALICE}\r\n");
    let typed = "Content-Type: text/plain\r\n";
    let quoted_printable = "Content-Transfer-Encoding: quoted-printable\r\n";
    let dashes = quoted(&cms).replacen('-', "=2D", 1);
    let (most, last) = cms.trim_end().split_at(cms.trim_end().len() - 1);
    // What the decoder holds back at the end.
    let soft = format!("{}{last}", quoted(most).trim_end());
    for (what, fields, body, is_signed) in [
        ("plain", "", cms.clone(), Some(true)),
        ("typed", typed, cms.clone(), Some(true)),
        ("typed twice", &typed.repeat(2), cms.clone(), None),
        (
            "encoded twice",
            "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n",
            cms.clone(),
            Some(true),
        ),
        (
            "typed, encoded twice",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n",
            cms.clone(),
            None,
        ),
        (
            "another type behind",
            "Content-Type: text/plain\r\nContent-Type: application/pdf\r\n",
            cms.clone(),
            None,
        ),
        (
            "another type before",
            "Content-Type: application/pdf\r\nContent-Type: text/plain\r\n",
            cms.clone(),
            None,
        ),
        (
            "a broken line before",
            "no field\r\nContent-Type: text/plain\r\n",
            cms.clone(),
            None,
        ),
        ("mark", typed, format!("\u{FEFF}{cms}"), Some(false)),
        (
            "white space",
            typed,
            format!("\r\n  \r\n{cms}\r\n \r\n"),
            Some(true),
        ),
        (
            "words before",
            typed,
            format!("Buy now\r\n{cms}"),
            Some(false),
        ),
        (
            "words behind",
            typed,
            format!("{cms}Buy now\r\n"),
            Some(false),
        ),
        ("quoted", quoted_printable, quoted(&cms), Some(true)),
        (
            "quoted to the end",
            quoted_printable,
            soft.clone(),
            Some(true),
        ),
        (
            "quoted, a word at the end",
            quoted_printable,
            format!("{soft}\r\nx ="),
            Some(false),
        ),
        ("quoted dashes", quoted_printable, dashes, Some(false)),
        (
            "unknown",
            "Content-Transfer-Encoding: x-unknown\r\n",
            cms.clone(),
            Some(false),
        ),
        (
            "base64",
            "Content-Transfer-Encoding: base64\r\n",
            forge::base64(cms.as_bytes()),
            Some(false),
        ),
        (
            "no end",
            typed,
            cms[..cms.len() - 30].to_owned(),
            Some(false),
        ),
    ] {
        println!("{what}");
        let opened = open(&opener(), format!("{head}{fields}\r\n{body}").as_bytes());
        let seen = opened.ok().map(|opened| match opened.report().verdict() {
            Verdict::Trusted => true,
            verdict => {
                assert_eq!(verdict, Verdict::Unsigned, "{what}");
                false
            }
        });
        assert_eq!(seen, is_signed, "{what}");
        let part = format!("{fields}\r\n{body}");
        open(&opener(), multipart(&["\r\nHello", &part]).as_bytes()).unwrap();
        for mail in signed_by_carol(&part) {
            let _ = open(&opener(), &mail);
        }
    }
}

#[test]
fn certificates_in_a_long_text_are_a_text() {
    let alice = person(Key::P256, ALICE);
    let mut bag = Signed::new(b"", &[&alice]);
    (bag.carried, bag.signers) = (None, Vec::new());
    for count in [1, 110] {
        bag.certificates = vec![alice.certificate().to_der().to_vec(); count];
        let cms = armoured(&bag.build());
        let mail = format!("From: {ALICE}\r\n\r\n{cms}");
        let opened = open(&opener(), mail.as_bytes()).unwrap();
        assert!(opened.report().verdict() == Verdict::Unsigned);
        assert!(crate::unsigned(&opened).bytes() == mail.as_bytes());
        open(&opener(), multipart(&[&format!("\r\n{cms}")]).as_bytes()).unwrap();
    }
}
