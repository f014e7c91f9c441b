//! This crate's side.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::open::{Content, Message};
use smime::report::Verdict;
use smime::{Certificate, Identity, Opener, Protector, TrustAnchors};

use crate::Failure;
use crate::people::Pem;
use crate::work::{Cipher, Digest, Work};

/// Bytes handed over at a time when a file is read.
const PIECE: usize = 64 << 10;

/// Everything that is set up once: keys, certificates and the trusted root are loaded.
pub struct Ours {
    alice: Identity,
    bob: Certificate,
    opener: Opener,
    threads: usize,
}

impl Ours {
    pub fn new(pem: &Pem) -> Result<Ours, Failure> {
        let anchors = TrustAnchors::from_pem(&pem.root)?;
        let bob = Identity::from_pem(&pem.bob, None)?;
        Ok(Ours {
            alice: Identity::from_pem(&pem.alice, None)?,
            bob: bob.certificate().clone(),
            opener: Opener::new(&anchors).identity(&bob),
            threads: 1,
        })
    }

    /// Works with so many threads from now on.
    pub fn threads(&mut self, threads: usize) {
        self.threads = threads;
        self.opener = self.opener.clone().threads(threads);
    }

    /// What makes messages in this way. Loading it is not part of any measurement.
    pub fn protector(&self, work: Work) -> Protector {
        let mut protector = Protector::new().threads(self.threads);
        if work.is_signed() {
            protector = protector.sign(&self.alice);
        }
        if let Work::Sign(Digest::Sha512) = work {
            protector = protector.digest(DigestAlgorithm::Sha512);
        }
        match work.cipher() {
            Some(cipher) => {
                let cipher = match cipher {
                    Cipher::Cbc => ContentCipher::Aes256Cbc,
                    Cipher::Gcm => ContentCipher::Aes256Gcm,
                };
                protector
                    .encrypt_to([&self.bob])
                    .cipher(cipher)
                    .not_to_self()
            }
            None => protector,
        }
    }

    /// Opens this mail, in memory. A signature that should be there must be trusted.
    pub fn open(&self, work: Work, raw: &[u8]) -> Result<Message, Failure> {
        expected(work, self.opener.open(raw)?.content())
    }

    /// Opens this mail in one pass, in memory: content is given out as it comes, and the verdict at the end.
    pub fn open_in_one_pass(&self, work: Work, raw: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut content = Vec::new();
        let report = self
            .opener
            .dangerous()
            .open_single_pass(raw, &mut content)?;
        let verdict = match work.is_signed() {
            true => Verdict::Trusted,
            false => Verdict::Unsigned,
        };
        match report.verdict() == verdict {
            true => Ok(content),
            false => Err(format!("{}: opened under another name", work.word()).into()),
        }
    }

    /// Makes or opens from file to file.
    pub fn file(&self, work: Work, input: &Path, output: &Path) -> Result<(), Failure> {
        match work.made_by() {
            None => make_file(&self.protector(work), input, output),
            Some(_) => self.open_file(work, input, output),
        }
    }

    /// Through the gate: two passes, and nothing is written before all of it is authenticated.
    fn open_file(&self, work: Work, input: &Path, output: &Path) -> Result<(), Failure> {
        let checked = self.opener.open_seekable(File::open(input)?)?;
        expected(work, checked.content())?.copy_to(File::create(output)?)?;
        Ok(())
    }
}

fn make_file(protector: &Protector, input: &Path, output: &Path) -> Result<(), Failure> {
    let mut source = File::open(input)?;
    let mut writer = protector.writer(File::create(output)?)?;
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece)? {
            0 => break,
            read => writer.write_all(&piece[..read])?,
        }
    }
    writer.finish()?;
    Ok(())
}

/// The content, if it is given out under the name that this work must lead to.
fn expected<M>(work: Work, content: Content<M>) -> Result<M, Failure> {
    match content {
        Content::Trusted(message) if work.is_signed() => Ok(message),
        Content::Unsigned(message) if !work.is_signed() => Ok(message),
        _ => Err(format!("{}: opened under another name", work.word()).into()),
    }
}
