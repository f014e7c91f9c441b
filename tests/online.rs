//! Fetching what a report names: what comes of it, what it refuses, what it costs. No test leaves this machine.
#![cfg(feature = "online")]

#[path = "support/ca.rs"]
mod ca;
#[path = "support/forge.rs"]
mod forge;
#[path = "support/people.rs"]
mod people;
#[path = "support/structure.rs"]
mod structure;

#[path = "online/answers.rs"]
mod answers;
#[path = "online/bounded.rs"]
mod bounded;
#[path = "online/client.rs"]
mod client;
#[path = "online/machine.rs"]
mod machine;
#[path = "online/ocsp.rs"]
mod ocsp;
#[path = "online/redirects.rs"]
mod redirects;
#[path = "online/refused.rs"]
mod refused;
#[path = "online/rounds.rs"]
mod rounds;
#[path = "online/server.rs"]
mod server;
#[path = "online/tools.rs"]
mod tools;
#[path = "online/wanted.rs"]
mod wanted;
