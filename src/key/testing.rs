//! Keys, and the `openssl` command line as second opinion.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use hex_literal::hex;
use rsa::pkcs8::EncodePrivateKey;

use super::PrivateKey;
use super::load::{curve_private_key, ec_private_key, private_key_info};
use crate::crypto::public_key::{Curve, X25519, ec_algorithm};
use crate::crypto::signature::ED25519;

/// An RSA-2048 key of this run.
pub(crate) fn rsa2048() -> PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| rsa(2048)).clone()
}

/// An RSA key of this run.
pub(crate) fn rsa(bits: usize) -> PrivateKey {
    let mut random = rand_core::UnwrapErr(getrandom::SysRng);
    let key = rsa::RsaPrivateKey::new(&mut random, bits).unwrap();
    PrivateKey::from_pkcs8_der(key.to_pkcs8_der().unwrap().as_bytes()).unwrap()
}

/// The keys of RFC 6979 A.2.5, A.2.6 and A.2.7.
pub(crate) fn ec(curve: Curve) -> PrivateKey {
    let scalar: &[u8] = match curve {
        Curve::P256 => &hex!("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"),
        Curve::P384 => &hex!(
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5"
        ),
        Curve::P521 => &hex!(
            "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538"
        ),
    };
    let key = super::memory::EcKey::new(curve, scalar).unwrap();
    let point = super::memory::MemoryKey::Ec(key).public_key().unwrap();
    let (_, point) = point.ec_point().unwrap();
    let info = private_key_info(&ec_algorithm(curve), &ec_private_key(scalar, point));
    PrivateKey::from_pkcs8_der(&info).unwrap()
}

/// RFC 8032 7.1, TEST 3.
pub(crate) fn ed25519() -> PrivateKey {
    let seed = hex!("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    PrivateKey::from_pkcs8_der(&curve_private_key(ED25519, &seed)).unwrap()
}

/// RFC 7748 6.1, Alice.
pub(crate) fn x25519() -> PrivateKey {
    let scalar = hex!("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    PrivateKey::from_pkcs8_der(&curve_private_key(X25519, &scalar)).unwrap()
}

/// Whether the tool is there. Missing is a failure in CI and a loud skip elsewhere.
pub(crate) fn have_openssl() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok();
    if !found {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "openssl is missing"
        );
        crate::skip::loudly("the openssl command line is not installed");
    }
    found
}

/// Runs openssl in `dir` with blank-separated arguments; gives its output if it succeeded.
pub(crate) fn openssl(dir: &Path, arguments: &str) -> Option<Vec<u8>> {
    let output = Command::new("openssl")
        .current_dir(dir)
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    if !output.status.success() {
        eprintln!(
            "openssl {arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    output.status.success().then_some(output.stdout)
}
