//! DOS-08: names full of what must be escaped.

use smime::Certificate;
use smime::open::Opened;

use crate::ca::{Key, oid, sequence, tlv};
use crate::counted::{Cost, alone, assert_linear, measured};
use crate::forge::*;
use crate::people::{ALICE, Person, ca, made};
use crate::samples::{HEADERS, PART, opener};
use crate::timed::assert_not_quadratic;

/// Somebody with this as common name.
fn named(text: &[u8]) -> Person {
    let attribute = sequence(&[&oid("2.5.4.3"), &tlv(0x0c, text)]);
    let subject = sequence(&[&tlv(0x31, &attribute)]);
    made(ca().certify(Key::P256, ALICE).raw_subject(subject))
}

fn shown(person: &Person) -> (Vec<String>, Cost) {
    let der = person.certificate().to_der();
    measured(|| {
        let certificate = Certificate::from_bytes(der).unwrap();
        vec![
            certificate.subject(),
            certificate.description(),
            format!("{certificate:?}"),
        ]
    })
}

/// A million characters that RFC 4514 escapes, spaces and control characters among them.
#[test]
fn dos_08_a_million_specials_in_a_name() {
    let _alone = alone();
    for special in [
        ",", "\"", "\\", "+", "#", " ", "\0", "\n", "\u{202e}", "\u{fffd}", "<>;=",
    ] {
        let text = |count: usize| special.repeat(count / special.len());
        // The whole million for those that are escaped in ways of their own.
        let size = match special {
            "," | " " | "\n" | "\u{202e}" => 1_000_000,
            _ => 100_000,
        };
        let (_, once) = shown(&named(text(size / 2).as_bytes()));
        let (texts, twice) = shown(&named(text(size).as_bytes()));
        assert_linear(special, once, twice);
        let named = |size| named(text(size).as_bytes());
        assert_not_quadratic(special, size / 4, named, |named| drop(shown(named)));
        for text in texts {
            assert!(text.len() < 16_000, "{special:?}: {} bytes", text.len());
            assert!(text.lines().count() < 20, "{special:?}: lines");
            assert!(
                !text.contains('\u{202e}') && !text.contains('\0'),
                "{special:?}"
            );
        }
    }
}

/// The same in a report about who signed, and as a display name of From.
#[test]
fn dos_08_a_million_specials_in_a_report() {
    let _alone = alone();
    let open = |mail: &[u8]| -> Opened { opener().open(mail).unwrap() };
    for special in [",", "\n", "\u{202e}"] {
        let signer = named(special.repeat(1_000_000 / special.len()).as_bytes());
        let signed = Signed::new(PART.as_bytes(), &[&signer]).build();
        let opened = open(&opaque_mail(HEADERS, &signed));
        let report = opened.report().to_string();
        assert!(report.len() < 50_000, "{special:?}: {} bytes", report.len());
        assert!(!report.contains('\u{202e}'));
    }
    let alice = crate::samples::alice();
    for special in [",", "\\\"", "(", "=?utf-8?q?=0a?= "] {
        let mail = |count: usize| {
            let text = special.repeat(count / special.len());
            let headers = HEADERS.replace("Alice <", &format!("\"{text}\" <"));
            let signed = Signed::new(PART.as_bytes(), &[&alice]).build();
            opaque_mail(&headers, &signed)
        };
        assert_not_quadratic(special, 125_000, mail, |mail| drop(open(mail)));
        let costs = [250_000, 500_000].map(|count| {
            let mail = mail(count);
            let (report, cost) = measured(|| open(&mail).report().to_string());
            assert!(report.len() < 30_000, "{special:?}: {} bytes", report.len());
            cost
        });
        assert_linear(special, costs[0], costs[1]);
    }
}
