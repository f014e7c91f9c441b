//! What is made of an answer.

use super::wanted::Item;
use super::{Collected, FetchLimits, Kind, Response};
use crate::cert::{Certificate, Crl, OcspResponse};
use crate::{Error, ErrorKind, Limits};

/// Lists in one answer.
const MOST_LISTS: usize = 16;
/// Certificates in one answer: a `.p7c` may hold a whole hierarchy.
const MOST_CERTIFICATES: usize = 50;

impl Kind {
    /// The value of the Accept field (RFC 2585 4, RFC 5280 4.2.2.1, RFC 6960 A.2).
    pub(super) fn accept(self) -> &'static str {
        match self {
            Kind::RevocationList => "application/pkix-crl, */*;q=0.1",
            Kind::OcspResponse => "application/ocsp-response, */*;q=0.1",
            Kind::Issuer => "application/pkix-cert, application/pkcs7-mime, */*;q=0.1",
        }
    }

    /// The most bytes of one answer.
    pub(super) fn maximum(self, limits: &FetchLimits) -> u64 {
        match self {
            Kind::RevocationList => limits.crl_bytes,
            Kind::OcspResponse => limits.ocsp_bytes,
            Kind::Issuer => limits.certificate_bytes,
        }
    }
}

/// Reads the content and keeps it, whatever the server calls its type: what it is shows when it is read. What says
/// nothing about the certificate in question is an error, so that the next place is asked.
pub(super) fn take(
    item: &Item,
    nonce: Nonce<'_>,
    response: &Response,
    limits: &FetchLimits,
    collected: &mut Collected,
) -> Result<(), Error> {
    let bytes = &response.body;
    let limits = Limits {
        file_bytes: item.kind.maximum(limits),
        crls: MOST_LISTS,
        certificates: MOST_CERTIFICATES,
        ..Limits::default()
    };
    match item.kind {
        Kind::RevocationList => collected.crls.extend(Crl::all_with(bytes, &limits)?),
        Kind::Issuer => {
            let found = Certificate::all_with(bytes, &limits)?;
            let is_issuer = |one: &Certificate| item.certificate.has_issuer(one.subject_der());
            if !found.iter().any(is_issuer) {
                return Err(Error::unfit(
                    "what is there has another subject than the issuer that the certificate names",
                ));
            }
            let known = &collected.certificates;
            let new: Vec<_> = found.into_iter().filter(|c| !known.contains(c)).collect();
            collected.certificates.extend(new);
        }
        Kind::OcspResponse => {
            let response = OcspResponse::from_bytes(bytes)?;
            nonce.check(&response)?;
            let issuer = item.issuer.as_ref();
            if !issuer.is_some_and(|issuer| response.answers_for(&item.certificate, issuer)) {
                return Err(Error::unfit(
                    "the response does not say whether this certificate was revoked",
                ));
            }
            collected.ocsp_responses.push(response);
        }
    }
    Ok(())
}

/// What was sent to recognise the answer by (RFC 9654).
#[derive(Clone, Copy)]
pub(super) struct Nonce<'a> {
    pub sent: &'a [u8],
    /// Whether it must come back. Responders that answer with what they signed before send none (RFC 5019 4).
    pub is_required: bool,
}

impl Nonce<'_> {
    pub(super) fn check(self, response: &OcspResponse) -> Result<(), Error> {
        match response.clone().with_nonce(self.sent) {
            Err(error)
                if matches!(error.kind(), ErrorKind::Missing { .. }) && !self.is_required =>
            {
                Ok(())
            }
            checked => checked.map(drop),
        }
    }
}
