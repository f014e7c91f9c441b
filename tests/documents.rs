//! What the documents say about the source must be so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Prefixes of the attack catalogue in SECURITY.md.
const CATALOGUE: [&str; 6] = ["enc", "sig", "pki", "dos", "smtp", "key"];

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `ENC-15` of `enc_15_bcc_stays_hidden`.
fn identifier(test: &str) -> Option<String> {
    let (prefix, rest) = test.split_once('_')?;
    let number = rest.split('_').next()?;
    let known = CATALOGUE.contains(&prefix) && number.len() == 2;
    (known && number.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{}-{number}", prefix.to_uppercase()))
}

/// Names of all functions below a folder that a catalogue entry could name.
fn tests_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for rest in text.split("fn ").skip(1) {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let name = &rest[..end.unwrap_or(rest.len())];
                if identifier(name).is_some() {
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn the_catalogue_names_the_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    tests_in(&root.join("src"), &mut tests);
    tests_in(&root.join("tests"), &mut tests);
    assert!(tests.len() > 10, "only {tests:?}");

    let mut problems = Vec::new();
    let mut listed = BTreeSet::new();
    let table = read("SECURITY.md");
    for row in table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
    {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for name in cells[3].split('`').skip(1).step_by(2) {
            match identifier(name) {
                Some(id) if id == cells[1] && tests.contains(name) => {
                    listed.insert(name.to_owned());
                }
                Some(_) => problems.push(format!("{}: no test {name}", cells[1])),
                None => {}
            }
        }
    }
    problems.extend(
        tests
            .difference(&listed)
            .map(|name| format!("{name} is not in SECURITY.md")),
    );
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_readme_and_the_manifest_agree() {
    let readme = read("README.md");
    let manifest = read("Cargo.toml");
    let value = |key: &str| {
        let line = manifest.lines().find(|line| line.starts_with(key)).unwrap();
        line.split('"').nth(1).unwrap()
    };
    assert!(
        readme.contains(&format!("{}: ", value("version"))),
        "version"
    );
    assert!(
        readme.contains(&format!("Rust version is {}.", value("rust-version"))),
        "MSRV"
    );

    let features = manifest.split("[features]").nth(1).unwrap();
    let features = features.split("\n[").next().unwrap();
    for line in features.lines().filter(|line| line.contains(" = [")) {
        let name = line.split(' ').next().unwrap();
        if name != "default" {
            assert!(readme.contains(&format!("| `{name}` |")), "feature {name}");
        }
    }
}
