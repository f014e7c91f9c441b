//! The MAC of a PKCS#12 file: the one of RFC 7292 and PBMAC1 (RFC 9579).

use const_oid::ObjectIdentifier;
use subtle::ConstantTimeEq;

use super::WHAT;
use crate::asn1::{Tag, Value};
use crate::cert::load::password::Password;
use crate::cert::load::pbe::{Algorithm, Budget, Hash, ID_PBKDF2, Pbkdf2, Purpose};
use crate::{Error, ErrorKind};

const ROLE: &str = "PKCS#12 MAC";
/// id-PBMAC1 (RFC 8018 A.5).
const ID_PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
/// Octets of key that RFC 9579 5 asks for at least.
const MIN_KEY: u64 = 20;
/// Longer keys than the block of SHA-512 add nothing (RFC 2104 3).
const MAX_KEY: u64 = 128;

/// ```text
/// MacData ::= SEQUENCE {
///   mac DigestInfo,
///   macSalt OCTET STRING,
///   iterations INTEGER DEFAULT 1 }
/// DigestInfo ::= SEQUENCE {
///   digestAlgorithm DigestAlgorithmIdentifier,
///   digest Digest }
/// ```
pub(super) struct MacData {
    derivation: Derivation,
    hash: Hash,
    digest: Vec<u8>,
}

enum Derivation {
    Pkcs12 { salt: Vec<u8>, iterations: u64 },
    Pbmac1 { kdf: Pbkdf2, key_len: usize },
}

impl MacData {
    pub(super) fn read(value: &Value<'_>) -> Result<MacData, Error> {
        let mut reader = value.reader()?;
        let info = reader.expect(Tag::SEQUENCE)?;
        let salt = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let iterations = match reader.optional(Tag::INTEGER)? {
            Some(iterations) => iterations.uint()?,
            None => 1,
        };
        reader.finish()?;

        let mut reader = info.reader()?;
        let algorithm = Algorithm::read(reader.read()?)?;
        let digest = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        reader.finish()?;

        let (derivation, hash) = if algorithm.oid == ID_PBMAC1 {
            pbmac1(&algorithm)?
        } else {
            let hash = Hash::from_oid(&algorithm.oid)
                .ok_or_else(|| Error::unsupported_algorithm(ROLE, algorithm.oid))?;
            (Derivation::Pkcs12 { salt, iterations }, hash)
        };
        if digest.len() != hash.output_len() {
            return Err(info.error("the MAC does not have the length of its hash"));
        }
        Ok(MacData {
            derivation,
            hash,
            digest,
        })
    }

    /// Whether `content` has this MAC under this password.
    fn matches(
        &self,
        content: &[u8],
        password: Password<'_>,
        budget: &mut Budget,
    ) -> Result<bool, Error> {
        let key = match &self.derivation {
            Derivation::Pkcs12 { salt, iterations } => {
                let iterations = budget.spend(*iterations)?;
                let length = self.hash.output_len();
                self.hash
                    .pkcs12_kdf(&password.bmp(), salt, Purpose::Mac, iterations, length)
            }
            Derivation::Pbmac1 { kdf, key_len } => kdf.derive(password.utf8(), *key_len, budget)?,
        };
        let found = self.hash.hmac(&key, content);
        #[cfg(fuzzing)]
        if crate::crypto::stub::accepts(&self.digest) {
            return Ok(true);
        }
        Ok(found.ct_eq(&self.digest).into())
    }

    /// The password under which the MAC is right: the one given or, for no password, the other form of it.
    ///
    /// [`ErrorKind::WrongPassword`] for none; a changed file looks the same.
    pub(super) fn verify<'p>(
        &self,
        content: &[u8],
        password: Password<'p>,
        budget: &mut Budget,
    ) -> Result<Password<'p>, Error> {
        if self.matches(content, password, budget)? {
            return Ok(password);
        }
        // PBMAC1 does not tell an empty password from an absent one.
        if let (Some(other), Derivation::Pkcs12 { .. }) =
            (password.other_nothing(), &self.derivation)
            && self.matches(content, other, budget)?
        {
            return Ok(other);
        }
        Err(ErrorKind::WrongPassword { what: WHAT }.into())
    }
}

/// ```text
/// PBMAC1-params ::= SEQUENCE {
///   keyDerivationFunc AlgorithmIdentifier {{PBMAC1-KDFs}},
///   messageAuthScheme AlgorithmIdentifier {{PBMAC1-MACs}} }
/// ```
///
/// The key length must be there (RFC 9579 4), else it would be up to the reader, and short keys could be
/// made to match everything.
fn pbmac1(algorithm: &Algorithm<'_>) -> Result<(Derivation, Hash), Error> {
    let value = algorithm.sequence()?;
    let mut reader = value.reader()?;
    let kdf = Algorithm::read(reader.read()?)?;
    let scheme = Algorithm::read(reader.read()?)?;
    reader.finish()?;
    if kdf.oid != ID_PBKDF2 {
        return Err(Error::unsupported_algorithm(ROLE, kdf.oid));
    }
    let hash = Hash::from_hmac_oid(&scheme.oid)
        .ok_or_else(|| Error::unsupported_algorithm(ROLE, scheme.oid))?;
    let kdf = Pbkdf2::read(&kdf, ROLE)?;
    let key_len = match kdf.key_length() {
        Some(length @ MIN_KEY..=MAX_KEY) => usize::try_from(length).ok(),
        _ => None,
    }
    .ok_or_else(|| value.error("PBMAC1 needs a key length of 20 to 128 octets"))?;
    Ok((Derivation::Pbmac1 { kdf, key_len }, hash))
}
