//! What OpenSSL 3.0 wrote. Made with
//!
//! ```text
//! openssl cms -sign -binary -in content -outform PEM [-nodetach] [-stream] [-keyid -cades] [-noattr]
//!     [-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32] -md DIGEST -signer ec.pem -inkey ec.key
//! ```

use super::hand::all;
use super::*;
use crate::crypto::PssParameters;

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nSigned by OpenSSL.\r\n";

fn decode(pem: &str) -> Vec<u8> {
    der::pem::decode_vec(pem.as_bytes()).unwrap().1
}

/// All signers, with the certificates that the message carries.
fn verify(pem: &str, policy: &dyn Policy) -> Vec<SignerEvidence> {
    let message = decode(pem);
    let signed = hand::signed(&message);
    let candidates: Vec<Certificate> = signed
        .certificates
        .iter()
        .map(|der| Certificate::from_der_exact(der).unwrap())
        .collect();
    if let Some(content) = &signed.content {
        assert_eq!(*content.joined(), *CONTENT);
    }
    let detached = signed.content.is_none().then_some(CONTENT);
    let found = all(&message, detached, &candidates, policy);
    found.into_iter().map(Result::unwrap).collect()
}

#[test]
fn verifies() {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
    for (pem, algorithm) in [
        (include_str!("openssl/ec_definite.pem"), Ecdsa(Sha256)),
        (include_str!("openssl/ec_stream.pem"), Ecdsa(Sha384)),
        (include_str!("openssl/ec_detached.pem"), Ecdsa(Sha512)),
        (include_str!("openssl/ec_key_identifier.pem"), Ecdsa(Sha256)),
        (include_str!("openssl/rsa_stream.pem"), RsaPkcs1(Sha256)),
        (
            include_str!("openssl/rsa_pss.pem"),
            RsaPss(PssParameters::new(Sha256)),
        ),
    ] {
        let found = verify(pem, &hand::standard());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].standing(), Standing::Verified, "{algorithm:?}");
        assert_eq!(found[0].algorithm(), Some(&algorithm));
        assert!(failures(&found[0]).is_empty());
    }
}

#[test]
fn two_signers() {
    let found = verify(include_str!("openssl/two_signers.pem"), &hand::standard());
    let mut subjects: Vec<String> = found
        .iter()
        .map(|evidence| {
            assert_eq!(evidence.standing(), Standing::Verified);
            evidence.certificate().unwrap().subject()
        })
        .collect();
    subjects.sort();
    assert_eq!(subjects, ["CN=Alice", "CN=Bob"]);
}

#[test]
fn what_the_policy_decides() {
    let standard = hand::standard();
    for pem in [
        include_str!("openssl/ec_bare.pem"),
        include_str!("openssl/rsa_sha1.pem"),
    ] {
        let found = verify(pem, &standard);
        assert_eq!(found[0].standing(), Standing::Unchecked);
        assert!(!found[0].is_legacy());
        let found = verify(pem, &standard.legacy());
        assert_eq!(found[0].standing(), Standing::Verified);
        assert!(found[0].is_legacy());
    }
    let found = verify(include_str!("openssl/rsa_md5.pem"), &standard.legacy());
    assert_eq!(found[0].standing(), Standing::Unchecked);
    assert!(
        found[0]
            .checks()
            .iter()
            .any(|check| check.to_string().contains("MD5 (1.2.840.113549.2.5)"))
    );
}

/// Every change of one octet gives another result or the same about the same content.
#[test]
fn dos_10_no_changed_content_verifies() {
    let message = decode(include_str!("openssl/ec_stream.pem"));
    let signed = hand::signed(&message);
    let candidate = Certificate::from_der_exact(signed.certificates[0]).unwrap();
    let limits = crate::Limits::default();
    for position in 0..message.len() {
        let mut changed = message.clone();
        changed[position] ^= 1 << (position % 8);
        let Ok(crate::cms::read::Received::Signed(read)) =
            crate::cms::read::read(&changed, &limits)
        else {
            continue;
        };
        let Some(octets) = read.content.clone() else {
            continue;
        };
        let content = SignedContent {
            content_type: read.content_type,
            octets: SignedOctets::Held(octets.clone()),
            digests: Vec::new(),
        };
        for signer in read.signers.iter().flatten() {
            let evidence = verify_signer(
                signer,
                &content,
                std::slice::from_ref(&candidate),
                &hand::standard(),
            );
            if evidence.standing() == Standing::Verified {
                assert_eq!(*octets.joined(), *CONTENT, "byte {position}");
            }
        }
        let prefix = message.get(..position).unwrap();
        assert!(crate::cms::read::read(prefix, &limits).is_err());
    }
}
