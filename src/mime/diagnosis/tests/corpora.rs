//! Mails of others whose signature does not fit what arrives.

use std::path::Path;

use hex_literal::hex;
use sha2::Sha512;

use super::*;

/// The first part of a multipart/signed of the corpora, if `SMIME_CORPORA` says where they are.
fn first_part(name: &str) -> Option<Vec<u8>> {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly(format!("{name}, because SMIME_CORPORA is not set"));
        return None;
    };
    let mail = std::fs::read(Path::new(&root).join(name)).unwrap();
    let limits = Limits::default();
    let entity = Entity::read(&mail, &limits).unwrap();
    let Kind::MultipartSigned { boundary, .. } = entity.kind() else {
        panic!("{name}");
    };
    let split = multipart::split(entity.body, &boundary, &limits).unwrap();
    Some(split.parts[0].to_vec())
}

fn sha256(part: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    crlf_pieces(part).for_each(|piece| digest.update(piece));
    digest.finalize().into()
}

/// The digests are the messageDigest attributes, as `openssl asn1parse` shows them.
#[test]
fn sig_20_thunderbird_mails_signed_over_lf_are_diagnosed() {
    let md256 = hex!("E580C4B9FE78EA496A33E026DB351EA2B8EEA862763D3A42A9A57B3FBE6C3BC6");
    if let Some(part) = first_part("thunderbird/alice.env.dsig.SHA256.multipart.eml") {
        assert_ne!(sha256(&part), md256);
        let words = diagnose(&part, &mut |bytes| Sha256::digest(bytes)[..] == md256);
        assert!(words.unwrap().starts_with("with LF line ends"));
    }
    let md512 = hex!(
        "910AE2F981AE3127207B35DD8CD38A53D0DC253DDAED39A2C9102C696B8B0046CACFE6239FC3FE724F33FFDBAD547D56607C44DF1C5AA9B83D7B708ED4DBFCFE"
    );
    if let Some(part) = first_part("thunderbird/alice.env.dsig.SHA512.multipart.eml") {
        let words = diagnose(&part, &mut |bytes| Sha512::digest(bytes)[..] == md512);
        assert!(words.unwrap().starts_with("with LF line ends"));
    }
}

#[test]
fn sig_20_a_part_hashes_to_its_message_digest() {
    for (name, expected) in [
        (
            "thunderbird/alice.dsig.SHA256.multipart.eml",
            hex!("B26B773CC335859057F335A0AE35FEB7CA5ECFA1C789E4E873C6689A62C1F986"),
        ),
        (
            "thunderbird/alice.plain.sig.SHA256.opaque.dave.dsig.SHA256.multipart.eml",
            hex!("83D466EBC464F94F3392058509FFB2A33600FC29F67EFD7C25DF5A1B2D058FCA"),
        ),
        // A nested multipart/signed.
        (
            "thunderbird/alice.plain.dsig.SHA256.multipart.dave.dsig.SHA256.multipart.eml",
            hex!("EAE1D82548A8FCF6F65CBC3CDD3F881993F4682108BC8B8C4BB065ED4229E8F3"),
        ),
        // A file with LF line ends.
        (
            "james/mail_with_signature.eml",
            hex!("3FDEB09B0621F997C364D585DA615ED6D3BB8DFF7BB43426439C2035C1A8703A"),
        ),
    ] {
        if let Some(part) = first_part(name) {
            assert_eq!(sha256(&part), expected, "{name}");
        }
    }
}

/// The text was changed: no change that mail software makes explains it.
#[test]
fn a_changed_text_of_thunderbird_is_not_explained() {
    let signed = hex!("B26B773CC335859057F335A0AE35FEB7CA5ECFA1C789E4E873C6689A62C1F986");
    if let Some(part) = first_part("thunderbird/alice.dsig.SHA256.multipart.bad.eml") {
        assert_ne!(sha256(&part), signed);
        let words = diagnose(&part, &mut |bytes| Sha256::digest(bytes)[..] == signed);
        assert_eq!(words, None);
    }
}
