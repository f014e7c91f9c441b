//! Armour taken off CMS that goes by.

use zeroize::Zeroizing;

use super::block::Block;
use super::{BEGIN, LABEL, LOOKED_AT, MARK, find};
use crate::Error;
use crate::mime::base64::Base64Reader;

/// The line that begins a block, as far as it is looked at.
const LINE: usize = BEGIN.len() + LABEL;
/// The most that is held before it is known what it is.
const HELD: usize = LOOKED_AT + LINE;

/// Undoes PEM, and base64 where it may be, as [`super::undo`] does over the whole; DER and BER pass.
pub(crate) struct ArmourReader {
    may_be_base64: bool,
    state: State,
}

enum State {
    /// Nothing is decided yet. The text in the armour may be secret.
    Open(Zeroizing<Vec<u8>>),
    /// DER or BER.
    Through,
    Base64(Base64Reader),
    Block(Block),
}

impl ArmourReader {
    pub(crate) fn new(may_be_base64: bool) -> ArmourReader {
        ArmourReader {
            may_be_base64,
            state: State::Open(Zeroizing::default()),
        }
    }

    /// Whether this input, which comes next, passes as it is, and so does all that follows: then nobody need push it.
    pub(crate) fn passes(&mut self, input: &[u8]) -> bool {
        if let State::Open(held) = &self.state
            && held.is_empty()
            && input.first() == Some(&0x30)
        {
            self.state = State::Through;
        }
        matches!(self.state, State::Through)
    }

    /// Appends what comes out to `out`.
    ///
    /// # Errors
    /// As [`super::undo`].
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.passes(input) {
            out.extend_from_slice(input);
            return Ok(());
        }
        match &mut self.state {
            State::Open(held) => {
                let (next, rest) = input.split_at(input.len().min(HELD - held.len()));
                let from = held.len().saturating_sub(LINE);
                hold(held, next);
                if held.len() < HELD && find(held, from).is_none() {
                    return Ok(());
                }
                self.decide(from, out)?;
                self.push(rest, out)
            }
            State::Through => Ok(()),
            State::Base64(reader) => reader.push(input, out),
            State::Block(block) => block.push(input, out),
        }
    }

    /// What is left.
    ///
    /// # Errors
    /// As [`super::undo`].
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        if let State::Open(_) = &self.state {
            self.decide(0, out)?;
        }
        match &mut self.state {
            State::Open(_) | State::Through => Ok(()),
            State::Base64(reader) => reader.finish(out),
            State::Block(block) => block.finish(),
        }
    }

    /// Decides by what is held; no block begins before `from`.
    fn decide(&mut self, from: usize, out: &mut Vec<u8>) -> Result<(), Error> {
        let State::Open(held) = &mut self.state else {
            return Ok(());
        };
        let held = std::mem::take(held);
        if let Some((position, label)) = find(&held, from) {
            let mut block = Block::new(position, label);
            let inside = position + block.begin_length();
            block.push(held.get(inside..).unwrap_or_default(), out)?;
            self.state = State::Block(block);
            return Ok(());
        }
        let text = held.strip_prefix(MARK).unwrap_or(&held).trim_ascii_start();
        // The first octet of CMS is 30, so the first twelve bits are between MA and MP.
        if self.may_be_base64 && matches!(text, [b'M', b'A'..=b'P', ..]) {
            let mut reader = Base64Reader::default();
            reader.push(text, out)?;
            self.state = State::Base64(reader);
            return Ok(());
        }
        Err(Error::malformed_at(
            "CMS object",
            0,
            "it is neither DER nor BER, PEM or base64",
        ))
    }
}

/// Appends without leaving a copy behind where it does not fit.
fn hold(held: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let length = held.len() + more.len();
    if length > held.capacity() {
        let capacity = length.max(held.capacity() * 2).min(HELD);
        let mut wider = Zeroizing::new(Vec::with_capacity(capacity));
        wider.extend_from_slice(held);
        *held = wider;
    }
    held.extend_from_slice(more);
}

#[cfg(test)]
mod tests;
