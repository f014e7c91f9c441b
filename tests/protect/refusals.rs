//! Recipients that cannot be encrypted to: each by name and reason, all together, and nothing in clear (ENC-19, ENC-20).

use smime::Certificate;
use smime::check::Reason;
use smime::protect::{Framing, Role};
use smime::resolver::MemoryResolver;

use crate::ca::{DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, Key, NON_REPUDIATION, SERVER_AUTH};
use crate::people::{
    ALICE, BOB, CAROL, DAVE, ENTITY, Person, ca, made, mail, mail_to, mailbox, person, protector,
};
use crate::{failed, refused};

/// Every way in which a certificate for Bob can be no good.
fn unfit() -> Vec<(Person, crate::Expected)> {
    let rsa = || ca().certify(Key::Rsa2048, BOB);
    let ec = || ca().certify(Key::P256, BOB);
    vec![
        (made(ec().validity("200101000000Z", "210101000000Z")), |r| {
            matches!(r, Reason::Expired { .. })
        }),
        (made(ec().validity("300101000000Z", "310101000000Z")), |r| {
            matches!(r, Reason::NotYetValid { .. })
        }),
        (made(rsa().key_usage(Some(DIGITAL_SIGNATURE))), |r| {
            matches!(
                r,
                Reason::KeyUsage {
                    needed: "keyEncipherment"
                }
            )
        }),
        (made(ec().key_usage(Some(KEY_ENCIPHERMENT))), |r| {
            matches!(
                r,
                Reason::KeyUsage {
                    needed: "keyAgreement"
                }
            )
        }),
        (
            made(ec().key_usage(Some(DIGITAL_SIGNATURE | NON_REPUDIATION))),
            |r| {
                matches!(
                    r,
                    Reason::KeyUsage {
                        needed: "keyAgreement"
                    }
                )
            },
        ),
        (made(ec().extended_key_usage(&[SERVER_AUTH])), |r| {
            matches!(r, Reason::ExtendedKeyUsage)
        }),
        (made(ec().basic_constraints(true)), |r| {
            matches!(r, Reason::CertificateAuthority)
        }),
        (made(ca().certify(Key::Rsa1024, BOB)), |r| {
            matches!(
                r,
                Reason::WeakKey {
                    bits: 1024,
                    minimum: 2048,
                    ..
                }
            )
        }),
        (person(Key::Ed25519, BOB), |r| {
            matches!(
                r,
                Reason::WrongKindOfKey {
                    operation: "encrypt",
                    ..
                }
            )
        }),
        (person(Key::RsaPss2048, BOB), |r| {
            matches!(
                r,
                Reason::WrongKindOfKey {
                    operation: "encrypt",
                    ..
                }
            )
        }),
        (made(ec().extension("1.2.3.4", true, &[5, 0])), |r| {
            matches!(r, Reason::UnknownCriticalExtension { .. })
        }),
    ]
}

/// By name, by binding, and found by a resolver: the certificate is looked at in the same way.
#[test]
fn enc_19_each_reason_by_name() {
    let bob = mailbox(BOB);
    for (unfit, expected) in unfit() {
        let certificate = unfit.certificate();
        let protectors = [
            protector().encrypt_to([certificate]),
            protector().encrypt_to_named([(&bob, certificate)]),
            protector()
                .encrypt_to([certificate])
                .danger_ignore_addresses(),
            protector()
                .resolver(MemoryResolver::new().with_certificate(certificate))
                .encrypt_to_recipients(),
        ];
        for protector in protectors {
            let problems = refused(protector.protect(mail()));
            let [problem] = problems.problems() else {
                panic!("{problems}")
            };
            assert_eq!(problem.role(), Role::Recipient);
            assert!(problem.reasons().iter().any(expected), "{problems}");
            assert!(
                problem.certificate().unwrap().contains("CN=bob"),
                "{problems}"
            );
            assert_eq!(
                problem
                    .address()
                    .map(|address| address.address())
                    .as_deref(),
                Some(BOB)
            );
            let text = problems.to_string();
            assert!(
                text.contains(BOB) && text.contains("nothing was protected"),
                "{text}"
            );
        }
    }
}

/// Neither does it help that another, good certificate is there for somebody else.
#[test]
fn all_problems_are_reported_together_before_anything_is_written() {
    let signer = made(ca().certify(Key::P256, "somebody@example.org"));
    let expired = made(
        ca().certify(Key::P256, CAROL)
            .validity("200101000000Z", "210101000000Z"),
    );
    let server = made(
        ca().certify(Key::P256, DAVE)
            .extended_key_usage(&[SERVER_AUTH]),
    );
    let good = person(Key::P256, "erin@example.org");
    let message = mail_to(
        "To: erin@example.org, bob@example.org\r\nCc: carol@example.org\r\nBcc: dave@example.org, frank@example.org\r\n",
    );
    let explicit = protector().sign(&signer.identity).encrypt_to([
        expired.certificate(),
        server.certificate(),
        good.certificate(),
    ]);
    let resolver = MemoryResolver::new()
        .with_certificate(expired.certificate())
        .with_certificate(server.certificate())
        .with_certificate(good.certificate());
    let resolved = protector()
        .sign(&signer.identity)
        .resolver(resolver)
        .encrypt_to_recipients();
    for protector in [explicit, resolved] {
        for framing in [Framing::Definite, Framing::Indefinite] {
            let protector = protector.clone().framing(framing);
            let problems = refused(protector.protect(&message));
            let found: Vec<(Role, String)> = problems
                .problems()
                .iter()
                .map(|one| (one.role(), one.address().unwrap().address()))
                .collect();
            let wanted = [
                (Role::Signer, ALICE),
                (Role::Recipient, BOB),
                (Role::Recipient, CAROL),
                (Role::HiddenRecipient, DAVE),
                (Role::HiddenRecipient, "frank@example.org"),
            ];
            assert_eq!(
                found,
                wanted.map(|(role, address)| (role, address.to_owned()))
            );
            assert_eq!(problems.problems()[1].reasons(), [Reason::NoCertificate]);
            assert!(matches!(
                problems.problems()[2].reasons(),
                [Reason::Expired { .. }]
            ));
            assert_eq!(problems.problems()[3].reasons(), [Reason::ExtendedKeyUsage]);
            let text = problems.to_string();
            for (_, address) in wanted {
                assert!(text.contains(address), "{text}");
            }
        }
    }
}

/// ENC-20: one of three has no certificate, so nobody gets anything, least of all in clear.
#[test]
fn enc_20_nothing_in_clear_when_one_certificate_is_missing() {
    let [bob, carol] = [person(Key::P256, BOB), person(Key::Rsa2048, CAROL)];
    let alice = person(Key::Rsa2048, ALICE);
    for fields in [
        "To: bob@example.org, carol@example.org, dave@example.org\r\n",
        "To: bob@example.org, carol@example.org\r\nCc: dave@example.org\r\n",
        "To: bob@example.org, carol@example.org\r\nBcc: dave@example.org\r\n",
        "To: All: bob@example.org, carol@example.org, dave@example.org;\r\n",
    ] {
        for framing in [Framing::Definite, Framing::Indefinite] {
            let resolver = MemoryResolver::new()
                .with_certificate(bob.certificate())
                .with_certificate(carol.certificate());
            let base = protector().sign(&alice.identity).framing(framing);
            let protectors = [
                base.clone()
                    .encrypt_to([bob.certificate(), carol.certificate()]),
                base.resolver(resolver).encrypt_to_recipients(),
            ];
            for protector in protectors {
                let problems = refused(protector.protect(mail_to(fields)));
                assert_eq!(problems.problems().len(), 1, "{problems}");
                assert!(problems.to_string().contains(DAVE), "{problems}");
                let mut sink = Vec::new();
                let mut writer = protector.writer(&mut sink).unwrap();
                let message = mail_to(fields);
                let result = std::io::Write::write_all(&mut writer, message.as_bytes());
                assert!(result.is_err() || writer.finish().is_err());
                assert!(sink.is_empty());
            }
        }
    }
}

/// A certificate serves the addresses it names, and no others.
#[test]
fn enc_19_certificate_of_another_address() {
    let carol = person(Key::P256, CAROL);
    let problems = refused(
        protector()
            .encrypt_to([carol.certificate()])
            .protect(mail()),
    );
    let [problem] = problems.problems() else {
        panic!("{problems}")
    };
    assert_eq!(
        (problem.address(), problem.reasons()),
        (Some(&mailbox(BOB)), &[Reason::NoCertificate][..])
    );

    // A subject address counts only if the alternative name has none (RFC 8550 3).
    let email = "1.2.840.113549.1.9.1";
    let subject = made(ca().certify(Key::P256, CAROL).subject(&[(email, BOB)]));
    refused(
        protector()
            .encrypt_to([subject.certificate()])
            .protect(mail()),
    );
    let subject = made(
        ca().certify(Key::P256, CAROL)
            .no_address()
            .subject(&[(email, BOB)]),
    );
    protector()
        .encrypt_to([subject.certificate()])
        .protect(mail())
        .unwrap();
}

/// One certificate with two addresses serves both, and is encrypted to once.
#[test]
fn certificate_with_two_addresses() {
    let both = made(ca().certify(Key::P256, BOB).address(CAROL));
    let message = mail_to("To: bob@example.org, Carol <CAROL@example.org>\r\n");
    let protected = protector()
        .encrypt_to([both.certificate()])
        .protect(&message)
        .unwrap();
    assert_eq!(protected.report().recipients().len(), 2);
    let data = crate::structure::enveloped_data(&crate::mime::cms(protected.message()));
    assert_eq!(data.recip_infos.0.len(), 1);
}

/// All members of a group are recipients (RFC 5322 3.4).
#[test]
fn groups_are_their_members() {
    let [bob, carol] = [person(Key::P256, BOB), person(Key::P256, CAROL)];
    let message =
        mail_to("To: Team: bob@example.org, \"C\" <carol@example.org>;, undisclosed:;\r\n");
    let protector = |people: &[&Certificate]| protector().encrypt_to(people.iter().copied());
    let problems = refused(protector(&[bob.certificate()]).protect(&message));
    assert!(problems.to_string().contains(CAROL));
    let protected = protector(&[bob.certificate(), carol.certificate()])
        .protect(&message)
        .unwrap();
    assert_eq!(
        protected.copies()[0].envelope().unwrap().recipients().len(),
        2
    );
}

#[test]
fn bound_by_hand() {
    let carol = person(Key::P256, CAROL);
    let (bob, other) = (mailbox("BOB@example.org"), mailbox(DAVE));
    let bind = |address| protector().encrypt_to_named([(address, carol.certificate())]);
    let protected = bind(&bob).protect(mail()).unwrap();
    let report = &protected.report().recipients()[0];
    assert_eq!(report.source(), smime::protect::Source::Bound);
    assert_eq!(report.address(), Some(&mailbox(BOB)));
    refused(bind(&other).protect(mail()));
}

#[test]
fn addresses_can_be_ignored() {
    let carol = person(Key::P256, CAROL);
    let protector = protector()
        .encrypt_to([carol.certificate()])
        .danger_ignore_addresses();
    let protected = protector.protect(mail()).unwrap();
    assert_eq!(protected.copies().len(), 1);
    let envelope = protected.copies()[0].envelope().unwrap();
    assert_eq!(envelope.recipients(), [mailbox(BOB)]);
}

/// Mail to nobody, encrypted for nobody.
#[test]
fn nobody_to_encrypt_to() {
    let error = failed(
        protector()
            .resolver(MemoryResolver::new())
            .encrypt_to_recipients()
            .protect(format!("From: alice@example.org\r\n{ENTITY}")),
    );
    assert!(error.to_string().contains("recipient"), "{error}");
}
