//! MIME, byte-exact: header fields, canonical form, transfer encodings, boundaries.

pub(crate) mod base64;
pub(crate) mod boundary;
pub(crate) mod fold;
pub(crate) mod header;
pub(crate) mod parameters;
pub(crate) mod quoted_printable;

pub(crate) mod content_type;
pub(crate) mod seven_bit;

pub(crate) mod canonical;
