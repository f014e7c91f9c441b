//! AlgorithmIdentifier in DER, and DER around secrets.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use crate::asn1::{self, Tag};

/// `NULL` as a parameter: some algorithms demand it, others demand that nothing is there.
pub(crate) const NULL: [u8; 2] = [0x05, 0x00];

/// One DER value around secret parts: allocated once, wiped when dropped.
pub(crate) fn secret_tlv(tag: Tag, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let header = asn1::header(tag, u64::try_from(length).unwrap_or(u64::MAX));
    let mut out = Zeroizing::new(Vec::with_capacity(header.len().saturating_add(length)));
    for part in std::iter::once(&header.as_slice()).chain(parts) {
        out.extend_from_slice(part);
    }
    out
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`
/// (RFC 5280 4.1.1.2); empty `parameters` are absent.
pub(crate) fn algorithm(algorithm: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(&algorithm), parameters])
}
