//! Changes to line ends, to white space beside them, and to the beginnings of lines.

use zeroize::Zeroizing;

use super::Trial;

/// Lines of text with CRLF line ends: what they hold, and their ends.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        line.split_at(content.len())
    })
}

/// The text with LF line ends.
pub(super) fn to_lf(text: &[u8]) -> Zeroizing<Vec<u8>> {
    map(text, 0, |line, end, out| {
        out.extend_from_slice(line);
        out.extend(end.strip_prefix(b"\r").unwrap_or(end));
    })
}

fn map(
    text: &[u8],
    growth: usize,
    mut line: impl FnMut(&[u8], &[u8], &mut Vec<u8>),
) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() + growth));
    for (content, end) in lines(text) {
        line(content, end, &mut out);
    }
    out
}

/// All line ends.
pub(super) fn all(raw: &[u8], canonical: &[u8], trial: &mut Trial<'_>) -> Option<String> {
    // A CR before CR LF was added on the way; any other was a line end.
    let doubled = map(canonical, 0, |line, end, out| {
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        out.extend_from_slice(end);
    });
    let words = "with CR LF in place of CR CR LF";
    if let Some(words) = trial.exactly(&doubled, words) {
        return Some(words);
    }
    let with_lf = to_lf(canonical);
    let lf = "with LF line ends (the sender signed before the line ends were converted to CRLF)";
    if let Some(words) = trial.exactly(&with_lf, lf) {
        return Some(words);
    }
    if raw != with_lf.as_slice() {
        let words = "as it arrived, with its line ends not converted to CRLF";
        if let Some(words) = trial.exactly(raw, words) {
            return Some(words);
        }
    }
    let bare = memchr::memchr_iter(b'\r', &doubled).count();
    let cr = map(&doubled, bare, |line, end, out| {
        for byte in line.iter().copied() {
            out.push(byte);
            out.extend((byte == b'\r').then_some(b'\n'));
        }
        out.extend_from_slice(end);
    });
    trial.text(&cr, "with each CR as a line end")
}

/// Line ends at the end.
pub(super) fn at_the_end(canonical: &[u8], trial: &mut Trial<'_>) -> Option<String> {
    let without_one = canonical.strip_suffix(b"\r\n").unwrap_or(canonical);
    let mut without_any = without_one;
    while let Some(rest) = without_any.strip_suffix(b"\r\n") {
        without_any = rest;
    }
    let one_more = Zeroizing::new([canonical, b"\r\n"].concat());
    let two_more = Zeroizing::new([canonical, b"\r\n\r\n"].concat());
    let mut named = trial.text(without_one, "without the line end at its end");
    if without_any.len() < without_one.len() {
        named = named.or_else(|| trial.text(without_any, "without the empty lines at its end"));
    }
    named
        .or_else(|| trial.text(&one_more, "with one more line end at its end"))
        .or_else(|| trial.text(&two_more, "with two more line ends at its end"))
}

/// White space before line ends, and what mailboxes do to lines that begin with "From ".
pub(super) fn within(canonical: &[u8], trial: &mut Trial<'_>) -> Option<String> {
    let trimmed = map(canonical, 0, |line, end, out| {
        let length = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
        out.extend(line.iter().take(length.map_or(0, |last| last + 1)));
        out.extend_from_slice(end);
    });
    // Of all white space at line ends, that of the signature separator is the most common.
    let separators = lines(canonical).filter(|(line, _)| *line == b"--").count();
    let separated = map(canonical, separators, |line, end, out| {
        out.extend_from_slice(line);
        out.extend((line == b"--").then_some(b' '));
        out.extend_from_slice(end);
    });
    let unquoted = map(canonical, 0, |line, end, out| {
        let quoted = line.starts_with(b">From ");
        out.extend(line.iter().skip(usize::from(quoted)));
        out.extend_from_slice(end);
    });
    let plain = lines(canonical).filter(|(line, _)| line.starts_with(b"From "));
    let quoted = map(canonical, plain.count(), |line, end, out| {
        out.extend(line.starts_with(b"From ").then_some(b'>'));
        out.extend_from_slice(line);
        out.extend_from_slice(end);
    });
    trial
        .text(&trimmed, "without white space at line ends")
        .or_else(|| trial.text(&separated, "with a space after \"--\" on a line of its own"))
        .or_else(|| {
            let words =
                "with \"From \" where lines begin with \">From \" (a mailbox puts the > there)";
            trial.text(&unquoted, words)
        })
        .or_else(|| trial.text(&quoted, "with \">From \" where lines begin with \"From \""))
}
