//! The asynchronous drivers of both passes, over tokio's traits. They need no particular runtime.

use std::io::{self, SeekFrom};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::buffer::Bytes;
use super::checking::{Checking, Plan};
use super::config::Config;
use super::machine::Root;
use super::opener::Opener;
use super::release::{Next, Release};
use super::seal::BLOCK;
use super::spool::Spool;
use super::stored::{Checked, Stored};
use super::stream_blocking::{reading, writing};
use crate::Error;
use crate::engine::{Step, answer_all};

impl Opener {
    /// Like [`Opener::open_seekable`], awaiting source, keys and resolver. Blocking keys and resolvers are called inline.
    ///
    /// # Errors
    /// As [`Opener::open_seekable`].
    pub async fn open_seekable_async<R>(&self, source: R) -> Result<Checked<R>, Error>
    where
        R: AsyncRead + AsyncSeek + Unpin,
    {
        seekable(self.config(), Root::Mail, source).await
    }

    /// Like [`Opener::open_cms_seekable`], awaiting source, keys and resolver.
    ///
    /// # Errors
    /// As [`Opener::open_seekable`].
    pub async fn open_cms_seekable_async<R>(&self, source: R) -> Result<Checked<R>, Error>
    where
        R: AsyncRead + AsyncSeek + Unpin,
    {
        seekable(self.config(), Root::Cms, source).await
    }

    /// Like [`Opener::verify_detached_seekable`], awaiting source and resolver.
    ///
    /// # Errors
    /// As [`Opener::open_seekable`].
    pub async fn verify_detached_seekable_async<R>(
        &self,
        content: R,
        signature: &[u8],
    ) -> Result<Checked<R>, Error>
    where
        R: AsyncRead + AsyncSeek + Unpin,
    {
        let root = Root::Detached(Bytes::copy(signature));
        seekable(self.config(), root, content).await
    }

    /// Like [`Opener::open_stream`], awaiting pipe, keys and resolver.
    ///
    /// The temporary file is written and read inline, 64 KiB at a time, without awaiting: what is written goes to memory first,
    /// and no runtime is needed. A future that is dropped leaves nothing behind.
    ///
    /// # Errors
    /// As [`Opener::open_stream`].
    pub async fn open_stream_async<R>(&self, pipe: R) -> Result<Checked<Spool>, Error>
    where
        R: AsyncRead + Unpin,
    {
        stream(self.config(), Root::Mail, pipe).await
    }

    /// Like [`Opener::open_cms_stream`], awaiting pipe, keys and resolver; see [`Opener::open_stream_async`].
    ///
    /// # Errors
    /// As [`Opener::open_stream`].
    pub async fn open_cms_stream_async<R>(&self, pipe: R) -> Result<Checked<Spool>, Error>
    where
        R: AsyncRead + Unpin,
    {
        stream(self.config(), Root::Cms, pipe).await
    }

    /// Like [`Opener::verify_detached_stream`], awaiting pipe and resolver; see [`Opener::open_stream_async`].
    ///
    /// # Errors
    /// As [`Opener::open_stream`].
    pub async fn verify_detached_stream_async<R>(
        &self,
        content: R,
        signature: &[u8],
    ) -> Result<Checked<Spool>, Error>
    where
        R: AsyncRead + Unpin,
    {
        let root = Root::Detached(Bytes::copy(signature));
        stream(self.config(), root, content).await
    }
}

async fn seekable<R>(config: &Arc<Config>, root: Root, mut source: R) -> Result<Checked<R>, Error>
where
    R: AsyncRead + AsyncSeek + Unpin,
{
    source.seek(SeekFrom::Start(0)).await.map_err(reading)?;
    let mut checking = Checking::new(config, root)?;
    check(&mut checking, config, &mut source, None).await?;
    let plan = planned(checking, config, &mut source).await?;
    Ok(Checked::new(plan, source))
}

async fn stream<R>(config: &Arc<Config>, root: Root, mut pipe: R) -> Result<Checked<Spool>, Error>
where
    R: AsyncRead + Unpin,
{
    let mut spool = Spool::create(config.spool_folder.as_deref())?;
    let mut checking = Checking::new(config, root)?;
    check(&mut checking, config, &mut pipe, Some(&mut spool)).await?;
    let plan = planned(checking, config, &mut spool).await?;
    Ok(Checked::new(plan, spool))
}

/// The first pass over all that `source` gives; `spool` gets a copy of it.
async fn check<R>(
    checking: &mut Checking,
    config: &Config,
    source: &mut R,
    mut spool: Option<&mut Spool>,
) -> Result<(), Error>
where
    R: AsyncRead + Unpin,
{
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    let mut is_all = false;
    loop {
        let mut input: &[u8] = &[];
        if !is_all {
            let read = fill(source, &mut block).await.map_err(reading)?;
            input = block.get(..read).unwrap_or_default();
            is_all = input.is_empty();
        }
        if let Some(spool) = &mut spool {
            spool.keep(input)?;
        }
        let mut step = checking.step(input, is_all)?;
        while let Step::Ask(questions) = step {
            for (id, answer) in answer_all(&questions, config.resolver.as_ref()).await {
                checking.answer(id, answer)?;
            }
            step = checking.step(&[], is_all)?;
        }
        if matches!(step, Step::Finished | Step::Again) {
            return Ok(());
        }
    }
}

/// What was found, after as many more passes over `source` as it takes; mostly none.
async fn planned<R>(mut checking: Checking, config: &Config, source: &mut R) -> Result<Plan, Error>
where
    R: AsyncRead + AsyncSeek + Unpin,
{
    while !checking.is_finished() {
        source.seek(SeekFrom::Start(0)).await.map_err(reading)?;
        check(&mut checking, config, source, None).await?;
    }
    checking.into_plan()
}

/// Reads until the buffer is full or nothing more comes.
async fn fill<R>(source: &mut R, buffer: &mut [u8]) -> io::Result<usize>
where
    R: AsyncRead + Unpin,
{
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest).await {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl<R: AsyncRead + AsyncSeek + Unpin> Stored<R> {
    /// Like [`Stored::copy_to`], awaiting source and sink.
    ///
    /// A [`Spool`] is read inline, 64 KiB at a time, without awaiting: it blocks the thread as long as the disk takes, if what was
    /// written is not in memory any more.
    ///
    /// # Errors
    /// As [`Stored::copy_to`].
    pub async fn copy_to_async<W>(&mut self, sink: W) -> Result<u64, Error>
    where
        W: AsyncWrite + Unpin,
    {
        let release = self.content.release()?;
        self.run_async(release, sink).await
    }

    /// Like [`Stored::part_to`], awaiting source and sink.
    ///
    /// # Errors
    /// As [`Stored::part_to`].
    pub async fn part_to_async<W>(&mut self, path: &str, sink: W) -> Result<u64, Error>
    where
        W: AsyncWrite + Unpin,
    {
        let release = self.content.release_part(path)?;
        self.run_async(release, sink).await
    }

    /// Like [`Stored::decoded_to`], awaiting source and sink.
    ///
    /// # Errors
    /// As [`Stored::decoded_to`].
    pub async fn decoded_to_async<W>(&mut self, path: &str, sink: W) -> Result<u64, Error>
    where
        W: AsyncWrite + Unpin,
    {
        let release = self.content.release_decoded(path)?;
        self.run_async(release, sink).await
    }

    async fn run_async<W>(&mut self, mut release: Release, mut sink: W) -> Result<u64, Error>
    where
        W: AsyncWrite + Unpin,
    {
        let mut block = Zeroizing::new(Vec::new());
        let mut out = Zeroizing::new(Vec::new());
        let (mut position, mut written) = (None, 0_u64);
        loop {
            match release.advance(&mut out)? {
                Next::Finished => break,
                Next::Content => {}
                Next::Push(range) => {
                    if position.is_none() {
                        let end = self.source.seek(SeekFrom::End(0)).await.map_err(reading)?;
                        self.content.check_length(end)?;
                    }
                    if position != Some(range.start) {
                        let start = SeekFrom::Start(range.start);
                        self.source.seek(start).await.map_err(reading)?;
                    }
                    let buffer = super::seal::room_for(&range, &mut block);
                    let read = fill(&mut self.source, buffer).await.map_err(reading)?;
                    position = Some(range.end);
                    release.push(block.get(..read).unwrap_or_default(), &mut out)?;
                }
            }
            sink.write_all(&out).await.map_err(writing)?;
            written = written.saturating_add(u64::try_from(out.len()).unwrap_or(u64::MAX));
            out.clear();
        }
        sink.flush().await.map_err(writing)?;
        Ok(written)
    }
}
