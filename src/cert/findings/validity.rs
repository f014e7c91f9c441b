//! Dates: now, and how long.

use std::time::{Duration, SystemTime};

use super::DAY;
use super::lint::Lint;
use super::profile::Generation;
use crate::asn1::{Civil, Tag, unix_seconds};

/// Days before its end in which people are told to renew.
const SOON: u64 = 30;

/// What time it is. Expired and not yet valid are said where fitness is.
pub(super) fn dates(lint: &mut Lint<'_>, now: SystemTime) {
    let (start, end) = (lint.certificate.not_before(), lint.certificate.not_after());
    if end < start {
        lint.refuse(
            "pkix.certificate_negative_validity_period",
            "it ends before it begins, so that it is never valid",
            "RFC 5280 4.1.2.5",
        );
    } else if let Ok(left) = end.duration_since(now)
        && left < Duration::from_secs(SOON * DAY)
    {
        let text = match left.as_secs() / DAY {
            0 => "it expires within a day; renew it".to_owned(),
            1 => "it expires in 1 day; renew it".to_owned(),
            days => format!("it expires in {days} days; renew it"),
        };
        lint.note("smime.expires_soon", text, "RFC 5280 4.1.2.5");
    }
}

/// How long it is valid, when it was issued, and how the times are written.
pub(super) fn period(lint: &mut Lint<'_>) {
    let start = unix_seconds(lint.certificate.not_before());
    let end = unix_seconds(lint.certificate.not_after());
    let (code, days) = match lint.generation() {
        Generation::Legacy => (
            "cabf.smime.certificate_validity_period_exceeds_1185_days",
            1185,
        ),
        Generation::Multipurpose | Generation::Strict => (
            "cabf.smime.certificate_validity_period_exceeds_825_days",
            825,
        ),
    };
    // RFC 5280 4.1.2.5: from the first moment through the last, inclusive.
    let seconds = end.saturating_sub(start).saturating_add(1);
    let most = days * 86_400;
    if seconds > most {
        let whole = seconds / 86_400;
        let and_more = match seconds % 86_400 {
            0 => "",
            _ => " and more",
        };
        lint.baseline(
            code,
            format!("it is valid for {whole} days{and_more}; {days} are the most"),
            "SMBR 6.3.2",
        );
    } else if seconds == most {
        lint.baseline_should(
            "cabf.smime.certificate_validity_period_at_maximum",
            format!(
                "it is valid for {days} days, which are the most: a leap second would be too much"
            ),
            "SMBR 6.3.2",
        );
    }
    let is_legacy = lint.profile.map(|profile| profile.generation()) == Some(Generation::Legacy);
    if is_legacy && lint.is_after_legacy() {
        lint.baseline(
            "cabf.smime.legacy_generation_certificate_issued_after_prohibition",
            "it was issued under a legacy profile, which is prohibited since 2025-07-15",
            "SMBR 7.1.6.1",
        );
    }
    how_times_are_written(lint, [start, end]);
}

fn how_times_are_written(lint: &mut Lint<'_>, seconds: [i64; 2]) {
    let Some(raw) = &lint.raw else { return };
    let mut wrong_type = false;
    let mut wrong_syntax = false;
    for (value, seconds) in raw.times.iter().zip(seconds) {
        let long = Civil::from_unix(seconds).is_some_and(|date| date.year >= 2050);
        let tag = if long {
            Tag::GENERALIZED_TIME
        } else {
            Tag::UTC_TIME
        };
        wrong_type |= value.tag != tag;
        let digits = if value.tag == Tag::UTC_TIME { 12 } else { 14 };
        wrong_syntax |= value.content.len() != digits + 1 || value.content.last() != Some(&b'Z');
    }
    if wrong_type {
        lint.must(
            "pkix.wrong_time_useful_type",
            "a date through 2049 is not a UTCTime, or a later one not a GeneralizedTime",
            "RFC 5280 4.1.2.5",
        );
    }
    if wrong_syntax {
        lint.must(
            "pkix.invalid_time_syntax",
            "a date has no seconds, fractions of them, or a time zone",
            "RFC 5280 4.1.2.5.1",
        );
    }
}
