//! Runs: what is due is sent.

use std::time::SystemTime;

use super::ledger::Standing;
use super::report::EntryReport;
use super::retry::{seconds, time};
use super::watch::{self, Watch};
use super::{EntryId, Outbox, OutboxError, RunReport};
use crate::Envelope;
use crate::submit::{SubmitError, Transport};

impl Outbox {
    /// Sends everything that is due: one session for each entry, those tried least often first, then in the order in
    /// which they were added. Whatever is added meanwhile is for the next run.
    ///
    /// `now` decides what is due, and everything that is due is tried once. When the server cannot be reached the run
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
    /// run that could not reach the server it is later by as much as the policy says; only this `Outbox` knows that.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read.
    pub fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let entries = self.entries()?;
        let next = entries.iter().filter_map(super::Entry::due).min();
        let (failures, last) = self.shared().server_failures;
        let not_before = match failures {
            0 => 0,
            _ => last.saturating_add(self.retry.delay(failures)),
        };
        Ok(next.map(|next| next.max(time(not_before))))
    }

    async fn run_all(
        &self,
        ids: &[EntryId],
        transport: &dyn Transport,
        now: SystemTime,
    ) -> Result<RunReport, OutboxError> {
        let now = seconds(now);
        let mut report = RunReport::default();
        let mut due: Vec<(u32, EntryId)> = Vec::new();
        for id in ids {
            match self.load(*id) {
                Ok((_, ledger)) => {
                    let waiting = ledger.standings.iter();
                    let waiting = waiting.filter(|one| one.is_due(&self.retry, now));
                    let attempts = waiting.map(|one: &Standing| one.attempts).min();
                    due.extend(attempts.map(|attempts| (attempts, *id)));
                }
                Err(OutboxError::Damaged(problem)) => report.problems.push(problem),
                // Another run has finished it.
                Err(_) => {}
            }
        }
        due.sort_unstable();
        for (_, id) in due {
            if !self.send(id, transport, now, &mut report).await {
                break;
            }
        }
        Ok(report)
    }

    /// Sends one entry; `false` when it makes no sense to go on.
    async fn send(
        &self,
        id: EntryId,
        transport: &dyn Transport,
        now: u64,
        report: &mut RunReport,
    ) -> bool {
        let Ok(_claim) = self.claim(id) else {
            return true;
        };
        let disk = self.disk.as_ref();
        // Again, because another run may have sent it meanwhile.
        let read = self.load(id).and_then(|(letter, ledger)| {
            let bytes = letter
                .bytes(disk, id)
                .map_err(|detail| super::damaged(super::letter::file_name(id), id, detail))?;
            let routes = watch::routes(&letter, &ledger, &self.retry, now)?;
            Ok((letter, ledger, bytes, routes))
        });
        let (letter, ledger, bytes, routes) = match read {
            Ok(read) => read,
            Err(OutboxError::Damaged(problem)) => {
                report.problems.push(problem);
                return true;
            }
            Err(_) => return true,
        };
        let copies = routes.iter().filter_map(|route| {
            let bytes = bytes.get(route.copy)?;
            Some((&route.envelope, bytes.as_slice()))
        });
        let copies: Vec<(&Envelope, &[u8])> = copies.collect();
        if copies.is_empty() {
            return true;
        }
        let watch = Watch::new(disk, id, &letter, ledger, &routes, (self.retry, now));
        let sent = transport.send_witnessed(copies, &watch).await;
        if sent.is_err() {
            watch.nothing_was_sent();
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
            report.stopped = Some(OutboxError::io(format!("entry {id}"), error));
            return false;
        }
        let failures = &mut self.shared().server_failures;
        match sent {
            Ok(_) => {
                *failures = (0, 0);
                true
            }
            // About this message, or found out without the server: the others may be better.
            Err(error @ SubmitError::Invalid(_)) => {
                report.stopped.get_or_insert(error.into());
                true
            }
            Err(error) => {
                *failures = (failures.0.saturating_add(1), now);
                report.stopped = Some(error.into());
                false
            }
        }
    }
}
