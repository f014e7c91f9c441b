//! The valid_policy_graph of RFC 9618.

use std::collections::{BTreeMap, BTreeSet};

use crate::cert::policies::{ANY_POLICY, PolicyId};

/// Number of a node.
type NodeId = usize;

struct Node<'p> {
    /// Content octets of its object identifier.
    valid_policy: &'p [u8],
    parents: Vec<NodeId>,
}

/// Which policy is valid by which one of the certificate above: at each depth one node for a policy, so that the
/// graph grows with the sizes of the extensions and not with the number of ways through them.
///
/// Nodes without children stay until the end, where only what leads to the greatest depth counts.
pub(super) struct Graph<'p> {
    nodes: Vec<Node<'p>>,
    /// The nodes of the greatest depth. None: the graph is NULL.
    level: BTreeMap<&'p [u8], NodeId>,
    /// expected_policy_set of those nodes, turned around: who expects a policy.
    expecting: BTreeMap<&'p [u8], Vec<NodeId>>,
}

impl<'p> Graph<'p> {
    /// One node for anyPolicy, at depth zero.
    pub(super) fn new() -> Graph<'p> {
        let mut graph = Graph {
            nodes: Vec::new(),
            level: BTreeMap::new(),
            expecting: BTreeMap::new(),
        };
        let root = graph.node(ANY_POLICY, Vec::new());
        graph.level.insert(ANY_POLICY, root);
        graph.expecting.insert(ANY_POLICY, vec![root]);
        graph
    }

    pub(super) fn is_null(&self) -> bool {
        self.level.is_empty()
    }

    fn node(&mut self, valid_policy: &'p [u8], parents: Vec<NodeId>) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node {
            valid_policy,
            parents,
        });
        id
    }

    /// How many nodes and edges [`Graph::descend`] looks at or makes, at most.
    pub(super) fn cost_to_descend(&self, asserted: Option<&BTreeSet<PolicyId>>) -> usize {
        let edges: usize = self.expecting.values().map(Vec::len).sum();
        asserted.map_or(0, |asserted| asserted.len().saturating_add(edges))
    }

    /// The next depth, by the policies that the certificate there asserts (RFC 5280 6.1.3 d, e).
    pub(super) fn descend(&mut self, asserted: Option<&'p BTreeSet<PolicyId>>, any_counts: bool) {
        let above = std::mem::take(&mut self.level);
        let mut expecting = std::mem::take(&mut self.expecting);
        let Some(asserted) = asserted else { return };
        let any_above = above.get(ANY_POLICY).copied();
        let mut has_any = false;
        for policy in asserted {
            if policy.is_any() {
                has_any = any_counts;
                continue;
            }
            let policy = policy.as_octets();
            let parents = expecting.remove(policy);
            if let Some(parents) = parents.or_else(|| any_above.map(|any| vec![any])) {
                let id = self.node(policy, parents);
                self.level.insert(policy, id);
            }
        }
        if has_any {
            // What is left is expected, and not asserted by its name.
            for (policy, parents) in expecting {
                let id = self.node(policy, parents);
                self.level.insert(policy, id);
            }
        }
        self.expect(None);
    }

    /// Maps policies of the issuer to those of the subject (RFC 5280 6.1.4 b 1).
    pub(super) fn map(&mut self, mappings: &'p BTreeMap<PolicyId, BTreeSet<PolicyId>>) {
        if let Some(&any) = self.level.get(ANY_POLICY) {
            // Siblings of the node for anyPolicy.
            let parents = self.nodes.get(any).map(|node| node.parents.clone());
            let parents = parents.unwrap_or_default();
            for policy in mappings.keys().map(PolicyId::as_octets) {
                if !self.level.contains_key(policy) {
                    let id = self.node(policy, parents.clone());
                    self.level.insert(policy, id);
                }
            }
        }
        self.expect(Some(mappings));
    }

    /// Ends the policies of the issuer that would be mapped (RFC 5280 6.1.4 b 2).
    pub(super) fn end(&mut self, mappings: &BTreeMap<PolicyId, BTreeSet<PolicyId>>) {
        for policy in mappings.keys() {
            self.level.remove(policy.as_octets());
        }
        self.expect(None);
    }

    /// Sets expected_policy_set of each node of the greatest depth: what its policy is mapped to, or itself.
    fn expect(&mut self, mappings: Option<&'p BTreeMap<PolicyId, BTreeSet<PolicyId>>>) {
        let mut expecting: BTreeMap<&'p [u8], Vec<NodeId>> = BTreeMap::new();
        for (issuer, subjects) in mappings.into_iter().flatten() {
            if let Some(&id) = self.level.get(issuer.as_octets()) {
                for subject in subjects {
                    expecting.entry(subject.as_octets()).or_default().push(id);
                }
            }
        }
        for (&policy, &id) in &self.level {
            if !mappings.is_some_and(|mappings| mappings.contains_key(policy)) {
                expecting.entry(policy).or_default().push(id);
            }
        }
        self.expecting = expecting;
    }

    /// The authority_constrained_policy_set, and whether anyPolicy is in it (RFC 5280 6.1.5 g as RFC 9618
    /// has it): the policies just below anyPolicy that lead to the greatest depth.
    pub(super) fn authority_constrained(&self) -> (BTreeSet<&'p [u8]>, bool) {
        let mut set = BTreeSet::new();
        let mut is_kept = vec![false; self.nodes.len()];
        for &id in self.level.values() {
            if let Some(kept) = is_kept.get_mut(id) {
                *kept = true;
            }
        }
        // Parents have smaller numbers than their children.
        for (id, node) in self.nodes.iter().enumerate().rev() {
            if is_kept.get(id) != Some(&true) {
                continue;
            }
            for &parent in &node.parents {
                if let Some(kept) = is_kept.get_mut(parent) {
                    *kept = true;
                }
            }
            let parents = node.parents.iter();
            let mut parents = parents.filter_map(|&parent| self.nodes.get(parent));
            let is_below_any = parents.any(|parent| parent.valid_policy == ANY_POLICY);
            if is_below_any && node.valid_policy != ANY_POLICY {
                set.insert(node.valid_policy);
            }
        }
        (set, self.level.contains_key(ANY_POLICY))
    }
}
