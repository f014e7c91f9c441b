//! The door below MIME: content octets in, one CMS object out.
//!
//! For those who hold the pieces and not the mail: IMAP and JMAP servers, AS2, document signing. Planning, signing and
//! encrypting are those of messages; only MIME is missing.

use zeroize::Zeroizing;

use super::config::{Config, SignedForm};
use super::encrypt_layer::encrypt_cms;
use super::error::ProtectError;
use super::machine::{ask, signatures};
use super::plan::{self, Plan};
use super::protector::Protector;
use super::{blocking, sign_layer};
use crate::Error;
use crate::asn1;
use crate::cms::Framing;
use crate::cms::compressed::CompressWriter;
use crate::cms::signed::{SignedDataWriter, Unsigned};
use crate::compose::head::Head;
use crate::engine::{Ledger, QuestionId, answer_all, answer_blocking};
use crate::key::SignRequest;

/// The function that awaits.
const TWIN: &str = "protect_cms_async";

impl Protector {
    /// Signs and encrypts octets that are no mail, and gives one `ContentInfo` in DER (RFC 5652 3).
    ///
    /// The content is taken as it is: no MIME, no canonical form. To sign only gives a detached signature over
    /// it (`.p7s`), with [`Protector::opaque`] a SignedData that holds it (`.p7m`). To encrypt gives EnvelopedData
    /// or AuthEnvelopedData. To do both gives the encryption of the `ContentInfo` of an opaque SignedData, as
    /// `id-data`: decrypt first, then verify what comes out; [`Opener::open_cms`](crate::Opener::open_cms) does both at
    /// once. [`Protector::compress`] compresses first, likewise as `id-data`: what comes out then is the `ContentInfo` of
    /// a CompressedData, which [`Opener::open_cms`](crate::Opener::open_cms) opens when it is given that.
    ///
    /// Certificates and identities are those that were named with [`Protector::sign`],
    /// [`Protector::encrypt_to`] and [`Protector::encrypt_to_self`]: there are no addresses to look up or to compare.
    /// A signer whose certificate can receive can read what was encrypted, unless [`Protector::not_to_self`].
    ///
    /// # Errors
    /// As [`Protector::protect`]; misuse when a setter was called that needs addresses (`sign_as_sender`,
    /// `encrypt_to_recipients`, `encrypt_to_named`, `resolver`), and for a detached signature over compressed content.
    pub fn protect_cms(&self, content: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let config = self.config();
        blocking::check(config)?;
        let mut object = Object::new(config, content)?;
        for (id, question) in object.ledger.open() {
            let answer = answer_blocking(&question, None, TWIN)?;
            object.ledger.answer(id, answer)?;
        }
        object.finish()
    }

    /// The same, awaiting asynchronous keys; blocking ones are called inline.
    ///
    /// # Errors
    /// As [`Protector::protect_cms`].
    pub async fn protect_cms_async(&self, content: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let mut object = Object::new(self.config(), content)?;
        for (id, answer) in answer_all(&object.ledger.open(), None).await {
            object.ledger.answer(id, answer)?;
        }
        object.finish()
    }
}

/// One object that waits for its signatures.
struct Object<'a> {
    config: &'a Config,
    plan: Plan,
    ledger: Ledger,
    content: Content<'a>,
    signing: Option<(Unsigned, Vec<(QuestionId, SignRequest)>)>,
}

impl<'a> Object<'a> {
    fn new(config: &'a Config, content: &'a [u8]) -> Result<Self, ProtectError> {
        check(config)?;
        let now = config.policy.now();
        let mut ledger = Ledger::default();
        // Nobody is addressed: what was named is judged by its dates, keys and usages only.
        let nobody = Head::parse(&[], &config.limits)?;
        let needs = plan::ask(config, &nobody, &mut ledger)?;
        let plan = plan::decide(config, &nobody, &needs, &mut ledger, now)?;
        let content = match config.compress {
            true => Content::Compressed(Zeroizing::new(compressed(content)?)),
            false => Content::Given(content),
        };
        let signing = match plan.signers.is_empty() {
            true => None,
            false => {
                let mut writer = SignedDataWriter::new(plan.signers.clone(), now, config.threads);
                writer.push(content.octets());
                let (unsigned, requests) =
                    sign_layer::end_content(writer, config.random.as_deref())?;
                Some((unsigned, ask(requests, &mut ledger)))
            }
        };
        Ok(Object {
            config,
            plan,
            ledger,
            content,
            signing,
        })
    }

    fn finish(mut self) -> Result<Vec<u8>, ProtectError> {
        let (mut head, mut trailer) = (Vec::new(), Vec::new());
        let content = self.content.octets();
        if let Some((unsigned, requests)) = self.signing {
            let signatures = signatures(requests, &mut self.ledger)?;
            if is_detached(self.config) {
                return Ok(unsigned.detached(&signatures)?);
            }
            trailer = unsigned.trailer(&signatures)?;
            head = unsigned.definite_head(asn1::length(content), &trailer);
        }
        let plaintext = [head.as_slice(), content, &trailer];
        match self.plan.copies.first().filter(|_| self.config.encrypts()) {
            None => Ok(plaintext.concat()),
            Some(copy) => {
                let (cipher, random) = (self.config.cipher, self.config.random());
                Ok(encrypt_cms(cipher, &copy.recipients, &plaintext, random)?)
            }
        }
    }
}

/// What is signed and encrypted.
enum Content<'a> {
    Given(&'a [u8]),
    Compressed(Zeroizing<Vec<u8>>),
}

impl Content<'_> {
    fn octets(&self) -> &[u8] {
        match self {
            Content::Given(octets) => octets,
            Content::Compressed(octets) => octets,
        }
    }
}

fn is_detached(config: &Config) -> bool {
    config.form == SignedForm::Detached && !config.encrypts()
}

fn check(config: &Config) -> Result<(), Error> {
    config.check()?;
    let addressed = config.sign_as_sender
        || config.encrypt_to_recipients
        || !config.bound.is_empty()
        || config.resolver.is_some();
    if addressed {
        return Err(Error::misuse(
            "a CMS object has no addresses: name identities and certificates with sign and encrypt_to, without resolver",
        ));
    }
    if config.compress && is_detached(config) {
        return Err(Error::misuse(
            "a detached signature is over the content as it is; add opaque() to sign compressed content",
        ));
    }
    Ok(())
}

fn compressed(content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut cms = Vec::new();
    let mut writer = CompressWriter::new(Framing::Definite, &mut cms);
    writer.push(content, &mut cms)?;
    writer.finish(&mut cms)?;
    Ok(cms)
}
