use smime::cert::Pkcs12;
use smime::{Certificate, PrivateKey};

use crate::tools::corpus;

/// Each file holds two identities, to sign and to decrypt, under the first name as password (RFC 9216).
#[test]
fn rfc_9216() {
    for (name, file) in [
        ("alice", "4.5_pkcs-12-object-for-alice_pkcs12.p12"),
        ("bob", "5.5_pkcs-12-object-for-bob_pkcs12.p12"),
        ("carlos", "7.5_pkcs-12-object-for-carlos_pkcs12.p12"),
        ("dana", "8.5_pkcs-12-object-for-dana_pkcs12.p12"),
    ] {
        let Some(file) = corpus(&format!("rfc9216/{file}")) else {
            return;
        };
        let opened = Pkcs12::open(&file, name).unwrap();
        let identities = opened.identities();
        assert_eq!(identities.len(), 2, "{name}");
        for identity in identities {
            assert_eq!(
                identity.certificate().addresses(),
                [format!("{name}@smime.example")]
            );
            assert!(identity.chain().len() >= 2, "{name}");
        }
        let error = Pkcs12::open(&file, "wrong").unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
    }
}

#[test]
fn keys_of_rfc_9216_belong_to_their_certificates() {
    for (key, certificate) in [
        (
            "4.2_alice-s-signing-private-key-material_private-key.pem",
            "4.1_alice-s-signature-verification-end-entity-certificate_certificate.pem",
        ),
        (
            "7.4_carlos-s-decryption-private-key-material_private-key.pem",
            "7.3_carlos-s-encryption-end-entity-certificate_certificate.pem",
        ),
    ] {
        let Some(key) = corpus(&format!("rfc9216/{key}")) else {
            return;
        };
        let key = PrivateKey::from_bytes(&key, None).unwrap();
        let certificate = corpus(&format!("rfc9216/{certificate}")).unwrap();
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        assert!(key.public_key().same_key(certificate.public_key()));
    }
}

/// BER, PBES2 with AES (Alice to Eve), and DER with the old schemes (Fran).
#[test]
fn files_of_nss() {
    for name in ["Alice", "Alice-ec", "Bob", "Dave", "Eve", "Fran", "Fran-ec"] {
        let Some(file) = corpus(&format!("thunderbird/{name}.p12")) else {
            return;
        };
        let opened = Pkcs12::open(&file, "nss").unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(opened.identities().len(), 1, "{name}");
    }
}
