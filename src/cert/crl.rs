//! Certificate revocation lists (RFC 5280 5).

mod entries;

pub(super) use entries::{Entry, Lookup};

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use const_oid::db::rfc5280 as ids;

use super::extensions::parts;
use super::parse::place;
use super::signed::Signed;
use super::{name, time};
use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

const WHAT: &str = "revocation list";

/// A certificate revocation list (RFC 5280 5), as received. Cheap to clone.
///
/// Reading one does not check its signature: path validation does, with the key of the CA that issued the
/// certificate in question. Used are complete lists of the CA itself; delta lists, indirect lists and lists for
/// a part of the certificates (issuingDistributionPoint) leave the status unknown.
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
    /// The extension that keeps it from being used as a complete list of its issuer.
    obstacle: Option<String>,
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

    /// The extension that keeps it from being used as a complete list of its issuer.
    pub(super) fn obstacle(&self) -> Option<&str> {
        self.0.obstacle.as_deref()
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
        tbs.optional(Tag::INTEGER)?;
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
        let obstacle = match tbs.optional(Tag::context(0, true))? {
            Some(extensions) => obstacle(&extensions)?,
            None => None,
        };
        tbs.finish()?;
        Ok(Crl(Arc::new(Parsed {
            issuer: place(der, issuer.raw),
            tbs: place(der, signed.raw),
            // RFC 5280 5.1.1.2: both must be the same.
            algorithm: (inner_algorithm.raw == algorithm.raw).then(|| place(der, algorithm.raw)),
            signature: place(der, signature),
            this_update,
            next_update,
            revoked,
            obstacle,
            der: der.to_vec(),
        })))
    }
}

/// The first extension that is critical, or that narrows the list down (RFC 5280 5.2): none of those is
/// worked with, and a list with one must not be used.
fn obstacle(extensions: &Value<'_>) -> Result<Option<String>, Error> {
    let mut wrapper = extensions.reader()?;
    let mut list = wrapper.expect(Tag::SEQUENCE)?.reader()?;
    wrapper.finish()?;
    let mut found = None;
    while !list.is_empty() {
        let (oid, critical, _) = parts(&list.read()?)?;
        let label = match oid {
            ids::ID_CE_ISSUING_DISTRIBUTION_POINT => Some("issuingDistributionPoint".into()),
            ids::ID_CE_DELTA_CRL_INDICATOR => Some("deltaCRLIndicator".into()),
            _ => critical.then(|| oid.to_string()),
        };
        found = found.or(label);
    }
    Ok(found)
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (issuer, bytes) = (self.issuer(), self.to_der().len());
        write!(f, "Crl({issuer}, {bytes} bytes)")
    }
}
