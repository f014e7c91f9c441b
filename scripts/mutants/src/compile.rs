//! What cargo says: errors with their places, and the test binaries.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;

/// What came of one call of cargo.
#[derive(Default)]
pub struct Outcome {
    pub errors: Vec<Complaint>,
    pub binaries: Vec<Binary>,
    pub is_success: bool,
}

/// An error of the compiler.
pub struct Complaint {
    pub code: String,
    /// As a person would read it.
    pub rendered: String,
    /// File and offset: the places it is about, the first ones matter most.
    pub places: Vec<(String, usize)>,
}

/// A test binary.
pub struct Binary {
    /// The name of the target, `lib` for the unit tests.
    pub name: String,
    pub path: PathBuf,
}

/// Calls cargo in this folder.
pub fn cargo(folder: &Path, arguments: &[String]) -> Result<Outcome> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(program)
        .args(arguments)
        .arg("--message-format=json")
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()?;
    let mut outcome = Outcome {
        is_success: output.status.success(),
        ..Outcome::default()
    };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        match message["reason"].as_str() {
            Some("compiler-message") => outcome.errors.extend(complaint(&message["message"])),
            Some("compiler-artifact") => outcome.binaries.extend(binary(&message)),
            _ => {}
        }
    }
    Ok(outcome)
}

fn complaint(message: &Value) -> Option<Complaint> {
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let of = |is_primary: bool| {
        spans
            .iter()
            .filter(move |span| span["is_primary"] == is_primary)
            .filter_map(place)
    };
    Some(Complaint {
        code: message["code"]["code"].as_str().unwrap_or("-").to_owned(),
        rendered: message["rendered"].as_str().unwrap_or_default().to_owned(),
        places: of(true).chain(of(false)).collect(),
    })
}

fn place(span: &Value) -> Option<(String, usize)> {
    let offset = usize::try_from(span["byte_start"].as_u64()?).ok()?;
    Some((span["file_name"].as_str()?.to_owned(), offset))
}

fn binary(message: &Value) -> Option<Binary> {
    if message["profile"]["test"] != true {
        return None;
    }
    let target = &message["target"];
    let is_lib = target["kind"].as_array()?.iter().any(|kind| kind == "lib");
    let name = if is_lib {
        "lib"
    } else {
        target["name"].as_str()?
    };
    Some(Binary {
        name: name.to_owned(),
        path: PathBuf::from(message["executable"].as_str()?),
    })
}
