//! Certificate policies.

use crate::ca::{Certify, oid, sequence, tlv};
use crate::dice::Dice;
use crate::hierarchy::Features;

const GOLD: &str = "1.2.3.4.1";
const SILVER: &str = "1.2.3.4.2";
const ANY: &str = "2.5.29.32.0";

/// certificatePolicies.
pub fn state<'a>(certificate: Certify<'a>, dice: &mut Dice) -> Certify<'a> {
    let policies: &[&str] = dice.one_of::<&[&str]>(&[
        &[GOLD][..],
        &[GOLD],
        &[GOLD, SILVER],
        &[SILVER],
        &[ANY],
        &[GOLD, ANY],
    ]);
    let list: Vec<u8> = policies.iter().flat_map(|p| sequence(&[&oid(p)])).collect();
    certificate.extension("2.5.29.32", dice.percent(30), &sequence(&[&list]))
}

/// One of the extensions by which a CA narrows policies.
pub fn narrow<'a>(ca: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    let skip = [u8::try_from(dice.below(3)).unwrap()];
    match dice.below(5) {
        0 | 1 => {
            features.insert("requireExplicitPolicy");
            ca.extension("2.5.29.36", true, &sequence(&[&tlv(0x80, &skip)]))
        }
        2 => {
            features.insert("inhibitPolicyMapping");
            ca.extension("2.5.29.36", true, &sequence(&[&tlv(0x81, &skip)]))
        }
        3 => {
            features.insert("inhibitAnyPolicy");
            ca.extension("2.5.29.54", true, &tlv(0x02, &skip))
        }
        _ => {
            features.insert("policyMappings");
            let (one, other) = *dice.one_of(&[(GOLD, SILVER), (SILVER, GOLD), (GOLD, GOLD)]);
            let pair = sequence(&[&oid(one), &oid(other)]);
            ca.extension("2.5.29.33", true, &sequence(&[&pair]))
        }
    }
}
