//! What came out, added up.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use crate::reading::Message;

#[derive(Default)]
pub struct Tally {
    pub counts: BTreeMap<String, usize>,
    pub unexplained: Vec<String>,
}

impl Tally {
    pub fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// Tells of every 250th, because a long run is silent otherwise.
    pub fn tell(&self, number: u64) {
        if number % 250 == 249 {
            let failed = self.unexplained.len();
            let _ = writeln!(std::io::stderr(), "{} done, {failed} failed", number + 1);
        }
    }

    /// A failure, with the files it needs.
    pub fn fail(&mut self, what: &str, message: &Message) {
        let kept = keep(message);
        // At once, because a long run ends late.
        let _ = writeln!(std::io::stderr(), "{what}\n  kept: {}", kept.display());
        self.unexplained
            .push(format!("{what}\n  kept: {}", kept.display()));
    }

    /// Shows all counts, and fails when something is left without explanation.
    pub fn finish(&self, title: &str, seed: u64) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{title}").unwrap();
        for (what, count) in &self.counts {
            writeln!(out, "{count:6}  {what}").unwrap();
        }
        assert!(
            self.unexplained.is_empty(),
            "{title}: {} that nothing explains; SMIME_DIFFERENTIAL_SEED={seed} SMIME_DIFFERENTIAL_ONLY=<number> repeats one\n{}",
            self.unexplained.len(),
            self.unexplained.join("\n")
        );
    }
}

/// In a folder that stays.
fn keep(message: &Message) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("smime-differential")
        .tempdir();
    let folder = folder.unwrap().keep();
    let name = match message {
        Message::Mail(_) => "mail.eml",
        Message::Object { .. } => "cms.der",
    };
    std::fs::write(folder.join(name), message.bytes()).unwrap();
    if let Message::Object {
        content: Some(content),
        ..
    } = message
    {
        std::fs::write(folder.join("content"), content).unwrap();
    }
    folder
}
