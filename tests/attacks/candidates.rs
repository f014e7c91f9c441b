//! Which certificates a mail program may keep of a signer, and answer to.

use crate::faces::Faces;
use std::time::{Duration, SystemTime};

use smime::Certificate;
use smime::open::Opened;
use smime::policy::StandardPolicy;

use crate::ca::{Ca, Key, oid, sequence, tlv};
use crate::forge::*;
use crate::people::{ALICE, CAROL, Person, ca, made, now, person};
use crate::tools::*;

const KEY_PREFERENCE: &str = "1.2.840.113549.1.9.16.2.11";

/// An RSA certificate of Alice's, which signs nothing here and could be encrypted to.
fn answers() -> Certificate {
    person(Key::Rsa2048, ALICE).certificate().clone()
}

/// Signed by Alice, who prefers to be answered to this certificate.
fn preferring(certificate: &Certificate) -> Opened {
    let der = certificate.to_der();
    let named = issuer_and_serial(der);
    let name = &crate::structure::children(&named)[0].2;
    let preference = attribute(KEY_PREFERENCE, &[tlv(0xa0, name)]);
    let mut signed = Signed::new(PART.as_bytes(), &[&alice()]).signer(|s| s.with(preference));
    signed.certificates.push(der.to_vec());
    open(opaque_mail(HEADERS, &signed.build()))
}

fn encrypts_to(opened: &Opened, certificate: &Certificate) -> bool {
    let mut candidates = opened.report().candidates().iter();
    candidates.any(|c| c.certificate() == certificate && c.encrypts())
}

#[test]
fn only_a_fit_certificate_of_the_signer_becomes_a_candidate() {
    let opened = preferring(&answers());
    assert_verdict(&opened, "trusted", "Alice's other certificate");
    assert!(encrypts_to(&opened, &answers()), "{}", opened.report());

    let stranger = Ca::new("Somebody else's CA");
    let (unvouched, _) = stranger.leaf(Key::Rsa2048, ALICE);
    let signs_only = ca().certify(Key::Rsa2048, ALICE).key_usage(Some(0x80));
    let expired = ca().certify(Key::Rsa2048, ALICE);
    let expired = expired.validity("200101000000Z", "210101000000Z");
    for (name, other) in [
        ("Bob's", bob_rsa().certificate().clone()),
        ("for signatures", made(signs_only).certificate().clone()),
        ("expired", made(expired).certificate().clone()),
        ("no path", Certificate::from_bytes(&unvouched).unwrap()),
    ] {
        let opened = preferring(&other);
        assert_verdict(&opened, "trusted", name);
        let candidates = opened.report().candidates();
        let known = candidates.iter().any(|c| *c.certificate() == other);
        assert!(!known, "{name}\n{}", opened.report());
        assert_eq!(candidates.len(), 1, "{name}");
    }
}

#[test]
fn a_signer_who_is_not_trusted_is_no_candidate_beside_one_who_is() {
    let carol = person(Key::P256, CAROL);
    let people: [&Person; 2] = [&alice(), &carol];
    let signed = Signed::new(PART.as_bytes(), &people).build();
    let mail = opaque_mail(HEADERS, &signed);
    let opened = open(&mail);
    assert_verdict(&opened, "trusted", "Alice and Carol");
    let kept = |opened: &Opened| -> Vec<Certificate> {
        let candidates = opened.report().candidates().iter();
        candidates.map(|c| c.certificate().clone()).collect()
    };
    assert_eq!(kept(&opened), [alice().certificate().clone()]);

    // A good signer of a message that is not trusted as a whole.
    let strict = opener().policy(StandardPolicy::at(now()).require_encryption());
    let opened = strict.open_all(&mail).unwrap();
    assert_verdict(&opened, "untrusted", "not encrypted");
    assert!(kept(&opened).is_empty(), "{}", opened.report());
}

/// RFC 8551 2.7.1: capabilities with a signing time in the future are not believed.
#[test]
fn capabilities_from_the_future_are_not_believed() {
    let aes_256 = sequence(&[&oid("2.16.840.1.101.3.4.1.42")]);
    let capabilities = attribute(CAPABILITIES, &[sequence(&[&aes_256])]);
    let believed = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        // Noon of 2026-06-01.
        let noon = now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let hours = (since - noon).as_secs() / 3600 + 12;
        let text = format!("2606{:02}{:02}0000Z", 1 + hours / 24, hours % 24);
        let signed = Signed::new(PART.as_bytes(), &[&alice()]).signer(|s| {
            s.with(capabilities.clone())
                .with(attribute(SIGNING_TIME, &[tlv(0x17, text.as_bytes())]))
        });
        let opened = open(opaque_mail(HEADERS, &signed.build()));
        assert_verdict(&opened, "trusted", &text);
        let [candidate] = opened.report().candidates() else {
            panic!("{}", opened.report());
        };
        !candidate.capabilities().is_empty()
    };
    assert!(believed(now()));
    assert!(believed(now() + Duration::from_secs(24 * 3600)));
    assert!(!believed(now() + Duration::from_secs(25 * 3600)));
}
