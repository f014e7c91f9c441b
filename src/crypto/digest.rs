//! Digest algorithms, one-shot and streaming.

mod thread;

use const_oid::ObjectIdentifier;
use sha2::Digest;

use super::identifier;

pub(crate) use thread::Hashers;

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-1: to read old data and to form identifiers, never to sign.
    Sha1,
    /// SHA-224: to read, never to sign.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Runs `$body` with `$D` as the hash type of `$algorithm`.
macro_rules! with_digest {
    ($algorithm:expr, $D:ident => $body:expr) => {
        match $algorithm {
            $crate::crypto::DigestAlgorithm::Sha1 => {
                type $D = sha1::Sha1;
                $body
            }
            $crate::crypto::DigestAlgorithm::Sha224 => {
                type $D = sha2::Sha224;
                $body
            }
            $crate::crypto::DigestAlgorithm::Sha256 => {
                type $D = sha2::Sha256;
                $body
            }
            $crate::crypto::DigestAlgorithm::Sha384 => {
                type $D = sha2::Sha384;
                $body
            }
            $crate::crypto::DigestAlgorithm::Sha512 => {
                type $D = sha2::Sha512;
                $body
            }
        }
    };
}
pub(crate) use with_digest;

impl DigestAlgorithm {
    const ALL: [DigestAlgorithm; 5] = [
        DigestAlgorithm::Sha1,
        DigestAlgorithm::Sha224,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ];

    /// The name people use, for example `SHA-512`.
    pub fn name(self) -> &'static str {
        match self {
            DigestAlgorithm::Sha1 => "SHA-1",
            DigestAlgorithm::Sha224 => "SHA-224",
            DigestAlgorithm::Sha256 => "SHA-256",
            DigestAlgorithm::Sha384 => "SHA-384",
            DigestAlgorithm::Sha512 => "SHA-512",
        }
    }

    /// Length of the digest in bytes.
    pub fn output_len(self) -> usize {
        match self {
            DigestAlgorithm::Sha1 => 20,
            DigestAlgorithm::Sha224 => 28,
            DigestAlgorithm::Sha256 => 32,
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
        }
    }

    /// The value of the `micalg` parameter of multipart/signed (RFC 8551 3.5.3.2).
    pub fn micalg(self) -> &'static str {
        match self {
            DigestAlgorithm::Sha1 => "sha-1",
            DigestAlgorithm::Sha224 => "sha-224",
            DigestAlgorithm::Sha256 => "sha-256",
            DigestAlgorithm::Sha384 => "sha-384",
            DigestAlgorithm::Sha512 => "sha-512",
        }
    }

    /// The digest that a `micalg` parameter names: as RFC 8551 has it, or without the hyphen, as many write it.
    pub(crate) fn from_micalg(micalg: &str) -> Option<DigestAlgorithm> {
        let plain = |name: &str| name.trim_matches('"').replace('-', "").to_ascii_lowercase();
        let micalg = plain(micalg);
        Self::ALL
            .into_iter()
            .find(|digest| plain(digest.micalg()) == micalg)
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
        const SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
        const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
        const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
        const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
        match self {
            DigestAlgorithm::Sha1 => SHA1,
            DigestAlgorithm::Sha224 => SHA224,
            DigestAlgorithm::Sha256 => SHA256,
            DigestAlgorithm::Sha384 => SHA384,
            DigestAlgorithm::Sha512 => SHA512,
        }
    }

    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<DigestAlgorithm> {
        Self::ALL.into_iter().find(|digest| digest.oid() == *oid)
    }

    /// Whether it is used for new signatures; the others are read only.
    pub(crate) fn may_sign(self) -> bool {
        match self {
            DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => false,
            DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => true,
        }
    }

    /// DER AlgorithmIdentifier with the parameters absent (RFC 5754 2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        identifier::algorithm(self.oid(), &[])
    }

    /// DER AlgorithmIdentifier with NULL parameters, as PSS and OAEP parameters want it (RFC 4055 2.1).
    pub(super) fn identifier_with_null(self) -> Vec<u8> {
        identifier::algorithm(self.oid(), &identifier::NULL)
    }

    /// The digest of `data`.
    pub(crate) fn digest(self, data: &[u8]) -> Vec<u8> {
        with_digest!(self, D => D::digest(data).to_vec())
    }
}

/// A digest in the making.
#[derive(Clone)]
pub(crate) enum Hasher {
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl Hasher {
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Hasher {
        match algorithm {
            DigestAlgorithm::Sha1 => Hasher::Sha1(Digest::new()),
            DigestAlgorithm::Sha224 => Hasher::Sha224(Digest::new()),
            DigestAlgorithm::Sha256 => Hasher::Sha256(Digest::new()),
            DigestAlgorithm::Sha384 => Hasher::Sha384(Digest::new()),
            DigestAlgorithm::Sha512 => Hasher::Sha512(Digest::new()),
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Hasher::Sha1(hash) => hash.update(data),
            Hasher::Sha224(hash) => hash.update(data),
            Hasher::Sha256(hash) => hash.update(data),
            Hasher::Sha384(hash) => hash.update(data),
            Hasher::Sha512(hash) => hash.update(data),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Hasher::Sha1(hash) => hash.finalize().to_vec(),
            Hasher::Sha224(hash) => hash.finalize().to_vec(),
            Hasher::Sha256(hash) => hash.finalize().to_vec(),
            Hasher::Sha384(hash) => hash.finalize().to_vec(),
            Hasher::Sha512(hash) => hash.finalize().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use proptest::prelude::*;

    /// FIPS 180-4 examples for "abc".
    #[test]
    fn digests_of_abc() {
        let expected: [(DigestAlgorithm, &[u8]); 5] = [
            (
                DigestAlgorithm::Sha1,
                &hex!("a9993e364706816aba3e25717850c26c9cd0d89d"),
            ),
            (
                DigestAlgorithm::Sha224,
                &hex!("23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            ),
            (
                DigestAlgorithm::Sha256,
                &hex!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ),
            (
                DigestAlgorithm::Sha384,
                &hex!(
                    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
                ),
            ),
            (
                DigestAlgorithm::Sha512,
                &hex!(
                    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
                ),
            ),
        ];
        for (algorithm, digest) in expected {
            assert_eq!(algorithm.digest(b"abc"), digest);
            assert_eq!(algorithm.output_len(), digest.len());
            assert_eq!(DigestAlgorithm::from_oid(&algorithm.oid()), Some(algorithm));
        }
    }

    #[test]
    fn identifier_has_no_parameters() {
        assert_eq!(
            DigestAlgorithm::Sha512.identifier(),
            hex!("300b0609608648016503040203")
        );
        assert_eq!(
            DigestAlgorithm::Sha256.identifier_with_null(),
            hex!("300d06096086480165030402010500")
        );
    }

    proptest! {
        #[test]
        fn splits_do_not_matter(data: Vec<u8>, at: prop::sample::Index) {
            for algorithm in DigestAlgorithm::ALL {
                let (a, b) = data.split_at(at.index(data.len() + 1));
                let mut hasher = Hasher::new(algorithm);
                hasher.update(a);
                hasher.update(b);
                prop_assert_eq!(hasher.finish(), algorithm.digest(&data));
            }
        }
    }
}
