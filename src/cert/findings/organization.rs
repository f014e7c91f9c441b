//! The organizationIdentifier (SMBR 7.1.4.2.2 d, A.1): `NTRUS+CA-12345678`, `VATDE-123456789`, `GOVUS+CA`, `INTXG`.

use super::lint::{Lint, quoted};
use super::subject::{COUNTRY, ORGANIZATION_IDENTIFIER, of};
use crate::cert::name::Attribute;

const REFERENCE: &str = "SMBR 7.1.4.2.2 (d)";

pub(super) fn identifier(lint: &mut Lint<'_>, attributes: &[Attribute<'_>]) {
    let countries: Vec<String> = of(attributes, COUNTRY).collect();
    for text in of(attributes, ORGANIZATION_IDENTIFIER) {
        let named = quoted(&text);
        let Some(parts) = Parts::of(&text) else {
            lint.baseline(
                "cabf.invalid_subject_organization_identifier_format",
                format!("its organizationIdentifier {named} has not the form of one, such as NTRUS+CA-12345678"),
                REFERENCE,
            );
            continue;
        };
        if !parts.scheme_is_known() {
            lint.baseline(
                "cabf.invalid_subject_organization_identifier_registration_scheme",
                format!("its organizationIdentifier {named} begins with an unknown scheme"),
                REFERENCE,
            );
        }
        if matches!(parts.scheme, "LEI" | "INT") {
            if parts.country != "XG" {
                lint.baseline(
                    "cabf.invalid_organization_identifier_country",
                    format!("the country in its organizationIdentifier {named} must be XG"),
                    REFERENCE,
                );
            }
        } else if let Some(country) = countries.first()
            && !parts.is_of(country)
        {
            lint.baseline(
                "cabf.smime.org_identifier_and_country_name_attribute_inconsistent",
                format!(
                    "its organizationIdentifier {named} is of another country than {}",
                    quoted(country)
                ),
                REFERENCE,
            );
        }
    }
}

struct Parts<'a> {
    scheme: &'a str,
    country: &'a str,
}

impl<'a> Parts<'a> {
    /// Three letters, a country of two, `+` and a part of it of up to three, `-` and a reference. GOV and INT have no
    /// reference.
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let (scheme, rest) = text.split_at_checked(3)?;
        let (country, rest) = rest.split_at_checked(2)?;
        let is_capital = |text: &str| text.chars().all(|c| c.is_ascii_uppercase());
        if !is_capital(scheme) || !is_capital(country) {
            return None;
        }
        let (part, reference) = match rest.split_once('-') {
            Some((part, reference)) => (part, Some(reference)),
            None => (rest, None),
        };
        let part_is_one = match part.strip_prefix('+') {
            Some(part) => {
                (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
            }
            None => part.is_empty(),
        };
        let reference_is_one = match (scheme, reference) {
            ("GOV" | "INT", None) => true,
            ("GOV" | "INT", Some(_)) | (_, None) => false,
            (_, Some(reference)) => !reference.is_empty(),
        };
        (part_is_one && reference_is_one).then_some(Parts { scheme, country })
    }

    fn scheme_is_known(&self) -> bool {
        matches!(self.scheme, "NTR" | "VAT" | "PSD" | "LEI" | "GOV" | "INT")
    }

    /// The prefixes of the European VAT are those of ISO 3166-1 but for Greece and Northern Ireland (Directive
    /// 2006/112/EC, article 215).
    fn is_of(&self, country: &str) -> bool {
        let by_tax = match self.country {
            "EL" => "GR",
            "XI" => "GB",
            same => same,
        };
        self.country == country || (self.scheme == "VAT" && by_tax == country)
    }
}
