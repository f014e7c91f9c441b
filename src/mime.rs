//! MIME, byte-exact: header fields, canonical form, transfer encodings, boundaries; entities as received.

pub(crate) mod armour;
pub(crate) mod base64;
pub(crate) mod boundary;
pub(crate) mod diagnosis;
pub(crate) mod entity;
pub(crate) mod fold;
pub(crate) mod header;
pub(crate) mod line_ends;
pub(crate) mod multipart;
pub(crate) mod parameters;
pub(crate) mod quoted_printable;
mod seam;

pub(crate) mod content_type;
pub(crate) mod seven_bit;
pub(crate) mod transfer;

pub(crate) mod canonical;
