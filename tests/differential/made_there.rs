//! Messages that the peers make, over the options of OpenSSL.

use std::collections::BTreeSet;

use crate::ca::Key;
use crate::cast::{READERS, Who, signer_address, stranger};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::letters;
use crate::made_by_others::{by_gpgsm, by_nss};
use crate::made_here::{Made, Says};
use crate::options::some;
use crate::reading::{Message, Peer, Peers};

/// A password, and the key and name that both sides know.
pub const PASSWORD: &str = "correct horse";
pub const SHARED_KEY: &str = "000102030405060708090A0B0C0D0E0F";
pub const SHARED_NAME: &str = "C0FFEE";

/// The message of this number, and who made it; `None` when that one is not installed.
pub fn message(peers: &Peers, seed: u64, number: u64) -> Option<(Peer, Made)> {
    let dice = &mut Dice::new(seed, number);
    let (maker, made) = match dice.below(100) {
        0..35 => (Peer::OpenSsl, signed(peers, dice)),
        35..55 => (Peer::OpenSsl, encrypted(peers, dice)),
        55..65 => (Peer::OpenSsl, signed_and_encrypted(peers, dice)),
        65..83 => (Peer::Gpgsm, by_gpgsm(peers, dice)?),
        _ => (Peer::Nss, by_nss(peers, dice)?),
    };
    Some((maker, made))
}

pub fn made(message: Message, features: BTreeSet<Feature>) -> Made {
    Made {
        message,
        readers: Vec::new(),
        sender: signer_address(Key::P256),
        signers: Vec::new(),
        features,
        says: Says::Nothing,
    }
}

/// Text as OpenSSL can take it, ended by this.
fn text(dice: &mut Dice, eol: &str) -> Vec<u8> {
    loop {
        let entity = letters::entity(dice, eol).bytes;
        let is_text = std::str::from_utf8(&entity)
            .is_ok_and(|text| !text.contains('\0') && !text.replace("\r\n", "").contains('\r'));
        if is_text {
            return entity;
        }
    }
}

/// Who signs (nobody whom we know, when it is the stranger), OpenSSL's options for it, whether it can stream, and what is out of the ordinary about it.
fn signing(
    peers: &Peers,
    dice: &mut Dice,
    features: &mut BTreeSet<Feature>,
) -> (Vec<Key>, String, bool) {
    const BY_OPENSSL: [Key; 6] = [
        Key::Rsa2048,
        Key::Rsa3072,
        Key::RsaPss2048,
        Key::P256,
        Key::P384,
        Key::P521,
    ];
    let kinds = some(dice, &BY_OPENSSL, 2);
    let digest = match dice.below(100) {
        0..5 => "sha1",
        5..15 => "sha224",
        15..50 => "sha256",
        50..75 => "sha384",
        _ => "sha512",
    };
    let mut options = format!("-sign -md {digest} -certfile ca.pem");
    features.insert(Feature::Signed);
    if digest == "sha1" {
        features.insert(Feature::Sha1);
    }
    let mut streams = true;
    if dice.percent(5) {
        features.insert(Feature::Stranger);
        peers
            .openssl
            .write("stranger.pem", stranger().certificate_pem());
        peers.openssl.write("stranger.key", stranger().key_pem());
        options += " -signer stranger.pem -inkey stranger.key";
    } else {
        for kind in &kinds {
            options += &format!(" -signer signer.{kind:?}.pem -inkey signer.{kind:?}.key");
            let is_pss = *kind == Key::RsaPss2048 || dice.percent(30);
            if crate::cast::is_rsa(*kind) && is_pss || *kind == Key::RsaPss2048 {
                let salt = *dice.one_of(&["digest", "max", "auto", "20"]);
                options += &format!(" -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:{salt}");
                // It cannot write such a signature behind a stream ("illegal zero content").
                streams = false;
                if dice.percent(8) {
                    // A mask needs no collision resistance: this is good to everybody.
                    options += " -keyopt rsa_mgf1_md:sha1";
                }
            }
        }
    }
    for (option, chance, feature) in [
        ("-keyid", 25, Some(Feature::KeyIdentifier)),
        ("-noattr", 5, Some(Feature::NoAttributes)),
        ("-nosmimecap", 20, None),
        ("-nocerts", 6, Some(Feature::NoCertificates)),
        ("-cades", 15, None),
        (
            "-receipt_request_all -receipt_request_to alice@example.org",
            5,
            None,
        ),
    ] {
        if dice.percent(chance) {
            options += &format!(" {option}");
            features.extend(feature);
        }
    }
    if features.contains(&Feature::NoAttributes) {
        options = options.replace(" -cades", "");
        options = options.replace(
            " -receipt_request_all -receipt_request_to alice@example.org",
            "",
        );
    }
    let signers = match features.contains(&Feature::Stranger) {
        true => Vec::new(),
        false => kinds,
    };
    (signers, options, streams)
}

pub fn readers(kinds: &[Key]) -> Vec<Who> {
    kinds.iter().copied().map(Who::Reader).collect()
}

fn encrypting(dice: &mut Dice, features: &mut BTreeSet<Feature>) -> (Vec<Who>, String) {
    let kinds = some(dice, &READERS[..5], 3);
    features.insert(Feature::Encrypted);
    let cipher = match dice.below(100) {
        0..20 => "-aes-128-cbc",
        20..35 => "-aes192",
        35..60 => "-aes256",
        60..72 => "-aes-128-gcm",
        72..76 => "-aes-192-gcm",
        76..88 => "-aes-256-gcm",
        88..94 => "-des3",
        _ => "-camellia128",
    };
    features.extend(match cipher {
        "-des3" => Some(Feature::TripleDes),
        "-camellia128" => Some(Feature::Camellia),
        _ => None,
    });
    let mut options = format!("-encrypt -binary {cipher}");
    for kind in &kinds {
        options += &format!(" -recip reader.{kind:?}.pem");
        match crate::cast::is_rsa(*kind) {
            true if dice.percent(40) => {
                let digest = *dice.one_of(&["sha1", "sha256", "sha384", "sha512"]);
                options += &format!(" -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:{digest}");
            }
            false if dice.percent(60) => {
                let digest = *dice.one_of(&["sha1", "sha224", "sha256", "sha384", "sha512"]);
                options += &format!(" -keyopt ecdh_kdf_md:{digest}");
            }
            _ => {}
        }
    }
    if dice.percent(25) {
        options += " -keyid";
    }
    (readers(&kinds), options)
}

/// What OpenSSL makes of its file `content`.
pub fn cms(peers: &Peers, options: &str) -> Vec<u8> {
    let arguments = format!("cms {options} -in content -out made");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    if let Err(said) = peers.openssl.run(&arguments) {
        panic!("{options}: {said}");
    }
    peers.openssl.read("made")
}

/// The first of them; the stranger takes the name of the P-256 signer.
fn sender(signers: &[Key]) -> String {
    signer_address(signers.first().copied().unwrap_or(Key::P256))
}

/// With a header from this sender in front; as it is, or with CRLF.
fn mail(dice: &mut Dice, sender: &str, made: &[u8]) -> Message {
    let header = letters::header(dice, sender, &["bob@example.org".into()], None);
    let header = header.replace("MIME-Version: 1.0\n", "");
    let mail = [header.as_bytes(), made].concat();
    Message::Mail(match dice.percent(50) {
        true => crate::unpack::canonical(&mail),
        false => mail,
    })
}

fn streaming(dice: &mut Dice) -> &'static str {
    ["", "", "-stream", "-indef"][dice.below(4)]
}

fn signed(peers: &Peers, dice: &mut Dice) -> Made {
    let mut features = BTreeSet::new();
    let (signers, mut options, streams) = signing(peers, dice, &mut features);
    let sender = sender(&signers);
    if streams {
        options += &format!(" {}", streaming(dice));
    }
    let is_opaque = dice.percent(50);
    // Below MIME a stream holds its content, whether it is given apart or not.
    let is_held = options.contains("-stream") || options.contains("-indef");
    if is_opaque {
        options += " -nodetach";
    }
    let eol = if dice.percent(50) { "\n" } else { "\r\n" };
    let (message, content) = if dice.percent(55) {
        let content = text(dice, eol);
        peers.openssl.write("content", &content);
        if dice.percent(20) {
            options += " -crlfeol";
        }
        let made = cms(peers, &options);
        (
            mail(dice, &sender, &made),
            crate::unpack::canonical(&content),
        )
    } else {
        let content = letters::entity(dice, eol).bytes;
        peers.openssl.write("content", &content);
        features.insert(Feature::Object);
        let form = *dice.one_of(&["DER", "DER", "PEM"]);
        let cms = cms(peers, &format!("{options} -binary -outform {form}"));
        if !is_opaque && is_held {
            features.insert(Feature::ContentTwice);
        }
        let beside = (!is_opaque).then(|| content.clone());
        let message = Message::Object {
            cms,
            content: beside,
        };
        (message, content)
    };
    Made {
        sender,
        signers,
        says: Says::Octets(content),
        ..made(message, features)
    }
}

fn encrypted(peers: &Peers, dice: &mut Dice) -> Made {
    let mut features = BTreeSet::new();
    let content = letters::entity(dice, "\r\n").bytes;
    peers.openssl.write("content", &content);
    if dice.percent(12) {
        features.insert(Feature::Secret);
        let cipher = *dice.one_of(&["-aes128", "-aes256"]);
        let secret = match dice.percent(50) {
            true => format!("-secretkey {SHARED_KEY} -secretkeyid {SHARED_NAME}"),
            false => "-pwri_password correct\u{a0}horse".to_owned(),
        };
        let options = format!("-encrypt -binary {cipher} {secret} -outform DER");
        let arguments = format!("cms {options} -in content -out made");
        // A password may have a space in it.
        let arguments: Vec<String> = arguments
            .split(' ')
            .map(|text| text.replace('\u{a0}', " "))
            .collect();
        peers
            .openssl
            .run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
            .unwrap();
        let message = Message::Object {
            cms: peers.openssl.read("made"),
            content: None,
        };
        return Made {
            says: Says::Octets(content),
            ..made(message, features)
        };
    }
    let (readers, options) = encrypting(dice, &mut features);
    let options = format!("{options} {}", streaming(dice));
    let message = match dice.below(4) {
        0 | 1 => {
            let made = cms(peers, &options);
            mail(dice, &signer_address(Key::P256), &made)
        }
        form => {
            features.insert(Feature::Object);
            let form = if form == 2 { "DER" } else { "PEM" };
            let cms = cms(peers, &format!("{options} -outform {form}"));
            Message::Object { cms, content: None }
        }
    };
    Made {
        readers,
        says: Says::Octets(content),
        ..made(message, features)
    }
}

fn signed_and_encrypted(peers: &Peers, dice: &mut Dice) -> Made {
    let mut features = BTreeSet::new();
    let (signers, options, _) = signing(peers, dice, &mut features);
    let sender = sender(&signers);
    let form = if dice.percent(50) { "-nodetach" } else { "" };
    let content = text(dice, "\n");
    peers.openssl.write("content", &content);
    let inner = cms(peers, &format!("{options} {form}"));
    peers.openssl.write("content", &inner);
    let (readers, options) = encrypting(dice, &mut features);
    let sealed = cms(peers, &format!("{options} {}", streaming(dice)));
    let message = mail(dice, &sender, &sealed);
    Made {
        sender,
        signers,
        readers,
        says: Says::Octets(crate::unpack::canonical(&content)),
        ..made(message, features)
    }
}
