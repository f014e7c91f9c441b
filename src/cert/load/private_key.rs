//! Private key files: PKCS#8, encrypted PKCS#8, PKCS#1 and SEC 1, in PEM or DER.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::password::Password;
use super::pbe::{Budget, Scheme};
use super::pem::{self, Block};
use super::pkcs12::Writing;
use crate::asn1::{Reader, Tag, Value, octet_string, sequence, to_der};
use crate::crypto::RandomSource;
use crate::key::PrivateKey;
use crate::{Error, ErrorKind, Limits};

const WHAT: &str = "private key file";
const ENCRYPTED: &str = "encrypted private key";

/// Form of the DER of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// PrivateKeyInfo (RFC 5958 2), without attributes.
    Pkcs8,
    /// RSAPrivateKey (RFC 8017 A.1.2).
    Pkcs1,
    /// ECPrivateKey (RFC 5915 3).
    Sec1,
}

/// A key as DER.
pub(super) struct KeyDer {
    pub form: Form,
    pub der: Zeroizing<Vec<u8>>,
}

impl KeyDer {
    pub(super) fn to_key(&self) -> Result<PrivateKey, Error> {
        match self.form {
            Form::Pkcs8 => PrivateKey::from_pkcs8_der(&self.der),
            Form::Pkcs1 => PrivateKey::from_pkcs1_der(&self.der),
            Form::Sec1 => PrivateKey::from_sec1_der(&self.der),
        }
    }
}

/// All keys of a file. PEM can hold several, and none.
pub(super) fn keys(
    input: &[u8],
    password: Password<'_>,
    limits: &Limits,
) -> Result<Vec<KeyDer>, Error> {
    super::check_size(input, limits)?;
    let mut budget = Budget::new(limits);
    let mut reader = Reader::new(input, WHAT, limits);
    match reader.expect(Tag::SEQUENCE).and_then(|value| {
        reader.finish()?;
        Ok(value)
    }) {
        Ok(value) => Ok(vec![from_value(&value, password, limits, &mut budget)?]),
        Err(_) if pem::is_pem(input) => pem::blocks(input)?
            .iter()
            .filter(|block| block.is_private_key())
            .map(|block| from_block(block, password, limits, &mut budget))
            .collect(),
        Err(error) => Err(error),
    }
}

/// The only key.
pub(super) fn only(keys: &[KeyDer]) -> Result<PrivateKey, Error> {
    match keys {
        [key] => key.to_key(),
        [] => Err(ErrorKind::Missing {
            what: "private key in the file".into(),
        }
        .into()),
        several => Err(ErrorKind::Ambiguous {
            what: "private keys in the file",
            count: several.len(),
            advice: "split the file",
        }
        .into()),
    }
}

fn from_block(
    block: &Block,
    password: Password<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<KeyDer, Error> {
    let unsupported = |what: String| ErrorKind::Unsupported { what: what.into() };
    if block.encrypted {
        return Err(unsupported(
            "a private key in the traditional encrypted PEM form (Proc-Type: 4,ENCRYPTED; \
             `openssl pkcs8 -topk8` converts it)"
                .to_owned(),
        )
        .into());
    }
    let form = match block.label.as_str() {
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => None,
        "RSA PRIVATE KEY" => Some(Form::Pkcs1),
        "EC PRIVATE KEY" => Some(Form::Sec1),
        other => {
            let other: String = other
                .chars()
                .take(60)
                .flat_map(char::escape_debug)
                .collect();
            return Err(unsupported(format!("a private key in the form \"{other}\"")).into());
        }
    };
    let mut reader = Reader::new(&block.der, WHAT, limits);
    let value = reader.expect(Tag::SEQUENCE)?;
    reader.finish()?;
    let key = from_value(&value, password, limits, budget)?;
    match form {
        Some(form) if form != key.form => Err(Error::malformed_at(
            WHAT,
            block.position,
            "the label names another form than the block has",
        )),
        _ => Ok(key),
    }
}

/// Tells the forms apart by their first values.
fn from_value(
    value: &Value<'_>,
    password: Password<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<KeyDer, Error> {
    let mut reader = value.reader()?;
    let (first, second) = (reader.read()?, reader.read()?);
    let third = reader.peek()?;
    let form = match (first.tag, second.tag.primitive()) {
        (Tag::SEQUENCE, Tag::OCTET_STRING) => {
            return decrypt(value, password, limits, budget);
        }
        (Tag::INTEGER, _) if second.tag == Tag::SEQUENCE => {
            // PKCS#12 begins in the same way, but has no OCTET STRING in third place.
            if third.map(Tag::primitive) != Some(Tag::OCTET_STRING) {
                return Err(ErrorKind::Unsupported {
                    what: "reading a bare private key from a PKCS#12 file (Pkcs12::open reads it)"
                        .into(),
                }
                .into());
            }
            return pkcs8(value.raw, limits);
        }
        (Tag::INTEGER, Tag::INTEGER) => Form::Pkcs1,
        (Tag::INTEGER, Tag::OCTET_STRING) => Form::Sec1,
        _ => return Err(value.error("not a private key")),
    };
    Ok(KeyDer {
        form,
        der: secret_der(value.raw, limits)?,
    })
}

fn secret_der(input: &[u8], limits: &Limits) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(Zeroizing::new(match to_der(input, limits)? {
        Cow::Owned(der) => der,
        Cow::Borrowed(der) => der.to_vec(),
    }))
}

/// PrivateKeyInfo as DER without its attributes, which say nothing about the key and which parsers stumble on.
///
/// ```text
/// OneAsymmetricKey ::= SEQUENCE {
///   version Version,
///   privateKeyAlgorithm PrivateKeyAlgorithmIdentifier,
///   privateKey PrivateKey,
///   attributes [0] Attributes OPTIONAL,
///   ...,
///   [[2: publicKey [1] PublicKey OPTIONAL ]],
///   ... }
/// ```
pub(super) fn pkcs8(input: &[u8], limits: &Limits) -> Result<KeyDer, Error> {
    let der = secret_der(input, limits)?;
    let mut outer = Reader::new(&der, "PKCS#8 private key", limits);
    let value = outer.expect(Tag::SEQUENCE)?;
    outer.finish()?;
    let mut reader = value.reader()?;
    let version = reader.expect(Tag::INTEGER)?.raw;
    let algorithm = reader.expect(Tag::SEQUENCE)?.raw;
    let key = reader.expect(Tag::OCTET_STRING)?.raw;
    let attributes = reader.optional(Tag::context(0, true))?;
    let public_key = reader.optional(Tag::context(1, false))?;
    reader.finish()?;
    let der = match attributes {
        None => der,
        Some(_) => {
            let public_key = public_key.map_or(&[][..], |key| key.raw);
            Zeroizing::new(sequence(&[version, algorithm, key, public_key]))
        }
    };
    Ok(KeyDer {
        form: Form::Pkcs8,
        der,
    })
}

/// ```text
/// EncryptedPrivateKeyInfo ::= SEQUENCE {
///   encryptionAlgorithm EncryptionAlgorithmIdentifier,
///   encryptedData EncryptedData }   -- OCTET STRING
/// ```
///
/// Nothing but the outcome tells a wrong password from a changed file.
fn decrypt(
    value: &Value<'_>,
    password: Password<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<KeyDer, Error> {
    let encrypted = Encrypted::read(value, ENCRYPTED)?;
    if password.is_absent() {
        return Err(ErrorKind::Missing {
            what: "password for the encrypted private key".into(),
        }
        .into());
    }
    let plain = encrypted
        .scheme
        .decrypt(password, &encrypted.data, budget)?
        .filter(|plain| super::is_one_sequence(plain, limits))
        .ok_or(ErrorKind::WrongPassword { what: ENCRYPTED })?;
    pkcs8(&plain, limits)
}

/// An EncryptedPrivateKeyInfo taken apart.
pub(super) struct Encrypted<'a> {
    pub scheme: Scheme,
    pub data: Cow<'a, [u8]>,
}

impl<'a> Encrypted<'a> {
    pub(super) fn read(value: &Value<'a>, role: &'static str) -> Result<Encrypted<'a>, Error> {
        let mut reader = value.reader()?;
        let scheme = Scheme::read(reader.read()?, role)?;
        let data = reader.string(Tag::OCTET_STRING)?.octets()?;
        reader.finish()?;
        Ok(Encrypted { scheme, data })
    }
}

impl PrivateKey {
    /// A key from PKCS#8 (RFC 5958), PKCS#8 encrypted with PBES2 (RFC 8018) or a scheme of PKCS#12,
    /// PKCS#1 (`RSA PRIVATE KEY`, RFC 8017) or SEC 1 (`EC PRIVATE KEY`, RFC 5915), in PEM or DER. Other
    /// blocks of a PEM file, such as certificates, are passed over. A password is not looked at when
    /// the key is not encrypted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongPassword`] (also when an encrypted key was changed: nothing tells the two apart),
    /// [`ErrorKind::Missing`] for no key or no password, [`ErrorKind::Ambiguous`] for several keys,
    /// [`ErrorKind::UnsupportedAlgorithm`], [`ErrorKind::TooManyIterations`], [`ErrorKind::Malformed`], and
    /// [`ErrorKind::Unsupported`] for other forms, among them the traditional encrypted PEM.
    pub fn from_bytes(bytes: &[u8], password: Option<&str>) -> Result<PrivateKey, Error> {
        PrivateKey::from_bytes_with(bytes, password, &Limits::default())
    }

    /// [`PrivateKey::from_bytes`] with limits of one's own.
    pub fn from_bytes_with(
        bytes: &[u8],
        password: Option<&str>,
        limits: &Limits,
    ) -> Result<PrivateKey, Error> {
        only(&keys(bytes, password.into(), limits)?)
    }

    /// PKCS#8 as PEM (RFC 7468 10), not encrypted.
    ///
    /// [`ErrorKind::Misuse`] for a key outside the process.
    pub(crate) fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        let der = self.to_pkcs8_der().ok_or_else(outside)?;
        Ok(pem::write_secret("PRIVATE KEY", der.as_ref()))
    }

    /// PKCS#8 encrypted with PBES2 (PBKDF2 with HMAC-SHA-256, AES-256-CBC; RFC 5958 3, RFC 8018), as PEM
    /// (RFC 7468 11).
    ///
    /// [`ErrorKind::Misuse`] for a key outside the process.
    pub(crate) fn to_encrypted_pem(
        &self,
        password: &str,
        iterations: u32,
        random: &dyn RandomSource,
    ) -> Result<String, Error> {
        let der = self.to_pkcs8_der().ok_or_else(outside)?;
        let writing = Writing {
            password: password.into(),
            iterations,
            random,
        };
        let (algorithm, data) = writing.encrypt(der.as_ref())?;
        let info = sequence(&[&algorithm, &octet_string(&data)]);
        Ok(pem::write("ENCRYPTED PRIVATE KEY", &info))
    }
}

fn outside() -> Error {
    Error::misuse("a key outside the process cannot be written to a file")
}

#[cfg(test)]
mod tests;
