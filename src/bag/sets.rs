//! CertificateSet and RevocationInfoChoices (RFC 5652 10.2).

use const_oid::ObjectIdentifier;

use crate::asn1::{Class, Reader, Tag, Value, implicit};
use crate::{Error, Limits};

/// id-ri-ocsp-response (RFC 5940 2.1).
const ID_RI_OCSP_RESPONSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.16.2");

/// An entry that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// First byte of the entry in the input.
    pub position: u64,
    /// What it is or what is wrong with it.
    pub what: &'static str,
}

/// The X.509 certificates of a set, in the order received.
///
/// ```text
/// CertificateSet ::= SET OF CertificateChoices
/// CertificateChoices ::= CHOICE {
///   certificate Certificate,
///   extendedCertificate [0] IMPLICIT ExtendedCertificate,  -- Obsolete
///   v1AttrCert [1] IMPLICIT AttributeCertificateV1,        -- Obsolete
///   v2AttrCert [2] IMPLICIT AttributeCertificateV2,
///   other [3] IMPLICIT OtherCertificateFormat }
/// ```
#[derive(Debug, Default)]
pub(crate) struct Certificates<'a> {
    /// Each certificate as received.
    pub certificates: Vec<&'a [u8]>,
    pub skipped: Vec<Skipped>,
}

/// The CRLs and OCSP responses of a set, in the order received.
///
/// ```text
/// RevocationInfoChoices ::= SET OF RevocationInfoChoice
/// RevocationInfoChoice ::= CHOICE {
///   crl CertificateList,
///   other [1] IMPLICIT OtherRevocationInfoFormat }
/// OtherRevocationInfoFormat ::= SEQUENCE {
///   otherRevInfoFormat OBJECT IDENTIFIER,
///   otherRevInfo ANY DEFINED BY otherRevInfoFormat }
/// ```
#[derive(Debug, Default)]
pub(crate) struct Revocations<'a> {
    /// Each CertificateList as received.
    pub crls: Vec<&'a [u8]>,
    /// Each OCSPResponse (RFC 5940) as received.
    pub ocsp_responses: Vec<&'a [u8]>,
    pub skipped: Vec<Skipped>,
}

impl<'a> Certificates<'a> {
    /// Reads the entries inside `set`, whatever its own tag is.
    pub(crate) fn read(set: &Value<'a>, limits: &Limits) -> Result<Certificates<'a>, Error> {
        let mut found = Certificates::default();
        let skipped = &mut found.skipped;
        let certificates = &mut found.certificates;
        let most = ("certificates in one file or message", limits.certificates);
        each(set, most, skipped, |entry, skipped| {
            let what = match (entry.tag.class, entry.tag.number) {
                _ if entry.tag == Tag::SEQUENCE => match is_signed_structure(entry) {
                    true => {
                        certificates.push(entry.raw);
                        return;
                    }
                    false => "not a certificate",
                },
                (Class::ContextSpecific, 0) => "an extended certificate (PKCS #6)",
                (Class::ContextSpecific, 1 | 2) => "an attribute certificate",
                (Class::ContextSpecific, 3) => "a certificate of another format",
                _ => "not a certificate",
            };
            skipped.push(Skipped {
                position: entry.position,
                what,
            });
        })?;
        Ok(found)
    }
}

impl<'a> Revocations<'a> {
    /// Reads the entries inside `set`, whatever its own tag is.
    pub(crate) fn read(set: &Value<'a>, limits: &Limits) -> Result<Revocations<'a>, Error> {
        let mut found = Revocations::default();
        let (crls, ocsp_responses) = (&mut found.crls, &mut found.ocsp_responses);
        let most = ("CRLs in one file or message", limits.crls);
        each(set, most, &mut found.skipped, |entry, skipped| {
            let what = if entry.tag == Tag::SEQUENCE && is_signed_structure(entry) {
                crls.push(entry.raw);
                return;
            } else if entry.tag == Tag::context(1, true) {
                match other_revocation(entry) {
                    Ok((ID_RI_OCSP_RESPONSE, response)) => {
                        ocsp_responses.push(response.raw);
                        return;
                    }
                    _ => "revocation information of another format",
                }
            } else {
                "not revocation information"
            };
            skipped.push(Skipped {
                position: entry.position,
                what,
            });
        })?;
        Ok(found)
    }
}

fn other_revocation<'a>(entry: &Value<'a>) -> Result<(ObjectIdentifier, Value<'a>), Error> {
    let mut reader = entry.reader()?;
    let format = reader.expect(Tag::OID)?.oid()?;
    let info = reader.read()?;
    reader.finish()?;
    Ok((format, info))
}

/// Walks a set; entries after one whose end cannot be found are lost and reported as one.
fn each<'a>(
    set: &Value<'a>,
    (what, most): (&'static str, usize),
    skipped: &mut Vec<Skipped>,
    mut entry: impl FnMut(&Value<'a>, &mut Vec<Skipped>),
) -> Result<(), Error> {
    let mut reader = set.reader()?;
    let mut count = 0_usize;
    while !reader.is_empty() {
        count = count.saturating_add(1);
        if count > most {
            return Err(Error::limit(what, u64::try_from(most).unwrap_or(u64::MAX)));
        }
        let position = reader.position();
        match reader.read() {
            Ok(value) => entry(&value, skipped),
            Err(_) => {
                let what = "bytes that cannot be told apart, to the end of the set";
                skipped.push(Skipped { position, what });
                break;
            }
        }
    }
    Ok(())
}

/// Whether it has the outline of a certificate or CRL: `SEQUENCE { SEQUENCE, SEQUENCE, BIT STRING }`.
///
/// What is inside is for those who read certificates.
fn is_signed_structure(value: &Value<'_>) -> bool {
    let outline = |mut reader: Reader<'_>| {
        reader.expect(Tag::SEQUENCE)?;
        reader.expect(Tag::SEQUENCE)?;
        reader.string(Tag::BIT_STRING)?;
        reader.finish()
    };
    value.reader().and_then(outline).is_ok()
}

/// `[0] IMPLICIT CertificateSet`, each certificate once, in the order that DER asks of a SET OF (X.690 11.6).
pub(crate) fn certificate_set<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut entries: Vec<&[u8]> = certificates.into_iter().collect();
    entries.sort_unstable();
    entries.dedup();
    implicit(0, true, &entries.concat())
}
