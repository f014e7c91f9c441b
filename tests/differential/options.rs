//! The options of a protector, thrown with dice, and what is out of the ordinary about them.

use std::collections::BTreeSet;

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};
use smime::resolver::MemoryResolver;
use smime::{Certificate, Mailbox, Protector};

use crate::ca::Key;
use crate::cast::{
    READERS, SIGNERS, Who, can_receive, is_rsa, reader, reader_address, signer, signer_address,
    stranger,
};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::people::{Person, mailbox, protector};

const DIGESTS: [DigestAlgorithm; 3] = [
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
];
const CIPHERS: [ContentCipher; 6] = [
    ContentCipher::Aes128Cbc,
    ContentCipher::Aes192Cbc,
    ContentCipher::Aes256Cbc,
    ContentCipher::Aes128Gcm,
    ContentCipher::Aes256Gcm,
    ContentCipher::ChaCha20Poly1305,
];

/// One of these kinds, or a few.
pub fn some(dice: &mut Dice, of: &[Key], most: usize) -> Vec<Key> {
    let mut kinds = of.to_vec();
    dice.shuffle(&mut kinds);
    kinds.truncate(match dice.below(100) {
        0..65 => 1,
        65..85 => 2.min(most),
        _ => most,
    });
    kinds
}

/// The kinds of keys in one message.
pub struct Roles {
    pub signers: Vec<Key>,
    pub is_stranger: bool,
    pub readers: Vec<Key>,
    /// The readers have addresses that their certificates do not name.
    is_named: bool,
    /// Nobody is asked for certificates, because there are no addresses, or wrong ones.
    pub is_unaddressed: bool,
}

impl Roles {
    pub fn roll(dice: &mut Dice) -> Roles {
        Roles {
            signers: some(dice, &SIGNERS, 3),
            is_stranger: dice.percent(4),
            readers: some(dice, &READERS, 4),
            is_named: dice.percent(15),
            is_unaddressed: false,
        }
    }

    fn people(&self) -> Vec<Person> {
        match self.is_stranger {
            true => vec![stranger().clone()],
            false => self.signers.iter().map(|kind| signer(*kind)).collect(),
        }
    }

    pub fn sender(&self) -> String {
        signer_address(match self.is_stranger {
            true => Key::P256,
            false => self.signers[0],
        })
    }

    /// Where the mail to this reader goes.
    pub fn address(&self, kind: Key) -> String {
        match self.is_named {
            true => reader_address(kind).replace("example.org", "team.example.net"),
            false => reader_address(kind),
        }
    }

    fn certificates(&self) -> Vec<(Mailbox, Certificate)> {
        let bound = self.readers.iter().map(|kind| {
            let certificate = reader(*kind).certificate().clone();
            (mailbox(&self.address(*kind)), certificate)
        });
        bound.collect()
    }
}

/// A protector, and the sender's key that opens what it makes, when there is one.
pub struct Step {
    pub protector: Protector,
    pub own: Option<Who>,
}

/// A protector that signs, encrypts or both; what is out of the ordinary about it goes to the features.
pub fn step(
    dice: &mut Dice,
    roles: &Roles,
    (signs, encrypts): (bool, bool),
    features: &mut BTreeSet<Feature>,
) -> Step {
    let mut protector = protector().threads(1 + dice.below(2));
    let mut resolver = None;
    if signs {
        protector = signing(protector, dice, roles, (features, &mut resolver));
    }
    let mut own = None;
    if encrypts {
        (protector, own) = encrypting(protector, dice, roles, signs, (features, &mut resolver));
    } else if signs && dice.percent(12) {
        let advertised = *dice.one_of(&READERS);
        protector = protector.advertise(reader(advertised).certificate());
    }
    if let Some(resolver) = resolver {
        protector = protector.resolver(resolver);
    }
    if dice.percent(15) {
        protector = protector.compress();
        features.insert(Feature::Compressed);
    }
    if dice.percent(30) {
        protector = protector.certificate_reference(CertificateReference::SubjectKeyIdentifier);
        features.insert(Feature::KeyIdentifier);
    }
    let protector = match dice.below(3) {
        0 => protector.framing(Framing::Definite),
        1 => protector.framing(Framing::Indefinite),
        _ => protector,
    };
    Step { protector, own }
}

type Notes<'a> = (&'a mut BTreeSet<Feature>, &'a mut Option<MemoryResolver>);

fn signing(
    mut protector: Protector,
    dice: &mut Dice,
    roles: &Roles,
    (features, resolver): Notes<'_>,
) -> Protector {
    let mut people = roles.people();
    if !roles.is_unaddressed && !roles.is_stranger && dice.percent(20) {
        let sender = people.remove(0);
        let known = resolver.get_or_insert_default();
        known.add_identity(&sender.identity);
        protector = protector.sign_as_sender();
    }
    for person in people {
        protector = protector.sign(&person.identity);
    }
    features.insert(Feature::Signed);
    if roles.is_stranger {
        features.insert(Feature::Stranger);
    } else {
        features.extend(roles.signers.iter().filter_map(|kind| match kind {
            Key::Ed25519 => Some(Feature::Ed25519Signer),
            Key::P521 => Some(Feature::P521Signer),
            Key::RsaPss2048 => Some(Feature::PssKey),
            _ => None,
        }));
    }
    let is_plain = roles.is_stranger || !roles.signers.contains(&Key::Ed25519);
    if is_plain && dice.percent(60) {
        let digest = *dice.one_of(&DIGESTS);
        protector = protector.digest(digest);
        let is_longer = |kind: &Key| match kind {
            Key::P384 => digest == DigestAlgorithm::Sha256,
            Key::P521 => digest != DigestAlgorithm::Sha512,
            _ => false,
        };
        if !roles.is_stranger && roles.signers.iter().any(is_longer) {
            features.insert(Feature::ShortDigest);
        }
    }
    if dice.percent(25) {
        let mut ciphers = CIPHERS.to_vec();
        dice.shuffle(&mut ciphers);
        ciphers.truncate(dice.below(CIPHERS.len() + 1));
        protector = protector.capabilities(ciphers);
    }
    if dice.percent(20) {
        protector = protector.pss();
    }
    match dice.percent(45) {
        true => protector.opaque(),
        false => protector,
    }
}

fn encrypting(
    mut protector: Protector,
    dice: &mut Dice,
    roles: &Roles,
    signs: bool,
    (features, resolver): Notes<'_>,
) -> (Protector, Option<Who>) {
    features.insert(Feature::Encrypted);
    let bound = roles.certificates();
    let is_looked_up = !roles.is_unaddressed && dice.percent(20);
    if is_looked_up {
        let known = resolver.get_or_insert_default();
        for (mailbox, certificate) in &bound {
            known.bind(mailbox, certificate);
        }
        protector = protector.encrypt_to_recipients();
    } else if roles.is_named && !roles.is_unaddressed {
        protector = protector.encrypt_to_named(bound.iter().map(|(to, with)| (to, with)));
    } else {
        protector = protector.encrypt_to(bound.iter().map(|(_, certificate)| certificate));
    }
    let own = match dice.below(100) {
        0..50 => {
            protector = protector.not_to_self();
            None
        }
        50..70 => {
            let able = SIGNERS.map(|kind| can_receive(kind).then_some(kind));
            let able: Vec<Key> = able.into_iter().flatten().collect();
            let own = *dice.one_of(&able);
            protector = protector.encrypt_to_self(signer(own).certificate());
            Some(Who::Signer(own))
        }
        _ if !signs => None,
        _ if roles.is_stranger => {
            features.insert(Feature::EcReader);
            None
        }
        // An object has no sender: the first of the signers who can receive.
        _ => {
            let among = match roles.is_unaddressed {
                true => &roles.signers[..],
                false => &roles.signers[..1],
            };
            let own = among.iter().copied().find(|kind| can_receive(*kind));
            own.map(Who::Signer)
        }
    };
    let kinds: Vec<Key> = (roles.readers.iter().copied())
        .chain(own.map(Who::kind))
        .collect();
    note_readers(features, &kinds);
    let cipher = *dice.one_of(&CIPHERS);
    if dice.percent(70) {
        protector = protector.cipher(cipher);
        features.extend(match cipher {
            ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm => Some(Feature::Gcm),
            ContentCipher::ChaCha20Poly1305 => Some(Feature::ChaCha20),
            _ => None,
        });
    }
    let protector = match dice.below(10) {
        0..3 => {
            if kinds.iter().any(|kind| is_rsa(*kind)) {
                features.insert(Feature::Oaep);
            }
            protector.key_encryption(KeyEncryptionChoice::Oaep)
        }
        3..5 => protector.key_encryption(KeyEncryptionChoice::Pkcs1),
        _ => protector,
    };
    (protector, own)
}

/// What the peers can make of an encryption to these.
pub fn note_readers(features: &mut BTreeSet<Feature>, kinds: &[Key]) {
    features.extend(kinds.iter().map(|kind| Feature::of_reader(*kind)));
    // gpgsm has RSA keys only.
    if !kinds.iter().any(|kind| is_rsa(*kind)) {
        features.insert(Feature::NoRsaReader);
    }
}
