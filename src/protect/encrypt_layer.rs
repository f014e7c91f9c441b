//! The encryption around the content: enveloped-data or authEnveloped-data in application/pkcs7-mime.

use zeroize::Zeroizing;

use super::held::Held;
use super::layers::STEP;
use super::sign_layer::pkcs7_mime_head;
use crate::Error;
use crate::asn1;
use crate::cms::enveloped::EnvelopeWriter;
use crate::cms::recipient::Recipient;
use crate::crypto::{ContentCipher, RandomSource};
use crate::mime::base64::{Base64Writer, base64_len};

/// Octets that follow the ciphertext, at most: padding or tag, and their headers.
const TRAILER: usize = 64;

/// Encrypts one stream to one set of recipients, or holds it to encrypt it to several sets.
pub(super) enum EncryptLayer {
    /// The plaintext is held: lengths will be definite, and any number of copies can be made.
    Held(Held),
    /// Ciphertext leaves as plaintext comes.
    Streaming {
        envelope: Box<EnvelopeWriter>,
        base64: Base64Writer,
        cms: Vec<u8>,
    },
}

impl EncryptLayer {
    pub(super) fn held() -> Self {
        EncryptLayer::Held(Held::default())
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
            EncryptLayer::Held(held) => held.push(plaintext),
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
    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<Option<Held>, Error> {
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

/// Encrypts plaintext of this length, in blocks, to one set of recipients: with definite lengths and a key of its own.
pub(super) fn encrypt_copy(
    cipher: ContentCipher,
    recipients: &[Recipient],
    length: u64,
    plaintext: impl Iterator<Item = impl AsRef<[u8]>>,
    random: &dyn RandomSource,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut cms = Vec::new();
    let mut envelope = seal(cipher, recipients, Some(length), random, &mut cms)?;
    pkcs7_mime_head(smime_type(cipher), "smime.p7m", out);
    let octets = usize::try_from(length).unwrap_or(0);
    let around = cms.len().saturating_add(TRAILER);
    out.reserve_exact(base64_len(octets.saturating_add(around)));
    let mut base64 = Base64Writer::default();
    for block in plaintext {
        for step in block.as_ref().chunks(STEP) {
            envelope.push(step, &mut cms)?;
            base64.push(&cms, out);
            cms.clear();
        }
    }
    envelope.finish(&mut cms)?;
    base64.push(&cms, out);
    base64.finish(out);
    Ok(())
}

/// A ContentInfo, without MIME around it, whose plaintext is these parts one after the other.
pub(super) fn encrypt_cms(
    cipher: ContentCipher,
    recipients: &[Recipient],
    plaintext: &[&[u8]],
    random: &dyn RandomSource,
) -> Result<Vec<u8>, Error> {
    let mut cms = Vec::new();
    let length = plaintext.iter().fold(0u64, |length, part| {
        length.saturating_add(asn1::length(part))
    });
    let mut envelope = seal(cipher, recipients, Some(length), random, &mut cms)?;
    for part in plaintext {
        envelope.push(part, &mut cms)?;
    }
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
    let (key, nonce) = fresh(cipher, random)?;
    let infos = recipients
        .iter()
        .map(|recipient| recipient.wrap(&key, random))
        .collect::<Result<_, _>>()?;
    EnvelopeWriter::new(cipher, &key, &nonce, infos, plaintext_len, out)
}

/// A content key, and a nonce or initialisation vector.
fn fresh(
    cipher: ContentCipher,
    random: &dyn RandomSource,
) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), Error> {
    let mut key = Zeroizing::new(vec![0u8; cipher.key_len()]);
    random.fill(&mut key)?;
    let mut nonce = vec![0u8; cipher.nonce_len()];
    random.fill(&mut nonce)?;
    Ok((key, nonce))
}

fn smime_type(cipher: ContentCipher) -> &'static str {
    match cipher.is_authenticated() {
        true => "authEnveloped-data",
        false => "enveloped-data",
    }
}

#[cfg(test)]
mod tests;
