use super::*;
use crate::check::{Outcome, Reason};

const OUTER: &str = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\n\
    Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n an alle\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
    Received: from somewhere\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed\r\n";

const SAME: &str = "From: alice <ALICE@example.org>\r\nTo: <bob@example.org>\r\n\
    Subject: =?utf-8?B?R3LDvMOfZQ==?=   an alle\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n";

fn read(outer: &str, payload: &str) -> InnerHeader {
    let limits = Limits::default();
    let outer = HeaderBlock::parse(outer.as_bytes(), &limits).unwrap();
    let entity = Entity::read(payload.as_bytes(), &limits).unwrap();
    InnerHeader::read(&outer, &entity, &limits)
}

fn inside(fields: &str, parameters: &str) -> String {
    format!("{fields}MIME-Version: 1.0\r\nContent-Type: text/plain{parameters}\r\n\r\nHello\r\n")
}

/// Names of the fields that differ, with the outcome.
fn differing(header: &InnerHeader) -> Vec<(Outcome, &str)> {
    header
        .checks
        .iter()
        .filter_map(|check| match check.why() {
            Some(Reason::HeaderDiffers { field }) => Some((check.outcome(), field.as_str())),
            _ => None,
        })
        .collect()
}

fn names(header: &InnerHeader) -> Vec<&str> {
    header
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect()
}

fn says(header: &InnerHeader, text: &str) -> bool {
    header
        .checks
        .iter()
        .any(|check| check.what().contains(text))
}

#[test]
fn without_fields_inside_there_is_nothing() {
    let header = read(OUTER, &inside("", ""));
    assert_eq!(header.protection, HeaderProtection::None);
    assert!(header.fields.is_empty() && header.checks.is_empty());
    let header = read(OUTER, &inside("Content-Language: de\r\n", "; hp=unknown"));
    assert_eq!(header.protection, HeaderProtection::None);
}

#[test]
fn the_same_in_other_words_is_no_difference() {
    let same = SAME.replace("alice <", "Alice <");
    let header = read(OUTER, &inside(&same, "; hp=\"clear\""));
    assert_eq!(header.protection, HeaderProtection::Clear);
    assert_eq!(names(&header), ["From", "To", "Subject", "Date"]);
    assert_eq!(header.fields[1].value, "<bob@example.org>");
    assert_eq!(header.checks.len(), 1, "{:?}", header.checks);
    assert_eq!(header.checks[0].outcome(), Outcome::Passed);
    assert!(says(&header, "the same outside: 4"));
}

#[test]
fn sig_19_a_changed_header_field_is_reported() {
    for (from, to, field) in [
        ("an alle", "an niemand", "Subject"),
        ("bob@example.org", "bob@example.com", "To"),
        ("1997", "1998", "Date"),
        ("Subject", "X-Subject", "Subject"),
        ("Alice <", "Boss <", "From"),
    ] {
        let outer = OUTER.replace(from, to);
        let same = SAME.replace("alice <", "Alice <");
        let header = read(&outer, &inside(&same, "; hp=\"clear\""));
        assert_eq!(differing(&header), [(Outcome::Note, field)], "{to}");
    }
    let outer = OUTER.replace("alice@example.org", "eve@example.org");
    let header = read(&outer, &inside(SAME, "; hp=\"clear\""));
    assert_eq!(differing(&header), [(Outcome::Failed, "From")]);
    let header = read("Subject: x\r\n", &inside(SAME, "; hp=\"clear\""));
    assert_eq!(differing(&header)[0], (Outcome::Failed, "From"));
    // A second field of the same name, and one that only stands outside.
    let header = read(
        &format!("{OUTER}Subject: x\r\n"),
        &inside(SAME, "; hp=clear"),
    );
    assert!(differing(&header).contains(&(Outcome::Note, "Subject")));
    let header = read(
        &format!("{OUTER}Reply-To: eve@x.org\r\n"),
        &inside(SAME, "; hp=clear"),
    );
    assert!(says(
        &header,
        "outer header field reply-to has no protected copy"
    ));
    assert!(!says(&header, "received"));
}

// The fields of the example in RFC 9788 1.8 ff.: Subject obscured, Keywords left out.
#[test]
fn what_the_sender_hid_is_no_difference() {
    let outer = OUTER
        .replace(" an alle\r\n", "")
        .replace("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "[...]");
    let fields = format!(
        "{SAME}Keywords: Contract, Urgent\r\nHP-Outer: From: Alice <alice@example.org>\r\n\
         HP-Outer: To: bob@example.org\r\nHP-Outer:\r\n Subject: [...]\r\n\
         HP-Outer: Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
    );
    let payload = inside(&fields, "; hp=\"cipher\"");
    let header = read(&outer, &payload);
    assert_eq!(header.protection, HeaderProtection::Cipher);
    assert_eq!(
        names(&header),
        ["From", "To", "Subject", "Date", "Keywords"]
    );
    assert!(differing(&header).is_empty(), "{:?}", header.checks);
    assert!(says(
        &header,
        "hidden outside by the sender: From, Subject, Keywords"
    ));
    // Somebody else wrote another subject outside, and keywords.
    let header = read(&outer.replace("[...]", "pay now"), &payload);
    assert_eq!(differing(&header), [(Outcome::Note, "Subject")]);
    let header = read(&format!("{outer}Keywords: spam\r\n"), &payload);
    assert_eq!(differing(&header), [(Outcome::Note, "Keywords")]);
    // RFC 9788 4.4.1.1: for From the real outer field counts, whatever HP-Outer says.
    let payload = payload.replace(
        "HP-Outer: From: Alice <alice@",
        "HP-Outer: From: Alice <eve@",
    );
    let header = read(&outer.replace("alice@", "eve@"), &payload);
    assert_eq!(differing(&header), [(Outcome::Failed, "From")]);
}

#[test]
fn hp_outer_means_nothing_in_a_signed_message() {
    let fields = format!("{SAME}HP-Outer: Subject: pay now\r\n");
    let outer = OUTER
        .replace(" an alle\r\n", "")
        .replace("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "pay now");
    let header = read(&outer, &inside(&fields, "; hp=\"clear\""));
    assert!(differing(&header).contains(&(Outcome::Note, "Subject")));
    assert!(!names(&header).contains(&"HP-Outer"));
}

#[test]
fn older_ways_are_legacy() {
    let header = read(OUTER, &inside(SAME, "; protected-headers=\"v1\""));
    assert_eq!(header.protection, HeaderProtection::Legacy);
    assert_eq!(header.fields.len(), 4);
    for subject in ["...", "[...]", "Encrypted Message"] {
        let outer = format!("From: alice <alice@example.org>\r\nSubject: {subject}\r\n");
        let header = read(&outer, &inside(SAME, "; protected-headers=\"v1\""));
        assert!(differing(&header).is_empty(), "{:?}", header.checks);
    }
    let outer = "From: alice <alice@example.org>\r\nSubject: pay now\r\n";
    let header = read(outer, &inside(SAME, ""));
    assert_eq!(differing(&header), [(Outcome::Note, "Subject")]);
    let header = read("From: eve@example.org\r\n", &inside(SAME, ""));
    assert_eq!(differing(&header), [(Outcome::Failed, "From")]);
}

#[test]
fn a_wrapped_message_is_legacy_and_a_forwarded_one_is_not() {
    let wrap = |parameters: &str, content_type: &str| {
        format!(
            "Content-Type: message/rfc822{parameters}\r\n\r\n{SAME}Content-Type: {content_type}\r\n\r\n\
             Hello\r\n"
        )
    };
    for parameters in ["", "; forwarded=no"] {
        let header = read(OUTER, &wrap(parameters, "text/plain"));
        assert_eq!(header.protection, HeaderProtection::Legacy, "{parameters}");
        assert_eq!(names(&header), ["From", "To", "Subject", "Date"]);
        assert!(differing(&header).iter().all(|(_, field)| *field == "From"));
    }
    let other = OUTER.replace("alice@", "carol@");
    let header = read(&other, &wrap("; forwarded=no", "text/plain"));
    assert_eq!(differing(&header), [(Outcome::Failed, "From")]);
    for payload in [
        wrap("; forwarded=yes", "text/plain"),
        wrap("", "application/pkcs7-mime"),
        wrap("", "multipart/signed; boundary=b"),
        wrap("", "text/plain; hp=clear"),
        "Content-Type: message/rfc822\r\n\r\nno header at all\r\n".into(),
    ] {
        let header = read(OUTER, &payload);
        assert_eq!(header.protection, HeaderProtection::None, "{payload}");
    }
}

/// Carol forwards what Alice wrote, or says so: nothing of that header is Carol's own.
#[test]
fn sig_19_the_header_of_somebody_elses_message_is_none_of_this_one() {
    let wrap = |fields: &str| {
        format!(
            "Content-Type: message/rfc822\r\n\r\n{fields}Content-Type: text/plain\r\n\r\nHello\r\n"
        )
    };
    let carol = OUTER.replace("alice@", "carol@");
    for (outer, fields) in [
        (carol.as_str(), SAME),
        (carol.as_str(), "Subject: pay now\r\n"),
        (OUTER, "Subject: pay now\r\n"),
        ("Subject: x\r\n", "Subject: x\r\n"),
        (
            OUTER,
            "From: eve@example.org\r\nFrom: alice@example.org\r\n",
        ),
        (OUTER, "From: alice@example.org, eve@example.org\r\n"),
    ] {
        let header = read(outer, &wrap(fields));
        assert_eq!(header.protection, HeaderProtection::None, "{fields}");
        assert!(header.fields.is_empty() && header.checks.is_empty());
    }
}

#[test]
fn many_differences_are_counted_not_listed() {
    let fields: String = (0..5_000).map(|n| format!("X-Field-{n}: a\r\n")).collect();
    let header = read(OUTER, &inside(&fields, "; hp=clear"));
    assert_eq!(header.fields.len(), 5_000);
    assert_eq!(differing(&header).len(), 20);
    assert!(says(&header, "4980 more"));
}

#[test]
fn enc_18_a_message_to_somebody_else_is_noted() {
    let field = |name: &str, value: &str| HeaderField {
        name: name.into(),
        value: value.into(),
    };
    let fields = [
        field("from", "alice@example.org"),
        field("TO", "Bob <bob@example.org>, carol@example.org"),
        field("Cc", "undisclosed: dave@b\u{fc}cher.example;"),
    ];
    let me = |address: &str| intended_recipient_checks(&fields, &[address.to_owned()]);
    for mine in [
        "BOB@example.org",
        "carol@example.org",
        "dave@xn--bcher-kva.example",
    ] {
        let checks = me(mine);
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].outcome(), Outcome::Passed, "{mine}");
    }
    for other in ["eve@example.org", "alice@example.org"] {
        let checks = me(other);
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].outcome(), Outcome::Note);
        assert_eq!(
            checks[0].why(),
            Some(&Reason::AddressedToOthers {
                recipients: vec![
                    "bob@example.org".into(),
                    "carol@example.org".into(),
                    "dave@b\u{fc}cher.example".into()
                ]
            })
        );
    }
    let several = ["eve@example.org".to_owned(), "bob@example.org".to_owned()];
    let checks = intended_recipient_checks(&fields, &several);
    assert_eq!(checks[0].outcome(), Outcome::Passed);
    assert!(intended_recipient_checks(&fields, &[]).is_empty());
    assert!(intended_recipient_checks(&fields[..1], &several).is_empty());
    let nobody = [field("To", "undisclosed-recipients:;")];
    assert!(intended_recipient_checks(&nobody, &several).is_empty());
}
