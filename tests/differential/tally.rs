//! What came out, added up.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use crate::reading::{Message, Peer};

#[derive(Default)]
pub struct Tally {
    pub counts: BTreeMap<String, usize>,
    pub unexplained: Vec<String>,
    /// How many messages each peer was asked about, and of how many it says what we say.
    compared: BTreeMap<Peer, (usize, usize)>,
}

impl Tally {
    pub fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// A message was shown to this peer, and both accept it with the same content, or not.
    pub fn compared(&mut self, peer: Peer, is_same: bool) {
        let (all, same) = self.compared.entry(peer).or_default();
        *all += 1;
        *same += usize::from(is_same);
    }

    /// What proves something is that both accept: that must be so for so many of a hundred, unless they are too few to say.
    pub fn assert_floor(&self, peer: Peer, floor: usize) {
        let (all, same) = self.compared.get(&peer).copied().unwrap_or_default();
        assert!(
            all < 12 || same * 100 >= all * floor,
            "{peer:?}: only {same} of {all} are accepted by both"
        );
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
