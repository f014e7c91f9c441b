//! To and Cc under the signature beside the one who decrypted (surreptitious forwarding).

use std::collections::HashSet;

use crate::Mailbox;
use crate::check::{Aspect, Check, Reason, visible};
use crate::report::HeaderField;

/// Addresses that are shown.
const SHOWN: usize = 10;
/// Characters of an address that are shown.
const LONGEST: usize = 200;

/// Whether the signer wrote to the one who reads: a signed message can be encrypted anew and passed on
/// as if it had been meant for somebody else. Silent when the protected To, Cc and Bcc name nobody, or
/// no own address is known; a mailing list is a good reason for the note.
pub(in crate::open) fn intended_recipient_checks(
    fields: &[HeaderField],
    own_addresses: &[String],
) -> Vec<Check> {
    let own: Vec<Mailbox> = own_addresses
        .iter()
        .filter_map(|address| Mailbox::new(address).ok())
        .collect();
    let recipients: Vec<Mailbox> = fields
        .iter()
        .filter(|field| {
            ["To", "Cc", "Bcc"]
                .iter()
                .any(|name| field.name.eq_ignore_ascii_case(name))
        })
        .filter_map(|field| Mailbox::parse_list(&field.value).ok())
        .flatten()
        .collect();
    if own.is_empty() || recipients.is_empty() {
        return Vec::new();
    }
    let keys: HashSet<String> = recipients.iter().map(Mailbox::key).collect();
    let mine = own.iter().find(|own| keys.contains(&own.key()));
    vec![match mine {
        Some(own) => Check::passed(
            Aspect::Address,
            format!(
                "the protected header names {} as recipient",
                visible(&own.address(), LONGEST)
            ),
            "RFC 8551 3.7",
        ),
        None => Check::noted(
            Aspect::Address,
            "recipients in the protected header",
            Reason::AddressedToOthers {
                recipients: recipients
                    .iter()
                    .take(SHOWN)
                    .map(|to| visible(&to.address(), LONGEST))
                    .collect(),
            },
        ),
    }]
}
