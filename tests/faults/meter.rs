//! A stream that counts what goes through it, and ends after so many bytes.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// After how many bytes the server goes away, of its own and of the client's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub said: Option<usize>,
    pub heard: Option<usize>,
}

/// What has gone through, shared by everybody who holds a clone.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    cut: Cut,
    said: usize,
    heard: Vec<u8>,
}

impl Meter {
    pub fn new(cut: Cut) -> Meter {
        Meter(Arc::new(Mutex::new(Counts {
            cut,
            ..Counts::default()
        })))
    }

    pub fn said(&self) -> usize {
        self.0.lock().unwrap().said
    }

    /// All bytes of the client.
    pub fn heard(&self) -> Vec<u8> {
        self.0.lock().unwrap().heard.clone()
    }

    /// How much more may be written and read; an error when the end is reached, whichever way.
    fn left(&self) -> io::Result<(usize, usize)> {
        let counts = self.0.lock().unwrap();
        let said = counts.cut.said.map_or(usize::MAX, |cut| cut - counts.said);
        let heard = counts.cut.heard;
        let heard = heard.map_or(usize::MAX, |cut| cut - counts.heard.len());
        if said == 0 || heard == 0 {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "cut"));
        }
        Ok((said, heard))
    }
}

/// A stream with its [`Meter`].
pub struct Metered<S> {
    pub stream: S,
    pub meter: Meter,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (_, left) = self.meter.left()?;
        let mut space = vec![0; left.min(buffer.remaining()).min(16 << 10)];
        let mut part = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        let bytes = part.filled();
        buffer.put_slice(bytes);
        let mut counts = self.meter.0.lock().unwrap();
        counts.heard.extend_from_slice(bytes);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let (left, _) = self.meter.left()?;
        let bytes = &bytes[..bytes.len().min(left)];
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.meter.0.lock().unwrap().said += count;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
