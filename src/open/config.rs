//! What an [`super::Opener`] was told, in one cheap-to-clone value.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::cert::{Certificate, Crl, Identity, OcspResponse, TrustAnchors};
use crate::engine::{Resolver, only_async};
use crate::policy::{Policy, StandardPolicy};
use crate::{Error, Limits, Mailbox};

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
    pub limits: Limits,
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
            limits: Limits::default(),
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
