//! What this crate makes, read by the tools people have, and what they make, opened here: `openssl cms`, `gpgsm`, NSS `cmsutil`.
//!
//! A tool that is not installed is skipped with one loud line, and is a failure under `CI=true`. What a tool cannot
//! do is not tried here. Seen with OpenSSL 3.0.22, gpgsm 2.2.40 and NSS 3.87:
//!
//! | tool | cannot | says |
//! |---|---|---|
//! | openssl 3.0 | Ed25519 signatures | `eddsa_digest_signverify_init:invalid digest` |
//! | openssl 3.0 | X25519 recipients | `no matching recipient` |
//! | openssl 3.0 | ChaCha20-Poly1305 content | `unknown cipher` |
//! | gpgsm 2.2 | OAEP | `error getting encrypted session key` |
//! | gpgsm 2.2 | AES-GCM | `error getting IV: Buffer too short` |
//! | gpgsm 2.2 | ECDH recipients, even with the key put into its agent by hand | `decrypting session key failed: Invalid session key` |
//! | gpgsm 2.2 | importing an EC key from PKCS#12 | `signal Segmentation fault caught` |
//! | gpgsm 2.2 | P-521 and Ed25519 signatures | `DSA requires the hash length to be a multiple of 8 bits` |
//! | gpgsm 2.2 | RSA recipients named by subject key identifier | `recp 0 - error getting info: General error` |
//! | gpgsm 2.2 | signers named by subject key identifier | `ksba_cms_parse failed: BER error` |
//! | gpgsm 2.2 | a PKCS#12 file as OpenSSL 3 writes it by default | import fails; hence 3DES and a SHA-1 MAC |
//! | NSS 3.87 | messages with an ECDH recipient, even for its RSA recipients, even when OpenSSL made them | `SEC_ERROR_BAD_DER` (its own `-E` says `SEC_ERROR_INVALID_ALGORITHM`) |
//! | NSS 3.87 | OAEP | `SEC_ERROR_UNSUPPORTED_KEYALG` |
//! | NSS 3.87 | AES-GCM | `SEC_ERROR_UNRECOGNIZED_OID` |
//! | NSS 3.87 | Ed25519 signatures | `status=ProcessingError` |
//! | NSS 3.87 | signatures by a key restricted to PSS, even when OpenSSL made them | `status=BadSignature` |
//!
//! What OpenSSL makes of the same kind is refused by gpgsm and NSS in the same words.
//!
//! Ed25519, X25519 and ChaCha20-Poly1305 are taken apart by hand in `tests/protect/modern.rs`.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/faces.rs"]
mod faces;
#[path = "support/faces_detached.rs"]
mod faces_detached;
#[path = "support/mime.rs"]
mod mime;
#[path = "support/peers.rs"]
mod peers;
#[path = "support/people.rs"]
mod people;

#[path = "interop/bodies.rs"]
mod bodies;
#[path = "interop/encrypted.rs"]
mod encrypted;
#[path = "interop/gpgsm.rs"]
mod gpgsm;
#[path = "interop/nested.rs"]
mod nested;
#[path = "interop/nss.rs"]
mod nss;
#[path = "interop/objects.rs"]
mod objects;
#[path = "interop/opened.rs"]
mod opened;
#[path = "interop/opened_gpgsm.rs"]
mod opened_gpgsm;
#[path = "interop/opened_nss.rs"]
mod opened_nss;
#[path = "interop/opened_openssl.rs"]
mod opened_openssl;
#[path = "interop/pss.rs"]
mod pss;
#[path = "interop/signed.rs"]
mod signed;
