//! Text that is one block of PEM and nothing else.

use super::{BEGIN, LABEL, MARK, end_line, label};

/// Watches a text go by, and says in the end whether it was one block of CMS and nothing else, as [`super::is_all`] does.
#[derive(Default)]
pub(crate) struct ArmourOnly {
    state: State,
}

enum State {
    /// At the very beginning: as much as there is of a byte order mark.
    Mark(usize),
    /// The line that begins the block, as far as it is there, after white space.
    Begin(Vec<u8>),
    /// Before this end.
    Inside(Vec<u8>),
    /// In this end, after so many bytes of it.
    End(Vec<u8>, usize),
    /// Only white space may follow.
    After,
    /// It is something else.
    No,
}

impl Default for State {
    fn default() -> State {
        State::Mark(0)
    }
}

impl ArmourOnly {
    pub(crate) fn push(&mut self, text: &[u8]) {
        for byte in text.iter().copied() {
            if let State::No = self.state {
                return;
            }
            self.byte(byte);
        }
    }

    /// Whether it is something else, whatever follows.
    pub(crate) fn is_out(&self) -> bool {
        matches!(self.state, State::No)
    }

    /// Whether what went by was one block of CMS and nothing else.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self.state, State::After)
    }

    fn byte(&mut self, byte: u8) {
        let is_space = byte.is_ascii_whitespace();
        match &mut self.state {
            State::Mark(seen) if MARK.get(*seen) == Some(&byte) => *seen += 1,
            State::Mark(0 | 3) => {
                self.state = State::Begin(Vec::new());
                self.byte(byte);
            }
            State::Begin(line) if line.is_empty() && is_space => {}
            State::Begin(line) => {
                line.push(byte);
                if let Some(label) = label(line) {
                    self.state = State::Inside(end_line(label));
                } else if line.len() >= BEGIN.len() + LABEL {
                    self.state = State::No;
                }
            }
            State::Inside(end) if byte == b'-' => {
                self.state = State::End(std::mem::take(end), 1);
            }
            State::Inside(_) if is_space || is_base64(byte) => {}
            State::End(end, seen) if end.get(*seen) == Some(&byte) => {
                *seen += 1;
                if *seen == end.len() {
                    self.state = State::After;
                }
            }
            State::After if is_space => {}
            State::Mark(_) | State::Inside(_) | State::End(..) | State::After | State::No => {
                self.state = State::No;
            }
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}
