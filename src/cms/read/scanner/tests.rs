//! The same objects read at once and as they go by, cut everywhere and damaged everywhere.

use super::*;
use crate::ErrorKind;
use crate::asn1::{
    Reader, explicit, implicit, indefinite, integer_u64, null, octet_string, oid as der_oid,
    sequence, set_of,
};
use crate::bag::content_info;
use crate::cms::oid;
use crate::cms::read::{Received, read, read_as};
use hex_literal::hex;

mod damaged;
mod enveloped;
mod made_by_others;
mod support;

use support::{agree, agree_as, all_splits, heads, reencoded, scan};

fn limits() -> Limits {
    Limits::default()
}

fn sha256() -> Vec<u8> {
    sequence(&[&hex!("0609608648016503040201")])
}

/// SignedData around an encapContentInfo that is already encoded.
fn signed(encapsulated: &[u8], bags: &[u8]) -> Vec<u8> {
    sequence(&[
        &integer_u64(1),
        &set_of(vec![sha256()]),
        encapsulated,
        bags,
        &set_of(Vec::new()),
    ])
}

fn encapsulated(content_type: &ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    sequence(&[&der_oid(content_type), &explicit(0, content)])
}

fn message() -> Vec<u8> {
    let signed = signed(
        &encapsulated(&oid::DATA, &octet_string(b"abc")),
        &implicit(0, true, &sequence(&[&null()])),
    );
    content_info(&oid::SIGNED_DATA, &signed)
}

#[test]
fn the_object_without_its_content() {
    let (reduced, content) = scan(None, &message(), 1, &limits()).unwrap();
    assert_eq!(content.as_deref(), Some(&b"abc"[..]));
    // By hand: what stands before the content is where it was, and the lengths around it are three less.
    let expected: Vec<u8> = hex!(
        "30 3a 06 09 2a864886f70d010702 a0 2d 30 2b 02 01 01 31 0d 30 0b 06 09 608648016503040201"
        "30 0f 06 09 2a864886f70d010701 a0 02 04 00 a0 04 30 02 05 00 31 00"
    )
    .to_vec();
    assert_eq!(reduced.object.len() + 3, message().len());
    assert_eq!(*reduced.object, expected);
    assert_eq!(reduced.content, Some(3));
}

/// Objects of all types, in DER.
fn objects() -> Vec<Vec<u8>> {
    let other = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.4");
    let bags = [
        implicit(0, true, &sequence(&[&null()])),
        implicit(1, true, &sequence(&[&octet_string(b"list")])),
    ]
    .concat();
    let signed_info = |inside: &[u8]| content_info(&oid::SIGNED_DATA, &signed(inside, &bags));
    let compressed = sequence(&[
        &integer_u64(0),
        &sequence(&[&der_oid(&oid::ZLIB)]),
        &encapsulated(&oid::DATA, &octet_string(b"compressed")),
    ]);
    vec![
        message(),
        signed_info(&encapsulated(&oid::SIGNED_DATA, &octet_string(b""))),
        signed_info(&encapsulated(
            &other,
            &sequence(&[&integer_u64(5), &null()]),
        )),
        // Detached, and certificates only.
        signed_info(&sequence(&[&der_oid(&oid::DATA)])),
        content_info(&oid::COMPRESSED_DATA, &compressed),
        content_info(&oid::DATA, &octet_string(b"content itself")),
        content_info(&other, &sequence(&[&null()])),
        sequence(&[&der_oid(&other)]),
        enveloped::encrypted().der(),
        enveloped::authenticated().der(),
        enveloped::with_attributes().der(),
    ]
}

#[test]
fn all_types_in_all_splits() {
    for object in objects() {
        assert!(all_splits(&object), "{object:02x?}");
    }
}

/// The whole of it: the version of the content inside a layer, with and without a `ContentInfo`.
#[test]
fn inside_of_another_layer() {
    for object in objects() {
        let mut reader = Reader::new(&object, "test", &limits());
        let info = crate::bag::ContentInfo::from_value(&reader.read().unwrap()).unwrap();
        let Some(value) = info.content else { continue };
        if info.content_type == oid::DATA {
            continue;
        }
        let kind = Some(info.content_type);
        for size in [1, 7, usize::MAX] {
            assert!(agree_as(kind, value.raw, size, &limits()));
            assert!(agree_as(kind, &object, size, &limits()));
            let wrong = [oid::SIGNED_DATA, oid::ENVELOPED_DATA, oid::COMPRESSED_DATA];
            for other in wrong
                .into_iter()
                .filter(|other| *other != info.content_type)
            {
                agree_as(Some(other), value.raw, size, &limits());
                agree_as(Some(other), &object, size, &limits());
            }
        }
        assert_eq!(
            ObjectScanner::takes_apart(&info.content_type),
            !matches!(Kind::of(&info.content_type), None | Some(Kind::Data))
        );
    }
    // Without structure, whatever it is.
    let (reduced, content) = scan(Some(oid::DATA), b"no BER", 2, &limits()).unwrap();
    assert_eq!((&reduced.object[..], content), (&b"no BER"[..], None));
}

#[test]
fn heads_come_before_the_content() {
    let first = |object: &[u8]| heads(object).pop().unwrap();
    let signed = first(&message());
    assert!(matches!(
        signed,
        Head::Signed { content_type: oid::DATA, digests } if digests == [DigestAlgorithm::Sha256]
    ));
    let objects = objects();
    assert!(matches!(
        first(&objects[4]),
        Head::Compressed {
            content_type: oid::DATA
        }
    ));
    assert!(matches!(first(&objects[5]), Head::Data));
    for without in [&objects[3], &objects[6], &objects[7]] {
        assert!(heads(without).is_empty());
    }
    // Other digests than those that are known, one twice, one unreadable: the rest is left.
    let known = sha256();
    let unknown = sequence(&[&hex!("06032a0304")]);
    let set = [&known[..], &unknown, &known, &null(), &known].concat();
    let inside = sequence(&[
        &integer_u64(1),
        &crate::asn1::tlv(Tag::SET, &set),
        &encapsulated(&oid::DATA, &octet_string(b"")),
        &set_of(Vec::new()),
    ]);
    let signed = first(&content_info(&oid::SIGNED_DATA, &inside));
    assert!(matches!(signed, Head::Signed { digests, .. } if digests.len() == 1));
}

/// By hand: what no writer makes and BER allows.
#[test]
fn all_forms_of_ber() {
    let mut ber = indefinite(Tag::SEQUENCE);
    ber.extend(der_oid(&oid::SIGNED_DATA));
    ber.extend(indefinite(Tag::context(0, true)));
    ber.extend(indefinite(Tag::SEQUENCE));
    ber.extend(hex!("02 83000001 01"));
    ber.extend(hex!("31 80 30 80 0609608648016503040201 0000 0000"));
    ber.extend(hex!("30 84 00000033"));
    ber.extend(der_oid(&oid::DATA));
    ber.extend(hex!("a0 82 0024"));
    // "a", nothing, "bc" in pieces of pieces, "def" in a long header.
    ber.extend(hex!("24 80 0401 61 0400 24 80 24 80 0482000262 63 0000 0000 24 08 04 8400000002 64 65 0401 66 0000"));
    ber.extend(hex!("a0 80 0000"));
    ber.extend(hex!("31 8400000000"));
    ber.extend(END_OF_CONTENTS.repeat(3));
    for size in 1..ber.len() {
        let (reduced, content) = scan(None, &ber, size, &limits()).unwrap();
        assert_eq!(content.as_deref(), Some(&b"abcdef"[..]));
        assert_eq!(reduced.object[..40], ber[..40]);
    }
    assert!(all_splits(&ber));
}

/// The same error at the same place, wherever it ends early.
#[test]
fn every_cut_is_the_same_error() {
    let (ber, _) = reencoded(&message(), &[2, 2, 2]);
    for object in objects().iter().chain([&ber]) {
        for cut in 0..object.len() {
            let whole = read(&object[..cut], &limits()).err().unwrap();
            for size in [1, 5, usize::MAX] {
                let streamed = scan(None, &object[..cut], size, &limits()).err().unwrap();
                assert_eq!(whole.to_string(), streamed.to_string(), "at {cut}");
            }
        }
    }
}

/// What is wrong before the content is told in the same words.
#[test]
fn the_same_error_before_the_content() {
    let wrong = [
        content_info(&oid::SIGNED_DATA, &null()),
        content_info(&oid::DATA, &null()),
        content_info(
            &oid::SIGNED_DATA,
            &signed(&encapsulated(&oid::DATA, &null()), &[]),
        ),
        content_info(
            &oid::SIGNED_DATA,
            &signed(&encapsulated(&oid::DATA, &sequence(&[])), &[]),
        ),
        content_info(&oid::SIGNED_DATA, &signed(&null(), &[])),
        content_info(&oid::SIGNED_DATA, &sequence(&[&null()])),
        content_info(
            &oid::COMPRESSED_DATA,
            &sequence(&[&integer_u64(0), &null()]),
        ),
        content_info(
            &oid::COMPRESSED_DATA,
            &sequence(&[
                &integer_u64(0),
                &sequence(&[&hex!("06032a0304")]),
                &encapsulated(&oid::DATA, &octet_string(b"x")),
            ]),
        ),
        content_info(&oid::ENVELOPED_DATA, &sequence(&[&integer_u64(0), &null()])),
        sequence(&[&null()]),
        sequence(&[&der_oid(&oid::DATA)]),
        sequence(&[&der_oid(&oid::DATA), &null()]),
        sequence(&[
            &der_oid(&oid::DATA),
            &explicit(0, &octet_string(b"")),
            &null(),
        ]),
        null(),
    ];
    for input in wrong {
        let whole = read(&input, &limits()).err().unwrap().to_string();
        for size in [1, usize::MAX] {
            let streamed = scan(None, &input, size, &limits());
            let streamed = streamed.and_then(|(reduced, _)| {
                read(&reduced.object, &limits()).map(|_| panic!("accepted: {input:02x?}"))
            });
            assert_eq!(whole, streamed.err().unwrap().to_string());
        }
    }
}

/// An end-of-contents of another length is none, and no value either.
#[test]
fn stray_ends() {
    for input in [
        &hex!("3080 000100 0000")[..],
        &hex!("3080 008100 0000"),
        &hex!("3002 0000"),
        &hex!("0000"),
        &hex!("3080 06032a0304 008100 0000"),
    ] {
        all_splits(input);
    }
    assert!(!all_splits(&hex!("3080 000100 0000")));
}

#[test]
fn bytes_behind_the_object() {
    let message = message();
    for good in [&b""[..], b"\r\n", b"\0\0\0\0", b"\r\n\r\n\0"] {
        assert!(all_splits(&[&message, good].concat()));
    }
    for bad in [&b" "[..], b"\r\nx", b"\0\0\x30\0"] {
        let input = [&message, bad].concat();
        assert!(!all_splits(&input));
        let whole = read(&input, &limits()).err().unwrap().to_string();
        let streamed = scan(None, &input, 3, &limits()).err().unwrap().to_string();
        assert_eq!(whole, streamed);
    }
}
