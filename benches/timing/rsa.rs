//! RSA v1.5 decryption with implicit rejection, as a message's content key goes through it.

use std::rc::Rc;

use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};
use smime::PrivateKey;
use smime::key::{KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};

use zeroize::Zeroizing;

use crate::random::Random;
use crate::welch::Class;
use crate::{Case, Meaning};

type SystemRandom = rand_core::UnwrapErr<getrandom::SysRng>;

fn system() -> SystemRandom {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// A block around a content key of `len` bytes (RFC 8017 7.2.1).
fn block(len: usize, random: &mut Random) -> [u8; 256] {
    let mut block = random.bytes::<256>();
    for byte in &mut block {
        *byte = (*byte).max(1);
    }
    block[0] = 0;
    block[1] = 2;
    block[255 - len] = 0;
    block
}

fn encrypted(key: &RsaPrivateKey, block: &[u8; 256]) -> UnwrapRequest {
    let number = BoxedUint::from_be_slice(block, 2048).unwrap();
    let number = rsa::hazmat::rsa_encrypt(&key.to_public_key(), &number).unwrap();
    UnwrapRequest::RsaPkcs1 {
        encrypted_key: number.to_be_bytes().into_vec(),
        key_len: 32,
    }
}

/// As it is not to be done: back at the first byte that is wrong, `late` or before the result is checked against faults.
fn leaky(key: &RsaPrivateKey, request: &UnwrapRequest, late: bool) -> Option<Vec<u8>> {
    let UnwrapRequest::RsaPkcs1 { encrypted_key, .. } = request else {
        return None;
    };
    let number = BoxedUint::from_be_slice(encrypted_key, key.n_bits_precision()).ok()?;
    let decrypted = rsa::hazmat::rsa_decrypt(Some(&mut system()), key, &number).ok()?;
    let checked = |number| rsa::hazmat::rsa_encrypt(key, number).ok();
    let block = decrypted.to_be_bytes();
    if late || block.starts_with(&[0, 2]) {
        (checked(&decrypted)? == number).then_some(())?;
    }
    let rest = block.strip_prefix(&[0, 2])?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    rest.get(end + 1..).map(<[u8]>::to_vec)
}

/// A key outside that answers with as many bytes as the first byte of the ciphertext says, and fails for 255: what is
/// done with an answer is timed without the exponentiation, beside whose noise it is nothing.
struct Instant(Vec<u8>);

impl KeyOps for Instant {
    fn public_key(&self) -> &[u8] {
        &self.0
    }

    fn sign(&self, _: &SignRequest) -> Result<Vec<u8>, KeyError> {
        Err(KeyError::Failed)
    }

    fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError> {
        let UnwrapRequest::RsaPkcs1 { encrypted_key, .. } = request else {
            return Err(KeyError::Failed);
        };
        // Made and wiped in the same time, however much of it is the answer.
        let mut answer = Zeroizing::new(vec![1; 255]);
        answer.truncate(usize::from(encrypted_key[0]));
        if encrypted_key[0] == 255 {
            return Err(KeyError::Failed);
        }
        Ok(Secret::new(std::mem::take(&mut *answer)))
    }
}

/// An answer of `a` bytes against one of `b`.
fn answered(name: &'static str, meaning: Meaning, key: &PrivateKey, [a, b]: [u8; 2]) -> Case {
    let key = key.clone();
    let make = move |class, random: &mut Random| {
        let mut encrypted_key = random.bytes::<256>().to_vec();
        encrypted_key[0] = match class {
            Class::A => a,
            Class::B => b,
        };
        UnwrapRequest::RsaPkcs1 {
            encrypted_key,
            key_len: 32,
        }
    };
    Case::new(name, meaning, make, move |request| {
        key.unwrap(request).unwrap()
    })
}

/// What is done with the answer of a key that decrypts.
pub fn answers() -> Vec<Case> {
    let key = RsaPrivateKey::new(&mut system(), 2048).unwrap();
    let public = key.to_public_key().to_public_key_der().unwrap();
    let key = PrivateKey::external(Instant(public.into_vec())).unwrap();
    vec![
        answered(
            "v1.5 answer, same: 32 bytes twice",
            Meaning::Same,
            &key,
            [32, 32],
        ),
        answered(
            "v1.5 answer: 32 bytes, 31 bytes",
            Meaning::Leak,
            &key,
            [32, 31],
        ),
        answered(
            "v1.5 answer: 32 bytes, 16 bytes",
            Meaning::Leak,
            &key,
            [32, 16],
        ),
        answered(
            "v1.5 answer: 32 bytes, 200 bytes",
            Meaning::Leak,
            &key,
            [32, 200],
        ),
        answered(
            "v1.5 answer: 32 bytes, failed",
            Meaning::Leak,
            &key,
            [32, 255],
        ),
    ]
}

pub fn cases() -> Vec<Case> {
    let key = Rc::new(RsaPrivateKey::new(&mut system(), 2048).unwrap());
    let pkcs8 = key.to_pkcs8_der().unwrap();
    let ours = PrivateKey::from_bytes(pkcs8.as_bytes(), None).unwrap();
    let case = |name, meaning, b: fn(&mut Random) -> [u8; 256]| {
        let (key, ours) = (Rc::clone(&key), ours.clone());
        let make = move |class, random: &mut Random| {
            let block = match class {
                Class::A => block(32, random),
                Class::B => b(random),
            };
            encrypted(&key, &block)
        };
        Case::new(name, meaning, make, move |request| {
            ours.unwrap(request).unwrap()
        })
    };
    let mut cases = vec![
        case(
            "RSA v1.5, same: good padding twice",
            Meaning::Same,
            |random| block(32, random),
        ),
        case(
            "RSA v1.5: good padding, block type 1",
            Meaning::Leak,
            |random| {
                let mut block = block(32, random);
                block[1] = 1;
                block
            },
        ),
        case(
            "RSA v1.5: good padding, no zero in it",
            Meaning::Leak,
            |random| {
                let mut block = block(32, random);
                block[255 - 32] = 1;
                block
            },
        ),
        case(
            "RSA v1.5: content key of 32 bytes, of 16",
            Meaning::Leak,
            |random| block(16, random),
        ),
        case("RSA v1.5: valid, random", Meaning::Leak, |random| {
            let mut block = random.bytes();
            block[0] &= 0x3f;
            block
        }),
    ];
    for (name, late) in [
        ("RSA v1.5, control: unpadded with an early exit", true),
        ("RSA v1.5, control: back before the check", false),
    ] {
        let (key, same) = (Rc::clone(&key), Rc::clone(&key));
        let make = move |class, random: &mut Random| {
            let mut block = block(32, random);
            if class == Class::B {
                block[1] = 1;
            }
            encrypted(&key, &block)
        };
        cases.push(Case::new(name, Meaning::Control, make, move |request| {
            leaky(&same, request, late)
        }));
    }
    cases
}
