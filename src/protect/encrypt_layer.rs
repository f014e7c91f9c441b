//! The encryption around the content: enveloped-data or authEnveloped-data in application/pkcs7-mime.

use zeroize::Zeroizing;

use super::sign_layer::pkcs7_mime_head;
use crate::Error;
use crate::asn1;
use crate::cms::enveloped::EnvelopeWriter;
use crate::cms::recipient::Recipient;
use crate::crypto::{ContentCipher, RandomSource};
use crate::mime::base64::Base64Writer;

/// Encrypts one stream to one set of recipients, or holds it to encrypt it to several sets.
pub(super) enum EncryptLayer {
    /// The plaintext is held: lengths will be definite, and any number of copies can be made.
    Held(Zeroizing<Vec<u8>>),
    /// Ciphertext leaves as plaintext comes.
    Streaming {
        envelope: Box<EnvelopeWriter>,
        base64: Base64Writer,
        cms: Vec<u8>,
    },
}

impl EncryptLayer {
    pub(super) fn held() -> Self {
        EncryptLayer::Held(Zeroizing::new(Vec::new()))
    }

    /// Writes the content header fields and the head of the CMS.
    pub(super) fn streaming(
        cipher: ContentCipher,
        recipients: &[Recipient],
        random: &dyn RandomSource,
        out: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let mut cms = Vec::new();
        let envelope = seal(cipher, recipients, None, random, &mut cms)?;
        pkcs7_mime_head(smime_type(cipher), "smime.p7m", out);
        let mut base64 = Base64Writer::default();
        base64.push(&cms, out);
        Ok(EncryptLayer::Streaming {
            envelope: Box::new(envelope),
            base64,
            cms,
        })
    }

    pub(super) fn push(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            EncryptLayer::Held(held) => held.extend_from_slice(plaintext),
            EncryptLayer::Streaming {
                envelope,
                base64,
                cms,
            } => {
                cms.clear();
                envelope.push(plaintext, cms)?;
                base64.push(cms, out);
            }
        }
        Ok(())
    }

    /// Ends a streaming layer; a held one gives its plaintext for [`encrypt_copy`].
    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self {
            EncryptLayer::Held(held) => Ok(Some(held)),
            EncryptLayer::Streaming {
                envelope,
                mut base64,
                mut cms,
            } => {
                cms.clear();
                envelope.finish(&mut cms)?;
                base64.push(&cms, out);
                base64.finish(out);
                Ok(None)
            }
        }
    }
}

/// Encrypts held plaintext to one set of recipients, with definite lengths and a key of its own.
pub(super) fn encrypt_copy(
    cipher: ContentCipher,
    recipients: &[Recipient],
    plaintext: &[u8],
    random: &dyn RandomSource,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let cms = encrypt_cms(cipher, recipients, plaintext, random)?;
    pkcs7_mime_head(smime_type(cipher), "smime.p7m", out);
    let mut base64 = Base64Writer::default();
    base64.push(&cms, out);
    base64.finish(out);
    Ok(())
}

/// The ContentInfo of [`encrypt_copy`], without MIME around it.
pub(super) fn encrypt_cms(
    cipher: ContentCipher,
    recipients: &[Recipient],
    plaintext: &[u8],
    random: &dyn RandomSource,
) -> Result<Vec<u8>, Error> {
    let mut cms = Vec::new();
    let length = asn1::length(plaintext);
    let mut envelope = seal(cipher, recipients, Some(length), random, &mut cms)?;
    envelope.push(plaintext, &mut cms)?;
    envelope.finish(&mut cms)?;
    Ok(cms)
}

/// A fresh content key, wrapped for every recipient, and the head of the CMS.
fn seal(
    cipher: ContentCipher,
    recipients: &[Recipient],
    plaintext_len: Option<u64>,
    random: &dyn RandomSource,
    out: &mut Vec<u8>,
) -> Result<EnvelopeWriter, Error> {
    let mut key = Zeroizing::new(vec![0u8; cipher.key_len()]);
    random.fill(&mut key)?;
    let mut nonce = vec![0u8; cipher.nonce_len()];
    random.fill(&mut nonce)?;
    let infos = recipients
        .iter()
        .map(|recipient| recipient.wrap(&key, random))
        .collect::<Result<_, _>>()?;
    EnvelopeWriter::new(cipher, &key, &nonce, infos, plaintext_len, out)
}

fn smime_type(cipher: ContentCipher) -> &'static str {
    match cipher.is_authenticated() {
        true => "authEnveloped-data",
        false => "enveloped-data",
    }
}
