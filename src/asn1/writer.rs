//! DER building blocks, and the indefinite form for streams (X.690 8, 10).
//!
//! Each function gives the whole value: tag, length and content.

use const_oid::ObjectIdentifier;

use super::tag::Tag;

/// Closes a value that was begun by [`indefinite`].
pub(crate) const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// Tag and definite minimal length.
pub(crate) fn header(tag: Tag, length: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    tag.write(&mut out);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let significant = octets.iter().skip_while(|&&octet| octet == 0);
            let count = u8::try_from(significant.clone().count()).unwrap_or(8);
            out.push(0x80 | count);
            out.extend(significant);
        }
    }
    out
}

/// Size in octets of [`header`].
pub(crate) fn header_len(tag: Tag, length: u64) -> u64 {
    u64::try_from(header(tag, length).len()).unwrap_or(u64::MAX)
}

/// The length in bytes of something that is in memory.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Tag and indefinite length; the content and [`END_OF_CONTENTS`] follow.
pub(crate) fn indefinite(tag: Tag) -> Vec<u8> {
    let mut out = Vec::with_capacity(8);
    tag.write(&mut out);
    out.push(0x80);
    out
}

/// Any value. One allocation, so that secret content leaves no copies behind.
pub(crate) fn tlv(tag: Tag, content: &[u8]) -> Vec<u8> {
    join(tag, &[content])
}

fn join(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let head = header(tag, u64::try_from(length).unwrap_or(u64::MAX));
    let mut out = Vec::with_capacity(head.len().saturating_add(length));
    out.extend_from_slice(&head);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// SEQUENCE of values that are already encoded.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    join(Tag::SEQUENCE, parts)
}

/// SET OF values that are already encoded, put in DER order (X.690 11.6).
pub(crate) fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    join(Tag::SET, &parts)
}

/// OCTET STRING.
pub(crate) fn octet_string(content: &[u8]) -> Vec<u8> {
    tlv(Tag::OCTET_STRING, content)
}

/// BIT STRING of whole octets.
pub(crate) fn bit_string(content: &[u8]) -> Vec<u8> {
    join(Tag::BIT_STRING, &[&[0], content])
}

/// INTEGER.
pub(crate) fn integer_u64(number: u64) -> Vec<u8> {
    uint_bytes(&number.to_be_bytes())
}

/// INTEGER from the big-endian octets of a non-negative number, leading zeros allowed.
pub(crate) fn uint_bytes(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|&&octet| octet == 0).count();
    let number = number.get(zeros..).unwrap_or_default();
    match number.first() {
        None => tlv(Tag::INTEGER, &[0]),
        Some(0x80..) => join(Tag::INTEGER, &[&[0], number]),
        Some(_) => tlv(Tag::INTEGER, number),
    }
}

/// OBJECT IDENTIFIER.
pub(crate) fn oid(oid: &ObjectIdentifier) -> Vec<u8> {
    tlv(Tag::OID, oid.as_bytes())
}

/// NULL.
pub(crate) fn null() -> Vec<u8> {
    tlv(Tag::NULL, &[])
}

/// `[number] EXPLICIT` around a value that is already encoded.
pub(crate) fn explicit(number: u32, value: &[u8]) -> Vec<u8> {
    tlv(Tag::context(number, true), value)
}

/// `[number] IMPLICIT` with the content of the value it replaces.
pub(crate) fn implicit(number: u32, constructed: bool, content: &[u8]) -> Vec<u8> {
    tlv(Tag::context(number, constructed), content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// Backwards, which is the worst for who sorts by inserting.
    #[test]
    fn dos_03_sorting_a_set_is_not_quadratic() {
        let backwards = |count: usize| {
            let numbers = (0..count).rev().map(|n| n.to_be_bytes());
            numbers.map(|n| octet_string(&n)).collect::<Vec<_>>()
        };
        let sorted = set_of(backwards(300));
        let in_order: Vec<Vec<u8>> = backwards(300).into_iter().rev().collect();
        assert!(sorted.ends_with(&in_order.concat()));
        crate::timed::assert_not_quadratic("SET OF", 25_000, backwards, |parts| {
            set_of(parts.clone());
        });
    }

    #[test]
    fn lengths_are_minimal() {
        // X.690 8.1.3, by hand.
        let cases: [(u64, &[u8]); 7] = [
            (0, &hex!("3000")),
            (127, &hex!("307f")),
            (128, &hex!("308180")),
            (255, &hex!("3081ff")),
            (256, &hex!("30820100")),
            (1 << 31, &hex!("308480000000")),
            (u64::MAX, &hex!("3088ffffffffffffffff")),
        ];
        for (length, octets) in cases {
            assert_eq!(header(Tag::SEQUENCE, length), octets);
            assert_eq!(header_len(Tag::SEQUENCE, length), octets.len() as u64);
        }
        assert_eq!(indefinite(Tag::SEQUENCE), hex!("3080"));
    }

    #[test]
    fn integers_are_minimal_and_not_negative() {
        // X.690 8.3.
        let cases: [(u64, &[u8]); 6] = [
            (0, &hex!("020100")),
            (127, &hex!("02017f")),
            (128, &hex!("02020080")),
            (256, &hex!("02020100")),
            (65537, &hex!("0203010001")),
            (u64::MAX, &hex!("020900ffffffffffffffff")),
        ];
        for (number, octets) in cases {
            assert_eq!(integer_u64(number), octets);
        }
        assert_eq!(uint_bytes(&[]), hex!("020100"));
        assert_eq!(uint_bytes(&hex!("0000ff")), hex!("020200ff"));
    }

    #[test]
    fn small_values() {
        assert_eq!(
            oid(&ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2")),
            hex!("06092a864886f70d010702")
        );
        assert_eq!(null(), hex!("0500"));
        assert_eq!(bit_string(&hex!("aabb")), hex!("030300aabb"));
        assert_eq!(explicit(0, &null()), hex!("a0020500"));
        assert_eq!(implicit(1, false, &[7]), hex!("810107"));
        assert_eq!(
            sequence(&[&null(), &tlv(Tag::BOOLEAN, &[0])]),
            hex!("30050500010100")
        );
        assert_eq!(octet_string(b""), hex!("0400"));
    }

    #[test]
    fn set_of_is_in_der_order() {
        // Shorter encodings compare as if padded with zeros (X.690 11.6).
        let set = set_of(vec![
            hex!("0402 0000").to_vec(),
            hex!("040101").to_vec(),
            hex!("020105").to_vec(),
            hex!("0400").to_vec(),
        ]);
        assert_eq!(set, hex!("310c 020105 0400 040101 04020000"));
    }
}
