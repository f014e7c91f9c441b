//! Certificates, identities and anchors from files. Every error names its file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use smime::cert::Pkcs12;
use smime::{Certificate, Identity, Limits, TrustAnchors};
use zeroize::Zeroizing;

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
    let is_pem = bytes.windows(11).any(|text| text == b"-----BEGIN ");
    let identity = match is_pem {
        true => Identity::from_pem(&bytes, password),
        false => Pkcs12::open(&bytes, password).and_then(|file| file.identity()),
    };
    identity.map_err(|error| password::explain(error, path, password.is_some()))
}

/// One certificate, DER or PEM.
pub fn certificate(path: &Path) -> Result<Certificate> {
    let bytes = read(path)?;
    Certificate::from_bytes(&bytes).map_err(|error| error.in_file(path).into())
}

/// All certificates of a file.
pub fn anchors(path: &Path) -> Result<TrustAnchors> {
    let bytes = read(path)?;
    let certificates = Certificate::all_from_bytes(&bytes).map_err(|error| error.in_file(path))?;
    if certificates.is_empty() {
        bail!("{}: no certificate in it", path.display());
    }
    let mut anchors = TrustAnchors::new();
    for certificate in &certificates {
        anchors.add(certificate);
    }
    Ok(anchors)
}
