//! SignerInfo (RFC 5652 5.3), read.

use super::attributes::SignedAttributes;
use crate::asn1::{Tag, Value, to_der};
use crate::cert::SignerId;
use crate::crypto::DigestAlgorithm;
use crate::{Error, Limits};

/// SignerInfo as received.
pub(crate) struct SignerInfo {
    pub sid: SignerId,
    /// The digest algorithm, or the name of one that is not implemented.
    pub digest: Result<DigestAlgorithm, String>,
    /// digestAlgorithm as received, for cmsAlgorithmProtection; as DER if it was BER.
    pub digest_identifier: Vec<u8>,
    /// signatureAlgorithm as received; as DER if it was BER.
    pub signature_identifier: Vec<u8>,
    pub attributes: Option<SignedAttributes>,
    pub signature: Vec<u8>,
    /// Dotted object identifiers of the unsigned attributes, as far as they can be read.
    pub unsigned_attributes: Vec<String>,
}

impl SignerInfo {
    /// Reads the SEQUENCE `value`; its version number is not looked at.
    ///
    /// ```text
    /// SignerInfo ::= SEQUENCE { version CMSVersion, sid SignerIdentifier, digestAlgorithm DigestAlgorithmIdentifier,
    ///     signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL, signatureAlgorithm SignatureAlgorithmIdentifier,
    ///     signature SignatureValue, unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }
    /// SignatureValue ::= OCTET STRING
    /// ```
    pub(super) fn read(value: &Value<'_>, limits: &Limits) -> Result<SignerInfo, Error> {
        if value.tag != Tag::SEQUENCE {
            return Err(value.error("a SignerInfo is a SEQUENCE"));
        }
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let sid = signer_id(&reader.read()?, limits)?;
        let digest_algorithm = reader.expect(Tag::SEQUENCE)?;
        let attributes = match reader.optional(Tag::context(0, true))? {
            Some(set) => Some(SignedAttributes::read(&set, limits)?),
            None => None,
        };
        let signature_algorithm = reader.expect(Tag::SEQUENCE)?;
        let signature = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let unsigned = reader.optional(Tag::context(1, true))?;
        reader.finish()?;
        Ok(SignerInfo {
            sid,
            digest: digest(&digest_algorithm)?,
            digest_identifier: to_der(digest_algorithm.raw, limits)?.into_owned(),
            signature_identifier: to_der(signature_algorithm.raw, limits)?.into_owned(),
            attributes,
            signature,
            unsigned_attributes: unsigned.map_or_else(Vec::new, |set| names(&set, limits)),
        })
    }
}

/// ```text
/// SignerIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber, subjectKeyIdentifier [0] SubjectKeyIdentifier }
/// IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber CertificateSerialNumber }
/// ```
fn signer_id(value: &Value<'_>, limits: &Limits) -> Result<SignerId, Error> {
    if value.tag.primitive() == Tag::context(0, false) {
        return Ok(SignerId::SubjectKeyIdentifier(value.octets()?.into_owned()));
    }
    if value.tag != Tag::SEQUENCE {
        return Err(value.error("the signer is named neither by issuer nor by key identifier"));
    }
    let (issuer, serial) = issuer_and_serial(value, limits)?;
    Ok(SignerId::IssuerAndSerial { issuer, serial })
}

/// The issuer's name in DER, and the content octets of the serial number.
pub(super) fn issuer_and_serial(
    value: &Value<'_>,
    limits: &Limits,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut reader = value.reader()?;
    let issuer = reader.expect(Tag::SEQUENCE)?;
    let serial = reader.expect(Tag::INTEGER)?;
    reader.finish()?;
    let issuer = to_der(issuer.raw, limits)?.into_owned();
    Ok((issuer, serial.content.to_vec()))
}

/// The digest; parameters are not looked at: NULL or absent, they say nothing (RFC 5754 2).
fn digest(algorithm: &Value<'_>) -> Result<Result<DigestAlgorithm, String>, Error> {
    let oid = algorithm.reader()?.expect(Tag::OID)?.oid()?;
    Ok(DigestAlgorithm::from_oid(&oid).ok_or_else(|| {
        let dotted = oid.to_string();
        let name = match dotted.as_str() {
            "1.2.840.113549.2.2" => "MD2",
            "1.2.840.113549.2.4" => "MD4",
            "1.2.840.113549.2.5" => "MD5",
            "1.3.36.3.2.1" => "RIPEMD-160",
            "2.16.840.1.101.3.4.2.5" => "SHA-512/224",
            "2.16.840.1.101.3.4.2.6" => "SHA-512/256",
            "2.16.840.1.101.3.4.2.7" => "SHA3-224",
            "2.16.840.1.101.3.4.2.8" => "SHA3-256",
            "2.16.840.1.101.3.4.2.9" => "SHA3-384",
            "2.16.840.1.101.3.4.2.10" => "SHA3-512",
            "2.16.840.1.101.3.4.2.11" => "SHAKE128",
            "2.16.840.1.101.3.4.2.12" | "2.16.840.1.101.3.4.2.18" => "SHAKE256",
            _ => return dotted,
        };
        format!("{name} ({dotted})")
    }))
}

/// Nothing vouches for unsigned attributes: one that cannot be read ends the list and costs nothing.
fn names(set: &Value<'_>, limits: &Limits) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(mut reader) = set.reader() else {
        return found;
    };
    while !reader.is_empty() && found.len() < limits.attributes {
        let oid = reader
            .expect(Tag::SEQUENCE)
            .and_then(|attribute| attribute.reader()?.expect(Tag::OID)?.oid());
        match oid {
            Ok(oid) => found.push(oid.to_string()),
            Err(_) => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1;

    #[test]
    fn digests_that_are_not_computed_have_names() {
        // RFC 1319, 1320 and 1321; ISO/IEC 10118-3; NIST's Computer Security Objects Register.
        for (dotted, name) in [
            ("1.2.840.113549.2.2", "MD2"),
            ("1.2.840.113549.2.4", "MD4"),
            ("1.2.840.113549.2.5", "MD5"),
            ("1.3.36.3.2.1", "RIPEMD-160"),
            ("2.16.840.1.101.3.4.2.5", "SHA-512/224"),
            ("2.16.840.1.101.3.4.2.6", "SHA-512/256"),
            ("2.16.840.1.101.3.4.2.7", "SHA3-224"),
            ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
            ("2.16.840.1.101.3.4.2.9", "SHA3-384"),
            ("2.16.840.1.101.3.4.2.10", "SHA3-512"),
            ("2.16.840.1.101.3.4.2.11", "SHAKE128"),
            ("2.16.840.1.101.3.4.2.12", "SHAKE256"),
            ("2.16.840.1.101.3.4.2.18", "SHAKE256"),
        ] {
            let algorithm = asn1::sequence(&[&asn1::oid(&dotted.parse().unwrap())]);
            let limits = Limits::default();
            let value = asn1::Reader::new(&algorithm, "test", &limits).read();
            let named = digest(&value.unwrap()).unwrap().unwrap_err();
            assert_eq!(named, format!("{name} ({dotted})"));
        }
    }
}
