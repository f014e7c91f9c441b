//! Why a message was not protected.

use std::fmt::{self, Write};

use crate::Error;
use crate::address::Mailbox;
use crate::cert::path::PathFailure;
use crate::check::{Reason, Visible};

/// A message that could not be protected. Nothing was written.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProtectError {
    /// Addresses, certificates or keys do not fit: all of them, each with its reasons.
    Refused(Refused),
    /// Anything else: malformed input, misuse, a key or the randomness that failed.
    Failed(Error),
}

impl ProtectError {
    /// Everything that was refused, when that is what happened.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            ProtectError::Refused(refused) => Some(refused),
            ProtectError::Failed(_) => None,
        }
    }
}

impl From<Error> for ProtectError {
    fn from(error: Error) -> Self {
        ProtectError::Failed(error)
    }
}

/// The typed error travels inside; `std::io::Error::downcast` gives it back.
impl From<ProtectError> for std::io::Error {
    fn from(error: ProtectError) -> Self {
        std::io::Error::other(error)
    }
}

impl fmt::Display for ProtectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtectError::Refused(refused) => refused.fmt(f),
            ProtectError::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ProtectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ProtectError::Refused(_) => None,
            ProtectError::Failed(error) => error.source(),
        }
    }
}

/// Every address and certificate that cannot be used, reported together before anything is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub(super) problems: Vec<Problem>,
}

impl Refused {
    /// The problems: signers first, then recipients in the order of the message.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was protected:")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// What a certificate was wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// To sign.
    Signer,
    /// To encrypt to a To or Cc recipient, or to a certificate the caller named.
    Recipient,
    /// To encrypt to a Bcc recipient.
    HiddenRecipient,
    /// To encrypt to the sender.
    Oneself,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Signer => "signer",
            Role::Recipient => "recipient",
            Role::HiddenRecipient => "Bcc recipient",
            Role::Oneself => "sender's own copy",
        })
    }
}

/// One address or certificate that cannot be used. Two are equal when they say the same; the candidates for a path are
/// not compared.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) role: Role,
    pub(super) address: Option<Mailbox>,
    pub(super) certificate: Option<String>,
    pub(super) reasons: Vec<Reason>,
    pub(super) path_failure: Option<Box<PathFailure>>,
}

impl Problem {
    /// What it was wanted for.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The address, unless the problem is one of a certificate that the caller named.
    pub fn address(&self) -> Option<&Mailbox> {
        self.address.as_ref()
    }

    /// Subject and serial number of the certificate, if there is one.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Why it cannot be used; every text says what to do.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Why no path leads from the certificate to a trust anchor, candidate by candidate, when that is what stands
    /// against it: the issuers and statuses that are missing. With the feature `online`, `Wanted::failure` takes it,
    /// so that they can be fetched and given to the next [`super::Protector`].
    ///
    /// `None` when no path was looked for, or the one that was found does not do.
    pub fn path_failure(&self) -> Option<&PathFailure> {
        self.path_failure.as_deref()
    }
}

impl PartialEq for Problem {
    fn eq(&self, other: &Self) -> bool {
        self.role == other.role
            && self.address == other.address
            && self.certificate == other.certificate
            && self.reasons == other.reasons
    }
}

impl Eq for Problem {}

/// One line. Nothing in it breaks the line or is invisible.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = Visible(f);
        write!(f, "{}", self.role)?;
        if let Some(address) = &self.address {
            write!(f, " {}", address.address())?;
        }
        if let Some(certificate) = &self.certificate {
            write!(f, ", certificate of {certificate}")?;
        }
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{} {reason}", if index == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}
