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

    let security = read("SECURITY.md");
    let table = security.split("## The catalogue").nth(1).unwrap();
    let (table, advisories) = table.split_once("## Every advisory").unwrap();
    let mut problems = Vec::new();
    let mut rows = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if !cells[1].contains('-') {
            continue;
        }
        rows.insert(cells[1].to_owned());
        let mut named = 0;
        for name in names(cells[3]) {
            match identifier(name) {
                Some(id) if id == cells[1] && tests.contains(name) => named += 1,
                Some(_) => problems.push(format!("{}: no test {name}", cells[1])),
                None => {}
            }
        }
        // Of many tests a row names the most telling, and says how many more there are.
        let more = cells[3].split_once(", and ").map_or(0, |(_, rest)| {
            let number = rest.split(' ').next().unwrap();
            number.parse::<usize>().unwrap()
        });
        let of_row = |name: &&String| identifier(name).as_deref() == Some(cells[1]);
        let exist = tests.iter().filter(of_row).count();
        if named + more != exist || (named < 6 && more > 0) || named == 0 {
            problems.push(format!(
                "{}: {named} tests are named, and {more} more, of {exist}",
                cells[1]
            ));
        }
    }
    // Every test is in a row, and every advisory is caught by tests that exist.
    let without_row = |name: &&String| !identifier(name).is_some_and(|id| rows.contains(&id));
    problems.extend(
        tests
            .iter()
            .filter(without_row)
            .map(|name| format!("{name} has no row in SECURITY.md")),
    );
    for row in advisories.lines().filter(|line| line.starts_with("| ")) {
        for name in names(row).filter(|name| identifier(name).is_some()) {
            if !tests.contains(name) {
                problems.push(format!("advisories: no test {name}"));
            }
        }
    }
    assert!(rows.len() >= 77, "{rows:?}");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// What stands between backticks.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
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
