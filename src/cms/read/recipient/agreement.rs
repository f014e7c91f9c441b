//! Key agreement: a key of the sender against the recipient's (RFC 5652 6.2.2, RFC 5753, RFC 8418).
//!
//! The sender's key stands in the message (originatorKey), made for it alone: ephemeral-static. One that is named by
//! issuer and serial number or by key identifier, a static key of the sender, is not supported, and the error says
//! so: RFC 5753 3.1.1 asks for originatorKey, and the other forms would need the sender's certificate before anything
//! is decrypted.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{Count, ROLE, issuer_and_serial, key_wrap, skip_date_and_other, unsupported};
use crate::asn1::{self, Reader, Tag, Value};
use crate::bag::Algorithm;
use crate::cert::RecipientId;
use crate::cms::oid;
use crate::crypto::public_key::Curve;
use crate::crypto::wrap::ReceivedWrap;
use crate::crypto::{DigestAlgorithm, ReceivedKeyEncryption, kdf};
use crate::{Error, ErrorKind, Limits};

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// The schemes with X9.63 KDF: dhSinglePass-stdDH and dhSinglePass-cofactorDH (RFC 5753 7.1.4). The cofactor of the
/// curves here is 1, so that both do the same.
const X963: [(ObjectIdentifier, DigestAlgorithm); 10] = [
    (oid("1.3.133.16.840.63.0.2"), DigestAlgorithm::Sha1),
    (oid("1.3.132.1.11.0"), DigestAlgorithm::Sha224),
    (oid::ECDH_X963_SHA256, DigestAlgorithm::Sha256),
    (oid("1.3.132.1.11.2"), DigestAlgorithm::Sha384),
    (oid("1.3.132.1.11.3"), DigestAlgorithm::Sha512),
    (oid("1.3.133.16.840.63.0.3"), DigestAlgorithm::Sha1),
    (oid("1.3.132.1.14.0"), DigestAlgorithm::Sha224),
    (oid("1.3.132.1.14.1"), DigestAlgorithm::Sha256),
    (oid("1.3.132.1.14.2"), DigestAlgorithm::Sha384),
    (oid("1.3.132.1.14.3"), DigestAlgorithm::Sha512),
];

/// dhSinglePass-stdDH-hkdf-sha…-scheme (RFC 8418 2.2).
const HKDF: [(ObjectIdentifier, DigestAlgorithm); 3] = [
    (oid::ECDH_HKDF_SHA256, DigestAlgorithm::Sha256),
    (oid("1.2.840.113549.1.9.16.3.20"), DigestAlgorithm::Sha384),
    (oid("1.2.840.113549.1.9.16.3.21"), DigestAlgorithm::Sha512),
];

/// ```text
/// KeyAgreeRecipientInfo ::= SEQUENCE { version CMSVersion, originator [0] EXPLICIT OriginatorIdentifierOrKey,
///     ukm [1] EXPLICIT UserKeyingMaterial OPTIONAL, keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier,
///     recipientEncryptedKeys RecipientEncryptedKeys }
/// UserKeyingMaterial ::= OCTET STRING
/// RecipientEncryptedKeys ::= SEQUENCE OF RecipientEncryptedKey
/// RecipientEncryptedKey ::= SEQUENCE { rid KeyAgreeRecipientIdentifier, encryptedKey EncryptedKey }
/// ```
pub(super) struct Agreement {
    pub originator: Originator,
    pub encryption: ReceivedKeyEncryption,
    pub wrap: ReceivedWrap,
    pub keys: Vec<EncryptedKey>,
    ukm: Option<Vec<u8>>,
    /// keyInfo of the shared info: the KeyWrapAlgorithm as received, and with NULL and absent parameters exchanged.
    key_infos: Vec<Vec<u8>>,
}

/// The public half of the sender's key.
pub(super) enum Originator {
    /// The octets of a point, not looked at, and the curve if it is named.
    Ec(Option<Curve>, Vec<u8>),
    X25519([u8; 32]),
}

/// The content key for one recipient.
pub(super) struct EncryptedKey {
    pub recipient: RecipientId,
    pub encrypted_key: Vec<u8>,
}

impl Agreement {
    /// Every encrypted key but the first counts as one recipient more. `named`: gets the recipients of one that
    /// cannot be used.
    pub(super) fn read(
        value: &Value<'_>,
        count: &mut Count,
        named: &mut Vec<RecipientId>,
        limits: &Limits,
    ) -> Result<Agreement, Error> {
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let originator = reader.expect(Tag::context(0, true))?;
        let ukm = match reader.optional(Tag::context(1, true))? {
            None => None,
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let ukm = inner.string(Tag::OCTET_STRING)?.octets()?.into_owned();
                inner.finish()?;
                Some(ukm)
            }
        };
        let algorithm = Algorithm::read(reader.read()?)?;
        let mut entries = reader.expect(Tag::SEQUENCE)?.reader()?;
        reader.finish()?;
        let mut keys = Vec::new();
        while !entries.is_empty() {
            if !keys.is_empty() {
                count.one()?;
            }
            keys.push(EncryptedKey::read(&entries.read()?, limits)?);
        }

        match Method::read(&originator, algorithm, limits) {
            Ok(method) => Ok(Agreement {
                originator: method.originator,
                encryption: method.encryption,
                wrap: method.wrap,
                keys,
                ukm,
                key_infos: method.key_infos,
            }),
            Err(error) => {
                named.extend(keys.into_iter().map(|key| key.recipient));
                Err(error)
            }
        }
    }

    /// The key derivations to try for this agreement, in order.
    ///
    /// RFC 5753 wants parameters absent for AES wrap. Senders write NULL, and some derive with the other form than
    /// they send; the integrity check of the unwrap tells.
    pub(super) fn derivations(&self) -> Derivations {
        let bits = self.wrap.key_len().saturating_mul(8);
        let bits = u32::try_from(bits).unwrap_or(u32::MAX).to_be_bytes();
        let entity = match &self.ukm {
            Some(ukm) => asn1::explicit(0, &asn1::octet_string(ukm)),
            None => Vec::new(),
        };
        let public = asn1::explicit(2, &asn1::octet_string(&bits));
        let infos = self.key_infos.iter();
        Derivations {
            encryption: self.encryption,
            salt: self.ukm.clone().unwrap_or_default(),
            infos: infos
                .map(|key_info| asn1::sequence(&[key_info, &entity, &public]))
                .collect(),
            key_len: self.wrap.key_len(),
        }
    }
}

/// What all recipients of one agreement share.
struct Method {
    originator: Originator,
    encryption: ReceivedKeyEncryption,
    wrap: ReceivedWrap,
    key_infos: Vec<Vec<u8>>,
}

impl Method {
    fn read(
        originator: &Value<'_>,
        algorithm: Algorithm<'_>,
        limits: &Limits,
    ) -> Result<Method, Error> {
        let originator = Originator::read(originator, limits)?;
        let encryption = scheme(&originator, &algorithm.oid)?;
        // keyEncryptionAlgorithm carries the KeyWrapAlgorithm as its parameters (RFC 5753 7.1.4).
        let Some(parameters) = algorithm.parameters else {
            return Err(algorithm
                .value
                .error("a key agreement without KeyWrapAlgorithm"));
        };
        let wrap_algorithm = Algorithm::read(parameters)?;
        Ok(Method {
            originator,
            encryption,
            wrap: key_wrap(&wrap_algorithm)?,
            key_infos: key_infos(&wrap_algorithm, limits)?,
        })
    }
}

/// From the shared secret to the key-encryption key (RFC 5753 7.2, RFC 8418 2).
///
/// ```text
/// ECC-CMS-SharedInfo ::= SEQUENCE { keyInfo AlgorithmIdentifier, entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
///     suppPubInfo [2] EXPLICIT OCTET STRING }  -- length of the key-encryption key in bits, 32-bit big endian
/// ```
pub(super) struct Derivations {
    encryption: ReceivedKeyEncryption,
    /// The ukm, which is the salt of HKDF as well.
    salt: Vec<u8>,
    /// ECC-CMS-SharedInfo.
    infos: Vec<Vec<u8>>,
    key_len: usize,
}

impl Derivations {
    /// The key-encryption keys, one after the other.
    pub(super) fn keys<'a>(
        &'a self,
        shared: &'a [u8],
    ) -> impl Iterator<Item = Result<Zeroizing<Vec<u8>>, Error>> + 'a {
        self.infos.iter().map(move |info| match self.encryption {
            ReceivedKeyEncryption::Ecdh(digest) => {
                Ok(kdf::x963(digest, shared, info, self.key_len))
            }
            ReceivedKeyEncryption::X25519(digest) => {
                kdf::hkdf(digest, &self.salt, shared, info, self.key_len)
            }
            _ => Err(ErrorKind::Decryption.into()),
        })
    }
}

impl Originator {
    /// ```text
    /// OriginatorIdentifierOrKey ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
    ///     subjectKeyIdentifier [0] SubjectKeyIdentifier, originatorKey [1] OriginatorPublicKey }
    /// OriginatorPublicKey ::= SEQUENCE { algorithm AlgorithmIdentifier, publicKey BIT STRING }
    /// ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER, … }    -- or NULL, or absent (RFC 5753 3.1.1)
    /// ```
    fn read(wrapper: &Value<'_>, limits: &Limits) -> Result<Originator, Error> {
        let mut reader = wrapper.reader()?;
        let choice = reader.read()?;
        reader.finish()?;
        if choice.tag != Tag::context(1, true) {
            return Err(unsupported("key agreement with a static key of the sender"));
        }
        let mut reader = choice.reader()?;
        let algorithm = Algorithm::read(reader.read()?)?;
        let key = reader.string(Tag::BIT_STRING)?;
        reader.finish()?;
        let octets = whole_octets(&key, limits)?;
        match algorithm.oid {
            oid::EC_PUBLIC_KEY => Ok(Originator::Ec(named_curve(&algorithm)?, octets)),
            oid::X25519 => <[u8; 32]>::try_from(octets)
                .map(Originator::X25519)
                .map_err(|_| key.error("an X25519 key does not have 32 octets")),
            other => Err(Error::unsupported_algorithm(
                "key agreement with a key",
                other,
            )),
        }
    }
}

/// The curve that id-ecPublicKey names, if it names one.
fn named_curve(algorithm: &Algorithm<'_>) -> Result<Option<Curve>, Error> {
    let Some(parameters) = &algorithm.parameters else {
        return Ok(None);
    };
    match parameters.tag {
        Tag::NULL => Ok(None),
        Tag::OID => {
            let named = parameters.oid()?;
            let curve = Curve::from_oid(&named);
            let unknown = || Error::unsupported_algorithm("key agreement on a curve", named);
            curve.map(Some).ok_or_else(unknown)
        }
        _ => Err(unsupported("key agreement on a curve without name")),
    }
}

/// The octets of a BIT STRING in either form.
fn whole_octets(value: &Value<'_>, limits: &Limits) -> Result<Vec<u8>, Error> {
    let der = asn1::to_der(value.raw, limits)?;
    let bits = Reader::new(&der, "originator key", limits).read()?;
    match bits.content.split_first() {
        Some((0, octets)) => Ok(octets.to_vec()),
        _ => Err(value.error("the public key is not whole octets")),
    }
}

fn scheme(
    originator: &Originator,
    scheme: &ObjectIdentifier,
) -> Result<ReceivedKeyEncryption, Error> {
    let find = |table: &[(ObjectIdentifier, DigestAlgorithm)]| {
        let mut entries = table.iter();
        entries.find_map(|(oid, digest)| (oid == scheme).then_some(*digest))
    };
    match originator {
        Originator::Ec(..) => find(&X963).map(ReceivedKeyEncryption::Ecdh),
        Originator::X25519(_) => find(&HKDF).map(ReceivedKeyEncryption::X25519),
    }
    .ok_or_else(|| Error::unsupported_algorithm(ROLE, scheme))
}

fn key_infos(wrap: &Algorithm<'_>, limits: &Limits) -> Result<Vec<Vec<u8>>, Error> {
    let mut infos = vec![asn1::to_der(wrap.value.raw, limits)?.into_owned()];
    let wrap_oid = asn1::oid(&wrap.oid);
    match &wrap.parameters {
        None => infos.push(asn1::sequence(&[&wrap_oid, &asn1::null()])),
        Some(parameters) if parameters.tag == Tag::NULL => {
            infos.push(asn1::sequence(&[&wrap_oid]));
        }
        Some(_) => {}
    }
    Ok(infos)
}

impl EncryptedKey {
    /// ```text
    /// KeyAgreeRecipientIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
    ///     rKeyId [0] IMPLICIT RecipientKeyIdentifier }
    /// RecipientKeyIdentifier ::= SEQUENCE { subjectKeyIdentifier SubjectKeyIdentifier,
    ///     date GeneralizedTime OPTIONAL, other OtherKeyAttribute OPTIONAL }
    /// ```
    fn read(value: &Value<'_>, limits: &Limits) -> Result<EncryptedKey, Error> {
        let mut reader = value.reader()?;
        let identifier = reader.read()?;
        let recipient = if identifier.tag == Tag::SEQUENCE {
            issuer_and_serial(&identifier, limits)?
        } else if identifier.tag == Tag::context(0, true) {
            let mut inner = identifier.reader()?;
            let key = inner.string(Tag::OCTET_STRING)?.octets()?.into_owned();
            skip_date_and_other(inner)?;
            RecipientId::SubjectKeyIdentifier(key)
        } else {
            return Err(identifier.error("not a KeyAgreeRecipientIdentifier"));
        };
        let encrypted_key = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        reader.finish()?;
        Ok(EncryptedKey {
            recipient,
            encrypted_key,
        })
    }
}
