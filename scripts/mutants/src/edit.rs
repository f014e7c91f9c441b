//! Writing the wraps into a file, and finding the mutant behind a place in what was written.

use std::cmp::Reverse;

use crate::places::Wrap;

/// A file with mutants in it.
pub struct Edited {
    pub text: String,
    /// Where each piece begins in `text`, and where it is from.
    pieces: Vec<(usize, Origin)>,
    wraps: Vec<Wrap>,
}

enum Origin {
    /// This offset of the source.
    Source(usize),
    /// The text of this mutant.
    Mutant(usize),
}

/// Puts the wraps around the pieces of the source; the wider stand outside.
pub fn edit(source: &str, mut wraps: Vec<Wrap>) -> Edited {
    wraps.sort_by_key(|wrap| {
        let Wrap { range, number, .. } = wrap;
        (range.start, Reverse(range.end), !wrap.is_outermost, *number)
    });
    let mut writer = Writer {
        source,
        at: 0,
        text: String::new(),
        pieces: Vec::new(),
    };
    let mut open: Vec<&Wrap> = Vec::new();
    for wrap in &wraps {
        while let Some(last) = open.pop_if(|last| last.range.end <= wrap.range.start) {
            writer.put(last.range.end, last.number, &last.close);
        }
        writer.put(wrap.range.start, wrap.number, &wrap.open);
        open.push(wrap);
    }
    while let Some(last) = open.pop() {
        writer.put(last.range.end, last.number, &last.close);
    }
    writer.copy_to(source.len());
    Edited {
        text: writer.text,
        pieces: writer.pieces,
        wraps,
    }
}

impl Edited {
    /// The mutant at this offset of the text: whose text it is, or else the closest around it.
    pub fn blame(&self, offset: usize) -> Option<usize> {
        let piece = self.pieces.partition_point(|(begin, _)| *begin <= offset);
        let (begin, origin) = self.pieces.get(piece.checked_sub(1)?)?;
        match origin {
            Origin::Mutant(number) => Some(*number),
            Origin::Source(from) => {
                let at = from + (offset - begin);
                self.wraps
                    .iter()
                    .filter(|wrap| wrap.scope.contains(&at))
                    .min_by_key(|wrap| wrap.scope.len())
                    .map(|wrap| wrap.number)
            }
        }
    }

    /// Whether a mutant wrote what stands at this offset.
    pub fn is_written(&self, offset: usize) -> bool {
        let piece = self.pieces.partition_point(|(begin, _)| *begin <= offset);
        let piece = piece.checked_sub(1).and_then(|at| self.pieces.get(at));
        matches!(piece, Some((_, Origin::Mutant(_))))
    }
}

struct Writer<'s> {
    source: &'s str,
    at: usize,
    text: String,
    pieces: Vec<(usize, Origin)>,
}

impl Writer<'_> {
    fn copy_to(&mut self, end: usize) {
        self.pieces.push((self.text.len(), Origin::Source(self.at)));
        self.text.push_str(&self.source[self.at..end]);
        self.at = end;
    }

    fn put(&mut self, at: usize, number: usize, text: &str) {
        self.copy_to(at);
        self.pieces.push((self.text.len(), Origin::Mutant(number)));
        self.text.push_str(text);
    }
}
