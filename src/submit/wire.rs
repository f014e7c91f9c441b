//! [`Wire`]: a stream that hands out one bounded reply at a time.
//!
//! mail-send reads replies without a bound in places, takes codes that differ within one reply, and drops what
//! follows a reply in the same read. Behind this stream it cannot see more than one reply, and none that is too large.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// RFC 5321 4.5.3.1.5 has 512; servers with long URLs in their text are seen in practice.
const LINE_LIMIT: usize = 2_048;
const LINES_LIMIT: usize = 100;
const REPLY_LIMIT: usize = 64 << 10;

/// What the session runs over: TCP or TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What has come from the server while nothing was asked.
pub(super) enum Pending {
    Nothing,
    Bytes,
    Closed,
}

pub(super) struct Wire {
    stream: Box<dyn Stream>,
    /// Read from the stream and not handed out yet.
    ahead: Vec<u8>,
    reply: ReplyBounds,
    closed: bool,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Wire {
        Wire {
            stream,
            ahead: Vec::new(),
            reply: ReplyBounds::default(),
            closed: false,
        }
    }

    /// The stream below, unless bytes were read ahead, which would be lost.
    pub(super) fn into_stream(self) -> Option<Box<dyn Stream>> {
        self.ahead.is_empty().then_some(self.stream)
    }

    /// Whether the other side has closed the connection.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Looks, without waiting, whether the server has said anything that nobody asked for.
    pub(super) async fn pending(&mut self) -> io::Result<Pending> {
        poll_fn(|context| {
            if self.ahead.is_empty() {
                match self.fill(context) {
                    Poll::Pending => return Poll::Ready(Ok(Pending::Nothing)),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(())) => {}
                }
            }
            Poll::Ready(Ok(if self.closed {
                Pending::Closed
            } else {
                Pending::Bytes
            }))
        })
        .await
    }

    fn fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; 1024];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        self.closed = buffer.filled().is_empty();
        self.ahead.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.ahead.is_empty() {
            ready!(this.fill(context))?;
        }
        let wanted = this.ahead.len().min(buffer.remaining());
        let mut count = 0;
        for byte in this.ahead.iter().take(wanted) {
            count += 1;
            if this.reply.push(*byte).map_err(io::Error::other)? {
                break;
            }
        }
        for byte in this.ahead.drain(..count) {
            buffer.put_slice(&[byte]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A reply that is larger or other than the protocol allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadReply {
    LineTooLong,
    TooManyLines,
    TooLong,
    CodesDiffer,
    CrInLine,
}

impl std::fmt::Display for BadReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadReply::LineTooLong => write!(f, "a reply line of more than {LINE_LIMIT} bytes"),
            BadReply::TooManyLines => write!(f, "a reply of more than {LINES_LIMIT} lines"),
            BadReply::TooLong => write!(f, "a reply of more than {REPLY_LIMIT} bytes"),
            BadReply::CodesDiffer => f.write_str("a reply with different codes in its lines"),
            BadReply::CrInLine => f.write_str("a reply with a CR inside a line"),
        }
    }
}

impl std::error::Error for BadReply {}

/// Follows a reply byte by byte and knows where it ends (RFC 5321 4.2.1).
#[derive(Default)]
struct ReplyBounds {
    total: usize,
    lines: usize,
    line: usize,
    code: [u8; 3],
    last: bool,
    /// The last byte was a CR, so the line has to end.
    cr: bool,
}

impl ReplyBounds {
    /// Takes the next byte; `true` when it is the last one of the reply.
    fn push(&mut self, byte: u8) -> Result<bool, BadReply> {
        self.total += 1;
        if byte == b'\n' {
            if self.last || self.line < 4 {
                *self = ReplyBounds::default();
                return Ok(true);
            }
            self.lines += 1;
            self.line = 0;
            self.cr = false;
            if self.lines >= LINES_LIMIT {
                return Err(BadReply::TooManyLines);
            }
            return Ok(false);
        }
        // mail-send passes over a CR: "250", CR and "-" would be a line that goes on, and "AU", CR and "TH" a keyword.
        if self.cr && byte != b'\r' {
            return Err(BadReply::CrInLine);
        }
        self.cr = byte == b'\r';
        if let Some(digit) = self.code.get_mut(self.line) {
            if self.lines > 0 && *digit != byte {
                return Err(BadReply::CodesDiffer);
            }
            *digit = byte;
        } else if self.line == 3 {
            self.last = byte != b'-';
        }
        self.line += 1;
        if self.line > LINE_LIMIT {
            return Err(BadReply::LineTooLong);
        }
        if self.total > REPLY_LIMIT {
            return Err(BadReply::TooLong);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// The first reply in the bytes, and how many bytes it has.
    fn bounds(bytes: &[u8]) -> Result<Option<usize>, BadReply> {
        let mut reply = ReplyBounds::default();
        for (at, byte) in bytes.iter().enumerate() {
            if reply.push(*byte)? {
                return Ok(Some(at + 1));
            }
        }
        Ok(None)
    }

    #[test]
    fn finds_the_end_of_a_reply() {
        assert_eq!(bounds(b"250 ok\r\n250 x\r\n"), Ok(Some(8)));
        assert_eq!(bounds(b"250-a\r\n250 b\r\n250 x\r\n"), Ok(Some(14)));
        assert_eq!(bounds(b"250\r\n250 x\r\n"), Ok(Some(5)));
        assert_eq!(bounds(b"250 ok\n250 x\r\n"), Ok(Some(7)));
        assert_eq!(bounds(b"250-a\r\n"), Ok(None));
    }

    #[test]
    fn smtp_07_a_reply_is_bounded() {
        assert_eq!(
            bounds(&b"250-a\r\n".repeat(200)),
            Err(BadReply::TooManyLines)
        );
        assert_eq!(bounds(&b"2".repeat(1 << 20)), Err(BadReply::LineTooLong));
        let long = [b"250-".as_slice(), &b"x".repeat(2_000), b"\r\n"].concat();
        assert_eq!(bounds(&long.repeat(90)), Err(BadReply::TooLong));
        assert_eq!(bounds(b"250-a\r\n550 b\r\n"), Err(BadReply::CodesDiffer));
    }

    /// Where this module sees the end of a reply, mail-send sees it too; else it would read on, into the next one.
    #[test]
    fn smtp_07_no_reply_goes_on_into_the_next() {
        const ALPHABET: &[u8; 7] = b"20.- \r\n";
        for number in 0..7_usize.pow(6) {
            let mut bytes = b"200".to_vec();
            bytes.extend((0..6).map(|place| ALPHABET[number / 7_usize.pow(place) % 7]));
            let Ok(end) = bounds(&bytes) else {
                continue;
            };
            let whole = &bytes[..end.unwrap_or(bytes.len())];
            let read =
                smtp_proto::response::parser::ResponseReceiver::default().parse(&mut whole.iter());
            let unfinished = matches!(read, Err(smtp_proto::Error::NeedsMoreData { .. }));
            let agree = match end {
                Some(_) => !unfinished,
                None => read.is_err(),
            };
            assert!(agree, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    /// A keyword is not put together from pieces, and a line that ends twice ends.
    #[test]
    fn smtp_07_a_cr_ends_a_line() {
        let split = b"250-x\r\n250 AU\rTH PLAIN\r\n";
        assert_eq!(bounds(split), Err(BadReply::CrInLine));
        assert_eq!(bounds(b"250\r-x\r\n"), Err(BadReply::CrInLine));
        assert_eq!(bounds(b"2\r50 x\r\n"), Err(BadReply::CrInLine));
        assert_eq!(bounds(b"250-a\r\r\n250 b\r\n"), Ok(Some(15)));
    }

    #[test]
    fn the_largest_reply_is_still_read() {
        let line = |mark: &str, size: usize| format!("250{mark}{}\r\n", "x".repeat(size - 6));
        // The line feed does not count.
        assert_eq!(bounds(line(" ", 2_049).as_bytes()), Ok(Some(2_049)));
        let longer = line(" ", 2_050);
        assert_eq!(bounds(longer.as_bytes()), Err(BadReply::LineTooLong));
        let lines = line("-", 10).repeat(99) + &line(" ", 10);
        assert_eq!(bounds(lines.as_bytes()), Ok(Some(1_000)));
        let more = line("-", 10) + &lines;
        assert_eq!(bounds(more.as_bytes()), Err(BadReply::TooManyLines));
        let large = line("-", 2_048).repeat(31) + &line(" ", 2_049);
        assert_eq!(bounds(large.as_bytes()), Ok(Some(65_537)));
        let larger = line("-", 2_049) + &line("-", 2_048).repeat(30) + &line(" ", 2_049);
        assert_eq!(bounds(larger.as_bytes()), Err(BadReply::TooLong));
    }

    #[test]
    fn a_bad_reply_is_named() {
        for (bad, words) in [
            (
                BadReply::LineTooLong,
                "a reply line of more than 2048 bytes",
            ),
            (BadReply::TooManyLines, "a reply of more than 100 lines"),
            (BadReply::TooLong, "a reply of more than 65536 bytes"),
            (
                BadReply::CodesDiffer,
                "a reply with different codes in its lines",
            ),
            (BadReply::CrInLine, "a reply with a CR inside a line"),
        ] {
            assert_eq!(bad.to_string(), words);
        }
    }

    #[tokio::test]
    async fn smtp_05_hands_out_one_reply_and_keeps_the_rest_visible() {
        let (near, mut far) = tokio::io::duplex(1024);
        far.write_all(b"220 go\r\n250 injected\r\n").await.unwrap();
        let mut wire = Wire::new(Box::new(near));
        let mut buffer = [0; 100];
        let count = wire.read(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..count], b"220 go\r\n");
        assert!(matches!(wire.pending().await, Ok(Pending::Bytes)));
        assert!(wire.into_stream().is_none());
    }

    #[tokio::test]
    async fn sees_that_the_other_side_has_closed() {
        let (near, far) = tokio::io::duplex(1024);
        let mut wire = Wire::new(Box::new(near));
        assert!(matches!(wire.pending().await, Ok(Pending::Nothing)));
        drop(far);
        assert!(matches!(wire.pending().await, Ok(Pending::Closed)));
    }
}
