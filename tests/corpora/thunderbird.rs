//! Mail that NSS made for Thunderbird's tests, and Thunderbird's own verdicts.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::{Identity, Opener, TrustAnchors};

use crate::files::{folder, message, now, read, verdict};

const FOLDER: &str = "thunderbird";

fn opener() -> Opener {
    let anchors = TrustAnchors::from_pem(&read(FOLDER, "TestCA.pem")).unwrap();
    let bob = Identity::from_pkcs12(&read(FOLDER, "Bob.p12"), "nss").unwrap();
    Opener::new(&anchors)
        .identity(&bob)
        .policy(StandardPolicy::at(now()))
}

/// Where this crate decides otherwise than Thunderbird, and why.
///
/// Thunderbird takes no notice of a signature around an encrypted part; here every signature counts. It calls a
/// signing time that is far from Date a bad signature; here it is a note. It stops at a multipart/signed inside of
/// another signature; here the signer who matches From decides, and he signed all of it.
const DEVIATIONS: [(&str, &str); 8] = [
    ("alice.future.dsig.SHA256.multipart.eml", "trusted"),
    ("alice.env.sig.SHA256.opaque.eml", "trusted"),
    ("alice.env.sig.SHA512.opaque.eml", "trusted"),
    (
        "alice.plain.dsig.SHA256.multipart.dave.sig.SHA256.opaque.eml",
        "trusted",
    ),
    (
        "alice.plain.dsig.SHA512.multipart.dave.sig.SHA512.opaque.eml",
        "trusted",
    ),
    (
        "alice.plain.sig.SHA256.opaque.dave.dsig.SHA256.multipart.eml",
        "trusted",
    ),
    (
        "alice.plain.sig.SHA512.opaque.dave.dsig.SHA512.multipart.eml",
        "trusted",
    ),
    (
        "alice.plain.dsig.SHA256.multipart.dave.dsig.SHA256.multipart.eml",
        "trusted",
    ),
];

/// The verdict that follows from a row of Thunderbird's table.
fn expected(file: &str, signed: bool, good: bool) -> &'static str {
    match DEVIATIONS.iter().find(|(name, _)| *name == file) {
        Some((_, ours)) => ours,
        None if file == "alice.plain.dsig.SHA512.multipart.dave.dsig.SHA512.multipart.eml" => {
            "trusted"
        }
        None if good => "trusted",
        None if signed || file.contains(".env.dsig.") => "withheld",
        None => "unsigned",
    }
}

#[test]
fn thirty_verdicts() {
    if folder(FOLDER).is_none() {
        return;
    }
    let opener = opener();
    let table = String::from_utf8(read(FOLDER, "expected_thunderbird.tsv")).unwrap();
    let mut rows = 0;
    let mut problems = Vec::new();
    for row in table
        .lines()
        .filter(|line| line.starts_with("alice") && line.contains(".eml"))
    {
        let cells: Vec<&str> = row.split('\t').collect();
        let [file, _, signed, good, ..] = cells[..] else {
            panic!("{row}");
        };
        rows += 1;
        let opened = opener
            .open_all(&read(FOLDER, file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let expected = expected(file, signed == "true", good == "true");
        let found = verdict(&opened);
        if found != expected {
            problems.push(format!(
                "{file}: {found}, expected {expected}\n{}",
                opened.report()
            ));
        }
        assert_eq!(opened.trusted().is_ok(), found == "trusted", "{file}");
    }
    assert_eq!(rows, 30);
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// The text of the innermost part is the same in all of them.
#[test]
fn contents() {
    if folder(FOLDER).is_none() {
        return;
    }
    let opener = opener();
    for entry in std::fs::read_dir(folder(FOLDER).unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".eml") || name.contains(".bad.") || name.contains("mismatch") {
            continue;
        }
        let opened = opener.open_all(&std::fs::read(&path).unwrap()).unwrap();
        let text = String::from_utf8_lossy(message(&opened).bytes()).into_owned();
        assert!(
            text.contains("This is a test message from Alice to Bob."),
            "{name}: {text}"
        );
    }
}

#[test]
fn signed_over_other_line_ends_is_diagnosed() {
    if folder(FOLDER).is_none() {
        return;
    }
    for file in [
        "alice.env.dsig.SHA256.multipart.eml",
        "alice.env.dsig.SHA512.multipart.eml",
    ] {
        let opened = opener().open_all(&read(FOLDER, file)).unwrap();
        assert_eq!(verdict(&opened), "withheld", "{file}");
        let report = opened.report().to_string();
        assert!(report.contains("LF line ends"), "{file}: {report}");
    }
}
