//! Fields of the subject by profile, common name, organizationIdentifier.

use super::*;

const CN: &str = "2.5.4.3";
const SN: &str = "2.5.4.4";
const SERIAL: &str = "2.5.4.5";
const C: &str = "2.5.4.6";
const L: &str = "2.5.4.7";
const ST: &str = "2.5.4.8";
const STREET: &str = "2.5.4.9";
const O: &str = "2.5.4.10";
const OU: &str = "2.5.4.11";
const TITLE: &str = "2.5.4.12";
const DESCRIPTION: &str = "2.5.4.13";
const POSTAL_CODE: &str = "2.5.4.17";
const GN: &str = "2.5.4.42";
const PSEUDONYM: &str = "2.5.4.65";
const ID: &str = "2.5.4.97";

const PROHIBITED: &str = "cabf.smime.prohibited_attribute";
const MISSING: &str = "cabf.smime.missing_required_attribute";
const STRANGE: &str = "cabf.smime.common_name_value_unknown_source";

fn with(policy: &str, subject: &[(&str, &str)]) -> Vec<(Severity, &'static str)> {
    let ca = Ca::new("Test CA");
    let dates = ("250601000000Z", "260531235959Z");
    found(
        public(&ca, Key::P256, policy)
            .subject(subject)
            .validity(dates.0, dates.1),
    )
}

/// What each profile demands, so that only the field in question is found.
fn base(validation: u32) -> Vec<(&'static str, &'static str)> {
    let organization = [(C, "DE"), (O, "Example"), (ID, "NTRDE-12345")];
    match validation {
        1 => vec![(SERIAL, "17")],
        2 => organization.to_vec(),
        3 => [&organization[..], &[(SN, "Builder")]].concat(),
        _ => vec![(C, "DE"), (SN, "Builder")],
    }
}

/// The tables of SMBR 7.1.4.2.3 to 7.1.4.2.6, row by row: for the four types, from which generation on a field is prohibited:
/// 1 always, 2 from multipurpose on, 3 if strict, 4 never.
#[test]
fn the_tables_of_fields() {
    let rows = [
        (CN, "bob@example.org", [4, 4, 4, 4]),
        (O, "Example", [1, 4, 4, 1]),
        (OU, "Sales", [1, 4, 4, 1]),
        (ID, "NTRDE-12345", [1, 4, 4, 1]),
        (GN, "Bob", [1, 1, 4, 4]),
        (SN, "Builder", [1, 1, 4, 4]),
        (SERIAL, "17", [4, 4, 4, 4]),
        ("1.2.840.113549.1.9.1", "bob@example.org", [4, 4, 4, 4]),
        (TITLE, "Dr", [1, 1, 4, 4]),
        (STREET, "1 Main Street", [1, 3, 3, 3]),
        (L, "Springfield", [1, 4, 4, 4]),
        (ST, "Ohio", [1, 4, 4, 4]),
        (POSTAL_CODE, "12345", [1, 3, 3, 3]),
        (C, "DE", [1, 4, 4, 4]),
        (DESCRIPTION, "anything", [1, 2, 2, 2]),
    ];
    for (field, value, prohibited) in rows {
        for (validation, from) in (1..).zip(prohibited) {
            for generation in 1..=3 {
                let policy = format!("2.23.140.1.5.{validation}.{generation}");
                let mut subject = base(validation);
                subject.push((field, value));
                if field == STREET {
                    subject.push((L, "Springfield"));
                }
                let found = with(&policy, &subject);
                let is_prohibited = found.contains(&(Severity::Error, PROHIBITED));
                assert_eq!(
                    is_prohibited,
                    generation >= from,
                    "{field} {policy} {found:?}"
                );
                if !is_prohibited {
                    assert_eq!(found, [], "{field} {policy}");
                }
            }
        }
    }
    // A pseudonym cannot stand beside the name of the base.
    for (policy, expected) in [(MAILBOX, errors(&[PROHIBITED])), (INDIVIDUAL, Vec::new())] {
        assert_eq!(with(policy, &[(PSEUDONYM, "bob")]), expected);
    }
}

#[test]
fn what_must_be_there() {
    for validation in 1..=4 {
        for generation in 1..=3 {
            let policy = format!("2.23.140.1.5.{validation}.{generation}");
            assert_eq!(with(&policy, &base(validation)), [], "{policy}");
            for missing in [O, ID, SN] {
                let mut subject = base(validation);
                let before = subject.len();
                subject.retain(|(field, _)| *field != missing);
                // In the Legacy generation the person may stand in the common name only.
                let needed = subject.len() < before && !(missing == SN && generation == 1);
                let expected = if needed {
                    errors(&[MISSING])
                } else {
                    Vec::new()
                };
                assert_eq!(with(&policy, &subject), expected, "{policy} {missing}");
            }
        }
    }
}

#[test]
fn common_names() {
    let organization = base(2);
    let person = base(4);
    let named = |base: &[(&'static str, &'static str)], name| [base, &[(CN, name)]].concat();
    for (policy, subject, is_known) in [
        (MAILBOX, named(&[], "bob@example.org"), true),
        (MAILBOX, named(&[], "BOB@example.org"), true),
        (MAILBOX, named(&[], "Bob Builder"), false),
        (MAILBOX, named(&[], "robert@example.org"), false),
        (ORGANIZATION, named(&organization, "Example"), true),
        (ORGANIZATION, named(&organization, "bob@example.org"), true),
        (ORGANIZATION, named(&organization, "Bob Builder"), false),
        (SPONSOR, named(&base(3), "Bob Builder"), true),
        (INDIVIDUAL, named(&person, "Bob Builder"), true),
        (INDIVIDUAL, vec![(PSEUDONYM, "bob"), (CN, "bob")], true),
        (INDIVIDUAL, vec![(PSEUDONYM, "bob"), (CN, "Bob")], false),
        (
            INDIVIDUAL,
            vec![(PSEUDONYM, "bob"), (CN, "bob@example.org")],
            true,
        ),
    ] {
        let expected = if is_known {
            Vec::new()
        } else {
            errors(&[STRANGE])
        };
        assert_eq!(with(policy, &subject), expected, "{subject:?}");
    }
    let legacy = "2.23.140.1.5.4.1";
    assert_eq!(with(legacy, &[(CN, "Bob Builder")]), []);
    assert_eq!(
        with(legacy, &[(CN, "Bob"), (PSEUDONYM, "Mark")]),
        errors(&[STRANGE])
    );
    // A private CA may call its people as it likes.
    let ca = Ca::new("Test CA");
    let private = bare(&ca, Key::P256).subject(&[(CN, "Bob"), (DESCRIPTION, "x")]);
    assert!(
        found(private)
            .iter()
            .all(|(severity, _)| *severity == Severity::Notice)
    );
}

#[test]
fn names_and_values() {
    let person = base(4);
    let plus = |more: &[(&'static str, &'static str)]| [&person[..], more].concat();
    let mixed = errors(&["cabf.smime.mixed_name_and_pseudonym_attributes"]);
    assert_eq!(with(INDIVIDUAL, &plus(&[(PSEUDONYM, "bob")])), mixed);
    let empty = errors(&["cabf.insignificant_attribute_value_present"]);
    for value in [".", "-", " ", "- . -", ""] {
        assert_eq!(
            with(INDIVIDUAL, &plus(&[(TITLE, value)])),
            empty,
            "{value:?}"
        );
    }
    assert_eq!(with(INDIVIDUAL, &plus(&[(TITLE, "A.-")])), []);
    let alone = errors(&["smime.attribute_without_its_place"]);
    assert_eq!(with(INDIVIDUAL, &plus(&[(STREET, "1 Main Street")])), alone);
    assert_eq!(
        with(
            INDIVIDUAL,
            &plus(&[(STREET, "1 Main Street"), (ST, "Ohio")])
        ),
        []
    );
    for field in [L, ST, POSTAL_CODE] {
        assert_eq!(
            with(INDIVIDUAL, &[(SN, "Builder"), (field, "x1")]),
            alone,
            "{field}"
        );
    }
    let country = errors(&["cabf.invalid_country_code"]);
    for value in ["de", "DEU", "D", "Germany"] {
        assert_eq!(
            with(INDIVIDUAL, &[(SN, "Builder"), (C, value)]),
            country,
            "{value}"
        );
    }
}

/// The examples of SMBR 7.1.4.2.2 (d), and what is wrong with others.
#[test]
fn organization_identifiers() {
    let format = "cabf.invalid_subject_organization_identifier_format";
    let scheme = "cabf.invalid_subject_organization_identifier_registration_scheme";
    let country = "cabf.smime.org_identifier_and_country_name_attribute_inconsistent";
    let not_xg = "cabf.invalid_organization_identifier_country";
    for (identifier, land, expected) in [
        ("NTRGB-12345678", "GB", None),
        ("NTRUS+CA-12345678", "US", None),
        ("PSDBE-NBB-1234.567.890", "BE", None),
        ("VATEL-123456789", "GR", None),
        ("VATXI-123456789", "GB", None),
        ("GOVUS", "US", None),
        ("GOVUS+CA", "US", None),
        ("INTXG", "US", None),
        ("NTRDE-DER3306.HRB12345", "DE", None),
        ("LEIXG-529900T8BM49AURSDO55", "DE", None),
        ("NTREL-123456789", "GR", Some(country)),
        ("NTRGB-12345678", "DE", Some(country)),
        ("GOVUS+CA", "CA", Some(country)),
        ("XYZDE-1", "DE", Some(scheme)),
        ("LEIDE-529900T8BM49AURSDO55", "DE", Some(not_xg)),
        ("INTDE", "DE", Some(not_xg)),
        ("NTRGB", "GB", Some(format)),
        ("NTRGB-", "GB", Some(format)),
        ("GOVUS-1", "US", Some(format)),
        ("NTRUS+CALI-1", "US", Some(format)),
        ("NTRUS+-1", "US", Some(format)),
        ("NTRUSCA-1", "US", Some(format)),
        ("ntrgb-1", "GB", Some(format)),
        ("12345", "GB", Some(format)),
        ("é", "GB", Some(format)),
        ("NT", "GB", Some(format)),
    ] {
        let found = with(ORGANIZATION, &[(C, land), (O, "Example"), (ID, identifier)]);
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(found, errors(&expected), "{identifier} {land}");
    }
}
