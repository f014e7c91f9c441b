//! Submission to servers and over networks that fail in every way: what the client says of each recipient must agree
//! with what the server knows, always.
#![cfg(feature = "smtp")]

#[path = "support/ca.rs"]
mod ca;
#[path = "submit/certs.rs"]
mod certs;
#[path = "faults/cuts.rs"]
mod cuts;
#[path = "faults/dropped.rs"]
mod dropped;
#[path = "faults/injected.rs"]
mod injected;
#[path = "faults/meter.rs"]
mod meter;
#[path = "faults/outcomes.rs"]
mod outcomes;
#[path = "faults/random.rs"]
mod random;
#[path = "faults/reconcile.rs"]
mod reconcile;
#[path = "faults/script.rs"]
mod script;
#[path = "faults/server.rs"]
mod server;
#[path = "faults/steps.rs"]
mod steps;

use std::sync::Arc;
use std::time::Duration;

use ca::{Ca, Key};
use certs::{Authority, Host};
use reconcile::{Came, MARK, Order, PASSWORD};
use script::{Mode, Script, Then};
use server::{Ledger, Server};
use smime::submit::{Delivery, SubmitError, Submitter, Timeouts, Transport};
use smime::{Certificate, Envelope, Mailbox, Protected, Protector};
use tokio_rustls::rustls::ServerConfig;

/// Where the server stalls.
const SHORT: Duration = Duration::from_millis(20);
/// The same, when a busy machine may have missed [`SHORT`].
const PATIENT: Duration = Duration::from_secs(2);
/// Everywhere else: a client that waits for it hangs, and the watchdog ends that.
const NEVER: Duration = Duration::from_secs(3_600);
const WATCHDOG: Duration = Duration::from_secs(60);
const HOST: &str = "mail.example.org";

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

/// A copy for each number, with so many recipients.
fn order(recipients: &[usize]) -> Order {
    let copies = recipients.iter().enumerate().map(|(copy, count)| {
        let to = (0..*count).map(|one| mailbox(&format!("r{copy}.{one}@example.org")));
        let from = mailbox("alice@example.org");
        let bytes = format!(".X: 1\r\nSubject: {MARK}\r\n\r\n.copy {copy}\r\n..\r\n.\r\nend");
        (Envelope::new(Some(from), to).unwrap(), bytes.into_bytes())
    });
    Order {
        copies: copies.collect(),
        all_or_nothing: false,
        credentials: false,
    }
}

impl Order {
    fn with_credentials(mut self) -> Order {
        self.credentials = true;
        self
    }

    /// The copies of a protected message.
    fn of(protected: &Protected) -> Order {
        let copies = protected.copies().iter().map(|copy| {
            let envelope = copy.envelope().unwrap().clone();
            (envelope, copy.bytes().to_vec())
        });
        Order {
            copies: copies.collect(),
            all_or_nothing: false,
            credentials: false,
        }
    }
}

/// Encrypted to two in To and two in Bcc, each of whom has a copy that does not name the others.
fn protected() -> Protected {
    let ca = Ca::new("Test CA");
    let certificates = ["bob", "carol", "dave", "eve"].map(|name| {
        let (certificate, _) = ca.leaf(Key::P256, &format!("{name}@example.org"));
        Certificate::from_bytes(&certificate).unwrap()
    });
    let mail = "From: alice@example.org\r\nTo: bob@example.org, carol@example.org\r\n\
        Bcc: dave@example.org, eve@example.org\r\nSubject: hi\r\n\r\n.hello\r\n";
    let protector = Protector::new().encrypt_to(&certificates);
    protector.protect(mail).unwrap()
}

/// A server, and a client for each way of TLS.
struct Tester {
    server: Server,
    submitters: Vec<(Mode, Submitter)>,
}

impl Tester {
    async fn new() -> Tester {
        Tester::with(Authority::new(1).server(Host::Dns(HOST), (2020, 2049))).await
    }

    /// With another certificate; the client trusts the first authority.
    async fn with(tls: Arc<ServerConfig>) -> Tester {
        let authority = Authority::new(1);
        let server = Server::new(tls).await;
        let submitters = Mode::ALL.map(|mode| {
            let made = match mode {
                Mode::Plain => Submitter::danger_plaintext(HOST),
                Mode::StartTls => Submitter::starttls(HOST),
                Mode::Tls => Submitter::relay(HOST),
            };
            let made = made.unwrap().connect_to(server.address());
            (mode, made.root_certificates(authority.pem()).unwrap())
        });
        Tester {
            server,
            submitters: submitters.into(),
        }
    }

    fn submitter(&self, script: &Script, order: &Order) -> Submitter {
        let found = self
            .submitters
            .iter()
            .find(|(mode, _)| *mode == script.mode);
        let mut submitter = found.unwrap().1.clone().timeouts(timeouts(script, SHORT));
        if order.all_or_nothing {
            submitter = submitter.all_or_nothing();
        }
        if order.credentials {
            submitter = submitter.credentials("alice", PASSWORD);
        }
        submitter
    }

    /// Another address, so that nobody is left in the queue of the old one.
    async fn elsewhere(&mut self) {
        self.server = Server::new(Arc::clone(&self.server.tls)).await;
        let address = self.server.address();
        for (_, submitter) in &mut self.submitters {
            *submitter = submitter.clone().connect_to(address);
        }
    }

    /// How many messages the server took.
    fn messages(&self, ledger: &Ledger) -> usize {
        let dots = ledger.exchanges.iter();
        dots.filter(|exchange| exchange.step == "(dot)").count()
    }

    /// Sends, and checks that ledger and outcomes agree.
    async fn run(&self, script: &Script, order: &Order) -> Ledger {
        self.send(script, order).await.0
    }

    async fn send(
        &self,
        script: &Script,
        order: &Order,
    ) -> (Ledger, Result<Delivery, SubmitError>) {
        let bounds = |short| timeouts(script, short);
        self.send_within(bounds, script, order).await
    }

    /// With a bound of 20 ms an answer may come too late on a busy machine. Then no more than that is forgiven, and with
    /// another bound nothing.
    async fn send_within(
        &self,
        bounds: impl Fn(Duration) -> Timeouts,
        script: &Script,
        order: &Order,
    ) -> (Ledger, Result<Delivery, SubmitError>) {
        let (ledger, result) = self.once(bounds(SHORT), script, order).await;
        let check = |ledger, result, late| {
            reconcile::check(script, order, ledger, Came::Result(result), late)
        };
        agreed(check(&ledger, &result, true), script, &ledger, &result);
        if check(&ledger, &result, false).is_ok() {
            return (ledger, result);
        }
        let (ledger, result) = self.once(bounds(PATIENT), script, order).await;
        agreed(check(&ledger, &result, false), script, &ledger, &result);
        (ledger, result)
    }

    async fn once(
        &self,
        bounds: Timeouts,
        script: &Script,
        order: &Order,
    ) -> (Ledger, Result<Delivery, SubmitError>) {
        let submitter = self.submitter(script, order).timeouts(bounds);
        let running = self.server.play(script);
        let copies = order.copies.iter().map(|(to, bytes)| (to, &bytes[..]));
        let sending = submitter.send_copies(copies.collect());
        let result = tokio::time::timeout(WATCHDOG, sending).await;
        let result = result.unwrap_or_else(|_| panic!("it hangs:\n{script}"));
        (running.finish().await, result)
    }
}

fn agreed(
    found: Result<(), String>,
    script: &Script,
    ledger: &Ledger,
    result: &Result<Delivery, SubmitError>,
) {
    if let Err(problem) = found {
        let (exchanges, told) = (&ledger.exchanges, told(result));
        panic!("{problem}\n{script}\n{exchanges:#?}\n{told}");
    }
}

fn told(result: &Result<Delivery, SubmitError>) -> String {
    match result {
        Ok(delivery) => delivery.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

/// Short where the server stalls, never reached elsewhere, however busy the machine is.
fn timeouts(script: &Script, short: Duration) -> Timeouts {
    let mut timeouts = Timeouts::all(NEVER);
    for rule in script.rules.iter().filter(|rule| rule.stalls()) {
        let bound = match rule.step.split([' ', ':']).next().unwrap_or_default() {
            "(tls)" => &mut timeouts.tls,
            "(greeting)" => &mut timeouts.greeting,
            "MAIL" => &mut timeouts.mail,
            "RCPT" => &mut timeouts.recipient,
            "DATA" => &mut timeouts.data,
            "(message)" | "(dot)" => &mut timeouts.dot,
            "QUIT" => &mut timeouts.quit,
            _ => &mut timeouts.command,
        };
        *bound = short;
        if rule.step == "(message)" {
            // What is begun while the message comes is seen before the dot, or behind it.
            timeouts.block = short;
        }
        if rule.step == "QUIT" {
            continue;
        }
        if rule.act.then == Then::GoOn || script::first_reply(rule.act.say.as_bytes()).is_some() {
            // What is left of the answer, or that nothing follows, is seen at the next step, whichever that is.
            timeouts = Timeouts {
                connect: timeouts.connect,
                tls: timeouts.tls,
                ..Timeouts::all(short)
            };
        }
    }
    timeouts
}
