//! A mail server with TLS for the tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::ca::{Ca, Key, SERVER_AUTH};
use crate::smtp::{Script, Server};

pub const USER: &str = "alice";
pub const PASSWORD: &str = "smtp-password-of-alice";

pub fn script() -> Script {
    Script::offering(&["AUTH PLAIN LOGIN", "8BITMIME", "SIZE 36700160"]).account(USER, PASSWORD)
}

/// Starts a server with implicit TLS, or STARTTLS when that is offered, and writes its root to a file.
pub async fn start(script: Script, folder: &Path) -> (Server, PathBuf) {
    let ca = Ca::new("Test TLS CA");
    let (certificate, key) = ca
        .certify(Key::P256, "localhost")
        .no_address()
        .alternative_name(0x87, &[127, 0, 0, 1])
        .extended_key_usage(&[SERVER_AUTH])
        .issue();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls_graviola::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)),
        );
    let root = folder.join("tls-root.pem");
    std::fs::write(&root, ca.certificate_pem()).unwrap();
    (
        Server::start(script.tls(Arc::new(config.unwrap()))).await,
        root,
    )
}
