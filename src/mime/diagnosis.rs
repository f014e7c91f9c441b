//! Why a digest does not match: changes that mail software is known to make.
//!
//! Nothing found here makes a signature valid. It tells a person where to look.

mod body;
mod footer;
mod header;
mod lines;

use zeroize::Zeroizing;

use super::entity::{Entity, Kind};
use super::line_ends::crlf_pieces;
use super::multipart;
use crate::Limits;

/// Bytes of a part that is looked at.
const MAX_PART: usize = 8 << 20;

/// Bytes of a part that is looked at for more than its line ends.
const MAX_THOROUGH: usize = 1 << 20;

/// Variants that are hashed.
const MAX_VARIANTS: usize = 64;

/// Text parts inside of a multipart that are looked at.
const MAX_TEXTS: usize = 3;

/// Looks for a change to `part` (raw, as received) under which `matches` says yes; names it. Bounded: nothing above
/// 8 MiB is looked at, nothing but line ends above 1 MiB, and at most 64 variants are tried.
///
/// The words go on after "it would match"; they hold nothing of the part but names of header fields.
pub(crate) fn diagnose(part: &[u8], matches: &mut dyn FnMut(&[u8]) -> bool) -> Option<String> {
    if part.len() > MAX_PART {
        return None;
    }
    let mut trial = Trial::new(part, matches);
    let canonical = Zeroizing::new(trial.canonical.to_vec());
    // The likeliest come first.
    let named = lines::all(part, &canonical, &mut trial)
        .or_else(|| lines::at_the_end(&canonical, &mut trial));
    if named.is_some() || part.len() > MAX_THOROUGH {
        return named;
    }
    lines::within(&canonical, &mut trial).or_else(|| {
        let limits = Limits::default();
        let entity = Entity::read(&canonical, &limits).ok()?;
        header::all(&entity, &mut trial)
            .or_else(|| parts(&entity, &mut trial))
            .or_else(|| texts(&entity, &mut trial))
    })
}

/// What is tried, and how much may still be.
struct Trial<'a> {
    matches: &'a mut dyn FnMut(&[u8]) -> bool,
    left: usize,
    /// The part with CRLF line ends, which did not match.
    canonical: Zeroizing<Vec<u8>>,
}

impl<'a> Trial<'a> {
    fn new(part: &[u8], matches: &'a mut dyn FnMut(&[u8]) -> bool) -> Self {
        let length = crlf_pieces(part).map(<[u8]>::len).sum();
        let mut canonical = Zeroizing::new(Vec::with_capacity(length));
        canonical.extend(crlf_pieces(part).flatten());
        Trial {
            matches,
            left: MAX_VARIANTS,
            canonical,
        }
    }

    /// Tries these bytes; one that changes nothing does not count.
    fn exactly(&mut self, bytes: &[u8], words: &str) -> Option<String> {
        if bytes == self.canonical.as_slice() {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        (self.matches)(bytes).then(|| words.to_owned())
    }

    /// Tries text with CRLF line ends, then with LF.
    fn text(&mut self, bytes: &[u8], words: &str) -> Option<String> {
        if bytes == self.canonical.as_slice() {
            return None;
        }
        self.exactly(bytes, words).or_else(|| {
            let with_lf = lines::to_lf(bytes);
            if with_lf.as_slice() == bytes {
                return None;
            }
            self.exactly(&with_lf, &format!("{words} and with LF line ends"))
        })
    }
}

/// Parts that were added to a multipart, or around it.
fn parts(entity: &Entity<'_>, trial: &mut Trial<'_>) -> Option<String> {
    let (Kind::Multipart { boundary } | Kind::MultipartSigned { boundary, .. }) = entity.kind()
    else {
        return None;
    };
    let split = multipart::split(entity.body, &boundary, entity.limits()).ok()?;
    let (last, others) = split.parts.split_last()?;
    let before = others.last()?;
    let kept = entity.raw.get(..end_of(before, entity.raw)?)?;
    let rest = entity.raw.get(end_of(last, entity.raw)?..)?;
    let without = Zeroizing::new([kept, rest].concat());
    let first = split.parts.first()?;
    trial
        .text(&without, "without the last of its parts (one was added)")
        .or_else(|| {
            let words = "with only the first of its parts (a multipart was put around it)";
            trial.text(first, words)
        })
}

/// The text parts, each on its own.
fn texts(entity: &Entity<'_>, trial: &mut Trial<'_>) -> Option<String> {
    let limits = entity.limits();
    let mut waiting = vec![(entity.raw, 0)];
    let mut found = 0;
    while let Some((raw, depth)) = waiting.pop() {
        let Ok(inner) = Entity::read(raw, limits) else {
            continue;
        };
        match inner.kind() {
            Kind::Multipart { boundary } | Kind::MultipartSigned { boundary, .. }
                if depth < limits.mime_depth =>
            {
                if let Ok(split) = multipart::split(inner.body, &boundary, limits) {
                    waiting.extend(split.parts.iter().rev().map(|part| (*part, depth + 1)));
                }
            }
            Kind::Leaf if found < MAX_TEXTS => {
                found += usize::from(inner.media_type().starts_with("text/"));
                let place = Place::of(&inner, entity)?;
                let named =
                    body::all(&inner, &place, trial).or_else(|| footer::all(&inner, &place, trial));
                if named.is_some() {
                    return named;
                }
            }
            _ => {}
        }
        if trial.left == 0 {
            return None;
        }
    }
    None
}

/// What stands around an entity in the part.
struct Place<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl<'a> Place<'a> {
    fn of(inner: &Entity<'_>, outer: &Entity<'a>) -> Option<Place<'a>> {
        let end = end_of(inner.raw, outer.raw)?;
        Some(Place {
            before: outer.raw.get(..end.checked_sub(inner.raw.len())?)?,
            after: outer.raw.get(end..)?,
        })
    }

    /// The part with something else in this place.
    fn with(&self, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let length = self.before.len() + length + self.after.len();
        let mut out = Zeroizing::new(Vec::with_capacity(length));
        out.extend_from_slice(self.before);
        out.extend(pieces.iter().copied().flatten());
        out.extend_from_slice(self.after);
        out
    }

    /// How to speak of the body of the entity.
    fn body(&self) -> &'static str {
        if self.before.is_empty() && self.after.is_empty() {
            "its body"
        } else {
            "the body of one of its parts"
        }
    }
}

/// Where a piece of `whole` ends in it.
fn end_of(piece: &[u8], whole: &[u8]) -> Option<usize> {
    let start = piece.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(piece.len())?;
    (end <= whole.len()).then_some(end)
}

#[cfg(test)]
mod tests;
