//! The extensions this crate reads (RFC 5280 4.2).

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::distribution;
use super::name_constraints::NameConstraints;
use super::policies::Policies;
use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

/// What the extensions of a certificate say.
#[derive(Default)]
pub(super) struct Extensions {
    pub key_usage: Option<KeyUsage>,
    /// The purposes; `None` without the extension.
    pub extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// `cA` of basicConstraints.
    pub is_ca: bool,
    /// pathLenConstraint of basicConstraints.
    pub path_len: Option<u64>,
    pub name_constraints: Option<NameConstraints>,
    pub policies: Policies,
    pub subject_key_identifier: Option<Vec<u8>>,
    pub authority_key_identifier: Option<Vec<u8>>,
    /// The subjectAltName value, read further by [`super::addresses`].
    pub subject_alt_name: Option<Vec<u8>>,
    /// All that can be taken apart, in order, those that stand there twice included.
    pub list: Vec<Extension>,
    /// Object identifiers of critical extensions that are not known here.
    pub unknown_critical: Vec<String>,
    /// Names or object identifiers of extensions that cannot be read or stand there twice.
    pub malformed: Vec<String>,
}

/// `KeyUsage ::= BIT STRING { digitalSignature (0), nonRepudiation (1), keyEncipherment (2),
/// dataEncipherment (3), keyAgreement (4), keyCertSign (5), cRLSign (6), encipherOnly (7),
/// decipherOnly (8) }` (RFC 5280 4.2.1.3). Its first octet holds every bit that is asked for here.
#[derive(Clone, Copy)]
pub(super) struct KeyUsage(u8);

impl KeyUsage {
    /// digitalSignature or nonRepudiation: either will do for mail (RFC 8550 4.4.2).
    pub(super) fn signs(self) -> bool {
        self.0 & 0xc0 != 0
    }

    pub(super) fn digital_signature(self) -> bool {
        self.0 & 0x80 != 0
    }

    pub(super) fn key_encipherment(self) -> bool {
        self.0 & 0x20 != 0
    }

    pub(super) fn key_agreement(self) -> bool {
        self.0 & 0x08 != 0
    }

    pub(super) fn key_cert_sign(self) -> bool {
        self.0 & 0x04 != 0
    }

    pub(super) fn crl_sign(self) -> bool {
        self.0 & 0x02 != 0
    }
}

/// One extension as received.
pub(super) struct Extension {
    pub oid: ObjectIdentifier,
    pub critical: bool,
    /// What is inside of extnValue.
    pub value: Vec<u8>,
}

impl Extensions {
    /// The value of the first extension of this kind.
    pub(super) fn value(&self, oid: &ObjectIdentifier) -> Option<&[u8]> {
        let found = self.list.iter().find(|extension| extension.oid == *oid);
        found.map(|extension| extension.value.as_slice())
    }

    /// Reads `[3] EXPLICIT Extensions`, where `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`.
    pub(super) fn parse(outer: &Value<'_>) -> Result<Extensions, Error> {
        let mut wrapper = outer.reader()?;
        let mut list = wrapper.expect(Tag::SEQUENCE)?.reader()?;
        wrapper.finish()?;
        let mut extensions = Extensions::default();
        let mut seen = BTreeSet::new();
        while !list.is_empty() {
            let extension = list.read()?;
            match parts(&extension) {
                Ok((oid, critical, value)) => {
                    if !seen.insert(oid) || extensions.accept(&oid, critical, &value).is_err() {
                        extensions.malformed.push(label(&oid));
                    }
                    extensions.list.push(Extension {
                        oid,
                        critical,
                        value,
                    });
                }
                Err(_) => extensions.malformed.push("(unreadable)".into()),
            }
        }
        Ok(extensions)
    }

    fn accept(
        &mut self,
        oid: &ObjectIdentifier,
        critical: bool,
        value: &[u8],
    ) -> Result<(), Error> {
        match *oid {
            ids::ID_CE_KEY_USAGE => self.key_usage = Some(key_usage(value)?),
            ids::ID_CE_EXT_KEY_USAGE => self.extended_key_usage = Some(purposes(value)?),
            ids::ID_CE_BASIC_CONSTRAINTS => {
                (self.is_ca, self.path_len) = basic_constraints(value)?;
            }
            ids::ID_CE_NAME_CONSTRAINTS => {
                self.name_constraints = Some(NameConstraints::parse(value)?);
            }
            // Read where lists are looked for, which is not always. RFC 5280 4.2: a critical one must be understood.
            ids::ID_CE_CRL_DISTRIBUTION_POINTS if critical => {
                distribution::points(value)?;
            }
            ids::ID_CE_CRL_DISTRIBUTION_POINTS => {}
            ids::ID_CE_CERTIFICATE_POLICIES => {
                let unknown = self.policies.read_policies(value)?;
                // RFC 5280 4.2.1.4: qualifiers of a critical extension must be understood.
                let unknown = unknown.filter(|_| critical);
                self.unknown_critical
                    .extend(unknown.map(|id| id.to_string()));
            }
            ids::ID_CE_POLICY_MAPPINGS => self.policies.read_mappings(value)?,
            // RFC 5280 4.2.1.11 wants it critical; one that is not may demand a policy all the same.
            ids::ID_CE_POLICY_CONSTRAINTS => self.policies.read_constraints(value)?,
            ids::ID_CE_INHIBIT_ANY_POLICY => self.policies.read_inhibit_any(value)?,
            ids::ID_CE_SUBJECT_ALT_NAME => self.subject_alt_name = Some(value.to_vec()),
            // Key identifiers only help to find a certificate; one that cannot be read is as none.
            ids::ID_CE_SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = subject_key_identifier(value).ok();
            }
            ids::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = authority_key_identifier(value).ok().flatten();
            }
            _ if critical => {
                self.unknown_critical.push(oid.to_string());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Object identifier, criticality and value of `Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE,
/// extnValue OCTET STRING }`
pub(super) fn parts(extension: &Value<'_>) -> Result<(ObjectIdentifier, bool, Vec<u8>), Error> {
    let mut reader = extension.reader()?;
    let oid = reader.expect(Tag::OID)?.oid()?;
    let critical = match reader.optional(Tag::BOOLEAN)? {
        Some(critical) => critical.boolean()?,
        None => false,
    };
    let value = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
    reader.finish()?;
    Ok((oid, critical, value))
}

/// The name people know an extension by.
fn label(oid: &ObjectIdentifier) -> String {
    match *oid {
        ids::ID_CE_KEY_USAGE => "keyUsage".into(),
        ids::ID_CE_EXT_KEY_USAGE => "extKeyUsage".into(),
        ids::ID_CE_BASIC_CONSTRAINTS => "basicConstraints".into(),
        ids::ID_CE_SUBJECT_ALT_NAME => "subjectAltName".into(),
        ids::ID_CE_NAME_CONSTRAINTS => "nameConstraints".into(),
        ids::ID_CE_CRL_DISTRIBUTION_POINTS => "cRLDistributionPoints".into(),
        ids::ID_CE_CERTIFICATE_POLICIES => "certificatePolicies".into(),
        ids::ID_CE_POLICY_MAPPINGS => "policyMappings".into(),
        ids::ID_CE_POLICY_CONSTRAINTS => "policyConstraints".into(),
        ids::ID_CE_INHIBIT_ANY_POLICY => "inhibitAnyPolicy".into(),
        _ => oid.to_string(),
    }
}

fn reader<'a>(value: &'a [u8], what: &'static str) -> Reader<'a> {
    Reader::new(value, what, &Limits::default())
}

fn key_usage(value: &[u8]) -> Result<KeyUsage, Error> {
    let mut reader = reader(value, "keyUsage");
    let bits = reader.expect(Tag::BIT_STRING)?;
    reader.finish()?;
    match bits.content {
        [0..=7, first, ..] => Ok(KeyUsage(*first)),
        [0] => Ok(KeyUsage(0)),
        _ => Err(bits.error("not a bit string")),
    }
}

/// `ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId` (RFC 5280 4.2.1.12). A purpose whose
/// identifier cannot be held is none that matters here.
fn purposes(value: &[u8]) -> Result<Vec<ObjectIdentifier>, Error> {
    let mut outer = reader(value, "extKeyUsage");
    let mut list = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let mut found = Vec::new();
    while !list.is_empty() {
        found.extend(list.expect(Tag::OID)?.oid().ok());
    }
    Ok(found)
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX)
/// OPTIONAL }` (RFC 5280 4.2.1.9)
fn basic_constraints(value: &[u8]) -> Result<(bool, Option<u64>), Error> {
    let mut outer = reader(value, "basicConstraints");
    let mut fields = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let ca = match fields.optional(Tag::BOOLEAN)? {
        Some(ca) => ca.boolean()?,
        None => false,
    };
    let path_len = fields.optional(Tag::INTEGER)?;
    fields.finish()?;
    Ok((ca, path_len.map(|length| length.uint()).transpose()?))
}

/// `SubjectKeyIdentifier ::= OCTET STRING` (RFC 5280 4.2.1.2)
fn subject_key_identifier(value: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = reader(value, "subjectKeyIdentifier");
    let identifier = reader.string(Tag::OCTET_STRING)?;
    reader.finish()?;
    Ok(identifier.octets()?.into_owned())
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] KeyIdentifier OPTIONAL,
/// authorityCertIssuer [1] GeneralNames OPTIONAL, authorityCertSerialNumber [2]
/// CertificateSerialNumber OPTIONAL }` (RFC 5280 4.2.1.1)
fn authority_key_identifier(value: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let mut outer = reader(value, "authorityKeyIdentifier");
    let mut fields = outer.expect(Tag::SEQUENCE)?.reader()?;
    let identifier = fields.optional(Tag::context(0, false))?;
    Ok(identifier.map(|value| value.content.to_vec()))
}
