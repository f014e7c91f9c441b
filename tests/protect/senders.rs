//! Who may sign what: From, Sender, several of them, none of them.

use smime::check::Reason;
use smime::protect::Role;

use crate::ca::Key;
use crate::people::{ALICE, BOB, ENTITY, made, mail, mailbox, person, protector};
use crate::{failed, refused};

fn message(head: &str) -> String {
    format!("{head}Subject: s\r\n{ENTITY}")
}

fn sign(head: &str) -> Result<smime::Protected, smime::protect::ProtectError> {
    protector()
        .sign(&person(Key::P256, ALICE).identity)
        .protect(message(head))
}

#[test]
fn signer_names_from() {
    for head in [
        "From: alice@example.org\r\n",
        "From: \"Alice\" <alice@example.org>\r\n",
        "From: ALICE@Example.ORG\r\n",
        "From: Alice (of\r\n Wonderland) <alice@example.org>\r\n",
        "From: =?utf-8?q?=C3=84lice?= <alice@example.org>\r\n",
        "From: \"alice\"@example.org\r\n",
    ] {
        let signed = sign(&format!("{head}To: bob@example.org\r\n")).unwrap();
        assert!(signed.report().signers()[0].names_sender(), "{head}");
        let envelope = signed.copies()[0].envelope().unwrap();
        assert!(envelope.return_path().unwrap().matches(&mailbox(ALICE)));
    }
}

/// A display name or a comment is not an address, however much it looks like one.
#[test]
fn signer_of_another_address_is_refused() {
    for head in [
        "From: bob@example.org\r\n",
        "From: \"alice@example.org\" <bob@example.org>\r\n",
        "From: bob@example.org (alice@example.org)\r\n",
        "From: alice@example.org.example.com\r\n",
        "From: alice@example.com\r\n",
        "From: \"alice@example.org\"@example.com\r\n",
        "From: xn--lice-5qa@example.org\r\n",
    ] {
        let problems = refused(sign(&format!("{head}To: bob@example.org\r\n")));
        let [problem] = problems.problems() else {
            panic!("{head}: {problems}")
        };
        assert_eq!(problem.role(), Role::Signer);
        let [
            Reason::AddressMismatch {
                certificate_names, ..
            },
        ] = problem.reasons()
        else {
            panic!("{head}: {problems}")
        };
        assert_eq!(certificate_names, &[ALICE]);
        assert!(problems.to_string().contains(ALICE), "{problems}");
    }
}

#[test]
fn certificate_without_address() {
    let nameless = made(crate::people::ca().certify(Key::P256, ALICE).no_address());
    let problems = refused(protector().sign(&nameless.identity).protect(mail()));
    assert_eq!(problems.problems()[0].reasons(), [Reason::NamesNoAddress]);
}

/// Several authors: the Sender answers for them and signs (RFC 5322 3.6.2, RFC 8550 3).
#[test]
fn several_from() {
    let both = "From: bob@example.org, carol@example.org\r\n";
    let signed = sign(&format!(
        "{both}Sender: alice@example.org\r\nTo: dave@example.org\r\n"
    ))
    .unwrap();
    let envelope = signed.copies()[0].envelope().unwrap();
    assert_eq!(envelope.return_path(), Some(&mailbox(ALICE)));

    let error = failed(sign(&format!("{both}To: dave@example.org\r\n")));
    assert!(error.to_string().contains("Sender"), "{error}");
    // A signer among the authors does not answer for all.
    let mixed = "From: alice@example.org, bob@example.org\r\nSender: bob@example.org\r\n";
    refused(sign(mixed));
    let error = failed(sign("From: alice@example.org, bob@example.org\r\n"));
    assert!(error.to_string().contains("Sender"), "{error}");
}

/// With one From it is From that counts; Sender only takes the bounces.
#[test]
fn sender_beside_one_from() {
    let head = "From: alice@example.org\r\nSender: bob@example.org\r\nTo: carol@example.org\r\n";
    let signed = sign(head).unwrap();
    assert_eq!(
        signed.copies()[0].envelope().unwrap().return_path(),
        Some(&mailbox(BOB))
    );
    refused(sign(
        "From: bob@example.org\r\nSender: alice@example.org\r\n",
    ));
}

#[test]
fn from_fields_that_mean_nothing_or_too_much() {
    for (head, word) in [
        (
            "From: alice@example.org\r\nFrom: bob@example.org\r\n",
            "twice",
        ),
        (
            "From: alice@example.org\r\nFROM: alice@example.org\r\n",
            "twice",
        ),
        (
            "From: alice@example.org\r\nFROM : alice@example.org\r\n",
            "FROM",
        ),
        ("From:\r\n", "From"),
        ("From: nobody:;\r\n", "From"),
        ("From: <>\r\n", ""),
        ("From: alice\r\n", "alice"),
        ("From: alice@example.org <bob@example.org>\r\n", ""),
        (
            "From: alice@example.org\r\nSender: a@example.org, b@example.org\r\n",
            "Sender",
        ),
        (
            "From: alice@example.org\r\nSender: a@example.org\r\nSender: b@example.org\r\n",
            "Sender",
        ),
        ("To: bob@example.org\r\n", "From"),
    ] {
        let error = failed(sign(head));
        assert!(error.to_string().contains(word), "{head:?}: {error}");
    }
}

/// A group in From is its members (RFC 6854).
#[test]
fn group_in_from() {
    let signed = sign("From: Team: alice@example.org;\r\nTo: bob@example.org\r\n").unwrap();
    assert!(signed.report().signers()[0].names_sender());
}

/// One of two signers names From: enough. None of two: refused.
#[test]
fn one_of_two_signers_names_from() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let both = protector().sign(&bob.identity).sign(&alice.identity);
    let signed = both.protect(mail()).unwrap();
    let names: Vec<bool> = signed
        .report()
        .signers()
        .iter()
        .map(|s| s.names_sender())
        .collect();
    assert_eq!(names, [false, true]);
    refused(both.protect(mail().replace("alice@", "carol@")));
}

/// What a signer's certificate must be able to do, besides naming the address.
#[test]
fn unfit_signers() {
    let ca = crate::people::ca();
    let cases: [(crate::people::Person, crate::Expected); 6] = [
        (
            made(
                ca.certify(Key::P256, ALICE)
                    .validity("200101000000Z", "210101000000Z"),
            ),
            |r| matches!(r, Reason::Expired { .. }),
        ),
        (
            made(
                ca.certify(Key::P256, ALICE)
                    .validity("300101000000Z", "310101000000Z"),
            ),
            |r| matches!(r, Reason::NotYetValid { .. }),
        ),
        (
            made(
                ca.certify(Key::Rsa2048, ALICE)
                    .key_usage(Some(crate::ca::KEY_ENCIPHERMENT)),
            ),
            |r| {
                matches!(
                    r,
                    Reason::KeyUsage {
                        needed: "digitalSignature"
                    }
                )
            },
        ),
        (
            made(
                ca.certify(Key::P256, ALICE)
                    .extended_key_usage(&[crate::ca::SERVER_AUTH]),
            ),
            |r| matches!(r, Reason::ExtendedKeyUsage),
        ),
        (
            made(ca.certify(Key::P256, ALICE).basic_constraints(true)),
            |r| matches!(r, Reason::CertificateAuthority),
        ),
        (person(Key::X25519, ALICE), |r| {
            matches!(
                r,
                Reason::WrongKindOfKey {
                    operation: "sign",
                    ..
                }
            )
        }),
    ];
    for (signer, expected) in cases {
        let problems = refused(protector().sign(&signer.identity).protect(mail()));
        let [problem] = problems.problems() else {
            panic!("{problems}")
        };
        assert_eq!(problem.role(), Role::Signer);
        assert!(problem.reasons().iter().any(expected), "{problems}");
    }
    // nonRepudiation alone is enough to sign mail (RFC 8550 4.4.2); no key usage at all, too.
    for usage in [Some(crate::ca::NON_REPUDIATION), None] {
        let signer = made(ca.certify(Key::P256, ALICE).key_usage(usage));
        protector().sign(&signer.identity).protect(mail()).unwrap();
    }
}

#[test]
fn addresses_can_be_ignored() {
    let alice = person(Key::P256, ALICE);
    let protector = protector().sign(&alice.identity).danger_ignore_addresses();
    let signed = protector
        .protect(message(
            "From: bob@example.org\r\nTo: carol@example.org\r\n",
        ))
        .unwrap();
    assert!(!signed.report().signers()[0].names_sender());
    protector
        .protect(message("From: bob@example.org, carol@example.org\r\n"))
        .unwrap();
}
