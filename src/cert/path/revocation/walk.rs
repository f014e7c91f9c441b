//! What the lists of one source say about one certificate (RFC 5280 6.3.3).

use std::borrow::Cow;
use std::time::SystemTime;

use super::super::pool::Entry;
use super::super::status::StatusSource;
use super::Revocation;
use super::lists::{Source, current, usable};
use super::outcome::{HOLD, NO_LIST, Status};
use super::scope::Points;
use super::work::{Obstacle, Purse};
use crate::cert::crl::{Entry as Entered, Lookup};
use crate::cert::distribution::Reasons;
use crate::cert::{Certificate, Crl, name};

/// What one list says about a certificate.
enum Said {
    Revoked(Entered),
    /// It is not listed, or not any more.
    NotListed {
        this_update: SystemTime,
        next_update: Option<SystemTime>,
    },
    /// A delta list that does not say that it is revoked.
    NoNews,
    /// A newer list by the same key was looked into.
    Superseded,
}

/// A list that may be about a certificate, and the reasons it is about.
pub(super) struct List<'a> {
    pub number: usize,
    pub list: &'a Crl,
    pub reasons: Reasons,
    pub source: Source,
}

/// A delta list that was looked into, and the key that signed it.
struct Delta<'a> {
    list: &'a Crl,
    key: usize,
    /// Whether it says that the certificate is not revoked any more.
    removes: bool,
}

impl Delta<'_> {
    /// Whether it says what changed since `complete` (RFC 5280 5.2.4, 6.3.3 c).
    fn is_about(&self, complete: &Crl) -> bool {
        let numbers = (
            self.list.base_number(),
            complete.sequence_number(),
            self.list.sequence_number(),
        );
        match numbers {
            (Some(base), Some(number), Some(own)) => {
                base <= number && number <= own && self.list.goes_with(complete)
            }
            _ => false,
        }
    }
}

/// How far the lists have been looked at, the newest first.
struct Walk<'a> {
    deltas: Vec<Delta<'a>>,
    /// The reasons that complete lists of each key are about.
    by_key: Vec<(usize, Reasons)>,
    /// The reasons for which it is known not to be revoked.
    covered: Reasons,
    /// Since the oldest of the lists that say so, and until the first of them ends.
    since: Option<SystemTime>,
    until: Option<SystemTime>,
    unknown: Unknown,
}

/// Why nothing is known: what is wrong with the newest list says most, and more than that a list is about others.
#[derive(Default)]
struct Unknown {
    telling: Option<Cow<'static, str>>,
    other: Option<&'static str>,
}

impl<'s, 'a> Revocation<'s, 'a> {
    /// What the lists of a source say that one of `signers` signed and that can be used.
    ///
    /// Of each key the newest list counts: after a change of keys some CAs keep one list for each key, and only one of
    /// them has the certificate. So one list that does not have it does not outweigh another key's that does.
    pub(super) fn by_lists(
        &mut self,
        certificate: &Certificate,
        signers: &[&Entry<'a>],
        source: Source,
        purse: Purse,
    ) -> Status {
        let Ok(points) = Points::of(certificate) else {
            return Status::Unknown("its distribution points cannot be read".into());
        };
        let mut walk = Walk {
            deltas: Vec::new(),
            by_key: Vec::new(),
            covered: Reasons::NONE,
            since: None,
            until: None,
            unknown: Unknown::default(),
        };
        for (number, list) in self.lists_about(&points, source) {
            let reasons = points.covered_by(list);
            if reasons == Reasons::NONE && list.obstacle().is_none() {
                let other = "the lists of its issuer are for other certificates \
                             (issuingDistributionPoint)";
                walk.unknown.other = Some(other);
                continue;
            }
            let of = List {
                number,
                list,
                reasons,
                source,
            };
            match self.by_list(certificate, &of, signers, purse, &mut walk) {
                Ok(Said::Revoked(Entered { date, reason })) => {
                    return Status::Revoked {
                        by: StatusSource::Crl,
                        this_update: list.this_update(),
                        when: date,
                        reason,
                    };
                }
                Ok(Said::NotListed {
                    this_update,
                    next_update,
                }) => {
                    walk.covered = walk.covered.or(reasons);
                    let since = walk
                        .since
                        .map_or(this_update, |since| since.min(this_update));
                    walk.since = Some(since);
                    walk.until = [walk.until, next_update].into_iter().flatten().min();
                }
                Ok(Said::NoNews) => {
                    let other = "there is a delta list of its issuer, and not the complete one";
                    walk.unknown.other = Some(other);
                }
                Ok(Said::Superseded) => {}
                // The newest lists were looked into; what is left is older.
                Err(Obstacle::Exhausted(_)) if walk.is_covered() => break,
                // It would have said nothing that makes it good.
                Err(Obstacle::Exhausted(_)) if current(list, self.inputs).is_err() => {}
                Err(Obstacle::Exhausted(limit)) => return Status::Exhausted(limit),
                Err(Obstacle::Unusable(detail)) => {
                    walk.unknown.telling.get_or_insert(detail);
                }
            }
        }
        walk.status(source)
    }

    /// What one list says, or why it says nothing.
    fn by_list(
        &mut self,
        certificate: &Certificate,
        of: &List<'a>,
        signers: &[&Entry<'a>],
        purse: Purse,
        walk: &mut Walk<'a>,
    ) -> Result<Said, Obstacle> {
        let &List {
            list,
            reasons,
            source,
            ..
        } = of;
        let legacy = usable(list, self.inputs)?;
        let is_current = current(list, self.inputs);
        let is_about = |delta: &&Delta<'_>| !list.is_delta() && delta.is_about(list);
        let key = self.signer(of, signers, purse)?;
        if !reasons.adds_to(walk.covered_by(key)) {
            return Ok(Said::Superseded);
        }
        let by_same_key = |delta: &&Delta<'_>| delta.key == key && is_about(delta);
        let delta = walk.deltas.iter().find(by_same_key);
        self.spend(purse, source, list)?;
        let found = list.look_up(certificate.serial_der(), certificate.issuer_der());
        let found = found.map_err(|error| format!("the list of its issuer: {error}"))?;
        let removes = match found {
            Lookup::Listed(entered) if list.is_delta() && entered.is_removal() => true,
            Lookup::Listed(entered) => match delta {
                Some(Delta { removes: true, .. }) if entered.reason == HOLD => false,
                // Whatever its date and its extensions are (RFC 5280 6.3.3). Nothing but a hold ends with the list.
                _ if entered.reason != HOLD || delta.is_some() || is_current.is_ok() => {
                    return Ok(Said::Revoked(entered));
                }
                _ => false,
            },
            Lookup::NotUnderstood => {
                return Err(
                    "the list of its issuer has a critical entry extension that is not known"
                        .into(),
                );
            }
            Lookup::Absent => false,
        };
        // With what changed since, one that has ended is good again (RFC 5280 6.3.3 a).
        if delta.is_none() {
            is_current?;
        }
        if let Some(reason) = legacy {
            return Err(format!("the list of its issuer: {reason}").into());
        }
        if list.is_delta() {
            walk.deltas.push(Delta { list, key, removes });
            return Ok(Said::NoNews);
        }
        let newest = delta.map_or(list, |delta| delta.list);
        walk.by_key.push((key, reasons));
        Ok(Said::NotListed {
            this_update: newest.this_update(),
            next_update: newest.next_update(),
        })
    }

    /// The key of the one of `signers` who signed the list and may.
    fn signer(
        &mut self,
        of: &List<'a>,
        signers: &[&Entry<'a>],
        purse: Purse,
    ) -> Result<usize, Obstacle> {
        for signer in signers {
            if name::same(of.list.issuer_der(), signer.certificate.subject_der())
                && self.signed_by(of, signer, purse)?
            {
                return Ok(signer.key);
            }
        }
        Err("the list of its issuer is not signed by a key that may sign it".into())
    }
}

impl Walk<'_> {
    /// The reasons that lists of this key were about.
    fn covered_by(&self, key: usize) -> Reasons {
        let of_key = self.by_key.iter().filter(|(of, _)| *of == key);
        of_key.fold(Reasons::NONE, |all, (_, reasons)| all.or(*reasons))
    }

    /// Whether lists were about every reason.
    fn is_covered(&self) -> bool {
        !Reasons::ALL.adds_to(self.covered)
    }

    fn status(self, source: Source) -> Status {
        match self.since {
            Some(this_update) if self.is_covered() => Status::Good {
                by: StatusSource::Crl,
                source,
                this_update,
                next_update: self.until,
            },
            since => {
                let partly = "the lists of its issuer are not about every reason for revocation";
                let partly = since.map(|_| Cow::from(partly));
                let other = self.unknown.other.map(Cow::from);
                let detail = self.unknown.telling.or(partly).or(other);
                Status::Unknown(detail.unwrap_or(NO_LIST.into()))
            }
        }
    }
}
