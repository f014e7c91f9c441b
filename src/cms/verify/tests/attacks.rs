//! Attacks on SignedData as a whole.

use super::hand::*;
use super::*;
use crate::asn1::{octet_string, set_of};
use crate::bag::certificate_set;
use crate::cms::oid;
use crate::policy::Judgement;

/// Takes signatures without signed attributes as good as any.
struct Careless;

impl Policy for Careless {
    fn now(&self) -> std::time::SystemTime {
        std::time::UNIX_EPOCH
    }
    fn verification_key(&self, _: &crate::crypto::KeyKind) -> Judgement {
        Judgement::Accepted
    }
    fn digest(&self, _: DigestAlgorithm) -> Judgement {
        Judgement::Accepted
    }
    fn without_signed_attributes(&self) -> Judgement {
        Judgement::Accepted
    }
}

fn policies() -> [Box<dyn Policy>; 3] {
    let standard = StandardPolicy::new();
    [
        Box::new(standard),
        Box::new(standard.legacy()),
        Box::new(Careless),
    ]
}

/// The signed attributes of one message as the content of another that has none.
#[test]
fn sig_01_signed_attributes_as_content() {
    let person = Person::new(Key::P256);
    let candidates = [person.certificate.clone()];
    let attributes = set_of(good_and(&[]));
    let mut hand = Hand::new(&person);
    hand.attributes = None;
    hand.content = attributes.clone();
    for policy in policies() {
        let evidence = one_by(&hand.message(), &candidates, policy.as_ref());
        assert_eq!(evidence.standing(), Standing::Invalid);
        assert!(failures(&evidence).contains(&Reason::NoSignedAttributes));
        // The same detached.
        let bare = signed_data(
            &set_of(vec![hand.digest.clone()]),
            &oid::DATA,
            None,
            &[],
            &[hand.signer_info()],
        );
        let mut found = all(&bare, Some(&attributes), &candidates, policy.as_ref());
        let evidence = found.remove(0).unwrap();
        assert_eq!(evidence.standing(), Standing::Invalid);
    }
}

/// The other way round: content that was signed without attributes as attributes. Whoever signs with attributes, as
/// this crate always does, cannot be made to sign such content; and who signed the content is not the question: what
/// is shown then is other content, and its digest must be in it.
#[test]
fn sig_01_content_as_signed_attributes_needs_their_digest() {
    let person = Person::new(Key::P256);
    let mut hand = Hand::new(&person);
    // What the victim signed without attributes happens to be a set of attributes, of other content.
    hand.attributes = Some(vec![content_type(), message_digest(b"other content")]);
    assert_eq!(hand.verify().standing(), Standing::Invalid);
    // A set that lacks either attribute is no use.
    hand.attributes = Some(vec![message_digest(CONTENT)]);
    assert_eq!(hand.verify().standing(), Standing::Invalid);
}

#[test]
fn signatures_without_attributes_only_by_policy() {
    let person = Person::new(Key::P256);
    let candidates = [person.certificate.clone()];
    let mut hand = Hand::new(&person);
    hand.attributes = None;
    let [standard, legacy, careless] = policies();
    let evidence = one_by(&hand.message(), &candidates, standard.as_ref());
    assert_eq!(evidence.standing(), Standing::Unchecked);
    assert_eq!(failures(&evidence), [Reason::NoSignedAttributes]);
    let evidence = one_by(&hand.message(), &candidates, legacy.as_ref());
    assert_eq!(evidence.standing(), Standing::Verified);
    assert!(evidence.is_legacy() && evidence.signed_digest().is_none());
    assert_eq!(failures(&evidence), [Reason::NoSignedAttributes]);
    let evidence = one_by(&hand.message(), &candidates, careless.as_ref());
    assert_eq!(evidence.standing(), Standing::Verified);
    assert!(!evidence.is_legacy());
    hand.to_be_signed = Some(b"other content".to_vec());
    let evidence = one_by(&hand.message(), &candidates, careless.as_ref());
    assert_eq!(evidence.standing(), Standing::Invalid);
}

#[test]
fn sig_02_other_content_types_need_attributes() {
    let person = Person::new(Key::P256);
    let candidates = [person.certificate.clone()];
    let mut hand = Hand::new(&person);
    hand.attributes = None;
    let message = signed_data(
        &set_of(vec![hand.digest.clone()]),
        &oid::SIGNED_DATA,
        Some(&octet_string(CONTENT)),
        &[],
        &[hand.signer_info()],
    );
    for policy in policies() {
        let evidence = one_by(&message, &candidates, policy.as_ref());
        assert_eq!(evidence.standing(), Standing::Invalid);
    }
}

/// Each signer has a result of its own, in the order of the message.
#[test]
fn sig_06_several_signers() {
    let (eve, johnny) = (Person::new(Key::P256), Person::new(Key::Rsa2048));
    let good = Hand::new(&eve);
    let mut bad = Hand::new(&johnny);
    bad.to_be_signed = Some(b"never signed".to_vec());
    let candidates = [eve.certificate.clone(), johnny.certificate.clone()];
    for (signers, standings) in [
        ([&good, &bad], [Standing::Verified, Standing::Invalid]),
        ([&bad, &good], [Standing::Invalid, Standing::Verified]),
    ] {
        let message = message(CONTENT, &signers);
        let found = all(&message, None, &candidates, &standard());
        for ((evidence, signer), standing) in found.iter().zip(signers).zip(standings) {
            let evidence = evidence.as_ref().unwrap();
            assert_eq!(evidence.standing(), standing);
            assert_eq!(evidence.certificate(), Some(&signer.person.certificate));
        }
    }
    // One that cannot be read costs only itself.
    let infos = [octet_string(b"no signer"), good.signer_info()];
    let digests = set_of(vec![good.digest.clone()]);
    let content = octet_string(CONTENT);
    let message = signed_data(&digests, &oid::DATA, Some(&content), &[], &infos);
    let found = all(&message, None, &candidates, &standard());
    assert!(found[0].is_err());
    assert_eq!(found[1].as_ref().unwrap().standing(), Standing::Verified);
}

/// CVE-2026-45447.
#[test]
fn sig_10_no_digest_algorithms() {
    let hand = Hand::new(&Person::new(Key::P256));
    let certificates = certificate_set([hand.person.certificate.to_der()]);
    let content = octet_string(CONTENT);
    let (empty, content) = (set_of(Vec::new()), Some(content.as_slice()));
    let signers = [hand.signer_info()];
    let message = signed_data(&empty, &oid::DATA, content, &certificates, &signers);
    let candidates = [hand.person.certificate.clone()];
    let found = all(&message, None, &candidates, &standard());
    assert!(matches!(&found[..], [Err(_)]));
    assert!(signed(&message).digests().is_empty());
    // Without signers there is nothing to miss.
    let message = signed_data(&empty, &oid::DATA, None, &certificates, &[]);
    let read = signed(&message);
    assert!(read.signers.is_empty() && read.content.is_none());
    assert_eq!(read.certificates, [hand.person.certificate.to_der()]);
}

/// CVE-2015-1792: an identifier that nobody knows.
#[test]
fn sig_10_unknown_digest_identifier() {
    let mut hand = Hand::new(&Person::new(Key::P256));
    hand.digest = with_null("1.2.3.4");
    let evidence = hand.verify();
    assert_eq!(evidence.standing(), Standing::Unchecked);
    assert_eq!(
        failures(&evidence),
        [Reason::UnsupportedAlgorithm {
            role: "digest",
            name: "1.2.3.4".into()
        }]
    );
}

/// Of content that went by only digests are left. What they do not answer is not checked, and never taken for good.
#[test]
fn content_that_is_not_held() {
    let person = Person::new(Key::P256);
    let candidates = [person.certificate.clone()];
    let hand = Hand::new(&person);
    let bare = Hand {
        attributes: None,
        ..hand.clone()
    };
    let sha256 = (
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha256.digest(CONTENT),
    );
    let other = (DigestAlgorithm::Sha256, vec![0; 32]);
    for (hand, digests, standing) in [
        (&hand, vec![sha256.clone()], Standing::Verified),
        (&hand, vec![other], Standing::Invalid),
        (&hand, Vec::new(), Standing::Unchecked),
        (&bare, vec![sha256], Standing::Unchecked),
    ] {
        let message = hand.message();
        let signed = signed(&message);
        let content = SignedContent {
            content_type: signed.content_type,
            octets: SignedOctets::Gone {
                may_be_attributes: false,
            },
            digests,
        };
        let signer = signed.signers[0].as_ref().unwrap();
        for policy in policies() {
            let evidence = verify_signer(signer, &content, &candidates, policy.as_ref());
            assert_eq!(evidence.standing(), standing);
            let why = failures(&evidence);
            let is_told = why.contains(&Reason::ContentNotHeld);
            let is_read =
                hand.attributes.is_some() || policy.without_signed_attributes().is_readable();
            let expected = standing == Standing::Unchecked && is_read;
            assert_eq!(is_told, expected, "{why:?}");
        }
    }
}

/// SIG-01 of content that is not held: how it begins and how long it is tell as much as the whole does.
#[test]
fn sig_01_attributes_are_told_by_how_they_begin() {
    for (begin, length, expected) in [
        (&b"\x31\x05\x30\x03\x06\x01\x2a"[..], 7, true),
        (
            b"\x31\x82\x10\x00\x30\x82\x0f\xfc\x06\x01\x2a",
            0x1004,
            true,
        ),
        (b"\x31\x80\x30\x80\x06\x01\x2a", 999, true),
        // Not over all of it.
        (b"\x31\x05\x30\x03\x06\x01\x2a", 8, false),
        (b"\x30\x05\x30\x03\x06\x01\x2a", 7, false),
        (b"\x31\x05\x31\x03\x06\x01\x2a", 7, false),
        (b"\x31\x05\x30\x03\x04\x01\x2a", 7, false),
        (b"1", 1, false),
        (b"", 0, false),
    ] {
        assert_eq!(
            begins_like_attributes(begin, length),
            expected,
            "{begin:02x?}"
        );
    }
}
