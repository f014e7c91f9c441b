//! DOS-06, DOS-07 and DOS-09: mails with too much of something.

use smime::open::Opened;
use smime::{Error, ErrorKind, Mailbox};

use crate::counted::{alone, assert_linear, measured};
use crate::forge::*;
use crate::people::protector;
use crate::samples::{HEADERS, PART, alice, opener};
use crate::timed::assert_not_quadratic;

fn open(mail: &[u8]) -> Result<Opened, Error> {
    opener().open(mail)
}

/// An error of a limit, and memory that the input justifies.
#[track_caller]
fn limited(what: &str, mail: &[u8]) {
    let (result, cost) = measured(|| open(mail));
    let error = result.map(drop).expect_err(what);
    assert!(
        matches!(error.kind(), ErrorKind::Limit { .. }),
        "{what}: {error}"
    );
    assert!(cost.peak <= 3 * mail.len() + (4 << 20), "{what}: {cost:?}");
    let protected = protector().sign(&alice().identity).protect(mail);
    assert!(protected.is_err(), "{what}: signed");
}

fn nested(depth: usize) -> String {
    let mut mail = format!("{HEADERS}MIME-Version: 1.0\r\n");
    for level in 0..depth {
        let level = format!("l{level}x");
        mail += &format!("Content-Type: multipart/mixed; boundary={level}\r\n\r\n--{level}\r\n");
    }
    mail + PART
}

#[test]
fn dos_06_depth_parts_headers_and_boundaries() {
    let _alone = alone();
    // Fewer levels than parts are allowed: it is the depth that counts.
    assert!(open(nested(20).as_bytes()).is_ok());
    limited("100 levels", nested(100).as_bytes());
    limited("2,500 levels", nested(2_500).as_bytes());
    limited("100,000 levels", nested(100_000).as_bytes());
    let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(2_500);
    limited(
        "forwarded",
        format!("{HEADERS}MIME-Version: 1.0\r\n{messages}{PART}").as_bytes(),
    );
    let mixed = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    let parts = "--b\r\n\r\n".repeat(1_000_000);
    limited(
        "a million parts",
        format!("{HEADERS}{mixed}{parts}--b--\r\n").as_bytes(),
    );
    let long = "x".repeat(100_000_000);
    limited(
        "a header of 100 MB",
        format!("{HEADERS}X: {long}\r\n\r\nx").as_bytes(),
    );
    drop(long);
    let lines = "X: y\r\n".repeat(1_000_000);
    limited(
        "a million fields",
        format!("{HEADERS}{lines}\r\nx").as_bytes(),
    );
    let boundary = "b".repeat(10_000_000);
    let mail = format!("{HEADERS}Content-Type: multipart/signed; boundary={boundary}\r\n\r\nx");
    limited("a boundary of 10 MB", mail.as_bytes());
}

/// Lines that are nearly delimiters: of parts inside of parts, whose boundaries all begin alike.
#[test]
fn dos_06_looking_for_delimiters_grows_with_the_mail() {
    let _alone = alone();
    let mail = |size: usize| {
        let mut mail = format!("{HEADERS}MIME-Version: 1.0\r\n");
        for level in 1..=20 {
            let b = "b".repeat(level);
            mail += &format!("Content-Type: multipart/mixed; boundary={b}\r\n\r\n--{b}\r\n");
        }
        mail + "\r\n" + &"--bbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".repeat(size / 30)
    };
    let open_mail = |mail: &String| open(mail.as_bytes()).map(drop).unwrap();
    assert_not_quadratic("near misses", 256 << 10, mail, open_mail);
    let (once, twice) = (mail(1 << 20), mail(2 << 20));
    let (result, once) = measured(|| open(once.as_bytes()).map(drop));
    result.unwrap();
    let (result, twice) = measured(|| open(twice.as_bytes()).map(drop));
    result.unwrap();
    assert_linear("near misses", once, twice);
}

/// Comments 100,000 deep, closed or not, in each field that is read for its structure; a stack that is too small ends the process.
#[test]
fn dos_07_comments_nested_in_every_field() {
    let _alone = alone();
    let signed = Signed::new(PART.as_bytes(), &[&alice()]).build();
    for deep in [
        "(".repeat(100_000),
        "(".repeat(100_000) + &")".repeat(100_000),
        "(\\".repeat(100_000),
        "<".repeat(100_000),
        "\"(".repeat(100_000),
        "a:".repeat(100_000),
    ] {
        for field in [
            "From",
            "Sender",
            "To",
            "Cc",
            "Reply-To",
            "Date",
            "Content-Type",
            "Subject",
        ] {
            let value = match field {
                "Date" => format!("{deep} Mon, 01 Jun 2026 12:00:00 +0000"),
                "Content-Type" => format!("application/pkcs7-mime; {deep} smime-type=signed-data"),
                _ => format!("{deep} alice@example.org"),
            };
            let mail = String::from_utf8(opaque_mail(HEADERS, &signed)).unwrap();
            let lines: Vec<&str> = mail.split("\r\n").collect();
            let name = format!("{field}:");
            let kept = lines.iter().filter(|line| !line.starts_with(&name));
            let kept: Vec<&str> = kept.copied().collect();
            let mail = format!("{field}: {value}\r\n{}", kept.join("\r\n"));
            let (result, cost) = measured(|| open(mail.as_bytes()));
            assert!(cost.peak <= 8 * mail.len() + (2 << 20), "{field}: {cost:?}");
            if let Ok(opened) = result {
                assert!(opened.report().to_string().len() < 20_000, "{field}");
                assert!(field != "From" || opened.trusted().is_err(), "{field}");
            }
            let sent = format!("{field}: {value}\r\n{HEADERS}\r\nx");
            drop(protector().sign(&alice().identity).protect(sent.as_str()));
        }
        assert!(Mailbox::parse(&format!("{deep} a@example.org")).is_err());
        assert!(Mailbox::new(&deep).is_err());
    }
}

/// A line of 100 MB, NUL, and padding in the middle, around what is signed.
#[test]
fn dos_09_base64_that_is_none() {
    let _alone = alone();
    let cms = Signed::new(PART.as_bytes(), &[&alice()]).build();
    let good = String::from_utf8(opaque_mail(HEADERS, &cms)).unwrap();
    let (head, body) = good.split_once("\r\n\r\n").unwrap();
    assert!(open(good.as_bytes()).unwrap().trusted().is_ok());
    let with = |body: &str| format!("{head}\r\n\r\n{body}");
    // Without line ends, and with NUL and others between: the same bytes.
    let line = body.replace("\r\n", "");
    for same in [
        line.clone(),
        line.replace('A', "A\0"),
        line.replace('A', " \tA!"),
    ] {
        if let Ok(opened) = open(with(&same).as_bytes()) {
            assert_eq!(opened.trusted().unwrap().bytes(), PART.as_bytes());
        }
    }
    for at in [4, 40, 400] {
        for padding in ["=", "==", "===", "===="] {
            let bent = format!("{}{padding}{}", &line[..at], &line[at..]);
            match open(with(&bent).as_bytes()) {
                // Left out like any other sign that is none: all of the rest was read.
                Ok(opened) => assert_eq!(opened.trusted().unwrap().bytes(), PART.as_bytes()),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
    let costs = [50, 100].map(|megabytes: usize| {
        let mail = with(&"MIAA".repeat(megabytes * 250_000));
        let (result, cost) = measured(|| open(mail.as_bytes()).map(drop));
        assert!(result.is_err());
        assert!(cost.peak <= 2 * mail.len(), "{cost:?}");
        cost
    });
    assert_linear("one line", costs[0], costs[1]);
}
