//! Content ciphers and their identifiers.

use const_oid::ObjectIdentifier;

use super::identifier;
use crate::asn1;

/// A content-encryption algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentCipher {
    /// AES-128-CBC (RFC 3565).
    Aes128Cbc,
    /// AES-192-CBC (RFC 3565).
    Aes192Cbc,
    /// AES-256-CBC (RFC 3565).
    Aes256Cbc,
    /// AES-128-GCM (RFC 5084).
    Aes128Gcm,
    /// AES-256-GCM (RFC 5084).
    Aes256Gcm,
    /// ChaCha20-Poly1305 (RFC 8103).
    ChaCha20Poly1305,
}

/// Length of the tag of every authenticated cipher here, in bytes.
pub(crate) const TAG_LEN: usize = 16;

impl ContentCipher {
    const ALL: [ContentCipher; 6] = [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc,
        ContentCipher::Aes256Cbc,
        ContentCipher::Aes128Gcm,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ];

    /// The name people use, for example `AES-256-CBC`.
    pub fn name(self) -> &'static str {
        match self {
            ContentCipher::Aes128Cbc => "AES-128-CBC",
            ContentCipher::Aes192Cbc => "AES-192-CBC",
            ContentCipher::Aes256Cbc => "AES-256-CBC",
            ContentCipher::Aes128Gcm => "AES-128-GCM",
            ContentCipher::Aes256Gcm => "AES-256-GCM",
            ContentCipher::ChaCha20Poly1305 => "ChaCha20-Poly1305",
        }
    }

    /// Length of the key in bytes.
    pub fn key_len(self) -> usize {
        match self {
            ContentCipher::Aes128Cbc | ContentCipher::Aes128Gcm => 16,
            ContentCipher::Aes192Cbc => 24,
            ContentCipher::Aes256Cbc
            | ContentCipher::Aes256Gcm
            | ContentCipher::ChaCha20Poly1305 => 32,
        }
    }

    /// Whether a change of the ciphertext is noticed: GCM and ChaCha20-Poly1305, not CBC.
    pub fn is_authenticated(self) -> bool {
        match self {
            ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc => false,
            ContentCipher::Aes128Gcm
            | ContentCipher::Aes256Gcm
            | ContentCipher::ChaCha20Poly1305 => true,
        }
    }

    /// Length of the IV or nonce in bytes.
    pub(crate) fn nonce_len(self) -> usize {
        if self.is_authenticated() { 12 } else { 16 }
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        const AES128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
        const AES192_CBC: ObjectIdentifier =
            ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
        const AES256_CBC: ObjectIdentifier =
            ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
        const AES128_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.6");
        const AES256_GCM: ObjectIdentifier =
            ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.46");
        const CHACHA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.18");
        match self {
            ContentCipher::Aes128Cbc => AES128_CBC,
            ContentCipher::Aes192Cbc => AES192_CBC,
            ContentCipher::Aes256Cbc => AES256_CBC,
            ContentCipher::Aes128Gcm => AES128_GCM,
            ContentCipher::Aes256Gcm => AES256_GCM,
            ContentCipher::ChaCha20Poly1305 => CHACHA,
        }
    }

    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<ContentCipher> {
        Self::ALL.into_iter().find(|cipher| cipher.oid() == *oid)
    }

    /// DER AlgorithmIdentifier with the parameters of the cipher:
    ///
    /// ```text
    /// AES-IV ::= OCTET STRING (SIZE(16))                         -- RFC 3565 4.1
    /// GCMParameters ::= SEQUENCE {                               -- RFC 5084 3.2
    ///     aes-nonce   OCTET STRING,
    ///     aes-ICVlen  AES-GCM-ICVlen DEFAULT 12 }
    /// AEADChaCha20Poly1305Nonce ::= OCTET STRING (SIZE(12))      -- RFC 8103 3
    /// ```
    pub(crate) fn identifier(self, nonce: &[u8]) -> Vec<u8> {
        let nonce = asn1::octet_string(nonce);
        let parameters = match self {
            ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm => {
                asn1::sequence(&[&nonce, &asn1::uint_bytes(&TAG_LEN.to_be_bytes())])
            }
            _ => nonce,
        };
        identifier::algorithm(self.oid(), &parameters)
    }

    /// Length of the ciphertext in bytes, padding included and the tag not: it stands elsewhere.
    pub(crate) fn ciphertext_len(self, plaintext: u64) -> u64 {
        if self.is_authenticated() {
            plaintext
        } else {
            (plaintext / 16).saturating_add(1).saturating_mul(16)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// The identifiers `openssl cms -encrypt` writes (`asn1parse`), and for ChaCha20 RFC 8103 3.
    #[test]
    fn identifiers() {
        assert_eq!(
            ContentCipher::Aes256Cbc.identifier(&hex!("000102030405060708090a0b0c0d0e0f")),
            hex!("301d060960864801650304012a0410000102030405060708090a0b0c0d0e0f")
        );
        assert_eq!(
            ContentCipher::Aes256Gcm.identifier(&hex!("000102030405060708090a0b")),
            hex!("301e060960864801650304012e3011040c000102030405060708090a0b020110")
        );
        assert_eq!(
            ContentCipher::ChaCha20Poly1305.identifier(&hex!("000102030405060708090a0b")),
            hex!("301b060b2a864886f70d0109100312040c000102030405060708090a0b")
        );
    }

    #[test]
    fn cbc_always_pads() {
        let cbc = ContentCipher::Aes128Cbc;
        assert_eq!(
            [0, 1, 15, 16, 17].map(|n| cbc.ciphertext_len(n)),
            [16, 16, 16, 32, 32]
        );
        assert_eq!(ContentCipher::Aes128Gcm.ciphertext_len(17), 17);
    }
}
