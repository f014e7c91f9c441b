//! Distribution points (RFC 5280 4.2.1.13, 5.2.5) and the names in them.

use super::der::{sequence, tlv};

/// GeneralName of a URI.
pub fn uri(text: &str) -> Vec<u8> {
    tlv(0x86, text.as_bytes())
}

/// GeneralName of a `Name`.
pub fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xa4, name)
}

/// The field distributionPoint with fullName: GeneralNames one after the other.
pub fn full_name(names: &[u8]) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, names))
}

/// The field distributionPoint with nameRelativeToCRLIssuer: the content of the relative name.
pub fn relative_name(attributes: &[u8]) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa1, attributes))
}

/// The field cRLIssuer: GeneralNames one after the other.
pub fn crl_issuer(names: &[u8]) -> Vec<u8> {
    tlv(0xa2, names)
}

/// Value of cRLDistributionPoints or freshestCRL: the fields of each point.
pub fn points(points: &[&[u8]]) -> Vec<u8> {
    let points: Vec<u8> = points.iter().flat_map(|p| sequence(&[p])).collect();
    sequence(&[&points])
}
