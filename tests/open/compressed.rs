//! Compressed content, and what unpacking it may cost.

use smime::report::LayerKind;

use crate::ca::Key;
use crate::faces::Faces;
use crate::people::{ALICE, ENTITY, person, protector};
use crate::{opener, trusted, unsigned};

/// CompressedData (RFC 3274) around a content, with zlib.
fn compressed(content: &[u8]) -> Vec<u8> {
    use crate::ca::{oid, sequence, tlv};
    use std::io::Write;
    let best = flate2::Compression::best();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), best);
    zlib.write_all(content).unwrap();
    let octets = tlv(0x04, &zlib.finish().unwrap());
    let zlib = sequence(&[&oid("1.2.840.113549.1.9.16.3.8")]);
    let info = sequence(&[&oid("1.2.840.113549.1.7.1"), &tlv(0xa0, &octets)]);
    let data = sequence(&[&tlv(0x02, &[0]), &zlib, &info]);
    sequence(&[&oid("1.2.840.113549.1.9.16.1.9"), &tlv(0xa0, &data)])
}

fn compressed_entity(content: &[u8]) -> String {
    let body: String = compressed(content)
        .iter()
        .map(|byte| format!("={byte:02X}=\r\n"))
        .collect();
    format!(
        "Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{body}"
    )
}

#[test]
fn compressed_inside_and_outside_of_a_signature() {
    let alice = person(Key::P256, ALICE);
    let inside = format!("From: {ALICE}\r\n{}", compressed_entity(ENTITY.as_bytes()));
    let signed = protector().sign(&alice.identity).protect(inside).unwrap();
    let opened = opener().open_all(signed.message()).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
    assert_eq!(opened.report().layers()[1].kind(), &LayerKind::Compressed);

    let signed = protector().sign(&alice.identity).protect(ENTITY).unwrap();
    let outside = format!("From: {ALICE}\r\n{}", compressed_entity(signed.message()));
    let opened = opener().open_all(outside.as_bytes()).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
    assert_eq!(opened.report().layers()[0].kind(), &LayerKind::Compressed);
}

#[test]
fn enc_17_compression_shares_one_budget() {
    let limits = smime::Limits {
        decompressed_bytes: 3 << 20,
        decompression_ratio: u64::MAX,
        ..smime::Limits::default()
    };
    let big = vec![b'x'; 2 << 20];
    let part = |content: &[u8]| compressed_entity(content);
    opener()
        .limits(limits)
        .open_cms_all(&compressed(&big))
        .unwrap();
    let bomb = compressed(&vec![0; 4 << 20]);
    let error = opener().limits(limits).open_cms_all(&bomb).unwrap_err();
    assert!(
        matches!(error.kind(), smime::ErrorKind::Limit { limit, .. } if *limit == 3 << 20),
        "{error}"
    );
    // It is said which of the limits it was.
    let limits_of_ratio = smime::Limits {
        decompression_ratio: 10,
        ..limits
    };
    let opener_by_ratio = opener().limits(limits_of_ratio);
    let error = opener_by_ratio.open_cms_all(&compressed(&big)).unwrap_err();
    assert!(
        matches!(error.kind(), smime::ErrorKind::Limit { limit: 10, .. }),
        "{error}"
    );

    // Two parts of 2 MiB: the second one stays closed.
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{}\r\n--b\r\n{}\r\n--b--\r\n",
        part(&big),
        part(&big)
    );
    let opened = opener().limits(limits).open_all(mail.as_bytes()).unwrap();
    let total: usize = unsigned(&opened)
        .parts()
        .iter()
        .map(|part| part.bytes().len())
        .filter(|len| *len >= 2 << 20)
        .sum();
    assert_eq!(total, 2 << 20);
    assert!(opened.report().to_string().contains("was not opened"));
}

/// However much may come out of what goes by: what comes out of a short object is held, and that is bounded by itself.
#[test]
fn enc_17_a_short_object_that_goes_by_holds_little() {
    let limits = smime::Limits {
        decompressed_bytes: u64::MAX,
        decompression_ratio: u64::MAX,
        held_in_all: 1 << 20,
        ..smime::Limits::default()
    };
    let opener = opener().limits(limits);
    let message = compressed(&vec![b'x'; 2 << 20]);
    assert!(message.len() < 64 << 10);
    opener.open_cms(&message).unwrap();
    let error = opener.open_cms_stream(&message[..]).unwrap_err();
    assert!(
        matches!(error.kind(), smime::ErrorKind::Limit { limit, .. } if *limit == 1 << 20),
        "{error}"
    );
    let opened = opener.held_bytes(0).open_cms_stream(&message[..]).unwrap();
    let smime::open::Content::Unsigned(mut content) = opened.content() else {
        panic!("compressed content is not signed");
    };
    assert_eq!(content.copy_to(std::io::sink()).unwrap(), 2 << 20);
}
