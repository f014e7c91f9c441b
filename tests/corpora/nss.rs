//! EnvelopedData by OpenSSL for NSS's tests: OAEP with every mix of digests and a label, ECDH with every KDF.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::{Identity, Opener, TrustAnchors};

use crate::files::{folder, message, now, read};

const FOLDER: &str = "nss-oaep-ecdh";

#[test]
fn every_mix_decrypts() {
    let Some(path) = folder(FOLDER) else { return };
    let opener = Opener::new(&TrustAnchors::new())
        .identity(&Identity::from_pkcs12(&read(FOLDER, "Fran.p12"), "nss").unwrap())
        .identity(&Identity::from_pkcs12(&read(FOLDER, "Fran-ec.p12"), "nss").unwrap())
        .policy(StandardPolicy::at(now()).legacy()); // some are 3DES
    let mut count = 0;
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "env") {
            continue;
        }
        let opened = opener
            .open_cms_all(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = String::from_utf8_lossy(message(&opened).bytes()).into_owned();
        assert_eq!(text.trim_end(), "This is a test message to Fran.");
        count += 1;
    }
    assert!(count >= 6, "{count}");
}
