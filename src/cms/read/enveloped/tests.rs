//! Messages built by hand, value by value.

mod parameters;

use super::*;
use crate::asn1;
use crate::bag::ContentInfo;
use crate::cert::Identity;
use crate::cms::read::recipient::attempts;
use crate::crypto::ReceivedKeyEncryption;
use hex_literal::hex;

/// Reads a ContentInfo of EnvelopedData or AuthEnvelopedData.
pub(in crate::cms::read) fn read(input: &[u8]) -> Result<EnvelopedData<'_>, Error> {
    read_with(input, &Limits::default())
}

pub(in crate::cms::read) fn read_with<'a>(
    input: &'a [u8],
    limits: &Limits,
) -> Result<EnvelopedData<'a>, Error> {
    let info = ContentInfo::read(input, "test message", limits)?;
    let authenticated = info.content_type == oid::AUTH_ENVELOPED_DATA;
    assert!(authenticated || info.content_type == oid::ENVELOPED_DATA);
    EnvelopedData::read(&info.content.unwrap(), authenticated, limits)
}

impl EnvelopedData<'_> {
    pub(in crate::cms::read) fn ciphertext(&self) -> &Octets<'_> {
        &self.ciphertext
    }

    /// What stands beside the ciphertext and enters the decryption.
    pub(in crate::cms::read) fn tail_in_words(&self) -> String {
        let all = (&self.nonce, &self.derivation, &self.additional, &self.mac);
        format!("{all:?}")
    }
}

/// Opens a message as the machine does: attempt after attempt, until one gives a content key.
pub(in crate::cms::read) fn open(
    input: &[u8],
    identities: &[Identity],
) -> Result<(ReceivedKeyEncryption, Zeroizing<Vec<u8>>), Error> {
    let message = read(input)?;
    for attempt in attempts(
        &message.recipients,
        identities,
        message.key_len(),
        &mut |_| true,
    ) {
        let key = attempt.identity.key().unwrap(&attempt.request);
        if let Ok(key) = key.and_then(|secret| attempt.content_key(&secret)) {
            return Ok((attempt.encryption, message.decrypt(&key)?));
        }
    }
    Err(ErrorKind::Decryption.into())
}

/// The parts of a message; what is `None` is absent.
#[derive(Clone)]
pub(in crate::cms::read) struct Message {
    pub authenticated: bool,
    pub recipients: Vec<Vec<u8>>,
    pub content_type: ObjectIdentifier,
    pub algorithm: Vec<u8>,
    /// The whole `[0]`.
    pub encrypted_content: Option<Vec<u8>>,
    /// The whole `[1]`.
    pub attributes: Option<Vec<u8>>,
    pub mac: Option<Vec<u8>>,
}

impl Message {
    pub(in crate::cms::read) fn enveloped(algorithm: &[u8], ciphertext: &[u8]) -> Message {
        Message {
            authenticated: false,
            recipients: Vec::new(),
            content_type: oid::DATA,
            algorithm: algorithm.to_vec(),
            encrypted_content: Some(asn1::implicit(0, false, ciphertext)),
            attributes: None,
            mac: None,
        }
    }

    pub(in crate::cms::read) fn authenticated(
        algorithm: &[u8],
        ciphertext: &[u8],
        mac: &[u8],
    ) -> Message {
        Message {
            authenticated: true,
            mac: Some(asn1::octet_string(mac)),
            ..Message::enveloped(algorithm, ciphertext)
        }
    }

    pub(in crate::cms::read) fn der(&self) -> Vec<u8> {
        let optional = |part: &Option<Vec<u8>>| part.clone().unwrap_or_default();
        let info = asn1::sequence(&[
            &asn1::oid(&self.content_type),
            &self.algorithm,
            &optional(&self.encrypted_content),
        ]);
        let body = asn1::sequence(&[
            &asn1::integer_u64(0),
            &asn1::set_of(self.recipients.clone()),
            &info,
            &optional(&self.attributes),
            &optional(&self.mac),
        ]);
        let kind = match self.authenticated {
            true => oid::AUTH_ENVELOPED_DATA,
            false => oid::ENVELOPED_DATA,
        };
        asn1::sequence(&[&asn1::oid(&kind), &asn1::explicit(0, &body)])
    }
}

fn algorithm(dotted: &str, parameters: &[u8]) -> Vec<u8> {
    asn1::sequence(&[
        &asn1::oid(&ObjectIdentifier::new_unwrap(dotted)),
        parameters,
    ])
}

const AES_128_GCM: &str = "2.16.840.1.101.3.4.1.6";
const AES_128_CBC: &str = "2.16.840.1.101.3.4.1.2";
pub(in crate::cms::read) const KEY: [u8; 16] = hex!("000102030405060708090a0b0c0d0e0f");
const NONCE: [u8; 12] = hex!("101112131415161718191a1b");
pub(in crate::cms::read) const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n";

pub(in crate::cms::read) fn gcm(icv_len: u64) -> Vec<u8> {
    let parameters = asn1::sequence(&[&asn1::octet_string(&NONCE), &asn1::integer_u64(icv_len)]);
    algorithm(AES_128_GCM, &parameters)
}

pub(in crate::cms::read) fn cbc() -> Vec<u8> {
    algorithm(AES_128_CBC, &asn1::octet_string(&[0; 16]))
}

/// AES-128-GCM of [`TEXT`] under [`KEY`] and [`NONCE`], without additional data, by pyca/cryptography.
pub(in crate::cms::read) const GCM_TEXT: [u8; 35] =
    hex!("87416ddb6a21c2c243a42d90fd079f5b42c85bf75a9502d188c1241b2f607dc1bdd42b");
pub(in crate::cms::read) const GCM_TAG: [u8; 16] = hex!("49ee3cadccb8e44fe9f800ffaf71d216");

fn fails(message: &Message) -> Error {
    read(&message.der()).err().unwrap()
}

fn decrypts(message: &Message) -> Result<Vec<u8>, Error> {
    let der = message.der();
    let plaintext = read(&der)?.decrypt(&KEY)?;
    assert_eq!(
        plaintext.capacity(),
        read(&der)?.ciphertext.len(),
        "the buffer moved"
    );
    Ok(plaintext.to_vec())
}

fn is_decryption(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Decryption) && error.to_string() == "decryption failed"
}

#[test]
fn every_form_of_encrypted_content() {
    let message = Message::authenticated(&gcm(16), &GCM_TEXT, &GCM_TAG);
    assert_eq!(decrypts(&message).unwrap(), TEXT);

    let piece = |from: usize, to: usize| asn1::octet_string(&GCM_TEXT[from..to]);
    let pieces = [piece(0, 1), piece(1, 1), piece(1, 17), piece(17, 35)].concat();
    let nested = [
        piece(0, 3),
        asn1::tlv(
            Tag::OCTET_STRING.constructed(),
            &[piece(3, 16), piece(16, 20)].concat(),
        ),
        asn1::indefinite(Tag::OCTET_STRING.constructed()),
        piece(20, 35),
        asn1::END_OF_CONTENTS.to_vec(),
    ]
    .concat();
    let mut indefinite = asn1::indefinite(Tag::context(0, true));
    indefinite.extend(&pieces);
    indefinite.extend(asn1::END_OF_CONTENTS);
    for encrypted_content in [
        asn1::implicit(0, true, &pieces),
        asn1::implicit(0, true, &nested),
        indefinite,
        // A length with zeros before it.
        [&hex!("80 83000023")[..], &GCM_TEXT].concat(),
    ] {
        let message = Message {
            encrypted_content: Some(encrypted_content),
            ..message.clone()
        };
        assert_eq!(decrypts(&message).unwrap(), TEXT);
    }
}

#[test]
fn content_kept_elsewhere_is_named() {
    let message = Message {
        encrypted_content: None,
        ..Message::authenticated(&gcm(16), &[], &GCM_TAG)
    };
    let error = fails(&message);
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
}

#[test]
fn one_error_for_every_failure_of_decryption() {
    let der = Message::authenticated(&gcm(16), &GCM_TEXT, &GCM_TAG).der();
    let message = read(&der).unwrap();
    for key in [&[0; 16][..], &[], &KEY[..15], &[0; 17], &[0; 32]] {
        assert!(is_decryption(&message.decrypt(key).unwrap_err()));
    }
    // ENC-09 at this level: every last byte of a CBC ciphertext, under a key that does not fit.
    for last in 0..=255 {
        let mut ciphertext = [7; 32];
        ciphertext[31] = last;
        let der = Message::enveloped(
            &algorithm(AES_128_CBC, &asn1::octet_string(&[0; 16])),
            &ciphertext,
        )
        .der();
        if let Err(error) = read(&der).unwrap().decrypt(&KEY) {
            assert!(is_decryption(&error));
        }
    }
    for length in [0, 1, 15, 17, 31] {
        let cbc = algorithm(AES_128_CBC, &asn1::octet_string(&[0; 16]));
        let der = Message::enveloped(&cbc, &vec![0; length]).der();
        assert!(is_decryption(
            &read(&der).unwrap().decrypt(&KEY).unwrap_err()
        ));
    }
}

#[test]
fn enc_14_the_tag_of_empty_content_is_checked() {
    // By pyca/cryptography: AES-128-GCM of nothing under the same key and nonce.
    let tag = hex!("0ed7259add1011e159d00e61b1925410");
    let message = Message::authenticated(&gcm(16), &[], &tag);
    assert_eq!(decrypts(&message).unwrap(), b"");
    for byte in 0..tag.len() {
        let mut changed = tag;
        changed[byte] ^= 0x40;
        let error = decrypts(&Message::authenticated(&gcm(16), &[], &changed)).unwrap_err();
        assert!(is_decryption(&error));
    }
    // An encryptedContent that is there but has no pieces.
    let message = Message {
        encrypted_content: Some(asn1::implicit(0, true, &[])),
        ..Message::authenticated(&gcm(16), &[], &[0; 16])
    };
    assert!(is_decryption(&decrypts(&message).unwrap_err()));
}

#[test]
fn any_change_of_authenticated_content_fails() {
    for byte in 0..GCM_TEXT.len() {
        let mut changed = GCM_TEXT;
        changed[byte] ^= 1;
        let error = decrypts(&Message::authenticated(&gcm(16), &changed, &GCM_TAG)).unwrap_err();
        assert!(is_decryption(&error));
    }
    let error = decrypts(&Message::authenticated(&gcm(16), &GCM_TEXT[..34], &GCM_TAG));
    assert!(is_decryption(&error.unwrap_err()));
}

/// contentType of id-ct-TSTInfo and a second attribute with two values, as `[1]`, in the order given.
fn attributes(content_type: &str, sorted: bool) -> Vec<u8> {
    let attribute = |kind: &str, values: &[u8]| {
        asn1::sequence(&[
            &asn1::oid(&ObjectIdentifier::new_unwrap(kind)),
            &asn1::tlv(Tag::SET, values),
        ])
    };
    let content_type = asn1::oid(&ObjectIdentifier::new_unwrap(content_type));
    let first = attribute("1.2.840.113549.1.9.3", &content_type);
    let (one, two) = (asn1::integer_u64(1), asn1::integer_u64(2));
    let values = if sorted { [one, two] } else { [two, one] };
    // Longer than the first, so that it comes after it in DER.
    let second = attribute(
        "1.2.840.113549.1.9.16.2.4.99.98.97.96.95.94",
        &values.concat(),
    );
    let both = if sorted {
        [first, second]
    } else {
        [second, first]
    };
    asn1::implicit(1, true, &both.concat())
}

const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

/// The tag by pyca/cryptography over [`TEXT`] and the DER of [`attributes`] as a SET OF.
const TAG_WITH_ATTRIBUTES: [u8; 16] = hex!("df3546791bc0f8ad8d80e3b7f0070f19");

/// [`TEXT`] with authAttrs.
pub(in crate::cms::read) fn late() -> Message {
    Message {
        content_type: ObjectIdentifier::new_unwrap(TST_INFO),
        attributes: Some(attributes(TST_INFO, true)),
        ..Message::authenticated(&gcm(16), &GCM_TEXT, &TAG_WITH_ATTRIBUTES)
    }
}

#[test]
fn authenticated_attributes_enter_the_tag_as_der() {
    let message = Message {
        content_type: ObjectIdentifier::new_unwrap(TST_INFO),
        ..Message::authenticated(&gcm(16), &GCM_TEXT, &TAG_WITH_ATTRIBUTES)
    };
    let sorted = attributes(TST_INFO, true);
    let mut indefinite = asn1::indefinite(Tag::context(1, true));
    indefinite.extend(&sorted[2..]);
    indefinite.extend(asn1::END_OF_CONTENTS);
    for attributes in [sorted, attributes(TST_INFO, false), indefinite] {
        let message = Message {
            attributes: Some(attributes),
            ..message.clone()
        };
        assert_eq!(decrypts(&message).unwrap(), TEXT);
    }
    // They are part of what is authenticated.
    let changed = Message {
        content_type: oid::DATA,
        attributes: Some(attributes("1.2.840.113549.1.7.1", true)),
        ..message
    };
    assert!(is_decryption(&decrypts(&changed).unwrap_err()));
}

#[test]
fn authenticated_attributes_that_cannot_be() {
    let message = Message {
        content_type: ObjectIdentifier::new_unwrap(TST_INFO),
        ..Message::authenticated(&gcm(16), &GCM_TEXT, &TAG_WITH_ATTRIBUTES)
    };
    let missing = fails(&message);
    assert!(
        missing.to_string().contains("authAttrs are missing"),
        "{missing}"
    );
    for wrong in [
        attributes("1.2.840.113549.1.7.1", true),
        asn1::implicit(1, true, &[]),
        asn1::implicit(1, true, &asn1::null()),
        asn1::implicit(1, true, &asn1::sequence(&[&asn1::oid(&oid::CONTENT_TYPE)])),
    ] {
        let message = Message {
            attributes: Some(wrong),
            ..message.clone()
        };
        let error = fails(&message);
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
    let limits = Limits {
        attributes: 1,
        ..Limits::default()
    };
    let message = Message {
        attributes: Some(attributes(TST_INFO, true)),
        ..message
    };
    let error = read_with(&message.der(), &limits).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { limit: 1, .. }));
}

#[test]
fn certificates_of_the_originator_are_kept() {
    let ca = crate::cert::ca::Ca::new("Test CA");
    let der = Message::authenticated(&gcm(16), &GCM_TEXT, &GCM_TAG).der();
    // Put `[0] { [0] { certificate, [2] attribute certificate }, [1] { list } }` behind the version.
    let set = [ca.certificate_der(), &hex!("a2020500")].concat();
    let certificates = asn1::implicit(0, true, &set);
    let crls = asn1::implicit(1, true, &ca.revocation_list().issue());
    let originator = asn1::implicit(0, true, &[certificates, crls].concat());
    let info = ContentInfo::read(&der, "test message", &Limits::default()).unwrap();
    let body = info.content.unwrap();
    let (version, rest) = body.content.split_at(3);
    let body = asn1::sequence(&[version, &originator, rest]);
    let der = asn1::sequence(&[
        &asn1::oid(&oid::AUTH_ENVELOPED_DATA),
        &asn1::explicit(0, &body),
    ]);
    let message = read(&der).unwrap();
    assert_eq!(message.certificates, [ca.certificate_der()]);
    assert_eq!(message.notes.len(), 2);
    assert!(message.notes[0].contains("not looked at"));
    assert!(message.notes[1].contains("attribute certificate"));
}

#[test]
fn every_prefix_is_an_error() {
    let der = late().der();
    assert!(read(&der).is_ok());
    for end in 0..der.len() {
        assert!(read(&der[..end]).is_err(), "{end}");
    }
}
