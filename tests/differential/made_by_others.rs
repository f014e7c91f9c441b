//! Messages that gpgsm and NSS make, over their options.

use std::collections::BTreeSet;

use sha1::{Digest, Sha1};

use crate::ca::Key;
use crate::cast::{READERS, SIGNERS, reader, reader_address, signer, signer_address};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::letters;
use crate::made_here::{Made, Says};
use crate::made_there::{made, readers};
use crate::options::some;
use crate::people::Person;
use crate::reading::{Message, Peers, with_rsa};

fn fingerprint(person: &Person) -> String {
    let digest = Sha1::digest(person.certificate().to_der());
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub fn by_gpgsm(peers: &Peers, dice: &mut Dice) -> Option<Made> {
    let gpgsm = peers.gpgsm.as_ref()?;
    let content = letters::entity(dice, "\n").bytes;
    let armour = *dice.one_of(&["", "--armor", "--base64"]);
    let mut features = BTreeSet::from([Feature::Object]);
    if dice.percent(45) {
        let cipher = *dice.one_of(&["AES", "AES192", "AES256", "AES256", "3DES"]);
        features.insert(Feature::Encrypted);
        if cipher == "3DES" {
            features.insert(Feature::TripleDes);
        }
        let kinds = some(dice, &[Key::Rsa2048, Key::Rsa3072], 2);
        let to: String = kinds
            .iter()
            .map(|kind| format!(" -r {}", fingerprint(&reader(*kind))))
            .collect();
        let options = format!("--cipher-algo {cipher} {armour} {to} --encrypt");
        let cms = gpgsm
            .make(&content, &options)
            .unwrap_or_else(|said| panic!("{options}: {said}"));
        let message = Message::Object { cms, content: None };
        return Some(Made {
            readers: readers(&kinds),
            says: Says::Octets(content),
            ..made(message, features)
        });
    }
    features.insert(Feature::Signed);
    let digest = *dice.one_of(&["SHA1", "SHA224", "SHA256", "SHA256", "SHA384", "SHA512"]);
    if digest == "SHA1" {
        features.insert(Feature::Sha1);
    }
    let kinds = some(dice, &[Key::Rsa2048, Key::Rsa3072], 2);
    let by: String = kinds
        .iter()
        .map(|kind| format!(" -u {}", fingerprint(&signer(*kind))))
        .collect();
    let certificates = *dice.one_of(&["-2", "-1", "1", "0"]);
    if certificates == "0" {
        features.insert(Feature::NoCertificates);
    }
    let is_opaque = dice.percent(50);
    let form = if is_opaque { "--sign" } else { "--detach-sign" };
    let options =
        format!("--digest-algo {digest} --include-certs {certificates} {armour} {by} {form}");
    let cms = gpgsm
        .make(&content, &options)
        .unwrap_or_else(|said| panic!("{options}: {said}"));
    let says = Says::Octets(content.clone());
    let message = Message::Object {
        cms,
        content: (!is_opaque).then_some(content),
    };
    let sender = signer_address(kinds[0]);
    Some(Made {
        sender,
        signers: kinds,
        says,
        ..made(message, features)
    })
}

pub fn by_nss(peers: &Peers, dice: &mut Dice) -> Option<Made> {
    let nss = peers.nss.as_ref()?;
    let content = letters::entity(dice, "\n").bytes;
    let mut features = BTreeSet::from([Feature::Object]);
    match dice.below(10) {
        0 => {
            // Certificates only: nothing is signed.
            let who = signer_address(*dice.one_of(&[Key::Rsa2048, Key::P256]));
            let cms = nss.make(b"", &format!("-O -r {who}")).unwrap();
            features.insert(Feature::CertificatesOnly);
            Some(made(Message::Object { cms, content: None }, features))
        }
        1..4 => {
            let people = with_rsa(&READERS, reader).len();
            let kinds = some(dice, &READERS[..people], 2);
            let to: Vec<String> = kinds.iter().map(|kind| reader_address(*kind)).collect();
            let options = format!("-E -r {}", to.join(","));
            let cms = nss
                .make(&content, &options)
                .unwrap_or_else(|said| panic!("{options}: {said}"));
            features.insert(Feature::Encrypted);
            // It takes what all of the keys are worth.
            const TRIPLE_DES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x03\x07";
            if memchr::memmem::find(&cms, TRIPLE_DES).is_some() {
                features.insert(Feature::TripleDes);
            }
            let message = Message::Object { cms, content: None };
            Some(Made {
                readers: readers(&kinds),
                says: Says::Octets(content),
                ..made(message, features)
            })
        }
        _ => {
            let kind = *dice.one_of(&[SIGNERS[0], SIGNERS[1], Key::P256, Key::P384]);
            let who = signer_address(kind);
            let digest = *dice.one_of(&["SHA1", "SHA256", "SHA256", "SHA384", "SHA512"]);
            features.insert(Feature::Signed);
            if digest == "SHA1" {
                features.insert(Feature::Sha1);
            }
            let mut options = format!("-S -N {who} -H {digest}");
            for (option, chance) in [("-G", 60), ("-P", 40), ("-Y NONE", 30)] {
                if dice.percent(chance) {
                    options += &format!(" {option}");
                }
            }
            // Without -Y it adds an encryptionKeyPreference.
            if !options.contains(" -G") && !options.contains(" -P") && options.contains(" -Y") {
                features.insert(Feature::NoAttributes);
            }
            let is_opaque = dice.percent(50);
            if !is_opaque {
                options += " -T";
            }
            let cms = nss
                .make(&content, &options)
                .unwrap_or_else(|said| panic!("{options}: {said}"));
            let says = Says::Octets(content.clone());
            let message = Message::Object {
                cms,
                content: (!is_opaque).then_some(content),
            };
            Some(Made {
                sender: who,
                signers: vec![kind],
                says,
                ..made(message, features)
            })
        }
    }
}
