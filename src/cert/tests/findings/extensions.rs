//! Purposes, policies, places, and the other extensions.

use super::*;
use crate::cert::ca::{ANY_PURPOSE, EMAIL_PROTECTION, SERVER_AUTH};

const KEY_USAGE: &str = "2.5.29.15";

#[test]
fn purposes() {
    let ca = Ca::new("Test CA");
    let with = |policy: &str, purposes: &[&str]| {
        found(public(&ca, Key::P256, policy).extended_key_usage(purposes))
    };
    let (code, stamp, client) = (
        "1.3.6.1.5.5.7.3.3",
        "1.3.6.1.5.5.7.3.8",
        "1.3.6.1.5.5.7.3.2",
    );
    let prohibited = "cabf.smime.prohibited_eku_present";
    let no_mail = "cabf.smime.emailprotection_eku_missing";
    for policy in [MAILBOX, MAILBOX_MULTIPURPOSE] {
        assert_eq!(with(policy, &[EMAIL_PROTECTION]), []);
        for wrong in [SERVER_AUTH, code, stamp, ANY_PURPOSE] {
            assert_eq!(
                with(policy, &[EMAIL_PROTECTION, wrong]),
                errors(&[prohibited]),
                "{wrong}"
            );
        }
        assert_eq!(
            with(policy, &[]),
            errors(&["cabf.smime.extended_key_usage_extension_missing"])
        );
        // Clients take any purpose for mail, the rules do not.
        assert_eq!(with(policy, &[ANY_PURPOSE]), errors(&[no_mail, prohibited]));
    }
    for beside in [client, "1.2.3.4"] {
        assert_eq!(with(MAILBOX_MULTIPURPOSE, &[EMAIL_PROTECTION, beside]), []);
        assert_eq!(
            with(MAILBOX, &[EMAIL_PROTECTION, beside]),
            errors(&[prohibited])
        );
    }
    assert_eq!(with(MAILBOX_MULTIPURPOSE, &[client]), errors(&[no_mail]));
    // What clients refuse is an error in a private CA's certificate too.
    let private = found(bare(&ca, Key::P256).extended_key_usage(&[client]));
    assert_eq!(private[0], (Severity::Error, no_mail));
}

fn with_policies(critical: bool, value: &[u8]) -> Vec<(Severity, &'static str)> {
    let ca = Ca::new("Test CA");
    let certificate = bare(&ca, Key::P256)
        .extension(LISTS, false, &lists(&["http://ca.example/ca.crl"]))
        .extension(
            ACCESS,
            false,
            &access(&[(CA_ISSUERS, "http://ca.example/ca.cer")]),
        );
    found(certificate.extension(POLICIES, critical, value))
}

#[test]
fn policy_identifiers() {
    assert_eq!(with_policies(false, &policies(&["1.2.3", MAILBOX])), []);
    assert_eq!(
        with_policies(true, &policies(&[MAILBOX])),
        warnings(&["cabf.critical_certificate_policies_extension"])
    );
    let several = "cabf.smime.multiple_reserved_policy_oids";
    assert_eq!(
        with_policies(false, &policies(&[MAILBOX, MAILBOX_MULTIPURPOSE])),
        errors(&[several])
    );
    assert_eq!(
        with_policies(false, &policies(&[MAILBOX, "1.2.3", "1.2.3"])),
        errors(&[
            "smime.malformed_extension",
            "pkix.duplicate_certificate_policy_oids"
        ])
    );
    assert_eq!(
        with_policies(false, &policies(&[MAILBOX, "2.5.29.32.0"])),
        errors(&["cabf.smime.anypolicy_present"])
    );
    let none = (
        Severity::Notice,
        "cabf.smime.no_required_reserved_policy_oid",
    );
    assert_eq!(with_policies(false, &policies(&["1.2.3"])), [none]);
    // What path validation cannot read either makes the certificate unfit.
    let unfit = (Severity::Error, "smime.malformed_extension");
    let unreadable = (Severity::Warning, "itu.invalid_asn1_syntax");
    for value in [tlv(0x30, &[5, 0]), sequence(&[])] {
        assert_eq!(with_policies(false, &value), [unfit, unreadable]);
    }
}

#[test]
fn policy_qualifiers() {
    let with = |qualifier: &str, value: &[u8]| {
        let qualifiers = sequence(&[&sequence(&[&oid(qualifier), value])]);
        with_policies(
            false,
            &sequence(&[&sequence(&[&oid(MAILBOX), &qualifiers])]),
        )
    };
    let (cps, notice) = ("1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2");
    for uri in ["http://ca.example/cps", "HTTPS://ca.example/cps"] {
        assert_eq!(with(cps, &tlv(0x16, uri.as_bytes())), [], "{uri}");
    }
    for uri in ["ftp://ca.example/cps", "see our web page", ""] {
        let other = errors(&["cabf.smime.cps_uri_is_not_http"]);
        assert_eq!(with(cps, &tlv(0x16, uri.as_bytes())), other, "{uri}");
    }
    let text = tlv(0x0c, b"Do not rely on it");
    let reference = sequence(&[&tlv(0x0c, b"Example"), &sequence(&[&tlv(0x02, &[1])])]);
    assert_eq!(with(notice, &sequence(&[&text])), []);
    let refers = "cabf.smime.usernotice_has_noticeref";
    let silent = "smime.user_notice_without_text";
    assert_eq!(
        with(notice, &sequence(&[&reference, &text])),
        errors(&[refers])
    );
    assert_eq!(
        with(notice, &sequence(&[&reference])),
        errors(&[refers, silent])
    );
    assert_eq!(with(notice, &sequence(&[])), errors(&[silent]));
}

#[test]
fn where_revocation_lists_are() {
    let ca = Ca::new("Test CA");
    let with = |policy: &str, critical: bool, value: &[u8]| {
        let certificate = bare(&ca, Key::P256)
            .validity("250601000000Z", "260531235959Z")
            .extension(POLICIES, false, &policies(&[policy]))
            .extension(
                ACCESS,
                false,
                &access(&[(CA_ISSUERS, "http://ca.example/ca.cer")]),
            );
        found(certificate.extension(LISTS, critical, value))
    };
    let (http, ldap) = ("HTTP://ca.example/ca.crl", "ldap://ca.example/cn=ca");
    let none = "cabf.no_http_crldp_uri";
    let scheme = "cabf.smime.crldp_fullname_prohibited_uri_scheme";
    for policy in [MAILBOX, MAILBOX_MULTIPURPOSE, MAILBOX_LEGACY] {
        assert_eq!(with(policy, false, &lists(&[http])), []);
    }
    assert_eq!(with(MAILBOX_LEGACY, false, &lists(&[ldap, http])), []);
    assert_eq!(
        with(MAILBOX_LEGACY, false, &lists(&[ldap])),
        errors(&[none])
    );
    assert_eq!(
        with(MAILBOX, false, &lists(&[ldap, http])),
        errors(&[scheme])
    );
    assert_eq!(
        with(MAILBOX, false, &lists(&["https://ca.example/"])),
        errors(&[none, scheme])
    );
    // Only an issuer, by cRLIssuer.
    let issuer = tlv(
        0xa2,
        &tlv(0xa4, &crate::cert::ca::name(&[("2.5.4.3", "Lists")])),
    );
    assert_eq!(
        with(MAILBOX, false, &sequence(&[&sequence(&[&issuer])])),
        errors(&[none])
    );
    let critical = warnings(&["cabf.smime.critical_crldp_extension"]);
    assert_eq!(with(MAILBOX, true, &lists(&[http])), critical);
    assert_eq!(
        with(MAILBOX, false, &tlv(0x04, b"")),
        errors(&["itu.invalid_asn1_syntax"])
    );
}

#[test]
fn where_the_issuer_is() {
    let ca = Ca::new("Test CA");
    let with = |policy: &str, critical: bool, value: &[u8]| {
        let certificate = bare(&ca, Key::P256)
            .validity("250601000000Z", "260531235959Z")
            .extension(POLICIES, false, &policies(&[policy]))
            .extension(LISTS, false, &lists(&["http://ca.example/ca.crl"]));
        found(certificate.extension(ACCESS, critical, value))
    };
    let issuer = (CA_ISSUERS, "http://ca.example/ca.cer");
    let by_ldap = (CA_ISSUERS, "ldap://ca.example/cn=ca");
    let responder = (OCSP, "http://ocsp.example/");
    let scheme = "cabf.smime.aia_prohibited_uri_scheme";
    assert_eq!(with(MAILBOX, false, &access(&[issuer, responder])), []);
    let no_issuer = warnings(&["cabf.aia_ca_issuers_missing"]);
    assert_eq!(with(MAILBOX, false, &access(&[responder])), no_issuer);
    // Not known here, as in many clients.
    let critical = errors(&[
        "smime.unknown_critical_extension",
        "pkix.authority_information_access_extension_critical",
    ]);
    assert_eq!(with(MAILBOX, true, &access(&[issuer])), critical);
    assert_eq!(with(MAILBOX_LEGACY, false, &access(&[by_ldap, issuer])), []);
    assert_eq!(
        with(MAILBOX, false, &access(&[by_ldap, issuer])),
        errors(&[scheme])
    );
    let no_http = "cabf.aia_ca_issuers_has_no_http_uri";
    assert_eq!(
        with(MAILBOX_LEGACY, false, &access(&[by_ldap])),
        errors(&[no_http])
    );
    let secure = (OCSP, "https://ocsp.example/");
    let no_http = "cabf.aia_ocsp_has_no_http_uri";
    assert_eq!(
        with(MAILBOX, false, &access(&[issuer, secure])),
        errors(&[no_http, scheme])
    );
    assert_eq!(
        with(MAILBOX, false, &tlv(0x30, b"\x30\x00")),
        errors(&["itu.invalid_asn1_syntax"])
    );
}

#[test]
fn key_identifiers() {
    let ca = Ca::new("Test CA");
    let (own, authority) = ("2.5.29.14", "2.5.29.35");
    let ski = tlv(0x04, &[7; 20]);
    let key = tlv(0x80, &[7; 20]);
    let issuer = [
        tlv(
            0xa1,
            &tlv(0xa4, &crate::cert::ca::name(&[("2.5.4.3", "Root")])),
        ),
        tlv(0x82, &[1]),
    ]
    .concat();
    let with = |own_critical: bool, authority_critical: bool, value: &[u8]| {
        let certificate = public(&ca, Key::P256, MAILBOX).no_key_identifiers();
        let certificate = certificate.extension(own, own_critical, &ski);
        found(certificate.extension(authority, authority_critical, value))
    };
    assert_eq!(with(false, false, &sequence(&[&key])), []);
    let names_issuer = "cabf.authority_key_identifier_has_issuer_cert";
    assert_eq!(
        with(false, false, &sequence(&[&key, &issuer])),
        errors(&[names_issuer])
    );
    let no_key = "pkix.authority_key_identifier_keyid_missing";
    assert_eq!(
        with(false, false, &sequence(&[&issuer])),
        errors(&[no_key, names_issuer])
    );
    let critical = "pkix.authority_key_identifier_critical";
    assert_eq!(with(false, true, &sequence(&[&key])), errors(&[critical]));
    let critical = "pkix.certificate_skid_extension_critical";
    assert_eq!(with(true, false, &sequence(&[&key])), errors(&[critical]));
    assert_eq!(
        with(false, false, &tlv(0x04, b"")),
        errors(&["itu.invalid_asn1_syntax"])
    );
    // One that names itself as its issuer may do without the issuer's key, and clients do not take it as it is.
    let itself = bare(&ca, Key::P256)
        .no_key_identifiers()
        .raw_subject(read(ca.certificate_der()).subject_der().to_vec());
    let found = found(itself);
    assert!(found.contains(&(Severity::Warning, "smime.self_issued")));
    assert!(
        !found
            .iter()
            .any(|(_, code)| *code == "pkix.authority_key_identifier_extension_absent")
    );
}

#[test]
fn other_extensions() {
    let ca = Ca::new("Test CA");
    let with = |policy: &str, id: &str, critical: bool| {
        let dates = ("250601000000Z", "260531235959Z");
        let certificate = public(&ca, Key::P256, policy).validity(dates.0, dates.1);
        let mut found = found(certificate.extension(id, critical, &sequence(&[])));
        // That these are not known here when they are critical is another matter, and of the subject's fields.
        let other = [
            "smime.unknown_critical_extension",
            "cabf.smime.missing_required_attribute",
        ];
        found.retain(|(_, code)| !other.contains(code));
        found
    };
    let (capabilities, attributes, statements) =
        ("1.2.840.113549.1.9.15", "2.5.29.9", "1.3.6.1.5.5.7.1.3");
    let (lei, role) = ("1.3.6.1.4.1.52266.1", "1.3.6.1.4.1.52266.2");
    let (stamp, archive) = ("1.2.840.113583.1.1.9.1", "1.2.840.113583.1.1.9.2");
    assert_eq!(with(MAILBOX, capabilities, false), []);
    assert_eq!(
        with(MAILBOX, capabilities, true),
        errors(&["pkix.smime_capabilities_extension_critical"])
    );
    let prohibited = errors(&["cabf.smime.subject_directory_attributes_extension_prohibited"]);
    assert_eq!(with(MAILBOX, attributes, false), prohibited);
    assert_eq!(with(MAILBOX_MULTIPURPOSE, attributes, false), prohibited);
    assert_eq!(with(MAILBOX_LEGACY, attributes, false), []);
    let critical = errors(&["pkix.subject_directory_attributes_extension_critical"]);
    assert_eq!(with(MAILBOX_LEGACY, attributes, true), critical);
    let qualified = (Severity::Notice, "smime.qualified");
    assert_eq!(with(MAILBOX, statements, false), [qualified]);
    let critical = (
        Severity::Error,
        "cabf.smime.qc_statements_extension_critical",
    );
    assert_eq!(with(MAILBOX, statements, true), [critical, qualified]);

    let lei_prohibited = "cabf.smime.lei_extension_prohibited";
    let role_prohibited = "cabf.smime.lei_role_extension_prohibited";
    for (policy, id, expected) in [
        (MAILBOX, lei, vec![lei_prohibited]),
        (MAILBOX, role, vec![role_prohibited]),
        (INDIVIDUAL, lei, vec![lei_prohibited]),
        (INDIVIDUAL, role, vec![role_prohibited]),
        (ORGANIZATION, lei, vec![]),
        (ORGANIZATION, role, vec![role_prohibited]),
        (SPONSOR, lei, vec![]),
        (SPONSOR, role, vec![]),
    ] {
        assert_eq!(with(policy, id, false), errors(&expected), "{policy} {id}");
    }
    assert_eq!(
        with(SPONSOR, lei, true),
        errors(&["cabf.smime.lei_extension_critical"])
    );
    assert_eq!(
        with(SPONSOR, role, true),
        errors(&["cabf.smime.lei_role_extension_critical"])
    );
    for (id, prohibited, critical) in [
        (
            stamp,
            "cabf.smime.adobe_timestamp_extension_prohibited",
            "cabf.smime.adobe_timestamp_extension_critical",
        ),
        (
            archive,
            "cabf.smime.adobe_archive_revinfo_extension_prohibited",
            "cabf.smime.adobe_archive_revinfo_extension_critical",
        ),
    ] {
        assert_eq!(with(MAILBOX, id, false), errors(&[prohibited]));
        assert_eq!(with(MAILBOX_MULTIPURPOSE, id, false), []);
        assert_eq!(with(MAILBOX_MULTIPURPOSE, id, true), errors(&[critical]));
    }
}

#[test]
fn what_belongs_to_authorities() {
    let ca = Ca::new("Test CA");
    let not_one = public(&ca, Key::P256, MAILBOX).basic_constraints(false);
    assert_eq!(found(not_one), []);
    let length = public(&ca, Key::P256, MAILBOX)
        .basic_constraints(false)
        .path_length(1);
    assert_eq!(
        found(length),
        errors(&["pkix.basic_constraints.has_pathlen_for_non_ca"])
    );
    let subtree = sequence(&[&tlv(0x81, b"example.org")]);
    let constraints = sequence(&[&tlv(0xa0, &subtree)]);
    let constrained = public(&ca, Key::P256, MAILBOX).extension("2.5.29.30", true, &constraints);
    assert_eq!(
        found(constrained),
        errors(&["pkix.name_constraints_in_ee_certificate"])
    );
}

#[test]
fn twice_unknown_and_unreadable() {
    let ca = Ca::new("Test CA");
    let twice =
        || public(&ca, Key::P256, MAILBOX).extension(KEY_USAGE, true, &tlv(0x03, &[7, 0x80]));
    assert_eq!(found(twice()), errors(&["pkix.unique_extension"]));
    let unknown = public(&ca, Key::P256, MAILBOX).extension("1.2.3.4", true, &[5, 0]);
    assert_eq!(
        found(unknown),
        errors(&["smime.unknown_critical_extension"])
    );
    let unknown = public(&ca, Key::P256, MAILBOX).extension("1.2.3.4", false, &[5, 0]);
    assert_eq!(found(unknown), []);
    // All of a kind in one finding.
    let findings = of(bare(&ca, Key::P256)
        .extension("1.2.3.4", true, &[5, 0])
        .extension("1.2.3.5", true, &[5, 0]));
    let text = findings.all()[0].text();
    assert!(
        text.contains("1.2.3.4") && text.contains("1.2.3.5"),
        "{text}"
    );
}
