//! Who writes to whom: certificates of one test CA, each made once per process.

#![allow(dead_code)] // Every user of this file needs another part of it.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smime::policy::StandardPolicy;
use smime::{Certificate, Identity, Mailbox, PrivateKey, Protector};

use crate::ca::{Ca, Certify, Key, pem};

pub const ALICE: &str = "alice@example.org";
pub const BOB: &str = "bob@example.org";
pub const CAROL: &str = "carol@example.org";
pub const DAVE: &str = "dave@example.org";

/// A signed entity that needs no rewriting.
pub const ENTITY: &str = "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello Bob\r\n";

/// From Alice to Bob, with [`ENTITY`] as content.
pub fn mail() -> String {
    mail_to("To: bob@example.org\r\n")
}

/// From Alice, with these address fields, and [`ENTITY`] as content.
pub fn mail_to(address_fields: &str) -> String {
    format!(
        "From: Alice <alice@example.org>\r\n{address_fields}Subject: Q3\r\n\
         Date: Mon, 01 Jun 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\
         MIME-Version: 1.0\r\n{ENTITY}"
    )
}

/// The authority behind everybody.
pub fn ca() -> &'static Ca {
    static CA: OnceLock<Ca> = OnceLock::new();
    CA.get_or_init(|| Ca::new("Test CA"))
}

/// 2026-06-01T12:00:00Z, when all certificates are valid.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_780_315_200)
}

/// A protector whose clock stands at [`now`].
pub fn protector() -> Protector {
    Protector::new().policy(StandardPolicy::at(now()))
}

pub fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

/// A certificate with its private key.
#[derive(Clone)]
pub struct Person {
    /// The certificate, with the CA as its chain, and the key.
    pub identity: Identity,
    /// Private key, PKCS#8 DER.
    pub key_der: Vec<u8>,
}

impl Person {
    pub fn certificate(&self) -> &Certificate {
        self.identity.certificate()
    }

    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", self.certificate().to_der())
    }

    pub fn key_pem(&self) -> String {
        pem("PRIVATE KEY", &self.key_der)
    }
}

/// An ordinary certificate for this address, always the same for the same arguments.
pub fn person(kind: Key, address: &str) -> Person {
    static KNOWN: OnceLock<Mutex<HashMap<(Key, String), Person>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Default::default).lock().unwrap();
    known
        .entry((kind, address.to_owned()))
        .or_insert_with(|| made(ca().certify(kind, address)))
        .clone()
}

/// A certificate that is not ordinary.
pub fn made(certify: Certify<'_>) -> Person {
    let (certificate, key_der) = certify.issue();
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let root = Certificate::from_bytes(ca().certificate_der()).unwrap();
    let key = PrivateKey::from_bytes(&key_der, None).unwrap();
    Person {
        identity: Identity::new([certificate, root], key).unwrap(),
        key_der,
    }
}
