//! Implicit rejection of RSA PKCS#1 v1.5 ciphertexts.
//!
//! Whoever can tell whether the padding of a ciphertext was right can decrypt with somebody else's
//! key (Bleichenbacher). So a ciphertext that does not decrypt to a key of the right length gives a
//! key too: derived from a secret of the private key and the ciphertext, so that the same bytes
//! always give the same key, and no one outside can tell it from a real one.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{KeyError, Secret, UnwrapRequest};
use crate::Error;
use crate::crypto::{DigestAlgorithm, RandomSource, SystemRandom, kdf};

const LABEL: &[u8] = b"smime implicit rejection 1";

/// The secret that substituted keys are derived from.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct RejectionSecret([u8; 32]);

impl RejectionSecret {
    /// For an external key, whose bytes are not known here: new for each handle.
    pub(super) fn random() -> Result<RejectionSecret, Error> {
        let mut secret = RejectionSecret([0; 32]);
        SystemRandom.fill(&mut secret.0)?;
        Ok(secret)
    }

    /// From the private exponent.
    pub(super) fn derive(private: &[u8]) -> Result<RejectionSecret, Error> {
        let derived = kdf::hkdf(DigestAlgorithm::Sha256, LABEL, private, &[], 32)?;
        let mut secret = RejectionSecret([0; 32]);
        for (slot, byte) in secret.0.iter_mut().zip(derived.iter()) {
            *slot = *byte;
        }
        Ok(secret)
    }

    /// `candidate` if it is good, else the substitute; the time does not tell which of the two it is.
    ///
    /// Its length is `key_len`, and of everything else nothing is taken; so nobody may learn from that.
    pub(super) fn select(
        &self,
        ciphertext: &[u8],
        key_len: usize,
        candidate: &[u8],
        good: Choice,
    ) -> Result<Secret, Error> {
        let mut key = kdf::hkdf(DigestAlgorithm::Sha256, LABEL, &self.0, ciphertext, key_len)?;
        let good = good & to_u64(candidate.len()).ct_eq(&to_u64(key_len));
        for (slot, byte) in key.iter_mut().zip(candidate) {
            slot.conditional_assign(byte, good);
        }
        Ok(Secret::from_zeroizing(key))
    }

    /// What an external key answered, with failures of PKCS#1 v1.5 replaced by a substituted key. How long the key itself
    /// takes for an answer is its own business.
    pub(super) fn apply(
        &self,
        request: &UnwrapRequest,
        answer: Result<Secret, KeyError>,
    ) -> Result<Secret, Error> {
        let UnwrapRequest::RsaPkcs1 {
            encrypted_key,
            key_len,
        } = request
        else {
            return answer.map_err(Error::from);
        };
        match answer {
            Err(error @ KeyError::Unavailable(_)) => Err(error.into()),
            answer => {
                let answer = answer.as_ref().map(Secret::as_ref).unwrap_or_default();
                let good = to_u64(answer.len()).ct_eq(&to_u64(*key_len));
                // As long as the key, whatever was answered.
                let mut candidate = Zeroizing::new(vec![0; *key_len]);
                for (slot, byte) in candidate.iter_mut().zip(answer) {
                    *slot = *byte;
                }
                self.select(encrypted_key, *key_len, &candidate, good)
            }
        }
    }
}

fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
