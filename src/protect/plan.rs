//! From header block, configuration and answers to what will be done, or to every reason why not.

use std::collections::HashMap;
use std::time::SystemTime;

use super::answers::Answers;
use super::config::{Config, SelfCopy};
use super::copies::{self, CopyPlan};
use super::decision::Decision;
use super::error::{ProtectError, Refused, Role};
use super::report::{ProtectReport, SignerReport, Source};
use crate::Error;
use crate::address::Mailbox;
use crate::asn1;
use crate::cert::Certificate;
use crate::cert::path::VerifiedPath;
use crate::cms::signed::Signer;
use crate::compose::head::Head;
use crate::engine::{Ledger, Question, QuestionId};

/// Everything decided before the first byte is written.
pub(super) struct Plan {
    pub signers: Vec<Signer>,
    pub copies: Vec<CopyPlan>,
    pub report: ProtectReport,
}

/// A certificate that was chosen, for whom and why.
#[derive(Clone)]
pub(super) struct Chosen {
    pub role: Role,
    pub address: Option<Mailbox>,
    pub certificate: Certificate,
    pub source: Source,
    /// From the certificate to a trust anchor, if one was looked for and found.
    pub path: Option<VerifiedPath>,
}

/// The questions of a message, all asked in one step.
#[derive(Default)]
pub(super) struct Needs {
    pub signer: Option<QuestionId>,
    /// Key of the address, question.
    pub recipients: HashMap<String, QuestionId>,
    pub oneself: Option<QuestionId>,
}

/// The certificates the caller named or bound, by address.
pub(super) struct Named<'a> {
    by_address: HashMap<String, Vec<(&'a Certificate, Source)>>,
}

impl<'a> Named<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        let mut by_address: HashMap<String, Vec<(&Certificate, Source)>> = HashMap::new();
        for (mailbox, certificate) in &config.bound {
            let known = by_address.entry(mailbox.key()).or_default();
            known.push((certificate, Source::Bound));
        }
        for certificate in &config.certificates {
            for mailbox in certificate.addresses().iter().flat_map(|a| Mailbox::new(a)) {
                let known = by_address.entry(mailbox.key()).or_default();
                known.push((certificate, Source::Caller));
            }
        }
        Named { by_address }
    }

    /// What the caller named or bound for this address.
    pub(super) fn of(&self, mailbox: &Mailbox) -> &[(&'a Certificate, Source)] {
        self.by_address
            .get(&mailbox.key())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// Asks for everything the caller did not name.
pub(super) fn ask(config: &Config, head: &Head, ledger: &mut Ledger) -> Result<Needs, Error> {
    let mut needs = Needs::default();
    if config.sign_as_sender {
        let from = head.signing_address().ok_or_else(|| {
            Error::header(
                "From",
                "one address is needed to sign as sender; with several add Sender",
            )
        })?;
        needs.signer = Some(ledger.ask(Question::SigningIdentity(from.clone())));
    }
    if !config.encrypts() {
        return Ok(needs);
    }
    let named = Named::new(config);
    if config.encrypt_to_recipients {
        if head.visible.is_empty() && head.hidden.is_empty() {
            return Err(Error::header(
                "To",
                "a recipient is needed to encrypt to recipients",
            ));
        }
        for mailbox in head.visible.iter().chain(&head.hidden) {
            if named.of(mailbox).is_empty() {
                let question = Question::EncryptionCertificates(mailbox.clone());
                needs.recipients.insert(mailbox.key(), ledger.ask(question));
            }
        }
    }
    let automatic = matches!(config.self_copy, SelfCopy::Automatic) && config.resolver.is_some();
    if let (true, Some(from)) = (automatic, head.signing_address()) {
        let already = needs.recipients.contains_key(&from.key()) || !named.of(from).is_empty();
        if !already {
            let question = Question::EncryptionCertificates(from.clone());
            needs.oneself = Some(ledger.ask(question));
        }
    }
    Ok(needs)
}

/// Decides, or refuses with every problem of every address.
pub(super) fn decide(
    config: &Config,
    head: &Head,
    needs: &Needs,
    ledger: &mut Ledger,
    now: SystemTime,
) -> Result<Plan, ProtectError> {
    let answers = Answers::take(needs, ledger);
    let mut decision = Decision::new(config, head, &answers, now);
    let identities = decision.identities()?;
    let mut signers = decision.signers(&identities)?;
    if config.encrypts() {
        decision.choose_for_recipients();
        decision.choose_unaddressed();
    }
    let own = decision.oneself(&identities);
    let advertised = config
        .advertised
        .as_ref()
        .or(own.as_ref().map(|own| &own.certificate));
    for signer in &mut signers {
        let certificate = signer.identity.certificate();
        let is_sender = head
            .signing_address()
            .is_none_or(|from| certificate.names(from));
        signer.encryption_certificate = advertised
            .filter(|other| is_sender && *other != certificate)
            .cloned();
    }
    decision.add_own_copy(own);
    decision.check_references(&signers);
    let Decision {
        problems,
        chosen,
        signer_paths,
        own_copy_note,
        passed_over,
        trust,
        ..
    } = decision;
    if !problems.is_empty() {
        return Err(ProtectError::Refused(Refused { problems }));
    }
    if config.signs() {
        // A time that cannot be written as signingTime must not show up after the content.
        asn1::time(now)?;
    }
    let mut report = ProtectReport {
        signers: signed_by(&signers, signer_paths, head),
        compressed: config.compress,
        ..Default::default()
    };
    let copies = match config.encrypts() {
        true => {
            report.notes.extend(own_copy_note);
            let copies = copies::encrypted(head, config, chosen, &mut report)?;
            report.notes.extend(passed_over);
            copies
        }
        false => copies::signed_only(head, config, &mut report)?,
    };
    report.notes.extend(trust.unknown);
    Ok(Plan {
        signers,
        copies,
        report,
    })
}

fn signed_by(
    signers: &[Signer],
    paths: Vec<Option<VerifiedPath>>,
    head: &Head,
) -> Vec<SignerReport> {
    let sender = head.signing_address();
    signers
        .iter()
        .zip(paths)
        .map(|(signer, path)| SignerReport {
            certificate: signer.identity.certificate().clone(),
            algorithm: signer.algorithm.clone(),
            names_sender: sender.is_some_and(|from| signer.identity.certificate().names(from)),
            path,
        })
        .collect()
}
