//! Signers by hand, by our writer, by OpenSSL and of the corpora.

mod attacks;
mod attributes;
mod candidates;
mod corpora;
mod hand;
mod openssl;
mod ours;

use super::*;
use crate::cert::ca::Key;
use crate::check::Outcome;
use crate::policy::StandardPolicy;
use hand::{CONTENT, Hand, Person, failures};

#[test]
fn good_and_changed() {
    for kind in [Key::P256, Key::Rsa2048] {
        let hand = Hand::new(&Person::new(kind));
        let good = hand.verify();
        assert_eq!(good.standing(), Standing::Verified);
        assert_eq!(good.certificate(), Some(&hand.person.certificate));
        assert_eq!(good.algorithm(), Some(&hand.algorithm));
        assert!(!good.is_legacy() && !good.is_digest_mismatch());
        assert!(good.checks().iter().all(|c| c.outcome() == Outcome::Passed));
        assert_eq!(
            good.signed_digest().unwrap(),
            (
                DigestAlgorithm::Sha256,
                &*DigestAlgorithm::Sha256.digest(CONTENT)
            )
        );

        // The content is another one; whose signature it is can be told.
        let mut changed = hand.clone();
        changed.content.push(b' ');
        let changed = changed.verify();
        assert_eq!(changed.standing(), Standing::Invalid);
        assert!(changed.is_digest_mismatch());
        assert_eq!(changed.certificate(), Some(&hand.person.certificate));
        assert_eq!(
            failures(&changed),
            [Reason::DigestMismatch { diagnosis: None }]
        );
        let told = changed.with_diagnosis("LF\nas CRLF".into());
        assert_eq!(told.standing(), Standing::Invalid);
        assert!(told.checks().iter().all(|c| !c.to_string().contains('\n')));
        assert!(matches!(
            &failures(&told)[..],
            [Reason::DigestMismatch { diagnosis: Some(_) }]
        ));

        // The attributes are others than were signed.
        let mut forged = hand.clone();
        forged.to_be_signed = Some(b"something else".to_vec());
        let forged = forged.verify();
        assert_eq!(forged.standing(), Standing::Invalid);
        assert_eq!(failures(&forged), [Reason::SignatureMismatch]);
        assert!(!forged.is_digest_mismatch());
    }
}

#[test]
fn a_digest_that_was_not_computed_is_computed() {
    let hand = Hand::new(&Person::new(Key::P256));
    let message = hand.message();
    let signed = hand::signed(&message);
    let content = SignedContent {
        content_type: signed.content_type,
        octets: SignedOctets::Held(signed.content.clone().unwrap_or_default()),
        digests: Vec::new(),
    };
    let signer = signed.signers[0].as_ref().unwrap();
    let candidates = [hand.person.certificate.clone()];
    let evidence = verify_signer(signer, &content, &candidates, &StandardPolicy::new());
    assert_eq!(evidence.standing(), Standing::Verified);
}

/// What the policy refuses is not verified; the digest is compared all the same.
#[test]
fn sig_08_weak_digests_and_keys() {
    let person = Person::new(Key::Rsa2048);
    let mut hand = Hand::new(&person);
    let content = crate::asn1::octet_string(&DigestAlgorithm::Sha1.digest(CONTENT));
    hand.attributes = Some(vec![
        hand::content_type(),
        hand::attribute(&crate::cms::oid::MESSAGE_DIGEST, &[&content]),
    ]);
    hand.digest = DigestAlgorithm::Sha1.identifier();
    hand.algorithm = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1);
    hand.identifier = hand.algorithm.identifier();
    weak(&hand, "SHA-1");
    let mut changed = hand;
    changed.content.push(b'x');
    assert_eq!(changed.verify().standing(), Standing::Invalid);

    weak(&Hand::new(&Person::new(Key::Rsa1024)), "RSA with 1024 bits");
}

fn weak(hand: &Hand, named: &str) {
    let refused = hand.verify();
    assert_eq!(refused.standing(), Standing::Unchecked);
    assert!(matches!(
        &failures(&refused)[..],
        [Reason::Outdated { what, .. }] if what == named
    ));
    assert_eq!(refused.certificate(), Some(&hand.person.certificate));
    let candidates = [hand.person.certificate.clone()];
    let legacy = StandardPolicy::new().legacy();
    let read = hand::one_by(&hand.message(), &candidates, &legacy);
    assert_eq!(read.standing(), Standing::Verified);
    assert!(read.is_legacy());
    assert!(matches!(
        &failures(&read)[..],
        [Reason::Outdated { what, .. }] if what == named
    ));
}

#[test]
fn an_unknown_digest_or_signature_algorithm_is_named() {
    let person = Person::new(Key::P256);
    let mut hand = Hand::new(&person);
    hand.digest = hand::with_null("1.2.840.113549.2.5");
    let md5 = hand.verify();
    assert_eq!(md5.standing(), Standing::Unchecked);
    assert!(md5.checks().iter().any(|c| c.to_string().contains("MD5")));

    let mut hand = Hand::new(&person);
    // ML-DSA-65.
    hand.identifier = hand::with_null("2.16.840.1.101.3.4.3.18");
    let unknown = hand.verify();
    assert_eq!(unknown.standing(), Standing::Unchecked);
    assert_eq!(
        failures(&unknown),
        [Reason::UnsupportedAlgorithm {
            role: "signature",
            name: "2.16.840.1.101.3.4.3.18".into()
        }]
    );
}
