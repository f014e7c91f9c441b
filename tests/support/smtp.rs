//! A scripted SMTP server on loopback, for tests and examples: the TLS, the AUTH and the dialogue are real, the
//! mailboxes are not. It answers one connection after the other until it is dropped.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What the server does instead of its usual answer.
#[derive(Clone)]
pub enum Act {
    /// Answers with these lines, without further effect.
    Say(String),
    /// Answers with these bytes and closes the connection.
    SayAndClose(String),
    /// Closes the connection without an answer.
    Close,
    /// Never answers.
    Hang,
    /// Repeats these bytes until the client goes away.
    Flood(Vec<u8>),
    /// Sends a reply that never ends, a byte every few milliseconds.
    Drip,
}

#[derive(Clone, Default)]
pub struct Script {
    /// TLS: after STARTTLS where that is offered, else from the first byte.
    pub tls: Option<Arc<ServerConfig>>,
    /// EHLO lines, AUTH among them. With STARTTLS among them, those behind it are offered after the handshake only, and
    /// those before it before the handshake only.
    pub offers: Vec<String>,
    /// User and password for AUTH PLAIN and LOGIN.
    pub account: Option<(String, String)>,
    /// What to do when a command begins with the text. `(greeting)`, `(message)` (after 354) and `(dot)` stand for
    /// the steps without command.
    pub rules: Vec<(String, Act)>,
}

impl Script {
    pub fn offering(offers: &[&str]) -> Script {
        Script {
            offers: offers.iter().map(|offer| offer.to_string()).collect(),
            ..Script::default()
        }
    }

    pub fn tls(mut self, config: Arc<ServerConfig>) -> Script {
        self.tls = Some(config);
        self
    }

    pub fn account(mut self, user: &str, password: &str) -> Script {
        self.account = Some((user.into(), password.into()));
        self
    }

    pub fn on(mut self, command: &str, act: Act) -> Script {
        self.rules.push((command.into(), act));
        self
    }

    pub fn say(self, command: &str, reply: &str) -> Script {
        self.on(command, Act::Say(reply.into()))
    }

    fn rule(&self, command: &str) -> Option<Act> {
        let mut rules = self.rules.iter();
        let found = rules.find(|(begin, _)| command.starts_with(begin.as_str()));
        found.map(|(_, act)| act.clone())
    }
}

/// One message as the server got it.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// What stood after `MAIL FROM:`, parameters included.
    pub from: String,
    /// What stood after each accepted `RCPT TO:`.
    pub recipients: Vec<String>,
    /// The message with the stuffed dots removed.
    pub bytes: Vec<u8>,
    /// All bytes between 354 and the end of the final dot.
    pub raw: Vec<u8>,
    pub tls: bool,
    pub user: Option<String>,
}

#[derive(Default)]
struct Log {
    connections: usize,
    commands: Vec<String>,
    messages: Vec<Received>,
}

pub struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(script: Script) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Server::start_on(listener, script)
    }

    /// On this socket.
    pub fn start_on(listener: TcpListener, script: Script) -> Server {
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let shared = Arc::clone(&log);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                // A client that goes away in the middle is part of many tests.
                let _ = serve(stream, &script, &shared).await;
            }
        });
        Server { address, log, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    /// Every command line of every connection, without its line end.
    pub fn commands(&self) -> Vec<String> {
        self.log.lock().unwrap().commands.clone()
    }

    pub fn messages(&self) -> Vec<Received> {
        self.log.lock().unwrap().messages.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn serve(stream: TcpStream, script: &Script, log: &Mutex<Log>) -> std::io::Result<()> {
    let acceptor = script.tls.clone().map(TlsAcceptor::from);
    let mut offers = script.offers.split_inclusive(|offer| offer == "STARTTLS");
    let mut offered = offers.next().unwrap_or_default();
    let starttls = offered.last().is_some_and(|offer| offer == "STARTTLS");
    let mut stream: Box<dyn Stream> = Box::new(stream);
    let mut tls = false;
    if let (Some(acceptor), false) = (&acceptor, starttls) {
        stream = Box::new(acceptor.accept(stream).await?);
        tls = true;
    }
    let mut user = None;
    let mut open = Received::default();
    if !answer(&mut stream, script, "(greeting)", "220 test ESMTP").await? {
        return Ok(());
    }
    loop {
        let line = read_until(&mut stream, b"\r\n").await?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        log.lock().unwrap().commands.push(line.clone());
        if script.rule(&line).is_some() {
            if !answer(&mut stream, script, &line, "").await? {
                return Ok(());
            }
            continue;
        }
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        let reply = match verb {
            "EHLO" => {
                let lines = offered.iter().map(|offer| format!("250-{offer}\r\n"));
                format!("250-test\r\n{}250 HELP", lines.collect::<String>())
            }
            "AUTH" => match authenticate(&mut stream, script, rest).await? {
                Some(name) => {
                    user = Some(name);
                    "235 2.7.0 welcome".into()
                }
                None => "535 5.7.8 wrong user or password".into(),
            },
            "MAIL" => {
                open = Received {
                    from: rest.strip_prefix("FROM:").unwrap_or(rest).into(),
                    tls,
                    user: user.clone(),
                    ..Received::default()
                };
                "250 2.1.0 sender ok".into()
            }
            "RCPT" => {
                open.recipients
                    .push(rest.strip_prefix("TO:").unwrap_or(rest).into());
                "250 2.1.5 recipient ok".into()
            }
            "DATA" => {
                say(&mut stream, "354 go ahead").await?;
                if script.rule("(message)").is_some() {
                    answer(&mut stream, script, "(message)", "").await?;
                    return Ok(());
                }
                open.raw = read_until(&mut stream, b"\r\n.\r\n").await?;
                open.bytes = without_dots(&open.raw);
                if script.rule("(dot)").is_none() {
                    log.lock().unwrap().messages.push(open.clone());
                }
                if !answer(&mut stream, script, "(dot)", "250 2.0.0 queued as 1").await? {
                    return Ok(());
                }
                continue;
            }
            "STARTTLS" => {
                say(&mut stream, "220 2.0.0 go ahead").await?;
                stream = Box::new(acceptor.as_ref().unwrap().accept(stream).await?);
                tls = true;
                offered = offers.next().unwrap_or_default();
                continue;
            }
            "RSET" => "250 2.0.0 forgotten".into(),
            "QUIT" => {
                say(&mut stream, "221 2.0.0 bye").await?;
                return stream.shutdown().await;
            }
            _ => "500 5.5.2 unknown command".into(),
        };
        say(&mut stream, &reply).await?;
    }
}

/// `false` when the connection shall end.
async fn answer(
    stream: &mut Box<dyn Stream>,
    script: &Script,
    step: &str,
    usual: &str,
) -> std::io::Result<bool> {
    match script.rule(step) {
        None => say(stream, usual).await?,
        Some(Act::Say(text)) => say(stream, &text).await?,
        Some(Act::SayAndClose(text)) => {
            say(stream, &text).await?;
            return Ok(false);
        }
        Some(Act::Close) => return Ok(false),
        Some(Act::Hang) => while stream.read(&mut [0; 1024]).await? > 0 {},
        Some(Act::Flood(bytes)) => loop {
            stream.write_all(&bytes).await?;
        },
        Some(Act::Drip) => {
            for byte in b"250 ".iter().chain(std::iter::repeat(&b'x')) {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
    Ok(true)
}

async fn authenticate(
    stream: &mut Box<dyn Stream>,
    script: &Script,
    line: &str,
) -> std::io::Result<Option<String>> {
    let given = match line.split_once(' ') {
        Some(("PLAIN", response)) => {
            let decoded = decode(response);
            let mut parts = decoded.split('\0').skip(1).map(str::to_owned);
            parts.next().zip(parts.next())
        }
        _ if line == "PLAIN" => {
            let decoded = ask(stream, "334 ").await?;
            let mut parts = decoded.split('\0').skip(1).map(str::to_owned);
            parts.next().zip(parts.next())
        }
        _ if line == "LOGIN" => {
            let user = ask(stream, "334 VXNlcm5hbWU6").await?;
            Some((user, ask(stream, "334 UGFzc3dvcmQ6").await?))
        }
        _ => None,
    };
    let known = given == script.account;
    Ok(given.filter(|_| known).map(|(user, _)| user))
}

async fn ask(stream: &mut Box<dyn Stream>, prompt: &str) -> std::io::Result<String> {
    say(stream, prompt).await?;
    let answer = read_until(stream, b"\r\n").await?;
    Ok(decode(&String::from_utf8_lossy(&answer)))
}

fn decode(base64: &str) -> String {
    let bytes = base64_simd::STANDARD
        .decode_to_vec(base64.trim_end())
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn say(stream: &mut Box<dyn Stream>, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// The client never pipelines, so nothing can come behind the end.
async fn read_until(stream: &mut Box<dyn Stream>, end: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The CRLF of the command line before counts for the dot of an empty message.
    while !(bytes.ends_with(end) || end.len() == 5 && bytes == b".\r\n") {
        let mut space = [0; 16 << 10];
        let count = stream.read(&mut space).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&space[..count]);
    }
    Ok(bytes)
}

fn without_dots(raw: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = raw.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.pop(), Some(b".\r\n".as_slice()));
    let unstuffed = lines
        .into_iter()
        .map(|line| line.strip_prefix(b".").unwrap_or(line));
    unstuffed.flatten().copied().collect()
}
