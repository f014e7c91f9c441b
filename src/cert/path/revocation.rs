//! Whether the certificates of a path were revoked, by complete lists (RFC 5280 6.3).
//!
//! Whoever writes a message can fill it with lists and certificates. So what the caller gave is looked at first,
//! what the message holds is paid for separately, and work that is not finished is a check that failed.

mod lists;
mod work;

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

use super::PathInputs;
use super::pool::{Entry, Index, NameKey, Pool};
use super::rules::{self, called};
use crate::cert::Crl;
use crate::cert::crl::{Entry as Entered, Lookup};
use crate::check::{Aspect, Check, Reason};
use crate::policy::Judgement;
use lists::{Lists, Source, by_issuer, date, usable};
use work::{Obstacle, Purse, Work};

/// What is known about one certificate.
#[derive(Clone)]
enum Status {
    Good {
        /// Of the list that says so.
        this_update: SystemTime,
        source: Source,
    },
    Revoked {
        this_update: SystemTime,
        when: SystemTime,
        reason: &'static str,
    },
    Unknown(Cow<'static, str>),
    /// More work than this was left.
    Exhausted(usize),
}

/// A certificate and the keys above it: what its status depends on.
type Question = (Index, Vec<usize>);

pub(super) struct Revocation<'s, 'a> {
    inputs: &'s PathInputs<'a>,
    pool: &'s Pool<'a>,
    given: Lists<'a>,
    received: Lists<'a>,
    work: Work,
    /// Whether the signature on a list verifies with a key.
    verified: HashMap<(usize, usize), bool>,
    /// What the keys of the path say.
    direct: HashMap<Question, Status>,
    known: HashMap<Question, Status>,
}

impl<'s, 'a> Revocation<'s, 'a> {
    pub(super) fn new(inputs: &'s PathInputs<'a>, pool: &'s Pool<'a>) -> Revocation<'s, 'a> {
        Revocation {
            inputs,
            pool,
            given: by_issuer(inputs.crls, 0),
            received: by_issuer(inputs.message_crls, inputs.crls.len()),
            work: Work::default(),
            verified: HashMap::new(),
            direct: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// One check for each certificate of a complete path but the anchor; one for all when there are no lists.
    pub(super) fn checks(&mut self, path: &[Index]) -> Vec<Check> {
        let pool = self.pool;
        let [leaf, _, ..] = path else {
            return Vec::new();
        };
        if self.inputs.crls.is_empty() && self.inputs.message_crls.is_empty() {
            let subject = pool.get(*leaf).map(|entry| called(entry.certificate));
            let detail = "no revocation list was given".into();
            return vec![self.unknown(subject.unwrap_or_default(), detail)];
        }
        let mut rest = path;
        let mut questions = Vec::new();
        while let [index, above @ ..] = rest
            && let Some(entry) = pool.get(*index)
            && !above.is_empty()
        {
            let entries = above.iter().filter_map(|&index| pool.get(index));
            questions.push((*index, entry, entries.collect::<Vec<_>>()));
            rest = above;
        }
        // What is nearer to the anchor counts for more; what anybody can add to comes last.
        for (index, entry, above) in questions.iter().rev() {
            self.direct(*index, entry, above);
        }
        let mut checks = Vec::new();
        for (index, entry, above) in questions.iter().rev() {
            let status = self.status(*index, entry, above);
            checks.push(self.check(entry, status));
        }
        checks.reverse();
        checks
    }

    fn check(&self, entry: &Entry<'_>, status: Status) -> Check {
        let subject = called(entry.certificate);
        match status {
            Status::Good { this_update, .. } => Check::passed(
                Aspect::Revocation,
                format!(
                    "{subject} is not revoked, says the list of {}",
                    date(this_update)
                ),
                "RFC 5280 6.3",
            ),
            Status::Revoked { when, reason, .. } => Check::failed(
                Aspect::Revocation,
                "status of the certificate",
                Reason::Revoked {
                    subject,
                    when,
                    reason,
                },
            ),
            Status::Unknown(detail) => self.unknown(subject, detail),
            Status::Exhausted(limit) => Check::failed(
                Aspect::Revocation,
                format!("status of {subject}"),
                Reason::Budget {
                    what: "signatures and lists to find out about revocation",
                    limit: u64::try_from(limit).unwrap_or(u64::MAX),
                },
            ),
        }
    }

    fn unknown(&self, subject: String, detail: Cow<'static, str>) -> Check {
        let reason = Reason::RevocationUnknown { subject, detail };
        match self.inputs.policy.requirements().revocation {
            true => Check::failed(Aspect::Revocation, "status of the certificate", reason),
            false => Check::unknown(Aspect::Revocation, "status of the certificate", reason),
        }
    }

    /// What the keys of the path say about a certificate below others, its issuer first.
    ///
    /// A list of the message can add to what the caller's lists say, and take nothing from it.
    fn direct(&mut self, index: Index, entry: &'s Entry<'a>, above: &[&'s Entry<'a>]) -> Status {
        let question = question(index, above);
        if let Some(known) = self.direct.get(&question) {
            return known.clone();
        }
        let signers = above.iter().filter(|a| a.subject == entry.issuer);
        let signers: Vec<_> = signers.copied().collect();
        let given = self.by_lists(entry, &signers, Source::Caller, Purse::Caller);
        let mut by_message = || self.by_lists(entry, &signers, Source::Message, Purse::Message);
        let status = match given {
            Status::Good { this_update, .. } => match by_message() {
                newer @ Status::Revoked {
                    this_update: at, ..
                } if at > this_update => newer,
                _ => given,
            },
            Status::Unknown(detail) => match by_message() {
                Status::Unknown(_) if self.has_given(entry) => Status::Unknown(detail),
                status => status,
            },
            Status::Revoked { .. } | Status::Exhausted(_) => given,
        };
        self.direct.insert(question, status.clone());
        status
    }

    /// The same, by other keys of the issuer as well where the caller's lists leave it open.
    fn status(&mut self, index: Index, entry: &'s Entry<'a>, above: &[&'s Entry<'a>]) -> Status {
        let question = question(index, above);
        if let Some(known) = self.known.get(&question) {
            return known.clone();
        }
        let direct = self.direct(index, entry, above);
        let sources: &[Source] = match &direct {
            Status::Unknown(_) => &[Source::Caller, Source::Message],
            Status::Good {
                source: Source::Message,
                ..
            } if self.has_given(entry) => &[Source::Caller],
            _ => &[],
        };
        let status = self.by_other_signers(index, entry, above, sources);
        let status = match status {
            Status::Unknown(_) => direct,
            known => known,
        };
        self.known.insert(question, status.clone());
        status
    }

    fn by_other_signers(
        &mut self,
        index: Index,
        entry: &'s Entry<'a>,
        above: &[&'s Entry<'a>],
        sources: &[Source],
    ) -> Status {
        let nothing = Status::Unknown(Cow::default());
        let has_lists = |&source: &Source| !self.lists_for(entry, source).is_empty();
        if !sources.iter().any(has_lists) {
            return nothing;
        }
        let signers = match self.other_signers(index, above) {
            Ok(signers) => signers,
            Err(limit) => return Status::Exhausted(limit),
        };
        for source in sources {
            match self.by_lists(entry, &signers, *source, Purse::OtherSigners) {
                Status::Unknown(_) => {}
                status => return status,
            }
        }
        nothing
    }

    fn lists_for(&self, entry: &Entry<'a>, source: Source) -> &[(usize, &'a Crl)] {
        let lists = match source {
            Source::Caller => &self.given,
            Source::Message => &self.received,
        };
        let of_issuer = lists.get(&NameKey::new(entry.certificate.issuer_der()));
        of_issuer.map_or(&[], Vec::as_slice)
    }

    /// Whether the caller gave a list of its issuer.
    fn has_given(&self, entry: &Entry<'a>) -> bool {
        !self.lists_for(entry, Source::Caller).is_empty()
    }

    /// What the newest list says that one of `signers` signed and that can be used.
    fn by_lists(
        &mut self,
        entry: &Entry<'a>,
        signers: &[&Entry<'a>],
        source: Source,
        purse: Purse,
    ) -> Status {
        let lists = self.lists_for(entry, source).to_vec();
        let mut unknown = Cow::from("no list of its issuer was given; pass it");
        for (place, (number, list)) in lists.into_iter().enumerate() {
            match self.by_list(entry, number, list, signers, purse) {
                Ok(None) => {
                    let this_update = list.this_update();
                    return Status::Good {
                        this_update,
                        source,
                    };
                }
                Ok(Some(Entered { date, reason })) => {
                    return Status::Revoked {
                        this_update: list.this_update(),
                        when: date,
                        reason,
                    };
                }
                Err(Obstacle::Exhausted(limit)) => return Status::Exhausted(limit),
                // What is wrong with the newest says most.
                Err(Obstacle::Unusable(detail)) if place == 0 => unknown = detail,
                Err(Obstacle::Unusable(_)) => {}
            }
        }
        Status::Unknown(unknown)
    }

    /// The entry in one list, or why the list says nothing.
    fn by_list(
        &mut self,
        entry: &Entry<'a>,
        number: usize,
        list: &Crl,
        signers: &[&Entry<'a>],
        purse: Purse,
    ) -> Result<Option<Entered>, Obstacle> {
        let legacy = usable(list, self.inputs)?;
        let mut is_signed = false;
        for signer in signers {
            is_signed = is_signed || self.signed_by(number, list, signer, purse)?;
        }
        if !is_signed {
            return Err("the list of its issuer is not signed by a key that may sign it".into());
        }
        self.spend(purse)?;
        let found = list.look_up(entry.certificate.serial_der());
        let found = found.map_err(|error| format!("the list of its issuer: {error}"))?;
        match (found, legacy) {
            // Whatever its date and its extensions are (RFC 5280 6.3.3).
            (Lookup::Listed(entered), _) => Ok(Some(entered)),
            (Lookup::NotUnderstood, _) => Err(
                "the list of its issuer has a critical entry extension that is not known".into(),
            ),
            (_, Some(reason)) => Err(format!("the list of its issuer: {reason}").into()),
            (Lookup::Absent, None) => Ok(None),
        }
    }

    /// Whether the key usage of `signer` allows lists and its key signed this one.
    fn signed_by(
        &mut self,
        number: usize,
        list: &Crl,
        signer: &Entry<'a>,
        purse: Purse,
    ) -> Result<bool, Obstacle> {
        if !may_sign_lists(signer) {
            return Ok(false);
        }
        if let Some(&known) = self.verified.get(&(number, signer.key)) {
            return Ok(known);
        }
        self.spend(purse)?;
        let verifies = list.signed().verifies(signer.certificate.public_key());
        self.verified.insert((number, signer.key), verifies);
        Ok(verifies)
    }

    /// Certificates of the issuer's name with keys that are not in the path, as they exist after a change of
    /// keys and where lists have a key of their own. A CA in the path must have issued them, and not revoked
    /// them since. `Err`: there is more work in it than this.
    fn other_signers(
        &mut self,
        index: Index,
        above: &[&'s Entry<'a>],
    ) -> Result<Vec<&'s Entry<'a>>, usize> {
        let pool = self.pool;
        let mut found = Vec::new();
        for candidate in pool.of_issuer_name(index) {
            let Some(entry) = pool.get(*candidate) else {
                continue;
            };
            let is_in_path = above.iter().any(|above| above.key == entry.key);
            if is_in_path || !may_sign_lists(entry) || !self.may_stand(entry) {
                continue;
            }
            if entry.is_anchor {
                found.push(entry);
                continue;
            }
            for above in above.iter().filter(|a| a.subject == entry.issuer) {
                self.pay(Purse::OtherSigners)?;
                let key = above.certificate.public_key();
                if entry.certificate.signed().verifies(key) {
                    if !self.is_revoked(entry, above)? {
                        found.push(entry);
                    }
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Whether any list by the issuer of a signer of lists has it. `Err`: there is more work in it than this.
    fn is_revoked(&mut self, entry: &'s Entry<'a>, issuer: &'s Entry<'a>) -> Result<bool, usize> {
        for source in [Source::Caller, Source::Message] {
            match self.by_lists(entry, &[issuer], source, Purse::OtherSigners) {
                Status::Revoked { .. } => return Ok(true),
                Status::Exhausted(limit) => return Err(limit),
                Status::Good { .. } | Status::Unknown(_) => {}
            }
        }
        Ok(false)
    }

    /// Whether dates, extensions and algorithms of a signer of lists are as they must be.
    fn may_stand(&self, entry: &Entry<'_>) -> bool {
        let certificate = entry.certificate;
        let kind = certificate.public_key().kind();
        let accepted = |judgement: Judgement| judgement == Judgement::Accepted;
        certificate.unfit_extensions().is_empty()
            && accepted(self.inputs.policy.verification_key(&kind))
            && (entry.is_anchor
                || (rules::is_valid_at(certificate, self.inputs.now)
                    && rules::signature_algorithm(certificate, self.inputs)
                        .is_ok_and(|(_, judgement)| accepted(judgement))))
    }

    fn spend(&mut self, purse: Purse) -> Result<(), Obstacle> {
        self.pay(purse).map_err(Obstacle::Exhausted)
    }

    fn pay(&mut self, purse: Purse) -> Result<(), usize> {
        self.work.pay(purse, self.inputs.limits.path_signatures)
    }
}

fn question(index: Index, above: &[&Entry<'_>]) -> Question {
    (index, above.iter().map(|entry| entry.key).collect())
}

fn may_sign_lists(entry: &Entry<'_>) -> bool {
    let usage = entry.certificate.0.extensions.key_usage;
    usage.is_none_or(|usage| usage.crl_sign())
}
