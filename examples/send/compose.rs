//! From the form to a mail.

use std::fs;
use std::path::Path;

use smime::Mailbox;
use smime::mail_builder::MessageBuilder;
use smime::mail_builder::headers::address::Address;

use crate::Result;
use crate::form::{Form, Mailboxes};

pub fn compose(form: &Form) -> Result<MessageBuilder<'static>> {
    let mut mail = MessageBuilder::new()
        .from(address(&form.from))
        .subject(form.subject.clone());
    if let Some(to) = &form.to {
        mail = mail.to(list(to));
    }
    if let Some(cc) = &form.cc {
        mail = mail.cc(list(cc));
    }
    if let Some(bcc) = &form.bcc {
        mail = mail.bcc(list(bcc));
    }
    if let Some(text) = &form.body {
        mail = mail.text_body(text.clone());
    }
    if let Some(path) = &form.body_file {
        mail = mail.text_body(text(path)?);
    }
    if let Some(path) = &form.html_file {
        mail = mail.html_body(text(path)?);
    }
    for path in &form.attach {
        let name = path
            .file_name()
            .ok_or_else(|| format!("{}: not a file", path.display()))?;
        let name = name.to_string_lossy().into_owned();
        mail = mail.attachment(content_type(path), name, read(path)?);
    }
    Ok(mail)
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?)
        .map_err(|_| format!("{}: is not UTF-8 text", path.display()).into())
}

fn list(mailboxes: &Mailboxes) -> Address<'static> {
    Address::new_list(mailboxes.0.iter().map(address).collect())
}

fn address(mailbox: &Mailbox) -> Address<'static> {
    Address::new_address(mailbox.display_name().map(str::to_owned), mailbox.address())
}

/// What receivers open it with; a guess by the name is all that a mail program has.
fn content_type(path: &Path) -> &'static str {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}
