//! Messages that the peers make, over their options.

use std::collections::BTreeSet;

use sha1::{Digest, Sha1};

use crate::ca::Key;
use crate::cast::{READERS, SIGNERS, reader, reader_address, signer, signer_address, stranger};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::letters;
use crate::made_here::{Made, some};
use crate::people::Person;
use crate::reading::{Message, Peer, Peers, with_rsa};

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

fn made(message: Message, features: BTreeSet<Feature>) -> Made {
    Made {
        message,
        readers: Vec::new(),
        sender: signer_address(Key::P256),
        features,
        leaf: None,
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

/// OpenSSL's options for a signature by these, and what is out of the ordinary about it.
fn signing(
    peers: &Peers,
    dice: &mut Dice,
    features: &mut BTreeSet<Feature>,
) -> (Key, String, bool) {
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
                    options += " -keyopt rsa_mgf1_md:sha1";
                    features.insert(Feature::TwoDigests);
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
    let sender = if features.contains(&Feature::Stranger) {
        Key::P256
    } else {
        kinds[0]
    };
    (sender, options, streams)
}

fn encrypting(dice: &mut Dice, features: &mut BTreeSet<Feature>) -> (Vec<Key>, String) {
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
    (kinds, options)
}

fn cms(peers: &Peers, options: &str) -> Vec<u8> {
    let arguments = format!("cms {options} -in content -out made");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    if let Err(said) = peers.openssl.run(&arguments) {
        panic!("{options}: {said}");
    }
    peers.openssl.read("made")
}

/// With a header from this sender in front; as it is, or with CRLF.
fn mail(dice: &mut Dice, sender: Key, made: &[u8]) -> Message {
    let header = letters::header(
        dice,
        &signer_address(sender),
        &["bob@example.org".into()],
        None,
    );
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
    let (sender, mut options, streams) = signing(peers, dice, &mut features);
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
    let message = if dice.percent(55) {
        peers.openssl.write("content", text(dice, eol));
        if dice.percent(20) {
            options += " -crlfeol";
        }
        mail(dice, sender, &cms(peers, &options))
    } else {
        let content = letters::entity(dice, eol).bytes;
        peers.openssl.write("content", &content);
        features.insert(Feature::Object);
        let form = *dice.one_of(&["DER", "DER", "PEM"]);
        let cms = cms(peers, &format!("{options} -binary -outform {form}"));
        let content = (!is_opaque).then_some(content);
        if content.is_some() && is_held {
            features.insert(Feature::ContentTwice);
        }
        Message::Object { cms, content }
    };
    let sender = signer_address(sender);
    Made {
        sender,
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
            leaf: Some(content),
            ..made(message, features)
        };
    }
    let (readers, options) = encrypting(dice, &mut features);
    let options = format!("{options} {}", streaming(dice));
    let message = match dice.below(4) {
        0 | 1 => {
            let made = cms(peers, &options);
            mail(dice, Key::P256, &made)
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
        leaf: Some(content),
        ..made(message, features)
    }
}

fn signed_and_encrypted(peers: &Peers, dice: &mut Dice) -> Made {
    let mut features = BTreeSet::new();
    let (sender, options, _) = signing(peers, dice, &mut features);
    let form = if dice.percent(50) { "-nodetach" } else { "" };
    peers.openssl.write("content", text(dice, "\n"));
    let inner = cms(peers, &format!("{options} {form}"));
    peers.openssl.write("content", &inner);
    let (readers, options) = encrypting(dice, &mut features);
    let sealed = cms(peers, &format!("{options} {}", streaming(dice)));
    let message = mail(dice, sender, &sealed);
    let sender = signer_address(sender);
    Made {
        sender,
        readers,
        ..made(message, features)
    }
}

fn fingerprint(person: &Person) -> String {
    let digest = Sha1::digest(person.certificate().to_der());
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn by_gpgsm(peers: &Peers, dice: &mut Dice) -> Option<Made> {
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
            readers: kinds,
            leaf: Some(content),
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
    let leaf = Some(content.clone());
    let message = Message::Object {
        cms,
        content: (!is_opaque).then_some(content),
    };
    let sender = signer_address(kinds[0]);
    Some(Made {
        sender,
        leaf,
        ..made(message, features)
    })
}

fn by_nss(peers: &Peers, dice: &mut Dice) -> Option<Made> {
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
            features.extend([Feature::Encrypted, Feature::TripleDes]);
            let message = Message::Object { cms, content: None };
            Some(Made {
                readers: kinds,
                leaf: Some(content),
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
            if !options.contains(" -G") && !options.contains(" -P") {
                features.insert(Feature::NoAttributes);
            }
            let is_opaque = dice.percent(50);
            if !is_opaque {
                options += " -T";
            }
            let cms = nss
                .make(&content, &options)
                .unwrap_or_else(|said| panic!("{options}: {said}"));
            let leaf = Some(content.clone());
            let message = Message::Object {
                cms,
                content: (!is_opaque).then_some(content),
            };
            Some(Made {
                sender: who,
                leaf,
                ..made(message, features)
            })
        }
    }
}
