//! Sends what the form says.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use smime::cert::Pkcs12;
use smime::compose::unprotected;
use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::mail_builder::MessageBuilder;
use smime::protect::KeyEncryptionChoice;
use smime::resolver::FolderResolver;
use smime::submit::{Delivery, Outcome, Submitter};
use smime::{ErrorKind, Identity, Protected, Protector};
use zeroize::Zeroizing;

use crate::Result;
use crate::compose::{compose, read};
use crate::form::{Cipher, Digest, Form, KeyEncryption};

pub fn run() -> Result<ExitCode> {
    let form = match Form::try_parse() {
        Ok(form) => form,
        Err(error) => {
            error.print()?;
            return Ok(ExitCode::from(if error.use_stderr() { 64 } else { 0 }));
        }
    };
    // Everything that can be wrong is found before the first byte goes out.
    let mail = compose(&form)?;
    let submitter = submitter(&form)?;
    if form.no_sign && form.no_encrypt {
        return send_unprotected(&form, mail, submitter);
    }
    let protected = protector(&form)?.protect(mail)?;
    save(&form, protected.message())?;
    let Some(submitter) = submitter else {
        return Ok(dry(&protected));
    };
    let delivery = submitter.send_blocking(&protected)?;
    print!("{}", protected.report());
    Ok(told(&delivery))
}

fn protector(form: &Form) -> Result<Protector> {
    let mut protector = Protector::new();
    if let (Some(path), false) = (&form.identity, form.no_sign) {
        protector = protector.sign(&identity(form, path)?);
    }
    if let (Some(folder), false) = (&form.certs, form.no_encrypt) {
        let resolver = FolderResolver::open(folder)?;
        for problem in resolver.problems() {
            eprintln!("warning: {problem}");
        }
        protector = protector.resolver(resolver).encrypt_to_recipients();
    }
    if let Some(digest) = form.digest {
        protector = protector.digest(match digest {
            Digest::Sha256 => DigestAlgorithm::Sha256,
            Digest::Sha384 => DigestAlgorithm::Sha384,
            Digest::Sha512 => DigestAlgorithm::Sha512,
        });
    }
    if let Some(cipher) = form.cipher {
        protector = protector.cipher(match cipher {
            Cipher::Aes256Cbc => ContentCipher::Aes256Cbc,
            Cipher::Aes192Cbc => ContentCipher::Aes192Cbc,
            Cipher::Aes128Cbc => ContentCipher::Aes128Cbc,
            Cipher::Aes256Gcm => ContentCipher::Aes256Gcm,
            Cipher::Aes128Gcm => ContentCipher::Aes128Gcm,
            Cipher::ChaCha20Poly1305 => ContentCipher::ChaCha20Poly1305,
        });
    }
    if let Some(how) = form.key_encryption {
        protector = protector.key_encryption(match how {
            KeyEncryption::Pkcs1 => KeyEncryptionChoice::Pkcs1,
            KeyEncryption::Oaep => KeyEncryptionChoice::Oaep,
        });
    }
    if form.pss {
        protector = protector.pss();
    }
    if form.opaque {
        protector = protector.opaque();
    }
    Ok(protector)
}

fn identity(form: &Form, path: &Path) -> Result<Identity> {
    let password = password(&form.identity_password_file, &form.identity_password_env)?;
    let password = password.as_ref().map(|password| password.as_str());
    let opened = Pkcs12::open(&read(path)?, password).and_then(|file| file.identity());
    opened.map_err(|error| match error.kind() {
        ErrorKind::WrongPassword { .. } if password.is_none() => format!(
            "{}: needs a password; give --identity-password-file or --identity-password-env",
            path.display()
        )
        .into(),
        _ => error.in_file(path).into(),
    })
}

/// `None` in a dry run.
fn submitter(form: &Form) -> Result<Option<Submitter>> {
    let (Some((host, port)), false) = (&form.server, form.dry_run) else {
        return Ok(None);
    };
    let mut submitter = match form.starttls {
        true => Submitter::starttls(host)?,
        false => Submitter::relay(host)?,
    };
    if let Some(port) = port {
        submitter = submitter.port(*port);
    }
    if let Some(path) = &form.ca {
        let roots = submitter.root_certificates(&read(path)?);
        submitter = roots.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if let (Some(user), Some(password)) = (
        &form.user,
        password(&form.password_file, &form.password_env)?,
    ) {
        submitter = submitter.credentials(user, password.as_str());
    }
    Ok(Some(submitter))
}

fn send_unprotected(
    form: &Form,
    mail: MessageBuilder<'_>,
    submitter: Option<Submitter>,
) -> Result<ExitCode> {
    eprintln!(
        "warning: --no-sign and --no-encrypt: everybody on the way can read and change this mail"
    );
    let (envelope, bytes) = unprotected(mail, SystemTime::now())?;
    save(form, &bytes)?;
    match submitter {
        Some(submitter) => Ok(told(&submitter.send_bytes_blocking(&envelope, &bytes)?)),
        None => {
            println!("dry run: {} bytes, nothing was sent", bytes.len());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn dry(protected: &Protected) -> ExitCode {
    print!("{}", protected.report());
    for copy in protected.copies() {
        let recipients = copy
            .envelope()
            .map(|envelope| envelope.recipients())
            .unwrap_or_default();
        let recipients: Vec<String> = recipients.iter().map(|one| one.address()).collect();
        println!(
            "dry run: {} bytes for {}, nothing was sent",
            copy.bytes().len(),
            recipients.join(", ")
        );
    }
    ExitCode::SUCCESS
}

fn told(delivery: &Delivery) -> ExitCode {
    println!("{delivery}");
    let perhaps = |outcome: &Outcome| matches!(outcome, Outcome::Accepted(_) | Outcome::Unknown(_));
    match delivery.all_accepted() {
        true => ExitCode::SUCCESS,
        false if delivery.iter().any(|(_, outcome)| perhaps(outcome)) => ExitCode::from(1),
        false => ExitCode::from(2),
    }
}

fn save(form: &Form, bytes: &[u8]) -> Result<()> {
    match &form.save {
        Some(path) => {
            fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
        }
        None => Ok(()),
    }
}

/// Passwords are never arguments: everybody on the machine can read those.
fn password(
    file: &Option<impl AsRef<Path>>,
    variable: &Option<String>,
) -> Result<Option<Zeroizing<String>>> {
    if let Some(path) = file {
        let path = path.as_ref();
        let text = Zeroizing::new(
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?,
        );
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        return Ok(Some(Zeroizing::new(text.to_owned())));
    }
    match variable {
        Some(name) => match std::env::var(name) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(_) => {
                Err(format!("the environment variable {name} is not set, or is not text").into())
            }
        },
        None => Ok(None),
    }
}
