//! PKI-06, PKI-08: revocation lists of the caller, and those that a message brings.

use smime::cert::Crl;
use smime::check::{Aspect, Outcome};
use smime::open::Opened;

use crate::ca::Ca;
use crate::forge::*;
use crate::people::{Person, ca};
use crate::tools::*;

/// The content octets of a certificate's serial number.
fn serial(person: &Person) -> Vec<u8> {
    let tbs = inside(person.certificate().to_der())[0].0.clone();
    inside(&tbs)[1].1.clone()
}

/// A list of the CA, with these certificates on it.
fn list(revoked: &[&Person]) -> Vec<u8> {
    let list = ca().revocation_list();
    revoked
        .iter()
        .fold(list, |list, person| {
            list.revoke(&serial(person), "260101000000Z", Some(1))
        })
        .issue()
}

fn signed(crls: Vec<Vec<u8>>) -> Vec<u8> {
    let mut signed = Signed::new(PART.as_bytes(), &[&alice()]);
    signed.crls = crls;
    opaque_mail(HEADERS, &signed.build())
}

fn open_with(lists: &[Vec<u8>], mail: &[u8]) -> Opened {
    let lists: Vec<Crl> = lists
        .iter()
        .map(|list| Crl::from_bytes(list).unwrap())
        .collect();
    opener().crls(&lists).open(mail).unwrap()
}

/// How the status of the signer came out.
fn status(opened: &Opened) -> Outcome {
    let signer = &opened.report().layers()[0].signers()[0];
    let check = signer
        .checks()
        .iter()
        .find(|check| check.aspect() == Aspect::Revocation);
    check.expect("a check of the status").outcome()
}

#[test]
fn pki_08_a_revoked_signer_is_not_trusted() {
    let alice = alice();
    let opened = open_with(&[list(&[])], &signed(Vec::new()));
    assert_verdict(&opened, "trusted", "not on the list");
    assert_eq!(status(&opened), Outcome::Passed);
    let revoked = list(&[&alice]);
    let opened = open_with(std::slice::from_ref(&revoked), &signed(Vec::new()));
    assert_verdict(&opened, "untrusted", "on the caller's list");
    assert_eq!(status(&opened), Outcome::Failed);
    let opened = open(signed(vec![revoked]));
    assert_verdict(&opened, "untrusted", "on the list in the message");
    let opened = open(signed(Vec::new()));
    assert_verdict(&opened, "trusted", "no list at all");
    assert_eq!(status(&opened), Outcome::Unknown);
}

/// Hundreds of newer lists in the message, in the CA's name and signed by somebody else.
#[test]
fn pki_06_forged_lists_do_not_crowd_out_the_callers() {
    let forger = Ca::new("Test CA");
    let forged: Vec<Vec<u8>> = (0..300)
        .map(|number| {
            let minute = number / 60;
            let second = number % 60;
            let this_update = format!("26060111{minute:02}{second:02}Z");
            let list = forger.revocation_list();
            list.updates(&this_update, Some("491231235959Z")).issue()
        })
        .collect();
    let opened = open_with(&[list(&[&alice()])], &signed(forged.clone()));
    assert_verdict(&opened, "untrusted", "revoked by the caller's list");
    assert_eq!(status(&opened), Outcome::Failed);
    let opened = open_with(&[list(&[])], &signed(forged.clone()));
    assert_verdict(&opened, "trusted", "good by the caller's list");
    // Alone they say nothing good about anybody.
    assert_ne!(status(&open(signed(forged))), Outcome::Passed);
}
