//! The push machine: message in, questions in between, the opened message at the end.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::buffer::{Bytes, Gather};
use super::config::Config;
use super::content::Opened;
use super::judge;
use super::scan::{Holding, Scan, Subject};
use super::walk::{self, Walk};
use crate::engine::{Answer, Ledger, QuestionId, Step};
use crate::{Error, ErrorKind};

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
    /// How many bytes of content were given out by a dangerous machine.
    given: u64,
    /// Content that came out at the end of the message, and was not given out.
    tail: Zeroizing<Vec<u8>>,
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
    Input(Box<Input>),
    Walking(Box<Walk>),
    Finished(Opened),
    Spent,
}

/// A message that is coming in.
struct Input {
    root: Root,
    scan: Scan,
    /// What came before an answer.
    pending: Gather,
    /// How many bytes were pushed although a question was open.
    late: usize,
    has_ended: bool,
}

/// How many bytes may be pushed before a question is answered.
const LATE: usize = 1 << 20;

impl Machine {
    /// One that holds the whole message.
    pub(super) fn new(config: &Arc<Config>, root: Root) -> Machine {
        Machine::with(config, root, Holding::All)
    }

    /// One for a message that goes by: content longer than [`super::Opener::held_bytes`] is not held.
    pub(super) fn streaming(config: &Arc<Config>, root: Root) -> Machine {
        Machine::with(config, root, Holding::Short)
    }

    /// The same, and content is given out before anything is verified: see [`Machine::take_content`].
    pub(super) fn dangerous(config: &Arc<Config>, root: Root) -> Machine {
        Machine::with(config, root, Holding::ShortAndTapped)
    }

    fn with(config: &Arc<Config>, root: Root, holding: Holding) -> Machine {
        let scan = Scan::new(config, root.subject(config), holding);
        Machine {
            config: Arc::clone(config),
            now: config.policy.now(),
            ledger: Ledger::default(),
            state: State::Input(Box::new(Input {
                root,
                scan,
                pending: Gather::default(),
                late: 0,
                has_ended: false,
            })),
            given: 0,
            tail: Zeroizing::default(),
        }
    }

    /// Takes all of `input` in. What comes after a question waits in memory for the answer.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] after the end of the message, and when more than 1 MiB is pushed after a question that
    /// nobody answers.
    pub fn push(&mut self, input: &[u8]) -> Result<Step, Error> {
        self.check_waiting(input.len())?;
        self.take(input)
    }

    /// Whether so many bytes more may wait for answers.
    pub(super) fn check_waiting(&mut self, more: usize) -> Result<(), Error> {
        let State::Input(message) = &mut self.state else {
            return Ok(());
        };
        message.late = match self.ledger.open().is_empty() {
            true => 0,
            false => message.late.saturating_add(more),
        };
        match message.late > LATE {
            true => {
                self.spend();
                let advice = "answer the questions of the last step before pushing more";
                Err(Error::misuse(advice))
            }
            false => Ok(()),
        }
    }

    /// As [`Machine::push`], of input that may wait.
    pub(super) fn take(&mut self, input: &[u8]) -> Result<Step, Error> {
        match &mut self.state {
            State::Input(message) if !message.has_ended => {
                message.push(input, &mut self.ledger);
                Ok(match self.ledger.open() {
                    open if open.is_empty() => Step::Continue,
                    open => Step::Ask(open),
                })
            }
            _ if input.is_empty() => Ok(Step::Continue),
            _ => {
                self.spend();
                Err(Error::misuse("input after the end of the message"))
            }
        }
    }

    /// Forgets everything.
    pub(super) fn spend(&mut self) {
        self.state = State::Spent;
        self.ledger = Ledger::default();
    }

    /// Answers a question, in any order.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when the question was not asked, or for another kind of answer.
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
            State::Input(mut message) => {
                message.push(&[], &mut self.ledger);
                if self.ledger.open().is_empty() && !message.has_ended {
                    message.has_ended = true;
                    message.scan.finish(&mut self.ledger);
                }
                let open = self.ledger.open();
                if !open.is_empty() {
                    self.state = State::Input(message);
                    return Ok(Step::Ask(open));
                }
                let subject = message.root.subject(&self.config);
                if message.scan.begin_again(&subject) {
                    message.has_ended = false;
                    self.state = State::Input(message);
                    return Ok(Step::Again);
                }
                message.scan.take_tapped(&mut self.tail);
                let (bytes, shared) = message.scan.into_parts();
                Box::new(Walk::new(message.root, bytes, shared))
            }
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

    /// Appends the content that came out since the last call, of a machine made by [`Machine::dangerous`]. Nothing is known
    /// of it as yet. Plaintext may come out: who gives `out` wipes it.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`]: the content that the report is about is not what came out.
    pub(super) fn take_content(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let before = out.len();
        match &mut self.state {
            State::Input(message) => message.scan.take_tapped(out),
            State::Walking(_) | State::Finished(_) | State::Spent => out.append(&mut self.tail),
        }
        let more = u64::try_from(out.len().saturating_sub(before)).unwrap_or(u64::MAX);
        self.given = self.given.saturating_add(more);
        let State::Finished(opened) = &self.state else {
            return Ok(());
        };
        let content = opened.message().content();
        // What is short was held until now.
        if self.given == 0 && content.as_bulk().is_none() {
            out.extend_from_slice(content.get());
            self.given = content.len();
        }
        match self.given == content.len() {
            true => Ok(()),
            false => Err(ErrorKind::Unsupported {
                what: "opening this message in one pass: what it is was known too late, and \
                       what came out is not the content"
                    .into(),
            }
            .into()),
        }
    }

    /// The opened message.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] before [`Step::Finished`].
    pub fn into_opened(self) -> Result<Opened, Error> {
        match self.state {
            State::Finished(opened) => Ok(opened),
            _ => Err(Error::misuse(
                "the machine has not finished: call finish until it gives Step::Finished",
            )),
        }
    }
}

impl Root {
    fn subject(&self, config: &Config) -> Subject {
        match self {
            Root::Mail => Subject::Mail,
            Root::Cms => Subject::Cms,
            Root::Detached(signature) => Subject::Content(walk::digests_of(signature, config)),
        }
    }
}

impl Input {
    /// Goes on with answers, with what waited for them, and with `input`.
    fn push(&mut self, input: &[u8], ledger: &mut Ledger) {
        if ledger.open().is_empty() {
            if ledger.has_answers() {
                self.scan.resume(ledger);
            }
            let pending = std::mem::take(&mut self.pending).finish();
            let pending = self.scan_steps(pending.get(), ledger);
            self.pending.push(pending);
        }
        let input = match self.pending.get().is_empty() {
            true => self.scan_steps(input, ledger),
            false => input,
        };
        self.pending.push(input);
    }

    /// Takes in until something is asked, and gives the rest.
    fn scan_steps<'i>(&mut self, mut input: &'i [u8], ledger: &mut Ledger) -> &'i [u8] {
        while !input.is_empty() && ledger.open().is_empty() {
            let (step, rest) = input.split_at(input.len().min(self.scan.step()));
            self.scan.push(step, ledger);
            input = rest;
        }
        input
    }
}

/// Without content, keys and certificates.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Input(_) => "input",
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
