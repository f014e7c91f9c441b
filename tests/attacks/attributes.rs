//! SIG-01 to SIG-03, SIG-07, SIG-10, SIG-18, SIG-20, SIG-21: signed attributes and what they bind.

use crate::faces::Faces;
use sha2::Digest;
use smime::policy::StandardPolicy;

use crate::ca::{Key, oid, sequence, tlv};
use crate::forge::*;
use crate::people::{ALICE, CAROL, ca, made, now, person};
use crate::tools::*;

/// What is done to a signer.
type Change = Box<dyn Fn(Signer) -> Signer>;

fn mail(signed: &Signed) -> Vec<u8> {
    opaque_mail(HEADERS, &signed.build())
}

fn signed() -> Signed {
    Signed::new(PART.as_bytes(), &[&alice()])
}

#[test]
fn what_is_forged_here_is_good_until_it_is_bent() {
    assert_verdict(&open(mail(&signed())), "trusted", "opaque");
    let mut detached = signed();
    detached.carried = None;
    let mail = detached_mail(HEADERS, PART, &detached.build());
    assert_verdict(&open(mail), "trusted", "detached");
}

/// The attributes of a message of Alice, presented as content that she signed without attributes.
#[test]
fn sig_01_signed_attributes_are_not_taken_for_content() {
    let signer = Signer::new(&alice(), PART.as_bytes());
    let attributes = set_of(signer.attributes.clone().unwrap());
    let signature = signer.sign(&attributes);
    let mut forged = Signed::new(&attributes, &[&alice()]);
    forged.signers[0].attributes = None;
    forged.signers[0].signature = Some(signature);
    for (policy, name) in [
        (StandardPolicy::at(now()), "standard"),
        (StandardPolicy::at(now()).legacy(), "legacy"),
    ] {
        let opened = opener().policy(policy).open_all(&mail(&forged)).unwrap();
        assert_ne!(verdict(&opened), "trusted", "{name}");
        let signers = opened.report().layers()[0].signers();
        assert!(!signers.is_empty());
        if name == "legacy" {
            assert_verdict(&opened, "withheld", name);
        }
    }
}

/// The other way round, content that was signed without attributes and later passed off as attributes, cannot be seen by a
/// reader. So nothing is ever signed without attributes here.
#[test]
fn sig_01_attributes_are_always_signed() {
    let protected = crate::people::protector()
        .sign(&alice().identity)
        .protect(crate::people::mail().as_str())
        .unwrap();
    let opened = open(protected.copies()[0].bytes());
    let signer = &opened.report().layers()[0].signers()[0];
    assert!(signer.signing_time().is_some());
}

#[test]
fn sig_02_without_attributes_only_by_policy_and_only_for_data() {
    let mut bare = signed();
    bare.signers[0].attributes = None;
    let opened = open(mail(&bare));
    assert_verdict(&opened, "untrusted", "standard policy");
    assert!(fails_with(&opened, "no signed attributes"));
    let legacy = opener().policy(StandardPolicy::at(now()).legacy());
    let opened = legacy.open_all(&mail(&bare)).unwrap();
    assert_verdict(&opened, "untrusted", "legacy policy reads and never trusts");

    bare.content_type = "1.2.840.113549.1.9.16.1.4";
    let opened = legacy.open_all(&mail(&bare));
    if let Ok(opened) = opened {
        assert_verdict(&opened, "withheld", "another content type");
    }
}

#[test]
fn sig_03_digest_and_type_must_be_there_once_and_right() {
    let digest = || octets(&sha2::Sha256::digest(PART.as_bytes()));
    let other = octets(&sha2::Sha256::digest(b"something else"));
    let as_integer = tlv(0x02, &sha2::Sha256::digest(PART.as_bytes()));
    let cases: Vec<(&str, Change)> = vec![
        ("no messageDigest", Box::new(|s| s.without(MESSAGE_DIGEST))),
        ("no contentType", Box::new(|s| s.without(CONTENT_TYPE))),
        (
            "messageDigest twice",
            Box::new(move |s| s.with(attribute(MESSAGE_DIGEST, &[digest()]))),
        ),
        (
            "messageDigest with two values",
            Box::new({
                let other = other.clone();
                move |s| {
                    s.without(MESSAGE_DIGEST).with(attribute(
                        MESSAGE_DIGEST,
                        &[
                            octets(&sha2::Sha256::digest(PART.as_bytes())),
                            other.clone(),
                        ],
                    ))
                }
            }),
        ),
        (
            "messageDigest without a value",
            Box::new(|s| {
                s.without(MESSAGE_DIGEST)
                    .with(attribute(MESSAGE_DIGEST, &[]))
            }),
        ),
        (
            "messageDigest of another type",
            Box::new(move |s| {
                s.without(MESSAGE_DIGEST)
                    .with(attribute(MESSAGE_DIGEST, std::slice::from_ref(&as_integer)))
            }),
        ),
        (
            "messageDigest of something else",
            Box::new(move |s| {
                s.without(MESSAGE_DIGEST)
                    .with(attribute(MESSAGE_DIGEST, std::slice::from_ref(&other)))
            }),
        ),
        (
            "contentType of something else",
            Box::new(|s| {
                s.without(CONTENT_TYPE)
                    .with(attribute(CONTENT_TYPE, &[oid(SIGNED)]))
            }),
        ),
        (
            "contentType twice",
            Box::new(|s| s.with(attribute(CONTENT_TYPE, &[oid(DATA)]))),
        ),
        (
            "two signing times",
            Box::new(|s| {
                let time = |text: &str| attribute(SIGNING_TIME, &[tlv(0x17, text.as_bytes())]);
                s.with(time("260601120000Z")).with(time("260601120001Z"))
            }),
        ),
        (
            "two lists of capabilities",
            Box::new(|s| {
                let list = |o: &str| attribute(CAPABILITIES, &[sequence(&[&algorithm(o)])]);
                s.with(list("2.16.840.1.101.3.4.1.2"))
                    .with(list("2.16.840.1.101.3.4.1.42"))
            }),
        ),
    ];
    for (name, change) in cases {
        let opened = open(mail(&signed().signer(change)));
        assert_verdict(&opened, "withheld", name);
    }
}

#[test]
fn sig_07_algorithms_cannot_be_exchanged() {
    let protection = |digest: &str, signature: &str| {
        let mut second = algorithm(signature);
        second[0] = 0xa1;
        sequence(&[&algorithm(digest), &second])
    };
    let right = protection(SHA_256, ECDSA_SHA_256);
    let good = signed().signer(|s| {
        s.with(attribute(
            ALGORITHM_PROTECTION,
            std::slice::from_ref(&right),
        ))
    });
    assert_verdict(&open(mail(&good)), "trusted", "the right ones");

    let wrong: [(&str, Vec<Vec<u8>>); 4] = [
        ("another digest", vec![protection(SHA_512, ECDSA_SHA_256)]),
        (
            "another signature algorithm",
            vec![protection(SHA_256, ECDSA_SHA_512)],
        ),
        (
            "two values",
            vec![right.clone(), protection(SHA_512, ECDSA_SHA_512)],
        ),
        (
            "no signature algorithm",
            vec![sequence(&[&algorithm(SHA_256)])],
        ),
    ];
    for (name, values) in wrong {
        let bent = signed().signer(|s| s.with(attribute(ALGORITHM_PROTECTION, &values)));
        assert_verdict(&open(mail(&bent)), "withheld", name);
    }
    // The digest of the SignerInfo and that inside of the signature algorithm disagree.
    let bent = signed().signer(|mut s| {
        s.digest_algorithm = algorithm(SHA_512);
        s
    });
    assert_verdict(&open(mail(&bent)), "withheld", "disagreement");
    let bent = signed().signer(|mut s| {
        s.signature_algorithm = algorithm(ECDSA_SHA_512);
        s
    });
    assert_verdict(&open(mail(&bent)), "withheld", "disagreement");
}

#[test]
fn sig_10_empty_and_unknown_digests() {
    let mut empty = signed();
    empty.digest_algorithms.clear();
    match opener().open_all(&mail(&empty)) {
        Ok(opened) => assert_verdict(&opened, "withheld", "empty digestAlgorithms"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    for unknown in ["1.2.840.113549.2.5", "1.2.3.4.5"] {
        let mut bent = signed().signer(|mut s| {
            s.digest_algorithm = algorithm(unknown);
            s
        });
        bent.digest_algorithms = vec![algorithm(unknown)];
        let opened = open(mail(&bent));
        assert_verdict(&opened, "untrusted", unknown);
        assert!(fails_with(&opened, unknown), "{}", opened.report());
    }
}

/// A certificate of somebody else with the signer's issuer and serial number stands before the right one.
#[test]
fn sig_18_the_signer_is_who_has_the_key() {
    let alice = alice();
    let serial = inside(&inside(alice.certificate().to_der())[0].0)[1]
        .1
        .clone();
    let (other, _) = ca().certify(Key::P256, CAROL).serial(&serial).issue();
    for certificates in [
        vec![other.clone(), alice.certificate().to_der().to_vec()],
        vec![alice.certificate().to_der().to_vec(), other.clone()],
    ] {
        let mut colliding = signed();
        colliding.certificates = certificates;
        let opened = open(mail(&colliding));
        assert_verdict(&opened, "trusted", "both certificates");
        let signer = &opened.report().layers()[0].signers()[0];
        assert_eq!(signer.certificate(), Some(alice.certificate()));
    }
    let mut only_other = signed();
    only_other.certificates = vec![other];
    assert_ne!(verdict(&open(mail(&only_other))), "trusted");
}

/// signingCertificateV2 that names another certificate, even one with the same key.
#[test]
fn sig_18_the_named_certificate_must_be_the_signers() {
    let alice = alice();
    let ess = |certificate: &[u8]| {
        let id = sequence(&[&octets(&sha2::Sha256::digest(certificate))]);
        attribute(SIGNING_CERTIFICATE_V2, &[sequence(&[&sequence(&[&id])])])
    };
    let good = signed().signer(|s| s.with(ess(alice.certificate().to_der())));
    assert_verdict(&open(mail(&good)), "trusted", "right");
    let other = person(Key::P256, CAROL);
    let bad = signed().signer(|s| s.with(ess(other.certificate().to_der())));
    assert_verdict(&open(mail(&bad)), "withheld", "wrong");
}

/// What no signature covers may change and changes nothing.
#[test]
fn sig_21_what_is_not_signed_decides_nothing() {
    let mut more = signed().signer(|mut s| {
        s.unsigned = vec![attribute("1.2.3.4.5", &[tlv(0x17, b"990101000000Z")])];
        s
    });
    let stranger = made(ca().certify(Key::P256, ALICE));
    more.certificates
        .push(stranger.certificate().to_der().to_vec());
    let opened = open(mail(&more));
    assert_verdict(&opened, "trusted", "unsigned attribute, more certificates");
    assert!(
        opened.report().layers()[0].signers()[0]
            .signing_time()
            .is_none()
    );
    let mut detached = signed();
    detached.carried = None;
    for micalg in ["sha-512", "md5", "x"] {
        let text = String::from_utf8(detached_mail(HEADERS, PART, &detached.build())).unwrap();
        let text = text.replace("micalg=sha-256", &format!("micalg={micalg}"));
        assert_verdict(&open(text), "trusted", micalg);
    }
}

/// What relays do to mail: line ends are forgiven, everything else is a change, and is named.
#[test]
fn sig_20_line_ends_are_forgiven_and_changes_named() {
    let part = "Content-Type: text/plain\r\n\r\nHello Bob  \r\nsecond line\r\n";
    let mut detached = Signed::new(part.as_bytes(), &[&alice()]);
    detached.carried = None;
    let mail = String::from_utf8(detached_mail(HEADERS, part, &detached.build())).unwrap();
    assert_verdict(&open(&mail), "trusted", "as sent");
    assert_verdict(&open(mail.replace("\r\n", "\n")), "trusted", "LF only");
    for (what, changed) in [
        ("trailing", mail.replace("Hello Bob  \r\n", "Hello Bob\r\n")),
        (
            "line",
            mail.replace("second line\r\n\r\n", "second line\r\n"),
        ),
    ] {
        let opened = open(&changed);
        assert_verdict(&opened, "withheld", what);
    }
    // Signed without the trailing space that somebody added on the way.
    let clean = "Content-Type: text/plain\r\n\r\nHello Bob\r\nsecond line\r\n";
    let mut detached = Signed::new(clean.as_bytes(), &[&alice()]);
    detached.carried = None;
    let changed = clean.replace("Bob\r\n", "Bob \r\n");
    let opened = open(detached_mail(HEADERS, &changed, &detached.build()));
    assert_verdict(&opened, "withheld", "space added");
    assert!(fails_with(&opened, "would match"), "{}", opened.report());
}

/// A part that is one line end and nothing else is text like any other.
#[test]
fn of_a_line_end_alone_lf_counts_as_crlf() {
    for (signed, verdict) in [("\r\n", "trusted"), ("\n", "withheld")] {
        let mut detached = Signed::new(signed.as_bytes(), &[&alice()]);
        detached.carried = None;
        let mail = detached_mail(HEADERS, "\n", &detached.build());
        assert_verdict(&open(mail), verdict, signed);
    }
}

/// In binary content a line end is data: it is hashed as it stands, and LF is not CRLF.
#[test]
fn sig_20_binary_content_is_hashed_as_it_is() {
    let header = "Content-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    let part = format!("{header}one\ntwo\r\nthree\n");
    let mut detached = Signed::new(part.as_bytes(), &[&alice()]);
    detached.carried = None;
    let p7s = detached.build();
    assert_verdict(
        &open(detached_mail(HEADERS, &part, &p7s)),
        "trusted",
        "as it is",
    );
    for changed in [
        part.replace("one\n", "one\r\n"),
        part.replace("two\r\n", "two\n"),
    ] {
        let mail = detached_mail(HEADERS, &changed, &p7s);
        assert_verdict(&open(mail), "withheld", &changed);
    }
}

/// Versions are numbers that no signature covers, and so are revocation lists and what stands in digestAlgorithms.
#[test]
fn sig_21_versions_lists_and_digests_decide_nothing() {
    let good = signed().build();
    let expected = open(opaque_mail(HEADERS, &good));
    assert_verdict(&expected, "trusted", "good");
    let same = |cms: &[u8], what: &str| {
        if let Ok(opened) = opener().open_all(&opaque_mail(HEADERS, cms)) {
            assert_verdict(&opened, "trusted", what);
            assert_eq!(opened.trusted().unwrap().bytes(), PART.as_bytes());
        }
    };
    for version in [0, 1, 2, 3, 4, 5, 6, 127] {
        for path in [&[1, 0, 0][..], &[1, 0, 4, 0, 0]] {
            let bent = edit(&good, path, &|_| integer(version));
            same(&bent, &format!("version {version} at {path:?}"));
        }
    }
    for digests in [
        vec![algorithm(SHA_256), algorithm(SHA_512)],
        vec![algorithm("1.2.840.113549.2.5"), algorithm(SHA_256)],
    ] {
        let mut more = signed();
        more.digest_algorithms = digests;
        same(&more.build(), "more digests");
    }
    // A list of somebody else, and one that was bent, revoke nobody.
    let serial = inside(&inside(alice().certificate().to_der())[0].0)[1]
        .1
        .clone();
    let stranger = crate::ca::Ca::new("Test CA");
    let stranger = stranger.revocation_list();
    let mut bent = ca()
        .revocation_list()
        .revoke(&serial, "250301000000Z", None)
        .issue();
    *bent.last_mut().unwrap() ^= 1;
    for list in [
        stranger.revoke(&serial, "250301000000Z", None).issue(),
        bent,
    ] {
        let mut more = signed();
        more.crls = vec![list];
        let opened = open(mail(&more));
        assert_verdict(&opened, "trusted", "a list that nobody vouches for");
    }
}
