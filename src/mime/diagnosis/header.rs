//! Changes to the header of the part, which is signed with it.

use zeroize::Zeroizing;

use super::Trial;
use crate::mime::entity::Entity;
use crate::mime::header::{Field, HeaderBlock};

/// Fields that are left out one by one.
const MAX_FIELDS: usize = 6;

/// Characters of a field name in the words.
const SHOWN: usize = 60;

/// How a field is folded.
#[derive(Clone, Copy)]
enum Folding {
    /// On one line.
    None,
    /// Where it is, with this in place of the white space.
    Same(&'static [u8]),
    /// After each semicolon.
    Semicolons(&'static [u8]),
}

pub(super) fn all(entity: &Entity<'_>, trial: &mut Trial<'_>) -> Option<String> {
    let fields = &entity.header.fields;
    if fields.is_empty() {
        return None;
    }
    if let Some(words) = trial.text(
        entity.body,
        "without its header (the sender signed only the body)",
    ) {
        return Some(words);
    }
    for (folding, words) in [
        (Folding::None, "with its header fields not folded"),
        (
            Folding::Same(b"\t"),
            "with its header fields folded with a tab",
        ),
        (
            Folding::Same(b" "),
            "with its header fields folded with a space",
        ),
        (
            Folding::Semicolons(b"\t"),
            "with its header fields folded after each semicolon, with a tab",
        ),
        (
            Folding::Semicolons(b" "),
            "with its header fields folded after each semicolon, with a space",
        ),
    ] {
        let folded = fields.iter().map(|field| refold(field, folding)).collect();
        if let Some(words) = trial.text(&with_fields(entity, folded), words) {
            return Some(words);
        }
    }
    let removable = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.is("Content-Type"));
    for (at, removed) in removable.take(MAX_FIELDS) {
        let mut others = fields.clone();
        others.remove(at);
        let name: String = removed.name().chars().take(SHOWN).collect();
        let words = format!("without its header field {name}");
        if let Some(words) = trial.text(&with_fields(entity, others), &words) {
            return Some(words);
        }
    }
    None
}

/// The entity with these fields.
fn with_fields(entity: &Entity<'_>, fields: Vec<Field>) -> Zeroizing<Vec<u8>> {
    let header = HeaderBlock { fields }.to_bytes();
    Zeroizing::new([&header, &b"\r\n"[..], entity.body].concat())
}

fn refold(field: &Field, folding: Folding) -> Field {
    let raw = field.raw();
    let raw = raw.strip_suffix(b"\r\n").unwrap_or(raw);
    let mut out = Vec::with_capacity(raw.len() + 2);
    for (number, line) in raw.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if number == 0 {
            out.extend_from_slice(line);
            continue;
        }
        let text = line.trim_ascii_start();
        match folding {
            Folding::Same(space) => out.extend_from_slice(&[b"\r\n", space, text].concat()),
            Folding::None | Folding::Semicolons(_) => {
                out.push(b' ');
                out.extend_from_slice(text);
            }
        }
    }
    if let Folding::Semicolons(space) = folding {
        out = after_semicolons(&out, space);
    }
    out.extend_from_slice(b"\r\n");
    Field::from_raw(field.name(), out)
}

/// One line, broken after each semicolon that white space follows.
fn after_semicolons(line: &[u8], space: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    for (number, piece) in line.split(|byte| *byte == b';').enumerate() {
        if number == 0 {
            out.extend_from_slice(piece);
            continue;
        }
        out.push(b';');
        let text = piece.trim_ascii_start();
        if text.len() < piece.len() && !text.is_empty() {
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(space);
            out.extend_from_slice(text);
        } else {
            out.extend_from_slice(piece);
        }
    }
    out
}
