//! The asynchronous stream driver, over tokio's traits.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::error::ProtectError;
use super::layers::STEP;
use super::machine::Machine;
use super::protector::Protector;
use super::writer::Written;
use super::{Framing, nonblocking};
use crate::Error;

impl Protector {
    /// Protects the message that `reader` gives and writes it to `sink`, one message and one copy.
    /// An encrypted message with Bcc recipients is an error here. Lengths are indefinite unless
    /// [`Protector::framing`] says otherwise.
    ///
    /// The message is complete only when this returns `Ok`; a future that is dropped before leaves a
    /// truncated message in the sink. Blocking resolvers and keys are called inline.
    ///
    /// # Errors
    /// As [`Protector::protect`], and what reading or writing gives.
    pub async fn protect_stream_async<R, W>(
        &self,
        mut reader: R,
        mut sink: W,
    ) -> Result<Written<W>, ProtectError>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let config = self.config();
        let framing = config.framing.unwrap_or(Framing::Indefinite);
        let mut machine = Machine::new(config, framing, true)?;
        let mut input = Zeroizing::new(vec![0u8; STEP]);
        let mut out = Vec::new();
        loop {
            let read = reader.read(&mut input).await;
            let read = read.map_err(|source| Error::io("reading the message", source))?;
            let piece = Some(input.get(..read).unwrap_or_default()).filter(|_| read > 0);
            nonblocking::drive(config, &mut machine, piece, &mut out).await?;
            sink.write_all(&out).await.map_err(writing)?;
            out.clear();
            if piece.is_none() {
                sink.flush().await.map_err(writing)?;
                let envelope = machine.envelope().cloned();
                return Ok(Written {
                    sink,
                    report: machine.into_report(),
                    envelope,
                });
            }
        }
    }
}

fn writing(source: std::io::Error) -> Error {
    Error::io("writing the protected message", source)
}
