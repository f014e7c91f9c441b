//! The second pass: the received bytes once more, and the content out of them.

mod chain;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::buffer::Bytes;
use super::seal::{BLOCK, Seal};
use super::view::{Transform, View};
use crate::{Error, Limits};
use chain::Chain;

/// Gives out one content, without doing any input or output of its own.
///
/// It asks for the received bytes again, in order and only as far as the content reaches, compares every block with what was
/// checked in the first pass, and only then looks into it. A change elsewhere in the source is not looked for, and neither is
/// another length of it, which [`super::Stored`] compares with [`super::Plan::received`]: nothing of that can come out.
///
/// After an error it is spent, and so is what the call appended.
///
/// ```no_run
/// use smime::open::{Content, Next, Plan};
///
/// # fn show(plan: Plan, received: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// if let Content::Trusted(content) = plan.content() {
///     let (mut release, mut out) = (content.release()?, Vec::new());
///     loop {
///         match release.advance(&mut out)? {
///             Next::Push(range) => {
///                 let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
///                 release.push(&received[range], &mut out)?;
///             }
///             Next::Content => {}
///             Next::Finished => break,
///         }
///         print!("{}", String::from_utf8_lossy(&out));
///         out.clear();
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Release {
    /// How long the content is, where that is known before.
    len: Option<u64>,
    /// How much of it was given.
    given: u64,
    state: State,
}

/// What a [`Release`] wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The received bytes at these positions, all of them, in one [`Release::push`]: 64 KiB, or what is left at the end.
    Push(Range<u64>),
    /// Nothing: content was appended. Take it, then ask again.
    Content,
    /// Nothing any more: the content is complete.
    Finished,
}

enum State {
    /// Content in memory, and how much of it was given.
    Held(Bytes, usize),
    Bulk(Box<Running>),
    Spent,
}

/// Content that is taken from the received bytes.
struct Running {
    seal: Arc<Seal>,
    /// The number of the next block.
    block: u64,
    /// The received bytes that are of interest.
    window: Range<u64>,
    chain: Chain,
}

impl Release {
    pub(super) fn new(bytes: &Bytes, seal: &Arc<Seal>, limits: &Limits) -> Result<Release, Error> {
        match bytes.as_bulk() {
            Some(bulk) => Release::of_view(&bulk.view, Some(bulk.len), seal, limits),
            None => Ok(Release {
                len: Some(bytes.len()),
                given: 0,
                state: State::Held(bytes.clone(), 0),
            }),
        }
    }

    /// Of what stands there; `len` where it is known.
    pub(super) fn of_view(
        view: &View,
        len: Option<u64>,
        seal: &Arc<Seal>,
        limits: &Limits,
    ) -> Result<Release, Error> {
        let mut steps: Vec<&Transform> = view.outwards().collect();
        steps.reverse();
        let running = Running::new(&steps, Arc::clone(seal), limits)?;
        Ok(Release {
            len,
            given: 0,
            state: State::Bulk(Box::new(running)),
        })
    }

    /// What is wanted next. Content that can be given without more input is appended to `out`, a bounded amount at a time.
    ///
    /// # Errors
    /// As [`Release::push`].
    pub fn advance(&mut self, out: &mut Vec<u8>) -> Result<Next, Error> {
        self.guarded(out, |state, out| match state {
            State::Held(bytes, at) => {
                let rest = bytes.get().get(*at..).unwrap_or_default();
                let now = rest.get(..BLOCK).unwrap_or(rest);
                out.extend_from_slice(now);
                *at = at.saturating_add(now.len());
                Ok(match now.is_empty() {
                    true => Next::Finished,
                    false => Next::Content,
                })
            }
            State::Bulk(running) => running.advance(out),
            State::Spent => Err(spent()),
        })
    }

    /// Takes the bytes that [`Next::Push`] asked for, and appends content to `out`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::SourceChanged`]: they are not those of the first pass, or not as many.
    /// [`crate::ErrorKind::Misuse`]: nothing was asked for, or the release has failed before.
    pub fn push(&mut self, block: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.guarded(out, |state, out| match state {
            State::Bulk(running) => running.push(block, out),
            State::Held(..) => Err(Error::misuse(
                "the release asked for no bytes: call advance first",
            )),
            State::Spent => Err(spent()),
        })
    }

    /// Does one thing and counts what it gives. What a failing one has appended is taken back.
    fn guarded<T>(
        &mut self,
        out: &mut Vec<u8>,
        work: impl FnOnce(&mut State, &mut Vec<u8>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = out.len();
        let done = work(&mut self.state, out).and_then(|done| {
            let more = out.len().saturating_sub(before);
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            self.given = self.given.saturating_add(more);
            let is_over = match &self.state {
                State::Bulk(running) => running.chain.is_finished(),
                State::Held(..) | State::Spent => false,
            };
            match self.len {
                Some(len) if self.given > len || is_over && self.given != len => Err(unlike()),
                _ => Ok(done),
            }
        });
        if done.is_err() {
            out.truncate(before);
            self.state = State::Spent;
        }
        done
    }
}

impl Running {
    fn new(steps: &[&Transform], seal: Arc<Seal>, limits: &Limits) -> Result<Running, Error> {
        let mut window = 0..seal.total();
        let mut steps = steps;
        // What lies before and behind needs not even be read.
        while let Some((Transform::Range { start, length }, later)) = steps.split_first() {
            let start = window.start.saturating_add(*start);
            window = start..start.saturating_add(*length).min(window.end);
            steps = later;
        }
        let mut chain = Chain::new(steps, limits)?;
        if window.is_empty() {
            chain.end();
        }
        Ok(Running {
            seal,
            block: Seal::number_of(window.start),
            window,
            chain,
        })
    }

    fn advance(&mut self, out: &mut Vec<u8>) -> Result<Next, Error> {
        let before = out.len();
        while self.chain.advance(out)? {
            if out.len() > before {
                return Ok(Next::Content);
            }
        }
        if self.chain.is_finished() {
            return Ok(Next::Finished);
        }
        let range = self.seal.range(self.block);
        range.map(Next::Push).ok_or_else(unlike)
    }

    fn push(&mut self, block: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.chain.has_input() || self.chain.is_fed() {
            return Err(Error::misuse(
                "the release asked for no bytes: call advance first",
            ));
        }
        let range = self.seal.range(self.block).ok_or_else(unlike)?;
        self.seal.check(self.block, block)?;
        let from = self.window.start.saturating_sub(range.start);
        let to = self.window.end.min(range.end).saturating_sub(range.start);
        let wanted = usize::try_from(from)
            .ok()
            .zip(usize::try_from(to).ok())
            .and_then(|(from, to)| block.get(from..to));
        self.chain.push(wanted.ok_or_else(unlike)?, out)?;
        self.block = self.block.saturating_add(1);
        if self.window.end <= range.end {
            self.chain.end();
        }
        Ok(())
    }
}

/// The bytes are those of the first pass, and what comes out is not.
fn unlike() -> Error {
    Error::malformed("content", "it does not come out as it did before")
}

fn spent() -> Error {
    Error::misuse("this release has failed before; start a new one")
}

/// Lengths only.
impl fmt::Debug for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Release")
            .field("len", &self.len)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
