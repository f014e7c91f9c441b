//! Where the files are.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smime::open::{Content, Message, Opened};

/// The folder, or `None` with one loud line when it is not set. Set but unusable is a failure.
pub fn folder(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test").to_owned();
        // Not eprintln: the test harness would keep it to itself.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test}: SMIME_CORPORA is not set"
        );
        return None;
    };
    let path = PathBuf::from(root).join(name);
    assert!(path.is_dir(), "{} is not there", path.display());
    Some(path)
}

/// One file of a folder that is there.
pub fn read(folder: &str, file: &str) -> Vec<u8> {
    let path = self::folder(folder).unwrap().join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// 2026-11-22T00:00:00Z.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_305_600)
}

/// The word for what `content` gives.
pub fn verdict(opened: &Opened) -> &'static str {
    match opened.content() {
        Content::Trusted(_) => "trusted",
        Content::Untrusted(_) => "untrusted",
        Content::Unsigned(_) => "unsigned",
        Content::Withheld(_) => "withheld",
        _ => "something new",
    }
}

/// The content, whatever it is called.
pub fn message(opened: &Opened) -> Message {
    match opened.content() {
        Content::Trusted(m) | Content::Untrusted(m) | Content::Unsigned(m) => m,
        Content::Withheld(withheld) => withheld.dangerous(),
        _ => panic!("something new"),
    }
}
