//! The public door: that it hands on what it was given.

use super::*;
use crate::cert::path::Validator;

#[test]
fn everything_given_counts() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let (leaf, middle_certificate) = (read(&leaf), read(middle.certificate_der()));
    let mut anchors = TrustAnchors::new();
    anchors.add(&read(root.certificate_der()));
    let at_now = || Validator::new(&anchors).policy(StandardPolicy::at(now()));
    let with = || at_now().certificates([&middle_certificate]);

    let path = with().validate(&leaf).unwrap();
    assert_eq!(path.certificates().len(), 3);
    assert_eq!(path.statuses().len(), 2);
    let reasons = |validator: Validator| {
        let failure = validator.validate(&leaf).unwrap_err();
        failed(failure.checks())
    };
    let issuer = "CN=Middle".to_owned();
    assert_eq!(reasons(at_now()), [Reason::UnknownIssuer { issuer }]);
    let late = StandardPolicy::at(now() + Duration::from_secs(30 * 365 * 86_400));
    assert!(reasons(with().policy(late)).len() > 1);
    let limits = Limits {
        path_signatures: 1,
        ..Limits::default()
    };
    let stopped = super::budgets::budget("signatures checked to find a path", 1);
    assert!(reasons(with().limits(limits)).contains(&stopped));
    let list = middle
        .revocation_list()
        .revoke(leaf.serial_der(), "251201000000Z", None)
        .issue();
    let list = Crl::from_bytes(&list).unwrap();
    let revoked = reasons(with().crls([&list]));
    assert!(
        matches!(revoked.as_slice(), [Reason::Revoked { .. }]),
        "{revoked:?}"
    );
    let text = format!("{:?}", with().crls([&list]));
    assert!(
        text.contains("anchors: 1, certificates: 1, crls: 1"),
        "{text}"
    );
}
