//! The store: what goes in, what comes out, and what is left when things go wrong.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/people.rs"]
mod people;

#[path = "store/expiring.rs"]
mod expiring;
#[path = "store/files.rs"]
mod files;
#[path = "store/generations.rs"]
mod generations;
#[path = "store/hostile.rs"]
mod hostile;
#[path = "store/import.rs"]
mod import;
#[path = "store/learning.rs"]
mod learning;
#[path = "store/passwords.rs"]
mod passwords;
#[path = "store/processes.rs"]
mod processes;
#[path = "store/removal.rs"]
mod removal;

use std::path::Path;

use smime::store::{Entry, StoreOptions};
use smime::{Certificate, Store};
use tempfile::TempDir;

const PASSWORD: &str = "password of the store";

/// A folder that is there as long as the test, and a place for a store in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("store")
    }

    fn store(&self) -> Store {
        options().create(self.path()).unwrap()
    }

    fn file(&self, name: impl AsRef<Path>) -> std::path::PathBuf {
        self.path().join(name)
    }

    /// The names of the entries, in order.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !matches!(name.as_str(), "smime-store" | "lock" | "generation"))
            .collect();
        names.sort();
        names
    }
}

/// With the password, and as few iterations as there may be.
fn options() -> StoreOptions {
    Store::options().password(PASSWORD).iterations(2_048)
}

/// The file of a certificate.
fn name(certificate: &Certificate, extension: &str) -> String {
    let fingerprint = certificate.fingerprint_sha256().replace(':', "");
    format!("{}.{extension}", fingerprint.to_lowercase())
}

fn entry(store: &Store, certificate: &Certificate) -> Entry {
    let found = store.entry(&certificate.fingerprint_sha256()).unwrap();
    found.expect("the certificate is in the store")
}

fn problems(store: &Store) -> Vec<String> {
    let problems = store.problems().unwrap();
    problems.iter().map(ToString::to_string).collect()
}
