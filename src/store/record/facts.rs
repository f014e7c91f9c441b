//! What is known about a certificate beside what stands in it.

use std::time::SystemTime;

use super::WHAT;
use crate::asn1::{Civil, unix_seconds};
use crate::resolver::Provenance;
use crate::{Error, Mailbox};

/// Addresses one certificate can be bound to by hand.
pub(in crate::store) const BINDINGS: usize = 100;
/// Capabilities that are kept, and the characters of one.
const CAPABILITIES: usize = 64;
const CAPABILITY_CHARACTERS: usize = 100;

/// What is known about a certificate beside what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Facts {
    /// A person vouches for it.
    pub pinned: bool,
    /// Its owner wants to be written to another one.
    pub verifies_only: bool,
    /// Addresses it was bound to by hand.
    pub bound: Vec<Mailbox>,
    /// When it was last learned from a message.
    pub learned: Option<SystemTime>,
    /// When its owner said what he can read.
    pub asserted: Option<SystemTime>,
    pub capabilities: Vec<String>,
}

impl Facts {
    pub(in crate::store) fn of(provenance: Provenance) -> Facts {
        Facts {
            pinned: provenance == Provenance::Pinned,
            ..Facts::default()
        }
    }

    pub(in crate::store) fn pinned() -> Facts {
        Facts::of(Provenance::Pinned)
    }

    /// What both say together, `other` being what was heard last. Whoever vouches for a certificate wants it used, whatever
    /// its owner said before.
    pub(in crate::store) fn joined(&self, other: &Facts) -> Facts {
        let (newer, older) = match self.asserted < other.asserted {
            true => (other, self),
            false => (self, other),
        };
        let capabilities = match newer.capabilities.is_empty() {
            true => &older.capabilities,
            false => &newer.capabilities,
        };
        let mut bound = self.bound.clone();
        for address in &other.bound {
            if !bound.iter().any(|known| known.matches(address)) {
                bound.push(address.clone());
            }
        }
        Facts {
            pinned: self.pinned || other.pinned,
            verifies_only: match other.pinned {
                true => other.verifies_only,
                false => newer.verifies_only,
            },
            bound,
            learned: self.learned.max(other.learned),
            asserted: newer.asserted,
            capabilities: capabilities.clone(),
        }
    }

    /// Keeps what can be written.
    pub(in crate::store) fn set_capabilities(&mut self, names: &[String]) {
        let plain = |name: &&String| {
            let count = name.chars().count();
            (1..=CAPABILITY_CHARACTERS).contains(&count)
                && name.trim() == name.as_str()
                && name.chars().all(|c| c.is_ascii_graphic() || c == ' ')
        };
        let kept = names.iter().filter(plain).take(CAPABILITIES);
        self.capabilities = kept.cloned().collect();
    }

    /// Reads the lines of a header; also the number of certificates.
    pub(super) fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Result<(Facts, usize), Error> {
        let wrong = |detail: &'static str| Error::malformed(WHAT, detail);
        let mut facts = Facts::default();
        let (mut count, mut provenance, mut purpose) = (None, None, None);
        for line in lines {
            let (name, value) = line
                .split_once(": ")
                .ok_or_else(|| wrong("a header line without a name"))?;
            let is_again = match name {
                "certificates" => count.replace(value).is_some(),
                "provenance" => provenance.replace(value).is_some(),
                "use" => purpose.replace(value).is_some(),
                "bound" => {
                    facts.bound.push(Mailbox::new(value)?);
                    facts.bound.len() > BINDINGS
                }
                "learned" => facts.learned.replace(time(value)?).is_some(),
                "asserted" => facts.asserted.replace(time(value)?).is_some(),
                "capability" => {
                    facts.capabilities.push(value.to_owned());
                    facts.capabilities.len() > CAPABILITIES
                }
                _ => return Err(wrong("an unknown header line")),
            };
            if is_again {
                return Err(wrong("a header line too often"));
            }
        }
        let written = facts.capabilities.clone();
        facts.set_capabilities(&written);
        if facts.capabilities != written {
            return Err(wrong("a capability that nobody writes"));
        }
        facts.pinned = match provenance {
            Some("pinned") => true,
            Some("candidate") => false,
            _ => return Err(wrong("no provenance")),
        };
        facts.verifies_only = match purpose {
            None => false,
            Some("verify") => true,
            Some(_) => return Err(wrong("an unknown use")),
        };
        let count = count.and_then(|count| count.parse().ok());
        Ok((
            facts,
            count.ok_or_else(|| wrong("no number of certificates"))?,
        ))
    }

    pub(super) fn write(&self, count: usize, out: &mut String) {
        let mut line = |name: &str, value: &str| {
            out.push_str(&format!("{name}: {value}\n"));
        };
        line("certificates", &count.to_string());
        line(
            "provenance",
            match self.pinned {
                true => "pinned",
                false => "candidate",
            },
        );
        if self.verifies_only {
            line("use", "verify");
        }
        for address in &self.bound {
            line("bound", &address.address());
        }
        for (name, at) in [("learned", self.learned), ("asserted", self.asserted)] {
            if let Some(at) = at.and_then(written) {
                line(name, &at);
            }
        }
        for capability in &self.capabilities {
            line("capability", capability);
        }
    }
}

/// A time as the file has it; `None` outside of the years 0 to 9999.
fn written(at: SystemTime) -> Option<String> {
    let at = Civil::from_unix(unix_seconds(at))?;
    Some(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year, at.month, at.day, at.hour, at.minute, at.second
    ))
}

/// Whole seconds, which is what a file keeps.
pub(in crate::store) fn whole_seconds(at: SystemTime) -> Option<SystemTime> {
    Civil::from_unix(unix_seconds(at))?.to_system_time()
}

/// Reads what [`written`] writes, and nothing else.
fn time(text: &str) -> Result<SystemTime, Error> {
    let numbers: Vec<i64> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let at = match numbers.as_slice() {
        &[year, month, day, hour, minute, second] => Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
        }
        .to_system_time(),
        _ => None,
    };
    at.filter(|at| written(*at).as_deref() == Some(text))
        .ok_or_else(|| Error::malformed(WHAT, "a time that is none"))
}
