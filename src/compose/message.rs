//! What can be given to [`crate::Protector::protect`].

use std::borrow::Cow;
use std::time::SystemTime;

use crate::Error;
use crate::crypto::RandomSource;

/// Time and randomness for header fields that a composed message does not have yet.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    pub(crate) now: SystemTime,
    pub(crate) random: &'a dyn RandomSource,
}

impl Stamp<'_> {
    /// The time of the message, for its Date.
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// Randomness, for its Message-ID.
    pub fn random(&self) -> &dyn RandomSource {
        self.random
    }
}

/// A message or MIME entity that can be protected.
///
/// Raw RFC 5322 bytes, with LF or CRLF line ends, are taken as they are. A
/// `mail_builder::MessageBuilder` (feature `mail-builder`) is serialised once, with Date and
/// Message-ID set if it has none.
pub trait IntoMessage<'a> {
    /// The message as bytes. Called once per message.
    fn into_message(self, stamp: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error>;
}

impl<'a> IntoMessage<'a> for &'a [u8] {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl<'a, const N: usize> IntoMessage<'a> for &'a [u8; N] {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl<'a> IntoMessage<'a> for &'a Vec<u8> {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl<'a> IntoMessage<'a> for &'a str {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(self.as_bytes()))
    }
}

impl<'a> IntoMessage<'a> for &'a String {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'a, [u8]>, Error> {
        Ok(Cow::Borrowed(self.as_bytes()))
    }
}

impl IntoMessage<'static> for Vec<u8> {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'static, [u8]>, Error> {
        Ok(Cow::Owned(self))
    }
}

impl IntoMessage<'static> for String {
    fn into_message(self, _: &Stamp<'_>) -> Result<Cow<'static, [u8]>, Error> {
        Ok(Cow::Owned(self.into_bytes()))
    }
}
