//! File names of parts (RFC 2183 2.3).

use crate::address::encoded_word::Joiner;
use crate::mime::content_type::{ContentType, with_parameters};
use crate::mime::header::HeaderBlock;

/// Characters of a name that is displayed.
const SHOWN: usize = 120;

/// The names a part was given: `filename` of Content-Disposition, then `name` of Content-Type. RFC 2231
/// and, as many senders write it, RFC 2047 are decoded.
pub(super) fn of(
    content_type: Option<&ContentType>,
    header: &HeaderBlock,
) -> impl Iterator<Item = String> {
    let disposition = header
        .get("Content-Disposition")
        .and_then(|field| with_parameters(&field.value()).ok())
        .and_then(|(_, parameters)| {
            let mut named = parameters
                .into_iter()
                .filter(|(name, _)| name == "filename");
            named.next().map(|(_, value)| value)
        });
    let name = content_type.and_then(|found| found.parameter("name").map(str::to_owned));
    disposition
        .into_iter()
        .chain(name)
        .map(|name| decoded(&name))
}

fn decoded(name: &str) -> String {
    let mut joiner = Joiner::default();
    for word in name.split([' ', '\t']).filter(|word| !word.is_empty()) {
        joiner.word(" ", word);
    }
    joiner.finish()
}

/// The first name that is left after everything has gone that is not for display.
pub(super) fn display(content_type: Option<&ContentType>, header: &HeaderBlock) -> Option<String> {
    of(content_type, header).find_map(|name| {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last
            .chars()
            .filter(|c| !is_hidden(*c))
            .take(SHOWN)
            .collect();
        let shown = shown.trim().to_owned();
        (!shown.is_empty() && shown != "." && shown != "..").then_some(shown)
    })
}

/// Control characters, and those of no width or that turn the direction of others.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}
