//! Streams over tokio's traits: waiting, dropped, with keys and resolvers that are awaited.

use std::future::Future;
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use smime::{Identity, Opener, PrivateKey};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::ca::Key;
use crate::drivers::{Slow, ready};
use crate::opener;
use crate::people::{BOB, person};
use crate::stream::{Seen, in_memory, long_mail, messages, streamed};

/// An opener whose key has to be awaited.
fn slow_opener() -> Opener {
    let bob = person(Key::P384, BOB);
    let public = bob.identity.key().public_key().spki_der().to_vec();
    let key = PrivateKey::external_async(Slow(bob.identity.key().clone(), public)).unwrap();
    opener().identity(&Identity::new(bob.identity.chain().to_vec(), key).unwrap())
}

fn expected(message: &[u8]) -> Seen {
    let bob = person(Key::P384, BOB);
    in_memory(&opener().identity(&bob.identity).open(message).unwrap())
}

/// Gives and takes a few thousand bytes, and is not ready every other time. It may end by never being ready.
struct Waits<T> {
    inner: T,
    is_ready: bool,
    left: usize,
}

impl<T> Waits<T> {
    fn new(inner: T, left: usize) -> Waits<T> {
        Waits {
            inner,
            is_ready: false,
            left,
        }
    }

    fn may(&mut self, context: &Context<'_>) -> bool {
        self.is_ready = !self.is_ready;
        context.waker().wake_by_ref();
        if self.is_ready && self.left > 0 {
            self.left -= 1;
            return true;
        }
        false
    }
}

impl AsyncRead for Waits<&[u8]> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.may(context) {
            return Poll::Pending;
        }
        let len = self.inner.len().min(buffer.remaining()).min(3000);
        let (now, later) = self.inner.split_at(len);
        buffer.put_slice(now);
        self.inner = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Waits<Vec<u8>> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.may(context) {
            return Poll::Pending;
        }
        let len = bytes.len().min(3000);
        self.inner.extend_from_slice(&bytes[..len]);
        Poll::Ready(Ok(len))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn keys_and_pipes_are_awaited() {
    for lines in [0, 6000] {
        let message = &messages(lines)[7].1;
        let expected = expected(message);
        let pipe = Waits::new(&message[..], usize::MAX);
        let checked = ready(slow_opener().open_stream_async(pipe)).unwrap();
        assert_eq!(streamed(checked), expected);
        let file = Cursor::new(message);
        let checked = ready(slow_opener().open_seekable_async(file)).unwrap();
        let mut stored = checked.trusted().unwrap();
        for _ in 0..2 {
            let mut sink = Waits::new(Vec::new(), usize::MAX);
            let len = ready(stored.copy_to_async(&mut sink)).unwrap();
            assert_eq!(len, stored.len());
            assert!(sink.inner == expected.content);
        }
        let (mut part, mut body) = (Vec::new(), Vec::new());
        ready(stored.part_to_async("", &mut part)).unwrap();
        assert!(part == expected.content);
        ready(stored.decoded_to_async("", &mut body)).unwrap();
        assert!(expected.content.ends_with(&body) && !body.is_empty());
        // By the blocking face it is a misuse, before anything is read.
        for error in [
            slow_opener().open_stream(io::empty()).unwrap_err(),
            slow_opener().open_seekable(Cursor::new(b"")).unwrap_err(),
            slow_opener().open_cms_stream(io::empty()).unwrap_err(),
        ] {
            assert!(error.to_string().contains("_async"), "{error}");
        }
        let error = slow_opener()
            .dangerous()
            .open_single_pass(io::empty(), io::sink())
            .unwrap_err();
        assert!(error.to_string().contains("_async"), "{error}");
    }
}

#[test]
fn below_mime_too() {
    let alice = person(Key::P256, crate::people::ALICE);
    let content = long_mail(3000).into_bytes();
    let signer = || crate::people::protector().sign(&alice.identity);
    let beside = signer().protect_cms(&content).unwrap();
    let whole = signer().opaque().protect_cms(&content).unwrap();
    let opener = opener().any_signer();
    let expected = in_memory(&opener.verify_detached(&content, &beside).unwrap());
    let file = Cursor::new(&content);
    let checked = ready(opener.verify_detached_seekable_async(file, &beside)).unwrap();
    assert_eq!(streamed(checked), expected);
    let checked = ready(opener.verify_detached_stream_async(&content[..], &beside)).unwrap();
    assert_eq!(streamed(checked), expected);
    let expected = in_memory(&opener.open_cms(&whole).unwrap());
    let checked = ready(opener.open_cms_seekable_async(Cursor::new(&whole))).unwrap();
    assert_eq!(streamed(checked), expected);
    let checked = ready(opener.open_cms_stream_async(&whole[..])).unwrap();
    assert_eq!(streamed(checked), expected);
}

/// Polls so often, and drops it.
fn dropped<T>(future: impl Future<Output = T>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..500 {
        assert!(future.as_mut().poll(&mut context).is_pending());
    }
}

#[test]
fn a_future_that_is_dropped_leaves_nothing() {
    let message = &messages(6000)[7].1;
    let folder = tempfile::tempdir().unwrap();
    let is_empty = || folder.path().read_dir().unwrap().next().is_none();
    let opener = slow_opener().spool_folder(folder.path());
    for reads in [0, 1, 50, 100] {
        dropped(opener.open_stream_async(Waits::new(&message[..], reads)));
        assert!(is_empty());
    }
    let checked = ready(opener.open_stream_async(&message[..])).unwrap();
    assert!(is_empty());
    let mut stored = checked.trusted().unwrap();
    let expected = expected(message).content;
    for writes in [0, 1, 30] {
        let mut sink = Waits::new(Vec::new(), writes);
        dropped(stored.copy_to_async(&mut sink));
        assert!(expected.starts_with(&sink.inner));
        assert!(sink.inner.len() < expected.len());
        assert_eq!(sink.inner.is_empty(), writes == 0);
        // And from the beginning.
        let mut sink = Vec::new();
        ready(stored.copy_to_async(&mut sink)).unwrap();
        assert!(sink == expected);
    }
}

#[test]
fn everything_can_be_sent() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let opener = opener();
    let message = messages(0)[0].1.clone();
    drop(is_send(opener.open_stream_async(&message[..])));
    drop(is_send(
        opener.verify_detached_stream_async(&message[..], b""),
    ));
    let file = Cursor::new(message);
    let checked = ready(is_send(opener.open_seekable_async(file))).unwrap();
    let smime::open::Content::Unsigned(mut stored) = is_send(checked).content() else {
        panic!("signed");
    };
    drop(is_send(stored.copy_to_async(Vec::new())));
    is_send(stored.reader().unwrap());
    is_send(opener.checking().unwrap());
}
