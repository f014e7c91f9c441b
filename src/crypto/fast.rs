//! The faster back-end, graviola, where the feature, the architecture and the processor have it.
//!
//! Every function answers `None` when it cannot serve; the caller then goes on with RustCrypto,
//! which has the last word on all errors. Both give the same bytes where the operation is
//! deterministic, and accept each other's where it is not: graviola mixes system randomness into
//! the nonce of ECDSA, and draws PSS salts itself. So a request with prescribed randomness never
//! comes here.

/// Who computes. The results are the same: equal bytes where nothing random is in them, otherwise each takes
/// what the other made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// graviola where it can, RustCrypto for the rest.
    Fast,
    /// RustCrypto alone, which takes prescribed randomness.
    Portable,
}

impl Backend {
    /// The answer of the faster one, if it is to be asked and has one.
    pub(crate) fn fast<T>(self, answer: impl FnOnce() -> Option<T>) -> Option<T> {
        match self {
            Backend::Fast => answer(),
            Backend::Portable => None,
        }
    }
}

#[cfg(not(all(
    feature = "graviola",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
pub(crate) use absent::*;
#[cfg(all(
    feature = "graviola",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(crate) use present::*;

#[cfg(all(
    feature = "graviola",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod present {
    use graviola::Error;
    use graviola::aead::AesGcm;
    use graviola::hashing::{Sha256, Sha384, Sha512};
    use graviola::key_agreement::{p256, p384, x25519 as x};
    use graviola::signing::ecdsa::{P256, P384, SigningKey, VerifyingKey};
    use graviola::signing::eddsa::Ed25519SigningKey;
    use graviola::signing::rsa;
    use zeroize::Zeroizing;

    use crate::crypto::DigestAlgorithm;
    use crate::crypto::public_key::Curve;

    /// The sizes graviola is made for. It takes others, and gets modulus lengths that do not fill
    /// its words wrong.
    fn rsa_size_fits(bits: usize) -> bool {
        matches!(bits, 2048 | 3072 | 4096)
    }

    /// Without this check graviola panics on a processor it cannot use.
    fn supported() -> Option<()> {
        graviola::util::is_cpu_supported().then_some(())
    }

    /// A wrong signature is an answer, everything else is none.
    fn verdict(result: Result<(), Error>) -> Option<bool> {
        match result {
            Ok(()) => Some(true),
            Err(Error::BadSignature) => Some(false),
            Err(_) => None,
        }
    }

    /// Public point of a scalar, uncompressed.
    pub(crate) fn point(curve: Curve, scalar: &[u8]) -> Option<Vec<u8>> {
        supported()?;
        match curve {
            Curve::P256 => {
                let own = p256::StaticPrivateKey::from_bytes(scalar).ok()?;
                Some(own.public_key_uncompressed().to_vec())
            }
            Curve::P384 => {
                let own = p384::StaticPrivateKey::from_bytes(scalar).ok()?;
                Some(own.public_key_uncompressed().to_vec())
            }
            Curve::P521 => None,
        }
    }

    /// Shared x-coordinate.
    pub(crate) fn ecdh(curve: Curve, scalar: &[u8], peer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        supported()?;
        match curve {
            Curve::P256 => {
                let peer = p256::PublicKey::from_x962_uncompressed(peer).ok()?;
                let own = p256::StaticPrivateKey::from_bytes(scalar).ok()?;
                let shared = own.diffie_hellman(&peer).ok()?;
                Some(Zeroizing::new(shared.0.to_vec()))
            }
            Curve::P384 => {
                let peer = p384::PublicKey::from_x962_uncompressed(peer).ok()?;
                let own = p384::StaticPrivateKey::from_bytes(scalar).ok()?;
                let shared = own.diffie_hellman(&peer).ok()?;
                Some(Zeroizing::new(shared.0.to_vec()))
            }
            Curve::P521 => None,
        }
    }

    /// Public key of an X25519 scalar.
    pub(crate) fn x25519_public(scalar: &[u8; 32]) -> Option<Vec<u8>> {
        supported()?;
        let own = x::StaticPrivateKey::from_array(scalar);
        Some(own.public_key().as_bytes().to_vec())
    }

    /// Shared secret of X25519; `None` also for an all-zero one.
    pub(crate) fn x25519(scalar: &[u8; 32], peer: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
        supported()?;
        let own = x::StaticPrivateKey::from_array(scalar);
        let shared = own.diffie_hellman(&x::PublicKey::from_array(peer)).ok()?;
        Some(Zeroizing::new(shared.0.to_vec()))
    }

    /// An Ed25519 key to sign with. It wipes itself.
    ///
    /// Signatures are not checked here: graviola takes keys and points of small order.
    pub(crate) struct Ed25519Signer(Ed25519SigningKey);

    impl Ed25519Signer {
        pub(crate) fn new(seed: &[u8; 32]) -> Option<Ed25519Signer> {
            supported()?;
            Ed25519SigningKey::from_bytes(seed).ok().map(Ed25519Signer)
        }

        pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
            self.0.sign(message).to_vec()
        }
    }

    /// DER ECDSA-Sig-Value.
    pub(crate) fn ecdsa_sign(
        curve: Curve,
        scalar: &[u8],
        digest: DigestAlgorithm,
        message: &[u8],
    ) -> Option<Vec<u8>> {
        supported()?;
        // Two integers of 49 bytes, and their headers.
        let mut out = [0; 128];
        let message = &[message];
        let signature = match curve {
            Curve::P256 => {
                let private_key = p256::StaticPrivateKey::from_bytes(scalar).ok()?;
                let key = SigningKey::<P256> { private_key };
                match digest {
                    DigestAlgorithm::Sha256 => key.sign_asn1::<Sha256>(message, &mut out),
                    DigestAlgorithm::Sha384 => key.sign_asn1::<Sha384>(message, &mut out),
                    DigestAlgorithm::Sha512 => key.sign_asn1::<Sha512>(message, &mut out),
                    DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => return None,
                }
            }
            Curve::P384 => {
                let private_key = p384::StaticPrivateKey::from_bytes(scalar).ok()?;
                let key = SigningKey::<P384> { private_key };
                match digest {
                    DigestAlgorithm::Sha256 => key.sign_asn1::<Sha256>(message, &mut out),
                    DigestAlgorithm::Sha384 => key.sign_asn1::<Sha384>(message, &mut out),
                    DigestAlgorithm::Sha512 => key.sign_asn1::<Sha512>(message, &mut out),
                    DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => return None,
                }
            }
            Curve::P521 => return None,
        };
        signature.ok().map(<[u8]>::to_vec)
    }

    /// `signature` is r and s, each as long as the field.
    pub(crate) fn ecdsa_verify(
        curve: Curve,
        point: &[u8],
        digest: DigestAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        supported()?;
        let message = &[message];
        let result = match curve {
            Curve::P256 => {
                let key = VerifyingKey::<P256>::from_x962_uncompressed(point).ok()?;
                match digest {
                    DigestAlgorithm::Sha256 => key.verify::<Sha256>(message, signature),
                    DigestAlgorithm::Sha384 => key.verify::<Sha384>(message, signature),
                    DigestAlgorithm::Sha512 => key.verify::<Sha512>(message, signature),
                    DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => return None,
                }
            }
            Curve::P384 => {
                let key = VerifyingKey::<P384>::from_x962_uncompressed(point).ok()?;
                match digest {
                    DigestAlgorithm::Sha256 => key.verify::<Sha256>(message, signature),
                    DigestAlgorithm::Sha384 => key.verify::<Sha384>(message, signature),
                    DigestAlgorithm::Sha512 => key.verify::<Sha512>(message, signature),
                    DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => return None,
                }
            }
            Curve::P521 => return None,
        };
        verdict(result)
    }

    /// An RSA key to verify with.
    pub(crate) struct RsaVerifier(Box<rsa::VerifyingKey>);

    impl RsaVerifier {
        /// `key` is PKCS#1 RSAPublicKey of `bits`.
        pub(crate) fn new(key: &[u8], bits: usize) -> Option<RsaVerifier> {
            supported()?;
            rsa_size_fits(bits).then_some(())?;
            let key = rsa::VerifyingKey::from_pkcs1_der(key).ok()?;
            Some(RsaVerifier(Box::new(key)))
        }

        /// PSS with a salt as long as the digest only.
        pub(crate) fn verify(
            &self,
            pss: bool,
            digest: DigestAlgorithm,
            message: &[u8],
            signature: &[u8],
        ) -> Option<bool> {
            verdict(match (digest, pss) {
                (DigestAlgorithm::Sha256, false) => self.0.verify_pkcs1_sha256(signature, message),
                (DigestAlgorithm::Sha384, false) => self.0.verify_pkcs1_sha384(signature, message),
                (DigestAlgorithm::Sha512, false) => self.0.verify_pkcs1_sha512(signature, message),
                (DigestAlgorithm::Sha256, true) => self.0.verify_pss_sha256(signature, message),
                (DigestAlgorithm::Sha384, true) => self.0.verify_pss_sha384(signature, message),
                (DigestAlgorithm::Sha512, true) => self.0.verify_pss_sha512(signature, message),
                (DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224, _) => return None,
            })
        }
    }

    /// An RSA key to sign with. It wipes itself.
    pub(crate) struct RsaSigner {
        key: rsa::SigningKey,
        len: usize,
    }

    impl RsaSigner {
        /// `key` is PKCS#1 RSAPrivateKey of `bits`.
        pub(crate) fn new(key: &[u8], bits: usize) -> Option<RsaSigner> {
            supported()?;
            rsa_size_fits(bits).then_some(())?;
            let key = rsa::SigningKey::from_pkcs1_der(key).ok()?;
            let len = key.modulus_len_bytes();
            Some(RsaSigner { key, len })
        }

        /// The result is checked with the public key inside, against faults. PSS has a salt as long
        /// as the digest.
        pub(crate) fn sign(
            &self,
            pss: bool,
            digest: DigestAlgorithm,
            message: &[u8],
        ) -> Option<Vec<u8>> {
            let mut out = vec![0; self.len];
            let signature = match (digest, pss) {
                (DigestAlgorithm::Sha256, false) => self.key.sign_pkcs1_sha256(&mut out, message),
                (DigestAlgorithm::Sha384, false) => self.key.sign_pkcs1_sha384(&mut out, message),
                (DigestAlgorithm::Sha512, false) => self.key.sign_pkcs1_sha512(&mut out, message),
                (DigestAlgorithm::Sha256, true) => self.key.sign_pss_sha256(&mut out, message),
                (DigestAlgorithm::Sha384, true) => self.key.sign_pss_sha384(&mut out, message),
                (DigestAlgorithm::Sha512, true) => self.key.sign_pss_sha512(&mut out, message),
                (DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224, _) => return None,
            };
            signature.is_ok_and(|s| s.len() == self.len).then_some(out)
        }
    }

    /// GMAC (NIST SP 800-38D) with AES-256. It wipes itself.
    pub(crate) struct Gmac(Box<AesGcm>);

    impl Gmac {
        pub(crate) fn new(key: &[u8; 32]) -> Option<Gmac> {
            supported()?;
            Some(Gmac(Box::new(AesGcm::new(key))))
        }

        pub(crate) fn tag(&self, nonce: &[u8; 12], data: &[u8]) -> [u8; 16] {
            let mut tag = [0; 16];
            self.0.encrypt(nonce, data, &mut [], &mut tag);
            tag
        }
    }
}

#[cfg(not(all(
    feature = "graviola",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod absent {
    use zeroize::Zeroizing;

    use crate::crypto::DigestAlgorithm;
    use crate::crypto::public_key::Curve;

    pub(crate) fn point(_: Curve, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    pub(crate) fn ecdh(_: Curve, _: &[u8], _: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    pub(crate) fn x25519_public(_: &[u8; 32]) -> Option<Vec<u8>> {
        None
    }

    pub(crate) fn x25519(_: &[u8; 32], _: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    /// Cannot exist.
    pub(crate) enum Ed25519Signer {}

    impl Ed25519Signer {
        pub(crate) fn new(_: &[u8; 32]) -> Option<Ed25519Signer> {
            None
        }

        pub(crate) fn sign(&self, _: &[u8]) -> Vec<u8> {
            match *self {}
        }
    }

    pub(crate) fn ecdsa_sign(_: Curve, _: &[u8], _: DigestAlgorithm, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    pub(crate) fn ecdsa_verify(
        _: Curve,
        _: &[u8],
        _: DigestAlgorithm,
        _: &[u8],
        _: &[u8],
    ) -> Option<bool> {
        None
    }

    /// Cannot exist.
    pub(crate) enum RsaVerifier {}

    impl RsaVerifier {
        pub(crate) fn new(_: &[u8], _: usize) -> Option<RsaVerifier> {
            None
        }

        pub(crate) fn verify(
            &self,
            _: bool,
            _: DigestAlgorithm,
            _: &[u8],
            _: &[u8],
        ) -> Option<bool> {
            match *self {}
        }
    }

    /// Cannot exist.
    pub(crate) enum RsaSigner {}

    impl RsaSigner {
        pub(crate) fn new(_: &[u8], _: usize) -> Option<RsaSigner> {
            None
        }

        pub(crate) fn sign(&self, _: bool, _: DigestAlgorithm, _: &[u8]) -> Option<Vec<u8>> {
            match *self {}
        }
    }

    /// Cannot exist.
    pub(crate) enum Gmac {}

    impl Gmac {
        pub(crate) fn new(_: &[u8; 32]) -> Option<Gmac> {
            None
        }

        pub(crate) fn tag(&self, _: &[u8; 12], _: &[u8]) -> [u8; 16] {
            match *self {}
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Backend;

    pub(crate) const BOTH: [Backend; 2] = [Backend::Fast, Backend::Portable];

    /// Whether the faster one is there and knows this processor.
    pub(crate) fn fast_serves() -> bool {
        #[cfg(all(
            feature = "graviola",
            any(target_arch = "x86_64", target_arch = "aarch64")
        ))]
        let serves = graviola::util::is_cpu_supported();
        #[cfg(not(all(
            feature = "graviola",
            any(target_arch = "x86_64", target_arch = "aarch64")
        )))]
        let serves = false;
        if !serves {
            crate::skip::loudly("the faster back-end is not here");
        }
        serves
    }
}
