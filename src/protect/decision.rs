//! A decision in the making: what is chosen, and everything that stands against it.

use std::collections::HashSet;
use std::time::SystemTime;

use super::answers::Answers;
use super::config::{Config, SelfCopy};
use super::error::{Problem, Role};
use super::plan::{Chosen, Named};
use super::report::Source;
use super::signers;
use super::trust::{Resolved, Trust, Unbelieved};
use crate::Error;
use crate::address::Mailbox;
use crate::cert::path::VerifiedPath;
use crate::cert::{Certificate, Identity};
use crate::check::Reason;
use crate::cms::CertificateReference;
use crate::cms::signed::Signer;
use crate::compose::head::Head;

pub(super) struct Decision<'a> {
    config: &'a Config,
    head: &'a Head,
    answers: &'a Answers,
    pub trust: Trust<'a>,
    now: SystemTime,
    /// Certificates of the caller's that were looked at.
    judged: HashSet<&'a Certificate>,
    pub problems: Vec<Problem>,
    pub chosen: Vec<Chosen>,
    /// From each identity's certificate to a trust anchor, where one was looked for and found.
    pub signer_paths: Vec<Option<VerifiedPath>>,
    /// Why the sender will not be able to read the message.
    pub own_copy_note: Option<String>,
    /// Certificates that would have been better and cannot be used.
    pub passed_over: Vec<String>,
}

impl<'a> Decision<'a> {
    pub(super) fn new(
        config: &'a Config,
        head: &'a Head,
        answers: &'a Answers,
        now: SystemTime,
    ) -> Self {
        Decision {
            config,
            head,
            answers,
            trust: Trust::new(config, answers, now),
            now,
            judged: HashSet::new(),
            problems: Vec::new(),
            chosen: Vec::new(),
            signer_paths: Vec::new(),
            own_copy_note: None,
            passed_over: Vec::new(),
        }
    }

    /// The signers the caller named, and the one the resolver has for the sender.
    pub(super) fn identities(&mut self) -> Result<Vec<&'a Identity>, Error> {
        let mut identities: Vec<&Identity> = self.config.signers.iter().collect();
        let from = self.head.signing_address();
        match self.answers.signer() {
            None => {}
            Some(Ok(Some(identity))) => identities.push(identity),
            Some(Ok(None)) => {
                self.problem(Role::Signer, from, None, vec![Reason::NoIdentity].into());
            }
            Some(Err(reason)) => {
                self.problem(Role::Signer, from, None, vec![reason.clone()].into());
            }
        }
        let mut seen = HashSet::new();
        identities.retain(|identity| seen.insert(identity.certificate()));
        let ignore = self.config.ignore_addresses;
        if self.config.signs() && self.head.has_addresses() && from.is_none() && !ignore {
            return Err(Error::header(
                "From",
                "a signed message names one From address, or several and a Sender",
            ));
        }
        let from = if ignore { None } else { from };
        let found = signers::problems(self.config, &identities, from, self.now);
        self.problems.extend(found);
        for identity in &identities {
            let certificate = identity.certificate();
            match self.trust.vouched(certificate) {
                Ok(path) => self.signer_paths.push(path),
                Err(why) => {
                    let description = certificate.description();
                    self.problem(Role::Signer, from, Some(description), why);
                }
            }
        }
        Ok(identities)
    }

    pub(super) fn signers(&self, identities: &[&Identity]) -> Result<Vec<Signer>, Error> {
        let mut signers = Vec::with_capacity(identities.len());
        for identity in identities {
            match signers::algorithm(self.config, identity.key().public_key()) {
                Ok(algorithm) => signers.push(Signer {
                    identity: Identity::clone(identity),
                    algorithm,
                    reference: self.config.reference,
                    capabilities: self.config.capabilities.clone(),
                    encryption_certificate: None,
                }),
                // An unfit key is a problem that is listed already.
                Err(_) if !self.problems.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(signers)
    }

    /// The certificates for every address of To, Cc and Bcc.
    pub(super) fn choose_for_recipients(&mut self) {
        let named = Named::new(self.config);
        let visible = self
            .head
            .visible
            .iter()
            .map(|mailbox| (mailbox, Role::Recipient));
        let hidden = self
            .head
            .hidden
            .iter()
            .map(|mailbox| (mailbox, Role::HiddenRecipient));
        for (mailbox, role) in visible.chain(hidden) {
            let found = named.of(mailbox);
            for (certificate, source) in found {
                self.judge(role, Some(mailbox), certificate, *source);
            }
            if !found.is_empty() {
                continue;
            }
            let Some(answer) = self.answers.recipient(mailbox) else {
                // An uncovered Bcc recipient would have to be told by the copy for To and Cc.
                if !self.config.ignore_addresses || role == Role::HiddenRecipient {
                    let why = vec![Reason::NoCertificate].into();
                    self.problem(role, Some(mailbox), None, why);
                }
                continue;
            };
            match self.trust.resolved(mailbox, answer) {
                Ok(resolved) => {
                    let chosen = self.take(role, Some(mailbox), resolved);
                    self.chosen.push(chosen);
                }
                Err(unusable) => {
                    for (certificate, why) in unusable {
                        self.problem(role, Some(mailbox), certificate, why);
                    }
                }
            }
        }
    }

    /// Certificates the caller named or bound that no recipient's address leads to.
    pub(super) fn choose_unaddressed(&mut self) {
        for (mailbox, certificate) in &self.config.bound {
            if !self.judged.contains(certificate) {
                self.judge(Role::Recipient, Some(mailbox), certificate, Source::Bound);
            }
        }
        for certificate in &self.config.certificates {
            if !self.judged.contains(certificate) {
                self.judge(Role::Recipient, None, certificate, Source::Caller);
            }
        }
    }

    /// The certificate with which the sender can read the message.
    pub(super) fn oneself(&mut self, identities: &[&'a Identity]) -> Option<Chosen> {
        let from = self.head.signing_address();
        match &self.config.self_copy {
            SelfCopy::Never => None,
            SelfCopy::To(certificate) => match self.usable(certificate) {
                Ok(path) => Some(chosen(
                    Role::Oneself,
                    from,
                    certificate,
                    Source::Caller,
                    path,
                )),
                Err(why) => {
                    let description = certificate.description();
                    self.problem(Role::Oneself, from, Some(description), why);
                    None
                }
            },
            SelfCopy::Automatic if !self.config.encrypts() => None,
            SelfCopy::Automatic => {
                let certificates = identities.iter().map(|identity| identity.certificate());
                let own = certificates
                    .filter(|certificate| from.is_none_or(|from| certificate.names(from)));
                for certificate in own {
                    if let Ok(path) = self.usable(certificate) {
                        let source = Source::Signer;
                        return Some(chosen(Role::Oneself, from, certificate, source, path));
                    }
                }
                let (answer, mailbox) = (self.answers.oneself()?, from?);
                match self.trust.resolved(mailbox, answer) {
                    Ok(resolved) => Some(self.take(Role::Oneself, from, resolved)),
                    Err(unusable) => {
                        let reasons = unusable.iter().flat_map(|(_, why)| &why.reasons);
                        self.own_copy_note = Some(own_copy_note(reasons));
                        None
                    }
                }
            }
        }
    }

    /// Adds the sender's own certificate, unless the copy for To and Cc has it already.
    pub(super) fn add_own_copy(&mut self, own: Option<Chosen>) {
        let Some(own) = own.filter(|_| self.config.encrypts()) else {
            return;
        };
        let known = self
            .chosen
            .iter()
            .any(|one| one.role != Role::HiddenRecipient && one.certificate == own.certificate);
        if !known {
            self.chosen.push(own);
        }
    }

    /// A certificate can be named by its key identifier only if it has one.
    pub(super) fn check_references(&mut self, signers: &[Signer]) {
        if self.config.reference != CertificateReference::SubjectKeyIdentifier {
            return;
        }
        let signers = signers.iter().map(|signer| {
            (
                Role::Signer,
                self.head.signing_address(),
                signer.identity.certificate(),
            )
        });
        let chosen = self
            .chosen
            .iter()
            .map(|one| (one.role, one.address.as_ref(), &one.certificate));
        let without: Vec<Problem> = signers
            .chain(chosen)
            .filter(|(_, _, certificate)| certificate.subject_key_identifier().is_none())
            .map(|(role, address, certificate)| Problem {
                role,
                address: address.cloned(),
                certificate: Some(certificate.description()),
                reasons: vec![Reason::NoKeyIdentifier],
                path_failure: None,
            })
            .collect();
        self.problems.extend(without);
    }

    /// Checks one certificate that the caller named. Its address is settled: it names it, or the
    /// caller bound it.
    fn judge(
        &mut self,
        role: Role,
        mailbox: Option<&Mailbox>,
        certificate: &'a Certificate,
        source: Source,
    ) {
        self.judged.insert(certificate);
        match self.usable(certificate) {
            Ok(path) => self
                .chosen
                .push(chosen(role, mailbox, certificate, source, path)),
            Err(why) => {
                self.problem(role, mailbox, Some(certificate.description()), why);
            }
        }
    }

    /// Whether a certificate that the caller named can be encrypted to.
    fn usable(&mut self, certificate: &'a Certificate) -> Result<Option<VerifiedPath>, Unbelieved> {
        let policy = self.config.policy.as_ref();
        let unfit = certificate.unfit_to_encrypt(None, self.now, policy);
        match unfit.is_empty() {
            true => self.trust.vouched(certificate),
            false => Err(unfit.into()),
        }
    }

    /// What the resolver has for an address, and a note for each certificate that would have been better.
    fn take(&mut self, role: Role, mailbox: Option<&Mailbox>, resolved: Resolved) -> Chosen {
        let Resolved {
            certificate,
            source,
            path,
            passed_over,
        } = resolved;
        let address = mailbox.map(Mailbox::address).unwrap_or_default();
        for (name, why) in passed_over {
            self.passed_over.push(format!(
                "another certificate was chosen for {address} than that of {name}: {}",
                in_words(&why.reasons)
            ));
        }
        chosen(role, mailbox, &certificate, source, path)
    }

    fn problem(
        &mut self,
        role: Role,
        address: Option<&Mailbox>,
        certificate: Option<String>,
        why: Unbelieved,
    ) {
        self.problems.push(Problem {
            role,
            address: address.cloned(),
            certificate,
            reasons: why.reasons,
            path_failure: why.path_failure,
        });
    }
}

fn chosen(
    role: Role,
    address: Option<&Mailbox>,
    certificate: &Certificate,
    source: Source,
    path: Option<VerifiedPath>,
) -> Chosen {
    Chosen {
        role,
        address: address.cloned(),
        certificate: certificate.clone(),
        source,
        path,
    }
}

fn own_copy_note<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> String {
    let reasons = in_words(reasons);
    format!("the sender cannot read this message: {reasons}")
}

fn in_words<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> String {
    let reasons: Vec<String> = reasons.into_iter().map(Reason::to_string).collect();
    reasons.join("; ")
}
