//! Looks at many bytes at once, for the usual case that there is nothing to find.
//!
//! Everything here is a scan that the compiler or `memchr` turns into vector instructions. The exact reason for
//! a refusal is for [`super::safety`] to find, line by line.

use memchr::{memchr, memmem, memrchr};

use super::safety::{FROM, Rule};
use crate::mime::fold::MAX_LINE;

/// Bytes looked at before a scan may end early.
const STEP: usize = 256;

/// Whether any two neighbours are what is looked for.
fn any_pair(bytes: &[u8], found: impl Fn(u8, u8) -> bool) -> bool {
    let next = bytes.get(1..).unwrap_or_default();
    bytes.chunks(STEP).zip(next.chunks(STEP)).any(|(a, b)| {
        let pairs = a.iter().zip(b);
        pairs.fold(false, |any, (a, b)| any | found(*a, *b))
    })
}

fn is_bare(before: u8, byte: u8) -> bool {
    (byte == b'\n') & (before != b'\r')
}

/// Whether there is a LF without CR. `after_cr`: the byte before the first one was a CR.
pub(super) fn has_bare_line_feed(bytes: &[u8], after_cr: bool) -> bool {
    (!after_cr && bytes.starts_with(b"\n")) || any_pair(bytes, is_bare)
}

/// How many LFs have no CR before them.
pub(super) fn bare_line_feeds(bytes: &[u8], after_cr: bool) -> usize {
    // No sum of one step exceeds 128.
    const STEP: usize = 128;
    let next = bytes.get(1..).unwrap_or_default();
    let steps = bytes.chunks(STEP).zip(next.chunks(STEP)).map(|(a, b)| {
        let pairs = a.iter().zip(b);
        let bare = pairs.map(|(a, b)| u8::from(is_bare(*a, *b)));
        usize::from(bare.fold(0u8, u8::wrapping_add))
    });
    steps.sum::<usize>() + usize::from(!after_cr && bytes.starts_with(b"\n"))
}

/// Cuts after the last LF: whole lines, and the beginning of another one.
pub(super) fn whole_lines(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(memrchr(b'\n', bytes).map_or(0, |at| at + 1))
}

/// The place of the first LF before this byte.
pub(super) fn line_that_begins_with(byte: u8, bytes: &[u8]) -> Option<usize> {
    // Most often there is none, and to find that out is faster than to look for it.
    any_pair(bytes, |a, b| (a == b'\n') & (b == byte))
        .then(|| memmem::find(bytes, &[b'\n', byte]))
        .flatten()
}

/// Whether whole lines, the last LF included, obey the rule. `false`: they may not.
pub(super) fn obey(rule: Rule, lines: &[u8]) -> bool {
    if !lines.is_ascii() || memchr(0, lines).is_some() || !are_short(lines) {
        return false;
    }
    let bad = |a: u8, b: u8| (a == b'\r') & (b != b'\n');
    match rule {
        Rule::Clean => !any_pair(lines, bad),
        Rule::CleanBinary => !has_bare_line_feed(lines, false) && !any_pair(lines, bad),
        Rule::Safe => {
            let bad_or_space = |a: u8, b: u8| {
                bad(a, b) | (((a == b' ') | (a == b'\t')) & ((b == b'\r') | (b == b'\n')))
            };
            !lines.starts_with(FROM)
                && !any_pair(lines, bad_or_space)
                && (memchr(b' ', lines).is_none() || memmem::find(lines, b"\nFrom ").is_none())
        }
    }
}

/// Whether no line is over the limit. It may say no of one that fills it.
fn are_short(mut lines: &[u8]) -> bool {
    while lines.len() > MAX_LINE {
        let window = lines.get(..=MAX_LINE).unwrap_or(lines);
        match memrchr(b'\n', window) {
            Some(at) => lines = lines.get(at + 1..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}
