use smime::cert::{Pkcs12, Pkcs12Options};
use smime::{Certificate, Identity, PrivateKey, TrustAnchors};

use crate::input::Input;
use crate::shown;
use crate::world::limits;

/// Files of keys and certificates: PKCS#12, PKCS#8, PKCS#1, SEC 1, PEM, PKCS#7.
///
/// One byte decides, the rest is the file.
pub fn pkcs12(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let file = input.rest();
    let password = [None, Some("secret"), Some(""), Some("schlüssel")][usize::from(how >> 4 & 3)];
    match how % 6 {
        0 | 1 => {
            let options = Pkcs12Options::new().limits(limits());
            let options = match how & 1 {
                0 => options,
                _ => options.danger_without_mac(),
            };
            match Pkcs12::open_with(file, password, &options) {
                Ok(opened) => bags(&opened),
                Err(error) => shown::error(&error),
            }
        }
        2 => match PrivateKey::from_bytes_with(file, password, &limits()) {
            Ok(key) => {
                let der = key.to_pkcs8_der().expect("it is in memory");
                let again = PrivateKey::from_bytes(der.as_ref(), None).expect("what was written");
                assert_eq!(again.public_key().kind(), key.public_key().kind());
            }
            Err(error) => shown::error(&error),
        },
        3 => match Certificate::all_with(file, &limits()) {
            Ok(all) => {
                assert!(all.len() <= limits().certificates);
                let p7b = Certificate::bundle_to_p7b(&all);
                let pem = Certificate::bundle_to_pem(&all);
                for bundle in [p7b.as_slice(), pem.as_bytes()] {
                    let again = Certificate::all_from_bytes(bundle).unwrap_or_default();
                    assert!(again.iter().all(|one| all.contains(one)));
                    assert!(all.iter().all(|one| again.contains(one)));
                }
            }
            Err(error) => shown::error(&error),
        },
        4 => match Identity::from_pem(file, Some("secret")) {
            Ok(identity) => assert!(!identity.chain().is_empty() || file.len() > 100),
            Err(error) => shown::error(&error),
        },
        _ => match TrustAnchors::from_pem(file) {
            Ok(anchors) => assert!(!anchors.certificates().is_empty()),
            Err(error) => shown::error(&error),
        },
    }
}

fn bags(opened: &Pkcs12) {
    let identities = opened.identities();
    assert!(identities.len() <= opened.keys().len());
    opened.skipped().iter().for_each(|bag| shown::line(bag));
    for identity in identities.iter().take(1) {
        let file = Pkcs12::builder()
            .identity(identity)
            .iterations(2_048)
            .build("secret");
        let again = Pkcs12::open(&file.expect("a file"), "secret").expect("what was written");
        let again = again.identity().expect("one identity");
        assert_eq!(again.certificate(), identity.certificate());
    }
    if let Err(error) = opened.identity() {
        shown::error(&error);
    }
}
