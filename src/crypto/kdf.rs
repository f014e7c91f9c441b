//! Key derivation: X9.63 (RFC 5753, SEC 1 3.6.1), HKDF (RFC 5869) and the content keys of RFC 9709.

use hkdf::Hkdf;
use sha2::Digest;
use zeroize::{Zeroize, Zeroizing};

use super::DigestAlgorithm;
use super::digest::with_digest;
use crate::Error;

/// The longest key any use here asks for; far below what either function can give.
const MAX_LEN: usize = 1024;

/// X9.63: `Hash(shared || counter || info)` for counter 1, 2, … until `len` bytes are there.
///
/// `len` above 1024 bytes is cut to that; no key is so long.
pub(crate) fn x963(
    digest: DigestAlgorithm,
    shared: &[u8],
    info: &[u8],
    len: usize,
) -> Zeroizing<Vec<u8>> {
    let len = len.min(MAX_LEN);
    let mut out = Zeroizing::new(Vec::with_capacity(len));
    with_digest!(digest, D => {
        for counter in 1_u32.. {
            let missing = len.saturating_sub(out.len());
            if missing == 0 {
                break;
            }
            let mut block = D::new()
                .chain_update(shared)
                .chain_update(counter.to_be_bytes())
                .chain_update(info)
                .finalize();
            out.extend(block.iter().take(missing));
            block.as_mut_slice().zeroize();
        }
    });
    out
}

/// HKDF, extract and expand. An empty `salt` is the salt of zeros (RFC 5869 2.2).
pub(crate) fn hkdf(
    digest: DigestAlgorithm,
    salt: &[u8],
    ikm: &[u8],
    info: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let too_long = || Error::limit("derived key in bytes", 1024);
    if len > MAX_LEN {
        return Err(too_long());
    }
    let mut out = Zeroizing::new(vec![0; len]);
    with_digest!(digest, D => Hkdf::<D>::new(Some(salt), ikm).expand(info, &mut out))
        .map_err(|_| too_long())?;
    Ok(out)
}

/// The key that encrypts the content where `contentEncryptionAlgorithm` is id-alg-cek-hkdf-sha256
/// (RFC 9709 2): `len` bytes, bound to the algorithm inside.
///
/// `algorithm_identifier` is that algorithm, its parameters included, in DER.
pub(crate) fn cek_hkdf(
    content_key: &[u8],
    algorithm_identifier: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    const SALT: &[u8] = b"The Cryptographic Message Syntax";
    hkdf(
        DigestAlgorithm::Sha256,
        SALT,
        content_key,
        algorithm_identifier,
        len,
    )
}

#[cfg(test)]
mod tests;
