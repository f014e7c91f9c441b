//! Which profile of the Baseline Requirements a certificate claims to follow.

use std::fmt;

use const_oid::ObjectIdentifier;

use super::policies;
use crate::cert::Certificate;

/// `{joint-iso-itu-t(2) international-organizations(23) ca-browser-forum(140) certificate-policies(1)
/// smime-baseline(5)}`; type and generation follow (SMBR 7.1.6.1).
const RESERVED: [u32; 5] = [2, 23, 140, 1, 5];

/// Whose identity the CA has verified (SMBR 1.1, 7.1.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Validation {
    /// That the subscriber controls the mailbox, and nothing else.
    Mailbox,
    /// An organization.
    Organization,
    /// A person, for whom an organization vouches.
    Sponsor,
    /// A person.
    Individual,
}

impl Validation {
    /// `"mailbox"`, `"organization"`, `"sponsor"` or `"individual"`.
    pub fn name(self) -> &'static str {
        match self {
            Validation::Mailbox => "mailbox",
            Validation::Organization => "organization",
            Validation::Sponsor => "sponsor",
            Validation::Individual => "individual",
        }
    }
}

/// How strict the rules are that it was issued by (SMBR 1.1, 7.1.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Generation {
    /// The mildest; not issued any more since 2025-07-15.
    Legacy,
    /// Other purposes beside mail are allowed.
    Multipurpose,
    /// For mail only.
    Strict,
}

impl Generation {
    /// `"legacy"`, `"multipurpose"` or `"strict"`.
    pub fn name(self) -> &'static str {
        match self {
            Generation::Legacy => "legacy",
            Generation::Multipurpose => "multipurpose",
            Generation::Strict => "strict",
        }
    }
}

/// A profile of the CA/Browser Forum S/MIME Baseline Requirements (SMBR 7.1.6.1). `Display` is for people:
/// `sponsor-validated, strict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    validation: Validation,
    generation: Generation,
}

impl Profile {
    /// Whose identity the CA has verified.
    pub fn validation(self) -> Validation {
        self.validation
    }

    /// How strict the rules are.
    pub fn generation(self) -> Generation {
        self.generation
    }

    #[cfg(test)]
    pub(in crate::cert) fn new(validation: Validation, generation: Generation) -> Profile {
        Profile {
            validation,
            generation,
        }
    }

    /// What the first reserved policy identifier in the certificate says.
    pub(super) fn of(certificate: &Certificate) -> Option<Profile> {
        let policies = policies::identifiers(certificate).unwrap_or_default();
        policies.iter().find_map(Profile::from_oid)
    }

    /// `2.23.140.1.5.TYPE.GENERATION`, as far as they are assigned.
    pub(super) fn from_oid(oid: &ObjectIdentifier) -> Option<Profile> {
        let arcs: Vec<u32> = oid.arcs().collect();
        let [validation, generation] = arcs.strip_prefix(&RESERVED)? else {
            return None;
        };
        Some(Profile {
            validation: match validation {
                1 => Validation::Mailbox,
                2 => Validation::Organization,
                3 => Validation::Sponsor,
                4 => Validation::Individual,
                _ => return None,
            },
            generation: match generation {
                1 => Generation::Legacy,
                2 => Generation::Multipurpose,
                3 => Generation::Strict,
                _ => return None,
            },
        })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (validation, generation) = (self.validation.name(), self.generation.name());
        write!(f, "{validation}-validated, {generation}")
    }
}
