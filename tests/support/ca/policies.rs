//! Extensions about certificate policies (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14).

use super::{Certify, oid, sequence, tlv};

/// anyPolicy.
pub const ANY_POLICY: &str = "2.5.29.32.0";

impl Certify<'_> {
    /// certificatePolicies without qualifiers.
    pub fn policies(self, policies: &[&str]) -> Self {
        let list: Vec<u8> = policies.iter().flat_map(|p| sequence(&[&oid(p)])).collect();
        self.extension("2.5.29.32", false, &sequence(&[&list]))
    }

    /// policyMappings: pairs of the issuer's policy and the subject's.
    pub fn policy_mappings(self, pairs: &[(&str, &str)]) -> Self {
        let pair = |(from, to): &(&str, &str)| sequence(&[&oid(from), &oid(to)]);
        let list: Vec<u8> = pairs.iter().flat_map(pair).collect();
        self.extension("2.5.29.33", true, &sequence(&[&list]))
    }

    /// policyConstraints: requireExplicitPolicy and inhibitPolicyMapping.
    pub fn policy_constraints(self, explicit: Option<u8>, mapping: Option<u8>) -> Self {
        let field = |tag, skip: Option<u8>| skip.map(|skip| tlv(tag, &[skip])).unwrap_or_default();
        let value = sequence(&[&field(0x80, explicit), &field(0x81, mapping)]);
        self.extension("2.5.29.36", true, &value)
    }

    /// inhibitAnyPolicy.
    pub fn inhibit_any_policy(self, skip: u8) -> Self {
        self.extension("2.5.29.54", true, &tlv(0x02, &[skip]))
    }
}
