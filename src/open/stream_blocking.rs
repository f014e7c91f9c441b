//! The blocking drivers of both passes.

use std::fmt;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::checking::{Checking, Plan};
use super::config::Config;
use super::machine::Root;
use super::release::{Next, Release};
use super::seal::{BLOCK, room_for};
use super::stored::{Releasable, Stored};
use crate::Error;
#[cfg(doc)]
use crate::ErrorKind;
use crate::engine::{Answer, Question, QuestionId, Step, answer_blocking};

/// Answers to questions, one by one.
pub(super) fn answers(
    config: &Config,
    questions: &[(QuestionId, Question)],
    twin: &str,
) -> Result<Vec<(QuestionId, Answer)>, Error> {
    let resolver = config.resolver.as_ref();
    let answered = questions.iter().map(|(id, question)| {
        answer_blocking(question, resolver, twin).map(|answer| (*id, answer))
    });
    answered.collect()
}

/// The first pass over all that `source` gives; `keep` gets a copy of it. `twin` names the function that awaits.
pub(super) fn check(
    config: &Arc<Config>,
    root: Root,
    source: &mut dyn Read,
    keep: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    twin: &str,
) -> Result<Checking, Error> {
    config.check_blocking(twin)?;
    let mut checking = Checking::new(config, root)?;
    go_by(&mut checking, config, source, keep, twin)?;
    Ok(checking)
}

/// What was found, after as many more passes over `source` as it takes; mostly none.
pub(super) fn planned<R: Read + Seek>(
    mut checking: Checking,
    config: &Config,
    source: &mut R,
    twin: &str,
) -> Result<Plan, Error> {
    while !checking.is_finished() {
        source.seek(SeekFrom::Start(0)).map_err(reading)?;
        go_by(&mut checking, config, source, &mut |_| Ok(()), twin)?;
    }
    checking.into_plan()
}

/// One pass.
fn go_by(
    checking: &mut Checking,
    config: &Config,
    source: &mut dyn Read,
    keep: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    twin: &str,
) -> Result<(), Error> {
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    let mut is_all = false;
    loop {
        let mut input: &[u8] = &[];
        if !is_all {
            let read = fill(source, &mut block).map_err(reading)?;
            input = block.get(..read).unwrap_or_default();
            is_all = input.is_empty();
        }
        keep(input)?;
        let mut step = checking.step(input, is_all)?;
        while let Step::Ask(questions) = step {
            for (id, answer) in answers(config, &questions, twin)? {
                checking.answer(id, answer)?;
            }
            step = checking.step(&[], is_all)?;
        }
        if matches!(step, Step::Finished | Step::Again) {
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or nothing more comes.
pub(super) fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled.min(buffer.len()))
}

pub(super) fn reading(source: io::Error) -> Error {
    Error::io("reading the message", source)
}

pub(super) fn writing(source: io::Error) -> Error {
    Error::io("writing the content", source)
}

impl<R: Read + Seek> Stored<R> {
    /// Writes the content to `sink` and flushes it; gives its length in bytes. It can be done again.
    ///
    /// # Errors
    /// [`ErrorKind::SourceChanged`]: what was written before is the beginning of the true content, and no more.
    /// [`ErrorKind::Io`] of the source, or of the sink with the kind that the sink gave.
    pub fn copy_to<W: Write>(&mut self, sink: W) -> Result<u64, Error> {
        let release = self.content.release()?;
        self.run(release, sink)
    }

    /// Writes a part as received, header included, by its [`super::StoredPart::path`].
    ///
    /// # Errors
    /// As [`Stored::copy_to`]; [`ErrorKind::Missing`]: there is no such part.
    pub fn part_to<W: Write>(&mut self, path: &str, sink: W) -> Result<u64, Error> {
        let release = self.content.release_part(path)?;
        self.run(release, sink)
    }

    /// Writes the body of a part with its transfer encoding undone; all of it for content that is no MIME.
    ///
    /// # Errors
    /// As [`Stored::part_to`]; [`ErrorKind::Malformed`] or [`ErrorKind::Unsupported`] when the transfer
    /// encoding cannot be undone.
    pub fn decoded_to<W: Write>(&mut self, path: &str, sink: W) -> Result<u64, Error> {
        let release = self.content.release_decoded(path)?;
        self.run(release, sink)
    }

    /// The content, to be read.
    ///
    /// # Errors
    /// What [`Release::push`] gives.
    pub fn reader(&mut self) -> Result<ContentReader<'_, R>, Error> {
        let release = self.content.release()?;
        Ok(self.reading(release))
    }

    fn run<W: Write>(&mut self, release: Release, mut sink: W) -> Result<u64, Error> {
        let mut reader = self.reading(release);
        let mut written = 0_u64;
        loop {
            let content = reader.next()?;
            if content.is_empty() {
                break;
            }
            sink.write_all(content).map_err(writing)?;
            let len = content.len();
            reader.consume(len);
            written = written.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        }
        sink.flush().map_err(writing)?;
        Ok(written)
    }

    fn reading(&mut self, release: Release) -> ContentReader<'_, R> {
        ContentReader {
            content: &self.content,
            source: &mut self.source,
            position: None,
            release,
            block: Zeroizing::new(Vec::new()),
            out: Zeroizing::new(Vec::new()),
            taken: 0,
        }
    }
}

/// Reads the content of a message. Made by [`Stored::reader`].
///
/// Errors are `io::Error` with the typed one inside: [`ErrorKind::SourceChanged`] above all. What was read before is the
/// beginning of the true content; after an error nothing more comes.
pub struct ContentReader<'s, R> {
    source: &'s mut R,
    content: &'s Releasable,
    /// Where the source stands; `None` before it was used.
    position: Option<u64>,
    release: Release,
    block: Zeroizing<Vec<u8>>,
    out: Zeroizing<Vec<u8>>,
    /// How much of it was taken.
    taken: usize,
}

impl<R: Read + Seek> ContentReader<'_, R> {
    /// Content that was not taken yet; empty at the end.
    fn next(&mut self) -> Result<&[u8], Error> {
        while self.taken >= self.out.len() {
            self.out.clear();
            self.taken = 0;
            match self.release.advance(&mut self.out)? {
                Next::Finished => break,
                Next::Content => {}
                Next::Push(range) => {
                    self.seek(range.start)?;
                    let buffer = room_for(&range, &mut self.block);
                    let read = fill(self.source, buffer).map_err(reading)?;
                    self.position = Some(range.end);
                    let block = self.block.get(..read).unwrap_or_default();
                    self.release.push(block, &mut self.out)?;
                }
            }
        }
        Ok(self.out.get(self.taken..).unwrap_or_default())
    }

    fn seek(&mut self, position: u64) -> Result<(), Error> {
        if self.position.is_none() {
            let len = self.source.seek(SeekFrom::End(0)).map_err(reading)?;
            self.content.check_length(len)?;
        }
        if self.position != Some(position) {
            self.source
                .seek(SeekFrom::Start(position))
                .map_err(reading)?;
        }
        Ok(())
    }
}

impl<R: Read + Seek> Read for ContentReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.next()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read + Seek> BufRead for ContentReader<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.next()?)
    }

    fn consume(&mut self, amount: usize) {
        self.taken = self.taken.saturating_add(amount);
    }
}

/// Lengths only.
impl<R> fmt::Debug for ContentReader<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ContentReader").field(&self.release).finish()
    }
}
