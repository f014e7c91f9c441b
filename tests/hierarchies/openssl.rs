//! `openssl verify` at work.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::NOW;
use crate::ca::pem;
use crate::hierarchy::Hierarchy;

/// What it says.
pub struct Verdict {
    accepts: bool,
    /// Number of the error and depth of the certificate, 0 being the leaf.
    pub errors: Vec<(u32, usize)>,
    pub words: String,
}

impl Verdict {
    pub fn accepts(&self) -> bool {
        self.accepts
    }
}

/// Whether it is installed. If not the comparison is skipped, loudly; under `CI` it fails.
pub fn is_there() -> bool {
    match Command::new("openssl").arg("version").output() {
        Ok(_) => true,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            let _ = writeln!(
                std::io::stderr(),
                "skipped: hierarchies compared with OpenSSL, because there is no openssl"
            );
            false
        }
    }
}

/// On everything there is.
pub fn verdict(hierarchy: &Hierarchy) -> Verdict {
    judged(&run(hierarchy, &hierarchy.others, &hierarchy.anchors, &[]))
}

/// On one path only: the certificates from the leaf to the anchor.
pub fn verdict_on_path(hierarchy: &Hierarchy, path: &[Vec<u8>]) -> Verdict {
    let (anchor, rest) = path.split_last().unwrap();
    let others = rest.get(1..).unwrap_or_default();
    judged(&run(hierarchy, others, std::slice::from_ref(anchor), &[]))
}

/// The subjects of the path that it accepts, the leaf's first.
pub fn path(hierarchy: &Hierarchy) -> Vec<String> {
    let options = ["-show_chain", "-nameopt", "RFC2253,-esc_msb"];
    let output = run(hierarchy, &hierarchy.others, &hierarchy.anchors, &options);
    let output = String::from_utf8(output.stdout).unwrap();
    let depths = output.lines().filter(|line| line.starts_with("depth="));
    let subjects = depths.map(|line| {
        let subject = line.split_once(": ").unwrap().1;
        subject.trim_end_matches(" (untrusted)").to_owned()
    });
    subjects.collect()
}

/// Writes the files down for people.
pub fn keep(hierarchy: &Hierarchy) -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    command(hierarchy, &hierarchy.others, &hierarchy.anchors, &folder);
    let leaf = std::slice::from_ref(&hierarchy.leaf);
    write(&folder, "leaf.pem", "CERTIFICATE", leaf);
    folder
}

fn run(hierarchy: &Hierarchy, others: &[Vec<u8>], anchors: &[Vec<u8>], options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(hierarchy, others, anchors, folder.path());
    let leaf = std::slice::from_ref(&hierarchy.leaf);
    let leaf = write(folder.path(), "leaf.pem", "CERTIFICATE", leaf);
    command.args(options).arg(leaf).output().unwrap()
}

fn write(folder: &Path, name: &str, label: &str, all: &[Vec<u8>]) -> PathBuf {
    let path = folder.join(name);
    let text: String = all.iter().map(|der| pem(label, der)).collect();
    std::fs::write(&path, text).unwrap();
    path
}

/// The command but for the leaf, with its files in this folder.
fn command(
    hierarchy: &Hierarchy,
    others: &[Vec<u8>],
    anchors: &[Vec<u8>],
    folder: &Path,
) -> Command {
    let mut command = Command::new("openssl");
    command
        .args(["verify", "-no-CApath", "-no-CAstore", "-partial_chain"])
        .args(["-purpose", "smimesign"])
        // Without a set of its own no policy would do where one is demanded.
        .args(["-policy_check", "-policy", "2.5.29.32.0"])
        .args(["-attime", &NOW.to_string()])
        .arg("-CAfile")
        .arg(write(folder, "anchors.pem", "CERTIFICATE", anchors));
    if !others.is_empty() {
        let others = write(folder, "others.pem", "CERTIFICATE", others);
        command.arg("-untrusted").arg(others);
    }
    if hierarchy.checks_revocation {
        command.arg("-crl_check_all");
        if !hierarchy.lists.is_empty() {
            let lists = write(folder, "lists.pem", "X509 CRL", &hierarchy.lists);
            command.arg("-CRLfile").arg(lists);
        }
    }
    command
}

fn judged(output: &Output) -> Verdict {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors = words.lines().filter_map(error).collect();
    Verdict {
        accepts: output.status.success(),
        errors,
        words,
    }
}

/// `error 20 at 0 depth lookup: unable to get local issuer certificate`
fn error(line: &str) -> Option<(u32, usize)> {
    let (number, rest) = line.strip_prefix("error ")?.split_once(" at ")?;
    let (depth, _) = rest.split_once(" depth ")?;
    Some((number.parse().ok()?, depth.parse().ok()?))
}
