//! Files of revocation lists: DER and PEM.

use super::pem;
use crate::asn1::{Reader, Tag};
use crate::cert::Crl;
use crate::{Error, ErrorKind, Limits};

const WHAT: &str = "revocation list file";

impl Crl {
    /// One list from a file in any form that [`Crl::all_from_bytes`] reads.
    ///
    /// # Errors
    ///
    /// As there; [`ErrorKind::Ambiguous`] when the file holds several.
    pub fn from_bytes(bytes: &[u8]) -> Result<Crl, Error> {
        let mut all = Crl::all_from_bytes(bytes)?;
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(ErrorKind::Ambiguous {
                what: "revocation lists in the file",
                count: others.saturating_add(1),
                advice: "Crl::all_from_bytes gives all of them",
            }
            .into()),
        }
    }

    /// All lists of a file, in its order, with [`Limits::default`]: DER (also several one after the other), or
    /// PEM with the label `X509 CRL` (RFC 7468 6; text around the blocks and other blocks are passed over).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`], [`ErrorKind::Missing`] when there is none, [`ErrorKind::Limit`].
    pub fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Crl>, Error> {
        Crl::all_with(bytes, &Limits::default())
    }

    /// [`Crl::all_from_bytes`] with limits of one's own: [`Limits::file_bytes`] and [`Limits::crls`].
    pub fn all_with(bytes: &[u8], limits: &Limits) -> Result<Vec<Crl>, Error> {
        super::check_size(bytes, limits)?;
        let found = match binary(bytes, limits) {
            Err(_) if pem::is_pem(bytes) => pem_blocks(bytes, limits)?,
            found => found?,
        };
        if found.is_empty() {
            return Err(ErrorKind::Missing {
                what: "revocation list in the file".into(),
            }
            .into());
        }
        Ok(found)
    }
}

/// The lists of a file that holds nothing but values in BER or DER.
fn binary(input: &[u8], limits: &Limits) -> Result<Vec<Crl>, Error> {
    let mut values = Reader::new(input, WHAT, limits);
    let mut found = Vec::new();
    while !values.is_empty() {
        let value = values.expect(Tag::SEQUENCE)?;
        check_count(&found, limits)?;
        found.push(Crl::from_der_exact(value.raw)?);
    }
    Ok(found)
}

fn pem_blocks(input: &[u8], limits: &Limits) -> Result<Vec<Crl>, Error> {
    let mut found = Vec::new();
    for block in pem::blocks(input)? {
        if matches!(block.label.as_str(), "X509 CRL" | "CRL") {
            check_count(&found, limits)?;
            found.push(Crl::from_der_exact(&block.der)?);
        }
    }
    Ok(found)
}

/// Whether one more is allowed.
fn check_count(found: &[Crl], limits: &Limits) -> Result<(), Error> {
    if found.len() < limits.crls {
        return Ok(());
    }
    let limit = u64::try_from(limits.crls).unwrap_or(u64::MAX);
    Err(Error::limit("revocation lists in one file", limit))
}
