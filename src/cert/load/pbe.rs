//! Password-based encryption: PBES2 (RFC 8018 6.2) and the schemes of PKCS#12 (RFC 7292 C).

mod budget;
mod cipher;
mod hash;
mod pbkdf2;
mod scrypt;

pub(crate) use budget::Budget;
pub(super) use cipher::{Cipher, ID_AES256_CBC};
pub(super) use hash::{Hash, Purpose};
pub(crate) use pbkdf2::{ID_PBKDF2, Pbkdf2};

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::password::Password;
use crate::Error;
use crate::asn1::{Tag, Value};
pub(super) use crate::bag::Algorithm;
use cipher::{ID_DES_EDE3_CBC, ID_RC2_CBC};

/// id-PBES2 (RFC 8018 A.4).
pub(super) const ID_PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const ID_SCRYPT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.4.11");

/// A scheme with its parameters, ready to decrypt.
pub(super) enum Scheme {
    Pbkdf2(Pbkdf2, Cipher),
    Scrypt(scrypt::Scrypt, Cipher),
    Pkcs12 {
        salt: Vec<u8>,
        iterations: u64,
        cipher: cipher::Legacy,
    },
}

impl Scheme {
    /// Reads the AlgorithmIdentifier of encrypted content; `role` names it in errors.
    pub(super) fn read(value: Value<'_>, role: &'static str) -> Result<Scheme, Error> {
        let algorithm = Algorithm::read(value)?;
        if algorithm.oid == ID_PBES2 {
            return Scheme::pbes2(&algorithm, role);
        }
        let Some(cipher) = cipher::Legacy::from_oid(&algorithm.oid) else {
            return Err(Error::unsupported_algorithm(role, algorithm.oid));
        };
        // pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }
        let mut reader = algorithm.sequence()?.reader()?;
        let salt = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let iterations = reader.expect(Tag::INTEGER)?.uint()?;
        reader.finish()?;
        Ok(Scheme::Pkcs12 {
            salt,
            iterations,
            cipher,
        })
    }

    /// ```text
    /// PBES2-params ::= SEQUENCE {
    ///   keyDerivationFunc AlgorithmIdentifier {{PBES2-KDFs}},
    ///   encryptionScheme AlgorithmIdentifier {{PBES2-Encs}} }
    /// ```
    fn pbes2(algorithm: &Algorithm<'_>, role: &'static str) -> Result<Scheme, Error> {
        let mut reader = algorithm.sequence()?.reader()?;
        let kdf = Algorithm::read(reader.read()?)?;
        let encryption = Algorithm::read(reader.read()?)?;
        reader.finish()?;
        let cipher = match encryption.oid {
            ID_DES_EDE3_CBC => Cipher::TripleDes(encryption.octets()?),
            // Its effective key length and IV stand in parameters of its own; nobody writes it.
            ID_RC2_CBC => return Err(Error::unsupported_algorithm(role, ID_RC2_CBC)),
            oid => match Cipher::aes_key_len(&oid) {
                Some(key_len) => Cipher::Aes {
                    key_len,
                    iv: encryption.octets()?,
                },
                None => return Err(Error::unsupported_algorithm(role, oid)),
            },
        };
        let key_len = cipher.key_len();
        let wrong_length = |length: Option<u64>| match length {
            Some(length) if u64::try_from(key_len) != Ok(length) => Err(kdf
                .value
                .error("the derived key does not have the length the cipher needs")),
            _ => Ok(()),
        };
        match kdf.oid {
            ID_PBKDF2 => {
                let pbkdf2 = Pbkdf2::read(&kdf, role)?;
                wrong_length(pbkdf2.key_length())?;
                Ok(Scheme::Pbkdf2(pbkdf2, cipher))
            }
            ID_SCRYPT => {
                let scrypt = scrypt::Scrypt::read(&kdf)?;
                wrong_length(scrypt.key_length())?;
                Ok(Scheme::Scrypt(scrypt, cipher))
            }
            oid => Err(Error::unsupported_algorithm(role, oid)),
        }
    }

    /// Decrypts; `None` when the padding shows that the password is wrong or the data changed.
    ///
    /// The iterations are charged to `budget` before any work.
    pub(super) fn decrypt(
        &self,
        password: Password<'_>,
        data: &[u8],
        budget: &mut Budget,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self {
            Scheme::Pbkdf2(pbkdf2, cipher) => {
                let key = pbkdf2.derive(password.utf8(), cipher.key_len(), budget)?;
                Ok(cipher.decrypt(&key, data))
            }
            Scheme::Scrypt(scrypt, cipher) => {
                budget.spend(scrypt.cost())?;
                scrypt.decrypt(password.utf8(), cipher, data)
            }
            Scheme::Pkcs12 {
                salt,
                iterations,
                cipher,
            } => {
                let iterations = budget.spend(*iterations)?;
                let bmp = password.bmp();
                let derive = |purpose, length| {
                    Hash::Sha1.pkcs12_kdf(&bmp, salt, purpose, iterations, length)
                };
                let key = derive(Purpose::Encryption, cipher.key_len());
                let iv = derive(Purpose::Iv, 8);
                Ok(cipher.decrypt(&key, &iv, data))
            }
        }
    }
}

#[cfg(test)]
mod tests;
