//! Key usage.

use super::*;
use crate::cert::ca::{
    CRL_SIGN, DIGITAL_SIGNATURE as DS, KEY_AGREEMENT as KA, KEY_CERT_SIGN, KEY_ENCIPHERMENT as KE,
    NON_REPUDIATION as NR,
};

const KEY_USAGE: &str = "2.5.29.15";
/// dataEncipherment.
const DE: u8 = 0x10;
/// encipherOnly.
const EO: u8 = 0x01;
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
    for policy in [MAILBOX, MAILBOX_MULTIPURPOSE] {
        for bits in [DS, DS | NR, KE, DS | KE, DS | KE | NR] {
            assert_eq!(usage(Key::Rsa2048, policy, bits, 0), [], "RSA {bits:02x}");
        }
        for bits in [DS, DS | NR, KA, KA | EO, DS | KA, DS | KA | NR | EO] {
            assert_eq!(usage(Key::P256, policy, bits, 0), [], "EC {bits:02x}");
        }
        assert_eq!(usage(Key::P256, policy, KA, DECIPHER_ONLY), []);
        assert_eq!(usage(Key::P256, policy, DS | KA, DECIPHER_ONLY), []);
        for bits in [DS, DS | NR] {
            assert_eq!(
                usage(Key::Ed25519, policy, bits, 0),
                [],
                "Ed25519 {bits:02x}"
            );
        }
    }
    // dataEncipherment: beside keyEncipherment, and not in the strict generation.
    for bits in [KE | DE, DS | KE | DE] {
        assert_eq!(usage(Key::Rsa2048, MAILBOX_MULTIPURPOSE, bits, 0), []);
        assert_eq!(
            usage(Key::Rsa2048, MAILBOX, bits, 0),
            errors(&[PROHIBITED_KU])
        );
    }
    assert_eq!(
        usage(Key::Rsa2048, MAILBOX_MULTIPURPOSE, DS | DE, 0),
        errors(&[PROHIBITED_KU])
    );
}

#[test]
fn key_usages_that_are_not() {
    let rsa = "pkix.key_usage_value_prohibited_for_rsa";
    let ec = "pkix.key_usage_value_prohibited_for_ec";
    let edwards = "pkix.key_usage_value_prohibited_for_edwards_curve";
    let both = "pkix.both_encipheronly_and_decipheronly_ku_set";
    let authority = "pkix.ee_certificate_keycertsign_keyusage_set";
    for (key, first, second, expected) in [
        (Key::Rsa2048, DS | KA, 0, vec![rsa, PROHIBITED_KU]),
        (Key::Rsa2048, KE | NR, 0, vec![PROHIBITED_KU]),
        (Key::Rsa2048, NR, 0, vec![PROHIBITED_KU, NO_USE]),
        (
            Key::Rsa2048,
            DS | KEY_CERT_SIGN,
            0,
            vec![authority, PROHIBITED_KU],
        ),
        (Key::Rsa2048, DS | CRL_SIGN, 0, vec![PROHIBITED_KU]),
        (Key::P256, DS | KE, 0, vec![ec, PROHIBITED_KU]),
        (Key::P256, DS | KA | DE, 0, vec![ec, PROHIBITED_KU]),
        (Key::P256, DS | EO, 0, vec![PROHIBITED_KU]),
        (Key::P256, DS, DECIPHER_ONLY, vec![PROHIBITED_KU]),
        (Key::P256, KA | EO, DECIPHER_ONLY, vec![both]),
        (Key::P384, KA | NR, 0, vec![PROHIBITED_KU]),
        (Key::Ed25519, DS | KA, 0, vec![edwards, PROHIBITED_KU]),
        (Key::Ed25519, DS | KE, 0, vec![edwards, PROHIBITED_KU]),
    ] {
        let found = usage(key, MAILBOX, first, second);
        assert_eq!(found, errors(&expected), "{key:?} {first:02x}{second:02x}");
    }
    assert_eq!(
        usage(Key::P256, MAILBOX, 0, 0),
        errors(&["pkix.no_ku_bits_set"])
    );
    let x25519 = usage(Key::X25519, MAILBOX, DS, 0);
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
