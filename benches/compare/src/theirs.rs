//! OpenSSL's side, as `openssl cms` drives it: S/MIME text in and out, streaming wherever it can.

use std::ffi::{c_int, c_uint, c_void};
use std::path::Path;
use std::ptr;

use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::cipher::{Cipher as Evp, CipherRef};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl_sys as ffi;

use crate::Failure;
use crate::bio::Bio;
use crate::message;
use crate::people::People;
use crate::work::{Cipher, Digest, Work};

// What openssl-sys does not declare, from `openssl/cms.h`.
unsafe extern "C" {
    fn CMS_add1_signer(
        cms: *mut ffi::CMS_ContentInfo,
        signer: *mut ffi::X509,
        key: *mut ffi::EVP_PKEY,
        digest: *const ffi::EVP_MD,
        flags: c_uint,
    ) -> *mut c_void;
    fn CMS_add1_recipient_cert(
        cms: *mut ffi::CMS_ContentInfo,
        recipient: *mut ffi::X509,
        flags: c_uint,
    ) -> *mut c_void;
    fn CMS_AuthEnvelopedData_create(cipher: *const ffi::EVP_CIPHER) -> *mut ffi::CMS_ContentInfo;
    fn CMS_set_detached(cms: *mut ffi::CMS_ContentInfo, detached: c_int) -> c_int;
    fn SMIME_write_CMS(
        out: *mut ffi::BIO,
        cms: *mut ffi::CMS_ContentInfo,
        data: *mut ffi::BIO,
        flags: c_int,
    ) -> c_int;
}

/// How OpenSSL takes what it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// As text whose line ends become CRLF, as mail needs it and `openssl cms` does by default.
    Text,
    /// As octets that are in canonical form already (`CMS_BINARY`): OpenSSL at its fastest.
    Binary,
}

impl Input {
    /// Streaming in both cases.
    fn flags(self) -> c_uint {
        match self {
            Input::Text => ffi::CMS_STREAM | ffi::CMS_CRLFEOL,
            Input::Binary => Input::Text.flags() | ffi::CMS_BINARY,
        }
    }
}

/// Keys, certificates and the trusted root, loaded.
pub struct Theirs {
    people: People,
    store: X509Store,
    header: Vec<u8>,
    input: Input,
}

/// A `CMS_ContentInfo` that is freed when dropped.
struct Cms(*mut ffi::CMS_ContentInfo);

impl Theirs {
    pub fn new(people: People) -> Result<Theirs, ErrorStack> {
        let mut store = X509StoreBuilder::new()?;
        store.add_cert(people.root.clone())?;
        Ok(Theirs {
            people,
            store: store.build(),
            header: message::header(),
            input: Input::Text,
        })
    }

    /// Takes what it protects in this way from now on.
    pub fn take(&mut self, input: Input) {
        self.input = input;
    }

    /// Signs or encrypts this mail, in memory.
    pub fn make(&self, work: Work, mail: &[u8]) -> Result<Bio<'static>, Failure> {
        let out = Bio::memory()?;
        self.make_from(work, &Bio::over(&mail[self.header.len()..])?, &out)?;
        Ok(out)
    }

    /// Verifies or decrypts this mail, in memory; gives the content.
    pub fn open(&self, work: Work, raw: &[u8]) -> Result<Bio<'static>, Failure> {
        let out = Bio::memory()?;
        self.open_from(work, &Bio::over(raw)?, &out)?;
        Ok(out)
    }

    /// Makes or opens from file to file. Two steps have a file between them, beside the output.
    pub fn file(&self, work: Work, input: &Path, output: &Path) -> Result<(), Failure> {
        let out = Bio::writer(output)?;
        let between = output.with_extension("between");
        match work {
            Work::SignEncrypt(cipher) => {
                let source = Bio::reader(input, self.header.len())?;
                self.sign(Digest::Sha256, &source, &Bio::writer(&between)?)?;
                self.encrypt(cipher, &Bio::reader(&between, self.header.len())?, &out)
            }
            Work::DecryptVerify(_) => {
                self.decrypt(&Bio::reader(input, 0)?, &Bio::writer(&between)?)?;
                self.verify(&Bio::reader(&between, 0)?, &out)
            }
            Work::Sign(_) | Work::Encrypt(_) => {
                self.make_from(work, &Bio::reader(input, self.header.len())?, &out)
            }
            Work::Verify | Work::Decrypt(_) => self.open_from(work, &Bio::reader(input, 0)?, &out),
        }
    }

    fn make_from(&self, work: Work, entity: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        match work {
            Work::Sign(digest) => self.sign(digest, entity, out),
            Work::Encrypt(cipher) => self.encrypt(cipher, entity, out),
            Work::SignEncrypt(cipher) => {
                let signed = Bio::memory()?;
                self.sign(Digest::Sha256, entity, &signed)?;
                let signed = &signed.bytes()[self.header.len()..];
                self.encrypt(cipher, &Bio::over(signed)?, out)
            }
            _ => Err("not a making".into()),
        }
    }

    fn open_from(&self, work: Work, source: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        match work {
            Work::Verify => self.verify(source, out),
            Work::Decrypt(_) => self.decrypt(source, out),
            Work::DecryptVerify(_) => {
                let signed = Bio::memory()?;
                self.decrypt(source, &signed)?;
                self.verify(&Bio::over(signed.bytes())?, out)
            }
            _ => Err("not an opening".into()),
        }
    }

    fn sign(&self, digest: Digest, entity: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        let flags = self.input.flags() | ffi::CMS_DETACHED;
        let digest = match digest {
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha512 => MessageDigest::sha512(),
        };
        let (none, alice) = (ptr::null_mut(), &self.people.alice);
        // SAFETY: all pointers are live objects of OpenSSL, or null where the manual allows it.
        unsafe {
            let partial = flags | ffi::CMS_PARTIAL;
            let cms = Cms::new(ffi::CMS_sign(
                none,
                ptr::null_mut(),
                ptr::null_mut(),
                entity.as_ptr(),
                partial,
            ))?;
            let (certificate, key) = (alice.certificate.as_ptr(), alice.key.as_ptr());
            if CMS_add1_signer(cms.0, certificate, key, digest.as_ptr(), flags).is_null() {
                return Err(ErrorStack::get().into());
            }
            self.write(&cms, entity, flags, out)
        }
    }

    fn encrypt(&self, cipher: Cipher, entity: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        let bob = self.people.bob.certificate.as_ptr();
        // SAFETY: as in `sign`.
        unsafe {
            let cms = match cipher {
                Cipher::Cbc => ffi::CMS_encrypt(
                    ptr::null_mut(),
                    entity.as_ptr(),
                    evp(Evp::aes_256_cbc()),
                    self.input.flags() | ffi::CMS_PARTIAL,
                ),
                Cipher::Gcm => CMS_AuthEnvelopedData_create(evp(Evp::aes_256_gcm())),
            };
            let cms = Cms::new(cms)?;
            CMS_set_detached(cms.0, 0);
            if CMS_add1_recipient_cert(cms.0, bob, 0).is_null() {
                return Err(ErrorStack::get().into());
            }
            self.write(&cms, entity, self.input.flags(), out)
        }
    }

    fn verify(&self, source: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        let mut content = ptr::null_mut();
        let none = ptr::null_mut();
        // SAFETY: as in `sign`; the detached content belongs to the caller.
        let verified = unsafe {
            let cms = Cms::new(ffi::SMIME_read_CMS(source.as_ptr(), &mut content))?;
            let content = Bio::new(content)?;
            let store = self.store.as_ptr();
            ffi::CMS_verify(cms.0, none, store, content.as_ptr(), out.as_ptr(), 0)
        };
        succeeded(verified)
    }

    fn decrypt(&self, source: &Bio<'_>, out: &Bio<'_>) -> Result<(), Failure> {
        let bob = &self.people.bob;
        let (key, certificate) = (bob.key.as_ptr(), bob.certificate.as_ptr());
        // SAFETY: as in `sign`.
        let decrypted = unsafe {
            let cms = Cms::new(ffi::SMIME_read_CMS(source.as_ptr(), ptr::null_mut()))?;
            ffi::CMS_decrypt(cms.0, key, certificate, ptr::null_mut(), out.as_ptr(), 0)
        };
        succeeded(decrypted)
    }

    fn write(
        &self,
        cms: &Cms,
        entity: &Bio<'_>,
        flags: c_uint,
        out: &Bio<'_>,
    ) -> Result<(), Failure> {
        out.write(&self.header)?;
        let flags = c_int::try_from(flags)?;
        // SAFETY: as in `sign`.
        succeeded(unsafe { SMIME_write_CMS(out.as_ptr(), cms.0, entity.as_ptr(), flags) })
    }
}

impl Cms {
    fn new(raw: *mut ffi::CMS_ContentInfo) -> Result<Cms, ErrorStack> {
        match raw.is_null() {
            true => Err(ErrorStack::get()),
            false => Ok(Cms(raw)),
        }
    }
}

impl Drop for Cms {
    fn drop(&mut self) {
        // SAFETY: it is owned, and not used after this.
        unsafe { ffi::CMS_ContentInfo_free(self.0) }
    }
}

fn evp(cipher: &'static CipherRef) -> *const ffi::EVP_CIPHER {
    cipher.as_ptr()
}

fn succeeded(code: c_int) -> Result<(), Failure> {
    match code {
        1 => Ok(()),
        _ => Err(ErrorStack::get().into()),
    }
}
