//! Writing of times (RFC 5652 11.3, RFC 5280 4.1.2.5).

use std::time::{SystemTime, UNIX_EPOCH};

use super::calendar::{Civil, unix_seconds};
use super::tag::Tag;
use super::writer::tlv;
use crate::{Error, ErrorKind};

/// `Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }`: UTCTime through 2049, then
/// GeneralizedTime; whole seconds (fractions are cut off), `Z`.
///
/// Before 1970 or after 9999: [`ErrorKind::Time`].
pub(crate) fn time(time: SystemTime) -> Result<Vec<u8>, Error> {
    let reason = "it is before 1970";
    time.duration_since(UNIX_EPOCH)
        .map_err(|_| ErrorKind::Time { reason })?;
    let civil = Civil::from_unix(unix_seconds(time)).ok_or(ErrorKind::Time {
        reason: "it is after 9999",
    })?;
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = civil;
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    Ok(if year < 2050 {
        tlv(Tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        tlv(Tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn text(seconds: u64, nanoseconds: u32) -> (u8, String) {
        let der = time(UNIX_EPOCH + Duration::new(seconds, nanoseconds)).unwrap();
        assert_eq!(usize::from(der[1]), der.len() - 2);
        (der[0], String::from_utf8(der[2..].to_vec()).unwrap())
    }

    #[test]
    fn known_times() {
        // From `date -u -d @N`.
        let cases = [
            (0, 0x17, "700101000000Z"),
            (951_782_399, 0x17, "000228235959Z"),
            (951_782_400, 0x17, "000229000000Z"),
            (951_868_800, 0x17, "000301000000Z"),
            (1_709_251_199, 0x17, "240229235959Z"),
            (2_524_607_999, 0x17, "491231235959Z"),
            (2_524_608_000, 0x18, "20500101000000Z"),
            (4_107_542_400, 0x18, "21000301000000Z"),
            (4_107_542_399, 0x18, "21000228235959Z"),
            (253_402_300_799, 0x18, "99991231235959Z"),
        ];
        for (seconds, tag, expected) in cases {
            assert_eq!(text(seconds, 0), (tag, expected.to_owned()));
        }
    }

    #[test]
    fn fractions_are_cut_off() {
        assert_eq!(text(0, 999_999_999).1, "700101000000Z");
    }

    #[test]
    fn out_of_range_is_a_typed_error() {
        for out in [
            UNIX_EPOCH - Duration::from_nanos(1),
            UNIX_EPOCH + Duration::from_secs(253_402_300_800),
        ] {
            assert!(matches!(
                time(out).unwrap_err().kind(),
                ErrorKind::Time { .. }
            ));
        }
    }
}
