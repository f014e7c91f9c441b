//! What `openssl cms -encrypt` writes.

use super::*;
use crate::cert::pbe::Budget;
use crate::cert::tools::OpenSsl;
use crate::cms::read::enveloped::tests::{open, read as message};

const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nfrom openssl\r\n";

struct Peer {
    openssl: OpenSsl,
    identity: Identity,
}

/// OpenSSL with a certificate of `kind` in `cert.pem`.
fn peer(kind: Key) -> Option<Peer> {
    let openssl = OpenSsl::find()?;
    let (certificate, key) = Ca::new("Test CA").leaf(kind, "peer@example.org");
    openssl.write("text", TEXT);
    openssl.write("cert.der", &certificate);
    openssl.run("x509 -inform DER -in cert.der -out cert.pem");
    Some(Peer {
        openssl,
        identity: from_der(&certificate, &key),
    })
}

impl Peer {
    fn encrypt(&self, options: &str) -> Vec<u8> {
        self.openssl.run(&format!(
            "cms -encrypt -binary -in text -outform DER -out message {options}"
        ));
        self.openssl.read("message")
    }

    /// Reads it back and tells how the key was encrypted, and the cipher.
    fn round_trip(&self, options: &str) -> (String, String) {
        let bytes = self.encrypt(options);
        let (_, plaintext) = open(&bytes, std::slice::from_ref(&self.identity))
            .unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(*plaintext, TEXT, "{options}");
        let message = message(&bytes).unwrap();
        (message.recipients[0].description(), message.cipher.name())
    }
}

#[test]
fn key_agreement() {
    for kind in [Key::P256, Key::P384, Key::P521] {
        let Some(peer) = peer(kind) else { return };
        for (options, encryption) in [
            ("-aes128", "ECDH with X9.63 KDF SHA-1, AES-128 key wrap"),
            (
                "-aes256 -stream",
                "ECDH with X9.63 KDF SHA-1, AES-256 key wrap",
            ),
            (
                "-aes192 -aes256-wrap -keyid",
                "ECDH with X9.63 KDF SHA-1, AES-256 key wrap",
            ),
            (
                "-des3 -des3-wrap",
                "ECDH with X9.63 KDF SHA-1, 3DES key wrap",
            ),
        ] {
            let found = peer.round_trip(&format!("{options} -recip cert.pem"));
            assert_eq!(found.0, encryption);
        }
        for (digest, name) in [
            ("sha224", "SHA-224"),
            ("sha256", "SHA-256"),
            ("sha384", "SHA-384"),
            ("sha512", "SHA-512"),
        ] {
            for cofactor in ["0", "1"] {
                let found = peer.round_trip(&format!(
                    "-aes-256-gcm -stream -recip cert.pem -aes192-wrap \
                     -keyopt ecdh_kdf_md:{digest} -keyopt ecdh_cofactor_mode:{cofactor}"
                ));
                let expected = format!("ECDH with X9.63 KDF {name}, AES-192 key wrap");
                assert_eq!(found, (expected, "AES-256-GCM".to_owned()));
            }
        }
    }
}

#[test]
fn key_transport() {
    let Some(peer) = peer(Key::Rsa2048) else {
        return;
    };
    for (cipher, name) in [
        ("-aes-128-gcm", "AES-128-GCM"),
        ("-aes-192-gcm", "AES-192-GCM"),
        ("-aes-256-gcm -stream", "AES-256-GCM"),
        ("-aes128 -keyid", "AES-128-CBC"),
        ("-aes192 -stream", "AES-192-CBC"),
        ("-aes256", "AES-256-CBC"),
        ("-des3", "3DES-CBC"),
    ] {
        let found = peer.round_trip(&format!("{cipher} -recip cert.pem"));
        assert_eq!(found, ("RSA PKCS#1 v1.5".to_owned(), name.to_owned()));
    }
    let names = [
        ("sha1", "SHA-1"),
        ("sha224", "SHA-224"),
        ("sha256", "SHA-256"),
        ("sha384", "SHA-384"),
        ("sha512", "SHA-512"),
    ];
    for (digest, name) in names {
        for (mgf, mgf_name) in names {
            let found = peer.round_trip(&format!(
                "-aes256 -recip cert.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:{digest} \
                 -keyopt rsa_mgf1_md:{mgf} -keyopt rsa_oaep_label:4c6162656c"
            ));
            let expected = match digest == mgf {
                true => format!("RSA OAEP with {name}"),
                false => format!("RSA OAEP with {name} and MGF1 with {mgf_name}"),
            };
            assert_eq!(found.0, expected);
        }
    }
}

#[test]
fn passwords_and_shared_keys() {
    let Some(peer) = peer(Key::P256) else { return };
    let open = |bytes: &[u8]| {
        let message = message(bytes).unwrap();
        let found = without_certificate(
            &message.recipients,
            &[
                Zeroizing::new("wrong".to_owned()),
                Zeroizing::new("secret".to_owned()),
            ],
            &[
                (vec![0xC0, 0xFE, 0xE0], Zeroizing::new((0..16).collect())),
                (vec![0xC0, 0xFE, 0xE1], Zeroizing::new((0..32).collect())),
            ],
            message.key_len(),
            &mut Budget::new(&Limits::default()),
        );
        let (encryption, key) = found.unwrap().unwrap();
        (encryption, message.decrypt(&key).unwrap().to_vec())
    };
    for options in [
        "-pwri_password secret -aes256",
        "-pwri_password secret -aes128 -stream",
        "-pwri_password secret -des3",
        // Besides a certificate: either opens it.
        "-pwri_password secret -aes192 -recip cert.pem",
    ] {
        let (encryption, plaintext) = open(&peer.encrypt(options));
        assert_eq!(encryption, ReceivedKeyEncryption::Password);
        assert_eq!(plaintext, TEXT);
    }
    for options in [
        "-secretkey 000102030405060708090A0B0C0D0E0F -secretkeyid C0FEE0 -aes128",
        "-secretkey 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F \
         -secretkeyid C0FEE1 -aes-256-gcm -stream",
    ] {
        let (encryption, plaintext) = open(&peer.encrypt(options));
        assert_eq!(encryption, ReceivedKeyEncryption::SharedKey);
        assert_eq!(plaintext, TEXT);
    }
}
