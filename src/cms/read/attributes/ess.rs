//! signingCertificate and signingCertificateV2 (RFC 2634 5.4, RFC 5035 3), read.

use const_oid::ObjectIdentifier;

use crate::asn1::{Reader, Tag, Value, to_der};
use crate::cert::Certificate;
use crate::crypto::DigestAlgorithm;
use crate::{Error, Limits};

/// How a signer names its own certificate: the first one of the attribute (RFC 5035 4).
///
/// ```text
/// SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, policies SEQUENCE OF PolicyInformation OPTIONAL }
/// ESSCertID ::= SEQUENCE { certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
/// SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation OPTIONAL }
/// ESSCertIDv2 ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
///                            certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
/// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber CertificateSerialNumber }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateId {
    /// The digest, or the identifier of one that is not implemented.
    digest: Result<DigestAlgorithm, ObjectIdentifier>,
    hash: Vec<u8>,
    /// Issuer's name and content octets of the serial number.
    issuer_serial: Option<(Vec<u8>, Vec<u8>)>,
}

impl CertificateId {
    pub(super) fn read_v1(value: &Value<'_>, limits: &Limits) -> Result<CertificateId, Error> {
        read(&mut first(value)?, Ok(DigestAlgorithm::Sha1), limits)
    }

    pub(super) fn read_v2(value: &Value<'_>, limits: &Limits) -> Result<CertificateId, Error> {
        let mut reader = first(value)?;
        let digest = match reader.optional(Tag::SEQUENCE)? {
            None => Ok(DigestAlgorithm::Sha256),
            Some(algorithm) => {
                let oid = algorithm.reader()?.expect(Tag::OID)?.oid()?;
                DigestAlgorithm::from_oid(&oid).ok_or(oid)
            }
        };
        read(&mut reader, digest, limits)
    }

    /// Whether it names this certificate: by digest, and by issuer and serial number when they are there.
    /// `Err`: the identifier of a digest that is not implemented.
    pub(crate) fn matches(&self, certificate: &Certificate) -> Result<bool, ObjectIdentifier> {
        let hash = self.digest?.digest(certificate.to_der());
        Ok(hash == self.hash
            && self.issuer_serial.as_ref().is_none_or(|(issuer, serial)| {
                certificate.has_issuer(issuer) && certificate.serial_der() == serial
            }))
    }
}

/// Inside of the first ESSCertID. More than one are a limit on the path, which nobody writes.
fn first<'a>(value: &Value<'a>) -> Result<Reader<'a>, Error> {
    if value.tag != Tag::SEQUENCE {
        return Err(value.error("signingCertificate is a SEQUENCE"));
    }
    let certificates = value.reader()?.expect(Tag::SEQUENCE)?;
    certificates.reader()?.expect(Tag::SEQUENCE)?.reader()
}

fn read(
    reader: &mut Reader<'_>,
    digest: Result<DigestAlgorithm, ObjectIdentifier>,
    limits: &Limits,
) -> Result<CertificateId, Error> {
    let hash = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
    let issuer_serial = match reader.optional(Tag::SEQUENCE)? {
        None => None,
        Some(value) => {
            let mut reader = value.reader()?;
            let mut names = reader.expect(Tag::SEQUENCE)?.reader()?;
            // A Name is a CHOICE, so the tag of directoryName is explicit; nothing else may stand there.
            let name = names.expect(Tag::context(4, true))?.reader()?.read()?;
            names.finish()?;
            let serial = reader.expect(Tag::INTEGER)?;
            let name = to_der(name.raw, limits)?.into_owned();
            Some((name, serial.content.to_vec()))
        }
    };
    Ok(CertificateId {
        digest,
        hash,
        issuer_serial,
    })
}
