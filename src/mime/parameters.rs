//! Parameters of structured MIME fields (RFC 2045 5.1, RFC 2231).

use std::collections::BTreeMap;

use crate::address::cursor::Cursor;
use crate::address::encoded_word::hex;
use mail_parser::decoders::charsets::map::charset_decoder;

/// Octets of one piece of a split parameter, without name and quotes.
const PIECE: usize = 60;

const TWICE: &str = "a parameter is given twice";

/// Names in lower case and values, in order of first appearance.
pub(crate) type Parameters = Vec<(String, String)>;

/// What was written for one parameter name.
#[derive(Default)]
struct Written {
    plain: Option<String>,
    extended: Option<String>,
    pieces: BTreeMap<u32, (bool, String)>,
}

/// Parses `; name=value; …` to the end. Unquoted values may hold characters that want quotes, as many
/// senders write them; a parameter given twice is refused, because readers disagree on it.
pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Parameters, &'static str> {
    let mut order: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, Written> = BTreeMap::new();
    loop {
        cursor.skip()?;
        if cursor.rest.is_empty() {
            break;
        }
        cursor.expect(';', "something other than a parameter after the value")?;
        cursor.skip()?;
        if cursor.rest.is_empty() || cursor.rest.starts_with(';') {
            continue;
        }
        let name = cursor.take_while(|c| is_token(c) && c != '*');
        let section = cursor.take_while(|c| c == '*' || c.is_ascii_digit());
        if name.is_empty() {
            return Err("a parameter without name");
        }
        cursor.skip()?;
        cursor.expect('=', "a parameter without =")?;
        cursor.skip()?;
        let value = if cursor.rest.starts_with('"') {
            cursor.quoted_string()?
        } else {
            cursor
                .take_while(|c| c != ';' && c != '"' && !c.is_ascii_whitespace() && !c.is_control())
                .to_owned()
        };
        let key = name.to_ascii_lowercase();
        if !found.contains_key(&key) {
            order.push(key.clone());
        }
        found.entry(key).or_default().add(section, value)?;
    }
    order
        .into_iter()
        .filter_map(|key| found.remove(&key).map(|written| (key, written)))
        .map(|(key, written)| {
            // Two forms are fine for a name; a boundary decides where parts end.
            if key == "boundary" && written.has_two_forms() {
                return Err(TWICE);
            }
            Ok((key, written.value()?))
        })
        .collect()
}

impl Written {
    fn add(&mut self, section: &str, value: String) -> Result<(), &'static str> {
        match section {
            "" if self.plain.is_some() => Err(TWICE),
            "" => {
                self.plain = Some(value);
                Ok(())
            }
            "*" if self.extended.is_some() => Err(TWICE),
            "*" => {
                self.extended = Some(value);
                Ok(())
            }
            section => {
                let number = section.strip_prefix('*').unwrap_or(section);
                let (number, extended) = match number.strip_suffix('*') {
                    Some(number) => (number, true),
                    None => (number, false),
                };
                let number = number
                    .parse()
                    .map_err(|_| "a parameter with a malformed section number")?;
                match self.pieces.insert(number, (extended, value)) {
                    Some(_) => Err(TWICE),
                    None => Ok(()),
                }
            }
        }
    }

    fn has_two_forms(&self) -> bool {
        self.plain.is_some() && (self.extended.is_some() || !self.pieces.is_empty())
    }

    /// The extended form wins over the plain one, which is there for old readers (RFC 5987 4.2).
    fn value(self) -> Result<String, &'static str> {
        if self.extended.is_some() && !self.pieces.is_empty() {
            return Err(TWICE);
        }
        if let Some(text) = self.extended {
            let (charset, text) = charset_of(&text)?;
            return decode(charset, percent(text)?);
        }
        if self.pieces.is_empty() {
            return Ok(self.plain.unwrap_or_default());
        }
        let mut charset = "utf-8".to_owned();
        let mut bytes = Vec::new();
        for (expected, (number, (extended, text))) in (0_u32..).zip(self.pieces) {
            if number != expected {
                return Err("a section of a parameter is missing");
            }
            match (extended, number) {
                (true, 0) => {
                    let (name, text) = charset_of(&text)?;
                    charset = name.to_owned();
                    bytes.extend(percent(text)?);
                }
                (true, _) => bytes.extend(percent(&text)?),
                (false, _) => bytes.extend(text.into_bytes()),
            }
        }
        decode(&charset, bytes)
    }
}

/// Splits `charset'language'text`.
fn charset_of(text: &str) -> Result<(&str, &str), &'static str> {
    let mut parts = text.splitn(3, '\'');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(charset), Some(_), Some(text)) => Ok((charset, text)),
        _ => Err("an extended parameter without charset"),
    }
}

fn percent(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digits = (bytes.next().and_then(hex), bytes.next().and_then(hex));
        let (Some(high), Some(low)) = digits else {
            return Err("a malformed % escape in a parameter");
        };
        out.push(high << 4 | low);
    }
    Ok(out)
}

fn decode(charset: &str, bytes: Vec<u8>) -> Result<String, &'static str> {
    let text = match charset_decoder(charset.as_bytes()) {
        Some(decoder) if !charset.eq_ignore_ascii_case("utf-8") => decoder(&bytes),
        _ => String::from_utf8(bytes)
            .map_err(|_| "a parameter that is not in the charset it names")?,
    };
    // A quoted string may hold a tab, and is written anew in this form.
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err("a control character in a parameter");
    }
    Ok(text)
}

/// Characters of a token (RFC 2045 5.1).
pub(crate) fn is_token(c: char) -> bool {
    matches!(c, '!'..='~') && !"()<>@,;:\\\"/[]?=".contains(c)
}

/// Writes one parameter: as a token or quoted string, or where that does not do (not ASCII, long) as
/// RFC 2231 sections. Several strings are to be joined with `; `.
pub(crate) fn write(name: &str, value: &str) -> Vec<String> {
    let plain = value.bytes().all(|b| matches!(b, b' '..=b'~')) && value.len() <= PIECE;
    if plain && !value.is_empty() && value.chars().all(is_token) {
        return vec![format!("{name}={value}")];
    }
    if plain {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        return vec![format!("{name}=\"{escaped}\"")];
    }
    let mut pieces = vec![String::from("UTF-8''")];
    for byte in value.bytes() {
        let escaped = if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`{|}~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        };
        match pieces.last_mut() {
            Some(last) if last.len() + escaped.len() <= PIECE => last.push_str(&escaped),
            _ => pieces.push(escaped),
        }
    }
    if let [only] = pieces.as_slice() {
        return vec![format!("{name}*={only}")];
    }
    pieces
        .iter()
        .enumerate()
        .map(|(number, piece)| format!("{name}*{number}*={piece}"))
        .collect()
}
