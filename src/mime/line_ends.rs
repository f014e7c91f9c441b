//! Line ends as a signature takes them.

use memchr::memchr_iter;

use super::content_type::TransferEncoding;
use super::entity::{Entity, Kind};
use super::multipart;

/// The bytes of a part with each bare LF as CRLF, as SMTP carried them (RFC 8551 3.1.1), without copying.
pub(crate) fn crlf_pieces(part: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut bare = memchr_iter(b'\n', part).filter(|at| {
        let before = at.checked_sub(1).and_then(|before| part.get(before));
        before != Some(&b'\r')
    });
    let mut position = Some(0);
    let mut owes_line_end = false;
    std::iter::from_fn(move || {
        if std::mem::take(&mut owes_line_end) {
            return Some(&b"\r\n"[..]);
        }
        let start = position?;
        let end = bare.next();
        owes_line_end = end.is_some();
        position = end.map(|at| at + 1);
        part.get(start..end.unwrap_or(part.len()))
    })
    .filter(|piece| !piece.is_empty())
}

/// [`crlf_pieces`] over bytes that come in pieces cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct CrlfStream {
    /// The last byte so far was CR.
    after_cr: bool,
}

impl CrlfStream {
    /// Gives `input` to `each` without copying, in slices that are not empty, with each bare LF as CRLF.
    pub(crate) fn push(&mut self, input: &[u8], each: &mut dyn FnMut(&[u8])) {
        let mut start = 0;
        for at in memchr_iter(b'\n', input) {
            let after_cr = match at.checked_sub(1) {
                Some(before) => input.get(before) == Some(&b'\r'),
                None => self.after_cr,
            };
            if after_cr {
                continue;
            }
            if let Some(text @ [_, ..]) = input.get(start..at) {
                each(text);
            }
            each(b"\r\n");
            start = at + 1;
        }
        if let Some(text @ [_, ..]) = input.get(start..) {
            each(text);
        }
        if let Some(last) = input.last() {
            self.after_cr = *last == b'\r';
        }
    }
}

/// Whether the entity, or a part of it, is sent as binary: then its line ends are data, and it is signed as
/// it is (RFC 8551 3.1.1).
///
/// Parts beyond the limits are not looked at.
pub(crate) fn is_binary(entity: &Entity<'_>) -> bool {
    let limits = entity.limits();
    let mut looked_at = 0;
    let mut waiting = vec![(entity.raw, 0)];
    while let Some((raw, depth)) = waiting.pop() {
        looked_at += 1;
        if looked_at > limits.mime_parts {
            return false;
        }
        let Ok(entity) = Entity::read(raw, limits) else {
            continue;
        };
        if entity.encoding == TransferEncoding::Binary {
            return true;
        }
        if depth == limits.mime_depth {
            continue;
        }
        match entity.kind() {
            Kind::MultipartSigned { boundary, .. } | Kind::Multipart { boundary } => {
                if let Ok(multipart) = multipart::split(entity.body, &boundary, limits) {
                    waiting.extend(multipart.parts.iter().map(|part| (*part, depth + 1)));
                }
            }
            Kind::Message => waiting.extend(entity.message_body().map(|body| (body, depth + 1))),
            Kind::Cms | Kind::DetachedSignature | Kind::Leaf => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use proptest::prelude::*;

    #[test]
    fn sig_20_each_bare_lf_becomes_crlf_and_nothing_else_changes() {
        for (given, expected) in [
            (&b""[..], &b""[..]),
            (b"a", b"a"),
            (b"\n", b"\r\n"),
            (b"a\nb", b"a\r\nb"),
            (b"a\r\nb\n", b"a\r\nb\r\n"),
            (b"\n\n\r\n\n", b"\r\n\r\n\r\n\r\n"),
            (b"a\rb\r\rc\r", b"a\rb\r\rc\r"),
            (b"a\r\r\nb\n\r", b"a\r\r\nb\r\n\r"),
        ] {
            let pieces: Vec<&[u8]> = crlf_pieces(given).collect();
            assert!(pieces.iter().all(|piece| !piece.is_empty()));
            assert_eq!(pieces.concat(), expected, "{given:?}");
            for step in 1..=given.len() {
                assert_eq!(
                    streamed(given.chunks(step)),
                    expected,
                    "{given:?} by {step}"
                );
            }
        }
    }

    fn streamed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
        let (mut stream, mut out) = (CrlfStream::default(), Vec::new());
        for piece in pieces {
            stream.push(piece, &mut |slice| {
                assert!(!slice.is_empty());
                out.extend_from_slice(slice);
            });
        }
        out
    }

    proptest! {
        #[test]
        fn sig_20_how_a_text_is_cut_does_not_matter(
            pieces in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"\r\na"[..]), 0..6), 0..12)
        ) {
            let joined = pieces.concat();
            let expected: Vec<u8> = crlf_pieces(&joined).flatten().copied().collect();
            prop_assert_eq!(streamed(pieces.iter().map(Vec::as_slice)), expected);
        }
    }

    #[test]
    fn text_with_crlf_is_one_piece() {
        let text = b"line\r\n".repeat(1000);
        assert_eq!(crlf_pieces(&text).count(), 1);
    }

    fn binary(text: &str) -> bool {
        is_binary(&Entity::read(text.as_bytes(), &Limits::default()).unwrap())
    }

    #[test]
    fn binary_is_found_at_any_depth() {
        let leaf = "Content-Transfer-Encoding: Binary\n\n\0\n";
        assert!(binary(leaf));
        let multipart = |part: &str| {
            format!(
                "Content-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n--x\n{part}\n--x--\n"
            )
        };
        assert!(binary(&multipart(leaf)));
        assert!(binary(&multipart(&format!(
            "Content-Type: message/rfc822\n\n{leaf}"
        ))));
        assert!(!binary(&multipart("Content-Transfer-Encoding: 8bit\n\nx")));
        // A header in the text, and one in an encoded message, are not headers of parts.
        assert!(!binary(&format!("Subject: x\n\n{leaf}")));
        assert!(!binary(
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29u\n"
        ));
    }
}
