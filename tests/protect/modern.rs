//! Ed25519, X25519 and ChaCha20-Poly1305, which OpenSSL 3.0 does not know in CMS: verified and decrypted here with the
//! primitives alone, ECC-CMS-SharedInfo written by hand from RFC 8418 2.1.

use cms::enveloped_data::{OriginatorIdentifierOrKey, RecipientInfo};
use der::Encode;
use ed25519_dalek::Verifier;
use hex_literal::hex;
use sha2::{Digest, Sha256, Sha512};
use smime::crypto::ContentCipher;
use smime::protect::Framing;

use crate::ca::Key;
use crate::mime::{cms, detached};
use crate::people::{ALICE, BOB, CAROL, ENTITY, Person, mail, person, protector};
use crate::structure::{
    attribute, auth_enveloped_data, enveloped_data, oid, only_agreement, only_signer, signed_data,
    tagged,
};

/// RFC 8419: pure Ed25519 over the DER of the SET OF signed attributes, digest SHA-512.
fn verify(p7s: &[u8], content: &[u8], signer: &Person) {
    let data = signed_data(p7s);
    let info = only_signer(&data);
    let digest = attribute(info, "1.2.840.113549.1.9.4");
    assert_eq!(tagged(&digest), (0x04, Sha512::digest(content).as_slice()));
    let spki = signer.certificate().public_key().spki_der();
    let key: [u8; 32] = spki[spki.len() - 32..].try_into().unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
    let signature: [u8; 64] = info.signature.as_bytes().try_into().unwrap();
    let signed = info.signed_attrs.as_ref().unwrap().to_der().unwrap();
    assert_eq!(signed[0], 0x31);
    key.verify(&signed, &signature.into()).unwrap();
}

#[test]
fn ed25519_signature() {
    let alice = person(Key::Ed25519, ALICE);
    let protector = protector().sign(&alice.identity);
    let signed = protector.protect(mail()).unwrap();
    let parts = detached(signed.message());
    assert_eq!(
        (parts.micalg.as_str(), parts.entity.as_slice()),
        ("sha-512", ENTITY.as_bytes())
    );
    verify(&parts.p7s, &parts.entity, &alice);
    let opaque = protector.opaque().protect(mail()).unwrap();
    verify(&cms(opaque.message()), ENTITY.as_bytes(), &alice);
}

/// The content key out of one KeyAgreeRecipientInfo (RFC 8418 2 and 3).
fn x25519_unwrap(infos: &[RecipientInfo], reader: &Person, key_len: usize) -> Vec<u8> {
    let info = only_agreement(infos);
    assert!(info.ukm.is_none());
    let OriginatorIdentifierOrKey::OriginatorKey(ephemeral) = &info.originator else {
        panic!()
    };
    assert_eq!(
        ephemeral.algorithm.to_der().unwrap(),
        hex!("3005 06032b656e")
    );
    let point: [u8; 32] = ephemeral.public_key.as_bytes().unwrap().try_into().unwrap();
    let secret: [u8; 32] = reader.key_der[reader.key_der.len() - 32..]
        .try_into()
        .unwrap();
    let shared = x25519_dalek::StaticSecret::from(secret).diffie_hellman(&point.into());

    // dhSinglePass-stdDH-hkdf-sha256-scheme; SEQUENCE { SEQUENCE { wrap }, [2] { OCTET STRING bits } }.
    assert_eq!(info.key_enc_alg.oid, oid("1.2.840.113549.1.9.16.3.19"));
    let shared_info: &[u8] = match key_len {
        16 => &hex!("3015 300b 0609608648016503040105 a206 0404 00000080"),
        24 => &hex!("3015 300b 0609608648016503040119 a206 0404 000000c0"),
        _ => &hex!("3015 300b 060960864801650304012d a206 0404 00000100"),
    };
    let wrap = info
        .key_enc_alg
        .parameters
        .as_ref()
        .unwrap()
        .to_der()
        .unwrap();
    assert_eq!(wrap, &shared_info[2..15]);
    let mut kek = vec![0; key_len];
    hkdf::Hkdf::<Sha256>::new(None, shared.as_bytes())
        .expand(shared_info, &mut kek)
        .unwrap();
    let wrapped = info.recipient_enc_keys[0].enc_key.as_bytes();
    unwrap(&kek, wrapped)
}

fn unwrap(kek: &[u8], wrapped: &[u8]) -> Vec<u8> {
    use aes_kw::cipher::KeyInit;
    let mut key = vec![0; wrapped.len() - 8];
    match kek.len() {
        16 => aes_kw::KwAes128::new_from_slice(kek)
            .unwrap()
            .unwrap_key(wrapped, &mut key)
            .map(|_| ()),
        24 => aes_kw::KwAes192::new_from_slice(kek)
            .unwrap()
            .unwrap_key(wrapped, &mut key)
            .map(|_| ()),
        _ => aes_kw::KwAes256::new_from_slice(kek)
            .unwrap()
            .unwrap_key(wrapped, &mut key)
            .map(|_| ()),
    }
    .unwrap();
    key
}

#[test]
fn x25519_with_cbc() {
    use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
    let bob = person(Key::X25519, BOB);
    let cases = [
        (ContentCipher::Aes128Cbc, 16),
        (ContentCipher::Aes192Cbc, 24),
        (ContentCipher::Aes256Cbc, 32),
    ];
    for (cipher, key_len) in cases {
        let protector = protector().encrypt_to([bob.certificate()]).cipher(cipher);
        let data = enveloped_data(&cms(protector.protect(mail()).unwrap().message()));
        assert_eq!(crate::structure::version(data.version), 2);
        let key = x25519_unwrap(data.recip_infos.0.as_slice(), &bob, key_len);
        let info = data.encrypted_content;
        let parameters = info.content_enc_alg.parameters.unwrap();
        let (iv, mut text) = (
            parameters.value(),
            info.encrypted_content.unwrap().into_bytes().to_vec(),
        );
        let content = match key_len {
            16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, iv)
                .unwrap()
                .decrypt_padded::<Pkcs7>(&mut text),
            24 => cbc::Decryptor::<aes::Aes192>::new_from_slices(&key, iv)
                .unwrap()
                .decrypt_padded::<Pkcs7>(&mut text),
            _ => cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, iv)
                .unwrap()
                .decrypt_padded::<Pkcs7>(&mut text),
        };
        assert_eq!(content.unwrap(), ENTITY.as_bytes());
    }
}

/// RFC 8103: the tag in `mac`, no additional data.
#[test]
fn chacha20_poly1305() {
    use chacha20poly1305::aead::{Aead, KeyInit};
    let bob = person(Key::X25519, BOB);
    let protector = protector()
        .encrypt_to([bob.certificate()])
        .cipher(ContentCipher::ChaCha20Poly1305);
    let protected = protector.protect(mail()).unwrap();
    let data = auth_enveloped_data(&cms(protected.message()));
    let key = x25519_unwrap(data.recip_infos.0.as_slice(), &bob, 32);
    let info = data.auth_encrypted_content_info;
    let nonce = info.content_enc_alg.parameters.unwrap();
    let (tag, nonce) = tagged(&nonce);
    assert_eq!(tag, 0x04);
    let text = [
        info.encrypted_content.unwrap().as_bytes(),
        data.mac.as_bytes(),
    ]
    .concat();
    let cipher = chacha20poly1305::ChaCha20Poly1305::new_from_slice(&key).unwrap();
    let nonce = chacha20poly1305::Nonce::try_from(nonce).unwrap();
    assert_eq!(
        cipher.decrypt(&nonce, text.as_slice()).unwrap(),
        ENTITY.as_bytes()
    );
    let text = String::from_utf8_lossy(protected.message()).into_owned();
    assert!(text.contains("smime-type=authEnveloped-data"), "{text}");
}

/// Among others: the X25519 reader finds the same content key as the RSA one would.
#[test]
fn all_three_in_one_message() {
    let (alice, bob, carol) = (
        person(Key::Ed25519, ALICE),
        person(Key::X25519, BOB),
        person(Key::P256, CAROL),
    );
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate(), carol.certificate()])
        .cipher(ContentCipher::ChaCha20Poly1305)
        .framing(Framing::Definite)
        .protect(mail())
        .unwrap();
    let data = auth_enveloped_data(&cms(protected.message()));
    let own: Vec<RecipientInfo> = data
        .recip_infos
        .0
        .iter()
        .filter(|info| match info {
            RecipientInfo::Kari(info) => info.key_enc_alg.oid == oid("1.2.840.113549.1.9.16.3.19"),
            _ => false,
        })
        .cloned()
        .collect();
    use chacha20poly1305::aead::{Aead, KeyInit};
    let key = x25519_unwrap(&own, &bob, 32);
    let info = data.auth_encrypted_content_info;
    let nonce = info.content_enc_alg.parameters.unwrap();
    let nonce = chacha20poly1305::Nonce::try_from(nonce.value()).unwrap();
    let text = [
        info.encrypted_content.unwrap().as_bytes(),
        data.mac.as_bytes(),
    ]
    .concat();
    let cipher = chacha20poly1305::ChaCha20Poly1305::new_from_slice(&key).unwrap();
    let inner = cipher.decrypt(&nonce, text.as_slice()).unwrap();
    let parts = detached(&inner);
    verify(&parts.p7s, &parts.entity, &alice);
    let notes = protected.report().notes().join("\n");
    for word in ["Ed25519", "X25519", "ChaCha20"] {
        assert!(notes.contains(word), "{notes}");
    }
}
