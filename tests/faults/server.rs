//! A server that does exactly what its script says, byte by byte, and writes down what became of it.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::meter::{Meter, Metered};
use super::script::{Act, Mode, Script, Then, first_reply};

/// One thing the client said and what was answered.
#[derive(Clone)]
pub struct Exchange {
    /// As in [`super::script::Rule`], or the command line.
    pub step: String,
    pub tls: bool,
    /// For `(message)` and `(dot)` the bytes of the message as they came.
    pub bytes: Vec<u8>,
    /// What the server meant to answer.
    pub said: Vec<u8>,
    /// How much of it was written.
    pub written: usize,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clear = if self.tls { "" } else { " in clear" };
        let said = show(&self.said);
        let (written, whole) = (self.written, self.said.len());
        write!(f, "{}{clear}: {written} of {whole} of {said:?}", self.step)?;
        if self.step.starts_with('(') {
            write!(f, " to {}", show(&self.bytes))?;
        }
        Ok(())
    }
}

/// The beginning of bytes, in one line.
pub fn show(bytes: &[u8]) -> String {
    let begin = bytes.iter().take(300);
    begin
        .flat_map(|byte| char::from(*byte).escape_debug())
        .collect()
}

/// All that the server knows.
#[derive(Clone, Default)]
pub struct Ledger {
    pub connections: usize,
    pub exchanges: Vec<Exchange>,
    /// Bytes behind a command or the final dot, which nobody had asked for.
    pub ahead: Vec<u8>,
    /// What came on the wire, ciphertext where there was TLS.
    pub wire: Vec<u8>,
    /// Bytes written, counted in what TLS protects.
    pub said: usize,
    /// Bytes read, counted in what TLS protects.
    pub heard: usize,
    pub wire_said: usize,
}

pub struct Server {
    listener: Arc<TcpListener>,
    pub tls: Arc<ServerConfig>,
}

/// A script while it is played.
pub struct Running {
    ledger: Arc<Mutex<Ledger>>,
    done: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn new(tls: Arc<ServerConfig>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Server {
            listener: Arc::new(listener),
            tls,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Plays the script for whoever connects from now on.
    pub fn play(&self, script: &Script) -> Running {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (done, mut finished) = oneshot::channel();
        let (listener, shared) = (Arc::clone(&self.listener), Arc::clone(&ledger));
        let (script, tls) = (script.clone(), Arc::clone(&self.tls));
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    biased;
                    accepted = listener.accept() => {
                        serve(accepted.unwrap().0, &script, &tls, &shared).await;
                    }
                    _ = &mut finished => break,
                }
            }
        });
        Running { ledger, done, task }
    }
}

impl Running {
    /// The ledger, when the client is done and the server has seen it.
    pub async fn finish(self) -> Ledger {
        let _ = self.done.send(());
        let waiting = tokio::time::timeout(Duration::from_secs(60), self.task);
        waiting.await.expect("the client holds on").unwrap();
        std::mem::take(&mut *self.ledger.lock().unwrap())
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Wire = Metered<TcpStream>;

/// A client that goes away, and a server that does, are what this is about: neither is an error.
async fn serve(
    stream: TcpStream,
    script: &Script,
    tls: &Arc<ServerConfig>,
    ledger: &Mutex<Ledger>,
) {
    ledger.lock().unwrap().connections += 1;
    stream.set_nodelay(true).unwrap();
    if script.reset {
        stream.set_zero_linger().unwrap();
    }
    let wire = Meter::new(script.cut_wire);
    let meter = Meter::new(script.cut);
    let stream = Metered {
        stream,
        meter: wire.clone(),
    };
    let mut talk = Talk {
        script,
        ledger,
        meter: meter.clone(),
        seen: HashMap::new(),
        unread: Vec::new(),
        tls: false,
    };
    let _ = talk
        .begin(stream, &TlsAcceptor::from(Arc::clone(tls)))
        .await;
    let mut ledger = ledger.lock().unwrap();
    ledger.wire.extend(wire.heard());
    ledger.said += meter.said();
    ledger.heard += meter.heard().len();
    ledger.wire_said += wire.said();
}

struct Talk<'a> {
    script: &'a Script,
    ledger: &'a Mutex<Ledger>,
    meter: Meter,
    /// How often each rule would have fitted.
    seen: HashMap<usize, usize>,
    unread: Vec<u8>,
    tls: bool,
}

impl Talk<'_> {
    async fn begin(&mut self, wire: Wire, acceptor: &TlsAcceptor) -> io::Result<()> {
        if self.script.mode == Mode::Tls {
            return self.secured(wire, acceptor).await;
        }
        let meter = self.meter.clone();
        let mut clear = Metered {
            stream: wire,
            meter,
        };
        self.step(&mut clear, "(greeting)", Vec::new(), "220 test ESMTP\r\n")
            .await?;
        if self.dialogue(&mut clear).await? {
            return self.secured(clear.stream, acceptor).await;
        }
        Ok(())
    }

    async fn secured(&mut self, mut wire: Wire, acceptor: &TlsAcceptor) -> io::Result<()> {
        if let Some(act) = self.rule("(tls)") {
            wire.write_all(act.say.as_bytes()).await?;
            then(&mut wire, act).await?;
        }
        let stream = acceptor.accept(wire).await?;
        self.tls = true;
        let meter = self.meter.clone();
        let mut stream = Metered { stream, meter };
        if self.script.mode == Mode::Tls {
            self.step(&mut stream, "(greeting)", Vec::new(), "220 test ESMTP\r\n")
                .await?;
        }
        self.dialogue(&mut stream).await?;
        Ok(())
    }

    /// Answers commands. `true` when the client may begin TLS.
    async fn dialogue(&mut self, stream: &mut impl Stream) -> io::Result<bool> {
        let mut asked = false;
        loop {
            let line = self.read_until(stream, b"\r\n").await?;
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = text.split([' ', ':']).next().unwrap_or_default();
            if asked && verb != "QUIT" {
                let first = self.exchanges("(answer)") == 0;
                let usual = if self.script.login && first {
                    "334 UGFzc3dvcmQ6\r\n"
                } else {
                    "235 2.7.0 welcome\r\n"
                };
                asked = self.step(stream, "(answer)", line, usual).await? == Some(334);
                continue;
            }
            let usual = match verb {
                "EHLO" => self.offers(),
                "AUTH" if self.script.login => "334 VXNlcm5hbWU6\r\n".into(),
                "AUTH" => "235 2.7.0 welcome\r\n".into(),
                "STARTTLS" => "220 2.0.0 go ahead\r\n".into(),
                "DATA" => "354 go ahead\r\n".into(),
                "QUIT" => "221 2.0.0 bye\r\n".into(),
                "MAIL" | "RCPT" | "RSET" => "250 2.0.0 ok\r\n".into(),
                _ => "500 5.5.2 unknown command\r\n".to_owned(),
            };
            let code = self.step(stream, &text, line, &usual).await?;
            match (verb, code) {
                ("STARTTLS", Some(220)) if !self.tls => return Ok(true),
                ("AUTH", Some(334)) => asked = true,
                ("DATA", Some(354)) => self.message(stream).await?,
                ("QUIT", _) => {
                    stream.shutdown().await?;
                    return Ok(false);
                }
                _ => {}
            }
        }
    }

    fn offers(&self) -> String {
        let mechanism = if self.script.login { "LOGIN" } else { "PLAIN" };
        let starttls = if self.script.mode == Mode::StartTls && !self.tls {
            "250-STARTTLS\r\n"
        } else {
            ""
        };
        format!("250-test\r\n250-SIZE\r\n{starttls}250-AUTH {mechanism}\r\n250 8BITMIME\r\n")
    }

    async fn message(&mut self, stream: &mut impl Stream) -> io::Result<()> {
        if self.rule_exists("(message)") {
            let bytes = self.read_some(stream).await?;
            self.step(stream, "(message)", bytes, "").await?;
        }
        let read = self.read_until(stream, b"\r\n.\r\n").await;
        let raw = match read {
            Ok(raw) => raw,
            Err(error) => {
                let rest = std::mem::take(&mut self.unread);
                self.record("(message)", rest);
                return Err(error);
            }
        };
        self.step(stream, "(dot)", raw, "250 2.0.0 queued\r\n")
            .await?;
        Ok(())
    }

    /// Writes down what was heard, answers, and does what comes then. Gives the code of the answer.
    async fn step(
        &mut self,
        stream: &mut impl Stream,
        step: &str,
        bytes: Vec<u8>,
        usual: &str,
    ) -> io::Result<Option<u16>> {
        let act = self.rule(step).unwrap_or_else(|| Act {
            say: usual.to_owned(),
            then: Then::GoOn,
        });
        let at = self.record(step, bytes);
        self.ledger.lock().unwrap().exchanges[at].said = act.say.clone().into_bytes();
        let before = self.meter.said();
        let outcome = self.write(stream, act.say.as_bytes()).await;
        self.ledger.lock().unwrap().exchanges[at].written = self.meter.said() - before;
        outcome?;
        let code = first_reply(act.say.as_bytes()).map(|(code, _)| code);
        then(stream, act).await?;
        Ok(code)
    }

    async fn write(&self, stream: &mut impl Stream, bytes: &[u8]) -> io::Result<()> {
        if self.script.split {
            for byte in bytes {
                stream.write_all(&[*byte]).await?;
                stream.flush().await?;
                tokio::task::yield_now().await;
            }
        } else {
            stream.write_all(bytes).await?;
        }
        stream.flush().await
    }

    fn record(&self, step: &str, bytes: Vec<u8>) -> usize {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.exchanges.push(Exchange {
            step: step.to_owned(),
            tls: self.tls,
            bytes,
            said: Vec::new(),
            written: 0,
        });
        ledger.exchanges.len() - 1
    }

    fn exchanges(&self, step: &str) -> usize {
        let ledger = self.ledger.lock().unwrap();
        ledger.exchanges.iter().filter(|e| e.step == step).count()
    }

    fn rule_exists(&self, step: &str) -> bool {
        self.script.rules.iter().any(|rule| rule.step == step)
    }

    fn rule(&mut self, step: &str) -> Option<Act> {
        let mut found = None;
        for (at, rule) in self.script.rules.iter().enumerate() {
            if step.starts_with(&rule.step) {
                let seen = self.seen.entry(at).or_default();
                if found.is_none() && rule.nth.is_none_or(|nth| nth == *seen) {
                    found = Some(rule.act.clone());
                }
                *seen += 1;
            }
        }
        found
    }

    /// What is read too early stays in `unread`.
    async fn read_until(&mut self, stream: &mut impl Stream, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            // The CRLF of DATA counts for the dot of an empty message.
            let at = if end.len() == 5 && self.unread.starts_with(&end[2..]) {
                Some(0)
            } else {
                memchr::memmem::find(&self.unread, end).map(|at| at + 2)
            };
            if let Some(at) = at {
                let rest = self.unread.split_off(at + end.len() - 2);
                self.ledger.lock().unwrap().ahead.extend_from_slice(&rest);
                return Ok(std::mem::replace(&mut self.unread, rest));
            }
            self.fill(stream).await?;
        }
    }

    async fn read_some(&mut self, stream: &mut impl Stream) -> io::Result<Vec<u8>> {
        if self.unread.is_empty() {
            self.fill(stream).await?;
        }
        Ok(self.unread.clone())
    }

    async fn fill(&mut self, stream: &mut impl Stream) -> io::Result<()> {
        let mut space = [0; 16 << 10];
        let count = stream.read(&mut space).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.unread.extend_from_slice(&space[..count]);
        Ok(())
    }
}

async fn then(stream: &mut impl Stream, act: Act) -> io::Result<()> {
    match act.then {
        Then::GoOn => return Ok(()),
        Then::Close => stream.shutdown().await?,
        Then::Stall => while stream.read(&mut [0; 1024]).await? > 0 {},
        Then::Repeat => loop {
            stream.write_all(act.say.as_bytes()).await?;
        },
    }
    Err(io::ErrorKind::ConnectionAborted.into())
}
