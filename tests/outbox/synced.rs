//! That the real folder waits for the disk, and when, as the system sees it: this test program starts itself again
//! under strace.

use std::path::Path;
use std::process::{Command, Stdio};

use smime::submit::Outbox;

use super::*;
use crate::mail_server::place;

const FOLDER: &str = "SMIME_TEST_SYNCED";
const SERVER: &str = "SMIME_TEST_SERVER";

/// What the other process does: a message is stored, and sent.
#[test]
fn child() {
    let (Ok(folder), Ok(server)) = (std::env::var(FOLDER), std::env::var(SERVER)) else {
        return;
    };
    let outbox = Outbox::open(folder).unwrap();
    let to = envelope(&["bob@example.org"]);
    outbox.add_bytes(&to, b"a: b\r\n\r\nc\r\n").unwrap();
    let report = outbox.run_blocking(&submitter(server.parse().unwrap()), at(0));
    assert!(report.unwrap().all_accepted());
}

/// The calls that succeeded, in order: what was done, and to which kinds of files in the folder.
fn calls(trace: &str, folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let kind = |path: &str| {
        let name = path.strip_prefix(folder)?.trim_start_matches('/');
        let (prefix, name) = match name.strip_prefix(".tmp-") {
            Some(name) => (".tmp ", name),
            // What tells who the owner is has no name, except where there are no such files.
            None if name.starts_with(".tmp") => return None,
            None => ("", name),
        };
        let kind = match name.rsplit_once('.') {
            _ if name.is_empty() => "folder",
            Some((_, kind)) => kind,
            None => name,
        };
        Some(format!("{prefix}{kind}"))
    };
    let mut calls = Vec::new();
    for line in trace.lines().filter(|line| line.ends_with(" = 0")) {
        // "123 fsync(7</path>) = 0", or paths in quotation marks.
        let Some((call, rest)) = line
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .split_once('(')
        else {
            continue;
        };
        let paths = rest.split(['"', '<', '>']).filter_map(kind);
        let paths: Vec<String> = paths.collect();
        if !paths.is_empty() {
            calls.push(format!(
                "{} {}",
                call.trim_end_matches("at"),
                paths.join(" > ")
            ));
        }
    }
    calls
}

/// Contents before the name, the name before anybody is told; in doubt before the message is sent; the message is
/// gone for good before its state goes.
#[test]
fn contents_then_name_then_folder() {
    let (place, server) = (place(), MailServer::start(None));
    let (folder, trace) = (place.path().join("outbox"), place.path().join("trace"));
    let traced = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-e",
            "trace=fsync,fdatasync,/^rename,/^unlink",
            "-o",
        ])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "synced::child"])
        .env(FOLDER, &folder)
        .env(SERVER, server.address().to_string())
        .stdout(Stdio::null())
        .output();
    let traced = match traced {
        Ok(traced) if traced.status.success() => traced,
        // Not installed, or the system lets nobody be traced.
        failed => {
            let is_run = matches!(&failed, Ok(failed) if server.total() > 0 || !failed.stderr.starts_with(b"strace"));
            assert!(!is_run, "{failed:?}");
            assert!(
                std::env::var_os("SMIME_STRACE").is_none(),
                "no strace: {failed:?}"
            );
            crate::skip::loudly(format!(
                "whether files are waited for, because strace cannot be used: {failed:?}"
            ));
            return;
        }
    };
    assert_eq!(server.total(), 1, "{traced:?}");
    let calls = calls(&std::fs::read_to_string(&trace).unwrap(), &folder);
    let written = |kind: &str| {
        [
            format!("fsync .tmp {kind}"),
            format!("rename .tmp {kind} > {kind}"),
            "fsync folder".to_owned(),
        ]
    };
    let files = ["smime-outbox", "mail", "state"].iter();
    let taken_away = ["unlink mail", "fsync folder", "unlink state"].map(str::to_owned);
    let expected: Vec<String> = files
        .flat_map(|kind| written(kind))
        .chain(taken_away)
        .collect();
    assert_eq!(calls, expected);
}
