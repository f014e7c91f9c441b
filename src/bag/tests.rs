use super::*;
use crate::asn1::{
    END_OF_CONTENTS, bit_string, implicit, indefinite, integer_u64, null, set_of, tlv,
};
use hex_literal::hex;

/// Has the outline of a certificate; the number tells them apart.
fn certificate(number: u64) -> Vec<u8> {
    sequence(&[
        &sequence(&[&integer_u64(number)]),
        &sequence(&[&null()]),
        &bit_string(b"signature"),
    ])
}

fn limits() -> Limits {
    Limits::default()
}

#[test]
fn certs_only_is_the_der_of_rfc_5652() {
    let (a, b) = (certificate(1), certificate(2));
    let file = certs_only([b.as_slice(), &a, &b]);
    // By hand: OID signedData, version 1, empty digestAlgorithms, id-data without content, both
    // certificates in order and once, no signers.
    let set = [&a[..], &b[..]].concat();
    let signed = [
        &hex!("020101 3100 300b 06092a864886f70d010701")[..],
        &[0xa0, set.len() as u8],
        &set,
        &hex!("3100"),
    ]
    .concat();
    let expected = [
        &[0x30, signed.len() as u8 + 15][..],
        &hex!("06092a864886f70d010702"),
        &[0xa0, signed.len() as u8 + 2],
        &[0x30, signed.len() as u8],
        &signed,
    ]
    .concat();
    assert_eq!(file, expected);
    let read = read_certs_only(&file, &limits()).unwrap();
    assert_eq!(read.certificates.certificates, [&a[..], &b[..]]);
    assert!(read.certificates.skipped.is_empty());
}

/// A SignedData in BER with these sets.
fn ber(certificates: &[u8], crls: &[u8]) -> Vec<u8> {
    let eoc = &END_OF_CONTENTS[..];
    let open = |tag: Tag| indefinite(tag);
    let zero = open(Tag::context(0, true));
    let one = open(Tag::context(1, true));
    [
        &open(Tag::SEQUENCE)[..],
        &oid(&ID_SIGNED_DATA),
        &zero,
        &open(Tag::SEQUENCE),
        &integer_u64(1),
        &open(Tag::SET),
        eoc,
        &sequence(&[&oid(&ID_DATA)]),
        &zero,
        certificates,
        eoc,
        &one,
        crls,
        eoc,
        &set_of(vec![]),
        eoc,
        eoc,
        eoc,
    ]
    .concat()
}

#[test]
fn odd_entries_are_skipped_with_their_position() {
    let (a, b) = (certificate(1), certificate(2));
    let odd = [
        implicit(2, true, &a),
        implicit(3, true, &null()),
        sequence(&[&null()]),
        tlv(Tag::UTF8_STRING, b"?"),
        implicit(0, true, &null()),
    ];
    let set = [&a[..], &odd.concat(), &b].concat();
    let file = ber(&set, &[]);
    let found = read_certs_only(&file, &limits()).unwrap().certificates;
    assert_eq!(found.certificates, [&a[..], &b[..]]);
    let what: Vec<_> = found.skipped.iter().map(|s| s.what).collect();
    assert_eq!(
        what,
        [
            "an attribute certificate",
            "a certificate of another format",
            "not a certificate",
            "not a certificate",
            "an extended certificate (PKCS #6)",
        ]
    );
    for (skipped, entry) in found.skipped.iter().zip(&odd) {
        let at = skipped.position as usize;
        assert_eq!(&file[at..at + entry.len()], entry);
    }
}

#[test]
fn an_entry_without_end_costs_only_the_rest() {
    let a = certificate(1);
    let set = implicit(0, true, &[&a[..], &hex!("307f0500")].concat());
    let mut reader = Reader::new(&set, "test", &limits());
    let found = Certificates::read(&reader.read().unwrap(), &limits()).unwrap();
    assert_eq!(found.certificates, [&a[..]]);
    assert_eq!(found.skipped.len(), 1);
    assert_eq!(found.skipped[0].position as usize, 2 + a.len());
}

#[test]
fn crls_and_ocsp_responses_are_told_apart() {
    let crl = certificate(3);
    let response = sequence(&[&null()]);
    let ocsp = implicit(
        1,
        true,
        &[
            &oid(&ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.16.2"))[..],
            &response,
        ]
        .concat(),
    );
    let other = implicit(
        1,
        true,
        &[&oid(&ObjectIdentifier::new_unwrap("1.2.3"))[..], &null()].concat(),
    );
    let file = ber(&[], &[&ocsp[..], &crl, &other].concat());
    let found = read_certs_only(&file, &limits()).unwrap().revocations;
    assert_eq!(found.crls, [&crl[..]]);
    assert_eq!(found.ocsp_responses, [&response[..]]);
    assert_eq!(found.skipped.len(), 1);
}

#[test]
fn too_many_entries_are_refused() {
    let one = certificate(1);
    let file = ber(&one.repeat(1_001), &[]);
    let error = read_certs_only(&file, &limits()).map(|_| ()).unwrap_err();
    assert!(matches!(
        error.kind(),
        crate::ErrorKind::Limit { limit: 1_000, .. }
    ));
}

#[test]
fn other_cms_types_and_missing_content_are_named() {
    let enveloped = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
    let file = content_info(&enveloped, &null());
    let error = read_certs_only(&file, &limits()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("1.2.840.113549.1.7.3"));
    let empty = sequence(&[&oid(&ID_SIGNED_DATA)]);
    assert!(read_certs_only(&empty, &limits()).is_err());
    // Line ends and zero octets behind it mean nothing; anything else does.
    let with = |trailing: &[u8]| [&certs_only([])[..], trailing].concat();
    assert!(read_certs_only(&with(b"\r\n\0\0\n"), &limits()).is_ok());
    for trailing in [&b"\r\nx"[..], b" ", &certs_only([])] {
        assert!(read_certs_only(&with(trailing), &limits()).is_err());
    }
}
