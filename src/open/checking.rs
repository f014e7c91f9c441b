//! The first pass: what goes by is checked and sealed, and nothing is given out.

use std::fmt;
use std::sync::Arc;

use super::config::Config;
use super::content::{Content, Opened};
use super::machine::{Machine, Root};
use super::seal::{Seal, Sealing};
use super::stored::Releasable;
use crate::engine::{Answer, QuestionId, Step};
use crate::report::Report;
use crate::{Error, Limits};

/// Checks one message that goes by, without doing any input or output of its own.
///
/// Push the received bytes in pieces of any size, then repeat `finish`, and answer what is asked in between, as with
/// [`super::Machine`]. All questions are asked here, none in the second pass. At the end [`Checking::into_plan`] gives
/// the report, and the way to the content through the same bytes.
///
/// Of every 64 KiB it keeps a tag of 16 bytes under a random key of this run: 1.3 MB for 5 GB. By these the second pass
/// notices bytes that are not the same any more.
///
/// After an error it is spent.
pub struct Checking {
    machine: Machine,
    sealing: Sealing,
    limits: Limits,
    is_finished: bool,
}

impl Checking {
    pub(super) fn new(config: &Arc<Config>, root: Root) -> Result<Checking, Error> {
        Ok(Checking {
            machine: Machine::streaming(config, root),
            sealing: Sealing::new()?,
            limits: config.limits,
            is_finished: false,
        })
    }

    /// Takes all of `input` in. It may ask ([`Step::Ask`]): answer, then push more, or an empty slice.
    ///
    /// # Errors
    /// What [`super::Opener::open`] gives; [`crate::ErrorKind::SourceChanged`] when the bytes go by again and are others;
    /// [`crate::ErrorKind::Misuse`] after the end of the message, and as [`super::Machine::push`] for questions that
    /// wait too long.
    pub fn push(&mut self, input: &[u8]) -> Result<Step, Error> {
        self.machine.check_waiting(input.len())?;
        let known = &mut |bytes: &[u8]| self.machine.take(bytes).map(drop);
        let pushed = self.sealing.push(input, known);
        self.spent_after(pushed)?;
        self.machine.take(&[])
    }

    /// Answers a question, in any order.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] when the question was not asked, or for another kind of answer.
    pub fn answer(&mut self, id: QuestionId, answer: Answer) -> Result<(), Error> {
        self.machine.answer(id, answer)
    }

    /// The input has ended. Repeat until [`Step::Finished`]. After [`Step::Again`] push the same bytes once more from their
    /// beginning; that is rare.
    ///
    /// # Errors
    /// What [`super::Opener::open`] gives; [`crate::ErrorKind::SourceChanged`] when the bytes that went by again are others:
    /// nothing that differs is ever looked at.
    pub fn finish(&mut self) -> Result<Step, Error> {
        let known = &mut |bytes: &[u8]| self.machine.take(bytes).map(drop);
        let ended = self.sealing.end(known);
        self.spent_after(ended)?;
        let step = self.machine.finish()?;
        match step {
            Step::Again => self.sealing.begin_again(),
            Step::Finished => self.is_finished = true,
            Step::Continue | Step::Ask(_) => {}
        }
        Ok(step)
    }

    /// The machine gets nothing any more once something has failed.
    fn spent_after(&mut self, done: Result<(), Error>) -> Result<(), Error> {
        if done.is_err() {
            self.machine.spend();
        }
        done
    }

    /// Whether nothing is left to be done; if not, the same bytes have to go by again.
    pub(super) fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// More input, or the end.
    pub(super) fn step(&mut self, input: &[u8], is_all: bool) -> Result<Step, Error> {
        match is_all {
            true => self.finish(),
            false => self.push(input),
        }
    }

    /// What was found.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] before [`Step::Finished`].
    pub fn into_plan(self) -> Result<Plan, Error> {
        Ok(Plan {
            opened: self.machine.into_opened()?,
            seal: Arc::new(self.sealing.finish()),
            limits: Arc::new(self.limits),
        })
    }
}

/// Without content, keys and certificates.
impl fmt::Debug for Checking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.fmt(f)
    }
}

/// A message that was checked: the report, and how to get at the content through the same bytes. Cheap to clone.
///
/// It keeps the content keys of what is encrypted until it and all its clones are dropped; then they are wiped.
#[derive(Clone)]
pub struct Plan {
    pub(super) opened: Opened,
    seal: Arc<Seal>,
    limits: Arc<Limits>,
}

impl Plan {
    #[cfg(test)]
    pub(super) fn new(opened: Opened, seal: Arc<Seal>, limits: Limits) -> Plan {
        Plan {
            opened,
            seal,
            limits: Arc::new(limits),
        }
    }

    /// What was found, and what follows from it.
    pub fn report(&self) -> &Report {
        self.opened.report()
    }

    /// How many bytes were received.
    pub fn received(&self) -> u64 {
        self.seal.total()
    }

    /// The way to the content, in a form in which the choice cannot be forgotten.
    pub fn content(self) -> Content<Releasable> {
        let content = self.releasable();
        self.opened.gate(content)
    }

    pub(super) fn releasable(&self) -> Releasable {
        let (seal, limits) = (Arc::clone(&self.seal), Arc::clone(&self.limits));
        Releasable::new(self.opened.message(), seal, limits)
    }
}

/// Verdict, counts and sizes: nothing that the message says.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("opened", &self.opened)
            .field("received", &self.received())
            .finish_non_exhaustive()
    }
}
