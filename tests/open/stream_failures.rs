//! Streams that fail: a clear error, and never a byte that is not of the checked content.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use smime::crypto::ContentCipher;
use smime::engine::Step;
use smime::open::Checking;
use smime::report::Verdict;
use smime::{Error, ErrorKind, Opener};

use crate::ca::Key;
use crate::opener;
use crate::people::{ALICE, BOB, person, protector};
use crate::stream::{Counted, in_memory, long_mail, messages};

/// Size in bytes of the blocks that are compared.
const BLOCK: usize = 64 << 10;

fn bobs_opener() -> Opener {
    opener().identity(&person(Key::P384, BOB).identity)
}

/// The kind of a typed input or output error.
#[track_caller]
fn io_kind(error: &Error) -> io::ErrorKind {
    match error.kind() {
        ErrorKind::Io { source, .. } => source.kind(),
        _ => panic!("{error}"),
    }
}

/// A file that somebody else can write to.
#[derive(Clone)]
struct Shared(Arc<Mutex<Vec<u8>>>, u64);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.lock().unwrap();
        let from = usize::try_from(self.1).unwrap().min(bytes.len());
        let read = (&bytes[from..]).read(buffer)?;
        self.1 += u64::try_from(read).unwrap();
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let len = u64::try_from(self.0.lock().unwrap().len()).unwrap();
        self.1 = match position {
            SeekFrom::Start(position) => position,
            SeekFrom::End(0) => len,
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(self.1)
    }
}

type Change = fn(&mut Vec<u8>);

/// Whatever happens to the file between the passes: the true content, or the error and the beginning of it.
#[test]
fn a_file_that_changes_between_the_passes() {
    let changes: [(&str, Change); 8] = [
        ("first byte", |file| file[0] ^= 1),
        ("first block", |file| file[60_000] ^= 1),
        ("middle", |file| {
            let middle = file.len() / 2;
            file[middle] ^= 1;
        }),
        ("last byte", |file| *file.last_mut().unwrap() ^= 1),
        ("longer", |file| file.push(b'x')),
        ("shorter", |file| file.truncate(file.len() - 1)),
        ("swapped blocks", |file| {
            file[65_536..3 * 65_536].rotate_left(65_536)
        }),
        ("gone", |file| file.clear()),
    ];
    for (what, message) in messages(6000).into_iter().take(9) {
        let expected = in_memory(&bobs_opener().open(&message).unwrap()).content;
        for (how, change) in changes {
            let file = Shared(Arc::new(Mutex::new(message.clone())), 0);
            let checked = bobs_opener().open_seekable(file.clone()).unwrap();
            let verdict = checked.report().verdict();
            let mut stored = match checked.content() {
                smime::open::Content::Withheld(withheld) => withheld.dangerous(),
                smime::open::Content::Trusted(stored)
                | smime::open::Content::Untrusted(stored)
                | smime::open::Content::Unsigned(stored) => stored,
                _ => panic!("{verdict:?}"),
            };
            change(&mut file.0.lock().unwrap());
            let mut sink = Vec::new();
            match stored.copy_to(&mut sink) {
                Ok(_) => assert!(sink == expected, "{what}, {how}"),
                Err(error) => {
                    let is_change = matches!(error.kind(), ErrorKind::SourceChanged { .. });
                    assert!(is_change, "{what}, {how}: {error}");
                    assert!(expected.starts_with(&sink), "{what}, {how}");
                    let io: io::Error = error.into();
                    assert!(io.downcast::<Error>().is_ok());
                }
            }
        }
    }
}

/// Encrypted and signed, with a wrong digest named in the header of the signed part: the bytes have to go by again.
fn to_be_read_again() -> Vec<u8> {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let signed = protector().sign(&alice.identity);
    let signed = signed.protect(long_mail(6000)).unwrap();
    let signed = String::from_utf8(signed.message().to_vec()).unwrap();
    assert!(signed.contains("micalg=sha-256"));
    let encrypted = protector()
        .cipher(ContentCipher::Aes256Gcm)
        .encrypt_to([bob.certificate()]);
    let signed = signed.replace("micalg=sha-256", "micalg=sha-512");
    encrypted.protect(signed).unwrap().message().to_vec()
}

/// One pass; what it asks is answered.
fn go_by(checking: &mut Checking, bytes: &[u8], piece: usize) -> Result<Step, Error> {
    for piece in bytes.chunks(piece) {
        let mut step = checking.push(piece)?;
        while let Step::Ask(questions) = step {
            for (id, question) in questions {
                checking.answer(id, question.answer(None))?;
            }
            step = checking.push(&[])?;
        }
    }
    checking.finish()
}

/// What is read again is compared before it is decrypted: whoever can write to the file learns nothing of what other bytes
/// would have decrypted to.
#[test]
fn a_file_that_changes_while_it_is_checked() {
    let message = to_be_read_again();
    let len = message.len();
    assert!(len > 400_000 && len % BLOCK > 3);
    for piece in [BLOCK, 1000, 100_000, len] {
        let again = || {
            let mut checking = bobs_opener().checking().unwrap();
            let step = go_by(&mut checking, &message, piece).unwrap();
            assert!(matches!(step, Step::Again), "{step:?}");
            checking
        };
        let mut checking = again();
        let step = go_by(&mut checking, &message, piece).unwrap();
        assert!(matches!(step, Step::Finished), "{step:?}");
        let error = checking.push(b"more").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));

        let last = len - len % BLOCK;
        let changes: [(Change, usize); 6] = [
            (|file| file[10] ^= 1, 0),
            (|file| file[3 * BLOCK + 7] ^= 1, 3 * BLOCK),
            // In the tag of the encryption, or close to it.
            (|file| *file.iter_mut().nth_back(12).unwrap() ^= 1, last),
            (|file| file.truncate(file.len() - 1), last),
            (|file| file.push(b'x'), last),
            (|file| file.truncate(2 * BLOCK), 2 * BLOCK),
        ];
        for (index, (change, expected)) in changes.into_iter().enumerate() {
            let mut changed = message.clone();
            change(&mut changed);
            let mut checking = again();
            let error = go_by(&mut checking, &changed, piece).unwrap_err();
            let expected = u64::try_from(expected).unwrap();
            assert!(
                matches!(error.kind(), ErrorKind::SourceChanged { position } if *position == expected),
                "{piece} {index}: {error}"
            );
            assert!(checking.push(&message).is_err() && checking.finish().is_err());
            assert!(checking.into_plan().is_err());
        }
    }
}

/// Of each pass other bytes.
struct Fickle(Vec<Vec<u8>>, usize, io::Cursor<Vec<u8>>);

impl Read for Fickle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.2.read(buffer)
    }
}

impl Seek for Fickle {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        if position == SeekFrom::Start(0) {
            self.2 = io::Cursor::new(self.0[self.1].clone());
            self.1 += 1;
        }
        self.2.seek(position)
    }
}

#[test]
fn keys_are_not_asked_again_for_a_file_that_changes() {
    let message = to_be_read_again();
    let mut changed = message.clone();
    changed[100_000] ^= 1;
    let asked = Arc::new(AtomicUsize::new(0));
    let bob = person(Key::P384, BOB).identity;
    let opener = opener().resolver(Counted(bob, Arc::clone(&asked)));
    let fickle = |passes: [&Vec<u8>; 2]| {
        asked.store(0, Ordering::SeqCst);
        let passes = passes.map(Clone::clone).to_vec();
        let opened = opener.open_seekable(Fickle(passes, 0, io::Cursor::default()));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        opened
    };
    assert_eq!(
        fickle([&message, &message]).unwrap().report().to_string(),
        opener.open(&message).unwrap().report().to_string()
    );
    let error = fickle([&message, &changed]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SourceChanged { position } if *position == 65_536));
}

#[test]
fn what_waits_for_answers_is_bounded() {
    let message = [&to_be_read_again()[..], &vec![b' '; 2 << 20]].concat();
    let mut checking = bobs_opener().checking().unwrap();
    // All of one push may wait.
    let step = checking.push(&message).unwrap();
    let Step::Ask(questions) = step else {
        panic!("{step:?}");
    };
    for _ in 0..16 {
        let step = checking.push(&[b' '; BLOCK]).unwrap();
        assert!(matches!(step, Step::Ask(_)));
    }
    let mut answered = bobs_opener().checking().unwrap();
    answered.push(&message).unwrap();
    for (id, question) in questions {
        answered.answer(id, question.answer(None)).unwrap();
    }
    for _ in 0..40 {
        let step = answered.push(&[b' '; BLOCK]).unwrap();
        assert!(matches!(step, Step::Continue));
    }

    let error = checking.push(b" ").unwrap_err();
    assert!(
        error.to_string().contains("answer the questions"),
        "{error}"
    );
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
    assert!(checking.finish().is_err());
}

/// What one pass cannot do: never another content than the report is about.
#[test]
fn one_pass_is_not_enough() {
    let alice = person(Key::P256, ALICE);
    let signed = protector().sign(&alice.identity);
    let signed = signed.protect(long_mail(6000)).unwrap();
    let signed = String::from_utf8(signed.message().to_vec()).unwrap();
    let one_pass = |message: &str| {
        let mut sink = Vec::new();
        let dangerous = bobs_opener().dangerous();
        let report = dangerous.open_single_pass(message.as_bytes(), &mut sink);
        (report, sink)
    };
    let (report, _) = one_pass(&signed);
    assert_eq!(report.unwrap().verdict(), Verdict::Trusted);

    let wrong = signed.replace("micalg=sha-256", "micalg=sha-512");
    let (report, sink) = one_pass(&wrong);
    let opened = bobs_opener().open(wrong.as_bytes()).unwrap();
    assert_eq!(opened.report().verdict(), Verdict::Trusted);
    let report = report.unwrap();
    assert_ne!(report.verdict(), Verdict::Trusted, "{report}");
    assert!(sink == in_memory(&opened).content);

    let protocol = "protocol=\"application/pkcs7-signature\"";
    assert!(signed.contains(protocol));
    let without = signed.replace(protocol, "x=y");
    assert_ne!(
        bobs_opener()
            .open(without.as_bytes())
            .unwrap()
            .report()
            .verdict(),
        Verdict::Unsigned
    );
    let (report, _) = one_pass(&without);
    let error = report.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
}

/// Fails after so many bytes.
struct Breaks<'b>(&'b [u8], usize);

impl Read for Breaks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(self.1);
        if len == 0 {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        self.1 -= len;
        self.0.read(&mut buffer[..len])
    }
}

#[test]
fn a_pipe_that_breaks() {
    let message = &messages(6000)[7].1;
    for after in [0, 100, 65_536, 300_000] {
        let error = bobs_opener().open_stream(Breaks(message, after));
        assert_eq!(io_kind(&error.unwrap_err()), io::ErrorKind::ConnectionReset);
        let mut sink = Vec::new();
        let dangerous = bobs_opener().dangerous();
        let error = dangerous.open_single_pass(Breaks(message, after), &mut sink);
        assert_eq!(io_kind(&error.unwrap_err()), io::ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_message_that_is_cut_off() {
    for (what, message) in messages(3000) {
        for cut in [1, 2, 5, 100, 10_000, message.len() / 2] {
            let cut = &message[..message.len().saturating_sub(cut)];
            let memory = bobs_opener().open(cut);
            let stream = bobs_opener().open_stream(cut);
            match (memory, stream) {
                (Ok(memory), Ok(stream)) => {
                    let (one, other) = (memory.report(), stream.report());
                    assert_eq!(one.to_string(), other.to_string(), "{what}");
                }
                (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string(), "{what}"),
                (one, other) => panic!("{what}: {one:?}, {other:?}"),
            }
        }
    }
}

struct Refusing(usize, io::ErrorKind);

impl Write for Refusing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(self.1)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.1.into())
    }
}

#[test]
fn a_sink_that_fails() {
    let message = &messages(6000)[7].1;
    let checked = bobs_opener().open_stream(&message[..]).unwrap();
    let mut stored = checked.trusted().unwrap();
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::BrokenPipe] {
        for room in [0, 100_000, usize::MAX] {
            let error = stored.copy_to(Refusing(room, kind)).unwrap_err();
            assert_eq!(io_kind(&error), kind);
            let error = bobs_opener().dangerous();
            let error = error.open_single_pass(&message[..], Refusing(room, kind));
            assert_eq!(io_kind(&error.unwrap_err()), kind);
        }
    }
    let mut sink = Vec::new();
    stored.copy_to(&mut sink).unwrap();
    assert!(sink == in_memory(&bobs_opener().open(message).unwrap()).content);
}

fn is_empty(folder: &Path) -> bool {
    folder.read_dir().unwrap().next().is_none()
}

#[test]
fn nothing_is_left_of_the_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let opener = bobs_opener().spool_folder(folder.path());
    let messages = messages(6000);
    let checked = opener.open_stream(&messages[7].1[..]).unwrap();
    // Not even a name, while it is in use.
    assert!(is_empty(folder.path()));
    let mut sink = Vec::new();
    checked.trusted().unwrap().copy_to(&mut sink).unwrap();
    assert!(opener.open_stream(&messages[9].1[..]).is_err());
    assert!(opener.open_stream(Breaks(&messages[7].1, 100_000)).is_err());
    assert!(is_empty(folder.path()));

    let missing = folder.path().join("missing");
    let opener = bobs_opener().spool_folder(&missing);
    let error = opener.open_stream(&messages[0].1[..]).unwrap_err();
    assert_eq!(io_kind(&error), io::ErrorKind::NotFound);
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = bobs_opener().spool_folder(&file);
    let error = error.open_stream(&messages[0].1[..]).unwrap_err();
    assert_eq!(io_kind(&error), io::ErrorKind::NotADirectory);
}
