//! Whose signature it is.

use super::hand::*;
use super::*;
use crate::asn1::{Tag, explicit, octet_string, sequence, tlv};
use crate::cert::ca::{Ca, Key};
use crate::cms::oid;

#[test]
fn no_certificate() {
    let hand = Hand::new(&Person::new(Key::P256));
    let evidence = one(&hand.message(), &[Person::new(Key::P256).certificate]);
    assert_eq!(evidence.standing(), Standing::Unchecked);
    assert_eq!(evidence.certificate(), None);
    assert!(matches!(
        &failures(&evidence)[..],
        [Reason::NoSignerCertificate { signer }] if signer.contains("CN=Test CA")
    ));
    // A changed content is invalid all the same.
    let mut changed = hand;
    changed.content.clear();
    let evidence = one(&changed.message(), &[]);
    assert_eq!(evidence.standing(), Standing::Invalid);
}

/// Certificates of the same issuer and serial number with other keys: the verified key decides.
#[test]
fn sig_18_colliding_issuer_and_serial() {
    let serial = [0x42; 8];
    let issue = |kind| {
        let ca = Ca::new("Test CA");
        Person::of(
            ca.certify(kind, "alice@example.org")
                .serial(&serial)
                .issue(),
        )
    };
    let (alice, mallory, rsa) = (issue(Key::P256), issue(Key::P256), issue(Key::Rsa2048));
    let hand = Hand::new(&alice);
    let order = [&mallory, &rsa, &alice, &mallory];
    let candidates = order.map(|person| person.certificate.clone());
    let evidence = one(&hand.message(), &candidates);
    assert_eq!(evidence.standing(), Standing::Verified);
    assert_eq!(evidence.certificate(), Some(&alice.certificate));
    // None of several: nobody is named.
    let evidence = one(&hand.message(), &candidates[..2]);
    assert_eq!(evidence.standing(), Standing::Invalid);
    assert_eq!(evidence.certificate(), None);
}

#[test]
fn sig_18_shared_key_identifier() {
    let identifier = octet_string(&[7; 20]);
    let issue = |ca: &Ca| {
        let certify = ca.certify(Key::P256, "alice@example.org");
        let certify = certify.no_key_identifiers();
        Person::of(certify.extension("2.5.29.14", false, &identifier).issue())
    };
    let ca = Ca::new("Test CA");
    let people: Vec<Person> = (0..20).map(|_| issue(&ca)).collect();
    let candidates: Vec<Certificate> = people.iter().map(|p| p.certificate.clone()).collect();
    for (position, expected) in [
        (0, Standing::Verified),
        (15, Standing::Verified),
        // Beyond the keys that are tried nothing is known.
        (16, Standing::Unchecked),
    ] {
        let mut hand = Hand::new(&people[position]);
        hand.sid = by_key_identifier(&candidates[position]);
        let evidence = one(&hand.message(), &candidates);
        assert_eq!(evidence.standing(), expected, "{position}");
        let found = (expected == Standing::Verified).then(|| &candidates[position]);
        assert_eq!(evidence.certificate(), found);
    }
}

/// Certificates with the key identifier of the signer do not push out the one it signed as its own.
#[test]
fn sig_18_the_named_certificate_comes_first() {
    let identifier = octet_string(&[7; 20]);
    let ca = Ca::new("Test CA");
    let people: Vec<Person> = (0..40)
        .map(|_| {
            let certify = ca.certify(Key::P256, "alice@example.org");
            let certify = certify.no_key_identifiers();
            Person::of(certify.extension("2.5.29.14", false, &identifier).issue())
        })
        .collect();
    let candidates: Vec<Certificate> = people.iter().map(|p| p.certificate.clone()).collect();
    let alice = &people[39];
    let (der, serial) = (alice.certificate.to_der(), alice.certificate.serial_der());
    let hash = DigestAlgorithm::Sha256.digest(der);
    let value = ess(&alice.certificate, None, hash, serial);
    let named = attribute(&oid::SIGNING_CERTIFICATE_V2, &[&value]);
    let mut hand = Hand::new(alice).attributes(good_and(&[&named]));
    hand.sid = by_key_identifier(&alice.certificate);
    let evidence = one(&hand.message(), &candidates);
    assert_eq!(evidence.standing(), Standing::Verified);
    assert_eq!(evidence.certificate(), Some(&alice.certificate));
    assert!(failures(&evidence).is_empty());
}

fn ess(certificate: &Certificate, digest: Option<&[u8]>, hash: Vec<u8>, serial: &[u8]) -> Vec<u8> {
    let name = sequence(&[&explicit(4, certificate.issuer_der())]);
    let issuer_serial = sequence(&[&name, &tlv(Tag::INTEGER, serial)]);
    let digest = digest.unwrap_or_default();
    let id = sequence(&[digest, &octet_string(&hash), &issuer_serial]);
    sequence(&[&sequence(&[&id])])
}

#[test]
fn sig_18_signing_certificate() {
    let person = Person::new(Key::P256);
    let certificate = &person.certificate;
    let (der, serial) = (certificate.to_der(), certificate.serial_der());
    let v1 = |value: Vec<u8>| attribute(&oid::SIGNING_CERTIFICATE, &[&value]);
    let v2 = |value: Vec<u8>| attribute(&oid::SIGNING_CERTIFICATE_V2, &[&value]);
    let sha1 = DigestAlgorithm::Sha1.digest(der);
    let sha256 = DigestAlgorithm::Sha256.digest(der);
    let sha512 = DigestAlgorithm::Sha512.digest(der);
    let named = DigestAlgorithm::Sha512.identifier();
    let other = Person::new(Key::P256);
    let theirs = DigestAlgorithm::Sha256.digest(other.certificate.to_der());
    // An ESSCertID without issuer and serial number.
    let short = sequence(&[&sequence(&[&sequence(&[&octet_string(&sha256)])])]);

    for good in [
        v1(ess(certificate, None, sha1.clone(), serial)),
        v2(ess(certificate, None, sha256.clone(), serial)),
        v2(ess(certificate, Some(&named), sha512.clone(), serial)),
        v2(short),
    ] {
        let evidence = Hand::new(&person).attributes(good_and(&[&good])).verify();
        assert_eq!(evidence.standing(), Standing::Verified);
        assert!(failures(&evidence).is_empty());
    }
    for (wrong, attribute) in [
        (
            v1(ess(certificate, None, sha256.clone(), serial)),
            "signingCertificate",
        ),
        (
            v2(ess(certificate, None, theirs, serial)),
            "signingCertificateV2",
        ),
        (
            v2(ess(certificate, None, sha512.clone(), serial)),
            "signingCertificateV2",
        ),
        (
            v2(ess(certificate, None, sha256.clone(), &[1])),
            "signingCertificateV2",
        ),
        (
            v2(ess(
                &Person::of(Ca::new("Other CA").leaf(Key::P256, "x@example.org")).certificate,
                None,
                sha256.clone(),
                serial,
            )),
            "signingCertificateV2",
        ),
    ] {
        let evidence = Hand::new(&person).attributes(good_and(&[&wrong])).verify();
        assert_eq!(evidence.standing(), Standing::Invalid);
        assert_eq!(
            failures(&evidence),
            [Reason::ContradictingAttribute { attribute }]
        );
    }
    // The issuer written anew, as UTF8String and as PrintableString.
    for tag in [0x0c, 0x13] {
        let common_name = crate::cert::ca::oid("2.5.4.3");
        let attribute = sequence(&[&common_name, &crate::cert::ca::tlv(tag, b"Test CA")]);
        let name = sequence(&[&tlv(Tag::SET, &attribute)]);
        let names = sequence(&[&explicit(4, &name)]);
        let issuer_serial = sequence(&[&names, &tlv(Tag::INTEGER, serial)]);
        let id = sequence(&[&octet_string(&sha256), &issuer_serial]);
        let value = v2(sequence(&[&sequence(&[&id])]));
        let evidence = Hand::new(&person).attributes(good_and(&[&value])).verify();
        assert_eq!(evidence.standing(), Standing::Verified);
        assert!(failures(&evidence).is_empty());
    }
    // One right and one wrong; one with a digest that is not implemented.
    let both = [
        v1(ess(certificate, None, sha256.clone(), serial)),
        v2(ess(certificate, None, sha256, serial)),
    ];
    let evidence = Hand::new(&person)
        .attributes(good_and(&[&both[0], &both[1]]))
        .verify();
    assert_eq!(evidence.standing(), Standing::Invalid);
    let sha3 = with_null("2.16.840.1.101.3.4.2.8");
    let unknown = v2(ess(certificate, Some(&sha3), sha512, serial));
    let evidence = Hand::new(&person)
        .attributes(good_and(&[&unknown]))
        .verify();
    assert_eq!(evidence.standing(), Standing::Verified);
    assert!(matches!(
        &failures(&evidence)[..],
        [Reason::UnsupportedAlgorithm { .. }]
    ));
}

/// Two certificates of one key: the attribute says which one.
#[test]
fn sig_18_signing_certificate_chooses_among_certificates_of_one_key() {
    let ca = Ca::new("Test CA");
    // There is one RSA key per label and process.
    let issue = |subject| {
        let certify = ca.certify(Key::Rsa2048, "shared@example.org");
        let certify = certify.serial(&[5]).subject(&[("2.5.4.3", subject)]);
        Person::of(certify.issue())
    };
    let (first, second) = (issue("First"), issue("Second"));
    let candidates = [first.certificate.clone(), second.certificate.clone()];
    for person in [&first, &second] {
        let hash = DigestAlgorithm::Sha256.digest(person.certificate.to_der());
        let value = ess(&person.certificate, None, hash, &[5]);
        let named = attribute(&oid::SIGNING_CERTIFICATE_V2, &[&value]);
        let hand = Hand::new(person).attributes(good_and(&[&named]));
        let evidence = one(&hand.message(), &candidates);
        assert_eq!(evidence.standing(), Standing::Verified);
        assert_eq!(evidence.certificate(), Some(&person.certificate));
    }
}
