//! A disk in memory that loses what was not synced, stops at any step or fails there; and a server in memory.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard};

use super::super::disk::Disk;
use super::*;
use crate::submit::{CopyDelivery, Delivery, Sending, Transport, Witness};

type Files = BTreeMap<String, Arc<Vec<u8>>>;

/// What changes names; on the disk for good only after a sync.
#[derive(Clone)]
enum Change {
    Create(String, Arc<Vec<u8>>),
    Rename(String, String),
    Remove(String),
}

impl Change {
    fn apply(&self, files: &mut Files) {
        match self {
            Change::Create(name, bytes) => {
                files.insert(name.clone(), Arc::clone(bytes));
            }
            Change::Rename(from, to) => {
                if let Some(bytes) = files.remove(from) {
                    files.insert(to.clone(), bytes);
                }
            }
            Change::Remove(name) => {
                files.remove(name);
            }
        }
    }
}

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The machine loses its power: from here on nothing works.
    Dies,
    /// The step does not succeed.
    Fails,
}

#[derive(Default)]
struct State {
    synced: Files,
    /// As a process sees them.
    current: Files,
    changes: Vec<Change>,
    steps: usize,
    fault: Option<(usize, Fault)>,
    is_dead: bool,
}

impl State {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.current);
        self.changes.push(change);
    }
}

/// Clones are the same disk.
#[derive(Clone, Default)]
pub struct Model(Arc<Mutex<State>>);

impl Model {
    pub fn with_fault(step: usize, fault: Fault) -> Model {
        let model = Model::default();
        model.state().fault = Some((step, fault));
        model
    }

    pub fn with_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Model {
        let model = Model::default();
        let files = files
            .into_iter()
            .map(|(name, bytes)| (name, Arc::new(bytes)));
        let files: Files = files.collect();
        model.state().synced = files.clone();
        model.state().current = files;
        model
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Steps that changed something, or tried to.
    pub fn steps(&self) -> usize {
        self.state().steps
    }

    pub fn is_dead(&self) -> bool {
        self.state().is_dead
    }

    /// As a process sees them.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let files = state.current.iter();
        files
            .map(|(name, bytes)| (name.clone(), bytes.to_vec()))
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        self.state().current.contains_key(name)
    }

    /// Everything that may be on the disk after the power has come back: what was synced, and of the later changes any.
    pub fn survivors(&self) -> Vec<Model> {
        let state = self.state();
        let count = state.changes.len();
        assert!(count < 8, "too much is left unsynced");
        (0..1u32 << count)
            .map(|kept| {
                let mut files = state.synced.clone();
                let changes = state.changes.iter().enumerate();
                changes
                    .filter(|(at, _)| kept & (1 << at) != 0)
                    .for_each(|(_, change)| change.apply(&mut files));
                let model = Model::default();
                model.state().synced = files.clone();
                model.state().current = files;
                model
            })
            .collect()
    }

    /// One step that changes something. `half` is what has happened of it when the power goes.
    fn step(
        &self,
        half: Option<Change>,
        whole: impl FnOnce(&mut State) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.state();
        if state.is_dead {
            return Err(io::Error::other("no power"));
        }
        let step = state.steps;
        state.steps += 1;
        match state.fault {
            Some((at, fault)) if at == step => {
                state.is_dead = fault == Fault::Dies;
                half.into_iter().for_each(|half| state.change(half));
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => whole(&mut state),
        }
    }

    fn change(&self, change: Change) -> io::Result<()> {
        self.step(None, |state| {
            state.change(change);
            Ok(())
        })
    }
}

impl Disk for Model {
    fn names(&self) -> io::Result<Vec<OsString>> {
        Ok(self
            .state()
            .current
            .keys()
            .cloned()
            .map(OsString::from)
            .collect())
    }

    fn open(&self, name: &str) -> io::Result<(Box<dyn Read + Send>, u64)> {
        let state = self.state();
        let bytes = state.current.get(name);
        let bytes = bytes.ok_or(io::ErrorKind::NotFound)?.to_vec();
        let length = bytes.len() as u64;
        Ok((Box::new(io::Cursor::new(bytes)), length))
    }

    fn create(&self, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
        if self.has(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let bytes = pieces.concat();
        let half = Change::Create(name.into(), Arc::new(bytes[..bytes.len() / 2].to_vec()));
        let whole = Change::Create(name.into(), Arc::new(bytes));
        self.step(Some(half), |state| {
            state.change(whole);
            Ok(())
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        assert!(self.has(from), "{from}");
        self.change(Change::Rename(from.into(), to.into()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        if !self.has(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.change(Change::Remove(name.into()))
    }

    fn sync(&self) -> io::Result<()> {
        self.step(None, |state| {
            let changes = std::mem::take(&mut state.changes);
            changes
                .iter()
                .for_each(|change| change.apply(&mut state.synced));
            Ok(())
        })
    }
}

/// What a server does with a recipient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    Accept,
    Reject,
    Defer,
    /// Takes the message, and the answer is lost.
    TakeInSilence,
    /// Does not take it, and says nothing.
    Vanish,
}

/// A server: every recipient gets the next of his answers, at the end always [`Answer::Accept`].
#[derive(Default)]
pub struct Post {
    pub answers: Mutex<BTreeMap<String, Vec<Answer>>>,
    received: Mutex<Vec<(String, Vec<u8>)>>,
}

impl Post {
    pub fn new(answers: &[(&str, &[Answer])]) -> Post {
        let answers = answers.iter().map(|(who, answers)| {
            let reversed = answers.iter().rev().copied().collect();
            (who.to_string(), reversed)
        });
        Post {
            answers: Mutex::new(answers.collect()),
            ..Post::default()
        }
    }

    /// Local part and message, in the order in which they came.
    pub fn received(&self) -> Vec<(String, Vec<u8>)> {
        self.received.lock().unwrap().clone()
    }

    /// How often this recipient got this message.
    pub fn count(&self, who: &str, message: &[u8]) -> usize {
        let received = self.received.lock().unwrap();
        let his = received
            .iter()
            .filter(|(to, bytes)| to == who && bytes == message);
        his.count()
    }

    /// As a server does it: refusals first, then the end of the message for the others.
    fn deliver(
        &self,
        copy: usize,
        envelope: &Envelope,
        bytes: &[u8],
        witness: &dyn Witness,
    ) -> CopyDelivery {
        let mut answers = self.answers.lock().unwrap();
        let answers: Vec<Answer> = envelope
            .recipients()
            .iter()
            .map(|one| {
                answers
                    .get_mut(one.local())
                    .and_then(Vec::pop)
                    .unwrap_or(Answer::Accept)
            })
            .collect();
        let early = |answer: &Answer| matches!(answer, Answer::Reject | Answer::Defer);
        let open: Vec<usize> = (0..answers.len())
            .filter(|at| !early(&answers[*at]))
            .collect();
        let announced = match open.is_empty() {
            true => Ok(()),
            false => witness.before_the_end(copy, &open),
        };
        CopyDelivery::new(envelope, |at, mailbox| {
            let during = "RCPT TO";
            let said = |code| Cause::Reply {
                during,
                reply: Reply::new(code, "so be it"),
            };
            let lost = Cause::TimedOut {
                during: "the final dot",
            };
            let take = || {
                let mut received = self.received.lock().unwrap();
                received.push((mailbox.local().to_owned(), bytes.to_vec()));
            };
            match (answers[at], &announced) {
                (Answer::Reject, _) => Outcome::Rejected(said(550)),
                (Answer::Defer, _) => Outcome::Deferred(said(450)),
                (_, Err(error)) => Outcome::Deferred(Cause::NotRecorded {
                    detail: error.to_string(),
                }),
                (Answer::Accept, _) => {
                    take();
                    Outcome::Accepted(Reply::new(250, "queued"))
                }
                (Answer::TakeInSilence, _) => {
                    take();
                    Outcome::Unknown(lost)
                }
                (Answer::Vanish, _) => Outcome::Unknown(lost),
            }
        })
    }
}

impl Transport for Post {
    fn send_copies<'a>(&'a self, _: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a> {
        unreachable!("an outbox always has a witness")
    }

    fn send_witnessed<'a>(
        &'a self,
        copies: Vec<(&'a Envelope, &'a [u8])>,
        witness: &'a dyn Witness,
    ) -> Sending<'a> {
        let deliver = |(copy, (envelope, bytes)): (usize, (&Envelope, &[u8]))| {
            let delivered = self.deliver(copy, envelope, bytes, witness);
            witness.settled(copy, &delivered);
            delivered
        };
        let delivered = copies.into_iter().enumerate().map(deliver).collect();
        Box::pin(std::future::ready(Ok(Delivery::new(delivered))))
    }
}
