//! SIG-04 to SIG-06, SIG-08, SIG-16, SIG-17, SIG-22: who signed, and whether he may.

use crate::faces::Faces;
use std::time::{Duration, UNIX_EPOCH};

use smime::policy::StandardPolicy;
use smime::report::SignerStatus;
use smime::{Certificate, Identity, Opener, PrivateKey, TrustAnchors};

use crate::ca::*;
use crate::forge::*;
use crate::people::{self, ALICE, CAROL, ca, made, now, person};
use crate::tools::*;

fn mail(signed: &Signed) -> Vec<u8> {
    opaque_mail(HEADERS, &signed.build())
}

#[test]
fn sig_04_a_detached_signature_carries_no_content() {
    for carried in [PART, "Content-Type: text/plain\r\n\r\nsomething else"] {
        let mut both = Signed::new(carried.as_bytes(), &[&alice()]);
        both.carried = Some(carried.as_bytes().to_vec());
        let opened = open(detached_mail(HEADERS, PART, &both.build()));
        assert_verdict(&opened, "withheld", carried);
        assert!(shown(&opened).is_none());
    }
}

#[test]
fn sig_05_nobody_signed() {
    for certificates in [true, false] {
        let mut nobody = Signed::new(PART.as_bytes(), &[&alice()]);
        nobody.signers.clear();
        if !certificates {
            nobody.certificates.clear();
        }
        assert_verdict(&open(mail(&nobody)), "unsigned", "with content");
        nobody.carried = None;
        let opened = open(detached_mail(HEADERS, PART, &nobody.build()));
        assert_verdict(&opened, "unsigned", "beside content");
        let opened = open(mail(&nobody));
        assert_verdict(&opened, "unsigned", "certificates only");
    }
}

#[test]
fn sig_06_each_signer_for_himself() {
    let (alice, carol) = (alice(), person(Key::P256, CAROL));
    let stranger = Ca::new("Somebody else's CA");
    let (certificate, key) = stranger.leaf(Key::P256, ALICE);
    let eve = people::Person {
        identity: Identity::new(
            [Certificate::from_bytes(&certificate).unwrap()],
            PrivateKey::from_bytes(&key, None).unwrap(),
        )
        .unwrap(),
        key_der: key,
    };
    // Alice's own signature is good; another one is bad, or by somebody else.
    for order in [
        [&alice, &carol],
        [&carol, &alice],
        [&alice, &eve],
        [&eve, &alice],
    ] {
        let opened = open(mail(&Signed::new(PART.as_bytes(), &order)));
        assert_verdict(&opened, "trusted", "both verify");
        let signers = opened.report().layers()[0].signers();
        assert_eq!(signers.len(), 2);
        let good = signers
            .iter()
            .filter(|s| s.status() == SignerStatus::Trusted)
            .count();
        assert_eq!(good, 1, "{}", opened.report());
    }
    // Carol's is good, Alice's is not: nobody vouches for Alice.
    for first in [0, 1] {
        let order = match first {
            0 => [&alice, &carol],
            _ => [&carol, &alice],
        };
        let mut forged = Signed::new(PART.as_bytes(), &order);
        forged.signers[first].signature = Some(forged.signers[first].sign(b"something else"));
        let opened = open(mail(&forged));
        assert_ne!(verdict(&opened), "trusted", "{}", opened.report());
        assert_eq!(
            opened.report().layers()[0].signers()[first].status(),
            SignerStatus::Invalid
        );
    }
    // Eve's certificate names Alice, and no anchor vouches for it.
    let opened = open(mail(&Signed::new(PART.as_bytes(), &[&eve])));
    assert_verdict(&opened, "untrusted", "Eve");
    assert!(
        fails_with(&opened, "Somebody else's CA"),
        "the report names the CA to add: {}",
        opened.report()
    );
}

/// RSA keys that are too small, as signers.
#[test]
fn sig_08_weak_keys_are_refused() {
    let weak = person(Key::Rsa1024, ALICE);
    let mail = signed_with_rsa(&weak);
    let opened = open(&mail);
    assert_verdict(&opened, "untrusted", "RSA-1024");
    assert!(fails_with(&opened, "1024"), "{}", opened.report());
    let legacy = opener().policy(StandardPolicy::at(now()).legacy());
    let opened = legacy.open_all(&mail).unwrap();
    assert_verdict(&opened, "untrusted", "RSA-1024, legacy");
}

/// Signed with SHA-256 by a key our own protector refuses.
fn signed_with_rsa(signer: &people::Person) -> Vec<u8> {
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::signature::{SignatureEncoding, Signer as _};
    let key = rsa::RsaPrivateKey::from_pkcs8_der(&signer.key_der).unwrap();
    let signing = rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(key);
    let mut forged = Signed::new(PART.as_bytes(), &[&alice()]);
    forged.certificates = vec![signer.certificate().to_der().to_vec()];
    forged.signers[0].sid = issuer_and_serial(signer.certificate().to_der());
    forged.signers[0].signature_algorithm =
        sequence(&[&oid("1.2.840.113549.1.1.11"), &[0x05, 0x00]]);
    let set = set_of(forged.signers[0].attributes.clone().unwrap());
    forged.signers[0].signature = Some(signing.sign(&set).to_vec());
    mail(&forged)
}

/// An expired certificate, and a signer who claims that he signed in time.
#[test]
fn sig_16_the_signers_clock_decides_nothing() {
    let old = made(
        ca().certify(Key::P256, ALICE)
            .validity("200101000000Z", "210101000000Z"),
    );
    let forged = Signed::new(PART.as_bytes(), &[&old])
        .signer(|s| s.with(attribute(SIGNING_TIME, &[tlv(0x17, b"200601000000Z")])));
    let opened = open(mail(&forged));
    assert_verdict(&opened, "untrusted", "expired");
    assert!(fails_with(&opened, "expired"), "{}", opened.report());
    // The caller's clock does.
    let then = UNIX_EPOCH + Duration::from_secs(1_591_000_000);
    let opened = Opener::new(&anchors())
        .policy(StandardPolicy::at(then))
        .open_all(&mail(&forged))
        .unwrap();
    assert_ne!(verdict(&opened), "withheld");

    // Far from Date: told, and no more than that.
    let late = Signed::new(PART.as_bytes(), &[&alice()])
        .signer(|s| s.with(attribute(SIGNING_TIME, &[tlv(0x17, b"250101000000Z")])));
    let opened = open(mail(&late));
    assert_verdict(&opened, "trusted", "old signing time");
    let report = told(&opened);
    assert!(
        report.contains("2025-01-01") && report.contains("2026-06-01"),
        "{report}"
    );
}

/// Revoked after the time that the signer claims: whoever stole the key can claim any time.
#[test]
fn sig_16_a_signing_time_before_the_revocation_saves_nobody() {
    let alice = alice();
    let claimed = Signed::new(PART.as_bytes(), &[&alice])
        .signer(|s| s.with(attribute(SIGNING_TIME, &[tlv(0x17, b"250201000000Z")])));
    assert_verdict(&open(mail(&claimed)), "trusted", "not revoked");
    let serial = inside(&inside(alice.certificate().to_der())[0].0)[1]
        .1
        .clone();
    for reason in [None, Some(1), Some(4), Some(5)] {
        let list = ca()
            .revocation_list()
            .revoke(&serial, "260301000000Z", reason);
        let list = smime::cert::Crl::from_bytes(&list.issue()).unwrap();
        let opened = opener().crls([&list]).open_all(&mail(&claimed)).unwrap();
        assert_verdict(&opened, "untrusted", "revoked since");
        assert!(fails_with(&opened, "revoked"), "{}", opened.report());
    }
}

#[test]
fn sig_17_only_certificates_for_mail_sign_mail() {
    let certify = || ca().certify(Key::P256, ALICE);
    let cases = [
        (
            "no emailProtection",
            "untrusted",
            certify().extended_key_usage(&[SERVER_AUTH]),
        ),
        (
            "any purpose",
            "trusted",
            certify().extended_key_usage(&[ANY_PURPOSE]),
        ),
        ("no purposes", "trusted", certify().extended_key_usage(&[])),
        (
            "keyEncipherment only",
            "untrusted",
            certify().key_usage(Some(KEY_ENCIPHERMENT)),
        ),
        (
            "nonRepudiation only",
            "trusted",
            certify().key_usage(Some(NON_REPUDIATION)),
        ),
        ("no key usage", "trusted", certify().key_usage(None)),
        ("a CA", "untrusted", certify().basic_constraints(true)),
        (
            "unknown critical extension",
            "untrusted",
            certify().extension("1.2.3.4.5.6", true, &[0x05, 0x00]),
        ),
        (
            "unknown extension",
            "trusted",
            certify().extension("1.2.3.4.5.6", false, &[0x05, 0x00]),
        ),
    ];
    for (name, expected, certify) in cases {
        let signer = made(certify);
        let opened = open(mail(&Signed::new(PART.as_bytes(), &[&signer])));
        assert_verdict(&opened, expected, name);
    }
}

#[test]
fn sig_22_a_signature_that_was_taken_off_is_missed() {
    let plain = format!("{HEADERS}MIME-Version: 1.0\r\n{PART}");
    let opened = open(&plain);
    assert_verdict(&opened, "unsigned", "plain");
    let strict = opener().policy(StandardPolicy::at(now()).require_signature());
    let opened = strict.open_all(plain.as_bytes()).unwrap();
    assert_verdict(&opened, "unsigned", "required");
    assert!(
        fails_with(&opened, "signature is required"),
        "{}",
        opened.report()
    );
    let signed = mail(&Signed::new(PART.as_bytes(), &[&alice()]));
    assert_verdict(&strict.open_all(&signed).unwrap(), "trusted", "there");
}

#[test]
fn without_anchors_nobody_is_trusted_and_the_report_says_so() {
    let opened = Opener::new(&TrustAnchors::new())
        .policy(StandardPolicy::at(now()))
        .open_all(&mail(&Signed::new(PART.as_bytes(), &[&alice()])))
        .unwrap();
    assert_verdict(&opened, "untrusted", "no anchors");
    assert!(
        fails_with(&opened, "no trust anchors"),
        "{}",
        opened.report()
    );
}

/// Who tampers with a signed mail adds a signer that nobody can check: the mail is kept back all the same.
#[test]
fn sig_06_a_signer_nobody_can_check_softens_no_tampering() {
    let (alice, carol) = (alice(), person(Key::P256, CAROL));
    let other = PART.replace("Hello Bob", "Pay Carol");
    let unknown = || {
        let mut signer = Signer::new(&alice, other.as_bytes());
        signer.digest_algorithm = algorithm("1.2.3.4");
        signer
    };
    let tampered = |second: Option<Signer>| {
        let mut signed = Signed::new(PART.as_bytes(), &[&alice]);
        signed.carried = Some(other.clone().into_bytes());
        signed.signers.extend(second);
        open(mail(&signed))
    };
    assert_verdict(&tampered(None), "withheld", "tampered");
    assert_verdict(&tampered(Some(unknown())), "withheld", "unknown digest");
    let stranger = Signer::new(&carol, PART.as_bytes());
    assert_verdict(&tampered(Some(stranger)), "withheld", "two mismatches");
    let mut bare = Signer::new(&carol, other.as_bytes());
    bare.attributes = None;
    assert_verdict(&tampered(Some(bare)), "withheld", "nothing to compare");
    // Of these the digest was compared: like a mail that somebody unknown signed anew.
    let stranger = Signer::new(&carol, other.as_bytes());
    assert_verdict(&tampered(Some(stranger)), "untrusted", "no certificate");
    // Nobody refutes it.
    let mut alone = Signed::new(other.as_bytes(), &[&alice]);
    alone.signers = vec![unknown()];
    assert_verdict(&open(mail(&alone)), "untrusted", "unknown digest only");
    let mut beside = Signed::new(other.as_bytes(), &[&alice]);
    beside.signers.push(unknown());
    assert_verdict(&open(mail(&beside)), "trusted", "Alice's is good");
}

/// The report shows the address that was asked for, whatever else the certificate names before it.
#[test]
fn sig_12_the_headline_shows_the_address_that_matches() {
    let both = made(
        ca().certify(Key::P256, "eve@example.net")
            .no_address()
            .alternative_name(0x81, b"eve@example.net")
            .alternative_name(0x81, ALICE.as_bytes()),
    );
    let opened = open(mail(&Signed::new(PART.as_bytes(), &[&both])));
    assert_verdict(&opened, "trusted", "second name");
    assert_eq!(both.certificate().addresses()[0], "eve@example.net");
    let report = opened.report();
    assert_eq!(report.signer().unwrap().address(), Some(ALICE));
    let headline = report.headline();
    assert!(
        headline.starts_with("Trusted: signed by alice@example.org,"),
        "{headline}"
    );
    assert!(!headline.contains("eve@"), "{headline}");
    // Where it does not match, nobody is shown instead.
    let headers = HEADERS.replace("alice@", "dave@");
    let signed = Signed::new(PART.as_bytes(), &[&both]);
    let opened = open(opaque_mail(&headers, &signed.build()));
    assert_eq!(opened.report().signer().unwrap().address(), None);
}

/// However many signers a mail brings, paths are searched for so many certificates only.
#[test]
fn dos_04_sixteen_certificates_are_validated() {
    use smime::check::Reason;
    let people: Vec<_> = (1..=20)
        .map(|serial| made(ca().certify(Key::P256, ALICE).serial(&[serial])))
        .collect();
    let people: Vec<_> = people.iter().chain(people.first()).collect();
    let opened = open(mail(&Signed::new(PART.as_bytes(), &people)));
    assert_verdict(&opened, "trusted", "enough of them");
    let signers = opened.report().layers()[0].signers();
    assert_eq!(signers.len(), 21);
    let (looked_at, others): (Vec<_>, Vec<_>) = signers.iter().partition(|s| s.path().is_some());
    assert_eq!(looked_at.len(), 17, "sixteen, and the first one again");
    for signer in looked_at {
        assert_eq!(signer.status(), SignerStatus::Trusted);
    }
    for signer in others {
        assert_eq!(signer.status(), SignerStatus::Untrusted);
        let is_budget = |check: &&smime::check::Check| {
            check.is_failed() && matches!(check.why(), Some(Reason::Budget { limit: 16, .. }))
        };
        assert_eq!(signer.checks().iter().filter(is_budget).count(), 1);
    }
    // One more layer does not begin anew.
    let inner = opaque_mail("", &Signed::new(PART.as_bytes(), &people[..16]).build());
    let outer = Signed::new(&inner, &people[16..20]);
    let opened = open(mail(&outer));
    let all = opened.report().layers().iter().flat_map(|l| l.signers());
    assert_eq!(all.filter(|s| s.path().is_some()).count(), 16);
}
