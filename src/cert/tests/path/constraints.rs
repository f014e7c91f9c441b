//! SECURITY.md PKI-04: the names a CA may vouch for.

mod hosts;
mod punycode;

use super::*;
use crate::cert::ca::{Certify, name, oid, sequence, tlv};

/// `GeneralName` for a subtree: mail by default.
fn mail(base: &str) -> Vec<u8> {
    tlv(0x81, base.as_bytes())
}

fn directory(attributes: &[(&str, &str)]) -> Vec<u8> {
    tlv(0xa4, &name(attributes))
}

/// The value of nameConstraints.
fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let list = |tag: u8, bases: &[Vec<u8>]| match bases {
        [] => Vec::new(),
        bases => {
            let subtrees = bases.iter().flat_map(|base| sequence(&[base]));
            tlv(tag, &subtrees.collect::<Vec<u8>>())
        }
    };
    sequence(&[&list(0xa0, permitted), &list(0xa1, excluded)])
}

/// Why a certificate below a CA with these constraints is refused; `None` when it is not.
fn refused(value: &[u8], change: impl Fn(Certify<'_>) -> Certify<'_>) -> Option<Reason> {
    let root = Ca::new("Root");
    let limited = root
        .authority("Limited")
        .extension("2.5.29.30", true, value)
        .issue_authority();
    let (leaf, _) = change(limited.certify(Key::P256, "x@x.invalid").no_address()).issue();
    let case = Case::new(
        &leaf,
        &[limited.certificate_der()],
        &[root.certificate_der()],
    );
    match case.validate() {
        Ok(_) => None,
        Err(failure) => Some(failed(&failure.checks).remove(0)),
    }
}

/// Whether an address is let pass. A refusal must be for the name.
fn passes(value: &[u8], address: &str) -> bool {
    let reason = refused(value, |leaf| leaf.address(address));
    if let Some(reason) = &reason {
        let Reason::NameConstraint { subject, .. } = reason else {
            panic!("{address}: {reason:?}")
        };
        assert_eq!(subject, "CN=Limited");
    }
    reason.is_none()
}

#[test]
fn pki_04_hosts_domains_and_mailboxes() {
    for (base, inside, outside) in [
        // RFC 5280 4.2.1.10: a host is that host only.
        (
            "example.com",
            &["a@example.com", "A@EXAMPLE.com", "\"a@b\"@example.com"][..],
            &["a@sub.example.com", "a@badexample.com", "a@example.org"][..],
        ),
        // A domain is everything below it, and not itself.
        (
            ".example.com",
            &["a@sub.example.com", "a@x.SUB.example.com"],
            &["a@example.com", "a@badexample.com", "a@example.com.org"],
        ),
        (
            "a@example.com",
            &["a@example.com", "a@Example.COM", "\"a\"@example.com"],
            &["b@example.com", "a@sub.example.com", "ba@example.com"],
        ),
        // A-labels and U-labels are one domain.
        (
            "xn--bcher-kva.example",
            &["a@xn--bcher-kva.example", "ä@bücher.example"],
            &["a@bucher.example"],
        ),
    ] {
        let permitted = constraints(&[mail(base)], &[]);
        let excluded = constraints(&[], &[mail(base)]);
        for address in inside {
            assert!(passes(&permitted, address), "{address} is in {base}");
            assert!(!passes(&excluded, address), "{address} is in {base}");
        }
        for address in outside {
            assert!(!passes(&permitted, address), "{address} is not in {base}");
            assert!(passes(&excluded, address), "{address} is not in {base}");
        }
    }
}

#[test]
fn pki_04_an_empty_base_permits_nothing_and_excludes_all() {
    for address in ["a@example.com", "ä@example.com"] {
        assert!(!passes(&constraints(&[mail("")], &[]), address));
        assert!(!passes(&constraints(&[], &[mail("")]), address));
        // Another one beside it is not changed.
        assert!(passes(
            &constraints(&[mail(""), mail("example.com")], &[]),
            address
        ));
    }
}

#[test]
fn pki_04_case_of_local_parts_is_judged_the_safe_way() {
    // RFC 5280 7.5 compares them exactly, RFC 8550 3 without case.
    assert!(!passes(
        &constraints(&[mail("Boss@example.com")], &[]),
        "boss@example.com"
    ));
    assert!(!passes(
        &constraints(&[], &[mail("Boss@example.com")]),
        "boss@example.com"
    ));
}

#[test]
fn pki_04_what_is_no_address_does_not_slip_through() {
    for trick in [
        "user@bad.com.",
        "user@bad.com\0",
        "user@bad.com ",
        "user@good.com@bad.com",
        "bad.com",
        "user@",
        "",
    ] {
        for value in [
            constraints(&[], &[mail("bad.com")]),
            constraints(&[mail("good.com")], &[]),
        ] {
            let reason = refused(&value, |leaf| leaf.alternative_name(0x81, trick.as_bytes()));
            assert!(
                matches!(reason, Some(Reason::NameConstraint { .. })),
                "{trick:?}: {reason:?}"
            );
        }
    }
    // The last @ divides: the local part may hold one.
    assert!(!passes(
        &constraints(&[mail("good.com")], &[]),
        "\"x@good.com\"@bad.com"
    ));
    assert!(!passes(
        &constraints(&[], &[mail("bad.com")]),
        "\"x@good.com\"@bad.com"
    ));
}

#[test]
fn pki_04_constraints_that_mean_nothing_refuse_the_ca() {
    for base in [
        "bad.com.",
        ".bad.com.",
        "*.bad.com",
        "@bad.com",
        "user@bad.com.",
        "mailto:user@bad.com",
        "http://bad.com",
        "..bad.com",
        ".",
        "bücher.example",
    ] {
        for value in [
            constraints(&[], &[mail(base)]),
            constraints(&[mail(base), mail("good.com")], &[]),
        ] {
            let reason = refused(&value, |leaf| leaf.address("a@good.com"));
            let extension = "nameConstraints".to_owned();
            let malformed = Reason::MalformedExtension { extension };
            assert_eq!(reason, Some(of_issuer("CN=Limited", malformed)), "{base}");
        }
    }
    // A distance: minimum 1, maximum 0.
    for distance in [b"\x80\x01\x01", b"\x81\x01\x00"] {
        let subtree = sequence(&[&mail("good.com"), distance]);
        let value = sequence(&[&tlv(0xa0, &subtree)]);
        let reason = refused(&value, |leaf| leaf.address("a@good.com"));
        assert!(matches!(reason, Some(Reason::Issuer { .. })), "{reason:?}");
    }
}

#[test]
fn pki_04_every_address_counts_also_those_outside_of_the_alternative_name() {
    const EMAIL: &str = "1.2.840.113549.1.9.1";
    let value = constraints(&[mail("good.com")], &[]);
    let reason = refused(&value, |leaf| {
        leaf.address("a@good.com").address("a@bad.com")
    });
    let name = "a@bad.com".to_owned();
    let subject = "CN=Limited".to_owned();
    assert_eq!(reason, Some(Reason::NameConstraint { name, subject }));
    // In the subject, where no alternative name is.
    let with = |address: &'static str| {
        refused(&value, move |leaf| {
            leaf.subject(&[("2.5.4.3", "A"), (EMAIL, address)])
        })
    };
    assert_eq!(with("a@good.com"), None);
    assert!(matches!(
        with("a@bad.com"),
        Some(Reason::NameConstraint { .. })
    ));
    // SmtpUTF8Mailbox (RFC 9598 6).
    assert!(passes(&value, "ä@good.com"));
    assert!(!passes(&value, "ä@bad.com"));
    assert!(!passes(
        &constraints(&[mail("a@good.com")], &[]),
        "ä@good.com"
    ));
    assert!(!passes(
        &constraints(&[], &[mail(".bad.com")]),
        "ä@sub.bad.com"
    ));
    // One without any address.
    assert_eq!(refused(&value, |leaf| leaf), None);
}

#[test]
fn pki_04_constraints_hold_further_down_and_add_up() {
    let root = Ca::new("Root");
    let wide = constraints(&[mail(".example.com"), mail("example.com")], &[]);
    let narrow = constraints(&[], &[mail("example.com")]);
    let upper = root
        .authority("Upper")
        .extension("2.5.29.30", true, &wide)
        .issue_authority();
    let lower = upper
        .authority("Lower")
        .extension("2.5.29.30", true, &narrow)
        .issue_authority();
    let others = [upper.certificate_der(), lower.certificate_der()];
    let try_path = |address: &str| {
        let (leaf, _) = lower.leaf(Key::P256, address);
        Case::new(&leaf, &others, &[root.certificate_der()]).validate()
    };
    assert!(try_path("a@sub.example.com").is_ok());
    assert!(try_path("a@example.com").is_err(), "excluded below");
    assert!(try_path("a@example.org").is_err(), "not permitted above");
    // An anchor with constraints, and an intermediate with a name outside of them.
    let (anchor, _) = root.again().extension("2.5.29.30", true, &wide).issue();
    let (leaf, _) = root.leaf(Key::P256, "a@example.org");
    assert!(Case::new(&leaf, &[], &[&anchor]).validate().is_err());
    let outside = root
        .authority("Outside")
        .alternative_name(0x81, b"ca@example.org")
        .issue_authority();
    let (leaf, _) = outside.leaf(Key::P256, "a@example.com");
    let case = Case::new(&leaf, &[outside.certificate_der()], &[&anchor]);
    let (name, subject) = ("ca@example.org".to_owned(), "CN=Root".to_owned());
    assert_eq!(case.reasons(), [Reason::NameConstraint { name, subject }]);
    // Self-issued certificates are exempt (RFC 5280 6.1.3 b), leaves are not.
    let renewed = root
        .authority("Root")
        .alternative_name(0x81, b"ca@example.org")
        .issue_authority();
    let (leaf, _) = renewed.leaf(Key::P256, "a@example.com");
    let others = [renewed.certificate_der()];
    assert_eq!(
        Case::new(&leaf, &others, &[&anchor])
            .path()
            .certificates()
            .len(),
        3
    );
    let case = Case::new(renewed.certificate_der(), &[], &[&anchor]);
    assert!(case.validate().is_err());
}

#[test]
fn directory_names() {
    const O: &str = "2.5.4.10";
    const OU: &str = "2.5.4.11";
    let example = || directory(&[(O, "Example")]);
    let with = |value: &[u8], subject: &'static [(&'static str, &'static str)]| {
        refused(value, move |leaf| leaf.subject(subject)).is_none()
    };
    let permitted = constraints(&[example()], &[]);
    let excluded = constraints(&[], &[example()]);
    for (subject, inside) in [
        (&[(O, "Example")][..], true),
        (&[(O, "EXAMPLE "), (OU, "Unit")], true),
        (&[(OU, "Unit"), (O, "Example")], false),
        (&[(O, "Example 2")], false),
    ] {
        assert_eq!(with(&permitted, subject), inside, "{subject:?}");
        assert_eq!(with(&excluded, subject), !inside, "{subject:?}");
    }
    // Also in the alternative name; an empty subject is no name.
    let good = name(&[(O, "Example")]);
    let bad = name(&[(O, "Other")]);
    let of = |der: &[u8]| {
        refused(&permitted, |leaf| {
            leaf.subject(&[]).alternative_name(0xa4, der)
        })
    };
    assert_eq!(of(&good), None);
    let (name, subject) = ("O=Other".to_owned(), "CN=Limited".to_owned());
    assert_eq!(of(&bad), Some(Reason::NameConstraint { name, subject }));
    // Attributes of one relative name in another order are the same.
    let pair = |first: (&str, &str), second: (&str, &str)| {
        let one = |(id, value): (&str, &str)| sequence(&[&oid(id), &tlv(0x0c, value.as_bytes())]);
        sequence(&[&tlv(0x31, &[one(first), one(second)].concat())])
    };
    let base = tlv(0xa4, &pair((O, "Example"), (OU, "Unit")));
    let swapped = pair((OU, "Unit"), (O, "Example"));
    let reason = refused(&constraints(&[], &[base]), |leaf| {
        leaf.raw_subject(swapped.clone())
    });
    assert!(matches!(reason, Some(Reason::NameConstraint { .. })));
}

#[test]
fn pki_04_forms_that_are_not_compared() {
    let upn = |value: &str| {
        let value = tlv(0xa0, &tlv(0x0c, value.as_bytes()));
        [oid("1.3.6.1.4.1.311.20.2.3"), value].concat()
    };
    let forms = [
        (0xa0, upn("a@good.com"), "otherName"),
        (0xa3, tlv(0x30, &tlv(0x61, &tlv(0x13, b"DE"))), "X.400"),
        (0xa5, tlv(0xa1, &tlv(0x0c, b"party")), "ediPartyName"),
        (0x88, b"\x2a\x03\x04".to_vec(), "registeredID"),
    ];
    for (tag, content, words) in &forms {
        for value in [
            constraints(&[tlv(*tag, content), mail("good.com")], &[]),
            constraints(&[mail("good.com")], &[tlv(*tag, content)]),
        ] {
            // Nothing of that form: fine.
            assert_eq!(
                refused(&value, |leaf| leaf.address("a@good.com")),
                None,
                "{words}"
            );
            // Inside or not, it cannot be said.
            let reason = refused(&value, |leaf| {
                leaf.address("a@good.com").alternative_name(*tag, content)
            });
            let Some(Reason::NameConstraint { name, .. }) = reason else {
                panic!("{words}: {reason:?}")
            };
            assert!(name.contains(words), "{name}");
        }
    }
    // Another type of otherName is another form.
    let value = constraints(&[], &[tlv(0xa0, &upn("x"))]);
    assert!(passes(&value, "ä@good.com"));
    // The type of SmtpUTF8Mailbox is constrained by rfc822Name; in its own form it cannot be (RFC 9598 6).
    let mailbox = [
        oid("1.3.6.1.5.5.7.8.9"),
        tlv(0xa0, &tlv(0x0c, "ä@good.com".as_bytes())),
    ]
    .concat();
    assert!(!passes(
        &constraints(&[tlv(0xa0, &mailbox)], &[]),
        "ä@good.com"
    ));
    assert!(passes(
        &constraints(&[tlv(0xa0, &mailbox)], &[]),
        "a@good.com"
    ));
}

#[test]
fn pki_04_a_name_that_cannot_be_read_hides_none() {
    for unreadable in [
        tlv(0xa4, b"\x05\x00"),
        tlv(0x84, b"\xff"),
        tlv(0x02, b"\x01"),
        tlv(0xa0, b"\x05\x00"),
    ] {
        let names = |address: &str| sequence(&[&unreadable, &tlv(0x81, address.as_bytes())]);
        for (value, address) in [
            (constraints(&[mail("good.com")], &[]), "a@bad.com"),
            (constraints(&[mail("good.com")], &[]), "a@good.com"),
            (constraints(&[], &[mail("bad.com")]), "a@bad.com"),
            (constraints(&[], &[tlv(0x82, b"bad.com")]), "a@good.com"),
        ] {
            let reason = refused(&value, |leaf| {
                leaf.extension("2.5.29.17", false, &names(address))
            });
            assert!(
                matches!(reason, Some(Reason::NameConstraint { .. })),
                "{unreadable:02x?}, {address}: {reason:?}"
            );
        }
    }
}

#[test]
fn pki_04_an_address_in_the_subject_counts_beside_an_alternative_name() {
    const EMAIL: &str = "1.2.840.113549.1.9.1";
    let value = constraints(&[mail("good.com")], &[]);
    let with = |address: &'static str| {
        refused(&value, move |leaf| {
            leaf.address("a@good.com")
                .subject(&[("2.5.4.3", "A"), (EMAIL, address)])
        })
    };
    assert_eq!(with("b@good.com"), None);
    let (name, subject) = ("a@bad.com".to_owned(), "CN=Limited".to_owned());
    assert_eq!(
        with("a@bad.com"),
        Some(Reason::NameConstraint { name, subject })
    );
    // An rfc822Name is ASCII (RFC 9549 2.5); what is no address is outside.
    for address in ["ä@good.com", "a@bücher.example"] {
        let reason = refused(&value, |leaf| {
            leaf.alternative_name(0x81, address.as_bytes())
        });
        assert!(matches!(reason, Some(Reason::NameConstraint { .. })));
    }
}

/// The example of RFC 9598 6, figure 1.
#[test]
fn pki_04_rfc_9598_example() {
    let value = constraints(
        &[
            mail("elementary.school.example.com"),
            mail("xn--pss25c.example.com"),
        ],
        &[],
    );
    for address in [
        "student@elementary.school.example.com",
        "学生@elementary.school.example.com",
        "student@xn--pss25c.example.com",
        "医生@xn--pss25c.example.com",
        "医生@大学.example.com",
    ] {
        assert!(passes(&value, address), "{address}");
    }
    for address in [
        "student@school.example.com",
        "学生@school.example.com",
        "学生@中学.example.com",
        "医生@xn--fiq228c.example.com",
    ] {
        assert!(!passes(&value, address), "{address}");
    }
}
