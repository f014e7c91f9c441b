//! Which lists are about a certificate, and for which reasons (RFC 5280 6.3.3 b, d).

use super::super::pool::NameKey;
use crate::Error;
use crate::cert::distribution::{Contents, DistributionPoint, GeneralNames, Reasons};
use crate::cert::{Certificate, Crl, name};

/// The distribution points of a certificate, with the one that every list of its issuer has.
pub(super) struct Points<'c> {
    certificate: &'c Certificate,
    /// Each with the names by which a list can be its one.
    points: Vec<(DistributionPoint, GeneralNames)>,
}

impl<'c> Points<'c> {
    pub(super) fn of(certificate: &'c Certificate) -> Result<Points<'c>, Error> {
        let issuer = certificate.issuer_der();
        let mut points = certificate.distribution_points()?;
        points.push(DistributionPoint::implied(issuer));
        let points = points.into_iter().map(|point| {
            let names = point.names(issuer);
            (point, names)
        });
        Ok(Points {
            certificate,
            points: points.collect(),
        })
    }

    /// The names of those who may have issued lists about it: its issuer, and whom its points name.
    pub(super) fn crl_issuers(&self) -> Vec<NameKey<'_>> {
        let mut names = vec![NameKey::new(self.certificate.issuer_der())];
        let named = self
            .points
            .iter()
            .filter_map(|(point, _)| point.crl_issuer.as_ref());
        for name in named.flat_map(GeneralNames::directories) {
            let name = NameKey::new(name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The reasons for which `list` says whether the certificate was revoked; none when it is about others.
    pub(super) fn covered_by(&self, list: &Crl) -> Reasons {
        let issuing = list.issuing_point();
        let is_authority = self.certificate.0.extensions.is_ca;
        let fits = match issuing.map_or(Contents::All, |point| point.contents) {
            Contents::All => true,
            Contents::Users => !is_authority,
            Contents::Authorities => is_authority,
            Contents::Attributes => false,
        };
        if !fits {
            return Reasons::NONE;
        }
        let is_own = name::same(list.issuer_der(), self.certificate.issuer_der());
        let place = issuing.and_then(|point| point.names(list.issuer_der()));
        let reasons = issuing.map_or(Reasons::ALL, |point| point.reasons);
        let points = self.points.iter().filter(|(point, names)| {
            self.admits_issuer(point, list, is_own)
                && place.as_ref().is_none_or(|place| place.meet(names))
        });
        points.fold(Reasons::NONE, |covered, (point, _)| {
            covered.or(point.reasons.and(reasons))
        })
    }

    /// Whether a point leads to lists of this issuer. A cRLIssuer that is the issuer of the certificate itself must not
    /// be there (RFC 5280 4.2.1.13); it is as none.
    fn admits_issuer(&self, point: &DistributionPoint, list: &Crl, is_own: bool) -> bool {
        match &point.crl_issuer {
            None => is_own,
            Some(issuers) => match is_own {
                true => issuers.contains(list.issuer_der()),
                false => list.is_indirect() && issuers.contains(list.issuer_der()),
            },
        }
    }
}
