//! What an issuer must not vouch for: names outside of its constraints, and dates.

use std::time::SystemTime;

use super::super::pool::{Entry, Index};
use super::super::rules::called;
use super::{Search, Stop};
use crate::cert::name_constraints::NameConstraints;
use crate::check::Reason;

/// Constraints on names: whose, and for an anchor which of those that were put on it.
pub(super) type Bound = (Index, Option<usize>);

/// What lies beyond what an issuer may vouch for.
pub(super) enum Beyond<'s> {
    /// A certificate from after this date.
    Date(SystemTime),
    Name(&'s str),
}

impl Beyond<'_> {
    pub(super) fn reason(&self, issuer: &Entry<'_>) -> Reason {
        let subject = called(issuer.certificate);
        match *self {
            Beyond::Date(date) => Reason::DistrustedAfter { subject, date },
            Beyond::Name(name) => Reason::NameConstraint {
                name: name.to_owned(),
                subject,
            },
        }
    }
}

impl<'s> Search<'s, '_> {
    /// Where the path goes beyond what `anchor` is trusted for; nowhere, when it is no anchor. The length of the path
    /// and policies are looked at elsewhere.
    pub(super) fn beyond_trust(
        &mut self,
        index: Index,
        anchor: &Entry<'_>,
    ) -> Result<Option<Beyond<'s>>, Stop> {
        let Some(constraints) = anchor.constraints else {
            return Ok(None);
        };
        let leaf = self.inputs.certificate;
        if let Some(date) = constraints.distrusted_after()
            && leaf.not_before() > date
        {
            return Ok(Some(Beyond::Date(date)));
        }
        for (number, names) in constraints.names().enumerate() {
            if let Some(name) = self.outside_of(names, (index, Some(number)))? {
                return Ok(Some(Beyond::Name(name)));
            }
        }
        Ok(None)
    }

    /// The name in the path that a CA above it must not vouch for by its certificate.
    pub(super) fn outside_of_constraints(
        &mut self,
        index: Index,
        issuer: &Entry<'_>,
    ) -> Result<Option<Beyond<'s>>, Stop> {
        match &issuer.certificate.0.extensions.name_constraints {
            Some(constraints) => {
                let name = self.outside_of(constraints, (index, None))?;
                Ok(name.map(Beyond::Name))
            }
            None => Ok(None),
        }
    }

    /// The first name in the path that lies outside of constraints (RFC 5280 6.1.3 b, c). Self-issued certificates are
    /// exempt unless they are the last.
    fn outside_of(
        &mut self,
        constraints: &NameConstraints,
        bound: Bound,
    ) -> Result<Option<&'s str>, Stop> {
        let pool = self.pool;
        for place in 0..self.path.len() {
            let Some(&index) = self.path.get(place) else {
                continue;
            };
            let Some(entry) = pool.get(index) else {
                continue;
            };
            if place > 0 && entry.is_self_named() {
                continue;
            }
            let outside = match self.outside.get(&(bound, index)) {
                Some(&known) => {
                    self.steps(1)?;
                    known
                }
                None => {
                    let names = entry.names();
                    self.steps(constraints.cost(names))?;
                    let found = constraints.offending(names);
                    self.outside.insert((bound, index), found);
                    found
                }
            };
            if outside.is_some() {
                return Ok(outside);
            }
        }
        Ok(None)
    }
}
