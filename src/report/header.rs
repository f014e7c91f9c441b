//! Header fields and how they are protected.

/// How the header of the content was protected (RFC 9788 `hp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderProtection {
    /// No header fields inside.
    None,
    /// `hp="clear"`: signed copies.
    Clear,
    /// `hp="cipher"`: encrypted copies.
    Cipher,
    /// A message/rfc822 around the content, as RFC 8551 3.1 describes it, or inner fields without `hp`.
    Legacy,
}

impl HeaderProtection {
    /// `"none"`, `"clear"`, `"cipher"` or `"legacy"`.
    pub fn name(self) -> &'static str {
        match self {
            HeaderProtection::None => "none",
            HeaderProtection::Clear => "clear",
            HeaderProtection::Cipher => "cipher",
            HeaderProtection::Legacy => "legacy",
        }
    }
}

/// A header field in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderField {
    pub(crate) name: String,
    /// Unfolded; what is not UTF-8 is replaced.
    pub(crate) value: String,
}

impl HeaderField {
    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, unfolded; encoded words stay encoded, what is not UTF-8 is replaced (U+FFFD).
    pub fn value(&self) -> &str {
        &self.value
    }
}
