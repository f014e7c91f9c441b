//! Certificate policies along a complete path (RFC 5280 6.1, by the graph of RFC 9618).

mod graph;

use std::collections::BTreeSet;
use std::fmt;

use super::pool::{Entry, Index, Pool};
use super::rules::called;
use crate::cert::AnchorConstraints;
use crate::cert::policies::PolicyId;
use crate::check::Reason;
use crate::error::shortened;
use graph::Graph;

/// Policies that are named in one reason.
const SHOWN: usize = 8;

/// The certificate policies under which a path is valid: the user-constrained-policy-set of RFC 5280 6.1.6.
///
/// They are those of the trust anchor: what they are mapped to further down does not show. `Display` is the object
/// identifiers, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicySet {
    any: bool,
    policies: Vec<String>,
}

impl PolicySet {
    /// Whether it is valid under every policy: each certificate asserts anyPolicy, and nobody limited it.
    pub fn is_any(&self) -> bool {
        self.any
    }

    /// The policies that are named, as dotted object identifiers, each once; without anyPolicy, for which see
    /// [`PolicySet::is_any`].
    pub fn policies(&self) -> &[String] {
        &self.policies
    }

    /// Whether it is valid under the policy with this dotted object identifier.
    pub fn contains(&self, policy: &str) -> bool {
        self.any || self.policies.iter().any(|known| known == policy)
    }

    /// Whether it is valid under none at all, as most paths are.
    pub fn is_empty(&self) -> bool {
        !self.any && self.policies.is_empty()
    }
}

impl fmt::Display for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        let any = self.any.then_some("any policy");
        let named = self.policies.iter().map(String::as_str);
        for (place, policy) in any.into_iter().chain(named).enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{policy}")?;
        }
        Ok(())
    }
}

/// What came out for a complete path.
pub(super) enum Outcome {
    Valid {
        policies: PolicySet,
        /// Whether somebody demanded that there is one.
        is_demanded: bool,
    },
    /// A policy is demanded, and at this certificate none is left.
    Unmet(Index, Reason),
}

/// How many certificates that are not self-issued may follow before it holds (RFC 5280 6.1.2 d, e, f).
struct Counters {
    explicit_policy: u64,
    inhibit_any: u64,
    policy_mapping: u64,
    /// Who set `explicit_policy`.
    demanded_by: Index,
}

impl Counters {
    fn new(constraints: &AnchorConstraints, anchor: Index) -> Counters {
        // n + 1 is never counted down to 0, nor is this.
        let start = |is_set| if is_set { 0 } else { u64::MAX };
        Counters {
            explicit_policy: start(constraints.requires_explicit_policy()),
            inhibit_any: start(constraints.inhibits_any_policy()),
            policy_mapping: start(constraints.inhibits_policy_mapping()),
            demanded_by: anchor,
        }
    }

    /// RFC 5280 6.1.4 h.
    fn count_down(&mut self) {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        self.inhibit_any = self.inhibit_any.saturating_sub(1);
        self.policy_mapping = self.policy_mapping.saturating_sub(1);
    }

    /// RFC 5280 6.1.4 i, j.
    fn lower(&mut self, index: Index, entry: &Entry<'_>) {
        let policies = &entry.certificate.0.extensions.policies;
        if let Some(skip) = policies.require_explicit
            && skip < self.explicit_policy
        {
            (self.explicit_policy, self.demanded_by) = (skip, index);
        }
        let least = |counter: u64, skip: Option<u64>| counter.min(skip.unwrap_or(u64::MAX));
        self.policy_mapping = least(self.policy_mapping, policies.inhibit_mapping);
        self.inhibit_any = least(self.inhibit_any, policies.inhibit_any);
    }
}

/// Works through a path that ends at an anchor.
///
/// The initial values are those of the constraints on the anchor. Of what the anchor's certificate says itself,
/// policyConstraints and inhibitAnyPolicy count (RFC 5937), the policies it asserts do not: many roots name
/// their own alone. A path of one certificate, which is an anchor, is taken for one below that anchor.
///
/// `spend` pays for nodes and edges of the graph.
///
/// # Errors
/// What `spend` said.
pub(super) fn process<E>(
    pool: &Pool<'_>,
    path: &[Index],
    mut spend: impl FnMut(usize) -> Result<(), E>,
) -> Result<Outcome, E> {
    let none = AnchorConstraints::new();
    let anchor = path.last().copied().unwrap_or_default();
    let constraints = pool.get(anchor).and_then(|entry| entry.constraints);
    let constraints = constraints.unwrap_or(&none);
    let mut counters = Counters::new(constraints, anchor);
    let below = match path {
        [below @ .., _] if !below.is_empty() => {
            if let Some(entry) = pool.get(anchor) {
                counters.lower(anchor, entry);
            }
            below
        }
        _ => path,
    };
    let unmet = |index, demanded_by| {
        let demanded_by = pool.get(demanded_by).map(|entry| called(entry.certificate));
        let initial = constraints.initial_policies().into_iter().flatten();
        let demanded = initial.take(SHOWN).map(|id| shortened(&id.to_string()));
        let reason = Reason::CertificatePolicies {
            demanded: demanded.collect(),
            by: demanded_by.unwrap_or_default(),
        };
        Outcome::Unmet(index, reason)
    };
    let mut graph = Graph::new();
    for (depth, &index) in below.iter().enumerate().rev() {
        let Some(entry) = pool.get(index) else {
            continue;
        };
        let is_last = depth == 0;
        let policies = &entry.certificate.0.extensions.policies;
        let is_exempt = !is_last && entry.is_self_named();
        spend(graph.cost_to_descend(policies.asserted.as_ref()))?;
        let any_counts = counters.inhibit_any > 0 || is_exempt;
        graph.descend(policies.asserted.as_ref(), any_counts);
        if counters.explicit_policy == 0 && graph.is_null() {
            return Ok(unmet(index, counters.demanded_by));
        }
        if is_last {
            // RFC 5280 6.1.5 a, b.
            counters.count_down();
            if policies.require_explicit == Some(0) && counters.explicit_policy > 0 {
                (counters.explicit_policy, counters.demanded_by) = (0, index);
            }
            break;
        }
        if !policies.mappings.is_empty() && !graph.is_null() {
            let pairs = policies.mappings.values().map(BTreeSet::len);
            spend(pairs.sum())?;
            match counters.policy_mapping {
                0 => graph.end(&policies.mappings),
                _ => graph.map(&policies.mappings),
            }
        }
        if !is_exempt {
            counters.count_down();
        }
        counters.lower(index, entry);
    }
    let policies = user_constrained(&graph, constraints.initial_policies());
    let is_demanded = counters.explicit_policy == 0;
    match below.first() {
        Some(&leaf) if is_demanded && policies.is_empty() => Ok(unmet(leaf, counters.demanded_by)),
        _ => Ok(Outcome::Valid {
            policies,
            is_demanded,
        }),
    }
}

/// The user_constrained_policy_set (RFC 5280 6.1.5 g as RFC 9618 has it). `initial`: `None` is any-policy.
fn user_constrained(graph: &Graph<'_>, initial: Option<&BTreeSet<PolicyId>>) -> PolicySet {
    let (authority, has_any) = graph.authority_constrained();
    match initial {
        None => PolicySet {
            any: has_any,
            policies: authority.into_iter().map(PolicyId::text_of).collect(),
        },
        Some(initial) => {
            let kept = initial
                .iter()
                .filter(|policy| has_any || authority.contains(policy.as_octets()));
            PolicySet {
                any: false,
                policies: kept.map(PolicyId::to_string).collect(),
            }
        }
    }
}
