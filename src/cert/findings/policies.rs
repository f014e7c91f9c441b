//! The certificatePolicies extension (SMBR 7.1.2.3 a, 7.1.6).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::lint::Lint;
use super::profile::Profile;
use crate::Error;
use crate::asn1::{Tag, Value};
use crate::cert::Certificate;
use crate::cert::policies::sequence_of;

/// What the extension says, as far as it is looked at.
#[derive(Default)]
struct Policies {
    identifiers: Vec<ObjectIdentifier>,
    has_other_cps: bool,
    has_notice_reference: bool,
    has_notice_without_text: bool,
}

/// The policies a certificate names.
pub(super) fn identifiers(certificate: &Certificate) -> Result<Vec<ObjectIdentifier>, Error> {
    let value = certificate
        .0
        .extensions
        .value(&ids::ID_CE_CERTIFICATE_POLICIES);
    match value {
        Some(value) => Ok(read(value)?.identifiers),
        None => Ok(Vec::new()),
    }
}

pub(super) fn policies(lint: &mut Lint<'_>) {
    let Some(extension) = lint.extension(&ids::ID_CE_CERTIFICATE_POLICIES) else {
        lint.baseline(
            "cabf.smime.certificate_policies_extension_missing",
            "it names no certificate policy, so that nobody sees by which rules it was issued",
            "SMBR 7.1.2.3 (a)",
        );
        return;
    };
    let Ok(policies) = read(&extension.value) else {
        lint.unreadable("certificatePolicies");
        return;
    };
    if extension.critical {
        lint.baseline_should(
            "cabf.critical_certificate_policies_extension",
            "its certificate policies are critical",
            "SMBR 7.1.2.3 (a)",
        );
    }
    reserved(lint, &policies.identifiers);
    let different: std::collections::BTreeSet<_> = policies.identifiers.iter().collect();
    if different.len() < policies.identifiers.len() {
        lint.must(
            "pkix.duplicate_certificate_policy_oids",
            "it names a certificate policy twice",
            "RFC 5280 4.2.1.4",
        );
    }
    for (there, code, text) in [
        (
            policies.identifiers.contains(&ids::ANY_POLICY),
            "cabf.smime.anypolicy_present",
            "it names anyPolicy, which only CAs may",
        ),
        (
            policies.has_other_cps,
            "cabf.smime.cps_uri_is_not_http",
            "the address of its CA's certification practice statement is not one of the web",
        ),
        (
            policies.has_notice_reference,
            "cabf.smime.usernotice_has_noticeref",
            "a notice in its certificate policies refers to another text",
        ),
        (
            policies.has_notice_without_text,
            "smime.user_notice_without_text",
            "a notice in its certificate policies has no text",
        ),
    ] {
        if there {
            lint.baseline(code, text, "SMBR 7.1.2.3 (a)");
        }
    }
}

fn reserved(lint: &mut Lint<'_>, identifiers: &[ObjectIdentifier]) {
    let reserved: Vec<Profile> = identifiers.iter().filter_map(Profile::from_oid).collect();
    if !reserved
        .iter()
        .any(|profile| Some(*profile) == lint.profile)
    {
        let text = match lint.profile {
            Some(profile) => format!("it does not name the policy reserved for {profile}"),
            None => "it names none of the policies reserved for mail".to_owned(),
        };
        lint.baseline(
            "cabf.smime.no_required_reserved_policy_oid",
            text,
            "SMBR 7.1.6.4",
        );
    }
    if reserved.len() > 1 {
        lint.baseline(
            "cabf.smime.multiple_reserved_policy_oids",
            "it names several of the policies reserved for mail",
            "SMBR 7.1.2.3 (a)",
        );
    }
}

/// ```text
/// certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF PolicyInformation
/// PolicyInformation ::= SEQUENCE {
///     policyIdentifier CertPolicyId, policyQualifiers SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo OPTIONAL }
/// ```
/// (RFC 5280 4.2.1.4)
fn read(value: &[u8]) -> Result<Policies, Error> {
    let mut policies = Policies::default();
    for information in sequence_of(value, "certificatePolicies")? {
        let mut policy = information.reader()?;
        policies
            .identifiers
            .extend(policy.expect(Tag::OID)?.oid().ok());
        if let Some(qualifiers) = policy.optional(Tag::SEQUENCE)? {
            let mut qualifiers = qualifiers.reader()?;
            while !qualifiers.is_empty() {
                policies.accept(&qualifiers.expect(Tag::SEQUENCE)?)?;
            }
        }
        policy.finish()?;
    }
    Ok(policies)
}

impl Policies {
    /// ```text
    /// PolicyQualifierInfo ::= SEQUENCE { policyQualifierId PolicyQualifierId, qualifier ANY }
    /// CPSuri ::= IA5String
    /// UserNotice ::= SEQUENCE { noticeRef NoticeReference OPTIONAL, explicitText DisplayText OPTIONAL }
    /// ```
    fn accept(&mut self, qualifier: &Value<'_>) -> Result<(), Error> {
        let mut fields = qualifier.reader()?;
        let oid = fields.expect(Tag::OID)?.oid().ok();
        let value = fields.read()?;
        fields.finish()?;
        if oid == Some(ids::ID_QT_CPS) {
            self.has_other_cps |= !is_web(value.content);
        } else if oid == Some(ids::ID_QT_UNOTICE) {
            let mut notice = value.reader()?;
            self.has_notice_reference |= notice.optional(Tag::SEQUENCE)?.is_some();
            self.has_notice_without_text |= notice.is_empty();
        }
        Ok(())
    }
}

fn is_web(uri: &[u8]) -> bool {
    let begins = |scheme: &[u8]| {
        let start = uri.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins(b"http://") || begins(b"https://")
}
