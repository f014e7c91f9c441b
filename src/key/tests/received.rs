//! What only received mail asks of a key.

use super::*;

/// openssl encrypts with digests and labels of every mixture, also for keys that are too small to sign.
#[test]
fn decrypts_what_openssl_encrypts() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("in"), [0x42; 24]).unwrap();
    for key in [rsa(1024), rsa(1031), rsa2048()] {
        std::fs::write(dir.path().join("key"), key.to_pkcs8_der().unwrap()).unwrap();
        let encrypt = |options: &str| {
            let command = format!("pkeyutl -encrypt -inkey key -keyform DER -in in {options}");
            openssl(dir.path(), &command).unwrap()
        };
        let encrypted = encrypt("-pkeyopt rsa_padding_mode:pkcs1");
        assert_eq!(
            key.unwrap(&v15(&encrypted, 24)).unwrap().as_ref(),
            [0x42; 24]
        );
        assert_ne!(
            key.unwrap(&v15(&encrypted, 16)).unwrap().as_ref(),
            [0x42; 16]
        );
        for (digest, mgf_digest, label) in [
            (Sha1, Sha1, ""),
            (Sha1, Sha256, ""),
            (Sha224, Sha1, "label"),
            (Sha256, Sha1, "label"),
            (Sha256, Sha512, ""),
            (Sha384, Sha224, "another"),
        ] {
            let name = |digest: DigestAlgorithm| digest.name().replace('-', "").to_lowercase();
            let mut options = format!(
                "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{} -pkeyopt rsa_mgf1_md:{}",
                name(digest),
                name(mgf_digest)
            );
            if !label.is_empty() {
                let label: String = label.bytes().map(|byte| format!("{byte:02x}")).collect();
                options += &format!(" -pkeyopt rsa_oaep_label:{label}");
            }
            // Twice the digest, two bytes and the content.
            if 2 * digest.output_len() + 26 > key.public_key().bits() / 8 {
                continue;
            }
            let encrypted_key = encrypt(&options);
            let request = |digest, mgf_digest, label: &str| UnwrapRequest::RsaOaep {
                encrypted_key: encrypted_key.clone(),
                digest,
                mgf_digest,
                label: label.into(),
            };
            let found = key.unwrap(&request(digest, mgf_digest, label)).unwrap();
            assert_eq!(found.as_ref(), [0x42; 24]);
            for wrong in [
                request(Sha512, mgf_digest, label),
                request(
                    digest,
                    if mgf_digest == Sha384 { Sha1 } else { Sha384 },
                    label,
                ),
                request(digest, mgf_digest, "wrong"),
            ] {
                let error = key.unwrap(&wrong).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::KeyOperation));
            }
        }
    }
}

/// A request of a kind that the key does not answer.
#[test]
fn requests_for_other_keys_fail_alike() {
    let point = ec(Curve::P384).public_key().ec_point().unwrap().1.to_vec();
    for (key, request) in [
        (ec(Curve::P256), UnwrapRequest::X25519 { public: [9; 32] }),
        (ec(Curve::P256), v15(&[1; 256], 32)),
        (
            x25519(),
            UnwrapRequest::Ecdh {
                public_point: point,
            },
        ),
        (rsa2048(), UnwrapRequest::X25519 { public: [9; 32] }),
        (ed25519(), UnwrapRequest::X25519 { public: [9; 32] }),
    ] {
        let error = key.unwrap(&request).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeyOperation));
    }
}
