//! Where a message that can be read only once is kept until its content is given out.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
#[cfg(feature = "tokio")]
use std::{
    pin::Pin,
    task::{Context, Poll},
};

use crate::Error;

/// The received bytes of a message that came out of a pipe, in an anonymous temporary file.
///
/// They are as they were received: what was encrypted still is. The file has no name (or, where a system cannot do that,
/// one that only its owner can use), is never opened again, and is gone when this is dropped, or the process.
pub struct Spool(File);

impl Spool {
    /// # Errors
    /// [`crate::ErrorKind::Io`].
    pub(super) fn create(folder: Option<&Path>) -> Result<Spool, Error> {
        match folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        }
        .map(Spool)
        .map_err(|source| Error::io("creating the temporary file for the message", source))
    }

    /// Keeps these bytes too.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`].
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let kept = self.0.write_all(bytes);
        kept.map_err(|source| Error::io("keeping the message in a temporary file", source))
    }
}

impl Read for Spool {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for Spool {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}

/// Inline: what is read was just written, and is in memory or comes at the speed of a disk.
#[cfg(feature = "tokio")]
impl tokio::io::AsyncRead for Spool {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.0.read(buffer.initialize_unfilled())?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

#[cfg(feature = "tokio")]
impl tokio::io::AsyncSeek for Spool {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        self.0.seek(position).map(drop)
    }

    fn poll_complete(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(self.0.stream_position())
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool").finish_non_exhaustive()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ErrorKind;
    use crate::cert::TrustAnchors;
    use crate::open::config::Config;
    use crate::open::machine::Root;
    use crate::open::stream_blocking::check;

    #[test]
    fn a_disk_that_is_full() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut spool = Spool(full);
        let ca = crate::cert::ca::Ca::new("CA");
        let anchors = TrustAnchors::from_der(ca.certificate_der()).unwrap();
        let config = Arc::new(Config::new(&anchors));
        let mut mail = &b"From: a@example.org\r\n\r\nx"[..];
        let keep = &mut |bytes: &[u8]| spool.keep(bytes);
        let error = check(&config, Root::Mail, &mut mail, keep, "").unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull),
            "{error}"
        );
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let mut spool = Spool::create(None).unwrap();
        spool.keep(b"some").unwrap();
        spool.keep(b"thing").unwrap();
        let mut all = Vec::new();
        spool.rewind().unwrap();
        spool.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"something");
        assert_eq!(format!("{spool:?}"), "Spool { .. }");
    }
}
