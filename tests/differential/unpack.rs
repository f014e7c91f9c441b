//! The outermost layer of a message, found by a reader of MIME that forgives what RFC 2045 forgives, so that tools
//! which read CMS only can be asked. It knows nothing of the one under test.

use std::io::Read;

use base64_simd::STANDARD;

/// What kind of CMS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Signed,
    Encrypted,
    Compressed,
}

/// One layer, and for a detached signature what it is about.
pub struct Layer {
    pub kind: Kind,
    pub cms: Vec<u8>,
    pub content: Option<Vec<u8>>,
}

/// By the content type in its first bytes.
pub fn kind(cms: &[u8]) -> Option<Kind> {
    let types: [(&[u8], Kind); 4] = [
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", Kind::Signed),
        (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", Kind::Encrypted),
        (
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
            Kind::Encrypted,
        ),
        (
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09",
            Kind::Compressed,
        ),
    ];
    let head = cms.get(..cms.len().min(40))?;
    if head.first() != Some(&0x30) {
        return None;
    }
    types
        .into_iter()
        .filter_map(|(oid, kind)| Some((memchr::memmem::find(head, oid)?, kind)))
        .min_by_key(|(at, _)| *at)
        .map(|(_, kind)| kind)
}

/// The outermost layer of a CMS object.
pub fn object(cms: &[u8], content: Option<&[u8]>) -> Option<Layer> {
    let cms = match cms.starts_with(b"0") {
        true => cms.to_vec(),
        false => armoured(cms)?,
    };
    let kind = kind(&cms)?;
    let content = content.map(<[u8]>::to_vec);
    Some(Layer { kind, cms, content })
}

fn armoured(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    decode(lines.collect::<String>().as_bytes())
}

/// The outermost layer of a mail; `None` when it is not protected.
pub fn mail(raw: &[u8]) -> Option<Layer> {
    layer(raw, decode)
}

/// The same when a `=` does not end base64.
pub fn mail_past_padding(raw: &[u8]) -> Option<Layer> {
    layer(raw, |text| {
        let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'=').collect();
        decode(&text)
    })
}

fn layer(raw: &[u8], base64: fn(&[u8]) -> Option<Vec<u8>>) -> Option<Layer> {
    let (header, body) = split(raw);
    let content_type = field(&header, "content-type")?;
    if !content_type.to_lowercase().starts_with("multipart/signed") {
        let encoding = field(&header, "content-transfer-encoding").unwrap_or_default();
        return object(&decoded(&encoding, body, base64)?, None);
    }
    let boundary = parameter(&content_type, "boundary")?;
    let parts = parts(body, boundary.as_bytes());
    let [first, second, ..] = &parts[..] else {
        return None;
    };
    let (header, body) = split(second);
    let encoding = field(&header, "content-transfer-encoding").unwrap_or_default();
    object(&decoded(&encoding, body, base64)?, Some(&canonical(first)))
}

/// What is compressed (RFC 3274): the content of the one OCTET STRING behind the algorithm, in definite or indefinite form.
pub fn inflated(cms: &[u8]) -> Result<Vec<u8>, String> {
    let tree = crate::tree::Node::parse(cms).ok_or("no BER")?;
    let content = tree.at(&[1, 0, 2, 1, 0]).ok_or("no eContent")?.octets();
    let mut out = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(&content[..]).take(50_000_000);
    reader
        .read_to_end(&mut out)
        .map_err(|error| error.to_string())?;
    Ok(out)
}

/// Each bare LF made a CRLF (RFC 8551 3.1.1).
pub fn canonical(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && (index == 0 || bytes[index - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

/// Header as text and body.
fn split(entity: &[u8]) -> (String, &[u8]) {
    let mut at = 0;
    for line in entity.split_inclusive(|byte| *byte == b'\n') {
        let is_empty = line == b"\n" || line == b"\r\n";
        at += line.len();
        if is_empty {
            break;
        }
    }
    (
        String::from_utf8_lossy(&entity[..at]).into_owned(),
        &entity[at..],
    )
}

/// The first field of this name, unfolded.
fn field(header: &str, name: &str) -> Option<String> {
    let unfolded = header
        .replace("\r\n", "\n")
        .replace("\n ", " ")
        .replace("\n\t", " ");
    unfolded.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// Without comments (RFC 5322 3.2.2), which stand between any two tokens.
fn uncommented(value: &str) -> String {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let value = uncommented(value);
    value.split(';').skip(1).find_map(|part| {
        let (known, value) = part.split_once('=')?;
        let value = value.trim();
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => value.split_whitespace().next()?,
        };
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.to_owned())
    })
}

fn decoded(encoding: &str, body: &[u8], base64: fn(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    match uncommented(encoding).trim().to_lowercase().as_str() {
        "base64" => base64(body),
        _ => Some(body.to_vec()),
    }
}

/// What is no base64 is passed over, and everything behind a `=` (RFC 2045 6.8).
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let text: Vec<u8> = text
        .iter()
        .take_while(|byte| **byte != b'=')
        .filter(|byte| is_base64(byte))
        .copied()
        .collect();
    base64_simd::forgiving_decode_to_vec(&text)
        .or_else(|_| STANDARD.decode_to_vec(&text))
        .ok()
}

/// The parts of a multipart, without the line end in front of each delimiter. The last one may be left open.
fn parts<'b>(body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let (mut at, mut begin) = (0, None);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let rest = text
            .strip_prefix(b"--")
            .and_then(|text| text.strip_prefix(boundary));
        if let Some(rest) = rest
            && (rest.is_empty() || rest == b"--")
        {
            if let Some(begin) = begin {
                let part: &[u8] = &body[begin..at];
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                parts.push(part.strip_suffix(b"\r").unwrap_or(part));
            }
            begin = (rest.is_empty()).then_some(at + line.len());
            if begin.is_none() {
                return parts;
            }
        }
        at += line.len();
    }
    parts.extend(begin.map(|begin| &body[begin..]));
    parts
}
