//! The push machine: message in, questions in between, the opened message at the end.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::buffer::{Bytes, Gather};
use super::config::Config;
use super::content::Opened;
use super::judge;
use super::walk::Walk;
use crate::Error;
use crate::engine::{Answer, Ledger, QuestionId, Step};

/// Opens one message without doing any input or output of its own.
///
/// Push the message in pieces of any size, then repeat `finish`. When it asks, answer every question
/// ([`Question::answer`](crate::engine::Question::answer) does it with a resolver and keys of this
/// process), then go on. All questions that do not depend on each other are asked in one step.
/// Nothing of the content is given out before everything has been checked: after
/// [`Step::Finished`], [`Machine::into_opened`] gives all at once.
///
/// After an error the machine is spent.
pub struct Machine {
    config: Arc<Config>,
    now: SystemTime,
    ledger: Ledger,
    state: State,
}

/// What is pushed into a machine.
pub(super) enum Root {
    /// A mail, or a MIME entity.
    Mail,
    /// A CMS object, below MIME.
    Cms,
    /// Content, to which this is the detached signature.
    Detached(Bytes),
}

enum State {
    Input(Gather, Root),
    Walking(Box<Walk>),
    Finished(Opened),
    Spent,
}

impl Machine {
    pub(super) fn new(config: &Arc<Config>, root: Root) -> Machine {
        Machine {
            config: Arc::clone(config),
            now: config.policy.now(),
            ledger: Ledger::default(),
            state: State::Input(Gather::default(), root),
        }
    }

    /// Takes all of `input` in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] after the end of the message.
    pub fn push(&mut self, input: &[u8]) -> Result<Step, Error> {
        match &mut self.state {
            State::Input(gather, _) => {
                gather.push(input);
                Ok(Step::Continue)
            }
            _ if input.is_empty() => Ok(Step::Continue),
            _ => {
                self.state = State::Spent;
                Err(Error::misuse("input after the end of the message"))
            }
        }
    }

    /// Answers a question, in any order.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] when the question was not asked, or for another kind of answer.
    pub fn answer(&mut self, id: QuestionId, answer: Answer) -> Result<(), Error> {
        self.ledger.answer(id, answer)
    }

    /// The input has ended. Repeat until [`Step::Finished`].
    ///
    /// # Errors
    /// What [`super::Opener::open`] gives.
    pub fn finish(&mut self) -> Result<Step, Error> {
        let open = self.ledger.open();
        if !open.is_empty() {
            return Ok(Step::Ask(open));
        }
        let mut walk = match std::mem::replace(&mut self.state, State::Spent) {
            State::Input(gather, root) => Box::new(Walk::new(&self.config, root, gather.finish())),
            State::Walking(walk) => walk,
            State::Finished(opened) => {
                self.state = State::Finished(opened);
                return Ok(Step::Finished);
            }
            State::Spent => return Err(spent()),
        };
        walk.run(&mut self.ledger)?;
        let open = self.ledger.open();
        if !open.is_empty() {
            self.state = State::Walking(walk);
            return Ok(Step::Ask(open));
        }
        self.state = State::Finished(judge::judge(&self.config, self.now, &walk.into_found()));
        Ok(Step::Finished)
    }

    /// The opened message.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] before [`Step::Finished`].
    pub fn into_opened(self) -> Result<Opened, Error> {
        match self.state {
            State::Finished(opened) => Ok(opened),
            _ => Err(Error::misuse(
                "the machine has not finished: call finish until it gives Step::Finished",
            )),
        }
    }
}

/// Without content, keys and certificates.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Input(..) => "input",
            State::Walking(_) => "asking",
            State::Finished(_) => "finished",
            State::Spent => "spent",
        };
        f.debug_struct("Machine")
            .field("state", &state)
            .finish_non_exhaustive()
    }
}

fn spent() -> Error {
    Error::misuse("this machine has failed before; start a new one")
}
