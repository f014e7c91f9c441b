//! CMS objects without MIME around them: `openssl cms` reads each.

use smime::crypto::ContentCipher;

use crate::ca::Key;
use crate::faces::Faces;
use crate::opened::{opener, trusted, unsigned};
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, person, protector};

/// No MIME and no canonical line ends: what comes out must be what went in.
const CONTENT: &[u8] = b"%PDF-1.7\n\0\x01 any octets \xff\n";

fn verified(openssl: &OpenSsl, cms: &[u8]) -> Vec<u8> {
    openssl.write("signed.der", cms);
    let arguments = "cms -verify -binary -inform DER -in signed.der -CAfile ca.pem -out content";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    openssl.run(&arguments).unwrap();
    openssl.read("content")
}

fn decrypted(openssl: &OpenSsl, cms: &[u8], person: &crate::people::Person) -> Vec<u8> {
    openssl.write("enveloped.der", cms);
    openssl.write("cert.pem", person.certificate_pem());
    openssl.write("key.pem", person.key_pem());
    let arguments = "cms -decrypt -binary -inform DER -in enveloped.der -recip cert.pem -inkey key.pem -out content";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    openssl.run(&arguments).unwrap();
    openssl.read("content")
}

#[test]
fn signed_objects() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for kind in [Key::Rsa2048, Key::P384] {
        let protector = protector().sign(&person(kind, ALICE).identity);
        let beside = protector.protect_cms(CONTENT).unwrap();
        openssl.verify_detached(&beside, CONTENT).unwrap();
        assert!(openssl.verify_detached(&beside, b"something else").is_err());
        let around = protector.opaque().protect_cms(CONTENT).unwrap();
        assert_eq!(verified(&openssl, &around), CONTENT);
    }
}

#[test]
fn encrypted_objects_and_the_signature_inside() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    for kind in [Key::Rsa2048, Key::P256] {
        let bob = person(kind, BOB);
        for cipher in [ContentCipher::Aes256Cbc, ContentCipher::Aes256Gcm] {
            let protector = protector().encrypt_to([bob.certificate()]).cipher(cipher);
            let object = protector.protect_cms(CONTENT).unwrap();
            assert_eq!(decrypted(&openssl, &object, &bob), CONTENT);
            let object = protector.sign(&alice.identity).protect_cms(CONTENT);
            let inside = decrypted(&openssl, &object.unwrap(), &bob);
            assert_eq!(verified(&openssl, &inside), CONTENT);
        }
    }
}

/// What is signed or encrypted then is a CompressedData, here as for OpenSSL, and a second step opens that.
#[test]
fn compressed_objects_are_opened_in_two_steps() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    let content = CONTENT.repeat(100);
    let signed = protector().sign(&alice.identity).opaque().compress();
    let cms = signed.protect_cms(&content).unwrap();
    let inside = trusted(opener(&[]).open_cms_all(&cms), "signed");
    if let Some(openssl) = OpenSsl::find() {
        assert_eq!(verified(&openssl, &cms), inside.bytes());
    }
    let both = signed.encrypt_to([bob.certificate()]);
    let cms = both.protect_cms(&content).unwrap();
    let inside_both = trusted(opener(&[&bob]).open_cms_all(&cms), "signed and encrypted");
    for inside in [inside, inside_both] {
        assert!(inside.bytes().len() < content.len());
        let opened = opener(&[]).open_cms_all(inside.bytes());
        assert!(unsigned(opened, "compressed").bytes() == content);
    }
}
