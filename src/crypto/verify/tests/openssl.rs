//! Signatures that openssl makes and this crate does not.

use super::*;
use crate::key::testing::{have_openssl, openssl, rsa};

/// Every digest with every key, signed by openssl: those that are only read as well.
#[test]
fn openssl_signs_with_old_digests() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("message", b"message");
    let keys = [rsa2048(), ec(Curve::P256), ec(Curve::P384), ec(Curve::P521)];
    for key in keys {
        write("key", key.to_pkcs8_der().unwrap().as_ref());
        for digest in [Sha1, Sha224, Sha256, Sha384, Sha512] {
            let name = digest.name().replace('-', "").to_lowercase();
            let is_rsa = matches!(key.public_key().kind(), crate::crypto::KeyKind::Rsa { .. });
            let pss = SignatureAlgorithm::RsaPss(PssParameters::new(digest));
            let pss_options = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
            let cases = match is_rsa {
                true => vec![
                    (SignatureAlgorithm::RsaPkcs1(digest), ""),
                    (pss, pss_options),
                ],
                false => vec![(SignatureAlgorithm::Ecdsa(digest), "")],
            };
            for (algorithm, options) in cases {
                let command = format!("dgst -{name} -sign key -keyform DER {options} message");
                let signature = openssl(dir.path(), &command).unwrap();
                let public = key.public_key();
                let case = format!("{} {:?}", algorithm.name(), public.kind());
                for backend in BOTH {
                    let checked = |message: &[u8]| {
                        verify_by(backend, public, &algorithm, message, &signature)
                    };
                    checked(b"message").expect(&case);
                    assert!(checked(b"massage").is_err(), "{case}");
                }
            }
        }
    }
}

/// openssl signs with every pair of digests; the pair has to be the right one.
#[test]
fn pss_with_two_digests() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("message", b"message");
    // With 1025 bits the encoded message is a byte shorter than the modulus.
    for (key, bits) in [(rsa2048(), 2048), (rsa(1025), 1025), (rsa(1031), 1031)] {
        write("key", key.to_pkcs8_der().unwrap().as_ref());
        let public = key.public_key();
        assert_eq!(public.bits(), bits);
        for (digest, mgf_digest, salt_len) in [
            (Sha256, Sha1, 32),
            (Sha1, Sha512, 0),
            (Sha384, Sha256, 48),
            (Sha224, Sha384, 7),
            (Sha256, Sha256, 32),
        ] {
            let name = |digest: DigestAlgorithm| digest.name().replace('-', "").to_lowercase();
            let command = format!(
                "dgst -{} -sign key -keyform DER -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{salt_len} -sigopt rsa_mgf1_md:{} message",
                name(digest),
                name(mgf_digest)
            );
            let signature = openssl(dir.path(), &command).unwrap();
            let parameters = PssParameters {
                digest,
                mgf_digest,
                salt_len,
            };
            let check = |parameters: &PssParameters, message: &[u8], signature: &[u8]| {
                let rsa = rsa_public(public).unwrap();
                let hash = parameters.digest.digest(message);
                let own = pss::verify(rsa, parameters, &hash, signature);
                let algorithm = SignatureAlgorithm::RsaPss(parameters.clone());
                assert_eq!(verify(public, &algorithm, message, signature).is_ok(), own);
                own
            };
            assert!(check(&parameters, b"message", &signature));
            assert!(!check(&parameters, b"massage", &signature));
            for other in [
                PssParameters {
                    mgf_digest: if mgf_digest == Sha512 { Sha1 } else { Sha512 },
                    ..parameters.clone()
                },
                PssParameters {
                    salt_len: salt_len + 1,
                    ..parameters.clone()
                },
                PssParameters {
                    salt_len: salt_len.saturating_sub(1) + 2 * usize::from(salt_len == 0),
                    ..parameters.clone()
                },
                PssParameters {
                    salt_len: 65_535,
                    ..parameters.clone()
                },
            ] {
                assert!(!check(&other, b"message", &signature));
            }
            for at in [0, 1, signature.len() / 2, signature.len() - 1] {
                let mut changed = signature.clone();
                changed[at] ^= 1;
                assert!(!check(&parameters, b"message", &changed));
            }
            for len in [0, 1, signature.len() - 1] {
                assert!(!check(&parameters, b"message", &signature[..len]));
            }
            let longer = [&[0], &signature[..]].concat();
            assert!(!check(&parameters, b"message", &longer));
            let huge = vec![0xff; signature.len()];
            assert!(!check(&parameters, b"message", &huge));
        }
    }
}
