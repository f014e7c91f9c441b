//! `smime open`.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use smime::online::Wanted;
use smime::open::{Content, Opened, outline};
use smime::policy::StandardPolicy;
use smime::{Limits, Opener};

use crate::kind::{self, Kind};
use crate::output::{self, Output};
use crate::receiving::{OpenCommand, PolicyName, Requirement};
use crate::{advice, failure, files, password, report, store, trust};

pub fn run(command: &OpenCommand) -> Result<ExitCode> {
    let opener = prepare(command)?;
    let input = output::read_input(&command.input)?;
    let known = command.fetch.until_known(
        opener,
        |opener| open(opener, &input, command),
        |opened| Wanted::new().report(opened.report()),
    )?;
    let opened = known.seen;
    let path = command.output.as_deref().unwrap_or(Path::new("-"));
    let status = write(&opened, path)?;
    match command.json {
        true => {
            let mut value = serde_json::to_value(opened.report())?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("warnings".into(), known.warnings.into());
            }
            report::to_stderr(format_args!("{value}"));
        }
        false => {
            let text = opened.report().to_string();
            let advice = advice::on_report(opened.report(), command);
            report::warn(&known.warnings);
            report::to_stderr(format_args!("{}{advice}", text.trim_end()));
        }
    }
    Ok(ExitCode::from(status))
}

/// Opens the input as what it is.
fn open(opener: &Opener, input: &[u8], command: &OpenCommand) -> Result<Opened> {
    let opened = match &command.detached {
        Some(path) => opener.verify_detached(input, &files::read(path)?),
        None => match kind(input, &command.input)? {
            Kind::Cms => opener.open_cms(input),
            _ => opener.open(input),
        },
    };
    opened.map_err(|error| advice::on_error(error, command))
}

/// What the input is; nothing that `open` could open is an error that says what it is instead.
fn kind(input: &[u8], path: &Path) -> Result<Kind> {
    let path = output::input_name(path);
    let kind = Kind::of(input);
    match kind {
        Kind::Cms => {}
        Kind::Mail if input.is_empty() => bail!(
            "{}: it is empty, so there is nothing to open",
            path.display()
        ),
        // What has no better name is called mail too.
        Kind::Mail if !kind::is_mail(input) => {
            outline(input, &Limits::default()).map_err(|error| error.in_file(path))?;
        }
        Kind::Mail => {}
        Kind::Pem | Kind::Keys | Kind::Certificates | Kind::Ocsp => bail!(
            "{}: certificates, revocation lists or keys, and no message; `smime inspect` says what \
             is in it",
            path.display()
        ),
    }
    Ok(kind)
}

/// Writes the content, unless it is kept back, and gives the exit status.
fn write(opened: &Opened, path: &Path) -> Result<u8> {
    let (message, status) = match opened.content() {
        Content::Trusted(message) => (message, 0),
        Content::Untrusted(message) | Content::Unsigned(message) => (message, failure::NOT_TRUSTED),
        _ => return Ok(failure::NOT_TRUSTED),
    };
    let mut sink = Output::create(path)?;
    sink.write_all(message.bytes())
        .map_err(|error| anyhow!("{}: {error}", output::output_name(path).display()))?;
    sink.commit()?;
    Ok(status)
}

fn prepare(command: &OpenCommand) -> Result<Opener> {
    let anchors = trust::anchors(&command.trust)?;
    let mut opener = Opener::new(&anchors).policy(policy(command));
    let passwords = password::read_all(&command.passwords)?;
    for (place, path) in command.identity.iter().enumerate() {
        for identity in files::identities(path, password::of(&passwords, place))? {
            opener = opener.identity(&identity);
        }
    }
    for password in password::read_all(&command.message_passwords)? {
        opener = opener.password(password.as_str());
    }
    for path in &command.intermediate {
        opener = opener.certificates(&files::certificates(path)?);
    }
    for path in &command.crl {
        opener = opener.crls(&files::crls(path)?);
    }
    for path in &command.ocsp {
        opener = opener.ocsp_responses([&files::ocsp_response(path)?]);
    }
    if let Some(store) = store::of(&command.store)? {
        opener = opener.resolver(store);
    }
    if let Some(signer) = &command.signer {
        opener = opener.expect_signer(signer);
    }
    if command.any_signer {
        opener = opener.any_signer();
    }
    Ok(opener)
}

fn policy(command: &OpenCommand) -> StandardPolicy {
    let policy = match command.at {
        Some(time) => StandardPolicy::at(time),
        None => StandardPolicy::new(),
    };
    let mut policy = command.revocation.policy(policy);
    if matches!(command.policy, PolicyName::Legacy) {
        policy = policy.legacy();
    }
    for requirement in &command.require {
        policy = match requirement {
            Requirement::Signature => policy.require_signature(),
            Requirement::Encryption => policy.require_encryption(),
            Requirement::Aead => policy.require_authenticated_encryption(),
        };
    }
    policy
}
