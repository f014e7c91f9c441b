//! scrypt as the key derivation of PBES2 (RFC 7914 7).

use pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Salt, ScryptParams};
use zeroize::Zeroizing;

use super::{Algorithm, Cipher};
use crate::asn1::Tag;
use crate::{Error, ErrorKind};

/// Most memory one derivation may take: 256 MiB, sixteen times what OpenSSL asks for.
const MAX_MEMORY: u64 = 256 << 20;

/// ```text
/// scrypt-params ::= SEQUENCE {
///   salt OCTET STRING,
///   costParameter INTEGER (1..MAX),
///   blockSize INTEGER (1..MAX),
///   parallelizationParameter INTEGER (1..MAX),
///   keyLength INTEGER (1..MAX) OPTIONAL }
/// ```
pub(crate) struct Scrypt {
    parameters: ScryptParams,
    key_length: Option<u64>,
    cost: u64,
}

impl Scrypt {
    pub(crate) fn read(algorithm: &Algorithm<'_>) -> Result<Scrypt, Error> {
        let value = algorithm.sequence()?;
        let mut reader = value.reader()?;
        let salt = reader.string(Tag::OCTET_STRING)?.octets()?;
        let n = reader.expect(Tag::INTEGER)?.uint()?;
        let r = reader.expect(Tag::INTEGER)?.uint()?;
        let p = reader.expect(Tag::INTEGER)?.uint()?;
        let key_length = match reader.optional(Tag::INTEGER)? {
            Some(length) => Some(length.uint()?),
            None => None,
        };
        reader.finish()?;
        // RFC 7914 2. The library underneath counts on a power of two.
        if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
            return Err(value.error("scrypt parameters that do not exist"));
        }
        let unsupported = |what: &'static str| ErrorKind::Unsupported { what: what.into() };
        let parameters = ScryptParams {
            salt: Salt::new(&salt)
                .map_err(|_| unsupported("scrypt with a salt of more than 32 bytes"))?,
            cost_parameter: n,
            block_size: u16::try_from(r)
                .map_err(|_| unsupported("scrypt with a block size of more than 16 bits"))?,
            parallelization: u16::try_from(p)
                .map_err(|_| unsupported("scrypt with a parallelization of more than 16 bits"))?,
            key_length: None,
        };
        Ok(Scrypt {
            parameters,
            key_length,
            cost: n.saturating_mul(r).saturating_mul(p),
        })
    }

    pub(crate) fn key_length(&self) -> Option<u64> {
        self.key_length
    }

    /// One mix of 128 octets costs about as much as an iteration of PBKDF2.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    pub(crate) fn decrypt(
        &self,
        password: &[u8],
        cipher: &Cipher,
        data: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let n_and_p = self
            .parameters
            .cost_parameter
            .saturating_add(u64::from(self.parameters.parallelization));
        let memory = n_and_p
            .saturating_mul(u64::from(self.parameters.block_size))
            .saturating_mul(128);
        if memory > MAX_MEMORY {
            return Err(ErrorKind::Unsupported {
                what: "scrypt with more than 256 MiB of memory".into(),
            }
            .into());
        }
        let encryption = match *cipher {
            Cipher::Aes { key_len: 16, iv } => EncryptionScheme::Aes128Cbc { iv },
            Cipher::Aes { key_len: 24, iv } => EncryptionScheme::Aes192Cbc { iv },
            Cipher::Aes { iv, .. } => EncryptionScheme::Aes256Cbc { iv },
            Cipher::TripleDes(iv) => EncryptionScheme::DesEde3Cbc { iv },
        };
        let parameters = Parameters {
            kdf: Kdf::Scrypt(self.parameters),
            encryption,
        };
        let mut buffer = Zeroizing::new(data.to_vec());
        let length = match parameters.decrypt_in_place(password, &mut buffer) {
            Ok(plain) => plain.len(),
            Err(_) => return Ok(None),
        };
        buffer.truncate(length);
        Ok(Some(buffer))
    }
}
