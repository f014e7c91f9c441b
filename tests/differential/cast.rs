//! Who signs and who reads: one person of each kind of key, each with an address of its own.

use std::sync::OnceLock;

use smime::{Certificate, Identity, PrivateKey};

use crate::ca::{Ca, Key};
use crate::people::{Person, person};

pub const SIGNERS: [Key; 7] = [
    Key::Rsa2048,
    Key::Rsa3072,
    Key::RsaPss2048,
    Key::P256,
    Key::P384,
    Key::P521,
    Key::Ed25519,
];

pub const READERS: [Key; 6] = [
    Key::Rsa2048,
    Key::Rsa3072,
    Key::P256,
    Key::P384,
    Key::P521,
    Key::X25519,
];

pub fn is_rsa(kind: Key) -> bool {
    matches!(kind, Key::Rsa2048 | Key::Rsa3072)
}

pub fn signer_address(kind: Key) -> String {
    format!("alice.{}@example.org", format!("{kind:?}").to_lowercase())
}

pub fn reader_address(kind: Key) -> String {
    format!("bob.{}@example.org", format!("{kind:?}").to_lowercase())
}

pub fn signer(kind: Key) -> Person {
    person(kind, &signer_address(kind))
}

pub fn reader(kind: Key) -> Person {
    person(kind, &reader_address(kind))
}

/// Whose key opens a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Reader(Key),
    /// The sender, by the certificate of this signer.
    Signer(Key),
}

impl Who {
    pub fn kind(self) -> Key {
        match self {
            Who::Reader(kind) | Who::Signer(kind) => kind,
        }
    }

    pub fn person(self) -> Person {
        match self {
            Who::Reader(kind) => reader(kind),
            Who::Signer(kind) => signer(kind),
        }
    }

    /// Where OpenSSL finds certificate and key, without the ending.
    pub fn file(self) -> String {
        match self {
            Who::Reader(kind) => format!("reader.{kind:?}"),
            Who::Signer(kind) => format!("signer.{kind:?}"),
        }
    }
}

/// Whether a message can be encrypted to a signer with such a key.
pub fn can_receive(kind: Key) -> bool {
    is_rsa(kind) || matches!(kind, Key::P256 | Key::P384 | Key::P521)
}

/// With the name and address of the P-256 signer, from an authority that nobody trusts.
pub fn stranger() -> &'static Person {
    static STRANGER: OnceLock<Person> = OnceLock::new();
    STRANGER.get_or_init(|| {
        let ca = Ca::new("Unknown CA");
        let (certificate, key_der) = ca.leaf(Key::P256, &signer_address(Key::P256));
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        let root = Certificate::from_bytes(ca.certificate_der()).unwrap();
        let key = PrivateKey::from_bytes(&key_der, None).unwrap();
        Person {
            identity: Identity::new([certificate, root], key).unwrap(),
            key_der,
        }
    })
}
