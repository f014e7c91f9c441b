//! The certificates a path is built from, with what each needs worked out once.

use std::cell::{Cell, OnceCell};
use std::cmp::Reverse;
use std::collections::HashMap;

use super::PathInputs;
use super::rules;
use crate::Limits;
use crate::cert::name::Folded;
use crate::cert::name_constraints::Names;
use crate::cert::{AnchorConstraints, Certificate, TrustAnchors};
use crate::check::Reason;

/// Number of a certificate in the pool.
pub(super) type Index = usize;

/// One certificate.
pub(super) struct Entry<'a> {
    pub certificate: &'a Certificate,
    /// The same number means the same name.
    pub subject: usize,
    pub issuer: usize,
    /// The same number means the same SubjectPublicKeyInfo.
    pub key: usize,
    pub is_anchor: bool,
    /// Of an anchor.
    pub constraints: Option<&'a AnchorConstraints>,
    unfit_to_issue: OnceCell<Vec<Reason>>,
    names: OnceCell<Names>,
}

impl Entry<'_> {
    /// Issuer and subject are one name: self-issued in the sense of RFC 5280 3.2.
    pub(super) fn is_self_named(&self) -> bool {
        self.subject == self.issuer
    }

    /// The names that constraints are about.
    pub(super) fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self.certificate))
    }
}

/// All certificates at hand: every one once.
pub(super) struct Pool<'a> {
    entries: Vec<Entry<'a>>,
    by_subject: HashMap<usize, Vec<Index>>,
    known: HashMap<&'a Certificate, Index>,
    /// What is left for all searches in it together: signatures, steps, and work on revocation.
    left: [Cell<usize>; 3],
}

/// How many times what one search may cost all searches in one pool may.
const SEARCHES: usize = 4;

/// What all searches in one pool pay for together.
#[derive(Clone, Copy)]
pub(super) enum Cost {
    Signatures,
    Steps,
    Revocation,
}

impl<'a> Pool<'a> {
    pub(super) fn new(
        anchors: &'a TrustAnchors,
        others: impl Iterator<Item = &'a Certificate>,
        limits: &Limits,
    ) -> Pool<'a> {
        let mut names = Numbers::default();
        let mut keys = Numbers::default();
        let mut pool = Pool {
            entries: Vec::new(),
            by_subject: HashMap::new(),
            known: HashMap::new(),
            left: [
                limits.path_signatures,
                limits.path_steps,
                limits.path_signatures,
            ]
            .map(|limit| Cell::new(limit.saturating_mul(SEARCHES))),
        };
        let anchors = anchors.all().map(|(anchor, within)| (anchor, Some(within)));
        // After the anchors, so that a copy of one is no second certificate.
        let others = others.map(|other| (other, None));
        for (certificate, constraints) in anchors.chain(others) {
            if pool.known.contains_key(certificate) {
                continue;
            }
            let index = pool.entries.len();
            let subject = names.of(NameKey::new(certificate.subject_der()));
            pool.entries.push(Entry {
                certificate,
                subject,
                issuer: names.of(NameKey::new(certificate.issuer_der())),
                key: keys.of(certificate.public_key().spki_der()),
                is_anchor: constraints.is_some(),
                constraints,
                unfit_to_issue: OnceCell::new(),
                names: OnceCell::new(),
            });
            pool.by_subject.entry(subject).or_default().push(index);
            pool.known.insert(certificate, index);
        }
        pool
    }

    /// Pays for something. Whether there was enough left.
    pub(super) fn pay(&self, cost: Cost, count: usize) -> bool {
        let [signatures, steps, revocation] = &self.left;
        let left = match cost {
            Cost::Signatures => signatures,
            Cost::Steps => steps,
            Cost::Revocation => revocation,
        };
        let rest = left.get().checked_sub(count);
        left.set(rest.unwrap_or_default());
        rest.is_some()
    }

    /// The number of a certificate.
    pub(super) fn index_of(&self, certificate: &Certificate) -> Option<Index> {
        self.known.get(certificate).copied()
    }

    pub(super) fn get(&self, index: Index) -> Option<&Entry<'a>> {
        self.entries.get(index)
    }

    /// The certificates of these numbers.
    pub(super) fn certificates(&self, path: &[Index]) -> Vec<Certificate> {
        let entries = path.iter().filter_map(|&index| self.get(index));
        entries.map(|entry| entry.certificate.clone()).collect()
    }

    /// Why it must not issue certificates, wherever it stands in a path.
    pub(super) fn unfit_to_issue(&self, index: Index, inputs: &PathInputs<'_>) -> &[Reason] {
        self.get(index).map_or(&[], |entry| {
            entry
                .unfit_to_issue
                .get_or_init(|| rules::unfit_to_issue(entry, inputs))
        })
    }

    /// The certificates whose subject is the issuer of `index`.
    pub(super) fn of_issuer_name(&self, index: Index) -> &[Index] {
        self.get(index)
            .and_then(|entry| self.by_subject.get(&entry.issuer))
            .map_or(&[], Vec::as_slice)
    }

    /// The same, the most likely issuer first.
    ///
    /// A key identifier that does not fit is a hint and no bar: CAs get them wrong (RFC 4158 3.5.12). Then
    /// what the policy trusts before what it only reads; then anchors, which end the path; then what is valid
    /// now, and the newest.
    pub(super) fn issuers(&self, index: Index, inputs: &PathInputs<'_>) -> Vec<Index> {
        let mut candidates = self.of_issuer_name(index).to_vec();
        let Some(below) = self.get(index) else {
            return candidates;
        };
        candidates.sort_by_cached_key(|&candidate| {
            Reverse(self.get(candidate).map(|entry| {
                let certificate = entry.certificate;
                (
                    below.certificate.names_key_of(certificate),
                    below.certificate.admits_key_of(certificate),
                    rules::legacy_reasons(entry, inputs).is_empty(),
                    entry.is_anchor,
                    rules::is_valid_at(certificate, inputs.now),
                    certificate.preference(),
                )
            }))
        });
        candidates
    }
}

/// A name to look up: folded, or as received when nothing can be folded.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum NameKey<'a> {
    Folded(Folded),
    Raw(&'a [u8]),
}

impl<'a> NameKey<'a> {
    /// Two are equal if and only if the names are the same in the sense of [`crate::cert::name::same`].
    pub(super) fn new(name: &'a [u8]) -> NameKey<'a> {
        match Folded::new(name) {
            Some(folded) if !folded.is_empty() => NameKey::Folded(folded),
            _ => NameKey::Raw(name),
        }
    }
}

/// Small numbers for things that are costly to compare.
struct Numbers<T>(HashMap<T, usize>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(HashMap::new())
    }
}

impl<T: std::hash::Hash + Eq> Numbers<T> {
    fn of(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }
}
