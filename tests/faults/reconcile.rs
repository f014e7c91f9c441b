//! The server's ledger against what the client says: for every recipient exactly what may be said, and nothing else.

use smime::Envelope;
use smime::submit::{Delivery, SubmitError};

use super::outcomes;
use super::script::{Mode, Script, first_reply};
use super::server::{Exchange, Ledger, show};

pub const PASSWORD: &str = "tanstaafl-tanstaafl";
/// Stands in every message.
pub const MARK: &str = "for-nobody-else";

/// What the client was asked to do.
pub struct Order {
    pub copies: Vec<(Envelope, Vec<u8>)>,
    pub all_or_nothing: bool,
    pub credentials: bool,
}

/// What came of it.
pub enum Came<'a> {
    Result(&'a Result<Delivery, SubmitError>),
    /// The future was dropped.
    Dropped,
}

/// An answer as the client could read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Read(u16),
    /// Nothing that a client can read as a whole reply.
    Unreadable,
}

impl Answer {
    pub fn to(exchange: &Exchange) -> Answer {
        match first_reply(&exchange.said) {
            Some((code, length)) if length <= exchange.written => Answer::Read(code),
            _ => Answer::Unreadable,
        }
    }

    pub fn is_positive(self) -> bool {
        matches!(self, Answer::Read(200..=299))
    }

    /// What a refusal, or an answer that makes no sense, means for a recipient.
    pub fn refusal(self) -> char {
        match self {
            Answer::Read(500..=599) => 'R',
            _ => 'D',
        }
    }
}

/// What the server wrote behind the reply.
pub fn behind(exchange: &Exchange) -> &[u8] {
    let end = first_reply(&exchange.said).map_or(0, |(_, length)| length);
    exchange.said.get(end..exchange.written).unwrap_or_default()
}

/// One MAIL FROM and what followed.
pub struct Transaction<'a> {
    pub mail: Answer,
    pub recipients: Vec<(String, Answer)>,
    pub data: Option<&'a Exchange>,
    /// What the server said before the dot had come.
    pub early: Vec<u8>,
    /// The message without its end.
    part: Option<Vec<u8>>,
    pub dot: Option<&'a Exchange>,
    reset: bool,
    /// The step whose answer may not have been read.
    pub unread: Option<&'a str>,
}

/// With `late`, an answer may have come after a short bound was over.
pub fn check(
    script: &Script,
    order: &Order,
    ledger: &Ledger,
    came: Came<'_>,
    late: bool,
) -> Result<(), String> {
    if ledger.connections > 1 {
        return Err(format!("{} connections", ledger.connections));
    }
    if !ledger.ahead.is_empty() {
        return Err(format!("sent unasked: {:?}", show(&ledger.ahead)));
    }
    in_clear(script, order, ledger)?;
    after_the_end(ledger)?;
    let unread = unread(script, ledger, late);
    let transactions = transactions(ledger, unread)?;
    for (at, transaction) in transactions.iter().enumerate() {
        let (envelope, bytes) = order.copies.get(at).ok_or("more copies than there are")?;
        as_ordered(order, transaction, envelope, bytes)
            .map_err(|problem| format!("copy {at}: {problem}"))?;
    }
    let Came::Result(result) = came else {
        return Ok(());
    };
    let ready = ready(script, order, ledger);
    match result {
        Err(error) if !transactions.is_empty() => Err(format!("MAIL FROM was sent, yet: {error}")),
        Err(error) if ready && unread.is_none() => Err(format!("nothing was wrong, yet: {error}")),
        Err(_) => Ok(()),
        Ok(delivery) if !ready => Err(format!("the session was not open, yet: {delivery}")),
        Ok(delivery) => outcomes::check(order, &transactions, delivery),
    }
}

/// The step whose answer was written and may not have been read. That can only be the last: whoever asks the next thing
/// has read the answer to the one before. And with QUIT all has been said.
fn unread<'a>(script: &Script, ledger: &'a Ledger, late: bool) -> Option<&'a str> {
    let mut stalls = script.rules.iter().filter(|rule| rule.stalls());
    let late = late && stalls.any(|rule| rule.step != "QUIT");
    let last = &ledger.exchanges.last()?.step;
    let verb = last.split([' ', ':']).next()?;
    (verb != "QUIT" && (script.reset || late)).then_some(verb)
}

fn in_clear(script: &Script, order: &Order, ledger: &Ledger) -> Result<(), String> {
    for exchange in &ledger.exchanges {
        let allowed = ["(greeting)", "EHLO", "STARTTLS", "QUIT"];
        let harmless = allowed.iter().any(|step| exchange.step.starts_with(step));
        if script.mode != Mode::Plain && !exchange.tls && !harmless {
            return Err(format!("in clear: {}", exchange.step));
        }
    }
    let plain_password = order.credentials && script.mode == Mode::Plain;
    let secrets = [
        base64_simd::STANDARD.encode_to_string(PASSWORD),
        base64_simd::STANDARD.encode_to_string(format!("\0alice\0{PASSWORD}")),
        "AUTH".into(),
        "MAIL FROM".into(),
        MARK.into(),
    ];
    let count = if script.mode == Mode::Plain { 3 } else { 5 };
    for secret in secrets.iter().take(count).filter(|_| !plain_password) {
        if memchr::memmem::find(&ledger.wire, secret.as_bytes()).is_some() {
            return Err(format!("{secret} was on the wire in clear"));
        }
    }
    Ok(())
}

/// After an answer that cannot be read or makes no sense, and after 421, the client says nothing more.
fn after_the_end(ledger: &Ledger) -> Result<(), String> {
    let mut ended: Option<&Exchange> = None;
    for exchange in &ledger.exchanges {
        if let Some(end) = ended
            && exchange.step != "(message)"
        {
            let (step, said) = (&end.step, show(&end.said));
            return Err(format!("{} came after {said:?} to {step}", exchange.step));
        }
        let sense = |code: u16| match exchange.step.split([' ', ':']).next() {
            Some("MAIL" | "RCPT") => !(300..400).contains(&code),
            Some("(dot)") => !(300..400).contains(&code),
            Some("DATA") => code == 354 || code >= 400,
            Some("RSET") => (200..300).contains(&code),
            Some("(message)") => exchange.said.is_empty(),
            _ => true,
        };
        let on = match Answer::to(exchange) {
            Answer::Read(421) => false,
            Answer::Read(code) => sense(code) && behind(exchange).is_empty(),
            Answer::Unreadable => false,
        };
        // The dot may come with the message that is being sent.
        if !on && exchange.step != "(message)" {
            ended = Some(exchange);
        }
    }
    Ok(())
}

fn transactions<'a>(
    ledger: &'a Ledger,
    unread: Option<&'a str>,
) -> Result<Vec<Transaction<'a>>, String> {
    let mut found: Vec<Transaction<'a>> = Vec::new();
    for exchange in &ledger.exchanges {
        let answer = Answer::to(exchange);
        let verb = exchange.step.split([' ', ':']).next().unwrap_or_default();
        match verb {
            "(greeting)" | "EHLO" | "STARTTLS" | "AUTH" | "(answer)" | "QUIT" => continue,
            "MAIL" => {
                if let Some(open) = found.last()
                    && open.mail.is_positive()
                    && !open.reset
                    && !open.dot.is_some_and(|dot| Answer::to(dot).is_positive())
                {
                    return Err("MAIL FROM inside a transaction".into());
                }
                found.push(Transaction {
                    mail: answer,
                    recipients: Vec::new(),
                    data: None,
                    early: Vec::new(),
                    part: None,
                    dot: None,
                    reset: false,
                    unread: None,
                });
                continue;
            }
            _ => {}
        }
        let open = found.last_mut().filter(|open| !open.reset);
        let open = open.ok_or_else(|| format!("{} outside a transaction", exchange.step))?;
        match verb {
            "RCPT" if open.data.is_none() => {
                let path = exchange.step.strip_prefix("RCPT TO:<");
                let path = path.and_then(|path| path.strip_suffix('>'));
                let path = path.ok_or_else(|| exchange.step.clone())?;
                open.recipients.push((path.to_owned(), answer));
            }
            "DATA" if open.data.is_none() => open.data = Some(exchange),
            "(message)" => {
                open.early.extend_from_slice(&exchange.said);
                open.part = Some(exchange.bytes.clone());
            }
            "(dot)" => open.dot = Some(exchange),
            "RSET" => open.reset = true,
            _ => return Err(format!("{} does not belong there", exchange.step)),
        }
    }
    if let Some(last) = found.last_mut() {
        last.unread = unread;
    }
    Ok(found)
}

/// The client asked for what it was told to ask for, and sent what it was given.
fn as_ordered(
    order: &Order,
    transaction: &Transaction<'_>,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<(), String> {
    let ordered = envelope.recipients().iter().map(|one| one.address());
    let ordered: Vec<String> = ordered.collect();
    let asked: Vec<&String> = transaction.recipients.iter().map(|(to, _)| to).collect();
    if asked.len() > ordered.len() || ordered.iter().zip(&asked).any(|(a, b)| a != *b) {
        return Err(format!("asked for {asked:?}, ordered were {ordered:?}"));
    }
    if !asked.is_empty() && !transaction.mail.is_positive() {
        return Err("RCPT TO without a sender".into());
    }
    let taken = transaction.recipients.iter();
    let taken = taken.filter(|(_, answer)| answer.is_positive()).count();
    if transaction.data.is_some() {
        let enough = taken == ordered.len() || (taken > 0 && !order.all_or_nothing);
        if !enough || asked.len() < ordered.len() {
            return Err(format!("DATA for {taken} of {}", ordered.len()));
        }
    }
    let whole = on_the_wire(bytes);
    match (&transaction.dot, &transaction.part) {
        (Some(dot), _) if dot.bytes != whole => Err(format!("other bytes: {}", show(&dot.bytes))),
        (None, Some(part)) if !whole.starts_with(part) => {
            Err(format!("other bytes in the part: {}", show(part)))
        }
        _ => Ok(()),
    }
}

/// With its dots stuffed, and its end.
pub fn on_the_wire(bytes: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line[0] == b'.' {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    if !wire.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// Whether greeting, EHLO, TLS and AUTH went well, so that the first MAIL FROM could be sent.
fn ready(script: &Script, order: &Order, ledger: &Ledger) -> bool {
    let mut wanted = match script.mode {
        Mode::Plain | Mode::Tls => vec!["(greeting)", "EHLO"],
        Mode::StartTls => vec!["(greeting)", "EHLO", "STARTTLS", "EHLO"],
    };
    if order.credentials {
        wanted.push("AUTH");
        if script.login {
            wanted.extend(["(answer)", "(answer)"]);
        }
    }
    let count = wanted.len();
    for (at, step) in wanted.into_iter().enumerate() {
        let Some(exchange) = ledger.exchanges.get(at) else {
            return false;
        };
        let last_of_auth = order.credentials && at + 1 == count;
        let good = match (step, Answer::to(exchange)) {
            ("STARTTLS", answer) => answer == Answer::Read(220),
            ("AUTH" | "(answer)", Answer::Read(235)) => return true,
            ("AUTH" | "(answer)", Answer::Read(334)) => !last_of_auth,
            ("AUTH" | "(answer)", _) => false,
            (_, answer) => answer.is_positive(),
        };
        let extra = at + 1 < count && !behind(exchange).is_empty();
        if !good || extra || !exchange.step.starts_with(step) {
            return false;
        }
    }
    true
}
