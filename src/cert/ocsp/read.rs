//! Reading of a response, over the received bytes.

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use super::answer::{Answer, unknown_critical};
use super::request::NONCE;
use super::{OcspResponse, Parsed, Responder, WHAT};
use crate::asn1::{Reader, Tag, Value};
use crate::cert::parse::place;
use crate::cert::{Certificate, time};
use crate::{Error, ErrorKind, Limits};

/// id-pkix-ocsp-basic
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// id-pkix-ocsp-extended-revoke (RFC 6960 4.4.8): the responder calls certificates revoked that were never
/// issued. They are not to be used either way.
const EXTENDED_REVOKE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.9");

impl OcspResponse {
    /// Reads one response and nothing after it.
    ///
    /// ```text
    /// OCSPResponse ::= SEQUENCE {
    ///     responseStatus         OCSPResponseStatus,
    ///     responseBytes          [0] EXPLICIT ResponseBytes OPTIONAL }
    ///
    /// ResponseBytes ::=       SEQUENCE {
    ///     responseType   OBJECT IDENTIFIER,
    ///     response       OCTET STRING }
    /// ```
    pub(in crate::cert) fn from_der_exact(
        der: &[u8],
        limits: &Limits,
    ) -> Result<OcspResponse, Error> {
        let mut outer = Reader::new(der, WHAT, limits);
        let response = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        let mut fields = response.reader()?;
        let Some(status) = fields.optional(Tag::ENUMERATED)? else {
            // As it stands in RFC 6960 4.2.1, without the frame.
            let mut parsed = basic(der, &response, limits)?;
            parsed.der = der.to_vec();
            return Ok(OcspResponse(Arc::new(parsed)));
        };
        if let Some(said) = refusal(status.content) {
            return Err(Error::external("OCSP responder", said));
        }
        let mut wrapper = fields.expect(Tag::context(0, true))?.reader()?;
        fields.finish()?;
        let mut bytes = wrapper.expect(Tag::SEQUENCE)?.reader()?;
        wrapper.finish()?;
        let kind = bytes.expect(Tag::OID)?.oid()?;
        let content = bytes.string(Tag::OCTET_STRING)?;
        bytes.finish()?;
        if kind != BASIC {
            let what = format!("an OCSP response of the type {kind}");
            return Err(ErrorKind::Unsupported { what: what.into() }.into());
        }
        let octets = content.octets()?;
        let mut inner = Reader::new(&octets, WHAT, limits);
        let response = inner.expect(Tag::SEQUENCE)?;
        inner.finish()?;
        let base = match content.tag.constructed {
            true => &octets,
            false => der,
        };
        let mut parsed = basic(base, &response, limits)?;
        parsed.joined = content.tag.constructed.then(|| octets.to_vec());
        parsed.der = der.to_vec();
        Ok(OcspResponse(Arc::new(parsed)))
    }
}

/// `OCSPResponseStatus ::= ENUMERATED` (RFC 6960 4.2.1): what the responder says instead of an answer.
fn refusal(status: &[u8]) -> Option<&'static str> {
    Some(match status {
        [0] => return None,
        [1] => "it does not understand the request (malformedRequest)",
        [2] => "it has an internal error (internalError)",
        [3] => "it has no answer at the moment, ask again later (tryLater)",
        [5] => "it only answers signed requests (sigRequired)",
        [6] => "it does not answer about this certificate, or not to everybody (unauthorized)",
        _ => "it answers with a status that is not known",
    })
}

/// ```text
/// BasicOCSPResponse       ::= SEQUENCE {
///     tbsResponseData      ResponseData,
///     signatureAlgorithm   AlgorithmIdentifier,
///     signature            BIT STRING,
///     certs            [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
///
/// ResponseData ::= SEQUENCE {
///     version              [0] EXPLICIT Version DEFAULT v1,
///     responderID              ResponderID,
///     producedAt               GeneralizedTime,
///     responses                SEQUENCE OF SingleResponse,
///     responseExtensions   [1] EXPLICIT Extensions OPTIONAL }
/// ```
///
/// The places lie in `base`, of which `response` is a part.
fn basic(base: &[u8], response: &Value<'_>, limits: &Limits) -> Result<Parsed, Error> {
    let mut fields = response.reader()?;
    let signed = fields.expect(Tag::SEQUENCE)?;
    let algorithm = fields.expect(Tag::SEQUENCE)?;
    let signature = fields.expect(Tag::BIT_STRING)?;
    let certificates = match fields.optional(Tag::context(0, true))? {
        Some(certificates) => certificates_in(&certificates, limits)?,
        None => Vec::new(),
    };
    fields.finish()?;
    // One that is not whole octets cannot verify.
    let signature = match signature.content {
        [0, octets @ ..] => octets,
        content => content.get(..0).unwrap_or_default(),
    };

    let mut tbs = signed.reader()?;
    if let Some(version) = tbs.optional(Tag::context(0, true))? {
        let version = version.reader()?.expect(Tag::INTEGER)?;
        if version.uint()? != 0 {
            return Err(version.error("a version that is not known"));
        }
    }
    let responder = responder(&tbs.read()?)?;
    let produced_at = time::parse(&tbs.read()?)?;
    let mut responses = tbs.expect(Tag::SEQUENCE)?.reader()?;
    let mut answers = Vec::new();
    while !responses.is_empty() {
        if answers.len() >= limits.ocsp_responses {
            let limit = u64::try_from(limits.ocsp_responses).unwrap_or(u64::MAX);
            return Err(Error::limit("answers in one OCSP response", limit));
        }
        answers.push(Answer::read(&responses.read()?)?);
    }
    let mut nonce = None;
    let obstacle = match tbs.optional(Tag::context(1, true))? {
        Some(extensions) => {
            unknown_critical(&extensions, &[NONCE, EXTENDED_REVOKE], &mut |oid, value| {
                if oid == NONCE {
                    nonce = Some(nonce_in(value));
                }
            })?
        }
        None => None,
    };
    tbs.finish()?;
    Ok(Parsed {
        der: Vec::new(),
        joined: None,
        tbs: place(base, signed.raw),
        algorithm: place(base, algorithm.raw),
        signature: place(base, signature),
        responder,
        produced_at,
        answers,
        nonce,
        certificates,
        obstacle,
    })
}

fn responder(value: &Value<'_>) -> Result<Responder, Error> {
    if value.tag != Tag::context(1, true) && value.tag != Tag::context(2, true) {
        return Err(value.error("a ResponderID was expected"));
    }
    let mut inner = value.reader()?;
    let responder = match value.tag.number {
        1 => Responder::Name(inner.expect(Tag::SEQUENCE)?.raw.to_vec()),
        _ => {
            let hash = inner.string(Tag::OCTET_STRING)?;
            Responder::Key(hash.octets()?.into_owned())
        }
    };
    inner.finish()?;
    Ok(responder)
}

/// Those that can be read: what else stands there is of no use, and no reason to refuse the rest.
fn certificates_in(wrapper: &Value<'_>, limits: &Limits) -> Result<Vec<Certificate>, Error> {
    let mut wrapper = wrapper.reader()?;
    let mut list = wrapper.expect(Tag::SEQUENCE)?.reader()?;
    wrapper.finish()?;
    let mut found = Vec::new();
    let mut count = 0_usize;
    while !list.is_empty() {
        let certificate = list.read()?;
        count += 1;
        if count > limits.certificates {
            let limit = u64::try_from(limits.certificates).unwrap_or(u64::MAX);
            return Err(Error::limit("certificates in one OCSP response", limit));
        }
        found.extend(Certificate::from_der_exact(certificate.raw));
    }
    Ok(found)
}

/// `Nonce ::= OCTET STRING(SIZE(1..128))` (RFC 9654 2.1); before RFC 6960 it was any octets.
fn nonce_in(value: Vec<u8>) -> Vec<u8> {
    let mut reader = Reader::new(&value, WHAT, &Limits::default());
    let octets = reader.string(Tag::OCTET_STRING);
    let octets = octets.and_then(|nonce| Ok(nonce.octets()?.into_owned()));
    match octets {
        Ok(octets) if reader.is_empty() => octets,
        _ => value,
    }
}
