//! Reading of the times in certificates and revocation lists.

use std::time::SystemTime;

use crate::Error;
use crate::asn1::Civil;
use crate::asn1::{Tag, Value};

/// `Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }` (RFC 5280 4.1.2.5).
///
/// RFC 5280 wants seconds and `Z`; old certificates also come without seconds or with an offset
/// (`+0100`), which BER allows (X.680 46, 47). Two-digit years from 50 are 19xx.
pub(crate) fn parse(value: &Value<'_>) -> Result<SystemTime, Error> {
    let long_year = match value.tag {
        Tag::UTC_TIME => false,
        Tag::GENERALIZED_TIME => true,
        _ => return Err(value.error("neither a UTCTime nor a GeneralizedTime")),
    };
    text(value.content, long_year).ok_or_else(|| value.error("a time that is no date"))
}

fn text(content: &[u8], long_year: bool) -> Option<SystemTime> {
    let mut rest = content;
    let year = if long_year {
        digits(&mut rest, 4)?
    } else {
        let year = digits(&mut rest, 2)?;
        year + if year < 50 { 2000 } else { 1900 }
    };
    let mut civil = Civil {
        year,
        month: digits(&mut rest, 2)?,
        day: digits(&mut rest, 2)?,
        hour: digits(&mut rest, 2)?,
        minute: digits(&mut rest, 2)?,
        second: 0,
    };
    if rest.first().is_some_and(u8::is_ascii_digit) {
        civil.second = digits(&mut rest, 2)?;
    }
    if long_year && let [b'.' | b',', fraction @ ..] = rest {
        let end = fraction.iter().position(|c| !c.is_ascii_digit())?;
        rest = fraction.get(end..)?;
    }
    let (sign, mut offset) = match rest {
        b"Z" => return civil.to_system_time(),
        [b'+', offset @ ..] => (1, offset),
        [b'-', offset @ ..] => (-1, offset),
        _ => return None,
    };
    let minutes = digits(&mut offset, 2)? * 60 + digits(&mut offset, 2)?;
    if !offset.is_empty() {
        return None;
    }
    Civil::from_unix(civil.to_unix()? - sign * minutes * 60)?.to_system_time()
}

/// Takes `count` decimal digits from the front.
fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (front, back) = rest.split_at_checked(count)?;
    *rest = back;
    front.iter().try_fold(0_i64, |number, c| {
        c.is_ascii_digit()
            .then(|| number * 10 + i64::from(c - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::unix_seconds;

    fn seconds(content: &str, long_year: bool) -> Option<i64> {
        text(content.as_bytes(), long_year).map(unix_seconds)
    }

    // Seconds made with Python's datetime.
    #[test]
    fn both_forms() {
        assert_eq!(seconds("240229235959Z", false), Some(1_709_251_199));
        assert_eq!(seconds("491231235959Z", false), Some(2_524_607_999));
        assert_eq!(seconds("500101000000Z", false), Some(-631_152_000));
        assert_eq!(seconds("99991231235959Z", true), Some(253_402_300_799));
        assert_eq!(seconds("00010101000000Z", true), Some(-62_135_596_800));
    }

    #[test]
    fn odd_forms_of_old_certificates() {
        assert_eq!(seconds("2402292359Z", false), Some(1_709_251_140));
        assert_eq!(seconds("240301005959+0100", false), Some(1_709_251_199));
        assert_eq!(seconds("240229185959-0500", false), Some(1_709_251_199));
        assert_eq!(seconds("20240229235959.25Z", true), Some(1_709_251_199));
    }

    #[test]
    fn what_is_no_date() {
        for bad in [
            "",
            "Z",
            "240229235959",
            "230229235959Z",
            "241301000000Z",
            "24022923595Z",
            "240229235959Zx",
            "2402292359 9Z",
            "240229235959+01",
            "-40229235959Z",
        ] {
            assert_eq!(seconds(bad, false), None, "{bad}");
        }
        assert_eq!(seconds("20240229235959.", true), None);
    }
}
