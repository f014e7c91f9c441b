//! What the parser of certificates does not keep: the bytes of algorithm identifiers, the version and the tags of the times.

use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

/// Parts of a certificate as received.
pub(super) struct Raw<'a> {
    /// Content of `[0] EXPLICIT Version`; `None` where it is left out, which means version 1.
    pub version: Option<&'a [u8]>,
    /// `signature` of the signed part.
    pub inner_algorithm: &'a [u8],
    /// `signatureAlgorithm` outside of it.
    pub outer_algorithm: &'a [u8],
    /// notBefore and notAfter.
    pub times: [Value<'a>; 2],
    /// AlgorithmIdentifier of the key.
    pub key_algorithm: &'a [u8],
    /// Content of the BIT STRING that is the key, without the octet that counts unused bits.
    pub key: &'a [u8],
    /// issuerUniqueID.
    pub issuer_unique_id: bool,
    /// subjectUniqueID.
    pub subject_unique_id: bool,
}

impl<'a> Raw<'a> {
    /// `Certificate` of RFC 5280 4.1, as [`crate::Certificate`] reads it.
    pub(super) fn read(der: &'a [u8]) -> Result<Raw<'a>, Error> {
        let limits = Limits::default();
        let mut certificate = Reader::new(der, "certificate", &limits).read()?.reader()?;
        let mut tbs = certificate.expect(Tag::SEQUENCE)?.reader()?;
        let outer_algorithm = certificate.expect(Tag::SEQUENCE)?.raw;
        let version = tbs.optional(Tag::context(0, true))?;
        tbs.expect(Tag::INTEGER)?;
        let inner_algorithm = tbs.expect(Tag::SEQUENCE)?.raw;
        tbs.expect(Tag::SEQUENCE)?;
        let mut validity = tbs.expect(Tag::SEQUENCE)?.reader()?;
        let times = [validity.read()?, validity.read()?];
        tbs.expect(Tag::SEQUENCE)?;
        let mut info = tbs.expect(Tag::SEQUENCE)?.reader()?;
        let key_algorithm = info.expect(Tag::SEQUENCE)?.raw;
        let bits = info.expect(Tag::BIT_STRING)?;
        let mut unique = [false; 2];
        while !tbs.is_empty() {
            match tbs.read()?.tag.primitive() {
                tag if tag == Tag::context(1, false) => unique[0] = true,
                tag if tag == Tag::context(2, false) => unique[1] = true,
                _ => {}
            }
        }
        let [issuer_unique_id, subject_unique_id] = unique;
        Ok(Raw {
            version: version.map(|version| version.content),
            inner_algorithm,
            outer_algorithm,
            times,
            key_algorithm,
            key: bits.content.get(1..).unwrap_or_default(),
            issuer_unique_id,
            subject_unique_id,
        })
    }
}
