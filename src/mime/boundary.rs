//! Boundaries of multipart bodies (RFC 2046 5.1.1).

/// A boundary from random bytes. It holds `=_`, which neither quoted-printable nor base64 can, so no
/// encoded body line equals its delimiter. In a Content-Type it needs quotes.
pub(crate) fn boundary(random: &[u8; 18]) -> String {
    format!("=_{}", base64_simd::URL_SAFE.encode_to_string(random))
}

/// What a delimiter line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// A part begins.
    Part,
    /// The last part has ended.
    Close,
}

/// Whether this line, without its line end, is a delimiter of the boundary: the whole line, only
/// followed by white space, so that a boundary that is the beginning of another one does not match it.
pub(crate) fn delimiter(line: &[u8], boundary: &[u8]) -> Option<Delimiter> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let (kind, length) = after_boundary(rest, rest.len());
    (length == rest.len()).then_some(kind)
}

/// What the text after `--boundary` makes of it if nothing else follows in the line, and how much of it belongs to the
/// delimiter: the dashes of a closing one, and white space. No more than `most` bytes are looked at.
pub(crate) fn after_boundary(rest: &[u8], most: usize) -> (Delimiter, usize) {
    let (kind, dashes) = match rest.starts_with(b"--") {
        true => (Delimiter::Close, 2),
        false => (Delimiter::Part, 0),
    };
    let padding = rest.iter().take(most).skip(dashes);
    let padding = padding.take_while(|b| matches!(b, b' ' | b'\t')).count();
    (kind, dashes + padding)
}

/// Checks the boundary parameter of a message. Longer and richer ones than RFC 2046 allows are in use.
pub(crate) fn check(boundary: &str) -> Result<(), &'static str> {
    if boundary.is_empty() {
        Err("the boundary parameter is empty")
    } else if boundary.len() > 200 {
        Err("the boundary parameter is too long")
    } else if !boundary.bytes().all(|b| matches!(b, b' '..=b'~')) || boundary.ends_with(' ') {
        Err("the boundary parameter holds a character that no boundary may hold")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_one_that_the_standard_allows() {
        let text = boundary(&[0xFF; 18]);
        assert_eq!(text, "=_________________________");
        assert!(check(&text).is_ok() && text.len() <= 70);
        for bad in ["", "a ", "ä", "a\tb", &"x".repeat(201)] {
            assert!(check(bad).is_err());
        }
    }

    #[test]
    fn sig_15_only_the_whole_line_is_a_delimiter() {
        for (line, found) in [
            (&b"--x"[..], Some(Delimiter::Part)),
            (b"--x \t", Some(Delimiter::Part)),
            (b"--x--", Some(Delimiter::Close)),
            (b"--x--  ", Some(Delimiter::Close)),
            (b"--xy", None),
            (b"--x-", None),
            (b"--x --", None),
            (b" --x", None),
            (b"-x", None),
            (b"--X", None),
        ] {
            assert_eq!(delimiter(line, b"x"), found);
        }
    }
}
