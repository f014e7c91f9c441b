//! The command line, run as a script runs it.
#![cfg(feature = "cli")]

#[path = "support/ca.rs"]
mod ca;
#[path = "cli/fetch.rs"]
mod fetch;
#[path = "cli/inspect.rs"]
mod inspect;
#[path = "cli/inspect_trust.rs"]
mod inspect_trust;
#[path = "cli/large.rs"]
mod large;
#[path = "cli/mail_server.rs"]
mod mail_server;
#[path = "cli/open.rs"]
mod open;
#[path = "cli/openssl.rs"]
mod openssl;
#[path = "cli/outbox.rs"]
mod outbox;
#[path = "cli/protect.rs"]
mod protect;
#[path = "cli/refused.rs"]
mod refused;
#[path = "cli/revoked.rs"]
mod revoked;
#[path = "cli/send.rs"]
mod send;
#[path = "online/server.rs"]
mod server;
#[path = "support/skip.rs"]
mod skip;
#[allow(dead_code)] // The tests of submission use the rest of it.
#[path = "support/smtp.rs"]
mod smtp;
#[path = "cli/store.rs"]
mod store;
#[path = "cli/trust.rs"]
mod trust;
#[path = "cli/world.rs"]
mod world;
