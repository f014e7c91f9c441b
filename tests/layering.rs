//! The rules about the source itself: a module uses only modules declared above it in `src/lib.rs`, and the
//! small ones that keep files readable. No compiler checks these.

#[path = "layering/fuzzing.rs"]
mod fuzzing;
#[path = "layering/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use source::{Source, identifier, root_names};

/// Longest file, in lines.
const MAX_LINES: usize = 800;

/// Lints that `lib.rs` denies and nobody may allow again.
const DENIED: [&str; 8] = [
    "unwrap_used",
    "expect_used",
    "clippy::panic",
    "indexing_slicing",
    "string_slice",
    "as_conversions",
    "unsafe_code",
    "missing_docs",
];

/// What `lib.rs` says: the modules from bottom to top, and where each name at the crate root comes from.
struct Layers {
    order: Vec<String>,
    roots: BTreeMap<String, String>,
}

impl Layers {
    fn parse(lib: &str) -> Layers {
        let lib = Source::new(lib);
        let mut layers = Layers {
            order: Vec::new(),
            roots: BTreeMap::new(),
        };
        for statement in lib.text().split(';') {
            let words = statement.split(']').next_back().unwrap_or_default().trim();
            let words = words.trim_start_matches("pub(crate)").trim_start();
            let words = words.trim_start_matches("pub ").trim_start();
            if let Some(name) = words.strip_prefix("mod ") {
                layers.order.push(name.trim().to_owned());
            } else if let Some(path) = words.strip_prefix("use ") {
                let from = identifier(path).to_owned();
                let names = path.split_once("::").map_or(path, |(_, rest)| rest);
                for name in names.split(['{', '}', ',']) {
                    let name = name.rsplit("::").next().unwrap_or(name);
                    let name = name.rsplit(" as ").next().unwrap_or(name).trim();
                    if !name.is_empty() {
                        layers.roots.insert(name.to_owned(), from.clone());
                    }
                }
            }
        }
        layers
    }

    fn position(&self, module: &str) -> Option<usize> {
        self.order.iter().position(|known| known == module)
    }

    /// The names at the crate root that a module must not use. `depth` is 1 for `src/a.rs`, 2 for `src/a/b.rs`.
    fn violations(&self, module: &str, depth: usize, text: &str) -> Vec<String> {
        let Some(own) = self.position(module) else {
            return vec![format!("{module} is not declared in lib.rs")];
        };
        let mut found = Vec::new();
        for name in root_names(&Source::new(text).without_tests(), depth) {
            let target = self.roots.get(&name).unwrap_or(&name);
            match self.position(target) {
                Some(position) if position <= own => {}
                Some(_) => found.push(format!(
                    "{module} uses {name} of {target}, a layer above it"
                )),
                None => found.push(format!(
                    "{module} uses {name}, which lib.rs does not declare"
                )),
            }
        }
        found
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every `.rs` file below a folder of the package, in a stable order.
fn files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    assert!(!found.is_empty(), "no source below {folder}");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Files that only exist for tests, because `#[cfg(test)] mod name;` declares them; without `.rs`.
fn test_only(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for file in files {
        let below = file.with_extension("");
        for name in Source::new(&read(file)).test_modules() {
            found.insert(below.join(name));
        }
    }
    found
}

fn library_files() -> Vec<PathBuf> {
    let source = root().join("src");
    let all = files("src");
    let tests = test_only(&all);
    let is_test = |file: &Path| {
        let mut module = file.with_extension("");
        loop {
            if tests.contains(&module) {
                return true;
            }
            if !module.pop() {
                return false;
            }
        }
    };
    all.into_iter()
        .filter(|file| !file.starts_with(source.join("bin")))
        .filter(|file| *file != source.join("lib.rs"))
        .filter(|file| !is_test(file))
        .collect()
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let layers = Layers::parse(&read(&root().join("src/lib.rs")));
    assert!(
        layers.order.len() > 10,
        "lib.rs was not understood: {:?}",
        layers.order
    );
    let mut problems = Vec::new();
    for file in library_files() {
        let module = file
            .strip_prefix(root().join("src"))
            .unwrap()
            .with_extension("");
        let depth = module.components().count();
        let top = module.components().next().unwrap();
        let top = top.as_os_str().to_str().unwrap();
        for problem in layers.violations(top, depth, &read(&file)) {
            problems.push(format!("{}: {problem}", shown(&file)));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_tool_uses_the_public_face_only() {
    for file in files("src/bin") {
        let text = read(&file);
        assert!(!text.contains("include!"), "{}", shown(&file));
        for path in text.lines().filter(|line| line.contains("#[path")) {
            assert!(!path.contains(".."), "{}: {path}", shown(&file));
        }
    }
}

/// The root files of everything that is built from `folder`: those directly below it.
fn root_files(folder: &str) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|file| file.parent() == Some(&root().join(folder)));
    assert!(!found.is_empty(), "nothing is built from {folder}");
    found
}

/// The compiler refuses `unsafe` where its root file says so, in the library, the tool and what users read as
/// examples. `benches/compare` calls a C library; it is a package of its own.
#[test]
fn library_tool_examples_and_benches_forbid_unsafe_code() {
    let mut roots = vec![root().join("src/lib.rs")];
    for folder in ["src/bin", "examples", "benches"] {
        roots.extend(root_files(folder));
    }
    for file in roots {
        let text = Source::new(&read(&file)).text().to_owned();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{}", shown(&file));
    }
}

/// Of the tests, only those that count or search what is allocated have an allocator of their own.
#[test]
fn only_allocators_of_tests_have_unsafe_code() {
    const ALLOCATORS: [&str; 3] = [
        "tests/protect_memory.rs",
        "tests/readers/counted.rs",
        "tests/secrets.rs",
    ];
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found: Vec<String> = files("tests")
        .iter()
        .filter(|file| {
            let text = Source::new(&read(file)).text().to_owned();
            text.split(|c| !is_name(c)).any(|word| word == "unsafe")
        })
        .map(|file| shown(file))
        .collect();
    found.sort();
    assert_eq!(found, ALLOCATORS);
}

/// Features add code and take none away; the one exception is what stands in for the faster back-end. The gate
/// relies on it when it runs only some of the tests without default features.
#[test]
fn features_only_add() {
    let mut found = BTreeSet::new();
    for file in files("src") {
        let text: String = read(&file).split_whitespace().collect();
        let takes_away = text.split("cfg(").skip(1).any(|rest| {
            let condition = rest.split(")]").next().unwrap_or(rest);
            condition.contains("not(") && condition.contains("feature=")
        });
        if takes_away || text.contains("cfg!(feature") || text.contains("cfg!(not(feature") {
            found.insert(shown(&file));
        }
    }
    assert_eq!(found, BTreeSet::from(["src/crypto/fast.rs".to_owned()]));
}

#[test]
fn files_are_short_and_no_module_hides_in_mod_rs() {
    for folder in ["src", "tests", "benches", "examples"] {
        for file in files(folder) {
            let lines = read(&file).lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines", shown(&file));
            assert_ne!(file.file_name().unwrap(), "mod.rs", "{}", shown(&file));
        }
    }
}

#[test]
fn nothing_is_left_for_later_and_no_lint_is_switched_off() {
    let tools = files("src/bin");
    for file in library_files().iter().chain(&tools) {
        let text = Source::new(&read(file)).without_tests();
        for left in ["todo!", "unimplemented!"] {
            assert!(!text.contains(left), "{} has {left}", shown(file));
        }
        for allowed in text.split("allow(").skip(1) {
            let list = allowed.split(')').next().unwrap();
            let denied = DENIED.iter().find(|lint| list.contains(*lint));
            assert_eq!(denied, None, "{} allows {list}", shown(file));
        }
    }
}

mod the_test_itself {
    use super::*;

    const LIB: &str = "
        #![doc = \"mod ghost;\"]
        pub mod error; // mod comment;
        mod asn1;
        #[cfg(feature = \"x\")]
        pub mod top;
        pub use error::{Error, kind::ErrorKind};
        #[cfg(feature = \"x\")]
        pub use top::Top as Summit;";

    fn check(module: &str, depth: usize, text: &str) -> usize {
        Layers::parse(LIB).violations(module, depth, text).len()
    }

    #[test]
    fn reads_the_order_and_the_names_of_the_root() {
        let layers = Layers::parse(LIB);
        assert_eq!(layers.order, ["error", "asn1", "top"]);
        let roots: Vec<_> = layers
            .roots
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            roots,
            [
                ("Error", "error"),
                ("ErrorKind", "error"),
                ("Summit", "top")
            ]
        );
    }

    #[test]
    fn finds_planted_violations() {
        assert_eq!(check("asn1", 1, "use crate::top::Thing;"), 1);
        assert_eq!(check("asn1", 1, "use crate::{Error, Summit};"), 1);
        assert_eq!(
            check(
                "asn1",
                1,
                "use crate::{\n  error::{Error, top},\n  top::{A, B},\n};"
            ),
            1
        );
        assert_eq!(check("error", 1, "fn f() -> crate::asn1::Tag {}"), 1);
        assert_eq!(check("asn1", 2, "use super::super::top;"), 1);
        assert_eq!(check("asn1", 1, "use super::top;"), 1);
        assert_eq!(check("asn1", 1, "use crate::nowhere::Thing;"), 1);
        assert_eq!(check("nowhere", 1, ""), 1);
        assert_eq!(
            check("asn1", 1, "#[cfg(not(test))] use crate::top::Thing;"),
            1
        );
        let after = "#[cfg(test)] mod tests { fn f() { '}' } }\nuse crate::top::Thing;";
        assert_eq!(check("asn1", 1, after), 1);
    }

    #[test]
    fn finds_nothing_where_nothing_is() {
        assert_eq!(
            check(
                "top",
                1,
                "use crate::{Error, asn1::Tag}; use crate::error::ErrorKind;"
            ),
            0
        );
        assert_eq!(check("asn1", 2, "use super::top; pub(crate) fn f() {}"), 0);
        assert_eq!(
            check(
                "asn1",
                1,
                "/// See [`crate::top`].\nfn f() { \"crate::top\"; }"
            ),
            0
        );
        assert_eq!(
            check("asn1", 1, "#[cfg(test)]\nmod tests { use crate::top; }"),
            0
        );
        assert_eq!(
            check(
                "asn1",
                1,
                "/* /* */ crate::top */ fn f<'a>() { r#\"\"crate::top\"#; }"
            ),
            0
        );
    }

    #[test]
    fn finds_modules_for_tests() {
        let text = "#[cfg(test)]\nmod tests;\n#[cfg(test)]\npub(crate) mod testing;\nmod real;";
        assert_eq!(Source::new(text).test_modules(), ["tests", "testing"]);
    }
}
