//! What an [`super::Opener`] was told, in one cheap-to-clone value.

use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::cert::{Certificate, Crl, Identity, OcspResponse, TrustAnchors};
use crate::engine::{Resolver, only_async};
use crate::policy::{Policy, StandardPolicy};
use crate::{Error, Limits, Mailbox};

/// Bytes up to which a part is held when a message is opened as a stream.
const HELD: usize = 64 << 10;

#[derive(Clone)]
pub(super) struct Config {
    pub anchors: TrustAnchors,
    pub identities: Vec<Identity>,
    pub passwords: Vec<Zeroizing<String>>,
    /// Identifier and key.
    pub keks: Vec<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    pub resolver: Option<Resolver>,
    pub policy: Arc<dyn Policy>,
    pub certificates: Vec<Certificate>,
    pub crls: Vec<Crl>,
    pub ocsp_responses: Vec<OcspResponse>,
    pub strict_local_part: bool,
    pub expected_signer: Option<Mailbox>,
    pub any_signer: bool,
    pub held_bytes: usize,
    pub limits: Limits,
    /// Where a message that comes out of a pipe is kept; `None`: where the system keeps temporary files.
    pub spool_folder: Option<PathBuf>,
    /// How many threads may work on one message.
    pub threads: usize,
}

impl Config {
    pub(super) fn new(anchors: &TrustAnchors) -> Config {
        Config {
            anchors: anchors.clone(),
            identities: Vec::new(),
            passwords: Vec::new(),
            keks: Vec::new(),
            resolver: None,
            policy: Arc::new(StandardPolicy::new()),
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            strict_local_part: false,
            expected_signer: None,
            any_signer: false,
            held_bytes: HELD,
            limits: Limits::default(),
            spool_folder: None,
            threads: 1,
        }
    }

    /// Refuses what only an asynchronous driver can do, before anything is read. `twin` names the
    /// function that awaits.
    pub(super) fn check_blocking(&self, twin: &str) -> Result<(), Error> {
        if self.identities.iter().any(|one| one.key().is_async()) {
            return Err(only_async("the key of an identity", twin));
        }
        match self.resolver {
            Some(Resolver::Async(_)) => Err(only_async("the resolver", twin)),
            Some(Resolver::Blocking(_)) | None => Ok(()),
        }
    }
}
