//! Certificates, identities and anchors from files. Every error names its file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use smime::cert::{Crl, OcspResponse, Pkcs12};
use smime::{Certificate, Identity, Limits, TrustAnchors};
use zeroize::Zeroizing;

use crate::kind::Kind;
use crate::password;

/// A file of certificates or keys.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let named = |detail: &dyn std::fmt::Display| anyhow!("{}: {detail}", path.display());
    let limit = Limits::default().file_bytes;
    let file = File::open(path).map_err(|error| named(&error))?;
    let size = file.metadata().map_or(0, |about| about.len()).min(limit);
    // It may hold a key: a buffer that grows would leave copies behind.
    let room = usize::try_from(size)?.saturating_add(4096);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let mut file = file.take(limit.saturating_add(1));
    file.read_to_end(&mut bytes)
        .map_err(|error| named(&error))?;
    if u64::try_from(bytes.len())? > limit {
        bail!(named(&format!(
            "larger than {limit} bytes, which no certificate file is"
        )));
    }
    Ok(bytes)
}

/// A PKCS#12, or a PEM with key and certificates.
pub fn identity(path: &Path, password: Option<&str>) -> Result<Identity> {
    let bytes = read(path)?;
    let identity = match is_pem(&bytes) {
        true => Identity::from_pem(&bytes, password),
        false => Pkcs12::open(&bytes, password).and_then(|file| file.identity()),
    };
    identity.map_err(|error| password::explain(error, path, password.is_some()))
}

/// Every identity of a PKCS#12, or the one of a PEM.
pub fn identities(path: &Path, password: Option<&str>) -> Result<Vec<Identity>> {
    let bytes = read(path)?;
    let opened = match is_pem(&bytes) {
        true => Identity::from_pem(&bytes, password).map(|identity| vec![identity]),
        false => Pkcs12::open(&bytes, password).map(|file| file.identities()),
    };
    let identities = opened.map_err(|error| password::explain(error, path, password.is_some()))?;
    if identities.is_empty() {
        bail!("{}: no key with its certificate in it", path.display());
    }
    Ok(identities)
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|text| text == b"-----BEGIN ")
}

/// Every certificate of a file: DER, PEM or p7b.
pub fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let bytes = read(path)?;
    if Kind::of(&bytes) == Kind::Keys {
        bail!(
            "{}: a PKCS#12 file or a key, and certificates are wanted here (DER, PEM or p7b)",
            path.display()
        );
    }
    Certificate::all_from_bytes(&bytes).map_err(|error| error.in_file(path).into())
}

/// Every revocation list of a file, DER or PEM.
pub fn crls(path: &Path) -> Result<Vec<Crl>> {
    let bytes = read(path)?;
    Crl::all_from_bytes(&bytes).map_err(|error| error.in_file(path).into())
}

/// The OCSP response that a file is.
pub fn ocsp_response(path: &Path) -> Result<OcspResponse> {
    let bytes = read(path)?;
    OcspResponse::from_bytes(&bytes).map_err(|error| error.in_file(path).into())
}

/// One certificate, DER or PEM.
pub fn certificate(path: &Path) -> Result<Certificate> {
    let bytes = read(path)?;
    Certificate::from_bytes(&bytes).map_err(|error| error.in_file(path).into())
}

/// All certificates of a file.
pub fn anchors(path: &Path) -> Result<TrustAnchors> {
    let certificates = certificates(path)?;
    if certificates.is_empty() {
        bail!("{}: no certificate in it", path.display());
    }
    let mut anchors = TrustAnchors::new();
    for certificate in &certificates {
        anchors.add(certificate);
    }
    Ok(anchors)
}
