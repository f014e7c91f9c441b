//! CBC over whole blocks with the cipher put aside, in place in the output.

use aes::cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit,
    KeyInit, KeyIvInit,
};
use aes::{Aes128, Aes192, Aes256};
use des::TdesEde3;
use rc2::Rc2;
use zeroize::ZeroizeOnDrop;

use super::{ContentCipher, ReceivedCipher};

/// Input copied to the output and worked on there in one go: small enough for the first-level
/// caches, large enough for the vector units.
const STEP: usize = 16 << 10;

/// The longest block of any cipher here, in bytes.
pub(super) const MAX_BLOCK: usize = 16;

const _: () = {
    const fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<cbc::Encryptor<Aes128>>();
    wipes_itself::<cbc::Encryptor<Aes192>>();
    wipes_itself::<cbc::Encryptor<Aes256>>();
    wipes_itself::<cbc::Decryptor<Aes128>>();
    wipes_itself::<cbc::Decryptor<Aes192>>();
    wipes_itself::<cbc::Decryptor<Aes256>>();
    wipes_itself::<cbc::Decryptor<TdesEde3>>();
    wipes_itself::<cbc::Decryptor<Rc2>>();
};

/// Copies `input` to `out` step by step and lets `work` change each step there.
pub(super) fn in_steps(input: &[u8], out: &mut Vec<u8>, mut work: impl FnMut(&mut [u8])) {
    out.reserve(input.len());
    for step in input.chunks(STEP) {
        let start = out.len();
        out.extend_from_slice(step);
        if let Some(step) = out.get_mut(start..) {
            work(step);
        }
    }
}

/// CBC in one direction, going on where it stopped.
pub(super) trait CbcBlocks: Send {
    /// `data` is whole blocks.
    fn apply(&mut self, data: &mut [u8]);
}

impl<C: BlockCipherEncrypt + Send> CbcBlocks for cbc::Encryptor<C> {
    fn apply(&mut self, data: &mut [u8]) {
        let (blocks, _) = Block::<C>::slice_as_chunks_mut(data);
        self.encrypt_blocks(blocks);
    }
}

impl<C: BlockCipherDecrypt + Send> CbcBlocks for cbc::Decryptor<C> {
    fn apply(&mut self, data: &mut [u8]) {
        let (blocks, _) = Block::<C>::slice_as_chunks_mut(data);
        self.decrypt_blocks(blocks);
    }
}

/// `None` for a cipher that is not CBC, and for a wrong length of key or IV.
pub(super) fn encrypting(
    cipher: ContentCipher,
    key: &[u8],
    iv: &[u8],
) -> Option<Box<dyn CbcBlocks>> {
    match cipher {
        ContentCipher::Aes128Cbc => encryptor::<Aes128>(key, iv),
        ContentCipher::Aes192Cbc => encryptor::<Aes192>(key, iv),
        ContentCipher::Aes256Cbc => encryptor::<Aes256>(key, iv),
        ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm | ContentCipher::ChaCha20Poly1305 => {
            None
        }
    }
}

/// `None` for a cipher that is not CBC, and for a wrong length of key or IV.
pub(super) fn decrypting(
    cipher: ReceivedCipher,
    key: &[u8],
    iv: &[u8],
) -> Option<Box<dyn CbcBlocks>> {
    match cipher {
        ReceivedCipher::Current(ContentCipher::Aes128Cbc) => decryptor::<Aes128>(key, iv),
        ReceivedCipher::Current(ContentCipher::Aes192Cbc) => decryptor::<Aes192>(key, iv),
        ReceivedCipher::Current(ContentCipher::Aes256Cbc) => decryptor::<Aes256>(key, iv),
        ReceivedCipher::TripleDesCbc => decryptor::<TdesEde3>(key, iv),
        ReceivedCipher::Rc2Cbc { effective_bits } => {
            let bits = usize::try_from(effective_bits).ok()?;
            // RFC 3370 5.2: the version numbers of these three are all that mail ever used.
            let known = matches!(bits, 40 | 64 | 128) && key.len() == cipher.key_len();
            known.then_some(())?;
            let cipher = Rc2::new_with_eff_key_len(key, bits);
            Some(Box::new(
                cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?,
            ))
        }
        ReceivedCipher::Current(_) | ReceivedCipher::Aes192Gcm => None,
    }
}

fn encryptor<C>(key: &[u8], iv: &[u8]) -> Option<Box<dyn CbcBlocks>>
where
    C: BlockCipherEncrypt + KeyInit + Send + 'static,
{
    Some(Box::new(
        cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?,
    ))
}

fn decryptor<C>(key: &[u8], iv: &[u8]) -> Option<Box<dyn CbcBlocks>>
where
    C: BlockCipherDecrypt + KeyInit + Send + 'static,
{
    Some(Box::new(
        cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?,
    ))
}
