//! Whether the certificates of a path were revoked, by revocation lists (RFC 5280 6.3) and OCSP responses.
//!
//! Whoever writes a message can fill it with lists and certificates. So what the caller gave is looked at first,
//! what the message holds is paid for separately, and work that is not finished is a check that failed.
//!
//! Of what one source holds, lists and responses alike, the newest definite answer counts. What the message holds
//! only counts where the caller's things say nothing, or when it is newer and says "revoked".

mod lists;
mod ocsp;
mod outcome;
mod scope;
mod signers;
mod walk;
mod work;

use std::borrow::Cow;
use std::collections::HashMap;

use super::PathInputs;
use super::pool::{Cost, Entry, Index, NameKey, Pool};
use super::rules::called;
use super::status::{CertificateStatus, StatusSource};
use crate::cert::Crl;
use crate::cert::distribution::Reasons;
use crate::check::{Aspect, Check, Reason};
use crate::policy::RevocationMode;
use lists::{Lists, Source, by_issuer, date, newest_first};
use ocsp::Responses;
use outcome::{NO_LIST, Status, newest};
use scope::Points;
use signers::may_sign_lists;
use work::{Obstacle, Purse, Work};

/// Bytes of a list of the message that cost as much as one signature.
const PIECE: usize = 1 << 20;

/// What was found out about a path: one status for each certificate but the anchor, the first one's first.
#[derive(Default)]
pub(super) struct LookedUp {
    pub statuses: Vec<CertificateStatus>,
    pub checks: Vec<Check>,
}

/// A certificate, and the names and keys above it with whether they may sign lists: what its status depends on.
type Question = (Index, Vec<(usize, usize, bool)>);

pub(super) struct Revocation<'s, 'a> {
    inputs: &'s PathInputs<'a>,
    pool: &'s Pool<'a>,
    given: Lists<'a>,
    received: Lists<'a>,
    responses: Responses<'a>,
    work: Work,
    /// Whether the signature on a list verifies with a key.
    verified: HashMap<(usize, usize), bool>,
    /// What the keys of the path say.
    direct: HashMap<Question, Status>,
    known: HashMap<Question, Status>,
    /// All certificates by their subjects.
    by_name: Option<HashMap<NameKey<'a>, Vec<Index>>>,
    /// Whether a certificate that signs lists for others leads to the anchor of this name and key.
    crl_issuers: HashMap<(Index, usize, usize), bool>,
    /// Name and key of the anchor that a path must end at; then nothing else is asked.
    demanded: Option<(usize, usize)>,
}

impl<'s, 'a> Revocation<'s, 'a> {
    pub(super) fn new(inputs: &'s PathInputs<'a>, pool: &'s Pool<'a>) -> Revocation<'s, 'a> {
        Revocation {
            inputs,
            pool,
            given: by_issuer(inputs.given.crls, 0),
            received: by_issuer(inputs.received.crls, inputs.given.crls.len()),
            responses: Responses::new(),
            work: Work::default(),
            verified: HashMap::new(),
            direct: HashMap::new(),
            known: HashMap::new(),
            by_name: None,
            crl_issuers: HashMap::new(),
            demanded: None,
        }
    }

    /// Instead of looking anything up, demands that paths end at this anchor.
    pub(super) fn demand(&mut self, anchor: &Entry<'_>) {
        self.demanded = Some((anchor.subject, anchor.key));
    }

    /// A failed check when the path does not end at the demanded anchor.
    fn ends_elsewhere(&self, path: &[Index], demanded: (usize, usize)) -> Option<Check> {
        let anchor = path.last().and_then(|&index| self.pool.get(index))?;
        let issuer = called(anchor.certificate);
        ((anchor.subject, anchor.key) != demanded).then(|| {
            let what = "the path of who signs lists";
            Check::failed(Aspect::Path, what, Reason::UnknownIssuer { issuer })
        })
    }

    /// The status of each certificate of a complete path but the anchor, and a check for each; one check for all when
    /// there is nothing to look at.
    pub(super) fn look_up(&mut self, path: &[Index]) -> LookedUp {
        let pool = self.pool;
        if let Some(demanded) = self.demanded {
            let checks = self.ends_elsewhere(path, demanded).into_iter().collect();
            return LookedUp {
                statuses: Vec::new(),
                checks,
            };
        }
        let [leaf, _, ..] = path else {
            return LookedUp::default();
        };
        if self.inputs.policy.requirements().revocation == RevocationMode::None {
            let what = "revocation was not asked for by the policy";
            return LookedUp {
                statuses: vec![CertificateStatus::NotAsked; path.len().saturating_sub(1)],
                checks: vec![Check::note(Aspect::Revocation, what, "policy")],
            };
        }
        if self.inputs.given.is_empty() && self.inputs.received.is_empty() {
            let subject = pool.get(*leaf).map(|entry| called(entry.certificate));
            let detail = Cow::from("no revocation list was given");
            let unknown = CertificateStatus::Unknown {
                detail: detail.clone(),
            };
            return LookedUp {
                statuses: vec![unknown; path.len().saturating_sub(1)],
                checks: vec![self.unknown(subject.unwrap_or_default(), detail)],
            };
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
        let mut found = LookedUp::default();
        for (index, entry, above) in questions.iter().rev() {
            let status = self.status(*index, entry, above);
            found.statuses.push(status.public());
            found.checks.push(self.check(entry, status));
        }
        found.statuses.reverse();
        found.checks.reverse();
        found
    }

    fn check(&self, entry: &Entry<'_>, status: Status) -> Check {
        let subject = called(entry.certificate);
        match status {
            Status::Good {
                by, this_update, ..
            } => {
                let (by, reference) = match by {
                    StatusSource::Crl => ("list", "RFC 5280 6.3"),
                    StatusSource::Ocsp => ("OCSP response", "RFC 6960 3.2"),
                };
                let at = date(this_update);
                let what = format!("{subject} is not revoked, says the {by} of {at}");
                Check::passed(Aspect::Revocation, what, reference)
            }
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
            RevocationMode::Hard => {
                Check::failed(Aspect::Revocation, "status of the certificate", reason)
            }
            RevocationMode::Soft | RevocationMode::None => {
                Check::unknown(Aspect::Revocation, "status of the certificate", reason)
            }
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
        let given = self.by_source(entry, above, Source::Caller, Purse::Caller);
        let mut by_message = || self.by_source(entry, above, Source::Message, Purse::Message);
        let status = match given {
            Status::Good { this_update, .. } => match by_message() {
                status if status.is_final() => status,
                newer @ Status::Revoked {
                    this_update: at, ..
                } if at > this_update => newer,
                _ => given,
            },
            Status::Unknown(detail) => match by_message() {
                Status::Unknown(_) if !detail.is_empty() && detail != NO_LIST => {
                    Status::Unknown(detail)
                }
                status => status,
            },
            Status::Revoked { .. } | Status::Exhausted(_) => given,
        };
        self.direct.insert(question, status.clone());
        status
    }

    /// What the responses and lists of one source say. Responses come first: they are short.
    fn by_source(
        &mut self,
        entry: &'s Entry<'a>,
        above: &[&'s Entry<'a>],
        source: Source,
        purse: Purse,
    ) -> Status {
        let responses = match source {
            Source::Caller => self.inputs.given.ocsp_responses,
            Source::Message => self.inputs.received.ocsp_responses,
        };
        let by_responses = match responses {
            [] => Status::Unknown(Cow::default()),
            _ => {
                let issuers = above.iter().filter(|a| a.subject == entry.issuer);
                let issuers: Vec<_> = issuers.copied().collect();
                ocsp::by_responses(self, entry, &issuers, source, purse)
            }
        };
        let by_lists = self.by_lists(entry.certificate, above, source, purse);
        newest(by_responses, by_lists)
    }

    /// The same, by other signers of lists as well where the caller's lists leave it open, or where the keys of the path
    /// did not sign all of his.
    fn status(&mut self, index: Index, entry: &'s Entry<'a>, above: &[&'s Entry<'a>]) -> Status {
        let question = question(index, above);
        if let Some(known) = self.known.get(&question) {
            return known.clone();
        }
        let direct = self.direct(index, entry, above);
        let (sources, is_settled): (&[Source], bool) = match &direct {
            Status::Unknown(_) => (&[Source::Caller, Source::Message], false),
            Status::Good {
                source: Source::Message,
                ..
            } => (&[Source::Caller], false),
            Status::Good { .. } if self.has_others(entry, above) => (&[Source::Caller], true),
            _ => (&[], true),
        };
        let status = self.by_other_signers(index, entry, above, sources);
        let status = match status {
            Status::Unknown(_) => direct,
            Status::Exhausted(_) if is_settled && !self.has_newer(entry, &direct) => direct,
            // A hold in the list of one key ends in lists of that key, or in a response.
            status @ Status::Revoked { .. } if direct.is_listed() => status,
            status if is_settled => newest(direct, status),
            status => status,
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
        if !sources.iter().any(|source| self.has_lists(entry, *source)) {
            return nothing;
        }
        let signers = self.other_signers(index, above).and_then(|mut signers| {
            signers.extend(self.crl_issuers(entry, above, sources)?);
            Ok(signers)
        });
        let signers = match signers {
            Ok(signers) if signers.is_empty() => return nothing,
            // Several lists can be needed, some of them by keys of the path.
            Ok(signers) => [above, &signers].concat(),
            Err(limit) => return Status::Exhausted(limit),
        };
        for source in sources {
            match self.by_lists(entry.certificate, &signers, *source, Purse::OtherSigners) {
                Status::Unknown(_) => {}
                status => return status,
            }
        }
        nothing
    }

    fn lists(&self, source: Source) -> &Lists<'a> {
        match source {
            Source::Caller => &self.given,
            Source::Message => &self.received,
        }
    }

    /// The lists that may be about a certificate, the newest first: those of its issuer, and indirect ones of whom its
    /// distribution points name.
    fn lists_about(&self, points: &Points<'_>, source: Source) -> Vec<(usize, &'a Crl)> {
        let lists = self.lists(source);
        let mut found = Vec::new();
        for (place, issuer) in points.crl_issuers().iter().enumerate() {
            let of_issuer = lists.get(issuer).map_or(&[][..], Vec::as_slice);
            let counted = of_issuer.iter().copied();
            found.extend(counted.filter(|(_, list)| place == 0 || list.is_indirect()));
        }
        newest_first(&mut found);
        found
    }

    fn has_lists(&self, entry: &Entry<'a>, source: Source) -> bool {
        let points = Points::of(entry.certificate);
        points.is_ok_and(|points| !self.lists_about(&points, source).is_empty())
    }

    /// Whether the caller gave a list that can be about a certificate and is newer than this.
    fn has_newer(&self, entry: &Entry<'a>, than: &Status) -> bool {
        self.has_list(entry, |_, list| {
            than.this_update() < Some(list.this_update())
        })
    }

    /// Whether the caller gave a list that can be about a certificate and that no key of the path signed.
    fn has_others(&self, entry: &Entry<'a>, above: &[&Entry<'a>]) -> bool {
        let signed_by = |number, key| self.verified.get(&(number, key)) == Some(&true);
        self.has_list(entry, |number, _| {
            !above.iter().any(|above| signed_by(number, above.key))
        })
    }

    /// Whether the caller gave a list like this that can be about a certificate.
    fn has_list(&self, entry: &Entry<'a>, is_wanted: impl Fn(usize, &Crl) -> bool) -> bool {
        Points::of(entry.certificate).is_ok_and(|points| {
            let lists = self.lists_about(&points, Source::Caller).into_iter();
            let mut wanted = lists
                .filter(|(_, list)| list.this_update() <= self.inputs.now)
                .filter(|(number, list)| is_wanted(*number, list));
            wanted.any(|(_, list)| points.covered_by(list) != Reasons::NONE)
        })
    }

    /// Pays for work on a list, which takes as long as one that came with the message is.
    fn spend(&mut self, purse: Purse, source: Source, list: &Crl) -> Result<(), Obstacle> {
        let pieces = match source {
            Source::Caller => 1,
            Source::Message => list.to_der().len().div_ceil(PIECE),
        };
        self.pay_pieces(purse, pieces).map_err(Obstacle::Exhausted)
    }

    fn pay(&mut self, purse: Purse) -> Result<(), usize> {
        self.pay_pieces(purse, 1)
    }

    fn pay_pieces(&mut self, purse: Purse, pieces: usize) -> Result<(), usize> {
        let limit = self.inputs.limits.path_signatures;
        self.work.pay(purse, pieces, limit)?;
        match purse == Purse::Caller || self.pool.pay(Cost::Revocation, pieces) {
            true => Ok(()),
            false => Err(limit),
        }
    }
}

fn question(index: Index, above: &[&Entry<'_>]) -> Question {
    let signers = above
        .iter()
        .map(|entry| (entry.subject, entry.key, may_sign_lists(entry)));
    (index, signers.collect())
}
