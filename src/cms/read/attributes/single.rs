//! An attribute that may stand there once, with one value.

use crate::Error;
use crate::asn1::{Reader, Value};

/// What was found of an attribute that may stand there once, with one value (RFC 5652 11, RFC 8551 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Single<T> {
    /// Not there.
    Absent,
    /// There as it should be.
    Value(T),
    /// There several times, or with several values. Nobody can tell which one others believe.
    Repeated,
    /// There once; it has no value or one that cannot be read.
    Malformed,
}

impl<T> Single<T> {
    /// Takes in one instance of the attribute.
    pub(super) fn add(
        &mut self,
        mut values: Reader<'_>,
        read: impl FnOnce(&Value<'_>) -> Result<T, Error>,
    ) {
        *self = match self {
            Single::Absent => match values.read() {
                Ok(value) if values.is_empty() => {
                    read(&value).map_or(Single::Malformed, Single::Value)
                }
                Ok(_) => Single::Repeated,
                Err(_) => Single::Malformed,
            },
            _ => Single::Repeated,
        };
    }

    /// The value, when it is there as it should be.
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Single::Value(value) => Some(value),
            _ => None,
        }
    }
}
