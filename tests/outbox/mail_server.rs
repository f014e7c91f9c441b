//! A mail server of another process's life: it stalls at one step until it is told to go on, and keeps a ledger of
//! what it has taken. Accepts everybody but `erin`, and `carol` from the second time on.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// All steps at which it can stall, in order. At `dot, lost` and `dot, taken` it has read the end of the message and
/// says nothing; at `QUIT` it has said that it has taken it.
pub const STEPS: [&str; 11] = [
    "greeting",
    "EHLO",
    "MAIL",
    "RCPT TO:<bob",
    "RCPT TO:<carol",
    "DATA",
    "message",
    "half",
    "dot, lost",
    "dot, taken",
    "QUIT",
];

#[derive(Default)]
struct State {
    stall: Option<&'static str>,
    ledger: Vec<(String, Vec<u8>)>,
    carol_came: bool,
}

pub struct MailServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stalled: Receiver<()>,
    /// Whoever stalls waits for its end.
    _alive: Sender<()>,
}

impl MailServer {
    /// Stalls at this step the first time it comes to it: it neither reads nor writes, as long as this lives.
    pub fn start(stall: Option<&'static str>) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            stall,
            ..State::default()
        }));
        let (tell, stalled) = channel();
        let shared = Arc::clone(&state);
        let (_alive, end) = channel();
        let end = Arc::new(Mutex::new(end));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, tell, end) = (Arc::clone(&shared), tell.clone(), Arc::clone(&end));
                // Clients that go away are what this is about.
                std::thread::spawn(move || serve(stream, &shared, &tell, &end));
            }
        });
        MailServer {
            address,
            state,
            stalled,
            _alive,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it stalls.
    pub fn wait(&self) {
        self.stalled
            .recv_timeout(Duration::from_secs(60))
            .expect("the server never came to that step");
    }

    /// How often it has taken this message for this recipient.
    pub fn count(&self, who: &str, message: &[u8]) -> usize {
        let state = self.state.lock().unwrap();
        let his = state
            .ledger
            .iter()
            .filter(|(to, bytes)| to == who && bytes == message);
        his.count()
    }

    /// How many messages it has taken, counted once for each recipient.
    pub fn total(&self) -> usize {
        self.state.lock().unwrap().ledger.len()
    }
}

fn serve(
    stream: TcpStream,
    state: &Mutex<State>,
    tell: &Sender<()>,
    end: &Mutex<Receiver<()>>,
) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    let stall = |step: &str| {
        let mut state = state.lock().unwrap();
        if state.stall.is_none_or(|stall| !step.starts_with(stall)) {
            return Some(());
        }
        state.stall = None;
        drop(state);
        let _ = tell.send(());
        let _ = end.lock().unwrap().recv();
        None
    };
    let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).ok();
    let mut recipients = Vec::new();
    stall("greeting")?;
    say("220 test")?;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|count| *count > 0)?;
        stall(&line)?;
        let answer = match line.get(..4)? {
            "MAIL" => {
                recipients.clear();
                "250 ok"
            }
            "RCPT" => {
                let who = line
                    .strip_prefix("RCPT TO:<")?
                    .split('@')
                    .next()?
                    .to_owned();
                let mut state = state.lock().unwrap();
                if who == "erin" {
                    "550 5.1.1 no such user"
                } else if who == "carol" && !std::mem::replace(&mut state.carol_came, true) {
                    "450 4.2.1 later"
                } else {
                    recipients.push(who);
                    "250 ok"
                }
            }
            "DATA" => {
                say("354 go ahead")?;
                stall("message")?;
                let mut message = Vec::new();
                loop {
                    let mut line = Vec::new();
                    lines
                        .read_until(b'\n', &mut line)
                        .ok()
                        .filter(|count| *count > 0)?;
                    if line == b".\r\n" {
                        break;
                    }
                    message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    stall("half")?;
                }
                stall("dot, lost")?;
                let taken = recipients.iter().map(|who| (who.clone(), message.clone()));
                state.lock().unwrap().ledger.extend(taken);
                stall("dot, taken")?;
                "250 2.0.0 queued"
            }
            "QUIT" => {
                say("221 bye");
                return None;
            }
            _ => "250 ok",
        };
        say(answer)?;
    }
}

/// A place for an outbox: in memory where there is such a place, because it is synced often.
pub fn place() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}
