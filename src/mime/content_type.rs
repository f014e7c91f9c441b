//! Content-Type, Content-Disposition and Content-Transfer-Encoding (RFC 2045 5 and 6, RFC 2183).

use super::header::{Field, HeaderBlock};
use super::parameters::{self, Parameters, is_token};
use crate::Error;
use crate::address::cursor::Cursor;

/// A media type with its parameters; type, subtype and parameter names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentType {
    pub(crate) kind: String,
    pub(crate) subtype: String,
    pub(crate) parameters: Parameters,
}

impl ContentType {
    /// Parses the value of a Content-Type field.
    pub(crate) fn parse(value: &str) -> Result<ContentType, Error> {
        let mut cursor = Cursor { rest: value };
        let parsed = token(&mut cursor).and_then(|kind| {
            cursor.skip()?;
            cursor.expect('/', "no / after the type")?;
            let subtype = token(&mut cursor)?;
            Ok(ContentType {
                kind,
                subtype,
                parameters: parameters::parse(&mut cursor)?,
            })
        });
        parsed.map_err(|reason| Error::header("Content-Type", reason))
    }

    /// The Content-Type of a header block.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Header`] if there are several or it is malformed.
    pub(crate) fn of(header: &HeaderBlock) -> Result<Option<ContentType>, Error> {
        header
            .unique("Content-Type")?
            .map(|field| ContentType::parse(&field.text()?))
            .transpose()
    }

    /// Whether this is the media type, both in lower case.
    pub(crate) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    /// The value of a parameter, its name in lower case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

fn token(cursor: &mut Cursor<'_>) -> Result<String, &'static str> {
    cursor.skip()?;
    let token = cursor.take_while(is_token);
    if token.is_empty() {
        return Err("no type");
    }
    Ok(token.to_ascii_lowercase())
}

/// The value of a Content-Type or Content-Disposition field in two: what it says, and its parameters.
pub(crate) fn with_parameters(value: &str) -> Result<(String, Parameters), &'static str> {
    let mut cursor = Cursor { rest: value };
    cursor.skip()?;
    let kind = cursor.take_while(|c| is_token(c) || c == '/').to_owned();
    Ok((kind, parameters::parse(&mut cursor)?))
}

/// The value of a Content-Type or Content-Disposition field written anew in ASCII.
pub(crate) fn rewrite(field: &Field) -> Result<String, Error> {
    let parsed = with_parameters(&field.text()?);
    let (kind, parameters) = parsed.map_err(|reason| Error::header(field.name(), reason))?;
    let mut parts = vec![kind];
    for (name, value) in &parameters {
        parts.extend(parameters::write(name, value));
    }
    Ok(parts.join("; "))
}

/// Content-Transfer-Encoding (RFC 2045 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransferEncoding {
    /// `7bit`, or no field.
    SevenBit,
    /// `8bit`.
    EightBit,
    /// `binary`.
    Binary,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
    /// One this crate does not know.
    Other(String),
}

impl TransferEncoding {
    /// The encoding a header block declares.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Header`] if there are several or it is malformed.
    pub(crate) fn of(header: &HeaderBlock) -> Result<TransferEncoding, Error> {
        let Some(field) = header.unique("Content-Transfer-Encoding")? else {
            return Ok(TransferEncoding::SevenBit);
        };
        TransferEncoding::parse(&field.text()?)
            .map_err(|reason| Error::header(field.name(), reason))
    }

    /// Parses the value of a Content-Transfer-Encoding field; the error says what is wrong with it.
    pub(crate) fn parse(value: &str) -> Result<TransferEncoding, &'static str> {
        let mut cursor = Cursor { rest: value };
        cursor.skip()?;
        let token = cursor.take_while(is_token).to_ascii_lowercase();
        cursor.skip()?;
        // Some senders end it with a semicolon.
        cursor.take(';');
        cursor.end()?;
        Ok(match token.as_str() {
            "" | "7bit" => TransferEncoding::SevenBit,
            "8bit" => TransferEncoding::EightBit,
            "binary" => TransferEncoding::Binary,
            "base64" => TransferEncoding::Base64,
            "quoted-printable" => TransferEncoding::QuotedPrintable,
            _ => TransferEncoding::Other(token),
        })
    }
}

#[cfg(test)]
mod tests;
