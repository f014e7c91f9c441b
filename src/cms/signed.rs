//! SignedData (RFC 5652 5), written around a content that streams past.

use std::time::SystemTime;

use super::attributes::{Contents, SignedAttributes, issuer_and_serial};
use super::{CertificateReference, oid, sum};
use crate::Error;
use crate::asn1::{self, Tag};
use crate::bag;
use crate::cert::{Certificate, Identity};
use crate::crypto::digest::Hashers;
use crate::crypto::{ContentCipher, DigestAlgorithm, SignatureAlgorithm};
use crate::key::SignRequest;

/// One signer and how it signs.
#[derive(Clone)]
pub(crate) struct Signer {
    pub identity: Identity,
    pub algorithm: SignatureAlgorithm,
    pub reference: CertificateReference,
    pub capabilities: Vec<ContentCipher>,
    /// The signer's own encryption certificate, when it differs from the signing one.
    pub encryption_certificate: Option<Certificate>,
}

/// Writes one SignedData.
///
/// ```text
/// SignedData ::= SEQUENCE { version CMSVersion, digestAlgorithms DigestAlgorithmIdentifiers,
///     encapContentInfo EncapsulatedContentInfo, certificates [0] IMPLICIT CertificateSet OPTIONAL,
///     crls [1] IMPLICIT RevocationInfoChoices OPTIONAL, signerInfos SignerInfos }
/// EncapsulatedContentInfo ::= SEQUENCE { eContentType ContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
/// ```
pub(crate) struct SignedDataWriter {
    signers: Vec<Signer>,
    signing_time: SystemTime,
    digests: Vec<DigestAlgorithm>,
    hashers: Hashers,
}

/// A SignedData whose content has ended: it waits for its signatures.
pub(crate) struct Unsigned {
    signers: Vec<Signer>,
    attributes: Vec<SignedAttributes>,
}

impl SignedDataWriter {
    /// `signing_time` in whole seconds is what every signer states. With two `threads` the content is hashed on the
    /// second one.
    pub(crate) fn new(signers: Vec<Signer>, signing_time: SystemTime, threads: usize) -> Self {
        let mut digests: Vec<DigestAlgorithm> = Vec::new();
        for signer in &signers {
            let digest = signer.algorithm.digest();
            if !digests.contains(&digest) {
                digests.push(digest);
            }
        }
        SignedDataWriter {
            signers,
            signing_time,
            hashers: Hashers::new(&digests, threads),
            digests,
        }
    }

    /// The digest algorithms in use, each once.
    pub(crate) fn digests(&self) -> impl Iterator<Item = DigestAlgorithm> + '_ {
        self.digests.iter().copied()
    }

    /// Takes content in; it is hashed once per digest algorithm.
    pub(crate) fn push(&mut self, content: &[u8]) {
        self.hashers.update(content);
    }

    /// The content has ended. `randomness` gives the salt of each PSS signature when the caller
    /// injected it; otherwise the key draws its own.
    pub(crate) fn finish(
        self,
        salt: &mut dyn FnMut(usize) -> Result<Option<Vec<u8>>, Error>,
    ) -> Result<(Unsigned, Vec<SignRequest>), Error> {
        let digests = self.hashers.finish();
        let mut attributes = Vec::with_capacity(self.signers.len());
        let mut requests = Vec::with_capacity(self.signers.len());
        for signer in &self.signers {
            let digest = signer.algorithm.digest();
            let message_digest = digests
                .iter()
                .find_map(|(algorithm, value)| (*algorithm == digest).then_some(value.as_slice()))
                .unwrap_or_default();
            let signed = SignedAttributes::new(&Contents {
                message_digest,
                signing_time: self.signing_time,
                certificate: signer.identity.certificate(),
                capabilities: &signer.capabilities,
                encryption_certificate: signer.encryption_certificate.as_ref(),
                digest,
                signature: &signer.algorithm,
            })?;
            let mut request = SignRequest::new(
                signer.identity.key().clone(),
                signer.algorithm.clone(),
                signed.to_be_signed().to_vec(),
            );
            let salt_len = match &signer.algorithm {
                SignatureAlgorithm::RsaPss(parameters) => parameters.salt_len,
                _ => 0,
            };
            if let Some(salt) = salt(salt_len)? {
                request = request.with_salt(salt);
            }
            attributes.push(signed);
            requests.push(request);
        }
        Ok((
            Unsigned {
                signers: self.signers,
                attributes,
            },
            requests,
        ))
    }
}

impl Unsigned {
    /// `SignerInfos ::= SET OF SignerInfo`, with the signatures in the order of the requests.
    fn signer_infos(&self, signatures: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
        let infos = self
            .signers
            .iter()
            .zip(&self.attributes)
            .zip(signatures)
            .map(|((signer, attributes), signature)| signer_info(signer, attributes, signature))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(asn1::set_of(infos))
    }

    /// The certificates field: every chain without its root, unless the leaf is the root itself,
    /// and the certificates that signers want to be answered with.
    fn certificates(&self) -> Vec<u8> {
        let chains = self.signers.iter().flat_map(|signer| {
            let chain = signer.identity.chain().iter().enumerate();
            chain.filter(|(index, certificate)| *index == 0 || !certificate.is_self_issued())
        });
        let chains = chains.map(|(_, certificate)| certificate);
        // Who is told which certificate to prefer must find it (RFC 8551 2.5.3).
        let preferred = self
            .signers
            .iter()
            .filter_map(|signer| signer.encryption_certificate.as_ref());
        bag::certificate_set(chains.chain(preferred).map(Certificate::to_der))
    }

    /// What follows the content: certificates and SignerInfos.
    pub(crate) fn trailer(&self, signatures: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
        let mut trailer = self.certificates();
        trailer.extend(self.signer_infos(signatures)?);
        Ok(trailer)
    }

    /// A whole ContentInfo without content, for multipart/signed.
    pub(crate) fn detached(&self, signatures: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
        let encapsulated = asn1::sequence(&[&asn1::oid(&oid::DATA)]);
        let signed_data = asn1::sequence(&[
            &version(&self.signers),
            &digest_algorithms(&self.signers),
            &encapsulated,
            &self.trailer(signatures)?,
        ]);
        Ok(asn1::sequence(&[
            &asn1::oid(&oid::SIGNED_DATA),
            &asn1::explicit(0, &signed_data),
        ]))
    }

    /// The head of a ContentInfo with definite lengths, up to the content octets.
    pub(crate) fn definite_head(&self, content_len: u64, trailer: &[u8]) -> Vec<u8> {
        let version = version(&self.signers);
        let digests = digest_algorithms(&self.signers);
        let string = asn1::header(Tag::OCTET_STRING, content_len);
        let string_len = sum(&[asn1::length(&string), content_len]);
        let content = asn1::header(Tag::context(0, true), string_len);
        let content_type = asn1::oid(&oid::DATA);
        let info_len = sum(&[
            asn1::length(&content_type),
            asn1::length(&content),
            string_len,
        ]);
        let info = asn1::header(Tag::SEQUENCE, info_len);
        let body_len = sum(&[
            asn1::length(&version),
            asn1::length(&digests),
            asn1::length(&info),
            info_len,
            asn1::length(trailer),
        ]);
        let mut head = super::enveloped::content_info_head(&oid::SIGNED_DATA, body_len);
        for part in [version, digests, info, content_type, content, string] {
            head.extend(part);
        }
        head
    }
}

/// The head of a ContentInfo with indefinite lengths, up to the chunks of the content.
pub(crate) fn indefinite_head(signers: &[Signer]) -> Vec<u8> {
    let mut head = asn1::indefinite(Tag::SEQUENCE);
    head.extend(asn1::oid(&oid::SIGNED_DATA));
    head.extend(asn1::indefinite(Tag::context(0, true)));
    head.extend(asn1::indefinite(Tag::SEQUENCE));
    head.extend(version(signers));
    head.extend(digest_algorithms(signers));
    head.extend(asn1::indefinite(Tag::SEQUENCE));
    head.extend(asn1::oid(&oid::DATA));
    head.extend(asn1::indefinite(Tag::context(0, true)));
    head.extend(asn1::indefinite(Tag::OCTET_STRING.constructed()));
    head
}

/// The end of the content of [`indefinite_head`], the trailer, and the end of everything.
pub(crate) fn indefinite_tail(trailer: &[u8]) -> Vec<u8> {
    let mut tail = asn1::END_OF_CONTENTS.repeat(3);
    tail.extend_from_slice(trailer);
    tail.extend(asn1::END_OF_CONTENTS.repeat(3));
    tail
}

/// 3 when a signer is named by key identifier, else 1 (RFC 5652 5.1; our content is always id-data).
fn version(signers: &[Signer]) -> Vec<u8> {
    let by_key = signers
        .iter()
        .any(|s| s.reference == CertificateReference::SubjectKeyIdentifier);
    asn1::integer_u64(if by_key { 3 } else { 1 })
}

fn digest_algorithms(signers: &[Signer]) -> Vec<u8> {
    let mut identifiers: Vec<Vec<u8>> = Vec::new();
    for signer in signers {
        let identifier = signer.algorithm.digest().identifier();
        if !identifiers.contains(&identifier) {
            identifiers.push(identifier);
        }
    }
    asn1::set_of(identifiers)
}

/// ```text
/// SignerInfo ::= SEQUENCE { version CMSVersion, sid SignerIdentifier, digestAlgorithm DigestAlgorithmIdentifier,
///     signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL, signatureAlgorithm SignatureAlgorithmIdentifier,
///     signature SignatureValue, unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }
/// SignerIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier [0] SubjectKeyIdentifier }
/// ```
fn signer_info(
    signer: &Signer,
    attributes: &SignedAttributes,
    signature: &[u8],
) -> Result<Vec<u8>, Error> {
    let certificate = signer.identity.certificate();
    let (version, sid) = match signer.reference {
        CertificateReference::IssuerAndSerial => (1, issuer_and_serial(certificate)),
        CertificateReference::SubjectKeyIdentifier => {
            (3, asn1::implicit(0, false, key_identifier(certificate)?))
        }
    };
    Ok(asn1::sequence(&[
        &asn1::integer_u64(version),
        &sid,
        &signer.algorithm.digest().identifier(),
        &attributes.to_field(),
        &signer.algorithm.identifier(),
        &asn1::octet_string(signature),
    ]))
}

/// The subject key identifier, which a certificate named by it must have (RFC 5652 5.3).
pub(crate) fn key_identifier(certificate: &Certificate) -> Result<&[u8], Error> {
    certificate.subject_key_identifier().ok_or_else(|| {
        Error::unfit(format!(
            "the certificate of {} has no subject key identifier; name it by issuer and serial number",
            certificate.subject()
        ))
    })
}
