//! CMS taken apart with the `cms` crate, which reads strict DER only.

#![allow(dead_code)] // Every user of this file needs another part of it.

use cms::authenveloped_data::AuthEnvelopedData;
use cms::content_info::ContentInfo;
use cms::enveloped_data::{EnvelopedData, KeyAgreeRecipientInfo, RecipientInfo};
use cms::signed_data::{SignedData, SignerInfo};
use const_oid::ObjectIdentifier;
use der::asn1::Any;
use der::{Decode, Encode, Tagged};

pub fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// Reads the ContentInfo of this type, strictly.
fn content<T: for<'a> Decode<'a, Error = der::Error>>(der: &[u8], kind: &str) -> T {
    assert_der(der);
    let info = ContentInfo::from_der(der).expect("not strict DER");
    assert_eq!(info.content_type, oid(kind));
    assert_eq!(
        info.to_der().unwrap(),
        der,
        "ContentInfo is not in its one DER form"
    );
    T::from_der(&info.content.to_der().unwrap()).expect("content is not strict DER")
}

/// Walks all values: definite lengths of the least size, sets sorted as octet strings (X.690 10.1 and 11.6).
///
/// The `cms` crate sorts recipients otherwise, so writing its values again proves nothing about order.
pub fn assert_der(der: &[u8]) {
    for (tag, _, content) in children(der) {
        if tag & 0x20 != 0 {
            assert_der(content);
        }
        if tag == 0x31 {
            assert_sorted(content);
        }
    }
}

/// The elements of a SET OF, whose tag may have been replaced.
pub fn assert_sorted(content: &[u8]) {
    let elements: Vec<&[u8]> = children(content)
        .into_iter()
        .map(|(_, raw, _)| raw)
        .collect();
    assert!(elements.is_sorted(), "SET OF is not sorted");
}

/// Tag octet, whole value and content of each value, which must have definite lengths of the least size.
pub fn children(mut der: &[u8]) -> Vec<(u8, &[u8], &[u8])> {
    let mut found = Vec::new();
    while let [tag, first, ..] = *der {
        assert!(tag & 0x1f != 0x1f, "long tag");
        let count = usize::from(first & 0x7f);
        let (head, length) = match first {
            0..0x80 => (2, count),
            0x80 => panic!("indefinite length"),
            _ => (
                2 + count,
                der[2..2 + count]
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            ),
        };
        let least = match length {
            0..0x80 => 2,
            _ => 2 + (usize::BITS - length.leading_zeros()).div_ceil(8) as usize,
        };
        assert_eq!(head, least, "length is not the shortest");
        found.push((tag, &der[..head + length], &der[head..head + length]));
        der = &der[head + length..];
    }
    assert!(der.is_empty(), "one octet left over");
    found
}

pub fn signed_data(der: &[u8]) -> SignedData {
    // Sets under context tags: certificates in SignedData, signed attributes in each SignerInfo.
    let info = children(der)[0].2;
    let body = children(children(children(info)[1].2)[0].2);
    for (tag, _, content) in &body {
        if *tag == 0xa0 {
            assert_sorted(content);
        }
    }
    for (_, _, signer) in children(body.last().unwrap().2) {
        children(signer)
            .iter()
            .filter(|(tag, ..)| *tag == 0xa0)
            .for_each(|set| assert_sorted(set.2));
    }
    content(der, "1.2.840.113549.1.7.2")
}

pub fn enveloped_data(der: &[u8]) -> EnvelopedData {
    content(der, "1.2.840.113549.1.7.3")
}

pub fn auth_enveloped_data(der: &[u8]) -> AuthEnvelopedData {
    content(der, "1.2.840.113549.1.9.16.1.23")
}

/// The version as a number; `CmsVersion` keeps its own to itself.
pub fn version(version: impl Encode) -> u8 {
    version.to_der().unwrap()[2]
}

pub fn only_signer(data: &SignedData) -> &SignerInfo {
    let infos = data.signer_infos.0.as_slice();
    assert_eq!(infos.len(), 1);
    &infos[0]
}

/// The one value of a signed attribute, DER.
pub fn attribute(signer: &SignerInfo, kind: &str) -> Any {
    let attributes = signer.signed_attrs.as_ref().unwrap();
    let found: Vec<_> = attributes
        .iter()
        .filter(|one| one.oid == oid(kind))
        .collect();
    assert_eq!(found.len(), 1, "{kind}");
    assert_eq!(found[0].values.len(), 1, "{kind} has one value");
    found[0].values.get(0).unwrap().clone()
}

/// Tag octet and content of a value.
pub fn tagged(value: &Any) -> (u8, &[u8]) {
    (value.tag().to_der().unwrap()[0], value.value())
}

pub fn only_agreement(infos: &[RecipientInfo]) -> &KeyAgreeRecipientInfo {
    match infos {
        [RecipientInfo::Kari(info)] => info,
        other => panic!("not one KeyAgreeRecipientInfo: {other:?}"),
    }
}
