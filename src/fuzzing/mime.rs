//! Headers, addresses, dates, transfer encodings, parts.

use std::time::SystemTime;

use crate::address::encoded_word;
use crate::mime::armour::{self, ArmourOnly, ArmourReader};
use crate::mime::base64::{Base64Check, Base64Writer};
use crate::mime::canonical::{Canonicalizer, Form};
use crate::mime::content_type::{self, ContentType, TransferEncoding};
use crate::mime::entity::{self, Entity};
use crate::mime::header::{self, Field, HeaderBlock, HeaderReader};
use crate::mime::multipart::{self, Piece, Splitter};
use crate::mime::quoted_printable::{BareLineFeed, QuotedPrintableWriter};
use crate::mime::transfer::TransferReader;
use crate::mime::{diagnosis, parameters, seven_bit};
use crate::{Error, Limits, Mailbox};

/// Preamble, parts and epilogue of a multipart body.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Before the first delimiter.
    pub preamble: Vec<u8>,
    /// The parts.
    pub parts: Vec<Vec<u8>>,
    /// After the closing delimiter.
    pub epilogue: Vec<u8>,
}

/// Splits a body that is there as a whole.
pub fn split(body: &[u8], boundary: &str) -> Result<Parts, Error> {
    let found = multipart::split(body, boundary, &Limits::default())?;
    Ok(Parts {
        preamble: found.preamble.to_vec(),
        parts: found.parts.iter().map(|part| part.to_vec()).collect(),
        epilogue: found.epilogue.to_vec(),
    })
}

/// Splits a body that goes by.
pub fn split_pieces(pieces: &[&[u8]], boundary: &str) -> Result<Parts, Error> {
    let mut splitter = Splitter::new(boundary, &Limits::default())?;
    let mut found = Parts::default();
    let mut each = |piece: Piece<'_>| {
        match piece {
            Piece::Preamble(bytes) => found.preamble.extend(bytes),
            Piece::Part { .. } => found.parts.push(Vec::new()),
            Piece::Bytes(bytes) => {
                if let Some(last) = found.parts.last_mut() {
                    last.extend(bytes);
                }
            }
            Piece::End => {}
            Piece::Epilogue(bytes) => found.epilogue.extend(bytes),
        }
        Ok(())
    };
    for piece in pieces {
        splitter.push(piece, &mut each)?;
    }
    splitter.finish(&mut each)?;
    Ok(found)
}

/// Undoes a transfer encoding, and says the most that may come out of it.
pub fn undone(encoding: &str, pieces: &[&[u8]]) -> Result<(Vec<u8>, usize), Error> {
    let encoding = TransferEncoding::parse(encoding)
        .map_err(|why| Error::header("Content-Transfer-Encoding", why))?;
    let mut reader = TransferReader::new(&encoding)?;
    let most = reader.most(&pieces.concat());
    let mut out = Vec::new();
    for piece in pieces {
        reader.push(piece, &mut out)?;
    }
    reader.finish(&mut out)?;
    Ok((out, most))
}

/// Whether this is base64 that can be undone.
pub fn check_base64(pieces: &[&[u8]]) -> Result<(), Error> {
    let mut check = Base64Check::default();
    pieces.iter().try_for_each(|piece| check.push(piece))?;
    check.finish()
}

/// Base64 in lines.
pub fn base64(pieces: &[&[u8]]) -> Vec<u8> {
    let (mut writer, mut out) = (Base64Writer::default(), Vec::new());
    for piece in pieces {
        writer.push(piece, &mut out);
    }
    writer.finish(&mut out);
    out
}

/// Quoted-printable of bytes that are not text: nothing of them is lost.
pub fn quoted_printable(pieces: &[&[u8]]) -> Vec<u8> {
    let (mut writer, mut out) = (QuotedPrintableWriter::new(BareLineFeed::Escape), Vec::new());
    for piece in pieces {
        writer.push(piece, &mut out);
    }
    writer.finish(&mut out);
    out
}

/// Armour taken off CMS.
pub fn unarmoured(pieces: &[&[u8]], may_be_base64: bool) -> Result<Vec<u8>, Error> {
    let (mut reader, mut out) = (ArmourReader::new(may_be_base64), Vec::new());
    for piece in pieces {
        reader.push(piece, &mut out)?;
    }
    reader.finish(&mut out)?;
    Ok(out)
}

/// Whether the text is one block of armoured CMS and nothing else.
pub fn is_only_armour(pieces: &[&[u8]]) -> bool {
    let mut only = ArmourOnly::default();
    for piece in pieces {
        only.push(piece);
    }
    only.is_one()
}

/// Whether the text begins with armoured CMS.
pub fn begins_with_armour(text: &[u8]) -> bool {
    armour::begins(text)
}

/// The canonical form of an entity, for multipart/signed or else for the inside of CMS; long leaves begin at
/// `lookahead` bytes.
pub fn canonical(pieces: &[&[u8]], is_seven_bit: bool, lookahead: usize) -> Result<Vec<u8>, Error> {
    let form = match is_seven_bit {
        true => Form::SevenBit,
        false => Form::Opaque,
    };
    let limits = Limits {
        leaf_lookahead: lookahead,
        ..Limits::default()
    };
    let (mut canonicalizer, mut out) = (Canonicalizer::new(form, &limits), Vec::new());
    for piece in pieces {
        canonicalizer.push(piece, &mut out)?;
    }
    canonicalizer.finish(&mut out)?;
    Ok(out)
}

/// The fields of a header block, read strictly: name, whole field. And the block written anew.
pub fn header(bytes: &[u8]) -> Result<(Vec<(String, Vec<u8>)>, Vec<u8>), Error> {
    let header = HeaderBlock::parse(bytes, &Limits::default())?;
    let fields = header.fields.iter();
    let fields = fields.map(|field| (field.name().to_owned(), field.raw().to_vec()));
    Ok((fields.collect(), header.to_bytes()))
}

/// How many bytes a header that comes in pieces has, with its empty line; `None` if that never comes.
pub fn header_length(pieces: &[&[u8]]) -> Result<Option<usize>, Error> {
    let mut reader = HeaderReader::default();
    let mut before = 0;
    for piece in pieces {
        if let Some(taken) = reader.push(piece, &Limits::default())? {
            return Ok(Some(before + taken));
        }
        before += piece.len();
    }
    Ok(None)
}

/// A header block as it is received: the names of its fields, and its length.
pub fn received(bytes: &[u8]) -> Result<(Vec<String>, usize), Error> {
    let received = header::received::read(bytes, &Limits::default())?;
    let _ = (received.first_flaw(), received.check_structure());
    let fields = received.header.fields.iter();
    Ok((
        fields.map(|field| field.name().to_owned()).collect(),
        received.length,
    ))
}

/// The length of a received header block that comes in pieces.
pub fn received_length(pieces: &[&[u8]]) -> Result<Option<usize>, Error> {
    let limits = Limits::default();
    let (mut bytes, mut looked_at) = (Vec::new(), 0);
    for piece in pieces {
        bytes.extend_from_slice(piece);
        if let Some(length) = entity::head_length(&bytes, looked_at, false, &limits)? {
            return Ok(Some(length));
        }
        looked_at = bytes.len();
    }
    entity::head_length(&bytes, looked_at, true, &limits)
}

/// The fields of a header in 7-bit form, and in the form of messages that may have UTF-8 in them.
pub fn rewritten(bytes: &[u8]) -> Vec<Vec<u8>> {
    let header = HeaderBlock::parse(bytes, &Limits::default()).unwrap_or_default();
    let fields = header.fields.iter();
    let forms =
        fields.flat_map(|field| [seven_bit::ascii_field(field), seven_bit::utf8_field(field)]);
    forms.flatten().map(|field| field.raw().to_vec()).collect()
}

/// A field written from its value, and what is read of it again.
pub fn field(name: &str, value: &str) -> Result<(Vec<u8>, String), Error> {
    let field = Field::new(name, value)?;
    let text = field.text()?.into_owned();
    Ok((field.raw().to_vec(), text))
}

/// The Date of a message.
pub fn date(value: &str) -> Option<SystemTime> {
    let header = HeaderBlock {
        fields: vec![Field::new("Date", value).ok()?],
    };
    crate::open::date_of(&header).ok()
}

/// Text as encoded words, and what a display name made of them is read as.
pub fn encoded_words(text: &str) -> (Vec<String>, Option<String>) {
    let words = encoded_word::encode(text);
    let mailbox = Mailbox::parse(&format!("{} <a@example.org>", words.join(" ")));
    let name = mailbox
        .ok()
        .and_then(|mailbox| mailbox.display_name().map(str::to_owned));
    (words, name)
}

/// Type, subtype and parameters of a Content-Type.
pub fn content_type(value: &str) -> Result<(String, Vec<(String, String)>), Error> {
    let found = ContentType::parse(value)?;
    Ok((
        format!("{}/{}", found.kind, found.subtype),
        found.parameters,
    ))
}

/// A parameter written.
pub fn parameter(name: &str, value: &str) -> String {
    parameters::write(name, value).join("; ")
}

/// A Content-Type written anew.
pub fn content_type_rewritten(value: &str) -> Result<String, Error> {
    content_type::rewrite(&Field::new("Content-Type", value)?)
}

/// Everything that is asked of an entity: what came out of its encoding, and its file name.
pub fn entity(raw: &[u8]) -> Result<(Vec<u8>, Option<String>), Error> {
    let entity = Entity::read(raw, &Limits::default())?;
    let _ = (entity.kind(), entity.is_text(), entity.may_be_signed());
    let _ = (entity.cms(), entity.message_body(), entity.media_type());
    Ok((entity.decoded()?.to_vec(), entity.file_name()))
}

/// How often the diagnosis of a changed part asks whether it is this.
pub fn diagnosed(part: &[u8], wanted: &[u8]) -> (Option<String>, usize) {
    let mut asked = 0;
    let words = diagnosis::diagnose(part, &mut |variant| {
        asked += 1;
        variant == wanted
    });
    (words, asked)
}
