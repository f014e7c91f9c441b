//! Certs-only SignedData: the `.p7b` and `.p7c` files (RFC 8551 3.8, RFC 5652 5.1).

use super::sets::{Certificates, Revocations, certificate_set};
use super::{ContentInfo, ID_DATA, ID_SIGNED_DATA, content_info};
use crate::asn1::{Tag, integer_u64, oid, sequence, set_of};
use crate::{Error, ErrorKind, Limits};

const WHAT: &str = "certificate file in CMS form (p7b, p7c)";

/// What a certs-only file holds.
#[derive(Debug, Default)]
pub(crate) struct CertsOnly<'a> {
    pub certificates: Certificates<'a>,
    pub revocations: Revocations<'a>,
}

/// Reads the certificates and CRLs of a SignedData, BER or DER; content and signatures are not looked at.
///
/// ```text
/// SignedData ::= SEQUENCE {
///   version CMSVersion,
///   digestAlgorithms DigestAlgorithmIdentifiers,
///   encapContentInfo EncapsulatedContentInfo,
///   certificates [0] IMPLICIT CertificateSet OPTIONAL,
///   crls [1] IMPLICIT RevocationInfoChoices OPTIONAL,
///   signerInfos SignerInfos }
/// ```
pub(crate) fn read_certs_only<'a>(
    input: &'a [u8],
    limits: &Limits,
) -> Result<CertsOnly<'a>, Error> {
    let info = ContentInfo::read(input, WHAT, limits)?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(ErrorKind::Unsupported {
            what: format!("a file of CMS type {} as certificates", info.content_type).into(),
        }
        .into());
    }
    let signed = info
        .content
        .ok_or_else(|| Error::malformed(WHAT, "it has no content"))?;
    if signed.tag != Tag::SEQUENCE {
        return Err(signed.error("a SEQUENCE was expected"));
    }
    let mut reader = signed.reader()?;
    reader.expect(Tag::INTEGER)?;
    reader.expect(Tag::SET)?;
    reader.expect(Tag::SEQUENCE)?;
    let mut found = CertsOnly::default();
    if let Some(set) = reader.optional(Tag::context(0, true))? {
        found.certificates = Certificates::read(&set, limits)?;
    }
    if let Some(set) = reader.optional(Tag::context(1, true))? {
        found.revocations = Revocations::read(&set, limits)?;
    }
    reader.expect(Tag::SET)?;
    reader.finish()?;
    Ok(found)
}

/// Writes a certs-only file as DER: version 1, no content, no signers.
pub(crate) fn certs_only<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let signed_data = sequence(&[
        &integer_u64(1),
        &set_of(Vec::new()),
        &sequence(&[&oid(&ID_DATA)]),
        &certificate_set(certificates),
        &set_of(Vec::new()),
    ]);
    content_info(&ID_SIGNED_DATA, &signed_data)
}
