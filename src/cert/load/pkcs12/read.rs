//! From the bytes of a PKCS#12 file to its bags.

use zeroize::Zeroizing;

use super::bags::{Contents, Walk};
use super::mac::MacData;
use super::{ID_ENCRYPTED_DATA, WHAT};
use crate::asn1::{Reader, Tag, Value};
use crate::bag::{ContentInfo, ID_DATA, ID_SIGNED_DATA};
use crate::cert::load::check_size;
use crate::cert::load::password::Password;
use crate::cert::load::pbe::{Budget, Scheme};
use crate::{Error, ErrorKind, Limits};

const ROLE: &str = "PKCS#12 encryption";

/// What decrypts the parts of a file.
pub(super) struct Opening<'p> {
    pub password: Password<'p>,
    /// The MAC was right, so the password is, and what does not decrypt was written wrongly.
    pub verified: bool,
    pub budget: Budget,
    pub limits: Limits,
}

impl Opening<'_> {
    /// The plaintext, which must be one SEQUENCE.
    pub(super) fn decrypt(
        &mut self,
        value: &Value<'_>,
        scheme: &Scheme,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let plain = scheme
            .decrypt(self.password, data, &mut self.budget)?
            .filter(|plain| crate::cert::load::is_one_sequence(plain, &self.limits));
        match plain {
            Some(plain) => Ok(plain),
            None if self.verified => {
                Err(value.error("the MAC is right, but this part does not decrypt"))
            }
            None => Err(ErrorKind::WrongPassword { what: WHAT }.into()),
        }
    }
}

/// ```text
/// PFX ::= SEQUENCE {
///   version INTEGER {v3(3)}(v3,...),
///   authSafe ContentInfo,
///   macData MacData OPTIONAL }
/// ```
///
/// The MAC covers the content octets of authSafe as received, joined if they came in pieces. It is checked
/// before anything inside is looked at.
pub(super) fn read(
    input: &[u8],
    password: Password<'_>,
    without_mac: bool,
    limits: &Limits,
) -> Result<Contents, Error> {
    check_size(input, limits)?;
    let mut outer = Reader::new(input, WHAT, limits);
    let pfx = outer.expect(Tag::SEQUENCE)?;
    outer.finish()?;
    let mut reader = pfx.reader()?;
    let version = reader.expect(Tag::INTEGER)?;
    if version.uint()? != 3 {
        return Err(version.error("only version 3 exists"));
    }
    let auth_safe = reader.expect(Tag::SEQUENCE)?;
    let mac = match reader.optional(Tag::SEQUENCE)? {
        Some(value) => Some(MacData::read(&value)?),
        None => None,
    };
    reader.finish()?;

    let info = ContentInfo::from_value(&auth_safe)?;
    if info.content_type == ID_SIGNED_DATA {
        return Err(ErrorKind::Unsupported {
            what: "a PKCS#12 file that is signed instead of protected by a password".into(),
        }
        .into());
    }
    let content = match info.content {
        Some(content)
            if info.content_type == ID_DATA && content.tag.primitive() == Tag::OCTET_STRING =>
        {
            content.octets()?
        }
        _ => return Err(auth_safe.error("it has no content of type data")),
    };

    let mut opening = Opening {
        password,
        verified: mac.is_some(),
        budget: Budget::new(limits),
        limits: *limits,
    };
    match mac {
        Some(mac) => opening.password = mac.verify(&content, password, &mut opening.budget)?,
        None if without_mac => {}
        None => return Err(ErrorKind::MissingMac.into()),
    }
    authenticated_safe(&content, &mut opening)
}

/// ```text
/// AuthenticatedSafe ::= SEQUENCE OF ContentInfo
///   -- Data if unencrypted
///   -- EncryptedData if password-encrypted
///   -- EnvelopedData if public key-encrypted
/// ```
fn authenticated_safe(input: &[u8], opening: &mut Opening<'_>) -> Result<Contents, Error> {
    let limits = opening.limits;
    let mut outer = Reader::new(input, "PKCS#12 authenticated safe", &limits);
    let safe = outer.expect(Tag::SEQUENCE)?;
    outer.finish()?;
    let mut walk = Walk::new(opening);
    let mut reader = safe.reader()?;
    while !reader.is_empty() {
        let value = reader.expect(Tag::SEQUENCE)?;
        walk.count()?;
        let info = ContentInfo::from_value(&value)?;
        let content = info
            .content
            .ok_or_else(|| value.error("a part without content"))?;
        match info.content_type {
            ID_DATA if content.tag.primitive() == Tag::OCTET_STRING => {
                // Keys can stand here unencrypted.
                let octets = Zeroizing::new(content.octets()?.into_owned());
                walk.safe_contents(&octets)?;
            }
            ID_ENCRYPTED_DATA => {
                let plain = encrypted_data(&content, walk.opening())?;
                walk.safe_contents(&plain)?;
            }
            other => return Err(Error::unsupported_algorithm("PKCS#12 content", other)),
        }
    }
    Ok(walk.finish())
}

/// ```text
/// EncryptedData ::= SEQUENCE {
///   version CMSVersion,
///   encryptedContentInfo EncryptedContentInfo,
///   unprotectedAttrs [1] IMPLICIT UnprotectedAttributes OPTIONAL }
/// EncryptedContentInfo ::= SEQUENCE {
///   contentType ContentType,
///   contentEncryptionAlgorithm ContentEncryptionAlgorithmIdentifier,
///   encryptedContent [0] IMPLICIT EncryptedContent OPTIONAL }
/// ```
fn encrypted_data(
    value: &Value<'_>,
    opening: &mut Opening<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut reader = value.reader()?;
    reader.expect(Tag::INTEGER)?;
    let info = reader.expect(Tag::SEQUENCE)?;
    reader.optional(Tag::context(1, true))?;
    reader.finish()?;
    let mut reader = info.reader()?;
    let content_type = reader.expect(Tag::OID)?;
    if content_type.oid()? != ID_DATA {
        return Err(content_type.error("encrypted content that is not data"));
    }
    let scheme = Scheme::read(reader.read()?, ROLE)?;
    let data = reader.string(Tag::context(0, false))?.octets()?;
    reader.finish()?;
    opening.decrypt(value, &scheme, &data)
}
