//! Who may have signed a list without being in the path: other keys of the issuer, and issuers of indirect lists.
//!
//! Their own certificates must not be known to be revoked, by lists of those above them. That nobody says so is
//! enough: what they sign can be the only list about them, as in a circle.

use std::collections::HashMap;

use super::super::PathInputs;
use super::super::RevocationInputs;
use super::super::pool::{Entry, Index, NameKey};
use super::super::rules;
use super::super::search::{Ending, Found, Search};
use super::Revocation;
use super::lists::Source;
use super::outcome::Status;
use super::scope::Points;
use super::walk::List;
use super::work::{Obstacle, Purse};
use crate::Limits;
use crate::policy::Judgement;

impl<'s, 'a> Revocation<'s, 'a> {
    /// Whether the key usage of `signer` allows lists and its key signed this one.
    pub(super) fn signed_by(
        &mut self,
        of: &List<'a>,
        signer: &Entry<'a>,
        purse: Purse,
    ) -> Result<bool, Obstacle> {
        if !may_sign_lists(signer) {
            return Ok(false);
        }
        if let Some(&known) = self.verified.get(&(of.number, signer.key)) {
            return Ok(known);
        }
        self.spend(purse, of.source, of.list)?;
        let verifies = of.list.signed().verifies(signer.certificate.public_key());
        self.verified.insert((of.number, signer.key), verifies);
        Ok(verifies)
    }

    /// Certificates of the issuer's name with keys that are not in the path, as they exist after a change of
    /// keys and where lists have a key of their own. A CA in the path must have issued them, and not revoked
    /// them since. `Err`: there is more work in it than this.
    pub(super) fn other_signers(
        &mut self,
        index: Index,
        above: &[&'s Entry<'a>],
    ) -> Result<Vec<&'s Entry<'a>>, usize> {
        let pool = self.pool;
        let mut found = Vec::new();
        for candidate in pool.of_issuer_name(index) {
            let Some(entry) = pool.get(*candidate) else {
                continue;
            };
            let is_in_path = above.iter().any(|above| above.key == entry.key);
            if is_in_path || !may_sign_lists(entry) || !self.may_stand(entry) {
                continue;
            }
            for above in above.iter().filter(|a| a.subject == entry.issuer) {
                self.pay(Purse::OtherSigners)?;
                let key = above.certificate.public_key();
                if entry.certificate.signed().verifies(key) {
                    if !self.is_revoked(entry, above)? {
                        found.push(entry);
                    }
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Those to whom the issuer of a certificate leaves its lists (cRLIssuer of a distribution point), as far as there
    /// are lists of theirs in `sources`: their path must be valid and end at the same anchor (RFC 5280 6.3.3 f).
    /// `Err`: there is more work in it than this.
    pub(super) fn crl_issuers(
        &mut self,
        entry: &'s Entry<'a>,
        above: &[&'s Entry<'a>],
        sources: &[Source],
    ) -> Result<Vec<&'s Entry<'a>>, usize> {
        let pool = self.pool;
        let Ok(points) = Points::of(entry.certificate) else {
            return Ok(Vec::new());
        };
        let mut candidates = Vec::new();
        for name in points.crl_issuers().iter().skip(1) {
            let has_lists = |source: &&Source| self.lists(**source).contains_key(name);
            if sources.iter().any(|source| has_lists(&source)) {
                candidates.extend_from_slice(self.named(name));
            }
        }
        let mut found = Vec::new();
        for candidate in candidates {
            let Some(signer) = pool.get(candidate) else {
                continue;
            };
            let is_in_path = above
                .iter()
                .any(|above| above.key == signer.key && above.subject == signer.subject);
            if !is_in_path && may_sign_lists(signer) && self.leads_to_anchor(candidate, above)? {
                found.push(signer);
            }
        }
        Ok(found)
    }

    /// Whether a certificate leads to the anchor of the path. `Err`: there is more work in it than this.
    fn leads_to_anchor(&mut self, index: Index, above: &[&'s Entry<'a>]) -> Result<bool, usize> {
        let pool = self.pool;
        let (Some(entry), Some(anchor)) = (pool.get(index), above.last()) else {
            return Ok(false);
        };
        let question = (index, anchor.subject, anchor.key);
        if let Some(&known) = self.crl_issuers.get(&question) {
            return Ok(known);
        }
        let leads = self.may_stand(entry) && self.has_path(index, entry, anchor)?;
        self.crl_issuers.insert(question, leads);
        Ok(leads)
    }

    fn has_path(
        &mut self,
        index: Index,
        entry: &'s Entry<'a>,
        anchor: &Entry<'_>,
    ) -> Result<bool, usize> {
        let pool = self.pool;
        self.pay(Purse::CrlIssuers)?;
        let all = self.inputs.limits.path_signatures;
        let limits = Limits {
            path_signatures: self.work.left(Purse::CrlIssuers, all)?,
            path_steps: self.inputs.limits.path_steps.div_ceil(4),
            ..*self.inputs.limits
        };
        let inputs = PathInputs {
            certificate: entry.certificate,
            given: RevocationInputs::default(),
            received: RevocationInputs::default(),
            limits: &limits,
            ..*self.inputs
        };
        let mut search = Search::new(&inputs, pool, index).ending_at(anchor);
        let ending = search.run();
        self.work.take(Purse::CrlIssuers, search.spent.signatures);
        let Ending::Found(Found { path, .. }) = ending else {
            // Without anything left it may have been a path.
            return self.work.left(Purse::CrlIssuers, all).map(|_| false);
        };
        if !rules::legacy(pool, &path, &inputs).is_empty() {
            return Ok(false);
        }
        let entries: Vec<_> = path.iter().filter_map(|&index| pool.get(index)).collect();
        for pair in entries.windows(2) {
            let [below, issuer] = pair else { continue };
            if self.is_revoked(below, issuer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The certificates with this subject.
    fn named<'n>(&'n mut self, name: &NameKey<'n>) -> &'n [Index] {
        let pool = self.pool;
        self.by_name.get_or_insert_with(|| {
            let mut by_name: HashMap<NameKey<'a>, Vec<Index>> = HashMap::new();
            let entries = (0..).map_while(|index| Some((index, pool.get(index)?)));
            for (index, entry) in entries {
                let name = NameKey::new(entry.certificate.subject_der());
                by_name.entry(name).or_default().push(index);
            }
            by_name
        });
        let found = self.by_name.as_ref().and_then(|by_name| by_name.get(name));
        found.map_or(&[], Vec::as_slice)
    }

    /// Whether any list or response by the issuer of a signer of lists says that it was revoked. `Err`: there is more
    /// work in it than this.
    fn is_revoked(&mut self, entry: &'s Entry<'a>, issuer: &'s Entry<'a>) -> Result<bool, usize> {
        for source in [Source::Caller, Source::Message] {
            let certificate = entry.certificate;
            if self.is_answered(certificate, issuer, source, Purse::OtherSigners)? {
                return Ok(true);
            }
            match self.by_lists(entry.certificate, &[issuer], source, Purse::OtherSigners) {
                Status::Revoked { .. } => return Ok(true),
                Status::Exhausted(limit) => return Err(limit),
                Status::Good { .. } | Status::Unknown(_) => {}
            }
        }
        Ok(false)
    }

    /// Whether dates, extensions and algorithms of a signer of lists are as they must be.
    fn may_stand(&self, entry: &Entry<'_>) -> bool {
        let certificate = entry.certificate;
        let kind = certificate.public_key().kind();
        let accepted = |judgement: Judgement| judgement == Judgement::Accepted;
        certificate.unfit_extensions().is_empty()
            && accepted(self.inputs.policy.verification_key(&kind))
            && (entry.is_anchor
                || (rules::is_valid_at(certificate, self.inputs.now)
                    && rules::signature_algorithm(certificate, self.inputs)
                        .is_ok_and(|(_, judgement)| accepted(judgement))))
    }
}

pub(super) fn may_sign_lists(entry: &Entry<'_>) -> bool {
    let usage = entry.certificate.0.extensions.key_usage;
    usage.is_none_or(|usage| usage.crl_sign())
}
