//! What is no mail is not shown as an unsigned one.

use crate::faces::Faces;
use smime::ErrorKind;

use crate::ca::Key;
use crate::opener;
use crate::people::{ALICE, ENTITY, person, protector};

#[test]
fn a_cms_object_is_not_taken_for_an_unsigned_mail() {
    let alice = person(Key::P256, ALICE);
    let cms = protector()
        .sign(&alice.identity)
        .opaque()
        .protect_cms(ENTITY.as_bytes())
        .unwrap();
    let error = opener().open_all(&cms).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    assert!(error.to_string().contains("open_cms"), "{error}");
}

#[test]
fn nothing_is_not_a_mail() {
    for nothing in ["", " ", "\r\n\r\n"] {
        let error = opener().open_all(nothing.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }));
    }
}

/// The beginning of an object that is cut off or changed, and an object so short that only the whole of it shows what it is.
#[test]
fn a_broken_cms_object_is_one_over_every_face() {
    let alice = person(Key::P256, ALICE);
    let cms = protector()
        .sign(&alice.identity)
        .opaque()
        .protect_cms(ENTITY.as_bytes())
        .unwrap();
    // ContentInfo of id-data (RFC 5652 3, 4): without content, which is optional; with two octets; cut off.
    let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    let bare = [b"\x30\x0b".as_slice(), data].concat();
    let short = [b"\x30\x11", data.as_slice(), b"\xa0\x04\x04\x02hi"].concat();
    let long = [&bare[..4], "text\r\n".repeat(500).as_bytes()].concat();
    let objects = [&bare[..], &short, &short[..9], &bare[..3], &long];
    let cut = [&cms[..cms.len() - 1], &cms[..700], &cms[..5]];
    for object in objects.into_iter().chain(cut) {
        let error = opener().open_all(object).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    }
    // Not every text that begins with a 0 is one.
    for text in ["0 errors\r\n", "0\r\n", "0"] {
        opener().open_all(text.as_bytes()).unwrap();
    }
}
