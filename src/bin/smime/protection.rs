//! From the options to a `Protector`.

use anyhow::Result;
use smime::Protector;
use smime::policy::StandardPolicy;
use smime::resolver::{ChainResolver, FolderResolver};

use crate::args::Protection;
use crate::{files, password, store};

/// A protector as the options want it, and what a person should know about the files.
pub struct Prepared {
    pub protector: Protector,
    pub warnings: Vec<String>,
}

/// Reads every file the options name.
pub fn prepare(options: &Protection) -> Result<Prepared> {
    let passwords = password::read_all(&options.passwords)?;
    let mut warnings = Vec::new();
    let mut protector = Protector::new()
        .key_encryption(options.key_encryption.choice())
        .threads(options.threads.into());
    for (place, path) in options.sign.iter().enumerate() {
        let identity = files::identity(path, password::of(&passwords, place))?;
        protector = protector.sign(&identity);
    }
    for path in &options.to {
        protector = protector.encrypt_to([&files::certificate(path)?]);
    }
    let mut resolver = ChainResolver::new();
    if let Some(folder) = &options.certs {
        let folder = FolderResolver::open(folder)?;
        warnings = folder.problems();
        resolver = resolver.then(options.trust.resolver(folder));
    }
    if let Some(store) = store::of(&options.store)? {
        warnings.extend(store.problems()?.iter().map(ToString::to_string));
        resolver = resolver.then(store.resolver_with(StandardPolicy::new()));
    }
    protector = protector.resolver(resolver);
    if options.certs.is_some() || options.encrypt_to_recipients {
        protector = protector.encrypt_to_recipients();
    }
    if options.sign_as_sender {
        protector = protector.sign_as_sender();
    }
    protector = options.trust.set(protector)?;
    if let Some(cipher) = options.cipher.chosen() {
        protector = protector.cipher(cipher);
    }
    if let Some(digest) = options.digest {
        protector = protector.digest(digest.algorithm());
    }
    if options.pss {
        protector = protector.pss();
    }
    if options.opaque {
        protector = protector.opaque();
    }
    if options.compress {
        protector = protector.compress();
    }
    if options.danger_ignore_addresses {
        protector = protector.danger_ignore_addresses();
    }
    Ok(Prepared {
        protector,
        warnings,
    })
}
