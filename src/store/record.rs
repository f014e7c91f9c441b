//! One entry as its file has it.
//!
//! ```text
//! smime store entry 1
//! certificates: 2
//! provenance: candidate
//! learned: 2026-06-01T12:00:00Z
//! asserted: 2026-06-01T11:58:00Z
//! capability: AES-256-GCM
//!
//! -----BEGIN CERTIFICATE-----
//! …
//! ```
//!
//! Lines end with LF. `provenance` is `pinned` or `candidate`; `use: verify` marks a certificate that its owner
//! does not want to be written to; `bound` (repeated) is an address it was bound to by hand; `learned` is when it was
//! last learned from a message, `asserted` when its owner said what follows as `capability` (repeated, best first).
//! After an empty line stand the private key, if there is one, the certificate, and its chain upwards: PEM, so
//! that other tools read the file too.

mod facts;

use std::sync::OnceLock;

use zeroize::Zeroizing;

pub(super) use facts::{BINDINGS, Facts, whole_seconds};

use super::fingerprint::{Fingerprint, sha_256};
use super::folder::{ENTRY_BYTES, Kind};
use crate::cert::Certificate;
use crate::key::PrivateKey;
use crate::{Error, ErrorKind, Identity, Limits};

const WHAT: &str = "store entry";
const HEAD: &str = "smime store entry 1";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const CLEAR: &str = "PRIVATE KEY";

/// A private key as PEM, as it stands in the file.
#[derive(Clone)]
pub(super) struct KeyText {
    text: Zeroizing<String>,
    encrypted: bool,
}

impl KeyText {
    pub(super) fn encrypted(text: String) -> KeyText {
        KeyText {
            text: Zeroizing::new(text),
            encrypted: true,
        }
    }

    pub(super) fn clear(text: Zeroizing<String>) -> KeyText {
        KeyText {
            text,
            encrypted: false,
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }
}

/// An entry.
pub(super) struct Record {
    pub fingerprint: Fingerprint,
    pub certificate: Certificate,
    /// What stands above the certificate, from below.
    pub issuers: Vec<Certificate>,
    pub facts: Facts,
    pub key: Option<KeyText>,
    /// The key, once somebody needed it.
    unlocked: OnceLock<Identity>,
    /// Of the file it was read from: says whether it has to be read again.
    pub digests: Vec<[u8; 32]>,
}

impl Record {
    pub(super) fn new(certificate: Certificate, facts: Facts) -> Record {
        Record {
            fingerprint: Fingerprint::of(&certificate),
            certificate,
            issuers: Vec::new(),
            facts,
            key: None,
            unlocked: OnceLock::new(),
            digests: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.key {
            Some(_) => Kind::Identity,
            None => Kind::Certificate,
        }
    }

    /// Reads a file of this name and kind.
    pub(super) fn parse(
        bytes: &[u8],
        fingerprint: Fingerprint,
        kind: Kind,
        limits: &Limits,
    ) -> Result<Record, Error> {
        let wrong = |detail: &'static str| Error::malformed(WHAT, detail);
        let text = str::from_utf8(bytes).map_err(|_| wrong("not UTF-8"))?;
        let (head, body) = text
            .split_once("\n\n")
            .ok_or_else(|| wrong("no empty line after the header"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(wrong("it does not begin as version 1 does"));
        }
        let (facts, count) = Facts::parse(lines)?;
        let (key, rest) = split_key(body)?;
        if key.is_some() != (kind == Kind::Identity) {
            return Err(wrong("a private key in the wrong kind of file, or none"));
        }
        let mut certificates = Certificate::all_with(rest.as_bytes(), limits)?.into_iter();
        let certificate = certificates.next().ok_or_else(|| wrong("no certificate"))?;
        let issuers: Vec<Certificate> = certificates.collect();
        if issuers.len().saturating_add(1) != count {
            return Err(wrong("not as many certificates as its header says"));
        }
        if Fingerprint::of(&certificate) != fingerprint {
            return Err(wrong("it holds another certificate than its name says"));
        }
        Ok(Record {
            fingerprint,
            certificate,
            issuers,
            facts,
            key,
            unlocked: OnceLock::new(),
            digests: vec![sha_256(bytes)],
        })
    }

    /// The file. [`ErrorKind::Limit`] when nobody would read it again.
    pub(super) fn to_text(&self) -> Result<Zeroizing<String>, Error> {
        let mut head = format!("{HEAD}\n");
        let count = self.issuers.len().saturating_add(1);
        self.facts.write(count, &mut head);
        head.push('\n');
        let all = std::iter::once(&self.certificate).chain(&self.issuers);
        let certificates = Certificate::bundle_to_pem(all);
        let key = self.key.as_ref().map_or("", |key| key.text.as_str());
        let length = head
            .len()
            .saturating_add(key.len())
            .saturating_add(certificates.len());
        if u64::try_from(length).unwrap_or(u64::MAX) > ENTRY_BYTES {
            return Err(Error::limit("store entry in bytes", ENTRY_BYTES));
        }
        let mut text = Zeroizing::new(String::with_capacity(length));
        text.push_str(&head);
        text.push_str(key);
        text.push_str(&certificates);
        Ok(text)
    }

    /// What this and another entry for the same certificate say together.
    pub(super) fn joined(&self, other: &Record) -> Record {
        let (key, unlocked) = match (&self.key, &other.key) {
            (None, Some(_)) => (&other.key, &other.unlocked),
            _ => (&self.key, &self.unlocked),
        };
        let issuers = match self.issuers.len() < other.issuers.len() {
            true => &other.issuers,
            false => &self.issuers,
        };
        Record {
            fingerprint: self.fingerprint,
            certificate: self.certificate.clone(),
            issuers: issuers.clone(),
            facts: self.facts.joined(&other.facts),
            key: key.clone(),
            unlocked: unlocked.clone(),
            digests: self.digests.iter().chain(&other.digests).copied().collect(),
        }
    }

    /// The same with other facts.
    pub(super) fn with_facts(&self, facts: Facts) -> Record {
        Record {
            fingerprint: self.fingerprint,
            certificate: self.certificate.clone(),
            issuers: self.issuers.clone(),
            facts,
            key: self.key.clone(),
            unlocked: self.unlocked.clone(),
            digests: Vec::new(),
        }
    }

    /// The same with its key in another form.
    pub(super) fn with_key(&self, key: KeyText) -> Record {
        Record {
            key: Some(key),
            ..self.with_facts(self.facts.clone())
        }
    }

    /// Makes it an identity.
    pub(super) fn with_identity(mut self, identity: &Identity, key: KeyText) -> Record {
        self.issuers = identity.chain().iter().skip(1).cloned().collect();
        self.key = Some(key);
        self.unlocked = OnceLock::from(identity.clone());
        self
    }

    /// Whether the key was decrypted already.
    pub(super) fn is_unlocked(&self) -> bool {
        self.unlocked.get().is_some()
    }

    /// The identity. Decrypts the key when it is asked for the first time.
    pub(super) fn unlock(
        &self,
        password: Option<&str>,
        limits: &Limits,
    ) -> Result<Identity, Error> {
        if let Some(identity) = self.unlocked.get() {
            return Ok(identity.clone());
        }
        let key = self.key.as_ref().ok_or_else(|| ErrorKind::Missing {
            what: "private key".into(),
        })?;
        if key.encrypted && password.is_none() {
            return Err(ErrorKind::Missing {
                what: "password of the store, which its private keys need,".into(),
            }
            .into());
        }
        let key = PrivateKey::from_bytes_with(key.text.as_bytes(), password, limits)?;
        let all = std::iter::once(&self.certificate).chain(&self.issuers);
        let identity = Identity::new(all.cloned(), key)?;
        if identity.certificate() != &self.certificate {
            return Err(Error::malformed(
                WHAT,
                "the key is that of another certificate",
            ));
        }
        Ok(self.unlocked.get_or_init(|| identity).clone())
    }
}

/// The key at the beginning of the body, and what follows it.
fn split_key(body: &str) -> Result<(Option<KeyText>, &str), Error> {
    let mut found = (None, body);
    for (label, encrypted) in [(ENCRYPTED, true), (CLEAR, false)] {
        if !body.starts_with(&format!("-----BEGIN {label}-----\n")) {
            continue;
        }
        let end = format!("-----END {label}-----\n");
        let cut = body.find(&end).map(|at| at.saturating_add(end.len()));
        let (key, rest) = cut
            .and_then(|cut| body.split_at_checked(cut))
            .ok_or_else(|| Error::malformed(WHAT, "the private key has no end"))?;
        let mut text = Zeroizing::new(String::with_capacity(key.len()));
        text.push_str(key);
        found = (Some(KeyText { text, encrypted }), rest);
        break;
    }
    if found.1.contains("PRIVATE KEY-----") {
        return Err(Error::malformed(WHAT, "a private key where none belongs"));
    }
    Ok(found)
}
