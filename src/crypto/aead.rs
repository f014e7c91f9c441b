//! AES-GCM and ChaCha20-Poly1305, streaming.

use aes::cipher::{
    Block, BlockCipherEncrypt, BlockSizeUser, KeyInit, KeyIvInit, StreamCipher, StreamCipherSeek,
    consts::U16,
};
use aes::{Aes128, Aes192, Aes256};
use chacha20::ChaCha20;
use ctr::Ctr32BE;
use ghash::GHash;
use poly1305::Poly1305;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::block_mac::BlockMac;
use super::cipher::TAG_LEN;
use super::{ContentCipher, ReceivedCipher};
use crate::Error;

/// AES-GCM: 2^39 - 256 bits (NIST SP 800-38D 5.2.1.1).
const GCM_LIMIT: u64 = (1 << 36) - 32;
/// ChaCha20: 2^32 - 1 blocks of 64 bytes (RFC 8439 2.8).
const CHACHA_LIMIT: u64 = ((1 << 32) - 1) * 64;

/// One content under an authenticated cipher. How it is cut does not matter.
pub(super) enum Aead {
    Gcm {
        cipher: Box<dyn StreamCipher + Send>,
        mac: Box<BlockMac<GHash>>,
        /// The key of the hash.
        h: Zeroizing<[u8; TAG_LEN]>,
        /// E(K, J0), which covers the tag.
        mask: Zeroizing<[u8; TAG_LEN]>,
    },
    ChaCha {
        cipher: Box<ChaCha20>,
        mac: Box<BlockMac<Poly1305>>,
    },
}

const _: () = {
    const fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<Ctr32BE<Aes128>>();
    wipes_itself::<Ctr32BE<Aes192>>();
    wipes_itself::<Ctr32BE<Aes256>>();
    wipes_itself::<ChaCha20>();
};

impl Aead {
    /// `None` for a cipher that is not authenticated, and for a wrong length of key or nonce.
    pub(super) fn new(
        cipher: ReceivedCipher,
        key: &[u8],
        nonce: &[u8],
        additional: &[u8],
    ) -> Option<Aead> {
        match cipher {
            ReceivedCipher::Current(ContentCipher::Aes128Gcm) => {
                gcm::<Aes128>(key, nonce, additional)
            }
            ReceivedCipher::Aes192Gcm => gcm::<Aes192>(key, nonce, additional),
            ReceivedCipher::Current(ContentCipher::Aes256Gcm) => {
                gcm::<Aes256>(key, nonce, additional)
            }
            ReceivedCipher::Current(ContentCipher::ChaCha20Poly1305) => {
                chacha(key, nonce, additional)
            }
            _ => None,
        }
    }

    /// Counts `more` bytes of content before they are worked on. An error when it grows over what
    /// one nonce can protect: 64 GiB for GCM, 256 GiB for ChaCha20.
    pub(super) fn reserve(&mut self, more: usize) -> Result<(), Error> {
        match self {
            Aead::Gcm { mac, .. } => mac.reserve(more, GCM_LIMIT, "AES-GCM content in bytes"),
            Aead::ChaCha { mac, .. } => {
                mac.reserve(more, CHACHA_LIMIT, "ChaCha20 content in bytes")
            }
        }
    }

    /// Encrypts in place.
    pub(super) fn encrypt(&mut self, data: &mut [u8]) {
        match self {
            Aead::Gcm { cipher, mac, .. } => {
                cipher.apply_keystream(data);
                mac.update(data);
            }
            Aead::ChaCha { cipher, mac } => {
                cipher.apply_keystream(data);
                mac.update(data);
            }
        }
    }

    /// Decrypts in place. Nothing is known of the result until the tag was compared.
    pub(super) fn decrypt(&mut self, data: &mut [u8]) {
        match self {
            Aead::Gcm { cipher, mac, .. } => {
                mac.update(data);
                cipher.apply_keystream(data);
            }
            Aead::ChaCha { cipher, mac } => {
                mac.update(data);
                cipher.apply_keystream(data);
            }
        }
    }

    /// Decrypts in place and leaves the tag alone.
    pub(super) fn apply_keystream(&mut self, data: &mut [u8]) {
        match self {
            Aead::Gcm { cipher, .. } => cipher.apply_keystream(data),
            Aead::ChaCha { cipher, .. } => cipher.apply_keystream(data),
        }
    }

    /// Whether additional data may come after the content. GHASH takes it then as well; the key of Poly1305
    /// is good for one order only, the additional data first.
    pub(super) fn takes_late_additional(&self) -> bool {
        matches!(self, Aead::Gcm { .. })
    }

    /// The tag of all that was worked on, with `additional` before it; `None` where it cannot come after the
    /// content, and where there was additional data before.
    pub(super) fn tag_with(self, additional: &[u8]) -> Option<Zeroizing<[u8; TAG_LEN]>> {
        if additional.is_empty() {
            return Some(self.tag());
        }
        match self {
            Aead::Gcm { mac, mask, h, .. } => {
                let tag = mac.finish_after(&h, additional, bits)?;
                Some(covered(tag, &mask))
            }
            Aead::ChaCha { .. } => None,
        }
    }

    /// The tag of all that was worked on.
    pub(super) fn tag(self) -> Zeroizing<[u8; TAG_LEN]> {
        match self {
            Aead::Gcm { mac, mask, .. } => covered(mac.finish(bits), &mask),
            // len(A) || len(C) in bytes, little-endian (RFC 8439 2.8).
            Aead::ChaCha { mac, .. } => Zeroizing::new(mac.finish(u64::to_le_bytes)),
        }
    }
}

/// A length in GHASH: in bits (NIST SP 800-38D 7.1).
fn bits(bytes: u64) -> [u8; 8] {
    bytes.saturating_mul(8).to_be_bytes()
}

fn covered(hash: [u8; TAG_LEN], mask: &[u8; TAG_LEN]) -> Zeroizing<[u8; TAG_LEN]> {
    let mut tag = Zeroizing::new(hash);
    for (byte, cover) in tag.iter_mut().zip(mask) {
        *byte ^= cover;
    }
    tag
}

fn gcm<C>(key: &[u8], nonce: &[u8], additional: &[u8]) -> Option<Aead>
where
    C: BlockCipherEncrypt + KeyInit + BlockSizeUser<BlockSize = U16> + Send + 'static,
    Ctr32BE<C>: KeyIvInit + StreamCipher,
{
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    // H = E(K, 0), J0 = nonce || 1 for a nonce of 12 bytes (NIST SP 800-38D 7.1).
    let mut h = Block::<C>::default();
    C::new_from_slice(key).ok()?.encrypt_block(&mut h);
    let mut j0 = [0; 16];
    for (slot, byte) in j0.iter_mut().zip(nonce.into_iter().chain([0, 0, 0, 1])) {
        *slot = byte;
    }
    let mut cipher = <Ctr32BE<C> as KeyIvInit>::new_from_slices(key, &j0).ok()?;
    let mut mask = Zeroizing::new([0; TAG_LEN]);
    cipher.apply_keystream(mask.as_mut_slice());
    let mac = Box::new(BlockMac::new(GHash::new(&h), additional));
    let kept = Zeroizing::new(h.into());
    h.zeroize();
    Some(Aead::Gcm {
        cipher: Box::new(cipher),
        mac,
        h: kept,
        mask,
    })
}

fn chacha(key: &[u8], nonce: &[u8], additional: &[u8]) -> Option<Aead> {
    let mut cipher = boxed_chacha(key, nonce)?;
    // RFC 8439 2.6: the one-time key is the first half of block 0; the message starts at block 1.
    let mut one_time = Zeroizing::new([0; 32]);
    cipher.apply_keystream(one_time.as_mut_slice());
    cipher.try_seek(64_u32).ok()?;
    wipe_stack();
    let mac = Poly1305::new_from_slice(one_time.as_slice()).ok()?;
    Some(Aead::ChaCha {
        cipher,
        mac: Box::new(BlockMac::new(mac, additional)),
    })
}

/// In a frame of its own, which [`wipe_stack`] reaches.
#[inline(never)]
fn boxed_chacha(key: &[u8], nonce: &[u8]) -> Option<Box<ChaCha20>> {
    ChaCha20::new_from_slices(key, nonce).ok().map(Box::new)
}

/// Overwrites what calls before this one left on the stack: a cipher that is moved into its box, or
/// runs, leaves the key behind, and the next large value would carry it along in bytes that it never fills.
#[inline(never)]
fn wipe_stack() {
    let mut stack = [0u8; 16 << 10];
    stack.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn refuses_what_one_nonce_cannot_protect() {
        for (cipher, limit) in [
            (ContentCipher::Aes256Gcm, 68_719_476_704_u64),
            (ContentCipher::ChaCha20Poly1305, 274_877_906_880),
        ] {
            let mut aead = Aead::new(cipher.into(), &[0; 32], &[0; 12], &[]).unwrap();
            aead.reserve(usize::try_from(limit - 1).unwrap()).unwrap();
            aead.reserve(1).unwrap();
            let error = aead.reserve(1).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
        }
    }
}
