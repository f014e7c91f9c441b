//! Protected header fields beside the outer ones of the same name (RFC 9788 4).

use std::collections::{HashMap, HashSet};

use crate::address::{self, encoded_word::Joiner};
use crate::check::{Aspect, Check, Reason, visible};
use crate::mime::header::{Field, HeaderBlock};
use crate::{Limits, Mailbox};

/// Fields that are named one by one in a report.
const SHOWN: usize = 20;
/// Characters of a field name that are shown.
const LONGEST: usize = 60;
const REFERENCE: &str = "RFC 9788 4";

/// Fields with addresses: compared as such, because relays quote and fold them anew.
const ADDRESSES: [&str; 7] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "mail-followup-to",
];
/// Fields that people see or answer to. One that only stands outside can have been added by anybody.
const USER_FACING: [&str; 10] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "comments",
    "keywords",
    "mail-followup-to",
];
/// What senders put in place of a Subject that is encrypted.
const HIDDEN_SUBJECTS: [&str; 3] = ["...", "[...]", "Encrypted Message"];

/// What the sender says the outer header is.
pub(super) enum Outside {
    /// The same fields.
    Copied,
    /// These fields, by name and value; the others are left out.
    Announced(Vec<(String, String)>),
    /// The same fields, or fewer and a Subject that says nothing: nobody announced which.
    CopiedOrHidden,
}

/// The normal values of fields, by name in lower case.
type Values = HashMap<String, Vec<String>>;

/// Both headers in a form that can be compared.
pub(super) struct Comparison<'a> {
    /// Names of the protected fields as written, each once.
    names: Vec<&'a str>,
    inside: Values,
    outer: Values,
    announced: Option<Values>,
    outside: &'a Outside,
    /// Whether From has the same addresses; `None` without a protected From.
    same_from: Option<bool>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        outer: &HeaderBlock,
        protected: &[&'a Field],
        outside: &'a Outside,
        limits: &Limits,
    ) -> Comparison<'a> {
        let mut seen = HashSet::new();
        let names: Vec<&str> = protected
            .iter()
            .map(|field| field.name())
            .filter(|name| seen.insert(name.to_ascii_lowercase()))
            .collect();
        let wanted = |name: &str| seen.contains(name) || USER_FACING.contains(&name);
        let of = |fields: &mut dyn Iterator<Item = (&str, &str)>| {
            let mut values = Values::new();
            for (name, value) in fields {
                let name = name.to_ascii_lowercase();
                if wanted(&name) {
                    let value = normal(&name, value, limits);
                    values.entry(name).or_default().push(value);
                }
            }
            values
        };
        let inside: Vec<_> = protected.iter().map(|f| (f.name(), f.value())).collect();
        let outer_fields: Vec<_> = outer.fields.iter().map(|f| (f.name(), f.value())).collect();
        Comparison {
            names,
            inside: of(&mut inside.iter().map(|(n, v)| (*n, v.as_ref()))),
            outer: of(&mut outer_fields.iter().map(|(n, v)| (*n, v.as_ref()))),
            announced: match outside {
                Outside::Announced(fields) => Some(of(&mut fields
                    .iter()
                    .map(|(n, v)| (n.as_str(), v.as_str())))),
                Outside::Copied | Outside::CopiedOrHidden => None,
            },
            outside,
            same_from: same_from(&inside, &outer_fields, limits),
        }
    }

    /// A note for every field that differs, a failed check for From with another address.
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        let (mut same, mut differing, mut hidden) = (0_usize, 0_usize, Vec::new());
        if self.same_from == Some(false) {
            let why = Reason::HeaderDiffers {
                field: "From".into(),
            };
            checks.push(Check::failed(Aspect::Coverage, "protected header", why));
        }
        for name in &self.names {
            let key = name.to_ascii_lowercase();
            if key == "from" && self.same_from == Some(false) {
                continue;
            }
            if self.values(&self.inside, &key) == self.values(&self.outer, &key) {
                same += 1;
            } else if self.is_as_the_sender_says(&key) {
                hidden.push(visible(name, LONGEST));
            } else {
                differing += 1;
                if differing <= SHOWN {
                    let field = visible(name, LONGEST);
                    let why = Reason::HeaderDiffers { field };
                    checks.push(Check::noted(Aspect::Coverage, "protected header", why));
                }
            }
        }
        if let Some(more) = differing.checked_sub(SHOWN).filter(|more| *more > 0) {
            let what = format!("{more} more header fields differ from their protected copies");
            checks.push(Check::note(Aspect::Coverage, what, REFERENCE));
        }
        checks.extend(self.added_outside());
        if same > 0 {
            let what = format!("protected header fields that are the same outside: {same}");
            checks.push(Check::passed(Aspect::Coverage, what, REFERENCE));
        }
        if !hidden.is_empty() {
            hidden.truncate(SHOWN);
            let what = format!("hidden outside by the sender: {}", hidden.join(", "));
            checks.push(Check::passed(Aspect::Coverage, what, "RFC 9788 4.3"));
        }
        checks
    }

    fn values<'v>(&self, values: &'v Values, key: &str) -> &'v [String] {
        values.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether a field that differs outside does so because the sender wanted it.
    fn is_as_the_sender_says(&self, key: &str) -> bool {
        let outer = self.values(&self.outer, key);
        match (&self.announced, self.outside) {
            (Some(announced), _) => outer == self.values(announced, key),
            (None, Outside::Copied) => false,
            (None, _) => match outer {
                [] => true,
                [subject] => key == "subject" && HIDDEN_SUBJECTS.contains(&subject.as_str()),
                _ => false,
            },
        }
    }

    /// Fields people see that stand outside only.
    fn added_outside(&self) -> Vec<Check> {
        if !matches!(self.outside, Outside::Copied | Outside::Announced(_)) {
            return Vec::new();
        }
        USER_FACING
            .iter()
            .filter(|name| {
                let outer = self.values(&self.outer, name);
                let by_sender = self.announced.as_ref().map(|a| self.values(a, name));
                !outer.is_empty() && !self.inside.contains_key(**name) && by_sender != Some(outer)
            })
            .map(|name| {
                let what = format!("the outer header field {name} has no protected copy");
                Check::note(Aspect::Coverage, what, REFERENCE)
            })
            .collect()
    }
}

/// Whether the header of a message inside has a From, with the addresses of the outer one.
pub(super) fn has_from_of(outer: &HeaderBlock, inside: &HeaderBlock, limits: &Limits) -> bool {
    let inside: Vec<_> = inside
        .fields
        .iter()
        .map(|f| (f.name(), f.value()))
        .collect();
    let outer: Vec<_> = outer.fields.iter().map(|f| (f.name(), f.value())).collect();
    same_from(&inside, &outer, limits) == Some(true)
}

/// Whether From has the same addresses inside and outside (RFC 9788 4.4.1.1, 4.4.5).
fn same_from<V: AsRef<str>, W: AsRef<str>>(
    inside: &[(&str, V)],
    outer: &[(&str, W)],
    limits: &Limits,
) -> Option<bool> {
    let inside = from_keys(inside, limits);
    (!inside.is_empty()).then(|| inside == from_keys(outer, limits))
}

/// Per From field the addresses in it, or its text where there are none.
fn from_keys<V: AsRef<str>>(fields: &[(&str, V)], limits: &Limits) -> Vec<Vec<String>> {
    fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("from"))
        .map(
            |(_, value)| match address::parse_list(value.as_ref(), limits) {
                Ok(list) => list.iter().map(Mailbox::key).collect(),
                Err(_) => vec![text(value.as_ref())],
            },
        )
        .collect()
}

/// A value without what changes on the way and means nothing.
fn normal(name: &str, value: &str, limits: &Limits) -> String {
    if ADDRESSES.contains(&name)
        && let Ok(list) = address::parse_list(value, limits)
    {
        let shown: Vec<String> = list
            .iter()
            .map(|mailbox| match mailbox.display_name() {
                Some(name) => format!("{} <{}>", text(name), mailbox.key()),
                None => mailbox.key(),
            })
            .collect();
        return shown.join(", ");
    }
    text(value)
}

/// Encoded words decoded, runs of white space as one space.
fn text(value: &str) -> String {
    let mut joiner = Joiner::default();
    for word in value.split_ascii_whitespace() {
        joiner.word(" ", word);
    }
    joiner.finish()
}
