//! Text that a list, a gateway or a virus scanner put after or before that of the sender.

use super::lines::lines;
use super::{Place, Trial};
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::Entity;

/// Places from the end at which a footer could begin, of each sort.
const CUTS: usize = 4;

/// Lines in which such a place is looked for.
const LAST_LINES: usize = 200;

pub(super) fn all(entity: &Entity<'_>, place: &Place<'_>, trial: &mut Trial<'_>) -> Option<String> {
    if entity.encoding == TransferEncoding::Base64 {
        return None;
    }
    let header = entity.raw.get(..entity.raw.len() - entity.body.len())?;
    let whose = place.body();
    for (cut, count) in ends(entity.body) {
        let kept = entity.body.get(..cut)?;
        let shorter = kept.strip_suffix(b"\r\n").unwrap_or(kept);
        let words = format!(
            "without the last {} of {whose} (a footer was added)",
            line(count)
        );
        let named = trial
            .exactly(&place.with(&[header, kept]), &words)
            .or_else(|| trial.exactly(&place.with(&[header, shorter]), &words));
        if named.is_some() {
            return named;
        }
    }
    for (cut, count) in beginnings(entity.body) {
        let kept = entity.body.get(cut..)?;
        let words = format!(
            "without the first {} of {whose} (a banner was added)",
            line(count)
        );
        let named = trial.exactly(&place.with(&[header, kept]), &words);
        if named.is_some() {
            return named;
        }
    }
    None
}

fn line(count: usize) -> String {
    match count {
        1 => "line".to_owned(),
        count => format!("{count} lines"),
    }
}

/// Where a footer could begin, from the end, and how many lines it then has: at a line that separates, or at
/// an empty one.
fn ends(body: &[u8]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let (mut separators, mut gaps) = (0, 0);
    let mut rest = body;
    for number in 1..=LAST_LINES {
        let text = rest.strip_suffix(b"\n").unwrap_or(rest);
        let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let (before, text) = text.split_at(start);
        let sort = if is_separator(text) {
            &mut separators
        } else {
            &mut gaps
        };
        // An empty last line separates nothing.
        let is_cut = is_separator(text) || (text.trim_ascii().is_empty() && number > 1);
        if is_cut && *sort < CUTS {
            *sort += 1;
            cuts.push((start, number));
        }
        if before.is_empty() {
            break;
        }
        rest = before;
    }
    cuts
}

/// Where the text after the first paragraphs begins, and how many lines stand before it.
fn beginnings(body: &[u8]) -> Vec<(usize, usize)> {
    let mut position = 0;
    let places = lines(body).take(LAST_LINES).enumerate();
    let cuts = places.filter_map(|(number, (text, end))| {
        position += text.len() + end.len();
        let is_gap = text.trim_ascii().is_empty() || is_separator(text);
        is_gap.then_some((position, number + 1))
    });
    cuts.take(CUTS).collect()
}

/// A line of at least two of `-_=*~#`, and nothing else but white space.
fn is_separator(line: &[u8]) -> bool {
    match line.trim_ascii() {
        [first, _, ..] if !b"-_=*~#".contains(first) => false,
        text @ [first, _, ..] => text.iter().all(|byte| byte == first),
        _ => false,
    }
}
