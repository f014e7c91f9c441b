//! What a response says about one certificate (RFC 6960 4.2.1).

use std::time::SystemTime;

use const_oid::ObjectIdentifier;

use super::certificate_id::CertificateId;
use crate::Error;
use crate::asn1::{Tag, Value};
use crate::cert::crl::reason_code;
use crate::cert::extensions::parts;
use crate::cert::time;

/// `SingleResponse`.
///
/// ```text
/// SingleResponse ::= SEQUENCE {
///     certID                       CertID,
///     certStatus                   CertStatus,
///     thisUpdate                   GeneralizedTime,
///     nextUpdate         [0]       EXPLICIT GeneralizedTime OPTIONAL,
///     singleExtensions   [1]       EXPLICIT Extensions OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cert) struct Answer {
    pub id: CertificateId,
    pub said: Said,
    pub this_update: SystemTime,
    pub next_update: Option<SystemTime>,
    /// A critical extension that is not known, so that the answer does not count.
    pub obstacle: Option<String>,
}

/// `CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT
/// UnknownInfo }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cert) enum Said {
    Good,
    Revoked {
        when: SystemTime,
        /// In the words of RFC 5280 5.3.1.
        reason: &'static str,
    },
    /// "The responder doesn't know about the certificate being requested" (2.2).
    Unknown,
}

impl Answer {
    pub(super) fn read(value: &Value<'_>) -> Result<Answer, Error> {
        if value.tag != Tag::SEQUENCE {
            return Err(value.error("a SingleResponse was expected"));
        }
        let mut fields = value.reader()?;
        let id = CertificateId::read(&fields.expect(Tag::SEQUENCE)?)?;
        let said = fields.read()?;
        let this_update = time::parse(&fields.read()?)?;
        let next_update = match fields.optional(Tag::context(0, true))? {
            Some(wrapper) => {
                let mut wrapper = wrapper.reader()?;
                let next_update = time::parse(&wrapper.read()?)?;
                wrapper.finish()?;
                Some(next_update)
            }
            None => None,
        };
        let obstacle = match fields.optional(Tag::context(1, true))? {
            Some(extensions) => unknown_critical(&extensions, &[], &mut |_, _| ())?,
            None => None,
        };
        fields.finish()?;
        Ok(Answer {
            id,
            said: said_by(&said)?,
            this_update,
            next_update,
            obstacle,
        })
    }
}

/// ```text
/// RevokedInfo ::= SEQUENCE {
///     revocationTime              GeneralizedTime,
///     revocationReason    [0]     EXPLICIT CRLReason OPTIONAL }
/// ```
fn said_by(value: &Value<'_>) -> Result<Said, Error> {
    if value.tag.primitive() == Tag::context(0, false) {
        return Ok(Said::Good);
    }
    if value.tag.primitive() == Tag::context(2, false) {
        return Ok(Said::Unknown);
    }
    if value.tag != Tag::context(1, true) {
        return Err(value.error("a status that is neither good, revoked nor unknown"));
    }
    let mut fields = value.reader()?;
    let when = time::parse(&fields.read()?)?;
    let reason = match fields.optional(Tag::context(0, true))? {
        Some(wrapper) => reason_code(wrapper.reader()?.expect(Tag::ENUMERATED)?.content),
        None => "unspecified",
    };
    fields.finish()?;
    Ok(Said::Revoked { when, reason })
}

/// The first critical extension of `[n] EXPLICIT Extensions` that is not among the known ones. All known ones are
/// handed out.
pub(super) fn unknown_critical(
    extensions: &Value<'_>,
    known: &[ObjectIdentifier],
    each: &mut dyn FnMut(ObjectIdentifier, Vec<u8>),
) -> Result<Option<String>, Error> {
    let mut wrapper = extensions.reader()?;
    let mut list = wrapper.expect(Tag::SEQUENCE)?.reader()?;
    wrapper.finish()?;
    let mut unknown = None;
    while !list.is_empty() {
        let (oid, critical, value) = parts(&list.read()?)?;
        match known.contains(&oid) {
            true => each(oid, value),
            false if critical && unknown.is_none() => unknown = Some(oid.to_string()),
            false => {}
        }
    }
    Ok(unknown)
}
