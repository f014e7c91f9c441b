//! Runs: what is due is sent.

use std::time::SystemTime;

use super::ledger::{Standing, State};
use super::report::EntryReport;
use super::retry::{seconds, time};
use super::watch::{self, Watch};
use super::{EntryId, Failures, Outbox, OutboxError, Problem, RunReport};
use crate::Envelope;
use crate::submit::{SubmitError, Transport, Witness};

impl Outbox {
    /// Sends everything that is due: one session for each entry, those tried least often first, then in the order in
    /// which they were added; last what failed in a former run for a reason of its own, so that it is in nobody's way.
    /// Whatever is added meanwhile is for the next run.
    ///
    /// `now` decides what is due, and everything that is due is tried once. What comes later in the run is written
    /// down with the time that has passed since. When the server cannot be reached the run
    /// stops, and [`RunReport::stopped`] says why; that is no attempt for anybody. Several runs may go on at once: what
    /// one is sending the others leave alone. Dropping the future is the same as a crash: what the server may have
    /// taken by then is unknown.
    ///
    /// Files are read and written directly, not by a thread of their own.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read. Everything else is in the report.
    pub async fn run(
        &self,
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        let ids = self.ids()?;
        self.run_all(&ids, transport, now).await
    }

    /// The same for these entries alone, as far as they are due.
    ///
    /// # Errors
    /// As [`Outbox::run`].
    pub async fn run_only(
        &self,
        ids: &[EntryId],
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        let there = self.ids()?;
        let ids: Vec<EntryId> = there.into_iter().filter(|id| ids.contains(id)).collect();
        self.run_all(&ids, transport, now).await
    }

    /// [`Outbox::run`], blocking. It has its own thread, so it works inside an async runtime too (and blocks it).
    ///
    /// # Errors
    /// As [`Outbox::run`]; also [`OutboxError::Submit`] when there is no thread to be had.
    pub fn run_blocking(
        &self,
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        crate::submit::blocking(self.run(transport, now))?
    }

    /// [`Outbox::run_only`], blocking, as [`Outbox::run_blocking`].
    ///
    /// # Errors
    /// As [`Outbox::run_blocking`].
    pub fn run_only_blocking(
        &self,
        ids: &[EntryId],
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        crate::submit::blocking(self.run_only(ids, transport, now))?
    }

    /// When the next run has something to do: `None` when nobody is waiting. A time that has passed means now. After a
    /// run that could not reach the server, or could not write to the disk, it is later by as much as the policy says;
    /// so it is for an entry that could not be sent for a reason of its own, such as a damaged file. Only this `Outbox`
    /// knows that. What another run is sending just now is left out: ask again when that has ended.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read.
    pub fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let mut next: Option<u64> = None;
        let last = self.shared().last_run;
        for id in self.ids()? {
            if self.shared().claimed.contains(&id) {
                continue;
            }
            let due = match self.load(id) {
                Ok((_, ledger)) => {
                    let standings = ledger.standings.iter();
                    let waiting = standings.filter(|one| one.state == State::Waiting);
                    let due = waiting.map(|one| match one.due {
                        // Written down by a clock that was ahead.
                        Some(due) if last > 0 && due > last && one.is_due(&self.retry, last) => 0,
                        due => due.unwrap_or(0),
                    });
                    due.min()
                }
                // It may be readable next time.
                Err(OutboxError::Io { .. }) => Some(0),
                Err(_) => None,
            };
            let held = self.shared().held.get(&id).copied().unwrap_or_default();
            let due = due.map(|due| due.max(self.not_before(held)));
            next = next.into_iter().chain(due).min();
        }
        let not_before = self.not_before(self.shared().server_failures);
        Ok(next.map(|next| time(next.max(not_before))))
    }

    fn not_before(&self, (failures, last): Failures) -> u64 {
        match failures {
            0 => 0,
            _ => last.saturating_add(self.retry.delay(failures).max(1)),
        }
    }

    /// The entry failed for a reason of its own, and would again at once.
    fn hold(&self, id: EntryId, now: u64) {
        let mut shared = self.shared();
        let held = shared.held.entry(id).or_default();
        *held = (held.0.saturating_add(1), now);
    }

    /// What is left to do about an entry that was not loaded or not sent.
    fn leave(&self, id: EntryId, error: OutboxError, now: u64, report: &mut RunReport) {
        match error {
            // Another run has finished it.
            OutboxError::NotFound { .. } => {}
            error @ (OutboxError::Damaged(_) | OutboxError::Io { .. }) => {
                self.hold(id, now);
                report.problems.extend(Problem::of(id, error));
            }
            error => {
                self.hold(id, now);
                report.stopped.get_or_insert(error);
            }
        }
    }

    async fn run_all(
        &self,
        ids: &[EntryId],
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        let now = seconds(now);
        self.shared().last_run = now;
        let began = (self.elapsed)();
        let mut report = RunReport::default();
        let mut due: Vec<(u32, u32, EntryId)> = Vec::new();
        for id in ids {
            match self.load(*id) {
                Ok((_, ledger)) => {
                    let waiting = ledger.standings.iter();
                    let waiting = waiting.filter(|one| one.is_due(&self.retry, now));
                    let attempts = waiting.map(|one: &Standing| one.attempts).min();
                    let held = self.shared().held.get(id).copied().unwrap_or_default();
                    due.extend(attempts.map(|attempts| (held.0, attempts, *id)));
                }
                Err(error) => self.leave(*id, error, now, &mut report),
            }
        }
        due.sort_unstable();
        for (.., id) in due {
            let clock = || {
                let passed = (self.elapsed)().saturating_sub(began);
                now.saturating_add(passed.as_secs())
            };
            if !self.send(id, transport, (now, &clock), &mut report).await {
                break;
            }
        }
        Ok(report)
    }

    /// Sends one entry, as far as it was due when the run began; `false` when it makes no sense to go on.
    async fn send(
        &self,
        id: EntryId,
        transport: &dyn Transport,
        (begin, clock): (u64, &(dyn Fn() -> u64 + Send + Sync)),
        report: &mut RunReport,
    ) -> bool {
        let Ok(_claim) = self.claim(id) else {
            return true;
        };
        let disk = self.disk.as_ref();
        // Again, because another run may have sent it meanwhile.
        let read = self.load(id).and_then(|(letter, ledger)| {
            let routes = watch::routes(&letter, &ledger, &self.retry, begin)?;
            let bytes = letter
                .bytes(disk, id, routes.iter().map(|route| route.copy))
                .map_err(|damage| OutboxError::unread(super::letter::file_name(id), id, damage))?;
            Ok((letter, ledger, bytes, routes))
        });
        let (letter, ledger, bytes, routes) = match read {
            Ok(read) => read,
            Err(error) => {
                self.leave(id, error, clock(), report);
                return true;
            }
        };
        let copies = routes.iter().zip(&bytes);
        let copies: Vec<(&Envelope, &[u8])> = copies
            .map(|(route, bytes)| (&route.envelope, bytes.as_slice()))
            .collect();
        if copies.is_empty() {
            return true;
        }
        let watch = Watch::new(disk, id, &letter, ledger, &routes, (self.retry, clock));
        let sent = transport.send_witnessed(copies, &watch).await;
        match &sent {
            // Also what the transport did not tell the watch of.
            Ok(delivery) => {
                let copies = delivery.copies().iter().enumerate();
                copies.for_each(|(copy, delivered)| watch.settled(copy, delivered));
            }
            Err(_) => watch.nothing_was_sent(),
        }
        let progress = watch.end();
        if !progress.recipients.is_empty() {
            report.entries.push(EntryReport {
                id,
                recipients: progress.recipients,
                is_removed: progress.is_removed,
            });
        }
        if let Some(error) = progress.trouble {
            // What others need may have room on the disk.
            self.hold(id, clock());
            let failures = &mut self.shared().server_failures;
            *failures = (failures.0.saturating_add(1), clock());
            report.stopped = Some(OutboxError::io(format!("entry {id}"), error));
            return false;
        }
        match sent {
            Ok(delivery) => {
                self.shared().server_failures = (0, 0);
                // A transport that says nothing about some copies would be asked for them again at once.
                match delivery.copies().len() == routes.len() {
                    true => drop(self.shared().held.remove(&id)),
                    false => self.hold(id, clock()),
                }
                true
            }
            // About this message, or found out without the server: the others may be better.
            Err(error @ SubmitError::Invalid(_)) => {
                self.leave(id, error.into(), clock(), report);
                true
            }
            Err(error) => {
                let failures = &mut self.shared().server_failures;
                *failures = (failures.0.saturating_add(1), clock());
                report.stopped = Some(error.into());
                false
            }
        }
    }
}
