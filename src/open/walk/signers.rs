//! The signers of a layer: whose certificates are asked for, and what comes of verifying them.

use super::{Found, Signer, Stage, Trouble, Walk, shown, taken};
use crate::cert::{Certificate, Crl, OcspResponse, SignerId};
use crate::check::{Aspect, Check, Reason};
use crate::cms::read::SignedData;
use crate::cms::read::signer_info::SignerInfo;
use crate::cms::verify::{SignedContent, verify_signer};
use crate::engine::{Answer, Ledger, Question, QuestionId};
use crate::mime::diagnosis;

/// What was asked about the signers of a node.
#[derive(Default)]
pub(super) struct Asked {
    /// Without answer as yet.
    questions: Vec<QuestionId>,
    /// All that were asked for.
    signers: Vec<SignerId>,
    /// Nothing is asked after this.
    is_last: bool,
}

/// Whether a node waits for answers or goes on.
pub(super) enum Next<T> {
    Wait(Asked),
    Go(T),
}

impl Asked {
    /// Asks for these too.
    fn ask(
        mut self,
        walk: &mut Walk,
        ledger: &mut Ledger,
        signers: Vec<SignerId>,
    ) -> Result<Asked, Trouble> {
        for sid in signers {
            let question = Question::SignerCertificates(sid.clone());
            self.questions.push(walk.costs.ask(ledger, question)?);
            self.signers.push(sid);
        }
        Ok(self)
    }
}

/// Takes certificates and lists out of the bags, and the answers in. Waits when certificates of signers are
/// not there.
pub(super) fn gather(
    walk: &mut Walk,
    ledger: &mut Ledger,
    data: &SignedData<'_>,
    stage: Stage,
) -> Result<Next<Asked>, Trouble> {
    if let Stage::SignerCertificates(mut asked) = stage {
        for id in std::mem::take(&mut asked.questions) {
            if let Answer::SignerCertificates(found) = taken(ledger, id)? {
                for certificate in found {
                    walk.found.certificates.add_vouched(certificate);
                }
            }
        }
        return Ok(Next::Go(asked));
    }
    walk.costs.signers(data.signers.len())?;
    take_bags(walk, data);
    let mut unknown: Vec<SignerId> = Vec::new();
    for signer in data.signers.iter().flatten() {
        let candidates = walk.found.certificates.all();
        if !unknown.contains(&signer.sid) && !candidates.iter().any(|c| signer.sid.matches(c)) {
            unknown.push(signer.sid.clone());
        }
    }
    if unknown.is_empty() {
        return Ok(Next::Go(Asked::default()));
    }
    Asked::default().ask(walk, ledger, unknown).map(Next::Wait)
}

/// The signers, verified. Where no key that is known verifies, the resolver is asked once: a certificate in
/// the message may only bear the name of the signer's.
pub(super) fn verified(
    walk: &mut Walk,
    ledger: &mut Ledger,
    data: &SignedData<'_>,
    content: &SignedContent<'_>,
    asked: Asked,
) -> Result<Next<Vec<Signer>>, Trouble> {
    let mut signers = Vec::with_capacity(data.signers.len());
    let mut doubtful: Vec<SignerId> = Vec::new();
    for signer in &data.signers {
        let mut found = unverified(signer, None);
        if let Ok(signer) = signer {
            let candidates = walk.found.certificates.all();
            let policy = walk.config.policy.as_ref();
            let evidence = verify_signer(signer, content, candidates, policy);
            let is_new = !asked.signers.contains(&signer.sid) && !doubtful.contains(&signer.sid);
            if evidence.wants_certificate() && is_new {
                doubtful.push(signer.sid.clone());
            }
            found.evidence = Some(evidence);
        }
        signers.push(found);
    }
    if asked.is_last || doubtful.is_empty() {
        return Ok(Next::Go(signers));
    }
    let mut asked = asked.ask(walk, ledger, doubtful)?;
    asked.is_last = true;
    Ok(Next::Wait(asked))
}

/// The certificates of a message, its revocation lists and its OCSP responses; those that cannot be read are left out,
/// and the layer says so. Of lists and responses there are no more than [`crate::Limits::crls`] in a message; when there
/// are, a note says that.
pub(super) fn take_bags(walk: &mut Walk, data: &SignedData<'_>) {
    for der in &data.certificates {
        if let Ok(certificate) = Certificate::from_der_exact(der) {
            walk.found.certificates.add(certificate);
        }
    }
    if !walk.found.is_full && take_revocations(walk, data).is_none() {
        walk.found.is_full = true;
        let most = walk.config.limits.crls;
        let what = format!("revocation lists and OCSP responses after the first {most}");
        let why = Reason::Skipped { what };
        let note = Check::noted(Aspect::Structure, "the message as a whole", why);
        walk.found.note_of_all(note);
    }
}

/// Those that are not known yet; nothing when there are too many.
fn take_revocations(walk: &mut Walk, data: &SignedData<'_>) -> Option<()> {
    let most = walk.config.limits.crls;
    let Found {
        crls,
        ocsp_responses,
        ..
    } = &mut walk.found;
    let has_room = |crls: &[Crl], responses: &[OcspResponse]| {
        (crls.len().saturating_add(responses.len()) < most).then_some(())
    };
    for crl in data.crls.iter().flat_map(|der| Crl::from_bytes(der)) {
        let mut known = crls.iter().chain(&walk.config.crls);
        if !known.any(|known| known.to_der() == crl.to_der()) {
            has_room(crls, ocsp_responses)?;
            crls.push(crl);
        }
    }
    let responses = data.ocsp_responses.iter();
    for response in responses.flat_map(|der| OcspResponse::from_bytes(der)) {
        let mut known = ocsp_responses.iter().chain(&walk.config.ocsp_responses);
        if !known.any(|known| known.to_der() == response.to_der()) {
            has_room(crls, ocsp_responses)?;
            ocsp_responses.push(response);
        }
    }
    Some(())
}

/// Names the change that mail software may have made, to the first digest that does not match. It stays a mismatch.
pub(super) fn diagnose(walk: &mut Walk, signers: &mut [Signer], received: &[u8]) {
    let signed = signers.iter().find_map(|signer| {
        let evidence = signer.evidence.as_ref()?;
        let (algorithm, digest) = evidence.signed_digest()?;
        evidence
            .is_digest_mismatch()
            .then(|| (algorithm, digest.to_vec()))
    });
    let Some((algorithm, digest)) = signed else {
        return;
    };
    if !walk.costs.diagnosis() {
        return;
    }
    let change = diagnosis::diagnose(received, &mut |variant| algorithm.digest(variant) == digest);
    let Some(change) = change else {
        return;
    };
    for signer in signers {
        signer.evidence = signer.evidence.take().map(|evidence| {
            let is_same = evidence.signed_digest() == Some((algorithm, digest.as_slice()));
            match is_same && evidence.is_digest_mismatch() {
                true => evidence.with_diagnosis(change.clone()),
                false => evidence,
            }
        });
    }
}

/// What a SignerInfo says, before or without verification.
pub(super) fn unverified(signer: &Result<SignerInfo, String>, why: Option<Check>) -> Signer {
    let mut checks: Vec<Check> = why.into_iter().collect();
    let info = match signer {
        Ok(info) => Some(info),
        Err(detail) => {
            let detail = shown(detail);
            let why = Reason::MalformedSigner { detail };
            checks.push(Check::failed(Aspect::Signer, "SignerInfo", why));
            None
        }
    };
    let attributes = info.and_then(|info| info.attributes.as_ref());
    Signer {
        id: info.map(|info| info.sid.clone()),
        evidence: None,
        checks,
        is_malformed: info.is_none(),
        signing_time: attributes.and_then(|attributes| attributes.signing_time()),
        encryption_preference: attributes
            .and_then(|attributes| attributes.encryption_key_preference()),
        capabilities: attributes
            .map(|attributes| attributes.capabilities())
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| shown(&name))
            .collect(),
    }
}
