//! Nothing is encrypted to, or signed with, what is known to be revoked.

use smime::Limits;
use smime::cert::Crl;
use smime::cert::path::CertificateStatus;
use smime::check::Reason;
use smime::protect::Role;
use smime::resolver::{FoundCertificate, MemoryResolver};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, BOB, ca, mail, mail_to, mailbox, protector};
use crate::refused;
use crate::trust::{
    SERIAL, anchors, bob, is_revoked, list, list_of, read, reasons, revoked, to_candidates,
    to_found, used,
};

/// However the certificate came, by its own address or beside it, to whomever it is hidden.
#[test]
fn pki_08_nothing_is_encrypted_to_a_revoked_certificate() {
    let person = revoked(BOB);
    let bob = person.certificate();
    let address = mailbox(BOB);
    let resolver = MemoryResolver::new().with_certificate(bob);
    let binding = MemoryResolver::new().with_binding(&address, bob);
    let plain = || protector().not_to_self();
    let found = || plain().encrypt_to_recipients();
    let ways = [
        (Role::Recipient, to_candidates(&[bob])),
        (Role::Recipient, found().resolver(resolver)),
        (Role::Recipient, found().resolver(binding)),
        (Role::Recipient, plain().encrypt_to([bob])),
        (Role::Recipient, plain().encrypt_to_named([(&address, bob)])),
        (
            Role::Recipient,
            plain().encrypt_to([bob]).danger_ignore_addresses(),
        ),
    ];
    for (role, protector) in ways {
        let protector = protector.anchors(&anchors());
        let good = Crl::from_bytes(&ca().revocation_list().issue()).unwrap();
        let sent = protector.clone().crls([&good]).protect(mail()).unwrap();
        assert_eq!(used(&sent), bob);
        let path = sent.report().recipients()[0].path().unwrap();
        assert!(matches!(path.statuses(), [CertificateStatus::Good { .. }]));

        let problems = refused(protector.clone().crls([&list()]).protect(mail()));
        assert!(is_revoked(reasons(&problems)), "{problems}");
        assert_eq!(problems.problems()[0].role(), role);
        let text = problems.to_string();
        assert!(text.contains("revoked on 2026-01-01"), "{text}");
        assert!(text.contains(BOB), "{text}");
    }
    let to_bcc = mail_to("Bcc: bob@example.org\r\n");
    let hidden = to_candidates(&[bob]).crls([&list()]);
    let problems = refused(hidden.protect(to_bcc));
    assert!(is_revoked(reasons(&problems)), "{problems}");
    assert_eq!(problems.problems()[0].role(), Role::HiddenRecipient);
}

/// The sender's own certificates are no exception.
#[test]
fn pki_08_a_revoked_signer_does_not_sign() {
    let alice = revoked(ALICE);
    let resolver = MemoryResolver::new().with_identity(&alice.identity);
    for protector in [
        protector().sign(&alice.identity),
        protector().resolver(resolver).sign_as_sender(),
    ] {
        let protector = protector.anchors(&anchors());
        protector.protect(mail()).unwrap();
        let problems = refused(protector.crls([&list()]).protect(mail()));
        assert!(is_revoked(reasons(&problems)), "{problems}");
        assert_eq!(problems.problems()[0].role(), Role::Signer);
    }
    let to_bob = protector().encrypt_to([&bob(ca())]).anchors(&anchors());
    let to_self = to_bob
        .clone()
        .encrypt_to_self(alice.certificate())
        .crls([&list()]);
    let problems = refused(to_self.protect(mail()));
    assert!(is_revoked(reasons(&problems)), "{problems}");
    assert_eq!(problems.problems()[0].role(), Role::Oneself);
    // Found for oneself, it is only left out.
    let resolver = MemoryResolver::new().with_certificate(alice.certificate());
    let found = to_bob.resolver(resolver).crls([&list()]);
    let sent = found.protect(mail()).unwrap();
    let notes = sent.report().notes().concat();
    assert!(notes.contains("cannot read this message"), "{notes}");
    assert!(notes.contains("revoked on 2026-01-01"), "{notes}");
    let cms = protector().sign(&alice.identity).anchors(&anchors());
    let problems = refused(cms.crls([&list()]).protect_cms(b"content"));
    assert!(is_revoked(reasons(&problems)), "{problems}");
}

/// Certificates in a directory make ways around the path that says "revoked"; for what somebody vouches for they
/// are no ways.
#[test]
fn pki_08_a_directory_does_not_hide_that_a_pinned_certificate_was_revoked() {
    let (evil, worse) = (Ca::new("Evil CA"), Ca::new("Worse CA"));
    let around = [
        read(&ca().cross_signed_by(&evil)),
        read(&evil.cross_signed_by(&worse)),
    ];
    let pinned = revoked(BOB).certificate().clone();
    let mut found: Vec<FoundCertificate> = around.map(Into::into).into();
    found.push(FoundCertificate::pinned(pinned));
    let problems = refused(to_found(found).crls([&list()]).protect(mail()));
    let bob = problems.problems().last().unwrap();
    assert!(is_revoked(bob.reasons()), "{problems}");
}

#[test]
fn a_response_alone_refuses_what_is_pinned() {
    let bob = bob(ca());
    let response = ca().ocsp_response();
    let response = response.revoked(bob.to_der(), "20260101000000Z", Some(1));
    let response = smime::cert::OcspResponse::from_bytes(&response.issue()).unwrap();
    let protector = to_found(vec![FoundCertificate::pinned(bob)]);
    protector.protect(mail()).unwrap();
    let problems = refused(protector.ocsp_responses([&response]).protect(mail()));
    assert!(is_revoked(reasons(&problems)), "{problems}");
}

/// What was not looked at to its end may be revoked.
#[test]
fn work_that_is_not_finished_clears_nobody() {
    let bob = bob(ca());
    let limits = Limits {
        path_signatures: 1,
        ..Limits::default()
    };
    let protector = to_found(vec![FoundCertificate::pinned(bob)]).crls([&list()]);
    protector.protect(mail()).unwrap();
    let problems = refused(protector.limits(limits).protect(mail()));
    assert!(
        matches!(reasons(&problems), [Reason::Budget { .. }]),
        "{problems}"
    );
}

/// The chain that an identity brings is a way to the anchor for its own status.
#[test]
fn a_signer_below_a_ca_of_its_chain() {
    let middle = ca().intermediate("Middle CA");
    let (certificate, key) = middle.certify(Key::P256, ALICE).serial(SERIAL).issue();
    let chain = [&certificate[..], middle.certificate_der()].map(read);
    let key = smime::PrivateKey::from_bytes(&key, None).unwrap();
    let alice = smime::Identity::new(chain, key).unwrap();
    let protector = protector().sign(&alice).anchors(&anchors());
    protector.protect(mail()).unwrap();
    let problems = refused(protector.crls([&list_of(&middle)]).protect(mail()));
    assert!(is_revoked(reasons(&problems)), "{problems}");
}
