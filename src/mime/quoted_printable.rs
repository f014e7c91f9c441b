//! Quoted-printable (RFC 2045 6.7), streaming both ways.

mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use reader::QuotedPrintableReader;
pub(crate) use writer::{BareLineFeed, QuotedPrintableWriter};
