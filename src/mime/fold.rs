//! Folding of header fields (RFC 5322 2.2.3).

/// Octets a line should not exceed, without CRLF (RFC 5322 2.1.1).
const WANTED: usize = 78;

/// Octets a line must not exceed, without CRLF (RFC 5322 2.1.1).
pub(crate) const MAX_LINE: usize = 998;

/// Writes one field, broken before white space so that lines have at most 78 octets where the value
/// has white space to break at. Unfolding gives the value back.
///
/// The value must not hold line breaks; [`super::header::Field::new`] checks that.
pub(crate) fn fold(name: &str, value: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + value.len() + 16);
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut column = out.len();
    let mut rest = value.trim_matches([' ', '\t']);
    let mut space = " ";
    let mut first = true;
    while !rest.is_empty() {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let needed = space.len() + word.len();
        // Right after the name a break only helps if the word then fits.
        if column + needed > WANTED && (!first || needed <= WANTED || column + needed > MAX_LINE) {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        out.extend_from_slice(space.as_bytes());
        out.extend_from_slice(word.as_bytes());
        column += needed;
        first = false;
        let next = after.find(|c| c != ' ' && c != '\t').unwrap_or(after.len());
        (space, rest) = after.split_at(next);
    }
    if first {
        out.push(b' ');
    }
    out.extend_from_slice(b"\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(name: &str, value: &str) -> String {
        String::from_utf8(fold(name, value)).unwrap()
    }

    #[test]
    fn breaks_only_at_white_space() {
        assert_eq!(text("Subject", "short"), "Subject: short\r\n");
        assert_eq!(text("Subject", ""), "Subject: \r\n");
        let (a, b) = ("a".repeat(60), "b".repeat(60));
        assert_eq!(
            text("Subject", &format!("{a}  {b}")),
            format!("Subject: {a}\r\n  {b}\r\n")
        );
        let id = format!("<{}>", "x".repeat(72));
        assert_eq!(text("Message-ID", &id), format!("Message-ID:\r\n {id}\r\n"));
        let long = "x".repeat(200);
        assert_eq!(text("X", &long), format!("X: {long}\r\n"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn unfolds_to_the_value(value in "([!-~]{1,40}[ \t]{1,3}){0,12}[!-~]{1,40}") {
            let folded = text("Name", &value);
            prop_assert_eq!(folded.replace("\r\n", ""), format!("Name: {value}"));
            for line in folded.split_terminator("\r\n") {
                prop_assert!(line.len() <= 78 && !line.trim().is_empty());
            }
        }
    }
}
