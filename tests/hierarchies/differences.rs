//! Why we and OpenSSL may disagree.
//!
//! A rule looks at what both say and at what is out of the ordinary, and explains one error or one reason. A verdict is
//! explained when all of its errors or reasons are. Whoever refuses gets the path that the other one found and nothing
//! else, so that what it says is about that path. A path that is good in its eyes then was only not found.

use smime::check::Reason;

use crate::ca::{ANY_PURPOSE, oid};
use crate::constraints::A_LABEL;
use crate::hierarchy::Hierarchy;
use crate::{openssl, ours};

/// The rule that explains a difference; `None` when there is none.
pub fn explain(hierarchy: &Hierarchy, ours: &ours::Verdict) -> Option<&'static str> {
    match &ours.path {
        Ok(path) if ours.accepts() => {
            let path = path.certificates();
            let path: Vec<Vec<u8>> = path.iter().map(|c| c.to_der().to_vec()).collect();
            let alone = openssl::verdict_on_path(hierarchy, &path);
            match alone.accepts() {
                true => Some("accepted by us: OpenSSL takes one issuer and never another one"),
                false => all(alone.errors.iter(), |(number, depth)| {
                    only_openssl_refuses(hierarchy, &path, *number, *depth)
                }),
            }
        }
        _ => {
            let alone = ours::verdict_on_path(hierarchy, &openssl::path(hierarchy));
            all(alone.reasons().into_iter(), |reason| {
                only_we_refuse(hierarchy, reason)
            })
        }
    }
}

/// The rule for the first of them, when there is one for each.
fn all<T>(
    what: impl Iterator<Item = T>,
    rule: impl Fn(T) -> Option<&'static str>,
) -> Option<&'static str> {
    let rules: Option<Vec<&'static str>> = what.map(rule).collect();
    rules?.first().copied()
}

/// For an error of OpenSSL with a certificate of the path that we accept, 0 being the leaf.
fn only_openssl_refuses(
    hierarchy: &Hierarchy,
    path: &[Vec<u8>],
    number: u32,
    depth: usize,
) -> Option<&'static str> {
    let has = |feature| hierarchy.features.contains(feature);
    let certificate = ours::certificate(path.get(depth)?);
    match number {
        // RFC 5280 6.1 takes a name and a key from an anchor.
        9 | 10 if depth + 1 == path.len() => {
            let is_valid =
                certificate.not_before() <= ours::now() && ours::now() <= certificate.not_after();
            (!is_valid).then_some("accepted by us: dates of an anchor do not count")
        }
        // OpenSSL wants to know whether the anchor itself was revoked. 44: its own list is not about CAs.
        44 if hierarchy.checks_revocation && depth + 1 == path.len() => {
            Some("accepted by us: an anchor needs no status")
        }
        // RFC 5280 4.2.1.12: an application need not refuse it.
        26 if contains(path.get(depth)?, &oid(ANY_PURPOSE)) => {
            Some("accepted by us: anyExtendedKeyUsage allows mail")
        }
        // OpenSSL 3.0 reads a common name with a dot as a host name.
        47 | 48 if has("host name as common name") && depth == 0 => {
            Some("accepted by us: a common name is no dNSName")
        }
        47 if has(A_LABEL) && depth == 0 => Some("accepted by us: A-labels in SmtpUTF8Mailbox"),
        // RFC 5280 6.3.3: a list is its issuer's, whichever of its keys signed it. OpenSSL looks for the key that the
        // certificate names. 3: none; 8: its signature; 11, 12: its dates; 35: no cRLSign.
        3 | 8 | 11 | 12 | 35 if hierarchy.checks_revocation && has_several_keys(path, depth) => {
            Some("accepted by us: a list by another key of the CA")
        }
        _ => None,
    }
}

fn contains(der: &[u8], part: &[u8]) -> bool {
    der.windows(part.len()).any(|window| window == part)
}

/// Whether the path holds two certificates of the issuer's name.
fn has_several_keys(path: &[Vec<u8>], depth: usize) -> bool {
    let issuer = ours::certificate(&path[depth]).issuer();
    let of_issuer = path.iter().map(|der| ours::certificate(der).subject());
    of_issuer.filter(|subject| *subject == issuer).count() > 1
}

/// For a reason of ours with a path that OpenSSL accepts.
fn only_we_refuse(hierarchy: &Hierarchy, reason: &Reason) -> Option<&'static str> {
    let has = |feature| hierarchy.features.contains(feature);
    match reason {
        Reason::MalformedExtension { extension }
            if extension == "nameConstraints" && has("base that means nothing") =>
        {
            Some("refused by us: a constraint that means nothing")
        }
        Reason::NameConstraint { .. }
            if has("wildcard")
                || has("odd host name")
                || has("odd URI")
                || has("IPv4 address in the form of IPv6") =>
        {
            Some("refused by us: a constrained name that is read in two ways")
        }
        Reason::NameConstraint { .. } if has(A_LABEL) => {
            Some("refused by us: A-labels in SmtpUTF8Mailbox")
        }
        Reason::NameConstraint { .. } if has("empty base") => {
            Some("refused by us: an empty base for mail, which is read in two ways")
        }
        // Without -x509_strict it takes keyCertSign for enough.
        Reason::NotAuthority { .. } if has("CA without basicConstraints") => {
            Some("refused by us: a CA without basicConstraints")
        }
        // It looks for one only where a freshestCRL points to it.
        Reason::Revoked { .. } if has("delta list") => {
            Some("refused by us: a delta list counts wherever it is at hand")
        }
        _ => None,
    }
}

#[test]
fn nothing_explains_what_is_not_out_of_the_ordinary() {
    let root = crate::ca::Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(crate::ca::Key::P256, "alice@example.org");
    let path = [&leaf[..], middle.certificate_der(), root.certificate_der()].map(<[u8]>::to_vec);
    let hierarchy = Hierarchy {
        leaf,
        others: Vec::new(),
        anchors: Vec::new(),
        lists: Vec::new(),
        checks_revocation: true,
        features: Default::default(),
    };
    for number in 0..100 {
        for depth in 0..path.len() {
            let rule = only_openssl_refuses(&hierarchy, &path, number, depth);
            let is_of_anchor = number == 44 && depth == 2;
            assert_eq!(rule.is_some(), is_of_anchor, "error {number} at {depth}");
        }
    }
    let text = || String::from("x");
    for reason in [
        Reason::NameConstraint {
            name: text(),
            subject: text(),
        },
        Reason::NotAuthority { subject: text() },
        Reason::MalformedExtension {
            extension: "nameConstraints".into(),
        },
        Reason::UnknownIssuer { issuer: text() },
        Reason::CertificateSignature { subject: text() },
    ] {
        assert_eq!(only_we_refuse(&hierarchy, &reason), None, "{reason:?}");
    }
    // One error without a rule is enough, and so is a refusal without any error.
    assert_eq!(all([1, 2].iter(), |n| (*n == 1).then_some("one")), None);
    assert_eq!(all([1, 1].iter(), |_| Some("one")), Some("one"));
    assert_eq!(all([0_u32; 0].iter(), |_| Some("one")), None);
}
