//! Object identifiers of policies.

use std::borrow::Borrow;
use std::fmt;

/// Content octets of anyPolicy, 2.5.29.32.0 (RFC 5280 4.2.1.4).
pub(in crate::cert) const ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x20, 0x00];

/// The object identifier of a policy, as its content octets.
///
/// Not `const_oid`'s type, which holds neither long identifiers nor the large arcs of those made from UUIDs
/// (X.667): policies have both.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::cert) struct PolicyId(Box<[u8]>);

impl PolicyId {
    /// `None` when the octets are no object identifier in DER (X.690 8.19), or one with an arc of more than 128 bits.
    pub(super) fn from_content(content: &[u8]) -> Option<PolicyId> {
        let mut arcs = Arcs(content);
        let count = arcs.by_ref().take_while(Option::is_some).count();
        (count > 0 && arcs.0.is_empty()).then(|| PolicyId(content.into()))
    }

    /// From dotted decimals: `2.5.29.32.0`.
    pub(in crate::cert) fn parse(text: &str) -> Option<PolicyId> {
        let mut arcs = text.split('.').map(arc);
        let (first, second) = (arcs.next()??, arcs.next()??);
        if first > 2 || (first < 2 && second > 39) {
            return None;
        }
        let mut content = Vec::new();
        write(&mut content, (first * 40).checked_add(second)?);
        for arc in arcs {
            write(&mut content, arc?);
        }
        Some(PolicyId(content.into()))
    }

    /// The text of content octets that are those of an identifier.
    pub(in crate::cert) fn text_of(octets: &[u8]) -> String {
        PolicyId(octets.into()).to_string()
    }

    pub(in crate::cert) fn is_any(&self) -> bool {
        *self.0 == *ANY_POLICY
    }

    pub(in crate::cert) fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

/// Their order is that of the octets.
impl Borrow<[u8]> for PolicyId {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Dotted decimals.
impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, arc) in Arcs(&self.0).flatten().enumerate() {
            match place {
                0 => {
                    let first = (arc / 40).min(2);
                    write!(f, "{first}.{}", arc - first * 40)?;
                }
                _ => write!(f, ".{arc}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyId({self})")
    }
}

/// The subidentifiers in content octets; `None` is one that is not well-formed, and leaves the octets where it
/// begins.
struct Arcs<'a>(&'a [u8]);

impl Iterator for Arcs<'_> {
    type Item = Option<u128>;

    fn next(&mut self) -> Option<Self::Item> {
        // A leading 0x80 would be a padding.
        if *self.0.first()? == 0x80 {
            return Some(None);
        }
        let mut number = 0_u128;
        for (place, octet) in self.0.iter().enumerate() {
            if number >> 121 != 0 {
                return Some(None);
            }
            number = number << 7 | u128::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                self.0 = self.0.get(place.saturating_add(1)..).unwrap_or_default();
                return Some(Some(number));
            }
        }
        Some(None)
    }
}

fn arc(text: &str) -> Option<u128> {
    let is_canonical = text == "0" || !text.starts_with('0');
    let is_number = is_canonical && text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// One subidentifier in base 128, the most significant part first.
fn write(content: &mut Vec<u8>, arc: u128) {
    let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let [.., low] = (arc >> (7 * group)).to_be_bytes();
        let more = if group == 0 { 0 } else { 0x80 };
        content.push(low & 0x7f | more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content octets made with OpenSSL's `asn1parse -genstr OID:…`, the one from a UUID by hand (X.667 6.5).
    const KNOWN: [(&str, &[u8]); 7] = [
        ("2.5.29.32.0", ANY_POLICY),
        ("0.0", &[0]),
        ("1.2.840.113549", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
        ("1.39.127.128", &[0x4f, 0x7f, 0x81, 0x00]),
        ("2.40.3", &[0x78, 3]),
        ("2.999.1", &[0x88, 0x37, 1]),
        (
            "2.25.340282366920938463463374607431768211455",
            &[
                0x69, 0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
            ],
        ),
    ];

    #[test]
    fn text_and_octets() {
        for (text, content) in KNOWN {
            let read = PolicyId::from_content(content).unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(PolicyId::parse(text), Some(read), "{text}");
        }
        assert!(PolicyId::parse("2.5.29.32.0").unwrap().is_any());
        assert!(!PolicyId::parse("2.5.29.32").unwrap().is_any());
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            ".",
            "1",
            "1.",
            ".1",
            "3.1",
            "1.40",
            "1..2",
            "1.02",
            "1.2.",
            "1.+2",
            "1.-2",
            "1. 2",
            "a.b",
            "2.340282366920938463463374607431768211455",
            "2.25.340282366920938463463374607431768211456",
        ] {
            assert_eq!(PolicyId::parse(text), None, "{text}");
        }
        let too_large = [&[0x69, 0x84][..], &[0x80; 17], &[0]].concat();
        for content in [
            &b""[..],
            &[0x80, 1],
            &[0x2a, 0x80, 1],
            &[0x2a, 0x86],
            &too_large,
        ] {
            assert_eq!(PolicyId::from_content(content), None, "{content:?}");
        }
    }
}
