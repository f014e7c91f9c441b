//! What the builder takes. What it means is tested with paths.

use super::*;

#[test]
fn what_is_no_mail_address_and_no_domain() {
    for bad in [
        "",
        ".",
        "@",
        "a@",
        "a b.example",
        "*.example.org",
        "..example.org",
        "ä@",
        "a@b@",
    ] {
        for result in [
            AnchorConstraints::new().permit_mail(bad),
            AnchorConstraints::new().exclude_mail(bad),
        ] {
            let error = result.expect_err(bad);
            let ErrorKind::Address { address, .. } = error.kind() else {
                panic!("{bad}: {error:?}")
            };
            assert_eq!(address, bad);
        }
    }
    let shown = AnchorConstraints::new().permit_mail("x\n y").unwrap_err();
    assert!(shown.to_string().contains("x\\n y"), "{shown}");
}

/// The DER by hand (RFC 5280 4.2.1.10).
#[test]
fn subtrees_are_rfc822_names() {
    assert_eq!(mail_subtree("b@X.org").unwrap(), b"\x30\x09\x81\x07b@x.org");
    assert_eq!(mail_subtree(".x.org").unwrap(), b"\x30\x08\x81\x06.x.org");
    let a_label = b"\x30\x17\x81\x15xn--bcher-kva.example";
    assert_eq!(mail_subtree("Bücher.example").unwrap(), a_label);
}

#[test]
fn name_constraints_in_der() {
    assert!(
        AnchorConstraints::new()
            .name_constraints_der(b"\x30\x07\xa1\x05\x30\x03\x82\x01x")
            .is_ok()
    );
    for bad in [
        &b""[..],
        b"\x05\x00",
        b"\x30\x02\xa0\x01",
        b"\x30\x07\xa1\x05\x30\x03\x82\x01x\x00",
        b"\x30\x00",
        b"\x30\x02\xa0\x00",
        b"\x30\x09\xa0\x00\xa1\x05\x30\x03\x82\x01x",
    ] {
        let error = AnchorConstraints::new()
            .name_constraints_der(bad)
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn policies_are_object_identifiers() {
    for bad in ["", "1", "1.2.x", "P1", "3.1", "1.2 "] {
        let error = AnchorConstraints::new()
            .policies(["1.2.3", bad])
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Misuse { .. }),
            "{error:?}"
        );
    }
    let error = AnchorConstraints::new().policies([]).unwrap_err();
    assert!(error.to_string().contains("2.5.29.32.0"), "{error}");
    let some = AnchorConstraints::new()
        .policies(["1.2.4", "1.2.3", "1.2.4"])
        .unwrap();
    let texts = |c: &AnchorConstraints| {
        c.initial_policies()
            .map(|all| all.iter().map(PolicyId::to_string).collect::<Vec<_>>())
    };
    assert_eq!(texts(&some).unwrap(), ["1.2.3", "1.2.4"]);
    let any = some.policies(["1.2.3", "2.5.29.32.0"]).unwrap();
    assert_eq!(texts(&any), None);
}

#[test]
fn debug_says_what_there_is() {
    let all = AnchorConstraints::new()
        .permit_mail("example.org")
        .unwrap()
        .name_constraints_der(b"\x30\x07\xa1\x05\x30\x03\x82\x01x")
        .unwrap()
        .policies(["1.2.3"])
        .unwrap()
        .max_path_length(3);
    let text = format!("{all:?}");
    for part in [
        "max_path_length: Some(3)",
        "name_constraints: 2",
        "PolicyId(1.2.3)",
    ] {
        assert!(text.contains(part), "{text}");
    }
}
