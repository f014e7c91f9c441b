//! A decision in the making: what is chosen, and everything that stands against it.

use std::collections::HashSet;
use std::time::SystemTime;

use super::config::{Config, SelfCopy};
use super::error::{Problem, Role};
use super::plan::{Chosen, Named, Needs};
use super::report::Source;
use super::signers;
use crate::Error;
use crate::address::Mailbox;
use crate::cert::{Certificate, Identity};
use crate::check::Reason;
use crate::cms::CertificateReference;
use crate::cms::signed::Signer;
use crate::compose::head::Head;
use crate::engine::{Answer, Ledger};
use crate::resolver::{FoundCertificate, Provenance, choose};

pub(super) struct Decision<'a> {
    config: &'a Config,
    head: &'a Head,
    needs: &'a Needs,
    ledger: &'a mut Ledger,
    now: SystemTime,
    /// Certificates of the caller's that were looked at.
    judged: HashSet<Certificate>,
    pub problems: Vec<Problem>,
    pub chosen: Vec<Chosen>,
    /// Why the sender will not be able to read the message.
    pub own_copy_note: Option<String>,
}

type Unusable = Vec<(Option<String>, Vec<Reason>)>;

impl<'a> Decision<'a> {
    pub(super) fn new(
        config: &'a Config,
        head: &'a Head,
        needs: &'a Needs,
        ledger: &'a mut Ledger,
        now: SystemTime,
    ) -> Self {
        Decision {
            config,
            head,
            needs,
            ledger,
            now,
            judged: HashSet::new(),
            problems: Vec::new(),
            chosen: Vec::new(),
            own_copy_note: None,
        }
    }

    /// The signers the caller named, and the one the resolver has for the sender.
    pub(super) fn identities(&mut self) -> Result<Vec<Identity>, Error> {
        let mut identities = self.config.signers.clone();
        let from = self.head.signing_address();
        if let Some(id) = self.needs.signer {
            match self.ledger.take(id) {
                Some(Answer::SigningIdentity(Some(identity))) => identities.push(identity),
                Some(Answer::Failed(error)) => {
                    let detail = error.to_string();
                    self.problem(
                        Role::Signer,
                        from,
                        None,
                        vec![Reason::ResolverFailed { detail }],
                    );
                }
                _ => self.problem(Role::Signer, from, None, vec![Reason::NoIdentity]),
            }
        }
        let mut seen = HashSet::new();
        identities.retain(|identity| seen.insert(identity.certificate().clone()));
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
        Ok(identities)
    }

    pub(super) fn signers(&self, identities: &[Identity]) -> Result<Vec<Signer>, Error> {
        let mut signers = Vec::with_capacity(identities.len());
        for identity in identities {
            match signers::algorithm(self.config, identity.key().public_key()) {
                Ok(algorithm) => signers.push(Signer {
                    identity: identity.clone(),
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
            let Some(id) = self.needs.recipients.get(&mailbox.key()) else {
                // An uncovered Bcc recipient would have to be told by the copy for To and Cc.
                if !self.config.ignore_addresses || role == Role::HiddenRecipient {
                    self.problem(role, Some(mailbox), None, vec![Reason::NoCertificate]);
                }
                continue;
            };
            let answer = self.ledger.take(*id);
            match self.resolved(mailbox, answer) {
                Ok((certificate, source)) => {
                    let address = Some(mailbox.clone());
                    self.chosen.push(Chosen {
                        role,
                        address,
                        certificate,
                        source,
                    });
                }
                Err(unusable) => {
                    for (certificate, reasons) in unusable {
                        self.problem(role, Some(mailbox), certificate, reasons);
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
    pub(super) fn oneself(&mut self, identities: &[Identity]) -> Option<Chosen> {
        let from = self.head.signing_address().cloned();
        let answer = self.needs.oneself.and_then(|id| self.ledger.take(id));
        let chosen = |certificate: &Certificate, source| Chosen {
            role: Role::Oneself,
            address: from.clone(),
            certificate: certificate.clone(),
            source,
        };
        match &self.config.self_copy {
            SelfCopy::Never => None,
            SelfCopy::To(certificate) => {
                let reasons = self.unfit(certificate);
                if reasons.is_empty() {
                    return Some(chosen(certificate, Source::Caller));
                }
                let description = certificate.description();
                self.problem(Role::Oneself, from.as_ref(), Some(description), reasons);
                None
            }
            SelfCopy::Automatic if !self.config.encrypts() => None,
            SelfCopy::Automatic => {
                let fitting = identities
                    .iter()
                    .map(Identity::certificate)
                    .find(|certificate| {
                        from.as_ref().is_none_or(|from| certificate.names(from))
                            && self.unfit(certificate).is_empty()
                    });
                if let Some(certificate) = fitting {
                    return Some(chosen(certificate, Source::Signer));
                }
                answer.as_ref()?;
                match self.resolved(from.as_ref()?, answer) {
                    Ok((certificate, source)) => Some(chosen(&certificate, source)),
                    Err(unusable) => {
                        self.own_copy_note = Some(own_copy_note(&unusable));
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
        certificate: &Certificate,
        source: Source,
    ) {
        self.judged.insert(certificate.clone());
        let reasons = self.unfit(certificate);
        if !reasons.is_empty() {
            return self.problem(role, mailbox, Some(certificate.description()), reasons);
        }
        let (address, certificate) = (mailbox.cloned(), certificate.clone());
        self.chosen.push(Chosen {
            role,
            address,
            certificate,
            source,
        });
    }

    /// The best of what the resolver found for one address; else everything with its reasons.
    fn resolved(
        &self,
        mailbox: &Mailbox,
        answer: Option<Answer>,
    ) -> Result<(Certificate, Source), Unusable> {
        let found: Vec<FoundCertificate> = match answer {
            Some(Answer::EncryptionCertificates(found)) => found,
            Some(Answer::Failed(error)) => {
                let detail = error.to_string();
                return Err(vec![(None, vec![Reason::ResolverFailed { detail }])]);
            }
            _ => Vec::new(),
        };
        if found.is_empty() {
            return Err(vec![(None, vec![Reason::NoCertificate])]);
        }
        let policy = self.config.policy.as_ref();
        let to = Some(mailbox).filter(|_| !self.config.ignore_addresses);
        match choose(&found, to, self.now, policy) {
            Ok(best) if best.provenance() == Provenance::Pinned => {
                let source = Source::Resolver(Provenance::Pinned);
                Ok((best.certificate().clone(), source))
            }
            // Validation of candidates to the anchors comes with path validation.
            _ => Err(found
                .iter()
                .map(|one| {
                    let to = to.filter(|_| !one.is_bound());
                    let mut reasons = one.certificate().unfit_to_encrypt(to, self.now, policy);
                    if reasons.is_empty() {
                        reasons.push(Reason::Unvalidated);
                    }
                    (Some(one.certificate().description()), reasons)
                })
                .collect()),
        }
    }

    fn unfit(&self, certificate: &Certificate) -> Vec<Reason> {
        certificate.unfit_to_encrypt(None, self.now, self.config.policy.as_ref())
    }

    fn problem(
        &mut self,
        role: Role,
        address: Option<&Mailbox>,
        certificate: Option<String>,
        reasons: Vec<Reason>,
    ) {
        self.problems.push(Problem {
            role,
            address: address.cloned(),
            certificate,
            reasons,
        });
    }
}

fn own_copy_note(unusable: &Unusable) -> String {
    let reasons = unusable
        .iter()
        .flat_map(|(_, reasons)| reasons)
        .map(Reason::to_string);
    format!(
        "the sender cannot read this message: {}",
        reasons.collect::<Vec<_>>().join("; ")
    )
}
