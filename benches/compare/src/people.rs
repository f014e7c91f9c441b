//! A certification authority, a signer and a recipient, made with OpenSSL when the program starts.

use std::fs;
use std::io;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name};

use crate::work::Keys;

/// The sender, who signs.
pub const ALICE: &str = "alice@example.org";
/// The recipient.
pub const BOB: &str = "bob@example.org";

/// A certificate and its private key, in the form of OpenSSL.
#[derive(Clone)]
pub struct Person {
    pub certificate: X509,
    pub key: PKey<Private>,
}

/// Everyone a message needs. The root signs both leaves.
#[derive(Clone)]
pub struct People {
    pub root: X509,
    pub alice: Person,
    pub bob: Person,
}

impl People {
    /// New keys. The root has a P-256 key for P-256 and an RSA-2048 key for RSA of all sizes.
    pub fn generate(keys: Keys) -> Result<People, ErrorStack> {
        let root = match keys {
            Keys::P256 => generate(Keys::P256)?,
            Keys::Rsa2048 | Keys::Rsa3072 | Keys::Rsa4096 => generate(Keys::Rsa2048)?,
        };
        let certificate = certify("Root", &root, None)?;
        let root = Person {
            certificate,
            key: root,
        };
        Ok(People {
            alice: leaf(keys, ALICE, &root)?,
            bob: leaf(keys, BOB, &root)?,
            root: root.certificate,
        })
    }

    /// As PEM, which is what both sides load.
    pub fn to_pem(&self) -> Result<Pem, ErrorStack> {
        Ok(Pem {
            root: self.root.to_pem()?,
            alice: self.alice.to_pem()?,
            bob: self.bob.to_pem()?,
        })
    }

    /// From PEM.
    pub fn from_pem(pem: &Pem) -> Result<People, ErrorStack> {
        Ok(People {
            root: X509::from_pem(&pem.root)?,
            alice: Person::from_pem(&pem.alice)?,
            bob: Person::from_pem(&pem.bob)?,
        })
    }
}

/// The root's certificate; certificate and PKCS#8 key of the others.
pub struct Pem {
    pub root: Vec<u8>,
    pub alice: Vec<u8>,
    pub bob: Vec<u8>,
}

impl Pem {
    /// Writes `root.pem`, `alice.pem` and `bob.pem`, for child processes.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join("root.pem"), &self.root)?;
        fs::write(folder.join("alice.pem"), &self.alice)?;
        fs::write(folder.join("bob.pem"), &self.bob)
    }

    /// What [`Pem::save`] wrote.
    pub fn load(folder: &Path) -> io::Result<Pem> {
        Ok(Pem {
            root: fs::read(folder.join("root.pem"))?,
            alice: fs::read(folder.join("alice.pem"))?,
            bob: fs::read(folder.join("bob.pem"))?,
        })
    }
}

impl Person {
    fn from_pem(pem: &[u8]) -> Result<Person, ErrorStack> {
        Ok(Person {
            certificate: X509::from_pem(pem)?,
            key: PKey::private_key_from_pem(pem)?,
        })
    }

    fn to_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        let mut pem = self.certificate.to_pem()?;
        pem.extend(self.key.private_key_to_pem_pkcs8()?);
        Ok(pem)
    }
}

fn generate(keys: Keys) -> Result<PKey<Private>, ErrorStack> {
    let rsa = |bits| PKey::from_rsa(Rsa::generate(bits)?);
    match keys {
        Keys::Rsa2048 => rsa(2048),
        Keys::Rsa3072 => rsa(3072),
        Keys::Rsa4096 => rsa(4096),
        Keys::P256 => {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
            PKey::from_ec_key(EcKey::generate(&group)?)
        }
    }
}

fn leaf(keys: Keys, address: &str, root: &Person) -> Result<Person, ErrorStack> {
    let key = generate(keys)?;
    Ok(Person {
        certificate: certify(address, &key, Some(root))?,
        key,
    })
}

/// A mail certificate by `issuer` for the address `name`; without issuer a root of that name.
fn certify(name: &str, key: &PKey<Private>, issuer: Option<&Person>) -> Result<X509, ErrorStack> {
    let mut serial = BigNum::new()?;
    serial.rand(120, MsbOption::ONE, false)?;
    let mut subject = X509Name::builder()?;
    subject.append_entry_by_nid(Nid::COMMONNAME, name)?;
    let subject = subject.build();

    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(365)?)?;
    builder.set_subject_name(&subject)?;
    builder.set_pubkey(key)?;
    let issuer_certificate = issuer.map(|issuer| issuer.certificate.as_ref());
    builder.set_issuer_name(issuer_certificate.map_or(&subject, |issuer| issuer.subject_name()))?;

    let mut usage = KeyUsage::new();
    usage.critical();
    let context = builder.x509v3_context(issuer_certificate, None);
    let mut extensions = vec![SubjectKeyIdentifier::new().build(&context)?];
    if issuer.is_some() {
        usage.digital_signature();
        match key.rsa() {
            Ok(_) => usage.key_encipherment(),
            Err(_) => usage.key_agreement(),
        };
        extensions.extend([
            AuthorityKeyIdentifier::new().keyid(true).build(&context)?,
            ExtendedKeyUsage::new().email_protection().build()?,
            SubjectAlternativeName::new().email(name).build(&context)?,
        ]);
    } else {
        usage.key_cert_sign().crl_sign();
        extensions.push(BasicConstraints::new().critical().ca().build()?);
    }
    extensions.push(usage.build()?);
    for extension in extensions {
        builder.append_extension(extension)?;
    }
    builder.sign(
        issuer.map_or(key, |issuer| &issuer.key),
        MessageDigest::sha256(),
    )?;
    Ok(builder.build())
}
