//! Sinks and readers that fail, futures and writers that are dropped: no panic, and never a message that looks whole.

use std::io::{self, ErrorKind, Write};

use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::protect::ProtectError;
use smime::report::{Encryption, Verdict};
use smime::{Opener, Protector, TrustAnchors};

use crate::ca::Key;
use crate::people::{ALICE, BOB, ca, now, person, protector};
use crate::random::Seeded;

/// A mail long enough for several steps.
fn long_mail() -> Vec<u8> {
    let head = "From: alice@example.org\r\nTo: bob@example.org\r\nContent-Type: text/plain\r\n\r\n";
    let line = "Streams of words, one line after the other.\r\n";
    [head, &line.repeat((400 << 10) / line.len())]
        .concat()
        .into()
}

/// Every way through the layers. Keys sign the same twice, so that bytes can be compared.
fn protectors() -> Vec<(&'static str, Protector)> {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::Rsa2048, BOB));
    let plain = || protector().danger_random(Seeded::new(7));
    let sign = || plain().sign(&alice.identity);
    let encrypt = |protector: Protector, cipher| {
        let protector = protector.encrypt_to([bob.certificate()]);
        protector.cipher(cipher).not_to_self()
    };
    vec![
        ("detached", sign()),
        ("opaque", sign().opaque()),
        ("compressed", sign().opaque().compress()),
        ("CBC", encrypt(plain(), ContentCipher::Aes256Cbc)),
        ("GCM", encrypt(plain(), ContentCipher::Aes256Gcm)),
        ("signed in CBC", encrypt(sign(), ContentCipher::Aes256Cbc)),
        (
            "signed in ChaCha20",
            encrypt(sign(), ContentCipher::ChaCha20Poly1305),
        ),
    ]
}

fn opener() -> Opener {
    let anchors = TrustAnchors::from_der(ca().certificate_der()).unwrap();
    Opener::new(&anchors)
        .policy(StandardPolicy::at(now()))
        .identity(&person(Key::Rsa2048, BOB).identity)
}

/// What is cut off must not be taken for the message.
#[track_caller]
fn assert_not_whole(case: &str, bytes: &[u8]) {
    if let Ok(opened) = opener().open(bytes) {
        let report = opened.report();
        assert_ne!(report.verdict(), Verdict::Trusted, "{case}");
        assert_eq!(report.encryption(), Encryption::None, "{case}");
    }
}

/// Takes so many bytes, a few at a time, interrupted often; then it fails, or fails when it is flushed.
struct Sink {
    taken: Vec<u8>,
    room: usize,
    most: usize,
    interrupted: bool,
    fails_at_flush: bool,
}

impl Sink {
    fn with_room(room: usize) -> Sink {
        Sink {
            taken: Vec::new(),
            room,
            most: usize::MAX,
            interrupted: false,
            fails_at_flush: false,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        let take = bytes.len().min(self.room - self.taken.len()).min(self.most);
        if take == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        self.taken.extend_from_slice(&bytes[..take]);
        Ok(take)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.fails_at_flush {
            true => Err(ErrorKind::BrokenPipe.into()),
            false => Ok(()),
        }
    }
}

fn whole(protector: &Protector, message: &[u8]) -> Vec<u8> {
    let mut writer = protector.writer(Vec::new()).unwrap();
    writer.write_all(message).unwrap();
    writer.finish().unwrap().sink
}

/// Writes all of it; the sink with what it took, and the first error.
fn into(mut sink: Sink, protector: &Protector, message: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
    let mut error = None;
    let mut writer = protector.writer(&mut sink).unwrap();
    for piece in message.chunks(100_000) {
        if let Err(failed) = writer.write_all(piece) {
            error.get_or_insert(failed.kind());
        }
    }
    if let Err(failed) = writer.finish() {
        let ProtectError::Failed(failed) = failed else {
            panic!("{failed}");
        };
        if error.is_none() {
            let smime::ErrorKind::Io { source, .. } = failed.kind() else {
                panic!("{failed}");
            };
            error = Some(source.kind());
        }
    }
    (sink.taken, error)
}

#[test]
fn sinks_that_are_slow_get_the_same_bytes() {
    let message = long_mail();
    for (case, protector) in protectors() {
        // A seeded source goes on; every run has its own.
        let expected = whole(&protector.clone().danger_random(Seeded::new(1)), &message);
        let mut sink = Sink::with_room(usize::MAX);
        sink.most = 1009;
        let protector = protector.danger_random(Seeded::new(1));
        let (taken, error) = into(sink, &protector, &message);
        assert_eq!(error, None, "{case}");
        assert!(taken == expected, "{case}");
    }
}

#[test]
fn a_sink_that_fails_ends_the_message() {
    let message = long_mail();
    for (case, protector) in protectors() {
        let protector = |seed| protector.clone().danger_random(Seeded::new(seed));
        let expected = whole(&protector(1), &message);
        let length = expected.len();
        for room in [
            0,
            1,
            100,
            length / 2,
            length - 3000,
            length - 30,
            length - 1,
        ] {
            let (taken, error) = into(Sink::with_room(room), &protector(1), &message);
            assert_eq!(error, Some(ErrorKind::StorageFull), "{case}, {room}");
            assert!(taken == expected[..room], "{case}, {room}");
            // The last bytes are line ends and a delimiter.
            if room < length - 100 {
                assert_not_whole(case, &taken);
            }
        }
        let mut sink = Sink::with_room(length);
        sink.fails_at_flush = true;
        let (taken, error) = into(sink, &protector(1), &message);
        assert_eq!(error, Some(ErrorKind::BrokenPipe), "{case}");
        assert!(taken == expected, "{case}");
    }
}

#[test]
fn a_writer_that_is_dropped_leaves_no_whole_message() {
    let message = long_mail();
    for threads in [1, 2] {
        for (case, protector) in protectors() {
            for length in [0, 50, 300_000, message.len()] {
                let mut sink = Vec::new();
                let mut writer = protector
                    .clone()
                    .threads(threads)
                    .writer(&mut sink)
                    .unwrap();
                writer.write_all(&message[..length]).unwrap();
                writer.flush().unwrap();
                drop(writer);
                assert_not_whole(case, &sink);
            }
        }
    }
}

/// However many threads.
#[test]
fn threads_do_not_change_the_bytes() {
    let message = long_mail();
    for (case, protector) in protectors() {
        let with = |threads| {
            let protector = protector.clone().danger_random(Seeded::new(3));
            whole(&protector.threads(threads), &message)
        };
        let expected = with(1);
        for threads in [0, 2, 3, usize::MAX] {
            assert!(with(threads) == expected, "{case}, {threads}");
        }
        let in_memory = |threads| {
            let protector = protector.clone().danger_random(Seeded::new(3));
            protector.threads(threads).protect(&message).unwrap()
        };
        assert!(in_memory(1).message() == in_memory(2).message(), "{case}");
    }
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use std::pin::{Pin, pin};
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll, Waker};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::*;

    /// Gives and takes a little, pending in between; the reader fails at the end if it shall.
    struct Reader<'m> {
        rest: &'m [u8],
        fails: bool,
        is_ready: bool,
    }

    impl AsyncRead for Reader<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.is_ready = !self.is_ready;
            if self.is_ready {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.rest.is_empty() && self.fails {
                return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
            }
            let (now, later) = self
                .rest
                .split_at(self.rest.len().min(10_000).min(buffer.remaining()));
            buffer.put_slice(now);
            self.rest = later;
            Poll::Ready(Ok(()))
        }
    }

    #[derive(Clone)]
    struct Shared(Arc<Mutex<Sink>>);

    impl AsyncWrite for Shared {
        fn poll_write(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            match self.0.lock().unwrap().write(bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                done => Poll::Ready(done),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(self.0.lock().unwrap().flush())
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    /// Polls so often; what the sink has then, and the result if there is one.
    fn poll(
        protector: &Protector,
        reader: Reader<'_>,
        sink: Sink,
        polls: usize,
    ) -> (Vec<u8>, Option<Result<(), ProtectError>>) {
        let sink = Shared(Arc::new(Mutex::new(sink)));
        let mut result = None;
        {
            let mut future = pin!(protector.protect_stream_async(reader, sink.clone()));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
                    result = Some(done.map(drop));
                    break;
                }
            }
        }
        let taken = std::mem::take(&mut sink.0.lock().unwrap().taken);
        (taken, result)
    }

    fn reader(message: &[u8], fails: bool) -> Reader<'_> {
        Reader {
            rest: message,
            fails,
            is_ready: false,
        }
    }

    #[test]
    fn a_future_that_is_dropped_leaves_no_whole_message() {
        let message = long_mail();
        for (case, protector) in protectors() {
            for threads in [1, 2] {
                let protector = protector.clone().threads(threads);
                for polls in [0, 1, 2, 20, 38] {
                    let room = Sink::with_room(usize::MAX);
                    let (taken, result) = poll(&protector, reader(&message, false), room, polls);
                    assert!(result.is_none(), "{case}");
                    assert_not_whole(case, &taken);
                }
            }
        }
    }

    #[test]
    fn readers_and_sinks_that_fail_are_named() {
        let message = long_mail();
        for (case, protector) in protectors() {
            let seeded = || protector.clone().danger_random(Seeded::new(5));
            let expected = whole(&seeded(), &message);
            let room = || Sink::with_room(usize::MAX);
            let (taken, result) = poll(&seeded(), reader(&message, false), room(), usize::MAX);
            assert!(result.unwrap().is_ok() && taken == expected, "{case}");

            let (taken, result) = poll(&protector, reader(&message, true), room(), usize::MAX);
            let error = result.unwrap().unwrap_err().to_string();
            assert!(error.contains("reading the message"), "{case}: {error}");
            assert_not_whole(case, &taken);

            let half = Sink::with_room(expected.len() / 2);
            let (taken, result) = poll(&seeded(), reader(&message, false), half, usize::MAX);
            let error = result.unwrap().unwrap_err().to_string();
            assert!(error.contains("writing the protected"), "{case}: {error}");
            assert!(taken == expected[..expected.len() / 2], "{case}");

            let mut sink = room();
            sink.fails_at_flush = true;
            let (_, result) = poll(&protector, reader(&message, false), sink, usize::MAX);
            assert!(result.unwrap().is_err(), "{case}");
        }
    }
}
