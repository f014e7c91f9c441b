//! BER reading and DER/BER writing with u64 lengths; values that keep their received bytes.
//!
//! X.690 (BER, DER). The `der` crate reads only DER and re-encodes what it read; mail needs BER, and
//! signatures need the received bytes. So the outer layers of every file and message are read here.

mod calendar;
mod convert;
mod header;
mod reader;
mod scanner;
mod tag;
mod time;
mod writer;

pub(crate) use calendar::{Civil, unix_seconds};
pub(crate) use convert::to_der;
pub(crate) use header::{Length, begin_of, shorten};
pub(crate) use reader::{Reader, Value};
pub(crate) use scanner::{Header, Scanner, Token};
pub(crate) use tag::{Class, Tag};
pub(crate) use time::time;
pub(crate) use writer::{
    END_OF_CONTENTS, bit_string, explicit, header, header_len, implicit, indefinite, integer_u64,
    length, null, octet_string, oid, sequence, set_of, tlv, uint_bytes,
};
