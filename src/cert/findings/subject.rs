//! The subject, and the directory names beside it: which fields, and what is in them (SMBR 7.1.4.2).

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;

use super::addresses::{AlternativeNames, is_address};
use super::lint::{Lint, listed, quoted};
use super::organization;
use super::profile::{Generation, Profile, Validation};
use crate::cert::addresses::EMAIL_ADDRESS;
use crate::cert::name::{self, Attribute};

const fn x520(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const COMMON_NAME: ObjectIdentifier = x520("2.5.4.3");
const SURNAME: ObjectIdentifier = x520("2.5.4.4");
const SERIAL_NUMBER: ObjectIdentifier = x520("2.5.4.5");
pub(super) const COUNTRY: ObjectIdentifier = x520("2.5.4.6");
const LOCALITY: ObjectIdentifier = x520("2.5.4.7");
const STATE: ObjectIdentifier = x520("2.5.4.8");
const STREET: ObjectIdentifier = x520("2.5.4.9");
const ORGANIZATION: ObjectIdentifier = x520("2.5.4.10");
const UNIT: ObjectIdentifier = x520("2.5.4.11");
const TITLE: ObjectIdentifier = x520("2.5.4.12");
const POSTAL_CODE: ObjectIdentifier = x520("2.5.4.17");
const GIVEN_NAME: ObjectIdentifier = x520("2.5.4.42");
const PSEUDONYM: ObjectIdentifier = x520("2.5.4.65");
pub(super) const ORGANIZATION_IDENTIFIER: ObjectIdentifier = x520("2.5.4.97");

const FIELDS: &str = "SMBR 7.1.4.2.2";

/// All rules that need to know the type of certificate; without a profile only those that do not.
pub(super) fn subject(lint: &mut Lint<'_>) {
    let names = AlternativeNames::of(lint);
    let own = [lint.certificate.subject_der()];
    for der in own.iter().chain(&names.directory) {
        let attributes = name::attributes(der);
        addresses(lint, &attributes, &names);
        insignificant(lint, &attributes);
        dependent(lint, &attributes);
        organization::identifier(lint, &attributes);
        if let Some(profile) = lint.profile {
            fields(lint, profile, &attributes);
            mixed(lint, &attributes);
            common_name(lint, profile, &attributes, &names);
        }
    }
    // An address in a common name that is no allowed one was said already.
    if !lint.has("cabf.smime.common_name_value_unknown_source") {
        for der in own.iter().chain(&names.directory) {
            let attributes = name::attributes(der);
            let common = of(&attributes, COMMON_NAME);
            let strange = common.filter(|text| is_address(text) && !names.holds(text));
            not_in_alternative_names(lint, strange);
        }
    }
}

/// The texts of the attributes of a type.
pub(super) fn of(
    attributes: &[Attribute<'_>],
    oid: ObjectIdentifier,
) -> impl Iterator<Item = String> {
    let these = attributes.iter().filter(move |one| one.oid == Some(oid));
    these.filter_map(|one| Some(one.text()?.into_owned()))
}

fn has(attributes: &[Attribute<'_>], oid: ObjectIdentifier) -> bool {
    attributes.iter().any(|one| one.oid == Some(oid))
}

/// Addresses in directory names belong into the alternative names too; the subject's own are looked at with those.
fn addresses(lint: &mut Lint<'_>, attributes: &[Attribute<'_>], names: &AlternativeNames<'_>) {
    if !lint.has("pkix.subject_email_address_not_in_san") {
        let strange = of(attributes, EMAIL_ADDRESS).filter(|text| !names.holds(text));
        not_in_alternative_names(lint, strange);
    }
}

fn not_in_alternative_names(lint: &mut Lint<'_>, addresses: impl Iterator<Item = String>) {
    if let Some(named) = listed(addresses.map(|text| quoted(&text))) {
        lint.baseline(
            "cabf.smime.email_address_in_attribute_not_in_san",
            format!(
                "a name in it holds an address that its subject alternative name does not: {named}"
            ),
            "SMBR 7.1.4.2.1",
        );
    }
}

/// `.`, `-` and the like instead of a value.
fn insignificant(lint: &mut Lint<'_>, attributes: &[Attribute<'_>]) {
    let empty = attributes.iter().filter_map(|one| {
        let text = one.text()?;
        let says_nothing = text.chars().all(|c| matches!(c, '.' | '-' | ' '));
        says_nothing.then(|| format!("{} {}", label(one.oid), quoted(&text)))
    });
    if let Some(named) = listed(empty) {
        lint.baseline(
            "cabf.insignificant_attribute_value_present",
            format!("a field of its subject says nothing: {named}"),
            "SMBR 7.1.4.2",
        );
    }
}

/// Fields that need another one (SMBR 7.1.4.2.2 j to m), and the form of the country (n).
fn dependent(lint: &mut Lint<'_>, attributes: &[Attribute<'_>]) {
    let has = |oid| has(attributes, oid);
    let place = has(LOCALITY) || has(STATE);
    let lonely = [
        (STREET, place),
        (LOCALITY, has(COUNTRY)),
        (STATE, has(COUNTRY)),
        (POSTAL_CODE, has(COUNTRY)),
    ];
    let lonely = lonely
        .into_iter()
        .filter(|(oid, other)| has(*oid) && !other);
    if let Some(named) = listed(lonely.map(|(oid, _)| label(Some(oid)))) {
        lint.baseline(
            "smime.attribute_without_its_place",
            format!("its subject has {named} without the field of the larger place"),
            FIELDS,
        );
    }
    let is_code = |text: &String| text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
    let wrong = of(attributes, COUNTRY).filter(|text| !is_code(text));
    if let Some(named) = listed(wrong.map(|text| quoted(&text))) {
        lint.baseline(
            "cabf.invalid_country_code",
            format!("its country is no code of two capital letters: {named}"),
            FIELDS,
        );
    }
}

/// What must be there, and what must not.
fn fields(lint: &mut Lint<'_>, profile: Profile, attributes: &[Attribute<'_>]) {
    let wrong = attributes
        .iter()
        .filter(|one| one.oid.is_none_or(|oid| !is_allowed(profile, oid)));
    if let Some(named) = listed(wrong.map(|one| label(one.oid))) {
        lint.baseline(
            "cabf.smime.prohibited_attribute",
            format!("its subject has fields that its profile ({profile}) prohibits: {named}"),
            reference(profile),
        );
    }
    let has = |oid| has(attributes, oid);
    let mut missing = Vec::new();
    if matches!(
        profile.validation(),
        Validation::Organization | Validation::Sponsor
    ) {
        let needed = [ORGANIZATION, ORGANIZATION_IDENTIFIER];
        missing.extend(
            needed
                .into_iter()
                .filter(|oid| !has(*oid))
                .map(|oid| label(Some(oid))),
        );
    }
    if is_of_person(profile)
        && profile.generation() != Generation::Legacy
        && !has_person(attributes)
    {
        missing.push("one of GN, SN and pseudonym".into());
    }
    if let Some(named) = listed(missing) {
        lint.baseline(
            "cabf.smime.missing_required_attribute",
            format!("its subject lacks what its profile ({profile}) demands: {named}"),
            reference(profile),
        );
    }
}

fn is_of_person(profile: Profile) -> bool {
    matches!(
        profile.validation(),
        Validation::Sponsor | Validation::Individual
    )
}

fn has_person(attributes: &[Attribute<'_>]) -> bool {
    [GIVEN_NAME, SURNAME, PSEUDONYM]
        .into_iter()
        .any(|oid| has(attributes, oid))
}

/// The tables of SMBR 7.1.4.2.3 to 7.1.4.2.6.
fn is_allowed(profile: Profile, oid: ObjectIdentifier) -> bool {
    let (validation, generation) = (profile.validation(), profile.generation());
    let mailbox = validation == Validation::Mailbox;
    match oid {
        COMMON_NAME | SERIAL_NUMBER | EMAIL_ADDRESS => true,
        ORGANIZATION | UNIT | ORGANIZATION_IDENTIFIER => {
            matches!(validation, Validation::Organization | Validation::Sponsor)
        }
        GIVEN_NAME | SURNAME | PSEUDONYM | TITLE => is_of_person(profile),
        LOCALITY | STATE | COUNTRY => !mailbox,
        STREET | POSTAL_CODE => !mailbox && generation != Generation::Strict,
        _ => !mailbox && generation == Generation::Legacy,
    }
}

fn reference(profile: Profile) -> &'static str {
    match profile.validation() {
        Validation::Mailbox => "SMBR 7.1.4.2.3",
        Validation::Organization => "SMBR 7.1.4.2.4",
        Validation::Sponsor => "SMBR 7.1.4.2.5",
        Validation::Individual => "SMBR 7.1.4.2.6",
    }
}

/// A person stands there by name or by pseudonym, not by both.
fn mixed(lint: &mut Lint<'_>, attributes: &[Attribute<'_>]) {
    let has = |oid| has(attributes, oid);
    if has(PSEUDONYM) && (has(GIVEN_NAME) || has(SURNAME)) {
        lint.baseline(
            "cabf.smime.mixed_name_and_pseudonym_attributes",
            "its subject has a pseudonym and a name",
            "SMBR 7.1.4.2.2 (e)",
        );
    }
}

/// An address, the name of the organization, the pseudonym, or a person's name; that the last one is that of the person,
/// in whatever order and script, nobody can see.
fn common_name(
    lint: &mut Lint<'_>,
    profile: Profile,
    attributes: &[Attribute<'_>],
    names: &AlternativeNames<'_>,
) {
    let has = |oid| has(attributes, oid);
    let also: BTreeSet<String> = match profile.validation() {
        Validation::Mailbox => BTreeSet::new(),
        Validation::Organization => of(attributes, ORGANIZATION).collect(),
        Validation::Sponsor | Validation::Individual => of(attributes, PSEUDONYM).collect(),
    };
    // Legacy certificates may name the person in the common name only.
    let only_there = profile.generation() == Generation::Legacy && !has(PSEUDONYM);
    let may_be_person = is_of_person(profile) && (has(GIVEN_NAME) || has(SURNAME) || only_there);
    let strange = of(attributes, COMMON_NAME)
        .filter(|text| !names.holds(text) && !also.contains(text) && !may_be_person);
    if let Some(named) = listed(strange.map(|text| quoted(&text))) {
        lint.baseline(
            "cabf.smime.common_name_value_unknown_source",
            format!(
                "its common name is neither one of its addresses nor what other fields say: {named}"
            ),
            "SMBR 7.1.4.2.2 (a)",
        );
    }
}

fn label(oid: Option<ObjectIdentifier>) -> String {
    name::label(oid).into_owned()
}
