//! EnvelopedData (RFC 5652 6.1) and AuthEnvelopedData (RFC 5083), read.

mod attributes;
mod cipher;

#[cfg(test)]
pub(in crate::cms::read) mod tests;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::octets::Octets;
use super::recipient::RecipientInfo;
use crate::asn1::{Tag, Value};
use crate::bag::{Algorithm, Certificates};
use crate::cms::oid;
use crate::crypto::ReceivedCipher;
use crate::crypto::decryptor::Decryptor;
use crate::crypto::kdf;
use crate::{Error, ErrorKind, Limits};
use cipher::ContentEncryption;

/// Either of both as received. Parameters and lengths are checked when it is read (RFC 5083, 5084, 9709).
///
/// ```text
/// EnvelopedData ::= SEQUENCE { version CMSVersion, originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
///     recipientInfos RecipientInfos, encryptedContentInfo EncryptedContentInfo,
///     unprotectedAttrs [1] IMPLICIT UnprotectedAttributes OPTIONAL }
/// AuthEnvelopedData ::= SEQUENCE { version CMSVersion, originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
///     recipientInfos RecipientInfos, authEncryptedContentInfo EncryptedContentInfo,
///     authAttrs [1] IMPLICIT AuthAttributes OPTIONAL, mac MessageAuthenticationCode,
///     unauthAttrs [2] IMPLICIT UnauthAttributes OPTIONAL }
/// OriginatorInfo ::= SEQUENCE { certs [0] IMPLICIT CertificateSet OPTIONAL,
///     crls [1] IMPLICIT RevocationInfoChoices OPTIONAL }
/// RecipientInfos ::= SET SIZE (1..MAX) OF RecipientInfo
/// EncryptedContentInfo ::= SEQUENCE { contentType ContentType,
///     contentEncryptionAlgorithm ContentEncryptionAlgorithmIdentifier,
///     encryptedContent [0] IMPLICIT EncryptedContent OPTIONAL }
/// MessageAuthenticationCode ::= OCTET STRING
/// ```
pub(crate) struct EnvelopedData<'a> {
    /// contentType of what is inside.
    pub content_type: ObjectIdentifier,
    pub cipher: ReceivedCipher,
    /// Length of the authentication tag in bytes; `None` for EnvelopedData.
    pub tag_len: Option<usize>,
    pub recipients: Vec<RecipientInfo>,
    /// Certificates of originatorInfo, as received.
    pub certificates: Vec<&'a [u8]>,
    /// What was left out or is odd, for the report.
    pub notes: Vec<String>,
    pub(super) ciphertext: Octets<'a>,
    nonce: Vec<u8>,
    /// What the content key is derived with before it is used (RFC 9709).
    derivation: Option<Vec<u8>>,
    /// The authAttrs as they enter the tag; empty when there are none.
    additional: Vec<u8>,
    mac: Vec<u8>,
}

impl<'a> EnvelopedData<'a> {
    /// Reads the SEQUENCE `value`: AuthEnvelopedData if `authenticated`. The version is not looked at: every
    /// sender computes it in its own way, and nothing depends on it.
    ///
    /// Errors: a structure that is none, more recipients than the limit, no encryptedContent, a cipher that is not
    /// implemented or does not belong here, parameters it does not take. A RecipientInfo that cannot be read is kept
    /// as such.
    pub(crate) fn read(
        value: &Value<'a>,
        authenticated: bool,
        limits: &Limits,
    ) -> Result<EnvelopedData<'a>, Error> {
        let mut notes = Vec::new();
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let certificates = match reader.optional(Tag::context(0, true))? {
            Some(originator) => originator_certificates(&originator, &mut notes, limits)?,
            None => Vec::new(),
        };
        let recipients = RecipientInfo::read_all(&reader.expect(Tag::SET)?, limits)?;
        let info = reader.expect(Tag::SEQUENCE)?;
        let (content_type, encryption, ciphertext) = content_info(&info, authenticated, limits)?;

        let attributes = reader.optional(Tag::context(1, true))?;
        let (additional, mac) = match authenticated {
            false => (Vec::new(), Vec::new()),
            true => {
                let additional = match attributes {
                    Some(attributes) => {
                        attributes::additional_data(&attributes, &content_type, limits)?
                    }
                    None if content_type == oid::DATA => Vec::new(),
                    None => {
                        return Err(value.error(
                            "authAttrs are missing, which only id-data may leave out (RFC 5083 2.1)",
                        ));
                    }
                };
                let mac = reader.string(Tag::OCTET_STRING)?;
                let octets = mac.octets()?.into_owned();
                if Some(octets.len()) != encryption.tag_len {
                    return Err(mac.error("the mac does not have the length its parameters say"));
                }
                reader.optional(Tag::context(2, true))?;
                (additional, octets)
            }
        };
        reader.finish()?;
        Ok(EnvelopedData {
            content_type,
            cipher: encryption.cipher,
            tag_len: encryption.tag_len,
            recipients,
            certificates,
            notes,
            ciphertext,
            nonce: encryption.nonce,
            derivation: encryption.derivation,
            additional,
            mac,
        })
    }

    /// Length of the content key in bytes.
    pub(crate) fn key_len(&self) -> usize {
        self.cipher.key_len()
    }

    /// Decrypts the whole content with the content key, applying RFC 9709 if the message does. Every failure is the one uniform
    /// [`crate::ErrorKind::Decryption`]; nothing is handed out then.
    pub(crate) fn decrypt(&self, content_key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.decrypt_all(content_key)
            .map_err(|_| ErrorKind::Decryption.into())
    }

    fn decrypt_all(&self, content_key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if content_key.len() != self.key_len() {
            return Err(ErrorKind::Decryption.into());
        }
        let derived = match &self.derivation {
            Some(identifier) => Some(kdf::cek_hkdf(content_key, identifier, self.key_len())?),
            None => None,
        };
        let key = derived.as_ref().map_or(content_key, |key| key.as_slice());
        let mut decryptor = Decryptor::new(self.cipher, key, &self.nonce, &self.additional)?;
        // No cipher here gives more than it takes: the buffer never moves and leaves no copies behind.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(self.ciphertext.len()));
        for piece in self.ciphertext.pieces() {
            decryptor.push(piece, &mut plaintext)?;
        }
        decryptor.finish(&self.mac, &mut plaintext)?;
        Ok(plaintext)
    }
}

/// The certificates of OriginatorInfo. Its revocation lists and OCSP responses are left out, which is noted: they are
/// about the key agreement of the sender (RFC 5652 6.1), and a signer puts his into the SignedData.
fn originator_certificates<'a>(
    originator: &Value<'a>,
    notes: &mut Vec<String>,
    limits: &Limits,
) -> Result<Vec<&'a [u8]>, Error> {
    let mut reader = originator.reader()?;
    let set = reader.optional(Tag::context(0, true))?;
    if reader.optional(Tag::context(1, true))?.is_some() {
        notes
            .push("revocation lists and OCSP responses in originatorInfo are not looked at".into());
    }
    let Some(set) = set else {
        return Ok(Vec::new());
    };
    let found = Certificates::read(&set, limits)?;
    notes.extend(found.skipped.iter().map(|skipped| {
        format!(
            "left out of originatorInfo, at byte {}: {}",
            skipped.position, skipped.what
        )
    }));
    Ok(found.certificates)
}

fn content_info<'a>(
    info: &Value<'a>,
    authenticated: bool,
    limits: &Limits,
) -> Result<(ObjectIdentifier, ContentEncryption, Octets<'a>), Error> {
    let mut reader = info.reader()?;
    let content_type = reader.expect(Tag::OID)?.oid()?;
    let algorithm = Algorithm::read(reader.read()?)?;
    let encryption = ContentEncryption::read(&algorithm, authenticated, limits)?;
    if reader.is_empty() {
        return Err(ErrorKind::Missing {
            what: "encrypted content in the message (it is kept elsewhere)".into(),
        }
        .into());
    }
    let ciphertext = Octets::of(&reader.string(Tag::context(0, false))?)?;
    reader.finish()?;
    Ok((content_type, encryption, ciphertext))
}
