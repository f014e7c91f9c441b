//! What is shown to people holds one thing per line, whatever the input said.

use smime::Error;
use smime::check::Check;
use smime::report::{Report, SignerStatus, Verdict};

/// One line without anything in it that hides or reorders text.
#[track_caller]
pub fn line(text: &str) {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    assert!(!text.contains(hides), "{text:?}");
    assert!(text.len() < 20_000, "{} bytes in one line", text.len());
}

#[track_caller]
pub fn error(error: &Error) {
    line(&error.to_string());
}

#[track_caller]
fn check(check: &Check) {
    line(check.what());
    if let Some(why) = check.why() {
        line(&why.to_string());
    }
}

/// A report, and that it does not say "trusted" when the stub has accepted nothing since there were so many.
#[track_caller]
pub fn report(report: &Report, accepted_before: u64) {
    line(&report.headline());
    report.to_string().lines().for_each(line);
    report.checks().iter().for_each(check);
    for layer in report.layers() {
        layer.checks().iter().for_each(check);
        for signer in layer.signers() {
            signer.checks().iter().for_each(check);
        }
    }
    for part in report.parts() {
        line(part.part());
        line(part.media_type());
    }
    if report.verdict() == Verdict::Trusted {
        // That of the message, and that of the anchor on the certificate.
        assert!(smime::fuzzing::accepted_signatures() >= accepted_before + 2);
        assert!(!report.checks().iter().any(Check::is_failed));
        let signer = report.signer().expect("somebody is trusted");
        assert_eq!(signer.status(), SignerStatus::Trusted);
        assert!(!signer.checks().iter().any(Check::is_failed));
    }
}
