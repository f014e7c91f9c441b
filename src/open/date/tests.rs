use super::parse::date_time;
use super::*;
use crate::Limits;
use crate::asn1::unix_seconds;
use crate::check::Outcome;
use std::time::UNIX_EPOCH;

fn seconds(text: &str) -> Option<i64> {
    date_time(text).map(unix_seconds)
}

fn header(text: &str) -> HeaderBlock {
    HeaderBlock::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

// Seconds from `date -u -d TEXT +%s`; the first text is the example of RFC 5322 A.1.1.
#[test]
fn dates_of_today_and_long_ago() {
    for (text, expected) in [
        ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706),
        ("21 Nov 1997 09:55:06 -0600", 880_127_706),
        ("Fri,21 NOV 1997 09:55 -0600", 880_127_700),
        ("Thu, 29 Feb 2024 23:59:59 +0000", 1_709_251_199),
        ("Thu, 29 Feb 2024 23:59:60 +0000", 1_709_251_199),
        ("1 Jan 1970 00:00:00 GMT", 0),
        ("31 Dec 1969 23:59:59 +0000", -1),
        ("1 Jan 2026 01:30:00 +0530", 1_767_211_200),
        // RFC 5322 A.6.2 and A.5.
        ("21 Nov 97 09:55:06 GMT", 880_106_106),
        (
            "Thu,\t13\t(th)Feb (m)1969\t23:32 -0330 (Newfoundland Time)",
            -27_723_480,
        ),
        ("21 Nov 97 09 (comment) : 55 : 06 EST", 880_124_106),
        ("21 Nov 097 09:55:06 Z", 880_106_106),
        ("21 Nov 27 09:55:06 K", 1_826_790_906),
    ] {
        assert_eq!(seconds(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_date() {
    for text in [
        "",
        "Fri",
        "now",
        "2024-02-29T23:59:59Z",
        "30 Feb 2024 00:00:00 +0000",
        "29 Feb 2023 00:00:00 +0000",
        "1 Foo 2024 00:00:00 +0000",
        "1 Jan 2024",
        "1 Jan 2024 00:00:00",
        "1 Jan 2024 24:00:00 +0000",
        "1 Jan 2024 00:60:00 +0000",
        "1 Jan 2024 00:00:00 +000",
        "1 Jan 2024 00:00:00 +0060",
        "1 Jan 2024 00:00:00 +0000 x",
        "1 Jan 20240 00:00:00 +0000",
        "1 Jan 99999999999999999999 00:00:00 +0000",
        "1 Jan 2024 00:00:00 (unclosed +0000",
        "31 Dec 9999 23:59:59 -0001",
        "Fri,, 21 Nov 1997 09:55:06 -0600",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
}

#[test]
fn dos_07_nested_comments_in_a_date_end_in_an_error() {
    let deep = "(".repeat(100_000);
    assert_eq!(seconds(&format!("{deep}21 Nov 1997 09:55:06 -0600")), None);
    let closed = format!("{deep}{}", ")".repeat(100_000));
    assert_eq!(
        seconds(&format!("21 Nov 1997 09:55:06 -0600 {closed}")),
        None
    );
    let text = format!("Date: 21 Nov 1997 09:55:06 -0600 {closed}\r\n");
    let checks = compare(&header(&text), Some(at(880_127_706)), at(880_127_706));
    assert!(checks[0].what().contains("cannot be read"));
    // Many, one after the other, are no nesting.
    let flat = "(a)".repeat(100_000);
    let text = format!("21 Nov 1997 {flat} 09:55:06 -0600");
    assert_eq!(seconds(&text), Some(880_127_706));
}

#[test]
fn sig_16_the_signing_time_is_compared_and_decides_nothing() {
    let dated = header("Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n");
    let date = 880_127_706;
    let of = |signed: u64, now: u64| compare(&dated, Some(at(signed)), at(now));
    for close in [date - 3_600, date, date + 3_600] {
        let checks = of(close, date + 9_999);
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].outcome(), Outcome::Passed);
    }
    for far in [date - 3_601, date + 3_601] {
        let checks = of(far, date + 9_999);
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].outcome(), Outcome::Note);
        assert_eq!(
            checks[0].why(),
            Some(&Reason::DateDiffers {
                signed: at(far),
                date: at(date)
            })
        );
    }
    assert_eq!(of(date + 300, date).len(), 1);
    let future = of(date + 301, date);
    assert_eq!(future.len(), 2);
    assert_eq!(future[1].outcome(), Outcome::Note);
    assert!(matches!(
        future[1].why(),
        Some(Reason::SignedInFuture { .. })
    ));
}

#[test]
fn a_missing_or_odd_date_is_noted_if_there_is_a_signing_time() {
    for (text, says) in [
        ("From: a@b.org\r\n", "no Date"),
        ("Date: yesterday\r\n", "cannot be read"),
        (
            "Date: 1 Jan 2024 00:00 Z\r\nDate: 1 Jan 2024 00:00 Z\r\n",
            "more than one",
        ),
    ] {
        let checks = compare(&header(text), Some(at(1)), at(1));
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].outcome(), Outcome::Note);
        assert!(checks[0].what().contains(says), "{}", checks[0]);
        assert!(compare(&header(text), None, at(1)).is_empty());
    }
}
