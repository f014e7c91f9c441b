//! Makes seeds: `seeds committed FOLDER` those of the repository, `seeds corpora CORPORA FOLDER` all that corpora give.
//!
//! A seed is what a target takes: the bytes that decide, and behind them a message, a file, a reply.

mod corpora;
mod openssl;
mod ours;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use corpora::{hierarchies, sample};

/// Longer ones make a fuzzer slow.
const LONGEST: usize = 16 << 10;

#[derive(Default)]
struct Seeds {
    /// By target and name.
    all: BTreeMap<(&'static str, String), Vec<u8>>,
}

impl Seeds {
    fn add(&mut self, target: &'static str, name: &str, decisions: &[u8], data: &[u8]) {
        let seed = [decisions, data].concat();
        if seed.len() < LONGEST {
            self.all.insert((target, name.to_owned()), seed);
        }
    }

    fn write(&self, folder: &Path) {
        for ((target, name), seed) in &self.all {
            let folder = folder.join(target);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), seed).expect("a seed");
        }
        let bytes: usize = self.all.values().map(Vec::len).sum();
        eprintln!("{} seeds, {} KiB", self.all.len(), bytes >> 10);
    }

    /// A mail for every target that takes one.
    fn mail(&mut self, name: &str, mail: &[u8]) {
        self.add("cms_open", name, &[0, 0], mail);
        self.add("faces", name, &[1, 7, 9], mail);
        self.add("mime", name, &[4, 5, 1], mail);
        self.add("mime", &format!("{name}-canonical"), &[3, 4, 1], mail);
    }

    fn cms(&mut self, name: &str, cms: &[u8]) {
        self.add("cms_open", name, &[1, 1], cms);
        self.add("faces", name, &[5, 5, 1], cms);
        self.add("asn1", name, &[8, 4, 1], cms);
    }

    fn detached(&mut self, name: &str, content: &[u8], signature: &[u8]) {
        let Ok(length) = u16::try_from(content.len()) else {
            return;
        };
        let both = [&length.to_be_bytes(), content, signature].concat();
        self.add("cms_open", name, &[2, 1], &both);
        self.add("faces", name, &[0x17, 5, 1], &both);
    }

    fn certificate(&mut self, name: &str, der: &[u8]) {
        self.add("certificate", name, &[0], der);
        self.add("asn1", name, &[8, 3, 1], der);
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut seeds = Seeds::default();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["committed", folder] => {
            ours::ours(&mut seeds);
            texts::texts(&mut seeds);
            if openssl::openssl(&mut seeds).is_none() {
                eprintln!("openssl is missing: no seeds of it");
            }
            if let Some(corpora) = env::var_os("SMIME_CORPORA") {
                // Apache-2.0 and the examples of RFCs; a few of each.
                let corpora = PathBuf::from(corpora);
                sample(&mut seeds, &corpora.join("fuzz-seeds/cms"), 12, Seeds::cms);
                sample(
                    &mut seeds,
                    &corpora.join("fuzz-seeds/x509"),
                    3,
                    Seeds::certificate,
                );
                sample(&mut seeds, &corpora.join("rfc9216"), 1, Seeds::file);
            }
            seeds.write(Path::new(folder));
        }
        ["corpora", corpora, folder] => {
            let corpora = Path::new(corpora);
            for name in [
                "fuzz-seeds/cms",
                "openssl/cms-negative",
                "nss-oaep-ecdh",
                "rfc4134",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::cms);
            }
            for name in [
                "fuzz-seeds/x509",
                "pkits/certs",
                "smime-br",
                "openssl/smime-certs",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::certificate);
            }
            for name in [
                "pkits/crls",
                "ocsp",
                "openssl/pkcs12",
                "rfc9216",
                "thunderbird",
                "james",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::file);
            }
            hierarchies(&mut seeds, &corpora.join("pkits"));
            seeds.write(Path::new(folder));
        }
        _ => eprintln!("seeds committed FOLDER | seeds corpora CORPORA FOLDER"),
    }
}

impl Seeds {
    /// A file whose name says what it is.
    fn file(&mut self, name: &str, bytes: &[u8]) {
        match name.rsplit('.').next() {
            Some("eml") => self.mail(name, bytes),
            Some("crl") => self.add("certificate", name, &[1], bytes),
            Some("ors") => self.add("certificate", name, &[2], &corpora::decoded(bytes)),
            Some("p12") => self.add("pkcs12", name, &[1], bytes),
            Some("pem" | "key" | "crt") => {
                for how in 2..=5 {
                    self.add("pkcs12", &format!("{name}-{how}"), &[how], bytes);
                }
            }
            _ => {}
        }
    }
}

/// An object of a set for the path, with its role and its length.
fn object(role: u8, bytes: &[u8]) -> Vec<u8> {
    match u16::try_from(bytes.len()) {
        Ok(length) if length > 0 => [&[role], &length.to_be_bytes()[..], bytes].concat(),
        _ => Vec::new(),
    }
}
