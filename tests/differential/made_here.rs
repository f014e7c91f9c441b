//! Messages that this crate makes, over all of its options.

use std::collections::BTreeSet;
use std::io::Write;

use smime::Protector;
use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};

use crate::ca::Key;
use crate::cast::{
    READERS, SIGNERS, is_rsa, reader, reader_address, signer, signer_address, stranger,
};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::letters;
use crate::people::{Person, protector};
use crate::reading::Message;

/// A message, who can read it, and what it must say.
pub struct Made {
    pub message: Message,
    /// The keys it is encrypted to, from outside in the same for each layer.
    pub readers: Vec<Key>,
    /// Who is in From, or expected.
    pub sender: String,
    pub features: BTreeSet<Feature>,
    /// The leaf, decoded, or the content of an object; `None` when there are several.
    pub leaf: Option<Vec<u8>>,
}

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

/// The kinds of keys in one message.
struct Roles {
    signers: Vec<Key>,
    is_stranger: bool,
    readers: Vec<Key>,
}

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

impl Roles {
    fn roll(dice: &mut Dice) -> Roles {
        Roles {
            signers: some(dice, &SIGNERS, 3),
            is_stranger: dice.percent(4),
            readers: some(dice, &READERS, 4),
        }
    }

    fn people(&self) -> Vec<Person> {
        match self.is_stranger {
            true => vec![stranger().clone()],
            false => self.signers.iter().map(|kind| signer(*kind)).collect(),
        }
    }

    fn sender(&self) -> String {
        signer_address(match self.is_stranger {
            true => Key::P256,
            false => self.signers[0],
        })
    }
}

/// A protector that signs, encrypts or both, and what is out of the ordinary about it.
fn step(
    dice: &mut Dice,
    roles: &Roles,
    (signs, encrypts): (bool, bool),
    features: &mut BTreeSet<Feature>,
) -> Protector {
    let mut protector = protector();
    if signs {
        for person in roles.people() {
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
        if dice.percent(20) {
            protector = protector.pss();
        }
        if dice.percent(45) {
            protector = protector.opaque();
        }
    }
    if encrypts {
        features.insert(Feature::Encrypted);
        let people: Vec<Person> = roles.readers.iter().map(|kind| reader(*kind)).collect();
        protector = protector.encrypt_to(people.iter().map(Person::certificate));
        if signs && dice.percent(60) {
            protector = protector.not_to_self();
        } else if signs && !roles.is_stranger && !is_rsa(roles.signers[0]) {
            features.insert(Feature::EcReader);
        }
        let cipher = *dice.one_of(&CIPHERS);
        if dice.percent(70) {
            protector = protector.cipher(cipher);
            features.extend(match cipher {
                ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm => Some(Feature::Gcm),
                ContentCipher::ChaCha20Poly1305 => Some(Feature::ChaCha20),
                _ => None,
            });
        }
        features.extend(roles.readers.iter().map(|kind| match kind {
            Key::X25519 => Feature::X25519Reader,
            kind if is_rsa(*kind) => Feature::RsaReader,
            _ => Feature::EcReader,
        }));
        match dice.below(10) {
            0..3 => {
                protector = protector.key_encryption(KeyEncryptionChoice::Oaep);
                if roles.readers.iter().any(|kind| is_rsa(*kind)) {
                    features.insert(Feature::Oaep);
                }
            }
            3..5 => protector = protector.key_encryption(KeyEncryptionChoice::Pkcs1),
            _ => {}
        }
    }
    if dice.percent(15) {
        protector = protector.compress();
        features.insert(Feature::Compressed);
    }
    if dice.percent(30) {
        protector = protector.certificate_reference(CertificateReference::SubjectKeyIdentifier);
        features.insert(Feature::KeyIdentifier);
    }
    match dice.below(3) {
        0 => protector.framing(Framing::Definite),
        1 => protector.framing(Framing::Indefinite),
        _ => protector,
    }
}

fn object(dice: &mut Dice) -> Made {
    let mut features = BTreeSet::from([Feature::Object]);
    let roles = Roles::roll(dice);
    let what = *dice.one_of(&[(true, false), (true, false), (false, true), (true, true)]);
    let mut protector = step(dice, &roles, what, &mut features);
    if !what.1 && features.contains(&Feature::Compressed) {
        // A detached signature is over the content as it is.
        protector = protector.opaque();
    }
    note_missing(&mut features);
    let entity = letters::entity(dice, "\n");
    let cms = protector.protect_cms(&entity.bytes).unwrap();
    let layer = crate::unpack::object(&cms, None).unwrap();
    let content = (what == (true, false) && is_detached(&layer.cms)).then(|| entity.bytes.clone());
    Made {
        message: Message::Object { cms, content },
        readers: if what.1 {
            roles.readers.clone()
        } else {
            Vec::new()
        },
        sender: roles.sender(),
        features,
        leaf: None,
    }
}

/// gpgsm and NSS have RSA keys only.
fn note_missing(features: &mut BTreeSet<Feature>) {
    if features.contains(&Feature::Encrypted) && !features.contains(&Feature::RsaReader) {
        features.insert(Feature::NoRsaReader);
    }
}

/// Whether there is no eContent.
fn is_detached(cms: &[u8]) -> bool {
    let tree = crate::tree::Node::parse(cms).unwrap();
    crate::unpack::kind(cms) == Some(crate::unpack::Kind::Signed)
        && tree.at(&[1, 0, 2, 1]).is_none()
}

/// The message of this number.
pub fn message(seed: u64, number: u64) -> Made {
    let dice = &mut Dice::new(seed, number);
    if dice.percent(15) {
        return object(dice);
    }
    let mut features = BTreeSet::new();
    let roles = Roles::roll(dice);
    let steps: &[(bool, bool)] = match dice.below(100) {
        0..35 => &[(true, false)],
        35..50 => &[(false, true)],
        50..82 => &[(true, true)],
        82..88 => &[(false, true), (true, false)],
        88..94 => &[(true, false), (false, true), (true, false)],
        94..97 => &[(true, true), (true, true)],
        _ => &[(true, false), (true, false)],
    };
    let encrypts = steps.iter().any(|step| step.1);
    let mut to: Vec<String> = match encrypts {
        true => roles
            .readers
            .iter()
            .map(|kind| reader_address(*kind))
            .collect(),
        false => vec!["bob@example.org".into()],
    };
    // Who is in Bcc gets a copy of his own, which is looked at instead of the other one.
    let mut readers = if encrypts {
        roles.readers.clone()
    } else {
        Vec::new()
    };
    let bcc = (encrypts && steps.len() == 1 && readers.len() > 1 && dice.percent(25))
        .then(|| to.remove(0));
    let is_other = steps.iter().any(|step| step.0) && !encrypts && dice.percent(3);
    let from = match is_other {
        true => "mallory@example.org".to_owned(),
        false => roles.sender(),
    };
    let eol = if dice.percent(50) { "\r\n" } else { "\n" };
    let entity = letters::entity(dice, eol);
    let header = letters::header(dice, &from, &to, bcc.as_deref()).replace('\n', eol);
    let mut mail = [header.as_bytes(), &entity.bytes].concat();
    for what in steps {
        let mut protector = step(dice, &roles, *what, &mut features);
        if is_other {
            protector = protector.danger_ignore_addresses();
            features.insert(Feature::OtherSender);
        }
        if bcc.is_some() {
            // Several copies cannot be made in one pass.
            protector = protector.framing(Framing::Definite);
        }
        if bcc.is_none() && dice.percent(25) {
            let mut writer = protector.writer(Vec::new()).unwrap();
            writer.write_all(&mail).unwrap();
            let written = writer.finish();
            let written =
                written.unwrap_or_else(|error| panic!("message {number}: {error}\n{header}"));
            mail = written.sink;
            continue;
        }
        let protected = protector.protect(&mail);
        let protected =
            protected.unwrap_or_else(|error| panic!("message {number}: {error}\n{header}"));
        mail = protected.copies().last().unwrap().bytes().to_vec();
        if bcc.is_some() {
            let alone = readers[0];
            readers = vec![alone];
            features.retain(|feature| {
                !matches!(
                    feature,
                    Feature::RsaReader | Feature::EcReader | Feature::X25519Reader
                )
            });
            features.insert(match alone {
                Key::X25519 => Feature::X25519Reader,
                kind if is_rsa(kind) => Feature::RsaReader,
                _ => Feature::EcReader,
            });
        }
    }
    note_missing(&mut features);
    Made {
        message: Message::Mail(mail),
        readers,
        sender: from,
        features,
        leaf: entity.leaf,
    }
}
