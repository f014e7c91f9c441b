//! Opens a message over every face, and holds the streaming ones to the one in memory.
//!
//! What `Opener::open` says of a message, `Opener::open_seekable` and `Opener::open_stream` have to say too, and give the
//! same content, whatever is held and whatever goes by.

use std::io::{self, Cursor, Read};

use smime::open::{Checked, Content, Message, Opened, Stored};
use smime::report::Verdict;
use smime::{Error, ErrorKind, Opener};

/// The functions of an opener that take all of a message, over every face.
pub trait Faces {
    /// As `Opener::open`.
    fn open_all(&self, raw: &[u8]) -> Result<Opened, Error>;
    /// As `Opener::open_cms`.
    fn open_cms_all(&self, cms: &[u8]) -> Result<Opened, Error>;
}

impl Faces for Opener {
    #[track_caller]
    fn open_all(&self, raw: &[u8]) -> Result<Opened, Error> {
        let opened = self.open(raw);
        for limits in LIMITS {
            let opener = held(self, limits);
            compare(&opened, raw, opener.open_seekable(Cursor::new(raw)));
        }
        compare(&opened, raw, self.open_stream(Dribble::new(raw)));
        opened
    }

    #[track_caller]
    fn open_cms_all(&self, cms: &[u8]) -> Result<Opened, Error> {
        let opened = self.open_cms(cms);
        for limits in LIMITS {
            let opener = held(self, limits);
            compare(&opened, cms, opener.open_cms_seekable(Cursor::new(cms)));
        }
        compare(&opened, cms, self.open_cms_stream(Dribble::new(cms)));
        opened
    }
}

/// How much is held: nothing that need not be, and some.
pub const LIMITS: [usize; 2] = [0, 600];

pub fn held(opener: &Opener, bytes: usize) -> Opener {
    opener.clone().held_bytes(bytes)
}

#[track_caller]
pub fn compare<R: io::Read + io::Seek>(
    expected: &Result<Opened, Error>,
    raw: &[u8],
    streamed: Result<Checked<R>, Error>,
) {
    let (expected, streamed) = match (expected, streamed) {
        (Ok(expected), Ok(streamed)) => (expected, streamed),
        (Err(expected), Err(streamed)) => {
            let kind = |error: &Error| std::mem::discriminant(error.kind());
            // Of several things that are wrong with a structure the first that goes by is told.
            let is_unread = |error: &Error| {
                matches!(
                    error.kind(),
                    ErrorKind::Malformed { .. }
                        | ErrorKind::Unsupported { .. }
                        | ErrorKind::UnsupportedAlgorithm { .. }
                )
            };
            if !(is_unread(&streamed) && is_unread(expected)) {
                assert_eq!(kind(&streamed), kind(expected), "{streamed}: {expected}");
            }
            return;
        }
        (Err(expected), Ok(streamed)) => panic!(
            "in memory: {expected}\nas a stream:\n{}\n{}",
            streamed.report(),
            String::from_utf8_lossy(raw)
        ),
        (Ok(expected), Err(streamed)) => panic!(
            "in memory:\n{}\nas a stream: {streamed}\n{}",
            expected.report(),
            String::from_utf8_lossy(&raw[..raw.len().min(3000)])
        ),
    };
    let report = words(&streamed.report().to_string());
    if report.contains("with the whole content in memory") {
        // A signature over the content itself, and not over its digest.
        assert_ne!(streamed.report().verdict(), Verdict::Trusted, "{report}");
        return;
    }
    let in_memory = words(&expected.report().to_string());
    // Which change of the content it was is looked for in memory only; of several things that are wrong with a structure the
    // first that goes by is told.
    let is_unread =
        |report: &str| report.contains("malformed CMS") || report.contains("is not supported");
    let is_other = is_unread(&in_memory) && is_unread(&report);
    if !in_memory.contains("it would match") && !is_other {
        assert_eq!(without_flaws(&report), without_flaws(&in_memory));
    }
    assert_eq!(streamed.report().verdict(), expected.report().verdict());
    match (streamed.content(), expected.content()) {
        (Content::Trusted(streamed), Content::Trusted(expected))
        | (Content::Untrusted(streamed), Content::Untrusted(expected))
        | (Content::Unsigned(streamed), Content::Unsigned(expected)) => same(streamed, &expected),
        (Content::Withheld(streamed), Content::Withheld(expected)) => {
            same(streamed.dangerous(), &expected.dangerous());
        }
        (streamed, expected) => panic!("{streamed:?} and {expected:?}"),
    }
}

#[track_caller]
fn same<R: io::Read + io::Seek>(mut streamed: Stored<R>, expected: &Message) {
    let mut content = Vec::new();
    streamed.copy_to(&mut content).unwrap();
    assert!(content == expected.bytes(), "the content differs");
    assert_eq!(streamed.encryption(), expected.encryption());
    assert_eq!(streamed.headers(), expected.headers());
    assert_eq!(streamed.parts().len(), expected.parts().len());
    let paths: Vec<String> = streamed
        .parts()
        .iter()
        .map(|p| p.path().to_owned())
        .collect();
    for (index, part) in expected.parts().iter().enumerate() {
        assert_eq!(paths[index], part.path());
        assert_eq!(streamed.parts()[index].media_type(), part.media_type());
        assert_eq!(streamed.parts()[index].protection(), part.protection());
        assert_eq!(streamed.parts()[index].file_name(), part.file_name());
        // Of several parts at one place the first is meant.
        if paths.iter().position(|path| *path == paths[index]) == Some(index) {
            content.clear();
            streamed.part_to(part.path(), &mut content).unwrap();
            assert!(content == part.bytes(), "part {:?} differs", part.path());
        }
    }
}

/// Without what it is that is malformed: each face says what it meets first.
fn without_flaws(report: &str) -> String {
    let ends = [
        ("the signature is malformed (", ") and cannot be checked"),
        ("was left out (", "); all else was judged"),
    ];
    ends.iter().fold(report.to_owned(), |report, (begin, end)| {
        let mut parts = report.split(begin);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept.push_str(begin);
            kept.push_str(part.find(end).map_or(part, |at| &part[at..]));
        }
        kept
    })
}

/// Without positions: those behind a content that is not held are others.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "byte" => out.push_str(words.next().map_or("", |_| "byte ")),
            _ => out.push_str(&format!("{word} ")),
        }
    }
    out.replace(" at byte", ":").replace(": :", ":")
}

/// Gives its bytes in pieces of odd sizes.
pub struct Dribble<'b> {
    bytes: &'b [u8],
    next: usize,
}

impl<'b> Dribble<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Dribble { bytes, next: 1 }
    }
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.next.min(self.bytes.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        self.next = self.next * 3 % 1021 + 1;
        Ok(count)
    }
}
