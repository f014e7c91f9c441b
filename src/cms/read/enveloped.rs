//! EnvelopedData (RFC 5652 6.1) and AuthEnvelopedData (RFC 5083), read.

mod attributes;
mod cipher;

#[cfg(test)]
pub(in crate::cms::read) mod tests;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::octets::Octets;
use super::recipient::RecipientInfo;
use super::{Kind, WHAT, of_known_type, typed};
use crate::asn1::{Reader, Tag, Value};
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
        let mut reader = value.reader()?;
        let mut message = EnvelopedData::head(&mut reader, authenticated, limits)?;
        message.tail(value, &mut reader, authenticated, limits)?;
        reader.finish()?;
        Ok(message)
    }

    /// Reads the object up to its content, as [`Head::Enveloped`](super::scanner::Head::Enveloped) gives it. Its tag and
    /// authAttrs are not there yet.
    pub(crate) fn read_head(
        reduced: &'a [u8],
        content_type: Option<&ObjectIdentifier>,
        limits: &Limits,
    ) -> Result<EnvelopedData<'a>, Error> {
        let info = typed(content_type, reduced, limits)?;
        match of_known_type(&info)? {
            Some((Kind::Enveloped { authenticated }, value)) => {
                EnvelopedData::head(&mut value.reader()?, authenticated, limits)
            }
            _ => Err(Error::malformed(WHAT, "it is of another type than before")),
        }
    }

    /// Reads what stands before the tag and the attributes, content included.
    pub(super) fn head(
        reader: &mut Reader<'a>,
        authenticated: bool,
        limits: &Limits,
    ) -> Result<EnvelopedData<'a>, Error> {
        let mut notes = Vec::new();
        reader.expect(Tag::INTEGER)?;
        let certificates = match reader.optional(Tag::context(0, true))? {
            Some(originator) => originator_certificates(&originator, &mut notes, limits)?,
            None => Vec::new(),
        };
        let recipients = RecipientInfo::read_all(&reader.expect(Tag::SET)?, limits)?;
        let info = reader.expect(Tag::SEQUENCE)?;
        let (content_type, encryption, ciphertext) = content_info(&info, authenticated, limits)?;
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
            additional: Vec::new(),
            mac: Vec::new(),
        })
    }

    /// Reads what stands after the content.
    fn tail(
        &mut self,
        value: &Value<'a>,
        reader: &mut Reader<'a>,
        authenticated: bool,
        limits: &Limits,
    ) -> Result<(), Error> {
        let attributes = reader.optional(Tag::context(1, true))?;
        if !authenticated {
            return Ok(());
        }
        self.additional = match attributes {
            Some(attributes) => {
                attributes::additional_data(&attributes, &self.content_type, limits)?
            }
            None if self.content_type == oid::DATA => Vec::new(),
            None => {
                return Err(value.error(
                    "authAttrs are missing, which only id-data may leave out (RFC 5083 2.1)",
                ));
            }
        };
        let mac = reader.string(Tag::OCTET_STRING)?;
        self.mac = mac.octets()?.into_owned();
        if Some(self.mac.len()) != self.tag_len {
            return Err(mac.error("the mac does not have the length its parameters say"));
        }
        reader.optional(Tag::context(2, true))?;
        Ok(())
    }

    /// Length of the content key in bytes.
    pub(crate) fn key_len(&self) -> usize {
        self.cipher.key_len()
    }

    /// What the content is decrypted with, RFC 9709 applied. A wrong length is the uniform
    /// [`crate::ErrorKind::Decryption`], as is every other failure.
    pub(crate) fn content_key(&self, content_key: &[u8]) -> Result<ContentKey, Error> {
        if content_key.len() != self.key_len() {
            return Err(uniform());
        }
        let key = match &self.derivation {
            Some(identifier) => kdf::cek_hkdf(content_key, identifier, self.key_len()),
            None => Ok(Zeroizing::new(content_key.to_vec())),
        };
        Ok(ContentKey {
            cipher: self.cipher,
            key: key.map_err(|_| uniform())?,
            nonce: self.nonce.clone(),
        })
    }

    /// Decrypts the whole content with the content key, applying RFC 9709 if the message does. Every failure is the one uniform
    /// [`crate::ErrorKind::Decryption`]; nothing is handed out then.
    pub(crate) fn decrypt(&self, content_key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.decrypt_all(content_key).map_err(|_| uniform())
    }

    fn decrypt_all(&self, content_key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = self.content_key(content_key)?;
        let mut decryptor = key.decryptor_with(&self.additional)?;
        // No cipher here gives more than it takes: the buffer never moves and leaves no copies behind.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(self.ciphertext.len()));
        for piece in self.ciphertext.pieces() {
            decryptor.push(piece, &mut plaintext)?;
        }
        decryptor.finish(&self.mac, &mut plaintext)?;
        Ok(plaintext)
    }

    /// Ends a decryption that began before the tag and authAttrs were known: `self` is the whole object, reduced. Appends
    /// the rest. Every failure is the uniform [`crate::ErrorKind::Decryption`]; a cipher that must know the authAttrs
    /// before gives [`crate::ErrorKind::Unsupported`] when there are some.
    pub(crate) fn end(&self, decryptor: Decryptor, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.wanted_before(&decryptor).is_some() {
            return Err(ErrorKind::Unsupported {
                what: "ChaCha20-Poly1305 with authAttrs in one pass".into(),
            }
            .into());
        }
        decryptor
            .finish_with(&self.additional, &self.mac, out)
            .map_err(|_| uniform())
    }

    /// The authAttrs as they enter the tag, if the cipher must know them before the content, which they follow.
    pub(crate) fn wanted_before(&self, decryptor: &Decryptor) -> Option<&[u8]> {
        let is_late = !self.additional.is_empty() && !decryptor.takes_late_additional();
        is_late.then_some(self.additional.as_slice())
    }

    /// Ends a decryption that knew the authAttrs from its beginning.
    ///
    /// # Errors
    /// The uniform [`crate::ErrorKind::Decryption`].
    pub(crate) fn end_known(&self, decryptor: Decryptor, out: &mut Vec<u8>) -> Result<(), Error> {
        decryptor.finish(&self.mac, out).map_err(|_| uniform())
    }
}

fn uniform() -> Error {
    ErrorKind::Decryption.into()
}

/// What a content is decrypted with.
pub(crate) struct ContentKey {
    cipher: ReceivedCipher,
    key: Zeroizing<Vec<u8>>,
    nonce: Vec<u8>,
}

impl ContentKey {
    /// Whether the cipher notices changes.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.cipher.is_authenticated()
    }

    /// A decryption with these authAttrs, as they enter the tag; without any also for those that come at its end.
    pub(crate) fn decryptor_with(&self, additional: &[u8]) -> Result<Decryptor, Error> {
        Decryptor::new(self.cipher, &self.key, &self.nonce, additional)
    }

    /// A decryption of what was decrypted and found good before: its tag is not looked at any more.
    pub(crate) fn released(&self) -> Result<Decryptor, Error> {
        Decryptor::released(self.cipher, &self.key, &self.nonce)
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
