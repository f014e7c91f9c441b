//! The attack catalogue of SECURITY.md, over the public face: what is encrypted and what is signed. Unit tests beside the
//! code and the other test files hold more of it; the names begin with the identifiers.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/faces.rs"]
mod faces;
#[path = "support/forge.rs"]
mod forge;
#[path = "support/people.rs"]
mod people;
#[path = "support/structure.rs"]
mod structure;

#[path = "attacks/attributes.rs"]
mod attributes;
#[path = "attacks/authenticated.rs"]
mod authenticated;
#[path = "attacks/candidates.rs"]
mod candidates;
#[path = "attacks/carried.rs"]
mod carried;
#[path = "attacks/changes.rs"]
mod changes;
#[path = "attacks/costs.rs"]
mod costs;
#[path = "attacks/efail.rs"]
mod efail;
#[path = "attacks/elements.rs"]
mod elements;
#[path = "attacks/errors.rs"]
mod errors;
#[path = "attacks/oracles.rs"]
mod oracles;
#[path = "attacks/python.rs"]
mod python;
#[path = "attacks/randomness.rs"]
mod randomness;
#[path = "attacks/recipients.rs"]
mod recipients;
#[path = "attacks/responses.rs"]
mod responses;
#[path = "attacks/revocation.rs"]
mod revocation;
#[path = "attacks/senders.rs"]
mod senders;
#[path = "attacks/shown.rs"]
mod shown;
#[path = "attacks/signers.rs"]
mod signers;
#[path = "attacks/source.rs"]
mod source;
#[path = "attacks/tools.rs"]
mod tools;
#[path = "attacks/wrapping.rs"]
mod wrapping;
