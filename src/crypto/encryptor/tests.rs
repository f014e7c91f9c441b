use hex_literal::hex;
use proptest::prelude::*;

use super::*;
use crate::crypto::DigestAlgorithm;

const ALL: [ContentCipher; 6] = [
    ContentCipher::Aes128Cbc,
    ContentCipher::Aes192Cbc,
    ContentCipher::Aes256Cbc,
    ContentCipher::Aes128Gcm,
    ContentCipher::Aes256Gcm,
    ContentCipher::ChaCha20Poly1305,
];

fn encrypt(
    cipher: ContentCipher,
    key: &[u8],
    nonce: &[u8],
    chunks: &[&[u8]],
) -> (Vec<u8>, Option<[u8; 16]>) {
    let mut out = Vec::new();
    let mut encryptor = Encryptor::new(cipher, key, nonce).unwrap();
    for chunk in chunks {
        encryptor.push(chunk, &mut out).unwrap();
    }
    let tag = encryptor.finish(&mut out);
    (out, tag)
}

const GCM_KEY: [u8; 32] = hex!("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
const GCM_NONCE: [u8; 12] = hex!("cafebabefacedbaddecaf888");
const GCM_TEXT: [u8; 64] = hex!(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
);

/// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 1, 3 and 15.
#[test]
fn gcm_vectors() {
    let (out, tag) = encrypt(ContentCipher::Aes128Gcm, &[0; 16], &[0; 12], &[]);
    assert!(out.is_empty());
    assert_eq!(tag, Some(hex!("58e2fccefa7e3061367f1d57a4e7455a")));
    let (out, tag) = encrypt(
        ContentCipher::Aes128Gcm,
        &GCM_KEY[..16],
        &GCM_NONCE,
        &[&GCM_TEXT],
    );
    assert_eq!(
        out,
        hex!(
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
        )
    );
    assert_eq!(tag, Some(hex!("4d5c2af327cd64a62cf35abd2ba6fab4")));
    let (out, tag) = encrypt(ContentCipher::Aes256Gcm, &GCM_KEY, &GCM_NONCE, &[&GCM_TEXT]);
    assert_eq!(
        out,
        hex!(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
        )
    );
    assert_eq!(tag, Some(hex!("b094dac5d93471bdec1a502270e3cc6c")));
    // 60 bytes, so that the last block is short; from the Python package `cryptography`.
    let text = GCM_TEXT.get(..60).unwrap();
    let (_, tag) = encrypt(ContentCipher::Aes256Gcm, &GCM_KEY, &GCM_NONCE, &[text]);
    assert_eq!(tag, Some(hex!("eb9f796c8d356fc31a8433884b696f4f")));
}

const CHACHA_NONCE: [u8; 12] = hex!("070000004041424344454647");

fn chacha_key() -> Vec<u8> {
    (0x80..0xa0).collect()
}

/// RFC 8439 2.8.2 for the ciphertext. Its tag covers additional data; the tag without them is from
/// the Python package `cryptography`.
#[test]
fn chacha_vector() {
    let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
    let (out, tag) = encrypt(
        ContentCipher::ChaCha20Poly1305,
        &chacha_key(),
        &CHACHA_NONCE,
        &[text],
    );
    assert_eq!(
        out,
        hex!(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
        )
    );
    assert_eq!(tag, Some(hex!("6a23a4681fd59456aea1d29f82477216")));
}

/// NIST SP 800-38A F.2.1, F.2.3 and F.2.5, first two blocks.
#[test]
fn cbc_vectors() {
    let text = hex!("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let iv = hex!("000102030405060708090a0b0c0d0e0f");
    for (cipher, key, expected) in [
        (
            ContentCipher::Aes128Cbc,
            &hex!("2b7e151628aed2a6abf7158809cf4f3c")[..],
            hex!("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"),
        ),
        (
            ContentCipher::Aes192Cbc,
            &hex!("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"),
            hex!("4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"),
        ),
        (
            ContentCipher::Aes256Cbc,
            &hex!("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
            hex!("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"),
        ),
    ] {
        let (out, tag) = encrypt(cipher, key, &iv, &[&text]);
        assert_eq!(out.get(..32).unwrap(), expected);
        assert_eq!(out.len(), 48);
        assert_eq!(tag, None);
    }
}

/// 100,000 bytes, longer than a step; expected values from the Python package `cryptography`.
#[test]
fn long_contents() {
    let text: Vec<u8> = (0..100_000_usize)
        .map(|i| u8::try_from((i * 7 + i / 256) % 256).unwrap())
        .collect();
    let sha256 = |out: &[u8]| DigestAlgorithm::Sha256.digest(out);
    let (out, tag) = encrypt(ContentCipher::Aes256Gcm, &GCM_KEY, &GCM_NONCE, &[&text]);
    assert_eq!(
        sha256(&out),
        hex!("0f5d4be4f6060eb044b0e895ed9080a6307f11b87983d2124b4e12c67aafd3e0")
    );
    assert_eq!(tag, Some(hex!("20dd1865fcc430b0b9be9567f86d6665")));
    let (_, tag) = encrypt(
        ContentCipher::ChaCha20Poly1305,
        &chacha_key(),
        &CHACHA_NONCE,
        &[&text],
    );
    assert_eq!(tag, Some(hex!("69677c11ae8fa2dfb2388bed89a5d734")));
    for (cipher, expected) in [
        (
            ContentCipher::Aes128Cbc,
            hex!("51a91e728ca8a232560b9cfbf8de56adbec4692db08394a51774dc8459d305ca"),
        ),
        (
            ContentCipher::Aes192Cbc,
            hex!("39c45110b88ce582a8505c3bf99c8c41c277753eb8af3cc47891cc9853af8ad6"),
        ),
        (
            ContentCipher::Aes256Cbc,
            hex!("3d91c06cc2786013de6468feabc1f58ae36b10b528c222d830032e9d9e69eb43"),
        ),
    ] {
        let key: Vec<u8> = (0..32).take(cipher.key_len()).collect();
        let iv: Vec<u8> = (0..16).collect();
        let (out, _) = encrypt(cipher, &key, &iv, &[&text]);
        assert_eq!(sha256(&out), expected, "{}", cipher.name());
    }
}

proptest! {
    // Each case tries every cipher.
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn splits_do_not_matter(
        text in prop::collection::vec(any::<u8>(), 0..70),
        long in 0..40_000_usize,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text: Vec<u8> = text.iter().copied().cycle().take(if text.is_empty() { 0 } else { text.len() + long }).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut at = 0;
        for cut in cuts {
            chunks.push(text.get(at..cut).unwrap());
            at = cut;
        }
        chunks.push(text.get(at..).unwrap());
        for cipher in ALL {
            let key = vec![3; cipher.key_len()];
            let nonce = vec![4; cipher.nonce_len()];
            let whole = encrypt(cipher, &key, &nonce, &[&text]);
            prop_assert_eq!(&encrypt(cipher, &key, &nonce, &chunks), &whole);
            prop_assert_eq!(whole.0.len() as u64, cipher.ciphertext_len(text.len() as u64));
            prop_assert_eq!(whole.1.is_some(), cipher.is_authenticated());
        }
    }
}

/// ENC-06 on the writing side, and wrong key lengths.
#[test]
fn refuses_other_lengths() {
    for cipher in ALL {
        let (key, nonce) = (vec![0; cipher.key_len()], vec![0; cipher.nonce_len()]);
        for len in [0, 1, 8, 11, 12, 13, 15, 16, 17, 24, 32, 33, 4096] {
            if len != key.len() {
                assert!(Encryptor::new(cipher, &vec![0; len], &nonce).is_err());
            }
            if len != nonce.len() {
                assert!(Encryptor::new(cipher, &key, &vec![0; len]).is_err());
            }
        }
    }
}
