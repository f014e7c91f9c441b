//! OpenSSL's BIOs: memory and files. With `theirs`, the only unsafe code.

use std::ffi::{CString, c_char, c_int, c_long, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr;

use openssl::error::ErrorStack;
use openssl_sys as ffi;

use crate::Failure;

unsafe extern "C" {
    fn BIO_new_file(name: *const c_char, mode: *const c_char) -> *mut ffi::BIO;
}

/// `BIO_C_FILE_SEEK` of `openssl/bio.h`: the command of the macro `BIO_seek`.
const SEEK: c_int = 128;

/// A BIO that is freed when dropped. It may read memory that lives as long as `'m`.
pub struct Bio<'m> {
    raw: *mut ffi::BIO,
    memory: PhantomData<&'m [u8]>,
}

impl<'m> Bio<'m> {
    /// Reads these bytes, without a copy. At most 2 GiB: the length is a C int.
    pub fn over(bytes: &'m [u8]) -> Result<Bio<'m>, Failure> {
        let length = c_int::try_from(bytes.len())?;
        // SAFETY: the bytes live as long as the BIO, which only reads them.
        Bio::new(unsafe { ffi::BIO_new_mem_buf(bytes.as_ptr().cast(), length) })
    }

    /// Memory that grows.
    pub fn memory() -> Result<Bio<'static>, Failure> {
        // SAFETY: no arguments to get wrong.
        Bio::new(unsafe { ffi::BIO_new(ffi::BIO_s_mem()) })
    }

    /// Reads a file from this offset on.
    pub fn reader(path: &Path, offset: usize) -> Result<Bio<'static>, Failure> {
        let bio = Bio::file(path, c"rb")?;
        let offset = c_long::try_from(offset)?;
        // SAFETY: a BIO that exists; this command takes no pointer.
        if unsafe { ffi::BIO_ctrl(bio.raw, SEEK, offset, ptr::null_mut()) } < 0 {
            return Err(ErrorStack::get().into());
        }
        Ok(bio)
    }

    /// Writes a new file.
    pub fn writer(path: &Path) -> Result<Bio<'static>, Failure> {
        Bio::file(path, c"wb")
    }

    /// Takes a BIO over from OpenSSL; null is a failure.
    pub fn new(raw: *mut ffi::BIO) -> Result<Bio<'m>, Failure> {
        if raw.is_null() {
            return Err(ErrorStack::get().into());
        }
        Ok(Bio {
            raw,
            memory: PhantomData,
        })
    }

    /// For functions of OpenSSL.
    pub fn as_ptr(&self) -> *mut ffi::BIO {
        self.raw
    }

    /// Writes all of these few bytes.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let length = c_int::try_from(bytes.len())?;
        // SAFETY: pointer and length belong to one slice.
        match unsafe { ffi::BIO_write(self.raw, bytes.as_ptr().cast::<c_void>(), length) } {
            written if written == length => Ok(()),
            _ => Err(ErrorStack::get().into()),
        }
    }

    /// What was written to memory and not read yet.
    pub fn bytes(&self) -> &[u8] {
        let mut data = ptr::null_mut();
        // SAFETY: a memory BIO says where its bytes are and how many; they stay until it is written to, which
        // nothing does while the slice is borrowed.
        unsafe {
            let length = ffi::BIO_get_mem_data(self.raw, &mut data);
            match usize::try_from(length) {
                Ok(length) if length > 0 => std::slice::from_raw_parts(data.cast::<u8>(), length),
                _ => &[],
            }
        }
    }

    fn file(path: &Path, mode: &std::ffi::CStr) -> Result<Bio<'static>, Failure> {
        let name = CString::new(path.as_os_str().as_encoded_bytes())?;
        // SAFETY: both are C strings.
        Bio::new(unsafe { BIO_new_file(name.as_ptr(), mode.as_ptr()) })
    }
}

impl Drop for Bio<'_> {
    fn drop(&mut self) {
        // SAFETY: it is owned, and not used after this.
        unsafe { ffi::BIO_free_all(self.raw) }
    }
}
