//! Streaming content encryption, in place in the output.

use aes::cipher::{
    Block, BlockCipherEncrypt, BlockModeEncrypt, BlockSizeUser, KeyInit, KeyIvInit, StreamCipher,
    StreamCipherSeek, consts::U16,
};
use aes::{Aes128, Aes192, Aes256};
use chacha20::ChaCha20;
use ctr::Ctr32BE;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use poly1305::Poly1305;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::ContentCipher;
use super::cipher::TAG_LEN;
use crate::Error;

/// Plaintext copied to the output and encrypted there in one go: small enough for the first-level
/// caches, large enough for the vector units.
const STEP: usize = 16 << 10;
const BLOCK: usize = 16;

/// AES-GCM: 2^39 - 256 bits (NIST SP 800-38D 5.2.1.1).
const GCM_LIMIT: u64 = (1 << 36) - 32;
/// ChaCha20: 2^32 - 1 blocks of 64 bytes (RFC 8439 2.8).
const CHACHA_LIMIT: u64 = ((1 << 32) - 1) * 64;

/// One content being encrypted. How it is cut into pushes does not matter.
pub(crate) struct Encryptor(Mode);

enum Mode {
    Cbc {
        cipher: Box<dyn CbcBlocks>,
        /// The beginning of a block that is not full yet.
        partial: Zeroizing<[u8; BLOCK]>,
        filled: usize,
    },
    Gcm {
        cipher: Box<dyn StreamCipher + Send>,
        mac: Box<BlockMac<GHash>>,
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
    wipes_itself::<cbc::Encryptor<Aes128>>();
    wipes_itself::<cbc::Encryptor<Aes192>>();
    wipes_itself::<cbc::Encryptor<Aes256>>();
    wipes_itself::<Ctr32BE<Aes128>>();
    wipes_itself::<Ctr32BE<Aes256>>();
    wipes_itself::<ChaCha20>();
};

impl Encryptor {
    /// `key` and `nonce` must have the lengths of `cipher`; the nonce must never have been used
    /// with this key.
    pub(crate) fn new(cipher: ContentCipher, key: &[u8], nonce: &[u8]) -> Result<Encryptor, Error> {
        let mode = match cipher {
            ContentCipher::Aes128Cbc => cbc::<Aes128>(key, nonce),
            ContentCipher::Aes192Cbc => cbc::<Aes192>(key, nonce),
            ContentCipher::Aes256Cbc => cbc::<Aes256>(key, nonce),
            ContentCipher::Aes128Gcm => gcm::<Aes128>(key, nonce),
            ContentCipher::Aes256Gcm => gcm::<Aes256>(key, nonce),
            ContentCipher::ChaCha20Poly1305 => chacha(key, nonce),
        };
        mode.map(Encryptor).ok_or_else(|| {
            Error::misuse("the key or nonce does not have the length the content cipher needs")
        })
    }

    /// Appends the ciphertext of `plaintext` to `out`; CBC keeps back what does not fill a block.
    ///
    /// An error only when the message grows over what the cipher can protect under one nonce (64
    /// GiB for GCM, 256 GiB for ChaCha20); nothing is appended then.
    pub(crate) fn push(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.0 {
            Mode::Cbc {
                cipher,
                partial,
                filled,
            } => {
                push_cbc(cipher.as_mut(), partial, filled, plaintext, out);
                Ok(())
            }
            Mode::Gcm { cipher, mac, .. } => {
                mac.reserve(plaintext.len(), GCM_LIMIT, "AES-GCM content in bytes")?;
                push_stream(plaintext, out, |step| {
                    cipher.apply_keystream(step);
                    mac.update(step);
                });
                Ok(())
            }
            Mode::ChaCha { cipher, mac } => {
                mac.reserve(plaintext.len(), CHACHA_LIMIT, "ChaCha20 content in bytes")?;
                push_stream(plaintext, out, |step| {
                    cipher.apply_keystream(step);
                    mac.update(step);
                });
                Ok(())
            }
        }
    }

    /// Appends the last, padded block of CBC to `out`, or returns the tag of an authenticated
    /// cipher. The additional data is empty: authenticated attributes are never written.
    pub(crate) fn finish(self, out: &mut Vec<u8>) -> Option<[u8; TAG_LEN]> {
        match self.0 {
            Mode::Cbc {
                mut cipher,
                mut partial,
                filled,
            } => {
                // RFC 5652 6.3: every padding byte is the number of padding bytes, 1 to 16.
                let padding = u8::try_from(BLOCK.saturating_sub(filled)).unwrap_or(0);
                for byte in partial.iter_mut().skip(filled) {
                    *byte = padding;
                }
                cipher.encrypt(partial.as_mut_slice());
                out.extend_from_slice(partial.as_slice());
                None
            }
            Mode::Gcm { mac, mask, .. } => {
                // len(A) || len(C) in bits (NIST SP 800-38D 7.1).
                let bits = mac.total.saturating_mul(8).to_be_bytes();
                let mut tag = mac.finish([0; 8], bits);
                for (byte, cover) in tag.iter_mut().zip(mask.iter()) {
                    *byte ^= cover;
                }
                Some(tag)
            }
            Mode::ChaCha { mac, .. } => {
                // len(A) || len(C) in bytes, little-endian (RFC 8439 2.8).
                let bytes = mac.total.to_le_bytes();
                Some(mac.finish([0; 8], bytes))
            }
        }
    }
}

/// Copies `plaintext` to `out` step by step and lets `encrypt` work on each step there.
fn push_stream(plaintext: &[u8], out: &mut Vec<u8>, mut encrypt: impl FnMut(&mut [u8])) {
    out.reserve(plaintext.len());
    for step in plaintext.chunks(STEP) {
        let start = out.len();
        out.extend_from_slice(step);
        if let Some(step) = out.get_mut(start..) {
            encrypt(step);
        }
    }
}

fn push_cbc(
    cipher: &mut dyn CbcBlocks,
    partial: &mut [u8; BLOCK],
    filled: &mut usize,
    mut plaintext: &[u8],
    out: &mut Vec<u8>,
) {
    if *filled > 0 {
        let wanted = BLOCK.saturating_sub(*filled).min(plaintext.len());
        let (now, later) = plaintext.split_at_checked(wanted).unwrap_or_default();
        for (slot, byte) in partial.iter_mut().skip(*filled).zip(now) {
            *slot = *byte;
        }
        *filled = filled.saturating_add(now.len());
        plaintext = later;
        if *filled < BLOCK {
            return;
        }
        cipher.encrypt(partial);
        out.extend_from_slice(partial);
        *filled = 0;
    }
    let (whole, rest) = plaintext.as_chunks::<BLOCK>();
    push_stream(whole.as_flattened(), out, |step| cipher.encrypt(step));
    for (slot, byte) in partial.iter_mut().zip(rest) {
        *slot = *byte;
    }
    *filled = rest.len();
}

/// CBC over whole blocks, the key size put aside.
trait CbcBlocks: Send {
    /// `data` is whole blocks.
    fn encrypt(&mut self, data: &mut [u8]);
}

impl<C: BlockCipherEncrypt<BlockSize = U16> + Send> CbcBlocks for cbc::Encryptor<C> {
    fn encrypt(&mut self, data: &mut [u8]) {
        let (blocks, _) = Block::<C>::slice_as_chunks_mut(data);
        self.encrypt_blocks(blocks);
    }
}

fn cbc<C>(key: &[u8], iv: &[u8]) -> Option<Mode>
where
    C: BlockCipherEncrypt + KeyInit + BlockSizeUser<BlockSize = U16> + Send + 'static,
{
    Some(Mode::Cbc {
        cipher: Box::new(cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?),
        partial: Zeroizing::default(),
        filled: 0,
    })
}

fn gcm<C>(key: &[u8], nonce: &[u8]) -> Option<Mode>
where
    C: BlockCipherEncrypt + KeyInit + BlockSizeUser<BlockSize = U16> + Send + 'static,
    Ctr32BE<C>: KeyIvInit + StreamCipher,
{
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    // H = E(K, 0), J0 = nonce || 1 for a nonce of 12 bytes (NIST SP 800-38D 7.1).
    let mut h = Block::<C>::default();
    C::new_from_slice(key).ok()?.encrypt_block(&mut h);
    let mut j0 = [0; BLOCK];
    for (slot, byte) in j0.iter_mut().zip(nonce.into_iter().chain([0, 0, 0, 1])) {
        *slot = byte;
    }
    let mut cipher = <Ctr32BE<C> as KeyIvInit>::new_from_slices(key, &j0).ok()?;
    let mut mask = Zeroizing::new([0; TAG_LEN]);
    cipher.apply_keystream(mask.as_mut_slice());
    let mac = Box::new(BlockMac::new(GHash::new(&h)));
    h.zeroize();
    Some(Mode::Gcm {
        cipher: Box::new(cipher),
        mac,
        mask,
    })
}

fn chacha(key: &[u8], nonce: &[u8]) -> Option<Mode> {
    let mut cipher = boxed_chacha(key, nonce)?;
    // RFC 8439 2.6: the one-time key is the first half of block 0; the message starts at block 1.
    let mut one_time = Zeroizing::new([0; 32]);
    cipher.apply_keystream(one_time.as_mut_slice());
    cipher.try_seek(64_u32).ok()?;
    wipe_stack();
    let mac = Poly1305::new_from_slice(one_time.as_slice()).ok()?;
    Some(Mode::ChaCha {
        cipher,
        mac: Box::new(BlockMac::new(mac)),
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

/// A polynomial hash over 16-byte blocks that takes data cut anywhere; it only sees ciphertext.
struct BlockMac<H> {
    hash: H,
    partial: [u8; BLOCK],
    filled: usize,
    total: u64,
}

impl<H: UniversalHash<BlockSize = U16>> BlockMac<H> {
    fn new(hash: H) -> Self {
        BlockMac {
            hash,
            partial: [0; BLOCK],
            filled: 0,
            total: 0,
        }
    }

    /// Counts `more` bytes, or refuses them and counts nothing.
    fn reserve(&mut self, more: usize, limit: u64, what: &'static str) -> Result<(), Error> {
        let total = u64::try_from(more)
            .ok()
            .and_then(|more| self.total.checked_add(more))
            .filter(|total| *total <= limit)
            .ok_or_else(|| Error::limit(what, limit))?;
        self.total = total;
        Ok(())
    }

    fn update(&mut self, mut data: &[u8]) {
        if self.filled > 0 {
            let wanted = BLOCK.saturating_sub(self.filled).min(data.len());
            let (now, later) = data.split_at_checked(wanted).unwrap_or_default();
            for (slot, byte) in self.partial.iter_mut().skip(self.filled).zip(now) {
                *slot = *byte;
            }
            self.filled = self.filled.saturating_add(now.len());
            data = later;
            if self.filled < BLOCK {
                return;
            }
            self.hash.update(&[self.partial.into()]);
            self.filled = 0;
        }
        let (whole, rest) = Block::<H>::slice_as_chunks(data);
        self.hash.update(whole);
        for (slot, byte) in self.partial.iter_mut().zip(rest) {
            *slot = *byte;
        }
        self.filled = rest.len();
    }

    /// Pads the data with zeros, adds the block of lengths.
    fn finish(mut self, additional: [u8; 8], content: [u8; 8]) -> [u8; TAG_LEN] {
        if self.filled > 0 {
            for byte in self.partial.iter_mut().skip(self.filled) {
                *byte = 0;
            }
            self.hash.update(&[self.partial.into()]);
        }
        let mut lengths = [0; BLOCK];
        for (slot, byte) in lengths
            .iter_mut()
            .zip(additional.into_iter().chain(content))
        {
            *slot = byte;
        }
        self.hash.update(&[lengths.into()]);
        self.hash.finalize().into()
    }
}

#[cfg(test)]
mod tests;
