//! An RSA key in the forms that the back-ends compute with.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};

use rsa::{BoxedUint, RsaPublicKey};

use super::bit_len;
use crate::asn1::{self, Tag};
use crate::crypto::fast::RsaVerifier;

/// Made at the first use and shared by clones: to prepare a modulus for reductions takes a good part of the time of an
/// operation.
#[derive(Clone)]
pub(in crate::crypto) struct RsaForms(Arc<dyn Prepared>);

/// Keys, and the certificates around them, stand in sets and maps. That one is prepared has no part in what it is
/// equal to, so how that is remembered is no part of its type either.
trait Prepared: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn fast(&self, modulus: &[u8], exponent: &[u8]) -> Option<&RsaVerifier>;

    fn portable(&self, modulus: &[u8], exponent: &[u8]) -> Option<&RsaPublicKey>;
}

#[derive(Default)]
struct Forms {
    fast: OnceLock<Option<RsaVerifier>>,
    portable: OnceLock<Option<RsaPublicKey>>,
}

impl RsaForms {
    /// For the faster back-end, if that takes the key.
    pub(in crate::crypto) fn fast(&self, modulus: &[u8], exponent: &[u8]) -> Option<&RsaVerifier> {
        self.0.fast(modulus, exponent)
    }

    /// For the `rsa` crate, if that takes the key: a public exponent of less than 2^33.
    pub(in crate::crypto) fn portable(
        &self,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Option<&RsaPublicKey> {
        self.0.portable(modulus, exponent)
    }
}

impl Default for RsaForms {
    fn default() -> Self {
        RsaForms(Arc::new(Forms::default()))
    }
}

impl Prepared for Forms {
    fn fast(&self, modulus: &[u8], exponent: &[u8]) -> Option<&RsaVerifier> {
        let make = || {
            // The same bounds as of the other back-end.
            (exponent.len() <= 4).then_some(())?;
            let numbers = [modulus, exponent].map(asn1::uint_bytes);
            let pkcs1 = asn1::tlv(Tag::SEQUENCE, &numbers.concat());
            RsaVerifier::new(&pkcs1, bit_len(modulus))
        };
        self.fast.get_or_init(make).as_ref()
    }

    fn portable(&self, modulus: &[u8], exponent: &[u8]) -> Option<&RsaPublicKey> {
        let number = |bytes: &[u8]| {
            let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?;
            BoxedUint::from_be_slice(bytes, bits).ok()
        };
        let make = || {
            (exponent.len() <= 5).then_some(())?;
            RsaPublicKey::new(number(modulus)?, number(exponent)?).ok()
        };
        self.portable.get_or_init(make).as_ref()
    }
}

/// Without the numbers: they are in the key.
impl fmt::Debug for RsaForms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaForms").finish_non_exhaustive()
    }
}
