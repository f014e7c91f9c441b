//! CAs, ordinary and not.

use crate::ca::{
    ANY_PURPOSE, CRL_SIGN, Certify, DIGITAL_SIGNATURE, EMAIL_PROTECTION, KEY_AGREEMENT,
    KEY_CERT_SIGN, SERVER_AUTH,
};
use crate::constraints;
use crate::dice::Dice;
use crate::hierarchy::Features;

pub const PAST: (&str, &str) = ("200101000000Z", "210101000000Z");
pub const FUTURE: (&str, &str) = ("300101000000Z", "400101000000Z");

/// An extension that nobody knows.
fn unknown<'a>(certificate: Certify<'a>, critical: bool, features: &mut Features) -> Certify<'a> {
    features.insert(match critical {
        true => "unknown critical extension",
        false => "unknown extension",
    });
    certificate.extension("1.2.3.4.5", critical, b"\x05\x00")
}

fn dates<'a>(certificate: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    let (words, (from, to)) = *dice.one_of(&[("expired", PAST), ("not yet valid", FUTURE)]);
    features.insert(words);
    certificate.validity(from, to)
}

/// Something out of the ordinary about a CA's certificate.
pub fn change_ca<'a>(ca: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    match dice.below(22) {
        0 => dates(ca, dice, features),
        1 => {
            features.insert("CA without basicConstraints");
            ca.no_basic_constraints()
        }
        2 => {
            features.insert("cA is false");
            ca.basic_constraints(false)
        }
        3 => {
            features.insert("CA without keyCertSign");
            ca.key_usage(Some(CRL_SIGN | DIGITAL_SIGNATURE))
        }
        4 => {
            features.insert("CA without cRLSign");
            ca.key_usage(Some(KEY_CERT_SIGN))
        }
        5 => {
            features.insert("CA without keyUsage");
            ca.key_usage(None)
        }
        6..=8 => {
            features.insert("path length");
            ca.path_length(u8::try_from(dice.below(3)).unwrap())
        }
        9 => {
            features.insert("CA for mail only");
            ca.extended_key_usage(&[SERVER_AUTH, EMAIL_PROTECTION])
        }
        10 => {
            features.insert("CA not for mail");
            ca.extended_key_usage(&[SERVER_AUTH])
        }
        11 => {
            features.insert("anyExtendedKeyUsage");
            ca.extended_key_usage(&[ANY_PURPOSE])
        }
        12 => unknown(ca, true, features),
        13 => unknown(ca, false, features),
        14 => {
            features.insert("no key identifiers");
            ca.no_key_identifiers()
        }
        15 => {
            features.insert("version 1");
            ca.version_1()
        }
        _ => constraints::limit(ca, dice, features),
    }
}

/// Something out of the ordinary about a leaf.
pub fn change_leaf<'a>(leaf: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    match dice.below(8) {
        0 | 1 => dates(leaf, dice, features),
        2 => unknown(leaf, true, features),
        3 => unknown(leaf, false, features),
        4 => {
            features.insert("leaf that cannot sign");
            leaf.key_usage(Some(KEY_AGREEMENT))
        }
        5 => {
            features.insert("leaf not for mail");
            leaf.extended_key_usage(&[SERVER_AUTH])
        }
        6 => {
            features.insert("leaf for everything");
            leaf.key_usage(None).extended_key_usage(&[])
        }
        _ => {
            features.insert("anyExtendedKeyUsage");
            leaf.extended_key_usage(&[ANY_PURPOSE])
        }
    }
}
