//! Certificate files: DER, PEM, bundles of both, and certs-only CMS.

use super::pem::{self, Block};
use crate::asn1::{Reader, Tag, Value};
use crate::bag;
use crate::cert::Certificate;
use crate::{Error, ErrorKind, Limits};

const WHAT: &str = "certificate file";

/// The certificates of a file, each as received: one or more in DER, PEM with one or more blocks, or a
/// `.p7b`/`.p7c` (certs-only CMS in DER, BER or PEM). Never empty.
///
/// Keys and other blocks of a PEM file, and entries of a `.p7b` that are not X.509 certificates, are passed
/// over.
pub(crate) fn certificates(input: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, Error> {
    super::check_size(input, limits)?;
    let mut found = Vec::new();
    match binary(input, limits) {
        Ok(values) => {
            for value in values {
                from_value(&value, limits, &mut found)?;
            }
        }
        Err(_) if pem::is_pem(input) => {
            for block in pem::blocks(input)? {
                from_block(&block, limits, &mut found)?;
            }
        }
        Err(error) => return Err(error),
    }
    if found.is_empty() {
        return Err(ErrorKind::Missing {
            what: "certificate in the file".into(),
        }
        .into());
    }
    check_count(&found, limits)?;
    Ok(found)
}

/// [`certificates`], each parsed by itself: one that is broken does not cost the others.
pub(crate) fn each_certificate(
    input: &[u8],
    limits: &Limits,
) -> Result<Vec<Result<Certificate, Error>>, Error> {
    let found = certificates(input, limits)?;
    let read = found.iter().map(|der| Certificate::from_der_exact(der));
    Ok(read.collect())
}

fn check_count(found: &[Vec<u8>], limits: &Limits) -> Result<(), Error> {
    if found.len() > limits.certificates {
        let limit = u64::try_from(limits.certificates).unwrap_or(u64::MAX);
        return Err(Error::limit("certificates in one file", limit));
    }
    Ok(())
}

/// The values of a file that holds nothing but values in BER or DER, and line ends and zero octets behind them.
fn binary<'a>(input: &'a [u8], limits: &Limits) -> Result<Vec<Value<'a>>, Error> {
    let mut reader = Reader::new(input, WHAT, limits);
    let mut values = vec![reader.expect(Tag::SEQUENCE)?];
    while !reader.is_empty() {
        let position = usize::try_from(reader.position()).unwrap_or(usize::MAX);
        if input.get(position..).is_some_and(bag::is_padding) {
            break;
        }
        values.push(reader.expect(Tag::SEQUENCE)?);
        if values.len() > limits.certificates {
            let limit = u64::try_from(limits.certificates).unwrap_or(u64::MAX);
            return Err(Error::limit("certificates in one file", limit));
        }
    }
    Ok(values)
}

fn from_value(value: &Value<'_>, limits: &Limits, found: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    match value.reader()?.peek()? {
        Some(Tag::OID) => from_cms(value.raw, limits, found),
        Some(Tag::SEQUENCE) => {
            found.push(value.raw.to_vec());
            Ok(())
        }
        Some(Tag::INTEGER) => Err(ErrorKind::Unsupported {
            what: "reading certificates from a key or PKCS#12 file (PrivateKey::from_bytes and \
                   Pkcs12::open read those)"
                .into(),
        }
        .into()),
        _ => Err(value.error("neither a certificate nor a CMS file")),
    }
}

fn from_cms(input: &[u8], limits: &Limits, found: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    let bag = bag::read_certs_only(input, limits)?;
    let certificates = bag.certificates.certificates;
    found.extend(certificates.into_iter().map(<[u8]>::to_vec));
    Ok(())
}

fn from_block(block: &Block, limits: &Limits, found: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    let in_file = |error: Error| match error.into_kind() {
        ErrorKind::Malformed { what, detail, .. } => {
            Error::malformed_at(what, block.position, detail)
        }
        kind => kind.into(),
    };
    match block.label.as_str() {
        "CERTIFICATE" | "X509 CERTIFICATE" => {
            let mut reader = Reader::new(&block.der, WHAT, limits);
            let value = reader.expect(Tag::SEQUENCE).map_err(in_file)?;
            reader.finish().map_err(in_file)?;
            // Some tools put a whole PKCS #7 file under this label.
            from_value(&value, limits, found).map_err(in_file)
        }
        // OpenSSL's own form: what the certificate is trusted for stands after it.
        "TRUSTED CERTIFICATE" => {
            let mut reader = Reader::new(&block.der, WHAT, limits);
            let value = reader.expect(Tag::SEQUENCE).map_err(in_file)?;
            found.push(value.raw.to_vec());
            Ok(())
        }
        "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => {
            from_cms(&block.der, limits, found).map_err(in_file)
        }
        _ => Ok(()),
    }
}

impl Certificate {
    /// One certificate from a file in any form that [`Certificate::all_from_bytes`] reads.
    ///
    /// # Errors
    ///
    /// As there; [`ErrorKind::Ambiguous`] when the file holds several.
    pub fn from_bytes(bytes: &[u8]) -> Result<Certificate, Error> {
        let mut all = Certificate::all_from_bytes(bytes)?;
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(ErrorKind::Ambiguous {
                what: "certificates in the file",
                count: others.saturating_add(1),
                advice: "Certificate::all_from_bytes gives all of them",
            }
            .into()),
        }
    }

    /// All certificates of a file, in its order, with [`Limits::default`].
    ///
    /// Reads DER (also several one after the other), PEM (text around the blocks, keys and other blocks
    /// are passed over), and certs-only CMS, the `.p7b` and `.p7c` files, in DER, BER or PEM (RFC 8551 3.8);
    /// entries of those that are not X.509 certificates are passed over.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`], [`ErrorKind::Missing`] when there is none, [`ErrorKind::Limit`],
    /// [`ErrorKind::Unsupported`] when the file is of another kind.
    pub fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Certificate>, Error> {
        Certificate::all_with(bytes, &Limits::default())
    }

    /// [`Certificate::all_from_bytes`] with limits of one's own.
    pub fn all_with(bytes: &[u8], limits: &Limits) -> Result<Vec<Certificate>, Error> {
        let found = certificates(bytes, limits)?;
        found
            .iter()
            .map(|der| Certificate::from_der_exact(der))
            .collect()
    }

    /// PEM with the label `CERTIFICATE` (RFC 7468 5).
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE", self.to_der())
    }

    /// Several certificates as one PEM file, in the order given.
    pub fn bundle_to_pem<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> String {
        certificates.into_iter().map(Certificate::to_pem).collect()
    }

    /// Several certificates as a `.p7b`/`.p7c` file: certs-only CMS in DER (RFC 8551 3.8). DER sorts
    /// them, and each is in it once.
    pub fn bundle_to_p7b<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Vec<u8> {
        bag::certs_only(certificates.into_iter().map(Certificate::to_der))
    }
}

#[cfg(test)]
mod tests;
