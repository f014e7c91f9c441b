//! What is known about one certificate, and which of two answers counts.

use std::borrow::Cow;
use std::time::SystemTime;

use super::super::status::{CertificateStatus, StatusSource};
use super::lists::Source;

/// The only reason that ends (RFC 5280 5.3.1).
pub(super) const HOLD: &str = "certificateHold";

/// Why nothing is known where no list of the issuer is at hand.
pub(super) const NO_LIST: &str = "no list of its issuer was given; pass it";

/// What is known about one certificate.
#[derive(Clone)]
pub(super) enum Status {
    Good {
        by: StatusSource,
        source: Source,
        /// Of what says so; of several lists that are needed together the oldest.
        this_update: SystemTime,
        next_update: Option<SystemTime>,
    },
    Revoked {
        by: StatusSource,
        this_update: SystemTime,
        when: SystemTime,
        reason: &'static str,
    },
    /// Why not; empty when there is nothing to look at.
    Unknown(Cow<'static, str>),
    /// More work than this was left.
    Exhausted(usize),
}

impl Status {
    pub(super) fn public(&self) -> CertificateStatus {
        match self {
            Status::Good {
                by,
                this_update,
                next_update,
                ..
            } => CertificateStatus::Good {
                source: *by,
                this_update: *this_update,
                next_update: *next_update,
            },
            Status::Revoked {
                by, when, reason, ..
            } => CertificateStatus::Revoked {
                source: *by,
                when: *when,
                reason,
            },
            Status::Unknown(detail) => CertificateStatus::Unknown {
                detail: detail.clone(),
            },
            Status::Exhausted(_) => CertificateStatus::Unknown {
                detail: "there was more work in finding out than is allowed".into(),
            },
        }
    }

    /// Whether it is revoked for good: only a hold ends.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Status::Revoked { reason, .. } if *reason != HOLD)
    }

    /// Whether it is good because of a list.
    pub(super) fn is_listed(&self) -> bool {
        let by = StatusSource::Crl;
        matches!(self, Status::Good { by: source, .. } if *source == by)
    }

    pub(super) fn this_update(&self) -> Option<SystemTime> {
        match self {
            Status::Good { this_update, .. } | Status::Revoked { this_update, .. } => {
                Some(*this_update)
            }
            Status::Unknown(_) | Status::Exhausted(_) => None,
        }
    }
}

/// Of two answers from one source the one that counts: a revocation that does not end before all else, a definite one
/// before none, the newer before the older (a hold can begin and end), and "revoked" where both are of one time. What was not looked at to its end could
/// say that it is revoked, so that nothing else makes it good.
pub(super) fn newest(one: Status, other: Status) -> Status {
    match (&one, &other) {
        _ if one.is_final() => one,
        _ if other.is_final() => other,
        (Status::Exhausted(_), Status::Revoked { .. }) => other,
        (Status::Exhausted(_), _) => one,
        (Status::Revoked { .. }, Status::Exhausted(_)) => one,
        (_, Status::Exhausted(_)) => other,
        (Status::Unknown(detail), Status::Unknown(second)) => {
            match !detail.is_empty() && second == NO_LIST {
                true => one,
                false => other,
            }
        }
        _ => match one.this_update().cmp(&other.this_update()) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => one,
            std::cmp::Ordering::Equal if matches!(one, Status::Revoked { .. }) => one,
            std::cmp::Ordering::Equal => other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn good(seconds: u64) -> Status {
        Status::Good {
            by: StatusSource::Ocsp,
            source: Source::Caller,
            this_update: UNIX_EPOCH + Duration::from_secs(seconds),
            next_update: None,
        }
    }

    fn revoked(seconds: u64) -> Status {
        Status::Revoked {
            by: StatusSource::Crl,
            this_update: UNIX_EPOCH + Duration::from_secs(seconds),
            when: UNIX_EPOCH,
            reason: "unspecified",
        }
    }

    fn held(seconds: u64) -> Status {
        Status::Revoked {
            by: StatusSource::Crl,
            this_update: UNIX_EPOCH + Duration::from_secs(seconds),
            when: UNIX_EPOCH,
            reason: HOLD,
        }
    }

    fn words(status: Status) -> String {
        match status {
            Status::Good { this_update, .. } => format!("good {this_update:?}"),
            Status::Revoked { this_update, .. } => format!("revoked {this_update:?}"),
            Status::Unknown(detail) => detail.into_owned(),
            Status::Exhausted(limit) => format!("exhausted {limit}"),
        }
    }

    #[test]
    fn what_is_final_counts_and_then_the_newest() {
        let unknown = || Status::Unknown("why".into());
        for (one, other, expected) in [
            (good(1), revoked(2), revoked(2)),
            (good(2), revoked(1), revoked(1)),
            (good(2), held(1), good(2)),
            (good(1), held(2), held(2)),
            (good(1), held(1), held(1)),
            (good(1), revoked(1), revoked(1)),
            (good(1), good(2), good(2)),
            (unknown(), good(1), good(1)),
            (unknown(), revoked(1), revoked(1)),
            (Status::Exhausted(1), good(1), Status::Exhausted(1)),
            (Status::Exhausted(1), unknown(), Status::Exhausted(1)),
            (Status::Exhausted(1), revoked(1), revoked(1)),
        ] {
            let expected = words(expected);
            assert_eq!(words(newest(one.clone(), other.clone())), expected);
            assert_eq!(words(newest(other, one)), expected);
        }
    }

    #[test]
    fn what_says_most_about_an_unknown_status() {
        let unknown = |words: &'static str| Status::Unknown(words.into());
        for (responses, lists, expected) in [
            ("", NO_LIST, NO_LIST),
            ("expired", NO_LIST, "expired"),
            ("expired", "forged", "forged"),
            ("", "forged", "forged"),
        ] {
            let found = newest(unknown(responses), unknown(lists));
            assert_eq!(words(found), expected);
        }
    }
}
