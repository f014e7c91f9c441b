//! Dispatch and the outer layers, by hand.

use super::*;
use crate::asn1::{
    END_OF_CONTENTS, explicit, implicit, indefinite, integer_u64, null, octet_string,
    oid as der_oid, sequence, set_of, tlv,
};
use crate::bag::content_info;
use hex_literal::hex;

fn limits() -> Limits {
    Limits::default()
}

/// A SignedData without signers around an eContent that is already encoded.
fn signed_data(content_type: &ObjectIdentifier, content: &[u8], bags: &[u8]) -> Vec<u8> {
    sequence(&[
        &integer_u64(1),
        &set_of(Vec::new()),
        &sequence(&[&der_oid(content_type), &explicit(0, content)]),
        bags,
        &set_of(Vec::new()),
    ])
}

fn message() -> Vec<u8> {
    let signed = signed_data(&oid::DATA, &octet_string(b"abc"), &[]);
    content_info(&oid::SIGNED_DATA, &signed)
}

fn content(received: Received<'_>) -> Vec<u8> {
    match received {
        Received::Signed(signed) => signed.content.unwrap().joined().into_owned(),
        Received::Data(octets) => octets.joined().into_owned(),
        _ => panic!("another type"),
    }
}

fn fails(input: &[u8]) -> Error {
    read(input, &limits()).map(|_| ()).unwrap_err()
}

#[test]
fn bytes_behind_the_message() {
    let message = message();
    for good in [&b""[..], b"\r\n", b"\n", b"\0\0\0\0", b"\r\n\r\n\0"] {
        let input = [&message, good].concat();
        assert_eq!(content(read(&input, &limits()).unwrap()), b"abc");
    }
    for bad in [&b" "[..], b"\r\nx", b"\0\0\x30\0"] {
        let error = fails(&[&message, bad].concat());
        assert!(error.to_string().contains("after the end"), "{error}");
        assert!(error.to_string().contains(&message.len().to_string()));
    }
    for cut in 0..message.len() {
        fails(&message[..cut]);
    }
}

/// The same message as BER: indefinite lengths, pieces, lengths that are longer than they need be.
#[test]
fn all_forms_of_ber() {
    let mut ber = indefinite(Tag::SEQUENCE);
    ber.extend(der_oid(&oid::SIGNED_DATA));
    ber.extend(indefinite(Tag::context(0, true)));
    ber.extend(indefinite(Tag::SEQUENCE));
    ber.extend(hex!("02 83000001 01"));
    ber.extend(hex!("31 80 0000"));
    ber.extend(indefinite(Tag::SEQUENCE));
    ber.extend(der_oid(&oid::DATA));
    ber.extend(indefinite(Tag::context(0, true)));
    // "a", nothing, and "bc" in a piece of its own.
    ber.extend(hex!("24 80 0401 61 0400 24 80 0482000262 63 0000 0000"));
    ber.extend(END_OF_CONTENTS);
    ber.extend(END_OF_CONTENTS);
    ber.extend(hex!("a0 80 0000"));
    ber.extend(hex!("31 8400000000"));
    ber.extend(END_OF_CONTENTS.repeat(3));
    assert_eq!(content(read(&ber, &limits()).unwrap()), b"abc");
    for cut in 0..ber.len() {
        fails(&ber[..cut]);
    }
}

#[test]
fn dispatch_is_on_the_content_type() {
    let data = content_info(&oid::DATA, &octet_string(b"abc"));
    assert!(matches!(
        read(&data, &limits()).unwrap(),
        Received::Data(octets) if *octets.joined() == *b"abc"
    ));
    // A TSTInfo, and a type that nobody knows and that has no content.
    let time = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
    let other = content_info(&time, &null());
    assert!(matches!(
        read(&other, &limits()).unwrap(),
        Received::Other(found) if found == time
    ));
    let empty = sequence(&[&der_oid(&ObjectIdentifier::new_unwrap("1.2.3"))]);
    assert!(matches!(
        read(&empty, &limits()).unwrap(),
        Received::Other(_)
    ));
    // Known types need their content, in its form.
    for kind in [
        oid::DATA,
        oid::SIGNED_DATA,
        oid::ENVELOPED_DATA,
        oid::AUTH_ENVELOPED_DATA,
        oid::COMPRESSED_DATA,
    ] {
        fails(&sequence(&[&der_oid(&kind)]));
        fails(&content_info(&kind, &null()));
    }
    fails(b"");
    fails(b"-----BEGIN CMS-----");
}

#[test]
fn inside_of_another_layer() {
    let limits = limits();
    let bare = signed_data(&oid::DATA, &octet_string(b"abc"), &[]);
    let inner = read_as(&oid::SIGNED_DATA, &bare, &limits).unwrap();
    assert_eq!(content(inner), b"abc");
    // A ContentInfo, which some writers put there.
    let info = message();
    let inner = read_as(&oid::SIGNED_DATA, &info, &limits).unwrap();
    assert_eq!(content(inner), b"abc");
    assert!(read_as(&oid::ENVELOPED_DATA, &info, &limits).is_err());
    // Data is what it is, even when it looks like something else.
    let data = read_as(&oid::DATA, &info, &limits).unwrap();
    assert_eq!(content(data), info);
    let other = ObjectIdentifier::new_unwrap("1.2.3");
    assert!(matches!(
        read_as(&other, b"x", &limits).unwrap(),
        Received::Other(found) if found == other
    ));
}

/// RFC 5652 5.2.1: what PKCS #7 signed of other types is the content octets.
#[test]
fn content_that_is_no_octet_string() {
    let other = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.4");
    let inner = sequence(&[&integer_u64(5)]);
    let signed = signed_data(&other, &inner, &[]);
    let message = content_info(&oid::SIGNED_DATA, &signed);
    assert_eq!(content(read(&message, &limits()).unwrap()), integer_u64(5));
    // Not as data, and no other type.
    for (kind, inner) in [(oid::DATA, inner), (other, integer_u64(5))] {
        let signed = signed_data(&kind, &inner, &[]);
        fails(&content_info(&oid::SIGNED_DATA, &signed));
    }
    // Two values where one belongs.
    let two = [octet_string(b"a"), octet_string(b"b")].concat();
    let signed = signed_data(&oid::DATA, &two, &[]);
    fails(&content_info(&oid::SIGNED_DATA, &signed));
}

#[test]
fn what_is_left_out_of_the_bags_is_told() {
    let outline = sequence(&[&sequence(&[]), &sequence(&[]), &hex!("03020001")]);
    let attribute = implicit(2, true, &null());
    // id-ri-ocsp-response, and a format that nobody knows.
    let response = sequence(&[&hex!("0a0100")]);
    let stapled = |format: &str| {
        let format = der_oid(&ObjectIdentifier::new_unwrap(format));
        implicit(1, true, &[&format[..], &response].concat())
    };
    let stapled = [stapled("1.3.6.1.5.5.7.16.2"), stapled("1.2.3")].concat();
    let bags = [
        implicit(0, true, &[&attribute[..], &outline].concat()),
        implicit(1, true, &[&outline[..], &null(), &stapled].concat()),
    ]
    .concat();
    let signed = signed_data(&oid::DATA, &octet_string(b""), &bags);
    let message = content_info(&oid::SIGNED_DATA, &signed);
    let Received::Signed(signed) = read(&message, &limits()).unwrap() else {
        panic!("another type");
    };
    assert_eq!(signed.certificates, [&outline[..]]);
    assert_eq!(signed.crls, [&outline[..]]);
    assert_eq!(signed.ocsp_responses, [&response[..]]);
    let place = |what: &[u8]| {
        let found = message.windows(what.len()).position(|part| part == what);
        found.unwrap()
    };
    assert_eq!(
        signed.skipped[0],
        format!("an attribute certificate at byte {}", place(&attribute))
    );
    assert!(signed.skipped[1].starts_with("not revocation information at byte"));
    assert!(signed.skipped[2].starts_with("revocation information of another format at byte"));
    assert_eq!(signed.skipped.len(), 3);
}

#[test]
fn dos_04_counts_are_bounded() {
    let with = |bags: &[u8], signers: &[u8]| {
        let signed = sequence(&[
            &integer_u64(1),
            &set_of(vec![sequence(&[])]),
            &sequence(&[&der_oid(&oid::DATA)]),
            bags,
            &tlv(Tag::SET, signers),
        ]);
        content_info(&oid::SIGNED_DATA, &signed)
    };
    let signers = null().repeat(101);
    assert!(read(&with(&[], &signers[2..]), &limits()).is_ok());
    let many = [
        with(&[], &signers),
        with(&implicit(0, true, &null().repeat(1_001)), &[]),
        with(&implicit(1, true, &null().repeat(1_001)), &[]),
    ];
    for input in many {
        assert!(matches!(
            fails(&input).kind(),
            crate::ErrorKind::Limit { .. }
        ));
    }
    // The attributes of one signer cost only that one.
    let attribute = sequence(&[&der_oid(&oid::DATA), &set_of(Vec::new())]);
    let signer = |count: usize| {
        sequence(&[
            &integer_u64(3),
            &implicit(0, false, b"key"),
            &hex!("300b0609608648016503040201"),
            &implicit(0, true, &attribute.repeat(count)),
            &hex!("300a06082a8648ce3d040302"),
            &octet_string(b"signature"),
        ])
    };
    let input = with(&[], &[signer(257), signer(256)].concat());
    let Received::Signed(signed) = read(&input, &limits()).unwrap() else {
        panic!("another type");
    };
    assert!(matches!(&signed.signers[..], [Err(_), Ok(_)]));
    let detail = signed.signers[0].as_ref().err().unwrap();
    assert!(detail.contains("256"), "{detail}");
}
