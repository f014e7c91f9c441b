//! BER read and written.

use crate::asn1::{self, Reader, Scanner, Tag, Token};
use crate::{Error, Limits};

/// Tag as it is shown, position, and the octets of a value that was not entered.
pub type Found = (String, u64, Option<Vec<u8>>);

/// All values down to this depth, read from the whole.
pub fn values(input: &[u8], depth: usize) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    let reader = Reader::new(input, "fuzz input", &Limits::default());
    read(reader, depth, &mut found).map(|()| found)
}

fn read(mut reader: Reader<'_>, depth: usize, found: &mut Vec<Found>) -> Result<(), Error> {
    while !reader.is_empty() {
        let value = reader.read()?;
        let tag = format!("{:?}", value.tag);
        match depth.checked_sub(1) {
            Some(depth) if value.tag.constructed => {
                found.push((tag, value.position, None));
                read(value.reader()?, depth, found)?;
            }
            _ => found.push((tag, value.position, Some(value.content.to_vec()))),
        }
    }
    Ok(())
}

/// The same, scanned as it goes by.
pub fn scanned(pieces: &[&[u8]], depth: usize) -> Result<Vec<Found>, Error> {
    let mut scanner = Scanner::new("fuzz input", &Limits::default());
    let mut found: Vec<Found> = Vec::new();
    let mut open = 0_usize;
    for piece in pieces {
        let mut piece = *piece;
        while let Some(token) = scanner.next(&mut piece)? {
            match token {
                Token::Begin(header) => {
                    let tag = format!("{:?}", header.tag);
                    if header.tag.constructed && open < depth {
                        scanner.enter(header)?;
                        found.push((tag, header.position, None));
                    } else {
                        scanner.pass(header);
                        found.push((tag, header.position, Some(Vec::new())));
                    }
                    open += 1;
                }
                Token::Octets(octets) => {
                    if let Some((_, _, Some(content))) = found.last_mut() {
                        content.extend(octets);
                    }
                }
                Token::End => open = open.saturating_sub(1),
            }
        }
    }
    let is_between = open == 0 && is_header_complete(&scanner);
    is_between
        .then_some(found)
        .ok_or_else(|| scanner.ends_early())
}

/// Whether the header that was read last is a whole one.
fn is_header_complete(scanner: &Scanner) -> bool {
    scanner.header().is_empty()
        || asn1::begin_of(scanner.header()).is_some_and(|(_, _, rest)| rest.is_empty())
}

/// What the readers of single values say of the first value: none of them may panic.
pub fn read_as(input: &[u8]) -> Result<usize, Error> {
    let mut reader = Reader::new(input, "fuzz input", &Limits::default());
    let value = reader
        .string(Tag::OCTET_STRING)
        .or_else(|_| reader.read())?;
    let mut pieces = 0;
    let _ = value.pieces(Tag::OCTET_STRING, &mut |_| {
        pieces += 1;
        Ok(())
    });
    let _ = (value.oid(), value.uint(), value.boolean());
    Ok(value.octets().map_or(0, |octets| octets.len()).max(pieces))
}

/// BER in DER.
pub fn to_der(input: &[u8]) -> Result<Vec<u8>, Error> {
    asn1::to_der(input, &Limits::default()).map(|der| der.into_owned())
}

/// A value written anew from the first one in `input`: with the length in its shortest form.
pub fn written(input: &[u8]) -> Result<Vec<u8>, Error> {
    let value = Reader::new(input, "fuzz input", &Limits::default()).read()?;
    Ok(asn1::tlv(value.tag, value.content))
}
