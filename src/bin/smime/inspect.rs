//! `smime inspect`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use smime::cert::{Crl, Pkcs12};
use smime::check::Reason;
use smime::open::{Outline, outline};
use smime::policy::StandardPolicy;
use smime::{Certificate, ErrorKind, Limits, PrivateKey};
use zeroize::Zeroizing;

use crate::kind::Kind;
use crate::receiving::InspectCommand;
use crate::{failure, output, password, report, time};

pub fn run(command: &InspectCommand) -> Result<ExitCode> {
    let passwords = password::read_all(&command.passwords)?;
    let mut values = Vec::new();
    let mut text = String::new();
    let mut all_read = true;
    for path in &command.files {
        let file = path.display().to_string();
        let name = output::input_name(path);
        let found = output::read_input(path).and_then(|bytes| look(&bytes, name, &passwords));
        match found {
            Ok(found) if command.json => values.push(json!({
                "file": file,
                "found": found.iter().map(Found::as_value).collect::<Result<Vec<_>>>()?,
            })),
            Ok(found) => {
                text.push_str(&format!("{file}:\n"));
                for line in found.iter().flat_map(Found::in_words) {
                    text.push_str(&format!("  {line}\n"));
                }
            }
            Err(error) => {
                all_read = false;
                match command.json {
                    true => values.push(json!({ "file": file, "error": error.to_string() })),
                    false => report::to_stderr(format_args!("smime: {error}")),
                }
            }
        }
    }
    if command.json {
        text = format!("{}\n", Value::Array(values));
    }
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| anyhow!("output: {error}"))?;
    Ok(ExitCode::from(if all_read { 0 } else { failure::FAILED }))
}

/// Something in a file.
enum Found {
    Certificate(Box<Certificate>),
    Crl(Crl),
    Key(PrivateKey),
    Pkcs12(Box<Pkcs12>),
    Outline(Outline),
}

fn look(bytes: &[u8], path: &Path, passwords: &[Zeroizing<String>]) -> Result<Vec<Found>> {
    let named = |error: smime::Error| anyhow::Error::from(error.in_file(path));
    match Kind::of(bytes) {
        Kind::Cms | Kind::Mail => {
            let outline = outline(bytes, &Limits::default()).map_err(named)?;
            Ok(vec![Found::Outline(outline)])
        }
        Kind::Certificates => match Certificate::all_from_bytes(bytes) {
            Ok(certificates) => Ok(from_certificates(certificates)),
            Err(error) => match Crl::from_bytes(bytes) {
                Ok(crl) => Ok(vec![Found::Crl(crl)]),
                Err(_) => Err(named(error)),
            },
        },
        Kind::Keys => match pkcs12(bytes, passwords) {
            Ok(file) => Ok(vec![Found::Pkcs12(Box::new(file))]),
            Err(error) if is_closed(&error) => Err(closed("PKCS#12 file", path, passwords)),
            Err(error) => match key(bytes, passwords) {
                Ok(key) => Ok(vec![Found::Key(key)]),
                Err(other) if is_closed(&other) => Err(closed("private key", path, passwords)),
                Err(_) => Err(named(error)),
            },
        },
        Kind::Pem => pem(bytes, path, passwords),
    }
}

/// Everything in a PEM file that is known; whatever else stands in it is passed over.
fn pem(bytes: &[u8], path: &Path, passwords: &[Zeroizing<String>]) -> Result<Vec<Found>> {
    let named = |error: smime::Error| anyhow::Error::from(error.in_file(path));
    let holds = |label: &[u8]| bytes.windows(label.len()).any(|text| text == label);
    let mut found = match Certificate::all_from_bytes(bytes) {
        Ok(certificates) => from_certificates(certificates),
        Err(error) if matches!(error.kind(), ErrorKind::Missing { .. }) => Vec::new(),
        Err(error) => return Err(named(error)),
    };
    if holds(b"-----BEGIN X509 CRL-----") {
        let crls = Crl::all_from_bytes(bytes).map_err(named)?;
        found.extend(crls.into_iter().map(Found::Crl));
    }
    if holds(b"PRIVATE KEY-----") {
        match key(bytes, passwords) {
            Ok(key) => found.push(Found::Key(key)),
            Err(error) if is_closed(&error) => return Err(closed("private key", path, passwords)),
            Err(error) => return Err(named(error)),
        }
    }
    if found.is_empty() {
        let known = "certificates, revocation lists, private keys or CMS";
        bail!("{}: PEM without {known} in it", path.display());
    }
    Ok(found)
}

fn from_certificates(certificates: Vec<Certificate>) -> Vec<Found> {
    let boxed = |certificate| Found::Certificate(Box::new(certificate));
    certificates.into_iter().map(boxed).collect()
}

/// With the first password that opens it, or none.
fn pkcs12(bytes: &[u8], passwords: &[Zeroizing<String>]) -> Result<Pkcs12, smime::Error> {
    let mut opened = Pkcs12::open(bytes, None);
    for password in passwords {
        if !opened.as_ref().is_err_and(is_closed) {
            break;
        }
        opened = Pkcs12::open(bytes, password.as_str());
    }
    opened
}

fn key(bytes: &[u8], passwords: &[Zeroizing<String>]) -> Result<PrivateKey, smime::Error> {
    let mut opened = PrivateKey::from_bytes(bytes, None);
    for password in passwords {
        if !opened.as_ref().is_err_and(is_closed) {
            break;
        }
        opened = PrivateKey::from_bytes(bytes, Some(password.as_str()));
    }
    opened
}

fn is_closed(error: &smime::Error) -> bool {
    matches!(error.kind(), ErrorKind::WrongPassword { .. })
}

fn closed(what: &str, path: &Path, passwords: &[Zeroizing<String>]) -> anyhow::Error {
    let path = path.display();
    match passwords.is_empty() {
        true => anyhow!(
            "{path}: a {what} that needs a password; give it with --password-file or --password-env"
        ),
        false => anyhow!("{path}: a {what} that no given password opens"),
    }
}

impl Found {
    fn in_words(&self) -> Vec<String> {
        match self {
            Found::Certificate(certificate) => describe(certificate),
            Found::Crl(crl) => revocations(crl),
            Found::Key(key) => vec![format!("private key, {}", key.public_key().kind())],
            Found::Pkcs12(file) => contents(file),
            Found::Outline(outline) => {
                let text = outline.to_string();
                text.lines().map(str::to_owned).collect()
            }
        }
    }

    fn as_value(&self) -> Result<Value> {
        Ok(match self {
            Found::Certificate(one) => json!({ "kind": "certificate", "certificate": value(one) }),
            Found::Crl(crl) => json!({
                "kind": "crl",
                "issuer": crl.issuer(),
                "this_update": time::format(crl.this_update()),
                "next_update": crl.next_update().map(time::format),
            }),
            Found::Key(key) => {
                json!({ "kind": "private-key", "key": key.public_key().kind().to_string() })
            }
            Found::Pkcs12(file) => {
                let certificates = file.certificates().iter();
                let keys = file.keys().iter();
                json!({
                    "kind": "pkcs12",
                    "identities": file.identities().iter().map(|identity| value(identity.certificate())).collect::<Vec<_>>(),
                    "certificates": certificates.map(|one| value(one.certificate())).collect::<Vec<_>>(),
                    "keys": keys.map(|one| one.key().public_key().kind().to_string()).collect::<Vec<_>>(),
                    "skipped": file.skipped(),
                })
            }
            Found::Outline(outline) => {
                let mut value = serde_json::to_value(outline)?;
                if let Some(fields) = value.as_object_mut() {
                    fields.insert("kind".into(), "message".into());
                }
                value
            }
        })
    }
}

fn revocations(crl: &Crl) -> Vec<String> {
    let next = match crl.next_update() {
        Some(next) => format!("the next by {}", time::format(next)),
        None => "no next one announced".to_owned(),
    };
    vec![
        format!("revocation list of {}", crl.issuer()),
        format!("  of {}, {next}", time::format(crl.this_update())),
    ]
}

fn contents(file: &Pkcs12) -> Vec<String> {
    let identities = file.identities();
    let mut lines = vec![format!(
        "PKCS#12 with {} identities, {} keys, {} certificates",
        identities.len(),
        file.keys().len(),
        file.certificates().len()
    )];
    let indented = |line: String| format!("  {line}");
    for identity in &identities {
        lines.push("  identity (key and certificate):".to_owned());
        let own = describe(identity.certificate()).into_iter();
        lines.extend(own.map(|line| format!("    {line}")));
    }
    for entry in file.certificates() {
        let certificate = entry.certificate();
        let known = |identity: &smime::Identity| identity.certificate() == certificate;
        if !identities.iter().any(known) {
            lines.extend(describe(certificate).into_iter().map(indented));
        }
    }
    let skipped = file.skipped().iter();
    lines.extend(skipped.map(|what| indented(format!("passed over: {what}"))));
    lines
}

/// A certificate in lines, and what it is fit for now.
fn describe(certificate: &Certificate) -> Vec<String> {
    let serial: String = certificate.serial_hex().chars().take(64).collect();
    let mut lines = vec![
        format!("certificate of {}", certificate.subject()),
        format!("  issued by    {}", certificate.issuer()),
        format!("  serial       {serial}"),
        format!(
            "  valid        {} to {}",
            time::format(certificate.not_before()),
            time::format(certificate.not_after())
        ),
        format!("  key          {}", certificate.public_key().kind()),
        format!(
            "  fingerprint  {} (SHA-256)",
            certificate.fingerprint_sha256()
        ),
    ];
    match certificate.addresses() {
        [] => lines.push("  addresses    none".to_owned()),
        addresses => lines.push(format!("  addresses    {}", addresses.join(", "))),
    }
    let ignored = certificate.ignored_addresses().iter();
    lines.extend(ignored.map(|why| format!("  left out     {why}")));
    let fitness = fitness(certificate);
    if is_authority(&fitness) {
        lines.push("  use          certification authority: vouches for others".to_owned());
        return lines;
    }
    for (purpose, reasons) in fitness {
        let verdict = match reasons.as_slice() {
            [] => "yes".to_owned(),
            reasons => {
                let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
                format!("no: {}", reasons.join("; "))
            }
        };
        lines.push(format!("  {purpose:<12} {verdict}"));
    }
    lines
}

/// Whether mail can be signed with it and encrypted to it now; the reasons why not. Trust is another matter.
fn fitness(certificate: &Certificate) -> [(&'static str, Vec<Reason>); 2] {
    let (now, policy) = (SystemTime::now(), StandardPolicy::new());
    let signs = certificate.unfit_to_sign(None, now, &policy);
    let encrypts = certificate.unfit_to_encrypt(None, now, &policy);
    [("signs", signs), ("encrypts", encrypts)]
}

fn is_authority(fitness: &[(&str, Vec<Reason>); 2]) -> bool {
    let [(_, signs), _] = fitness;
    signs.contains(&Reason::CertificateAuthority)
}

fn value(certificate: &Certificate) -> Value {
    let fitness = fitness(certificate);
    let authority = is_authority(&fitness);
    let [signs, encrypts] = fitness.map(|(_, reasons)| {
        let words: Vec<String> = reasons.iter().map(Reason::to_string).collect();
        json!({ "fit": words.is_empty(), "reasons": words })
    });
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "fingerprint_sha256": certificate.fingerprint_sha256(),
        "addresses": certificate.addresses(),
        "not_before": time::format(certificate.not_before()),
        "not_after": time::format(certificate.not_after()),
        "key": certificate.public_key().kind().to_string(),
        "authority": authority,
        "signs": signs,
        "encrypts": encrypts,
    })
}
