//! [`SubmitError`]: why nothing was sent.

use std::fmt;
use std::io;

use super::{Cause, Reply};
use crate::Error;

/// Why a submission ended before the first MAIL FROM: nothing was sent to anybody.
#[non_exhaustive]
#[derive(Debug)]
pub enum SubmitError {
    /// An argument that cannot be used: host, EHLO name, credentials, address, message. Found before
    /// connecting, so no byte was written.
    Invalid(Error),
    /// No TLS provider: none is installed in the process, and the built-in one does not run on this processor.
    NoTlsProvider,
    /// The TLS configuration cannot be made.
    TlsSetup {
        /// What went wrong.
        detail: String,
    },
    /// The name of the server was not found.
    Resolve {
        /// The name.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// No connection to the server.
    Connect {
        /// Address and port, or the name where several addresses were tried.
        server: String,
        /// What the system said about the last address tried.
        source: io::Error,
    },
    /// No TLS session with the server.
    Tls {
        /// The name it should have proved.
        host: String,
        /// What went wrong.
        problem: TlsProblem,
    },
    /// The server does not offer STARTTLS, or somebody in between removed the offer.
    StartTlsNotOffered,
    /// The server offered STARTTLS and then refused it.
    StartTlsRefused(Reply),
    /// More bytes came with the answer to STARTTLS: somebody tries to inject replies into the session.
    StartTlsInjection,
    /// The server does not offer an authentication this crate speaks (PLAIN, LOGIN).
    AuthNotOffered {
        /// The mechanisms it offers; empty when it offers no AUTH at all.
        offered: Vec<String>,
    },
    /// The server did not accept the credentials.
    AuthRefused(Reply),
    /// The session failed in another way: greeting or EHLO refused, connection lost, time-out, protocol broken.
    Session(Cause),
    /// The blocking call could not start its thread or runtime.
    Runtime {
        /// What the system said.
        source: io::Error,
    },
}

/// What went wrong in the TLS handshake.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    /// The certificate names other hosts.
    WrongHost {
        /// The names in it, where known.
        presented: Vec<String>,
    },
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate was revoked.
    Revoked,
    /// The certificate leads to no authority that is trusted here.
    UnknownAuthority,
    /// The certificate is unusable in another way.
    Certificate {
        /// What is wrong.
        detail: String,
    },
    /// The two sides did not agree, or one of them broke the protocol; an old server may speak only TLS 1.1 or less.
    Handshake {
        /// What went wrong.
        detail: String,
    },
    /// The handshake took longer than [`Timeouts::tls`](super::Timeouts::tls).
    TimedOut,
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsProblem::WrongHost { presented } if presented.is_empty() => {
                f.write_str("its certificate is for another host")
            }
            TlsProblem::WrongHost { presented } => {
                write!(
                    f,
                    "its certificate is for another host: {}",
                    presented.join(", ")
                )
            }
            TlsProblem::Expired => f.write_str("its certificate has expired"),
            TlsProblem::NotYetValid => f.write_str("its certificate is not valid yet"),
            TlsProblem::Revoked => f.write_str("its certificate was revoked"),
            TlsProblem::UnknownAuthority => f.write_str(
                "its certificate was issued by an unknown authority; \
                 if it is yours, give its certificate to root_certificates",
            ),
            TlsProblem::Certificate { detail } => {
                write!(f, "its certificate cannot be used: {detail}")
            }
            TlsProblem::Handshake { detail } => write!(f, "the handshake failed: {detail}"),
            TlsProblem::TimedOut => f.write_str("the handshake took too long"),
        }
    }
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubmitError::Invalid(error) => write!(f, "nothing was sent: {error}"),
            SubmitError::NoTlsProvider => f.write_str(
                "no TLS provider: the built-in one does not run on this processor; install a rustls \
                 CryptoProvider or pass a ClientConfig to tls_config",
            ),
            SubmitError::TlsSetup { detail } => write!(f, "TLS cannot be set up: {detail}"),
            SubmitError::Resolve { host, source } => {
                write!(f, "the mail server {host} was not found: {source}")
            }
            SubmitError::Connect { server, source } => {
                write!(f, "no connection to the mail server {server}: {source}")
            }
            SubmitError::Tls { host, problem } => {
                write!(f, "no secure connection to {host}: {problem}")
            }
            SubmitError::StartTlsNotOffered => f.write_str(
                "the server does not offer STARTTLS, so nothing was sent; try Submitter::relay (port 465)",
            ),
            SubmitError::StartTlsRefused(reply) => {
                write!(f, "the server refused STARTTLS, so nothing was sent: {reply}")
            }
            SubmitError::StartTlsInjection => f.write_str(
                "bytes were injected behind the answer to STARTTLS; somebody tampers with the connection",
            ),
            SubmitError::AuthNotOffered { offered } if offered.is_empty() => {
                f.write_str("the server offers no authentication")
            }
            SubmitError::AuthNotOffered { offered } => write!(
                f,
                "the server offers authentication by {} only; PLAIN or LOGIN is needed",
                offered.join(", ")
            ),
            SubmitError::AuthRefused(reply) => {
                write!(f, "the server did not accept user and password: {reply}")
            }
            SubmitError::Session(cause) => write!(f, "nothing was sent: {cause}"),
            SubmitError::Runtime { source } => {
                write!(f, "no thread or runtime for sending: {source}")
            }
        }
    }
}

impl std::error::Error for SubmitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SubmitError::Invalid(error) => Some(error),
            SubmitError::Resolve { source, .. }
            | SubmitError::Connect { source, .. }
            | SubmitError::Runtime { source } => Some(source),
            _ => None,
        }
    }
}

impl From<Error> for SubmitError {
    fn from(error: Error) -> Self {
        SubmitError::Invalid(error)
    }
}
