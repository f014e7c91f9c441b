//! SignedData (RFC 5652 5.1), read.

use const_oid::ObjectIdentifier;

use super::octets::Octets;
use super::signer_info::SignerInfo;
use crate::asn1::{Reader, Tag, Value};
use crate::bag::{Algorithm, Certificates, Revocations, Skipped};
use crate::cms::oid;
use crate::crypto::DigestAlgorithm;
use crate::{Error, Limits};

/// SignedData as received.
pub(crate) struct SignedData<'a> {
    /// eContentType.
    pub content_type: ObjectIdentifier,
    /// eContent; `None` when it is detached.
    pub content: Option<Octets<'a>>,
    /// Certificates as received.
    pub certificates: Vec<&'a [u8]>,
    /// CRLs as received.
    pub crls: Vec<&'a [u8]>,
    /// OCSP responses as received (RFC 5940).
    pub ocsp_responses: Vec<&'a [u8]>,
    /// What was left out of the bags, for the report.
    pub skipped: Vec<String>,
    /// The signers. Each that cannot be read is an `Err` with what is wrong, and costs only itself.
    pub signers: Vec<Result<SignerInfo, String>>,
}

impl<'a> SignedData<'a> {
    /// Reads the SEQUENCE `value`. Version numbers are not looked at: writers get them wrong, and nothing
    /// depends on them.
    ///
    /// ```text
    /// SignedData ::= SEQUENCE { version CMSVersion, digestAlgorithms DigestAlgorithmIdentifiers,
    ///     encapContentInfo EncapsulatedContentInfo, certificates [0] IMPLICIT CertificateSet OPTIONAL,
    ///     crls [1] IMPLICIT RevocationInfoChoices OPTIONAL, signerInfos SignerInfos }
    /// DigestAlgorithmIdentifiers ::= SET OF DigestAlgorithmIdentifier
    /// SignerInfos ::= SET OF SignerInfo
    /// ```
    pub(crate) fn read(value: &Value<'a>, limits: &Limits) -> Result<SignedData<'a>, Error> {
        let mut reader = value.reader()?;
        let SignedHead {
            digests,
            content_type,
            content,
        } = SignedHead::read(&mut reader)?;
        let names_digests = !digests.content.is_empty();
        let mut certificates = Certificates::default();
        if let Some(set) = reader.optional(Tag::context(0, true))? {
            certificates = Certificates::read(&set, limits)?;
        }
        let mut revocations = Revocations::default();
        if let Some(set) = reader.optional(Tag::context(1, true))? {
            revocations = Revocations::read(&set, limits)?;
        }
        let signers = signers(reader.expect(Tag::SET)?.reader()?, names_digests, limits)?;
        reader.finish()?;
        let skipped = certificates.skipped.iter().chain(&revocations.skipped);
        Ok(SignedData {
            content_type,
            content,
            skipped: skipped.map(in_words).collect(),
            certificates: certificates.certificates,
            crls: revocations.crls,
            ocsp_responses: revocations.ocsp_responses,
            signers,
        })
    }

    /// The digests that the signers need, each once, only implemented ones.
    pub(crate) fn digests(&self) -> Vec<DigestAlgorithm> {
        let mut digests = Vec::new();
        for signer in self.signers.iter().flatten() {
            if let Ok(digest) = signer.digest
                && !digests.contains(&digest)
            {
                digests.push(digest);
            }
        }
        digests
    }
}

/// What stands before the certificates.
pub(super) struct SignedHead<'a> {
    digests: Value<'a>,
    pub content_type: ObjectIdentifier,
    content: Option<Octets<'a>>,
}

impl<'a> SignedHead<'a> {
    /// Reads from the SEQUENCE `value`, of which more need not be there.
    pub(super) fn of(value: &Value<'a>) -> Result<SignedHead<'a>, Error> {
        SignedHead::read(&mut value.reader()?)
    }

    fn read(reader: &mut Reader<'a>) -> Result<SignedHead<'a>, Error> {
        reader.expect(Tag::INTEGER)?;
        let digests = reader.expect(Tag::SET)?;
        let (content_type, content) = encapsulated(&reader.expect(Tag::SEQUENCE)?)?;
        Ok(SignedHead {
            digests,
            content_type,
            content,
        })
    }

    /// The digests that `digestAlgorithms` names, each once, only implemented ones. One that cannot be read ends them:
    /// what it was is told by the signer that needs it.
    pub(super) fn digests(&self) -> Vec<DigestAlgorithm> {
        let mut found = Vec::new();
        let Ok(mut reader) = self.digests.reader() else {
            return found;
        };
        while let Ok(algorithm) = reader.read().and_then(Algorithm::read) {
            if let Some(digest) = DigestAlgorithm::from_oid(&algorithm.oid)
                && !found.contains(&digest)
            {
                found.push(digest);
            }
        }
        found
    }
}

fn in_words(skipped: &Skipped) -> String {
    format!("{} at byte {}", skipped.what, skipped.position)
}

/// ```text
/// EncapsulatedContentInfo ::= SEQUENCE { eContentType ContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
/// ```
///
/// PKCS #7 (RFC 2315 7) has any value there. What was signed of it is its content, without tag and length
/// (RFC 5652 5.2.1); only a SEQUENCE is met in practice, and never as id-data.
fn encapsulated<'a>(value: &Value<'a>) -> Result<(ObjectIdentifier, Option<Octets<'a>>), Error> {
    let mut reader = value.reader()?;
    let content_type = reader.expect(Tag::OID)?.oid()?;
    let wrapper = reader.optional(Tag::context(0, true))?;
    reader.finish()?;
    let Some(wrapper) = wrapper else {
        return Ok((content_type, None));
    };
    let mut inner = wrapper.reader()?;
    let content = inner.read()?;
    inner.finish()?;
    let octets = if content.tag.primitive() == Tag::OCTET_STRING {
        Octets::of(&content)?
    } else if content.tag == Tag::SEQUENCE && content_type != oid::DATA {
        Octets::whole(content.content)
    } else {
        return Err(content.error("the signed content is not an OCTET STRING"));
    };
    Ok((content_type, Some(octets)))
}

/// The signers in the order received. `names_digests`: whether `digestAlgorithms` names any digest. One without
/// is what CVE-2026-45447 is about; no writer leaves it empty when somebody signed.
fn signers(
    mut reader: Reader<'_>,
    names_digests: bool,
    limits: &Limits,
) -> Result<Vec<Result<SignerInfo, String>>, Error> {
    let mut signers = Vec::new();
    while !reader.is_empty() {
        if signers.len() >= limits.signers {
            let limit = u64::try_from(limits.signers).unwrap_or(u64::MAX);
            return Err(Error::limit("signers of one message", limit));
        }
        let value = reader.read()?;
        signers.push(if names_digests {
            SignerInfo::read(&value, limits).map_err(|error| error.to_string())
        } else {
            Err("the message names no digest algorithm for its signers".to_owned())
        });
    }
    Ok(signers)
}
