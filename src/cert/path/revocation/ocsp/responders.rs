//! Who may sign a response (RFC 6960 4.2.2.2).

use std::collections::HashMap;

use const_oid::db::rfc5280::ID_KP_OCSP_SIGNING;

use super::super::super::pool::{Entry, NameKey, Pool};
use super::super::super::rules;
use super::super::lists::Source;
use super::super::work::Purse;
use super::super::{Revocation, Status};
use super::{Flaw, Obstacle, Signers};
use crate::cert::access::OCSP_NO_CHECK;
use crate::cert::ocsp::{Responder, key_hash};
use crate::cert::{Certificate, OcspResponse};
use crate::check::Reason;
use crate::crypto::DigestAlgorithm;
use crate::policy::Judgement;

/// Whether a response is signed by somebody who may; the reason when what it was signed with is only good enough
/// to revoke.
pub(super) type Verdict<'a> = Result<Option<Reason>, Flaw<'a>>;

/// The certificates of the pool for signing responses.
pub(super) struct Responders<'a> {
    by_name: HashMap<NameKey<'a>, Vec<&'a Certificate>>,
    by_key: HashMap<Vec<u8>, Vec<&'a Certificate>>,
}

impl<'a> Responders<'a> {
    fn new(pool: &Pool<'a>) -> Responders<'a> {
        let mut responders = Responders {
            by_name: HashMap::new(),
            by_key: HashMap::new(),
        };
        let certificates = (0..).map_while(|index| Some(pool.get(index)?.certificate));
        for certificate in certificates.filter(|certificate| may_sign_responses(certificate)) {
            let name = NameKey::new(certificate.subject_der());
            responders
                .by_name
                .entry(name)
                .or_default()
                .push(certificate);
            let key = key_hash(DigestAlgorithm::Sha1, certificate.public_key());
            responders.by_key.entry(key).or_default().push(certificate);
        }
        responders
    }

    fn named(&self, id: &Responder) -> Vec<&'a Certificate> {
        let found = match id {
            Responder::Name(name) => self.by_name.get(&NameKey::new(name)),
            Responder::Key(hash) => self.by_key.get(hash),
        };
        found.cloned().unwrap_or_default()
    }
}

/// "A certificate's issuer explicitly delegates OCSP signing authority by including id-kp-OCSPSigning": any purpose
/// is not enough.
fn may_sign_responses(certificate: &Certificate) -> bool {
    let purposes = certificate.0.extensions.extended_key_usage.as_ref();
    purposes.is_some_and(|purposes| purposes.contains(&ID_KP_OCSP_SIGNING))
}

fn is_named(certificate: &Certificate, id: &Responder) -> bool {
    match id {
        Responder::Name(name) => certificate.has_subject(name),
        Responder::Key(hash) => key_hash(DigestAlgorithm::Sha1, certificate.public_key()) == *hash,
    }
}

const NOBODY: &str = "the certificate of the responder that signed the OCSP response is not there";
const NOT_SIGNED: &str = "the signature on the OCSP response does not verify";
const NOT_APPOINTED: &str = "the OCSP response is signed by somebody whom the CA that issued the certificate did not appoint to sign \
     responses";
const UNFIT: &str =
    "the certificate of the responder that signed the OCSP response is expired or not fit for it";
const REVOKED: &str = "the certificate of the responder that signed the OCSP response was revoked";

impl<'s, 'a> Revocation<'s, 'a> {
    /// Looks at who says to have signed a response, and whether it was signed.
    pub(super) fn verdict(
        &mut self,
        response: &'a OcspResponse,
        issuer: &'s Entry<'a>,
        signers: Signers,
        source: Source,
        purse: Purse,
    ) -> Result<Verdict<'a>, Obstacle<'a>> {
        let digest = match response.signed().algorithm() {
            Ok(algorithm) => self.inputs.policy.digest(algorithm.digest()),
            Err(Some(reason)) => return Ok(Err(Flaw::Algorithm(reason))),
            Err(None) => return Ok(Err(Flaw::Signature(NOT_SIGNED))),
        };
        if let Judgement::Refused(reason) = digest {
            return Ok(Err(Flaw::Algorithm(reason)));
        }
        let digest = digest.reason().cloned();
        let id = response.responder_id();
        let mut flaw = None;
        if is_named(issuer.certificate, id) {
            match self.signed_with(response, issuer.certificate, purse)? {
                Ok(legacy) => return Ok(Ok(digest.or(legacy))),
                Err(found) => flaw = Some(found),
            }
        }
        if signers == Signers::Issuer {
            return Ok(Err(flaw.unwrap_or(Flaw::Signature(NOT_APPOINTED))));
        }
        let embedded = response.certificates().iter();
        let embedded = embedded.filter(|c| is_named(c, id));
        let mut candidates: Vec<_> = embedded.map(|c| (c, purse)).collect();
        let pool = self.pool;
        let responders = &mut self.responses.responders;
        let responders = responders.get_or_insert_with(|| Responders::new(pool));
        // Anybody can put certificates of this name into a message.
        let found = responders.named(id);
        candidates.extend(found.into_iter().map(|c| (c, Purse::OtherSigners)));
        for (candidate, purse) in candidates {
            let appointed = match self.appointed(candidate, issuer, source, purse)? {
                Ok(legacy) => legacy,
                Err(found) => {
                    flaw = flaw.or(Some(found));
                    continue;
                }
            };
            match self.signed_with(response, candidate, purse)? {
                Ok(legacy) => return Ok(Ok(digest.or(appointed).or(legacy))),
                Err(found) => flaw = flaw.or(Some(found)),
            }
        }
        Ok(Err(flaw.unwrap_or(Flaw::Signature(NOBODY))))
    }

    /// Whether the key of a certificate signed a response, and what the policy says about the key.
    fn signed_with(
        &mut self,
        response: &OcspResponse,
        signer: &Certificate,
        purse: Purse,
    ) -> Result<Verdict<'a>, Obstacle<'a>> {
        let key = signer.public_key();
        let judgement = self.inputs.policy.verification_key(&key.kind());
        if let Judgement::Refused(reason) = judgement {
            return Ok(Err(Flaw::Algorithm(reason)));
        }
        self.pay(purse).map_err(Obstacle::Exhausted)?;
        Ok(match response.signed().verifies(key) {
            true => Ok(judgement.reason().cloned()),
            false => Err(Flaw::Signature(NOT_SIGNED)),
        })
    }

    /// Whether the CA appointed somebody to sign responses, with the very key that issued the certificate in
    /// question, and has not revoked that since.
    fn appointed(
        &mut self,
        responder: &Certificate,
        issuer: &'s Entry<'a>,
        source: Source,
        purse: Purse,
    ) -> Result<Verdict<'a>, Obstacle<'a>> {
        let flawed = |words| Ok(Err(Flaw::Signature(words)));
        if !may_sign_responses(responder) || !responder.has_issuer(issuer.certificate.subject_der())
        {
            return flawed(NOT_APPOINTED);
        }
        let usage = responder.0.extensions.key_usage;
        if usage.is_some_and(|usage| !usage.digital_signature())
            || !rules::is_valid_at(responder, self.inputs.now)
            || !is_understood(responder)
        {
            return flawed(UNFIT);
        }
        let legacy = match rules::signature_algorithm(responder, self.inputs) {
            Ok((_, judgement)) => judgement.reason().cloned(),
            Err(reason) => return Ok(Err(Flaw::Algorithm(reason))),
        };
        if !self.issued(responder, issuer, purse)? {
            return flawed(NOT_APPOINTED);
        }
        if !responder.skips_ocsp() {
            let sources: &[Source] = match source {
                Source::Caller => &[Source::Caller],
                Source::Message => &[Source::Caller, Source::Message],
            };
            for &source in sources {
                let is_listed = match self.by_lists(responder, &[issuer], source, purse) {
                    Status::Revoked { .. } => true,
                    Status::Exhausted(limit) => return Err(Obstacle::Exhausted(limit)),
                    Status::Good { .. } | Status::Unknown(_) => false,
                };
                if is_listed || self.is_answered_as_revoked(responder, issuer, source, purse)? {
                    return flawed(REVOKED);
                }
            }
        }
        Ok(Ok(legacy))
    }
}

/// Whether all that must be understood of a certificate is (RFC 5280 4.2).
fn is_understood(responder: &Certificate) -> bool {
    let no_check = OCSP_NO_CHECK.to_string();
    let unfit = responder.unfit_extensions();
    // It is no extension to refuse a responder for, critical or not.
    let known = |reason: &Reason| matches!(reason, Reason::UnknownCriticalExtension { oid } if *oid == no_check);
    unfit.iter().all(known)
}
