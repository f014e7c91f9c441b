//! TLS: provider, roots, handshake, and what went wrong in words.

use std::io;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

use super::wire::Stream;
use super::{SubmitError, TlsProblem};
use crate::Error;

/// A configuration with TLS 1.2 and 1.3 and these roots; without roots, those of the platform.
pub(super) fn client_config(
    roots: Option<&Arc<RootCertStore>>,
) -> Result<Arc<ClientConfig>, SubmitError> {
    let setup = |error: rustls::Error| SubmitError::TlsSetup {
        detail: error.to_string(),
    };
    let builder = ClientConfig::builder_with_provider(provider()?)
        .with_safe_default_protocol_versions()
        .map_err(setup)?;
    let builder = match roots {
        Some(roots) => builder.with_root_certificates(Arc::clone(roots)),
        None => builder.with_platform_verifier().map_err(setup)?,
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

/// What the application installed, else the built-in one. Nothing is installed here: that is for applications.
fn provider() -> Result<Arc<CryptoProvider>, SubmitError> {
    if let Some(provider) = CryptoProvider::get_default() {
        return Ok(Arc::clone(provider));
    }
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if graviola::util::is_cpu_supported() {
        return Ok(Arc::new(rustls_graviola::default_provider()));
    }
    Err(SubmitError::NoTlsProvider)
}

/// Roots from PEM, one or several certificates, or from DER, one.
pub(super) fn roots(bytes: &[u8]) -> Result<RootCertStore, Error> {
    const WHAT: &str = "root certificates";
    let is_der = bytes.first() == Some(&0x30);
    let certificates: Vec<CertificateDer<'static>> = if is_der {
        vec![CertificateDer::from(bytes.to_vec())]
    } else {
        CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| Error::malformed(WHAT, error.to_string()))?
    };
    if certificates.is_empty() {
        return Err(Error::malformed(
            WHAT,
            "no certificate in it, neither PEM nor DER",
        ));
    }
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store
            .add(certificate)
            .map_err(|error| Error::malformed(WHAT, error.to_string()))?;
    }
    Ok(store)
}

pub(super) async fn handshake(
    stream: Box<dyn Stream>,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    bound: std::time::Duration,
) -> Result<Box<dyn Stream>, TlsProblem> {
    match timeout(bound, TlsConnector::from(config).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(problem(error)),
        Err(_) => Err(TlsProblem::TimedOut),
    }
}

fn problem(error: io::Error) -> TlsProblem {
    let text = error.to_string();
    let Some(inner) = error.into_inner() else {
        return TlsProblem::Handshake { detail: text };
    };
    match inner.downcast::<rustls::Error>() {
        Ok(error) => match *error {
            rustls::Error::InvalidCertificate(error) => certificate_problem(error),
            other => TlsProblem::Handshake {
                detail: other.to_string(),
            },
        },
        Err(_) => TlsProblem::Handshake { detail: text },
    }
}

fn certificate_problem(error: CertificateError) -> TlsProblem {
    match error {
        CertificateError::NotValidForName => TlsProblem::WrongHost {
            presented: Vec::new(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsProblem::WrongHost { presented }
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsProblem::NotYetValid
        }
        CertificateError::Revoked => TlsProblem::Revoked,
        CertificateError::UnknownIssuer => TlsProblem::UnknownAuthority,
        other => TlsProblem::Certificate {
            detail: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_that_a_file_holds_no_certificate() {
        for bytes in [b"".as_slice(), b"hello", b"\x30\x03\x02\x01\x01"] {
            let error = roots(bytes).unwrap_err().to_string();
            assert!(error.contains("root certificates"), "{error}");
        }
    }
}
