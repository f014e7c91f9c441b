//! `smime open`.

use std::io::{self, BufRead, Cursor, Read, Seek, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use smime::online::Wanted;
use smime::open::{Checked, Content, Spool, Stored, outline};
use smime::policy::StandardPolicy;
use smime::{Error, ErrorKind, Limits, Opener};
use zeroize::Zeroizing;

use crate::input::{self, Input};
use crate::kind::{self, Kind};
use crate::output::{self, Output};
use crate::progress::Watched;
use crate::receiving::{OpenCommand, PolicyName, Requirement};
use crate::{advice, failure, files, password, report, store, trust};

/// Bytes by which the input is known.
const BEGIN: usize = 64 << 10;

/// Bytes that compressed content from a pipe may have.
const UNPACKED: u64 = 1 << 40;

/// As what the input is opened.
enum Door {
    Mail,
    Cms,
    /// Content, to which this is the signature.
    Detached(Zeroizing<Vec<u8>>),
}

pub fn run(command: &OpenCommand) -> Result<ExitCode> {
    let opener = prepare(command)?;
    let path = &command.input;
    let input = Input::open(path)?;
    let size = input.size();
    let opener = opener.limits(Limits {
        decompressed_bytes: unpacked(size),
        ..Limits::default()
    });
    let named = |error: io::Error| input::reading(path, &error);
    match input {
        Input::File(mut file) => {
            let begin = input::begin(&mut file, BEGIN).map_err(named)?;
            let door = Door::of(&begin, command)?;
            let file = Watched::twice(file, size);
            let checked = door.check(&opener, file);
            finish(opener, &door, checked, command)
        }
        Input::Stream(mut stream) => {
            let begin = input::begin(&mut stream, BEGIN).map_err(named)?;
            let door = Door::of(&begin, command)?;
            let stream = Watched::new(Cursor::new(begin).chain(stream), None);
            let checked = door.check_stream(&opener, stream);
            finish(opener, &door, checked, command)
        }
    }
}

/// How much compressed content may be: it is given out as it is unpacked and not held, so that only the ratio to its compressed
/// size says what is too much. A file tells beforehand what that can come to at most.
fn unpacked(size: Option<u64>) -> u64 {
    let limits = Limits::default();
    match size {
        Some(size) => size
            .saturating_mul(limits.decompression_ratio)
            .max(limits.decompressed_bytes),
        None => UNPACKED,
    }
}

impl Door {
    fn of(begin: &[u8], command: &OpenCommand) -> Result<Door> {
        Ok(match &command.detached {
            Some(path) => Door::Detached(files::read(path)?),
            None => match kind(begin, &command.input)? {
                Kind::Cms => Door::Cms,
                _ => Door::Mail,
            },
        })
    }

    fn check<R: Read + Seek>(&self, opener: &Opener, source: R) -> Result<Checked<R>, Error> {
        match self {
            Door::Mail => opener.open_seekable(source),
            Door::Cms => opener.open_cms_seekable(source),
            Door::Detached(signature) => opener.verify_detached_seekable(source, signature),
        }
    }

    fn check_stream(&self, opener: &Opener, stream: impl Read) -> Result<Checked<Spool>, Error> {
        match self {
            Door::Mail => opener.open_stream(stream),
            Door::Cms => opener.open_cms_stream(stream),
            Door::Detached(signature) => opener.verify_detached_stream(stream, signature),
        }
    }
}

/// Fetches what is missing, writes the content, and says what was found.
fn finish<R: Read + Seek>(
    opener: Opener,
    door: &Door,
    checked: Result<Checked<R>, Error>,
    command: &OpenCommand,
) -> Result<ExitCode> {
    let explained = |error| advice::on_error(error, command);
    let known = command.fetch.until_known(
        opener,
        checked.map_err(explained)?,
        |opener, checked| {
            let source = checked.into_source();
            door.check(opener, source).map_err(explained)
        },
        |checked| Wanted::new().report(checked.report()),
    )?;
    let checked = known.seen;
    let said = match command.json {
        true => {
            let mut value = serde_json::to_value(checked.report())?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("warnings".into(), known.warnings.clone().into());
            }
            value.to_string()
        }
        false => {
            let text = checked.report().to_string();
            let advice = advice::on_report(checked.report(), command);
            format!("{}{advice}", text.trim_end())
        }
    };
    let status = write(checked.content(), command)?;
    if !command.json {
        report::warn(&known.warnings);
    }
    report::to_stderr(format_args!("{said}"));
    Ok(ExitCode::from(status))
}

/// What an input that begins like this is; nothing that `open` could open is an error that says what it is instead.
fn kind(begin: &[u8], path: &Path) -> Result<Kind> {
    let path = input::name(path);
    let kind = Kind::of(begin);
    match kind {
        Kind::Cms => {}
        Kind::Mail if begin.is_empty() => bail!(
            "{}: it is empty, so there is nothing to open",
            path.display()
        ),
        // What has no better name is called mail too.
        Kind::Mail if !kind::is_mail(begin) => {
            let seen = outline(begin, &Limits::default());
            // Of what goes on, an end is missing that comes later.
            let is_all = begin.len() < BEGIN;
            if let Err(error) = seen.map(drop)
                && (is_all || is_at_the_start(&error))
            {
                return Err(error.in_file(path).into());
            }
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

fn is_at_the_start(error: &Error) -> bool {
    let kind = error.kind();
    matches!(kind, ErrorKind::Malformed { position, .. } if *position == Some(0))
}

/// Writes the content, unless it is kept back, and gives the exit status.
fn write<R: Read + Seek>(content: Content<Stored<R>>, command: &OpenCommand) -> Result<u8> {
    let (stored, status) = match content {
        Content::Trusted(stored) => (stored, 0),
        Content::Untrusted(stored) | Content::Unsigned(stored) => (stored, failure::NOT_TRUSTED),
        _ => return Ok(failure::NOT_TRUSTED),
    };
    let path = command.output.as_deref().unwrap_or(Path::new("-"));
    let mut sink = Output::create(path)?;
    copy(stored, &mut sink, command, path)?;
    sink.commit()?;
    Ok(status)
}

/// Says which side failed.
fn copy<R: Read + Seek>(
    mut stored: Stored<R>,
    sink: &mut Output,
    command: &OpenCommand,
    path: &Path,
) -> Result<()> {
    let source = input::name(&command.input);
    let mut content = stored.reader().map_err(|error| error.in_file(source))?;
    loop {
        let piece = content.fill_buf().map_err(|error| typed(error, source))?;
        if piece.is_empty() {
            return Ok(());
        }
        sink.write_all(piece)
            .map_err(|error| anyhow!("{}: {error}", output::output_name(path).display()))?;
        let len = piece.len();
        content.consume(len);
    }
}

/// The typed error out of the one that `std::io::Read` gives.
fn typed(error: io::Error, source: &Path) -> anyhow::Error {
    match error.downcast::<Error>() {
        Ok(error) => error.in_file(source).into(),
        Err(error) => anyhow!("{}: {error}", source.display()),
    }
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
    if let Some(folder) = &command.spool_dir {
        opener = opener.spool_folder(folder);
    }
    Ok(opener.threads(command.threads.into()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_content_may_be_as_large_as_its_ratio_allows() {
        let usual = Limits::default().decompressed_bytes;
        assert_eq!(unpacked(Some(0)), usual);
        assert_eq!(unpacked(Some(1000)), usual);
        assert_eq!(unpacked(Some(2 << 20)), 200 << 20);
        assert_eq!(unpacked(Some(u64::MAX)), u64::MAX);
        assert!(unpacked(None) >= 5_000_000_000);
    }
}
