//! The little DER that certificates need.

use const_oid::ObjectIdentifier;

/// DER of a `Name` with one attribute per relative name.
pub fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let names: Vec<u8> = attributes
        .iter()
        .flat_map(|(id, value)| {
            let tag = match *id {
                "2.5.4.6" => 0x13,
                "1.2.840.113549.1.9.1" | "0.9.2342.19200300.100.1.25" => 0x16,
                _ => 0x0c,
            };
            tlv(0x31, &sequence(&[&oid(id), &tlv(tag, value.as_bytes())]))
        })
        .collect();
    sequence(&[&names])
}

/// PEM text (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    ::der::pem::encode_string(label, ::der::pem::LineEnding::LF, der).unwrap()
}

/// One DER value: tag octet and content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if let Ok(short @ ..0x80) = u8::try_from(content.len()) {
        out.push(short);
    } else {
        let length = content.len().to_be_bytes();
        let length: Vec<u8> = length.into_iter().skip_while(|b| *b == 0).collect();
        out.push(0x80 | u8::try_from(length.len()).unwrap());
        out.extend(length);
    }
    out.extend(content);
    out
}

/// SEQUENCE of the parts.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// OBJECT IDENTIFIER from dotted text.
pub fn oid(dotted: &str) -> Vec<u8> {
    tlv(0x06, ObjectIdentifier::new_unwrap(dotted).as_bytes())
}

pub(super) const NULL: [u8; 2] = [0x05, 0x00];

pub(super) fn bit_string(bits: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], bits].concat())
}

pub(super) fn time(text: &str) -> Vec<u8> {
    tlv(if text.len() <= 13 { 0x17 } else { 0x18 }, text.as_bytes())
}

/// Length of the first value, and its content.
pub(super) fn split(der: &[u8]) -> (usize, &[u8]) {
    let (header, length) = match der[1] {
        short @ ..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let length = der[2..2 + count]
                .iter()
                .fold(0, |length, b| length << 8 | usize::from(*b));
            (2 + count, length)
        }
    };
    (header + length, &der[header..header + length])
}
