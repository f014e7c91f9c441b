//! What signed attributes may and may not say.

use super::hand::*;
use super::*;
use crate::asn1::{
    END_OF_CONTENTS, Tag, explicit, indefinite, integer_u64, null, octet_string, oid as der_oid,
    sequence, set_of, tlv,
};
use crate::cms::oid;
use crate::crypto::PssParameters;

fn standing_with(person: &Person, attributes: Vec<Vec<u8>>) -> (Standing, Vec<Reason>) {
    let evidence = Hand::new(person).attributes(attributes).verify();
    (evidence.standing(), failures(&evidence))
}

#[test]
fn sig_03_message_digest_and_content_type() {
    let person = Person::new(Key::P256);
    let digest = octet_string(&DigestAlgorithm::Sha256.digest(CONTENT));
    let two_digests = attribute(&oid::MESSAGE_DIGEST, &[&digest, &octet_string(b"x")]);
    let no_digest = attribute(&oid::MESSAGE_DIGEST, &[]);
    let text = tlv(Tag::UTF8_STRING, &DigestAlgorithm::Sha256.digest(CONTENT));
    let wrong_type = attribute(&oid::MESSAGE_DIGEST, &[&text]);
    let two_types = attribute(
        &oid::CONTENT_TYPE,
        &[&der_oid(&oid::DATA), &der_oid(&oid::SIGNED_DATA)],
    );
    let other_type = attribute(&oid::CONTENT_TYPE, &[&der_oid(&oid::SIGNED_DATA)]);
    let no_oid = attribute(&oid::CONTENT_TYPE, &[&octet_string(oid::DATA.as_bytes())]);
    let (ct, md) = (content_type(), message_digest(CONTENT));
    let attribute = "messageDigest";
    for (attributes, reason) in [
        (vec![ct.clone()], Reason::MissingAttribute { attribute }),
        (
            vec![ct.clone(), md.clone(), md.clone()],
            Reason::RepeatedAttribute { attribute },
        ),
        (
            vec![ct.clone(), two_digests],
            Reason::RepeatedAttribute { attribute },
        ),
        (
            vec![ct.clone(), no_digest],
            Reason::MalformedAttribute { attribute },
        ),
        (
            vec![ct.clone(), wrong_type],
            Reason::MalformedAttribute { attribute },
        ),
    ] {
        assert_eq!(
            standing_with(&person, attributes),
            (Standing::Invalid, vec![reason])
        );
    }
    let attribute = "contentType";
    for (attributes, reason) in [
        (vec![md.clone()], Reason::MissingAttribute { attribute }),
        (
            vec![ct.clone(), ct, md.clone()],
            Reason::RepeatedAttribute { attribute },
        ),
        (
            vec![two_types, md.clone()],
            Reason::RepeatedAttribute { attribute },
        ),
        (
            vec![other_type, md.clone()],
            Reason::ContradictingAttribute { attribute },
        ),
        (vec![no_oid, md], Reason::MalformedAttribute { attribute }),
    ] {
        assert_eq!(
            standing_with(&person, attributes),
            (Standing::Invalid, vec![reason])
        );
    }
}

/// RFC 8551 2.5.
#[test]
fn what_may_stand_there_once_must_not_stand_there_twice() {
    let person = Person::new(Key::P256);
    let time = tlv(Tag::UTC_TIME, b"240229235959Z");
    let empty = sequence(&[]);
    let preference = explicit(0, &[]);
    for (kind, value, attribute_name) in [
        (oid::SIGNING_TIME, &time, "signingTime"),
        (oid::SMIME_CAPABILITIES, &empty, "sMIMECapabilities"),
        (oid::ENCRYPTION_KEY_PREFERENCE, &preference, "encrypKeyPref"),
        (oid::SIGNING_CERTIFICATE, &empty, "signingCertificate"),
        (oid::SIGNING_CERTIFICATE_V2, &empty, "signingCertificateV2"),
        (oid::ALGORITHM_PROTECTION, &empty, "cmsAlgorithmProtection"),
    ] {
        let one = attribute(&kind, &[value]);
        let two = attribute(&kind, &[value, &null()]);
        let reason = Reason::RepeatedAttribute {
            attribute: attribute_name,
        };
        for attributes in [good_and(&[&one, &one]), good_and(&[&two])] {
            assert_eq!(
                standing_with(&person, attributes),
                (Standing::Invalid, vec![reason.clone()])
            );
        }
    }
}

#[test]
fn an_unreadable_signing_time_is_a_note() {
    let person = Person::new(Key::P256);
    let time = attribute(&oid::SIGNING_TIME, &[&tlv(Tag::UTC_TIME, b"yesterday")]);
    let evidence = Hand::new(&person).attributes(good_and(&[&time])).verify();
    assert_eq!(evidence.standing(), Standing::Verified);
    assert!(failures(&evidence).is_empty());
    let notes = |c: &&Check| c.outcome() == Outcome::Note && c.aspect() == Aspect::Time;
    assert_eq!(evidence.checks().iter().filter(notes).count(), 1);
}

/// RFC 5652 11: an attribute that must be signed must not be unsigned; others may stand there.
#[test]
fn sig_21_unsigned_attributes() {
    let person = Person::new(Key::P256);
    let mut hand = Hand::new(&person);
    // signatureTimeStampToken.
    let token = const_oid::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
    hand.unsigned = vec![attribute(&token, &[&null()]), octet_string(b"no attribute")];
    assert_eq!(hand.verify().standing(), Standing::Verified);
    let time = tlv(Tag::UTC_TIME, b"240229235959Z");
    hand.unsigned = vec![attribute(&oid::SIGNING_TIME, &[&time])];
    // The failed check keeps it from being trusted; the content was signed all the same.
    let evidence = hand.verify();
    assert_eq!(evidence.standing(), Standing::Verified);
    assert!(matches!(
        &failures(&evidence)[..],
        [Reason::MalformedSigner { detail }] if detail.contains("signingTime")
    ));
    hand.content.push(b' ');
    assert_eq!(hand.verify().standing(), Standing::Invalid);
}

fn protection(digest: &[u8], signature: &[u8], tag: u8) -> Vec<u8> {
    let mut signature = signature.to_vec();
    signature[0] = tag;
    attribute(
        &oid::ALGORITHM_PROTECTION,
        &[&sequence(&[digest, &signature])],
    )
}

#[test]
fn sig_07_algorithm_protection() {
    let person = Person::new(Key::Rsa2048);
    let sha256 = DigestAlgorithm::Sha256.identifier();
    let sha256_null = with_null("2.16.840.1.101.3.4.2.1");
    let sha512 = DigestAlgorithm::Sha512.identifier();
    let signature = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256).identifier();
    let other = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512).identifier();
    let pss = SignatureAlgorithm::RsaPss(PssParameters::new(DigestAlgorithm::Sha256)).identifier();

    for good in [
        protection(&sha256, &signature, 0xa1),
        // NULL or absent parameters are the same.
        protection(&sha256_null, &signature, 0xa1),
    ] {
        let (standing, failed) = standing_with(&person, good_and(&[&good]));
        assert_eq!((standing, failed.len()), (Standing::Verified, 0));
    }
    let attribute = "cmsAlgorithmProtection";
    for wrong in [
        protection(&sha512, &signature, 0xa1),
        protection(&sha256, &other, 0xa1),
        protection(&sha256, &pss, 0xa1),
    ] {
        assert_eq!(
            standing_with(&person, good_and(&[&wrong])),
            (
                Standing::Invalid,
                vec![Reason::ContradictingAttribute { attribute }]
            )
        );
    }
    // A MAC algorithm does not belong into a signature.
    assert_eq!(
        standing_with(&person, good_and(&[&protection(&sha256, &signature, 0xa2)])),
        (
            Standing::Invalid,
            vec![Reason::MalformedAttribute { attribute }]
        )
    );
}

/// digestAlgorithm and signatureAlgorithm disagree, with a signature that is right for either.
#[test]
fn sig_07_digest_and_signature_algorithm_disagree() {
    let person = Person::new(Key::Rsa2048);
    for (digest, algorithm) in [
        (DigestAlgorithm::Sha256, DigestAlgorithm::Sha512),
        (DigestAlgorithm::Sha512, DigestAlgorithm::Sha256),
    ] {
        let value = octet_string(&digest.digest(CONTENT));
        let mut hand = Hand::new(&person).attributes(vec![
            content_type(),
            attribute(&oid::MESSAGE_DIGEST, &[&value]),
        ]);
        hand.digest = digest.identifier();
        for algorithm in [
            SignatureAlgorithm::RsaPkcs1(algorithm),
            SignatureAlgorithm::RsaPss(PssParameters::new(algorithm)),
        ] {
            hand.identifier = algorithm.identifier();
            hand.algorithm = algorithm;
            let evidence = hand.verify();
            assert_eq!(evidence.standing(), Standing::Invalid);
            assert!(matches!(
                &failures(&evidence)[..],
                [Reason::MalformedSigner { .. }]
            ));
        }
    }
    // And the key is of another kind than the algorithm.
    let mut hand = Hand::new(&person);
    hand.identifier = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256).identifier();
    assert_eq!(hand.verify().standing(), Standing::Invalid);
}

#[test]
fn rsa_encryption_as_signature_algorithm() {
    let mut hand = Hand::new(&Person::new(Key::Rsa2048));
    for identifier in [
        with_null("1.2.840.113549.1.1.1"),
        // Without parameters, by hand.
        sequence(&[&der_oid(&const_oid::ObjectIdentifier::new_unwrap(
            "1.2.840.113549.1.1.1",
        ))]),
    ] {
        hand.identifier = identifier;
        let evidence = hand.verify();
        assert_eq!(evidence.standing(), Standing::Verified);
        assert_eq!(evidence.algorithm(), Some(&hand.algorithm));
    }
}

/// Attributes in BER: the signature is over their DER (RFC 5652 5.4), or over what was sent.
#[test]
fn attributes_that_are_not_der() {
    let person = Person::new(Key::P256);
    let (ct, md) = (content_type(), message_digest(CONTENT));
    let der = set_of(vec![ct.clone(), md.clone()]);
    let mut ber = indefinite(Tag::context(0, true));
    ber.extend([md.clone(), ct.clone()].concat());
    ber.extend(END_OF_CONTENTS);
    let unsorted = tlv(Tag::context(0, true), &[md, ct].concat());
    for field in [ber, unsorted] {
        let mut received = field.clone();
        received[0] = 0x31;
        for (to_be_signed, expected) in [
            (der.clone(), Standing::Verified),
            (received, Standing::Verified),
            (field.clone(), Standing::Invalid),
        ] {
            let mut hand = Hand::new(&person);
            hand.field = Some(field.clone());
            hand.to_be_signed = Some(to_be_signed);
            assert_eq!(hand.verify().standing(), expected);
        }
    }
}

#[test]
fn capabilities_and_preference_are_handed_out() {
    let person = Person::new(Key::P256);
    let rc2 = sequence(&[
        &der_oid(&const_oid::ObjectIdentifier::new_unwrap(
            "1.2.840.113549.3.2",
        )),
        &integer_u64(40),
    ]);
    // RFC 8551: AES-256-GCM.
    let gcm = hex_literal::hex!("300B060960864801650304012E");
    let unknown = hex_literal::hex!("3004 06022A03");
    let list = sequence(&[&gcm, &unknown, &null(), &rc2]);
    let serial = tlv(Tag::INTEGER, person.certificate.serial_der());
    let reference = [person.certificate.issuer_der(), &serial].concat();
    for (kind, value) in [
        (oid::ENCRYPTION_KEY_PREFERENCE, explicit(0, &reference)),
        (oid::MICROSOFT_KEY_PREFERENCE, sequence(&[&reference])),
        (
            oid::ENCRYPTION_KEY_PREFERENCE,
            crate::asn1::implicit(
                2,
                false,
                person.certificate.subject_key_identifier().unwrap(),
            ),
        ),
    ] {
        let message = Hand::new(&person)
            .attributes(good_and(&[
                &attribute(&oid::SMIME_CAPABILITIES, &[&list]),
                &attribute(&kind, &[&value]),
                &attribute(&oid::SIGNING_TIME, &[&tlv(Tag::UTC_TIME, b"240229235959Z")]),
            ]))
            .message();
        let signed = signed(&message);
        let signer = signed.signers[0].as_ref().unwrap();
        let attributes = signer.attributes.as_ref().unwrap();
        let found = attributes.capabilities();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["AES-256-GCM", "1.2.3", "RC2-40-CBC"]);
        assert_eq!(found[0].1, gcm);
        let preferred = attributes.encryption_key_preference().unwrap();
        assert!(preferred.matches(&person.certificate));
        let time = attributes.signing_time().unwrap();
        assert_eq!(crate::asn1::unix_seconds(time), 1_709_251_199);
    }
}
