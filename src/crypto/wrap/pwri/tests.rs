use hex_literal::hex;

use super::*;
use crate::crypto::ContentCipher;

const AES_128: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes128Cbc);

/// The second vector of RFC 3211 3.
const KEK: [u8; 24] = hex!("6a8970bf68c92caea84a8df28510858607126380cc47ab2d");
const IV: [u8; 8] = hex!("baf1ca7931213c4e");
const KEY: [u8; 32] = hex!("8c637d887223a2f965b566eb014b0fa5d52300a3f7ea40fffc577203c71baf3b");
const WRAPPED: [u8; 40] =
    hex!("c03c514abdb9e2c5aac038572b5e24553876b377aafb82eca5a9d73f8ab143d9ec74e6cad7db260c");

fn open(encrypted: &[u8], key_len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    pwri_unwrap(ReceivedCipher::TripleDesCbc, &IV, &KEK, encrypted, key_len)
}

fn assert_failed(result: Result<Zeroizing<Vec<u8>>, Error>) {
    let error = result.map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decryption));
}

#[test]
fn rfc_3211() {
    assert_eq!(*open(&WRAPPED, 32).unwrap(), KEY);
}

/// Made with `openssl enc -aes-128-cbc -nopad`, twice, over the formatted key: count, check value,
/// key, padding of 12 bytes `a5`.
#[test]
fn aes() {
    let key = pwri_unwrap(
        AES_128,
        &hex!("101112131415161718191a1b1c1d1e1f"),
        &hex!("000102030405060708090a0b0c0d0e0f"),
        &hex!("72d8622f4c89ca3fb9360c9104b93cb24ff94152587c205c5de687f8f3226ec4"),
        16,
    );
    assert_eq!(*key.unwrap(), hex!("202122232425262728292a2b2c2d2e2f"));
}

#[test]
fn enc_11_every_other_length_and_changed_bit_of_a_password_recipient() {
    let lengths = (0..=48).filter(|len| *len != 40);
    for len in lengths.chain([255, 256, 264, 272, 280, 1 << 20]) {
        assert_failed(open(&vec![0x5a; len], 32));
    }
    for key_len in (0..=300).filter(|len| *len != 32).chain([usize::MAX]) {
        assert_failed(open(&WRAPPED, key_len));
    }
    for bit in 0..WRAPPED.len() * 8 {
        let mut changed = WRAPPED;
        changed[bit / 8] ^= 1 << (bit % 8);
        // A change under the key alone is not noticed: nothing but its first bytes is checked.
        if let Ok(key) = open(&changed, 32) {
            assert_ne!(*key, KEY, "{bit}");
        }
    }
    for (iv, kek) in [(&IV[..7], &KEK[..]), (&[], &KEK), (&IV, &KEK[..16])] {
        let cipher = ReceivedCipher::TripleDesCbc;
        assert_failed(pwri_unwrap(cipher, iv, kek, &WRAPPED, 32));
    }
}

#[test]
fn refuses_other_ciphers_and_another_password() {
    for cipher in [
        ReceivedCipher::Rc2Cbc { effective_bits: 64 },
        ReceivedCipher::Aes192Gcm,
        ReceivedCipher::Current(ContentCipher::ChaCha20Poly1305),
    ] {
        let (iv, kek) = (vec![0; cipher.nonce_len()], vec![0; cipher.key_len()]);
        assert_failed(pwri_unwrap(cipher, &iv, &kek, &WRAPPED, 16));
    }
    let mut kek = KEK;
    kek[0] ^= 2;
    let cipher = ReceivedCipher::TripleDesCbc;
    assert_failed(pwri_unwrap(cipher, &IV, &kek, &WRAPPED, 32));
}

/// Made like [`aes`], each with one bit of the check value or of the count wrong.
#[test]
fn the_check_value_and_the_count_are_looked_at() {
    for wrapped in [
        hex!("01f37d0af7d07f379879a114a331cfe1d31895f5a72649ce4811890ee05138cf"),
        hex!("df172808b4572d775594e7c10038f290440bbe954c945d85795fd6fc3017f588"),
        hex!("351c3e5be126ab94d76db35b438fcb8bce6edb31b9a384be1fe9460f025b3b71"),
        hex!("9c9356703943864b7ef3700600851518d4cd60504226549213745f6b0365a860"),
    ] {
        assert_failed(pwri_unwrap(
            AES_128,
            &hex!("101112131415161718191a1b1c1d1e1f"),
            &hex!("000102030405060708090a0b0c0d0e0f"),
            &wrapped,
            16,
        ));
    }
}
