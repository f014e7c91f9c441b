//! A file longer than a number of 32 bits can say.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use smime::ErrorKind;
use smime::report::Verdict;

use crate::opener;
use crate::stream::long_mail;

/// A mail of so many bytes that nobody ever wrote; one byte of it may be another one.
struct Vast {
    header: Vec<u8>,
    len: u64,
    at: u64,
    /// Position of a byte that is another one, as long as it is not 0.
    changed: Arc<AtomicU64>,
}

const LINE: &[u8] = b"A line of a text that goes on and on and does not change at all.\r\n";

impl Vast {
    fn new(len: u64) -> Vast {
        let header = long_mail(0).into_bytes();
        Vast {
            header,
            len,
            at: 0,
            changed: Arc::default(),
        }
    }
}

impl Read for Vast {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let header = u64::try_from(self.header.len()).unwrap();
        let left = usize::try_from(self.len - self.at.min(self.len)).unwrap();
        let piece = match self.at.checked_sub(header) {
            None => &self.header[usize::try_from(self.at).unwrap()..],
            Some(at) => &LINE[usize::try_from(at % 66).unwrap()..],
        };
        let len = piece.len().min(left).min(buffer.len());
        buffer[..len].copy_from_slice(&piece[..len]);
        let until = self.at + u64::try_from(len).unwrap();
        let changed = self.changed.load(Ordering::SeqCst);
        if changed > 0 && (self.at..until).contains(&changed) {
            buffer[usize::try_from(changed - self.at).unwrap()] ^= 1;
        }
        self.at = until;
        Ok(len)
    }
}

impl Seek for Vast {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.at = match position {
            SeekFrom::Start(position) => position,
            SeekFrom::End(0) => self.len,
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(self.at)
    }
}

/// Counts, and compares with what should come.
struct Compared(Vast, u64);

impl Write for Compared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut expected = vec![0; bytes.len()];
        self.0.read_exact(&mut expected)?;
        assert!(expected == bytes, "other content near {}", self.1);
        self.1 += u64::try_from(bytes.len()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
#[ignore = "takes minutes: 5 GiB go by twice, and most of it once more"]
fn more_than_four_gigabytes() {
    const LEN: u64 = (5 << 30) + 123;
    assert_eq!(LINE.len(), 66);
    let vast = Vast::new(LEN);
    let switch = Arc::clone(&vast.changed);
    let checked = opener().open_seekable(vast).unwrap();
    assert_eq!(checked.report().verdict(), Verdict::Unsigned);
    let smime::open::Content::Unsigned(mut stored) = checked.content() else {
        panic!("signed");
    };
    assert_eq!(stored.len(), LEN);
    let mut sink = Compared(Vast::new(LEN), 0);
    assert_eq!(stored.copy_to(&mut sink).unwrap(), LEN);

    switch.store((4 << 30) + 77, Ordering::SeqCst);
    let mut sink = Compared(Vast::new(LEN), 0);
    let error = stored.copy_to(&mut sink).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SourceChanged { position } if *position == 4 << 30));
    assert_eq!(sink.1, 4 << 30);
}
