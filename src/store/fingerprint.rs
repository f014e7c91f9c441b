//! What names an entry.

use std::fmt;

use crate::cert::Certificate;
use crate::crypto::DigestAlgorithm;
use crate::{Error, ErrorKind};

/// SHA-256 of a certificate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(certificate: &Certificate) -> Fingerprint {
        Fingerprint(sha_256(certificate.to_der()))
    }

    /// Reads 64 hexadecimal digits in either case, with or without colons or spaces between them.
    pub(super) fn parse(text: &str) -> Result<Fingerprint, Error> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .take(65)
            .collect();
        let octets: Option<Vec<u8>> = digits.map(|digits| {
            let (pairs, _) = digits.as_chunks::<2>();
            pairs.iter().map(|[high, low]| high << 4 | low).collect()
        });
        let is_whole = text.chars().filter(|c| c.is_ascii_hexdigit()).count() == 64;
        octets
            .filter(|_| is_whole)
            .and_then(|octets| octets.try_into().ok())
            .map(Fingerprint)
            .ok_or_else(|| {
                ErrorKind::Malformed {
                    what: "fingerprint",
                    position: None,
                    detail: "not SHA-256 in hexadecimal, 64 digits with or without colons".into(),
                }
                .into()
            })
    }

    /// Reads what [`fmt::Display`] writes, and nothing else.
    pub(super) fn of_file_name(text: &str) -> Option<Fingerprint> {
        let fingerprint = Fingerprint::parse(text).ok()?;
        (fingerprint.to_string() == text).then_some(fingerprint)
    }
}

/// 64 hexadecimal digits in lower case: the name of its files.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) fn sha_256(bytes: &[u8]) -> [u8; 32] {
    let mut octets = [0; 32];
    for (to, from) in octets.iter_mut().zip(DigestAlgorithm::Sha256.digest(bytes)) {
        *to = from;
    }
    octets
}
