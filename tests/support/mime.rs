//! A reader of MIME for tests, written apart from the one under test: strict, small, and it panics.

#![allow(dead_code)] // Every user of this file needs another part of it.

/// Header fields in order, unfolded, names as they stand.
pub type Fields = Vec<(String, String)>;

/// Takes header and body apart; line ends must be CRLF.
pub fn split(message: &[u8]) -> (Fields, &[u8]) {
    let (head, body) = match find(message, b"\r\n\r\n") {
        _ if message.starts_with(b"\r\n") => (&message[..0], &message[2..]),
        Some(at) => (&message[..at + 2], &message[at + 4..]),
        None => (message, &message[message.len()..]),
    };
    let text = std::str::from_utf8(head).expect("header is not UTF-8");
    let mut fields = Fields::new();
    for line in text.split_terminator("\r\n") {
        assert!(
            !line.contains(['\r', '\n']),
            "bare line break in header: {line:?}"
        );
        if line.starts_with([' ', '\t']) {
            let last = fields.last_mut().expect("header begins with a folded line");
            last.1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').expect("header line without colon");
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    (fields, body)
}

/// All values of a field.
pub fn all<'f>(fields: &'f Fields, name: &str) -> Vec<&'f str> {
    let wanted = fields
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    wanted.map(|(_, value)| value.as_str()).collect()
}

/// The value of a field that must stand there exactly once.
pub fn one<'f>(fields: &'f Fields, name: &str) -> &'f str {
    match all(fields, name).as_slice() {
        [only] => only,
        several => panic!("{name} stands {} times in {fields:?}", several.len()),
    }
}

/// A parameter of a structured value such as Content-Type, unquoted.
pub fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (known, value) = part.split_once('=')?;
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The CMS in an application/pkcs7-mime entity.
pub fn cms(entity: &[u8]) -> Vec<u8> {
    let (fields, body) = split(entity);
    let content_type = one(&fields, "Content-Type");
    assert!(
        content_type.starts_with("application/pkcs7-mime;"),
        "{content_type}"
    );
    assert_eq!(one(&fields, "Content-Transfer-Encoding"), "base64");
    base64(body)
}

/// A multipart/signed entity, taken apart.
pub struct Detached {
    /// The first part: exactly the bytes that are signed (RFC 1847 2.1).
    pub entity: Vec<u8>,
    /// The detached CMS.
    pub p7s: Vec<u8>,
    pub micalg: String,
}

pub fn detached(message: &[u8]) -> Detached {
    let (fields, body) = split(message);
    let content_type = one(&fields, "Content-Type");
    assert!(
        content_type.starts_with("multipart/signed;"),
        "{content_type}"
    );
    assert!(
        content_type.contains("protocol=\"application/pkcs7-signature\""),
        "{content_type}"
    );
    let boundary = parameter(content_type, "boundary").unwrap();
    let first = find(body, format!("--{boundary}\r\n").as_bytes()).unwrap() + boundary.len() + 4;
    let middle = format!("\r\n--{boundary}\r\n");
    let length = find(&body[first..], middle.as_bytes()).unwrap();
    let second = &body[first + length + middle.len()..];
    let end = find(second, format!("\r\n--{boundary}--").as_bytes()).unwrap();
    let (fields, signature) = split(&second[..end]);
    let content_type = one(&fields, "Content-Type");
    assert!(
        content_type.starts_with("application/pkcs7-signature;"),
        "{content_type}"
    );
    assert_eq!(
        parameter(content_type, "name").as_deref(),
        Some("smime.p7s")
    );
    assert_eq!(one(&fields, "Content-Transfer-Encoding"), "base64");
    Detached {
        entity: body[first..first + length].to_vec(),
        p7s: base64(signature),
        micalg: parameter(one(&split(message).0, "Content-Type"), "micalg").unwrap(),
    }
}

/// A leaf entity: its fields, and its body with the transfer encoding undone.
pub fn leaf(entity: &[u8]) -> (Fields, Vec<u8>) {
    let (fields, body) = split(entity);
    let encoding = all(&fields, "Content-Transfer-Encoding");
    let decoded = match encoding
        .first()
        .map(|value| value.to_ascii_lowercase())
        .as_deref()
    {
        None | Some("7bit") => body.to_vec(),
        Some("base64") => base64(body),
        Some("quoted-printable") => quoted_printable(body),
        Some(other) => panic!("transfer encoding {other} in a 7-bit message"),
    };
    (fields, decoded)
}

/// Base64 in lines of at most 76 columns that end in CRLF (RFC 2045 6.8).
pub fn base64(body: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(body).unwrap();
    let mut joined = String::with_capacity(text.len());
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 76, "{} columns of base64", line.len());
        joined.push_str(line);
    }
    base64_simd::STANDARD
        .decode_to_vec(&joined)
        .expect("not base64")
}

/// Quoted-printable (RFC 2045 6.7), strictly.
pub fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'=', [b'\r', b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                assert_eq!(digits, digits.to_ascii_uppercase());
                out.push(u8::from_str_radix(digits, 16).expect("not hexadecimal"));
                rest = after;
            }
            (b'=', _) => panic!("quoted-printable ends in ="),
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// Asserts what SMTP carries unharmed (RFC 5321 4.5.3.1, RFC 8551 3.1.2): ASCII without NUL, CRLF only, no
/// line over 998, no trailing space, no line that begins with `From `.
pub fn assert_seven_bit(message: &[u8]) {
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\r\n").unwrap_or_else(|| {
            assert!(
                !line.ends_with(b"\n"),
                "bare LF after {:?}",
                String::from_utf8_lossy(line)
            );
            line
        });
        let shown = String::from_utf8_lossy(&text[..text.len().min(100)]);
        assert!(text.len() <= 998, "line of {} bytes", text.len());
        assert!(
            text.iter()
                .all(|byte| byte.is_ascii() && !b"\0\r".contains(byte)),
            "{shown:?}"
        );
        assert!(!text.starts_with(b"From "), "{shown:?}");
    }
}

/// Where `needle` begins.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    find(haystack, needle).is_some()
}
