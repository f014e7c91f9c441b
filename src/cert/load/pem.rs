//! PEM: read with all that people put around and into it, written as RFC 7468 says.

use zeroize::Zeroizing;

use crate::Error;

const WHAT: &str = "PEM file";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// One block.
pub(super) struct Block {
    pub label: String,
    /// RFC 1421 encryption (`Proc-Type: 4,ENCRYPTED`), which hides what the bytes are.
    pub encrypted: bool,
    /// The decoded bytes.
    pub der: Zeroizing<Vec<u8>>,
    /// Position of the block in the file.
    pub position: u64,
}

impl Block {
    /// Whether it holds one of the private key forms.
    pub(super) fn is_private_key(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }
}

/// Whether there is at least the beginning of a block.
pub(super) fn is_pem(input: &[u8]) -> bool {
    Lines::new(input).any(|line| label(line.text, BEGIN).is_some())
}

struct Line<'a> {
    text: &'a [u8],
    position: usize,
}

/// Lines without their ends (LF, CRLF or CR) and without white space around them.
struct Lines<'a> {
    input: &'a [u8],
    position: usize,
}

impl<'a> Lines<'a> {
    fn new(input: &'a [u8]) -> Lines<'a> {
        Lines { input, position: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let position = self.position;
        let rest = self.input.get(position..).filter(|r| !r.is_empty())?;
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.position = position.saturating_add(end).saturating_add(1);
        let text = rest.get(..end).unwrap_or(rest).trim_ascii();
        Some(Line { text, position })
    }
}

/// The label of an encapsulation boundary, such as `CERTIFICATE`.
fn label<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    // A byte order mark stands before the first line of some files.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.strip_prefix(prefix)?.strip_suffix(DASHES)
}

/// All blocks of a file; text around them is passed over.
///
/// A block that does not end, or is not base64: [`crate::ErrorKind::Malformed`] with its position.
pub(super) fn blocks(input: &[u8]) -> Result<Vec<Block>, Error> {
    let mut blocks = Vec::new();
    let mut lines = Lines::new(input);
    while let Some(line) = lines.next() {
        if let Some(label) = label(line.text, BEGIN) {
            let label = String::from_utf8_lossy(label).into_owned();
            blocks.push(block(label, line.position, &mut lines)?);
        }
    }
    Ok(blocks)
}

fn block(begin: String, position: usize, lines: &mut Lines<'_>) -> Result<Block, Error> {
    let position = u64::try_from(position).unwrap_or(u64::MAX);
    let malformed = |detail| Error::malformed_at(WHAT, position, detail);
    // The text can be a private key: one allocation, which nothing outgrows.
    let room = lines.input.len().saturating_sub(lines.position);
    let left = lines.input.get(lines.position..).unwrap_or_default();
    let room = memchr::memmem::find(left, END).unwrap_or(room);
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    let mut encrypted = false;
    let mut in_header = false;
    for line in lines {
        if let Some(end) = label(line.text, END) {
            if end != begin.as_bytes() {
                return Err(malformed(
                    "a block ends with another label than it begins with",
                ));
            }
            return Ok(Block {
                label: begin,
                encrypted,
                der: decode(text).map_err(|()| malformed("a block is not base64"))?,
                position,
            });
        }
        if label(line.text, BEGIN).is_some() {
            break;
        }
        // Base64 has no colon, so a line with one is a header (RFC 1421 4.4), and what follows up to an
        // empty line may continue it.
        if memchr::memchr(b':', line.text).is_some() {
            in_header = true;
            encrypted |= line.text.starts_with(b"Proc-Type:")
                && memchr::memmem::find(line.text, b"ENCRYPTED").is_some();
        } else if line.text.is_empty() {
            in_header = false;
        } else if !in_header {
            text.extend(line.text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    Err(malformed("a block has no end"))
}

fn decode(mut text: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, ()> {
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    let engine = match padding {
        0 => base64_simd::STANDARD_NO_PAD,
        _ => base64_simd::STANDARD,
    };
    let length = engine.decode_inplace(&mut text).map_err(|_| ())?.len();
    text.truncate(length);
    Ok(text)
}

/// Writes one block with lines of 64 characters (RFC 7468 2).
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let text = base64_simd::STANDARD.encode_to_string(der);
    let mut out = String::with_capacity(
        text.len()
            .saturating_add(text.len() / 32)
            .saturating_add(100),
    );
    out.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = text.as_str();
    while let Some((line, more)) = rest.split_at_checked(64) {
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    if !rest.is_empty() {
        out.push_str(rest);
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// [`write`] for what nobody may find in memory later: encoded line by line into one allocation.
pub(super) fn write_secret(label: &str, der: &[u8]) -> Zeroizing<String> {
    let capacity = der.len().saturating_mul(2).saturating_add(200);
    let mut out = Zeroizing::new(String::with_capacity(capacity));
    out.push_str(&format!("-----BEGIN {label}-----\n"));
    for octets in der.chunks(48) {
        let line = Zeroizing::new(base64_simd::STANDARD.encode_to_string(octets));
        out.push_str(&line);
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests;
