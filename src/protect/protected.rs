//! The result: one copy of the message per group of readers.

use super::report::ProtectReport;
use crate::compose::Envelope;

/// A protected message: signed once, encrypted per copy.
#[derive(Clone, Debug)]
pub struct Protected {
    pub(super) copies: Vec<ProtectedCopy>,
    pub(super) report: ProtectReport,
}

impl Protected {
    /// All copies. The first is for To and Cc; when encrypting, one more follows for each Bcc
    /// recipient. A signed-only message is one copy, with Bcc in its envelope.
    pub fn copies(&self) -> &[ProtectedCopy] {
        &self.copies
    }

    /// The bytes of the first copy, the one to file under Sent.
    pub fn message(&self) -> &[u8] {
        self.copies
            .first()
            .map(ProtectedCopy::bytes)
            .unwrap_or_default()
    }

    /// What was chosen for whom, and why.
    pub fn report(&self) -> &ProtectReport {
        &self.report
    }
}

/// One copy: its bytes and whom it goes to.
#[derive(Clone)]
pub struct ProtectedCopy {
    pub(super) envelope: Option<Envelope>,
    pub(super) bytes: Vec<u8>,
}

impl ProtectedCopy {
    /// Whom this copy goes to. `None` when it goes to nobody: a bare MIME entity, or the sender's own
    /// copy of a message that has only Bcc recipients.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.envelope.as_ref()
    }

    /// The message, byte for byte what is sent: CRLF line ends, 7-bit unless SMTPUTF8 is needed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl std::fmt::Debug for ProtectedCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProtectedCopy")
            .field("envelope", &self.envelope)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
