//! PBKDF2 parameters (RFC 8018 A.2).

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{Algorithm, Budget, Hash};
use crate::Error;
use crate::asn1::Tag;

/// id-PBKDF2.
pub(crate) const ID_PBKDF2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");

/// ```text
/// PBKDF2-params ::= SEQUENCE {
///   salt CHOICE {
///     specified OCTET STRING,
///     otherSource AlgorithmIdentifier {{PBKDF2-SaltSources}} },
///   iterationCount INTEGER (1..MAX),
///   keyLength INTEGER (1..MAX) OPTIONAL,
///   prf AlgorithmIdentifier {{PBKDF2-PRFs}} DEFAULT algid-hmacWithSHA1 }
/// ```
pub(crate) struct Pbkdf2 {
    salt: Vec<u8>,
    iterations: u64,
    key_length: Option<u64>,
    hash: Hash,
}

impl Pbkdf2 {
    pub(crate) fn read(algorithm: &Algorithm<'_>, role: &'static str) -> Result<Pbkdf2, Error> {
        let mut reader = algorithm.sequence()?.reader()?;
        let salt = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let iterations = reader.expect(Tag::INTEGER)?.uint()?;
        let key_length = match reader.optional(Tag::INTEGER)? {
            Some(length) => Some(length.uint()?),
            None => None,
        };
        let hash = if reader.is_empty() {
            Hash::Sha1
        } else {
            let prf = Algorithm::read(reader.read()?)?;
            Hash::from_hmac_oid(&prf.oid)
                .ok_or_else(|| Error::unsupported_algorithm(role, prf.oid))?
        };
        reader.finish()?;
        Ok(Pbkdf2 {
            salt,
            iterations,
            key_length,
            hash,
        })
    }

    pub(crate) fn key_length(&self) -> Option<u64> {
        self.key_length
    }

    pub(crate) fn derive(
        &self,
        password: &[u8],
        length: usize,
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        // Each block of output costs all iterations (RFC 8018 5.2).
        let blocks = u64::try_from(length.div_ceil(self.hash.output_len())).unwrap_or(u64::MAX);
        let extra = blocks.saturating_sub(1).saturating_mul(self.iterations);
        budget.spend(extra)?;
        let iterations = budget.spend(self.iterations)?;
        Ok(self.hash.pbkdf2(password, &self.salt, iterations, length))
    }
}
