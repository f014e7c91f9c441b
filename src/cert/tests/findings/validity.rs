//! Dates: expiry, how long, when issued, how written.

use super::*;

const MULTIPURPOSE_DAYS: &str = "cabf.smime.certificate_validity_period_exceeds_825_days";
const LEGACY_DAYS: &str = "cabf.smime.certificate_validity_period_exceeds_1185_days";
const AT_MAXIMUM: &str = "cabf.smime.certificate_validity_period_at_maximum";
const SUNSET: &str = "cabf.smime.legacy_generation_certificate_issued_after_prohibition";

/// Ends made with `date -u -d '2025-01-01 + N days - 1 sec'`.
#[test]
fn the_last_day_counts_and_so_does_the_last_second() {
    let ca = Ca::new("Test CA");
    let year = "250101000000Z";
    let strict = |end: &str| found(public(&ca, Key::P256, MAILBOX).validity(year, end));
    assert_eq!(strict("270405235958Z"), []);
    assert_eq!(strict("270405235959Z"), warnings(&[AT_MAXIMUM]));
    assert_eq!(strict("270406000000Z"), errors(&[MULTIPURPOSE_DAYS]));
    let legacy = |end: &str| found(public(&ca, Key::P256, MAILBOX_LEGACY).validity(year, end));
    assert_eq!(legacy("280330235958Z"), []);
    assert_eq!(legacy("280330235959Z"), warnings(&[AT_MAXIMUM]));
    assert_eq!(legacy("280331000000Z"), errors(&[LEGACY_DAYS]));
}

/// A private CA's claims no generation: it is measured by what a public CA could have done then.
#[test]
fn without_a_profile_the_mildest_that_was_allowed_counts() {
    let ca = Ca::new("Test CA");
    let notices = |start: &str, end: &str| {
        let codes = found(bare(&ca, Key::P256).validity(start, end));
        let of_periods = |(_, code): &(Severity, &'static str)| code.contains("_days");
        codes.into_iter().filter(of_periods).collect::<Vec<_>>()
    };
    // 1,185 days until the day before, 825 from then on.
    assert_eq!(notices("250714235959Z", "281011000000Z"), []);
    let too_long = [(Severity::Notice, MULTIPURPOSE_DAYS)];
    assert_eq!(notices("250715000000Z", "281011000000Z"), too_long);
    assert_eq!(notices("250715000000Z", "271017000000Z"), []);
}

#[test]
fn legacy_has_ended() {
    let ca = Ca::new("Test CA");
    let issued = |policy: &str, start: &str| {
        found(public(&ca, Key::P256, policy).validity(start, "260714235959Z"))
    };
    assert_eq!(issued(MAILBOX_LEGACY, "250714235959Z"), []);
    assert_eq!(issued(MAILBOX_LEGACY, "250715000000Z"), errors(&[SUNSET]));
    assert_eq!(issued(MAILBOX_MULTIPURPOSE, "250715000000Z"), []);
    // A private CA's claims no generation.
    let private = bare(&ca, Key::P256).validity("250715000000Z", "260714235959Z");
    assert!(!found(private).iter().any(|(_, code)| *code == SUNSET));
}

/// Seen on 2026-01-01T00:00:00Z.
#[test]
fn expiry_is_announced() {
    let ca = Ca::new("Test CA");
    let until = |end: &str| of(public(&ca, Key::P256, MAILBOX).validity("250101000000Z", end));
    let codes = |findings: &Findings| -> Vec<(Severity, &'static str)> {
        findings
            .all()
            .iter()
            .map(|one| (one.severity(), one.code()))
            .collect()
    };
    let later = until("260131000000Z");
    assert_eq!((later.days_left(), codes(&later)), (Some(30), Vec::new()));
    for (end, days, words) in [
        ("260130235959Z", 29, "29 days"),
        ("260103000000Z", 2, "2 days"),
        ("260102000000Z", 1, "in 1 day;"),
        ("260101235959Z", 0, "within a day"),
    ] {
        let soon = until(end);
        assert_eq!(soon.days_left(), Some(days), "{end}");
        assert_eq!(codes(&soon), [(Severity::Notice, "smime.expires_soon")]);
        assert!(soon.all()[0].text().contains(words), "{}", soon.all()[0]);
        assert!(soon.signs());
    }
    let over = until("251231235959Z");
    assert_eq!(over.days_left(), None);
    assert_eq!(codes(&over), errors(&["smime.expired"]));
    assert!(!over.signs() && !over.encrypts());
    assert!(over.to_string().contains("(expired)"), "{over}");
    let early = of(public(&ca, Key::P256, MAILBOX).validity("260101000001Z", "260601000000Z"));
    assert_eq!(codes(&early), errors(&["smime.not_yet_valid"]));
    let backwards = public(&ca, Key::P256, MAILBOX).validity("270101000000Z", "250101000000Z");
    assert!(found(backwards).contains(&errors(&["pkix.certificate_negative_validity_period"])[0]));
}

#[test]
fn how_times_are_written() {
    let ca = Ca::new("Test CA");
    let times = |start: &str, end: &str| {
        let mut codes = found(public(&ca, Key::P256, MAILBOX).validity(start, end));
        codes.retain(|(_, code)| code.contains("time_"));
        codes
    };
    let wrong_type = errors(&["pkix.wrong_time_useful_type"]);
    assert_eq!(times("250901000000Z", "491231235959Z"), []);
    assert_eq!(times("250901000000Z", "20500101000000Z"), []);
    assert_eq!(times("20250901000000Z", "260831235959Z"), wrong_type);
    assert_eq!(times("250901000000Z", "20260831235959Z"), wrong_type);
    let wrong_syntax = errors(&["pkix.invalid_time_syntax"]);
    assert_eq!(times("2509010000Z", "260831235959Z"), wrong_syntax);
    assert_eq!(times("250901000000Z", "20500101000000.5Z"), wrong_syntax);
}
