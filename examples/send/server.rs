//! The mail server of the demo, on loopback. TLS, AUTH and the dialogue are real; it delivers to memory.

use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::Result;
use crate::ca::{Ca, Key, SERVER_AUTH};
use crate::smtp::{Script, Server};

pub const USER: &str = "juergen";
pub const PASSWORD: &str = "demo-smtp-password";

/// A server that answers like any other, and the TLS root that vouches for it, in PEM.
pub async fn start() -> Result<(Server, String)> {
    // Not the CA of the people: roots of TLS and roots of mail are different things.
    let ca = Ca::new("Example TLS CA");
    let (certificate, key) = ca
        .certify(Key::P256, "localhost")
        .no_address()
        .alternative_name(0x82, b"localhost")
        .alternative_name(0x87, &[127, 0, 0, 1])
        .extended_key_usage(&[SERVER_AUTH])
        .issue();
    let config = ServerConfig::builder_with_provider(Arc::new(provider()?))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)),
        )?;
    let script = Script::offering(&["AUTH PLAIN LOGIN", "8BITMIME", "SIZE 36700160"])
        .tls(Arc::new(config))
        .account(USER, PASSWORD);
    Ok((Server::start(script).await, ca.certificate_pem()))
}

fn provider() -> Result<CryptoProvider> {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if graviola::util::is_cpu_supported() {
        return Ok(rustls_graviola::default_provider());
    }
    Err("the demo needs a TLS provider for its server, and the built-in one does not run on this processor".into())
}
