//! AUTH PLAIN and LOGIN (RFC 4954, RFC 4616).
//!
//! mail-send's own authentication leaves the password in buffers that are not wiped, and tries one mechanism after the
//! other with it; so the dialogue is held here.

use zeroize::Zeroizing;

use super::session::{Capabilities, Session};
use super::{Cause, Reply, SubmitError};
use crate::Error;

/// User and password together fit in the 12,288 bytes of RFC 4954 4.
const LENGTH_LIMIT: usize = 4_096;

/// With its CRLF (RFC 5321 4.5.3.1.4). Only the answer to a question may be longer.
const COMMAND_LINE_LIMIT: usize = 512;

pub(super) struct Credentials {
    user: String,
    password: Zeroizing<String>,
}

impl Credentials {
    pub(super) fn new(user: String, password: Zeroizing<String>) -> Credentials {
        Credentials { user, password }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let texts = [
            ("user name", self.user.as_str()),
            ("password", &self.password),
        ];
        for (what, text) in texts {
            let problem = if text.is_empty() {
                "is empty"
            } else if text.len() > LENGTH_LIMIT {
                "is too long"
            } else if text.contains(['\0', '\r', '\n']) {
                "has a NUL, CR or LF in it; was it read from a file with its line end?"
            } else {
                continue;
            };
            return Err(Error::misuse(format!("the SMTP {what} {problem}")));
        }
        Ok(())
    }

    /// Authorization identity (empty), user and password, each after a NUL (RFC 4616 2).
    fn plain(&self) -> Zeroizing<Vec<u8>> {
        let length = self.user.len() + self.password.len() + 2;
        let mut message = Zeroizing::new(Vec::with_capacity(length));
        for part in [&self.user, &*self.password] {
            message.push(0);
            message.extend_from_slice(part.as_bytes());
        }
        message
    }
}

/// Authenticates with the best mechanism that both sides know. One attempt: servers lock accounts.
pub(super) async fn authenticate(
    session: &mut Session,
    offered: &Capabilities,
    credentials: &Credentials,
) -> Result<(), SubmitError> {
    let has = |mechanism: &str| offered.auth.iter().any(|name| name == mechanism);
    let reply = if has("PLAIN") {
        plain(session, credentials).await?
    } else if has("LOGIN") {
        login(session, credentials).await?
    } else {
        return Err(SubmitError::AuthNotOffered {
            offered: offered.auth.clone(),
        });
    };
    match reply.code() {
        235 => Ok(()),
        400..=599 => Err(SubmitError::AuthRefused(without_secrets(
            reply,
            credentials,
        ))),
        code => Err(SubmitError::Session(Cause::Protocol {
            during: "AUTH",
            detail: format!("a reply with code {code}"),
        })),
    }
}

/// With the command where it fits into a command line, else after the server asked for it (RFC 4954 4).
async fn plain(session: &mut Session, credentials: &Credentials) -> Result<Reply, SubmitError> {
    const COMMAND: &str = "AUTH PLAIN ";
    let message = credentials.plain();
    if line_length(COMMAND, &message) > COMMAND_LINE_LIMIT {
        dialogue(session, COMMAND.trim_end(), &[&message]).await
    } else {
        step(session, COMMAND, &message).await
    }
}

async fn login(session: &mut Session, credentials: &Credentials) -> Result<Reply, SubmitError> {
    let answers = [credentials.user.as_bytes(), credentials.password.as_bytes()];
    dialogue(session, "AUTH LOGIN", &answers).await
}

/// One question per answer. What the questions say is for people and differs between servers.
async fn dialogue(
    session: &mut Session,
    command: &str,
    answers: &[&[u8]],
) -> Result<Reply, SubmitError> {
    let mut reply = step(session, command, b"").await?;
    for answer in answers {
        if reply.code() != 334 {
            break;
        }
        reply = step(session, "", answer).await?;
    }
    Ok(reply)
}

async fn step(session: &mut Session, command: &str, secret: &[u8]) -> Result<Reply, SubmitError> {
    let mut line = Zeroizing::new(Vec::with_capacity(line_length(command, secret)));
    line.extend_from_slice(command.as_bytes());
    base64_simd::STANDARD.encode_append(secret, &mut *line);
    line.extend_from_slice(b"\r\n");
    let bound = session.timeouts().command;
    session
        .command("AUTH", &line, bound)
        .await
        .map_err(SubmitError::Session)
}

/// With base64 and CRLF.
fn line_length(command: &str, secret: &[u8]) -> usize {
    command.len() + secret.len().div_ceil(3) * 4 + 2
}

/// Servers repeat the line they did not like. Its reply goes into errors and logs, the password must not.
fn without_secrets(reply: Reply, credentials: &Credentials) -> Reply {
    let encoded = |bytes: &[u8]| Zeroizing::new(base64_simd::STANDARD.encode_to_string(bytes));
    let plain = encoded(&credentials.plain());
    let password = encoded(credentials.password.as_bytes());
    let text = without_space(reply.text());
    let repeats = |secret: &str| {
        // As it would stand in a reply, where control characters are escaped.
        let secret = Zeroizing::new(Reply::new(reply.code(), secret).into_text());
        text.contains(without_space(&secret).as_str())
    };
    if [&plain, &password, &credentials.password]
        .iter()
        .any(|secret| repeats(secret))
    {
        return reply.with_text("(text left out: it repeats the credentials)");
    }
    reply
}

/// Long lines are folded where they are repeated, and ends are trimmed.
fn without_space(text: &str) -> Zeroizing<String> {
    let mut bare = Zeroizing::new(String::with_capacity(text.len()));
    bare.extend(text.chars().filter(|one| !one.is_whitespace()));
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(user: &str, password: &str) -> Credentials {
        Credentials::new(user.into(), Zeroizing::new(password.into()))
    }

    #[test]
    fn plain_is_that_of_rfc_4616() {
        let message = credentials("tim", "tanstaaftanstaaf").plain();
        assert_eq!(message.as_slice(), b"\0tim\0tanstaaftanstaaf");
        assert_eq!(message.capacity(), message.len());
    }

    #[test]
    fn smtp_01_refuses_credentials_that_cannot_be_sent() {
        let long = "x".repeat(1 << 20);
        for (user, password) in [
            ("a\0b", "p"),
            ("a\r\nb", "p"),
            ("a", ""),
            ("", "p"),
            (&long, "p"),
            ("a", "p\n"),
        ] {
            let error = credentials(user, password).check().unwrap_err();
            assert!(error.to_string().len() < 150, "{error}");
        }
        credentials("alice@example.org", "pässword")
            .check()
            .unwrap();
    }

    #[test]
    fn smtp_09_a_reply_that_repeats_the_password_is_not_kept() {
        let secret = credentials("alice", "tanstaaf");
        for echo in ["tanstaaf", "AGFsaWNlAHRhbnN0YWFm", "dGFuc3RhYWY="] {
            let reply = Reply::new(535, &format!("5.7.8 not known: {echo}"));
            let reply = without_secrets(reply, &secret);
            assert!(!reply.to_string().contains(echo), "{reply}");
            assert_eq!(reply.code(), 535);
        }
        for (password, echo) in [
            ("tan\tstaaf", "tan\tstaaf"),
            ("tan\u{7}staaf", "tan\u{7}staaf"),
            ("tanstaaf ", "tanstaaf"),
            ("tanstaaf", "AGFsaWNlAHRh\r\nbnN0YWFm"),
        ] {
            let reply = Reply::new(535, &format!("5.7.8 not known: {echo}"));
            let reply = without_secrets(reply, &credentials("alice", password));
            assert!(reply.text().contains("left out"), "{reply}");
        }
        let reply = Reply::new(535, "5.7.8 no");
        assert_eq!(without_secrets(reply.clone(), &secret), reply);
    }
}
