//! Content that is not held, through the drivers: what each of them does with a source that is not what it was.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom, Write};

use super::*;
use crate::cert::TrustAnchors;
use crate::open::bulk::{Bulk, BulkKind};
use crate::open::content::Opened;
use crate::open::opener::Opener;
use crate::open::seal::{BLOCK, Sealing};
use crate::open::view::View;
use crate::open::walk::Part as FoundPart;

const HEADER: &[u8] =
    b"Content-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\n";

/// A mail of some blocks. Its content is not all of it: some lies before and behind.
fn received() -> Vec<u8> {
    let body = (0..5 * BLOCK).map(|at| u8::try_from(at % 97 + 32).unwrap());
    [
        &[b'b'; BLOCK + 100][..],
        HEADER,
        &body.collect::<Vec<u8>>(),
        &[b'a'; 2 * BLOCK],
    ]
    .concat()
}

fn content(received: &[u8]) -> &[u8] {
    &received[BLOCK + 100..received.len() - 2 * BLOCK]
}

fn checked<R>(received: &[u8], source: R) -> Checked<R> {
    let mut sealing = Sealing::new().unwrap();
    sealing.push(received, &mut |_| Ok(())).unwrap();
    sealing.end(&mut |_| Ok(())).unwrap();
    let len = u64::try_from(content(received).len()).unwrap();
    let start = u64::try_from(BLOCK + 100).unwrap();
    let bulk = |head: &[u8]| {
        let bulk = Bulk {
            len,
            view: View::received().then(Transform::Range { start, length: len }),
            hashed: crate::open::bulk::Hashed::default(),
            kind: BulkKind::Leaf,
        };
        Bytes::bulk(Bytes::copy(head), bulk)
    };
    let part = FoundPart {
        order: Vec::new(),
        path: "1".into(),
        media_type: "image/png".into(),
        bytes: bulk(HEADER),
        is_mime: true,
        enclosing: Vec::new(),
    };
    let ca = crate::cert::ca::Ca::new("CA");
    let opener = Opener::new(&TrustAnchors::from_der(ca.certificate_der()).unwrap());
    let plain = opener.open(b"From: a@example.org\r\n\r\nx").unwrap();
    let protection = plain.message().parts()[0].protection();
    let message = Message::of(bulk(b""), vec![Part::new(&part, protection)]);
    let opened = Opened::new(plain.report().clone(), message);
    let seal = Arc::new(sealing.finish());
    Checked::new(Plan::new(opened, seal, Limits::default()), source)
}

fn stored<R>(received: &[u8], source: R) -> Stored<R> {
    match checked(received, source).content() {
        Content::Unsigned(stored) => stored,
        other => panic!("{other:?}"),
    }
}

/// Everything that can be copied, by both drivers.
fn copied(received: &[u8], source: &[u8]) -> Vec<(Vec<u8>, Result<u64, Error>)> {
    let mut all = Vec::new();
    let mut sink = Vec::new();
    let copied = stored(received, Cursor::new(source)).copy_to(&mut sink);
    all.push((sink, copied));

    let mut sink = Vec::new();
    let mut stored_one = stored(received, Cursor::new(source));
    let read = stored_one.reader().unwrap().read_to_end(&mut sink);
    let read = read.map(|read| u64::try_from(read).unwrap());
    all.push((sink, read.map_err(|error| error.downcast().unwrap())));

    #[cfg(feature = "tokio")]
    {
        let mut sink = Vec::new();
        let mut stored = stored(received, Cursor::new(source));
        let copied = ready(stored.copy_to_async(&mut sink));
        all.push((sink, copied));
    }
    all
}

/// Runs a future that never waits for anything outside.
#[cfg(feature = "tokio")]
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1000 {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future does not end");
}

#[test]
fn the_same_source_gives_the_content() {
    let received = received();
    for (sink, copied) in copied(&received, &received) {
        assert_eq!(sink, content(&received));
        assert_eq!(copied.unwrap(), u64::try_from(sink.len()).unwrap());
    }
}

#[test]
fn a_source_that_changed() {
    let received = received();
    let (end, behind) = (received.len() - 2 * BLOCK, received.len() - 1);
    let flipped = |at: usize| {
        let mut other = received.clone();
        other[at] ^= 1;
        (at / BLOCK, other)
    };
    let mut swapped = received.clone();
    swapped[3 * BLOCK..5 * BLOCK].rotate_left(BLOCK);
    let cases = [
        flipped(BLOCK),
        flipped(BLOCK + 100),
        flipped(2 * BLOCK),
        flipped(4 * BLOCK - 1),
        flipped(end - 1),
        // Outside of the content, but in a block of it.
        flipped(end),
        (3, swapped),
        // Longer and shorter is noticed before anything is read.
        (0, [&received, &b"x"[..]].concat()),
        (0, received[..behind].to_vec()),
        (0, received[..end].to_vec()),
        (0, Vec::new()),
    ];
    for (block, source) in cases {
        for (sink, copied) in copied(&received, &source) {
            let error = copied.unwrap_err();
            let ErrorKind::SourceChanged { position } = error.kind() else {
                panic!("{error}");
            };
            if block > 0 {
                assert_eq!(*position, u64::try_from(block * BLOCK).unwrap());
            }
            let given = (block * BLOCK).saturating_sub(BLOCK + 100);
            assert_eq!(sink, &content(&received)[..given]);
        }
    }
    // Of what is not read nothing can come out.
    for (_, source) in [flipped(0), flipped(behind)] {
        for (sink, copied) in copied(&received, &source) {
            copied.unwrap();
            assert_eq!(sink, content(&received));
        }
    }
}

/// Gives one byte, then is interrupted, then gives a few.
struct Hesitant(Cursor<Vec<u8>>, usize);

impl Read for Hesitant {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        let most = match self.1 % 3 {
            0 => return Err(io::ErrorKind::Interrupted.into()),
            1 => 1,
            _ => 4000,
        };
        let len = buffer.len().min(most);
        self.0.read(&mut buffer[..len])
    }
}

impl Seek for Hesitant {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}

#[test]
fn short_and_interrupted_reads_change_nothing() {
    let received = received();
    let source = Hesitant(Cursor::new(received.clone()), 0);
    let mut stored = stored(&received, source);
    // Again and again, and in pieces.
    for _ in 0..2 {
        let mut sink = Vec::new();
        stored.copy_to(&mut sink).unwrap();
        assert_eq!(sink, content(&received));
    }
    let mut reader = stored.reader().unwrap();
    let mut some = [0; 1000];
    reader.read_exact(&mut some).unwrap();
    assert_eq!(some, content(&received)[..1000]);
    let more = reader.fill_buf().unwrap().to_vec();
    assert!(content(&received)[1000..].starts_with(&more) && !more.is_empty());
    drop(reader);
    let mut all = Vec::new();
    stored.reader().unwrap().read_to_end(&mut all).unwrap();
    assert_eq!(all, content(&received));
    assert_eq!(stored.into_source().0.into_inner(), received);
}

#[test]
fn a_part_and_its_body() {
    let received = received();
    let mut stored = stored(&received, Cursor::new(&received));
    let part = stored.parts()[0].clone();
    assert_eq!((part.path(), part.media_type()), ("1", "image/png"));
    assert_eq!(part.len(), stored.len());
    assert_eq!(part.file_name().as_deref(), Some("a.png"));
    let (mut whole, mut body) = (Vec::new(), Vec::new());
    stored.part_to("1", &mut whole).unwrap();
    assert_eq!(whole, content(&received));
    stored.decoded_to("1", &mut body).unwrap();
    assert_eq!(body, &content(&received)[HEADER.len()..]);
    let error = stored.part_to("1.7\n", io::sink()).unwrap_err();
    assert_eq!(error.to_string(), "no part \"1.7\\n\" was found");
    assert!(stored.decoded_to("", io::sink()).is_err());
}

/// Takes so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.0);
        self.0 -= len;
        match len {
            0 => Err(io::ErrorKind::StorageFull.into()),
            len => Ok(len),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_sink_that_fails_says_what_it_said() {
    let received = received();
    let mut stored = stored(&received, Cursor::new(&received));
    for (room, expected) in [
        (0, io::ErrorKind::StorageFull),
        (2 * BLOCK, io::ErrorKind::StorageFull),
        (usize::MAX, io::ErrorKind::BrokenPipe),
    ] {
        let error = stored.copy_to(Full(room)).unwrap_err();
        let ErrorKind::Io { source, .. } = error.kind() else {
            panic!("{error}");
        };
        assert_eq!(source.kind(), expected);
    }
    // The source is as good as before.
    let mut sink = Vec::new();
    stored.copy_to(&mut sink).unwrap();
    assert_eq!(sink, content(&received));
}

/// Fails in the second pass.
struct Gone(Cursor<Vec<u8>>, usize);

impl Read for Gone {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = self
            .1
            .checked_sub(1)
            .ok_or(io::ErrorKind::ConnectionReset)?;
        self.0.read(buffer)
    }
}

impl Seek for Gone {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}

#[test]
fn a_source_that_fails_says_what_it_said() {
    let received = received();
    let mut sink = Vec::new();
    let source = Gone(Cursor::new(received.clone()), 2);
    let error = stored(&received, source).copy_to(&mut sink).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Io { source, .. } if source.kind() == io::ErrorKind::ConnectionReset)
    );
    assert_eq!(sink, &content(&received)[..2 * BLOCK - 100]);
}
