//! What is wanted: from reports, paths, failures and by hand.

use smime::cert::path::{PathFailure, Validator};
use smime::online::{Kind, Wanted};
use smime::policy::StandardPolicy;
use smime::{Certificate, TrustAnchors};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, now};
use crate::tools::*;

/// Root, intermediate and leaf, each but the root with URLs.
struct World {
    root: Ca,
    intermediate: Certificate,
    leaf: Certificate,
}

fn urls(name: &str) -> [String; 3] {
    ["crl", "ocsp", "issuer"].map(|kind| format!("http://{name}.example.com/{kind}"))
}

impl World {
    fn new() -> World {
        let root = Ca::new("Root");
        let with = |name: &str, certify| {
            let [crl, ocsp, issuer] = urls(name);
            Urls {
                crls: &[&crl],
                ocsp: &[&ocsp],
                issuers: &[&issuer],
            }
            .into(certify)
        };
        let ca = with("ca", root.authority("Intermediate")).issue_authority();
        let leaf = with("leaf", ca.certify(Key::P256, ALICE)).issue().0;
        World {
            intermediate: Certificate::from_bytes(ca.certificate_der()).unwrap(),
            leaf: Certificate::from_bytes(&leaf).unwrap(),
            root,
        }
    }

    fn validator(&self, policy: StandardPolicy) -> Validator {
        let anchors = TrustAnchors::from_der(self.root.certificate_der()).unwrap();
        Validator::new(&anchors).policy(policy)
    }

    fn failure(&self) -> PathFailure {
        let validator = self.validator(StandardPolicy::at(now()));
        validator.validate(&self.leaf).unwrap_err()
    }
}

fn list(wanted: &Wanted) -> Vec<String> {
    let targets = wanted.targets();
    targets
        .iter()
        .map(|target| target.url().to_owned())
        .collect()
}

#[test]
fn the_status_of_every_certificate_of_a_path() {
    let world = World::new();
    let validator = world
        .validator(StandardPolicy::at(now()))
        .certificates([&world.intermediate]);
    let path = validator.validate(&world.leaf).unwrap();
    let wanted = Wanted::new().path(&path);
    let [leaf_crl, leaf_ocsp, _] = urls("leaf");
    let [ca_crl, ca_ocsp, _] = urls("ca");
    assert_eq!(list(&wanted), [leaf_ocsp, leaf_crl, ca_ocsp, ca_crl]);
    assert_eq!(wanted.targets()[0].kind(), Kind::OcspResponse);
    assert_eq!(wanted.targets()[1].kind(), Kind::RevocationList);
    assert_eq!(wanted.targets()[1].certificate(), &world.leaf);

    // What is known is not wanted.
    let known = list_of(&empty_list(&world.root));
    let path = validator.crls([&known]).validate(&world.leaf).unwrap();
    let [leaf_crl, leaf_ocsp, _] = urls("leaf");
    assert_eq!(list(&Wanted::new().path(&path)), [leaf_ocsp, leaf_crl]);
}

#[test]
fn the_issuer_where_a_path_ends_nowhere() {
    let world = World::new();
    let [.., issuer] = urls("leaf");
    let wanted = Wanted::new().failure(&world.failure());
    assert_eq!(list(&wanted), [issuer]);
    assert_eq!(wanted.targets()[0].kind(), Kind::Issuer);
    // The path goes on, and ends at the intermediate.
    let stranger = TrustAnchors::from_der(Ca::new("Stranger").certificate_der()).unwrap();
    let failure = Validator::new(&stranger)
        .policy(StandardPolicy::at(now()))
        .certificates([&world.intermediate])
        .validate(&world.leaf)
        .unwrap_err();
    let [.., issuer] = urls("ca");
    assert!(list(&Wanted::new().failure(&failure)).contains(&issuer));
}

/// A policy to which unknown is not good enough.
#[test]
fn the_status_that_a_hard_policy_misses() {
    let world = World::new();
    let policy = StandardPolicy::at(now()).require_revocation();
    let failure = world
        .validator(policy)
        .certificates([&world.intermediate])
        .validate(&world.leaf)
        .unwrap_err();
    let wanted = list(&Wanted::new().failure(&failure));
    let [leaf_crl, leaf_ocsp, _] = urls("leaf");
    assert!(
        wanted.contains(&leaf_crl) && wanted.contains(&leaf_ocsp),
        "{wanted:?}"
    );
}

#[test]
fn nothing_that_helps_nobody() {
    let world = World::new();
    let root = Certificate::from_bytes(world.root.certificate_der()).unwrap();
    assert!(Wanted::new().issuer(&root).is_empty(), "it is its own");
    assert!(
        Wanted::new().status(&root, Some(&root)).is_empty(),
        "no URLs"
    );
    let without = Wanted::new().status(&world.leaf, None);
    let [crl, ..] = urls("leaf");
    assert_eq!(list(&without), [crl], "OCSP needs the issuer");
    // A self-signed certificate that is no anchor.
    let own = Ca::new("Own");
    let stranger = Urls {
        issuers: &["http://own.example.com/"],
        ..Urls::default()
    };
    let own = stranger.into(own.again()).issue().0;
    let own = Certificate::from_bytes(&own).unwrap();
    assert!(Wanted::new().issuer(&own).is_empty());
}

#[test]
fn added_and_taken_away() {
    let world = World::new();
    let leaf = Wanted::new().status(&world.leaf, Some(&world.intermediate));
    let issuer = Wanted::new().issuer(&world.leaf);
    let both = leaf.clone().and(&issuer).and(&leaf);
    assert_eq!(both.targets().len(), 3);
    assert_eq!(list(&both.clone().without(&leaf)), list(&issuer));
    assert!(both.clone().without(&both).is_empty());
    // What was taken away can be wanted again.
    let again = both.clone().without(&both).and(&issuer);
    assert_eq!(list(&again), list(&issuer));
    assert!(format!("{both:?}").contains("http://leaf.example.com/issuer"));
}

/// Every way that ends for want of an issuer names where that may be.
#[test]
fn issuers_of_every_attempt() {
    use crate::ca::{Ca, Key};
    let issuing = Ca::new("Issuing");
    let above = |url: &str| {
        let urls = Urls {
            issuers: &[url],
            ..Urls::default()
        };
        let other = Ca::new("Elsewhere");
        let cross = urls.into(other.cross_again(&issuing)).issue().0;
        smime::Certificate::from_bytes(&cross).unwrap()
    };
    let (one, two) = (above("http://one.example/"), above("http://two.example/"));
    let leaf = issuing.leaf(Key::P256, "bob@example.org").0;
    let leaf = smime::Certificate::from_bytes(&leaf).unwrap();
    let anchors = smime::TrustAnchors::from_der(Ca::new("Root").certificate_der()).unwrap();
    let validator = smime::cert::path::Validator::new(&anchors)
        .policy(smime::policy::StandardPolicy::at(crate::people::now()))
        .certificates([&one, &two]);
    let wanted = smime::online::Wanted::new().failure(&validator.validate(&leaf).unwrap_err());
    let targets = wanted.targets();
    let mut urls: Vec<&str> = targets.iter().map(|target| target.url()).collect();
    urls.sort_unstable();
    assert_eq!(urls, ["http://one.example/", "http://two.example/"]);
}
