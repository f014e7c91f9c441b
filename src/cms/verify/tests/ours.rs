//! What the writing half makes, with every algorithm.

use std::time::{Duration, UNIX_EPOCH};

use super::hand::{all, signed, standard};
use super::*;
use crate::Identity;
use crate::cert::ca::{Ca, Key};
use crate::cms::CertificateReference;
use crate::cms::signed::{SignedDataWriter, Signer, indefinite_head, indefinite_tail};
use crate::crypto::{ContentCipher, PssParameters};
use crate::key::PrivateKey;

fn identity(kind: Key) -> Identity {
    let (certificate, key) = Ca::new("Test CA").leaf(kind, "alice@example.org");
    let certificate = Certificate::from_der_exact(&certificate).unwrap();
    Identity::new([certificate], PrivateKey::from_pkcs8_der(&key).unwrap()).unwrap()
}

fn algorithms() -> Vec<(Key, SignatureAlgorithm)> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let mut all = vec![(Key::Ed25519, SignatureAlgorithm::Ed25519)];
    for digest in [Sha256, Sha384, Sha512] {
        let pss = || SignatureAlgorithm::RsaPss(PssParameters::new(digest));
        all.push((Key::Rsa2048, SignatureAlgorithm::RsaPkcs1(digest)));
        all.push((Key::Rsa2048, pss()));
        all.push((Key::RsaPss2048, pss()));
        for curve in [Key::P256, Key::P384, Key::P521] {
            all.push((curve, SignatureAlgorithm::Ecdsa(digest)));
        }
    }
    all
}

#[test]
fn every_algorithm_framing_and_reference() {
    let content = b"Content-Type: text/plain\r\n\r\nHello.\r\n";
    for (kind, algorithm) in algorithms() {
        let identity = identity(kind);
        let candidates = [identity.certificate().clone()];
        for reference in [
            CertificateReference::IssuerAndSerial,
            CertificateReference::SubjectKeyIdentifier,
        ] {
            let signers = vec![Signer {
                identity: identity.clone(),
                algorithm: algorithm.clone(),
                reference,
                capabilities: vec![ContentCipher::Aes256Cbc],
                encryption_certificate: None,
            }];
            let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            let mut writer = SignedDataWriter::new(signers.clone(), time, 1);
            writer.push(content);
            let (unsigned, requests) = writer.finish(&mut |_| Ok(None)).unwrap();
            let signatures: Vec<Vec<u8>> = requests
                .iter()
                .map(|request| request.key().sign(request).unwrap())
                .collect();
            let trailer = unsigned.trailer(&signatures).unwrap();
            let length = content.len() as u64;
            let definite = [
                unsigned.definite_head(length, &trailer),
                content.to_vec(),
                trailer.clone(),
            ]
            .concat();
            let pieces: Vec<u8> = content
                .chunks(7)
                .flat_map(crate::asn1::octet_string)
                .collect();
            let indefinite =
                [indefinite_head(&signers), pieces, indefinite_tail(&trailer)].concat();
            let detached = unsigned.detached(&signatures).unwrap();
            for (message, outside) in [
                (&definite, None),
                (&indefinite, None),
                (&detached, Some(&content[..])),
            ] {
                let mut found = all(message, outside, &candidates, &standard());
                let evidence = found.remove(0).unwrap();
                let what = format!("{} {reference:?}", algorithm.name());
                assert_eq!(evidence.standing(), Standing::Verified, "{what}");
                assert!(failures(&evidence).is_empty(), "{what}");
                assert_eq!(evidence.algorithm(), Some(&algorithm));
                let read = signed(message);
                assert_eq!(read.certificates, [candidates[0].to_der()]);
                let signer = read.signers[0].as_ref().unwrap();
                let attributes = signer.attributes.as_ref().unwrap();
                assert_eq!(attributes.signing_time(), Some(time));
                assert_eq!(attributes.capabilities()[0].0, "AES-256-CBC");
            }
        }
    }
}
