//! Header fields in a form that survives every relay: ASCII, lines of at most 998 octets, no white
//! space at line ends.

use super::content_type::rewrite;
use super::header::{Field, has_long_line};
use crate::address::{encoded_word, parse_list};
use crate::{Error, Limits};

const ADDRESS_FIELDS: [&str; 13] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Resent-From",
    "Resent-Sender",
    "Resent-Reply-To",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
    "Disposition-Notification-To",
];

/// Fields whose grammar has no place for an encoded word.
const PLAIN_FIELDS: [&str; 12] = [
    "Date",
    "Resent-Date",
    "Message-ID",
    "Resent-Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Transfer-Encoding",
    "Content-ID",
    "Received",
    "Return-Path",
    "DKIM-Signature",
];

/// The field in 7-bit form; one that already has it comes back unchanged.
///
/// Names in address fields and text become encoded words (RFC 2047), domains A-labels, parameters
/// RFC 2231; lines over 998 octets are broken at white space.
///
/// # Errors
/// [`crate::ErrorKind::Header`] or [`crate::ErrorKind::Address`] if there is no such form: a local part
/// that is not ASCII, bytes that are not UTF-8, a field without place for encoded words.
pub(crate) fn ascii_field(field: &Field) -> Result<Field, Error> {
    if field.raw().is_ascii() {
        let raw = without_trailing_space(field.raw());
        if !has_long_line(&raw) {
            return Ok(Field::from_raw(field.name(), raw));
        }
        if let Ok(folded) = Field::new(field.name(), &field.text()?) {
            return Ok(folded);
        }
    }
    let is_in = |names: &[&str]| names.iter().any(|name| field.is(name));
    let value = if is_in(&ADDRESS_FIELDS) {
        addresses(field)?
    } else if is_in(&["Content-Type", "Content-Disposition"]) {
        rewrite(field)?
    } else if is_in(&PLAIN_FIELDS) {
        return Err(Error::header(
            field.name(),
            "it is not ASCII or a line is too long, and this field cannot be encoded",
        ));
    } else {
        unstructured(&field.text()?)
    };
    Field::new(field.name(), &value)
}

/// The field for a message that may have UTF-8 in its header (RFC 6532 3.2): only what no relay
/// carries is changed.
///
/// # Errors
/// [`crate::ErrorKind::Header`] if it is not UTF-8, or a line has no white space to break it at.
pub(crate) fn utf8_field(field: &Field) -> Result<Field, Error> {
    if field.raw().is_ascii() {
        return ascii_field(field);
    }
    let text = field.text()?;
    let raw = without_trailing_space(field.raw());
    match has_long_line(&raw) {
        true => Field::new(field.name(), &text),
        false => Ok(Field::from_raw(field.name(), raw)),
    }
}

/// White space at line ends goes, and with it lines of nothing else, which some take for the end of the
/// header.
fn without_trailing_space(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for line in raw.split_inclusive(|b| *b == b'\n') {
        let line = line.trim_ascii_end();
        if !line.is_empty() {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn addresses(field: &Field) -> Result<String, Error> {
    let mailboxes = parse_list(&field.text()?, &Limits::default())?;
    if mailboxes.is_empty() {
        return Ok("undisclosed-recipients:;".to_owned());
    }
    let texts: Result<Vec<String>, Error> =
        mailboxes.iter().map(|mailbox| mailbox.to_ascii()).collect();
    Ok(texts?.join(", "))
}

/// Encodes the words that need it. White space between two encoded words vanishes in reading, so what
/// stands between them goes inside.
fn unstructured(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut run = String::new();
    let mut before_is_encoded = false;
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        let (space, after) = rest.split_at(start);
        let end = after.find(is_space).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        rest = after;
        if !word.is_ascii() || word.len() > 500 {
            if !run.is_empty() || before_is_encoded {
                run.push_str(space);
            }
            if run.is_empty() || before_is_encoded {
                out.push_str(space);
            }
            before_is_encoded = false;
            run.push_str(word);
            continue;
        }
        let is_encoded = word.starts_with("=?") && word.ends_with("?=");
        if !run.is_empty() {
            if is_encoded {
                run.push_str(space);
            }
            out.push_str(&encoded_word::encode(&run).join(" "));
            run.clear();
        }
        out.push_str(space);
        out.push_str(word);
        before_is_encoded = is_encoded;
    }
    if !run.is_empty() {
        out.push_str(&encoded_word::encode(&run).join(" "));
    }
    out
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

#[cfg(test)]
mod tests {
    use super::super::header::HeaderBlock;
    use super::*;
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    fn ascii(raw: &str) -> Result<String, Error> {
        let block = HeaderBlock::parse(raw.as_bytes(), &Limits::default())?;
        let field = ascii_field(&block.fields[0])?;
        assert_eq!(block.fields[0].name(), field.name());
        Ok(String::from_utf8(field.raw().to_vec()).unwrap())
    }

    #[test]
    fn each_kind_of_field_has_its_form() {
        for (raw, expected) in [
            ("Subject: plain\tx\n", "Subject: plain\tx\r\n"),
            ("Subject: a  \n \n b \n", "Subject: a\r\n b\r\n"),
            (
                "To: Jörg <j@bücher.example>, b@c.example\n",
                "To: =?UTF-8?Q?J=C3=B6rg?= <j@xn--bcher-kva.example>, b@c.example\r\n",
            ),
            ("Cc: Gruppe ä:;\n", "Cc: undisclosed-recipients:;\r\n"),
            (
                "Content-Type: text/plain; name=\"ä.txt\"; charset=utf-8\n",
                "Content-Type: text/plain; name*=UTF-8''%C3%A4.txt; charset=utf-8\r\n",
            ),
            (
                "Content-Disposition: attachment; filename=ä.txt\n",
                "Content-Disposition: attachment; filename*=UTF-8''%C3%A4.txt\r\n",
            ),
            (
                "Subject: Re: grüße an alle\n",
                "Subject: Re: =?UTF-8?Q?gr=C3=BC=C3=9Fe?= an alle\r\n",
            ),
        ] {
            assert_eq!(ascii(raw).unwrap(), expected, "{raw}");
        }
        for bad in [
            "To: ä@b.example\n",
            "To: ä\n",
            "Message-ID: <ä@b>\n",
            "Content-Type: text/plain; name=ä; name=b\n",
        ] {
            let error = ascii(bad).unwrap_err().to_string();
            assert!(
                error.contains(bad.split(':').next().unwrap()) || error.contains('ä'),
                "{error}"
            );
        }
    }

    #[test]
    fn long_lines_are_broken_or_refused() {
        let words = "word ".repeat(300);
        let addresses = ["abcdefgh@example.org"; 100].join(",");
        let long = "x".repeat(1500);
        for (raw, ok) in [
            (format!("Subject: {words}\n"), true),
            (format!("References: {words}\n"), true),
            (format!("References: {long}\n"), false),
            (format!("Subject: {long}\n"), true),
            (format!("To: {addresses}\n"), true),
            (format!("Content-Type: a/b;name={long}\n"), true),
        ] {
            match ascii(&raw) {
                Ok(text) => {
                    assert!(ok && text.split("\r\n").all(|line| line.len() <= 998));
                }
                Err(error) => assert!(!ok, "{error}"),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn another_reader_reads_the_same_text(words in proptest::collection::vec("([a-zäß漢]{1,9}|=\\?utf-8\\?q\\?x=C3=A4\\?=)", 1..12)) {
            let text = words.join(" ");
            let raw = ascii(&format!("Subject: {text}\n")).unwrap();
            prop_assert!(raw.is_ascii());
            let subject = |raw: &str| {
                let message = format!("{raw}\r\n");
                let parsed = MessageParser::new().parse(message.as_bytes()).unwrap();
                parsed.subject().unwrap().to_owned()
            };
            // What it reads from our form must be what it reads when only whole encoded words are joined.
            let mut joiner = encoded_word::Joiner::default();
            for word in &words {
                joiner.word(" ", word);
            }
            prop_assert_eq!(subject(&raw), joiner.finish());
        }
    }
}
