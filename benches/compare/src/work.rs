//! What is measured: one kind of work on one message, for both sides.

use std::fmt;

/// Digest of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    Sha256,
    Sha512,
}

/// Cipher of an encryption; both with 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    Cbc,
    Gcm,
}

/// Keys of the signer and the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
}

/// One kind of work. Each kind of opening undoes the kind of making of the same fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Sign(Digest),
    Encrypt(Cipher),
    SignEncrypt(Cipher),
    Verify,
    Decrypt(Cipher),
    DecryptVerify(Cipher),
}

impl Work {
    /// The making whose result this opens; `None` if it is a making itself.
    pub fn made_by(self) -> Option<Work> {
        match self {
            Work::Sign(_) | Work::Encrypt(_) | Work::SignEncrypt(_) => None,
            Work::Verify => Some(Work::Sign(Digest::Sha256)),
            Work::Decrypt(cipher) => Some(Work::Encrypt(cipher)),
            Work::DecryptVerify(cipher) => Some(Work::SignEncrypt(cipher)),
        }
    }

    /// The opening that undoes this making, or itself if it is an opening.
    pub fn opened_by(self) -> Work {
        match self {
            Work::Sign(_) => Work::Verify,
            Work::Encrypt(cipher) => Work::Decrypt(cipher),
            Work::SignEncrypt(cipher) => Work::DecryptVerify(cipher),
            opening => opening,
        }
    }

    /// The cipher, if there is an encryption.
    pub fn cipher(self) -> Option<Cipher> {
        match self {
            Work::Encrypt(cipher)
            | Work::SignEncrypt(cipher)
            | Work::Decrypt(cipher)
            | Work::DecryptVerify(cipher) => Some(cipher),
            Work::Sign(_) | Work::Verify => None,
        }
    }

    /// Whether there is a signature.
    pub fn is_signed(self) -> bool {
        !matches!(self, Work::Encrypt(_) | Work::Decrypt(_))
    }

    /// One word for the command line of a child process.
    pub fn word(self) -> &'static str {
        match self {
            Work::Sign(Digest::Sha256) => "sign-sha256",
            Work::Sign(Digest::Sha512) => "sign-sha512",
            Work::Encrypt(Cipher::Cbc) => "encrypt-cbc",
            Work::Encrypt(Cipher::Gcm) => "encrypt-gcm",
            Work::SignEncrypt(Cipher::Cbc) => "sign-encrypt-cbc",
            Work::SignEncrypt(Cipher::Gcm) => "sign-encrypt-gcm",
            Work::Verify => "verify",
            Work::Decrypt(Cipher::Cbc) => "decrypt-cbc",
            Work::Decrypt(Cipher::Gcm) => "decrypt-gcm",
            Work::DecryptVerify(Cipher::Cbc) => "decrypt-verify-cbc",
            Work::DecryptVerify(Cipher::Gcm) => "decrypt-verify-gcm",
        }
    }

    /// The work of this word.
    pub fn of_word(word: &str) -> Option<Work> {
        ALL.into_iter().find(|work| work.word() == word)
    }
}

/// Every kind of work.
pub const ALL: [Work; 11] = [
    Work::Sign(Digest::Sha256),
    Work::Sign(Digest::Sha512),
    Work::Encrypt(Cipher::Cbc),
    Work::Encrypt(Cipher::Gcm),
    Work::SignEncrypt(Cipher::Cbc),
    Work::SignEncrypt(Cipher::Gcm),
    Work::Verify,
    Work::Decrypt(Cipher::Cbc),
    Work::Decrypt(Cipher::Gcm),
    Work::DecryptVerify(Cipher::Cbc),
    Work::DecryptVerify(Cipher::Gcm),
];

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Digest::Sha256 => "SHA-256",
            Digest::Sha512 => "SHA-512",
        })
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cipher::Cbc => "CBC",
            Cipher::Gcm => "GCM",
        })
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Keys::Rsa2048 => "RSA-2048",
            Keys::Rsa3072 => "RSA-3072",
            Keys::Rsa4096 => "RSA-4096",
            Keys::P256 => "P-256",
        })
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Work::Sign(digest) => write!(f, "sign {digest}"),
            Work::Encrypt(cipher) => write!(f, "encrypt {cipher}"),
            Work::SignEncrypt(cipher) => write!(f, "sign+encrypt {cipher}"),
            Work::Verify => f.write_str("verify detached"),
            Work::Decrypt(cipher) => write!(f, "decrypt {cipher}"),
            Work::DecryptVerify(cipher) => write!(f, "decrypt+verify {cipher}"),
        }
    }
}
