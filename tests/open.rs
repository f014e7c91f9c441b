//! Opening a message: every form in, verdict and content out, and why.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/faces.rs"]
mod faces;
#[path = "support/faces_detached.rs"]
mod faces_detached;
#[path = "support/forge.rs"]
mod forge;
#[path = "support/mime.rs"]
mod mime;
#[path = "support/peers.rs"]
mod peers;
#[path = "support/people.rs"]
mod people;
#[path = "support/structure.rs"]
mod structure;

#[path = "open/chains.rs"]
mod chains;
#[path = "open/compressed.rs"]
mod compressed;
#[path = "open/content.rs"]
mod content;
#[path = "open/decryption.rs"]
mod decryption;
#[path = "open/drivers.rs"]
mod drivers;
#[path = "open/forms.rs"]
mod forms;
#[path = "open/not_mail.rs"]
mod not_mail;
#[path = "open/parts.rs"]
mod parts;
#[path = "open/pieces.rs"]
mod pieces;
#[path = "open/refused.rs"]
mod refused;
#[path = "open/revocation.rs"]
mod revocation;
#[path = "open/stream.rs"]
mod stream;
#[path = "open/stream_armoured.rs"]
mod stream_armoured;
#[cfg(feature = "tokio")]
#[path = "open/stream_async.rs"]
mod stream_async;
#[path = "open/stream_equal.rs"]
mod stream_equal;
#[path = "open/stream_failures.rs"]
mod stream_failures;
#[path = "open/stream_hostile.rs"]
mod stream_hostile;
#[path = "open/stream_passes.rs"]
mod stream_passes;
#[path = "open/stream_vast.rs"]
mod stream_vast;
#[path = "open/tools.rs"]
mod tools;
#[path = "open/verdicts.rs"]
mod verdicts;

use smime::open::{Content, Message, Opened};
use smime::policy::StandardPolicy;
use smime::report::Verdict;
use smime::{Opener, TrustAnchors};

use people::{ca, now};

fn anchors() -> TrustAnchors {
    TrustAnchors::from_der(ca().certificate_der()).unwrap()
}

/// An opener that trusts the test CA and whose clock stands at [`now`].
fn opener() -> Opener {
    Opener::new(&anchors()).policy(StandardPolicy::at(now()))
}

/// The content of a message that is trusted.
#[track_caller]
fn trusted(opened: &Opened) -> Message {
    match opened.trusted() {
        Ok(message) => message,
        Err(_) => panic!("not trusted:\n{}", opened.report()),
    }
}

/// The content of a message that is signed and not trusted.
#[track_caller]
fn untrusted(opened: &Opened) -> Message {
    assert_eq!(
        opened.report().verdict(),
        Verdict::Untrusted,
        "{}",
        opened.report()
    );
    match opened.content() {
        Content::Untrusted(message) => message,
        other => panic!("{other:?}"),
    }
}

/// The content of a message that nobody signed.
#[track_caller]
fn unsigned(opened: &Opened) -> Message {
    match opened.content() {
        Content::Unsigned(message) => message,
        _ => panic!("not unsigned:\n{}", opened.report()),
    }
}

/// Content that is kept back.
#[track_caller]
fn withheld(opened: &Opened) -> Message {
    match opened.content() {
        Content::Withheld(withheld) => withheld.dangerous(),
        _ => panic!("not withheld:\n{}", opened.report()),
    }
}

/// Whether a check failed for such a reason.
fn failed_because(opened: &Opened, expected: fn(&smime::check::Reason) -> bool) -> bool {
    opened
        .report()
        .failed_checks()
        .any(|check| check.why().is_some_and(expected))
}
