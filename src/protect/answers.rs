//! What the resolver answered to the questions of one message.

use std::collections::HashMap;

use super::plan::Needs;
use crate::address::Mailbox;
use crate::cert::{Certificate, Identity};
use crate::check::Reason;
use crate::engine::{Answer, Ledger, QuestionId};
use crate::resolver::{FoundCertificate, Provenance};

/// Certificates for one address, or why nobody knows.
pub(super) type Found = Result<Vec<FoundCertificate>, Reason>;

/// All answers, taken out of the ledger: one address may help to validate the certificate of another.
pub(super) struct Answers {
    /// `None` when nobody was asked.
    signer: Option<Result<Option<Identity>, Reason>>,
    /// By key of the address.
    recipients: HashMap<String, Found>,
    oneself: Option<Found>,
}

impl Answers {
    pub(super) fn take(needs: &Needs, ledger: &mut Ledger) -> Answers {
        let signer = needs.signer.map(|id| match ledger.take(id) {
            Some(Answer::SigningIdentity(identity)) => Ok(identity),
            Some(Answer::Failed(error)) => Err(failed(&error)),
            _ => Ok(None),
        });
        let recipients = needs.recipients.iter();
        Answers {
            signer,
            recipients: recipients
                .map(|(key, id)| (key.clone(), certificates(ledger, *id)))
                .collect(),
            oneself: needs.oneself.map(|id| certificates(ledger, id)),
        }
    }

    pub(super) fn signer(&self) -> Option<&Result<Option<Identity>, Reason>> {
        self.signer.as_ref()
    }

    /// `None` when nobody was asked about this address.
    pub(super) fn recipient(&self, mailbox: &Mailbox) -> Option<&Found> {
        self.recipients.get(&mailbox.key())
    }

    pub(super) fn oneself(&self) -> Option<&Found> {
        self.oneself.as_ref()
    }

    /// Every certificate that was found and that somebody vouches for.
    pub(super) fn vouched(&self) -> impl Iterator<Item = &Certificate> {
        let found = self.found();
        found
            .filter(|one| one.provenance() == Provenance::Pinned)
            .map(FoundCertificate::certificate)
    }

    /// Every certificate that was found.
    pub(super) fn all(&self) -> impl Iterator<Item = &Certificate> {
        self.found().map(FoundCertificate::certificate)
    }

    fn found(&self) -> impl Iterator<Item = &FoundCertificate> {
        let answers = self.recipients.values().chain(&self.oneself);
        answers.flatten().flatten()
    }
}

fn certificates(ledger: &mut Ledger, id: QuestionId) -> Found {
    match ledger.take(id) {
        Some(Answer::EncryptionCertificates(found)) => Ok(found),
        Some(Answer::Failed(error)) => Err(failed(&error)),
        _ => Ok(Vec::new()),
    }
}

fn failed(error: &crate::Error) -> Reason {
    let detail = error.to_string();
    Reason::ResolverFailed { detail }
}
