//! Encoded words (RFC 2047): decoding those of display names, encoding as UTF-8.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Octets of one encoded word. RFC 2047 2 allows 75; this leaves room for the name of the field.
const WORD: usize = 62;
const PREFIX: usize = "=?UTF-8?Q?".len();
const SUFFIX: usize = "?=".len();

/// Joins words to text, decoding encoded ones; white space between two encoded words vanishes, and a
/// character split over two of them (which some senders do) is put together again.
#[derive(Default)]
pub(crate) struct Joiner {
    text: String,
    pending: Option<(String, Vec<u8>)>,
}

impl Joiner {
    /// Adds a word that is text, never an encoded word.
    pub(crate) fn plain(&mut self, separator: &str, word: &str) {
        self.flush();
        self.separate(separator);
        self.text.push_str(word);
    }

    /// Adds a word that is decoded if it is an encoded word.
    pub(crate) fn word(&mut self, separator: &str, word: &str) {
        let Some((charset, bytes)) = decode(word) else {
            return self.plain(separator, word);
        };
        match &mut self.pending {
            Some((same, before)) if *same == charset => before.extend(bytes),
            Some(_) => {
                self.flush();
                self.pending = Some((charset, bytes));
            }
            None => {
                self.separate(separator);
                self.pending = Some((charset, bytes));
            }
        }
    }

    /// The text, white space around it dropped and control characters turned into spaces, so that an
    /// encoded line break is not one afterwards.
    pub(crate) fn finish(mut self) -> String {
        self.flush();
        let clean: String = self
            .text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        clean.trim().to_owned()
    }

    fn separate(&mut self, separator: &str) {
        if !self.text.is_empty() {
            self.text.push_str(separator);
        }
    }

    fn flush(&mut self) {
        if let Some((charset, bytes)) = self.pending.take() {
            match charset_decoder(charset.as_bytes()) {
                Some(decode) => self.text.push_str(&decode(&bytes)),
                None => self.text.push_str(&String::from_utf8_lossy(&bytes)),
            }
        }
    }
}

/// Charset in lower case and bytes of an encoded word; `None` if it is not one that can be decoded.
fn decode(word: &str) -> Option<(String, Vec<u8>)> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.split('?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    // RFC 2231 5: a language may follow.
    let charset = charset.split('*').next()?.to_ascii_lowercase();
    if charset != "utf-8" && charset_decoder(charset.as_bytes()).is_none() {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => base64_simd::forgiving_decode_to_vec(text.as_bytes()).ok()?,
        "Q" | "q" => decode_q(text.as_bytes())?,
        _ => return None,
    };
    Some((charset, bytes))
}

fn decode_q(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    Some(out)
}

/// The value of one hexadecimal digit.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Whether text must be encoded to stand in a header: not ASCII, a control character, looking like an
/// encoded word, or with a word too long for a line.
pub(crate) fn is_needed(text: &str) -> bool {
    !text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t'))
        || text.contains("=?")
        || text.split(' ').any(|word| word.len() > 200)
}

/// Encodes text as UTF-8 encoded words of at most 62 octets: Q for text that is mostly ASCII, else B.
///
/// Joined with white space they decode to the text; no character is split.
pub(crate) fn encode(text: &str) -> Vec<String> {
    let q_length: usize = text.bytes().map(q_len).sum();
    let base64 = q_length > text.len() * 5 / 2;
    let room = WORD - PREFIX - SUFFIX;
    let mut words = Vec::new();
    let mut chunk = String::new();
    let mut used = 0;
    for c in text.chars() {
        let cost = if base64 {
            c.len_utf8()
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().map(q_len).sum()
        };
        let capacity = if base64 { room / 4 * 3 } else { room };
        if used + cost > capacity {
            words.push(encode_word(&chunk, base64));
            chunk.clear();
            used = 0;
        }
        chunk.push(c);
        used += cost;
    }
    if !chunk.is_empty() {
        words.push(encode_word(&chunk, base64));
    }
    words
}

/// The characters RFC 2047 5 (3) allows in a phrase; the others are escaped everywhere.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'*' | b'+' | b'-' | b'/')
}

fn q_len(byte: u8) -> usize {
    if byte == b' ' || is_plain(byte) { 1 } else { 3 }
}

fn encode_word(text: &str, base64: bool) -> String {
    if base64 {
        let encoded = base64_simd::STANDARD.encode_to_string(text.as_bytes());
        return format!("=?UTF-8?B?{encoded}?=");
    }
    let mut out = String::from("=?UTF-8?Q?");
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('_'),
            byte if is_plain(byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("={byte:02X}")),
        }
    }
    out.push_str("?=");
    out
}
