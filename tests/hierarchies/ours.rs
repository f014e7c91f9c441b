//! What this crate says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smime::cert::Crl;
use smime::cert::path::{PathFailure, Validator, VerifiedPath};
use smime::check::Reason;
use smime::policy::StandardPolicy;
use smime::{Certificate, TrustAnchors};

use crate::NOW;
use crate::hierarchy::Hierarchy;

/// The path or its failure, and what is wrong with the leaf itself, which `-purpose smimesign` looks at too.
pub struct Verdict {
    pub path: Result<VerifiedPath, Box<PathFailure>>,
    unfit: Vec<Reason>,
}

impl Verdict {
    pub fn accepts(&self) -> bool {
        self.path.is_ok() && self.unfit.is_empty()
    }

    /// Everything that is said against it.
    pub fn reasons(&self) -> Vec<&Reason> {
        let failure = self.path.as_ref().err();
        let of_path = failure.into_iter().flat_map(|failure| failure.reasons());
        of_path.chain(&self.unfit).map(innermost).collect()
    }

    pub fn words(&self) -> String {
        match self.accepts() {
            true => "good".into(),
            false => format!("{:?}", self.reasons()),
        }
    }
}

/// The reason itself, without whose it is.
fn innermost(reason: &Reason) -> &Reason {
    match reason {
        Reason::Issuer { reason, .. } => innermost(reason),
        reason => reason,
    }
}

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

pub fn certificate(der: &[u8]) -> Certificate {
    Certificate::from_bytes(der).unwrap()
}

/// On everything there is.
pub fn verdict(hierarchy: &Hierarchy) -> Verdict {
    let read = |all: &[Vec<u8>]| all.iter().map(|der| certificate(der)).collect::<Vec<_>>();
    judged(
        hierarchy,
        &read(&hierarchy.others),
        &read(&hierarchy.anchors),
    )
}

/// On the certificates that lead from one of these subjects to the next one: the leaf's first, the anchor's last.
pub fn verdict_on_path(hierarchy: &Hierarchy, subjects: &[String]) -> Verdict {
    let is_link = |other: &Certificate| {
        let mut links = subjects.iter().zip(subjects.iter().skip(1));
        links.any(|(subject, issuer)| *subject == other.subject() && *issuer == other.issuer())
    };
    let mut others: Vec<Certificate> = hierarchy.others.iter().map(|c| certificate(c)).collect();
    others.retain(is_link);
    let mut anchors: Vec<Certificate> = hierarchy.anchors.iter().map(|c| certificate(c)).collect();
    anchors.retain(|other| Some(&other.subject()) == subjects.last());
    judged(hierarchy, &others, &anchors)
}

fn judged(hierarchy: &Hierarchy, others: &[Certificate], trusted: &[Certificate]) -> Verdict {
    let mut anchors = TrustAnchors::new();
    for anchor in trusted {
        anchors.add(anchor);
    }
    let lists = hierarchy.lists.iter();
    let lists: Vec<Crl> = lists.map(|list| Crl::from_bytes(list).unwrap()).collect();
    let policy = StandardPolicy::at(now());
    let policy = match hierarchy.checks_revocation {
        true => policy.require_revocation(),
        false => policy,
    };
    let leaf = certificate(&hierarchy.leaf);
    let validator = Validator::new(&anchors)
        .certificates(others)
        .crls(&lists)
        .policy(policy);
    Verdict {
        path: validator.validate(&leaf).map_err(Box::new),
        unfit: leaf.unfit_to_sign(None, now(), &policy),
    }
}
