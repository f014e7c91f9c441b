//! Writing of PKCS#12 files: PBES2 with AES-256, and a MAC with SHA-256.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::bags::{Attributes, CertificateEntry, KeyEntry};
use super::{
    CERT_BAG, FRIENDLY_NAME, ID_ENCRYPTED_DATA, LOCAL_KEY_ID, SHROUDED_KEY_BAG, X509_CERTIFICATE,
};
use crate::Error;
use crate::asn1::{
    Tag, explicit, implicit, integer_u64, null, octet_string, oid, sequence, set_of, tlv,
};
use crate::bag::{ID_DATA, content_info};
use crate::cert::load::password::Password;
use crate::cert::load::pbe::{Cipher, Hash, ID_AES256_CBC, ID_PBES2, ID_PBKDF2, Purpose};
use crate::crypto::RandomSource;

const HMAC_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// What a file is written with.
pub(in crate::cert::load) struct Writing<'w> {
    pub password: Password<'w>,
    pub iterations: u32,
    pub random: &'w dyn RandomSource,
}

impl Writing<'_> {
    fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut octets = [0; N];
        self.random.fill(&mut octets)?;
        Ok(octets)
    }

    /// The AlgorithmIdentifier and the ciphertext.
    pub(in crate::cert::load) fn encrypt(&self, plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let salt: [u8; 16] = self.random()?;
        let iv: [u8; 16] = self.random()?;
        let key = Hash::Sha256.pbkdf2(self.password.utf8(), &salt, self.iterations, 32);
        let data = Cipher::encrypt_aes256(&key, &iv, plain)
            .ok_or_else(|| Error::unfit("too large for a PKCS#12 file"))?;
        // keyLength is left out: some readers stumble on it, and the cipher says it.
        let kdf = sequence(&[
            &oid(&ID_PBKDF2),
            &sequence(&[
                &octet_string(&salt),
                &integer_u64(u64::from(self.iterations)),
                &sequence(&[&oid(&HMAC_WITH_SHA256), &null()]),
            ]),
        ]);
        let cipher = sequence(&[&oid(&ID_AES256_CBC), &octet_string(&iv)]);
        let algorithm = sequence(&[&oid(&ID_PBES2), &sequence(&[&kdf, &cipher])]);
        Ok((algorithm, data))
    }

    fn mac_data(&self, content: &[u8]) -> Result<Vec<u8>, Error> {
        let salt: [u8; 16] = self.random()?;
        let password = self.password.bmp();
        let key = Hash::Sha256.pkcs12_kdf(&password, &salt, Purpose::Mac, self.iterations, 32);
        let mac = Hash::Sha256.hmac(&key, content);
        let info = sequence(&[&sequence(&[&oid(&SHA256), &null()]), &octet_string(&mac)]);
        let iterations = integer_u64(u64::from(self.iterations));
        Ok(sequence(&[&info, &octet_string(&salt), &iterations]))
    }

    /// The whole file: certificates in one encrypted part, as most writers do, and keys encrypted each by itself.
    pub(super) fn file(
        &self,
        keys: &[KeyEntry],
        certificates: &[CertificateEntry],
    ) -> Result<Vec<u8>, Error> {
        let bags: Vec<Vec<u8>> = certificates.iter().map(certificate_bag).collect();
        let (algorithm, data) = self.encrypt(&sequence_of(&bags))?;
        let encrypted = sequence(&[
            &integer_u64(0),
            &sequence(&[&oid(&ID_DATA), &algorithm, &implicit(0, false, &data)]),
        ]);
        let certificate_part = content_info(&ID_ENCRYPTED_DATA, &encrypted);

        let mut bags = Vec::with_capacity(keys.len());
        for key in keys {
            let (algorithm, data) = self.encrypt(&key.der)?;
            let shrouded = sequence(&[&algorithm, &octet_string(&data)]);
            bags.push(safe_bag(&SHROUDED_KEY_BAG, &shrouded, &key.attributes));
        }
        let key_part = content_info(&ID_DATA, &octet_string(&sequence_of(&bags)));

        let content = sequence(&[&certificate_part, &key_part]);
        let auth_safe = content_info(&ID_DATA, &octet_string(&content));
        let mac_data = self.mac_data(&content)?;
        Ok(sequence(&[&integer_u64(3), &auth_safe, &mac_data]))
    }
}

fn sequence_of(values: &[Vec<u8>]) -> Zeroizing<Vec<u8>> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    Zeroizing::new(sequence(&values))
}

fn certificate_bag(entry: &CertificateEntry) -> Vec<u8> {
    let value = sequence(&[
        &oid(&X509_CERTIFICATE),
        &explicit(0, &octet_string(&entry.der)),
    ]);
    safe_bag(&CERT_BAG, &value, &entry.attributes)
}

fn safe_bag(id: &ObjectIdentifier, value: &[u8], attributes: &Attributes) -> Vec<u8> {
    let attribute =
        |id: &ObjectIdentifier, value: Vec<u8>| sequence(&[&oid(id), &set_of(vec![value])]);
    let mut set = Vec::new();
    if let Some(name) = &attributes.friendly_name {
        let octets: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        set.push(attribute(&FRIENDLY_NAME, tlv(Tag::BMP_STRING, &octets)));
    }
    if let Some(id) = &attributes.local_key_id {
        set.push(attribute(&LOCAL_KEY_ID, octet_string(id)));
    }
    let attributes = match set.is_empty() {
        true => Vec::new(),
        false => set_of(set),
    };
    sequence(&[&oid(id), &explicit(0, value), &attributes])
}
