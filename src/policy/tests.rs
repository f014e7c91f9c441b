use super::*;
use crate::crypto::ContentCipher;
use std::time::{Duration, UNIX_EPOCH};

/// Seconds since 1970, by `date -u -d … +%s`.
const JUNE_1999: u64 = 928_195_200;
const YEAR_2014: u64 = 1_388_534_400;
const YEAR_2017: u64 = 1_483_228_800;
const YEAR_2024: u64 = 1_704_067_200;
const YEAR_2026: u64 = 1_767_225_600;

const RC2: ReceivedCipher = ReceivedCipher::Rc2Cbc { effective_bits: 40 };

fn at(seconds: u64) -> StandardPolicy {
    StandardPolicy::at(UNIX_EPOCH + Duration::from_secs(seconds))
}

type Question = fn(&StandardPolicy) -> Judgement;

/// What was good enough until a date.
const DATED: [(Question, u64, &str); 5] = [
    (
        |policy| policy.digest(DigestAlgorithm::Sha1),
        YEAR_2017,
        "SHA-1",
    ),
    (
        |policy| policy.cipher(ReceivedCipher::TripleDesCbc),
        YEAR_2024,
        "3DES",
    ),
    (|policy| policy.cipher(RC2), JUNE_1999, "RC2"),
    (
        |policy| policy.verification_key(&KeyKind::Rsa { bits: 1024 }),
        YEAR_2014,
        "RSA with 1024 bits",
    ),
    (
        |policy| policy.decryption_key(&KeyKind::RsaPss { bits: 2047 }),
        YEAR_2014,
        "RSA with 2047 bits",
    ),
];

#[test]
fn rsa_sizes() {
    let policy = StandardPolicy::new();
    for (bits, accepted) in [
        (1024, false),
        (2047, false),
        (2048, true),
        (8192, true),
        (8193, false),
    ] {
        assert_eq!(policy.key(&KeyKind::Rsa { bits }).is_ok(), accepted);
        assert_eq!(policy.key(&KeyKind::RsaPss { bits }).is_ok(), accepted);
    }
}

#[test]
fn unknown_keys_are_refused_by_name() {
    let refused = StandardPolicy::new().key(&KeyKind::Other("1.2.840.10040.4.1".into()));
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("1.2.840.10040.4.1")
    );
}

/// The last second before the date, and the date.
#[test]
fn sig_08_dates_from_which_on_it_is_refused() {
    for (question, date, name) in DATED {
        assert_eq!(question(&at(date - 1)), Judgement::Accepted, "{name}");
        assert_eq!(question(&at(0)), Judgement::Accepted, "{name}");
        for late in [date, date + 1, YEAR_2026] {
            let reason = Reason::Outdated {
                what: name.into(),
                since: UNIX_EPOCH + Duration::from_secs(date),
            };
            let judgement = question(&at(late));
            assert!(!judgement.is_readable());
            assert_eq!(judgement.reason(), Some(&reason));
            assert_eq!(judgement, Judgement::Refused(reason.clone()), "{name}");

            let judgement = question(&at(late).legacy());
            assert!(judgement.is_readable());
            assert_eq!(judgement.reason(), Some(&reason));
            assert_eq!(judgement, Judgement::Legacy(reason), "{name}");
        }
        assert_eq!(question(&at(date - 1).legacy()), Judgement::Accepted);
    }
}

#[test]
fn enc_16_weak_ciphers_are_refused_by_name() {
    for (cipher, name) in [(ReceivedCipher::TripleDesCbc, "3DES"), (RC2, "RC2")] {
        let judgement = at(YEAR_2026).cipher(cipher);
        assert!(!judgement.is_readable());
        assert!(judgement.reason().unwrap().to_string().contains(name));
    }
}

/// Also the policy of somebody who reads old mail stops somewhere.
#[test]
fn what_even_the_legacy_policy_refuses() {
    for time in [0, YEAR_2026] {
        let policy = at(time).legacy();
        for bits in [0, 512, 1023, 8193, 16_384] {
            for kind in [KeyKind::Rsa { bits }, KeyKind::RsaPss { bits }] {
                assert!(!policy.verification_key(&kind).is_readable(), "{kind}");
                assert!(!policy.decryption_key(&kind).is_readable(), "{kind}");
            }
        }
        let other = KeyKind::Other("1.2.840.10040.4.1".into());
        assert!(!policy.verification_key(&other).is_readable());
        // New things are never made with old ones.
        assert!(policy.key(&KeyKind::Rsa { bits: 1024 }).is_err());
    }
}

#[test]
fn what_is_current_has_no_date() {
    let policy = at(YEAR_2026);
    for kind in [
        KeyKind::Rsa { bits: 2048 },
        KeyKind::RsaPss { bits: 8192 },
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::P521,
        KeyKind::Ed25519,
        KeyKind::X25519,
    ] {
        assert_eq!(policy.key(&kind), Ok(()));
        assert_eq!(policy.verification_key(&kind), Judgement::Accepted);
        assert_eq!(policy.decryption_key(&kind), Judgement::Accepted);
    }
    for digest in [
        DigestAlgorithm::Sha224,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ] {
        assert_eq!(policy.digest(digest), Judgement::Accepted);
    }
    for cipher in [
        ContentCipher::Aes128Cbc.into(),
        ContentCipher::Aes192Cbc.into(),
        ContentCipher::Aes256Cbc.into(),
        ContentCipher::Aes128Gcm.into(),
        ReceivedCipher::Aes192Gcm,
        ContentCipher::Aes256Gcm.into(),
        ContentCipher::ChaCha20Poly1305.into(),
    ] {
        assert_eq!(policy.cipher(cipher), Judgement::Accepted);
    }
}

#[test]
fn signatures_without_attributes_need_the_legacy_policy() {
    let reason = Reason::NoSignedAttributes;
    for time in [0, YEAR_2026] {
        let judgement = at(time).without_signed_attributes();
        assert_eq!(judgement, Judgement::Refused(reason.clone()));
        let judgement = at(time).legacy().without_signed_attributes();
        assert_eq!(judgement, Judgement::Legacy(reason.clone()));
    }
}

#[test]
fn oaep_can_be_required() {
    let oaep = ReceivedKeyEncryption::RsaOaep {
        digest: DigestAlgorithm::Sha1,
        mgf_digest: DigestAlgorithm::Sha1,
    };
    let v15 = ReceivedKeyEncryption::RsaPkcs1;
    let others = [
        oaep,
        ReceivedKeyEncryption::Ecdh(DigestAlgorithm::Sha256),
        ReceivedKeyEncryption::X25519(DigestAlgorithm::Sha256),
        ReceivedKeyEncryption::SharedKey,
        ReceivedKeyEncryption::Password,
    ];
    let (open, strict) = (at(YEAR_2026), at(YEAR_2026).require_oaep());
    assert_eq!(open.key_encryption(v15), Judgement::Accepted);
    let refused = strict.key_encryption(v15);
    assert!(!refused.is_readable());
    assert!(
        refused
            .reason()
            .unwrap()
            .to_string()
            .contains("PKCS#1 v1.5")
    );
    // It is a demand, not a date.
    assert!(!strict.legacy().key_encryption(v15).is_readable());
    for encryption in others {
        assert_eq!(open.key_encryption(encryption), Judgement::Accepted);
        assert_eq!(strict.key_encryption(encryption), Judgement::Accepted);
    }
}

#[test]
fn each_requirement_is_one_and_none_is_default() {
    let none = Requirements::NONE;
    let policy = StandardPolicy::new();
    assert_eq!(policy.requirements(), none);
    assert_eq!(policy.legacy().requirements(), none);
    for (policy, expected) in [
        (
            policy.require_signature(),
            Requirements {
                signature: true,
                ..none
            },
        ),
        (
            policy.require_encryption(),
            Requirements {
                encryption: true,
                ..none
            },
        ),
        (
            policy.require_authenticated_encryption(),
            Requirements {
                authenticated_encryption: true,
                ..none
            },
        ),
        (
            policy.require_full_tag(),
            Requirements {
                full_tag: true,
                ..none
            },
        ),
        (
            policy.require_revocation(),
            Requirements {
                revocation: RevocationMode::Hard,
                ..none
            },
        ),
    ] {
        assert_eq!(policy.requirements(), expected);
    }
    let all = policy
        .require_revocation()
        .require_full_tag()
        .require_authenticated_encryption()
        .require_encryption()
        .require_signature();
    assert_eq!(all.requirements(), Requirements::ALL);
}

#[test]
fn a_policy_that_says_nothing_accepts_nothing() {
    struct Silent;
    impl Policy for Silent {
        fn now(&self) -> SystemTime {
            UNIX_EPOCH
        }
    }
    assert!(Silent.key(&KeyKind::P256).is_err());
    for judgement in [
        Silent.verification_key(&KeyKind::P256),
        Silent.decryption_key(&KeyKind::P256),
        Silent.digest(DigestAlgorithm::Sha512),
        Silent.cipher(ContentCipher::Aes256Gcm.into()),
        Silent.key_encryption(ReceivedKeyEncryption::SharedKey),
        Silent.without_signed_attributes(),
    ] {
        assert!(!judgement.is_readable());
        assert!(!judgement.reason().unwrap().to_string().is_empty());
    }
    assert_eq!(Silent.requirements(), Requirements::ALL);
}

#[test]
fn the_clock_can_be_set() {
    let time = UNIX_EPOCH + Duration::from_secs(1);
    assert_eq!(StandardPolicy::at(time).now(), time);
    assert_eq!(
        StandardPolicy::at(time).legacy().require_signature().now(),
        time
    );
    let before = SystemTime::now();
    let now = StandardPolicy::new().now();
    assert!(before <= now && now <= SystemTime::now());
}
