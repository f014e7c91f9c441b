//! What was found in a message, before it is judged.

use std::collections::HashSet;
use std::time::SystemTime;

use crate::cert::{Certificate, Crl, Identity, OcspResponse, RecipientId, SignerId};
use crate::check::Check;
use crate::cms::verify::SignerEvidence;
use crate::mime::header::HeaderBlock;
use crate::open::buffer::Bytes;
use crate::open::config::Config;
use crate::open::sender::Sender;
use crate::report::LayerKind;

pub(in crate::open) struct Found {
    pub layers: Vec<Layer>,
    pub parts: Vec<Part>,
    /// The first node below the layers of the root; `None` only when the walk has not ended.
    pub content: Option<Content>,
    /// The layers around the content, from outside in, by index.
    pub chain: Vec<usize>,
    pub certificates: Pool,
    /// Revocation lists of the message, without those the opener was given.
    pub crls: Vec<Crl>,
    /// OCSP responses, likewise.
    pub ocsp_responses: Vec<OcspResponse>,
    /// There are more of both than are looked at.
    pub is_full: bool,
    /// The messages: the mail itself first, then those inside.
    pub headings: Vec<Heading>,
    /// How the message is put together, and at which place: parts are found in the order in which keys are.
    checks: Vec<(Vec<usize>, Check)>,
}

impl Found {
    pub(super) fn new(config: &Config) -> Found {
        let mut certificates = Pool::default();
        for certificate in &config.certificates {
            certificates.add_vouched(certificate.clone());
        }
        certificates.add_chains(&config.identities);
        Found {
            layers: Vec::new(),
            parts: Vec::new(),
            content: None,
            chain: Vec::new(),
            certificates,
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            is_full: false,
            headings: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// A finding about a place in the message.
    pub(super) fn note(&mut self, place: &super::Place, check: Check) {
        self.checks.push((place.order().to_vec(), check));
    }

    /// A finding about all of it.
    pub(super) fn note_of_all(&mut self, check: Check) {
        self.checks.push((Vec::new(), check));
    }

    /// How the message is put together, from its beginning to its end.
    pub(in crate::open) fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<_> = self.checks.iter().collect();
        checks.sort_by_key(|(order, _)| order);
        checks.into_iter().map(|(_, check)| check.clone()).collect()
    }
}

/// The content of the mail: what the outermost layers hold.
pub(in crate::open) struct Content {
    pub bytes: Bytes,
    pub enclosing: Vec<usize>,
    pub is_mime: bool,
}

/// A layer of protection.
pub(in crate::open) struct Layer {
    pub order: Vec<usize>,
    pub part: String,
    /// The layers around it.
    pub enclosing: Vec<usize>,
    /// The heading of the message it belongs to.
    pub message: Option<usize>,
    pub kind: LayerKind,
    pub checks: Vec<Check>,
    pub signers: Vec<Signer>,
    /// The signature cannot be one over the content, whatever its signers say.
    pub is_invalid: bool,
    /// The certificate it was opened with.
    pub opened_by: Option<Certificate>,
}

impl Layer {
    pub(super) fn new(place: &super::Place, kind: LayerKind) -> Layer {
        Layer {
            order: place.order().to_vec(),
            part: place.part().to_owned(),
            enclosing: place.enclosing().to_vec(),
            message: place.message(),
            kind,
            checks: Vec::new(),
            signers: Vec::new(),
            is_invalid: false,
            opened_by: None,
        }
    }

    pub(in crate::open) fn is_encrypted(&self) -> bool {
        matches!(self.kind, LayerKind::Encrypted { .. })
    }

    /// Whether it was encrypted by a cipher that notices changes.
    pub(in crate::open) fn is_authenticated(&self) -> bool {
        matches!(&self.kind, LayerKind::Encrypted { cipher, .. } if cipher.is_authenticated())
    }

    pub(in crate::open) fn is_signed(&self) -> bool {
        match self.kind {
            LayerKind::DetachedSignature | LayerKind::OpaqueSignature => true,
            LayerKind::NoSigners | LayerKind::Encrypted { .. } | LayerKind::Compressed => false,
        }
    }
}

/// One signer of a layer.
pub(in crate::open) struct Signer {
    pub id: Option<SignerId>,
    /// `None` when there was nothing to verify.
    pub evidence: Option<SignerEvidence>,
    /// Why there was not.
    pub checks: Vec<Check>,
    /// The SignerInfo cannot be read.
    pub is_malformed: bool,
    pub signing_time: Option<SystemTime>,
    pub encryption_preference: Option<RecipientId>,
    /// By name.
    pub capabilities: Vec<String>,
}

impl Signer {
    /// One of whom nothing is known, and why.
    pub(super) fn unknown(why: Check) -> Signer {
        Signer {
            id: None,
            evidence: None,
            checks: vec![why],
            is_malformed: false,
            signing_time: None,
            encryption_preference: None,
            capabilities: Vec::new(),
        }
    }
}

/// A MIME part, or content that is no MIME.
pub(in crate::open) struct Part {
    pub order: Vec<usize>,
    pub path: String,
    pub media_type: String,
    pub bytes: Bytes,
    pub is_mime: bool,
    pub enclosing: Vec<usize>,
}

/// The header of a message, and who it says it is from.
pub(in crate::open) struct Heading {
    pub header: HeaderBlock,
    pub sender: Sender,
}

/// Certificates from everywhere, each once: first those the opener was given, then those of the resolver, then
/// those of the message. Anybody can put a certificate with another's name into a message.
#[derive(Default)]
pub(in crate::open) struct Pool {
    all: Vec<Certificate>,
    /// How many at the beginning did not come from the message.
    vouched: usize,
    known: HashSet<Certificate>,
}

impl Pool {
    /// One that the message holds.
    pub(super) fn add(&mut self, certificate: Certificate) {
        if self.known.insert(certificate.clone()) {
            self.all.push(certificate);
        }
    }

    /// One that the caller gave or the resolver found.
    pub(super) fn add_vouched(&mut self, certificate: Certificate) {
        if !self.known.insert(certificate.clone()) {
            match self.all.iter().position(|known| *known == certificate) {
                Some(position) if position >= self.vouched => drop(self.all.remove(position)),
                _ => return,
            }
        }
        self.all.insert(self.vouched, certificate);
        self.vouched = self.vouched.saturating_add(1);
    }

    /// The chains of one's own identities: their issuers may be those of signers as well.
    pub(super) fn add_chains(&mut self, identities: &[Identity]) {
        for certificate in identities.iter().flat_map(Identity::chain) {
            self.add_vouched(certificate.clone());
        }
    }

    pub(in crate::open) fn all(&self) -> &[Certificate] {
        &self.all
    }
}
