//! How a store is opened.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::Store;
use super::record::KeyText;
use crate::crypto::{RandomSource, SystemRandom};
use crate::{Error, Identity, Limits};

/// Iterations of the key derivation that private keys are encrypted with.
const DEFAULT_ITERATIONS: u32 = 100_000;

/// How a [`Store`] is opened: the password of its private keys, and bounds. Setters commute.
#[derive(Clone)]
pub struct StoreOptions {
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) clear_keys: bool,
    iterations: u32,
    random: Arc<dyn RandomSource>,
    pub(super) limits: Limits,
}

impl StoreOptions {
    /// No password: certificates can be used and added, private keys cannot.
    pub fn new() -> StoreOptions {
        StoreOptions {
            password: None,
            clear_keys: false,
            iterations: DEFAULT_ITERATIONS,
            random: Arc::new(SystemRandom),
            limits: Limits::default(),
        }
    }

    /// The password that the private keys of this store are encrypted with. All have the same one;
    /// [`Store::change_password`] gives them another.
    pub fn password(mut self, password: &str) -> StoreOptions {
        self.password = Some(kept(password));
        self
    }

    /// Without a password, writes private keys as they are. Whoever can read the files, or a copy of them, then has
    /// the keys: every mail to their owner, and his signature.
    pub fn danger_unencrypted_keys(mut self) -> StoreOptions {
        self.clear_keys = true;
        self
    }

    /// Iterations of the key derivation for keys that are added, 2,048 to 600,000. Default 100,000. More make
    /// guessing the password dearer, and the first use of a key slower.
    pub fn iterations(mut self, iterations: u32) -> StoreOptions {
        self.iterations = iterations;
        self
    }

    /// Takes salts and initialization vectors from here instead of [`SystemRandom`]. A source that can be guessed makes
    /// the password easier to guess.
    pub fn danger_random(mut self, random: impl RandomSource + 'static) -> StoreOptions {
        self.random = Arc::new(random);
        self
    }

    /// Other bounds: size, certificates and key derivations of a file that is imported or read.
    pub fn limits(mut self, limits: Limits) -> StoreOptions {
        self.limits = limits;
        self
    }

    /// Opens a store that is there. See [`Store::open`].
    ///
    /// # Errors
    /// Those of [`Store::open`], and [`crate::ErrorKind::WrongPassword`] when the password opens none of the
    /// keys that are encrypted.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Store, Error> {
        Store::open_as(path.as_ref(), self)
    }

    /// Makes a store unless it is there, and opens it. See [`Store::create`].
    ///
    /// # Errors
    /// Those of [`Store::create`] and [`StoreOptions::open`].
    pub fn create(self, path: impl AsRef<Path>) -> Result<Store, Error> {
        Store::create_as(path.as_ref(), self)
    }

    /// The key of an identity as its file shall have it, with the password that the store has now.
    pub(super) fn protect(
        &self,
        identity: &Identity,
        password: Option<&str>,
    ) -> Result<KeyText, Error> {
        if !(2_048..=600_000).contains(&self.iterations) {
            return Err(Error::misuse(
                "the iterations for the keys of a store must be 2,048 to 600,000",
            ));
        }
        let key = identity.key();
        match password {
            Some(password) => {
                let text = key.to_encrypted_pem(password, self.iterations, &*self.random)?;
                Ok(KeyText::encrypted(text))
            }
            None if self.clear_keys => Ok(KeyText::clear(key.to_pem()?)),
            None => Err(Error::misuse(
                "a store without a password takes no private keys: give one with \
                 StoreOptions::password, or see StoreOptions::danger_unencrypted_keys",
            )),
        }
    }
}

/// A copy, in a buffer that does not grow.
pub(super) fn kept(password: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(password.len()));
    kept.push_str(password);
    kept
}

impl Default for StoreOptions {
    fn default() -> Self {
        StoreOptions::new()
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("password", &self.password.is_some())
            .field("clear_keys", &self.clear_keys)
            .finish_non_exhaustive()
    }
}
