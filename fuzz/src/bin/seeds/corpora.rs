//! Seeds from the files of corpora.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Seeds, object};

/// OCSP responses of the corpus are base64.
pub fn decoded(bytes: &[u8]) -> Vec<u8> {
    smime::fuzzing::mime::undone("base64", &[bytes]).map_or(bytes.to_vec(), |(der, _)| der)
}

/// Every so many of the files of a folder.
pub fn sample(seeds: &mut Seeds, folder: &Path, every: usize, add: fn(&mut Seeds, &str, &[u8])) {
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("no {}", folder.display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files.iter().step_by(every) {
        if let (Ok(bytes), Some(name)) = (fs::read(file), file.file_name()) {
            let name: String = name.to_string_lossy().chars().take(60).collect();
            add(seeds, &name, &bytes);
        }
    }
}

/// What a certificate needs for its path, by the names of the files.
pub fn hierarchies(seeds: &mut Seeds, pkits: &Path) {
    let read = |name: &str| fs::read(pkits.join(name)).unwrap_or_default();
    let Ok(entries) = fs::read_dir(pkits.join("certs")) else {
        return;
    };
    let anchor = [
        object(1, &read("certs/TrustAnchorRootCertificate.crt")),
        object(2, &read("crls/TrustAnchorRootCRL.crl")),
    ];
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix("CACert.crt") else {
            continue;
        };
        let list = object(2, &read(&format!("crls/{stem}CACRL.crl")));
        let authority = object(0, &fs::read(entry.path()).unwrap_or_default());
        let seed = [anchor.concat(), list, authority].concat();
        seeds.add("path", stem, &[1], &seed);
    }
}
