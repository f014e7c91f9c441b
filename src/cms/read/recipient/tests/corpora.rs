//! Encrypted messages made by others.

use super::*;
use crate::cert::pbe::Budget;
use crate::cert::tools::corpus;
use crate::cms::read::enveloped::tests::{open, read as message};

/// The bytes of a base64 body, behind the header if there is one.
fn body(mail: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(mail).unwrap().replace("\r\n", "\n");
    let (_, base64) = text.split_once("\n\n").unwrap();
    let base64: String = base64.split_whitespace().collect();
    base64_simd::STANDARD.decode_to_vec(base64).unwrap()
}

#[test]
fn nss_oaep_and_ecdh() {
    use DigestAlgorithm::{Sha1, Sha256, Sha512};
    let oaep = |digest, mgf_digest| ReceivedKeyEncryption::RsaOaep { digest, mgf_digest };
    for (file, identity, expected) in [
        ("fran-oaep_ossl", "Fran", oaep(Sha1, Sha1)),
        ("fran-oaep-sha512hash_ossl", "Fran", oaep(Sha512, Sha512)),
        (
            "fran-oaep-sha256hash-sha256mgf_ossl",
            "Fran",
            oaep(Sha256, Sha256),
        ),
        (
            "fran-oaep-sha256hash-label_ossl",
            "Fran",
            oaep(Sha256, Sha256),
        ),
        (
            "fran-ec_ossl-aes128-sha256",
            "Fran-ec",
            ReceivedKeyEncryption::Ecdh(Sha256),
        ),
        (
            "fran-ec_ossl-aes256-sha512",
            "Fran-ec",
            ReceivedKeyEncryption::Ecdh(Sha512),
        ),
    ] {
        let Some(bytes) = corpus(&format!("nss-oaep-ecdh/{file}.env")) else {
            return;
        };
        let store = corpus(&format!("nss-oaep-ecdh/{identity}.p12")).unwrap();
        let identity = Identity::from_pkcs12(&store, "nss").unwrap();
        let (encryption, plaintext) = open(&bytes, &[identity]).unwrap();
        assert_eq!(*plaintext, b"This is a test message to Fran.\n", "{file}");
        assert_eq!(encryption, expected, "{file}");
    }
}

#[test]
fn thunderbird() {
    for file in [
        "alice.env",
        "alice.dsig.SHA256.multipart.env",
        "alice.dsig.SHA512.multipart.env",
        "alice.sig.SHA256.opaque.env",
        "alice.sig.SHA512.opaque.env",
        "alice.html.sig.SHA256.opaque.env",
        "alice.html.sig.SHA512.opaque.env",
    ] {
        let Some(mail) = corpus(&format!("thunderbird/{file}.eml")) else {
            return;
        };
        let bytes = body(&mail);
        let store = corpus("thunderbird/Bob.p12").unwrap();
        let bob = Identity::from_pkcs12(&store, "nss").unwrap();
        let (encryption, plaintext) = open(&bytes, &[bob]).unwrap();
        assert_eq!(encryption, ReceivedKeyEncryption::RsaPkcs1);
        let text = String::from_utf8_lossy(&plaintext);
        assert!(text.starts_with("Content-Type: "), "{file}");
        // With the key of somebody else there is nothing to try.
        let store = corpus("thunderbird/Eve.p12").unwrap();
        let eve = Identity::from_pkcs12(&store, "nss").unwrap();
        let message = message(&bytes).unwrap();
        assert!(attempts(&message.recipients, &[eve], message.key_len()).is_empty());
    }
}

/// 5.1: 3DES; 5.2: RC2 with 40 bits (its title says 128), and a mailing-list key that is wrapped with RC2; 5.3: 5.1 as a mail.
#[test]
fn rfc4134() {
    let Some(certificate) = corpus("rfc4134/BobRSASignByCarl.cer") else {
        return;
    };
    let key = corpus("rfc4134/BobPrivRSAEncrypt.pri").unwrap();
    let content = corpus("rfc4134/ExContent.bin").unwrap();
    let bob = from_der(&certificate, &key);
    for (file, cipher) in [
        ("5.1.bin", "3DES-CBC"),
        ("5.2.bin", "RC2-40-CBC"),
        ("5.3.eml", "3DES-CBC"),
    ] {
        let bytes = corpus(&format!("rfc4134/{file}")).unwrap();
        let bytes = if file.ends_with(".eml") {
            body(&bytes)
        } else {
            bytes
        };
        let read = message(&bytes).unwrap();
        assert_eq!(read.cipher.name(), cipher);
        let (_, plaintext) = open(&bytes, std::slice::from_ref(&bob)).unwrap();
        assert_eq!(*plaintext, content, "{file}");
    }
    let bytes = corpus("rfc4134/5.2.bin").unwrap();
    let descriptions: Vec<String> = message(&bytes)
        .unwrap()
        .recipients
        .iter()
        .map(RecipientInfo::description)
        .collect();
    assert_eq!(
        descriptions,
        [
            "RSA PKCS#1 v1.5",
            "key wrap with algorithm 1.2.840.113549.1.9.16.3.7 is not supported"
        ]
    );
}

/// Made to crash readers (CVE-2026-28389, CVE-2026-28390, CVE-2026-42766).
#[test]
fn enc_10_openssl_malformed() {
    for (file, says, named) in [
        ("dh-malformed.der", "1.2.840.10046.2.1 is not supported", 1),
        ("ecdh-malformed.der", "without KeyWrapAlgorithm", 1),
        ("rsa-malformed.der", "id-pSpecified without its label", 1),
        ("missing-kdf.der", "without key derivation", 0),
    ] {
        let Some(bytes) = corpus(&format!("openssl/cms-negative/{file}")) else {
            return;
        };
        let message = message(&bytes).unwrap();
        let [info] = &message.recipients[..] else {
            panic!("{file}");
        };
        let text = info.description();
        assert!(text.contains(says), "{file}: {text}");
        assert_eq!(info.recipients().len(), named, "{file}");
        let passwords = [Zeroizing::new("secret".to_owned())];
        let found = without_certificate(
            &message.recipients,
            &passwords,
            &[],
            message.key_len(),
            &mut Budget::new(&Limits::default()),
        );
        assert!(found.unwrap().is_none());
    }
}

#[test]
fn openssl_1_1_1() {
    let Some(mail) = corpus("openssl/cms-negative/ciphertext_from_1_1_1.cms") else {
        return;
    };
    let identity = corpus("openssl/smime-certs/smec3.pem").unwrap();
    let identity = Identity::from_pem(&identity, None).unwrap();
    let (_, plaintext) = open(&body(&mail), &[identity]).unwrap();
    assert!(plaintext.starts_with(b"Somewhat longer test content for OpenSSL CMS"));
}
