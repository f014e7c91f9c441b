//! RSA private keys in memory.

use der::Decode;
use pkcs1::{EncodeRsaPrivateKey, RsaPrivateKeyRef, UintRef};
use rsa::traits::{PaddingScheme, PrivateKeyParts, PublicKeyParts, SignatureScheme};
use rsa::{BoxedUint, Oaep, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use super::rejection::RejectionSecret;
use super::{Secret, SignRequest};
use crate::crypto::digest::with_digest;
use crate::crypto::fast::RsaSigner;
use crate::crypto::random::Draw;
use crate::crypto::{DigestAlgorithm, PssParameters, PublicKey, SignatureAlgorithm, SystemRandom};
use crate::{Error, ErrorKind};

const WHAT: &str = "RSA private key";
/// RFC 8551 4.2: smaller keys must not sign.
const MIN_SIGNING_BITS: usize = 2048;

/// An RSA key with the AlgorithmIdentifier it was loaded under.
pub(super) struct RsaKey {
    key: RsaPrivateKey,
    /// DER; `rsaEncryption`, or id-RSASSA-PSS with its parameters.
    algorithm: Vec<u8>,
    rejection: RejectionSecret,
    fast: Option<RsaSigner>,
}

impl RsaKey {
    /// Reads PKCS#1 RSAPrivateKey. n = p q and d are checked; 1024 to 8192 bits; two primes.
    pub(super) fn from_pkcs1(der: &[u8], algorithm: Vec<u8>) -> Result<RsaKey, Error> {
        let parts = RsaPrivateKeyRef::from_der(der)
            .map_err(|_| Error::malformed(WHAT, "not an RSAPrivateKey of PKCS#1"))?;
        if parts.other_prime_infos.is_some() {
            return Err(ErrorKind::Unsupported {
                what: "an RSA key of more than two primes".into(),
            }
            .into());
        }
        let bytes = parts.modulus.as_bytes();
        let bits = u32::try_from(bytes.len())
            .ok()
            .and_then(|len| len.checked_mul(8))
            .filter(|bits| {
                usize::try_from(*bits).is_ok_and(|bits| {
                    (RsaPublicKey::MIN_SIZE..=RsaPublicKey::MAX_SIZE).contains(&bits)
                })
            })
            .ok_or_else(|| Error::malformed(WHAT, "the modulus is outside 1024 to 8192 bits"))?;
        let number = |number: UintRef<'_>| BoxedUint::from_be_slice(number.as_bytes(), bits).ok();
        let key = (|| {
            let primes = vec![number(parts.prime1)?, number(parts.prime2)?];
            let exponent = number(parts.public_exponent)?;
            let private = number(parts.private_exponent)?;
            RsaPrivateKey::from_components(number(parts.modulus)?, exponent, private, primes).ok()
        })()
        .ok_or_else(|| Error::malformed(WHAT, "its numbers do not belong together"))?;
        let rejection = RejectionSecret::derive(&Zeroizing::new(key.d().to_be_bytes().into_vec()))?;
        // The numbers of CRT are computed anew: those in the file are nowhere checked.
        let pkcs1 = key.to_pkcs1_der().ok();
        let size = usize::try_from(key.n().bits()).unwrap_or(0);
        let fast = pkcs1.and_then(|pkcs1| RsaSigner::new(pkcs1.as_bytes(), size));
        Ok(RsaKey {
            key,
            algorithm,
            rejection,
            fast,
        })
    }

    pub(super) fn public_key(&self) -> Result<PublicKey, Error> {
        PublicKey::from_rsa(&self.algorithm, &self.key.n_bytes(), &self.key.e_bytes())
    }

    /// DER AlgorithmIdentifier and PKCS#1 RSAPrivateKey.
    pub(super) fn to_pkcs1(&self) -> Option<(&[u8], der::SecretDocument)> {
        Some((&self.algorithm, self.key.to_pkcs1_der().ok()?))
    }

    pub(super) fn sign(&self, request: &SignRequest) -> Result<Vec<u8>, Error> {
        let algorithm = request.algorithm();
        let bits = self.key.n().bits();
        if usize::try_from(bits).unwrap_or(0) < MIN_SIGNING_BITS || !algorithm.digest().may_sign() {
            return Err(Error::unfit(
                "signing takes an RSA key of 2048 bits or more and SHA-256 or a longer digest",
            ));
        }
        if let Some(signature) = self.sign_fast(request) {
            return Ok(signature);
        }
        match algorithm {
            SignatureAlgorithm::RsaPkcs1(digest) => {
                let scheme = with_digest!(*digest, D => Pkcs1v15Sign::new::<D>());
                self.sign_with(scheme, request.digest(), &[])
            }
            SignatureAlgorithm::RsaPss(parameters) => self.sign_pss(parameters, request),
            _ => Err(ErrorKind::KeyOperation.into()),
        }
    }

    fn sign_fast(&self, request: &SignRequest) -> Option<Vec<u8>> {
        let digest = request.algorithm().digest();
        let pss = match request.algorithm() {
            SignatureAlgorithm::RsaPkcs1(_) => false,
            SignatureAlgorithm::RsaPss(parameters) => {
                (*parameters == PssParameters::new(digest)).then_some(true)?
            }
            _ => return None,
        };
        request
            .backend()
            .fast(|| self.fast.as_ref()?.sign(pss, digest, request.message()))
    }

    fn sign_pss(
        &self,
        parameters: &PssParameters,
        request: &SignRequest,
    ) -> Result<Vec<u8>, Error> {
        // The `rsa` crate signs with one digest for message and mask.
        if parameters.digest != parameters.mgf_digest {
            return Err(Error::unsupported_algorithm(
                "signing",
                "RSASSA-PSS with two different digests",
            ));
        }
        let salt = request.salt().unwrap_or_default();
        if request
            .salt()
            .is_some_and(|salt| salt.len() != parameters.salt_len)
        {
            return Err(Error::misuse(
                "the PSS salt does not have the length of the parameters",
            ));
        }
        let room = self.key.size().checked_sub(parameters.digest.output_len());
        if room
            .and_then(|room| room.checked_sub(2))
            .is_none_or(|room| room < parameters.salt_len)
        {
            return Err(Error::unfit("the RSA key is too small for this PSS salt"));
        }
        with_digest!(parameters.digest, D => {
            self.sign_with(Pss::<D>::new_with_salt(parameters.salt_len), request.digest(), salt)
        })
    }

    /// With base blinding; the result is checked with the public key by the `rsa` crate, so that a
    /// fault does not give the key away.
    fn sign_with(
        &self,
        scheme: impl SignatureScheme,
        digest: &[u8],
        salt: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let mut draw = Draw::after(salt, &SystemRandom);
        scheme
            .sign(Some(&mut draw), &self.key, digest)
            .map_err(|_| draw.or_failure(ErrorKind::KeyOperation.into()))
    }

    pub(super) fn unwrap_pkcs1(&self, encrypted: &[u8], key_len: usize) -> Result<Secret, Error> {
        #[cfg(fuzzing)]
        if let Some(decrypted) = crate::crypto::stub::decrypt(encrypted) {
            let good = Choice::from(u8::from(decrypted.is_some()));
            let candidate = decrypted.as_deref().unwrap_or_default();
            return self.rejection.select(encrypted, key_len, candidate, good);
        }
        let mut draw = Draw::new(&SystemRandom);
        let block = self.decrypt_block(encrypted, &mut draw);
        // A source that fails says nothing about the ciphertext, so it may be told.
        if let Some(failure) = draw.failure() {
            return Err(failure);
        }
        let block = block.as_ref().map(|block| block.as_slice());
        let (candidate, good) = block
            .and_then(|block| unpadded(block, key_len))
            .unwrap_or((&[], Choice::from(0)));
        self.rejection.select(encrypted, key_len, candidate, good)
    }

    /// The block inside, as long as the modulus. `None` for what everybody can see is no ciphertext of this key, and
    /// when the random source fails.
    fn decrypt_block(&self, encrypted: &[u8], draw: &mut Draw<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let len = self.key.size();
        (encrypted.len() == len).then_some(())?;
        let number = BoxedUint::from_be_slice(encrypted, self.key.n_bits_precision()).ok()?;
        let mut number = rsa::hazmat::rsa_decrypt_and_check(&self.key, Some(draw), &number).ok()?;
        let bytes = Zeroizing::new(number.to_be_bytes());
        number.zeroize();
        // Whole words, in front of which zeros stand.
        let block = bytes.get(bytes.len().checked_sub(len)?..)?;
        Some(Zeroizing::new(block.to_vec()))
    }

    pub(super) fn unwrap_oaep(
        &self,
        encrypted: &[u8],
        digest: DigestAlgorithm,
        mgf_digest: DigestAlgorithm,
        label: &[u8],
    ) -> Result<Secret, Error> {
        #[cfg(fuzzing)]
        if let Some(decrypted) = crate::crypto::stub::decrypt(encrypted) {
            return decrypted
                .map(Secret::new)
                .ok_or(ErrorKind::KeyOperation.into());
        }
        let mut draw = Draw::new(&SystemRandom);
        let decrypted = with_digest!(digest, D => with_digest!(mgf_digest, M => {
            Oaep::<D, M>::new_with_mgf_hash_and_label(label).decrypt(
                Some(&mut draw),
                &self.key,
                encrypted,
            )
        }));
        decrypted
            .map(Secret::new)
            .map_err(|_| draw.or_failure(ErrorKind::KeyOperation.into()))
    }
}

/// The last `key_len` bytes of a block, and whether the rest is what stands before such a key (RFC 8017 7.2.2): 00 02, at
/// least eight bytes that are not zero, 00.
///
/// All is looked at, without a branch on any: because the length of the key is known, nothing has to be searched for, and
/// nothing has a length that depends on the block. `None` where no padding fits, which the lengths alone say.
fn unpadded(block: &[u8], key_len: usize) -> Option<(&[u8], Choice)> {
    let (padding, key) = block.split_at_checked(block.len().checked_sub(key_len)?)?;
    let (kind, rest) = padding.split_at_checked(2)?;
    let (end, filling) = rest.split_last()?;
    (filling.len() >= 8).then_some(())?;
    let mut good = kind.ct_eq(&[0, 2]) & end.ct_eq(&0);
    for byte in filling {
        good &= !byte.ct_eq(&0);
    }
    Some((key, good))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ENC-08: every byte of the padding matters, and every value of it.
    #[test]
    fn enc_08_every_byte_of_the_padding() {
        let mut block = [0x5a; 64];
        (block[0], block[1], block[47]) = (0, 2, 0);
        let good = |block: &[u8], len| {
            unpadded(block, len).map(|(key, good)| (key.to_vec(), bool::from(good)))
        };
        assert_eq!(good(&block, 16), Some((vec![0x5a; 16], true)));
        for at in 0..48 {
            for value in 0..=255 {
                let mut changed = block;
                changed[at] = value;
                let fits = match at {
                    0 | 1 | 47 => value == block[at],
                    _ => value != 0,
                };
                assert_eq!(good(&changed, 16).unwrap().1, fits, "{at} {value}");
            }
        }
        // Another length of key; an empty one; a filling of eight bytes, and of seven.
        assert!(!good(&block, 15).unwrap().1 && !good(&block, 17).unwrap().1);
        block[63] = 0;
        assert!(!good(&block, 0).unwrap().1);
        block[47] = 1;
        assert!(good(&block, 0).unwrap().1);
        block[10] = 0;
        assert!(good(&block, 53).unwrap().1);
        assert_eq!(good(&block, 54), None);
        assert_eq!(good(&block, 64), None);
        assert_eq!(good(&block, 65), None);
    }
}
