use super::encoded_word::encode;
use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn list(text: &str) -> Vec<String> {
    parse_list(text, &Limits::default())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .iter()
        .map(Mailbox::address)
        .collect()
}

#[test]
fn reads_the_forms_of_rfc_5322() {
    // Appendix A of RFC 5322.
    for (text, name, address) in [
        (
            "John Doe <jdoe@machine.example>",
            Some("John Doe"),
            "jdoe@machine.example",
        ),
        (
            "\"Joe Q. Public\" <john.q.public@example.com>",
            Some("Joe Q. Public"),
            "john.q.public@example.com",
        ),
        ("Who? <one@y.test>", Some("Who?"), "one@y.test"),
        ("<boss@nil.test>", None, "boss@nil.test"),
        (
            "\"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            Some("Giant; \"Big\" Box"),
            "sysservices@example.net",
        ),
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            Some("Pete"),
            "pete@silly.test",
        ),
        (
            "Joe Q. Public <a@example.com>",
            Some("Joe Q. Public"),
            "a@example.com",
        ),
        ("(c) alice @ (x) example.org (y)", None, "alice@example.org"),
        ("\"a@x\"@y.example", None, "\"a@x\"@y.example"),
        ("\"plain\"@y.example", None, "plain@y.example"),
        ("a@[192.0.2.1]", None, "a@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", None, "a@[IPv6:2001:db8::1]"),
        ("用户@例子.测试", None, "用户@例子.测试"),
        ("Jörg <j@bücher.example>", Some("Jörg"), "j@bücher.example"),
    ] {
        let mailbox = parse(text);
        assert_eq!(mailbox.display_name(), name, "{text}");
        assert_eq!(mailbox.address(), address, "{text}");
    }
}

#[test]
fn smtp_01_refuses_what_must_not_reach_a_header_or_an_smtp_command() {
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long_label = format!("a@{}.org", "a".repeat(64));
    let long_domain = format!("a@{}", ["a".repeat(60).as_str(); 5].join("."));
    for text in [
        "",
        " ",
        "alice",
        "@example.org",
        "alice@",
        "a@b@c",
        "a@example.org.",
        "a@.example.org",
        "a@example..org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a b@example.org",
        "\"a b\"@example.org",
        "\"a<b\"@example.org",
        "\"a>b\"@example.org",
        "\"\"@example.org",
        "\"a\".b@example.org",
        "a@exa mple.org",
        "a@example .org",
        "a@-example.org",
        "a@example-.org",
        "a@exam_ple.org",
        "a@example.org\r\nBcc: x@y",
        "a\r\n@example.org",
        "a\n@example.org",
        "\"a\r\"@example.org",
        "\"a\\\n\"@example.org",
        "a\0@example.org",
        "\"a\\\0\"@example.org",
        "a@example.org\0.evil",
        "\"N\r\nBcc: x\" <a@example.org>",
        "a\u{85}b@example.org",
        "a\u{A0}b@example.org",
        "a\u{202E}b@example.org",
        "<@relay.example:a@example.org>",
        "<a@example.org",
        "a@example.org>",
        "a <b <c@d>>",
        "<>",
        "a@[1.2.3]",
        "a@[1.2.3.4",
        "a@[IPv6:zz]",
        "a@[tag:x]",
        "a@xn--example-.org",
        "a@xn--abc.org",
        "a@example\u{3002}org",
        "a@exa\u{200B}mple.org",
        "a@exa\u{AD}mple.org",
        "a@ｅxample.org",
        "a@b＠c.org",
        "group: a@b;",
        "a@b, c@d",
        "a@b; c@d",
        "\"unclosed <a@b>",
        "(unclosed a@b",
        &long_local,
        &long_label,
        &long_domain,
    ] {
        let error = Mailbox::parse(text).expect_err(text);
        assert!(
            matches!(error.kind(), crate::ErrorKind::Address { .. }),
            "{text}"
        );
        assert!(Mailbox::new(text).is_err(), "{text}");
    }
    // `new` takes nothing around the address.
    assert!(Mailbox::new(" a@b").is_err());
    assert!(Mailbox::new("a@b (c)").is_err());
    assert!(Mailbox::named("a\r\nBcc: x", "a@b").is_err());
}

#[test]
fn reads_lists_with_groups() {
    assert_eq!(
        list("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;"),
        ["c@a.test", "joe@where.test", "jdoe@one.test"]
    );
    assert!(list("Undisclosed recipients:;").is_empty());
    assert!(list("").is_empty());
    assert_eq!(
        list("a@b, g1: c@d;, \"g, 2\":; ,, e@f ,"),
        ["a@b", "c@d", "e@f"]
    );
    assert_eq!(list("\"x, y\" <a@b>,(c, d)e@f"), ["a@b", "e@f"]);
    for bad in ["g: a@b", "g: h: a@b;;", ": a@b;", "a@b c@d", "g: a@b; c@d"] {
        assert!(parse_list(bad, &Limits::default()).is_err(), "{bad}");
    }
}

#[test]
fn a_list_over_the_public_face() {
    let found = Mailbox::parse_list("Alice <a@b.org>, Team: c@d.org, \"x, y\" <e@f.org>;").unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|m| (m.display_name(), m.local()))
        .collect();
    assert_eq!(
        found,
        [(Some("Alice"), "a"), (None, "c"), (Some("x, y"), "e")]
    );
    assert!(Mailbox::parse_list("").unwrap().is_empty());
    assert!(Mailbox::parse_list("a@b.org, nobody").is_err());
    let many = "a@b.org,".repeat(10_001);
    let error = Mailbox::parse_list(&many).unwrap_err();
    assert!(matches!(
        error.kind(),
        crate::ErrorKind::Limit { limit: 10_000, .. }
    ));
}

#[test]
fn the_error_of_a_list_names_the_wrong_address() {
    let error = parse_list("a@b, Bob <bob@@c>, d@e", &Limits::default()).unwrap_err();
    assert!(
        matches!(error.kind(), crate::ErrorKind::Address { address, .. } if address == "Bob <bob@@c>"),
        "{error}"
    );
    let limits = Limits {
        addresses: 2,
        ..Limits::default()
    };
    assert!(parse_list("a@b, c@d", &limits).is_ok());
    let error = parse_list("a@b, c@d, e@f", &limits).unwrap_err();
    assert!(matches!(
        error.kind(),
        crate::ErrorKind::Limit { limit: 2, .. }
    ));
}

#[test]
fn dos_07_nested_comments_end_in_an_error() {
    let text = format!("{}a@b", "(".repeat(100_000));
    assert!(
        parse(&format!("{}{}a@b", "(".repeat(32), ")".repeat(32)))
            .display_name()
            .is_none()
    );
    let error = Mailbox::parse(&text).unwrap_err();
    assert!(error.to_string().contains("nested too deeply"), "{error}");
}

#[test]
fn decodes_encoded_words_of_names() {
    // Examples of RFC 2047 8, and decoded values by hand.
    for (text, name) in [
        (
            "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>",
            "Keith Moore",
        ),
        (
            "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
            "Keld Jørn Simonsen",
        ),
        (
            "=?ISO-8859-1?Q?Andr=E9?= Pirard <P@vm1.ulg.ac.be>",
            "André Pirard",
        ),
        ("=?utf-8*en?B?w6Q=?= =?utf-8?b?w7Y?= <a@b>", "äö"),
        // One character split over two words.
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?= <a@b>", "ä"),
        // Not an encoded word inside quotes, and not one with an unknown charset or encoding.
        ("\"=?utf-8?Q?=C3=A4?=\" <a@b>", "=?utf-8?Q?=C3=A4?="),
        ("=?x-unknown?Q?a?= <a@b>", "=?x-unknown?Q?a?="),
        ("=?utf-8?X?a?= <a@b>", "=?utf-8?X?a?="),
        // SMTP-02: an encoded line break is none afterwards.
        ("=?utf-8?Q?a=0D=0ABcc=3A_x?= <a@b>", "a  Bcc: x"),
    ] {
        assert_eq!(parse(text).display_name(), Some(name), "{text}");
    }
}

#[test]
fn sig_12_compares_by_mailbox() {
    let same = |a: &str, b: &str| {
        let (a, b) = (parse(a), parse(b));
        assert_eq!(a.matches(&b), a.key() == b.key());
        a.matches(&b)
    };
    assert!(same("Alice@Example.ORG", "X <alice@example.org>"));
    assert!(same("a@bücher.example", "a@XN--Bcher-KVA.example"));
    assert!(same("\"a\"@b", "a@b"));
    assert!(!same("ä@b", "Ä@b"));
    assert!(!same("a@b", "a@c"));
    assert!(!same("paypal@x.org", "p\u{430}ypal@x.org"));
    assert_eq!(
        parse("a@Bücher.example").ascii_domain(),
        "xn--bcher-kva.example"
    );
    assert!(parse("ä@b").is_internationalized());
    assert!(!parse("a@bücher.example").is_internationalized());
    assert_eq!(
        parse("\"a b@c\\\\\"@b".replace(' ', "").as_str()).ascii_address(),
        "\"ab@c\\\\\"@b"
    );
}

#[test]
fn seven_bit_form_needs_an_ascii_local_part() {
    assert_eq!(
        parse("Jörg <j@bücher.example>").to_ascii().unwrap(),
        "=?UTF-8?Q?J=C3=B6rg?= <j@xn--bcher-kva.example>"
    );
    assert_eq!(
        parse("\"Doe, J.\" <j@x.example>").to_ascii().unwrap(),
        "\"Doe, J.\" <j@x.example>"
    );
    assert!(parse("ä@x.example").to_ascii().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn display_parses_back(name in "\\PC{0,30}", local in "[^ <>\\pC\\pZ]{1,16}", host in "[a-z]{1,5}\\.[a-zäöü]{1,5}") {
        let address = format!("{}@{host}", quoted(&local));
        let Ok(mailbox) = Mailbox::named(&name, &address) else { return Ok(()) };
        let text = mailbox.to_string();
        let back = Mailbox::parse(&text).unwrap();
        prop_assert_eq!(&back, &mailbox);
        prop_assert_eq!(&Mailbox::new(&mailbox.address()).unwrap().key(), &mailbox.key());
        prop_assert_eq!(list(&text).len(), 1);
        if let Ok(ascii) = mailbox.to_ascii() {
            prop_assert!(ascii.is_ascii());
            let back = Mailbox::parse(&ascii).unwrap();
            prop_assert!(back.matches(&mailbox));
            prop_assert_eq!(back.display_name(), mailbox.display_name());
        }
    }

    #[test]
    fn never_panics_and_lets_nothing_dangerous_out(text in "[a@.\"<>(),:;\\\\ \\r\\n\\t\\x00=?ä\\[\\]]{0,40}") {
        for mailbox in parse_list(&text, &Limits::default()).unwrap_or_default().iter().chain(Mailbox::parse(&text).ok().iter()) {
            prop_assert!(!mailbox.address().chars().any(|c| c.is_control() || " <>".contains(c)));
            prop_assert!(!mailbox.to_string().chars().any(char::is_control));
        }
    }

    #[test]
    fn encoded_words_decode_to_the_text(text in "\\PC{1,80}") {
        let words = encode(&text);
        for word in &words {
            prop_assert!(word.is_ascii() && word.len() <= 75 && !word.contains(' '));
        }
        let header = format!("Subject: {}\r\n\r\n", words.join("\r\n "));
        let other = mail_parser::MessageParser::new().parse(header.as_bytes()).unwrap();
        prop_assert_eq!(other.subject(), Some(text.as_str()));
    }
}
