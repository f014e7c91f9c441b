//! Reading of one certificate, over the received bytes.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::Certificate;
use super::addresses::Addresses;
use super::extensions::Extensions;
use super::time;
use crate::asn1::{Reader, Tag};
use crate::crypto::PublicKey;
use crate::{Error, Limits};

/// `INTEGER v3(2)`, the content of `version`.
const VERSION_3: [u8; 3] = [0x02, 0x01, 0x02];

/// What a certificate holds, with the places of what is compared as received.
pub(super) struct Parsed {
    pub der: Vec<u8>,
    pub issuer: Range<usize>,
    pub subject: Range<usize>,
    pub serial: Range<usize>,
    /// What the signature is over.
    pub tbs: Range<usize>,
    /// The AlgorithmIdentifier of the signature; `None` when the signed part names another one.
    pub signature_algorithm: Option<Range<usize>>,
    /// The signature's octets; empty when they are not whole.
    pub signature: Range<usize>,
    pub not_before: SystemTime,
    pub not_after: SystemTime,
    pub public_key: PublicKey,
    /// Version 1 or 2: from before there were extensions, and it has none.
    pub before_extensions: bool,
    pub extensions: Extensions,
    pub addresses: Addresses,
}

impl Parsed {
    pub(super) fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }
}

/// Where `inner`, a slice of `outer`, lies in it.
pub(super) fn place(outer: &[u8], inner: &[u8]) -> Range<usize> {
    let start = inner.as_ptr().addr().saturating_sub(outer.as_ptr().addr());
    start..start.saturating_add(inner.len())
}

impl Certificate {
    /// Reads one certificate and nothing after it.
    ///
    /// ```text
    /// Certificate  ::=  SEQUENCE  {
    ///     tbsCertificate       TBSCertificate,
    ///     signatureAlgorithm   AlgorithmIdentifier,
    ///     signatureValue       BIT STRING  }
    ///
    /// TBSCertificate  ::=  SEQUENCE  {
    ///     version         [0]  EXPLICIT Version DEFAULT v1,
    ///     serialNumber         CertificateSerialNumber,
    ///     signature            AlgorithmIdentifier,
    ///     issuer               Name,
    ///     validity             Validity,
    ///     subject              Name,
    ///     subjectPublicKeyInfo SubjectPublicKeyInfo,
    ///     issuerUniqueID  [1]  IMPLICIT UniqueIdentifier OPTIONAL,
    ///     subjectUniqueID [2]  IMPLICIT UniqueIdentifier OPTIONAL,
    ///     extensions      [3]  EXPLICIT Extensions OPTIONAL  }
    ///
    /// Validity ::= SEQUENCE { notBefore Time, notAfter Time }
    /// ```
    ///
    /// RFC 5280 4.1. Not on `x509-cert`'s types: they refuse dates before 1970, other versions, long
    /// serial numbers and names that are not in DER order, and one bad alternative name costs all.
    pub(crate) fn from_der_exact(der: &[u8]) -> Result<Certificate, Error> {
        let limits = Limits::default();
        let mut outer = Reader::new(der, "certificate", &limits);
        let mut certificate = outer.expect(Tag::SEQUENCE)?.reader()?;
        outer.finish()?;
        let signed = certificate.expect(Tag::SEQUENCE)?;
        let algorithm = certificate.expect(Tag::SEQUENCE)?;
        let signature = certificate.expect(Tag::BIT_STRING)?;
        certificate.finish()?;
        // One that is not whole octets cannot verify; the certificate may serve all the same.
        let signature = match signature.content {
            [0, octets @ ..] => octets,
            content => content.get(..0).unwrap_or_default(),
        };

        let mut tbs = signed.reader()?;
        let version = tbs.optional(Tag::context(0, true))?;
        let serial = tbs.expect(Tag::INTEGER)?;
        if serial.content.is_empty() {
            return Err(serial.error("the serial number has no octets"));
        }
        let inner_algorithm = tbs.expect(Tag::SEQUENCE)?;
        let issuer = tbs.expect(Tag::SEQUENCE)?;
        let mut validity = tbs.expect(Tag::SEQUENCE)?.reader()?;
        let not_before = time::parse(&validity.read()?)?;
        let not_after = time::parse(&validity.read()?)?;
        let subject = tbs.expect(Tag::SEQUENCE)?;
        let public_key = PublicKey::from_spki_der(tbs.expect(Tag::SEQUENCE)?.raw)?;
        let mut before_extensions = version.is_none_or(|version| version.content != VERSION_3);
        let mut extensions = Extensions::default();
        let mut last = 0;
        let mut in_order = true;
        let mut has_extensions = false;
        while !tbs.is_empty() {
            let part = tbs.read()?;
            let number = match part.tag.number {
                number @ 1..=2 if part.tag.primitive() == Tag::context(number, false) => number,
                3 if part.tag == Tag::context(3, true) => 3,
                _ => 0,
            };
            in_order &= number > last;
            last = last.max(number);
            if number == 3 && !has_extensions {
                has_extensions = true;
                extensions = Extensions::parse(&part)?;
                before_extensions = false;
            }
        }
        if !in_order {
            extensions
                .malformed
                .push("list (among the fields after the key)".into());
        }
        let addresses = Addresses::collect(&extensions, subject.raw);
        Ok(Certificate(Arc::new(Parsed {
            issuer: place(der, issuer.raw),
            subject: place(der, subject.raw),
            serial: place(der, serial.content),
            tbs: place(der, signed.raw),
            // RFC 5280 4.1.1.2: both must be the same.
            signature_algorithm: (inner_algorithm.raw == algorithm.raw)
                .then(|| place(der, algorithm.raw)),
            signature: place(der, signature),
            der: der.to_vec(),
            not_before,
            not_after,
            public_key,
            before_extensions,
            extensions,
            addresses,
        })))
    }
}
