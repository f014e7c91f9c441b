//! Transformations one behind the other, each with a bounded buffer before it.

use zeroize::{Zeroize, Zeroizing};

use super::unlike;
use crate::cms::read::compressed::InflateReader;
use crate::cms::read::scanner::{Event, ObjectScanner};
use crate::crypto::decryptor::Decryptor;
use crate::mime::armour::ArmourReader;
use crate::mime::content_type::TransferEncoding;
use crate::mime::transfer::TransferReader;
use crate::open::view::Transform;
use crate::{Error, Limits};

/// Bytes that are decompressed in one step, so that even those that inflate most (1032 times) fill little memory.
const INFLATE_STEP: usize = 256;

/// Most that one such step gives, with what decompression has kept back.
const INFLATE_ROOM: usize = INFLATE_STEP * 1032 + (64 << 10);

/// What a step may give beyond the length of its input: bytes that were kept back.
const SLACK: usize = 256;

/// All transformations of one content, from outside in.
pub(super) struct Chain {
    stages: Vec<Stage>,
    /// The first stage that still matters: a range that is complete needs none before it.
    first: usize,
    /// Nothing more comes in.
    fed: bool,
    /// Everything has come out.
    finished: bool,
}

struct Stage {
    work: Work,
    input: Zeroizing<Vec<u8>>,
    /// How much of the input is done.
    at: usize,
    /// Nothing follows the input.
    is_last: bool,
}

enum Work {
    Range {
        skip: u64,
        left: u64,
    },
    Transfer(TransferReader),
    Armour(ArmourReader),
    Content(ObjectScanner),
    /// Of what a cipher authenticates the tag was compared in the first pass.
    Decrypt(Decryptor),
    Inflate(InflateReader),
    Done,
}

impl Chain {
    pub(super) fn new(steps: &[&Transform], limits: &Limits) -> Result<Chain, Error> {
        let mut stages = Vec::with_capacity(steps.len());
        for step in steps {
            if let Some(work) = Work::new(step, limits)? {
                stages.push(Stage {
                    work,
                    input: Zeroizing::new(Vec::new()),
                    at: 0,
                    is_last: false,
                });
            }
        }
        Ok(Chain {
            stages,
            first: 0,
            fed: false,
            finished: false,
        })
    }

    /// Takes in more. What was there before must have been worked off.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match self.stages.as_mut_slice() {
            [] => {
                out.extend_from_slice(input);
                Ok(())
            }
            [
                Stage {
                    work: Work::Inflate(_),
                    input: buffer,
                    ..
                },
                ..,
            ] => {
                room(buffer, input.len());
                buffer.extend_from_slice(input);
                Ok(())
            }
            // Without a copy.
            [first, later @ ..] => {
                let out = later.first_mut().map_or(out, |next| &mut next.input);
                if first.work.apply(input, out)? {
                    self.complete(0);
                }
                Ok(())
            }
        }
    }

    /// Nothing more will be pushed.
    pub(super) fn end(&mut self) {
        self.fed = true;
        match self.stages.get_mut(self.first) {
            Some(stage) => stage.is_last = true,
            None => self.finished = true,
        }
    }

    pub(super) fn is_fed(&self) -> bool {
        self.fed
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether there is something that [`Chain::advance`] can do.
    pub(super) fn has_input(&self) -> bool {
        let stages = self.stages.iter().skip(self.first);
        stages.into_iter().any(|stage| !stage.rest().is_empty())
    }

    /// Takes one step; `false` when there is none to take. The innermost stage goes first, so that no buffer gets more
    /// than one step gives.
    pub(super) fn advance(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        for index in (self.first..self.stages.len()).rev() {
            let Some((outer, inner)) = self.stages.split_at_mut_checked(index.saturating_add(1))
            else {
                break;
            };
            let Some(stage) = outer.last_mut() else {
                break;
            };
            let out = inner.first_mut().map_or(&mut *out, |next| &mut next.input);
            if !stage.rest().is_empty() {
                if stage.step(out)? {
                    self.complete(index);
                }
                return Ok(true);
            }
            if stage.is_last {
                std::mem::replace(&mut stage.work, Work::Done).finish(out)?;
                self.complete(index);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// This stage has given everything.
    fn complete(&mut self, index: usize) {
        self.first = index.saturating_add(1);
        self.end();
    }
}

impl Stage {
    fn rest(&self) -> &[u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Works on some of the input; `true` when nothing more can come out.
    fn step(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let now = match self.work {
            Work::Inflate(_) => rest.get(..INFLATE_STEP).unwrap_or(rest),
            _ => rest,
        };
        let is_complete = self.work.apply(now, out)?;
        self.at = self.at.saturating_add(now.len());
        if self.at >= self.input.len() {
            self.input.clear();
            self.at = 0;
        }
        Ok(is_complete)
    }
}

impl Work {
    /// `None` for what changes nothing.
    fn new(step: &Transform, limits: &Limits) -> Result<Option<Work>, Error> {
        Ok(Some(match step {
            Transform::Range { start, length } => Work::Range {
                skip: *start,
                left: *length,
            },
            Transform::Transfer(
                TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary,
            ) => return Ok(None),
            Transform::Transfer(encoding) => Work::Transfer(TransferReader::new(encoding)?),
            Transform::Armour { may_be_base64 } => Work::Armour(ArmourReader::new(*may_be_base64)),
            Transform::Content(content_type) => {
                Work::Content(ObjectScanner::new(*content_type, limits))
            }
            Transform::Decrypt(key) => Work::Decrypt(key.released()?),
            Transform::Inflate => Work::Inflate(InflateReader::new(limits)),
        }))
    }

    /// Appends what `input` stands for; `true` when nothing more can come out.
    fn apply(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<bool, Error> {
        match self {
            Work::Inflate(_) => room(out, INFLATE_ROOM),
            _ => room(out, input.len().saturating_add(SLACK)),
        }
        match self {
            Work::Range { skip, left } => {
                let rest = cut(input, skip).1;
                out.extend_from_slice(cut(rest, left).0);
                return Ok(*left == 0);
            }
            Work::Transfer(reader) => reader.push(input, out)?,
            Work::Armour(reader) => reader.push(input, out)?,
            Work::Content(scanner) => scanner.push(input, &mut |event| {
                if let Event::Octets(octets) = event {
                    room(out, octets.len());
                    out.extend_from_slice(octets);
                }
                Ok(())
            })?,
            Work::Decrypt(decryptor) => decryptor.push(input, out)?,
            Work::Inflate(reader) => reader.push(input, &mut |inflated| {
                room(out, inflated.len());
                out.extend_from_slice(inflated);
                Ok(())
            })?,
            Work::Done => {}
        }
        Ok(false)
    }

    /// Appends what is left.
    fn finish(self, out: &mut Vec<u8>) -> Result<(), Error> {
        room(out, SLACK);
        match self {
            Work::Range { left: 0, .. } | Work::Done => Ok(()),
            Work::Range { .. } => Err(unlike()),
            Work::Transfer(mut reader) => reader.finish(out),
            Work::Armour(mut reader) => reader.finish(out),
            Work::Content(scanner) => scanner.finish().map(drop),
            Work::Decrypt(decryptor) => decryptor.finish(&[], out),
            Work::Inflate(reader) => reader.finish(),
        }
    }
}

/// The first `count` bytes, or as many as there are, and the rest; `count` goes down by them.
fn cut<'i>(input: &'i [u8], count: &mut u64) -> (&'i [u8], &'i [u8]) {
    let here = usize::try_from(*count)
        .unwrap_or(usize::MAX)
        .min(input.len());
    *count = count.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
    input.split_at_checked(here).unwrap_or((input, &[]))
}

/// Makes room for so many bytes more. Growing leaves no copy behind.
fn room(buffer: &mut Vec<u8>, more: usize) {
    let needed = buffer.len().saturating_add(more);
    if needed > buffer.capacity() {
        let mut grown = Vec::with_capacity(needed.max(buffer.capacity().saturating_mul(2)));
        grown.extend_from_slice(buffer);
        buffer.zeroize();
        *buffer = grown;
    }
}
