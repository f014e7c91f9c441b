//! Signature algorithms and their identifiers.

mod received;

use const_oid::ObjectIdentifier;
use der::asn1::Null;
use der::{AnyRef, Decode, Sequence};
use spki::AlgorithmIdentifierRef;

use super::identifier;
use super::{DigestAlgorithm, KeyKind, PublicKey};
use crate::Error;
use crate::asn1;

const ROLE: &str = "signature";
const WHAT: &str = "signature algorithm";
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const SHA224_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.14");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
pub(crate) const RSASSA_PSS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
pub(crate) const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const ECDSA_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");
const ECDSA_SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.1");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The parameters of RSASSA-PSS (RFC 4055 3.1). The trailer is always `0xbc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PssParameters {
    /// The digest of the message.
    pub digest: DigestAlgorithm,
    /// The digest inside the mask generation function MGF1.
    pub mgf_digest: DigestAlgorithm,
    /// Length of the salt in bytes.
    pub salt_len: usize,
}

impl PssParameters {
    /// What is used where nothing else is demanded: one digest for both, a salt of its length.
    pub fn new(digest: DigestAlgorithm) -> PssParameters {
        PssParameters {
            digest,
            mgf_digest: digest,
            salt_len: digest.output_len(),
        }
    }

    /// DER of
    ///
    /// ```text
    /// RSASSA-PSS-params ::= SEQUENCE {
    ///     hashAlgorithm     [0] HashAlgorithm DEFAULT sha1Identifier,
    ///     maskGenAlgorithm  [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
    ///     saltLength        [2] INTEGER DEFAULT 20,
    ///     trailerField      [3] INTEGER DEFAULT 1 }
    /// ```
    ///
    /// DER leaves default values out.
    fn to_der(&self) -> Vec<u8> {
        let mut parts = Vec::new();
        if self.digest != DigestAlgorithm::Sha1 {
            parts.push(asn1::explicit(0, &self.digest.identifier_with_null()));
        }
        if self.mgf_digest != DigestAlgorithm::Sha1 {
            parts.push(asn1::explicit(1, &mgf1(self.mgf_digest)));
        }
        if self.salt_len != 20 {
            let length = asn1::uint_bytes(&self.salt_len.to_be_bytes());
            parts.push(asn1::explicit(2, &length));
        }
        asn1::sequence(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// Reads RSASSA-PSS-params. An unknown digest, mask or trailer is an unsupported algorithm.
    pub(super) fn from_any(parameters: AnyRef<'_>) -> Result<PssParameters, Error> {
        let params: RsassaPssParams<'_> = parameters
            .decode_as()
            .map_err(|e: der::Error| Error::malformed("RSASSA-PSS parameters", e.to_string()))?;
        if params.trailer.is_some_and(|trailer| trailer != 1) {
            return Err(Error::unsupported_algorithm(ROLE, "RSASSA-PSS trailer"));
        }
        Ok(PssParameters {
            digest: params
                .hash
                .map_or(Ok(DigestAlgorithm::Sha1), |id| digest(&id))?,
            mgf_digest: params
                .mask
                .map_or(Ok(DigestAlgorithm::Sha1), |id| mgf1_digest(&id))?,
            salt_len: usize::from(params.salt_len.unwrap_or(20)),
        })
    }
}

/// DER of the MGF1 AlgorithmIdentifier over a digest (RFC 4055 2.2).
pub(super) fn mgf1(digest: DigestAlgorithm) -> Vec<u8> {
    identifier::algorithm(MGF1, &digest.identifier_with_null())
}

/// Parameters are NULL or absent (RFC 4055 2.1).
fn digest(id: &AlgorithmIdentifierRef<'_>) -> Result<DigestAlgorithm, Error> {
    let is_null = |any: AnyRef<'_>| any.decode_as::<Null>().is_ok();
    if !id.parameters.is_none_or(is_null) {
        return Err(Error::malformed(
            "RSASSA-PSS parameters",
            "a digest with parameters",
        ));
    }
    DigestAlgorithm::from_oid(&id.oid)
        .ok_or_else(|| Error::unsupported_algorithm("digest in RSASSA-PSS", id.oid))
}

fn mgf1_digest(id: &AlgorithmIdentifierRef<'_>) -> Result<DigestAlgorithm, Error> {
    if id.oid != MGF1 {
        return Err(Error::unsupported_algorithm("mask generation", id.oid));
    }
    let inner = id
        .parameters
        .and_then(|any| any.decode_as::<AlgorithmIdentifierRef<'_>>().ok())
        .ok_or_else(|| Error::malformed("RSASSA-PSS parameters", "MGF1 without a digest"))?;
    digest(&inner)
}

/// RSASSA-PSS-params as read; a salt above 65,535 bytes fits no key and is malformed.
#[derive(Sequence)]
struct RsassaPssParams<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_len: Option<u16>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}

/// A signature algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS (RFC 8017 8.1).
    RsaPss(PssParameters),
    /// ECDSA on the curve of the key; the signature is DER (RFC 5753 2.1.1).
    Ecdsa(DigestAlgorithm),
    /// Ed25519, pure (RFC 8419).
    Ed25519,
}

impl SignatureAlgorithm {
    /// The digest that goes with it in CMS. With Ed25519 that is SHA-512 (RFC 8419 2.3).
    pub fn digest(&self) -> DigestAlgorithm {
        match self {
            SignatureAlgorithm::RsaPkcs1(digest) | SignatureAlgorithm::Ecdsa(digest) => *digest,
            SignatureAlgorithm::RsaPss(parameters) => parameters.digest,
            SignatureAlgorithm::Ed25519 => DigestAlgorithm::Sha512,
        }
    }

    /// The name people use, for example `RSA PKCS#1 v1.5 with SHA-512`.
    pub fn name(&self) -> String {
        match self {
            SignatureAlgorithm::RsaPkcs1(digest) => {
                format!("RSA PKCS#1 v1.5 with {}", digest.name())
            }
            SignatureAlgorithm::RsaPss(parameters) => {
                format!("RSA PSS with {}", parameters.digest.name())
            }
            SignatureAlgorithm::Ecdsa(digest) => format!("ECDSA with {}", digest.name()),
            SignatureAlgorithm::Ed25519 => "Ed25519".to_owned(),
        }
    }

    /// DER `signatureAlgorithm` of a SignerInfo, and of a certificate.
    ///
    /// RSA PKCS#1 v1.5 is named with its digest (`sha512WithRSAEncryption`, NULL parameters, RFC
    /// 5754 3.2). OpenSSL writes the older `rsaEncryption` there; readers accept both, and the
    /// full name is bound to its digest without a look at another field.
    pub(crate) fn identifier(&self) -> Vec<u8> {
        match self {
            SignatureAlgorithm::RsaPkcs1(digest) => identifier::algorithm(
                match digest {
                    DigestAlgorithm::Sha1 => SHA1_WITH_RSA,
                    DigestAlgorithm::Sha224 => SHA224_WITH_RSA,
                    DigestAlgorithm::Sha256 => SHA256_WITH_RSA,
                    DigestAlgorithm::Sha384 => SHA384_WITH_RSA,
                    DigestAlgorithm::Sha512 => SHA512_WITH_RSA,
                },
                &identifier::NULL,
            ),
            SignatureAlgorithm::RsaPss(parameters) => {
                identifier::algorithm(RSASSA_PSS, &parameters.to_der())
            }
            SignatureAlgorithm::Ecdsa(digest) => identifier::algorithm(
                match digest {
                    DigestAlgorithm::Sha1 => ECDSA_SHA1,
                    DigestAlgorithm::Sha224 => ECDSA_SHA224,
                    DigestAlgorithm::Sha256 => ECDSA_SHA256,
                    DigestAlgorithm::Sha384 => ECDSA_SHA384,
                    DigestAlgorithm::Sha512 => ECDSA_SHA512,
                },
                &[],
            ),
            SignatureAlgorithm::Ed25519 => identifier::algorithm(ED25519, &[]),
        }
    }

    /// Reads the DER `signatureAlgorithm` of a certificate. Parameters are looked at for PSS only.
    /// Plain `rsaEncryption` names no digest and is not read here; for what a SignerInfo says see
    /// [`SignatureAlgorithm::from_received`].
    pub(crate) fn from_identifier(der: &[u8]) -> Result<SignatureAlgorithm, Error> {
        let id = AlgorithmIdentifierRef::from_der(der)
            .map_err(|e| Error::malformed(WHAT, e.to_string()))?;
        SignatureAlgorithm::from_parts(&id)
    }

    fn from_parts(id: &AlgorithmIdentifierRef<'_>) -> Result<SignatureAlgorithm, Error> {
        Ok(match id.oid {
            SHA1_WITH_RSA => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1),
            SHA224_WITH_RSA => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha224),
            SHA256_WITH_RSA => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            SHA384_WITH_RSA => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384),
            SHA512_WITH_RSA => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512),
            RSASSA_PSS => {
                let parameters = id
                    .parameters
                    .ok_or_else(|| Error::malformed(WHAT, "RSASSA-PSS without parameters"))?;
                SignatureAlgorithm::RsaPss(PssParameters::from_any(parameters)?)
            }
            ECDSA_SHA1 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1),
            ECDSA_SHA224 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha224),
            ECDSA_SHA256 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            ECDSA_SHA384 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            ECDSA_SHA512 => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512),
            ED25519 => SignatureAlgorithm::Ed25519,
            other => return Err(Error::unsupported_algorithm(ROLE, other)),
        })
    }

    /// Whether `key` can make and check such signatures: the kind fits, and a key whose certificate
    /// carries PSS parameters gets the digests it names and at least its salt (RFC 4056 3, 4).
    pub(crate) fn fits(&self, key: &PublicKey) -> Result<(), Error> {
        let fits = match (self, key.kind()) {
            (SignatureAlgorithm::RsaPkcs1(_), KeyKind::Rsa { .. })
            | (SignatureAlgorithm::Ecdsa(_), KeyKind::P256 | KeyKind::P384 | KeyKind::P521)
            | (SignatureAlgorithm::Ed25519, KeyKind::Ed25519) => true,
            (SignatureAlgorithm::RsaPss(wanted), KeyKind::Rsa { .. } | KeyKind::RsaPss { .. }) => {
                key.pss_parameters().is_none_or(|fixed| {
                    fixed.digest == wanted.digest
                        && fixed.mgf_digest == wanted.mgf_digest
                        && fixed.salt_len <= wanted.salt_len
                })
            }
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(Error::unfit(format!(
                "{} does not fit the key ({})",
                self.name(),
                key.kind()
            )))
        }
    }
}

#[cfg(test)]
mod tests;
