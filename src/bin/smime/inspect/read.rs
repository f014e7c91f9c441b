//! What a file holds.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use smime::cert::{Crl, OcspResponse, Pkcs12};
use smime::open::{Outline, outline};
use smime::{Certificate, ErrorKind, Limits, PrivateKey};
use zeroize::Zeroizing;

use crate::kind::Kind;

/// Something in a file.
pub enum Found {
    Certificate(Box<Certificate>),
    Crl(Crl),
    Ocsp(OcspResponse),
    Key(PrivateKey),
    Pkcs12(Box<Pkcs12>),
    Outline(Outline),
}

impl Found {
    /// The certificates in it, which may stand between each other and a trust anchor.
    pub fn certificates(&self) -> Vec<&Certificate> {
        match self {
            Found::Certificate(certificate) => vec![certificate],
            Found::Pkcs12(file) => {
                let entries = file.certificates().iter();
                entries.map(|entry| entry.certificate()).collect()
            }
            Found::Crl(_) | Found::Ocsp(_) | Found::Key(_) | Found::Outline(_) => Vec::new(),
        }
    }
}

/// Everything in a file; a PKCS#12 or a key is opened with the first of the passwords that does it.
pub fn look(bytes: &[u8], path: &Path, passwords: &[Zeroizing<String>]) -> Result<Vec<Found>> {
    let named = |error: smime::Error| anyhow::Error::from(error.in_file(path));
    match Kind::of(bytes) {
        Kind::Cms | Kind::Mail => {
            let outline = outline(bytes, &Limits::default()).map_err(named)?;
            Ok(vec![Found::Outline(outline)])
        }
        Kind::Certificates => match Certificate::all_from_bytes(bytes) {
            Ok(certificates) => Ok(from_certificates(certificates)),
            Err(error) => match (Crl::from_bytes(bytes), OcspResponse::from_bytes(bytes)) {
                (Ok(crl), _) => Ok(vec![Found::Crl(crl)]),
                (_, Ok(response)) => Ok(vec![Found::Ocsp(response)]),
                _ => Err(named(error)),
            },
        },
        Kind::Ocsp => {
            let response = OcspResponse::from_bytes(bytes).map_err(named)?;
            Ok(vec![Found::Ocsp(response)])
        }
        Kind::Keys => match pkcs12(bytes, passwords) {
            Ok(file) => Ok(vec![Found::Pkcs12(Box::new(file))]),
            Err(error) if is_closed(&error) => Err(closed("PKCS#12 file", path, passwords)),
            Err(error) => match key(bytes, passwords) {
                Ok(key) => Ok(vec![Found::Key(key)]),
                Err(other) if is_closed(&other) => Err(closed("private key", path, passwords)),
                Err(_) => Err(named(error)),
            },
        },
        Kind::Pem => pem(bytes, path, passwords),
    }
}

/// Everything in a PEM file that is known; whatever else stands in it is passed over.
fn pem(bytes: &[u8], path: &Path, passwords: &[Zeroizing<String>]) -> Result<Vec<Found>> {
    let named = |error: smime::Error| anyhow::Error::from(error.in_file(path));
    let holds = |label: &[u8]| bytes.windows(label.len()).any(|text| text == label);
    let mut found = match Certificate::all_from_bytes(bytes) {
        Ok(certificates) => from_certificates(certificates),
        Err(error) if matches!(error.kind(), ErrorKind::Missing { .. }) => Vec::new(),
        Err(error) => return Err(named(error)),
    };
    if holds(b"-----BEGIN X509 CRL-----") {
        let crls = Crl::all_from_bytes(bytes).map_err(named)?;
        found.extend(crls.into_iter().map(Found::Crl));
    }
    if holds(b"-----BEGIN OCSP RESPONSE-----") {
        found.push(Found::Ocsp(OcspResponse::from_bytes(bytes).map_err(named)?));
    }
    if holds(b"PRIVATE KEY-----") {
        match key(bytes, passwords) {
            Ok(key) => found.push(Found::Key(key)),
            Err(error) if is_closed(&error) => return Err(closed("private key", path, passwords)),
            Err(error) => return Err(named(error)),
        }
    }
    if found.is_empty() {
        let known = "certificates, revocation lists, OCSP responses, private keys or CMS";
        bail!("{}: PEM without {known} in it", path.display());
    }
    Ok(found)
}

fn from_certificates(certificates: Vec<Certificate>) -> Vec<Found> {
    let boxed = |certificate| Found::Certificate(Box::new(certificate));
    certificates.into_iter().map(boxed).collect()
}

/// With the first password that opens it, or none.
fn pkcs12(bytes: &[u8], passwords: &[Zeroizing<String>]) -> Result<Pkcs12, smime::Error> {
    let mut opened = Pkcs12::open(bytes, None);
    for password in passwords {
        if !opened.as_ref().is_err_and(is_closed) {
            break;
        }
        opened = Pkcs12::open(bytes, password.as_str());
    }
    opened
}

fn key(bytes: &[u8], passwords: &[Zeroizing<String>]) -> Result<PrivateKey, smime::Error> {
    let mut opened = PrivateKey::from_bytes(bytes, None);
    for password in passwords {
        if !opened.as_ref().is_err_and(is_closed) {
            break;
        }
        opened = PrivateKey::from_bytes(bytes, Some(password.as_str()));
    }
    opened
}

fn is_closed(error: &smime::Error) -> bool {
    matches!(error.kind(), ErrorKind::WrongPassword { .. })
}

fn closed(what: &str, path: &Path, passwords: &[Zeroizing<String>]) -> anyhow::Error {
    let path = path.display();
    match passwords.is_empty() {
        true => anyhow!(
            "{path}: a {what} that needs a password; give it with --password-file or --password-env"
        ),
        false => anyhow!("{path}: a {what} that no given password opens"),
    }
}
