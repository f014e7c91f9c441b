//! CMS written by hand, every field of it to be bent: for messages that the library would never make.
//!
//! Depends on primitives only, not on the library's own writers.

#![allow(dead_code)] // Every user of this file needs another part of it.

use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use base64_simd::STANDARD;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey;
use sha2::Digest;

use crate::ca::{oid, sequence, tlv};
use crate::people::Person;

pub const DATA: &str = "1.2.840.113549.1.7.1";
pub const SIGNED: &str = "1.2.840.113549.1.7.2";
pub const ENVELOPED: &str = "1.2.840.113549.1.7.3";
pub const AUTH_ENVELOPED: &str = "1.2.840.113549.1.9.16.1.23";
pub const COMPRESSED: &str = "1.2.840.113549.1.9.16.1.9";

pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
pub const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
pub const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";
pub const CAPABILITIES: &str = "1.2.840.113549.1.9.15";

pub const SHA_256: &str = "2.16.840.1.101.3.4.2.1";
pub const SHA_512: &str = "2.16.840.1.101.3.4.2.3";
pub const ECDSA_SHA_256: &str = "1.2.840.10045.4.3.2";
pub const ECDSA_SHA_512: &str = "1.2.840.10045.4.3.4";

pub fn integer(number: u8) -> Vec<u8> {
    tlv(0x02, &[number])
}

pub fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

/// AlgorithmIdentifier without parameters.
pub fn algorithm(dotted: &str) -> Vec<u8> {
    sequence(&[&oid(dotted)])
}

/// SET OF in the order of DER.
pub fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(0x31, &parts.concat())
}

pub fn attribute(kind: &str, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[&oid(kind), &set_of(values.to_vec())])
}

pub fn content_info(kind: &str, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &tlv(0xa0, content)])
}

/// The values inside a constructed value: whole and content.
pub fn inside(der: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    crate::structure::children(crate::structure::children(der)[0].2)
        .into_iter()
        .map(|(_, raw, content)| (raw.to_vec(), content.to_vec()))
        .collect()
}

/// IssuerAndSerialNumber of a certificate.
pub fn issuer_and_serial(certificate: &[u8]) -> Vec<u8> {
    let tbs = inside(certificate)[0].0.clone();
    let fields = inside(&tbs);
    sequence(&[&fields[3].0, &fields[1].0])
}

/// One signer; every field can be replaced before [`Signed::build`].
pub struct Signer {
    pub sid: Vec<u8>,
    pub digest_algorithm: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    /// Each attribute in DER; `None`: no signed attributes.
    pub attributes: Option<Vec<Vec<u8>>>,
    pub unsigned: Vec<Vec<u8>>,
    /// Instead of the right one.
    pub signature: Option<Vec<u8>>,
    key: Vec<u8>,
}

impl Signer {
    /// A proper signer with a P-256 key: contentType, messageDigest, SHA-256.
    pub fn new(person: &Person, content: &[u8]) -> Signer {
        Signer {
            sid: issuer_and_serial(person.certificate().to_der()),
            digest_algorithm: algorithm(SHA_256),
            signature_algorithm: algorithm(ECDSA_SHA_256),
            attributes: Some(vec![
                attribute(CONTENT_TYPE, &[oid(DATA)]),
                attribute(MESSAGE_DIGEST, &[octets(&sha2::Sha256::digest(content))]),
            ]),
            unsigned: Vec::new(),
            signature: None,
            key: person.key_der.clone(),
        }
    }

    /// One more attribute.
    pub fn with(mut self, attribute: Vec<u8>) -> Signer {
        self.attributes.get_or_insert_default().push(attribute);
        self
    }

    /// Without the attributes of this type.
    pub fn without(mut self, kind: &str) -> Signer {
        let kind = oid(kind);
        if let Some(attributes) = &mut self.attributes {
            attributes.retain(|attribute| inside(attribute)[0].0 != kind);
        }
        self
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let key = p256::ecdsa::SigningKey::from_pkcs8_der(&self.key).unwrap();
        let signature: p256::ecdsa::DerSignature = key.sign(message);
        signature.as_bytes().to_vec()
    }

    fn build(&self, content: &[u8]) -> Vec<u8> {
        let set = self.attributes.clone().map(set_of);
        let message = set.as_deref().unwrap_or(content);
        let signature = match &self.signature {
            Some(signature) => signature.clone(),
            None => self.sign(message),
        };
        let mut field = set.unwrap_or_default();
        if let Some(tag) = field.first_mut() {
            *tag = 0xa0;
        }
        let unsigned = match self.unsigned.is_empty() {
            true => Vec::new(),
            false => {
                let mut set = set_of(self.unsigned.clone());
                set[0] = 0xa1;
                set
            }
        };
        sequence(&[
            &integer(1),
            &self.sid,
            &self.digest_algorithm,
            &field,
            &self.signature_algorithm,
            &octets(&signature),
            &unsigned,
        ])
    }
}

/// SignedData; every field can be replaced.
pub struct Signed {
    pub content_type: &'static str,
    /// What the signers signed.
    pub content: Vec<u8>,
    /// Whether it stands in the message, or something else does.
    pub carried: Option<Vec<u8>>,
    pub digest_algorithms: Vec<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub signers: Vec<Signer>,
}

impl Signed {
    /// Opaque, with these signers and their certificates.
    pub fn new(content: &[u8], people: &[&Person]) -> Signed {
        Signed {
            content_type: DATA,
            content: content.to_vec(),
            carried: Some(content.to_vec()),
            digest_algorithms: vec![algorithm(SHA_256)],
            certificates: people
                .iter()
                .map(|person| person.certificate().to_der().to_vec())
                .collect(),
            crls: Vec::new(),
            signers: people
                .iter()
                .map(|person| Signer::new(person, content))
                .collect(),
        }
    }

    /// Changes the first signer.
    pub fn signer(mut self, change: impl FnOnce(Signer) -> Signer) -> Signed {
        let first = change(self.signers.remove(0));
        self.signers.insert(0, first);
        self
    }

    /// The ContentInfo.
    pub fn build(&self) -> Vec<u8> {
        let carried = match &self.carried {
            Some(carried) => tlv(0xa0, &octets(carried)),
            None => Vec::new(),
        };
        let certificates = match self.certificates.is_empty() {
            true => Vec::new(),
            false => tlv(0xa0, &self.certificates.concat()),
        };
        let crls = match self.crls.is_empty() {
            true => Vec::new(),
            false => tlv(0xa1, &self.crls.concat()),
        };
        let signers = self.signers.iter().map(|s| s.build(&self.content));
        let data = sequence(&[
            &integer(1),
            &set_of(self.digest_algorithms.clone()),
            &sequence(&[&oid(self.content_type), &carried]),
            &certificates,
            &crls,
            // In the order given, so that tests can choose who comes first.
            &tlv(0x31, &signers.collect::<Vec<_>>().concat()),
        ]);
        content_info(SIGNED, &data)
    }
}

/// A mail around CMS.
pub fn opaque_mail(headers: &str, cms: &[u8]) -> Vec<u8> {
    mail_of(headers, "application/pkcs7-mime; name=\"smime.p7m\"", cms)
}

fn mail_of(headers: &str, content_type: &str, cms: &[u8]) -> Vec<u8> {
    format!(
        "{headers}MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        base64(cms)
    )
    .into_bytes()
}

/// A mail with multipart/signed around this part.
pub fn detached_mail(headers: &str, part: &str, p7s: &[u8]) -> Vec<u8> {
    format!(
        "{headers}MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=sha-256;\r\n \
         protocol=\"application/pkcs7-signature\"; boundary=\"b0\"\r\n\r\n--b0\r\n{part}\r\n--b0\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b0--\r\n",
        base64(p7s)
    )
    .into_bytes()
}

/// Base64 in lines.
pub fn base64(bytes: &[u8]) -> String {
    let text = STANDARD.encode_to_string(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join("\r\n")
}

/// EnvelopedData or AuthEnvelopedData; every field can be replaced.
pub struct Enveloped {
    pub kind: &'static str,
    pub recipients: Vec<Vec<u8>>,
    pub content_type: &'static str,
    pub algorithm: Vec<u8>,
    pub ciphertext: Vec<u8>,
    /// authAttrs, whole field with tag `[1]`.
    pub attributes: Vec<u8>,
    pub mac: Option<Vec<u8>>,
}

impl Enveloped {
    pub fn build(&self) -> Vec<u8> {
        let mac = self.mac.as_ref().map(|mac| octets(mac)).unwrap_or_default();
        let data = sequence(&[
            &integer(0),
            &tlv(0x31, &self.recipients.concat()),
            &sequence(&[
                &oid(self.content_type),
                &self.algorithm,
                &tlv(0x80, &self.ciphertext),
            ]),
            &self.attributes,
            &mac,
        ]);
        content_info(self.kind, &data)
    }
}

/// KeyTransRecipientInfo with PKCS#1 v1.5 around whatever is given as the encrypted key.
pub fn key_transport(certificate: &[u8], encrypted_key: &[u8]) -> Vec<u8> {
    let rsa = sequence(&[&oid("1.2.840.113549.1.1.1"), &[0x05, 0x00]]);
    sequence(&[
        &integer(0),
        &issuer_and_serial(certificate),
        &rsa,
        &octets(encrypted_key),
    ])
}

/// RSA of a PKCS#1 v1.5 block with this content, by the public key of an RSA person.
pub fn rsa_pkcs1(person: &Person, content: &[u8]) -> Vec<u8> {
    let key = rsa::RsaPrivateKey::from_pkcs8_der(&person.key_der).unwrap();
    let mut random = rand_core::UnwrapErr(getrandom::SysRng);
    key.to_public_key()
        .encrypt(&mut random, rsa::Pkcs1v15Encrypt, content)
        .unwrap()
}

/// The raw RSA operation on any block.
pub fn rsa_raw(person: &Person, block: &[u8]) -> Vec<u8> {
    use rsa::traits::PublicKeyParts;
    let key = rsa::RsaPrivateKey::from_pkcs8_der(&person.key_der).unwrap();
    let number = rsa::BoxedUint::from_be_slice_vartime(block);
    let result = rsa::hazmat::rsa_encrypt(&key.to_public_key(), &number).unwrap();
    let bytes = result.to_be_bytes();
    bytes[bytes.len() - key.size()..].to_vec()
}

/// AES-128-CBC with the padding of CMS.
pub fn aes_128_cbc(key: &[u8; 16], iv: &[u8; 16], content: &[u8]) -> Vec<u8> {
    let mut buffer = content.to_vec();
    buffer.resize(content.len() + 16, 0);
    cbc::Encryptor::<aes::Aes128>::new(key.into(), iv.into())
        .encrypt_padded::<Pkcs7>(&mut buffer, content.len())
        .unwrap()
        .to_vec()
}

/// The identifier of AES-128-CBC with this IV.
pub fn aes_128_cbc_id(iv: &[u8]) -> Vec<u8> {
    sequence(&[&oid("2.16.840.1.101.3.4.1.2"), &octets(iv)])
}

/// The same DER with the value at `path` replaced by what `change` makes of it (nothing: deleted). Each step of the path counts the
/// values inside a constructed value; lengths above are written again.
pub fn edit(der: &[u8], path: &[usize], change: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((first, rest)) = path.split_first() else {
        return change(der);
    };
    let values = crate::structure::children(der);
    let [(tag, _, content)] = values[..] else {
        panic!("not one value");
    };
    let mut out = Vec::new();
    let children = crate::structure::children(content);
    assert!(*first < children.len(), "no such value");
    for (index, (_, raw, _)) in children.iter().enumerate() {
        match index == *first {
            true => out.extend(edit(raw, rest, change)),
            false => out.extend(*raw),
        }
    }
    tlv(tag, &out)
}

/// The value at `path`: whole.
pub fn value_at(der: &[u8], path: &[usize]) -> Vec<u8> {
    let found = std::cell::RefCell::new(Vec::new());
    edit(der, path, &|raw| {
        *found.borrow_mut() = raw.to_vec();
        raw.to_vec()
    });
    found.into_inner()
}

/// The CMS in a mail whose body is one base64 block.
pub fn cms_of(mail: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(mail).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let body: String = body.split_whitespace().collect();
    STANDARD.decode_to_vec(body).unwrap()
}
