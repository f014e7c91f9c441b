//! Messages and files with any tag, MAC or padding, which the library would never make.

use aes::cipher::{
    BlockCipherEncrypt, BlockModeEncrypt, KeyInit, KeyIvInit, block_padding::NoPadding,
};
use chacha20poly1305::aead::AeadInOut;
use ghash::universal_hash::UniversalHash;
use hmac::Mac;

use crate::ca::{oid, sequence, tlv};
use crate::random::Random;

pub const KEK: [u8; 32] = [7; 32];
const KEY: [u8; 32] = [9; 32];
const NONCE: [u8; 12] = [3; 12];
const IV: [u8; 16] = [3; 16];
pub const PASSWORD: &str = "x";

fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

/// EnvelopedData (RFC 5652 6.1), or with a tag AuthEnvelopedData (RFC 5083 2.1), for a key that both sides have.
fn enveloped(algorithm: &[u8], ciphertext: &[u8], tag: Option<&[u8]>) -> Vec<u8> {
    let mut wrapped = [0; 40];
    let kek = <aes_kw::KwAes256 as aes_kw::KeyInit>::new(&KEK.into());
    kek.wrap_key(&KEY, &mut wrapped).unwrap();
    let recipient = [
        tlv(0x02, &[4]),
        sequence(&[&octets(b"kek")]),
        sequence(&[&oid("2.16.840.1.101.3.4.1.45")]),
        octets(&wrapped),
    ];
    let content = [
        &oid("1.2.840.113549.1.7.1")[..],
        algorithm,
        &tlv(0x80, ciphertext),
    ];
    let version = [if tag.is_some() { 0 } else { 2 }];
    let data = sequence(&[
        &tlv(0x02, &version),
        &tlv(0x31, &tlv(0xa2, &recipient.concat())),
        &sequence(&content),
        &tag.map(octets).unwrap_or_default(),
    ]);
    let kind = match tag {
        Some(_) => "1.2.840.113549.1.9.16.1.23",
        None => "1.2.840.113549.1.7.3",
    };
    sequence(&[&oid(kind), &tlv(0xa0, &data)])
}

/// AES-256-GCM: a message of two blocks.
pub fn gcm(ciphertext: &[u8; 32]) -> Vec<u8> {
    let cipher = aes::Aes256::new(&KEY.into());
    let mut h = Default::default();
    cipher.encrypt_block(&mut h);
    let mut hash = ghash::GHash::new(&h);
    hash.update_padded(ciphertext);
    let mut lengths = [0; 16];
    lengths[14] = 1; // 256 bits.
    hash.update_padded(&lengths);
    let mut mask = [0; 16];
    mask[..12].copy_from_slice(&NONCE);
    mask[15] = 1;
    let mut mask = mask.into();
    cipher.encrypt_block(&mut mask);
    let tag = hash.finalize();
    tag.iter().zip(&mask).map(|(a, b)| a ^ b).collect()
}

pub fn gcm_message(ciphertext: &[u8; 32], tag: &[u8]) -> Vec<u8> {
    let parameters = sequence(&[&octets(&NONCE), &tlv(0x02, &[16])]);
    let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.1.46"), &parameters]);
    enveloped(&algorithm, ciphertext, Some(tag))
}

pub fn chacha(plaintext: &mut [u8; 32]) -> Vec<u8> {
    let cipher = chacha20poly1305::ChaCha20Poly1305::new(&KEY.into());
    let tag = cipher.encrypt_inout_detached(&NONCE.into(), &[], plaintext.as_mut_slice().into());
    tag.unwrap().to_vec()
}

pub fn chacha_message(ciphertext: &[u8; 32], tag: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[&oid("1.2.840.113549.1.9.16.3.18"), &octets(&NONCE)]);
    enveloped(&algorithm, ciphertext, Some(tag))
}

/// AES-256-CBC over whole blocks, padded by the caller.
pub fn cbc_message(mut padded: [u8; 48]) -> Vec<u8> {
    let encryptor = cbc::Encryptor::<aes::Aes256>::new(&KEY.into(), &IV.into());
    let ciphertext = encryptor
        .encrypt_padded::<NoPadding>(&mut padded, 48)
        .unwrap();
    let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.1.42"), &octets(&IV)]);
    enveloped(&algorithm, ciphertext, None)
}

/// A block of padding after two of content.
pub fn padded(random: &mut Random) -> [u8; 48] {
    let mut padded = random.bytes::<48>();
    padded[32..].fill(16);
    padded
}

/// PFX (RFC 7292 4) of one iteration, its MAC over `content`.
pub fn pfx(content: &[u8], algorithm: &[u8], mac: &[u8]) -> Vec<u8> {
    let mac_data = sequence(&[
        &sequence(&[algorithm, &octets(mac)]),
        &octets(b"salt"),
        &tlv(0x02, &[1]),
    ]);
    let content = tlv(0xa0, &octets(content));
    let info = sequence(&[&oid("1.2.840.113549.1.7.1"), &content]);
    sequence(&[&tlv(0x02, &[3]), &info, &mac_data])
}

const NULL: [u8; 2] = [0x05, 0];

/// The MAC of RFC 7292 with SHA-512.
pub fn classic(content: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let id = pkcs12::kdf::Pkcs12KeyType::Mac;
    let key = pkcs12::kdf::derive_key::<sha2::Sha512>(&[0, b'x', 0, 0], b"salt", id, 1, 64);
    let mac = <hmac::Hmac<sha2::Sha512> as hmac::KeyInit>::new_from_slice(&key).unwrap();
    let mac = mac.chain_update(content).finalize().into_bytes().to_vec();
    (sequence(&[&oid("2.16.840.1.101.3.4.2.3"), &NULL]), mac)
}

/// PBMAC1 (RFC 9579) with SHA-256.
pub fn pbmac1(content: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut key = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(PASSWORD.as_bytes(), b"salt", 1, &mut key);
    let mac = <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(&key).unwrap();
    let mac = mac.chain_update(content).finalize().into_bytes().to_vec();
    let hmac = sequence(&[&oid("1.2.840.113549.2.9"), &NULL]);
    let parameters = [
        octets(b"salt"),
        tlv(0x02, &[1]),
        tlv(0x02, &[32]),
        hmac.clone(),
    ];
    let kdf = sequence(&[
        &oid("1.2.840.113549.1.5.12"),
        &tlv(0x30, &parameters.concat()),
    ]);
    let parameters = sequence(&[&kdf, &hmac]);
    (sequence(&[&oid("1.2.840.113549.1.5.14"), &parameters]), mac)
}
