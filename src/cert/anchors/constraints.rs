//! What a trust anchor is trusted for, beyond what its certificate says.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::name_constraints::NameConstraints;
use super::super::policies::PolicyId;
use crate::asn1;
use crate::error::shortened;
use crate::{Error, ErrorKind, Mailbox};

/// Constraints on one trust anchor, beyond what its certificate says of itself (RFC 5914, RFC 5937).
///
/// They are also the initial inputs of path validation (RFC 5280 6.1.1 c to i) for the paths that end at this anchor.
/// They hold for every path to it, and for the anchor itself when that is the certificate to validate.
///
/// ```
/// use smime::cert::AnchorConstraints;
/// use std::time::{Duration, SystemTime};
///
/// # fn main() -> Result<(), smime::Error> {
/// let constraints = AnchorConstraints::new()
///     .permit_mail("example.org")?
///     .permit_mail(".example.org")?
///     .policies(["2.23.140.1.5.3.2", "2.23.140.1.5.3.3"])?
///     .require_explicit_policy()
///     .max_path_length(1)
///     .distrust_after(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct AnchorConstraints {
    max_path_length: Option<u64>,
    /// `GeneralSubtree`s for mail, one after the other.
    permitted: Vec<u8>,
    excluded: Vec<u8>,
    /// Made from these two.
    mail: Option<Arc<NameConstraints>>,
    others: Vec<Arc<NameConstraints>>,
    /// `None` is any-policy.
    policies: Option<Arc<BTreeSet<PolicyId>>>,
    require_explicit_policy: bool,
    inhibit_policy_mapping: bool,
    inhibit_any_policy: bool,
    distrust_after: Option<SystemTime>,
}

impl AnchorConstraints {
    /// No constraint yet.
    pub fn new() -> AnchorConstraints {
        AnchorConstraints::default()
    }

    /// At most this many certification authorities below the anchor, those that are self-issued not counted
    /// (pathLenConstraint of RFC 5914). The anchor's certificate may allow fewer.
    pub fn max_path_length(mut self, authorities: u64) -> Self {
        self.max_path_length = Some(authorities);
        self
    }

    /// Mail addresses in its certificates must be this one (`bob@example.org`), at this host (`example.org`), or
    /// at a host below this domain (`.example.org`); after several calls, any of what they named (RFC 5280 4.2.1.10).
    ///
    /// Names of other forms, such as a subject without an address, are not limited by it.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] when it is none of the three.
    pub fn permit_mail(mut self, subtree: &str) -> Result<Self, Error> {
        self.permitted.extend(mail_subtree(subtree)?);
        self.with_mail(subtree)
    }

    /// No mail address in its certificates may be this one, at this host, or at a host below this domain, in the forms
    /// of [`AnchorConstraints::permit_mail`].
    ///
    /// # Errors
    /// [`ErrorKind::Address`] when it is none of the three.
    pub fn exclude_mail(mut self, subtree: &str) -> Result<Self, Error> {
        self.excluded.extend(mail_subtree(subtree)?);
        self.with_mail(subtree)
    }

    /// A `NameConstraints` in DER (RFC 5280 4.2.1.10), for names of any form. Each that is given must be met.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] when it cannot be read, or holds a subtree that means nothing, or none.
    pub fn name_constraints_der(mut self, der: &[u8]) -> Result<Self, Error> {
        self.others.push(Arc::new(NameConstraints::parse(der)?));
        Ok(self)
    }

    /// The certificate policies that will do, as dotted object identifiers: the user-initial-policy-set (RFC 5280
    /// 6.1.1 c). `2.5.29.32.0` is anyPolicy, the default. The last call counts.
    ///
    /// Alone it only narrows [`crate::cert::path::VerifiedPath::policies`]. With
    /// [`AnchorConstraints::require_explicit_policy`] a path under none of them fails.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when there is none, or one is no object identifier.
    pub fn policies<'p>(mut self, oids: impl IntoIterator<Item = &'p str>) -> Result<Self, Error> {
        let mut policies = BTreeSet::new();
        for oid in oids {
            let policy = PolicyId::parse(oid).ok_or_else(|| ErrorKind::Misuse {
                advice: format!(
                    "name policies by dotted object identifiers, for example 2.23.140.1.5.3.2, not {}",
                    shortened(oid)
                )
                .into(),
            })?;
            policies.insert(policy);
        }
        if policies.is_empty() {
            let advice = "name at least one policy, or anyPolicy: 2.5.29.32.0".into();
            return Err(ErrorKind::Misuse { advice }.into());
        }
        let is_any = policies.iter().any(PolicyId::is_any);
        self.policies = (!is_any).then(|| Arc::new(policies));
        Ok(self)
    }

    /// Every path must be valid under one of the policies (initial-explicit-policy, RFC 5280 6.1.1 f).
    pub fn require_explicit_policy(mut self) -> Self {
        self.require_explicit_policy = true;
        self
    }

    /// Authorities must not map policies to others (initial-policy-mapping-inhibit, RFC 5280 6.1.1 e).
    pub fn inhibit_policy_mapping(mut self) -> Self {
        self.inhibit_policy_mapping = true;
        self
    }

    /// anyPolicy in a certificate stands for no policy (initial-any-policy-inhibit, RFC 5280 6.1.1 g).
    pub fn inhibit_any_policy(mut self) -> Self {
        self.inhibit_any_policy = true;
        self
    }

    /// A certificate whose validity begins later than this is not believed: what root programs do with a CA
    /// that they remove. Asked of the certificate that is validated, not of the authorities above it, which may be
    /// renewed. It stops a CA that dates its certificates honestly and no other.
    pub fn distrust_after(mut self, date: SystemTime) -> Self {
        self.distrust_after = Some(date);
        self
    }

    fn with_mail(mut self, subtree: &str) -> Result<Self, Error> {
        let list = |number, subtrees: &[u8]| match subtrees {
            [] => Vec::new(),
            subtrees => asn1::implicit(number, true, subtrees),
        };
        let der = asn1::sequence(&[&list(0, &self.permitted), &list(1, &self.excluded)]);
        let constraints = NameConstraints::parse(&der).map_err(|_| no_subtree(subtree))?;
        self.mail = Some(Arc::new(constraints));
        Ok(self)
    }

    pub(in crate::cert) fn path_length(&self) -> Option<u64> {
        self.max_path_length
    }

    pub(in crate::cert) fn names(&self) -> impl Iterator<Item = &NameConstraints> {
        self.mail.iter().chain(&self.others).map(AsRef::as_ref)
    }

    /// `None` is any-policy.
    pub(in crate::cert) fn initial_policies(&self) -> Option<&BTreeSet<PolicyId>> {
        self.policies.as_deref()
    }

    pub(in crate::cert) fn requires_explicit_policy(&self) -> bool {
        self.require_explicit_policy
    }

    pub(in crate::cert) fn inhibits_policy_mapping(&self) -> bool {
        self.inhibit_policy_mapping
    }

    pub(in crate::cert) fn inhibits_any_policy(&self) -> bool {
        self.inhibit_any_policy
    }

    pub(in crate::cert) fn distrusted_after(&self) -> Option<SystemTime> {
        self.distrust_after
    }
}

/// `GeneralSubtree ::= SEQUENCE { base GeneralName, … }` with an rfc822Name, its domain in A-labels (RFC 9549 2.1).
fn mail_subtree(text: &str) -> Result<Vec<u8>, Error> {
    let (before, domain) = match (text.rsplit_once('@'), text.strip_prefix('.')) {
        (Some((local, domain)), _) => (format!("{local}@"), domain),
        (None, Some(domain)) => (".".to_owned(), domain),
        (None, None) => (String::new(), text),
    };
    // The parser of addresses knows what a domain is.
    let mailbox = Mailbox::new(&format!("x@{domain}")).map_err(|_| no_subtree(text))?;
    let base = format!("{before}{}", mailbox.ascii_domain());
    let base = asn1::implicit(1, false, base.as_bytes());
    Ok(asn1::sequence(&[&base]))
}

fn no_subtree(text: &str) -> Error {
    ErrorKind::Address {
        address: shortened(text),
        reason: "neither an address nor a host nor a domain after a dot".into(),
    }
    .into()
}

/// Without the subtrees.
impl fmt::Debug for AnchorConstraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnchorConstraints")
            .field("max_path_length", &self.max_path_length)
            .field("name_constraints", &self.names().count())
            .field("policies", &self.policies)
            .field("require_explicit_policy", &self.require_explicit_policy)
            .field("inhibit_policy_mapping", &self.inhibit_policy_mapping)
            .field("inhibit_any_policy", &self.inhibit_any_policy)
            .field("distrust_after", &self.distrust_after)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
