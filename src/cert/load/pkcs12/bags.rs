//! The bags of a PKCS#12 file (RFC 7292 4.2).

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::read::Opening;
use super::{
    CERT_BAG, CRL_BAG, FRIENDLY_NAME, KEY_BAG, LOCAL_KEY_ID, SAFE_CONTENTS_BAG, SECRET_BAG,
    SHROUDED_KEY_BAG, X509_CERTIFICATE,
};
use crate::asn1::{Reader, Tag, Value};
use crate::cert::load::private_key::{Encrypted, pkcs8};
use crate::{Error, Limits};

/// SafeContents may hold SafeContents; nobody is known to nest them at all.
const MAX_NESTING: usize = 8;

/// The attributes of a bag that this crate knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub friendly_name: Option<String>,
    pub local_key_id: Option<Vec<u8>>,
}

/// A private key as PKCS#8 DER.
pub(super) struct KeyEntry {
    pub der: Zeroizing<Vec<u8>>,
    pub attributes: Attributes,
}

/// A certificate as received.
pub(super) struct CertificateEntry {
    pub der: Vec<u8>,
    pub attributes: Attributes,
}

/// What a file holds, in its order.
#[derive(Default)]
pub(super) struct Contents {
    pub keys: Vec<KeyEntry>,
    pub certificates: Vec<CertificateEntry>,
    /// Bags that were passed over, in words.
    pub skipped: Vec<String>,
}

/// Collects bags and counts them.
pub(super) struct Walk<'o, 'p> {
    opening: &'o mut Opening<'p>,
    contents: Contents,
    left: usize,
}

impl<'o, 'p> Walk<'o, 'p> {
    pub(super) fn new(opening: &'o mut Opening<'p>) -> Walk<'o, 'p> {
        Walk {
            left: opening.limits.pkcs12_bags,
            opening,
            contents: Contents::default(),
        }
    }

    pub(super) fn opening(&mut self) -> &mut Opening<'p> {
        self.opening
    }

    pub(super) fn finish(self) -> Contents {
        self.contents
    }

    /// One more bag, or part of the file.
    pub(super) fn count(&mut self) -> Result<(), Error> {
        let limit = u64::try_from(self.opening.limits.pkcs12_bags).unwrap_or(u64::MAX);
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| Error::limit("bags in a PKCS#12 file", limit))?;
        Ok(())
    }

    /// ```text
    /// SafeContents ::= SEQUENCE OF SafeBag
    /// ```
    pub(super) fn safe_contents(&mut self, input: &[u8]) -> Result<(), Error> {
        let limits = self.opening.limits;
        let mut outer = Reader::new(input, "PKCS#12 safe contents", &limits);
        let value = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        self.bags(&value, &limits, MAX_NESTING)
    }

    /// ```text
    /// SafeBag ::= SEQUENCE {
    ///   bagId BAG-TYPE.&id ({PKCS12BagSet})
    ///   bagValue [0] EXPLICIT BAG-TYPE.&Type({PKCS12BagSet}{@bagId}),
    ///   bagAttributes SET OF PKCS12Attribute OPTIONAL }
    /// ```
    fn bags(&mut self, value: &Value<'_>, limits: &Limits, nesting: usize) -> Result<(), Error> {
        let mut reader = value.reader()?;
        while !reader.is_empty() {
            let bag = reader.expect(Tag::SEQUENCE)?;
            self.count()?;
            let mut parts = bag.reader()?;
            let id = parts.expect(Tag::OID)?.oid()?;
            let mut wrapper = parts.expect(Tag::context(0, true))?.reader()?;
            let value = wrapper.read()?;
            wrapper.finish()?;
            let attributes = match parts.optional(Tag::SET)? {
                Some(set) => attributes(&set)?,
                None => Attributes::default(),
            };
            parts.finish()?;
            match id {
                KEY_BAG | SHROUDED_KEY_BAG if self.contents.keys.len() >= limits.certificates => {
                    let limit = u64::try_from(limits.certificates).unwrap_or(u64::MAX);
                    return Err(Error::limit("private keys in one file", limit));
                }
                KEY_BAG => {
                    let der = pkcs8(value.raw, limits)?.der;
                    self.contents.keys.push(KeyEntry { der, attributes });
                }
                SHROUDED_KEY_BAG => {
                    let der = self.shrouded(&value, limits)?;
                    self.contents.keys.push(KeyEntry { der, attributes });
                }
                CERT_BAG => self.certificate(&value, attributes)?,
                SAFE_CONTENTS_BAG => {
                    let deeper = nesting.checked_sub(1).ok_or_else(|| {
                        let limit = u64::try_from(MAX_NESTING).unwrap_or(u64::MAX);
                        Error::limit("nesting depth of PKCS#12 safe contents", limit)
                    })?;
                    self.bags(&value, limits, deeper)?;
                }
                other => self.contents.skipped.push(describe(&other)),
            }
        }
        Ok(())
    }

    fn shrouded(
        &mut self,
        value: &Value<'_>,
        limits: &Limits,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let encrypted = Encrypted::read(value, "PKCS#12 key encryption")?;
        let plain = self
            .opening
            .decrypt(value, &encrypted.scheme, &encrypted.data)?;
        Ok(pkcs8(&plain, limits)?.der)
    }

    /// ```text
    /// CertBag ::= SEQUENCE {
    ///   certId BAG-TYPE.&id ({CertTypes}),
    ///   certValue [0] EXPLICIT BAG-TYPE.&Type ({CertTypes}{@certId}) }
    /// x509Certificate BAG-TYPE ::= {OCTET STRING IDENTIFIED BY {certTypes 1}}
    /// ```
    fn certificate(&mut self, value: &Value<'_>, attributes: Attributes) -> Result<(), Error> {
        let mut reader = value.reader()?;
        let id = reader.expect(Tag::OID)?.oid()?;
        let mut wrapper = reader.expect(Tag::context(0, true))?.reader()?;
        reader.finish()?;
        if id != X509_CERTIFICATE {
            let what = format!("a certificate of type {id}");
            self.contents.skipped.push(what);
            return Ok(());
        }
        let octets = wrapper.string(Tag::OCTET_STRING)?.octets()?;
        wrapper.finish()?;
        if self.contents.certificates.len() >= self.opening.limits.certificates {
            let limit = u64::try_from(self.opening.limits.certificates).unwrap_or(u64::MAX);
            return Err(Error::limit("certificates in one file", limit));
        }
        self.contents.certificates.push(CertificateEntry {
            der: octets.into_owned(),
            attributes,
        });
        Ok(())
    }
}

fn describe(bag: &ObjectIdentifier) -> String {
    match *bag {
        CRL_BAG => "a CRL".to_owned(),
        SECRET_BAG => "a secret bag".to_owned(),
        other => format!("a bag of type {other}"),
    }
}

/// ```text
/// PKCS12Attribute ::= SEQUENCE {
///   attrId ATTRIBUTE.&id ({PKCS12AttrSet}),
///   attrValues SET OF ATTRIBUTE.&Type ({PKCS12AttrSet}{@attrId}) }
/// ```
///
/// Values of unexpected form are ignored: a name in a wrong encoding must not cost the key.
fn attributes(set: &Value<'_>) -> Result<Attributes, Error> {
    let mut found = Attributes::default();
    let mut reader = set.reader()?;
    while !reader.is_empty() {
        let mut attribute = reader.expect(Tag::SEQUENCE)?.reader()?;
        let id = attribute.expect(Tag::OID)?.oid()?;
        let mut values = attribute.expect(Tag::SET)?.reader()?;
        if values.is_empty() {
            continue;
        }
        let value = values.read()?;
        match (id, value.tag.primitive()) {
            (FRIENDLY_NAME, Tag::BMP_STRING) if !value.tag.constructed => {
                found.friendly_name = bmp_text(value.content);
            }
            (LOCAL_KEY_ID, Tag::OCTET_STRING) => {
                found.local_key_id = Some(value.octets()?.into_owned());
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Text of a BMPString; some writers end it with a zero. `None` for an odd number of octets.
fn bmp_text(octets: &[u8]) -> Option<String> {
    let (pairs, []) = octets.as_chunks::<2>() else {
        return None;
    };
    let units = pairs.iter().map(|&pair| u16::from_be_bytes(pair));
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.trim_end_matches('\0').to_owned())
}
