//! Fetching what a report names, when asked to: revocation lists, OCSP responses and missing issuers.
//!
//! Nothing else in this crate touches the network for a certificate, and this module does so only inside of
//! [`Collector::collect`] and its async twin. Whoever opens mail first opens it without, looks at what the
//! [`Report`](crate::report::Report) leaves unknown ([`Wanted`]), collects it, and opens the mail again with what
//! was found:
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use smime::online::{Collector, HttpClient, Wanted};
//! use smime::{Opener, TrustAnchors};
//!
//! let anchors = TrustAnchors::from_pem(&std::fs::read("ca.pem")?)?;
//! let mail = std::fs::read("mail.eml")?;
//! let mut opener = Opener::new(&anchors);
//! let mut opened = opener.clone().open(&mail)?;
//! let collector = Collector::new(HttpClient::new());
//! let mut asked = Wanted::new();
//! // A missing issuer names its own lists, so that one round may not be enough.
//! for _ in 0..3 {
//!     let wanted = Wanted::new().report(opened.report()).without(&asked);
//!     if wanted.is_empty() {
//!         break;
//!     }
//!     let collected = collector.collect(&wanted)?;
//!     for problem in collected.problems() {
//!         eprintln!("{problem}");
//!     }
//!     opener = opener
//!         .certificates(collected.certificates())
//!         .crls(collected.crls())
//!         .ocsp_responses(collected.ocsp_responses());
//!     opened = opener.clone().open(&mail)?;
//!     asked = asked.and(&wanted);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The sending side is driven in the same way. Judge what is to be encrypted to before anything is protected; the
//! failure of a recipient whom [`Protector`](crate::Protector) refused does as well ([`Wanted::failure`]):
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use smime::cert::path::Validator;
//! use smime::online::{Collector, HttpClient, Wanted};
//! use smime::{Certificate, Protector, TrustAnchors};
//!
//! let anchors = TrustAnchors::from_pem(&std::fs::read("ca.pem")?)?;
//! let bob = Certificate::from_bytes(&std::fs::read("bob.cer")?)?;
//! let mut validator = Validator::new(&anchors);
//! let mut protector = Protector::new().anchors(&anchors);
//! let collector = Collector::new(HttpClient::new());
//! let mut asked = Wanted::new();
//! for _ in 0..3 {
//!     let wanted = match validator.validate(&bob) {
//!         Ok(path) => Wanted::new().path(&path),
//!         Err(failure) => Wanted::new().failure(&failure),
//!     };
//!     let wanted = wanted.without(&asked);
//!     if wanted.is_empty() {
//!         break;
//!     }
//!     let collected = collector.collect(&wanted)?;
//!     validator = validator
//!         .certificates(collected.certificates())
//!         .crls(collected.crls())
//!         .ocsp_responses(collected.ocsp_responses());
//!     protector = protector
//!         .certificates(collected.certificates())
//!         .crls(collected.crls())
//!         .ocsp_responses(collected.ocsp_responses());
//!     asked = asked.and(&wanted);
//! }
//! let protected = protector.encrypt_to([&bob]).protect(std::fs::read("mail.eml")?)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it tells others
//!
//! Every request tells whoever runs the server that somebody at this network address looks at mail with this
//! certificate, and when. An OCSP request names the one certificate; a revocation list only its CA. Whoever
//! writes a message chooses the certificates in it, and with them the URLs: fetching can tell him that his mail was
//! opened, as a remote picture does, and plain http tells the network as well. So ask only when the user wants it;
//! [`Wanted::targets`] shows beforehand whom it would ask, and [`Collector::only_hosts`],
//! [`Collector::without_ocsp`] and [`Collector::without_issuers`] narrow it down.
//!
//! # What it does not do
//!
//! URLs in certificates must not make this machine a tool against the network it stands in. Only http (and https
//! where the client can) on its usual port is asked, without user names; host names are looked up here, each
//! address is checked, again after every redirect, and the client may connect to no other one. Addresses that are
//! not public are refused unless [`Collector::allow_private_host`] or
//! [`Collector::danger_allow_private_addresses`] says otherwise. Size, count, time and redirects are bounded by
//! [`FetchLimits`].
//!
//! Nothing is trusted because it was fetched: lists, responses and certificates are judged by the second look like
//! any others. No verdict is kept here.
//!
//! # Time
//!
//! Time-outs are measured with [`std::time::Instant`] by the drivers and by [`HttpClient`]. The date is not read.

mod addresses;
mod answers;
mod client;
mod collected;
mod collection;
mod collector;
mod http;
mod jobs;
mod limits;
mod location;
mod request;
mod rules;
#[cfg(test)]
mod tests;
mod wanted;

pub use client::{AsyncClient, AsyncResolve, Client, Fetching, Resolve, Resolving, SystemResolver};
pub use collected::{Collected, Problem};
pub use collection::{Collection, Step};
pub use collector::Collector;
pub use http::HttpClient;
pub use limits::FetchLimits;
pub use request::{Method, Request, Response};
pub use wanted::{Kind, Target, Wanted};
