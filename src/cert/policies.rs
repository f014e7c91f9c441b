//! What a certificate says of certificate policies (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14).

mod id;

pub(super) use id::{ANY_POLICY, PolicyId};

use std::collections::{BTreeMap, BTreeSet};

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ID_QT_CPS, ID_QT_UNOTICE};

use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

/// The four extensions about policies, as far as path validation works with them.
#[derive(Default)]
pub(super) struct Policies {
    /// certificatePolicies; `None` without the extension.
    pub asserted: Option<BTreeSet<PolicyId>>,
    /// policyMappings: from the policies of the issuer to those of the subject.
    pub mappings: BTreeMap<PolicyId, BTreeSet<PolicyId>>,
    /// requireExplicitPolicy of policyConstraints.
    pub require_explicit: Option<u64>,
    /// inhibitPolicyMapping of policyConstraints.
    pub inhibit_mapping: Option<u64>,
    /// inhibitAnyPolicy.
    pub inhibit_any: Option<u64>,
}

impl Policies {
    /// ```text
    /// certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation
    ///
    /// PolicyInformation ::= SEQUENCE {
    ///     policyIdentifier   CertPolicyId,
    ///     policyQualifiers   SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo OPTIONAL }
    ///
    /// CertPolicyId ::= OBJECT IDENTIFIER
    ///
    /// PolicyQualifierInfo ::= SEQUENCE {
    ///     policyQualifierId  PolicyQualifierId,
    ///     qualifier          ANY DEFINED BY policyQualifierId }
    /// ```
    ///
    /// RFC 5280 4.2.1.4. No policy twice. Gives back the identifier of the first qualifier that is not known, which
    /// counts when the extension is critical.
    pub(super) fn read_policies(
        &mut self,
        value: &[u8],
    ) -> Result<Option<ObjectIdentifier>, Error> {
        let mut unknown = None;
        let mut asserted = BTreeSet::new();
        for information in sequence_of(value, "certificatePolicies")? {
            let mut fields = information.reader()?;
            let id = fields.expect(Tag::OID)?;
            if !asserted.insert(policy(&id)?) {
                return Err(id.error("a policy that stands there twice"));
            }
            if let Some(qualifiers) = fields.optional(Tag::SEQUENCE)? {
                let mut qualifiers = qualifiers.reader()?;
                while !qualifiers.is_empty() {
                    let mut qualifier = qualifiers.expect(Tag::SEQUENCE)?.reader()?;
                    let id = qualifier.expect(Tag::OID)?.oid()?;
                    if id != ID_QT_CPS && id != ID_QT_UNOTICE {
                        unknown = unknown.or(Some(id));
                    }
                }
            }
            fields.finish()?;
        }
        self.asserted = Some(asserted);
        Ok(unknown)
    }

    /// ```text
    /// PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE {
    ///     issuerDomainPolicy   CertPolicyId,
    ///     subjectDomainPolicy  CertPolicyId }
    /// ```
    ///
    /// RFC 5280 4.2.1.5, which forbids anyPolicy on either side.
    pub(super) fn read_mappings(&mut self, value: &[u8]) -> Result<(), Error> {
        let mut mappings: BTreeMap<PolicyId, BTreeSet<PolicyId>> = BTreeMap::new();
        for mapping in sequence_of(value, "policyMappings")? {
            let mut fields = mapping.reader()?;
            let issuer = policy(&fields.expect(Tag::OID)?)?;
            let subject = policy(&fields.expect(Tag::OID)?)?;
            fields.finish()?;
            if issuer.is_any() || subject.is_any() {
                return Err(mapping.error("anyPolicy cannot be mapped"));
            }
            mappings.entry(issuer).or_default().insert(subject);
        }
        self.mappings = mappings;
        Ok(())
    }

    /// ```text
    /// PolicyConstraints ::= SEQUENCE {
    ///     requireExplicitPolicy  [0] SkipCerts OPTIONAL,
    ///     inhibitPolicyMapping   [1] SkipCerts OPTIONAL }
    ///
    /// SkipCerts ::= INTEGER (0..MAX)
    /// ```
    ///
    /// RFC 5280 4.2.1.11, which forbids the empty one.
    pub(super) fn read_constraints(&mut self, value: &[u8]) -> Result<(), Error> {
        let mut outer = Reader::new(value, "policyConstraints", &Limits::default());
        let constraints = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        let mut fields = constraints.reader()?;
        let explicit = fields.optional(Tag::context(0, false))?;
        let mapping = fields.optional(Tag::context(1, false))?;
        fields.finish()?;
        if explicit.is_none() && mapping.is_none() {
            return Err(constraints.error("an empty policyConstraints"));
        }
        let explicit = explicit.map(|skip| skip.uint()).transpose()?;
        let mapping = mapping.map(|skip| skip.uint()).transpose()?;
        (self.require_explicit, self.inhibit_mapping) = (explicit, mapping);
        Ok(())
    }

    /// `InhibitAnyPolicy ::= SkipCerts` (RFC 5280 4.2.1.14)
    pub(super) fn read_inhibit_any(&mut self, value: &[u8]) -> Result<(), Error> {
        let mut outer = Reader::new(value, "inhibitAnyPolicy", &Limits::default());
        let skip = outer.expect(Tag::INTEGER)?;
        outer.finish()?;
        self.inhibit_any = Some(skip.uint()?);
        Ok(())
    }
}

/// The members of `SEQUENCE SIZE (1..MAX) OF SEQUENCE`.
pub(super) fn sequence_of<'a>(
    value: &'a [u8],
    what: &'static str,
) -> Result<Vec<Value<'a>>, Error> {
    let mut outer = Reader::new(value, what, &Limits::default());
    let list = outer.expect(Tag::SEQUENCE)?;
    outer.finish()?;
    let mut reader = list.reader()?;
    let mut members = Vec::new();
    while !reader.is_empty() {
        members.push(reader.expect(Tag::SEQUENCE)?);
    }
    match members.is_empty() {
        true => Err(list.error("an empty list")),
        false => Ok(members),
    }
}

fn policy(value: &Value<'_>) -> Result<PolicyId, Error> {
    let id = PolicyId::from_content(value.content).filter(|_| !value.tag.constructed);
    id.ok_or_else(|| value.error("not an object identifier"))
}

#[cfg(test)]
mod tests;
