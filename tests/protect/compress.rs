//! Compression inside the protection (RFC 3274, RFC 8551 3.6), and CMS objects without MIME.

use std::io::Read;

use smime::protect::Framing;
use smime::resolver::MemoryResolver;
use smime::{ErrorKind, Protector};

use crate::ca::Key;
use crate::mime::{all, assert_seven_bit, base64, detached, find, one, split};
use crate::people::{ALICE, BOB, ENTITY, made, mail, person, protector};
use crate::structure::{auth_enveloped_data, children, enveloped_data, only_signer, signed_data};
use crate::{failed, refused};

const COMPRESSED_DATA: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09";
const ZLIB: &[u8] = b"\x30\x0d\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08";
const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";

/// The octets of an OCTET STRING that ends the value, in one piece or in chunks, at the end of `cms`.
fn octets(cms: &[u8], indefinite: bool) -> Vec<u8> {
    let at = find(cms, DATA).expect("no id-data") + DATA.len();
    let rest = &cms[at..];
    if !indefinite {
        return children(children(rest)[0].2)[0].2.to_vec();
    }
    let mut rest = rest.strip_prefix(b"\xa0\x80\x24\x80").expect("no chunks");
    let mut found = Vec::new();
    while let [0x04, ..] = rest {
        let (head, length) = match rest[1] {
            length @ 0..=0x7f => (2, usize::from(length)),
            0x81 => (3, usize::from(rest[2])),
            0x82 => (4, usize::from(rest[2]) << 8 | usize::from(rest[3])),
            other => panic!("a chunk with length octet {other:#x}"),
        };
        found.extend_from_slice(&rest[head..head + length]);
        rest = &rest[head + length..];
    }
    assert_eq!(rest, [0; 12]);
    found
}

/// Takes a compressed-data entity apart, and gives what was compressed.
fn decompressed(entity: &[u8], indefinite: bool) -> String {
    assert_seven_bit(entity);
    let (fields, body) = split(entity);
    assert_eq!(
        one(&fields, "Content-Type"),
        "application/pkcs7-mime; smime-type=compressed-data; name=\"smime.p7z\""
    );
    assert_eq!(
        one(&fields, "Content-Disposition"),
        "attachment; filename=\"smime.p7z\""
    );
    assert_eq!(one(&fields, "Content-Transfer-Encoding"), "base64");
    let cms = base64(body);
    inflated(&cms, indefinite)
}

fn inflated(cms: &[u8], indefinite: bool) -> String {
    assert!(find(cms, COMPRESSED_DATA).is_some() && find(cms, ZLIB).is_some());
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(octets(cms, indefinite).as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn is_inside_a_detached_signature() {
    let alice = person(Key::P256, ALICE);
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector().sign(&alice.identity).compress();
        let protected = protector.framing(framing).protect(mail()).unwrap();
        let parts = detached(protected.message());
        let indefinite = framing == Framing::Indefinite;
        assert_eq!(decompressed(&parts.entity, indefinite), ENTITY);
        assert!(protected.report().is_compressed());
        let said = protected.report().to_string();
        assert!(said.contains("content compressed with zlib"), "{said}");
        let noted = protected.report().notes();
        assert!(noted.iter().any(|note| note.contains("compressed")));
    }
}

#[test]
fn is_inside_an_opaque_signature() {
    let alice = person(Key::Rsa2048, ALICE);
    let protector = protector().sign(&alice.identity).opaque().compress();
    let protected = protector.protect(mail()).unwrap();
    let (fields, body) = split(protected.message());
    assert!(one(&fields, "Content-Type").contains("smime-type=signed-data; name=\"smime.p7m\""));
    let data = signed_data(&base64(body));
    let entity = data.encap_content_info.econtent.unwrap();
    assert_eq!(decompressed(entity.value(), false), ENTITY);
}

/// A part that must not be changed and is not 7-bit cannot stand beside a signature, but it can travel in base64.
#[test]
fn eight_bit_parts_that_must_stay_are_compressed_as_they_are() {
    let alice = person(Key::P256, ALICE);
    let part = "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n\
                --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                Gr\u{fc}\u{df}e\r\n--b--\r\n";
    let message = format!("From: alice@example.org\r\nMIME-Version: 1.0\r\n{part}");
    let protector = protector().sign(&alice.identity);
    failed(protector.protect(&message));
    let protected = protector.compress().protect(&message).unwrap();
    let entity = detached(protected.message()).entity;
    assert_eq!(decompressed(&entity, false), part);
}

#[test]
fn makes_a_long_message_shorter_also_when_encrypted() {
    let bob = person(Key::P256, BOB);
    let message = format!("{}{}", mail(), "the same again and again\r\n".repeat(4000));
    let protector = protector().encrypt_to([bob.certificate()]);
    let long = protector.protect(&message).unwrap();
    let short = protector.compress().protect(&message).unwrap();
    assert!(short.message().len() * 20 < long.message().len());
    let types = split(short.message()).0;
    assert!(all(&types, "Content-Type")[0].contains("enveloped-data"));
    assert!(!long.report().is_compressed() && short.report().is_compressed());
}

#[test]
fn alone_it_is_misuse() {
    let error = failed(Protector::new().compress().protect(mail()));
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
    assert!(error.to_string().contains("protects nothing"), "{error}");
    assert!(Protector::new().compress().machine().is_err());
}

#[test]
fn cms_objects_are_der_and_hold_the_content_as_it_is() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    // No MIME, no line ends that would be made canonical.
    let content = b"\0\x01 any octets\nwith a line feed \xff";
    let sign = protector().sign(&alice.identity);

    let beside = signed_data(&sign.protect_cms(content).unwrap());
    assert!(beside.encap_content_info.econtent.is_none());
    only_signer(&beside);

    let around = signed_data(&sign.clone().opaque().protect_cms(content).unwrap());
    assert_eq!(around.encap_content_info.econtent.unwrap().value(), content);

    let encrypt = protector().encrypt_to([bob.certificate()]);
    let both = sign.clone().encrypt_to([bob.certificate()]);
    enveloped_data(&encrypt.protect_cms(content).unwrap());
    enveloped_data(&both.protect_cms(content).unwrap());
    let gcm = encrypt.cipher(smime::crypto::ContentCipher::Aes256Gcm);
    auth_enveloped_data(&gcm.protect_cms(content).unwrap());

    let small = sign.clone().opaque().compress();
    let text = "no MIME either\n".repeat(100);
    let data = signed_data(&small.protect_cms(text.as_bytes()).unwrap());
    let inside = data.encap_content_info.econtent.unwrap();
    assert_eq!(inflated(inside.value(), false), text);
}

#[test]
fn cms_objects_are_the_same_when_awaited() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::Rsa2048, BOB));
    let make = || {
        let protector = protector()
            .sign(&alice.identity)
            .encrypt_to([bob.certificate()]);
        protector.danger_random(crate::random::Seeded::new(3))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let protector = make();
    let awaited = runtime
        .unwrap()
        .block_on(is_send(protector.protect_cms_async(b"content")));
    assert_eq!(make().protect_cms(b"content").unwrap(), awaited.unwrap());
}

#[test]
fn cms_objects_have_no_addresses() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let to = crate::people::mailbox(BOB);
    let sign = || protector().sign(&alice.identity);
    for protector in [
        protector(),
        protector().compress(),
        sign().compress(),
        sign().resolver(MemoryResolver::new()),
        sign().encrypt_to_named([(&to, bob.certificate())]),
        protector().resolver(MemoryResolver::new()).sign_as_sender(),
        protector()
            .resolver(MemoryResolver::new())
            .encrypt_to_recipients(),
    ] {
        let error = failed(protector.protect_cms(b"content"));
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    }
    failed(
        protector()
            .encrypt_to(std::iter::empty())
            .protect_cms(b"content"),
    );
}

#[test]
fn cms_objects_need_fit_certificates() {
    let closed = made(
        crate::people::ca()
            .certify(Key::P256, ALICE)
            .key_usage(Some(crate::ca::KEY_AGREEMENT)),
    );
    let old = protector()
        .policy(smime::policy::StandardPolicy::at(
            crate::people::now() + std::time::Duration::from_secs(100 * 365 * 86_400),
        ))
        .encrypt_to([person(Key::P256, BOB).certificate()]);
    let unfit = refused(protector().sign(&closed.identity).protect_cms(b"content"));
    assert_eq!(unfit.problems().len(), 1);
    assert_eq!(refused(old.protect_cms(b"content")).problems().len(), 1);
}
