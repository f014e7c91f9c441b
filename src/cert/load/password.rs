//! The password of a key file.

use std::fmt;

use zeroize::Zeroizing;

/// A password, or none at all; the two kinds of "no password" are different keys in PKCS#12.
///
/// Made from `&str`, `&String` or `Option<&str>`.
#[derive(Clone, Copy)]
pub struct Password<'a>(Option<&'a str>);

impl<'a> Password<'a> {
    /// No password, not even an empty one.
    pub const ABSENT: Password<'static> = Password(None);

    /// The octets that PKCS#5 works on; an absent password counts as an empty one there.
    pub(super) fn utf8(self) -> &'a [u8] {
        self.0.unwrap_or_default().as_bytes()
    }

    /// The octets that the KDF of PKCS#12 works on: a BMPString with two zero octets at its end, and
    /// nothing at all for an absent password (RFC 7292 B.1).
    pub(super) fn bmp(self) -> Zeroizing<Vec<u8>> {
        let Some(text) = self.0 else {
            return Zeroizing::new(Vec::new());
        };
        // At most two octets of UTF-16 per octet of UTF-8.
        let capacity = text.len().saturating_mul(2).saturating_add(2);
        let mut octets = Zeroizing::new(Vec::with_capacity(capacity));
        for unit in text.encode_utf16() {
            octets.extend_from_slice(&unit.to_be_bytes());
        }
        octets.extend_from_slice(&[0, 0]);
        octets
    }

    pub(super) fn is_absent(self) -> bool {
        self.0.is_none()
    }

    /// What else to try: nobody who types nothing knows which of the two the file was made with.
    pub(super) fn other_nothing(self) -> Option<Password<'static>> {
        match self.0 {
            None => Some(Password(Some(""))),
            Some("") => Some(Password::ABSENT),
            Some(_) => None,
        }
    }
}

impl<'a> From<&'a str> for Password<'a> {
    fn from(text: &'a str) -> Self {
        Password(Some(text))
    }
}

impl<'a> From<&'a String> for Password<'a> {
    fn from(text: &'a String) -> Self {
        Password(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Password<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Password(text)
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn bmp_form_has_a_terminator_unless_absent() {
        assert_eq!(*Password::from("é").bmp(), hex!("00e90000"));
        // Beyond the BMP: a surrogate pair, as OpenSSL writes it.
        assert_eq!(*Password::from("\u{1f511}").bmp(), hex!("d83ddd110000"));
        assert_eq!(*Password::from("").bmp(), [0, 0]);
        assert!(Password::from(None).bmp().is_empty());
    }

    #[test]
    fn key_02_debug_hides_a_password() {
        assert!(!format!("{:?}", Password::from("secret")).contains("secret"));
    }
}
