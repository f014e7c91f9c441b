//! [`Ledger`]: how things stand with every recipient of an entry. Replaced as a whole at each change.
//!
//! ```text
//! smime outbox state 1
//! id: 0000002a-9f86d081884c7d65
//! message: the checksum of the message file
//! recipient: STATUS ATTEMPTS FIRST DUE WHY
//! check: SHA256
//!
//! ```
//! One line per recipient, in the order of the message file. STATUS is `waiting`, `in-doubt`, `accepted`, `rejected`,
//! `given-up`, `unknown` or `delivered`; FIRST and DUE are the times of the first attempt and of the next one in
//! seconds since 1970, or `-`; WHY is for people. Without the file everybody is waiting.

use std::fmt::Write as _;
use std::io::{self, BufReader};

use super::EntryId;
use super::disk::{self, Disk};
use super::letter::Letter;
use super::retry::Retry;
use super::sealed::{Damage, Lines, seal};
use crate::submit::{Cause, Outcome};

const TITLE: &str = "smime outbox state 1";

/// Characters kept of an answer.
const WHY: usize = 1_000;

/// 9999-12-31, after which there are no times.
const LAST_SECOND: u64 = 253_402_300_799;

pub(super) fn file_name(id: EntryId) -> String {
    format!("{id}.state")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    /// Written before the end of the message is sent. Who finds it later does not know what became of it.
    InDoubt,
    Accepted,
    Rejected,
    GivenUp,
    Unknown,
    /// Somebody said so.
    Delivered,
}

const WORDS: [(State, &str); 7] = [
    (State::Waiting, "waiting"),
    (State::InDoubt, "in-doubt"),
    (State::Accepted, "accepted"),
    (State::Rejected, "rejected"),
    (State::GivenUp, "given-up"),
    (State::Unknown, "unknown"),
    (State::Delivered, "delivered"),
];

/// How things stand with one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) state: State,
    /// How often the message was offered in vain.
    pub(super) attempts: u32,
    pub(super) first: Option<u64>,
    pub(super) due: Option<u64>,
    pub(super) why: String,
}

impl Standing {
    pub(super) fn fresh() -> Standing {
        Standing {
            state: State::Waiting,
            attempts: 0,
            first: None,
            due: None,
            why: String::new(),
        }
    }

    /// Whether there is nothing more to do and nothing to tell.
    fn is_done(&self) -> bool {
        matches!(self.state, State::Accepted | State::Delivered)
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::InDoubt | State::Unknown)
    }

    pub(super) fn is_due(&self, retry: &Retry, now: u64) -> bool {
        self.state == State::Waiting && self.due.is_none_or(|due| retry.is_due(due, now))
    }

    /// What an attempt at this time has led to. `hopeless` says that another recipient of the same attempt was
    /// rejected, so that all or nothing can only be nothing.
    pub(super) fn settle(&mut self, outcome: &Outcome, hopeless: bool, retry: &Retry, now: u64) {
        let now = now.min(LAST_SECOND);
        self.why = visible(&outcome.to_string());
        let due = self.due.take();
        self.state = match outcome {
            Outcome::Accepted(_) => State::Accepted,
            Outcome::Rejected(_) => State::Rejected,
            Outcome::Unknown(_) => State::Unknown,
            Outcome::Deferred(Cause::AllOrNothing) if hopeless => State::GivenUp,
            Outcome::Deferred(_) => {
                self.attempts = self.attempts.saturating_add(1);
                let first = retry.begin(self.first.unwrap_or(now), due, self.attempts, now);
                self.first = Some(first);
                self.due = retry.next(first, self.attempts, now);
                match self.due {
                    Some(_) => State::Waiting,
                    None => State::GivenUp,
                }
            }
        };
    }

    fn line(&self) -> String {
        let word = WORDS.iter().find(|(state, _)| *state == self.state);
        let word = word.map_or("", |(_, word)| word);
        let time = |time: Option<u64>| time.map_or("-".to_owned(), |time| time.to_string());
        let (first, due) = (time(self.first), time(self.due));
        format!("{word} {} {first} {due} {}", self.attempts, self.why)
    }

    fn parse(line: &str) -> Result<Standing, Damage> {
        let mut words = line.splitn(5, ' ');
        let mut next = || words.next().ok_or("a recipient has too few words");
        let word = next()?;
        let state = WORDS.iter().find(|(_, known)| *known == word);
        let state = state.ok_or("a recipient has an unknown status")?.0;
        let attempts = next()?;
        let attempts = attempts.parse().map_err(|_| "attempts are no number")?;
        let (first, due) = (seconds(next()?)?, seconds(next()?)?);
        Ok(Standing {
            state,
            attempts,
            first,
            due,
            why: next()?.to_owned(),
        })
    }
}

fn seconds(word: &str) -> Result<Option<u64>, Damage> {
    if word == "-" {
        return Ok(None);
    }
    let time = word.parse().ok().filter(|time| *time <= LAST_SECOND);
    time.map(Some).ok_or_else(|| "a time is none".into())
}

/// All recipients of an entry, those of the first copy first.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) standings: Vec<Standing>,
}

impl Ledger {
    /// Everybody is waiting.
    pub(super) fn fresh(letter: &Letter) -> Ledger {
        Ledger {
            standings: vec![Standing::fresh(); count(letter)],
        }
    }

    /// What is written about the entry of this letter, if anything is.
    pub(super) fn read(
        disk: &dyn Disk,
        id: EntryId,
        letter: &Letter,
    ) -> Result<Option<Ledger>, Damage> {
        let file = match disk.open(&file_name(id)) {
            Ok((file, _)) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut file = BufReader::new(file);
        let mut lines = Lines::read(TITLE, &mut file)?;
        if lines.next("id")? != id.to_string() || lines.next("message")? != letter.check {
            return Err("it is about another message".into());
        }
        let mut standings = Vec::new();
        while let Some(line) = lines.next_if("recipient") {
            standings.push(Standing::parse(&line)?);
        }
        lines.end()?;
        if standings.len() != count(letter) {
            return Err("it has another number of recipients than the message".into());
        }
        match io::copy(&mut file, &mut io::sink())? {
            0 => Ok(Some(Ledger { standings })),
            _ => Err("something follows its end".into()),
        }
    }

    pub(super) fn write(&self, disk: &dyn Disk, id: EntryId, letter: &Letter) -> io::Result<()> {
        let mut lines = format!("{TITLE}\nid: {id}\nmessage: {}\n", letter.check);
        for standing in &self.standings {
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "recipient: {}", standing.line());
        }
        let (text, _) = seal(lines);
        disk::write(disk, &file_name(id), &[text.as_bytes()])
    }

    /// Whether everybody has the message, as far as anybody can know here.
    pub(super) fn is_done(&self) -> bool {
        self.standings.iter().all(Standing::is_done)
    }
}

fn count(letter: &Letter) -> usize {
    let copies = letter.copies.iter();
    copies.map(|copy| copy.envelope.recipients().len()).sum()
}

/// On one line, nothing hidden, not too long.
fn visible(text: &str) -> String {
    let mut visible = String::new();
    for (count, c) in text.chars().enumerate() {
        if count >= WHY {
            visible.push('…');
            break;
        }
        match c {
            '"' | '\'' | '\\' => visible.push(c),
            c => visible.extend(c.escape_debug()),
        }
    }
    visible
}
