//! PKI-06, PKI-08: revocation lists of the caller, and those that a message brings.

use crate::faces::Faces;
use smime::ErrorKind;
use smime::cert::Crl;
use smime::cert::path::{CertificateStatus, StatusSource};
use smime::check::{Aspect, Outcome};
use smime::open::Opened;

use crate::ca::{Ca, oid, sequence, tlv};
use crate::forge::*;
use crate::people::{Person, ca};
use crate::tools::*;

/// The content octets of a certificate's serial number.
pub fn serial(person: &Person) -> Vec<u8> {
    let tbs = inside(person.certificate().to_der())[0].0.clone();
    inside(&tbs)[1].1.clone()
}

/// A list of the CA, with these certificates on it.
pub fn list(revoked: &[&Person]) -> Vec<u8> {
    let list = ca().revocation_list();
    revoked
        .iter()
        .fold(list, |list, person| {
            list.revoke(&serial(person), "260101000000Z", Some(1))
        })
        .issue()
}

pub fn signed(crls: Vec<Vec<u8>>) -> Vec<u8> {
    let mut signed = Signed::new(PART.as_bytes(), &[&alice()]);
    signed.crls = crls;
    opaque_mail(HEADERS, &signed.build())
}

fn open_with(lists: &[Vec<u8>], mail: &[u8]) -> Opened {
    let lists: Vec<Crl> = lists
        .iter()
        .map(|list| Crl::from_bytes(list).unwrap())
        .collect();
    opener().crls(&lists).open_all(mail).unwrap()
}

/// How the status of the signer came out.
pub fn status(opened: &Opened) -> Outcome {
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

/// `OtherRevocationInfoFormat` with an OCSP response (RFC 5940 2.1).
pub fn stapled(response: &[u8]) -> Vec<u8> {
    tlv(
        0xa1,
        &[oid("1.3.6.1.5.5.7.16.2"), response.to_vec()].concat(),
    )
}

/// What cannot be read takes nothing from what can, and is told.
#[test]
fn pki_07_stapled_rubbish_is_left_out_and_told() {
    let alice = alice();
    let rubbish = stapled(&sequence(&[&tlv(0x0a, &[9]), &tlv(0x04, b"no response")]));
    let opened = open_with(&[list(&[])], &signed(vec![rubbish.clone()]));
    assert_verdict(&opened, "trusted", "beside a good list of the caller");
    assert_eq!(status(&opened), Outcome::Passed);
    let told = told(&opened);
    assert!(told.contains("left out (OCSP response: "), "{told}");
    let opened = open(signed(vec![rubbish.clone(), list(&[&alice])]));
    assert_verdict(&opened, "untrusted", "before a list that revokes");
    // One for each, and no more than are read of lists.
    let opened = open(signed(vec![rubbish.clone(); 3]));
    let layer = &opened.report().layers()[0];
    let skipped = layer.checks().iter().filter_map(|check| check.why());
    let skipped = skipped.filter(|why| why.to_string().contains("OCSP response"));
    assert_eq!(skipped.count(), 3);
    let many = opener().open_all(&signed(vec![rubbish; 1_001]));
    assert!(matches!(many.unwrap_err().kind(), ErrorKind::Limit { .. }));
}

/// The report says of each certificate whether it was revoked, when and why, and why there is no path.
#[test]
fn pki_08_the_report_names_each_status() {
    let revoked = open_with(&[list(&[&alice()])], &signed(Vec::new()));
    let signer = &revoked.report().layers()[0].signers()[0];
    assert!(signer.path().is_none());
    let failure = signer.path_failure().expect("a reason");
    let why = failure.reasons().next().expect("one");
    assert!(why.to_string().contains("revoked on 2026-01-01"), "{why}");
    let good = open_with(&[list(&[])], &signed(Vec::new()));
    let signer = &good.report().layers()[0].signers()[0];
    assert!(signer.path_failure().is_none());
    assert!(matches!(
        signer.statuses(),
        [CertificateStatus::Good {
            source: StatusSource::Crl,
            ..
        }]
    ));
    let told = told(&good);
    assert!(told.contains("CN=alice: not revoked, says the revocation list of 2025-01-01"));
}

#[test]
fn responses_of_the_caller_and_of_the_message_count() {
    use smime::cert::OcspResponse;
    let alice = alice();
    let certificate = alice.certificate().to_der();
    let good = ca().ocsp_response().good(certificate);
    let revoked = ca().ocsp_response();
    let revoked = revoked.revoked(certificate, "20260101000000Z", Some(1));
    for (response, verdict, outcome) in [
        (good.issue_basic(), "trusted", Outcome::Passed),
        (revoked.issue_basic(), "untrusted", Outcome::Failed),
    ] {
        let given = OcspResponse::from_bytes(&response).unwrap();
        let plain = signed(Vec::new());
        let opened = opener().ocsp_responses([&given]).open_all(&plain).unwrap();
        assert_verdict(&opened, verdict, "by the caller");
        assert_eq!(status(&opened), outcome);
        // OtherRevocationInfoFormat: [1] { id-ri-ocsp-response, OCSPResponse } (RFC 5940 2.1).
        let framed = crate::ca::framed(&response);
        let stapled = [oid("1.3.6.1.5.5.7.16.2"), framed].concat();
        let opened = open(signed(vec![tlv(0xa1, &stapled)]));
        assert_verdict(&opened, verdict, "in the message");
        assert_eq!(status(&opened), outcome);
    }
}
