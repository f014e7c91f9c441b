//! The server's ledger against what the client says: for every recipient exactly what may be said, and nothing else.

use smime::Envelope;
use smime::submit::{Delivery, Outcome, SubmitError};

use super::script::{Mode, Rule, Script, first_reply};
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
enum Answer {
    Read(u16),
    /// Nothing that a client can read as a whole reply.
    Unreadable,
}

impl Answer {
    fn to(exchange: &Exchange) -> Answer {
        match first_reply(&exchange.said) {
            Some((code, length)) if length <= exchange.written => Answer::Read(code),
            _ => Answer::Unreadable,
        }
    }

    fn is_positive(self) -> bool {
        matches!(self, Answer::Read(200..=299))
    }

    /// What a refusal, or an answer that makes no sense, means for a recipient.
    fn refusal(self) -> char {
        match self {
            Answer::Read(500..=599) => 'R',
            _ => 'D',
        }
    }
}

/// What the server wrote behind the reply.
fn behind(exchange: &Exchange) -> &[u8] {
    let end = first_reply(&exchange.said).map_or(0, |(_, length)| length);
    exchange.said.get(end..exchange.written).unwrap_or_default()
}

/// One MAIL FROM and what followed.
struct Transaction<'a> {
    mail: Answer,
    recipients: Vec<(String, Answer)>,
    data: Option<&'a Exchange>,
    /// What the server said before the dot had come.
    early: Vec<u8>,
    /// The message without its end.
    part: Option<Vec<u8>>,
    dot: Option<&'a Exchange>,
    reset: bool,
}

pub fn check(
    script: &Script,
    order: &Order,
    ledger: &Ledger,
    came: Came<'_>,
) -> Result<(), String> {
    if ledger.connections > 1 {
        return Err(format!("{} connections", ledger.connections));
    }
    if !ledger.ahead.is_empty() {
        return Err(format!("sent unasked: {:?}", show(&ledger.ahead)));
    }
    in_clear(script, order, ledger)?;
    after_the_end(ledger)?;
    let transactions = transactions(ledger)?;
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
        Err(error) if ready && !lossy(script) => Err(format!("nothing was wrong, yet: {error}")),
        Err(_) => Ok(()),
        Ok(delivery) if !ready => Err(format!("the session was not open, yet: {delivery}")),
        Ok(delivery) => outcomes(script, order, &transactions, delivery),
    }
}

/// Answers that were written may not have been read.
fn lossy(script: &Script) -> bool {
    script.reset
        || script.cut_wire != Default::default()
        || script.rules.iter().any(Rule::stalls)
        // The rest of the message lies unread when the server closes: the kernel makes that a reset.
        || script.rules.iter().any(|rule| rule.step == "(message)")
        || script.cut.heard.is_some()
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

fn transactions(ledger: &Ledger) -> Result<Vec<Transaction<'_>>, String> {
    let mut found: Vec<Transaction<'_>> = Vec::new();
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

fn outcomes(
    script: &Script,
    order: &Order,
    transactions: &[Transaction<'_>],
    delivery: &Delivery,
) -> Result<(), String> {
    if delivery.copies().len() != order.copies.len() {
        return Err(format!(
            "{} copies in the delivery",
            delivery.copies().len()
        ));
    }
    let mut stopped = false;
    for (at, (copy, (envelope, _))) in delivery.copies().iter().zip(&order.copies).enumerate() {
        let named = copy.iter().map(|(recipient, _)| recipient);
        if copy.index() != at || !named.eq(envelope.recipients()) {
            return Err(format!("copy {at} is about others: {delivery}"));
        }
        if stopped && transactions.len() > at {
            return Err(format!("copy {at} was sent after a failure"));
        }
        for (place, (recipient, outcome)) in copy.iter().enumerate() {
            let allowed = match transactions.get(at) {
                Some(transaction) => allowed(script, transaction, place),
                None => "D".into(),
            };
            let is = kind(outcome);
            if !allowed.contains(is) {
                let address = recipient.address();
                return Err(format!("{address}: {allowed} may be said, not {outcome}"));
            }
            stopped |= order.all_or_nothing && is != 'A';
        }
    }
    Ok(())
}

pub fn kind(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Accepted(_) => 'A',
        Outcome::Rejected(_) => 'R',
        Outcome::Deferred(_) => 'D',
        Outcome::Unknown(_) => 'U',
        other => panic!("{other}"),
    }
}

/// What may be said of this recipient, going by what the server knows.
fn allowed(script: &Script, transaction: &Transaction<'_>, place: usize) -> String {
    let or_lost = |mut kinds: String, other: char| {
        if lossy(script) {
            kinds.push(other);
        }
        kinds
    };
    if !transaction.mail.is_positive() {
        return or_lost(transaction.mail.refusal().into(), 'D');
    }
    let Some((_, recipient)) = transaction.recipients.get(place) else {
        return "D".into();
    };
    if !recipient.is_positive() {
        return match recipient {
            Answer::Read(552) => "D".into(),
            answer => or_lost(answer.refusal().into(), 'D'),
        };
    }
    let Some(data) = transaction.data else {
        return "D".into();
    };
    match Answer::to(data) {
        Answer::Read(354) => {}
        answer => return or_lost(answer.refusal().into(), 'D'),
    }
    let Some(dot) = transaction.dot else {
        let injected = behind(data);
        if !injected.is_empty() {
            return match first_reply(injected) {
                Some((500..=599, _)) => "R".into(),
                _ => "D".into(),
            };
        }
        // The client may have sent the dot by now, and then this is the answer to it.
        return match first_reply(&transaction.early) {
            Some((200..=299, _)) => "ADU".into(),
            Some((500..=599, _)) => "RDU".into(),
            _ => "DU".into(),
        };
    };
    match Answer::to(dot) {
        Answer::Read(200..=299) => or_lost("A".into(), 'U'),
        Answer::Read(400..=499) => or_lost("D".into(), 'U'),
        Answer::Read(500..=599) => or_lost("R".into(), 'U'),
        _ => "U".into(),
    }
}
