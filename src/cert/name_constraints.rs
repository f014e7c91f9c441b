//! What names a CA may vouch for (RFC 5280 4.2.1.10, RFC 9598 6, RFC 9549).

mod host;
mod names;
mod network;
mod subtree;

pub(super) use names::Names;
use subtree::Subtree;

use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

const WHAT: &str = "nameConstraints";

/// The nameConstraints extension.
///
/// Mail addresses, directory names, host names, the hosts of URIs and IP addresses are compared. A subtree of another
/// form (x400Address, ediPartyName, registeredID, any type of otherName) is met by every certificate without a name of
/// that form and by no other one: what cannot be compared is refused.
pub(super) struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
    /// What it costs to compare all of them with one name.
    cost: usize,
}

impl NameConstraints {
    /// ```text
    /// NameConstraints ::= SEQUENCE {
    ///     permittedSubtrees [0] GeneralSubtrees OPTIONAL,
    ///     excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
    /// GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree
    /// GeneralSubtree ::= SEQUENCE {
    ///     base              GeneralName,
    ///     minimum       [0] BaseDistance DEFAULT 0,
    ///     maximum       [1] BaseDistance OPTIONAL }
    /// ```
    ///
    /// A subtree that means nothing (a domain with a trailing dot, a wildcard, a mask with a hole, a distance) is an
    /// error, so that it is not taken for one that excludes nothing. So is no subtree at all, in a list that is there
    /// or without lists, which RFC 5280 4.2.1.10 forbids.
    pub(super) fn parse(value: &[u8]) -> Result<NameConstraints, Error> {
        let mut outer = Reader::new(value, WHAT, &Limits::default());
        let mut fields = outer.expect(Tag::SEQUENCE)?.reader()?;
        outer.finish()?;
        let permitted = fields.optional(Tag::context(0, true))?;
        let excluded = fields.optional(Tag::context(1, true))?;
        fields.finish()?;
        if permitted.is_none() && excluded.is_none() {
            return Err(Error::malformed(WHAT, "there are no subtrees"));
        }
        let (permitted, excluded) = (subtrees(permitted)?, subtrees(excluded)?);
        let costs = permitted.iter().chain(&excluded).map(Subtree::cost);
        let cost = costs.fold(0, usize::saturating_add);
        Ok(NameConstraints {
            permitted,
            excluded,
            cost,
        })
    }

    /// What [`NameConstraints::offending`] costs at most: one for each pair of short things, and more where both are
    /// long.
    pub(super) fn cost(&self, names: &Names) -> usize {
        let subtrees = self.permitted.len().saturating_add(self.excluded.len());
        // A comparison ends where the shorter one does.
        let by_names = subtrees.saturating_mul(names.cost());
        let by_subtrees = self.cost.saturating_mul(names.all().len());
        by_names.min(by_subtrees)
    }

    /// The first name that lies outside of the permitted subtrees of its form, or in an excluded one; in
    /// words for a report.
    pub(super) fn offending<'n>(&self, names: &'n Names) -> Option<&'n str> {
        let offends = |name: &names::Name| {
            let mut of_form = self
                .permitted
                .iter()
                .filter(|s| s.is_about(name))
                .peekable();
            (of_form.peek().is_some() && !of_form.any(|subtree| subtree.permits(name)))
                || self.excluded.iter().any(|subtree| subtree.excludes(name))
        };
        let found = names.all().iter().find(|name| offends(name));
        found.map(|name| name.text.as_str())
    }
}

fn subtrees(list: Option<Value<'_>>) -> Result<Vec<Subtree>, Error> {
    let mut found = Vec::new();
    let Some(list) = list else {
        return Ok(found);
    };
    if list.content.is_empty() {
        return Err(list.error("there are no subtrees"));
    }
    let mut list = list.reader()?;
    while !list.is_empty() {
        let mut fields = list.expect(Tag::SEQUENCE)?.reader()?;
        let base = fields.read()?;
        if let Some(minimum) = fields.optional(Tag::context(0, false))?
            && minimum.uint()? != 0
        {
            return Err(minimum.error("a minimum other than 0"));
        }
        fields.finish()?;
        found.push(Subtree::parse(&base)?);
    }
    Ok(found)
}
