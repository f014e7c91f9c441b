//! Seeds that are text: headers, bodies, replies.

use crate::Seeds;

pub const MAIL: &str = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: fuzz\r\n\
    Date: Tue, 01 Jun 2027 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";
pub const TEXT: &str =
    "Content-Type: text/plain; charset=utf-8\r\n\r\nHello Bob\r\n-- \r\nfrom Alice\r\n";
pub const PARTS: &str = "Content-Type: multipart/mixed; boundary=m\r\n\r\npreamble\r\n--m\r\n\
    Content-Type: text/plain\r\n\r\nHello\r\n--m\r\nContent-Type: application/octet-stream; name=a\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQ==\r\n--m--\r\nepilogue\r\n";

/// Headers, bodies, replies.
pub fn texts(seeds: &mut Seeds) {
    for (index, (how, text)) in [
        (0, MAIL),
        (0, "From alice Tue\r\nSubject: a\r\n b\r\n\r\nbody"),
        (1, "Alice <alice@example.org>, \"Bob, B.\" <bob@example.org>"),
        (1, "=?utf-8?q?J=C3=BCrgen?= <j@xn--exmple-cua.org>, Group: a@b.org, c@d.org;"),
        (1, "\"a b\"@example.org, user@[192.0.2.1], (comment) x@y.org (more)"),
        (2, "Tue, 01 Jun 2027 00:00:00 +0000"),
        (2, "1 Jun 27 0:00 EST (comment)"),
        (3, "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"s\""),
        (3, "text/plain; name*0*=UTF-8''a%20b; name*1=c; charset=utf-8"),
        (4, "Jürgen Müßig, 日本語 and some words that are longer than one encoded word may be at most"),
        (5, "A subject with words enough that it has to be folded, because no line of a header may be longer"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.add("header", &format!("text-{index}"), &[how, 3, 1], text.as_bytes());
    }
    let base64 = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu\r\n";
    let armour =
        format!("-----BEGIN CMS-----\r\nMIAGCSqGSIb3DQEHAg==\r\n{base64}-----END CMS-----\r\n");
    let body = "preamble\r\n--s\r\n\r\na\r\n--s \t\r\nX: y\r\n\r\nb\r\n--s--\r\nepilogue\r\n";
    for (index, (how, text)) in [
        (0, body),
        (6, "--m\n\na\n--m\n\nb\n--m--"),
        (1, base64),
        (1, "soft=\r\nbreak =3D=20\r\nend=\r\n"),
        (2, armour.as_str()),
        (2, "MIAGCSqGSIb3DQEHAg=="),
        (3, PARTS),
        (9, "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\nJ\u{fc}rgen \nFrom me\n.\n"),
        (0x43, "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\nREVG\r\n"),
        (4, TEXT),
        (5, "a b\r\nc\r\n\r\nd e\na b\nc\n\nd e\n"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.add("mime", &format!("text-{index}"), &[how, 3, 1], text.as_bytes());
    }
    for (index, replies) in [
        &[
            "220 hi",
            "250 ok",
            "250 ok",
            "250 ok",
            "354 go",
            "250 2.0.0 queued",
            "221 bye",
        ][..],
        &[
            "220 hi",
            "250-a\r\n250-SIZE 100\r\n250 SMTPUTF8",
            "250 ok",
            "550 5.1.1 no",
            "250 ok",
            "250 ok",
            "354 go",
            "451 later",
        ],
        &[
            "220 hi",
            "250-x\r\n250 AUTH PLAIN LOGIN",
            "235 ok",
            "250 ok",
            "250 ok",
            "354 go",
            "250 ok",
        ],
        &[
            "220 hi",
            "250-x\r\n250 AUTH LOGIN",
            "334 VXNlcm5hbWU6",
            "334 UGFzc3dvcmQ6",
            "535 5.7.8 no",
        ],
        &["421 4.3.2 full"],
        &["220 hi", "250 ok\r\n250 more"],
        &["220-a\r\n221 b"],
    ]
    .into_iter()
    .enumerate()
    {
        let script: Vec<String> = replies.iter().map(|reply| format!("{reply}\r\n")).collect();
        for how in 0..8 {
            let name = format!("script-{index}-{how}");
            seeds.add("smtp_reply", &name, &[how], script.join("\0").as_bytes());
        }
    }
}
