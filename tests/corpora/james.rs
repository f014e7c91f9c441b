//! Mail as a Java mail server sees it: no address in the SAN, a certificate of version 1.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::{Opener, TrustAnchors};

use crate::files::{folder, message, now, read, verdict};

const FOLDER: &str = "james";

#[test]
fn signatures_are_valid() {
    if folder(FOLDER).is_none() {
        return;
    }
    let anchors = TrustAnchors::from_pem(&read(FOLDER, "rootCA.crt")).unwrap();
    let opener = Opener::new(&anchors).policy(StandardPolicy::at(now()));
    for (file, expected) in [
        ("mail_with_signature.eml", "trusted"),
        (
            "mail_with_signature_and_content_type_xpkcs7mime.eml",
            "trusted",
        ),
        ("mail-with-signature-and-multi-certs.eml", "trusted"),
        ("non_smime_mail.eml", "unsigned"),
    ] {
        let opened = opener.open_all(&read(FOLDER, file)).unwrap();
        assert_eq!(verdict(&opened), expected, "{file}\n{}", opened.report());
        assert!(!message(&opened).bytes().is_empty());
    }
}
