//! Definite framing is DER: it parses strictly and has one form. Versions and parameters are those of the RFCs.

use cms::enveloped_data::{
    KeyAgreeRecipientIdentifier, OriginatorIdentifierOrKey, RecipientIdentifier, RecipientInfo,
};
use cms::signed_data::SignerIdentifier;
use der::{Encode, Tagged};
use hex_literal::hex;
use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::{CertificateReference, KeyEncryptionChoice};
use smime::{Certificate, Protector};

use crate::ca::Key;
use crate::mime::{cms, detached};
use crate::people::{ALICE, BOB, CAROL, ENTITY, mail, person, protector};
use crate::structure::{auth_enveloped_data, enveloped_data, oid, signed_data, version};

use CertificateReference::{IssuerAndSerial, SubjectKeyIdentifier};

fn detached_der(protector: &Protector) -> Vec<u8> {
    detached(protector.protect(mail()).unwrap().message()).p7s
}

#[test]
fn signed_data_versions_and_names() {
    for (reference, number) in [(IssuerAndSerial, 1), (SubjectKeyIdentifier, 3)] {
        let protector = protector()
            .sign(&person(Key::P256, ALICE).identity)
            .certificate_reference(reference);
        let opaque = cms(protector
            .clone()
            .opaque()
            .protect(mail())
            .unwrap()
            .message());
        for (der, has_content) in [(detached_der(&protector), false), (opaque, true)] {
            let data = signed_data(&der);
            assert_eq!(version(data.version), number, "{reference:?}");
            let signer = &data.signer_infos.0.as_slice()[0];
            assert_eq!(version(signer.version), number, "{reference:?}");
            let by_key = matches!(signer.sid, SignerIdentifier::SubjectKeyIdentifier(_));
            assert_eq!(by_key, reference == SubjectKeyIdentifier);
            assert_eq!(
                data.encap_content_info.econtent_type,
                oid("1.2.840.113549.1.7.1")
            );
            let content = data
                .encap_content_info
                .econtent
                .as_ref()
                .map(|any| any.value());
            assert_eq!(content, has_content.then_some(ENTITY.as_bytes()));
            assert!(data.crls.is_none());
        }
    }
}

/// Digests without parameters (RFC 5754 2), RSA with NULL (RFC 5754 3.2), the others without.
#[test]
fn signature_parameters() {
    let rsa = person(Key::Rsa2048, ALICE);
    let cases: [(Protector, &[u8], &[u8]); 7] = [
        (
            protector().sign(&rsa.identity),
            &hex!("300b 0609608648016503040203"),
            &hex!("300d 06092a864886f70d01010d 0500"),
        ),
        (
            protector()
                .sign(&rsa.identity)
                .digest(DigestAlgorithm::Sha256),
            &hex!("300b 0609608648016503040201"),
            &hex!("300d 06092a864886f70d01010b 0500"),
        ),
        (
            protector()
                .sign(&rsa.identity)
                .pss()
                .digest(DigestAlgorithm::Sha256),
            &hex!("300b 0609608648016503040201"),
            // RFC 4055 3.1 and 2.1: SHA-256 with NULL, MGF1 with SHA-256, salt 32, trailer left out.
            &hex!(
                "3041 06092a864886f70d01010a 3034 a00f 300d 0609608648016503040201 0500"
                "a11c 301a 06092a864886f70d010108 300d 0609608648016503040201 0500 a203 020120"
            ),
        ),
        (
            protector().sign(&person(Key::P256, ALICE).identity),
            &hex!("300b 0609608648016503040201"),
            &hex!("300a 06082a8648ce3d040302"),
        ),
        (
            protector().sign(&person(Key::P384, ALICE).identity),
            &hex!("300b 0609608648016503040202"),
            &hex!("300a 06082a8648ce3d040303"),
        ),
        (
            protector().sign(&person(Key::P521, ALICE).identity),
            &hex!("300b 0609608648016503040203"),
            &hex!("300a 06082a8648ce3d040304"),
        ),
        (
            protector().sign(&person(Key::Ed25519, ALICE).identity),
            &hex!("300b 0609608648016503040203"),
            &hex!("3005 06032b6570"),
        ),
    ];
    for (protector, digest, signature) in cases {
        let data = signed_data(&detached_der(&protector));
        let signer = &data.signer_infos.0.as_slice()[0];
        assert_eq!(signer.digest_alg.to_der().unwrap(), digest);
        assert_eq!(
            data.digest_algorithms.to_der().unwrap(),
            crate::ca::tlv(0x31, digest)
        );
        assert_eq!(signer.signature_algorithm.to_der().unwrap(), signature);
    }
}

/// Digest algorithms of two signers: each once, and the list in the header in quotes (RFC 8551 3.5.3.2).
#[test]
fn two_signers() {
    let (rsa, ec) = (person(Key::Rsa2048, ALICE), person(Key::P256, ALICE));
    let both = protector().sign(&rsa.identity).sign(&ec.identity);
    let signed = both.protect(mail()).unwrap();
    let text = String::from_utf8_lossy(signed.message()).into_owned();
    assert!(text.contains("micalg=\"sha-512,sha-256\""), "{text}");
    let data = signed_data(&detached(signed.message()).p7s);
    assert_eq!(data.digest_algorithms.len(), 2);
    assert_eq!(data.signer_infos.0.len(), 2);

    let same = both
        .digest(DigestAlgorithm::Sha256)
        .protect(mail())
        .unwrap();
    let text = String::from_utf8_lossy(same.message()).into_owned();
    assert!(text.contains("micalg=sha-256;"), "{text}");
    assert_eq!(
        signed_data(&detached(same.message()).p7s)
            .digest_algorithms
            .len(),
        1
    );
}

fn encrypted(
    certificates: &[&Certificate],
    cipher: ContentCipher,
    reference: CertificateReference,
) -> Vec<u8> {
    let protector = protector()
        .encrypt_to(certificates.iter().copied())
        .cipher(cipher);
    let protector = protector.danger_ignore_addresses();
    cms(protector
        .certificate_reference(reference)
        .protect(mail())
        .unwrap()
        .message())
}

/// EnvelopedData is 0 only when every RecipientInfo is (RFC 5652 6.1); AuthEnvelopedData is always 0 (RFC 5083 2.1).
#[test]
fn enveloped_data_versions() {
    let (rsa, ec) = (person(Key::Rsa2048, BOB), person(Key::P256, CAROL));
    let (rsa, ec) = (rsa.certificate(), ec.certificate());
    let cases: [(&[&Certificate], _, u8, &[u8]); 4] = [
        (&[rsa], IssuerAndSerial, 0, &[0]),
        (&[rsa], SubjectKeyIdentifier, 2, &[2]),
        (&[ec], IssuerAndSerial, 2, &[3]),
        (&[rsa, ec], IssuerAndSerial, 2, &[0, 3]),
    ];
    for (certificates, reference, number, each) in cases {
        let data = enveloped_data(&encrypted(
            certificates,
            ContentCipher::Aes256Cbc,
            reference,
        ));
        assert_eq!(version(data.version), number);
        assert!(data.originator_info.is_none() && data.unprotected_attrs.is_none());
        let mut versions: Vec<u8> = data.recip_infos.0.iter().map(info_version).collect();
        versions.sort_unstable();
        assert_eq!(versions, each);

        let der = encrypted(certificates, ContentCipher::Aes256Gcm, reference);
        let data = auth_enveloped_data(&der);
        assert_eq!(version(data.version), 0);
        assert!(data.originator_info.is_none());
        assert!(data.auth_attrs.is_none() && data.unauth_attrs.is_none());
    }
}

fn info_version(info: &RecipientInfo) -> u8 {
    match info {
        RecipientInfo::Ktri(info) => version(info.version),
        RecipientInfo::Kari(info) => version(info.version),
        other => panic!("{other:?}"),
    }
}

/// CBC with its IV (RFC 3565 2.3), GCM with nonce and the full tag length written out (RFC 5084 3.2), ChaCha20 with
/// its nonce (RFC 8103 3); the MAC is the whole tag.
#[test]
fn content_encryption_parameters() {
    let bob = person(Key::Rsa2048, BOB);
    for (cipher, last) in [
        (ContentCipher::Aes128Cbc, 2u8),
        (ContentCipher::Aes192Cbc, 22),
        (ContentCipher::Aes256Cbc, 42),
    ] {
        let der = encrypted(&[bob.certificate()], cipher, IssuerAndSerial);
        let info = enveloped_data(&der).encrypted_content;
        assert_eq!(info.content_type, oid("1.2.840.113549.1.7.1"));
        assert_eq!(
            info.content_enc_alg.oid,
            oid(&format!("2.16.840.1.101.3.4.1.{last}"))
        );
        let parameters = info.content_enc_alg.parameters.unwrap().to_der().unwrap();
        assert_eq!(
            (parameters.len(), &parameters[..2]),
            (18, &hex!("0410")[..])
        );
        let length = info.encrypted_content.unwrap().as_bytes().len();
        assert_eq!(length, ENTITY.len() / 16 * 16 + 16);
    }
    for (cipher, kind) in [
        (ContentCipher::Aes128Gcm, "2.16.840.1.101.3.4.1.6"),
        (ContentCipher::Aes256Gcm, "2.16.840.1.101.3.4.1.46"),
        (
            ContentCipher::ChaCha20Poly1305,
            "1.2.840.113549.1.9.16.3.18",
        ),
    ] {
        let data = auth_enveloped_data(&encrypted(&[bob.certificate()], cipher, IssuerAndSerial));
        let info = data.auth_encrypted_content_info;
        assert_eq!(info.content_enc_alg.oid, oid(kind));
        let parameters = info.content_enc_alg.parameters.unwrap().to_der().unwrap();
        if cipher == ContentCipher::ChaCha20Poly1305 {
            assert_eq!(
                (parameters.len(), &parameters[..2]),
                (14, &hex!("040c")[..])
            );
        } else {
            assert_eq!(
                (parameters.len(), &parameters[..4]),
                (19, &hex!("3011 040c")[..])
            );
            assert_eq!(&parameters[16..], &hex!("020110")[..]);
        }
        assert_eq!(
            info.encrypted_content.unwrap().as_bytes().len(),
            ENTITY.len()
        );
        assert_eq!(data.mac.as_bytes().len(), 16);
    }
}

#[test]
fn key_transport_parameters() {
    let bob = person(Key::Rsa2048, BOB);
    let pkcs1 = hex!("300d 06092a864886f70d010101 0500");
    // RSAES-OAEP-params with SHA-256 twice, label left out (RFC 4055 4.1).
    let oaep = hex!(
        "303c 06092a864886f70d010107 302f a00f 300d 0609608648016503040201 0500"
        "a11c 301a 06092a864886f70d010108 300d 0609608648016503040201 0500"
    );
    let cases: [(KeyEncryptionChoice, &[u8]); 3] = [
        (KeyEncryptionChoice::Auto, &pkcs1),
        (KeyEncryptionChoice::Pkcs1, &pkcs1),
        (KeyEncryptionChoice::Oaep, &oaep),
    ];
    for (choice, algorithm) in cases {
        let protector = protector()
            .encrypt_to([bob.certificate()])
            .key_encryption(choice);
        let data = enveloped_data(&cms(protector.protect(mail()).unwrap().message()));
        let [RecipientInfo::Ktri(info)] = data.recip_infos.0.as_slice() else {
            panic!()
        };
        assert!(matches!(
            info.rid,
            RecipientIdentifier::IssuerAndSerialNumber(_)
        ));
        assert_eq!(info.enc_key.as_bytes().len(), 256);
        assert_eq!(info.key_enc_alg.to_der().unwrap(), algorithm);
    }
}

/// Ephemeral key without parameters, no ukm, X9.63 with SHA-256, the wrap of the content key's size (RFC 5753 7.1.4,
/// RFC 8551 2.3).
#[test]
fn key_agreement_parameters() {
    let ciphers = [
        (
            ContentCipher::Aes128Cbc,
            hex!("300b 0609608648016503040105"),
            24,
        ),
        (
            ContentCipher::Aes192Cbc,
            hex!("300b 0609608648016503040119"),
            32,
        ),
        (
            ContentCipher::Aes256Cbc,
            hex!("300b 060960864801650304012d"),
            40,
        ),
    ];
    for (kind, point) in [(Key::P256, 65), (Key::P384, 97), (Key::P521, 133)] {
        for (cipher, wrap, wrapped) in ciphers {
            for reference in [IssuerAndSerial, SubjectKeyIdentifier] {
                let bob = person(kind, BOB);
                let data = enveloped_data(&encrypted(&[bob.certificate()], cipher, reference));
                let info = crate::structure::only_agreement(data.recip_infos.0.as_slice());
                assert!(info.ukm.is_none());
                let OriginatorIdentifierOrKey::OriginatorKey(key) = &info.originator else {
                    panic!()
                };
                assert_eq!(
                    key.algorithm.to_der().unwrap(),
                    hex!("3009 06072a8648ce3d0201")
                );
                let bits = key.public_key.as_bytes().unwrap();
                assert_eq!((bits.len(), bits[0]), (point, 4));
                assert_eq!(info.key_enc_alg.oid, oid("1.3.132.1.11.1"));
                let parameters = info.key_enc_alg.parameters.as_ref().unwrap();
                assert_eq!(parameters.to_der().unwrap(), wrap);
                assert_eq!(parameters.tag(), der::Tag::Sequence);
                assert_eq!(info.recipient_enc_keys.len(), 1);
                let one = &info.recipient_enc_keys[0];
                assert_eq!(one.enc_key.as_bytes().len(), wrapped);
                let by_key = matches!(one.rid, KeyAgreeRecipientIdentifier::RKeyId(_));
                assert_eq!(by_key, reference == SubjectKeyIdentifier);
            }
        }
    }
}

/// Indefinite framing is not DER, but what is signed in it is.
#[test]
fn indefinite_framing_signs_der() {
    use smime::protect::Framing;
    let protector = protector()
        .sign(&person(Key::Ed25519, ALICE).identity)
        .opaque();
    let protector = protector.danger_random(crate::random::Seeded::new(1));
    let definite = cms(protector
        .clone()
        .framing(Framing::Definite)
        .protect(mail())
        .unwrap()
        .message());
    let indefinite = cms(protector
        .framing(Framing::Indefinite)
        .protect(mail())
        .unwrap()
        .message());
    assert_eq!(indefinite[..2], hex!("3080"));
    assert!(indefinite.ends_with(&[0; 6]));
    let signer = signed_data(&definite).signer_infos.to_der().unwrap();
    assert!(crate::mime::contains(&indefinite, &signer));
}
