//! What an issuer signs: certificates and revocation lists have the same frame.

use crate::check::Reason;
use crate::crypto::verify::verify;
use crate::crypto::{PublicKey, SignatureAlgorithm};
use crate::{Error, ErrorKind};

/// The parts of `SEQUENCE { toBeSigned, algorithm AlgorithmIdentifier, signature BIT STRING }` (RFC 5280
/// 4.1, 5.1), as received.
pub(super) struct Signed<'a> {
    /// `None` when the signed part names another one.
    pub algorithm: Option<&'a [u8]>,
    pub to_be_signed: &'a [u8],
    /// Empty when it is not whole octets.
    pub signature: &'a [u8],
}

impl Signed<'_> {
    /// The algorithm, or why none can be worked with. `None` as the reason: it is contradictory or malformed.
    pub(super) fn algorithm(&self) -> Result<SignatureAlgorithm, Option<Reason>> {
        let algorithm = self.algorithm.ok_or(None)?;
        SignatureAlgorithm::from_identifier(algorithm).map_err(unsupported)
    }

    /// Whether the signature verifies with `key`. One by an algorithm that is not implemented does not.
    pub(super) fn verifies(&self, key: &PublicKey) -> bool {
        self.algorithm().is_ok_and(|algorithm| {
            verify(key, &algorithm, self.to_be_signed, self.signature).is_ok()
        })
    }
}

fn unsupported(error: Error) -> Option<Reason> {
    match error.into_kind() {
        ErrorKind::UnsupportedAlgorithm { role, oid } => {
            Some(Reason::UnsupportedAlgorithm { role, name: oid })
        }
        _ => None,
    }
}
