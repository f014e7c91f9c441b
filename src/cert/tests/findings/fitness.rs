//! What it is fit for, in numbers and in words.

use super::*;
use crate::asn1::unix_seconds;
use crate::cert::ca::{DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_ENCIPHERMENT, NON_REPUDIATION};
use crate::check::Reason;
use crate::policy::Policy;

#[test]
fn for_one_of_two_uses_is_no_fault() {
    let ca = Ca::new("Test CA");
    for (bits, signs, encrypts, words) in [
        (
            DIGITAL_SIGNATURE | KEY_AGREEMENT,
            true,
            true,
            "fit to sign mail and to encrypt mail to;",
        ),
        (
            DIGITAL_SIGNATURE,
            true,
            false,
            "fit to sign mail, not to encrypt mail to;",
        ),
        (
            KEY_AGREEMENT,
            false,
            true,
            "fit to encrypt mail to, not to sign mail;",
        ),
    ] {
        let findings = of(public(&ca, Key::P256, MAILBOX).key_usage(Some(bits)));
        assert_eq!((findings.signs(), findings.encrypts()), (signs, encrypts));
        assert_eq!(findings.unfit_to_sign().is_empty(), signs);
        assert_eq!(findings.unfit_to_encrypt().is_empty(), encrypts);
        assert!(findings.all().is_empty(), "{findings}");
        assert!(findings.to_string().starts_with(words), "{findings}");
    }
}

/// Each use is kept away by another thing, so that nothing is left.
#[test]
fn for_nothing() {
    let ca = Ca::new("Test CA");
    let usage = Some(KEY_ENCIPHERMENT | 0x10);
    let findings = of(bare(&ca, Key::P256).key_usage(usage));
    assert!(!findings.signs() && !findings.encrypts());
    let first = &findings.all()[0];
    assert_eq!(
        (first.severity(), first.code()),
        (Severity::Error, "smime.fit_for_nothing")
    );
    assert!(
        findings.to_string().starts_with("fit neither"),
        "{findings}"
    );
    let signs = of(bare(&ca, Key::P256).key_usage(Some(NON_REPUDIATION)));
    assert!(
        signs.signs(),
        "either bit will do for mail (RFC 8550 4.4.2)"
    );
    // X25519 encrypts, whatever its key usage lacks for signing.
    assert!(of(bare(&ca, Key::X25519)).encrypts());
}

/// By the policy of the caller, also where it is stricter than the usual one.
#[test]
fn the_policy_decides() {
    struct NoEllipticCurves;
    impl Policy for NoEllipticCurves {
        fn now(&self) -> SystemTime {
            now()
        }
        fn digest(&self, digest: DigestAlgorithm) -> crate::policy::Judgement {
            StandardPolicy::new().digest(digest)
        }
    }
    let ca = Ca::new("Test CA");
    let (der, _) = public(&ca, Key::P256, MAILBOX).issue();
    let certificate = read(&der);
    let findings = certificate.findings(&NoEllipticCurves);
    let [one] = findings.all() else {
        panic!("{findings}")
    };
    assert_eq!(
        (one.severity(), one.code()),
        (Severity::Error, "smime.key_refused")
    );
    assert!(matches!(
        findings.unfit_to_sign(),
        [Reason::RefusedByPolicy { .. }]
    ));
    assert!(
        certificate
            .findings(&StandardPolicy::at(now()))
            .all()
            .is_empty()
    );
}

/// In words: until when, by which rules, and a line for each finding.
#[test]
fn in_words() {
    let ca = Ca::new("Test CA");
    let certificate = public(&ca, Key::P256, MAILBOX)
        .validity("250101000000Z", "260102000000Z")
        .extended_key_usage(&[]);
    let findings = of(certificate);
    assert_eq!(
        findings.to_string(),
        "fit to sign mail and to encrypt mail to; valid until 2026-01-02 00:00:00 UTC (1 day left)\n\
         profile: mailbox-validated, strict\n\
         error: it does not say by an extended key usage that it is for mail [SMBR 7.1.2.3 (f)]\n\
         notice: it expires in 1 day; renew it [RFC 5280 4.1.2.5]"
    );
    let one = &findings.all()[0];
    assert_eq!(
        one.code(),
        "cabf.smime.extended_key_usage_extension_missing"
    );
    assert_eq!(one.reference(), "SMBR 7.1.2.3 (f)");
    assert_eq!(one.severity().name(), "error");
    assert_eq!(unix_seconds(findings.valid_until()), 1_767_312_000);
}
