//! Reading and writing certificate and key files.

mod certificates;
mod identity;
mod lists;
mod password;
pub(crate) mod pbe;
mod pem;
mod pkcs12;
mod private_key;
mod responses;

pub(crate) use certificates::each_certificate;
pub use password::Password;
pub use pkcs12::{Pkcs12, Pkcs12Builder, Pkcs12Certificate, Pkcs12Key, Pkcs12Options};

use crate::asn1::{Reader, Tag};
use crate::{Error, Limits};

fn check_size(input: &[u8], limits: &Limits) -> Result<(), Error> {
    if u64::try_from(input.len()).unwrap_or(u64::MAX) > limits.file_bytes {
        return Err(Error::limit("file size in bytes", limits.file_bytes));
    }
    Ok(())
}

/// Whether these bytes are exactly one SEQUENCE, as decrypted ones must be.
///
/// One wrong key in 256 leaves a correct padding by chance.
fn is_one_sequence(input: &[u8], limits: &Limits) -> bool {
    let mut reader = Reader::new(input, "decrypted data", limits);
    reader.expect(Tag::SEQUENCE).is_ok() && reader.finish().is_ok()
}

#[cfg(test)]
pub(crate) mod tools;
