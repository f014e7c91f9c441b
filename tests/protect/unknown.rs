//! What is told, and what is refused, when nobody can say whether a certificate was revoked.

use std::time::Duration;

use smime::cert::{AnchorConstraints, Crl};
use smime::check::Reason;
use smime::policy::StandardPolicy;
use smime::protect::{Problem, Refused, Role};
use smime::resolver::MemoryResolver;
use smime::{Certificate, Protector, TrustAnchors};

use crate::ca::{Ca, Key, oid, sequence, tlv};
use crate::people::{ALICE, BOB, Person, ca, made, mail, mail_to, mailbox, now, person, protector};
use crate::refused;

const SERIAL: &[u8] = &[0x42, 0x43];

fn read(der: &[u8]) -> Certificate {
    Certificate::from_bytes(der).unwrap()
}

fn anchors() -> TrustAnchors {
    TrustAnchors::from_der(ca().certificate_der()).unwrap()
}

fn hard() -> StandardPolicy {
    StandardPolicy::at(now()).require_revocation()
}

/// What `authority` says that it revoked: [`SERIAL`].
fn list_of(authority: &Ca) -> Crl {
    let list = authority.revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1));
    Crl::from_bytes(&list.issue()).unwrap()
}

fn is_unknown(reason: &Reason) -> bool {
    matches!(reason, Reason::RevocationUnknown { .. })
}

/// The only problem.
#[track_caller]
fn problem(refused: &Refused) -> &Problem {
    match refused.problems() {
        [problem] => problem,
        _ => panic!("{refused}"),
    }
}

/// An authority that nobody passed on, its list, and whom it revoked.
struct Hidden {
    middle: Ca,
    list: Crl,
    bob: Person,
    alice: Person,
}

fn hidden() -> Hidden {
    let middle = ca().intermediate("Middle CA");
    let revoked = |address| made(middle.certify(Key::P256, address).serial(SERIAL));
    Hidden {
        list: list_of(&middle),
        bob: revoked(BOB),
        alice: revoked(ALICE),
        middle,
    }
}

/// Everybody whom somebody vouches for, however he came.
fn ways(hidden: &Hidden) -> Vec<(Role, Protector)> {
    let (bob, address) = (hidden.bob.certificate(), mailbox(BOB));
    let plain = || protector().not_to_self();
    let pinned = MemoryResolver::new().with_certificate(bob);
    let bound = MemoryResolver::new().with_binding(&address, bob);
    let own = MemoryResolver::new().with_identity(&hidden.alice.identity);
    let good = person(Key::P256, BOB);
    let to_self = plain().encrypt_to([good.certificate()]);
    let found = || plain().encrypt_to_recipients();
    [
        (Role::Recipient, plain().encrypt_to([bob])),
        (Role::Recipient, plain().encrypt_to_named([(&address, bob)])),
        (Role::Recipient, found().resolver(pinned)),
        (Role::Recipient, found().resolver(bound)),
        (Role::Signer, protector().sign(&hidden.alice.identity)),
        (Role::Signer, protector().resolver(own).sign_as_sender()),
        (
            Role::Oneself,
            to_self.encrypt_to_self(hidden.alice.certificate()),
        ),
    ]
    .map(|(role, protector)| (role, protector.anchors(&anchors())))
    .into()
}

/// The list names it, and without the authority between nobody can know that the list counts.
#[test]
fn pki_08_without_a_path_the_report_says_that_nobody_knows() {
    let hidden = hidden();
    let between = read(hidden.middle.certificate_der());
    let good = ca().revocation_list();
    let lists = [hidden.list.clone(), Crl::from_bytes(&good.issue()).unwrap()];
    for (role, protector) in ways(&hidden) {
        // Nobody asks.
        let silent = protector.protect(mail()).unwrap();
        assert!(silent.report().notes().is_empty(), "{role}");
        let protector = protector.crls(&lists);
        let ignoring = StandardPolicy::at(now()).danger_ignore_revocation();
        let silent = protector.clone().policy(ignoring).protect(mail()).unwrap();
        assert!(silent.report().notes().is_empty(), "{role}");

        let told = protector.protect(mail()).unwrap();
        let [note] = told.report().notes() else {
            panic!("{role}: {}", told.report());
        };
        let person = match role {
            Role::Recipient => &hidden.bob,
            _ => &hidden.alice,
        };
        assert!(note.contains(&person.certificate().description()), "{note}");
        assert!(note.contains("was revoked is not known"), "{note}");
        assert!(note.contains("CN=Middle CA"), "why: {note}");
        let text = told.report().to_string();
        assert!(text.contains(&format!("note: {note}\n")), "{text}");

        // Where it must be known that is too little.
        let refusal = refused(protector.clone().policy(hard()).protect(mail()));
        let refusal = problem(&refusal);
        assert_eq!(refusal.role(), role);
        let [unknown, why] = refusal.reasons() else {
            panic!("{refusal}");
        };
        assert!(is_unknown(unknown), "{refusal}");
        assert!(
            matches!(why, Reason::UnknownIssuer { issuer } if issuer == "CN=Middle CA"),
            "{refusal}"
        );
        let certificates = refusal.path_failure().unwrap().certificates();
        assert_eq!(certificates, std::slice::from_ref(person.certificate()));

        // With it, it is found out.
        let protector = protector.certificates([&between]);
        let refusal = refused(protector.protect(mail()));
        assert!(
            matches!(problem(&refusal).reasons(), [Reason::Revoked { .. }]),
            "{refusal}"
        );
    }
}

/// Signer and reader at once, or named in two roles: one note.
#[test]
fn each_certificate_is_told_once() {
    let hidden = hidden();
    let both = protector().sign(&hidden.alice.identity);
    let both = both.encrypt_to([hidden.bob.certificate(), hidden.alice.certificate()]);
    let both = both.anchors(&anchors()).crls([&hidden.list]);
    let message = mail_to("To: bob@example.org, alice@example.org\r\nBcc: bob@example.org\r\n");
    let told = both.protect(message).unwrap();
    assert_eq!(told.report().notes().len(), 2, "{}", told.report());
}

#[test]
fn an_authority_that_ran_out_leaves_it_unknown() {
    let old = ca().authority("Old CA");
    let old = old
        .validity("200101000000Z", "210101000000Z")
        .issue_authority();
    let bob = made(old.certify(Key::P256, BOB).serial(SERIAL));
    let named = protector().encrypt_to([bob.certificate()]).not_to_self();
    let named = named.anchors(&anchors()).crls([&list_of(&old)]);
    let named = named.certificates([&read(old.certificate_der())]);
    let told = named.protect(mail()).unwrap();
    let notes = told.report().notes().concat();
    assert!(notes.contains("CN=Old CA"), "{notes}");
    refused(named.policy(hard()).protect(mail()));
}

/// What an anchor is not trusted for, or whose policies are not those demanded, is on no path that counts. A revocation
/// there is never passed over in silence.
#[test]
fn pki_08_what_an_anchor_is_not_trusted_for_hides_no_revocation() {
    let bob = made(ca().certify(Key::P256, BOB).serial(SERIAL));
    let elsewhere = AnchorConstraints::new().permit_mail("example.net").unwrap();
    let policies = AnchorConstraints::new().policies(["1.2.3.4"]).unwrap();
    let day = now().checked_sub(Duration::from_secs(3_000 * 86_400));
    let constraints = [
        elsewhere,
        policies.require_explicit_policy(),
        AnchorConstraints::new().distrust_after(day.unwrap()),
    ];
    for constraints in constraints {
        let mut anchors = TrustAnchors::new();
        anchors.add_constrained(&read(ca().certificate_der()), constraints);
        let pinned = MemoryResolver::new().with_certificate(bob.certificate());
        let found = protector().resolver(pinned).encrypt_to_recipients();
        let found = found.not_to_self().anchors(&anchors).crls([&list_of(ca())]);
        match found.protect(mail()) {
            Ok(told) => {
                let notes = told.report().notes().concat();
                assert!(notes.contains("was revoked is not known"), "{notes}");
            }
            refusal => {
                let refusal = refused(refusal);
                let mut reasons = problem(&refusal).reasons().iter();
                let is_revoked = |reason: &Reason| matches!(reason, Reason::Revoked { .. });
                assert!(reasons.any(is_revoked), "{refusal}");
            }
        }
        refused(found.policy(hard()).protect(mail()));
    }
}

/// Also with a path, and without any list or anchor.
#[test]
fn when_the_status_must_be_known_nobody_is_exempt() {
    let bob = person(Key::P256, BOB);
    let old = ca()
        .revocation_list()
        .updates("200101000000Z", Some("200201000000Z"));
    let old = Crl::from_bytes(&old.issue()).unwrap();
    let named = protector().encrypt_to([bob.certificate()]).not_to_self();
    let named = named.policy(hard());
    let refusal = refused(named.protect(mail()));
    let [unknown, Reason::NoAnchors] = problem(&refusal).reasons() else {
        panic!("{refusal}");
    };
    assert!(is_unknown(unknown), "{refusal}");
    assert!(problem(&refusal).path_failure().is_none());

    let named = named.anchors(&anchors());
    for protector in [named.clone(), named.clone().crls([&old])] {
        let refusal = refused(protector.protect(mail()));
        let [unknown] = problem(&refusal).reasons() else {
            panic!("{refusal}");
        };
        assert!(is_unknown(unknown), "{refusal}");
        let failure = problem(&refusal).path_failure().unwrap();
        assert_eq!(failure.certificates()[0], *bob.certificate());
    }
    named.crls([&list_of(ca())]).protect(mail()).unwrap();
}

/// What an anchor itself is needs no list.
#[test]
fn who_is_an_anchor_is_believed_as_such() {
    let bob = person(Key::P256, BOB);
    let mut anchors = anchors();
    anchors.add(bob.certificate());
    let named = protector().encrypt_to([bob.certificate()]).not_to_self();
    let named = named.anchors(&anchors).policy(hard());
    let sent = named.protect(mail()).unwrap();
    assert!(sent.report().notes().is_empty(), "{}", sent.report());
}

#[test]
fn a_refusal_says_which_issuer_is_missing() {
    let middle = ca().intermediate("Middle CA");
    let url = tlv(0x86, b"http://ca.example.org/middle.cer");
    let access = sequence(&[&sequence(&[&oid("1.3.6.1.5.5.7.48.2"), &url])]);
    let bob = middle.certify(Key::P256, BOB);
    let bob = made(bob.extension("1.3.6.1.5.5.7.1.1", false, &access));
    let resolver = smime::resolver::encryption_fn({
        let found = bob.certificate().clone();
        move |_: &smime::Mailbox| Ok(vec![found.clone().into()])
    });
    let candidate = protector().resolver(resolver).encrypt_to_recipients();
    let candidate = candidate.not_to_self();
    let refusal = refused(candidate.clone().anchors(&anchors()).protect(mail()));
    let failure = problem(&refusal).path_failure().unwrap();
    assert_eq!(
        failure.certificates(),
        std::slice::from_ref(bob.certificate())
    );
    assert!(matches!(
        failure.reasons().collect::<Vec<_>>()[..],
        [Reason::UnknownIssuer { .. }]
    ));
    #[cfg(feature = "online")]
    {
        let wanted = smime::online::Wanted::new().failure(failure);
        let targets = wanted.targets();
        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0].url(), "http://ca.example.org/middle.cer");
    }
    // Nobody looked for a path.
    let refusal = refused(candidate.protect(mail()));
    assert_eq!(problem(&refusal).reasons(), [Reason::Unvalidated]);
    assert!(problem(&refusal).path_failure().is_none());
}

/// Zero width and the like, which an address may hold.
#[test]
fn addresses_hide_nothing_on_a_terminal() {
    let message = mail_to("To: bo\u{200b}b@example.org\r\n");
    let empty = protector()
        .resolver(MemoryResolver::new())
        .encrypt_to_recipients();
    let refusal = refused(empty.not_to_self().protect(&message)).to_string();
    assert!(refusal.contains("bo\\u{200b}b@example.org"), "{refusal}");
    let (bob, address) = (person(Key::P256, BOB), mailbox("bo\u{200b}b@example.org"));
    let bound = protector().encrypt_to_named([(&address, bob.certificate())]);
    let sent = bound.not_to_self().protect(&message).unwrap();
    let text = sent.report().to_string();
    assert!(text.contains("bo\\u{200b}b@example.org"), "{text}");
    assert!(!text.contains('\u{200b}'), "{text}");
}
