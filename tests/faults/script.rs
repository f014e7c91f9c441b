//! What the server does, step by step.

use std::fmt;

use super::meter::Cut;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Plain,
    StartTls,
    Tls,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Plain, Mode::StartTls, Mode::Tls];
}

/// What comes after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    GoOn,
    Close,
    /// Says and does nothing more until the client goes.
    Stall,
    /// The same answer again and again until the client goes.
    Repeat,
}

/// What the server does at a step, in place of its usual answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Act {
    pub say: String,
    pub then: Then,
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin: String = self.say.chars().take(80).collect();
        write!(f, "{begin:?}")?;
        if begin.len() < self.say.len() {
            write!(f, "... ({} bytes)", self.say.len())?;
        }
        write!(f, " {:?}", self.then)
    }
}

/// A step is the beginning of a command line, or `(tls)`, `(greeting)`, `(answer)` to a question of AUTH, `(message)`
/// after the first bytes of the message, `(dot)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub step: String,
    /// Only at the first, second … time, from 0.
    pub nth: Option<usize>,
    pub act: Act,
}

impl Rule {
    /// The client waits for an end that does not come.
    pub fn stalls(&self) -> bool {
        match self.act.then {
            Then::Stall => true,
            Then::GoOn => !self.act.say.ends_with('\n'),
            Then::Close | Then::Repeat => false,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub mode: Mode,
    /// AUTH LOGIN is offered, not PLAIN.
    pub login: bool,
    pub rules: Vec<Rule>,
    /// Counted in what TLS protects.
    pub cut: Cut,
    /// Counted on the wire, so in TLS records.
    pub cut_wire: Cut,
    /// One byte per write.
    pub split: bool,
    /// The connection ends with RST, so that what was said may be lost.
    pub reset: bool,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Script {
            mode,
            login,
            rules,
            cut,
            cut_wire,
            split,
            reset,
        } = self;
        writeln!(f, "{mode:?}, login {login}, split {split}, reset {reset}")?;
        writeln!(f, "{cut:?}, on the wire {cut_wire:?}")?;
        for Rule { step, nth, act } in rules {
            writeln!(f, "{step} {nth:?}: {act:?}")?;
        }
        Ok(())
    }
}

impl Script {
    pub fn new(mode: Mode) -> Script {
        Script {
            mode,
            ..Script::default()
        }
    }

    pub fn act(mut self, step: &str, nth: Option<usize>, say: &str, then: Then) -> Script {
        let say = say.to_owned();
        self.rules.push(Rule {
            step: step.to_owned(),
            nth,
            act: Act { say, then },
        });
        self
    }

    /// This answer, whenever the step comes, and on with the dialogue.
    pub fn say(self, step: &str, say: &str) -> Script {
        self.act(step, None, say, Then::GoOn)
    }

    pub fn cut_after_said(mut self, count: usize) -> Script {
        self.cut.said = Some(count);
        self
    }

    pub fn cut_after_heard(mut self, count: usize) -> Script {
        self.cut.heard = Some(count);
        self
    }
}

/// Code and length of the reply that the bytes begin with (RFC 5321 4.2); none where no client can read one.
pub fn first_reply(bytes: &[u8]) -> Option<(u16, usize)> {
    let mut code = None;
    let mut end = 0;
    for _ in 0..100 {
        let line = bytes[end..].split_inclusive(|byte| *byte == b'\n').next()?;
        end += line.len();
        let line = line.strip_suffix(b"\n").filter(|line| line.len() < 2_000)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let digits = std::str::from_utf8(line.get(..3)?).ok()?;
        let digits = digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then_some(digits)?;
        let number: u16 = digits.parse().ok()?;
        if *code.get_or_insert(number) != number {
            return None;
        }
        match line.get(3) {
            Some(b'-') => {}
            None | Some(b' ') => return (200..600).contains(&number).then_some((number, end)),
            Some(_) => return None,
        }
    }
    None
}
