//! The signature around the content: multipart/signed, or signed-data in application/pkcs7-mime.

use std::time::SystemTime;

use zeroize::Zeroizing;

use super::config::SignedForm;
use super::held::Held;
use crate::Error;
use crate::cms::Framing;
use crate::cms::content::ContentWriter;
use crate::cms::signed::{self, SignedDataWriter, Signer, Unsigned};
use crate::crypto::RandomSource;
use crate::key::SignRequest;
use crate::mime::base64::Base64Writer;
use crate::mime::boundary::boundary;

/// Shown by software that knows no MIME.
const PREAMBLE: &[u8] = b"This is a message signed with S/MIME.\r\n";

pub(super) struct SignLayer {
    framing: Framing,
    form: Form,
    signers: Vec<Signer>,
    writer: Option<SignedDataWriter>,
    unsigned: Option<Unsigned>,
}

enum Form {
    Detached {
        boundary: String,
    },
    Opaque {
        base64: Base64Writer,
        content: ContentWriter,
        held: Held,
        cms: Zeroizing<Vec<u8>>,
    },
}

impl SignLayer {
    pub(super) fn new(
        form: SignedForm,
        framing: Framing,
        signers: Vec<Signer>,
        signing_time: SystemTime,
        random: &dyn RandomSource,
        threads: usize,
    ) -> Result<Self, Error> {
        let form = match form {
            SignedForm::Detached => {
                let mut token = [0u8; 18];
                random.fill(&mut token)?;
                Form::Detached {
                    boundary: boundary(&token),
                }
            }
            SignedForm::Opaque => Form::Opaque {
                base64: Base64Writer::default(),
                content: ContentWriter::new(framing),
                held: Held::default(),
                cms: Zeroizing::default(),
            },
        };
        let writer = Some(SignedDataWriter::new(
            signers.clone(),
            signing_time,
            threads,
        ));
        Ok(SignLayer {
            framing,
            form,
            signers,
            writer,
            unsigned: None,
        })
    }

    /// Writes the content header fields of this layer, the empty line, and what precedes the content.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        match &mut self.form {
            Form::Detached { boundary } => {
                let micalg = self.writer.iter().flat_map(SignedDataWriter::digests);
                let micalg: Vec<&str> = micalg.map(|digest| digest.micalg()).collect();
                out.extend_from_slice(
                    b"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n",
                );
                // A list needs the quotes, a single token must not have them (RFC 8551 3.5.3.2).
                let micalg = match micalg.as_slice() {
                    [one] => (*one).to_owned(),
                    several => format!("\"{}\"", several.join(",")),
                };
                out.extend_from_slice(
                    format!(" micalg={micalg};\r\n boundary=\"{boundary}\"\r\n\r\n").as_bytes(),
                );
                out.extend_from_slice(PREAMBLE);
                out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            }
            Form::Opaque { base64, .. } => {
                pkcs7_mime_head("signed-data", "smime.p7m", out);
                if self.framing == Framing::Indefinite {
                    base64.push(&signed::indefinite_head(&self.signers), out);
                }
            }
        }
    }

    /// Signs some of the canonical content, and gives what is to be passed on; `space` is for it.
    pub(super) fn push<'c>(&mut self, content: &'c [u8], space: &'c mut Vec<u8>) -> &'c [u8] {
        if let Some(writer) = &mut self.writer {
            writer.push(content);
        }
        match &mut self.form {
            Form::Detached { .. } => return content,
            Form::Opaque { held, .. } if self.framing.is_definite() => held.push(content),
            Form::Opaque {
                base64,
                content: writer,
                cms,
                ..
            } => {
                cms.clear();
                writer.push(content, cms);
                base64.push(cms, space);
            }
        }
        space
    }

    /// The content has ended: what the keys have to sign.
    pub(super) fn requests(
        &mut self,
        injected: Option<&dyn RandomSource>,
    ) -> Result<Vec<SignRequest>, Error> {
        let Some(writer) = self.writer.take() else {
            return Err(Error::misuse("the signatures were asked for already"));
        };
        let (unsigned, requests) = end_content(writer, injected)?;
        self.unsigned = Some(unsigned);
        Ok(requests)
    }

    /// Passes on what follows the content, and what was held; with the signatures in the order of the requests.
    pub(super) fn finish(
        self,
        signatures: &[Vec<u8>],
        pass: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(unsigned) = self.unsigned else {
            return Err(Error::misuse("the signatures were not asked for yet"));
        };
        let mut out = Vec::new();
        match self.form {
            Form::Detached { boundary } => {
                out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                out.extend_from_slice(
                    b"Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
                      Content-Transfer-Encoding: base64\r\n\
                      Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
                );
                let mut base64 = Base64Writer::default();
                base64.push(&unsigned.detached(signatures)?, &mut out);
                base64.finish(&mut out);
                out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            }
            Form::Opaque {
                mut base64,
                mut content,
                held,
                mut cms,
            } => {
                let trailer = unsigned.trailer(signatures)?;
                cms.clear();
                match self.framing {
                    Framing::Definite => {
                        let head = unsigned.definite_head(held.length(), &trailer);
                        base64.push(&head, &mut out);
                        for block in held.into_blocks() {
                            base64.push(&block, &mut out);
                            pass(&out)?;
                            out.clear();
                        }
                        base64.push(&trailer, &mut out);
                    }
                    Framing::Indefinite => {
                        content.finish(&mut cms);
                        base64.push(&cms, &mut out);
                        base64.push(&signed::indefinite_tail(&trailer), &mut out);
                    }
                }
                base64.finish(&mut out);
            }
        }
        pass(&out)
    }
}

/// Ends the content of a SignedData: what the keys have to sign. The salts of PSS come from the caller's
/// randomness where it was injected.
pub(super) fn end_content(
    writer: SignedDataWriter,
    injected: Option<&dyn RandomSource>,
) -> Result<(Unsigned, Vec<SignRequest>), Error> {
    let mut salt = |len: usize| match injected {
        None => Ok(None),
        Some(random) => {
            let mut salt = vec![0u8; len];
            random.fill(&mut salt)?;
            Ok(Some(salt))
        }
    };
    writer.finish(&mut salt)
}

/// The content header fields of an application/pkcs7-mime layer (RFC 8551 3.2) and the empty line. `file` is the
/// name for those who see an attachment (RFC 8551 3.2.1).
pub(super) fn pkcs7_mime_head(smime_type: &str, file: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(
        format!(
            "Content-Type: application/pkcs7-mime; smime-type={smime_type}; name=\"{file}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{file}\"\r\n\r\n"
        )
        .as_bytes(),
    );
}
