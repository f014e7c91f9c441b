use super::*;
use crate::ErrorKind;
use proptest::prelude::*;

fn stuff(bytes: &[u8], limit: usize) -> Vec<u8> {
    let mut stuffed = Message::check(bytes).unwrap().stuffed();
    let (mut block, mut all) = (Vec::new(), Vec::new());
    while stuffed.next(limit, &mut block) {
        assert!(block.len() <= limit);
        all.extend_from_slice(&block);
    }
    all
}

/// What a server does (RFC 5321 4.5.2), written line by line and without regard to speed.
fn unstuff(bytes: &[u8]) -> Vec<u8> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| line.strip_prefix(b".").unwrap_or(line))
        .copied()
        .collect()
}

fn refusal(bytes: &[u8]) -> (u64, String) {
    match Message::check(bytes).map(|_| ()).unwrap_err().into_kind() {
        ErrorKind::Malformed {
            position: Some(at),
            detail,
            ..
        } => (at, detail.into_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn smtp_03_refuses_what_servers_disagree_about() {
    for (bytes, at) in [
        (b"a\r\n\n.\n".as_slice(), 3),
        (b"a\r\n.\r.\r", 4),
        (b"a\n.\r\n", 1),
        (b"a\r\n\r", 3),
        (b"ab\rc", 2),
        (b"a\0b", 1),
        (b"\n", 0),
        (b"\r\r\n", 0),
    ] {
        assert_eq!(refusal(bytes).0, at, "{bytes:?}");
    }
    assert!(refusal(b"a\rb").1.contains("CR without LF"));
    assert!(Message::check(b"").is_err());
}

#[test]
fn stuffs_every_line_that_begins_with_a_dot() {
    assert_eq!(stuff(b".\r\n", 64), b"..\r\n");
    assert_eq!(
        stuff(b"a\r\n.\r\n\r\n.b\r\n..", 64),
        b"a\r\n..\r\n\r\n..b\r\n..."
    );
    assert_eq!(stuff(b"a.b\r\nc.\r\n", 64), b"a.b\r\nc.\r\n");
}

#[test]
fn knows_what_the_server_must_offer() {
    let of = |bytes| {
        let message = Message::check(bytes).unwrap();
        (message.is_8bit, message.has_8bit_header)
    };
    assert_eq!(of(b"Subject: a\r\n\r\nb\r\n"), (false, false));
    assert_eq!(of("Subject: a\r\n\r\nü\r\n".as_bytes()), (true, false));
    assert_eq!(of("Subject: ü\r\n\r\nb\r\n".as_bytes()), (true, true));
    assert_eq!(of("Subject: ü".as_bytes()), (true, true));
    assert_eq!(of("\r\nü\r\n\r\n".as_bytes()), (true, false));
}

#[test]
fn counts_the_line_end_that_is_added() {
    assert_eq!(Message::check(b"ab\r\n").unwrap().size(), 4);
    assert_eq!(Message::check(b"ab").unwrap().size(), 4);
}

proptest! {
    #[test]
    fn a_server_gets_back_what_was_stuffed(
        pieces in prop::collection::vec(prop::sample::select(vec!["\r\n", ".", "..", "a", "From "]), 1..40),
        limit in 2usize..40,
    ) {
        let message = pieces.concat().into_bytes();
        let sent = stuff(&message, limit);
        prop_assert_eq!(unstuff(&sent), message);
        prop_assert!(memchr::memmem::find(&sent, b"\r\n.\r\n").is_none());
        prop_assert!(!sent.starts_with(b".\r\n"));
    }
}
