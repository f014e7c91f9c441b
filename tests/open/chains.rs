//! Certificates between a signer and an anchor, from wherever they are known.

use crate::faces::Faces;
use smime::check::Reason;
use smime::resolver::MemoryResolver;
use smime::{Certificate, Identity, PrivateKey, Protector};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, BOB, ca, mail, protector};
use crate::{failed_because, opener, trusted};

fn read(der: &[u8]) -> Certificate {
    Certificate::from_bytes(der).unwrap()
}

/// Somebody with a certificate of this authority, with or without it in the chain.
fn identity(authority: &Ca, address: &str, chain: bool) -> Identity {
    let (certificate, key) = authority.leaf(Key::P256, address);
    let chain = chain.then(|| read(authority.certificate_der()));
    let certificates = std::iter::once(read(&certificate)).chain(chain);
    Identity::new(certificates, PrivateKey::from_bytes(&key, None).unwrap()).unwrap()
}

fn made(protector: Protector) -> Vec<u8> {
    let protected = protector.protect(mail()).unwrap();
    protected.copies()[0].bytes().to_vec()
}

/// Of a colleague, under the same authority, who leaves it out of his signature.
#[test]
fn ones_own_chain_leads_from_others_to_the_anchor() {
    let middle = ca().intermediate("Middle CA");
    let alice = identity(&middle, ALICE, false);
    let signed = made(protector().sign(&alice));
    let opened = opener().open_all(&signed).unwrap();
    assert!(failed_because(&opened, |reason| matches!(
        reason,
        Reason::UnknownIssuer { issuer } if issuer == "CN=Middle CA"
    )));
    let alone = identity(&middle, BOB, false);
    let opened = opener().identity(&alone).open_all(&signed).unwrap();
    assert!(opened.trusted().is_err());
    let bob = identity(&middle, BOB, true);
    let opened = opener().identity(&bob).open_all(&signed).unwrap();
    trusted(&opened);
    let path = opened.report().signer().unwrap().path().unwrap();
    assert_eq!(path.certificates()[1], read(middle.certificate_der()));
    assert_eq!(path.statuses().len(), 2);
}

/// The same when the resolver has the identity.
#[test]
fn the_chain_of_an_identity_that_was_found_counts_too() {
    let middle = ca().intermediate("Middle CA");
    let (alice, bob) = (
        identity(&middle, ALICE, false),
        identity(&middle, BOB, true),
    );
    let both = protector().sign(&alice).encrypt_to([bob.certificate()]);
    let both = made(both.not_to_self());
    let resolver = MemoryResolver::new().with_identity(&bob);
    trusted(&opener().resolver(resolver).open_all(&both).unwrap());
    let alone = Identity::new([bob.certificate().clone()], bob.key().clone()).unwrap();
    let resolver = MemoryResolver::new().with_identity(&alone);
    let opened = opener().resolver(resolver).open_all(&both).unwrap();
    assert!(opened.trusted().is_err());
}

/// A chain is no trust: an identity under another root makes nobody trusted.
#[test]
fn ones_own_chain_is_no_anchor() {
    let other = Ca::new("Other CA");
    let signed = made(protector().sign(&identity(&other, ALICE, false)));
    let bob = identity(&other, BOB, true);
    let opened = opener().identity(&bob).open_all(&signed).unwrap();
    assert!(failed_because(&opened, |reason| matches!(
        reason,
        Reason::UnknownIssuer { .. }
    )));
    let failure = opened.report().signer().unwrap().path_failure().unwrap();
    assert_eq!(failure.certificates().len(), 2);
    // The report says where it ended.
    let checks = opened.report().signer().unwrap().checks().iter();
    let subjects = failure.certificates().iter().map(Certificate::subject);
    let subjects: Vec<String> = subjects.collect();
    let expected = format!("the path goes as far as {}", subjects.join(" → "));
    let said: Vec<&str> = checks.map(|check| check.what()).collect();
    assert!(said.contains(&expected.as_str()), "{said:?}");
}
