//! Typed errors of the lower layers.
//!
//! [`Error`] carries plain values only: an OID as text, a byte position, an address or a file name.
//! What needs richer values is a type of its own layer, such as [`crate::protect::Refused`].

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// An error of this crate: one pointer wide, the matter is in [`Error::kind`].
#[derive(Clone)]
pub struct Error(Box<ErrorKind>);

/// What went wrong, as plain values.
///
/// The `Display` text says what is wrong and, where a person can do something about it, what to do.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum ErrorKind {
    /// Bytes that are not what they should be.
    Malformed {
        /// What was being read, for example `"certificate"` or `"Content-Type header"`.
        what: &'static str,
        /// Byte position in that input, counted from 0, where known.
        position: Option<u64>,
        /// What is wrong with it.
        detail: Cow<'static, str>,
    },
    /// A bound of [`crate::Limits`] was reached.
    Limit {
        /// What was bounded, for example `"header block in bytes"`.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// An algorithm or parameter this crate does not implement.
    UnsupportedAlgorithm {
        /// The role it was met in, for example `"PKCS#12 encryption"`.
        role: &'static str,
        /// Dotted object identifier, or the name of the parameter.
        oid: String,
    },
    /// A form of input this crate does not read.
    Unsupported {
        /// What is not supported.
        what: Cow<'static, str>,
    },
    /// The password does not open the file.
    WrongPassword {
        /// What was being opened, for example `"PKCS#12 file"`.
        what: &'static str,
    },
    /// A password-based count is above the cap, refused before any work was done.
    TooManyIterations {
        /// The count the file asks for.
        found: u64,
        /// The cap of [`crate::Limits::kdf_iterations`].
        limit: u64,
    },
    /// A PKCS#12 file without a MAC, which nothing protects from being changed.
    MissingMac,
    /// A private key that does not belong to the certificate.
    KeyMismatch {
        /// Subject of the certificate.
        certificate: String,
    },
    /// Something needed is not in the input.
    Missing {
        /// What is missing, for example `"private key in PKCS#12 file"`.
        what: Cow<'static, str>,
    },
    /// More than one where exactly one was asked for.
    Ambiguous {
        /// What was found more than once.
        what: &'static str,
        /// How many.
        count: usize,
        /// The call that handles several.
        advice: &'static str,
    },
    /// A mail address that cannot be used.
    Address {
        /// The address as given, control characters escaped.
        address: String,
        /// Why it is refused.
        reason: Cow<'static, str>,
    },
    /// A header field that cannot be used.
    Header {
        /// Name of the field, control characters escaped.
        name: String,
        /// Why it is refused.
        reason: Cow<'static, str>,
    },
    /// The builder was asked for something that makes no sense.
    Misuse {
        /// What to do instead.
        advice: Cow<'static, str>,
    },
    /// One message was asked for, and the input makes several: encrypted, with Bcc recipients.
    SeveralCopies,
    /// A time that cannot be written.
    Time {
        /// Why.
        reason: &'static str,
    },
    /// A key, algorithm or parameter that does not fit its use.
    Unfit {
        /// What does not fit and why.
        reason: Cow<'static, str>,
    },
    /// The source of randomness failed.
    Randomness {
        /// What it said.
        detail: String,
    },
    /// A private-key operation failed. Deliberately without detail.
    KeyOperation,
    /// A private key could not be reached: a token that is gone, a service that does not answer.
    KeyUnavailable {
        /// What its owner said.
        detail: String,
    },
    /// A signature that does not verify.
    Signature,
    /// Decryption failed. One error and one text for every cause, so that nobody can learn from it.
    Decryption,
    /// A resolver or another piece of the caller's own failed.
    External {
        /// Which one, for example `"folder resolver"`.
        who: Cow<'static, str>,
        /// What it said.
        detail: String,
    },
    /// Reading or writing failed.
    Io {
        /// What was read or written.
        what: Cow<'static, str>,
        /// The operating system's error.
        source: Arc<std::io::Error>,
    },
    /// What was read a second time is not what was checked the first time.
    SourceChanged {
        /// Where the first block begins that is not the same, counted in bytes from 0; the length of the source
        /// when only that differs.
        position: u64,
    },
    /// An error in a file, with the name of the file.
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: Error,
    },
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// Takes the kind out.
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }

    /// An error of a caller's own resolver or store: `who` failed, and said `detail`.
    pub fn external(who: impl Into<Cow<'static, str>>, detail: impl fmt::Display) -> Self {
        ErrorKind::External {
            who: who.into(),
            detail: detail.to_string(),
        }
        .into()
    }

    /// The same error with the name of the file it was met in.
    pub fn in_file(self, path: impl AsRef<std::path::Path>) -> Self {
        ErrorKind::File {
            path: path.as_ref().display().to_string(),
            source: self,
        }
        .into()
    }

    pub(crate) fn malformed(what: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        ErrorKind::Malformed {
            what,
            position: None,
            detail: detail.into(),
        }
        .into()
    }

    pub(crate) fn malformed_at(
        what: &'static str,
        position: u64,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        ErrorKind::Malformed {
            what,
            position: Some(position),
            detail: detail.into(),
        }
        .into()
    }

    pub(crate) fn limit(what: &'static str, limit: u64) -> Self {
        ErrorKind::Limit { what, limit }.into()
    }

    pub(crate) fn unsupported_algorithm(role: &'static str, oid: impl fmt::Display) -> Self {
        ErrorKind::UnsupportedAlgorithm {
            role,
            oid: oid.to_string(),
        }
        .into()
    }

    pub(crate) fn misuse(advice: impl Into<Cow<'static, str>>) -> Self {
        ErrorKind::Misuse {
            advice: advice.into(),
        }
        .into()
    }

    pub(crate) fn unfit(reason: impl Into<Cow<'static, str>>) -> Self {
        ErrorKind::Unfit {
            reason: reason.into(),
        }
        .into()
    }

    pub(crate) fn address(address: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        let address = shortened(address);
        ErrorKind::Address {
            address,
            reason: reason.into(),
        }
        .into()
    }

    pub(crate) fn header(name: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        ErrorKind::Header {
            name: shortened(name),
            reason: reason.into(),
        }
        .into()
    }

    pub(crate) fn io(what: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        ErrorKind::Io {
            what: what.into(),
            source: Arc::new(source),
        }
        .into()
    }
}

/// Control characters escaped and at most 120 characters, so that a report stays one line.
pub(crate) fn shortened(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(120)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().count() > 120 {
        out.push('…');
    }
    out
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error(Box::new(kind))
    }
}

/// The typed error travels inside; `std::io::Error::downcast` gives it back.
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::Malformed {
                what,
                position: Some(at),
                detail,
            } => {
                write!(f, "malformed {what} at byte {at}: {detail}")
            }
            ErrorKind::Malformed {
                what,
                position: None,
                detail,
            } => {
                write!(f, "malformed {what}: {detail}")
            }
            ErrorKind::Limit { what, limit } => {
                write!(
                    f,
                    "{what}: more than the limit of {limit}; Limits can raise it"
                )
            }
            ErrorKind::UnsupportedAlgorithm { role, oid } => {
                write!(f, "{role} with algorithm {oid} is not supported")
            }
            ErrorKind::Unsupported { what } => write!(f, "{what} is not supported"),
            ErrorKind::WrongPassword { what } => {
                write!(f, "wrong password for {what}, or the file was changed")
            }
            ErrorKind::TooManyIterations { found, limit } => write!(
                f,
                "the file asks for {found} key-derivation iterations, more than the limit of \
                 {limit}; Limits::kdf_iterations can raise it"
            ),
            ErrorKind::MissingMac => f.write_str(
                "the PKCS#12 file has no MAC, so nothing shows whether it was changed; \
                 if you trust where it came from, open it with danger_without_mac",
            ),
            ErrorKind::KeyMismatch { certificate } => {
                write!(
                    f,
                    "the private key does not belong to the certificate of {certificate}"
                )
            }
            ErrorKind::Missing { what } => write!(f, "no {what} was found"),
            ErrorKind::Ambiguous {
                what,
                count,
                advice,
            } => {
                write!(f, "{count} {what} where one was expected; {advice}")
            }
            ErrorKind::Address { address, reason } => {
                write!(f, "mail address \"{address}\": {reason}")
            }
            ErrorKind::Header { name, reason } => write!(f, "header field \"{name}\": {reason}"),
            ErrorKind::Misuse { advice } => f.write_str(advice),
            ErrorKind::SeveralCopies => f.write_str(
                "an encrypted message with Bcc recipients is several copies, and only one can be \
                 written here; use protect with definite lengths, which makes them all",
            ),
            ErrorKind::Time { reason } => write!(f, "time: {reason}"),
            ErrorKind::Unfit { reason } => f.write_str(reason),
            ErrorKind::Randomness { detail } => {
                write!(f, "the source of randomness failed: {detail}")
            }
            ErrorKind::KeyOperation => f.write_str("the private-key operation failed"),
            ErrorKind::KeyUnavailable { detail } => {
                write!(f, "the private key is not available: {detail}")
            }
            ErrorKind::Signature => f.write_str("the signature does not verify"),
            ErrorKind::Decryption => f.write_str("decryption failed"),
            ErrorKind::External { who, detail } => write!(f, "{who}: {detail}"),
            ErrorKind::Io { what, source } => write!(f, "{what}: {source}"),
            ErrorKind::SourceChanged { position } => write!(
                f,
                "the source changed while it was being opened, at byte {position} or after it; \
                 nothing of the changed part was given out"
            ),
            ErrorKind::File { path, source } => write!(f, "{path}: {source}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Io { source, .. } => Some(source),
            ErrorKind::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide_and_sendable() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn names_the_file_and_travels_inside_io_error() {
        let error = Error::malformed_at("certificate", 7, "not DER").in_file("bob.cer");
        assert_eq!(
            error.to_string(),
            "bob.cer: malformed certificate at byte 7: not DER"
        );
        let io: std::io::Error = error.into();
        let back = io.downcast::<Error>().unwrap();
        assert!(matches!(back.kind(), ErrorKind::File { path, .. } if path == "bob.cer"));
    }

    #[test]
    fn an_address_cannot_break_the_line_of_a_report() {
        let error = Error::address(&format!("a\r\nb{}", "x".repeat(500)), "bad");
        assert!(!error.to_string().contains('\n'));
        assert!(error.to_string().len() < 200);
    }
}
