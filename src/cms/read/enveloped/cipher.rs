//! contentEncryptionAlgorithm: the cipher and its parameters, checked before any key is used.

use const_oid::ObjectIdentifier;

use crate::asn1::{Tag, to_der};
use crate::bag::Algorithm;
use crate::crypto::cipher::TAG_LEN;
use crate::crypto::{ContentCipher, ReceivedCipher};
use crate::{Error, Limits};

const ROLE: &str = "content encryption";
/// des-ede3-cbc (RFC 3370 5.1).
const DES_EDE3_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");
/// rc2-cbc (RFC 3370 5.2).
const RC2_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.2");
/// id-aes192-GCM (RFC 5084 3.2).
const AES192_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.26");
/// id-alg-cek-hkdf-sha256 (RFC 9709 3).
const CEK_HKDF_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.31");
/// The shortest tag of GCM, and what absent parameters stand for (RFC 5084 3.2).
const SHORTEST_TAG: usize = 12;

/// The cipher of a content, ready but for the key.
#[derive(Debug)]
pub(super) struct ContentEncryption {
    pub cipher: ReceivedCipher,
    pub nonce: Vec<u8>,
    /// Length of the tag in bytes; `None` when the cipher gives none.
    pub tag_len: Option<usize>,
    /// DER AlgorithmIdentifier that the content key is derived for (RFC 9709 2), if the message does so.
    pub derivation: Option<Vec<u8>>,
}

impl ContentEncryption {
    /// Reads the algorithm of AuthEnvelopedData if `authenticated`, else of EnvelopedData. Each takes only ciphers
    /// of its own kind, so that neither can be passed off as the other (RFC 5083 2.1, RFC 9709 1).
    ///
    /// ```text
    /// cea-CEKHKDFSHA256 CONTENT-ENCRYPTION ::= { IDENTIFIED BY id-alg-cek-hkdf-sha256
    ///     PARAMS TYPE ContentEncryptionAlgorithmIdentifier ARE required }    -- RFC 9709 3
    /// ```
    pub(super) fn read(
        algorithm: &Algorithm<'_>,
        authenticated: bool,
        limits: &Limits,
    ) -> Result<ContentEncryption, Error> {
        let encryption = if algorithm.oid == CEK_HKDF_SHA256 {
            let Some(inner) = &algorithm.parameters else {
                return Err(algorithm
                    .value
                    .error("id-alg-cek-hkdf-sha256 without the algorithm it is for"));
            };
            let inner = Algorithm::read(inner.clone())?;
            let encryption = ContentEncryption::cipher(&inner)?;
            ContentEncryption {
                derivation: Some(to_der(inner.value.raw, limits)?.into_owned()),
                ..encryption
            }
        } else {
            ContentEncryption::cipher(algorithm)?
        };
        match (encryption.cipher.is_authenticated(), authenticated) {
            (false, true) => Err(Error::unfit(format!(
                "{} in AuthEnvelopedData, which takes ciphers that authenticate only",
                encryption.cipher.name()
            ))),
            (true, false) => Err(Error::unfit(format!(
                "{} in EnvelopedData, which has no place for its authentication tag",
                encryption.cipher.name()
            ))),
            _ => Ok(encryption),
        }
    }

    /// A cipher with its parameters:
    ///
    /// ```text
    /// AES-IV ::= OCTET STRING (SIZE(16))                                   -- RFC 3565 4.1
    /// CBCParameter ::= IV            IV ::= OCTET STRING  -- 8 octets      -- RFC 3370 5.1
    /// RC2CBCParameter ::= SEQUENCE { rc2ParameterVersion INTEGER, iv OCTET STRING }  -- RFC 3370 5.2
    /// AEADChaCha20Poly1305Nonce ::= OCTET STRING (SIZE(12))                -- RFC 8103 3
    /// ```
    fn cipher(algorithm: &Algorithm<'_>) -> Result<ContentEncryption, Error> {
        use ContentCipher::{Aes128Gcm, Aes256Gcm, ChaCha20Poly1305};
        let cipher = match algorithm.oid {
            DES_EDE3_CBC => ReceivedCipher::TripleDesCbc,
            AES192_GCM => ReceivedCipher::Aes192Gcm,
            RC2_CBC => {
                let (effective_bits, nonce) = rc2(algorithm)?;
                return Ok(ContentEncryption {
                    cipher: ReceivedCipher::Rc2Cbc { effective_bits },
                    nonce,
                    tag_len: None,
                    derivation: None,
                });
            }
            oid => ContentCipher::from_oid(&oid)
                .ok_or_else(|| Error::unsupported_algorithm(ROLE, oid))?
                .into(),
        };
        let (nonce, tag_len) = match cipher {
            ReceivedCipher::Current(Aes128Gcm | Aes256Gcm) | ReceivedCipher::Aes192Gcm => {
                let (nonce, tag_len) = gcm(algorithm)?;
                (nonce, Some(tag_len))
            }
            ReceivedCipher::Current(ChaCha20Poly1305) => {
                (algorithm.octets::<12>()?.to_vec(), Some(TAG_LEN))
            }
            ReceivedCipher::TripleDesCbc => (algorithm.octets::<8>()?.to_vec(), None),
            _ => (algorithm.octets::<16>()?.to_vec(), None),
        };
        Ok(ContentEncryption {
            cipher,
            nonce,
            tag_len,
            derivation: None,
        })
    }
}

/// Nonce and length of the tag:
///
/// ```text
/// GCMParameters ::= SEQUENCE {
///     aes-nonce   OCTET STRING, -- recommended size is 12 octets
///     aes-ICVlen  AES-GCM-ICVlen DEFAULT 12 }
/// AES-GCM-ICVlen ::= INTEGER (12 | 13 | 14 | 15 | 16)
/// ```
///
/// (RFC 5084 3.2.) Nonces of other sizes are hashed first, nobody sends them, and readers have tripped over them.
fn gcm(algorithm: &Algorithm<'_>) -> Result<(Vec<u8>, usize), Error> {
    let mut reader = algorithm.sequence()?.reader()?;
    let nonce = reader.string(Tag::OCTET_STRING)?;
    let octets = nonce.octets()?;
    if octets.len() != 12 {
        return Err(nonce.error("the nonce of AES-GCM does not have 12 octets"));
    }
    let tag_len = match reader.optional(Tag::INTEGER)? {
        None => SHORTEST_TAG,
        Some(length) => usize::try_from(length.uint()?)
            .ok()
            .filter(|length| (SHORTEST_TAG..=TAG_LEN).contains(length))
            .ok_or_else(|| length.error("the ICVlen of AES-GCM is not 12 to 16"))?,
    };
    reader.finish()?;
    Ok((octets.into_owned(), tag_len))
}

/// Effective key bits and IV. The version is a code for small sizes (RFC 2268 6), the size itself from 256 on: no
/// message has ever been seen with that, nor with other codes.
fn rc2(algorithm: &Algorithm<'_>) -> Result<(u32, Vec<u8>), Error> {
    let mut reader = algorithm.sequence()?.reader()?;
    let version = reader.expect(Tag::INTEGER)?.uint()?;
    let iv = reader.string(Tag::OCTET_STRING)?;
    let octets = iv.octets()?;
    if octets.len() != 8 {
        return Err(iv.error("the initialization vector of RC2 does not have 8 octets"));
    }
    reader.finish()?;
    let effective_bits = match version {
        160 => 40,
        120 => 64,
        58 => 128,
        other => {
            let what = format!("{RC2_CBC} with parameter version {other}");
            return Err(Error::unsupported_algorithm(ROLE, what));
        }
    };
    Ok((effective_bits, octets.into_owned()))
}
