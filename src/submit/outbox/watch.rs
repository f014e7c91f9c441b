//! [`Watch`]: writes down what becomes of an entry while it is sent.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::disk::Disk;
use super::ledger::{Ledger, State};
use super::letter::Letter;
use super::removal::take_away;
use super::report::RecipientReport;
use super::retry::Retry;
use super::{EntryId, Status};
use crate::submit::{Cause, CopyDelivery, Outcome, Witness};
use crate::{Envelope, Error};

/// One copy, to those who are due.
pub(super) struct Route {
    /// Its place in the letter.
    pub(super) copy: usize,
    pub(super) envelope: Envelope,
    /// The places of the recipients in the ledger.
    places: Vec<usize>,
}

/// Those copies of a letter that go to somebody who is due.
pub(super) fn routes(
    letter: &Letter,
    ledger: &Ledger,
    retry: &Retry,
    now: u64,
) -> Result<Vec<Route>, Error> {
    let mut routes = Vec::new();
    let mut standings = ledger.standings.iter().enumerate();
    for (copy, one) in letter.copies.iter().enumerate() {
        let recipients = one.envelope.recipients().iter();
        let due: Vec<_> = recipients
            .zip(standings.by_ref().take(one.envelope.recipients().len()))
            .filter(|(_, (_, standing))| standing.is_due(retry, now))
            .collect();
        if !due.is_empty() {
            let from = one.envelope.return_path().cloned();
            let to = due.iter().map(|(recipient, _)| (*recipient).clone());
            routes.push(Route {
                copy,
                envelope: Envelope::new(from, to)?,
                places: due.iter().map(|(_, (place, _))| *place).collect(),
            });
        }
    }
    Ok(routes)
}

pub(super) struct Watch<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) id: EntryId,
    pub(super) letter: &'a Letter,
    pub(super) routes: &'a [Route],
    pub(super) retry: Retry,
    /// What time it is, in seconds since 1970.
    pub(super) clock: &'a (dyn Fn() -> u64 + Send + Sync),
    progress: Mutex<Progress>,
}

/// What has happened so far.
pub(super) struct Progress {
    ledger: Ledger,
    /// Which routes are settled.
    settled: Vec<bool>,
    pub(super) recipients: Vec<RecipientReport>,
    pub(super) is_removed: bool,
    /// What could not be written down.
    pub(super) trouble: Option<io::Error>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        disk: &'a dyn Disk,
        id: EntryId,
        letter: &'a Letter,
        ledger: Ledger,
        routes: &'a [Route],
        (retry, clock): (Retry, &'a (dyn Fn() -> u64 + Send + Sync)),
    ) -> Watch<'a> {
        Watch {
            disk,
            id,
            letter,
            routes,
            retry,
            clock,
            progress: Mutex::new(Progress {
                ledger,
                settled: vec![false; routes.len()],
                recipients: Vec::new(),
                is_removed: false,
                trouble: None,
            }),
        }
    }

    /// Nobody was sent anything, whatever was announced.
    pub(super) fn nothing_was_sent(&self) {
        let mut progress = self.progress();
        let mut any = false;
        // Those of earlier runs are on no route.
        for place in self.routes.iter().flat_map(|route| &route.places) {
            if let Some(standing) = progress.ledger.standings.get_mut(*place)
                && standing.state == State::InDoubt
            {
                standing.state = State::Waiting;
                any = true;
            }
        }
        if any {
            self.keep(&mut progress);
        }
    }

    pub(super) fn end(self) -> Progress {
        self.progress
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the ledger, or takes the entry away when there is nothing more to know about it.
    fn keep(&self, progress: &mut Progress) {
        let kept = match progress.ledger.is_done() {
            true => take_away(self.disk, self.id).map(|()| true),
            false => progress
                .ledger
                .write(self.disk, self.id, self.letter)
                .map(|()| false),
        };
        match kept {
            Ok(is_removed) => progress.is_removed = is_removed,
            Err(error) => progress.trouble = Some(error),
        }
    }
}

impl Witness for Watch<'_> {
    fn before_the_end(&self, copy: usize, recipients: &[usize]) -> io::Result<()> {
        let Some(route) = self.routes.get(copy) else {
            return Err(io::Error::other("there is no such copy"));
        };
        let mut progress = self.progress();
        let mut before = Vec::new();
        for place in recipients.iter().filter_map(|at| route.places.get(*at)) {
            if let Some(standing) = progress.ledger.standings.get_mut(*place) {
                before.push((
                    place,
                    std::mem::replace(&mut standing.state, State::InDoubt),
                ));
            }
        }
        let written = progress.ledger.write(self.disk, self.id, self.letter);
        if let Err(error) = &written {
            for (place, state) in before {
                if let Some(standing) = progress.ledger.standings.get_mut(*place) {
                    standing.state = state;
                }
            }
            progress.trouble = Some(io::Error::new(error.kind(), error.to_string()));
        }
        written
    }

    fn settled(&self, copy: usize, delivery: &CopyDelivery) {
        let mut progress = self.progress();
        let progress = &mut *progress;
        let (Some(route), Some(settled)) = (self.routes.get(copy), progress.settled.get_mut(copy))
        else {
            return;
        };
        if std::mem::replace(settled, true) {
            return;
        }
        let all_or_nothing =
            |outcome: &Outcome| matches!(outcome, Outcome::Deferred(Cause::AllOrNothing));
        let is_rejected = |outcome: &Outcome| matches!(outcome, Outcome::Rejected(_));
        let hopeless = delivery.iter().any(|(_, one)| all_or_nothing(one))
            && (delivery.iter().any(|(_, one)| is_rejected(one))
                || (progress.ledger.standings.iter()).any(|one| one.state == State::Rejected));
        let asked = route.places.iter().zip(route.envelope.recipients());
        for ((place, asked), (mailbox, outcome)) in asked.zip(delivery.iter()) {
            // A transport that answers about somebody else leaves in doubt what is.
            let Some(standing) = progress.ledger.standings.get_mut(*place) else {
                continue;
            };
            if asked.key() != mailbox.key() {
                continue;
            }
            standing.settle(outcome, hopeless, &self.retry, (self.clock)());
            progress.recipients.push(RecipientReport {
                copy: route.copy,
                mailbox: mailbox.clone(),
                outcome: outcome.clone(),
                status: Status::of(standing.state, false),
            });
        }
        self.keep(progress);
    }
}
