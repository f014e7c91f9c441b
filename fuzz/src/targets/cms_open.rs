use smime::open::{Content, Opened, outline};
use smime::policy::StandardPolicy;
use smime::report::Verdict;
use smime::{Error, Mailbox, Opener};

use crate::input::Input;
use crate::world::{limits, now, opener, policy};
use crate::{recipe, shown};

/// Opening with all keys, through every door: nothing panics, what is shown is fit to be shown, nothing is trusted of which no
/// signature was accepted, and opening it again says the same.
///
/// Two bytes decide; the rest is a message, or a recipe for one.
pub fn cms_open(data: &[u8]) {
    let mut input = Input::new(data);
    let (door, how) = (input.byte(), input.byte());
    let opener = told(opener(), how);
    let message = match door & 0x10 {
        0 => input.clone().rest().to_vec(),
        _ => recipe::mail(&mut input.clone()),
    };
    let open = || match door % 4 {
        0 => opener.open(&message),
        1 => opener.open_cms(&message),
        2 => {
            let mut parts = input.clone();
            let content = parts.block();
            opener.verify_detached(content, parts.rest())
        }
        _ => {
            single_pass(&opener, &message);
            opener.open(&message)
        }
    };
    let accepted = smime::fuzzing::accepted_signatures();
    let opened = open();
    match &opened {
        Ok(opened) => checked(opened, accepted, message.len()),
        Err(error) => shown::error(error),
    }
    assert_eq!(said(&opened), said(&open()));
    if let Ok(outline) = outline(&message, &limits()) {
        outline.to_string().lines().for_each(shown::line);
    }
}

/// Content goes out before it is checked; the report is held to the same.
fn single_pass(opener: &Opener, message: &[u8]) {
    let before = smime::fuzzing::accepted_signatures();
    match opener
        .dangerous()
        .open_single_pass(message, std::io::sink())
    {
        Ok(report) => shown::report(&report, before),
        Err(error) => shown::error(&error),
    }
}

fn told(opener: Opener, how: u8) -> Opener {
    let opener = match how & 1 {
        0 => opener,
        _ => opener.any_signer(),
    };
    let opener = match how >> 1 & 3 {
        0 => opener.policy(policy()),
        1 => opener.policy(StandardPolicy::at(now()).legacy()),
        2 => opener.policy(
            StandardPolicy::at(now())
                .require_signature()
                .require_encryption(),
        ),
        _ => opener.policy(StandardPolicy::at(now()).require_revocation()),
    };
    match how >> 3 & 1 {
        0 => opener,
        _ => opener.expect_signer(&Mailbox::new("bob@example.org").expect("an address")),
    }
}

fn said(opened: &Result<Opened, Error>) -> String {
    match opened {
        Ok(opened) => opened.report().to_string(),
        Err(error) => error.to_string(),
    }
}

fn checked(opened: &Opened, accepted: u64, length: usize) {
    shown::report(opened.report(), accepted);
    let verdict = opened.report().verdict();
    let message = match opened.content() {
        Content::Trusted(message) => {
            assert_eq!(verdict, Verdict::Trusted);
            message
        }
        Content::Untrusted(message) | Content::Unsigned(message) => message,
        Content::Withheld(withheld) => {
            assert_eq!(verdict, Verdict::Withheld);
            withheld.dangerous()
        }
        other => panic!("{other:?}"),
    };
    // Only what was compressed is longer than what came, and that is bounded; a line end may become two bytes.
    let most = (length * 2).max(1 << 20);
    assert!(message.bytes().len() <= most);
    for part in message.parts() {
        assert!(part.bytes().len() <= most);
        shown::line(part.path());
        shown::line(part.media_type());
        part.file_name().iter().for_each(|name| shown::line(name));
    }
}
