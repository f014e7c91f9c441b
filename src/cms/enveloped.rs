//! EnvelopedData (RFC 5652 6) and AuthEnvelopedData (RFC 5083), written around a ciphertext that streams past.

use const_oid::ObjectIdentifier;

use super::content::ContentWriter;
use super::recipient::RecipientInfo;
use super::{Framing, oid, sum};
use crate::Error;
use crate::asn1::{self, Tag};
use crate::crypto::ContentCipher;
use crate::crypto::encryptor::Encryptor;

/// Writes one EnvelopedData, or AuthEnvelopedData when the cipher authenticates.
///
/// ```text
/// EnvelopedData ::= SEQUENCE { version CMSVersion, originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
///     recipientInfos RecipientInfos, encryptedContentInfo EncryptedContentInfo,
///     unprotectedAttrs [1] IMPLICIT UnprotectedAttributes OPTIONAL }
/// AuthEnvelopedData ::= SEQUENCE { version CMSVersion, originatorInfo [0] IMPLICIT OriginatorInfo OPTIONAL,
///     recipientInfos RecipientInfos, authEncryptedContentInfo EncryptedContentInfo,
///     authAttrs [1] IMPLICIT AuthAttributes OPTIONAL, mac MessageAuthenticationCode,
///     unauthAttrs [2] IMPLICIT UnauthAttributes OPTIONAL }
/// EncryptedContentInfo ::= SEQUENCE { contentType ContentType,
///     contentEncryptionAlgorithm ContentEncryptionAlgorithmIdentifier,
///     encryptedContent [0] IMPLICIT EncryptedContent OPTIONAL }
/// ```
pub(crate) struct EnvelopeWriter {
    cipher: ContentCipher,
    framing: Framing,
    encryptor: Encryptor,
    content: ContentWriter,
}

/// Length in bytes of the authentication tag, always the full one (RFC 5084 3.2).
const TAG_LEN: u64 = 16;

impl EnvelopeWriter {
    /// Writes everything before the ciphertext. `plaintext_len` is needed for definite lengths only.
    pub(crate) fn new(
        cipher: ContentCipher,
        key: &[u8],
        nonce: &[u8],
        recipients: Vec<RecipientInfo>,
        plaintext_len: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let encryptor = Encryptor::new(cipher, key, nonce)?;
        let version = version(cipher, &recipients);
        let infos = asn1::set_of(recipients.into_iter().map(|info| info.der).collect());
        let content_type = asn1::oid(&oid::DATA);
        let algorithm = cipher.identifier(nonce);
        let kind = content_type_of(cipher);
        let framing = match plaintext_len {
            Some(_) => Framing::Definite,
            None => Framing::Indefinite,
        };
        match plaintext_len {
            Some(plaintext_len) => {
                let string_len = cipher.ciphertext_len(plaintext_len);
                let string = asn1::header(Tag::context(0, false), string_len);
                let info_len = sum(&[
                    asn1::length(&content_type),
                    asn1::length(&algorithm),
                    asn1::length(&string),
                    string_len,
                ]);
                let info = asn1::header(Tag::SEQUENCE, info_len);
                let mac_len = match cipher.is_authenticated() {
                    true => sum(&[asn1::header_len(Tag::OCTET_STRING, TAG_LEN), TAG_LEN]),
                    false => 0,
                };
                let body_len = sum(&[
                    asn1::length(&version),
                    asn1::length(&infos),
                    asn1::length(&info),
                    info_len,
                    mac_len,
                ]);
                out.extend(content_info_head(&kind, body_len));
                for part in [version, infos, info, content_type, algorithm, string] {
                    out.extend(part);
                }
            }
            None => {
                out.extend(asn1::indefinite(Tag::SEQUENCE));
                out.extend(asn1::oid(&kind));
                out.extend(asn1::indefinite(Tag::context(0, true)));
                out.extend(asn1::indefinite(Tag::SEQUENCE));
                out.extend(version);
                out.extend(infos);
                out.extend(asn1::indefinite(Tag::SEQUENCE));
                out.extend(content_type);
                out.extend(algorithm);
                out.extend(asn1::indefinite(Tag::context(0, true)));
            }
        }
        let content = ContentWriter::new(framing);
        Ok(EnvelopeWriter {
            cipher,
            framing,
            encryptor,
            content,
        })
    }

    /// Encrypts some of the content.
    pub(crate) fn push(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.framing.is_definite() {
            return self.encryptor.push(plaintext, out);
        }
        let mut rest = plaintext;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.content.room().min(rest.len()));
            self.encryptor.push(now, self.content.chunk())?;
            self.content.end_chunk_if_full(out);
            rest = later;
        }
        Ok(())
    }

    /// Writes the last of the ciphertext and everything after it.
    pub(crate) fn finish(self, out: &mut Vec<u8>) -> Result<(), Error> {
        let EnvelopeWriter {
            cipher,
            framing,
            encryptor,
            mut content,
        } = self;
        let tag = match framing {
            Framing::Definite => encryptor.finish(out),
            Framing::Indefinite => {
                let tag = encryptor.finish(content.chunk());
                content.finish(out);
                // Ends encryptedContent and EncryptedContentInfo.
                out.extend(asn1::END_OF_CONTENTS.repeat(2));
                tag
            }
        };
        match (cipher.is_authenticated(), tag) {
            (true, Some(tag)) => out.extend(asn1::octet_string(&tag)),
            (false, None) => {}
            _ => return Err(Error::unfit("the cipher gave no authentication tag")),
        }
        if framing == Framing::Indefinite {
            out.extend(asn1::END_OF_CONTENTS.repeat(3));
        }
        Ok(())
    }
}

fn content_type_of(cipher: ContentCipher) -> ObjectIdentifier {
    match cipher.is_authenticated() {
        true => oid::AUTH_ENVELOPED_DATA,
        false => oid::ENVELOPED_DATA,
    }
}

/// AuthEnvelopedData is always 0 (RFC 5083 2.1); EnvelopedData is 0 when every RecipientInfo is, else 2
/// (RFC 5652 6.1; neither originatorInfo nor attributes are ever written).
fn version(cipher: ContentCipher, recipients: &[RecipientInfo]) -> Vec<u8> {
    let plain = cipher.is_authenticated() || recipients.iter().all(|info| info.version == 0);
    asn1::integer_u64(if plain { 0 } else { 2 })
}

/// The head of a ContentInfo and of the SEQUENCE inside it, whose content is `body_len` bytes.
///
/// ```text
/// ContentInfo ::= SEQUENCE { contentType ContentType, content [0] EXPLICIT ANY DEFINED BY contentType }
/// ```
pub(crate) fn content_info_head(kind: &ObjectIdentifier, body_len: u64) -> Vec<u8> {
    let body = asn1::header(Tag::SEQUENCE, body_len);
    let explicit_len = sum(&[asn1::length(&body), body_len]);
    let explicit = asn1::header(Tag::context(0, true), explicit_len);
    let kind = asn1::oid(kind);
    let whole = sum(&[asn1::length(&kind), asn1::length(&explicit), explicit_len]);
    let mut head = asn1::header(Tag::SEQUENCE, whole);
    head.extend(kind);
    head.extend(explicit);
    head.extend(body);
    head
}
