//! Revocation lists.

use sha1::{Digest, Sha1};

use crate::authorities::{FUTURE, PAST};
use crate::ca::{Ca, extension, sequence, tlv};
use crate::dice::Dice;
use crate::hierarchy::Features;

/// A certificate that could be revoked: who issued it, and its serial number.
pub struct Issued {
    pub issuer: usize,
    pub serial: Vec<u8>,
}

/// The authorityKeyIdentifier of what this CA signs: SHA-1 over the bits of its key, which end its
/// SubjectPublicKeyInfo.
fn key_identifier(ca: &Ca) -> Vec<u8> {
    let spki = ca.key_pair().spki_der();
    let length = if spki.len() > 64 { 65 } else { 32 };
    let bits = &spki[spki.len() - length..];
    sequence(&[&tlv(0x80, Sha1::digest(bits).as_slice())])
}

/// One list of each CA, and something out of the ordinary about one of them. `path` holds what leads to the leaf, the
/// leaf last.
pub fn issue(
    authorities: &[Ca],
    path: &[Issued],
    dice: &mut Dice,
    features: &mut Features,
) -> Vec<Vec<u8>> {
    features.insert("revocation lists");
    let change = dice.below(26);
    let chosen = dice.below(path.len());
    let revoked = match change {
        0 | 1 => path.last(),
        2 | 3 => path.get(chosen),
        _ => None,
    };
    let place = path[chosen].issuer;
    let mut lists = Vec::new();
    for (number, ca) in authorities.iter().enumerate() {
        let mut list = ca.revocation_list();
        let is_chosen = number == place;
        list = list.revoke(b"\x7f\x01", "250601000000Z", None);
        if let Some(issued) = revoked.filter(|issued| issued.issuer == number) {
            features.insert("revoked");
            let reason = *dice.one_of(&[None, Some(1), Some(4), Some(6)]);
            list = list.revoke(&issued.serial, "250601000000Z", reason);
        }
        let identifier = key_identifier(ca);
        if change != 4 || !is_chosen {
            list = list.extension("2.5.29.35", false, &identifier);
        } else {
            features.insert("list without key identifier");
        }
        match change {
            5 | 6 if is_chosen => {
                features.insert("list missing");
                continue;
            }
            7 if is_chosen => {
                features.insert("list expired");
                list = list.updates(PAST.0, Some(PAST.1));
            }
            8 if is_chosen => {
                features.insert("list not yet valid");
                list = list.updates(FUTURE.0, Some(FUTURE.1));
            }
            9 if is_chosen => {
                features.insert("list with a critical extension");
                list = list.extension("1.2.3.4.5", true, b"\x05\x00");
            }
            10 if is_chosen => {
                features.insert("list with a critical extension of an entry");
                let unknown = extension("1.2.3.4.5", true, b"\x05\x00");
                list = list.entry(b"\x7f\x02", "250601000000Z", &unknown);
            }
            11 if is_chosen => {
                // IssuingDistributionPoint: onlyContainsUserCerts, onlyContainsCACerts.
                features.insert("issuingDistributionPoint");
                let only = *dice.one_of(&[0x81, 0x82]);
                let value = sequence(&[&tlv(only, &[0xff])]);
                list = list.extension("2.5.29.28", true, &value);
            }
            12 if is_chosen => {
                features.insert("delta list");
                let mut delta = ca
                    .revocation_list()
                    .extension("2.5.29.20", false, &tlv(0x02, &[2]))
                    .extension("2.5.29.27", true, &tlv(0x02, &[1]))
                    .extension("2.5.29.35", false, &identifier);
                if dice.percent(50) {
                    let news = &path[chosen].serial;
                    delta = delta.revoke(news, "250601000000Z", Some(1));
                }
                lists.push(delta.issue());
                list = list.extension("2.5.29.20", false, &tlv(0x02, &[1]));
            }
            _ => {}
        }
        let mut der = list.issue();
        if change == 13 && is_chosen {
            features.insert("list with a wrong signature");
            *der.last_mut().unwrap() ^= 1;
        }
        lists.push(der);
    }
    dice.shuffle(&mut lists);
    lists
}
