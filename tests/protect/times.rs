//! Times at the edges: signingTime changes its form in 2050, has whole seconds, and does not exist before 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smime::ErrorKind;
use smime::Protector;
use smime::check::Reason;
use smime::policy::StandardPolicy;

use crate::ca::Key;
use crate::mime::detached;
use crate::people::{ALICE, BOB, Person, ca, made, mail};
use crate::structure::{attribute, only_signer, signed_data, tagged};
use crate::{failed, refused};

/// Valid to the end of time as RFC 5280 4.1.2.5 knows it.
fn eternal(address: &str, from: &str) -> Person {
    made(
        ca().certify(Key::P256, address)
            .validity(from, "99991231235959Z"),
    )
}

/// UTCTime: 1950 and 1970.
const YEAR_1950: &str = "500101000000Z";
const YEAR_1970: &str = "700101000000Z";

fn at(time: SystemTime) -> Protector {
    Protector::new().policy(StandardPolicy::at(time))
}

fn after(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn signing_time() {
    let alice = eternal(ALICE, YEAR_1970);
    // Seconds by `date -u -d … +%s`.
    let cases: [(SystemTime, u8, &str); 7] = [
        (after(0), 0x17, "700101000000Z"),
        (after(1_780_315_200), 0x17, "260601120000Z"),
        (after(951_782_400), 0x17, "000229000000Z"),
        (after(2_524_607_999), 0x17, "491231235959Z"),
        (
            after(2_524_607_999) + Duration::from_nanos(999_999_999),
            0x17,
            "491231235959Z",
        ),
        (after(2_524_608_000), 0x18, "20500101000000Z"),
        (after(253_402_300_799), 0x18, "99991231235959Z"),
    ];
    for (time, tag, text) in cases {
        let signed = at(time).sign(&alice.identity).protect(mail()).unwrap();
        let data = signed_data(&detached(signed.message()).p7s);
        let value = attribute(only_signer(&data), "1.2.840.113549.1.9.5");
        assert_eq!(tagged(&value), (tag, text.as_bytes()), "{time:?}");
    }
}

/// No certificate can be valid there except by its dates, and no signingTime can be written.
#[test]
fn before_1970() {
    let (alice, bob) = (eternal(ALICE, YEAR_1950), eternal(BOB, YEAR_1950));
    for before in [
        Duration::from_nanos(1),
        Duration::from_secs(1),
        Duration::from_secs(86_400 * 365),
    ] {
        let time = UNIX_EPOCH - before;
        let error = failed(at(time).sign(&alice.identity).protect(mail()));
        assert!(matches!(error.kind(), ErrorKind::Time { .. }), "{error:?}");
        // Encrypting writes no time.
        at(time)
            .encrypt_to([bob.certificate()])
            .protect(mail())
            .unwrap();
    }
}

/// Beyond the last year that fits four digits.
#[test]
fn after_9999() {
    let alice = eternal(ALICE, YEAR_1950);
    let time = after(253_402_300_800);
    let problems = refused(at(time).sign(&alice.identity).protect(mail()));
    assert!(
        matches!(problems.problems()[0].reasons(), [Reason::Expired { .. }]),
        "{problems}"
    );
    assert!(problems.to_string().contains("9999-12-31"), "{problems}");
}

/// The last second of validity is inside, the next outside.
#[test]
fn edges_of_validity() {
    let bob = made(
        ca().certify(Key::P256, BOB)
            .validity("260601120000Z", "260601130000Z"),
    );
    let begin = 1_780_315_200;
    for (seconds, fits) in [
        (begin - 1, false),
        (begin, true),
        (begin + 3600, true),
        (begin + 3601, false),
    ] {
        let result = at(after(seconds))
            .encrypt_to([bob.certificate()])
            .protect(mail());
        assert_eq!(result.is_ok(), fits, "{seconds}");
    }
}

#[cfg(feature = "mail-builder")]
#[test]
fn date_of_a_composed_message() {
    use smime::mail_builder::MessageBuilder;
    let alice = eternal(ALICE, YEAR_1950);
    let message = || MessageBuilder::new().from(ALICE).to(BOB).text_body("x");
    let signed = at(after(2_524_608_000))
        .sign(&alice.identity)
        .protect(message())
        .unwrap();
    let (fields, _) = crate::mime::split(signed.message());
    assert_eq!(
        crate::mime::one(&fields, "Date"),
        "Sat, 1 Jan 2050 00:00:00 +0000"
    );
    let early = at(UNIX_EPOCH - Duration::from_secs(1)).sign(&alice.identity);
    assert!(matches!(
        failed(early.protect(message())).kind(),
        ErrorKind::Time { .. }
    ));
}
