//! A body that was given another transfer encoding on the way, or the same one anew.

use zeroize::Zeroizing;

use super::{Place, Trial};
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::Entity;
use crate::mime::header::{Field, HeaderBlock};
use crate::mime::quoted_printable::{BareLineFeed, QuotedPrintableWriter};

const FIELD: &str = "Content-Transfer-Encoding";

/// Line lengths of base64 in use: OpenSSL and PEM, RFC 2045, others; `None`: one line.
const WIDTHS: [Option<usize>; 5] = [Some(64), Some(76), Some(72), Some(60), None];

pub(super) fn all(entity: &Entity<'_>, place: &Place<'_>, trial: &mut Trial<'_>) -> Option<String> {
    let whose = place.body();
    match entity.encoding {
        TransferEncoding::QuotedPrintable => {
            let words = format!("with {whose} as it was before it became quoted-printable");
            decoded(entity, place, trial, &words)
        }
        TransferEncoding::Base64 => wrapped(entity, place, trial, whose).or_else(|| {
            let words = format!("with {whose} as it was before it became base64");
            decoded(entity, place, trial, &words)
        }),
        TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
            // Three characters for an octet, three more for 25 of them.
            let capacity = entity.body.len() * 3 + entity.body.len() / 8 + 16;
            let mut body = Zeroizing::new(Vec::with_capacity(capacity));
            let mut writer = QuotedPrintableWriter::new(BareLineFeed::Break);
            writer.push(entity.body, &mut body);
            writer.finish(&mut body);
            let words = format!("with {whose} as quoted-printable, which it may have been");
            let header = declared(&entity.header, Some("quoted-printable"));
            trial.text(&place.with(&[&header, b"\r\n", &body]), &words)
        }
        TransferEncoding::Other(_) => None,
    }
}

fn decoded(
    entity: &Entity<'_>,
    place: &Place<'_>,
    trial: &mut Trial<'_>,
    words: &str,
) -> Option<String> {
    let body = entity.decoded().ok()?;
    [Some("8bit"), Some("7bit"), None]
        .into_iter()
        .find_map(|encoding| {
            let header = declared(&entity.header, encoding);
            trial.text(&place.with(&[&header, b"\r\n", &body]), words)
        })
}

/// The same base64 in lines of other lengths; what stands after it is kept.
fn wrapped(
    entity: &Entity<'_>,
    place: &Place<'_>,
    trial: &mut Trial<'_>,
    whose: &str,
) -> Option<String> {
    let end = entity.body.trim_ascii_end().len();
    let (text, tail) = entity.body.split_at_checked(end)?;
    let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
    symbols.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let header = entity.raw.get(..entity.raw.len() - entity.body.len())?;
    WIDTHS.into_iter().find_map(|width| {
        let length = width.unwrap_or(symbols.len().max(1));
        let count = symbols.len() / length;
        let mut body = Zeroizing::new(Vec::with_capacity(symbols.len() + 2 * count));
        for line in symbols.chunks(length) {
            if !body.is_empty() {
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(line);
        }
        let words = match width {
            Some(width) => format!("with the base64 of {whose} in lines of {width} characters"),
            None => format!("with the base64 of {whose} in one line"),
        };
        trial.text(&place.with(&[header, &body, tail]), &words)
    })
}

/// The header with this transfer encoding, or without the field.
fn declared(header: &HeaderBlock, encoding: Option<&str>) -> Vec<u8> {
    let mut fields = header.fields.clone();
    let at = fields.iter().position(|field| field.is(FIELD));
    let new = |name: &str, value: &str| {
        Field::from_raw(name, format!("{name}: {value}\r\n").into_bytes())
    };
    match (at, encoding) {
        (Some(at), Some(value)) => {
            if let Some(field) = fields.get_mut(at) {
                *field = new(field.name(), value);
            }
        }
        (Some(at), None) => {
            fields.remove(at);
        }
        (None, Some(value)) => {
            let after = fields.iter().position(|field| field.is("Content-Type"));
            let after = after.map_or(fields.len(), |at| at + 1);
            fields.insert(after, new(FIELD, value));
        }
        (None, None) => {}
    }
    HeaderBlock { fields }.to_bytes()
}
