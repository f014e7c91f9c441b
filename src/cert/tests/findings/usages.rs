//! Key usage.

use super::*;
use crate::cert::ca::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT, NON_REPUDIATION,
};

const KEY_USAGE: &str = "2.5.29.15";
const DATA_ENCIPHERMENT: u8 = 0x10;
const ENCIPHER_ONLY: u8 = 0x01;
/// In the first bit of the second octet.
const DECIPHER_ONLY: u8 = 0x80;
const PROHIBITED_KU: &str = "cabf.smime.prohibited_ku_present";
const NO_USE: &str = "cabf.smime.unknown_certificate_key_usage_type";

fn usage(key: Key, policy: &str, first: u8, second: u8) -> Vec<(Severity, &'static str)> {
    let ca = Ca::new("Test CA");
    let value = match second {
        0 => tlv(0x03, &[0, first]),
        _ => tlv(0x03, &[7, first, second]),
    };
    let certificate = public(&ca, key, policy).key_usage(None);
    let mut found = found(certificate.extension(KEY_USAGE, true, &value));
    found.retain(|(_, code)| *code != "smime.fit_for_nothing");
    found
}

/// The table of SMBR 7.1.2.3 (e).
#[test]
fn key_usages_that_are_allowed() {
    let (ds, nr, ke, de) = (
        DIGITAL_SIGNATURE,
        NON_REPUDIATION,
        KEY_ENCIPHERMENT,
        DATA_ENCIPHERMENT,
    );
    let (ka, eo) = (KEY_AGREEMENT, ENCIPHER_ONLY);
    for policy in [MAILBOX, MAILBOX_MULTIPURPOSE] {
        for bits in [ds, ds | nr, ke, ds | ke, ds | ke | nr] {
            assert_eq!(usage(Key::Rsa2048, policy, bits, 0), [], "RSA {bits:02x}");
        }
        for bits in [ds, ds | nr, ka, ka | eo, ds | ka, ds | ka | nr | eo] {
            assert_eq!(usage(Key::P256, policy, bits, 0), [], "EC {bits:02x}");
        }
        assert_eq!(usage(Key::P256, policy, ka, DECIPHER_ONLY), []);
        assert_eq!(usage(Key::P256, policy, ds | ka, DECIPHER_ONLY), []);
        for bits in [ds, ds | nr] {
            assert_eq!(
                usage(Key::Ed25519, policy, bits, 0),
                [],
                "Ed25519 {bits:02x}"
            );
        }
    }
    // dataEncipherment: beside keyEncipherment, and not in the strict generation.
    for bits in [ke | de, ds | ke | de] {
        assert_eq!(usage(Key::Rsa2048, MAILBOX_MULTIPURPOSE, bits, 0), []);
        assert_eq!(
            usage(Key::Rsa2048, MAILBOX, bits, 0),
            errors(&[PROHIBITED_KU])
        );
    }
    assert_eq!(
        usage(Key::Rsa2048, MAILBOX_MULTIPURPOSE, ds | de, 0),
        errors(&[PROHIBITED_KU])
    );
}

#[test]
fn key_usages_that_are_not() {
    let (ds, nr, ke, de) = (
        DIGITAL_SIGNATURE,
        NON_REPUDIATION,
        KEY_ENCIPHERMENT,
        DATA_ENCIPHERMENT,
    );
    let (ka, eo) = (KEY_AGREEMENT, ENCIPHER_ONLY);
    let rsa = "pkix.key_usage_value_prohibited_for_rsa";
    let ec = "pkix.key_usage_value_prohibited_for_ec";
    let edwards = "pkix.key_usage_value_prohibited_for_edwards_curve";
    let both = "pkix.both_encipheronly_and_decipheronly_ku_set";
    let authority = "pkix.ee_certificate_keycertsign_keyusage_set";
    for (key, first, second, expected) in [
        (Key::Rsa2048, ds | ka, 0, vec![rsa, PROHIBITED_KU]),
        (Key::Rsa2048, ke | nr, 0, vec![PROHIBITED_KU]),
        (Key::Rsa2048, nr, 0, vec![PROHIBITED_KU, NO_USE]),
        (
            Key::Rsa2048,
            ds | KEY_CERT_SIGN,
            0,
            vec![authority, PROHIBITED_KU],
        ),
        (Key::Rsa2048, ds | CRL_SIGN, 0, vec![PROHIBITED_KU]),
        (Key::P256, ds | ke, 0, vec![ec, PROHIBITED_KU]),
        (Key::P256, ds | ka | de, 0, vec![ec, PROHIBITED_KU]),
        (Key::P256, ds | eo, 0, vec![PROHIBITED_KU]),
        (Key::P256, ds, DECIPHER_ONLY, vec![PROHIBITED_KU]),
        (Key::P256, ka | eo, DECIPHER_ONLY, vec![both]),
        (Key::P384, ka | nr, 0, vec![PROHIBITED_KU]),
        (Key::Ed25519, ds | ka, 0, vec![edwards, PROHIBITED_KU]),
        (Key::Ed25519, ds | ke, 0, vec![edwards, PROHIBITED_KU]),
    ] {
        let found = usage(key, MAILBOX, first, second);
        assert_eq!(found, errors(&expected), "{key:?} {first:02x}{second:02x}");
    }
    assert_eq!(
        usage(Key::P256, MAILBOX, 0, 0),
        errors(&["pkix.no_ku_bits_set"])
    );
    let x25519 = usage(Key::X25519, MAILBOX, ds, 0);
    assert!(x25519.contains(&(Severity::Error, edwards)), "{x25519:?}");
}

#[test]
fn key_usage_there_and_critical() {
    let ca = Ca::new("Test CA");
    let without = || public(&ca, Key::P256, MAILBOX).key_usage(None);
    let missing = errors(&["cabf.smime.key_usage_extension_missing"]);
    assert_eq!(found(without()), missing);
    let not_critical = without().extension(KEY_USAGE, false, &tlv(0x03, &[7, 0x80]));
    let should = warnings(&["cabf.smime.ku_extension_not_critical"]);
    assert_eq!(found(not_critical), should);
    let unreadable = without().extension(KEY_USAGE, true, &tlv(0x04, &[7, 0x80]));
    let malformed = errors(&["smime.malformed_extension", "itu.invalid_asn1_syntax"]);
    assert_eq!(found(unreadable), malformed);
}
