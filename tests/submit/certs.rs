//! A small authority for the TLS of the tests.

use std::sync::Arc;
use std::time::Duration;

use der::asn1::{Ia5String, OctetString, UtcTime};
use der::{Encode, EncodePem, pem::LineEnding};
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

/// A test authority and what it issues; keys are fixed numbers, nothing here is secret.
pub struct Authority {
    key: p256::SecretKey,
    name: String,
    pem: String,
}

/// What a server certificate says.
pub enum Host<'a> {
    Dns(&'a str),
    Ip([u8; 4]),
}

struct Profile {
    issuer: String,
    subject: String,
    name: Option<GeneralName>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.parse().unwrap()
    }

    fn get_subject(&self) -> Name {
        self.subject.parse().unwrap()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let subject = tbs.subject();
        let constraints = BasicConstraints {
            ca: self.name.is_none(),
            path_len_constraint: None,
        };
        let mut extensions = vec![(&constraints).to_extension(subject, &[])?];
        if let Some(name) = &self.name {
            let names = SubjectAltName(vec![name.clone()]);
            extensions.push((&names).to_extension(subject, &[])?);
        }
        Ok(extensions)
    }
}

impl Authority {
    pub fn new(seed: u8) -> Authority {
        let key = p256::SecretKey::from_slice(&[seed; 32]).unwrap();
        let name = format!("CN=Test TLS CA {seed}");
        let profile = Profile {
            issuer: name.clone(),
            subject: name.clone(),
            name: None,
        };
        let certificate = issue(&key, &key, profile, (2020, 2049));
        Authority {
            pem: certificate.to_pem(LineEnding::LF).unwrap(),
            key,
            name,
        }
    }

    pub fn pem(&self) -> &[u8] {
        self.pem.as_bytes()
    }

    /// The TLS configuration of a server, with a certificate for the host and these years.
    pub fn server(&self, host: Host<'_>, years: (u64, u64)) -> Arc<ServerConfig> {
        server(&self.key, &self.name, host, years)
    }

    /// The same, with a certificate that no authority has issued.
    pub fn self_signed(host: Host<'_>, years: (u64, u64)) -> Arc<ServerConfig> {
        server(&server_key(), "CN=mail", host, years)
    }
}

fn server_key() -> p256::SecretKey {
    p256::SecretKey::from_slice(&[99; 32]).unwrap()
}

fn server(
    issuer_key: &p256::SecretKey,
    issuer: &str,
    host: Host<'_>,
    years: (u64, u64),
) -> Arc<ServerConfig> {
    let key = server_key();
    let name = match host {
        Host::Dns(name) => GeneralName::DnsName(Ia5String::new(name).unwrap()),
        Host::Ip(address) => GeneralName::IpAddress(OctetString::new(address).unwrap()),
    };
    let profile = Profile {
        issuer: issuer.into(),
        subject: "CN=mail".into(),
        name: Some(name),
    };
    let certificate = issue(issuer_key, &key, profile, years).to_der().unwrap();
    let key = key.to_pkcs8_der().unwrap().as_bytes().to_vec();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls_graviola::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)),
        );
    Arc::new(config.unwrap())
}

fn issue(
    signer: &p256::SecretKey,
    subject: &p256::SecretKey,
    profile: Profile,
    years: (u64, u64),
) -> x509_cert::Certificate {
    let time = |year: u64| {
        let seconds = (year - 1970) * 31_557_600;
        Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(seconds)).unwrap())
    };
    let builder = CertificateBuilder::new(
        profile,
        SerialNumber::from(7u32),
        Validity::new(time(years.0), time(years.1)),
        SubjectPublicKeyInfoOwned::from_key(&subject.public_key()).unwrap(),
    );
    let signer = SigningKey::from(signer);
    builder.unwrap().build::<_, DerSignature>(&signer).unwrap()
}
