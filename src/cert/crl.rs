//! Certificate revocation lists (RFC 5280 5).

mod entries;
mod extensions;
mod reasons;

pub(super) use entries::{Entry, Lookup};
pub(super) use extensions::Number;
pub(super) use reasons::reason_code;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::distribution::IssuingDistributionPoint;
use super::parse::place;
use super::signed::Signed;
use super::{name, time};
use crate::asn1::{Reader, Tag};
use crate::{Error, Limits};
use extensions::Extensions;

const WHAT: &str = "revocation list";

/// A certificate revocation list (RFC 5280 5), as received. Cheap to clone.
///
/// Reading one does not check its signature: path validation does, with the key of the CA that issued the
/// certificate in question or with one that this CA appointed.
#[derive(Clone)]
pub struct Crl(Arc<Parsed>);

/// What a list holds, with the places of what is used as received. The entries are not decoded here: a
/// list can have millions.
struct Parsed {
    der: Vec<u8>,
    issuer: Range<usize>,
    /// What the signature is over.
    tbs: Range<usize>,
    /// `None` when the signed part names another one.
    algorithm: Option<Range<usize>>,
    /// Empty when it is not whole octets.
    signature: Range<usize>,
    this_update: SystemTime,
    next_update: Option<SystemTime>,
    /// The content of `revokedCertificates`.
    revoked: Range<usize>,
    /// Of version 1, where no entry has extensions.
    before_extensions: bool,
    extensions: Extensions,
}

impl Crl {
    /// The bytes as received: DER, or BER where the file was.
    pub fn to_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The issuer in the form of [`crate::Certificate::issuer`].
    pub fn issuer(&self) -> String {
        name::to_text(self.issuer_der())
    }

    /// When it was made (RFC 5280 5.1.2.4).
    pub fn this_update(&self) -> SystemTime {
        self.0.this_update
    }

    /// When there will be a newer one at the latest (RFC 5280 5.1.2.5). A list without it is never taken for
    /// the newest, so it shows nothing.
    pub fn next_update(&self) -> Option<SystemTime> {
        self.0.next_update
    }

    /// Issuer `Name` as received.
    pub(super) fn issuer_der(&self) -> &[u8] {
        self.slice(&self.0.issuer)
    }

    /// What was signed, how, and the signature.
    pub(super) fn signed(&self) -> Signed<'_> {
        Signed {
            algorithm: self.0.algorithm.as_ref().map(|range| self.slice(range)),
            to_be_signed: self.slice(&self.0.tbs),
            signature: self.slice(&self.0.signature),
        }
    }

    /// The number in hexadecimal, upper case, without leading zero octets (RFC 5280 5.2.3). `None` without one,
    /// or when it cannot be read.
    pub fn number(&self) -> Option<String> {
        self.sequence_number().map(|number| number.to_string())
    }

    /// Whether it only holds what changed since a complete list (RFC 5280 5.2.4).
    pub fn is_delta(&self) -> bool {
        self.0.extensions.is_delta
    }

    /// Whether it may hold certificates of other issuers (RFC 5280 5.2.5).
    pub fn is_indirect(&self) -> bool {
        self.issuing_point().is_some_and(|point| point.indirect)
    }

    pub(super) fn sequence_number(&self) -> Option<&Number> {
        self.0.extensions.number.as_ref()
    }

    /// BaseCRLNumber: the complete list that a delta list is about.
    pub(super) fn base_number(&self) -> Option<&Number> {
        self.0.extensions.base.as_ref()
    }

    pub(super) fn issuing_point(&self) -> Option<&IssuingDistributionPoint> {
        self.0.extensions.issuing_point.as_ref()
    }

    /// Whether `other` is by the same key and for the same certificates, as far as both say (RFC 5280 6.3.3 c).
    pub(super) fn goes_with(&self, other: &Crl) -> bool {
        let scope = self.issuing_point().map(|point| &point.value);
        let key = &self.0.extensions.authority_key_identifier;
        scope == other.issuing_point().map(|point| &point.value)
            && *key == other.0.extensions.authority_key_identifier
    }

    /// Why it must not be used, as what one says of a list.
    pub(super) fn obstacle(&self) -> Option<&str> {
        self.0.extensions.obstacle.as_deref()
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }

    /// Reads one list and nothing after it.
    ///
    /// ```text
    /// CertificateList ::= SEQUENCE {
    ///     tbsCertList          TBSCertList,
    ///     signatureAlgorithm   AlgorithmIdentifier,
    ///     signatureValue       BIT STRING }
    ///
    /// TBSCertList ::= SEQUENCE {
    ///     version              Version OPTIONAL,
    ///     signature            AlgorithmIdentifier,
    ///     issuer               Name,
    ///     thisUpdate           Time,
    ///     nextUpdate           Time OPTIONAL,
    ///     revokedCertificates  SEQUENCE OF SEQUENCE { … } OPTIONAL,
    ///     crlExtensions    [0] EXPLICIT Extensions OPTIONAL }
    /// ```
    pub(super) fn from_der_exact(der: &[u8]) -> Result<Crl, Error> {
        let mut outer = Reader::new(der, WHAT, &Limits::default());
        let mut list = outer.expect(Tag::SEQUENCE)?.reader()?;
        outer.finish()?;
        let signed = list.expect(Tag::SEQUENCE)?;
        let algorithm = list.expect(Tag::SEQUENCE)?;
        let signature = list.expect(Tag::BIT_STRING)?;
        list.finish()?;
        let signature = match signature.content {
            [0, octets @ ..] => octets,
            content => content.get(..0).unwrap_or_default(),
        };

        let mut tbs = signed.reader()?;
        let version = tbs.optional(Tag::INTEGER)?;
        let inner_algorithm = tbs.expect(Tag::SEQUENCE)?;
        let issuer = tbs.expect(Tag::SEQUENCE)?;
        let this_update = time::parse(&tbs.read()?)?;
        let next_update = match tbs.peek()? {
            Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => Some(time::parse(&tbs.read()?)?),
            _ => None,
        };
        let revoked = match tbs.optional(Tag::SEQUENCE)? {
            Some(revoked) => place(der, revoked.content),
            None => 0..0,
        };
        let mut extensions = match tbs.optional(Tag::context(0, true))? {
            Some(extensions) => Extensions::parse(&extensions)?,
            None => Extensions::default(),
        };
        tbs.finish()?;
        let before_extensions = version.is_none();
        match version.map(|version| version.content) {
            None if extensions.are_there => extensions.object("has extensions, but no version"),
            None | Some([1]) => {}
            Some(_) => extensions.object("has a version that is not known"),
        }
        Ok(Crl(Arc::new(Parsed {
            issuer: place(der, issuer.raw),
            tbs: place(der, signed.raw),
            // RFC 5280 5.1.1.2: both must be the same.
            algorithm: (inner_algorithm.raw == algorithm.raw).then(|| place(der, algorithm.raw)),
            signature: place(der, signature),
            this_update,
            next_update,
            revoked,
            before_extensions,
            extensions,
            der: der.to_vec(),
        })))
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (issuer, bytes) = (self.issuer(), self.to_der().len());
        write!(f, "Crl({issuer}, {bytes} bytes)")
    }
}
