//! cmsAlgorithmProtection (RFC 6211), read, and the comparison of algorithm identifiers.

use crate::asn1::{Reader, Tag, Value, null, to_der};
use crate::{Error, Limits};

/// The algorithms that a signer states, each in the form of [`comparable`].
///
/// ```text
/// CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm DigestAlgorithmIdentifier,
///     signatureAlgorithm [1] SignatureAlgorithmIdentifier OPTIONAL,
///     macAlgorithm       [2] MessageAuthenticationCodeAlgorithm OPTIONAL }
/// (WITH COMPONENTS { signatureAlgorithm PRESENT, macAlgorithm ABSENT } |
///  WITH COMPONENTS { signatureAlgorithm ABSENT, macAlgorithm PRESENT })
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AlgorithmProtection {
    pub digest: Vec<u8>,
    pub signature: Vec<u8>,
}

impl AlgorithmProtection {
    /// Of a SignedData: one with a MAC, or without a signature algorithm, does not belong there.
    pub(super) fn read(value: &Value<'_>, limits: &Limits) -> Result<Self, Error> {
        if value.tag != Tag::SEQUENCE {
            return Err(value.error("cmsAlgorithmProtection is a SEQUENCE"));
        }
        let mut reader = value.reader()?;
        let digest = reader.expect(Tag::SEQUENCE)?;
        let signature = reader.expect(Tag::context(1, true))?;
        reader.finish()?;
        Ok(AlgorithmProtection {
            digest: comparable(digest.raw, limits)?,
            signature: comparable(signature.raw, limits)?,
        })
    }
}

/// An AlgorithmIdentifier under any tag as it can be compared: the DER of what is in it, without NULL
/// parameters, which some writers add and others leave out.
pub(crate) fn comparable(identifier: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    let der = to_der(identifier, limits)?;
    let mut outer = Reader::new(&der, "algorithm identifier", limits);
    let mut reader = outer.read()?.reader()?;
    let mut content = reader.expect(Tag::OID)?.raw.to_vec();
    if !reader.is_empty() {
        let parameters = reader.read()?;
        reader.finish()?;
        if parameters.raw != null() {
            content.extend_from_slice(parameters.raw);
        }
    }
    Ok(content)
}
